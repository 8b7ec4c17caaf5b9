//! Price tables.

use super::super::almanac::Set;
use super::{Per, Series};
use crate::program::Ratio;

/// A price table whose rows cover each slot of its series exactly once.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) series: Series,
    pub(crate) per: Per,
    pub(crate) columns: Columns,
    pub(crate) rows: Vec<Row>,
}

/// A table's columns: bounds of all but the last, rising.
#[derive(Clone, Debug)]
pub(crate) enum Columns {
    /// One price a row.
    Flat,
    Blocks(Vec<Bound>),
    Intervals(Vec<Bound>),
}

/// A block's bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// In base units.
    pub(crate) energy: Ratio,
    /// Whether it is to be multiplied by the scope's days.
    pub(crate) per_day: bool,
}

/// A table's row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its label as it is written; empty for a row without.
    pub(crate) label: String,
    pub(crate) set: Set,
    /// One price a column, in major currency units per base unit.
    pub(crate) prices: Vec<Ratio>,
}
