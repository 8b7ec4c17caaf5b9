//! `wattproof bulk`.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Subcommand};
use serde::Serialize;
#[cfg(feature = "cluster")]
use wattproof_engine::cluster::{Queue, prove_queued};
use wattproof_engine::customer::{BulkOrder, BulkProved, Unproved, prove_bulk};
use wattproof_engine::desk::file::FileRefusal;
use wattproof_engine::ledger::{self, Purse};
use wattproof_engine::progress::Progress;
use wattproof_engine::store::Store;
use wattproof_engine::supplier::{BulkJudged, Supplier, bills_in};

use super::Outcome;
use super::bill::{Verdict, verdict};
use super::tariff::tenth;
use crate::exit::Exit;
use crate::failure::{Failure, plain};
use crate::output::{Answer, BAD, DIM, GOOD, Page};
use crate::session::Session;
use crate::table::{counted, thousands};

/// Prove or check the bills of many meters, on several threads. A run that was cut short goes on where it stopped.
#[derive(Subcommand, Debug)]
pub enum Bulk {
    Prove(Prove),
    Verify(Verify),
}

/// Prove the bill of every meter whose key is in a folder; bills that are there already are left as they are.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof bulk prove --keys keys --period 2026-10 --out october")]
pub struct Prove {
    /// A folder of keys, each in a file called after its meter: METER.key.
    #[arg(long, value_name = "DIR")]
    keys: PathBuf,
    /// The period: 2026-10, or 2026-10-01..2026-11-01 with the end left out.
    #[arg(long, value_name = "P")]
    period: String,
    /// The folder for the bills: METER.bill.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    jobs: Jobs,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    others: Others,
    /// Bits that all bills proved with this store may say about a slot; the file beside the store counts them.
    #[arg(long, value_name = "BITS", default_value_t = ledger::BUDGET)]
    budget: u32,
    /// Prove even bills that give single readings away.
    #[arg(long)]
    disclose_anyway: bool,
}

/// Check the bills in a folder and decide: their proofs together, so that each costs a fraction of what it costs alone.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof bulk verify october --jobs 8")]
pub struct Verify {
    /// The folder; its .bill files are taken in the order of their names.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    jobs: Jobs,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    others: Others,
}

/// How much is done at a time.
#[derive(Args, Debug)]
pub(super) struct Jobs {
    /// How many threads work [default: one a processor].
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// Who does the work.
#[cfg(feature = "cluster")]
#[derive(Args, Debug)]
struct Others {
    /// Leave the work to the `wattproof worker` processes of a queue: sqlite:FILE or postgres://USER@HOST/DATABASE.
    #[arg(long, value_name = "URL", conflicts_with = "jobs")]
    queue: Option<String>,
}

/// Connections of a run to its queue: it asks for one thing at a time.
#[cfg(feature = "cluster")]
const CONNECTIONS: usize = 2;

#[derive(Serialize)]
struct Checked {
    count: u64,
    accepted: u64,
    refused: usize,
    /// Of them, decided before.
    already: u64,
    seconds: f64,
    per_second: f64,
    refusals: Vec<Verdict>,
}

#[derive(Serialize)]
struct Proved {
    count: u64,
    accepted: u64,
    refused: usize,
    /// Of the accepted, those that were there.
    already: u64,
    seconds: f64,
    per_second: f64,
    refusals: Vec<Refusal>,
}

/// A meter whose bill was not proved.
#[derive(Serialize)]
struct Refusal {
    file: PathBuf,
    meter: String,
    reason: String,
    message: String,
    hint: String,
}

impl Bulk {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        match self {
            Bulk::Prove(prove) => prove.run(session),
            Bulk::Verify(verify) => verify.run(session),
        }
    }
}

impl Jobs {
    pub(super) fn count(&self) -> usize {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(processors).get()
    }
}

impl Prove {
    fn run(self, session: &Session) -> Outcome {
        let store = session.store()?;
        let order = BulkOrder {
            keys: &self.keys,
            period: &self.period,
            out: &self.out,
            purse: Some(Purse { path: ledger::beside(store.path()), budget: self.budget }),
            disclose_anyway: self.disclose_anyway,
            jobs: self.jobs.count(),
            now: session.now()?,
        };
        let started = Instant::now();
        let done = self.prove(&store, &order, &mut session.timed_progress())?;
        let (seconds, refused) = (started.elapsed().as_secs_f64(), done.refused.len());
        let accepted = done.proved + done.already;
        session.screen.answer(&Proved {
            count: accepted + refused as u64,
            accepted,
            refused,
            already: done.already,
            seconds,
            per_second: rate(done.proved + refused as u64, seconds),
            refusals: done.refused.into_iter().map(refusal).collect(),
        })?;
        Ok(if refused > 0 { Exit::Refused } else { Exit::Done })
    }

    fn prove(
        &self,
        store: &Store,
        order: &BulkOrder<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BulkProved, Failure> {
        #[cfg(feature = "cluster")]
        if let Some(address) = &self.others.queue {
            return Ok(prove_queued(store, order, &Queue::open(address, CONNECTIONS)?, progress)?);
        }
        Ok(prove_bulk(store, order, progress)?)
    }
}

fn refusal(unproved: Unproved) -> Refusal {
    let Unproved { file, meter, reason } = unproved;
    Refusal { file, meter, reason: reason.code, message: reason.message, hint: plain(&reason.hint) }
}

impl Verify {
    fn run(self, session: &Session) -> Outcome {
        let store = session.store()?;
        let unreadable =
            |error: io::Error| FileRefusal::Unreadable { path: self.folder.clone(), reason: error.to_string() };
        let files = bills_in(&self.folder).map_err(|error| Failure::from(unreadable(error)))?;
        let supplier = Supplier::new(&store, session.now()?);
        let started = Instant::now();
        let judged = self.verify(&supplier, &files, &mut session.timed_progress())?;
        let (seconds, refused, count) = (started.elapsed().as_secs_f64(), judged.refused.len(), judged.count());
        session.screen.answer(&Checked {
            count,
            accepted: judged.accepted,
            refused,
            already: judged.already,
            seconds,
            per_second: rate(count - judged.already, seconds),
            refusals: judged.refused.into_iter().map(verdict).collect(),
        })?;
        Ok(if refused > 0 { Exit::Refused } else { Exit::Done })
    }

    fn verify(
        &self,
        supplier: &Supplier<'_>,
        files: &[PathBuf],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BulkJudged, Failure> {
        #[cfg(feature = "cluster")]
        if let Some(address) = &self.others.queue {
            return Ok(supplier.verify_queued(files, &Queue::open(address, CONNECTIONS)?, progress)?);
        }
        Ok(supplier.verify_bulk(files, self.jobs.count(), progress)?)
    }
}

/// Bills a second, of those that took work.
fn rate(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { tenth(count as f64 / seconds) } else { 0.0 }
}

impl Answer for Checked {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.refusals.iter().try_for_each(|verdict| verdict.tell(page))?;
        let before = before(self.already, "decided before");
        page.line(format_args!(
            "{GOOD}{} accepted{GOOD:#}, {} refused of {}{before}",
            thousands(self.accepted),
            thousands(self.refused as u64),
            counted(self.count, "bill"),
        ))?;
        page.note(format_args!("{DIM}{:.1} s, {:.1} bills a second{DIM:#}", self.seconds, self.per_second))
    }
}

impl Answer for Proved {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        for Refusal { meter, reason, message, hint, .. } in &self.refusals {
            page.line(format_args!("{BAD}refused{BAD:#}   {meter}"))?;
            page.line(format_args!("          {message}"))?;
            page.line(format_args!("          {hint}"))?;
            page.detail(format_args!("          {reason}"))?;
        }
        let before = before(self.already, "there before");
        page.line(format_args!(
            "{GOOD}{} proved and checked{GOOD:#}, {} refused of {}{before}",
            thousands(self.accepted),
            thousands(self.refused as u64),
            counted(self.count, "meter"),
        ))?;
        page.note(format_args!("{DIM}{:.1} s, {:.1} bills a second{DIM:#}", self.seconds, self.per_second))
    }
}

fn before(count: u64, what: &str) -> String {
    if count > 0 { format!(", {} {what}", thousands(count)) } else { String::new() }
}
