//! A tariff file on the desk: checked, priced plainly, explained.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use thiserror::Error;
use wattproof_circuits::data::Data;
use wattproof_circuits::period::{Period, PeriodError};
use wattproof_circuits::prepared::PrepareRefusal;
use wattproof_circuits::program::{Figure, Place, Program};
use wattproof_circuits::rule::{self, PriceError};
use wattproof_circuits::tariff::{Gaps, Inputs};
use wattproof_meter::reading::Readings;

pub use wattproof_circuits::data::MAX_BYTES as MAX_DATA;
pub use wattproof_circuits::tariff::{Diagnostic, MAX_BYTES, Related, Tariff, line_column, template};
pub use wattproof_meter::quantity::Register;

pub mod hours;

use super::time;
use super::unpriced::Unpriced;
use crate::amount::Amount;
use crate::data::{self, PublishRefusal, published_for};
use crate::intake::csv::{CsvRefusal, ReadingsFile};
use crate::line::{BillLine, Lines};
use crate::money::Money;
use crate::refusal::{Fault, Refusal};
use crate::store::{Store, StoreRefusal};
use crate::supplier::prepare_code;

/// Why a tariff does not price or explain.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TariffRefusal {
    /// Something is wrong with it in this period.
    #[error("the tariff has {} mistakes in this period", .0.len())]
    Findings(Vec<Diagnostic>),
    /// The tariff is sound, and bills no such period.
    #[error("{finding}")]
    Unbilled {
        /// Why, at its place in the text.
        finding: Box<Diagnostic>,
        /// A calendar month near, as `2026-02`.
        month: String,
    },
    /// Not a billing period.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// The readings lack a register.
    #[error(transparent)]
    Readings(#[from] CsvRefusal),
    /// The readings hold no whole day of the tariff.
    #[error("the readings hold no whole day of the tariff")]
    NoWholeDay,
    /// The readings do not cover the period, or pass a bound.
    #[error(transparent)]
    Price(#[from] Unpriced),
    /// A carried value that it does not carry.
    #[error("the tariff carries nothing called `{0}`")]
    NoSuchCarry(String),
    /// Data that are none.
    #[error(transparent)]
    Data(#[from] PublishRefusal),
    /// Data that it does not declare.
    #[error("the tariff declares no data called `{0}`")]
    NoSuchData(String),
    /// The store's data cannot be read.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
    /// There is no proof for it.
    #[error(transparent)]
    Prepare(#[from] PrepareRefusal),
}

impl Refusal for TariffRefusal {
    fn code(&self) -> &'static str {
        match self {
            TariffRefusal::Findings(_) => "tariff-invalid",
            TariffRefusal::Unbilled { finding, .. } => finding.code,
            TariffRefusal::Period(error) => error.code(),
            TariffRefusal::Readings(refusal) => refusal.code(),
            TariffRefusal::NoWholeDay => "no-whole-day",
            TariffRefusal::Price(refusal) => refusal.code(),
            TariffRefusal::NoSuchCarry(_) => "no-such-carry",
            TariffRefusal::Data(refusal) => refusal.code(),
            TariffRefusal::NoSuchData(_) => "no-such-data",
            TariffRefusal::Store(refusal) => refusal.code(),
            TariffRefusal::Prepare(refusal) => prepare_code(refusal),
        }
    }

    fn hint(&self) -> String {
        match self {
            TariffRefusal::Findings(_) => "mend the tariff, or choose another period".into(),
            TariffRefusal::Unbilled { finding, month } => match (finding.code, &finding.help) {
                ("changes-inside", Some(help)) => help.clone(),
                _ => format!("give --period {month}"),
            },
            TariffRefusal::Period(error) => error.hint().into(),
            TariffRefusal::Readings(refusal) => refusal.hint(),
            TariffRefusal::NoWholeDay => "give readings of a day at least, from its first slot to its last".into(),
            TariffRefusal::Price(refusal) => refusal.hint(),
            TariffRefusal::NoSuchCarry(_) | TariffRefusal::NoSuchData(_) => {
                "look at what `wattproof tariff show` says of it".into()
            }
            TariffRefusal::Data(refusal) => refusal.hint(),
            TariffRefusal::Store(refusal) => refusal.hint(),
            TariffRefusal::Prepare(PrepareRefusal::Plan(refusal)) => refusal.hint().into(),
            TariffRefusal::Prepare(PrepareRefusal::Layout(refusal)) => refusal.hint().into(),
            TariffRefusal::Prepare(_) => "report this: a tariff that checks should compile".into(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            TariffRefusal::Store(refusal) => refusal.fault(),
            TariffRefusal::Prepare(PrepareRefusal::Params(_) | PrepareRefusal::Keys(_)) => Fault::Machine,
            _ => Fault::Own,
        }
    }
}

/// What the tariff is over a period, or why it is not billed.
pub(super) fn program(tariff: &Tariff, period: &Period, inputs: Inputs<'_>) -> Result<Program, TariffRefusal> {
    tariff.program(period, inputs).map_err(|mut findings| match findings.first() {
        Some(first) if first.of_period() => {
            TariffRefusal::Unbilled { finding: Box::new(findings.remove(0)), month: period.some_month() }
        }
        _ => TariffRefusal::Findings(findings),
    })
}

/// A plain bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainBill {
    /// The period.
    pub period: Period,
    /// The total.
    pub total: Money,
    /// The lines in the tariff's order.
    pub lines: Vec<BillLine>,
    /// Why the lines as they are shown do not add up to the total, when they do not.
    pub note: Option<String>,
    /// The figures that such a bill discloses for later ones.
    pub figures: Vec<(String, Amount)>,
    /// The carried values that it was priced with.
    pub carried: Vec<(String, Amount)>,
    /// Slots that the tariff's rule for gaps priced.
    pub gaps: u32,
}

/// What a tariff is priced and explained with, beside readings.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub(super) data: Data,
    carried: Vec<u64>,
}

impl Given {
    /// Data sets by name, as CSV, and carried values by name, each a whole number of the tariff's unit for it. Data that
    /// are left out are the store's, when there is one; carried values that are left out are zero.
    pub fn new(
        tariff: &Tariff,
        store: &Store,
        data: &[(String, Vec<u8>)],
        carried: &[(String, u64)],
    ) -> Result<Self, TariffRefusal> {
        let mut all = published_for(store, tariff)?;
        for (name, csv) in data {
            if !tariff.data().iter().any(|declared| declared.name == *name) {
                return Err(TariffRefusal::NoSuchData(name.clone()));
            }
            all.insert(name, data::read(name, csv)?);
        }
        let mut values = vec![0; tariff.carries().len()];
        for (name, value) in carried {
            let place = tariff.carries().iter().position(|carry| carry.name == *name);
            values[place.ok_or_else(|| TariffRefusal::NoSuchCarry(name.clone()))?] = *value;
        }
        Ok(Given { data: all, carried: values })
    }
}

/// Prices readings over a period, or over all whole days they hold.
pub fn price(
    tariff: &Tariff,
    file: &ReadingsFile,
    period: Option<&str>,
    given: &Given,
) -> Result<PlainBill, TariffRefusal> {
    let period = match period {
        Some(text) => tariff.period(text)?,
        None => whole_days(tariff, file)?,
    };
    let readings = file.pick(tariff.registers())?;
    let gaps = gaps(tariff, &period, &readings);
    let inputs = Inputs { data: &given.data, gaps: &gaps };
    let program = program(tariff, &period, inputs)?;
    let unpriced = |refusal| Unpriced::new(refusal, tariff.calendar().slot());
    let priced = rule::evaluate(&program, &readings, &given.carried).map_err(unpriced)?;
    let overflow = || unpriced(PriceError::Overflow { node: program.total });
    let money = |units| Money::of(units, &program.unit, tariff.currency()).ok_or_else(overflow);
    let Lines { lines, note } = Lines::of(&program, &priced, tariff.currency()).ok_or_else(overflow)?;
    let figure =
        |figure: &Figure, count| Ok((figure.name.clone(), Amount::figure(figure, count).ok_or_else(overflow)?));
    let figures = program.figures.iter().zip(priced.figures).map(|(of, count)| figure(of, count));
    Ok(PlainBill {
        total: money(priced.total)?,
        lines,
        note,
        figures: figures.collect::<Result<_, Unpriced>>()?,
        carried: Amount::carried(tariff, &given.carried).ok_or_else(overflow)?,
        gaps: gaps.iter().map(|gap| gap.offset).collect::<BTreeSet<_>>().len() as u32,
        period,
    })
}

/// The places of a period at which readings have none, for a tariff that bills them. What lies before the first reading
/// or behind the last is no gap.
fn gaps(tariff: &Tariff, period: &Period, readings: &Readings) -> BTreeSet<Place> {
    if tariff.gaps() == Gaps::Refuse {
        return BTreeSet::new();
    }
    let slots = (0..).zip(period.slots().iter()).filter(|(_, slot)| readings.slots().contains(*slot));
    let places = slots.flat_map(|(offset, slot)| {
        let missing = (0..readings.registers()).filter(move |register| readings.get(*register, slot).is_none());
        missing.map(move |register| Place { register, offset })
    });
    places.collect()
}

/// The longest run of whole tariff days within the readings.
fn whole_days(tariff: &Tariff, file: &ReadingsFile) -> Result<Period, TariffRefusal> {
    let (slots, length) = (file.readings.slots(), file.length);
    let (begin, end) = (time::start(slots.first(), length), time::start(slots.end(), length));
    // A local day starts within a day of the UTC day of its date.
    let near = |at: Timestamp| (-2..=2).filter_map(move |days| utc_date(at).checked_add(i64::from(days).days()).ok());
    let starts_at = |date: Date| {
        let next = date.checked_add(1.day()).ok()?;
        let day = Period::new(date, next, tariff.calendar()).ok()?;
        Some(time::start(day.slots().first(), length))
    };
    let first = near(begin).find(|date| starts_at(*date).is_some_and(|at| at >= begin));
    let last = near(end).rfind(|date| starts_at(*date).is_some_and(|at| at <= end));
    match first.zip(last) {
        Some((first, last)) if first < last => Ok(Period::new(first, last, tariff.calendar())?),
        _ => Err(TariffRefusal::NoWholeDay),
    }
}

fn utc_date(at: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(at).date()
}

#[cfg(test)]
mod tests;
