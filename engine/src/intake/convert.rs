//! Other people's readings, turned into the readings file: settled by a stated rule, or refused, never guessed.
//!
//! | what the file does | what happens |
//! |---|---|
//! | time with offset | taken as it is |
//! | another form of time | read by the format given |
//! | the hour 24 | the end of the date it stands with |
//! | 0:00 behind the afternoon of its own date, at more than half of the midnights | refused until it is said which end of the date it is |
//! | time without offset | needs a zone; the hour that occurs twice is settled only when the rows of the whole file can be read as strictly ascending in exactly one way; a time the clock skips is refused |
//! | decimals | exact; see the rule for binary noise at [`Settled::noise`]; what is not a whole base unit is refused |
//! | empty, `Null`, `NaN` | a gap |
//! | a missing row | a gap |
//! | rows out of order | sorted and counted |
//! | the same row again | dropped and counted |
//! | another value for a slot | refused |
//! | slot length not given | the shortest step between rows, when more than half of the steps have it |

use std::io::Read;
use std::path::Path;

use jiff::tz::TimeZone;
use wattproof_meter::calendar::SlotLength;
use wattproof_meter::quantity::Unit;

use super::converted::{Converted, Offsets, Settled};
use super::csv::Column;
use super::source;

mod place;
mod refusal;
mod rows;
mod settle;
#[cfg(test)]
mod tests;

use place::Placed;
pub use refusal::ConvertRefusal;

/// What a file's numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Base units: Wh, VArh.
    Base,
    /// Thousands of them: kWh, kVArh.
    Kilo,
}

impl Scale {
    /// The power of ten base units that a unit of the file is.
    fn shift(self) -> i32 {
        match self {
            Scale::Base => 0,
            Scale::Kilo => 3,
        }
    }
}

/// Which end of its date a time of 0:00 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Midnight {
    /// The date begins then, as clocks have it.
    Begin,
    /// The date ends then, as files have it that write the end of a day with the day's date.
    End,
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
    /// How the times are written, in the conversions of `strptime`; ISO 8601 when absent.
    pub time_format: Option<String>,
    /// Which end of its date a time of 0:00 is; the file tells when absent.
    pub midnight: Option<Midnight>,
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

/// Converts a file, packed or not.
pub fn convert(path: &Path, layout: &Layout) -> Result<Converted, ConvertRefusal> {
    convert_text(source::open(path)?, layout)
}

/// Converts the text of a file.
pub fn convert_text(input: impl Read, layout: &Layout) -> Result<Converted, ConvertRefusal> {
    let read = rows::read(source::Bounded::new(input), layout)?;
    let (rows, settled_hours) = settle::settle(read.rows, layout.zone.as_ref())?;
    let written = rows.iter().map(|row| (row.time.at, row.time.offset)).collect();
    let offsets = Offsets::new(layout.zone.clone(), written);
    let out_of_order = rows.windows(2).filter(|pair| pair[1].time.at < pair[0].time.at).count();
    let count = rows.len();
    let Placed { file, duplicates } = place::place(rows, layout)?;
    let settled = Settled { duplicates, out_of_order, hours: settled_hours, noise: read.settled_noise, substituted: 0 };
    Converted::new(file, offsets, count, settled, Vec::new()).ok_or(ConvertRefusal::TooLong)
}
