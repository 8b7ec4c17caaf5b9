//! The customer's acts. What they open stays in this process and is wiped when it is let go.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use wattproof_engine::clock;
use wattproof_engine::customer::{self, Figures, Order};
use wattproof_engine::desk::file;
use wattproof_engine::desk::key::Key;
use wattproof_engine::desk::time::{self, Slot};
use wattproof_engine::intake::csv::ReadingsFile;
use wattproof_engine::ledger::{self, Purse};
use wattproof_engine::line::BillLine;
use wattproof_engine::store::Store;

use super::{Trouble, Watch};
use crate::screen::view::Amount;

/// More than any key's file needs.
const KEY_FILE: u64 = 4096;

/// A meter's readings over a period, in the clear. Wiped when dropped; without `Debug`.
pub struct Opened {
    /// The meter's name.
    pub meter: String,
    /// The period, as it was asked for.
    pub period: String,
    /// The clock's name.
    pub zone: String,
    /// The readings.
    pub file: ReadingsFile,
    /// The local days.
    pub days: Vec<Day>,
    /// The clock.
    pub clock: TimeZone,
}

/// A local day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its date.
    pub date: Date,
    /// Its slots.
    pub slots: Vec<Slot>,
}

impl Opened {
    /// A reading; nothing at a gap.
    pub fn get(&self, register: usize, slot: Slot) -> Option<u32> {
        self.file.readings.get(register, slot)
    }

    /// A day's total and how many of its slots are gaps.
    pub fn total(&self, register: usize, day: &Day) -> (u64, usize) {
        let values = day.slots.iter().map(|slot| self.get(register, *slot));
        values.fold((0, 0), |(total, gaps), value| match value {
            Some(value) => (total + u64::from(value), gaps),
            None => (total, gaps + 1),
        })
    }

    /// When a slot starts by the clock: `00:30`.
    pub fn starts(&self, slot: Slot) -> String {
        self.clock.to_datetime(time::start(slot, self.file.length)).strftime("%H:%M").to_string()
    }

    /// From decrypted readings.
    pub fn new(meter: &str, period: &str, zone: String, file: ReadingsFile) -> Result<Self, Trouble> {
        let clock = clock::zone(&zone)?;
        let mut days: Vec<Day> = Vec::new();
        for slot in file.readings.slots().iter() {
            let date = clock.to_datetime(time::start(slot, file.length)).date();
            match days.last_mut().filter(|day| day.date == date) {
                Some(day) => day.slots.push(slot),
                None => days.push(Day { date, slots: vec![slot] }),
            }
        }
        Ok(Opened { meter: meter.into(), period: period.into(), zone, file, days, clock })
    }
}

/// A bill, proved and checked. What its lines say stays with the customer.
pub struct Proved {
    /// Its bytes.
    pub bytes: Arc<Vec<u8>>,
    /// The meter's name.
    pub meter: String,
    /// The period as it was asked for.
    pub asked: String,
    /// Its days.
    pub period: String,
    /// The tariff.
    pub tariff: String,
    /// The total.
    pub total: Amount,
    /// The lines: name, amount, whether the bill discloses it.
    pub lines: Vec<(String, String, bool)>,
    /// What it discloses for later bills, and what it carries from earlier ones.
    pub state: Vec<(String, String, &'static str)>,
    /// Slots that the tariff's rule for gaps bills.
    pub gaps: u32,
    /// Its sizes and times.
    pub figures: Figures,
}

/// Reads K from a file.
pub fn key_file(path: &Path) -> Result<Key, Trouble> {
    let bytes = file::read(path, KEY_FILE)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    Ok(Key::from_text(text.trim())?)
}

/// Decrypts a period.
pub fn readings(store: &Store, key: &Key, meter: &str, period: &str, watch: &mut Watch<'_>) -> Result<Opened, Trouble> {
    let (file, zone) = customer::readings(store, key, meter, period, None, watch.progress)?;
    Opened::new(meter, period, zone, file)
}

/// Proves a bill.
pub fn prove(
    store: &Store,
    key: &Key,
    meter: &str,
    period: &str,
    (revision, anyway): (u8, bool),
    now: Timestamp,
    watch: &mut Watch<'_>,
) -> Result<Proved, Trouble> {
    let purse = Some(Purse { path: ledger::beside(store.path()), budget: ledger::BUDGET });
    let order = Order { meter, period, revision, batches_from: None, purse, disclose_anyway: anyway, now };
    let stop = watch.stop;
    let proved = customer::prove_watched(store, key, &order, &mut |progress| {
        (watch.progress)(progress);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let text = proved.total.to_string();
    let near = text.parse().unwrap_or(f64::NAN);
    let shown = proved.shown_figures.into_iter().map(|(name, amount)| (name, amount.to_string(), "for later bills"));
    let carried = proved.carried.into_iter().map(|(name, amount)| (name, amount.to_string(), "from earlier bills"));
    let line = |line: BillLine| (line.name, line.amount.to_string(), line.shown);
    Ok(Proved {
        bytes: Arc::new(proved.bytes),
        meter: proved.meter,
        asked: period.into(),
        period: proved.period,
        tariff: proved.tariff,
        total: Amount { text, currency: proved.total.currency(), near },
        lines: proved.lines.into_iter().map(line).collect(),
        state: shown.chain(carried).collect(),
        gaps: proved.gaps,
        figures: proved.figures,
    })
}
