//! Green Button files: ESPI readings in an Atom feed, turned into the readings file.
//!
//! | what the file does | what happens |
//! |---|---|
//! | time | Unix seconds of the interval's start, as the standard has it; `tzOffset` is not looked at |
//! | unit | Wh (72) and VArh (73), times the power of ten given, 0 when none is; another unit is refused |
//! | direction | forward (1) is `import` and reverse (19) is `export`, where exactly one stream says so; else choose |
//! | several streams | one each must be chosen, by link or title; the others are listed as left out |
//! | accumulation | interval energy (4), or not stated; a running total is refused |
//! | quality 0, 14, 17, 18, 19 or none | measured: taken |
//! | quality 7, 8, 9, 11 | edited, estimated or derived by the utility: taken and counted |
//! | any other quality | questionable, projected, mixed, normalised: refused |
//! | blocks out of order, readings twice | sorted; equal ones dropped and counted, different ones refused |
//! | intervals that miss | gaps |

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use wattproof_meter::calendar::SlotLength;
use wattproof_meter::quantity::Unit;

use super::convert::ValueColumn;
use super::converted::{Converted, Offsets, Settled};
use super::csv::Column;
use super::decimal::{NotWhole, Whole, whole};
use super::source;
use super::streams::{Stream, StreamRefusal, gather};

mod choose;
mod feed;
mod refusal;
#[cfg(test)]
mod tests;

use choose::Chosen;
use feed::{Feed, Interval, ReadingType};
pub use refusal::GreenButtonRefusal;

/// What to take from a file.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Registers and the streams they are; the file tells when there are none.
    pub values: Vec<ValueColumn>,
    /// The slot length that intervals must have; the file tells when absent.
    pub slot: Option<SlotLength>,
    /// The zone that starts are written in; UTC when absent.
    pub zone: Option<TimeZone>,
}

/// Converts a file, packed or not.
pub fn convert(path: &Path, choice: &Choice) -> Result<Converted, GreenButtonRefusal> {
    convert_document(source::open_document(path)?, choice)
}

/// Converts the bytes of a file.
pub fn convert_document(input: impl Read, choice: &Choice) -> Result<Converted, GreenButtonRefusal> {
    let feed = feed::read(input)?;
    let (chosen, left_out) = choose::choose(&feed, &choice.values)?;
    let mut settled = Settled::default();
    let streams = chosen.iter().map(|chosen| stream(&feed, chosen, &mut settled)).collect::<Result<Vec<_>, _>>()?;
    let gathered = gather(&streams, choice.slot)?;
    settled.duplicates = gathered.duplicates;
    settled.out_of_order = gathered.out_of_order;
    let offsets = Offsets::of(choice.zone.clone().unwrap_or(TimeZone::UTC));
    let converted = Converted::new(gathered.file, offsets, gathered.rows, settled, left_out);
    Ok(converted.ok_or(StreamRefusal::TooLong)?)
}

/// A stream's readings in base units.
fn stream(feed: &Feed, chosen: &Chosen, settled: &mut Settled) -> Result<Stream, GreenButtonRefusal> {
    let Chosen { name, register, meter_reading, .. } = chosen;
    let kind = chosen.kind(feed)?;
    let shift = multiplier(name, kind)?;
    let mut stream = Stream { register: register.clone(), name: name.clone(), seconds: 0, readings: Vec::new() };
    for block in feed.blocks.iter().filter(|block| choose::belongs(block, meter_reading)) {
        for reading in &block.readings {
            let start = reading.start.ok_or_else(|| incomplete(name, "start"))?;
            let seconds = reading.duration.or(kind.interval).ok_or_else(|| incomplete(name, "duration"))?;
            if stream.readings.is_empty() {
                stream.seconds = seconds;
            }
            if seconds != stream.seconds {
                let (stream, one) = (name.clone(), stream.seconds);
                return Err(GreenButtonRefusal::MixedIntervals { stream, one, other: seconds });
            }
            stream.readings.push((start, Some(value(name, start, reading, shift, settled)?)));
        }
    }
    Ok(stream)
}

fn multiplier(name: &str, kind: &ReadingType) -> Result<i32, GreenButtonRefusal> {
    let code = kind.multiplier.unwrap_or(0);
    let fits = i32::try_from(code).ok().filter(|power| power.abs() <= 12);
    let (stream, what) = (name.to_owned(), "powerOfTenMultiplier");
    fits.ok_or(GreenButtonRefusal::NotIntervalEnergy { stream, what, code })
}

fn incomplete(name: &str, what: &'static str) -> GreenButtonRefusal {
    GreenButtonRefusal::Incomplete { stream: name.into(), what }
}

fn value(
    name: &str,
    start: i64,
    reading: &Interval,
    shift: i32,
    settled: &mut Settled,
) -> Result<u32, GreenButtonRefusal> {
    let stream = || name.to_owned();
    let at = Timestamp::from_second(start).map_err(|_| StreamRefusal::TooLong)?;
    let (measured, substituted) =
        (|code: &i64| matches!(code, 0 | 14 | 17..=19), |code: &i64| matches!(code, 7..=9 | 11));
    if let Some(quality) = reading.qualities.iter().copied().find(|code| !measured(code) && !substituted(code)) {
        return Err(GreenButtonRefusal::Quality { stream: stream(), start: at, quality });
    }
    settled.substituted += usize::from(reading.qualities.iter().any(substituted));
    let text = reading.value.as_ref().ok_or_else(|| incomplete(name, "value"))?;
    let what = match whole(text, shift) {
        Ok(Whole::Exact(value)) => return Ok(value),
        Ok(Whole::Settled(value)) => {
            settled.noise += 1;
            return Ok(value);
        }
        Err(NotWhole::NotANumber) => "not a number",
        Err(NotWhole::Negative) => "negative",
        Err(NotWhole::Fraction) => "not a whole number of Wh or VArh",
        Err(NotWhole::TooLarge) => "2^32 or more",
    };
    Err(GreenButtonRefusal::NotAReading { stream: stream(), start: at, what })
}

/// What a unit code of ESPI counts, when a register can.
fn unit(code: i64) -> Option<Unit> {
    match code {
        72 => Some(Unit::WattHour),
        73 => Some(Unit::VarHour),
        _ => None,
    }
}

/// The register that a stream is by itself: the one of its unit and direction.
fn plain_register(kind: &ReadingType) -> Option<Column> {
    let name = match (unit(kind.unit?)?, kind.flow?) {
        (Unit::WattHour, 1) => "import",
        (Unit::WattHour, 19) => "export",
        _ => return None,
    };
    Column::new(name, Unit::WattHour)
}
