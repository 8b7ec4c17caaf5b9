//! Statements about time.

use super::{At, LargeTable, Text};

/// `dates NAME = 2026-04-03, 25 Dec`
#[derive(Clone, Debug)]
pub(crate) struct Dates<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) dates: Vec<At<Day<'a>>>,
}

/// A date.
#[derive(Clone, Debug)]
pub(crate) enum Day<'a> {
    /// `2026-04-03`
    Once(Text<'a>),
    /// `25 Dec`: every year.
    Yearly(Text<'a>, Text<'a>),
}

/// `season NAME = 1 Jun to 30 Sep and 15 Dec to 5 Jan`: both ends belong to it.
#[derive(Clone, Debug)]
pub(crate) struct Season<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) parts: Vec<At<(At<Day<'a>>, At<Day<'a>>)>>,
}

/// `data NAME: dates`, `data NAME: one of A, B per day`, `data NAME: p/kWh per slot`, `data NAME: table of …`
#[derive(Clone, Debug)]
pub(crate) struct Data<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) kind: DataKind<'a>,
}

/// What a data set holds.
#[derive(Clone, Debug)]
pub(crate) enum DataKind<'a> {
    Dates,
    /// The values, and the word behind `per`.
    OneOf(Vec<Text<'a>>, Text<'a>),
    /// The unit, and the word behind `per`.
    Number(Text<'a>, Text<'a>),
    Table(Box<LargeTable<'a>>),
}

/// `window NAME = 00:00-07:00 every day and on Sat, Sun`
#[derive(Clone, Debug)]
pub(crate) struct Window<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) parts: Vec<At<WindowPart<'a>>>,
}

/// Some hours of some days; no hours are the whole day, no days are every day.
#[derive(Clone, Debug)]
pub(crate) struct WindowPart<'a> {
    pub(crate) hours: Vec<At<(Text<'a>, Text<'a>)>>,
    /// Weekdays, runs of them, and names of dates.
    pub(crate) days: Vec<At<(Text<'a>, Option<Text<'a>>)>>,
    pub(crate) conditions: Vec<Condition<'a>>,
}

/// What narrows a window's part.
#[derive(Clone, Debug)]
pub(crate) enum Condition<'a> {
    /// `in SEASON`
    In(Text<'a>),
    /// `when DATA is VALUE or VALUE`
    When(Text<'a>, Vec<Text<'a>>),
    /// `except NAME, NAME`
    Except(Vec<Text<'a>>),
    /// `from 2026-04-01`
    From(Text<'a>),
    /// `until 2026-04-01`, which is excluded.
    Until(Text<'a>),
}
