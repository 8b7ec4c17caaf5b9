//! Price tables.

use super::super::almanac::Set;
use super::super::tree::Spread;
use super::{Amount, Per, Scope, Series};
use crate::program::Ratio;

/// A price table whose rows cover each slot of its series exactly once.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) series: Series,
    pub(crate) per: Per,
    pub(crate) columns: Columns,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    /// Whether several rows share the blocks of a total: what they come to is a quotient by it.
    pub(crate) fn is_shared(&self) -> bool {
        let prorated = matches!(self.columns, Columns::Blocks(_, Some(Spread::Prorated)));
        prorated && self.rows.len() > 1 && self.per.scope > Scope::Reading
    }

    /// The amounts in it.
    pub(crate) fn parts(&self) -> Vec<&Amount> {
        let bounds = self.columns.bounds().iter().filter_map(|bound| match &bound.per {
            BoundPer::One(amount) => Some(amount),
            BoundPer::Scope | BoundPer::Day => None,
        });
        bounds.chain(self.rows.iter().flat_map(|row| &row.prices)).collect()
    }
}

/// A table's columns: bounds of all but the last, rising.
#[derive(Clone, Debug)]
pub(crate) enum Columns {
    /// One price a row.
    Flat,
    /// The rule is that of several rows on a total.
    Blocks(Vec<Bound>, Option<Spread>),
    Intervals(Vec<Bound>),
}

impl Columns {
    pub(crate) fn bounds(&self) -> &[Bound] {
        match self {
            Columns::Flat => &[],
            Columns::Blocks(bounds, _) | Columns::Intervals(bounds) => bounds,
        }
    }
}

/// A block's bound.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// In base units.
    pub(crate) value: Ratio,
    pub(crate) per: BoundPer,
}

/// What a bound is multiplied by.
#[derive(Clone, Debug)]
pub(crate) enum BoundPer {
    /// The share of the scope that is in the period.
    Scope,
    /// The scope's days.
    Day,
    /// An amount, such as a demand.
    One(Amount),
}

/// A table's row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its label as it is written; empty for a row without.
    pub(crate) label: String,
    pub(crate) set: Set,
    /// One price a column, in major currency units per base unit: constants, perhaps dated.
    pub(crate) prices: Vec<Amount>,
}
