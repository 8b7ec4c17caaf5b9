//! Statements.

use super::{At, Data, Dates, Expr, Quantity, Rounding, Season, Span, Text, Window};

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Statement<'a> {
    Header(Header<'a>),
    Register(Register<'a>),
    Gaps(Gaps<'a>),
    Dates(Dates<'a>),
    Data(Data<'a>),
    Season(Season<'a>),
    Window(Window<'a>),
    Series(SeriesOf<'a>),
    Define(Define<'a>),
    Carry(Carry<'a>),
    Charge(Charge<'a>),
    Total(Total<'a>),
    /// One that does not read: its keyword and the name behind it.
    Broken(&'a str, Option<&'a str>),
}

/// `tariff NAME version 1 in GBP, zone Europe/London, slot 30 min, day from 00:00, bills per month`
#[derive(Clone, Debug)]
pub(crate) struct Header<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) version: Text<'a>,
    pub(crate) currency: Text<'a>,
    pub(crate) zone: Text<'a>,
    pub(crate) slot: Text<'a>,
    pub(crate) day_from: Option<Text<'a>>,
    /// What a bill is of, as `month`.
    pub(crate) bills: Option<Text<'a>>,
}

/// `register NAME in Wh, below 2^20`
#[derive(Clone, Debug)]
pub(crate) struct Register<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) unit: Text<'a>,
    pub(crate) bits: Text<'a>,
}

/// `series NAME = EXPRESSION`
#[derive(Clone, Debug)]
pub(crate) struct SeriesOf<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) amount: Expr<'a>,
}

/// `define NAME = EXPRESSION from 2026-04-01 EXPRESSION rounded half up to 1 kW shown`
#[derive(Clone, Debug)]
pub(crate) struct Define<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) amount: Expr<'a>,
    /// Dates and the values from them on.
    pub(crate) later: Vec<(Text<'a>, Expr<'a>)>,
    pub(crate) rounding: Option<Rounding<'a>>,
    pub(crate) shown: Option<Span>,
}

/// `carry NAME in kW, below 10 MW, highest of demand in the last 12 bills`
#[derive(Clone, Debug)]
pub(crate) struct Carry<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) number: Option<Text<'a>>,
    pub(crate) unit: Text<'a>,
    pub(crate) below: At<Quantity<'a>>,
    pub(crate) rule: CarryRule<'a>,
    pub(crate) figure: Text<'a>,
}

/// What earlier bills' figures come to.
#[derive(Clone, Debug)]
pub(crate) enum CarryRule<'a> {
    /// `sum of FIGURE since 1 Apr`
    SumSince(Text<'a>, Text<'a>),
    /// `highest of FIGURE in the last N bills`
    HighestOfLast(Text<'a>),
    /// `FIGURE of the last bill`
    Last,
}

/// `gaps refuse`, or what stands in for a missing reading.
#[derive(Clone, Debug)]
pub(crate) struct Gaps<'a> {
    pub(crate) keyword: Span,
    pub(crate) rule: GapRule<'a>,
}

/// What happens to a missing reading.
#[derive(Clone, Debug)]
pub(crate) enum GapRule<'a> {
    Refuse,
    /// `estimate mean of the same slot on other days`
    Mean,
    /// `at 250 Wh, 0 VArh`
    At(Vec<At<Quantity<'a>>>),
}

/// `charge NAME = EXPRESSION rounded half up to 1 p shown`
#[derive(Clone, Debug)]
pub(crate) struct Charge<'a> {
    pub(crate) name: Text<'a>,
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
