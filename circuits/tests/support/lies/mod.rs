//! Forged witnesses: one lie each, with every failure that it must cause and no other.
//!
//! Each function walks the acts of a sample's layout and tells every lie of its kind at every place where it can be
//! told, as consistently as a prover could: what follows from the lie follows in the cells too.

mod chains;
mod digits;
mod peak;
mod settle;
mod spans;
mod steps;

use ff::{Field, PrimeField};
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Act, Chain, Place};
use wattproof_circuits::plan::{Part, Step, Value, Witness};

use super::programs::Sample;
use super::tape::{Failure, Tape};

pub const START_AT: &str = "sum' = constant";
pub const TERM_ADDS: &str = "sum' = sum + factor linked + weight operand";
pub const ZERO_AT: &str = "sum = 0";
pub const DIGITS_LOWEST: &str = "rest - base rest' - upper digits is 0, 1, 2 or 3";
pub const DIGITS_UPPER: &str = "an upper digit is 0, 1, 2 or 3";
pub const DIGITS_END_AT: &str = "rest = 0";
pub const RANGE_IS: &str = "rest = sum";
pub const COMPARE_FLAG: &str = "flag (flag - 1) = 0";
pub const COMPARE_POSITIVE: &str = "positive = flag sum";
pub const COMPARE_REST: &str = "rest = 2 positive - sum - flag";
pub const DIVIDE_IS: &str = "sum = divisor quotient + remainder";
pub const DIVIDE_REST: &str = "rest = remainder";
pub const PRICE_ADDS: &str = "sum' = sum + slope linked + intercept";
pub const PEAK_KEEPS: &str = "sum' = sum";
pub const PEAK_STEPS: &str = "(operand' - operand) (sum - linked) = 0";
pub const PEAK_MARK_IS: &str = "operand = constant";

/// A forged circuit and all its failures.
pub struct Lie {
    pub what: String,
    pub tape: Tape,
    pub expect: Vec<Failure>,
}

impl Lie {
    fn new(what: impl Into<String>, tape: Tape, mut expect: Vec<Failure>) -> Self {
        expect.sort();
        expect.dedup();
        Lie { what: what.into(), tape, expect }
    }
}

/// Every lie that can be told of a sample.
pub fn lies(sample: &Sample) -> Vec<Lie> {
    let told = [chains::lies, digits::lies, steps::lies, spans::lies, peak::lies];
    let mut lies: Vec<Lie> = told.into_iter().flat_map(|of| of(sample)).collect();
    let otherwise = |check: Check| lies.iter().flat_map(move |lie| told_otherwise(sample, lie, &check)).collect();
    let otherwise: Vec<Vec<Lie>> = checks(sample).into_iter().map(otherwise).collect();
    lies.extend(otherwise.into_iter().flatten());
    lies
}

fn broken(name: &str, row: usize) -> Failure {
    Failure::Constraint(name.into(), row)
}

fn unequal(place: Place) -> Failure {
    match place {
        Place::Sum(row) => Failure::Copy("sum".into(), row),
        Place::Operand(row) => Failure::Copy("operand".into(), row),
        Place::Instance(index) => Failure::Copy("instance".into(), index),
    }
}

fn chains(sample: &Sample) -> impl Iterator<Item = &Chain> {
    sample.layout.acts.iter().filter_map(|act| if let Act::Chain(chain) = act { Some(chain) } else { None })
}

/// What fails where a chain's result is used, when it moves and nothing else does.
fn users(sample: &Sample, tape: &Tape, chain: &Chain) -> Vec<Failure> {
    let end = chain.end();
    let using = sample.layout.acts.iter().find_map(|act| match act {
        Act::Zero { row } if *row == end => Some(vec![broken(ZERO_AT, end)]),
        Act::Range { row, .. } if *row == end => Some(vec![broken(RANGE_IS, end)]),
        Act::Divide { row, .. } if *row == end => Some(vec![broken(DIVIDE_IS, end)]),
        Act::Compare { row, .. } if *row == end => {
            let positive = (tape.get("operand", end) != Fp::ZERO).then(|| broken(COMPARE_POSITIVE, end));
            Some(positive.into_iter().chain([broken(COMPARE_REST, end)]).collect())
        }
        _ => None,
    });
    using.unwrap()
}

/// The witness of a prover who believes one wrong result and is otherwise right: later steps follow from it.
fn believing(sample: &Sample, step: usize, result: [i128; 2]) -> Witness {
    let mut witness = sample.witness();
    witness.results[step] = result;
    for (later, description) in sample.plan.steps.iter().enumerate().skip(step + 1) {
        let result = match description {
            Step::Compare { x, .. } => {
                let x = witness.affine(x);
                [i128::from(x > 0), x.max(0)]
            }
            Step::Divide { x, divisor, .. } => {
                let x = witness.affine(x);
                [x.div_euclid(*divisor), x.rem_euclid(*divisor)]
            }
            Step::EachReading { .. } | Step::Peak { .. } => witness.results[later],
        };
        witness.results[later] = result;
    }
    witness
}

/// The circuit of that prover.
fn believed(sample: &Sample, step: usize, result: [i128; 2]) -> Tape {
    let witness = believing(sample, step, result);
    sample.told(&witness, &witness.outputs(&sample.plan))
}

/// Whether `groups` rows of digits hold a value.
fn fits(sample: &Sample, value: i128, groups: usize) -> bool {
    (0..1i128 << (2 * sample.layout.shape.digits * groups)).contains(&value)
}

/// The failure of a value that its digits do not hold: what is left of it does not fit the last row of digits.
fn too_wide(sample: &Sample, value: i128, row: usize, groups: usize) -> Option<Failure> {
    (!fits(sample, value, groups)).then(|| broken(DIGITS_LOWEST, row + groups - 1))
}

/// All that the digits of a later step or range check cannot hold under a false witness.
fn later_too_wide(sample: &Sample, witness: &Witness, from: usize) -> Vec<Failure> {
    let failures = sample.layout.acts.iter().filter_map(|act| match act {
        Act::Range { row, groups, of } => too_wide(sample, witness.affine(of), *row, *groups),
        Act::Compare { row, step, groups } if *step >= from => {
            let Step::Compare { x, .. } = &sample.plan.steps[*step] else { return None };
            let [flag, positive] = witness.results[*step];
            too_wide(sample, 2 * positive - witness.affine(x) - flag, *row, *groups)
        }
        Act::Divide { row, step, groups, .. } if *step >= from => {
            too_wide(sample, witness.value(Value::Result(*step, Part::Second)), *row, *groups)
        }
        _ => None,
    });
    failures.collect()
}

/// Writes a value's digits, of a value below zero those of its floors.
fn write_digits(sample: &Sample, mut tape: Tape, row: usize, groups: usize, value: i128) -> Tape {
    let digits = sample.layout.shape.digits;
    for group in 0..groups {
        let rest = value >> (2 * digits * group);
        tape.set("rest", row + group, field(rest));
        for n in 1..digits {
            tape.set(&format!("digit {n}"), row + group, field((rest >> (2 * n)) & 3));
        }
    }
    tape
}

/// A lie whose value does not fit its digits, told in every other way: the digits stop at another row, run on below the
/// last, or are those of zero.
fn told_otherwise(sample: &Sample, lie: &Lie, check: &Check) -> Vec<Lie> {
    let Check { row, groups, tie } = *check;
    let value = lie.tape.get("rest", row);
    // A value that is no small integer is told as cut after its first row, others as cut after the last.
    let told = if small(value).is_some() { groups } else { 1 };
    let refused = broken(DIGITS_LOWEST, row + told - 1);
    if small(value).is_some_and(|value| fits(sample, value, groups)) || !lie.expect.contains(&refused) {
        return vec![];
    }
    let others: Vec<_> = lie.expect.iter().filter(|failure| **failure != refused).cloned().collect();
    let otherwise = |how: &str, tape: Tape, failure: Failure| {
        Lie::new(format!("{}, {how}", lie.what), tape, others.iter().cloned().chain([failure]).collect())
    };
    let mut lies = vec![];
    let fits = |cut| small(value).is_some_and(|value| fits(sample, value, cut));
    for cut in (1..=groups).filter(|cut| *cut != told && !fits(*cut)) {
        let tape = cut_after(sample, lie.tape.clone(), row, groups, cut);
        lies.push(otherwise(&format!("cut after {cut} rows of digits"), tape, broken(DIGITS_LOWEST, row + cut - 1)));
    }
    let open = cut_after(sample, lie.tape.clone(), row, groups, groups + 1);
    lies.push(otherwise("its digits left open", open, broken(DIGITS_END_AT, row + groups)));
    if !bool::from(value.is_zero()) {
        let zero = write_digits(sample, lie.tape.clone(), row, groups, 0);
        lies.push(otherwise("its digits those of zero", zero, broken(tie, row)));
    }
    lies
}

/// The digits of a value right for the first rows, then those of zero. What is no small integer has digits of zero and a
/// rest that the field divides.
fn cut_after(sample: &Sample, tape: Tape, row: usize, groups: usize, cut: usize) -> Tape {
    let width = 2 * sample.layout.shape.digits;
    let value = tape.get("rest", row);
    let mut tape = write_digits(sample, tape, row, groups, small(value).unwrap_or(0));
    for group in 0..=groups {
        let rest = match small(value) {
            Some(value) => field(value >> (width * group)),
            None => value * field(1 << (width * group)).invert().unwrap(),
        };
        if group < cut {
            tape.set("rest", row + group, rest);
        } else {
            tape = write_digits(sample, tape, row + group, groups.saturating_sub(group), 0);
            tape.set("rest", row + group, Fp::ZERO);
        }
    }
    tape
}

/// A range check: its row, its rows of digits, and the constraint that ties it to what it checks.
struct Check {
    row: usize,
    groups: usize,
    tie: &'static str,
}

fn checks(sample: &Sample) -> Vec<Check> {
    let checks = sample.layout.acts.iter().filter_map(|act| match *act {
        Act::Range { row, groups, .. } => Some(Check { row, groups, tie: RANGE_IS }),
        Act::Compare { row, groups, .. } => Some(Check { row, groups, tie: COMPARE_REST }),
        Act::Divide { row, groups, .. } => Some(Check { row, groups, tie: DIVIDE_REST }),
        _ => None,
    });
    checks.collect()
}

/// A field element that is a small integer.
fn integer(value: Fp) -> i128 {
    small(value).unwrap()
}

/// The integer of least magnitude that a field element is, if it is one of 127 bits.
pub fn small(value: Fp) -> Option<i128> {
    let magnitude = |value: Fp| {
        let bytes = value.to_repr();
        let (low, high) = bytes.split_at(16);
        let low = high.iter().all(|byte| *byte == 0).then(|| u128::from_le_bytes(low.try_into().unwrap()));
        low.and_then(|low| i128::try_from(low).ok())
    };
    magnitude(value).or_else(|| magnitude(-value).map(|value| -value))
}
