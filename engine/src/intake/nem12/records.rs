//! The records of a file: 100 header, 200 stream, 300 day, 400 qualities of a day's intervals, 500 notes, 900 end.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::civil::Date;
use jiff::tz::{Dst, TimeZone};

use super::quality::{OfDay, Quality, Ranges, of_day, of_interval};
use super::{Choice, Nem12Refusal, choose};
use crate::intake::converted::Settled;
use crate::intake::csv::short;
use crate::intake::decimal::{NotWhole, Whole, whole};
use zeroize::{Zeroize, Zeroizing};

/// Seconds of a day by a clock that stays at standard time.
const DAY: i64 = 86_400;

/// A stream of a meter, and its readings when it is wanted.
pub(super) struct MeterStream {
    pub(super) nmi: String,
    pub(super) suffix: String,
    pub(super) unit: String,
    pub(super) minutes: i64,
    pub(super) wanted: bool,
    pub(super) readings: Zeroized,
}

/// Start in Unix seconds and value; wiped when dropped.
#[derive(Default)]
pub(super) struct Zeroized(pub(super) Vec<(i64, Option<u32>)>);

impl Drop for Zeroized {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

/// Reads the streams of a file; values only of those that may be wanted.
pub(super) fn read(input: impl Read, choice: &Choice, settled: &mut Settled) -> Result<Vec<MeterStream>, Nem12Refusal> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(input);
    let mut file = File { choice, settled, streams: Vec::new(), at: At::Start };
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(not_a_row)? {
        let line = record.position().map_or(0, csv::Position::line);
        file.record(line, &record)?;
    }
    match file.at {
        At::End => Ok(file.streams),
        At::Start => Err(Nem12Refusal::NoHeader { line: 1 }),
        _ => Err(Nem12Refusal::BrokenOff),
    }
}

/// Which record came last.
enum At {
    Start,
    Header,
    Stream(usize),
    /// A day of a stream; with its values when its qualities are still to come.
    Day(usize, Option<Box<Pending>>),
    End,
}

struct Pending {
    start: i64,
    values: Zeroizing<Vec<Option<u32>>>,
    ranges: Ranges,
}

struct File<'a> {
    choice: &'a Choice,
    settled: &'a mut Settled,
    streams: Vec<MeterStream>,
    at: At,
}

impl File<'_> {
    fn record(&mut self, line: u64, record: &StringRecord) -> Result<(), Nem12Refusal> {
        let kind = record.get(0).unwrap_or_default();
        if kind == "400" {
            return self.qualities(line, record);
        }
        let at = std::mem::replace(&mut self.at, At::End);
        let at = self.settle(at)?;
        self.at = match (kind, at) {
            ("100", At::Start) => header(line, record)?,
            (_, At::Start) => return Err(Nem12Refusal::NoHeader { line }),
            ("200", At::Header | At::Stream(_) | At::Day(..)) => At::Stream(self.stream(line, record)?),
            ("300", At::Stream(stream) | At::Day(stream, _)) => self.day(line, stream, record)?,
            ("500", At::Day(stream, _)) => At::Day(stream, None),
            ("900", At::Header | At::Stream(_) | At::Day(..)) => At::End,
            ("250" | "550", _) => return Err(Nem12Refusal::Nem13),
            _ => return Err(Nem12Refusal::Misplaced { line, kind: short(kind) }),
        };
        Ok(())
    }

    /// Takes a day whose 400 records are over.
    fn settle(&mut self, at: At) -> Result<At, Nem12Refusal> {
        let At::Day(stream, Some(pending)) = at else { return Ok(at) };
        let Pending { start, values, ranges } = *pending;
        let line = ranges.line();
        let qualities = ranges.complete()?;
        let empty = |(place, value): (usize, &Option<u32>)| value.is_none() && qualities[place] != Quality::Gap;
        if let Some(place) = values.iter().enumerate().position(empty) {
            return Err(Nem12Refusal::NotAReading { line, place: place + 1, what: "missing" });
        }
        self.take(stream, start, &values, |place| qualities[place]);
        Ok(At::Day(stream, None))
    }

    fn take(&mut self, stream: usize, start: i64, values: &[Option<u32>], quality: impl Fn(usize) -> Quality) {
        let MeterStream { minutes, readings, .. } = &mut self.streams[stream];
        for (place, value) in values.iter().enumerate() {
            let value = match quality(place) {
                Quality::Gap => None,
                Quality::Taken => *value,
                Quality::Substituted => {
                    self.settled.substituted += 1;
                    *value
                }
            };
            readings.0.push((start + place as i64 * *minutes * 60, value));
        }
    }

    fn stream(&mut self, line: u64, record: &StringRecord) -> Result<usize, Nem12Refusal> {
        let field = |place| record.get(place).unwrap_or_default();
        let (nmi, suffix, unit, length) = (field(1), field(4), field(7), field(8));
        let wrong = |what, text| Nem12Refusal::Stream { line, what, text: short(text) };
        if nmi.is_empty() {
            return Err(wrong("NMI", nmi));
        }
        if suffix.is_empty() {
            return Err(wrong("suffix", suffix));
        }
        let minutes = length.parse().ok().filter(|minutes| (1..=1_440).contains(minutes) && 1_440 % minutes == 0);
        let minutes = minutes.ok_or_else(|| wrong("interval length", length))?;
        let known = self.streams.iter().position(|stream| stream.nmi == nmi && stream.suffix == suffix);
        if let Some(place) = known {
            let stream = &self.streams[place];
            if stream.minutes != minutes || !stream.unit.eq_ignore_ascii_case(unit) {
                return Err(Nem12Refusal::StreamChanges { line, stream: choose::name(stream) });
            }
            return Ok(place);
        }
        let wanted = choose::may_be_wanted(&self.choice.values, nmi, suffix) && choose::shift(unit).is_some();
        let (nmi, suffix, unit) = (short(nmi), short(suffix), short(unit));
        self.streams.push(MeterStream { nmi, suffix, unit, minutes, wanted, readings: Zeroized::default() });
        Ok(self.streams.len() - 1)
    }

    fn day(&mut self, line: u64, stream: usize, record: &StringRecord) -> Result<At, Nem12Refusal> {
        let MeterStream { minutes, wanted, unit, .. } = &self.streams[stream];
        if !wanted {
            return Ok(At::Day(stream, None));
        }
        let count = (1_440 / minutes) as usize;
        let start = day_start(line, record.get(1).unwrap_or_default(), &self.choice.zone)?;
        let flag = record.get(2 + count).filter(|flag| flag.starts_with(|c: char| c.is_ascii_alphabetic()));
        let flag = flag.ok_or(Nem12Refusal::Day { line, count })?;
        let quality = of_day(line, flag)?;
        let shift = choose::shift(unit).unwrap_or(0);
        let cells = record.iter().skip(2).take(count).enumerate();
        let missing = matches!(quality, OfDay::One(Quality::Gap) | OfDay::Varies);
        let values = cells.map(|(place, cell)| match cell {
            "" if missing => Ok(None),
            cell => value(line, place, cell, shift, self.settled).map(Some),
        });
        let values = Zeroizing::new(values.collect::<Result<Vec<_>, _>>()?);
        match quality {
            OfDay::One(quality) => self.take(stream, start, &values, |_| quality),
            OfDay::Varies => {
                let pending = Pending { start, values, ranges: Ranges::new(line, count) };
                return Ok(At::Day(stream, Some(Box::new(pending))));
            }
        }
        Ok(At::Day(stream, None))
    }

    fn qualities(&mut self, line: u64, record: &StringRecord) -> Result<(), Nem12Refusal> {
        let field = |place| record.get(place).unwrap_or_default();
        match &mut self.at {
            At::Day(_, Some(pending)) => pending.ranges.give(field(1), field(2), of_interval(line, field(3))?),
            At::Day(stream, None) if !self.streams[*stream].wanted => Ok(()),
            _ => Err(Nem12Refusal::Misplaced { line, kind: "400".into() }),
        }
    }
}

fn header(line: u64, record: &StringRecord) -> Result<At, Nem12Refusal> {
    match record.get(1).unwrap_or_default() {
        "NEM12" => Ok(At::Header),
        "NEM13" => Err(Nem12Refusal::Nem13),
        _ => Err(Nem12Refusal::NoHeader { line }),
    }
}

/// The Unix second at which a day begins by a clock that is at standard time all that day.
fn day_start(line: u64, text: &str, zone: &TimeZone) -> Result<i64, Nem12Refusal> {
    let not_a_date = || Nem12Refusal::NotADate { line, text: short(text) };
    let plain = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let date = plain.then(|| Date::strptime("%Y%m%d", text).ok()).flatten().ok_or_else(not_a_date)?;
    let midnight = date.to_zoned(zone.clone()).map_err(|_| not_a_date())?;
    let standard = |second: i64| {
        let at = jiff::Timestamp::from_second(second).ok()?;
        let info = zone.to_offset_info(at);
        (info.dst() == Dst::No).then(|| info.offset())
    };
    let start = midnight.timestamp().as_second();
    let (first, last) = (standard(start), standard(start + DAY - 1));
    if first.is_none() || first != last {
        return Err(Nem12Refusal::SummerTime { line, date });
    }
    Ok(start)
}

fn value(line: u64, place: usize, cell: &str, shift: i32, settled: &mut Settled) -> Result<u32, Nem12Refusal> {
    let what = match whole(cell, shift) {
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
    Err(Nem12Refusal::NotAReading { line, place: place + 1, what })
}

fn not_a_row(error: csv::Error) -> Nem12Refusal {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Nem12Refusal::File(error),
        _ => Nem12Refusal::NotARow { line },
    }
}
