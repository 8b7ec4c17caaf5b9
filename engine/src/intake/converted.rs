//! What a conversion makes: a readings file, and an account of what was settled.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use wattproof_meter::calendar::SlotLength;

use super::csv::ReadingsFile;

/// A file converted.
#[allow(missing_debug_implementations, reason = "readings are secret")]
pub struct Converted {
    /// The readings.
    pub file: ReadingsFile,
    /// What was done.
    pub report: Report,
    offsets: Offsets,
}

/// What a conversion met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Rows or readings read.
    pub rows: usize,
    /// The start of the first slot.
    pub first: Timestamp,
    /// The end of the last slot.
    pub end: Timestamp,
    /// The slot length.
    pub slot: SlotLength,
    /// Slots between them.
    pub slots: u32,
    /// Slots without a reading of some register: rows missing, or values that say so.
    pub gaps: usize,
    /// What was settled.
    pub settled: Settled,
    /// Streams of the file that were not asked for.
    pub left_out: Vec<String>,
    /// Days on which the offset changes.
    pub clock_changes: Vec<ClockChange>,
}

/// What a conversion settled, each by its rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Rows dropped since they repeat another.
    pub duplicates: usize,
    /// Rows that stood earlier than the row before them.
    pub out_of_order: usize,
    /// Rows in the hour that occurs twice, settled by the order of the rows.
    pub hours: usize,
    /// Values with 15 or more significant digits within a millionth of a base unit of a whole number, taken as it.
    pub noise: usize,
    /// Values that the file marks as substituted, edited or estimated, and final.
    pub substituted: usize,
}

/// A local day that is longer or shorter than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// The day.
    pub date: Date,
    /// How many slots the calendar gives it.
    pub slots: i64,
}

impl Converted {
    /// Nothing when the readings lie outside the calendar.
    pub(super) fn new(
        file: ReadingsFile,
        offsets: Offsets,
        rows: usize,
        settled: Settled,
        left_out: Vec<String>,
    ) -> Option<Self> {
        let (slots, slot) = (file.readings.slots(), file.length);
        let report = Report {
            rows,
            first: Timestamp::from_second(slots.first().start(slot)).ok()?,
            end: Timestamp::from_second(slots.end().start(slot)).ok()?,
            slot,
            slots: slots.count(),
            gaps: file.readings.gap_count(),
            settled,
            left_out,
            clock_changes: clock_changes(&file, &offsets)?,
        };
        Some(Converted { file, report, offsets })
    }

    /// The offset to write an instant with: the zone's, or the one the file used last before it.
    pub fn offset(&self, at: Timestamp) -> Offset {
        self.offsets.at(at)
    }
}

/// The offset at any instant: the zone's, or the one written with the last row at or before it.
pub(super) struct Offsets {
    zone: Option<TimeZone>,
    written: Vec<(Timestamp, Offset)>,
}

impl Offsets {
    pub(super) fn new(zone: Option<TimeZone>, mut written: Vec<(Timestamp, Offset)>) -> Self {
        written.sort_by_key(|(at, _)| *at);
        Offsets { zone, written }
    }

    /// A zone's.
    pub(super) fn of(zone: TimeZone) -> Self {
        Offsets { zone: Some(zone), written: Vec::new() }
    }

    fn at(&self, at: Timestamp) -> Offset {
        if let Some(zone) = &self.zone {
            return zone.to_offset(at);
        }
        let after = self.written.partition_point(|(written, _)| *written <= at);
        self.written.get(after.saturating_sub(1)).map_or(Offset::UTC, |(_, offset)| *offset)
    }
}

/// The days on which the offset changes between one slot and the next.
fn clock_changes(file: &ReadingsFile, offsets: &Offsets) -> Option<Vec<ClockChange>> {
    let mut changes = Vec::new();
    let mut before = None;
    for slot in file.readings.slots().iter() {
        let at = Timestamp::from_second(slot.start(file.length)).ok()?;
        let now = offsets.at(at);
        let old = before.replace(now).unwrap_or(now);
        if old != now {
            let day = 86_400 + i64::from(old.seconds() - now.seconds());
            changes.push(ClockChange { date: now.to_datetime(at).date(), slots: day / file.length.seconds() });
        }
    }
    Some(changes)
}
