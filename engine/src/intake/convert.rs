//! Other people's readings, turned into the readings file: settled by a stated rule, or refused, never guessed.
//!
//! | what the file does | what happens |
//! |---|---|
//! | time with offset | taken as it is |
//! | time without offset | needs a zone; the hour that occurs twice is settled only when the rows of the whole file can be read as strictly ascending in exactly one way; a time the clock skips is refused |
//! | decimals | exact; see the rule for binary noise at [`Report::settled_noise`]; what is not a whole base unit is refused |
//! | empty, `Null`, `NaN` | a gap |
//! | a missing row | a gap |
//! | rows out of order | sorted and counted |
//! | the same row again | dropped and counted |
//! | another value for a slot | refused |
//! | slot length not given | the shortest step between rows, when more than half of the steps have it |

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use wattproof_meter::calendar::SlotLength;
use wattproof_meter::quantity::Unit;

use super::csv::{Column, ReadingsFile};
use super::source;

mod place;
mod refusal;
mod rows;
mod settle;
#[cfg(test)]
mod tests;

pub use refusal::ConvertRefusal;

/// What a file's numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Base units: Wh, VArh.
    Base,
    /// Thousands of them: kWh, kVArh.
    Kilo,
}

/// Which end of its interval a row's time names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamped {
    /// The interval starts then.
    Start,
    /// The interval ends then.
    End,
}

/// Where a register's values stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueColumn {
    /// The register they become.
    pub register: Column,
    /// The head of their column, blanks around it left out.
    pub head: String,
}

impl ValueColumn {
    /// Reads `import=Consumption (kWh)`. The unit is VArh for a register whose name starts with `reactive`, else Wh;
    /// `name:Wh=…` and `name:VArh=…` say it.
    pub fn parse(text: &str) -> Option<Self> {
        let (register, head) = text.split_once('=')?;
        let (name, unit) = match register.split_once(':') {
            Some((name, unit)) => (name, [Unit::WattHour, Unit::VarHour].into_iter().find(|u| u.symbol() == unit)?),
            None if register.starts_with("reactive") => (register, Unit::VarHour),
            None => (register, Unit::WattHour),
        };
        Some(ValueColumn { register: Column::new(name, unit)?, head: head.trim().into() })
    }
}

/// How to read someone else's file.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The head of the column with the times.
    pub time: String,
    /// The columns with values; at least one.
    pub values: Vec<ValueColumn>,
    /// What the numbers count.
    pub scale: Scale,
    /// Which end of the interval the times name.
    pub stamped: Stamped,
    /// The zone of times without offset, and of the starts written.
    pub zone: Option<TimeZone>,
    /// The slot length; the file tells when absent.
    pub slot: Option<SlotLength>,
}

/// A file converted.
#[allow(missing_debug_implementations, reason = "readings are secret")]
pub struct Converted {
    /// The readings.
    pub file: ReadingsFile,
    /// What was done.
    pub report: Report,
    offsets: Offsets,
}

impl Converted {
    /// The offset to write an instant with: the zone's, or the one the file used last before it.
    pub fn offset(&self, at: Timestamp) -> Offset {
        self.offsets.at(at)
    }
}

/// What a conversion met and settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Rows read.
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
    /// Rows dropped since they repeat another.
    pub duplicates: usize,
    /// Rows that stood earlier than the row before them.
    pub out_of_order: usize,
    /// Rows in the hour that occurs twice, settled by the order of the rows.
    pub settled_hours: usize,
    /// Values with 15 or more significant digits within a millionth of a base unit of a whole number, taken as it.
    pub settled_noise: usize,
    /// Days on which the offset changes.
    pub clock_changes: Vec<ClockChange>,
}

/// A local day that is longer or shorter than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// The day.
    pub date: Date,
    /// How many slots the calendar gives it.
    pub slots: i64,
}

/// Converts a file, packed or not.
pub fn convert(path: &Path, layout: &Layout) -> Result<Converted, ConvertRefusal> {
    convert_text(source::open(path)?, layout)
}

/// Converts the text of a file.
pub fn convert_text(input: impl Read, layout: &Layout) -> Result<Converted, ConvertRefusal> {
    let read = rows::read(source::Bounded::new(input), layout)?;
    let (rows, settled_hours) = settle::settle(read.rows, layout.zone.as_ref())?;
    let offsets = Offsets::new(layout.zone.clone(), &rows);
    let out_of_order = rows.windows(2).filter(|pair| pair[1].time.at < pair[0].time.at).count();
    let count = rows.len();
    let placed = place::place(rows, layout)?;
    let slots = placed.file.readings.slots();
    let report = Report {
        rows: count,
        first: place::instant(slots.first().start(placed.file.length))?,
        end: place::instant(slots.end().start(placed.file.length))?,
        slot: placed.file.length,
        slots: slots.count(),
        gaps: placed.file.readings.gap_count(),
        duplicates: placed.duplicates,
        out_of_order,
        settled_hours,
        settled_noise: read.settled_noise,
        clock_changes: place::clock_changes(&placed.file, &offsets)?,
    };
    Ok(Converted { file: placed.file, report, offsets })
}

/// The offset at any instant: the zone's, or the one written with the last row at or before it.
struct Offsets {
    zone: Option<TimeZone>,
    written: Vec<(Timestamp, Offset)>,
}

impl Offsets {
    fn new(zone: Option<TimeZone>, rows: &[rows::Row<rows::Fixed>]) -> Self {
        let mut written: Vec<_> = rows.iter().map(|row| (row.time.at, row.time.offset)).collect();
        written.sort_by_key(|(at, _)| *at);
        Offsets { zone, written }
    }

    fn at(&self, at: Timestamp) -> Offset {
        if let Some(zone) = &self.zone {
            return zone.to_offset(at);
        }
        let after = self.written.partition_point(|(written, _)| *written <= at);
        self.written.get(after.saturating_sub(1)).map_or(Offset::UTC, |(_, offset)| *offset)
    }
}
