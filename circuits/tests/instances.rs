//! The disclosed amounts: every row of the instance is tied to a cell, and nothing but their exact number is accepted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use support::Household;
use support::programs::{Sample, families, lines, samples};
use support::tape::Failure;
use wattproof_circuits::field;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;

#[test]
fn every_amount_off_by_one_is_refused_by_its_copy() {
    for sample in samples().into_iter().chain(families(36)) {
        for index in 0..sample.plan.outputs.len() {
            for by in [1, -1] {
                let mut tape = sample.tape();
                tape.instance[index] += field(by);
                let refusals = tape.refusals();
                let copies = matches!(refusals.as_slice(), [Failure::Copy(..)]);
                assert!(copies, "{} amount {index} by {by}: {refusals:?}", sample.name);
            }
        }
    }
}

#[test]
fn every_instance_row_is_copied() {
    for sample in samples() {
        let tape = sample.tape();
        for index in 0..sample.plan.outputs.len() {
            let copied = tape.copies().iter().flatten().any(|(kind, row, _)| kind == "Instance" && *row == index);
            assert!(copied, "{} amount {index}", sample.name);
        }
    }
}

/// halo2 itself extends instances with zeros: the number of amounts is checked before it sees them.
#[test]
fn amounts_swapped_appended_or_dropped_are_refused() {
    let Sample { program, readings, .. } = lines();
    let prepared = Prepared::new(&program).unwrap();
    let household = Household::with_readings(&program, readings, 1);
    let statement = household.statement(&prepared);
    assert_eq!(statement.disclosed, [199, 79]);
    let proof = household.prove(&prepared, &statement);
    assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
    let changed = |disclosed: &[i128]| Statement { disclosed: disclosed.to_vec(), ..statement.clone() };
    let refused = |disclosed: &[i128]| household.verify(&prepared, &changed(disclosed), &proof).unwrap_err();
    let wrong = |found| ProofRefusal::WrongAmounts { expected: 2, found };
    assert_eq!(refused(&[79, 199]), ProofRefusal::AmountOutOfBounds { index: 1 });
    assert_eq!(refused(&[199, 79, 0]), wrong(3));
    assert_eq!(refused(&[199]), wrong(1));
    assert_eq!(refused(&[]), wrong(0));
    for (index, by) in [(0, 1), (0, -1), (1, 1), (1, -1)] {
        let mut disclosed = statement.disclosed.clone();
        disclosed[index] += by;
        assert_eq!(refused(&disclosed), ProofRefusal::DoesNotHold);
    }
}

/// Amounts that could stand for each other, swapped.
#[test]
fn amounts_within_each_others_bounds_are_refused_swapped() {
    let Sample { program, readings, .. } = support::programs::all_acts();
    let prepared = Prepared::new(&program).unwrap();
    let household = Household::with_readings(&program, readings, 2);
    let mut statement = household.statement(&prepared);
    let proof = household.prove(&prepared, &statement);
    assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
    statement.disclosed.swap(0, 1);
    assert_eq!(household.verify(&prepared, &statement, &proof), Err(ProofRefusal::DoesNotHold));
}
