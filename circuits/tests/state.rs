//! Bills over gaps and after earlier bills: real proofs, each refused after one change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use support::Household;
use support::programs::{Sample, linear_state, state};
use wattproof_circuits::committed::Committed;
use wattproof_circuits::plan::{Plan, PlanRefusal};
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::*;
use wattproof_circuits::refusal::{ProofRefusal, ProveRefusal};
use wattproof_circuits::rule;
use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::Slot;
use wattproof_meter::commit::Opening;

struct Honest {
    program: Program,
    prepared: Prepared,
    household: Household,
    statement: Statement,
    proof: Vec<u8>,
}

/// One bill with a circuit and one without: 13 times 5 is carried, slots 1 and 4 are gaps.
fn bills() -> Vec<Honest> {
    let Sample { program, readings, carried, .. } = state();
    let bills = [(program, readings, carried), linear_state()].map(|(program, readings, carried)| {
        let prepared = Prepared::new(&program).unwrap();
        let priced = rule::evaluate(&program, &readings, &carried).unwrap();
        let household = Household { carried, ..Household::with_readings(&program, readings, 3) };
        let statement = household.statement(&prepared);
        assert_eq!(statement.disclosed[0], priced.total);
        assert_eq!(statement.disclosed[1..], priced.figures);
        let proof = household.prove(&prepared, &statement);
        assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
        Honest { program, prepared, household, statement, proof }
    });
    assert_eq!(bills.each_ref().map(|bill| bill.prepared.plan().is_linear()), [false, true]);
    bills.into()
}

impl Honest {
    fn verify(&self, carried: &[u64]) -> Result<(), ProofRefusal> {
        let Household { bytes, points, .. } = &self.household;
        let statement = Statement { carried: carried.to_vec(), ..self.statement.clone() };
        self.prepared.verify(&statement, bytes, points, &self.proof, &[5; 32])
    }

    fn slot(&self, offset: u32) -> Slot {
        self.program.slots.first().after(offset).unwrap()
    }
}

#[test]
fn other_carried_values_are_refused() {
    for honest in bills() {
        assert_eq!(honest.verify(&[13]), Ok(()));
        assert_eq!(honest.verify(&[12]), Err(ProofRefusal::DoesNotHold));
        assert_eq!(honest.verify(&[0]), Err(ProofRefusal::DoesNotHold));
        assert_eq!(honest.verify(&[]), Err(ProofRefusal::Carried { expected: 1, found: 0 }));
        assert_eq!(honest.verify(&[13, 0]), Err(ProofRefusal::Carried { expected: 1, found: 2 }));
        assert_eq!(honest.verify(&[20]), Err(ProofRefusal::CarriedTooLarge { name: "peak".into() }));
        let price = |carried: &[u64]| honest.prepared.price(&honest.household.readings, carried).unwrap_err();
        assert_eq!(price(&[]), ProveRefusal::Carried { expected: 1, found: 0 });
        assert_eq!(price(&[20]), ProveRefusal::CarriedTooLarge { name: "peak".into() });
        let Household { readings, openings, bytes, .. } = &honest.household;
        let statement = Statement { carried: vec![12], ..honest.statement.clone() };
        let refused = honest.prepared.prove(&statement, bytes, readings, openings, &[9; 32]);
        assert_eq!(refused, Err(ProveRefusal::OtherAmounts));
    }
}

/// One key serves whatever is carried.
#[test]
fn other_bills_may_carry_other_values() {
    for Honest { prepared, mut household, .. } in bills() {
        for carried in [0, 12, 19] {
            household.carried = vec![carried];
            let statement = household.statement(&prepared);
            let proof = household.prove(&prepared, &statement);
            assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
        }
    }
}

/// A carried value that changes no amount still changes the proof's context.
#[test]
fn a_carried_value_that_does_not_matter_is_still_stated() {
    let Honest { prepared, mut household, .. } = bills().swap_remove(0);
    household.carried = vec![3];
    let statement = household.statement(&prepared);
    let proof = household.prove(&prepared, &statement);
    assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
    household.carried = vec![4];
    let other = household.statement(&prepared);
    assert_eq!(other.disclosed, statement.disclosed);
    assert_eq!(household.verify(&prepared, &other, &proof), Err(ProofRefusal::DoesNotHold));
}

#[test]
fn a_reading_where_a_gap_is_estimated() {
    for honest in bills() {
        let (gap, other) = (honest.slot(1), honest.slot(2));
        let mut readings = honest.household.readings.clone();
        assert!(readings.set(0, gap, Some(7)));
        let refused = honest.prepared.price(&readings, &[13]);
        assert_eq!(refused, Err(ProveRefusal::NoGap(gap.index())));
        let mut readings = honest.household.readings.clone();
        assert!(readings.set(0, other, None));
        assert_eq!(honest.prepared.price(&readings, &[13]), Err(ProveRefusal::Gap(other.index())));
        let Household { bytes, points, .. } = &honest.household;
        let verify =
            |points: &Committed<_>| honest.prepared.verify(&honest.statement, bytes, points, &honest.proof, &[5; 32]);
        let mut more = points.clone();
        assert!(more.set(0, gap, *points.get(0, other).unwrap()));
        assert_eq!(verify(&more), Err(ProofRefusal::UnusedCommitment(gap.index())));
        let mut fewer = Committed::gaps(honest.program.slots, 1);
        for slot in honest.program.slots.iter().filter(|slot| *slot != other) {
            if let Some(point) = points.get(0, slot) {
                assert!(fewer.set(0, slot, *point));
            }
        }
        assert_eq!(verify(&fewer), Err(ProofRefusal::MissingCommitment(other.index())));
        assert_eq!(verify(points), Ok(()));
    }
}

/// The mean of other slots leans on their openings.
#[test]
fn an_opening_that_an_estimate_needs() {
    for honest in bills() {
        let Household { readings, openings, bytes, .. } = &honest.household;
        let missing = honest.slot(3);
        let mut fewer = Committed::gaps(honest.program.slots, 1);
        for slot in honest.program.slots.iter().filter(|slot| *slot != missing) {
            if let Some(opening) = openings.get(0, slot) {
                assert!(fewer.set(0, slot, Opening::from_scalar(*opening.scalar())));
            }
        }
        let refused = honest.prepared.prove(&honest.statement, bytes, readings, &fewer, &[9; 32]);
        assert_eq!(refused, Err(ProveRefusal::Openings(missing.index())));
    }
}

#[test]
fn estimates_and_carried_values_that_do_not_hold_together() {
    let honest = state().program;
    let refusal = |change: &dyn Fn(&mut Program)| {
        let mut program = honest.clone();
        change(&mut program);
        Plan::new(&program).unwrap_err()
    };
    let place = |offset| Place { register: 0, offset };
    let nothing = PlanRefusal::Malformed { node: 0, what: "an estimate of or from nothing" };
    let estimates = [
        (place(6), Estimate::Flat(Ratio::from(1))),
        (Place { register: 1, offset: 0 }, Estimate::Flat(Ratio::from(1))),
        (place(0), Estimate::Flat(Ratio::from(-1))),
        (place(0), Estimate::Mean(vec![])),
        (place(0), Estimate::Mean(vec![1])),
        (place(0), Estimate::Mean(vec![6])),
        (place(0), Estimate::Mean(vec![0])),
    ];
    for (place, estimate) in estimates {
        let insert = |program: &mut Program| drop(program.estimates.insert(place, estimate.clone()));
        assert_eq!(refusal(&insert), nothing, "{place:?} {estimate:?}");
    }
    let counts_nothing = PlanRefusal::Malformed { node: 0, what: "a carried value that counts nothing" };
    assert_eq!(refusal(&|program| program.carried[0].unit = Ratio::from(0)), counts_nothing);
    assert!(Plan::new(&honest).is_ok());
}
