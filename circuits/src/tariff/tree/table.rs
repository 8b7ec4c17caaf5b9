//! Price tables.

use super::{At, Per, Quantity, Series, Span, Text};

/// `price import in peak per period, blocks { … }`
#[derive(Clone, Debug)]
pub(crate) struct Price<'a> {
    pub(crate) series: Series<'a>,
    pub(crate) by: Option<Text<'a>>,
    pub(crate) per: Option<Per<'a>>,
    pub(crate) columns_are: Option<At<Columns>>,
    pub(crate) columns: Vec<At<Column<'a>>>,
    pub(crate) rows: Vec<At<Row<'a>>>,
}

/// What a table's columns mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    /// Each block at its own price; with the rule that spreads blocks over rows, when one is named.
    Blocks { rule: bool },
    /// The whole value at the price of its interval.
    Intervals,
}

/// A column's head.
#[derive(Clone, Debug)]
pub(crate) enum Column<'a> {
    To(Quantity<'a>),
    Above,
}

/// A table's row.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) label: Label<'a>,
    /// Whether each is negative.
    pub(crate) prices: Vec<(bool, Text<'a>)>,
    pub(crate) unit: Text<'a>,
}

/// Which slots a row prices.
#[derive(Clone, Debug)]
pub(crate) enum Label<'a> {
    /// No label: every slot.
    All,
    /// The slots that are in all of these.
    Within(Vec<Text<'a>>),
    Otherwise(Span),
}
