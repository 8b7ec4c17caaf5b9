//! Whether a billing period is complete: over, within the meter's service, each slot once, from signed batches.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use thiserror::Error;
use wattproof_circuits::period::{Calendar, Period};
use wattproof_circuits::tariff::Tariff;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::record::MeterRecord;

use crate::archive::{Claim, HeaderDigest, StoredBatch};
use crate::clock;
use crate::refusal::{Fault, Refusal};
use crate::store::StoreRefusal;

/// Why a period cannot be billed. Slots are given by their start.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PeriodRefusal {
    /// The meter came later.
    #[error("the period begins before the meter's service, which starts at {service}")]
    BeforeService {
        /// The start of the meter's service.
        service: Timestamp,
    },
    /// The period has not ended.
    #[error("the period is not over: it ends at {end}")]
    NotOver {
        /// When it ends.
        end: Timestamp,
    },
    /// A batch has not come.
    #[error("readings from {from} on are missing: batch {number} is not here ({missing} of {wanted} batches missing)")]
    Missing {
        /// The first slot missing.
        from: Timestamp,
        /// The batch that completes it.
        number: u32,
        /// How many batches are missing.
        missing: usize,
        /// How many the period needs.
        wanted: usize,
    },
    /// Two signed batches claim one number.
    #[error("{} different signed batches claim number {number}", rivals.len())]
    Rivals {
        /// The number.
        number: u32,
        /// Their names.
        rivals: Vec<HeaderDigest>,
    },
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for PeriodRefusal {
    fn code(&self) -> &'static str {
        match self {
            PeriodRefusal::BeforeService { .. } => "period-before-service",
            PeriodRefusal::NotOver { .. } => "period-not-over",
            PeriodRefusal::Missing { .. } => "period-incomplete",
            PeriodRefusal::Rivals { .. } => "rival-batches",
            PeriodRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            PeriodRefusal::BeforeService { .. } => "begin the period when the meter's service begins".into(),
            PeriodRefusal::NotOver { .. } => "wait until it is over, or end the period earlier".into(),
            PeriodRefusal::Missing { number, .. } => format!("import batch {number}"),
            PeriodRefusal::Rivals { .. } => {
                "find out which of them is right, and say so with `wattproof store settle`".into()
            }
            PeriodRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            PeriodRefusal::Store(refusal) => refusal.fault(),
            _ => Fault::Refused,
        }
    }
}

/// The batches that hold a period, in order, each slot in exactly one. Gaps are those the meter signed. `claim` says
/// what is known of a number.
pub(crate) fn batches<E: From<PeriodRefusal>>(
    meter: &MeterRecord,
    slots: SlotRange,
    now: Timestamp,
    mut claim: impl FnMut(u32) -> Result<Claim, E>,
) -> Result<Vec<StoredBatch>, E> {
    let length = meter.slot_length();
    if slots.first() < meter.in_service() {
        return Err(PeriodRefusal::BeforeService { service: start(meter.in_service(), length) }.into());
    }
    let end = start(slots.end(), length);
    if now < end {
        return Err(PeriodRefusal::NotOver { end }.into());
    }
    let (numbers, mut missing) = (numbers(meter, slots), Vec::new());
    let mut batches = Vec::with_capacity(numbers.len());
    for number in &numbers {
        match claim(*number)? {
            Claim::Batch(batch) => batches.push(*batch),
            Claim::Rivals(rivals) => return Err(PeriodRefusal::Rivals { number: *number, rivals }.into()),
            Claim::Missing => missing.push(*number),
        }
    }
    match missing.first() {
        None => Ok(batches),
        Some(number) => {
            let held = meter.period().slots(*number, length);
            let from = held.and_then(|held| held.overlap(slots)).map_or(slots.first(), SlotRange::first);
            let (missing, wanted) = (missing.len(), numbers.len());
            Err(PeriodRefusal::Missing { from: start(from, length), number: *number, missing, wanted }.into())
        }
    }
}

/// The numbers of the batches that hold these slots.
pub(crate) fn numbers(meter: &MeterRecord, slots: SlotRange) -> Vec<u32> {
    let number = |slot: Slot| meter.period().number_of(slot, meter.slot_length());
    let last = slots.end().index().checked_sub(1).map(Slot::new).and_then(number);
    match number(slots.first()).zip(last) {
        Some((first, last)) if slots.count() > 0 => (first..=last).collect(),
        _ => Vec::new(),
    }
}

/// When a slot starts. Every slot index lies within the calendar of instants for any slot length of a minute or more.
pub(crate) fn start(slot: Slot, length: SlotLength) -> Timestamp {
    Timestamp::from_second(slot.start(length)).unwrap_or(Timestamp::MAX)
}

/// The tariff's days that are exactly these slots.
pub(crate) fn days(tariff: &Tariff, slots: SlotRange) -> Option<Period> {
    let calendar = tariff.calendar();
    let period = Period::new(date(calendar, slots.first())?, date(calendar, slots.end())?, calendar).ok()?;
    (period.slots() == slots).then_some(period)
}

/// The tariff day in which a slot starts.
pub(crate) fn date(calendar: &Calendar, slot: Slot) -> Option<Date> {
    let zone = clock::zone(calendar.zone()).ok()?;
    let start = Timestamp::from_second(slot.start(calendar.slot())).ok()?;
    let local = zone.to_datetime(start).checked_sub(i64::from(calendar.day_from()).minutes()).ok()?;
    Some(local.date())
}
