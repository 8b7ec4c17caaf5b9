//! The months of a meter: which of them can be billed, and what the others lack.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use wattproof_circuits::period::{Calendar, Period};
use wattproof_meter::batch::SealedBatch;
use wattproof_meter::calendar::SlotRange;
use wattproof_meter::record::MeterRecord;

use crate::archive::{self, Claim};
use crate::bills::{self, BillDigest};
use crate::period;
use crate::policy::{self, Dates, PolicyRefusal};
use crate::refusal::Refusal;
use crate::registry;
use crate::store::table::View;
use crate::store::{Store, StoreRefusal};

/// The most months listed, the latest ones: ten years.
const MOST: usize = 120;

/// A month of a meter, by the clock of the tariff in force, else by UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthRow {
    /// `2026-10`.
    pub month: String,
    /// When it ends.
    pub end: Timestamp,
    /// Its slots.
    pub slots: u32,
    /// How many batches hold it.
    pub wanted: usize,
    /// Numbers of those that have not come.
    pub missing: Vec<u32>,
    /// Numbers that rivals claim, undecided.
    pub rivals: Vec<u32>,
    /// Slots within it that lack a reading of some register, in the batches that are here.
    pub gaps: u32,
    /// The tariff in force, as `name@version`, or why there is not one.
    pub tariff: Result<String, MonthWithout>,
    /// The accepted bill that touches it.
    pub billed: Option<BillDigest>,
}

/// Why a month has not exactly one tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthWithout {
    /// The reason, kebab-case.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The months that hold a whole batch of the meter, the earliest first.
pub fn months(store: &Store, meter: &str) -> Result<Vec<MonthRow>, PolicyRefusal> {
    store.look(|view| {
        let meter = registry::find_in(view, meter)?.record;
        let Some((first, last)) = span(view, &meter)? else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        let mut month = first.first_of_month();
        while month <= last {
            let next = month.checked_add(1.month()).map_err(|_| PolicyRefusal::Unassigned(month))?;
            rows.extend(row(view, &meter, Dates { start: month, end: next })?);
            month = next;
        }
        rows.drain(..rows.len().saturating_sub(MOST));
        Ok(rows)
    })
}

/// The UTC dates around the meter's batches, a day wider on either side: other clocks differ by less.
fn span(view: &impl View, meter: &MeterRecord) -> Result<Option<(Date, Date)>, StoreRefusal> {
    let Some((first, last)) = archive::numbers_held(view, &meter.id())? else { return Ok(None) };
    let slots = |number| meter.period().slots(number, meter.slot_length());
    let Some((first, last)) = slots(first).zip(slots(last)) else { return Ok(None) };
    let date = |at: Timestamp| jiff::tz::Offset::UTC.to_datetime(at).date();
    let start = date(period::start(first.first(), meter.slot_length()));
    Ok(Some((start, date(period::start(last.end(), meter.slot_length())))))
}

fn row(view: &impl View, meter: &MeterRecord, dates: Dates) -> Result<Option<MonthRow>, PolicyRefusal> {
    let (tariff, calendar) = match policy::in_force(view, &meter.id(), dates) {
        Ok(tariff) => (Ok(format!("{}@{}", tariff.name(), tariff.version())), tariff.calendar().clone()),
        Err(PolicyRefusal::Store(refusal)) => return Err(refusal.into()),
        Err(refusal) => (Err(without(&refusal)), Calendar::new("UTC", meter.slot_length(), 0)?),
    };
    let period = Period::new(dates.start, dates.end, &calendar)?;
    let slots = period.slots();
    let wanted = period::numbers(meter, slots);
    let mut row = MonthRow {
        month: dates.start.strftime("%Y-%m").to_string(),
        end: period::start(slots.end(), meter.slot_length()),
        slots: slots.count(),
        wanted: wanted.len(),
        missing: Vec::new(),
        rivals: Vec::new(),
        gaps: 0,
        tariff,
        billed: bills::billed(view, &meter.id(), slots)?.first().map(|billed| billed.bill),
    };
    let mut whole = false;
    for number in wanted {
        match archive::claim(view, meter, number)? {
            Claim::Batch(stored) => row.gaps += gaps(&stored.batch, slots),
            Claim::Missing => row.missing.push(number),
            Claim::Rivals(_) => row.rivals.push(number),
        }
        let held = row.missing.last() != Some(&number);
        let batch = meter.period().slots(number, meter.slot_length());
        whole |= held && batch.and_then(|batch| batch.overlap(slots)) == batch;
    }
    Ok(whole.then_some(row))
}

fn gaps(batch: &SealedBatch, slots: SlotRange) -> u32 {
    let header = batch.header();
    let Some(within) = header.slots().overlap(slots).filter(|_| header.gap_count() > 0) else { return 0 };
    let gap = |slot: &_| (0..header.registers()).any(|register| header.is_gap(register, *slot));
    within.iter().filter(gap).count() as u32
}

fn without(refusal: &PolicyRefusal) -> MonthWithout {
    MonthWithout { code: refusal.code(), message: refusal.to_string(), hint: refusal.hint() }
}
