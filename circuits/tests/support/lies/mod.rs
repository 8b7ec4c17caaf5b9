//! Forged witnesses: one lie each, with every failure that it must cause and no other.
//!
//! Each function walks the acts of a sample's layout and tells every lie of its kind at every place where it can be
//! told, as consistently as a prover could: what follows from the lie follows in the cells too.

mod chains;
mod climb;
mod digits;
mod each;
pub mod entry;
mod highest;
mod lanes;
mod largest;
mod ranked;
mod settle;
mod squares;
mod steps;

use ff::{Field, PrimeField};
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::At;
use wattproof_circuits::layout::{Act, Chain, Place};
use wattproof_circuits::plan::Step;

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
pub const PRODUCT_IS: &str = "product = sum factor";
pub const QUOTIENT_IS: &str = "multiple = sum quotient";
pub const ROOT_SQUARE: &str = "square = root root";
pub const ROOT_REST: &str = "rest = sum - square";
pub const RANKED_MARK: &str = "mark (mark - 1) = 0";
pub const RANKED_MARKED: &str = "marked = mark sum";
pub const RANKED_REST: &str = "rest = 2 marked - sum";
pub const LANES_ADD: &str = "sum' = sum + slope said + intercept, in every lane";
pub const CLIMB_END_LEFT: &str = "climb: left' = left";

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
    let told = [
        chains::lies,
        digits::lies,
        steps::lies,
        ranked::lies,
        each::lies,
        largest::lies,
        lanes::lies,
        highest::lies,
        squares::lies,
        climb::lies,
        entry::lies,
    ];
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

/// The parts of gadgets with their steps.
pub fn parts(sample: &Sample) -> impl Iterator<Item = (At, &Step)> {
    sample.layout.acts.iter().filter_map(|act| match act {
        Act::Step(at) => Some((*at, &sample.plan.steps[at.step])),
        _ => None,
    })
}

/// What fails where a chain's result is used, when it moves and nothing else does.
fn users(sample: &Sample, tape: &Tape, chain: &Chain) -> Vec<Failure> {
    let end = chain.end();
    let if_met = |column: &str, row: usize, name: &str| {
        let met = tape.get(column, row) != Fp::ZERO;
        met.then(|| broken(name, end))
    };
    let mut using = vec![];
    for act in &sample.layout.acts {
        match act {
            Act::Zero { row } if *row == end => using.push(broken(ZERO_AT, end)),
            Act::Range { row, .. } if *row == end => using.push(broken(RANGE_IS, end)),
            Act::Step(at) if at.row == end => match &sample.plan.steps[at.step] {
                Step::Divide(_) => using.push(broken(DIVIDE_IS, end)),
                Step::Compare(_) => {
                    using.extend(if_met("operand", end, COMPARE_POSITIVE));
                    using.push(broken(COMPARE_REST, end));
                }
                Step::Product(_) => using.extend(if_met("operand", end, PRODUCT_IS)),
                Step::Quotient(_) => using.extend(if_met("operand", end, QUOTIENT_IS)),
                Step::Root(_) => using.push(broken(ROOT_REST, end)),
                Step::Entry(_) => using.extend(entry::moved(tape, end)),
                Step::Each(each) if each.parts(&sample.layout.shape).is_some() => using.push(broken(LANES_ADD, end)),
                Step::Ranked(_) if at.part > 0 => {
                    using.extend(if_met("operand", end, RANKED_MARKED));
                    using.push(broken(RANKED_REST, end));
                }
                _ => {}
            },
            _ => {}
        }
    }
    let sum = ("Advice".to_owned(), end, tape.column("sum"));
    let is_copied = tape.copies().iter().flatten().any(|cell| *cell == sum);
    using.extend(is_copied.then(|| unequal(Place::Sum(end))));
    using
}

/// Whether `groups` rows of digits hold a value.
fn fits(sample: &Sample, value: i128, groups: usize) -> bool {
    let bits = 2 * sample.layout.shape.digits * groups;
    value >= 0 && (bits > 126 || value < 1i128 << bits)
}

/// The failure of a value that its digits do not hold: what is left of it does not fit the last row of digits.
fn too_wide(sample: &Sample, value: i128, row: usize, groups: usize) -> Option<Failure> {
    (!fits(sample, value, groups)).then(|| broken(DIGITS_LOWEST, row + groups - 1))
}

/// Writes a value's digits, of a value below zero those of its floors.
fn write_digits(sample: &Sample, mut tape: Tape, row: usize, groups: usize, value: i128) -> Tape {
    let digits = sample.layout.shape.digits;
    for group in 0..groups {
        let rest = value.checked_shr((2 * digits * group) as u32).unwrap_or(value >> 127);
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
    let Check { row, groups, tie, tie_row } = *check;
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
        lies.push(otherwise("its digits those of zero", zero, broken(tie, tie_row)));
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
            Some(value) => field(value.checked_shr((width * group) as u32).unwrap_or(value >> 127)),
            None => value * Fp::from(2).pow_vartime([(width * group) as u64]).invert().unwrap(),
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
    tie_row: usize,
}

fn checks(sample: &Sample) -> Vec<Check> {
    let checks = sample.layout.acts.iter().filter_map(|act| {
        let check = |row, groups, tie| Some(Check { row, groups, tie, tie_row: row });
        match *act {
            Act::Range { row, groups, .. } => check(row, groups, RANGE_IS),
            Act::Step(At { step, part, row, groups }) => match &sample.plan.steps[step] {
                Step::Compare(_) => check(row, groups, COMPARE_REST),
                Step::Divide(_) => check(row, groups, DIVIDE_REST),
                Step::Root(_) => check(row, groups, ROOT_REST),
                Step::Ranked(_) if part > 0 => check(row, groups, RANKED_REST),
                Step::Climb(climb) => {
                    let end = row + climb.of.len();
                    Some(Check { row: end + 1, groups, tie: CLIMB_END_LEFT, tie_row: end })
                }
                _ => None,
            },
            _ => None,
        }
    });
    checks.collect()
}

/// The indices of a shape's look-ups: one a limb column, then what lies below, then what lies above, then schedules.
struct LookUps {
    below: usize,
    above: usize,
    span: usize,
}

impl LookUps {
    fn of(sample: &Sample) -> Self {
        let shape = &sample.layout.shape;
        let below = shape.limbs_below() + shape.limbs_above();
        let above = below + usize::from(shape.below > 0);
        LookUps { below, above, span: above + usize::from(shape.above > 0) }
    }
}

/// Writes the limbs of a value.
fn with_limbs(sample: &Sample, tape: Tape, side: &str, row: usize, value: i128) -> Tape {
    let shape = &sample.layout.shape;
    let count = if side == "below" { shape.limbs_below() } else { shape.limbs_above() };
    (1..=count).fold(tape, |tape, n| {
        let limb = (value >> (shape.limb_bits * n as u32)) & ((1 << shape.limb_bits) - 1);
        tape.with(&format!("{side} {n}"), row, field(limb))
    })
}

/// Whether a value is past its limbs, below zero or above.
fn out_of_limbs(sample: &Sample, value: i128, columns: usize) -> bool {
    !(0..1i128 << (sample.layout.shape.limb_bits as usize * (1 + columns))).contains(&value)
}

/// The limbs of what lies below, written, and what the look-up of the row then says.
fn limbs_below(sample: &Sample, tape: Tape, row: usize, value: i128) -> (Tape, Option<Failure>) {
    let refused = out_of_limbs(sample, value, sample.layout.shape.limbs_below());
    (with_limbs(sample, tape, "below", row, value), refused.then(|| Failure::LookUp(LookUps::of(sample).below, row)))
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
