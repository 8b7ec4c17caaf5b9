//! What the prover's randomness hangs on: the seed, the statement, and the openings, which nobody else has.

#![allow(clippy::unwrap_used, reason = "test set-up")]

mod support;

use std::collections::BTreeSet;

use support::*;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::Program;
use wattproof_circuits::statement::Statement;

const SLOTS: u32 = 40;

/// One program for each way of proving.
fn programs() -> [Program; 2] {
    [s1(SLOTS), s4(SLOTS)]
}

/// Points and scalars of a proof: every one of them is blinded, so none occurs in another proof by chance, but for
/// evaluations of fixed columns, which are those of a random `x`.
fn parts(proof: &[u8]) -> BTreeSet<&[u8]> {
    proof.chunks(32).collect()
}

#[test]
fn a_repeated_seed_repeats_nothing_under_another_statement() {
    for program in programs() {
        let prepared = Prepared::new(&program).unwrap();
        let household = Household::new(&program, 3);
        let first = household.statement(&prepared);
        let second = Statement { revision: 1, ..first.clone() };
        let proofs = [&first, &second].map(|statement| household.prove(&prepared, statement));
        assert_eq!(parts(&proofs[0]).intersection(&parts(&proofs[1])).count(), 0);
        assert_eq!(household.prove(&prepared, &first), proofs[0], "nothing else enters");
    }
}

/// The statement is public. If the seed is guessed as well, what is drawn from it still hangs on the openings.
#[test]
fn a_guessed_seed_does_not_give_the_randomness() {
    for program in programs() {
        let prepared = Prepared::new(&program).unwrap();
        let household = Household::new(&program, 3);
        let statement = household.statement(&prepared);
        let other = Household::with_readings(&program, household.readings.clone(), 4).openings;
        let prove =
            |openings| prepared.prove(&statement, &household.bytes, &household.readings, openings, &[9; 32]).unwrap();
        let proofs = [prove(&household.openings), prove(&other)];
        assert_eq!(parts(&proofs[0]).intersection(&parts(&proofs[1])).count(), 0);
    }
}
