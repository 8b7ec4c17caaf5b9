//! Lists of values: priced each, the largest of them, climbing one after the other. A long list of inputs is looked up, a
//! row an input; a short one, or one of other values, is made of comparisons.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use num_integer::Integer;
use num_traits::{One, Zero};

use crate::exact;
use crate::gadget::{Climb, Each, Highest, Largest, PACKED, Priced, Ranked, SQUARES_BITS, Span, Squares};
use crate::program::{Ratio, Schedule};

use super::expr::{Expr, Weights, common_denominator, range};
use super::form::{Form, Overflow};
use super::function::Function;
use super::planner::{Planned, Planner};
use super::task::{self, Members, Then};
use super::{Given, Interval, LIMIT};

/// Inputs that range over more bits than this are not looked up.
const LOOK_UP_BITS: u32 = 44;
/// From how many schedules on a price that is a multiple of another shares its schedule.
const MANY_SCHEDULES: usize = 16;

impl Planner<'_> {
    /// The sum of functions, those over equally wide ranges together.
    pub(super) fn functions(&mut self, functions: &BTreeMap<Weights, Function>) -> Planned<Form> {
        let mut groups: BTreeMap<u32, Vec<(&Weights, &Function)>> = BTreeMap::new();
        for (of, function) in functions {
            groups.entry(bits(function.range().width())).or_default().push((of, function));
        }
        let mut sum = Form::zero();
        for (bits, group) in groups {
            let comparisons = group.iter().map(|(_, function)| function.pieces().len() - 1).sum();
            if bits <= LOOK_UP_BITS && self.looks_up(comparisons) {
                let looked_up = self.looked_up(&group)?;
                sum = self.sum(&sum, &looked_up, Ratio::one())?;
                continue;
            }
            for (of, function) in group {
                let given = of.iter().copied().collect();
                let compared = self.compared(&Form { given, ..Form::zero() }, function)?;
                sum = self.sum(&sum, &compared, Ratio::one())?;
            }
        }
        Ok(sum)
    }

    /// A price of each of several inputs, by their functions.
    fn looked_up(&mut self, group: &[(&Weights, &Function)]) -> Planned<Form> {
        let numbers = group.iter().flat_map(|(_, function)| function.pieces()).flat_map(|p| [&p.slope, &p.intercept]);
        let denominator = self.fits(common_denominator(numbers).ok_or(Overflow))?;
        let spans = group.iter().map(|(_, function)| spans(function, denominator)).collect::<Option<Vec<_>>>();
        let spans = self.fits(spans.ok_or(Overflow))?;
        let (schedules, members) = shared(spans);
        let mut of = vec![];
        for ((weights, _), (schedule, factor)) in group.iter().zip(members) {
            of.push(Priced { input: self.input(weights.to_vec(), 0)?, schedule, factor });
        }
        let ranges = schedules.iter().map(|spans| schedule_range(spans)).collect::<Option<Vec<_>>>();
        let ranges = self.bounded(ranges)?;
        let sum = of
            .iter()
            .try_fold(Interval { lo: 0, hi: 0 }, |sum, priced| sum.plus(ranges[priced.schedule].times(priced.factor)?));
        let interval = self.bounded(sum)?;
        let step = self.step(Each { of, schedules, interval });
        self.fits(step.times(Ratio::new(1, denominator)))
    }

    /// Schedules of values, some of which are no functions of what is given.
    pub(super) fn each(&mut self, of: &[(Rc<Expr>, &Schedule)]) -> Planned<Form> {
        let mut sum = Form::zero();
        for (of, schedule) in of {
            let of = self.form(of)?;
            let of = self.whole(of)?;
            let price = self.scheduled(&of, schedule)?;
            sum = self.sum(&sum, &price, Ratio::one())?;
        }
        Ok(sum)
    }

    /// The sum of the largest of some values, and what is done to it.
    pub(super) fn largest(&mut self, largest: &task::Largest) -> Planned<Form> {
        let task::Largest { members, count, then } = largest;
        let mut form = match members {
            Members::Inputs(members) => self.largest_input(members, *count)?,
            Members::Squares(members) => self.largest_squares(members)?,
            Members::Others(members) => self.largest_other(members, *count)?,
        };
        for then in then.iter().rev() {
            form = match then {
                Then::Line { factor, constant } => {
                    let scaled = self.fits(form.times(*factor))?;
                    self.sum(&scaled, &Form::constant(*constant), Ratio::one())?
                }
                Then::Function(function) => self.compared(&form, function)?,
                Then::Rounded { unit, ties } => self.rounded(&form, *unit, *ties)?,
                Then::Root { unit, ties } => self.root(&form, *unit, *ties)?,
            };
        }
        Ok(form)
    }

    fn largest_input(&mut self, members: &[Rc<Expr>], count: usize) -> Planned<Form> {
        let scaled = self.fits(Scaled::of(members, &[]).ok_or(Overflow))?;
        let ranges = scaled.ranges(self)?;
        let hull = ranges.iter().copied().reduce(Interval::hull).unwrap_or(Interval { lo: 0, hi: 0 });
        if bits(hull.width()) > LOOK_UP_BITS || !self.looks_up(members.len() - 1) {
            return self.largest_other(members, count);
        }
        let of = scaled.inputs(self)?;
        let interval = self.bounded(highest(&ranges, count))?;
        let step = if count == 1 {
            self.step(Largest { of, hull, interval })
        } else {
            self.step(Highest { of, count, hull, interval })
        };
        self.fits(step.times(scaled.unit))
    }

    /// Values that are whole once counted in a common unit.
    fn largest_other(&mut self, members: &[Rc<Expr>], count: usize) -> Planned<Form> {
        let forms = members.iter().map(|member| self.form(member)).collect::<Planned<Vec<_>>>()?;
        let forms = forms.into_iter().map(|form| self.whole(form)).collect::<Planned<Vec<_>>>()?;
        if count == 1 {
            return self.largest_form(forms);
        }
        let denominator = forms.iter().try_fold(1, |lcm, form| super::form::checked_lcm(lcm, form.denominator));
        let denominator = self.fits(denominator)?;
        let (mut of, mut ranges) = (vec![], vec![]);
        for form in &forms {
            let whole = self.fits(form.times(denominator.into()))?;
            ranges.push(self.range(&whole)?);
            of.push(self.freeze(&whole)?);
        }
        let hull = ranges.iter().copied().reduce(Interval::hull).unwrap_or(Interval { lo: 0, hi: 0 });
        let interval = self.bounded(highest(&ranges, count))?;
        let step = self.step(Ranked { of, count, hull, interval });
        self.fits(step.times(Ratio::new(1, denominator)))
    }

    fn largest_form(&mut self, forms: Vec<Form>) -> Planned<Form> {
        let mut forms = forms.into_iter();
        let first = forms.next().unwrap_or_else(Form::zero);
        forms.try_fold(first, |largest, form| self.larger(&form, &largest))
    }

    /// The largest sum of two squares: packed into one input each where their ranges allow.
    fn largest_squares(&mut self, members: &[[Rc<Expr>; 2]]) -> Planned<Form> {
        if self.looks_up(3 * members.len())
            && members.len() > 1
            && let Some(form) = self.packed_squares(members)?
        {
            return Ok(form);
        }
        let mut sums = vec![];
        for roots in members {
            let mut sum = Form::zero();
            for root in roots {
                let root = self.form(root)?;
                let square = self.product(&root, &root)?;
                sum = self.sum(&sum, &square, Ratio::one())?;
            }
            sums.push(sum);
        }
        self.largest_form(sums)
    }

    fn packed_squares(&mut self, members: &[[Rc<Expr>; 2]]) -> Planned<Option<Form>> {
        let flat: Vec<_> = members.iter().flatten().cloned().collect();
        let scaled = self.fits(Scaled::of(&flat, &[]).ok_or(Overflow))?;
        let ranges = scaled.ranges(self)?;
        if ranges.iter().any(|range| range.lo.abs().max(range.hi.abs()) >= 1 << SQUARES_BITS) {
            return Ok(None);
        }
        let (mut of, mut high, mut sums) = (vec![], Interval { lo: 0, hi: 0 }, Interval { lo: 0, hi: 0 });
        for (pair, range) in scaled.members.chunks_exact(2).zip(ranges.chunks_exact(2)) {
            let least = range[1].lo;
            let (weights, constant) = self.fits(packed(pair, least).ok_or(Overflow))?;
            of.push((self.input(weights, constant)?, least));
            high = high.hull(Interval { lo: 0, hi: range[1].width() });
            let sum = range[0].squared().zip(range[1].squared()).and_then(|(x, y)| x.plus(y));
            sums = sums.hull(self.bounded(sum)?);
        }
        let step = self.step(Squares { of, high, interval: sums });
        let unit = self.fits(exact::mul(&scaled.unit, &scaled.unit).ok_or(Overflow))?;
        self.fits(step.times(unit)).map(Some)
    }

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
        let schedules = rows.iter().map(|row| super::symbols::blocks(bounds, row)).collect::<Option<Vec<_>>>();
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

/// Expressions that are affine in what is given, as whole numbers that count one unit.
struct Scaled {
    members: Vec<(Vec<(Given, i128)>, i128)>,
    unit: Ratio,
}

impl Scaled {
    /// The unit divides every bound as well.
    fn of(members: &[Rc<Expr>], bounds: &[Ratio]) -> Option<Self> {
        let numbers = members.iter().flat_map(|member| member.given.values().chain([&member.constant])).chain(bounds);
        let unit = numbers.into_iter().try_fold(Ratio::zero(), |unit, number| exact::gcd(&unit, number))?;
        let unit = if unit.is_zero() { Ratio::one() } else { unit };
        let whole = |number: &Ratio| exact::div(number, &unit).map(|count| count.to_integer());
        let scaled = members.iter().map(|member| {
            let weights = member.given.iter().map(|(given, weight)| Some((*given, whole(weight)?)));
            Some((weights.collect::<Option<Vec<_>>>()?, whole(&member.constant)?))
        });
        Some(Scaled { members: scaled.collect::<Option<_>>()?, unit })
    }

    fn ranges(&self, planner: &Planner<'_>) -> Planned<Vec<Interval>> {
        let ranges = self.members.iter().map(|(weights, constant)| {
            let sum = range(planner.program, weights);
            planner.bounded(sum.and_then(|sum| sum.plus(Interval::point(*constant)?)))
        });
        ranges.collect()
    }

    fn inputs(&self, planner: &mut Planner<'_>) -> Planned<Vec<usize>> {
        self.members.iter().map(|(weights, constant)| planner.input(weights.clone(), *constant)).collect()
    }
}

/// Bounds of the sum of the largest of values within bounds.
fn highest(ranges: &[Interval], count: usize) -> Option<Interval> {
    let mut los: Vec<i128> = ranges.iter().map(|range| range.lo).collect();
    let mut his: Vec<i128> = ranges.iter().map(|range| range.hi).collect();
    los.sort_unstable();
    his.sort_unstable();
    let sum = |of: &[i128]| of.iter().rev().take(count).try_fold(0i128, |sum, value| sum.checked_add(*value));
    Interval::new(sum(&los)?, sum(&his)?)
}

/// `x + 2^64·(y − least)`.
fn packed(pair: &[(Vec<(Given, i128)>, i128)], least: i128) -> Option<(Vec<(Given, i128)>, i128)> {
    let [(x, x_constant), (y, y_constant)] = pair else { return None };
    let mut weights: BTreeMap<Given, i128> = x.iter().copied().collect();
    for (given, weight) in y {
        let sum = weights.entry(*given).or_insert(0);
        *sum = sum.checked_add(weight.checked_mul(1 << PACKED)?)?;
    }
    weights.retain(|_, weight| *weight != 0);
    let constant = y_constant.checked_sub(least)?.checked_mul(1 << PACKED)?.checked_add(*x_constant)?;
    Some((weights.into_iter().collect(), constant))
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

/// A function's pieces with its prices as whole numbers.
fn spans(function: &Function, denominator: i128) -> Option<Vec<Span>> {
    let whole = |price: Ratio| price.numer().checked_mul(denominator / price.denom());
    let span = |p: &super::function::Piece| {
        Some(Span { lo: p.lo, hi: p.hi, slope: whole(p.slope)?, intercept: whole(p.intercept)? })
    };
    function.pieces().iter().map(span).collect()
}

/// The schedules that occur, and for each member which one times which factor: all factors are one unless sharing
/// schedules that are multiples of each other makes many schedules fewer.
fn shared(spans: Vec<Vec<Span>>) -> (Vec<Vec<Span>>, Vec<(usize, i128)>) {
    let whole: Vec<_> = spans.iter().map(|spans| (spans.clone(), 1)).collect();
    let (schedules, members) = distinct(whole);
    if schedules.len() < MANY_SCHEDULES {
        return (schedules, members);
    }
    let (fewer, others) = distinct(spans.into_iter().map(primitive).collect());
    if fewer.len() < schedules.len() { (fewer, others) } else { (schedules, members) }
}

fn distinct(of: Vec<(Vec<Span>, i128)>) -> (Vec<Vec<Span>>, Vec<(usize, i128)>) {
    let mut places: HashMap<Vec<Span>, usize> = HashMap::new();
    let mut schedules = vec![];
    let mut members = vec![];
    for (spans, factor) in of {
        let next = schedules.len();
        let place = *places.entry(spans.clone()).or_insert(next);
        if place == next {
            schedules.push(spans);
        }
        members.push((place, factor));
    }
    (schedules, members)
}

/// Spans divided by what their prices have in common, with the sign of the first.
fn primitive(mut spans: Vec<Span>) -> (Vec<Span>, i128) {
    let numbers = spans.iter().flat_map(|span| [span.slope, span.intercept]);
    let common = numbers.clone().fold(0i128, |common, number| common.gcd(&number)).max(1);
    let sign = numbers.clone().find(|number| *number != 0).map_or(1, i128::signum);
    let factor = common * sign;
    for span in &mut spans {
        (span.slope, span.intercept) = (span.slope / factor, span.intercept / factor);
    }
    (spans, factor)
}

fn schedule_range(spans: &[Span]) -> Option<Interval> {
    let ends = spans.iter().flat_map(|span| [(span, span.lo), (span, span.hi)]);
    let mut values = ends.map(|(span, at)| Interval::point(span.slope.checked_mul(at)?.checked_add(span.intercept)?));
    let first = values.next()??;
    values.try_fold(first, |hull, value| Some(hull.hull(value?)))
}

/// Bits of a number that is not negative.
fn bits(number: i128) -> u32 {
    i128::BITS - number.leading_zeros()
}
