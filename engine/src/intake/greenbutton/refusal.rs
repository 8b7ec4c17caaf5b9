//! Why a Green Button file is not converted.

use std::io;

use jiff::Timestamp;
use thiserror::Error;

use crate::intake::streams::StreamRefusal;
use crate::refusal::{Fault, Refusal};

/// Why a Green Button file is not converted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GreenButtonRefusal {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(#[from] io::Error),
    /// Not well-formed XML in UTF-8.
    #[error("the file is not XML: it breaks off or is malformed at byte {byte}")]
    NotXml {
        /// Where.
        byte: u64,
    },
    /// No meter reading.
    #[error("the file has no MeterReading: it is not a Green Button file of interval readings")]
    NoMeterReading,
    /// An element that should hold a whole number.
    #[error("<{element}> holds `{text}`, which is not a whole number")]
    NotANumber {
        /// Which element.
        element: String,
        /// What it holds, shortened.
        text: String,
    },
    /// Readings that belong to no stream.
    #[error("the interval block `{block}` belongs to no MeterReading of the file")]
    Orphan {
        /// The block's link.
        block: String,
    },
    /// A stream that is not there.
    #[error("no MeterReading is called `{selector}`; the file has {}", streams.join(", "))]
    NoSuchStream {
        /// What was asked for.
        selector: String,
        /// What there is.
        streams: Vec<String>,
    },
    /// A name that several streams have.
    #[error("several MeterReadings are called `{selector}`: {}", streams.join(", "))]
    SeveralStreams {
        /// What was asked for.
        selector: String,
        /// Which they are.
        streams: Vec<String>,
    },
    /// Nothing was asked for, and the file does not tell.
    #[error("the file does not tell which MeterReading is `{register}`: it has {}", streams.join(", "))]
    Unclear {
        /// The register sought.
        register: String,
        /// What there is.
        streams: Vec<String>,
    },
    /// A stream without its type, or a type that leaves out what is needed.
    #[error("the ReadingType of `{stream}` does not say its {what}")]
    TypeMissing {
        /// Which stream.
        stream: String,
        /// What is missing.
        what: &'static str,
    },
    /// A stream that does not count energy by intervals.
    #[error("`{stream}` is not energy by intervals: its {what} is {code}")]
    NotIntervalEnergy {
        /// Which stream.
        stream: String,
        /// What differs.
        what: &'static str,
        /// The file's code for it.
        code: i64,
    },
    /// A register in another unit than the stream's.
    #[error("`{stream}` counts {unit}, and register `{register}` does not")]
    OtherUnit {
        /// Which stream.
        stream: String,
        /// What it counts.
        unit: &'static str,
        /// The register.
        register: String,
    },
    /// A reading without start, duration or value.
    #[error("a reading of `{stream}` has no {what}")]
    Incomplete {
        /// Which stream.
        stream: String,
        /// What is missing.
        what: &'static str,
    },
    /// Intervals of several lengths.
    #[error("`{stream}` mixes intervals of {one} and of {other} seconds")]
    MixedIntervals {
        /// Which stream.
        stream: String,
        /// One length.
        one: i64,
        /// Another.
        other: i64,
    },
    /// A quality that no bill should rest on.
    #[error("the reading of `{stream}` at {start} has quality {quality}, neither measured nor settled")]
    Quality {
        /// Which stream.
        stream: String,
        /// The interval's start.
        start: Timestamp,
        /// The file's code.
        quality: i64,
    },
    /// A value that is not a reading.
    #[error("the reading of `{stream}` at {start} is {what}")]
    NotAReading {
        /// Which stream.
        stream: String,
        /// The interval's start.
        start: Timestamp,
        /// Why not.
        what: &'static str,
    },
    /// The streams do not make a readings file.
    #[error(transparent)]
    Streams(#[from] StreamRefusal),
}

impl Refusal for GreenButtonRefusal {
    fn code(&self) -> &'static str {
        use GreenButtonRefusal::*;
        match self {
            File(_) => "greenbutton-file",
            NotXml { .. } => "greenbutton-not-xml",
            NoMeterReading => "greenbutton-no-meter-reading",
            NotANumber { .. } => "greenbutton-not-a-number",
            Orphan { .. } => "greenbutton-orphan-block",
            NoSuchStream { .. } => "greenbutton-no-such-stream",
            SeveralStreams { .. } => "greenbutton-several-streams",
            Unclear { .. } => "greenbutton-streams-unclear",
            TypeMissing { .. } => "greenbutton-type-missing",
            NotIntervalEnergy { .. } => "greenbutton-not-interval-energy",
            OtherUnit { .. } => "greenbutton-other-unit",
            Incomplete { .. } => "greenbutton-incomplete",
            MixedIntervals { .. } => "greenbutton-mixed-intervals",
            Quality { .. } => "greenbutton-quality",
            NotAReading { .. } => "greenbutton-not-a-reading",
            Streams(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        use GreenButtonRefusal::*;
        match self {
            File(_) => "check the path and its permissions",
            NotXml { .. } | NoMeterReading | NotANumber { .. } | Orphan { .. } | Incomplete { .. } => {
                "export the file again, or use the utility's CSV with --format csv"
            }
            NoSuchStream { .. } | SeveralStreams { .. } | Unclear { .. } => {
                "choose by link or title, like --value import=UsagePoint/1/MeterReading/1"
            }
            TypeMissing { .. } => "export the file again; a stream without unit or direction cannot be read",
            NotIntervalEnergy { .. } => "choose another stream; interval energy in Wh or VArh is read",
            OtherUnit { .. } => "name the register's unit, like --value q:VArh=…, or choose another stream",
            MixedIntervals { .. } => "ask for a file of one interval length",
            Quality { .. } => "ask for the file again once the readings are validated",
            NotAReading { .. } => "readings are whole Wh or VArh from 0 to 2^32 - 1; check the file",
            Streams(refusal) => return refusal.hint(),
        }
        .into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}
