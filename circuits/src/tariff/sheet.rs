//! A checked tariff: names resolved to places, quantities in base units, every expression with its dimension.

use wattproof_meter::quantity::Register;

use super::currency::Currency;
use super::diagnostic::Span;
use super::tree::Extreme;
use super::unit::Dim;
use super::week::Week;
use crate::period::Calendar;
use crate::program::{Ratio, Ties};

/// A checked tariff.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) currency: Currency,
    pub(super) calendar: Calendar,
    /// Where the header names the zone.
    pub(super) zone: Span,
    pub(super) registers: Vec<Register>,
    pub(super) windows: Vec<Window>,
    pub(super) charges: Vec<Charge>,
    pub(super) total: Total,
}

/// A window.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) name: String,
    /// Its hours and days as they are written.
    pub(super) text: String,
    pub(super) week: Week,
}

/// A line of the bill: an amount of money over earlier charges.
#[derive(Clone, Debug)]
pub(super) struct Charge {
    pub(super) name: String,
    pub(super) amount: Amount,
    pub(super) rounding: Option<Rounding>,
    pub(super) shown: bool,
}

/// The total.
#[derive(Clone, Debug)]
pub(super) struct Total {
    pub(super) keyword: Span,
    pub(super) amount: Amount,
    /// Nothing when it is declared exact.
    pub(super) rounding: Option<Rounding>,
}

/// A rounding unit in major currency units, above zero, and its tie rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounding {
    pub(super) unit: Ratio,
    pub(super) ties: Ties,
}

/// A typed expression.
#[derive(Clone, Debug)]
pub(super) struct Amount {
    pub(super) kind: AmountKind,
    pub(super) dim: Dim,
    /// Whether it depends on readings.
    pub(super) varies: bool,
    pub(super) span: Span,
}

/// The forms of an expression, in base units.
#[derive(Clone, Debug)]
pub(super) enum AmountKind {
    Number(Ratio),
    /// The number of tariff days in the period.
    Days,
    /// A place in [`Sheet::charges`].
    Charge(usize),
    /// The register's sum.
    Energy(Series),
    /// The largest reading, as power.
    Peak(Series),
    /// Each term with whether it is subtracted.
    Sum(Vec<(bool, Amount)>),
    /// Each factor with whether it divides; at most one varies, and none that divides.
    Product(Vec<(bool, Amount)>),
    Extreme(Extreme, Vec<Amount>),
    Price(Table),
}

/// A register's readings, perhaps in a window; places in the sheet.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) register: usize,
    pub(super) within: Option<usize>,
}

/// A price table whose rows cover each slot of its series exactly once.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) series: Series,
    pub(super) scope: Scope,
    pub(super) columns: Columns,
    pub(super) rows: Vec<Row>,
}

/// What a table's columns apply to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Reading,
    Period,
}

/// A table's columns: bounds of all but the last, rising.
#[derive(Clone, Debug)]
pub(super) enum Columns {
    /// One price a row.
    Flat,
    Blocks(Vec<Bound>),
    Intervals(Vec<Bound>),
}

/// A block's bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// In base units.
    pub(super) energy: Ratio,
    /// Whether it is to be multiplied by the period's days.
    pub(super) per_day: bool,
}

/// A table's row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its label as it is written; empty for a row without.
    pub(super) label: String,
    pub(super) week: Week,
    /// One price a column, in major currency units per base unit.
    pub(super) prices: Vec<Ratio>,
}
