//! Price tables.

use super::{At, Cell, Expr, Per, Quantity, Series, Text};

/// `price import in peak per period, blocks { … }`
#[derive(Clone, Debug)]
pub(crate) struct Price<'a> {
    pub(crate) series: Series<'a>,
    pub(crate) table: PriceTable<'a>,
}

impl<'a> Price<'a> {
    /// What it counts, when that is said.
    pub(crate) fn per(&self) -> Option<&Per<'a>> {
        match &self.table {
            PriceTable::Rows(rows) => rows.per.as_ref(),
            PriceTable::By(..) => None,
        }
    }
}

/// What stands in a price table's braces, with what is said of it before them.
#[derive(Clone, Debug)]
pub(crate) enum PriceTable<'a> {
    /// Rows of slots, columns of blocks.
    Rows(PriceRows<'a>),
    /// Rows of a data set's values, columns of slots: its name, and the words, which only its values tell apart.
    By(Text<'a>, Vec<At<Item<'a>>>),
}

/// `per month, blocks prorated { to 100 kWh above  peak 10 12 p/kWh  otherwise 8 9 p/kWh }`
#[derive(Clone, Debug)]
pub(crate) struct PriceRows<'a> {
    pub(crate) per: Option<Per<'a>>,
    pub(crate) columns_are: Option<At<Columns>>,
    pub(crate) columns: Vec<At<Column<'a>>>,
    pub(crate) rows: Vec<At<Row<'a>>>,
}

/// What a table's columns mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    /// Each block at its own price.
    Blocks(Option<Spread>),
    /// The whole value at the price of its interval.
    Intervals,
}

/// How blocks of a total spread over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Every row takes its share of each block.
    Prorated,
    /// Readings climb through the blocks one after the other, each at its own row's prices.
    InTimeOrder,
}

/// A column's head.
#[derive(Clone, Debug)]
pub(crate) enum Column<'a> {
    /// The end, and what it is per one of.
    To(At<Quantity<'a>>, Option<Expr<'a>>),
    Above,
}

/// A word of a price table's rows.
#[derive(Clone, Debug)]
pub(crate) enum Item<'a> {
    /// A name, which labels a row or is a price.
    Name(&'a str),
    /// `in NAME`
    In(Text<'a>),
    Otherwise,
    Price(Cell<'a>),
    Unit(&'a str),
}

/// A table's row.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) label: At<Label<'a>>,
    pub(crate) prices: Vec<Cell<'a>>,
    /// That of the numbers.
    pub(crate) unit: Option<Text<'a>>,
}

/// Which slots a row prices.
#[derive(Clone, Debug)]
pub(crate) enum Label<'a> {
    /// No label: every slot.
    All,
    /// The slots that are in all of these.
    Within(Vec<Text<'a>>),
    Otherwise,
}

impl Label<'_> {
    /// As it is written.
    pub(crate) fn text(&self) -> String {
        match self {
            Label::All => String::new(),
            Label::Within(names) => names.iter().map(|name| name.is).collect::<Vec<_>>().join(" in "),
            Label::Otherwise => "otherwise".to_owned(),
        }
    }
}
