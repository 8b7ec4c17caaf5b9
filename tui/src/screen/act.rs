//! What the worker does: the engine's acts, each on a store that is opened for it alone, and what comes of them.
//!
//! No act holds a lock when it is over, so commands and other screens work beside this one. Nothing here draws, and
//! nothing that draws does any of this.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use jiff::civil::Date;
use wattproof_engine::bills::BillDigest;
use wattproof_engine::clock::{self, ClockRefusal};
use wattproof_engine::desk::demo::Tamper;
use wattproof_engine::desk::key::Key;
use wattproof_engine::desk::tariff::Diagnostic;
use wattproof_engine::desk::tariff::hours::WeekPrices;
use wattproof_engine::progress::Progress;
use wattproof_engine::show::BillList;
use wattproof_engine::store::Store;

use super::view::{MeterDetail, Snapshot};
use crate::failure::Failure;

mod customer;
mod files;
mod look;
mod sample;
mod supplier;
mod tariff;

pub use customer::{Opened, Proved};
pub use files::{Filed, Lazy, Output, home};
pub use sample::Sample;
pub use supplier::{Judgement, Verdict};
pub use tariff::{Draft, Plan as TariffPlan, Priced};

/// A published tariff: name and version.
pub type TariffId = (String, u32);

/// Something for the worker to do.
#[derive(Clone)]
pub enum Act {
    /// Looks at the store.
    Overview,
    /// Looks at one meter.
    Detail(String),
    /// Finds paths that begin like this.
    Complete(String),
    /// Loads the sample household.
    Sample,
    /// Takes in files and folders.
    Import(Vec<PathBuf>),
    /// Admits a meter by its public record.
    Register(PathBuf),
    /// Reads K.
    KeyFile(PathBuf),
    /// Decrypts a meter's period.
    Readings { meter: String, period: String, key: Arc<Key> },
    /// Reads a tariff's file.
    Draft(PathBuf),
    /// Writes a tariff to begin with.
    NewTariff(PathBuf),
    /// Publishes a tariff's file.
    Publish(PathBuf),
    /// Assigns a tariff to a meter from a day on.
    Assign { meter: String, tariff: TariffId, from: Date },
    /// Says which of two rivals counts.
    Settle { meter: String, number: u32, header: String },
    /// Plans a tariff over a period.
    Explain { tariff: TariffId, period: String },
    /// Prices by the time of the week, on top of these readings.
    Hours { tariff: TariffId, period: String, readings: Option<Arc<Opened>> },
    /// What these readings cost under every tariff.
    Price { period: String, readings: Arc<Opened> },
    /// Proves a bill.
    Prove {
        meter: String,
        period: String,
        /// 0 for the first bill of the period.
        revision: u8,
        /// Even a bill that gives readings away.
        anyway: bool,
        key: Arc<Key>,
    },
    /// Puts a bill into the inbox.
    HandIn(Arc<Vec<u8>>),
    /// Verifies bills of the store.
    Verify { bills: Vec<BillDigest>, dry_run: bool },
    /// Verifies a file.
    VerifyFile(PathBuf),
    /// Lies about a copy of a bill and has it checked, without a trace in the store.
    Tamper { bill: BillDigest, lie: Tamper },
    /// Writes a file.
    Write(Output),
    /// Copies the store.
    Backup(PathBuf),
    /// Reads every record of the store.
    Check,
}

/// What came of an act.
pub enum Report {
    /// The store.
    Overview(Result<Snapshot, Trouble>),
    /// One meter.
    Detail(Result<MeterDetail, Trouble>),
    /// Paths that begin so.
    Completed { text: String, paths: Vec<String> },
    /// The sample household.
    Sample(Result<Sample, Trouble>),
    /// What became of each file.
    Imported(Result<Vec<Filed>, Trouble>),
    /// A key that reads well, and where it was read.
    KeyFile(Result<(Arc<Key>, PathBuf), Trouble>),
    /// Readings.
    Readings(Result<Arc<Opened>, Trouble>),
    /// A tariff's file.
    Draft(Result<Draft, Trouble>),
    /// A plan.
    Explained { tariff: TariffId, period: String, plan: Result<Box<tariff::Plan>, Trouble> },
    /// Prices by the time of the week.
    Hours { tariff: TariffId, period: String, personal: bool, prices: Result<WeekPrices, Trouble> },
    /// Totals under every tariff.
    Price { period: String, priced: Result<Vec<Priced>, Trouble> },
    /// A bill.
    Proved(Result<Box<Proved>, Trouble>),
    /// Verdicts.
    Judged(Result<Vec<Verdict>, Trouble>),
    /// What became of a lie.
    Tampered { lie: Tamper, judgement: Result<Judgement, Trouble> },
    /// Something was done; in words.
    Done { what: &'static str, result: Result<String, Trouble> },
}

/// A failure in words. Holds no secret: refusals of the engine never do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Stable, kebab-case.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// What is wrong with a tariff's text.
    pub findings: Vec<Diagnostic>,
}

impl Trouble {
    /// A trouble without findings.
    pub fn new(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Trouble { code: code.into(), message: message.into(), hint: hint.into(), findings: Vec::new() }
    }

    /// A worker that failed to answer.
    pub fn internal() -> Self {
        Trouble::new("internal", "the program failed while it worked on this", "report this; nothing was written")
    }
}

impl<R: Into<Failure>> From<R> for Trouble {
    fn from(refusal: R) -> Self {
        let failure: Failure = refusal.into();
        let findings = failure.findings.map(|found| found.1).unwrap_or_default();
        Trouble { code: failure.code, message: failure.message, hint: failure.hint, findings }
    }
}

impl Act {
    /// What is being done, in words; nothing for a mere look.
    pub fn says(&self) -> Option<&'static str> {
        Some(match self {
            Act::Overview | Act::Detail(_) | Act::Complete(_) | Act::Draft(_) => return None,
            Act::Explain { .. } | Act::Hours { .. } | Act::Price { .. } => return None,
            Act::Sample => "loading the sample household",
            Act::Import(_) => "importing",
            Act::Register(_) => "registering the meter",
            Act::KeyFile(_) => "reading the key",
            Act::Readings { .. } => "decrypting",
            Act::NewTariff(_) => "writing a tariff",
            Act::Publish(_) => "publishing the tariff",
            Act::Assign { .. } => "assigning the tariff",
            Act::Settle { .. } => "settling",
            Act::Prove { .. } => "proving the bill",
            Act::HandIn(_) => "handing in the bill",
            Act::Verify { .. } | Act::VerifyFile(_) => "verifying",
            Act::Tamper { .. } => "tampering with a copy",
            Act::Write(_) => "writing",
            Act::Backup(_) => "copying the store",
            Act::Check => "checking the store",
        })
    }

    /// The report of this act when it came to nothing.
    pub fn failed(self, trouble: Trouble) -> Report {
        match self {
            Act::Overview => Report::Overview(Err(trouble)),
            Act::Detail(_) => Report::Detail(Err(trouble)),
            Act::Complete(text) => Report::Completed { text, paths: Vec::new() },
            Act::Sample => Report::Sample(Err(trouble)),
            Act::Import(_) => Report::Imported(Err(trouble)),
            Act::KeyFile(_) => Report::KeyFile(Err(trouble)),
            Act::Readings { .. } => Report::Readings(Err(trouble)),
            Act::Draft(_) => Report::Draft(Err(trouble)),
            Act::Explain { tariff, period } => Report::Explained { tariff, period, plan: Err(trouble) },
            Act::Hours { tariff, period, readings } => {
                Report::Hours { tariff, period, personal: readings.is_some(), prices: Err(trouble) }
            }
            Act::Price { period, .. } => Report::Price { period, priced: Err(trouble) },
            Act::Prove { .. } => Report::Proved(Err(trouble)),
            Act::Verify { .. } | Act::VerifyFile(_) => Report::Judged(Err(trouble)),
            Act::Tamper { lie, .. } => Report::Tampered { lie, judgement: Err(trouble) },
            Act::Register(_) => Report::Done { what: "register", result: Err(trouble) },
            Act::NewTariff(_) => Report::Done { what: "new tariff", result: Err(trouble) },
            Act::Publish(_) => Report::Done { what: "publish", result: Err(trouble) },
            Act::Assign { .. } => Report::Done { what: "assign", result: Err(trouble) },
            Act::Settle { .. } => Report::Done { what: "settle", result: Err(trouble) },
            Act::HandIn(_) => Report::Done { what: "hand in", result: Err(trouble) },
            Act::Write(_) => Report::Done { what: "write", result: Err(trouble) },
            Act::Backup(_) => Report::Done { what: "back up the store", result: Err(trouble) },
            Act::Check => Report::Done { what: "check the store", result: Err(trouble) },
        }
    }
}

/// Where acts are done: a store's path and what was seen of it before.
pub struct Desk {
    store: Store,
    bills: BillList,
    clock: Clock,
}

/// What tells the present.
type Clock = Box<dyn Fn() -> Result<Timestamp, ClockRefusal> + Send>;

/// How a running act is watched.
pub struct Watch<'a> {
    /// Hears how far it has come.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Whether it is to stop.
    pub stop: &'a AtomicBool,
}

impl Watch<'_> {
    /// Whether it is to stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Desk {
    /// A desk over a store.
    pub fn new(store: Store) -> Self {
        Desk { store, bills: BillList::default(), clock: Box::new(clock::now) }
    }

    /// The same at one moment.
    #[cfg(test)]
    pub fn at(store: Store, now: Timestamp) -> Self {
        Desk { clock: Box::new(move || Ok(now)), ..Desk::new(store) }
    }

    /// Does an act.
    pub fn perform(&mut self, act: Act, watch: &mut Watch<'_>) -> Report {
        let now = match (self.clock)() {
            Ok(now) => now,
            Err(refusal) => return act.failed(refusal.into()),
        };
        let store = &self.store;
        match act {
            Act::Overview => Report::Overview(look::overview(store, &mut self.bills)),
            Act::Detail(meter) => Report::Detail(look::detail(store, &meter)),
            Act::Complete(text) => Report::Completed { paths: files::complete(&text), text },
            Act::Sample => Report::Sample(sample::load(store, now, watch)),
            Act::Import(paths) => Report::Imported(files::import(store, &paths, now, watch)),
            Act::Register(path) => Report::Done { what: "register", result: files::register(store, &path, now) },
            Act::KeyFile(path) => Report::KeyFile(customer::key_file(&path).map(|key| (Arc::new(key), path))),
            Act::Readings { meter, period, key } => {
                Report::Readings(customer::readings(store, &key, &meter, &period, watch).map(Arc::new))
            }
            Act::Draft(path) => Report::Draft(tariff::draft(&path)),
            Act::NewTariff(path) => Report::Done { what: "new tariff", result: tariff::new(&path) },
            Act::Publish(path) => Report::Done { what: "publish", result: tariff::publish(store, &path, now) },
            Act::Assign { meter, tariff, from } => {
                Report::Done { what: "assign", result: tariff::assign(store, &meter, &tariff, from) }
            }
            Act::Settle { meter, number, header } => {
                Report::Done { what: "settle", result: supplier::settle(store, &meter, number, &header) }
            }
            Act::Explain { tariff, period } => {
                let plan = tariff::explain(store, &tariff, &period).map(Box::new);
                Report::Explained { tariff, period, plan }
            }
            Act::Hours { tariff, period, readings } => {
                let prices = tariff::hours(store, &tariff, &period, readings.as_deref());
                Report::Hours { tariff, period, personal: readings.is_some(), prices }
            }
            Act::Price { period, readings } => {
                let priced = tariff::price(store, &period, &readings);
                Report::Price { period, priced }
            }
            Act::Prove { meter, period, revision, anyway, key } => Report::Proved(
                customer::prove(store, &key, &meter, &period, (revision, anyway), now, watch).map(Box::new),
            ),
            Act::HandIn(bytes) => Report::Done { what: "hand in", result: supplier::hand_in(store, &bytes, now) },
            Act::Verify { bills, dry_run } => Report::Judged(supplier::verify(store, &bills, dry_run, now, watch)),
            Act::VerifyFile(path) => Report::Judged(supplier::verify_file(store, &path, now, watch)),
            Act::Tamper { bill, lie } => Report::Tampered { lie, judgement: supplier::tamper(store, &bill, lie, now) },
            Act::Backup(path) => Report::Done { what: "back up the store", result: files::backup(store, &path) },
            Act::Check => Report::Done { what: "check the store", result: files::check(store) },
            Act::Write(output) => Report::Done { what: "write", result: files::write(store, output) },
        }
    }
}
