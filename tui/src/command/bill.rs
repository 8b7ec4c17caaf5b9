//! `wattproof bill`.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use wattproof_engine::bills::Reason;
use wattproof_engine::customer::{self, Order, ProvedBill};
use wattproof_engine::desk::{bill, file};
use wattproof_engine::import::MAX_FILE;
use wattproof_engine::ledger::{self, Purse};
use wattproof_engine::line::BillLine;
use wattproof_engine::supplier::{Judged, Supplier};

use super::Outcome;
use super::tariff::{Figure, hex, tenth};
use crate::exit::Exit;
use crate::failure::{Failure, plain};
use crate::keys::KeyFrom;
use crate::output::{Answer, BAD, DIM, GOOD, HEAD, Page};
use crate::session::Session;
use crate::table::{counted, thousands};

mod sheet;

/// A bill as a page to print, with nothing outside it.
pub fn page(read: wattproof_engine::desk::bill::BillSheet) -> String {
    sheet::Sheet::new(PathBuf::new(), read).html()
}

/// Prove a bill, check bills, or show what one says.
#[derive(Subcommand, Debug)]
pub enum Bill {
    Prove(Prove),
    Verify(Verify),
    Show(Show),
}

/// Decrypt a period's batches, price them, prove the bill and check the proof: the customer's act.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  wattproof bill prove --meter home --period 2026-10 --key-file home.key -o october.bill"
)]
pub struct Prove {
    /// The meter, by name or id.
    #[arg(long, value_name = "M")]
    meter: String,
    /// The period: 2026-10, or 2026-10-01..2026-11-01 with the end left out.
    #[arg(long, value_name = "P")]
    period: String,
    #[command(flatten)]
    key: KeyFrom,
    /// The bill to write; in place of one of the same meter and period, and of nothing else.
    #[arg(short, long, value_name = "OUT.bill")]
    out: PathBuf,
    /// A folder of .batch files to use instead of the store's, whoever kept it.
    #[arg(long, value_name = "DIR")]
    batches_from: Option<PathBuf>,
    /// Bits that all bills proved with this store may say about a slot; the file beside the store counts them.
    #[arg(long, value_name = "BITS", default_value_t = ledger::BUDGET)]
    budget: u32,
    /// Prove even a bill that gives single readings away.
    #[arg(long)]
    disclose_anyway: bool,
    /// 0 for the first bill of the period, one more for each that corrects it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    revision: u8,
}

/// Check bills and decide: the supplier's act. Without FILE, those in the inbox.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof bill verify october.bill")]
pub struct Verify {
    /// Bills.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Decide nothing: only say what would be decided.
    #[arg(long)]
    dry_run: bool,
}

/// Show what a bill says and what it discloses. Whether it is right, `bill verify` tells.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof bill show october.bill --html october.html")]
pub struct Show {
    /// The bill.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// Write a page to print.
    #[arg(long, value_name = "F")]
    html: Option<PathBuf>,
}

#[derive(Serialize)]
struct Proved {
    file: PathBuf,
    meter: String,
    period: String,
    tariff: String,
    slots: u32,
    total: String,
    currency: &'static str,
    lines: Vec<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    figures: Vec<Figure>,
    carried: Vec<Figure>,
    gaps: u32,
    k: Option<u32>,
    proof_bytes: usize,
    bill_bytes: usize,
    bits_disclosed: f64,
    bits_held: u64,
    seconds: Seconds,
}

#[derive(Serialize)]
struct Line {
    name: String,
    amount: String,
    exact: String,
    shown: bool,
}

#[derive(Serialize)]
struct Seconds {
    decrypt: f64,
    price: f64,
    prove: f64,
    check: f64,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Verdicts {
    verdicts: Vec<Verdict>,
}

/// What was said of one bill.
#[derive(Serialize)]
pub struct Verdict {
    file: Option<PathBuf>,
    verdict: &'static str,
    reason: Option<String>,
    message: Option<String>,
    hint: Option<String>,
    meter: Option<String>,
    period: Option<String>,
    total: Option<String>,
    currency: Option<&'static str>,
    gaps: Option<u32>,
    already: bool,
    bill: String,
}

impl Bill {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        match self {
            Bill::Prove(prove) => {
                session.screen.answer(&prove.run(session)?)?;
                Ok(Exit::Done)
            }
            Bill::Verify(verify) => verify.run(session),
            Bill::Show(show) => {
                session.screen.answer(&show.run(session)?)?;
                Ok(Exit::Done)
            }
        }
    }
}

impl Prove {
    fn run(self, session: &Session) -> Result<Proved, Failure> {
        let (store, key) = (session.store()?, self.key.read()?);
        let order = Order {
            meter: &self.meter,
            period: &self.period,
            revision: self.revision,
            batches_from: self.batches_from,
            purse: Some(Purse { path: ledger::beside(store.path()), budget: self.budget }),
            disclose_anyway: self.disclose_anyway,
            now: session.now()?,
        };
        customer::may_write(&store, &order, &self.out)?;
        let proved = customer::prove(&store, &key, &order, &mut session.progress())?;
        file::replace(&self.out, &proved.bytes)?;
        Ok(described(self.out, proved))
    }
}

fn described(file: PathBuf, proved: ProvedBill) -> Proved {
    let (figures, seconds) = (proved.figures, proved.figures.seconds);
    let line = |BillLine { name, amount, exact, shown }| Line { name, amount: amount.to_string(), exact, shown };
    Proved {
        file,
        meter: proved.meter,
        period: proved.period,
        tariff: proved.tariff,
        slots: figures.slots,
        total: proved.total.to_string(),
        currency: proved.total.currency(),
        lines: proved.lines.into_iter().map(line).collect(),
        note: proved.note,
        figures: proved.shown_figures.into_iter().map(|(name, amount)| Figure::new(name, &amount)).collect(),
        carried: proved.carried.into_iter().map(|(name, amount)| Figure::new(name, &amount)).collect(),
        gaps: proved.gaps,
        k: figures.k,
        proof_bytes: figures.proof_bytes,
        bill_bytes: figures.bill_bytes,
        bits_disclosed: tenth(figures.bits_disclosed),
        bits_held: figures.bits_held,
        seconds: Seconds { decrypt: seconds.decrypt, price: seconds.price, prove: seconds.prove, check: seconds.check },
    }
}

impl Verify {
    fn run(self, session: &Session) -> Outcome {
        let store = session.store()?;
        let (supplier, progress) = (Supplier::new(&store, session.now()?), &mut session.progress());
        let judged = if self.files.is_empty() {
            supplier.verify_inbox(self.dry_run, progress)?
        } else {
            supplier.verify_files(&self.files, self.dry_run, progress)?
        };
        let refused = judged.iter().any(|judged| judged.refused.is_some());
        session.screen.answer(&Verdicts { verdicts: judged.into_iter().map(verdict).collect() })?;
        Ok(if refused { Exit::Refused } else { Exit::Done })
    }
}

/// What was said of one bill, for whoever reads it.
pub fn verdict(judged: Judged) -> Verdict {
    let says = judged.says.as_ref();
    let total = says.and_then(|says| says.total.as_ref());
    let reason = |take: fn(&Reason) -> &String| judged.refused.as_ref().map(take).cloned();
    Verdict {
        verdict: if judged.refused.is_some() { "refused" } else { "accepted" },
        reason: reason(|reason| &reason.code),
        message: reason(|reason| &reason.message),
        hint: reason(|reason| &reason.hint).map(|hint| plain(&hint)),
        meter: says.map(|says| says.meter.clone()),
        period: says.map(|says| says.period.clone()),
        total: total.map(ToString::to_string),
        currency: total.map(|total| total.currency()),
        gaps: says.map(|says| says.gaps),
        already: judged.already,
        bill: hex(&judged.digest),
        file: judged.file,
    }
}

impl Show {
    fn run(self, session: &Session) -> Result<sheet::Sheet, Failure> {
        let bytes = file::read(&self.path, MAX_FILE)?;
        let read = bill::read(&session.store()?, &bytes)?;
        let sheet = sheet::Sheet::new(self.path, read);
        if let Some(html) = &self.html {
            file::replace(html, sheet.html().as_bytes())?;
        }
        Ok(sheet.with_page(self.html))
    }
}

impl Answer for Proved {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let slots = thousands(self.slots.into());
        page.note(format_args!(
            "{HEAD}meter {}, {}, {}{HEAD:#}, {slots} settlement periods",
            self.meter, self.period, self.tariff
        ))?;
        for line in &self.lines {
            let to = if line.shown { "  shown to the supplier" } else { "" };
            page.note(format_args!("  {:<12} {:>12} {}{DIM}{to}{DIM:#}", line.name, line.amount, self.currency))?;
        }
        page.line(format_args!("  {HEAD}{:<12} {:>12} {}{HEAD:#}", "total", self.total, self.currency))?;
        for (figures, what) in [(&self.figures, "shown for later bills"), (&self.carried, "from earlier bills")] {
            for Figure { name, amount, unit } in figures {
                page.note(format_args!("  {name:<12} {amount:>12} {unit}{DIM}  {what}{DIM:#}"))?;
            }
        }
        if let Some(note) = &self.note {
            page.note(format_args!("  {DIM}{note}{DIM:#}"))?;
        }
        if self.gaps > 0 {
            page.note(format_args!(
                "  {} without a reading, estimated",
                counted(self.gaps.into(), "settlement period")
            ))?;
        }
        let circuit = self.k.map_or("no circuit".into(), |k| format!("a circuit of 2^{k} rows"));
        page.note(format_args!(
            "{GOOD}proved and checked{GOOD:#} with {circuit}: proof {} bytes, bill {} bytes, in {}",
            thousands(self.proof_bytes as u64),
            thousands(self.bill_bytes as u64),
            self.file.display()
        ))?;
        page.note(format_args!(
            "it discloses at most {:.1} bits of the {} that the readings hold",
            self.bits_disclosed,
            thousands(self.bits_held)
        ))?;
        let Seconds { decrypt, price, prove, check } = self.seconds;
        page.note(format_args!(
            "{DIM}decrypt {decrypt:.2} s, price {price:.2} s, prove {prove:.2} s, check {check:.2} s{DIM:#}"
        ))
    }
}

impl Answer for Verdicts {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.verdicts.is_empty() {
            return page.note(format_args!("no bill is waiting"));
        }
        self.verdicts.iter().try_for_each(|verdict| verdict.tell(page))
    }
}

impl Verdict {
    /// For people.
    pub fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let name =
            self.file.as_ref().map_or_else(|| self.bill.chars().take(12).collect(), |file| file.display().to_string());
        let before = if self.already { ", as decided before" } else { "" };
        let what = match (&self.meter, &self.period) {
            (Some(meter), Some(period)) => format!(": meter {meter}, {period}"),
            _ => String::new(),
        };
        let total = match (&self.total, self.currency) {
            (Some(total), Some(currency)) => format!(", {total} {currency}"),
            _ => String::new(),
        };
        let gaps = match self.gaps {
            Some(gaps) if gaps > 0 => format!(", {gaps} estimated"),
            _ => String::new(),
        };
        match &self.message {
            None => page.line(format_args!("{GOOD}accepted{GOOD:#}  {name}{what}{total}{gaps}{before}")),
            Some(message) => {
                page.line(format_args!("{BAD}refused{BAD:#}   {name}{what}{total}{gaps}{before}"))?;
                page.line(format_args!("          {message}"))?;
                page.line(format_args!("          {}", self.hint.as_deref().unwrap_or_default()))?;
                page.detail(format_args!("          {}", self.reason.as_deref().unwrap_or_default()))
            }
        }
    }
}
