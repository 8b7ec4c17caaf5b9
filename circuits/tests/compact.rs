//! Bills on batch-certified readings: made, verified, refused after one change.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::LazyLock;

use ff::Field;
use pasta_curves::{EqAffine, Fp};
use support::build::Build;
use support::compact::*;
use support::programs::register;
use support::*;
use wattproof_circuits::layout::RingColumn;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::*;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::Slot;
use wattproof_meter::commit::Opening;
use wattproof_meter::record::Certification;

/// The largest reading of two days, priced, with what an earlier bill carries.
fn carried() -> Program {
    let mut build = Build::default();
    let classes = SlotClasses { of: vec![0; 96] };
    let peak = build.largest(0, &classes, &[true], 1);
    build.nodes.push(Node::Carried(0));
    let carried = build.nodes.len() - 1;
    build.nodes.push(Node::Larger(peak, carried));
    let larger = build.nodes.len() - 1;
    build.linear(&[(larger, int(3)), (peak, int(1))], int(5));
    let mut program = program(96, build.nodes, int(1));
    program.carried = vec![Carried { name: "peak".into(), unit: int(1), below: 1 << 20 }];
    program
}

/// Highest readings: looked up, each a copy of a ring cell.
fn highest() -> Program {
    let mut build = Build::default();
    build.largest(0, &SlotClasses { of: vec![0; 600] }, &[true], 5);
    let mut program = program(600, build.nodes, int(1));
    program.registers = vec![register(12)];
    program
}

/// A program, so many slots later.
fn later(program: &Program, by: u32) -> Program {
    let slots =
        wattproof_meter::calendar::SlotRange::new(program.slots.first().after(by).unwrap(), program.slots.count());
    Program { slots: slots.unwrap(), ..program.clone() }
}

fn proved(program: &Program, carried: Vec<u64>) -> (Prepared, Compact, Statement, Vec<u8>) {
    let household = Compact { carried, ..Compact::of(program, 7) };
    let prepared = Prepared::certified(program, compact()).unwrap();
    let statement = household.statement(&prepared);
    let proof = household.prove(&prepared, &statement);
    assert_eq!(proof.len(), prepared.proof_bytes());
    assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
    (prepared, household, statement, proof)
}

#[test]
fn families_prove_and_verify() {
    for (name, program) in [("S1", s1(1488)), ("S2", s2(1488)), ("S3", s3(1488)), ("S4", s4(1488))] {
        let (prepared, ..) = proved(&program, vec![]);
        println!("{name}: {:?}", prepared.figures());
        assert_eq!(prepared.figures().k, Some(9), "{name}");
    }
}

/// Beside the ring's positions, in a domain of its own size; elsewhere and in a larger one, across the end of a lap; as
/// copies; with carried values.
#[test]
fn every_way_of_standing_in_a_ring_proves_and_verifies() {
    let shape = |prepared: &Prepared| {
        let layout = prepared.layout().unwrap();
        let ring = layout.shape.ring.clone().unwrap();
        (layout.k, ring.columns, ring.stride, ring.aligned, !ring.copied.is_empty())
    };
    let (prepared, ..) = proved(&s3(1488), vec![]);
    assert_eq!(shape(&prepared), (9, 4, 1, true, false));
    let (prepared, ..) = proved(&later(&s3(336), 300), vec![]);
    let (k, columns, stride, aligned, _) = shape(&prepared);
    assert_eq!((columns, stride, aligned), (2, 1 << (k - 9), false));
    let (prepared, ..) = proved(&highest(), vec![]);
    let (k, columns, stride, _, copied) = shape(&prepared);
    assert_eq!((columns, stride, copied), (2, 1 << (k - 9), true));
    assert!(k > 9, "a larger domain than the ring's");
    let (prepared, ..) = proved(&carried(), vec![900_000]);
    assert!(prepared.layout().unwrap().ring.as_ref().unwrap().columns.contains(&RingColumn::Carried(0)));
}

/// A bill to change.
struct Honest {
    prepared: Prepared,
    household: Compact,
    statement: Statement,
    proof: Vec<u8>,
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let (prepared, household, statement, proof) = proved(&carried(), vec![900_000]);
    Honest { prepared, household, statement, proof }
});

fn refused(proof: &[u8]) -> Result<(), ProofRefusal> {
    HONEST.household.verify(&HONEST.prepared, &HONEST.statement, proof)
}

/// The nonce's point, each response, and each piece of halo2's proof.
#[test]
fn every_part_of_a_proof_counts() {
    for at in (0..HONEST.proof.len() / 32).map(|part| 32 * part) {
        let mut proof = HONEST.proof.clone();
        proof[at] ^= 1;
        let found = refused(&proof);
        assert!(matches!(found, Err(ProofRefusal::DoesNotHold | ProofRefusal::Malformed)), "{at}: {found:?}");
    }
}

#[test]
fn a_link_that_is_no_numbers_is_malformed() {
    for at in [0, 32, 32 * 7] {
        let mut proof = HONEST.proof.clone();
        proof[at..at + 32].fill(0xff);
        assert_eq!(refused(&proof), Err(ProofRefusal::Malformed));
    }
    let mut proof = HONEST.proof.clone();
    proof[..32].fill(0);
    assert_eq!(refused(&proof), Err(ProofRefusal::Malformed), "the identity as a nonce");
}

#[test]
fn another_length_is_refused() {
    let expected = HONEST.proof.len();
    let longer = [&HONEST.proof[..], &[0]].concat();
    assert_eq!(refused(&longer), Err(ProofRefusal::WrongLength { expected, found: expected + 1 }));
}

/// Commitments to other batches: moved, exchanged, another's, one with another reading.
#[test]
fn batches_are_those_of_the_meter() {
    let Honest { prepared, household, statement, proof } = &*HONEST;
    let [first, second] = [0, 48].map(|offset| household.points.slots().first().after(offset).unwrap());
    let own = |slot| *household.points.get(0, slot).unwrap();
    let verify = |[one, two]: [EqAffine; 2]| {
        let mut points = household.points.clone();
        assert!(points.set(0, first, one) && points.set(0, second, two));
        prepared.verify(statement, &household.bytes, &points, proof, &[5; 32])
    };
    assert_eq!(verify([own(first), own(second)]), Ok(()));
    let shifted = group::Curve::to_affine(&(own(first) + own(first)));
    assert_eq!(verify([shifted, own(second)]), Err(ProofRefusal::DoesNotHold));
    assert_eq!(verify([own(first), own(first)]), Err(ProofRefusal::DoesNotHold));
    // Only the sum of a lap's batches is in the equation, so exchanged points are refused by the context alone.
    assert_eq!(verify([own(second), own(first)]), Ok(()));
    let mut bytes = household.bytes.clone();
    bytes.swap(0, 1);
    let exchanged = prepared.verify(statement, &bytes, &household.points, proof, &[5; 32]);
    assert_eq!(exchanged, Err(ProofRefusal::DoesNotHold));
}

#[test]
fn a_batch_without_a_commitment_is_refused() {
    let Honest { prepared, household, statement, proof } = &*HONEST;
    let slots = household.points.slots();
    let mut points = wattproof_circuits::committed::Committed::gaps(slots, 1);
    assert!(points.set(0, slots.first(), *household.points.get(0, slots.first()).unwrap()));
    let found = prepared.verify(statement, &household.bytes, &points, proof, &[5; 32]);
    assert_eq!(found, Err(ProofRefusal::MissingCommitment(slots.first().index() + 48)));
}

/// What another bill carries, or discloses.
#[test]
fn another_statement_is_refused() {
    let Honest { prepared, household, proof, .. } = &*HONEST;
    let changes: [fn(&mut Statement); 4] = [
        |s| s.carried[0] += 1,
        |s| s.disclosed[0] += 1,
        |s| s.certification = Certification::Classic,
        |s| s.batches[0].header[0] ^= 1,
    ];
    for change in changes {
        let mut statement = HONEST.statement.clone();
        change(&mut statement);
        assert_eq!(household.verify(prepared, &statement, proof), Err(ProofRefusal::DoesNotHold));
    }
}

/// A customer whose readings are not those that the batches certify proves nothing: neither in the period nor around it,
/// nor with another opening.
#[test]
fn readings_are_those_of_the_batches() {
    let program = later(&carried(), 10);
    let prepared = Prepared::certified(&program, compact()).unwrap();
    let household = Compact { carried: vec![3], ..Compact::of(&program, 11) };
    let honest = household.statement(&prepared);
    let outcome = |readings: wattproof_meter::reading::Readings, openings| {
        let disclosed = prepared.price(&readings, &[3]).unwrap();
        let statement = Statement { disclosed, ..honest.clone() };
        let proof = prepared.prove(&statement, &household.bytes, &readings, openings, &[9; 32]).unwrap();
        household.verify(&prepared, &statement, &proof)
    };
    assert_eq!(outcome(household.readings.clone(), &household.openings), Ok(()));
    for slot in [program.slots.first(), household.readings.slots().first()] {
        let mut readings = household.readings.clone();
        let reading = readings.get(0, slot).unwrap();
        assert!(readings.set(0, slot, Some(reading ^ 1)));
        assert_eq!(outcome(readings, &household.openings), Err(ProofRefusal::DoesNotHold), "{slot:?}");
    }
    let mut openings = household.openings.clone();
    let first: Slot = household.openings.slots().first();
    let other = Opening::from_scalar(*household.openings.get(0, first).unwrap().scalar() + Fp::ONE);
    assert!(openings.set(0, first, other));
    assert_eq!(outcome(household.readings.clone(), &openings), Err(ProofRefusal::DoesNotHold));
}
