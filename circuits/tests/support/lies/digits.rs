//! Lies about range checks on totals: digits that are none, ends that are not zero.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;

use super::{Check, DIGITS_END_AT, DIGITS_LOWEST, DIGITS_UPPER, Lie, Sample, broken, checks, integer};

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let checks = checks(sample);
    let told = |of: fn(&Sample, &Check) -> Vec<Lie>| checks.iter().flat_map(move |check| of(sample, check));
    told(of_four).chain(told(upper_of_four)).chain(told(ends)).collect()
}

/// The lowest digit of each row takes four from the row below it.
fn of_four(sample: &Sample, check: &Check) -> Vec<Lie> {
    let honest = sample.tape();
    let digits = sample.layout.shape.digits;
    let base = 1i128 << (2 * digits);
    let lies = (check.row..check.row + check.groups - 1).map(|row| {
        let tape = honest.clone().nudged("rest", row + 1, -Fp::ONE);
        let mut expect = vec![broken(DIGITS_LOWEST, row)];
        // The next row's lowest digit falls by one, from zero to none.
        if integer(honest.get("rest", row + 1)) % base % 4 == 0 {
            expect.push(broken(DIGITS_LOWEST, row + 1));
        }
        Lie::new(format!("the lowest digit of {row} is four more"), tape, expect)
    });
    lies.collect()
}

/// An upper digit takes four from the one above it.
fn upper_of_four(sample: &Sample, check: &Check) -> Vec<Lie> {
    let honest = sample.tape();
    let mut lies = vec![];
    for row in check.row..check.row + check.groups {
        for n in 1..sample.layout.shape.digits {
            let tape = honest.clone().nudged(&format!("digit {n}"), row, field(4));
            let (tape, expect) = if n + 1 < sample.layout.shape.digits {
                let above = format!("digit {}", n + 1);
                // One failure for each of the digits that is none; they share a name.
                (tape.nudged(&above, row, -Fp::ONE), vec![broken(DIGITS_UPPER, row)])
            } else {
                // The top digit takes from the lowest, which cannot give as much.
                (tape, vec![broken(DIGITS_UPPER, row), broken(DIGITS_LOWEST, row)])
            };
            lies.push(Lie::new(format!("digit {n} of {row} is four more"), tape, expect));
        }
    }
    lies
}

/// A value too wide by one digit: the digits are right and do not end; the value is not the one checked.
fn ends(sample: &Sample, check: &Check) -> Vec<Lie> {
    let honest = sample.tape();
    let width = 2 * sample.layout.shape.digits;
    let last = check.row + check.groups;
    let wide = (check.row..=last)
        .fold(honest.clone(), |tape, row| tape.nudged("rest", row, field(1 << (width * (last - row)))));
    let tied = vec![broken(check.tie, check.tie_row), broken(DIGITS_END_AT, last)];
    let open = honest.nudged("rest", last, Fp::ONE);
    let cut = vec![broken(DIGITS_LOWEST, last - 1), broken(DIGITS_END_AT, last)];
    vec![
        Lie::new(format!("the digits at {} do not end", check.row), wide, tied),
        Lie::new(format!("the end of the digits at {} is one", check.row), open, cut),
    ]
}
