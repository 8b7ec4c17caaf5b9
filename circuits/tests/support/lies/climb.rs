//! Lies about climbs: each told row by row, its failures worked out from the equations.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Climb};
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::{CLIMB_END_LEFT, DIGITS_LOWEST, Lie, Sample, broken, parts, small, too_wide, write_digits};

const START_PAID: &str = "climb: paid' = 0";
const START_UNDER: &str = "climb: under' = 1";
const START_LEFT: &str = "climb: left' = bound";
const UNDER: &str = "under' (under' - 1) = 0";
const ENDS: &str = "under' (1 - under) = 0";
const LEFT: &str = "left' = left - under' linked";
const PAYS: &str = "paid' = paid + weight (under' linked + (under - under') left)";
const OVER: &str = "(under - under') (linked - left - over) = 0";
const KEEPS: &str = "over' = over";
const END_OVER: &str = "climb: operand' = over";

/// The cells of a climb; one more of each than there are amounts.
#[derive(Clone)]
struct Cells<'s> {
    sample: &'s Sample,
    start: usize,
    groups: usize,
    of: &'s Climb,
    amounts: Vec<Fp>,
    under: Vec<Fp>,
    left: Vec<Fp>,
    paid: Vec<Fp>,
    over: Vec<Fp>,
    /// What is said to be left, and by how much the bound is passed, after the last row.
    said: [Fp; 2],
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let climbs = parts(sample).filter_map(|(At { row: start, groups, .. }, step)| match step {
        Step::Climb(of) => Some(Cells::read(sample, start, groups, of)),
        _ => None,
    });
    let told = [crossings, flags, running, ends];
    climbs.flat_map(|climb| told.into_iter().flat_map(move |told| told(&climb))).collect()
}

impl<'s> Cells<'s> {
    fn read(sample: &'s Sample, start: usize, groups: usize, of: &'s Climb) -> Self {
        let tape = sample.tape();
        let end = start + of.of.len();
        let column = |name: &str| (start..=end).map(|row| tape.get(name, row)).collect::<Vec<_>>();
        let amounts = (start..end).map(|row| tape.get("linked", row)).collect();
        let (left, over) = (column("rest"), column("digit 1"));
        let said = [left[of.of.len()], over[of.of.len()]];
        Cells { sample, start, groups, of, amounts, under: column("operand"), left, paid: column("sum"), over, said }
    }

    /// Other flags with everything in step: what the first row that crosses passes the bound by is `over`.
    fn with(&self, under: Vec<Fp>) -> Self {
        let mut cells = Cells { under, ..self.clone() };
        for at in 0..cells.amounts.len() {
            let (now, next) = (cells.under[at], cells.under[at + 1]);
            cells.left[at + 1] = cells.left[at] - next * cells.amounts[at];
            cells.paid[at + 1] =
                cells.paid[at] + cells.price(at) * (next * cells.amounts[at] + (now - next) * cells.left[at]);
        }
        let crosses = (0..cells.amounts.len()).find(|at| cells.under[*at] != cells.under[at + 1]);
        let over = crosses.map_or(Fp::ZERO, |at| cells.amounts[at] - cells.left[at]);
        cells.over.fill(over);
        cells.said = [cells.left[cells.amounts.len()], over];
        cells
    }

    fn price(&self, at: usize) -> Fp {
        field(self.of.of[at].1)
    }

    fn told(&self, what: impl Into<String>) -> Lie {
        let mut expect = vec![];
        let mut check = |holds: bool, name: &str, row: usize| expect.extend((!holds).then(|| broken(name, row)));
        let zero = Fp::ZERO;
        check(self.paid[0] == zero, START_PAID, self.start - 1);
        check(self.under[0] == Fp::ONE, START_UNDER, self.start - 1);
        check(self.left[0] == field(self.of.bound), START_LEFT, self.start - 1);
        let count = self.amounts.len();
        for (at, row) in (self.start..self.start + count).enumerate() {
            let (now, next, amount, left) = (self.under[at], self.under[at + 1], self.amounts[at], self.left[at]);
            check(next * (next - Fp::ONE) == zero, UNDER, row);
            check(next * (Fp::ONE - now) == zero, ENDS, row);
            check(self.left[at + 1] == left - next * amount, LEFT, row);
            let pays = self.price(at) * (next * amount + (now - next) * left);
            check(self.paid[at + 1] == self.paid[at] + pays, PAYS, row);
            check((now - next) * (amount - left - self.over[at]) == zero, OVER, row);
            check(self.over[at + 1] == self.over[at], KEEPS, row);
        }
        let end = self.start + count;
        check(self.said[0] == self.left[count], CLIMB_END_LEFT, end);
        check(self.said[1] == self.over[count], END_OVER, end);
        let mut tape = self.sample.tape();
        for (at, row) in (self.start..=end).enumerate() {
            let cells = [("sum", self.paid[at]), ("operand", self.under[at]), ("rest", self.left[at])];
            cells.into_iter().chain([("digit 1", self.over[at])]).for_each(|(name, value)| tape.set(name, row, value));
        }
        tape.set("operand", end + 1, self.said[1]);
        if let Some(left) = small(self.said[0]) {
            tape = write_digits(self.sample, tape, end + 1, self.groups, left);
            expect.extend(too_wide(self.sample, left, end + 1, self.groups));
        } else {
            tape = write_digits(self.sample, tape, end + 1, self.groups, 0).with("rest", end + 1, self.said[0]);
            expect.push(broken(DIGITS_LOWEST, end + 1));
        }
        let (tape, later) = settle(self.sample, tape, Deviation::Before);
        expect.extend(later);
        Lie::new(format!("the climb at {}: {}", self.start, what.into()), tape, expect)
    }
}

/// Flags that are one up to a row.
fn crossing_at(climb: &Cells<'_>, at: usize) -> Vec<Fp> {
    (0..=climb.amounts.len()).map(|row| field((row <= at).into())).collect()
}

/// Every other row crosses, or none. One that pays the same is no lie: the bound lies between two rows, or amounts are
/// zero.
fn crossings(climb: &Cells<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for at in 0..=climb.amounts.len() {
        let told = climb.with(crossing_at(climb, at));
        if told.paid.last() != climb.paid.last() {
            let lie = told.told(format!("{at} crosses"));
            assert!(!lie.expect.is_empty());
            lies.push(lie);
        }
    }
    lies
}

/// Flags that are two, or one again.
fn flags(climb: &Cells<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for at in 1..=climb.amounts.len() {
        let mut two = climb.under.clone();
        two[at] = field(2);
        lies.push(climb.with(two).told(format!("the flag after {} is two", at - 1)));
        let mut again = climb.under.clone();
        again[at..].fill(Fp::ONE);
        if at > 1 && climb.under[at - 1] == Fp::ZERO {
            lies.push(climb.with(again).told(format!("the flag after {} is one again", at - 1)));
        }
    }
    lies
}

/// From each row on one more is left, paid, or said to pass the bound.
fn running(climb: &Cells<'_>) -> Vec<Lie> {
    let count = climb.amounts.len();
    let mut lies = vec![];
    for at in 1..=count {
        let mut paid = climb.clone();
        paid.paid[at..].iter_mut().for_each(|paid| *paid += Fp::ONE);
        lies.push(paid.told(format!("pays one more at {}", at - 1)));
        let mut left = climb.clone();
        left.left[at..].iter_mut().for_each(|left| *left += Fp::ONE);
        left.said[0] += Fp::ONE;
        lies.push(left.told(format!("one more is left after {}", at - 1)));
        let mut over = climb.clone();
        over.over[at..].iter_mut().for_each(|over| *over += Fp::ONE);
        over.said[1] += Fp::ONE;
        lies.push(over.told(format!("passes by one more after {}", at - 1)));
    }
    let mut over = climb.clone();
    over.over.iter_mut().chain(&mut over.said[1..]).for_each(|over| *over += Fp::ONE);
    lies.extend((climb.under[count] == Fp::ZERO).then(|| over.told("passes by one more")));
    lies
}

/// Other starts, and what is said at the end.
fn ends(climb: &Cells<'_>) -> Vec<Lie> {
    let mut paid = climb.clone();
    paid.paid.iter_mut().for_each(|paid| *paid += Fp::ONE);
    let mut left = climb.clone();
    left.left[0] += Fp::ONE;
    let left = left.with(climb.under.clone());
    let mut under = climb.under.clone();
    under.fill(Fp::ZERO);
    let mut said_left = climb.clone();
    said_left.said[0] += Fp::ONE;
    let mut said_over = climb.clone();
    said_over.said[1] += Fp::ONE;
    vec![
        paid.told("starts paid"),
        left.told("starts with one more left"),
        climb.with(under).told("starts past the bound"),
        said_left.told("says that one more is left"),
        said_over.told("says that it passes by one more"),
    ]
}
