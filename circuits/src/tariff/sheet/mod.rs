//! A checked tariff: names resolved to places, quantities in base units, every expression with its dimension.

mod amount;
mod calendar;
mod definition;
mod scope;
mod table;

pub(super) use amount::*;
pub(super) use calendar::*;
pub(super) use definition::*;
pub(super) use scope::*;
pub(super) use table::*;

use wattproof_meter::quantity::Register;

use super::almanac::Almanac;
use super::carry::Carry;
use super::currency::Currency;
use super::diagnostic::Span;
use crate::period::Calendar;
use crate::program::Ratio;

/// A checked tariff.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) currency: Currency,
    pub(crate) calendar: Calendar,
    /// Where the header names the zone.
    pub(crate) zone: Span,
    /// Where the header says that a bill is of a whole month, if it does.
    pub(crate) monthly: Option<Span>,
    pub(crate) registers: Vec<Register>,
    pub(crate) gaps: Gaps,
    pub(crate) almanac: Almanac,
    pub(crate) times: Vec<Times>,
    pub(crate) data: Vec<Published>,
    pub(crate) series: Vec<SeriesOf>,
    pub(crate) defines: Vec<Define>,
    pub(crate) carries: Vec<Carry>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) total: Total,
}

/// A line of the bill: an amount of money over earlier charges.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) name: String,
    pub(crate) amount: Amount,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) shown: bool,
}

/// The total.
#[derive(Clone, Debug)]
pub(crate) struct Total {
    pub(crate) keyword: Span,
    pub(crate) amount: Amount,
    /// Nothing when it is declared exact.
    pub(crate) rounding: Option<Rounding>,
}

/// What happens to missing readings.
#[derive(Clone, Debug)]
pub(crate) struct Gaps {
    pub(crate) rule: GapRule,
    pub(crate) span: Span,
}

/// What stands in for a missing reading.
#[derive(Clone, Debug)]
pub(crate) enum GapRule {
    /// Nothing: the period is not billed.
    Refuse,
    /// The mean of the readings at the same clock time on the period's other days.
    Mean,
    /// A value in base units, by register.
    At(Vec<Ratio>),
}
