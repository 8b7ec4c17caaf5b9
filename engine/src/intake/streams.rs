//! Registers that a file gives one by one: each a stream of readings with their starts.
//!
//! The same reading again is dropped and counted, another value for its slot is refused, and a slot without one is a gap.

use std::collections::BTreeMap;

use jiff::Timestamp;
use thiserror::Error;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::reading::Readings;
use zeroize::Zeroize;

use super::csv::{Column, MAX_COLUMNS, MAX_SLOTS, ReadingsFile};
use crate::refusal::{Fault, Refusal};

/// The longest slot a meter's register has, in minutes.
const LONGEST: u16 = 60;

/// Why streams do not make a readings file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StreamRefusal {
    /// No stream, too many, or one register twice.
    #[error("the streams to take name no register, or one twice")]
    Registers,
    /// No reading at all.
    #[error("the streams to take hold no reading")]
    NoReadings,
    /// An interval that is no settlement period.
    #[error("`{stream}` has intervals of {seconds} seconds")]
    NotASlot {
        /// Which stream.
        stream: String,
        /// How long.
        seconds: i64,
    },
    /// Intervals of another length than asked for, or than another stream's.
    #[error("`{stream}` has intervals of {minutes} minutes, not of {wanted}")]
    OtherLength {
        /// Which stream.
        stream: String,
        /// Its interval.
        minutes: u16,
        /// The interval wanted.
        wanted: u16,
    },
    /// A start inside a slot.
    #[error("`{stream}` has an interval that starts at {start}, where no {minutes}-minute slot does")]
    NotAnEdge {
        /// Which stream.
        stream: String,
        /// The start.
        start: Timestamp,
        /// The slot length.
        minutes: u16,
    },
    /// Two values for one slot.
    #[error("`{stream}` has two different readings for the interval that starts at {start}")]
    Conflict {
        /// Which stream.
        stream: String,
        /// The start.
        start: Timestamp,
    },
    /// The readings span too long a time.
    #[error("the readings span more than {MAX_SLOTS} slots")]
    TooLong,
}

impl Refusal for StreamRefusal {
    fn code(&self) -> &'static str {
        use StreamRefusal::*;
        match self {
            Registers => "stream-registers",
            NoReadings => "stream-no-readings",
            NotASlot { .. } => "stream-not-a-slot",
            OtherLength { .. } => "stream-other-length",
            NotAnEdge { .. } => "stream-not-a-slot-edge",
            Conflict { .. } => "stream-conflict",
            TooLong => "stream-too-long",
        }
    }

    fn hint(&self) -> String {
        use StreamRefusal::*;
        match self {
            Registers => "name each register once",
            NoReadings => "choose another stream, or export the file again",
            NotASlot { .. } => "ask for interval readings of 5 to 60 minutes",
            OtherLength { .. } => "choose streams of one interval length, and leave out --slot or make it theirs",
            NotAnEdge { .. } => "settlement periods begin at whole multiples of their length; export the file again",
            Conflict { .. } => "ask for a file with one reading an interval",
            TooLong => "ask for a shorter time",
        }
        .into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}

/// One register's readings, in the file's order. Wiped when dropped.
pub(super) struct Stream {
    /// The register they become.
    pub(super) register: Column,
    /// What the file calls it.
    pub(super) name: String,
    /// Seconds of every interval.
    pub(super) seconds: i64,
    /// Start in Unix seconds, and the value in base units or a gap.
    pub(super) readings: Vec<(i64, Option<u32>)>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.readings.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

/// Streams in one table.
pub(super) struct Gathered {
    pub(super) file: ReadingsFile,
    pub(super) rows: usize,
    pub(super) duplicates: usize,
    pub(super) out_of_order: usize,
}

/// Puts streams beside each other; `wanted` is the slot length asked for.
pub(super) fn gather(streams: &[Stream], wanted: Option<SlotLength>) -> Result<Gathered, StreamRefusal> {
    let twice = |i: usize| streams[..i].iter().any(|other| other.register.name() == streams[i].register.name());
    if streams.is_empty() || streams.len() > MAX_COLUMNS || (0..streams.len()).any(twice) {
        return Err(StreamRefusal::Registers);
    }
    let length = length(streams, wanted)?;
    let mut by_slot = Vec::with_capacity(streams.len());
    let mut duplicates = 0;
    for stream in streams {
        let (slots, repeated) = place(stream, length)?;
        by_slot.push(slots);
        duplicates += repeated;
    }
    let back = |stream: &Stream| stream.readings.windows(2).filter(|pair| pair[1].0 < pair[0].0).count();
    Ok(Gathered {
        file: table(streams, &by_slot, length)?,
        rows: streams.iter().map(|stream| stream.readings.len()).sum(),
        duplicates,
        out_of_order: streams.iter().map(back).sum(),
    })
}

fn length(streams: &[Stream], wanted: Option<SlotLength>) -> Result<SlotLength, StreamRefusal> {
    let mut common = wanted;
    for Stream { name, seconds, .. } in streams {
        let length = (seconds % 60 == 0).then(|| u16::try_from(seconds / 60).ok().and_then(SlotLength::from_minutes));
        let length = length.flatten().filter(|length| length.minutes() <= LONGEST);
        let length = length.ok_or_else(|| StreamRefusal::NotASlot { stream: name.clone(), seconds: *seconds })?;
        let wanted = *common.get_or_insert(length);
        if wanted != length {
            let (stream, minutes, wanted) = (name.clone(), length.minutes(), wanted.minutes());
            return Err(StreamRefusal::OtherLength { stream, minutes, wanted });
        }
    }
    common.ok_or(StreamRefusal::Registers)
}

/// The stream's readings by slot, borrowed; and how many repeated another.
type BySlot<'a> = BTreeMap<Slot, &'a Option<u32>>;

fn place(stream: &Stream, length: SlotLength) -> Result<(BySlot<'_>, usize), StreamRefusal> {
    let (mut slots, mut duplicates) = (BySlot::new(), 0);
    for (start, value) in &stream.readings {
        let at = || Timestamp::from_second(*start).map_err(|_| StreamRefusal::TooLong);
        let name = || stream.name.clone();
        let Some(slot) = Slot::starting_at(*start, length) else {
            return Err(StreamRefusal::NotAnEdge { stream: name(), start: at()?, minutes: length.minutes() });
        };
        match slots.insert(slot, value) {
            None => {}
            Some(other) if other == value => duplicates += 1,
            Some(_) => return Err(StreamRefusal::Conflict { stream: name(), start: at()? }),
        }
    }
    Ok((slots, duplicates))
}

fn table(streams: &[Stream], by_slot: &[BySlot<'_>], length: SlotLength) -> Result<ReadingsFile, StreamRefusal> {
    let first = by_slot.iter().filter_map(|slots| slots.first_key_value()).map(|(slot, _)| *slot).min();
    let last = by_slot.iter().filter_map(|slots| slots.last_key_value()).map(|(slot, _)| *slot).max();
    let (first, last) = first.zip(last).ok_or(StreamRefusal::NoReadings)?;
    let steps = last.index() - first.index();
    let slots = (steps < MAX_SLOTS).then(|| SlotRange::new(first, steps + 1)).flatten();
    let mut readings = Readings::gaps(slots.ok_or(StreamRefusal::TooLong)?, streams.len());
    for (register, slots) in by_slot.iter().enumerate() {
        for (slot, value) in slots {
            let _inside = readings.set(register, *slot, **value);
        }
    }
    let columns = streams.iter().map(|stream| stream.register.clone()).collect();
    Ok(ReadingsFile { columns, length, readings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wattproof_meter::quantity::Unit;

    fn stream(register: &str, readings: &[(i64, Option<u32>)]) -> Stream {
        let register = Column::new(register, Unit::WattHour).unwrap();
        Stream { name: register.name().into(), register, seconds: 1_800, readings: readings.to_vec() }
    }

    fn refused(streams: &[Stream], wanted: Option<u16>) -> StreamRefusal {
        gather(streams, wanted.and_then(SlotLength::from_minutes)).err().unwrap()
    }

    const START: i64 = 1_790_812_800;

    fn honest() -> [Stream; 2] {
        [
            stream("import", &[(START, Some(5)), (START + 3_600, Some(7))]),
            stream("export", &[(START + 1_800, Some(1)), (START, None)]),
        ]
    }

    #[test]
    fn streams_stand_beside_each_other_with_gaps() {
        let mut streams = honest();
        streams[0].readings.push((START, Some(5)));
        let gathered = gather(&streams, SlotLength::from_minutes(30)).ok().unwrap();
        assert_eq!((gathered.rows, gathered.duplicates, gathered.out_of_order), (5, 1, 2));
        let readings = &gathered.file.readings;
        let column = |register| readings.slots().iter().map(|slot| readings.get(register, slot)).collect::<Vec<_>>();
        assert_eq!((column(0), column(1)), (vec![Some(5), None, Some(7)], vec![None, Some(1), None]));
    }

    #[test]
    fn each_change_has_its_refusal() {
        let changed = |change: &dyn Fn(&mut [Stream; 2])| {
            let mut streams = honest();
            change(&mut streams);
            refused(&streams, None)
        };
        let start = Timestamp::from_second(START).unwrap();
        let stream = || "import".to_owned();
        assert_eq!(refused(&[], None), StreamRefusal::Registers);
        assert_eq!(changed(&|s| s[1].register = s[0].register.clone()), StreamRefusal::Registers);
        assert_eq!(changed(&|s| s.iter_mut().for_each(|s| s.readings.clear())), StreamRefusal::NoReadings);
        for seconds in [0, 1_790, 86_400, i64::MAX] {
            assert_eq!(changed(&|s| s[0].seconds = seconds), StreamRefusal::NotASlot { stream: stream(), seconds });
        }
        let other = StreamRefusal::OtherLength { stream: stream(), minutes: 30, wanted: 15 };
        assert_eq!(refused(&honest(), Some(15)), other);
        let edge = Timestamp::from_second(START + 60).unwrap();
        let refusal = StreamRefusal::NotAnEdge { stream: stream(), start: edge, minutes: 30 };
        assert_eq!(changed(&|s| s[0].readings[0].0 += 60), refusal);
        let conflict = StreamRefusal::Conflict { stream: stream(), start };
        assert_eq!(changed(&|s| s[0].readings.push((START, Some(6)))), conflict);
        assert_eq!(changed(&|s| s[0].readings.push((START, None))), conflict);
        assert_eq!(
            changed(&|s| s[0].readings.push((START + 1_800 * i64::from(MAX_SLOTS), None))),
            StreamRefusal::TooLong
        );
        assert_eq!(changed(&|s| s[0].readings[0].0 = i64::MAX - 1_807), StreamRefusal::TooLong);
    }
}
