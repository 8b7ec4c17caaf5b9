//! NEM12 files: interval readings of the Australian market, turned into the readings file.
//!
//! | what the file does | what happens |
//! |---|---|
//! | time | days of 24 hours by the clock given, which must stay at its standard time in the file |
//! | unit | Wh, kWh, MWh, VArh, kVArh, MVArh in either case; another unit is refused when chosen |
//! | direction | an `E` stream is to the customer and so `import`, a `B` stream from the customer and so `export`, where there is one of them; reactive streams are chosen by name |
//! | several streams or meters | one each must be chosen, as `E1` or `NMI/E1`; the others are listed as left out |
//! | quality A | actual: taken |
//! | quality S, F | substituted, finally substituted: taken and counted |
//! | quality N | no reading: a gap |
//! | quality E | an estimate that will be replaced: refused |
//! | quality V | each interval's own, by 400 records that cover the day exactly once |
//! | days out of order, days twice | sorted; equal ones dropped and counted, different ones refused |
//! | records missing, or behind the 900 record | refused |

use std::io::Read;
use std::path::Path;

use jiff::tz::TimeZone;
use wattproof_meter::calendar::SlotLength;

use super::convert::ValueColumn;
use super::converted::{Converted, Offsets, Settled};
use super::source;
use super::streams::{StreamRefusal, gather};

mod choose;
mod quality;
mod records;
mod refusal;
#[cfg(test)]
mod tests;

pub use refusal::Nem12Refusal;

/// What to take from a file, and the clock that wrote it.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Registers and the streams they are; the file tells when there are none.
    pub values: Vec<ValueColumn>,
    /// The slot length that intervals must have; the file tells when absent.
    pub slot: Option<SlotLength>,
    /// The clock of the file: standard time all year.
    pub zone: TimeZone,
}

/// Converts a file, packed or not.
pub fn convert(path: &Path, choice: &Choice) -> Result<Converted, Nem12Refusal> {
    convert_text(source::open(path)?, choice)
}

/// Converts the text of a file.
pub fn convert_text(input: impl Read, choice: &Choice) -> Result<Converted, Nem12Refusal> {
    let mut settled = Settled::default();
    let meters = records::read(source::Bounded::new(input), choice, &mut settled)?;
    let (streams, left_out) = choose::choose(meters, &choice.values)?;
    let gathered = gather(&streams, choice.slot)?;
    settled.duplicates = gathered.duplicates;
    settled.out_of_order = gathered.out_of_order;
    let offsets = Offsets::of(choice.zone.clone());
    let converted = Converted::new(gathered.file, offsets, gathered.rows, settled, left_out);
    Ok(converted.ok_or(StreamRefusal::TooLong)?)
}
