//! What a bill's numbers mean under its tariff, by what a store knows.

use wattproof_circuits::plan::Plan;
use wattproof_circuits::privacy::Report;
use wattproof_circuits::program::Program;
use wattproof_circuits::statement::Statement;
use wattproof_circuits::tariff::Tariff;

use crate::amount::Amount;
use crate::frame::program_of;
use crate::money::Money;
use crate::store::StoreRefusal;
use crate::store::table::View;
use crate::{period, policy};

/// A bill under its tariff.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The tariff, as `name@version`.
    pub tariff: String,
    /// The local days, as `2026-03-01..2026-04-01`.
    pub period: String,
    /// The total.
    pub total: Money,
    /// Lines that the tariff shows.
    pub shown: Vec<(String, Money)>,
    /// Figures for later bills.
    pub figures: Vec<(String, Amount)>,
    /// Values from earlier bills.
    pub carried: Vec<(String, Amount)>,
    /// Bits that all of this can say at most.
    pub bits_disclosed: f64,
    /// Bits that the period's readings hold.
    pub bits_held: u64,
}

/// What a statement means; nothing when its tariff, its data or its batches are not known here.
pub(crate) fn terms(view: &impl View, statement: &Statement) -> Result<Option<Terms>, StoreRefusal> {
    let Some(tariff) = policy::by_digest(view, &statement.tariff)? else { return Ok(None) };
    let program = program_of(view, &tariff, statement)?;
    Ok(program.and_then(|program| of(&tariff, &program, statement)))
}

fn of(tariff: &Tariff, program: &Program, statement: &Statement) -> Option<Terms> {
    let plan = Plan::new(program).ok()?;
    let money = |count: &i128| Money::of(*count, &program.unit, tariff.currency());
    let mut amounts = statement.disclosed.iter();
    let total = money(amounts.next()?)?;
    let lines = program.lines.iter().filter(|line| line.shown);
    let shown = lines.map(|line| Some((line.name.clone(), money(amounts.next()?)?))).collect::<Option<_>>()?;
    let figures = program.figures.iter();
    let figures = figures.map(|figure| Some((figure.name.clone(), Amount::figure(figure, *amounts.next()?)?)));
    let figures = figures.collect::<Option<_>>()?;
    Some(Terms {
        tariff: format!("{}@{}", tariff.name(), tariff.version()),
        period: period::days(tariff, statement.slots)?.to_string(),
        total,
        shown,
        figures,
        carried: Amount::carried(tariff, &statement.carried)?,
        bits_disclosed: Report::of(program, &plan).bits(),
        bits_held: plan.bits_held(),
    })
}
