//! A tariff file on the desk: checked, priced plainly, explained.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use thiserror::Error;
use wattproof_circuits::period::{Period, PeriodError};
use wattproof_circuits::plan::{Plan, Step};
use wattproof_circuits::prepared::{PrepareRefusal, Prepared};
use wattproof_circuits::rule::{self, PriceError};

pub use wattproof_circuits::tariff::{Diagnostic, MAX_BYTES, Related, Tariff, line_column, template};
pub use wattproof_meter::quantity::Register;

pub mod hours;

use super::time;
use super::unpriced::Unpriced;
use crate::intake::csv::{CsvRefusal, ReadingsFile};
use crate::money::Money;
use crate::refusal::{Fault, Refusal};
use crate::supplier::prepare_code;

/// Why a tariff does not price or explain.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TariffRefusal {
    /// Something is wrong with it in this period.
    #[error("the tariff has {} mistakes in this period", .0.len())]
    Findings(Vec<Diagnostic>),
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
    /// There is no proof for it.
    #[error(transparent)]
    Prepare(#[from] PrepareRefusal),
}

impl Refusal for TariffRefusal {
    fn code(&self) -> &'static str {
        match self {
            TariffRefusal::Findings(_) => "tariff-invalid",
            TariffRefusal::Period(error) => error.code(),
            TariffRefusal::Readings(refusal) => refusal.code(),
            TariffRefusal::NoWholeDay => "no-whole-day",
            TariffRefusal::Price(refusal) => refusal.code(),
            TariffRefusal::Prepare(refusal) => prepare_code(refusal),
        }
    }

    fn hint(&self) -> String {
        match self {
            TariffRefusal::Findings(_) => "mend the tariff, or choose another period".into(),
            TariffRefusal::Period(error) => error.hint().into(),
            TariffRefusal::Readings(refusal) => refusal.hint(),
            TariffRefusal::NoWholeDay => "give readings of a day at least, from its first slot to its last".into(),
            TariffRefusal::Price(refusal) => refusal.hint(),
            TariffRefusal::Prepare(PrepareRefusal::Plan(refusal)) => refusal.hint().into(),
            TariffRefusal::Prepare(PrepareRefusal::Layout(refusal)) => refusal.hint().into(),
            TariffRefusal::Prepare(_) => "report this: a tariff that checks should compile".into(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            TariffRefusal::Prepare(PrepareRefusal::Params(_) | PrepareRefusal::Keys(_)) => Fault::Machine,
            _ => Fault::Own,
        }
    }
}

/// A plain bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainBill {
    /// The period.
    pub period: Period,
    /// The total.
    pub total: Money,
    /// The lines in the tariff's order, each rounded to the total's unit.
    pub lines: Vec<(String, Money)>,
}

/// Prices readings over a period, or over all whole days they hold.
pub fn price(tariff: &Tariff, file: &ReadingsFile, period: Option<&str>) -> Result<PlainBill, TariffRefusal> {
    let period = match period {
        Some(text) => tariff.period(text)?,
        None => whole_days(tariff, file)?,
    };
    let program = tariff.program(&period).map_err(TariffRefusal::Findings)?;
    let readings = file.pick(&program.registers)?;
    let length = tariff.calendar().slot();
    let priced = rule::evaluate(&program, &readings).map_err(|refusal| Unpriced::new(refusal, length))?;
    let money = |units| {
        let overflow = PriceError::Overflow { node: program.total };
        Money::of(units, &program.unit, tariff.currency()).ok_or_else(|| Unpriced::new(overflow, length))
    };
    let lines = priced.lines.into_iter().map(|line| Ok((line.name, money(line.printed)?)));
    Ok(PlainBill { period, total: money(priced.total)?, lines: lines.collect::<Result<_, TariffRefusal>>()? })
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

/// How a tariff is proved over a period.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The period.
    pub period: Period,
    /// Values that are linear in the readings and leave the circuit.
    pub inputs: usize,
    /// What stays inside, each kind with how often.
    pub steps: Vec<(&'static str, usize)>,
    /// Readings that enter the circuit one by one.
    pub readings: usize,
    /// Amounts that the bill discloses.
    pub disclosed: usize,
    /// Logarithm of the circuit's rows; nothing when there is no circuit.
    pub k: Option<u32>,
    /// Rows of the linked column in use.
    pub linked_rows: usize,
    /// Rows of the tallest column.
    pub rows: usize,
    /// Look-ups.
    pub lookups: usize,
    /// Bytes of every proof, commitments not counted.
    pub proof_bytes: usize,
    /// Bits that the disclosed amounts can say at most.
    pub bits_disclosed: f64,
    /// Bits that the period's readings hold.
    pub bits_held: u64,
}

/// Explains how a tariff is proved over a period.
pub fn explain(tariff: &Tariff, period: &str) -> Result<Explanation, TariffRefusal> {
    let period = tariff.period(period)?;
    let program = tariff.program(&period).map_err(TariffRefusal::Findings)?;
    let prepared = Prepared::new(&program)?;
    let (plan, figures) = (prepared.plan(), prepared.figures());
    let (steps, readings) = steps(plan);
    Ok(Explanation {
        inputs: plan.inputs.len(),
        steps,
        readings,
        disclosed: plan.outputs.len(),
        k: figures.k,
        linked_rows: figures.linked_rows,
        rows: figures.rows,
        lookups: figures.lookups,
        proof_bytes: figures.proof_bytes,
        bits_disclosed: plan.bits_disclosed(),
        bits_held: plan.bits_held(),
        period,
    })
}

/// The kinds of steps that occur, and how many readings they read.
fn steps(plan: &Plan) -> (Vec<(&'static str, usize)>, usize) {
    let kinds = ["price of each reading", "maximum", "comparison", "rounding"];
    let (mut counts, mut readings) = ([0; 4], HashSet::new());
    for step in &plan.steps {
        let kind = match step {
            Step::EachReading { cells, .. } => {
                readings.extend(cells.iter().map(|(cell, _)| *cell));
                0
            }
            Step::Peak { cells, .. } => {
                readings.extend(cells.iter().copied());
                1
            }
            Step::Compare { .. } => 2,
            Step::Divide { .. } => 3,
        };
        counts[kind] += 1;
    }
    (kinds.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect(), readings.len())
}

#[cfg(test)]
mod tests;
