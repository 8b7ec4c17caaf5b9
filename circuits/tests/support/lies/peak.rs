//! Lies about maxima: above every reading, below the largest, another row's reading, another window's.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::layout::Act;
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::spans::{LookUps, limbs, out_of_limbs, with_limbs};
use super::{Lie, PEAK_KEEPS, PEAK_MARK_IS, PEAK_STEPS, Sample, broken, integer};
use crate::support::tape::{Failure, Tape};

/// The rows of a maximum.
struct Search {
    start: usize,
    readings: Vec<i128>,
    maximum: i128,
}

impl Search {
    fn end(&self) -> usize {
        self.start + self.readings.len()
    }

    /// The first row of the maximum, where the operand steps to one.
    fn found(&self) -> usize {
        self.start + self.readings.iter().position(|reading| *reading == self.maximum).unwrap()
    }
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for act in &sample.layout.acts {
        let Act::Peak { start, step } = act else { continue };
        let Step::Peak { cells, .. } = &sample.plan.steps[*step] else { continue };
        let tape = sample.tape();
        let readings = (*start..).zip(cells).map(|(row, _)| integer(tape.get("linked", row))).collect();
        let search = Search { start: *start, readings, maximum: sample.witness().results[*step][0] };
        lies.extend(other_maxima(sample, &search));
        lies.extend(marks(sample, &search));
        lies.extend(changes(sample, &search));
        if !sample.layout.shape.spans {
            lies.extend(limbs(sample));
        }
    }
    lies
}

/// The maximum set to a value on every row, with its limbs and all that takes it; and what its readings then refuse.
fn set(sample: &Sample, search: &Search, maximum: i128) -> (Tape, Vec<Failure>) {
    let by = field(maximum - search.maximum);
    let mut tape = sample.tape().shifted(search.start..=search.end(), by);
    let mut expect = vec![];
    for (row, reading) in (search.start..).zip(&search.readings) {
        tape = with_limbs(sample, tape, "below", row, maximum - reading);
        if out_of_limbs(sample, maximum - reading, sample.layout.shape.limbs_below()) {
            expect.push(Failure::LookUp(LookUps::of(sample).below, row));
        }
    }
    let (tape, later) = settle(sample, tape, Deviation::Before);
    expect.extend(later);
    (tape, expect)
}

/// Every other value of interest: beside the maximum, every other reading of the period, zero, the bound. Told three
/// times: with the old search, with a search that finds nothing, with a search that begins found.
fn other_maxima(sample: &Sample, search: &Search) -> Vec<Lie> {
    let mut values: Vec<i128> = sample
        .program
        .slots
        .iter()
        .flat_map(|slot| {
            (0..sample.program.registers.len()).filter_map(move |register| sample.readings.get(register, slot))
        })
        .map(i128::from)
        .collect();
    values.extend([search.maximum - 1, search.maximum + 1, 0, i128::from(sample.program.registers[0].max())]);
    values.sort_unstable();
    values.dedup();
    values.retain(|value| *value != search.maximum);
    let mut lies = vec![];
    for value in values {
        let (tape, expect) = set(sample, search, value);
        let with = |more: Failure| expect.iter().cloned().chain([more]).collect::<Vec<_>>();
        let what = |how: &str| format!("the maximum at {} is {value}, {how}", search.start);
        lies.push(Lie::new(
            what("found where the true one is"),
            tape.clone(),
            with(broken(PEAK_STEPS, search.found())),
        ));
        let rows = search.start..=search.end();
        let never = rows.clone().fold(tape.clone(), |tape, row| tape.with("operand", row, Fp::ZERO));
        lies.push(Lie::new(what("never found"), never, with(broken(PEAK_MARK_IS, search.end()))));
        let always = rows.fold(tape.clone(), |tape, row| tape.with("operand", row, Fp::ONE));
        lies.push(Lie::new(what("found before the search"), always, with(broken(PEAK_MARK_IS, search.start))));
        if let Some(at) = search.readings.iter().position(|reading| *reading == value) {
            // A smaller reading of the search: only the larger ones refuse it.
            let found = |row| field((row > search.start + at).into());
            let rows = search.start..=search.end();
            let tape = rows.fold(tape, |tape, row| tape.with("operand", row, found(row)));
            assert!(!expect.is_empty());
            lies.push(Lie::new(what("found at its own reading"), tape, expect));
        }
    }
    lies
}

/// The true maximum with a search that steps elsewhere.
fn marks(sample: &Sample, search: &Search) -> Vec<Lie> {
    let lies = (search.start..search.end()).filter_map(|at| {
        let reading = search.readings[at - search.start];
        let rows = search.start..=search.end();
        let tape = rows.fold(sample.tape(), |tape, row| tape.with("operand", row, field((row > at).into())));
        let expect = if reading == search.maximum { return None } else { vec![broken(PEAK_STEPS, at)] };
        Some(Lie::new(format!("the maximum found at {at}, which is smaller"), tape, expect))
    });
    lies.collect()
}

/// A maximum that changes on the way: one more from some row on, or up to it.
fn changes(sample: &Sample, search: &Search) -> Vec<Lie> {
    let mut lies = vec![];
    for at in search.start..search.end() {
        let mut tape = sample.tape().shifted(at + 1..=search.end(), Fp::ONE);
        let mut expect = vec![broken(PEAK_KEEPS, at)];
        for (row, reading) in (at + 1..search.end()).map(|row| (row, search.readings[row - search.start])) {
            let slack = search.maximum + 1 - reading;
            tape = with_limbs(sample, tape, "below", row, slack);
            let past = out_of_limbs(sample, slack, sample.layout.shape.limbs_below());
            expect.extend(past.then_some(Failure::LookUp(LookUps::of(sample).below, row)));
        }
        expect.extend((search.found() > at).then(|| broken(PEAK_STEPS, search.found())));
        let (tape, later) = settle(sample, tape, Deviation::Before);
        expect.extend(later);
        lies.push(Lie::new(format!("the maximum is one more after {at}"), tape, expect));
    }
    lies
}
