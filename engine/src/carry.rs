//! State that earlier bills hand on: what a tariff's `carry` statements come to for a period.
//!
//! A value comes from bills that were accepted, of the same meter and of a tariff of the same name in any version, one
//! joining the next, backwards from the period's first slot. The bills that a rule reaches must all be there. The chain
//! begins where no earlier bill could be: at the first whole day of the meter's service, or on the first day of the
//! tariff, or of its first version that shows the figure. A day after that which nobody billed is refused, and never
//! taken for zero. `docs/protocol.md` gives the reasons.

use jiff::ToSpan;
use jiff::civil::Date;
use thiserror::Error;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::period::{Calendar, Period};
use wattproof_circuits::program::Ratio;
use wattproof_circuits::tariff::{Carry, CarryRule, Tariff};
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::record::{MeterId, MeterRecord};

use crate::bills;
use crate::period;
use crate::policy::{self, PolicyRefusal};
use crate::receipt::{self, Receipt};
use crate::refusal::{Fault, Refusal};
use crate::store::StoreRefusal;
use crate::store::record::rotten;
use crate::store::table::{BILLS, View};

/// Why a period's carried values cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CarryRefusal {
    /// Days that a rule reaches have no accepted bill.
    #[error("the tariff carries `{name}` from earlier bills, and {from}..{to} has no accepted bill")]
    Unbilled {
        /// The carried value.
        name: String,
        /// The first day without a bill.
        from: Date,
        /// The day after the last.
        to: Date,
    },
    /// The day from which a sum counts lies inside the period.
    #[error("the tariff carries `{name}` since {split}, which lies within the period")]
    Crosses {
        /// The carried value.
        name: String,
        /// The period's first day.
        start: Date,
        /// The day from which the sum counts.
        split: Date,
        /// The day after the period.
        end: Date,
    },
    /// The day from which a sum counts lies inside an earlier bill.
    #[error("the tariff carries `{name}` since {since}, which lies within the accepted bill of {from}..{to}")]
    Straddled {
        /// The carried value.
        name: String,
        /// The day from which the sum counts.
        since: Date,
        /// The bill's first day.
        from: Date,
        /// The day after the bill.
        to: Date,
    },
    /// The figures of earlier bills come to no whole number of units from zero up.
    #[error("the earlier bills' figures for `{name}` come to no whole number of its units from zero up")]
    NoCount {
        /// The carried value.
        name: String,
    },
    /// An earlier bill's tariff is not here.
    #[error("the tariff of the accepted bill of {from}..{to} is not published here")]
    UnknownTariff {
        /// The bill's first day.
        from: Date,
        /// The day after the bill.
        to: Date,
    },
    /// The assignments cannot be told.
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for CarryRefusal {
    fn code(&self) -> &'static str {
        match self {
            CarryRefusal::Unbilled { .. } => "earlier-bill-missing",
            CarryRefusal::Crosses { .. } => "period-crosses-carry",
            CarryRefusal::Straddled { .. } => "earlier-bill-crosses-carry",
            CarryRefusal::NoCount { .. } => "carried-no-count",
            CarryRefusal::UnknownTariff { .. } => "tariff-unknown",
            CarryRefusal::Policy(refusal) => refusal.code(),
            CarryRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            CarryRefusal::Unbilled { from, to, .. } => format!(
                "bill {from}..{to} first, in one bill or several; a customer imports the receipts of accepted bills \
                 from the supplier's export"
            ),
            CarryRefusal::Crosses { start, split, end, .. } => format!("bill {start}..{split} and {split}..{end}"),
            CarryRefusal::Straddled { to, .. } => {
                format!("no bill can tell the two parts of it apart: publish the tariff under a new name from {to} on")
            }
            CarryRefusal::NoCount { .. } => "publish a version whose figure is never below zero, in that unit".into(),
            CarryRefusal::UnknownTariff { .. } => "import the supplier's export of this period again".into(),
            CarryRefusal::Policy(refusal) => refusal.hint(),
            CarryRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            CarryRefusal::Policy(refusal) => refusal.fault(),
            CarryRefusal::Store(refusal) => refusal.fault(),
            _ => Fault::Refused,
        }
    }
}

/// Whose word counts for which bills were accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// This store's own verdicts.
    Own,
    /// This store's own verdicts, and the supplier's receipts where it has none.
    OwnOrReceipt,
}

/// What a period carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CarriedOver {
    /// The values in the tariff's order and units.
    pub(crate) values: Vec<u64>,
    /// The bills they come from, the last first.
    pub(crate) from: Vec<Receipt>,
}

/// What a period of a tariff carries from earlier bills.
pub(crate) fn carried(
    view: &impl View,
    word: Word,
    meter: &MeterRecord,
    tariff: &Tariff,
    period: &Period,
) -> Result<CarriedOver, CarryRefusal> {
    let mut back = Back { view, word, meter, tariff, period, bills: Vec::new() };
    let values = tariff.carries().iter().map(|carry| back.value(carry)).collect::<Result<_, _>>()?;
    Ok(CarriedOver { values, from: back.bills.into_iter().map(|earlier| earlier.receipt).collect() })
}

/// An accepted bill with its tariff.
struct Earlier {
    receipt: Receipt,
    tariff: Tariff,
}

/// The accepted bills before a period, read as far back as was asked.
struct Back<'a, V> {
    view: &'a V,
    word: Word,
    meter: &'a MeterRecord,
    tariff: &'a Tariff,
    period: &'a Period,
    /// Each joins the next, the last first.
    bills: Vec<Earlier>,
}

impl<V: View> Back<'_, V> {
    fn value(&mut self, carry: &Carry) -> Result<u64, CarryRefusal> {
        let (begins, nothing) = (self.begins(&carry.figure)?, Ratio::from(0));
        let value = match carry.rule {
            CarryRule::Last => self.figures(carry, 1, begins)?.first().copied().or(Some(nothing)),
            CarryRule::HighestOfLast(count) => {
                self.figures(carry, count as usize, begins)?.into_iter().max().or(Some(nothing))
            }
            CarryRule::SumSince { month, day } => {
                let since = self.since(carry, month, day)?;
                let figures = self.figures(carry, usize::MAX, begins.max(since))?;
                figures.iter().try_fold(nothing, |sum, figure| num_traits::CheckedAdd::checked_add(&sum, figure))
            }
        };
        let count = value.filter(Ratio::is_integer).and_then(|value| u64::try_from(*value.numer()).ok());
        count.ok_or_else(|| CarryRefusal::NoCount { name: carry.name.clone() })
    }

    /// The slot from which bills that show this figure can be: of the meter's service, and of the tariff.
    fn begins(&self, figure: &str) -> Result<Slot, CarryRefusal> {
        let (calendar, service) = (self.period.calendar(), self.meter.in_service());
        let mut from = self.period.first_day();
        for assignment in policy::run(self.view, &self.meter.id(), self.tariff.name(), from)?.into_iter().rev() {
            let version = policy::named(self.view, &assignment.tariff)?;
            if version.is_none_or(|version| shows(&version.tariff, figure).is_none()) {
                break;
            }
            from = from.min(assignment.from);
        }
        // Service that begins within a day counts from the next.
        match period::date(calendar, service).filter(|day| *day >= from) {
            Some(day) if slot_of(day, calendar)? < service => from = day.checked_add(1.day()).unwrap_or(day),
            Some(day) => from = day,
            None => {}
        }
        slot_of(from.min(self.period.first_day()), calendar)
    }

    /// The slot from which a sum counts: the last such day up to the period's first.
    fn since(&self, carry: &Carry, month: u8, day: u8) -> Result<Slot, CarryRefusal> {
        let (start, end) = (self.period.first_day(), self.period.end_day());
        let days = (start.year() - 4..=end.year()).filter_map(|year| Date::new(year, month as i8, day as i8).ok());
        let (mut since, name) = (start, carry.name.clone());
        for date in days {
            if start < date && date < end {
                return Err(CarryRefusal::Crosses { name, start, split: date, end });
            }
            if date <= start {
                since = date;
            }
        }
        slot_of(since, self.period.calendar())
    }

    /// What up to `count` bills before the period show for a figure, the last first, in the carried value's units.
    fn figures(&mut self, carry: &Carry, count: usize, begins: Slot) -> Result<Vec<Ratio>, CarryRefusal> {
        let (mut figures, mut at) = (Vec::new(), self.period.slots().first());
        while at > begins && figures.len() < count {
            let name = self.tariff.name();
            let earlier = self.joining(figures.len(), at, begins, carry)?;
            let slots = earlier.receipt.slots;
            let figure = if earlier.tariff.name() == name { shown(earlier, carry) } else { None };
            let Some(figure) = figure else { break };
            if slots.first() < begins {
                let (from, to) = self.dates(slots);
                let (name, since) = (carry.name.clone(), self.date(begins));
                return Err(CarryRefusal::Straddled { name, since, from, to });
            }
            figures.push(figure);
            at = slots.first();
        }
        Ok(figures)
    }

    /// The bill at this place, which ends where the one after it begins.
    fn joining(&mut self, place: usize, at: Slot, begins: Slot, carry: &Carry) -> Result<&Earlier, CarryRefusal> {
        if place == self.bills.len() {
            let latest = self.latest(at)?;
            let ends = latest.as_ref().map(|receipt| receipt.slots.end());
            let Some(receipt) = latest.filter(|receipt| receipt.slots.end() == at) else {
                let from = ends.map_or(begins, |end| end.max(begins));
                let (name, from, to) = (carry.name.clone(), self.date(from), self.date(at));
                return Err(CarryRefusal::Unbilled { name, from, to });
            };
            let (from, to) = self.dates(receipt.slots);
            let tariff = policy::by_digest(self.view, &receipt.tariff)?;
            let tariff = tariff.ok_or(CarryRefusal::UnknownTariff { from, to })?;
            self.bills.push(Earlier { receipt, tariff });
        }
        Ok(&self.bills[place])
    }

    /// The latest accepted bill that ends at or before a slot.
    fn latest(&self, at: Slot) -> Result<Option<Receipt>, StoreRefusal> {
        let id = self.meter.id();
        let own = accepted(self.view, &id, at)?;
        let other = match self.word {
            Word::Own => None,
            Word::OwnOrReceipt => receipt::last_until(self.view, &id, at)?,
        };
        Ok(match (own, other) {
            (Some(own), Some(other)) if other.slots.end() > own.slots.end() => Some(other),
            (own, other) => own.or(other),
        })
    }

    fn dates(&self, slots: SlotRange) -> (Date, Date) {
        (self.date(slots.first()), self.date(slots.end()))
    }

    fn date(&self, slot: Slot) -> Date {
        period::date(self.period.calendar(), slot).unwrap_or(Date::ZERO)
    }
}

/// The latest bill accepted here that ends at or before a slot, as a receipt.
fn accepted(view: &impl View, meter: &MeterId, at: Slot) -> Result<Option<Receipt>, StoreRefusal> {
    let Some(billed) = bills::last_until(view, meter, at)? else { return Ok(None) };
    let (_, bytes) = bills::bill(view, &billed.bill)?.ok_or_else(|| rotten(BILLS))?;
    let statement = Bill::from_bytes(&bytes).map_err(|_| rotten(BILLS))?.statement;
    let (tariff, disclosed) = (statement.tariff, statement.disclosed);
    let (slots, revision, bill) = (billed.slots, billed.revision, billed.bill);
    Ok(Some(Receipt { meter: *meter, slots, revision, tariff, bill, disclosed }))
}

/// The place of a figure among what a tariff's bills disclose, and its unit in base units.
fn shows(tariff: &Tariff, figure: &str) -> Option<(usize, Ratio)> {
    let figures = tariff.figures();
    let place = figures.iter().position(|shown| shown.name == figure)?;
    // The total, then the shown lines, then the figures.
    Some((1 + tariff.shown_lines() + place, figures[place].unit))
}

/// What an earlier bill shows for a figure, in the carried value's units; nothing when its tariff has no such figure.
fn shown(earlier: &Earlier, carry: &Carry) -> Option<Ratio> {
    let (place, unit) = shows(&earlier.tariff, &carry.figure)?;
    let count = Ratio::from(*earlier.receipt.disclosed.get(place)?);
    num_traits::CheckedDiv::checked_div(&num_traits::CheckedMul::checked_mul(&count, &unit)?, &carry.unit)
}

/// The first slot of a tariff day.
fn slot_of(day: Date, calendar: &Calendar) -> Result<Slot, CarryRefusal> {
    let next = day.checked_add(1.day()).unwrap_or(day);
    let day = Period::new(day, next, calendar).map_err(PolicyRefusal::from)?;
    Ok(day.slots().first())
}
