//! Lies about maxima: above every reading, below the largest, another row's input, another window's.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::At;
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::{Lie, Sample, broken, integer, limbs_below, parts};
use crate::support::tape::{Failure, Tape};

const KEEPS: &str = "sum' = sum";
const STEPS: &str = "(operand' - operand) (sum - linked) = 0";
const MARK_IS: &str = "operand = constant";

/// The rows of a maximum.
struct Search {
    start: usize,
    inputs: Vec<i128>,
    maximum: i128,
}

impl Search {
    fn end(&self) -> usize {
        self.start + self.inputs.len()
    }

    /// The first row of the maximum, where the operand steps to one.
    fn found(&self) -> usize {
        self.start + self.inputs.iter().position(|input| *input == self.maximum).unwrap()
    }
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for (At { step, row: start, .. }, description) in parts(sample) {
        let Step::Largest(largest) = description else { continue };
        if largest.is_in_lanes(&sample.layout.shape) {
            continue;
        }
        let tape = sample.tape();
        let inputs = (start..).zip(&largest.of).map(|(row, _)| integer(tape.get("linked", row))).collect();
        let search = Search { start, inputs, maximum: sample.witness().results[step][0] };
        lies.extend(other_maxima(sample, &search));
        lies.extend(marks(sample, &search));
        lies.extend(changes(sample, &search));
    }
    lies
}

/// The maximum set to a value on every row, with its limbs and all that takes it; and what its inputs then refuse.
fn set(sample: &Sample, search: &Search, maximum: i128) -> (Tape, Vec<Failure>) {
    let by = field(maximum - search.maximum);
    let mut tape = sample.tape().shifted(search.start..=search.end(), by);
    let mut expect = vec![];
    for (row, input) in (search.start..).zip(&search.inputs) {
        let refused;
        (tape, refused) = limbs_below(sample, tape, row, maximum - input);
        expect.extend(refused);
    }
    let (tape, later) = settle(sample, tape, Deviation::Before);
    expect.extend(later);
    (tape, expect)
}

/// Every other value of interest: beside the maximum, every other input, zero, the bound. Told three
/// times: with the old search, with a search that finds nothing, with a search that begins found.
fn other_maxima(sample: &Sample, search: &Search) -> Vec<Lie> {
    let mut values = sample.witness().inputs.clone();
    values.extend([search.maximum - 1, search.maximum + 1, 0, i128::from(sample.program.registers[0].max())]);
    values.sort_unstable();
    values.dedup();
    values.retain(|value| *value != search.maximum);
    let mut lies = vec![];
    for value in values {
        let (tape, expect) = set(sample, search, value);
        let with = |more: Failure| expect.iter().cloned().chain([more]).collect::<Vec<_>>();
        let what = |how: &str| format!("the maximum at {} is {value}, {how}", search.start);
        lies.push(Lie::new(what("found where the true one is"), tape.clone(), with(broken(STEPS, search.found()))));
        let rows = search.start..=search.end();
        let never = rows.clone().fold(tape.clone(), |tape, row| tape.with("operand", row, Fp::ZERO));
        lies.push(Lie::new(what("never found"), never, with(broken(MARK_IS, search.end()))));
        let always = rows.fold(tape.clone(), |tape, row| tape.with("operand", row, Fp::ONE));
        lies.push(Lie::new(what("found before the search"), always, with(broken(MARK_IS, search.start))));
        if let Some(at) = search.inputs.iter().position(|input| *input == value) {
            // A smaller input of the search: only the larger ones refuse it.
            let found = |row| field((row > search.start + at).into());
            let rows = search.start..=search.end();
            let tape = rows.fold(tape, |tape, row| tape.with("operand", row, found(row)));
            assert!(!expect.is_empty());
            lies.push(Lie::new(what("found at its own input"), tape, expect));
        }
    }
    lies
}

/// The true maximum with a search that steps elsewhere.
fn marks(sample: &Sample, search: &Search) -> Vec<Lie> {
    let lies = (search.start..search.end()).filter_map(|at| {
        let input = search.inputs[at - search.start];
        let rows = search.start..=search.end();
        let tape = rows.fold(sample.tape(), |tape, row| tape.with("operand", row, field((row > at).into())));
        let expect = if input == search.maximum { return None } else { vec![broken(STEPS, at)] };
        Some(Lie::new(format!("the maximum found at {at}, which is smaller"), tape, expect))
    });
    lies.collect()
}

/// A maximum that changes on the way: one more from some row on, or up to it.
fn changes(sample: &Sample, search: &Search) -> Vec<Lie> {
    let mut lies = vec![];
    for at in search.start..search.end() {
        let mut tape = sample.tape().shifted(at + 1..=search.end(), Fp::ONE);
        let mut expect = vec![broken(KEEPS, at)];
        for (row, input) in (at + 1..search.end()).map(|row| (row, search.inputs[row - search.start])) {
            let slack = search.maximum + 1 - input;
            let refused;
            (tape, refused) = limbs_below(sample, tape, row, slack);
            expect.extend(refused);
        }
        expect.extend((search.found() > at).then(|| broken(STEPS, search.found())));
        let (tape, later) = settle(sample, tape, Deviation::Before);
        expect.extend(later);
        lies.push(Lie::new(format!("the maximum is one more after {at}"), tape, expect));
    }
    lies
}
