//! Named times, and what data are declared.

use super::super::almanac::{Listed, Set};
use super::super::unit::Unit;
use super::Span;
use crate::data::Per;
use crate::merkle::Table;

/// What has a name behind `in`, `on`, `except` and `when`, and in the labels of rows.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) name: String,
    /// What it is, as it is written.
    pub(crate) text: String,
    pub(crate) kind: TimesKind,
    /// Its slots; none for data that have several values.
    pub(crate) set: Set,
    /// Of seasons and lists of dates, the slots of the tariff days after theirs.
    pub(crate) after: Set,
}

/// What tells whether a slot is meant.
#[derive(Clone, Debug)]
pub(crate) enum TimesKind {
    Window,
    Season(Listed),
    Dates(Listed),
    /// Published dates, by place in [`super::Sheet::data`].
    Published(usize),
    /// Data that have several values, likewise.
    Choice(usize),
}

/// A declared data set; what it holds stands in the almanac.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// Where it is declared.
    pub(crate) span: Span,
    /// Of numbers: their unit and what has one.
    pub(crate) number: Option<(Unit, Per)>,
    pub(crate) table: Option<LargeTable>,
}

/// A look-up table that is published apart.
#[derive(Clone, Debug)]
pub(crate) struct LargeTable {
    pub(crate) table: Table,
    /// The unit of its values, and those of its keys.
    pub(crate) unit: Unit,
    pub(crate) keys: Vec<Unit>,
}

/// Slots that an expression is narrowed to.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    pub(crate) set: Set,
    /// The names, joined by `in`.
    pub(crate) text: String,
}
