//! What the grammar finds: a tariff's statements as they are written, every part with its place in the source.

use super::diagnostic::Span;
use crate::program::Ties;

/// A part and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) is: T,
    pub(super) span: Span,
}

/// A word of the source.
pub(super) type Text<'a> = At<&'a str>;

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Statement<'a> {
    Header(Header<'a>),
    Register(Register<'a>),
    Gaps(Text<'a>),
    Window(Window<'a>),
    Charge(Charge<'a>),
    Total(Total<'a>),
    /// One that does not read: its keyword and the name behind it.
    Broken(&'a str, Option<&'a str>),
}

/// `tariff NAME version 1 in GBP, zone Europe/London, slot 30 min, day from 00:00`
#[derive(Clone, Debug)]
pub(super) struct Header<'a> {
    pub(super) name: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) currency: Text<'a>,
    pub(super) zone: Text<'a>,
    pub(super) slot: Text<'a>,
    pub(super) day_from: Option<Text<'a>>,
}

/// `register NAME in Wh, below 2^20`
#[derive(Clone, Debug)]
pub(super) struct Register<'a> {
    pub(super) name: Text<'a>,
    pub(super) unit: Text<'a>,
    pub(super) bits: Text<'a>,
}

/// `window NAME = 00:00-07:00 every day and on Sat, Sun`
#[derive(Clone, Debug)]
pub(super) struct Window<'a> {
    pub(super) name: Text<'a>,
    pub(super) parts: Vec<At<WindowPart<'a>>>,
}

/// Some hours of some days; no hours are the whole day, no days are every day.
#[derive(Clone, Debug)]
pub(super) struct WindowPart<'a> {
    pub(super) hours: Vec<At<(Text<'a>, Text<'a>)>>,
    pub(super) days: Vec<At<(Text<'a>, Option<Text<'a>>)>>,
    /// `except` and what follows it.
    pub(super) except: Option<Text<'a>>,
}

/// `charge NAME = EXPRESSION rounded half up to 1 p shown`
#[derive(Clone, Debug)]
pub(super) struct Charge<'a> {
    pub(super) name: Text<'a>,
    pub(super) scope: Option<Text<'a>>,
    pub(super) amount: Expr<'a>,
    pub(super) rounding: Option<Rounding<'a>>,
    pub(super) shown: bool,
}

/// `total = EXPRESSION exact`
#[derive(Clone, Debug)]
pub(super) struct Total<'a> {
    pub(super) keyword: Span,
    pub(super) amount: Expr<'a>,
    pub(super) ending: Option<Ending<'a>>,
}

/// How a total ends.
#[derive(Clone, Debug)]
pub(super) enum Ending<'a> {
    Exact,
    Rounded(Rounding<'a>),
}

/// `rounded half up to 1 p`
#[derive(Clone, Debug)]
pub(super) struct Rounding<'a> {
    pub(super) ties: Ties,
    pub(super) to: At<Quantity<'a>>,
}

/// A number and the unit behind it.
#[derive(Clone, Debug)]
pub(super) struct Quantity<'a> {
    pub(super) number: Text<'a>,
    pub(super) unit: Option<Text<'a>>,
}

/// An expression.
pub(super) type Expr<'a> = At<ExprKind<'a>>;

/// The forms of an expression. Chains are flat, so that depth is bounded by brackets alone.
#[derive(Clone, Debug)]
pub(super) enum ExprKind<'a> {
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
pub(super) enum Extreme {
    Max,
    Min,
}

/// `import in peak`
#[derive(Clone, Debug)]
pub(super) struct Series<'a> {
    pub(super) register: Text<'a>,
    pub(super) within: Option<Text<'a>>,
}

/// `price import in peak per period, blocks { … }`
#[derive(Clone, Debug)]
pub(super) struct Price<'a> {
    pub(super) series: Series<'a>,
    pub(super) by: Option<Text<'a>>,
    pub(super) scope: Option<Text<'a>>,
    pub(super) columns_are: Option<At<Columns>>,
    pub(super) columns: Vec<At<Column<'a>>>,
    pub(super) rows: Vec<At<Row<'a>>>,
}

/// What a table's columns mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Columns {
    /// Each block at its own price; with the rule that spreads blocks over rows, when one is named.
    Blocks { rule: bool },
    /// The whole value at the price of its interval.
    Intervals,
}

/// A column's head.
#[derive(Clone, Debug)]
pub(super) enum Column<'a> {
    To(Quantity<'a>),
    Above,
}

/// A table's row.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) label: Label<'a>,
    /// Whether each is negative.
    pub(super) prices: Vec<(bool, Text<'a>)>,
    pub(super) unit: Text<'a>,
}

/// Which slots a row prices.
#[derive(Clone, Debug)]
pub(super) enum Label<'a> {
    /// No label: every slot.
    All,
    /// A window, and the one it is cut with in the full language.
    Window(Text<'a>, Option<Text<'a>>),
    Otherwise(Span),
}
