//! Expressions.

use super::{At, Price, Text};
use crate::program::Ties;

/// `rounded half up to 1 p`
#[derive(Clone, Debug)]
pub(crate) struct Rounding<'a> {
    pub(crate) ties: Ties,
    pub(crate) to: At<Quantity<'a>>,
}

/// A number and the unit behind it.
#[derive(Clone, Debug)]
pub(crate) struct Quantity<'a> {
    pub(crate) number: Text<'a>,
    pub(crate) unit: Option<Text<'a>>,
}

/// An expression.
pub(crate) type Expr<'a> = At<ExprKind<'a>>;

/// The forms of an expression. Chains are flat, so that depth is bounded by brackets alone.
#[derive(Clone, Debug)]
pub(crate) enum ExprKind<'a> {
    Quantity(Quantity<'a>),
    Name(&'a str),
    Days,
    Energy(Series<'a>),
    Power(Series<'a>),
    Negative(Box<Expr<'a>>),
    /// Each further term with whether it is subtracted.
    Sum(Box<Expr<'a>>, Vec<(bool, Expr<'a>)>),
    /// Each further factor with whether it divides.
    Product(Box<Expr<'a>>, Vec<(bool, Expr<'a>)>),
    Extreme(Extreme, Vec<Expr<'a>>),
    Price(Box<Price<'a>>),
}

/// Which extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extreme {
    Max,
    Min,
}

/// `import in peak`
#[derive(Clone, Debug)]
pub(crate) struct Series<'a> {
    pub(crate) register: Text<'a>,
    /// Each name behind an `in`.
    pub(crate) within: Vec<Text<'a>>,
}
