//! Expressions.

use super::super::tree::Extreme;
use super::super::unit::Dim;
use super::{Span, Table, Within};
use crate::program::{Ratio, Ties};

/// A rounding unit in major currency units, above zero, and its tie rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounding {
    pub(crate) unit: Ratio,
    pub(crate) ties: Ties,
}

/// A typed expression.
#[derive(Clone, Debug)]
pub(crate) struct Amount {
    pub(crate) kind: AmountKind,
    pub(crate) dim: Dim,
    /// Whether it depends on readings.
    pub(crate) varies: bool,
    pub(crate) span: Span,
}

/// The forms of an expression, in base units.
#[derive(Clone, Debug)]
pub(crate) enum AmountKind {
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

/// A register's readings, perhaps in some slots only.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    /// A place in [`super::Sheet::registers`].
    pub(crate) register: usize,
    pub(crate) within: Option<Within>,
}
