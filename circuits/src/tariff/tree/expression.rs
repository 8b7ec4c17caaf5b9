//! Expressions.

use super::{At, Curve, Lookup, Price, Span, Text};
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
    /// `mean of 4 highest power of import in peak`
    Highest(Text<'a>, Series<'a>),
    Negative(Box<Expr<'a>>),
    /// Each further term with whether it is subtracted.
    Sum(Box<Expr<'a>>, Vec<(bool, Expr<'a>)>),
    /// Each further factor with whether it divides.
    Product(Box<Expr<'a>>, Vec<(bool, Expr<'a>)>),
    /// `import^2`
    Raised(Box<Expr<'a>>, Text<'a>),
    Extreme(Extreme, Vec<Expr<'a>>),
    Clamp(Vec<Expr<'a>>),
    /// `(EXPRESSION rounded half up to 1 kW)`
    Rounded(Box<Expr<'a>>, Rounding<'a>),
    /// `sqrt(EXPRESSION) rounded half up to 1 kVA`
    Root(Box<Expr<'a>>, Option<Rounding<'a>>),
    /// `ratio(a, b) or c`
    Ratio(Box<[Expr<'a>; 3]>),
    /// Each condition with its value, and the value where none holds.
    If(Vec<(Expr<'a>, Expr<'a>)>, Box<Expr<'a>>),
    Compared(Box<[Expr<'a>; 2]>, Comparison),
    /// All of some conditions.
    All(Vec<Expr<'a>>),
    /// Any of some conditions.
    Any(Vec<Expr<'a>>),
    Not(Box<Expr<'a>>),
    /// `mean per day in peak EXPRESSION`
    Scoped(Box<Scoped<'a>>, Box<Expr<'a>>),
    Lookup(Box<Lookup<'a>>),
    Curve(Box<Curve<'a>>),
    /// `lookup surcharge by energy of import, energy of reactive`
    Entry(Text<'a>, Vec<Expr<'a>>),
    Price(Box<Price<'a>>),
}

/// Which extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extreme {
    Max,
    Min,
}

/// How two amounts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// `import in peak in summer`
#[derive(Clone, Debug)]
pub(crate) struct Series<'a> {
    pub(crate) of: Text<'a>,
    pub(crate) within: Vec<Text<'a>>,
}

/// `per month prorated`
#[derive(Clone, Debug)]
pub(crate) struct Per<'a> {
    pub(crate) scope: Text<'a>,
    pub(crate) prorated: Option<Span>,
}

/// `mean of 4 highest per month prorated in peak`
#[derive(Clone, Debug)]
pub(crate) struct Scoped<'a> {
    pub(crate) how: Aggregate<'a>,
    pub(crate) per: Per<'a>,
    pub(crate) within: Vec<Text<'a>>,
}

/// What becomes of the values of a scope's parts.
#[derive(Clone, Debug)]
pub(crate) enum Aggregate<'a> {
    Sum,
    Mean,
    Extreme(Extreme),
    /// `mean of N highest`
    Highest(Text<'a>),
}
