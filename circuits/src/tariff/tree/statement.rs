//! Statements.

use super::{Data, Dates, Expr, Rounding, Season, Span, Text, Window};

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Statement<'a> {
    Header(Header<'a>),
    Register(Register<'a>),
    Gaps(Text<'a>),
    Dates(Dates<'a>),
    Data(Data<'a>),
    Season(Season<'a>),
    Window(Window<'a>),
    Charge(Charge<'a>),
    Total(Total<'a>),
    /// One that does not read: its keyword and the name behind it.
    Broken(&'a str, Option<&'a str>),
}

/// `tariff NAME version 1 in GBP, zone Europe/London, slot 30 min, day from 00:00`
#[derive(Clone, Debug)]
pub(crate) struct Header<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) version: Text<'a>,
    pub(crate) currency: Text<'a>,
    pub(crate) zone: Text<'a>,
    pub(crate) slot: Text<'a>,
    pub(crate) day_from: Option<Text<'a>>,
}

/// `register NAME in Wh, below 2^20`
#[derive(Clone, Debug)]
pub(crate) struct Register<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) unit: Text<'a>,
    pub(crate) bits: Text<'a>,
}

/// `charge NAME = EXPRESSION rounded half up to 1 p shown`
#[derive(Clone, Debug)]
pub(crate) struct Charge<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) scope: Option<Text<'a>>,
    pub(crate) amount: Expr<'a>,
    pub(crate) rounding: Option<Rounding<'a>>,
    pub(crate) shown: bool,
}

/// `total = EXPRESSION exact`
#[derive(Clone, Debug)]
pub(crate) struct Total<'a> {
    pub(crate) keyword: Span,
    pub(crate) amount: Expr<'a>,
    pub(crate) ending: Option<Ending<'a>>,
}

/// How a total ends.
#[derive(Clone, Debug)]
pub(crate) enum Ending<'a> {
    Exact,
    Rounded(Rounding<'a>),
}
