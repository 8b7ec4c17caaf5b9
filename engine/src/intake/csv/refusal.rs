//! Why a readings file is not one.

use std::io;

use thiserror::Error;

use super::{MAX_COLUMNS, MAX_SLOTS};
use crate::refusal::{Fault, Refusal};

/// Why a readings file is not one. Lines count from 1, the header's.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvRefusal {
    /// The file cannot be read or written.
    #[error("the file cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// The first column is another.
    #[error("the first column is not called `start`")]
    NoStartColumn,
    /// No register.
    #[error("the header names no register")]
    NoRegister,
    /// More registers than a file may have.
    #[error("the header names more than {MAX_COLUMNS} registers")]
    TooManyColumns,
    /// A head that is not a register's, or not of one of this meter's or tariff's.
    #[error("column `{column}` is not a known register")]
    UnknownColumn {
        /// Its head.
        column: String,
    },
    /// A register twice.
    #[error("column `{column}` stands twice")]
    RepeatedColumn {
        /// Its head.
        column: String,
    },
    /// A register that is wanted and not there.
    #[error("column `{column}` is missing")]
    MissingColumn {
        /// Its head.
        column: String,
    },
    /// The header alone.
    #[error("the file has no rows")]
    NoRows,
    /// Too few or too many cells, or not UTF-8.
    #[error("line {line} is not a row of this file")]
    NotARow {
        /// Where.
        line: u64,
    },
    /// A start that is not RFC 3339 with an offset.
    #[error("line {line}: `{text}` is not an instant with its offset")]
    NotAnInstant {
        /// Where.
        line: u64,
        /// What stands there, shortened.
        text: String,
    },
    /// A start inside a slot.
    #[error("line {line}: no {minutes}-minute slot starts at {text}")]
    NotAnEdge {
        /// Where.
        line: u64,
        /// What stands there.
        text: String,
        /// The slot length.
        minutes: u16,
    },
    /// A slot twice.
    #[error("line {line}: the slot of the line before stands here again")]
    Duplicate {
        /// Where.
        line: u64,
    },
    /// Time goes back.
    #[error("line {line} is earlier than the line before")]
    OutOfOrder {
        /// Where.
        line: u64,
    },
    /// A value that is not a whole number.
    #[error("line {line}: the value of `{column}` is not a whole number")]
    NotAnInteger {
        /// Where.
        line: u64,
        /// Which column.
        column: String,
    },
    /// A value below zero.
    #[error("line {line}: the value of `{column}` is negative")]
    Negative {
        /// Where.
        line: u64,
        /// Which column.
        column: String,
    },
    /// A value no register can hold.
    #[error("line {line}: the value of `{column}` is 2^32 or more")]
    TooLarge {
        /// Where.
        line: u64,
        /// Which column.
        column: String,
    },
    /// The last row is too far from the first.
    #[error("line {line} is more than {MAX_SLOTS} slots after the first row")]
    TooLong {
        /// Where.
        line: u64,
    },
}

impl Refusal for CsvRefusal {
    fn code(&self) -> &'static str {
        use CsvRefusal::*;
        match self {
            File(_) => "readings-file",
            NoStartColumn => "readings-no-start-column",
            NoRegister => "readings-no-register",
            TooManyColumns => "readings-too-many-columns",
            UnknownColumn { .. } => "readings-unknown-column",
            RepeatedColumn { .. } => "readings-repeated-column",
            MissingColumn { .. } => "readings-missing-column",
            NoRows => "readings-no-rows",
            NotARow { .. } => "readings-not-a-row",
            NotAnInstant { .. } => "readings-not-an-instant",
            NotAnEdge { .. } => "readings-not-a-slot-edge",
            Duplicate { .. } => "readings-duplicate",
            OutOfOrder { .. } => "readings-out-of-order",
            NotAnInteger { .. } => "readings-not-an-integer",
            Negative { .. } => "readings-negative",
            TooLarge { .. } => "readings-too-large",
            TooLong { .. } => "readings-too-long",
        }
    }

    fn hint(&self) -> String {
        use CsvRefusal::*;
        match self {
            File(_) => "check the path and its permissions",
            NoStartColumn | NoRegister | TooManyColumns | UnknownColumn { .. } | RepeatedColumn { .. } => {
                "write a header like start,import_wh,export_wh, each register once"
            }
            MissingColumn { .. } => "give a file with that register, or convert one with --value",
            NoRows => "give a file with at least one reading",
            NotARow { .. } => "give every row as many cells as the header",
            NotAnInstant { .. } => {
                "write starts like 2026-03-29T02:00:00+01:00; `wattproof readings convert` settles others"
            }
            NotAnEdge { .. } => "give the slot length of the file, or convert it first",
            Duplicate { .. } | OutOfOrder { .. } => {
                "sort the rows by time, each slot once; `wattproof readings convert` does"
            }
            NotAnInteger { .. } => "write whole base units, or nothing for a gap; `wattproof readings convert` does",
            Negative { .. } => "put energy that flows the other way into its own register",
            TooLarge { .. } => "check the unit: values are Wh and VArh",
            TooLong { .. } => "split the file",
        }
        .into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}
