//! Lies about comparisons and divisions, believed by everything that follows.

use wattproof_circuits::layout::Act;
use wattproof_circuits::plan::{Part, Step, Value};

use super::settle::{Deviation, settle};
use super::{
    COMPARE_FLAG, COMPARE_POSITIVE, DIGITS_LOWEST, DIVIDE_IS, Lie, Sample, believed, believing, broken, later_too_wide,
    small,
};
use crate::support::tape::Failure;

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for act in &sample.layout.acts {
        match *act {
            Act::Compare { row, step, groups } => lies.extend(compare(sample, row, step, groups)),
            Act::Divide { row, step, divisor, .. } => {
                lies.extend(divide(sample, row, step, divisor));
                lies.extend(field_quotient(sample, row, step, divisor));
            }
            _ => {}
        }
    }
    lies
}

/// A lie told through a witness: the failures named, and those of digits that cannot hold what follows from it.
fn told(sample: &Sample, what: String, step: usize, result: [i128; 2], named: Vec<Failure>) -> Lie {
    let witness = believing(sample, step, result);
    let expect = later_too_wide(sample, &witness, step).into_iter().chain(named).collect();
    Lie::new(what, believed(sample, step, result), expect)
}

fn compare(sample: &Sample, row: usize, step: usize, groups: usize) -> Vec<Lie> {
    let Step::Compare { x, .. } = &sample.plan.steps[step] else { return vec![] };
    let x = sample.witness().affine(x);
    let flipped = if x > 0 { [0, 0] } else { [1, x] };
    let mut lies = vec![];
    // The rest is below zero whichever way the flag is flipped, also at x = 0.
    let lie = told(sample, format!("the comparison at {row} flipped"), step, flipped, vec![]);
    assert!(lie.expect.contains(&broken(DIGITS_LOWEST, row + groups - 1)));
    lies.push(lie);
    let positive = vec![broken(COMPARE_POSITIVE, row)];
    if x > 0 {
        let named = |what: &str| format!("the comparison at {row}: {what}");
        lies.push(told(sample, named("a positive part of a false flag"), step, [0, x], positive.clone()));
        lies.push(told(sample, named("no positive part of a true flag"), step, [1, 0], positive.clone()));
        lies.push(told(sample, named("a positive part one too high"), step, [1, x + 1], positive));
    }
    if x != 0 {
        let flags = [(2, "two"), (-1, "minus one")];
        lies.extend(flags.map(|(flag, word)| {
            let what = format!("the flag at {row} is {word}, its positive part in step");
            told(sample, what, step, [flag, flag * x], vec![broken(COMPARE_FLAG, row)])
        }));
    }
    lies
}

fn divide(sample: &Sample, row: usize, step: usize, divisor: i128) -> Vec<Lie> {
    let [quotient, remainder] = sample.witness().results[step];
    let consistent = [
        ("a remainder below zero", [quotient + 1, remainder - divisor]),
        ("a remainder of the divisor or more", [quotient - 1, remainder + divisor]),
        ("a remainder of twice the divisor or more", [quotient - 2, remainder + 2 * divisor]),
    ];
    let wrong = [
        ("a quotient one too high", [quotient + 1, remainder]),
        ("a quotient one too low", [quotient - 1, remainder]),
        ("a remainder of another value", [quotient, (remainder + 1) % divisor]),
    ];
    let mut lies = vec![];
    for (what, result) in consistent {
        let lie = told(sample, format!("the division at {row}: {what}"), step, result, vec![]);
        assert!(!lie.expect.is_empty());
        lies.push(lie);
    }
    lies.extend(wrong.map(|(what, result)| {
        told(sample, format!("the division at {row}: {what}"), step, result, vec![broken(DIVIDE_IS, row)])
    }));
    lies
}

/// A remainder of one more or less, in range, with the quotient that the field then has: far out of every range. Where
/// the quotient is disclosed the verifier bounds it, since no amount that the bounds allow is that number; elsewhere its
/// own range check does.
fn field_quotient(sample: &Sample, row: usize, step: usize, divisor: i128) -> Vec<Lie> {
    let [_, remainder] = sample.witness().results[step];
    let bounds = sample.plan.interval(Value::Result(step, Part::First)).unwrap();
    let others = [remainder - 1, remainder + 1].into_iter().filter(|other| (0..divisor).contains(other));
    let lies = others.map(|other| {
        let (tape, expect) = settle(sample, sample.tape(), Deviation::Remainder(row, other));
        assert!(small(tape.get("operand", row)).is_none_or(|quotient| !bounds.contains(quotient)));
        Lie::new(format!("the division at {row}: remainder {other} and the field's quotient"), tape, expect)
    });
    lies.collect()
}
