//! Lies about the largest sum of two squares: each told row by row, its failures worked out from the equations.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Squares};
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::{Lie, LookUps, Sample, broken, integer, limbs_below, out_of_limbs, parts, small, with_limbs};
use crate::support::tape::Failure;

const START_FOUND: &str = "squares: found' = 0";
const KEEPS: &str = "squares: sum' = sum";
const SLACK: &str = "slack = sum - (linked - 2^64 high)^2 - (high + least)^2";
const STEPS: &str = "(found' - found) slack = 0";
const FOUND: &str = "squares: found = 1";

/// The cells of a search; one more of each running one than there are inputs.
#[derive(Clone)]
struct Cells<'s> {
    sample: &'s Sample,
    start: usize,
    of: &'s Squares,
    inputs: Vec<Fp>,
    maximum: Vec<Fp>,
    found: Vec<Fp>,
    high: Vec<Fp>,
    slack: Vec<Fp>,
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let searches = parts(sample).filter_map(|(At { row: start, .. }, step)| match step {
        Step::Squares(of) => Some(Cells::read(sample, start, of)),
        _ => None,
    });
    let told = [maxima, unpacked, running];
    searches.flat_map(|search| told.into_iter().flat_map(move |told| told(&search))).collect()
}

impl<'s> Cells<'s> {
    fn read(sample: &'s Sample, start: usize, of: &'s Squares) -> Self {
        let tape = sample.tape();
        let end = start + of.of.len();
        let column = |name: &str, more: usize| (start..end + more).map(|row| tape.get(name, row)).collect();
        Cells {
            sample,
            start,
            of,
            inputs: column("linked", 0),
            maximum: column("sum", 1),
            found: column("operand", 1),
            high: column("rest", 0),
            slack: column("digit 1", 0),
        }
    }

    /// What a row sums up to under what is told of its upper value.
    fn sum(&self, at: usize) -> Fp {
        let x = self.inputs[at] - self.high[at] * Fp::from(2).pow_vartime([64]);
        let y = self.high[at] + field(self.of.of[at].1);
        x.square() + y.square()
    }

    /// Another maximum, found at a row, with everything in step.
    fn with(&self, maximum: Fp, found: usize) -> Self {
        let mut cells = self.clone();
        cells.maximum.fill(maximum);
        for at in 0..cells.inputs.len() {
            cells.slack[at] = maximum - cells.sum(at);
            cells.found[at + 1] = field((at >= found).into());
        }
        cells.found[0] = Fp::ZERO;
        cells
    }

    fn found_at(&self) -> usize {
        self.found.windows(2).position(|pair| pair[0] != pair[1]).unwrap()
    }

    fn told(&self, what: impl Into<String>) -> Lie {
        let mut tape = self.sample.tape();
        let mut expect = vec![];
        let mut check = |holds: bool, name: &str, row: usize| expect.extend((!holds).then(|| broken(name, row)));
        let count = self.inputs.len();
        check(self.found[0] == Fp::ZERO, START_FOUND, self.start - 1);
        check(self.found[count] == Fp::ONE, FOUND, self.start + count);
        for (at, row) in (self.start..self.start + count).enumerate() {
            check(self.maximum[at + 1] == self.maximum[at], KEEPS, row);
            check(self.slack[at] == self.maximum[at] - self.sum(at), SLACK, row);
            check((self.found[at + 1] - self.found[at]) * self.slack[at] == Fp::ZERO, STEPS, row);
        }
        for (at, row) in (self.start..=self.start + count).enumerate() {
            tape.set("sum", row, self.maximum[at]);
            tape.set("operand", row, self.found[at]);
            if at == count {
                continue;
            }
            tape.set("rest", row, self.high[at]);
            tape.set("digit 1", row, self.slack[at]);
            let refused;
            (tape, refused) = match small(self.slack[at]) {
                Some(slack) => limbs_below(self.sample, tape, row, slack),
                None => (tape, Some(Failure::LookUp(LookUps::of(self.sample).below, row))),
            };
            expect.extend(refused);
            let (high, columns) = (integer(self.high[at]), self.sample.layout.shape.limbs_above());
            tape = with_limbs(self.sample, tape, "above", row, high);
            let refused = out_of_limbs(self.sample, high, columns);
            expect.extend(refused.then(|| Failure::LookUp(LookUps::of(self.sample).above, row)));
        }
        let (tape, later) = settle(self.sample, tape, Deviation::Before);
        expect.extend(later);
        Lie::new(format!("the squares at {}: {}", self.start, what.into()), tape, expect)
    }
}

/// Every other maximum of interest, found where the true one is, never, from the start, and at its own row.
fn maxima(search: &Cells<'_>) -> Vec<Lie> {
    let honest = search.maximum[0];
    let sums: Vec<Fp> = (0..search.inputs.len()).map(|at| search.sum(at)).collect();
    let mut lies = vec![];
    for maximum in sums.iter().copied().chain([honest + Fp::ONE, honest - Fp::ONE]).filter(|other| *other != honest) {
        let what = |how: &str| format!("maximum {}, {how}", integer(maximum));
        let told = search.with(maximum, search.found_at());
        lies.push(told.told(what("found where the true one is")));
        let mut never = told.clone();
        never.found.fill(Fp::ZERO);
        lies.push(never.told(what("never found")));
        let mut always = told.clone();
        always.found.fill(Fp::ONE);
        lies.push(always.told(what("found before the search")));
        if let Some(at) = sums.iter().position(|sum| *sum == maximum) {
            let lie = search.with(maximum, at).told(what("found at its own row"));
            assert!(!lie.expect.is_empty());
            lies.push(lie);
        }
    }
    for at in (0..sums.len()).filter(|at| sums[*at] != honest) {
        lies.push(search.with(honest, at).told(format!("found at {at}, which is smaller")));
    }
    lies
}

/// A pair unpacked otherwise, as a smaller sum, or as the maximum.
fn unpacked(search: &Cells<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for at in 0..search.inputs.len() {
        for by in [Fp::ONE, -Fp::ONE] {
            let mut cells = search.clone();
            cells.high[at] += by;
            let elsewhere = cells.with(search.maximum[0], search.found_at());
            lies.push(elsewhere.told(format!("{at} unpacked otherwise")));
            let largest = cells.with(cells.sum(at), at);
            lies.push(largest.told(format!("{at} unpacked otherwise, and the largest")));
        }
    }
    lies.extend([Fp::ONE, -Fp::ONE].into_iter().filter_map(|by| all_unpacked(search, by)));
    lies
}

/// All pairs unpacked otherwise: where their lower values are equal, so nearly are the sums, which are large.
fn all_unpacked(search: &Cells<'_>, by: Fp) -> Option<Lie> {
    let mut cells = search.clone();
    cells.high.iter_mut().for_each(|high| *high += by);
    let first = cells.sum(0);
    let past = |at: usize| small(cells.sum(at) - first);
    let past = (0..cells.inputs.len()).map(past).collect::<Option<Vec<i128>>>()?;
    let largest = (0..past.len()).max_by_key(|at| past[*at])?;
    Some(cells.with(cells.sum(largest), largest).told("all unpacked otherwise"))
}

/// From each row on a maximum of one more; a slack of one more, or none.
fn running(search: &Cells<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for at in 0..search.inputs.len() {
        let mut changes = search.clone();
        for later in at + 1..=search.inputs.len() {
            changes.maximum[later] += Fp::ONE;
        }
        for later in at + 1..search.inputs.len() {
            changes.slack[later] += Fp::ONE;
        }
        lies.push(changes.told(format!("the maximum is one more after {at}")));
        let mut slacks = search.clone();
        slacks.slack[at] += Fp::ONE;
        lies.push(slacks.told(format!("the slack of {at} one more")));
        let mut none = search.clone();
        none.slack[at] = Fp::ZERO;
        lies.extend((none.slack != search.slack).then(|| none.told(format!("no slack of {at}"))));
    }
    lies
}
