//! Lies about comparisons, divisions, products and roots, believed by everything that follows.

use ff::Field;
use num_integer::{Integer, Roots};
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::At;
use wattproof_circuits::plan::{Affine, Step, Value};

use super::settle::{Deviation, settle};
use super::{
    COMPARE_FLAG, COMPARE_POSITIVE, DIGITS_LOWEST, DIVIDE_IS, Lie, PRODUCT_IS, QUOTIENT_IS, ROOT_SQUARE, Sample,
    broken, parts, small,
};
use crate::support::tape::Failure;

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let lies = parts(sample).flat_map(|(at, step)| match step {
        Step::Compare(compare) => self::compare(sample, at, &compare.x),
        Step::Divide(divide) => {
            let mut lies = self::divide(sample, at, divide.divisor);
            lies.extend(field_quotient(sample, at, divide.divisor));
            lies
        }
        Step::Product(_) => product(sample, at),
        Step::Quotient(quotient) => self::quotient(sample, at, &quotient.x, &quotient.over),
        Step::Root(root) => self::root(sample, at, &root.x),
        _ => vec![],
    });
    lies.collect()
}

/// A lie about a step's results: the failures named, and those of digits that cannot hold what follows from it.
fn told(sample: &Sample, what: String, at: At, results: Vec<Fp>, named: Vec<Failure>) -> Lie {
    let (tape, mut expect) = settle(sample, sample.tape(), Deviation::Results(at.step, results));
    expect.extend(named);
    Lie::new(what, tape, expect)
}

fn compare(sample: &Sample, at: At, x: &Affine) -> Vec<Lie> {
    let (row, x) = (at.row, sample.witness().affine(x));
    let told = |what: String, results: [i128; 2], named| told(sample, what, at, results.map(field).into(), named);
    let mut lies = vec![];
    // The rest is below zero whichever way the flag is flipped, also at x = 0.
    let lie = told(format!("the comparison at {row} flipped"), if x > 0 { [0, 0] } else { [1, x] }, vec![]);
    assert!(lie.expect.contains(&broken(DIGITS_LOWEST, row + at.groups - 1)));
    lies.push(lie);
    let positive = vec![broken(COMPARE_POSITIVE, row)];
    if x > 0 {
        let named = |what: &str| format!("the comparison at {row}: {what}");
        lies.push(told(named("a positive part of a false flag"), [0, x], positive.clone()));
        lies.push(told(named("no positive part of a true flag"), [1, 0], positive.clone()));
        lies.push(told(named("a positive part one too high"), [1, x + 1], positive));
    }
    if x != 0 {
        let flags = [(2, "two"), (-1, "minus one")];
        lies.extend(flags.map(|(flag, word)| {
            let what = format!("the flag at {row} is {word}, its positive part in step");
            told(what, [flag, flag * x], vec![broken(COMPARE_FLAG, row)])
        }));
    }
    lies
}

fn divide(sample: &Sample, at: At, divisor: i128) -> Vec<Lie> {
    let (row, results) = (at.row, sample.witness().results[at.step].clone());
    let (quotient, remainder) = (results[0], results[1]);
    let told = |what: &str, results: [i128; 2], named| {
        told(sample, format!("the division at {row}: {what}"), at, results.map(field).into(), named)
    };
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
    for (what, results) in consistent {
        let lie = told(what, results, vec![]);
        assert!(!lie.expect.is_empty());
        lies.push(lie);
    }
    lies.extend(wrong.map(|(what, results)| told(what, results, vec![broken(DIVIDE_IS, row)])));
    lies
}

/// A remainder of one more or less, in range, with the quotient that the field then has: far out of every range. Where
/// the quotient is disclosed the verifier bounds it, since no amount that the bounds allow is that number; elsewhere its
/// own range check does.
fn field_quotient(sample: &Sample, at: At, divisor: i128) -> Vec<Lie> {
    let x = sample.tape().get("sum", at.row);
    let remainder = sample.witness().results[at.step][1];
    let bounds = sample.plan.interval(Value::Result(at.step, 0)).unwrap();
    let others = [remainder - 1, remainder + 1].into_iter().filter(|other| (0..divisor).contains(other));
    let lies = others.map(|other| {
        let quotient = (x - field(other)) * field(divisor).invert().unwrap();
        assert!(small(quotient).is_none_or(|quotient| !bounds.contains(quotient)));
        let what = format!("the division at {}: remainder {other} and the field's quotient", at.row);
        told(sample, what, at, vec![quotient, field(other)], vec![])
    });
    lies.collect()
}

fn product(sample: &Sample, at: At) -> Vec<Lie> {
    let product = sample.witness().results[at.step][0];
    let others = [("one too high", product + 1), ("one too low", product - 1), ("turned round", -product)];
    let lies = others.into_iter().filter(|(_, other)| *other != product).map(|(what, other)| {
        let what = format!("the product at {} is {what}", at.row);
        told(sample, what, at, vec![field(other)], vec![broken(PRODUCT_IS, at.row)])
    });
    lies.collect()
}

fn quotient(sample: &Sample, at: At, x: &Affine, over: &Affine) -> Vec<Lie> {
    let witness = sample.witness();
    let (x, over) = (witness.affine(x), witness.affine(over));
    let (quotient, remainder) = x.div_mod_floor(&over);
    let told = |what: &str, quotient: Fp, multiple: Fp, named| {
        told(sample, format!("the quotient at {} is {what}", at.row), at, vec![quotient, multiple], named)
    };
    let mut lies = vec![];
    for (by, what) in [(1, "one too high"), (-1, "one too low"), (2, "two too high"), (-2, "two too low")] {
        let other = field(quotient + by);
        let lie = told(what, other, other * field(over), vec![]);
        assert!(!lie.expect.is_empty());
        lies.push(lie);
        lies.push(told(&format!("{what}, its multiple the true one"), other, field(x - remainder), named(at)));
    }
    // Another remainder in range, with the quotient that the field then has.
    for other in [remainder - 1, remainder + 1].into_iter().filter(|other| (0..over).contains(other)) {
        let multiple = field(x - other);
        let quotient = multiple * field(over).invert().unwrap();
        lies.push(told(&format!("the field's for the remainder {other}"), quotient, multiple, vec![]));
    }
    lies
}

fn named(at: At) -> Vec<Failure> {
    vec![broken(QUOTIENT_IS, at.row)]
}

fn root(sample: &Sample, at: At, x: &Affine) -> Vec<Lie> {
    let x = sample.witness().affine(x);
    let root = x.sqrt();
    let told = |what: &str, root: Fp, square: Fp, named| {
        told(sample, format!("the root at {} is {what}", at.row), at, vec![root, square], named)
    };
    let mut lies = vec![];
    for (by, what) in [(1, "one too high"), (-1, "one too low")] {
        let other = field(root + by);
        let lie = told(what, other, other.square(), vec![]);
        assert!(!lie.expect.is_empty());
        lies.push(lie);
        let square = vec![broken(ROOT_SQUARE, at.row)];
        lies.push(told(&format!("{what}, its square the true one"), other, field(root * root), square));
    }
    if root != 0 {
        lies.push(told("the negative one", field(-root), field(root * root), vec![]));
    }
    // A square in reach of the argument, with a root that the field has and that is no small number.
    let reach = (0..=2 * root).take(64).filter(|less| *less != x - root * root);
    let others = reach.filter_map(|less| Some((field(x - less), Option::<Fp>::from(field(x - less).sqrt())?)));
    if let Some((square, root)) = others.filter(|(_, root)| small(*root).is_none()).last() {
        lies.push(told("the field's", root, square, vec![]));
    }
    lies
}
