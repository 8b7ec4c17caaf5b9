//! Why a NEM12 file is not converted.

use std::io;

use jiff::civil::Date;
use thiserror::Error;

use crate::intake::streams::StreamRefusal;
use crate::refusal::{Fault, Refusal};

/// Why a NEM12 file is not converted. Lines count from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Nem12Refusal {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(#[from] io::Error),
    /// Another format, or a header that is missing.
    #[error("line {line}: a NEM12 file begins with a record `100,NEM12`")]
    NoHeader {
        /// Where.
        line: u64,
    },
    /// Register reads over months, without intervals.
    #[error("the file is NEM13: reads of accumulation meters, without intervals")]
    Nem13,
    /// A record where it cannot stand.
    #[error("line {line}: a record of kind `{kind}` cannot stand there")]
    Misplaced {
        /// Where.
        line: u64,
        /// Its kind.
        kind: String,
    },
    /// The end is missing.
    #[error("the file breaks off: its last record is not 900")]
    BrokenOff,
    /// Not UTF-8, or not a row.
    #[error("line {line} is not a row of a CSV file")]
    NotARow {
        /// Where.
        line: u64,
    },
    /// A stream's record that does not say its stream, unit or interval.
    #[error("line {line}: the stream's {what} is `{text}`")]
    Stream {
        /// Where.
        line: u64,
        /// Which field.
        what: &'static str,
        /// What stands there, shortened.
        text: String,
    },
    /// One stream described in two ways.
    #[error("line {line}: stream `{stream}` had another unit or interval before")]
    StreamChanges {
        /// Where.
        line: u64,
        /// Which stream.
        stream: String,
    },
    /// Not a date.
    #[error("line {line}: `{text}` is not a date")]
    NotADate {
        /// Where.
        line: u64,
        /// What stands there, shortened.
        text: String,
    },
    /// A day with more or fewer values than its intervals.
    #[error("line {line}: the day does not hold {count} values and a quality flag")]
    Day {
        /// Where.
        line: u64,
        /// Intervals of a day.
        count: usize,
    },
    /// A value that is not a reading.
    #[error("line {line}: value {place} is {what}")]
    NotAReading {
        /// Where.
        line: u64,
        /// Which value of the day, from 1.
        place: usize,
        /// Why not.
        what: &'static str,
    },
    /// A quality no bill should rest on.
    #[error("line {line}: quality `{flag}` is neither actual nor finally settled")]
    Quality {
        /// Where.
        line: u64,
        /// The flag.
        flag: String,
    },
    /// Qualities of intervals that leave one out or give one twice.
    #[error("line {line}: the 400 records of this day do not give every interval one quality")]
    QualityRanges {
        /// Where the day stands.
        line: u64,
    },
    /// Summer time.
    #[error("line {line}: on {date} the clock given is not at its standard time")]
    SummerTime {
        /// Where.
        line: u64,
        /// The day.
        date: Date,
    },
    /// A stream that is not there.
    #[error("no stream is called `{selector}`; the file has {}", streams.join(", "))]
    NoSuchStream {
        /// What was asked for.
        selector: String,
        /// What there is.
        streams: Vec<String>,
    },
    /// A name that streams of several meters have.
    #[error("several meters have a stream `{selector}`: {}", streams.join(", "))]
    SeveralStreams {
        /// What was asked for.
        selector: String,
        /// Which they are.
        streams: Vec<String>,
    },
    /// Nothing was asked for, and the file does not tell.
    #[error("the file does not tell which stream is `{register}`: it has {}", streams.join(", "))]
    Unclear {
        /// The register sought.
        register: String,
        /// What there is.
        streams: Vec<String>,
    },
    /// A stream that no register counts.
    #[error("stream `{stream}` counts `{unit}`, and register `{register}` does not")]
    OtherUnit {
        /// Which stream.
        stream: String,
        /// Its unit.
        unit: String,
        /// The register.
        register: String,
    },
    /// The streams do not make a readings file.
    #[error(transparent)]
    Streams(#[from] StreamRefusal),
}

impl Refusal for Nem12Refusal {
    fn code(&self) -> &'static str {
        use Nem12Refusal::*;
        match self {
            File(_) => "nem12-file",
            NoHeader { .. } => "nem12-no-header",
            Nem13 => "nem12-is-nem13",
            Misplaced { .. } => "nem12-misplaced-record",
            BrokenOff => "nem12-broken-off",
            NotARow { .. } => "nem12-not-a-row",
            Stream { .. } => "nem12-stream",
            StreamChanges { .. } => "nem12-stream-changes",
            NotADate { .. } => "nem12-not-a-date",
            Day { .. } => "nem12-day",
            NotAReading { .. } => "nem12-not-a-reading",
            Quality { .. } => "nem12-quality",
            QualityRanges { .. } => "nem12-quality-ranges",
            SummerTime { .. } => "nem12-summer-time",
            NoSuchStream { .. } => "nem12-no-such-stream",
            SeveralStreams { .. } => "nem12-several-streams",
            Unclear { .. } => "nem12-streams-unclear",
            OtherUnit { .. } => "nem12-other-unit",
            Streams(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        use Nem12Refusal::*;
        match self {
            File(_) => "check the path and its permissions",
            NoHeader { .. } => "check the file, and --format",
            Nem13 => "ask for interval data (NEM12)",
            Misplaced { .. }
            | BrokenOff
            | NotARow { .. }
            | Stream { .. }
            | StreamChanges { .. }
            | NotADate { .. }
            | Day { .. }
            | QualityRanges { .. } => "look at that line, or ask for the file again",
            NotAReading { .. } => "readings are whole Wh or VArh from 0 to 2^32 - 1; check the file",
            Quality { .. } => "ask for the file again once the readings are settled",
            SummerTime { .. } => "NEM12 is standard time all year: give --tz +10:00, or Australia/Brisbane",
            NoSuchStream { .. } | SeveralStreams { .. } | Unclear { .. } => {
                "choose by name, like --value import=E1, or --value import=NMI/E1"
            }
            OtherUnit { .. } => "name the register's unit, like --value q:VArh=Q1, or choose another stream",
            Streams(refusal) => return refusal.hint(),
        }
        .into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}
