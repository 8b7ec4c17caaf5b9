//! Expressions.

use wattproof_meter::quantity::{Register, Unit};

use super::super::tree::Extreme;
use super::super::unit::Dim;
use super::{Scope, SeriesOf, Span, Table, Within};
use crate::program::{Ratio, Ties};

/// A rounding unit in base units, above zero, and its tie rule.
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
    pub(crate) nature: Nature,
    pub(crate) span: Span,
}

impl Amount {
    /// The amounts that it is made of.
    pub(crate) fn parts(&self) -> Vec<&Amount> {
        match &self.kind {
            AmountKind::Number(_)
            | AmountKind::Days
            | AmountKind::Charge(_)
            | AmountKind::Define(_)
            | AmountKind::Carry(_)
            | AmountKind::Data(_)
            | AmountKind::Energy(_)
            | AmountKind::Power(_) => Vec::new(),
            AmountKind::Price(table) => table.parts(),
            AmountKind::Sum(parts) | AmountKind::Product(parts) => parts.iter().map(|(_, part)| part).collect(),
            AmountKind::Raised(of, _) | AmountKind::Rounded(of, _) | AmountKind::Root(of, _) => vec![of],
            AmountKind::Extreme(_, parts) => parts.iter().collect(),
            AmountKind::Clamp(parts) | AmountKind::Ratio(parts) => parts.iter().collect(),
            AmountKind::If(cases, otherwise) => {
                let cases = cases.iter().flat_map(|(when, then)| when.parts().into_iter().chain([then]));
                cases.chain([&**otherwise]).collect()
            }
            AmountKind::Scoped(scoped) => vec![&scoped.of],
            AmountKind::Lookup(lookup) => {
                let keys = [&lookup.key].into_iter().chain(lookup.across.as_ref().map(|(key, _)| key));
                keys.chain(lookup.rows.iter().flatten()).collect()
            }
            AmountKind::Curve(curve) => vec![&curve.key],
            AmountKind::Entry(entry) => entry.keys.iter().collect(),
        }
    }
}

/// What an expression depends on, and so where it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nature {
    /// Whether it depends on readings or on earlier bills.
    pub(crate) varies: bool,
    /// Whether it differs from day to day, or from slot to slot, by the tariff's text or its data.
    pub(crate) dated: bool,
    /// Whether it is a quotient that varies and is not rounded.
    pub(crate) broken: bool,
    /// The narrowest scope that it means something in.
    pub(crate) least: Scope,
    /// The widest scope in which it has one value.
    pub(crate) most: Scope,
}

impl Nature {
    /// A number's.
    pub(crate) const CONSTANT: Nature =
        Nature { varies: false, dated: false, broken: false, least: Scope::Reading, most: Scope::Period };
    /// That of something measured.
    pub(crate) const MEASURED: Nature = Nature { varies: true, ..Nature::CONSTANT };

    /// That of what is made of both.
    pub(crate) fn with(self, other: Nature) -> Nature {
        Nature {
            varies: self.varies || other.varies,
            dated: self.dated || other.dated,
            broken: self.broken || other.broken,
            least: self.least.max(other.least),
            most: self.most.min(other.most),
        }
    }

    /// That of a whole multiple of a unit.
    pub(crate) fn rounded(self) -> Nature {
        Nature { broken: false, ..self }
    }
}

/// The forms of an expression, in base units.
#[derive(Clone, Debug)]
pub(crate) enum AmountKind {
    Number(Ratio),
    /// The number of tariff days.
    Days,
    /// A place in [`Sheet::charges`](super::Sheet).
    Charge(usize),
    /// A place in [`Sheet::defines`](super::Sheet).
    Define(usize),
    /// A place in [`Sheet::carries`](super::Sheet).
    Carry(usize),
    /// Published numbers, by their place in [`Sheet::data`](super::Sheet).
    Data(usize),
    /// The series' sum.
    Energy(Series),
    /// The power of a single slot.
    Power(Series),
    /// Each term with whether it is subtracted.
    Sum(Vec<(bool, Amount)>),
    /// Each factor with whether it divides.
    Product(Vec<(bool, Amount)>),
    /// A power with a whole exponent of two to four.
    Raised(Box<Amount>, u32),
    Extreme(Extreme, Vec<Amount>),
    /// A value, kept at or above the second and at or below the third.
    Clamp(Box<[Amount; 3]>),
    Rounded(Box<Amount>, Rounding),
    Root(Box<Amount>, Rounding),
    /// A quotient, or the third when the second is not above zero.
    Ratio(Box<[Amount; 3]>),
    /// Each condition with its value, and the value where none holds.
    If(Vec<(Condition, Amount)>, Box<Amount>),
    Scoped(Box<Scoped>),
    Lookup(Box<Lookup>),
    Curve(Box<Curve>),
    Entry(Box<Entry>),
    Price(Box<Table>),
}

/// A condition on amounts.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// The first is above the second, or equal to it when that is enough.
    Above {
        both: Box<[Amount; 2]>,
        or_equal: bool,
    },
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

impl Condition {
    /// The amounts that it compares.
    pub(crate) fn parts(&self) -> Vec<&Amount> {
        match self {
            Condition::Above { both, .. } => both.iter().collect(),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(Condition::parts).collect(),
            Condition::Not(of) => of.parts(),
        }
    }
}

/// What a series' values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A place in [`Sheet::registers`](super::Sheet).
    Register(usize),
    /// A place in [`Sheet::series`](super::Sheet).
    Series(usize),
}

impl Source {
    /// The dimension of its sum.
    pub(crate) fn dim(self, registers: &[Register], series: &[SeriesOf]) -> Dim {
        match self {
            Source::Series(place) => series[place].amount.dim,
            Source::Register(place) => match registers[place].unit() {
                Unit::WattHour => Dim::ENERGY,
                Unit::VarHour => Dim::REACTIVE_ENERGY,
            },
        }
    }
}

/// A register's or a series' values, perhaps in some slots only.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) of: Source,
    pub(crate) within: Option<Within>,
}

/// An expression evaluated over each part of a scope.
#[derive(Clone, Debug)]
pub(crate) struct Scoped {
    pub(crate) how: Aggregate,
    pub(crate) per: Per,
    /// Parts without a slot in these are left out.
    pub(crate) within: Option<Within>,
    pub(crate) of: Amount,
}

/// A scope, and whether a part that the period cuts counts by its days.
#[derive(Clone, Debug)]
pub(crate) struct Per {
    pub(crate) scope: Scope,
    pub(crate) prorated: bool,
    pub(crate) span: Span,
}

/// What becomes of the values of a scope's parts; of none, it is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Sum,
    Mean,
    Extreme(Extreme),
    /// The mean of the highest, of all when there are fewer.
    Highest(usize),
}

/// A value chosen by another: that of the first row whose bound is at or above the key.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) key: Amount,
    /// Bounds of all rows but the last, rising.
    pub(crate) bounds: Vec<Ratio>,
    /// A second key, with the bounds of all columns but the last.
    pub(crate) across: Option<(Amount, Vec<Ratio>)>,
    /// A row's cells, one a column.
    pub(crate) rows: Vec<Vec<Amount>>,
}

/// The entry of a published table.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The table's place in [`Sheet::data`](super::Sheet).
    pub(crate) data: usize,
    /// One a key of the table.
    pub(crate) keys: Vec<Amount>,
}

/// A piecewise linear function: lines through points, whose keys rise, and a slope behind the last.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub(crate) key: Amount,
    pub(crate) points: Vec<(Ratio, Ratio)>,
    pub(crate) above: Ratio,
}
