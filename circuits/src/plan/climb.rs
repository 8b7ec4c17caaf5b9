//! Amounts that climb through blocks one after the other.

use std::rc::Rc;

use num_traits::One;

use crate::exact;
use crate::gadget::Climb;
use crate::program::Ratio;

use super::expr::{Expr, common_denominator};
use super::form::{Form, Overflow};
use super::lists::Scaled;
use super::planner::{Planned, Planner};
use super::symbols::blocks;
use super::{Interval, LIMIT};

impl Planner<'_> {
    /// Amounts that climb through blocks one after the other.
    pub(super) fn climb(&mut self, of: &[(Rc<Expr>, usize)], bounds: &[Ratio], rows: &[Vec<Ratio>]) -> Planned<Form> {
        let runs = self.fits(runs(of, rows).ok_or(Overflow))?;
        let amounts: Vec<Rc<Expr>> = runs.iter().map(|(amount, _)| amount.clone()).collect();
        if amounts.iter().all(|amount| amount.is_affine()) && self.looks_up(runs.len() * bounds.len()) {
            let scaled = self.fits(Scaled::of(&amounts, bounds).ok_or(Overflow))?;
            let ranges = scaled.ranges(self)?;
            if ranges.iter().all(|range| range.lo >= 0) {
                return self.climbed_by_row(&scaled, &ranges, &runs, bounds, rows);
            }
        }
        self.climbed_by_comparisons(&runs, bounds, rows)
    }

    /// The dearest block leaves the circuit; up to each bound amounts pay what their row then charges more.
    fn climbed_by_row(
        &mut self,
        scaled: &Scaled,
        ranges: &[Interval],
        runs: &[(Rc<Expr>, usize)],
        bounds: &[Ratio],
        rows: &[Vec<Ratio>],
    ) -> Planned<Form> {
        let mut sum = Form::zero();
        for (amount, row) in runs {
            let amount = self.form(amount)?;
            sum = self.sum(&sum, &amount, rows[*row].last().copied().unwrap_or_default())?;
        }
        let inputs = scaled.inputs(self)?;
        for (at, bound) in bounds.iter().enumerate() {
            let less = |row: &Vec<Ratio>| exact::sub(&row[at], &row[at + 1]);
            let less = self.fits(rows.iter().map(less).collect::<Option<Vec<_>>>().ok_or(Overflow))?;
            let denominator = self.fits(common_denominator(less.iter()).ok_or(Overflow))?;
            let whole = |price: &Ratio| price.numer().checked_mul(denominator / price.denom());
            let prices = self.fits(less.iter().map(whole).collect::<Option<Vec<_>>>().ok_or(Overflow))?;
            let bound = self.fits(exact::div(bound, &scaled.unit).ok_or(Overflow))?.to_integer();
            let of: Vec<_> = inputs.iter().zip(runs).map(|(input, (_, row))| (*input, prices[*row])).collect();
            let paid = self.climbed_to(&of, ranges, bound)?;
            let unit = self.fits(exact::div(&scaled.unit, &denominator.into()).ok_or(Overflow))?;
            sum = self.sum(&sum, &paid, unit)?;
        }
        Ok(sum)
    }

    /// What amounts pay up to a bound.
    fn climbed_to(&mut self, of: &[(usize, i128)], ranges: &[Interval], bound: i128) -> Planned<Form> {
        let total = ranges.iter().try_fold(Interval { lo: 0, hi: 0 }, |sum, range| sum.plus(*range));
        let reach = self.bounded(total)?.hi.min(self.bounded((bound <= LIMIT).then_some(bound))?);
        let least = of.iter().map(|(_, price)| *price).min().unwrap_or(0).min(0);
        let most = of.iter().map(|(_, price)| *price).max().unwrap_or(0).max(0);
        let ends = least.checked_mul(reach).zip(most.checked_mul(reach));
        let interval = self.bounded(ends.and_then(|(lo, hi)| Interval::new(lo, hi)))?;
        let greatest = ranges.iter().map(|range| range.hi).max().unwrap_or(0);
        if interval.width() == 0 {
            return Ok(Form::zero());
        }
        Ok(self.step(Climb { of: of.to_vec(), bound, greatest, interval }))
    }

    /// What each amount pays is what its row charges for all so far, less what it charges for all before.
    fn climbed_by_comparisons(
        &mut self,
        runs: &[(Rc<Expr>, usize)],
        bounds: &[Ratio],
        rows: &[Vec<Ratio>],
    ) -> Planned<Form> {
        let schedules = rows.iter().map(|row| blocks(bounds, row)).collect::<Option<Vec<_>>>();
        let schedules = self.fits(schedules.ok_or(Overflow))?;
        let (mut at, mut paid) = (Form::zero(), Form::zero());
        for (amount, row) in runs {
            let amount = self.form(amount)?;
            let amount = self.whole(amount)?;
            let to = self.sum(&at, &amount, Ratio::one())?;
            let (after, before) = (self.scheduled(&to, &schedules[*row])?, self.scheduled(&at, &schedules[*row])?);
            paid = self.sum(&paid, &after, Ratio::one())?;
            paid = self.sum(&paid, &before, -Ratio::one())?;
            at = to;
        }
        Ok(paid)
    }
}

/// Neighbouring amounts of one row together; rows of the same prices are one.
fn runs(of: &[(Rc<Expr>, usize)], rows: &[Vec<Ratio>]) -> Option<Vec<(Rc<Expr>, usize)>> {
    let same = |row: usize| rows.iter().position(|other| *other == rows[row]).unwrap_or(row);
    let mut runs: Vec<(Expr, usize)> = vec![];
    for (amount, row) in of {
        let row = same(*row);
        match runs.last_mut() {
            Some((sum, last)) if *last == row => sum.add(amount, &Ratio::one())?,
            _ => runs.push(((**amount).clone(), row)),
        }
    }
    Some(runs.into_iter().map(|(sum, row)| (Rc::new(sum), row)).collect())
}
