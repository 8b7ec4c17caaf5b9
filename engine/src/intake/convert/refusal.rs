//! Why someone else's file is not converted.

use std::io;

use thiserror::Error;

use crate::intake::csv::MAX_SLOTS;
use crate::refusal::{Fault, Refusal};

/// Why a file is not converted. Lines count from 1, the header's.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConvertRefusal {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(#[from] io::Error),
    /// A column that is not there.
    #[error("there is no column `{head}`; the file has {}", heads.join(", "))]
    NoSuchColumn {
        /// What was asked for.
        head: String,
        /// What there is.
        heads: Vec<String>,
    },
    /// A column's head stands twice.
    #[error("two columns are called `{head}`")]
    ColumnTwice {
        /// The head.
        head: String,
    },
    /// No register is asked for, or one twice.
    #[error("the columns to take name no register, or one twice")]
    Registers,
    /// Too few or too many cells, or not UTF-8.
    #[error("line {line} does not have the header's cells")]
    NotARow {
        /// Where.
        line: u64,
    },
    /// No rows.
    #[error("the file has no rows")]
    NoRows,
    /// A time that is not ISO 8601.
    #[error("line {line}: `{text}` is not a date and time this program reads")]
    NotATime {
        /// Where.
        line: u64,
        /// What stands there, shortened.
        text: String,
    },
    /// A time without offset, and no zone.
    #[error("line {line}: `{text}` has no offset, and no zone is given")]
    ZoneNeeded {
        /// Where.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// A time the clock skips.
    #[error("line {line}: the clock of this zone never shows `{text}`")]
    SkippedTime {
        /// Where.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// A time the clock shows twice, which the order of the rows does not settle.
    #[error(
        "line {line}: the clock shows `{text}` twice that day, and the order of the rows does not tell which it is"
    )]
    AmbiguousTime {
        /// Where.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// Midnights that stand behind their date's afternoon.
    #[error("line {line}: `{text}` stands behind the afternoon of its own date, so it may begin that date or end it")]
    MidnightUnclear {
        /// Where.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// The length of a slot is not plain from the rows.
    #[error("the rows do not tell how long a slot is")]
    SlotLengthUnclear,
    /// A time inside a slot.
    #[error("line {line}: no {minutes}-minute slot begins or ends at that time")]
    NotAnEdge {
        /// Where.
        line: u64,
        /// The slot length.
        minutes: u16,
    },
    /// Two values for one slot.
    #[error("lines {first} and {second} give one slot two different readings")]
    Conflict {
        /// One.
        first: u64,
        /// The other.
        second: u64,
    },
    /// A value that is not a number.
    #[error("line {line}: the value in `{head}` is not a number")]
    NotANumber {
        /// Where.
        line: u64,
        /// Which column.
        head: String,
    },
    /// A value below zero.
    #[error("line {line}: the value in `{head}` is negative")]
    Negative {
        /// Where.
        line: u64,
        /// Which column.
        head: String,
    },
    /// A value that is not a whole base unit.
    #[error("line {line}: the value in `{head}` is not a whole number of Wh or VArh")]
    Fraction {
        /// Where.
        line: u64,
        /// Which column.
        head: String,
    },
    /// A value no register can hold.
    #[error("line {line}: the value in `{head}` is 2^32 Wh or more")]
    TooLarge {
        /// Where.
        line: u64,
        /// Which column.
        head: String,
    },
    /// The rows span too long a time.
    #[error("the rows span more than {MAX_SLOTS} slots")]
    TooLong,
}

impl Refusal for ConvertRefusal {
    fn code(&self) -> &'static str {
        use ConvertRefusal::*;
        match self {
            File(_) => "convert-file",
            NoSuchColumn { .. } => "convert-no-such-column",
            ColumnTwice { .. } => "convert-column-twice",
            Registers => "convert-registers",
            NotARow { .. } => "convert-not-a-row",
            NoRows => "convert-no-rows",
            NotATime { .. } => "convert-not-a-time",
            ZoneNeeded { .. } => "convert-zone-needed",
            SkippedTime { .. } => "convert-skipped-time",
            AmbiguousTime { .. } => "convert-ambiguous-time",
            MidnightUnclear { .. } => "convert-midnight-unclear",
            SlotLengthUnclear => "convert-slot-length-unclear",
            NotAnEdge { .. } => "convert-not-a-slot-edge",
            Conflict { .. } => "convert-conflict",
            NotANumber { .. } => "convert-not-a-number",
            Negative { .. } => "convert-negative",
            Fraction { .. } => "convert-fraction",
            TooLarge { .. } => "convert-too-large",
            TooLong => "convert-too-long",
        }
    }

    fn hint(&self) -> String {
        use ConvertRefusal::*;
        match self {
            File(_) => "check the path and its permissions",
            NoSuchColumn { .. } | ColumnTwice { .. } => "name the columns as the header writes them",
            Registers => "name each register once, like import=Consumption",
            NotARow { .. } | NoRows => "look at that line in the file, or export it again",
            NotATime { .. } => {
                "times are read as 2026-10-25T01:00:00+01:00 or 2026-10-25 01:00:00; write another form like \
                 --time-format '%d/%m/%Y %H:%M'"
            }
            ZoneNeeded { .. } => "say which clock wrote the file, like --tz Europe/London",
            SkippedTime { .. } => "check the zone: the file's clock may not follow summer time",
            AmbiguousTime { .. } => {
                "export the file with offsets, or leave out the rows of that hour: they become gaps"
            }
            MidnightUnclear { .. } => {
                "say which end of its date a time of 0:00 is: --midnight begin, or --midnight end"
            }
            SlotLengthUnclear => "say the slot length",
            NotAnEdge { .. } => "check the slot length, and whether times name the start or the end",
            Conflict { .. } => "keep the row that is right",
            NotANumber { .. } => "write numbers with a point; an empty value is a gap",
            Negative { .. } => "put energy that flows the other way into its own register",
            Fraction { .. } => "check --unit; finer readings than 1 Wh cannot be billed",
            TooLarge { .. } => "check --unit",
            TooLong => "split the file",
        }
        .into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}
