//! Lies about comparisons and divisions, believed by everything that follows.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Act, Place};
use wattproof_circuits::plan::{Part, Step, Value};

use super::{
    COMPARE_FLAG, COMPARE_POSITIVE, DIGITS_END_AT, DIGITS_LOWEST, DIVIDE_IS, Lie, Sample, believed, believing, broken,
    integer, later_too_wide, moved, small,
};
use crate::support::tape::Failure;

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for act in &sample.layout.acts {
        match *act {
            Act::Compare { row, step, groups } => lies.extend(compare(sample, row, step, groups)),
            Act::Divide { row, step, divisor, groups } => {
                lies.extend(divide(sample, row, step, divisor));
                lies.extend(field_quotient(sample, row, step, divisor, groups));
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
    // Told again with the digits of minus one running on below the last row.
    let mut open = lie.expect.clone();
    open.retain(|failure| *failure != broken(DIGITS_LOWEST, row + groups - 1));
    open.push(broken(DIGITS_END_AT, row + groups));
    let tape = lie.tape.clone().with("rest", row + groups, -Fp::ONE);
    lies.push(lie);
    lies.push(Lie::new(format!("the comparison at {row} flipped, its digits left open"), tape, open));
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
fn field_quotient(sample: &Sample, row: usize, step: usize, divisor: i128, groups: usize) -> Vec<Lie> {
    let [quotient, remainder] = sample.witness().results[step];
    let others = [remainder - 1, remainder + 1].into_iter().filter(|r| (0..divisor).contains(r));
    let lies = others.map(|other| {
        let by = field(remainder - other) * field(divisor).invert().unwrap();
        let moved_to = field(quotient) + by;
        assert_eq!(field(divisor) * moved_to + field(other), field(divisor * quotient + remainder));
        let (tape, mut expect) = moved(sample, sample.tape(), Place::Operand(row), by);
        let (tape, by_remainder) = moved(sample, tape, Place::Operand(row + 1), field(other - remainder));
        expect.extend(by_remainder);
        let tape = tape.with("operand", row, moved_to).with("operand", row + 1, field(other));
        let tape = digits(sample, tape, row, groups, other);
        let (tape, expect) = ranges_follow(sample, tape, expect, step);
        let bounds = sample.plan.interval(Value::Result(step, Part::First)).unwrap();
        assert!(small(moved_to).is_none_or(|amount| !bounds.contains(amount)));
        Lie::new(format!("the division at {row}: remainder {other} and the field's quotient"), tape, expect)
    });
    lies.collect()
}

/// Writes a value's digits.
fn digits(
    sample: &Sample,
    mut tape: crate::support::tape::Tape,
    row: usize,
    groups: usize,
    value: i128,
) -> crate::support::tape::Tape {
    let digits = sample.layout.shape.digits;
    for group in 0..groups {
        let rest = value >> (2 * digits * group);
        tape = tape.with("rest", row + group, field(rest));
        for n in 1..digits {
            tape = tape.with(&format!("digit {n}"), row + group, field((rest >> (2 * n)) & 3));
        }
    }
    tape
}

/// The range checks of a division write down the sums they now meet: the remainder's slack has digits, the quotient has
/// none.
fn ranges_follow(
    sample: &Sample,
    mut tape: crate::support::tape::Tape,
    mut expect: Vec<Failure>,
    step: usize,
) -> (crate::support::tape::Tape, Vec<Failure>) {
    for act in &sample.layout.acts {
        let Act::Range { row, groups, of } = act else { continue };
        let [(Value::Result(of, part), _)] = of.terms.as_slice() else { continue };
        if *of != step {
            continue;
        }
        expect.retain(|failure| *failure != broken(super::RANGE_IS, *row));
        let sum = tape.get("sum", *row);
        if *part == Part::Second {
            tape = digits(sample, tape, *row, *groups, integer(sum));
        } else {
            tape = tape.with("rest", *row, sum);
            expect.push(broken(DIGITS_LOWEST, *row));
        }
    }
    (tape, expect)
}
