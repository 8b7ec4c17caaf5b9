//! Lies about sums of the highest inputs: each told row by row, its failures worked out from the equations.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Highest};
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::{Lie, LookUps, Sample, broken, integer, limbs_below, parts, small};
use crate::support::tape::Failure;

const START_SUM: &str = "highest: sum' = 0";
const START_COUNT: &str = "highest: count' = 0";
const MARK: &str = "mark = count' - count is 0 or 1";
const ADDS: &str = "sum' = sum + mark linked";
const KEEPS: &str = "level' = level";
const SLACK: &str = "slack = (2 mark - 1) (linked - level)";
const COUNTED: &str = "count = constant";

/// The cells of a list; one more of each running one than there are inputs.
#[derive(Clone)]
struct Cells<'s> {
    sample: &'s Sample,
    start: usize,
    of: &'s Highest,
    inputs: Vec<Fp>,
    sum: Vec<Fp>,
    count: Vec<Fp>,
    level: Vec<Fp>,
    slack: Vec<Fp>,
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let lists = parts(sample).filter_map(|(At { row: start, .. }, step)| match step {
        Step::Highest(of) => Some(Cells::read(sample, start, of)),
        _ => None,
    });
    let told = [levels, marks, running, starts];
    lists.flat_map(|list| told.into_iter().flat_map(move |told| told(&list))).collect()
}

impl<'s> Cells<'s> {
    fn read(sample: &'s Sample, start: usize, of: &'s Highest) -> Self {
        let tape = sample.tape();
        let rows = start..start + of.of.len();
        let column = |name: &str, more: usize| (start..rows.end + more).map(|row| tape.get(name, row)).collect();
        Cells {
            sample,
            start,
            of,
            inputs: column("linked", 0),
            sum: column("sum", 1),
            count: column("operand", 1),
            level: column("rest", 1),
            slack: column("digit 1", 0),
        }
    }

    /// The marks that the counts give.
    fn marks(&self) -> Vec<Fp> {
        self.count.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// Other marks and another level, with everything in step.
    fn with(&self, marks: &[Fp], level: Fp) -> Self {
        let mut cells = self.clone();
        for (at, mark) in marks.iter().enumerate() {
            cells.level[at] = level;
            cells.count[at + 1] = cells.count[at] + mark;
            cells.sum[at + 1] = cells.sum[at] + *mark * cells.inputs[at];
            cells.slack[at] = (mark.double() - Fp::ONE) * (cells.inputs[at] - level);
        }
        cells.level[marks.len()] = level;
        cells
    }

    /// The lie, with every equation that its cells break.
    fn told(&self, what: impl Into<String>) -> Lie {
        let mut tape = self.sample.tape();
        let mut expect = vec![];
        let mut check = |holds: bool, name: &str, row: usize| expect.extend((!holds).then(|| broken(name, row)));
        let zero = Fp::ZERO;
        check(self.sum[0] == zero, START_SUM, self.start - 1);
        check(self.count[0] == zero, START_COUNT, self.start - 1);
        for (at, row) in (self.start..self.start + self.inputs.len()).enumerate() {
            let (mark, input, level) = (self.count[at + 1] - self.count[at], self.inputs[at], self.level[at]);
            check(mark * (mark - Fp::ONE) == zero, MARK, row);
            check(self.sum[at + 1] == self.sum[at] + mark * input, ADDS, row);
            check(self.level[at + 1] == level, KEEPS, row);
            check(self.slack[at] == (mark.double() - Fp::ONE) * (input - level), SLACK, row);
        }
        let end = self.start + self.inputs.len();
        check(self.count[self.inputs.len()] == field(self.of.count as i128), COUNTED, end);
        for (at, row) in (self.start..=end).enumerate() {
            tape.set("sum", row, self.sum[at]);
            tape.set("operand", row, self.count[at]);
            tape.set("rest", row, self.level[at]);
            let Some(slack) = self.slack.get(at) else { continue };
            tape.set("digit 1", row, *slack);
            let refused;
            (tape, refused) = match small(*slack) {
                Some(slack) => limbs_below(self.sample, tape, row, slack),
                None => (tape, Some(Failure::LookUp(LookUps::of(self.sample).below, row))),
            };
            expect.extend(refused);
        }
        let (tape, later) = settle(self.sample, tape, Deviation::Before);
        expect.extend(later);
        Lie::new(format!("the list at {}: {}", self.start, what.into()), tape, expect)
    }

    fn values(&self) -> Vec<i128> {
        self.inputs.iter().map(|input| integer(*input)).collect()
    }
}

/// Every other level that is none: beside each input, and its value where that is not between the two kinds.
fn levels(list: &Cells<'_>) -> Vec<Lie> {
    let (marks, values) = (list.marks(), list.values());
    let of = |mark: Fp| values.iter().zip(&marks).filter(move |(_, of)| **of == mark).map(|(value, _)| *value);
    let (least, most) = (of(Fp::ONE).min().unwrap(), of(Fp::ZERO).max().unwrap());
    let levels = values.iter().flat_map(|value| [value - 1, *value, value + 1]);
    let levels = levels.filter(|level| !(most..=least).contains(level));
    let lies = levels.map(|level| {
        let lie = list.with(&marks, field(level)).told(format!("level {level}"));
        assert!(!lie.expect.is_empty());
        lie
    });
    lies.collect()
}

/// A smaller input marked instead of a larger; one marked twice instead of another once; one more, and one less.
fn marks(list: &Cells<'_>) -> Vec<Lie> {
    let (honest, values) = (list.marks(), list.values());
    let members = |mark: Fp| (0..values.len()).filter(|at| honest[*at] == mark).collect::<Vec<_>>();
    let (marked, others) = (members(Fp::ONE), members(Fp::ZERO));
    let mut lies = vec![];
    for larger in &marked {
        for smaller in others.iter().filter(|other| values[**other] < values[*larger]) {
            let mut marks = honest.clone();
            marks.swap(*larger, *smaller);
            for level in [values[*larger], values[*smaller]] {
                let lie = list.with(&marks, field(level)).told(format!("{smaller} for {larger} at level {level}"));
                assert!(!lie.expect.is_empty());
                lies.push(lie);
            }
        }
    }
    if let [twice, never, ..] = marked[..] {
        let mut marks = honest.clone();
        (marks[twice], marks[never]) = (field(2), Fp::ZERO);
        lies.push(list.with(&marks, list.inputs[never]).told(format!("{twice} marked twice")));
    }
    for at in 0..values.len() {
        let mut marks = honest.clone();
        marks[at] = Fp::ONE - marks[at];
        lies.push(list.with(&marks, list.level[0]).told(format!("the mark of {at} turned")));
    }
    lies
}

/// From each row on a sum or a level of one more; a slack of one more.
fn running(list: &Cells<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for at in 0..list.inputs.len() {
        let mut sums = list.clone();
        sums.sum[at + 1..].iter_mut().for_each(|sum| *sum += Fp::ONE);
        lies.push(sums.told(format!("{at} adds one too much")));
        for by in [Fp::ONE, -Fp::ONE] {
            let mut levels = list.with(&list.marks(), list.level[0] + by);
            levels.level[..=at].fill(list.level[0]);
            levels.slack[..=at].copy_from_slice(&list.slack[..=at]);
            lies.push(levels.told(format!("another level after {at}")));
        }
        let mut slacks = list.clone();
        slacks.slack[at] += Fp::ONE;
        lies.push(slacks.told(format!("the slack of {at} one more")));
        let mut none = list.clone();
        none.slack[at] = Fp::ZERO;
        lies.extend((none.slack != list.slack).then(|| none.told(format!("no slack of {at}"))));
    }
    lies
}

/// A sum that starts at one; a count that does, with one mark less.
fn starts(list: &Cells<'_>) -> Vec<Lie> {
    let mut sums = list.clone();
    sums.sum.iter_mut().for_each(|sum| *sum += Fp::ONE);
    let mut counts = list.clone();
    counts.count[0] = Fp::ONE;
    let mut marks = list.marks();
    let dropped = marks.iter_mut().find(|mark| **mark == Fp::ONE).unwrap();
    *dropped = Fp::ZERO;
    vec![sums.told("starts at one"), counts.with(&marks, list.level[0]).told("starts counted")]
}
