//! Real proofs: from an honest bill by one change each, refused for exactly its reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::sync::OnceLock;

use ff::{Field, PrimeField};
use group::GroupEncoding;
use pasta_curves::{EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use support::build::Build;
use support::{Household, blocks, int, program, s1, s2, s3, s4};
use wattproof_circuits::committed::Committed;
use wattproof_circuits::layout::LayoutRefusal;
use wattproof_circuits::plan::PlanRefusal;
use wattproof_circuits::prepared::{PrepareRefusal, Prepared};
use wattproof_circuits::program::{Node, Program, Ratio, SlotClasses};
use wattproof_circuits::refusal::{ProofRefusal, ProveRefusal};
use wattproof_circuits::statement::{BatchReference, Statement};
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::commit::Opening;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::MeterId;

/// An honest bill and everything to check it with.
struct Honest {
    name: &'static str,
    program: Program,
    prepared: Prepared,
    household: Household,
    statement: Statement,
    proof: Vec<u8>,
}

impl Honest {
    fn new(name: &'static str, program: Program) -> Self {
        let prepared = Prepared::new(&program).unwrap();
        let household = Household::new(&program, 77);
        let statement = household.statement(&prepared);
        let proof = household.prove(&prepared, &statement);
        let honest = Honest { name, program, prepared, household, statement, proof };
        assert_eq!(honest.verify(&honest.statement, &honest.proof), Ok(()), "{name}");
        honest
    }

    fn verify(&self, statement: &Statement, proof: &[u8]) -> Result<(), ProofRefusal> {
        self.household.verify(&self.prepared, statement, proof)
    }

    fn refusal(&self, proof: &[u8]) -> ProofRefusal {
        self.verify(&self.statement, proof).unwrap_err()
    }

    /// The refusal of the honest proof with some bytes replaced.
    fn replaced(&self, at: usize, bytes: &[u8]) -> ProofRefusal {
        let mut proof = self.proof.clone();
        proof[at..at + bytes.len()].copy_from_slice(bytes);
        assert_ne!(proof, self.proof, "{}", self.name);
        self.refusal(&proof)
    }

    /// The refusal with other commitments, as bytes and as points.
    fn committed(&self, bytes: &[[u8; 32]], points: &Committed<EqAffine>) -> ProofRefusal {
        self.prepared.verify(&self.statement, bytes, points, &self.proof, &[5; 32]).unwrap_err()
    }

    /// How many commitments to blinding rows the proof begins with; none without a circuit.
    fn blinding(&self) -> usize {
        self.prepared.layout().map_or(0, |layout| wattproof_circuits::circuit::unusable_rows(&layout.shape))
    }

    fn chunk(&self, index: usize) -> [u8; 32] {
        self.proof[32 * index..32 * (index + 1)].try_into().unwrap()
    }

    fn slot(&self, at: u32) -> Slot {
        self.program.slots.first().after(at).unwrap()
    }
}

/// Three ways of proving: no circuit, totals, readings; and a maximum. Made once for all tests.
fn bills() -> &'static [Honest] {
    static BILLS: OnceLock<[Honest; 4]> = OnceLock::new();
    let make = || {
        [("S1", s1(36)), ("S2", s2(36)), ("S3", s3(36)), ("S4", s4(36))]
            .map(|(name, program)| Honest::new(name, program))
    };
    BILLS.get_or_init(make)
}

#[test]
fn another_statement() {
    type Change = fn(&mut Statement);
    let changes: [(&str, Change); 16] = [
        ("total one more", |s| s.disclosed[0] += 1),
        ("total one less", |s| s.disclosed[0] -= 1),
        ("meter", |s| s.meter = MeterId([8; 8])),
        ("revision", |s| s.revision += 1),
        ("tariff", |s| s.tariff[31] ^= 1),
        ("data", |s| s.data[0] ^= 0x80),
        ("slot length", |s| s.slot_length = SlotLength::from_minutes(60).unwrap()),
        ("offset", |s| s.offsets[0].1 += 3600),
        ("offset's slot", |s| s.offsets[0].0 = s.offsets[0].0.after(1).unwrap()),
        ("an offset more", |s| s.offsets.push((s.slots.first().after(2).unwrap(), 3600))),
        ("no offset", |s| s.offsets.clear()),
        ("batch header", |s| s.batches[0].header[5] ^= 4),
        ("batch number", |s| s.batches[0].number += 1),
        ("a batch more", |s| s.batches.push(BatchReference { number: 30_000, header: [3; 8] })),
        ("a batch twice", |s| s.batches.push(s.batches[0])),
        ("no batch", |s| s.batches.clear()),
    ];
    for honest in bills() {
        for (what, change) in changes {
            let mut statement = honest.statement.clone();
            change(&mut statement);
            assert_eq!(
                honest.verify(&statement, &honest.proof),
                Err(ProofRefusal::DoesNotHold),
                "{} {what}",
                honest.name
            );
        }
    }
}

#[test]
fn another_period() {
    for honest in bills() {
        let first = honest.program.slots.first();
        for slots in [SlotRange::new(first.after(1).unwrap(), 36), SlotRange::new(first, 35), SlotRange::new(first, 37)]
        {
            let statement = Statement { slots: slots.unwrap(), ..honest.statement.clone() };
            assert_eq!(honest.verify(&statement, &honest.proof), Err(ProofRefusal::OtherPeriod));
        }
    }
}

#[test]
fn another_number_of_amounts() {
    for honest in bills() {
        let total = honest.statement.disclosed[0];
        for disclosed in [vec![], vec![total, 0], vec![total, 0, 0, 0]] {
            let found = disclosed.len();
            let statement = Statement { disclosed, ..honest.statement.clone() };
            let wrong = ProofRefusal::WrongAmounts { expected: 1, found };
            assert_eq!(honest.verify(&statement, &honest.proof), Err(wrong));
        }
    }
}

#[test]
fn amounts_out_of_bounds() {
    for honest in bills() {
        let bounds = honest.prepared.plan().outputs[0].interval;
        for amount in [i128::MAX, i128::MIN, bounds.hi + 1, bounds.lo - 1] {
            let statement = Statement { disclosed: vec![amount], ..honest.statement.clone() };
            let refusal = ProofRefusal::AmountOutOfBounds { index: 0 };
            assert_eq!(honest.verify(&statement, &honest.proof), Err(refusal), "{} {amount}", honest.name);
        }
        for amount in [bounds.lo, bounds.hi] {
            let statement = Statement { disclosed: vec![amount], ..honest.statement.clone() };
            assert_eq!(honest.verify(&statement, &honest.proof), Err(ProofRefusal::DoesNotHold));
        }
    }
}

/// halo2 would make a proof of a false statement without complaint.
#[test]
fn a_proof_of_a_false_total_is_not_made() {
    for honest in bills() {
        let total = honest.statement.disclosed[0];
        for disclosed in [vec![total + 1], vec![total - 1], vec![], vec![total, 0]] {
            let statement = Statement { disclosed, ..honest.statement.clone() };
            let Household { readings, openings, bytes, .. } = &honest.household;
            let refused = honest.prepared.prove(&statement, bytes, readings, openings, &[9; 32]);
            assert_eq!(refused, Err(ProveRefusal::OtherAmounts), "{}", honest.name);
        }
    }
}

#[test]
fn commitments_swapped_or_replaced() {
    // Slots of different prices; S3 prices every slot alike, but not in the same row.
    let (a, b) = (2, 34);
    for honest in bills() {
        let bytes = &honest.household.bytes;
        let points = &honest.household.points;
        let mut swapped = bytes.clone();
        swapped.swap(a, b);
        let mut crossed = points.clone();
        let (slot_a, slot_b) = (honest.slot(a as u32), honest.slot(b as u32));
        assert!(crossed.set(0, slot_a, *points.get(0, slot_b).unwrap()));
        assert!(crossed.set(0, slot_b, *points.get(0, slot_a).unwrap()));
        let mut other = bytes.clone();
        other[a] = bytes[b];
        let mut replaced = points.clone();
        assert!(replaced.set(0, slot_a, *points.get(0, slot_b).unwrap()));
        let mut more = bytes.clone();
        more.push(bytes[0]);
        let less = bytes[1..].to_vec();
        for (bytes, points) in [
            (&swapped, points),
            (bytes, &crossed),
            (&swapped, &crossed),
            (&other, points),
            (bytes, &replaced),
            (&other, &replaced),
            (&more, points),
            (&less, points),
        ] {
            assert_eq!(honest.committed(bytes, points), ProofRefusal::DoesNotHold, "{}", honest.name);
        }
    }
}

#[test]
fn every_commitment_replaced() {
    for honest in bills() {
        for at in 0..36u32 {
            let mut points = honest.household.points.clone();
            let slot = honest.slot(at);
            let negated = -*points.get(0, slot).unwrap();
            assert!(points.set(0, slot, negated));
            let refusal = honest.committed(&honest.household.bytes, &points);
            assert_eq!(refusal, ProofRefusal::DoesNotHold, "{} slot {at}", honest.name);
        }
    }
}

#[test]
fn a_slot_without_commitment() {
    for honest in bills() {
        for at in [0, 17, 35] {
            let mut points = Committed::gaps(honest.program.slots, 1);
            for slot in honest.program.slots.iter().filter(|slot| *slot != honest.slot(at)) {
                assert!(points.set(0, slot, *honest.household.points.get(0, slot).unwrap()));
            }
            let missing = ProofRefusal::MissingCommitment(honest.slot(at).index());
            assert_eq!(honest.committed(&honest.household.bytes, &points), missing);
        }
    }
}

#[test]
fn the_links_parts_replaced() {
    for honest in bills().iter().filter(|honest| honest.prepared.layout().is_some()) {
        let blinding = honest.blinding();
        for index in 0..blinding {
            let other = honest.chunk((index + 1) % blinding);
            assert_eq!(honest.replaced(32 * index, &other), ProofRefusal::DoesNotHold, "{} B_{index}", honest.name);
            assert_eq!(honest.replaced(32 * index, &[0; 32]), ProofRefusal::Malformed, "{} identity", honest.name);
            assert_eq!(honest.replaced(32 * index, &[0xff; 32]), ProofRefusal::Malformed, "{} no point", honest.name);
        }
        let w = Fp::from_repr(honest.chunk(blinding)).unwrap();
        for other in [w + Fp::ONE, -w, Fp::ZERO] {
            assert_eq!(
                honest.replaced(32 * blinding, &other.to_repr()),
                ProofRefusal::DoesNotHold,
                "{} w",
                honest.name
            );
        }
        assert_eq!(honest.replaced(32 * blinding, &not_canonical(w)), ProofRefusal::Malformed);
    }
}

/// The same number, written with the field's order added.
fn not_canonical(value: Fp) -> [u8; 32] {
    let order = (-Fp::ONE).to_repr();
    let mut carry = 1u16;
    let sum: [u8; 32] = std::array::from_fn(|at| {
        carry += u16::from(value.to_repr()[at]) + u16::from(order[at]);
        let byte = carry as u8;
        carry >>= 8;
        byte
    });
    assert_eq!(carry, 0);
    assert!(bool::from(Fp::from_repr(sum).is_none()));
    sum
}

/// halo2's own messages begin with a commitment and end with two scalars; the linear proof is a point and a scalar.
#[test]
fn malformed_points_and_scalars() {
    for honest in bills() {
        let chunks = honest.proof.len() / 32;
        let first = if honest.blinding() == 0 { 0 } else { honest.blinding() + 1 };
        for bytes in [[0; 32], [0xff; 32]] {
            assert_eq!(honest.replaced(32 * first, &bytes), ProofRefusal::Malformed, "{}", honest.name);
        }
        let last = Fp::from_repr(honest.chunk(chunks - 1)).unwrap();
        assert_eq!(honest.replaced(32 * (chunks - 1), &not_canonical(last)), ProofRefusal::Malformed);
        assert_eq!(honest.replaced(32 * (chunks - 1), &[0xff; 32]), ProofRefusal::Malformed);
        assert_eq!(honest.replaced(32 * (chunks - 1), &(last + Fp::ONE).to_repr()), ProofRefusal::DoesNotHold);
        let negated = -EqAffine::from_bytes(&honest.chunk(first)).unwrap();
        assert_eq!(honest.replaced(32 * first, &negated.to_bytes()), ProofRefusal::DoesNotHold);
    }
}

/// halo2 accepts bytes behind a proof's end; the length is checked before it sees them.
#[test]
fn another_length() {
    for honest in bills() {
        let expected = honest.proof.len();
        let wrong = |found| ProofRefusal::WrongLength { expected, found };
        for length in (0..expected).step_by(7).chain([expected - 1]) {
            assert_eq!(honest.refusal(&honest.proof[..length]), wrong(length));
        }
        for extra in [1, 9, 32, 1 << 20] {
            let mut proof = honest.proof.clone();
            proof.resize(expected + extra, 0);
            assert_eq!(honest.refusal(&proof), wrong(expected + extra));
        }
        assert_eq!(honest.refusal(&[]), wrong(0));
    }
}

/// What a flipped bit is refused for. Whether its 32 bytes are a point or a number is known where neither or both read.
fn flip(honest: &Honest, bit: usize) {
    let mut proof = honest.proof.clone();
    proof[bit / 8] ^= 1 << (bit % 8);
    let chunk: [u8; 32] = proof[bit / 8 / 32 * 32..][..32].try_into().unwrap();
    let point = EqAffine::from_bytes(&chunk).is_some().into();
    let scalar = Fp::from_repr(chunk).is_some().into();
    let refusal = honest.refusal(&proof);
    let expected = match (point, scalar) {
        (true, true) => vec![ProofRefusal::DoesNotHold],
        (false, false) => vec![ProofRefusal::Malformed],
        _ => vec![ProofRefusal::DoesNotHold, ProofRefusal::Malformed],
    };
    assert!(expected.contains(&refusal), "{} bit {bit}: {refusal:?}", honest.name);
}

/// One random bit of each byte whose place is a multiple of `step`.
fn flip_bytes(honest: &Honest, step: usize) {
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    (0..honest.proof.len()).step_by(step).for_each(|byte| flip(honest, 8 * byte + (rng.next_u32() % 8) as usize));
}

#[test]
fn a_bit_flipped_in_every_byte() {
    let [linear, totals, readings, maximum] = bills() else { unreachable!() };
    flip_bytes(linear, 1);
    flip_bytes(totals, 1);
    flip_bytes(readings, 37);
    flip_bytes(maximum, 37);
}

#[test]
#[ignore = "tens of thousands of verifications; run it in release"]
fn every_bit_flipped() {
    let [linear, totals, readings, maximum] = bills() else { unreachable!() };
    for honest in [linear, totals] {
        (0..8 * honest.proof.len()).for_each(|bit| flip(honest, bit));
    }
    flip_bytes(readings, 1);
    flip_bytes(maximum, 1);
}

/// The same circuit's columns and the same length, another price.
#[test]
fn a_proof_for_another_program_of_the_same_length() {
    let dearer = |mut program: Program| {
        for node in &mut program.nodes {
            match node {
                Node::Readings { rates, .. } => rates.iter_mut().for_each(|rate| *rate *= int(2)),
                Node::Each { schedules, .. } => *schedules = vec![blocks(&[300, 800, 1500], &[11, 14, 19, 27])],
                _ => {}
            }
        }
        program
    };
    for honest in bills() {
        let other = Prepared::new(&dearer(honest.program.clone())).unwrap();
        assert_eq!(other.proof_bytes(), honest.prepared.proof_bytes(), "{}", honest.name);
        let refused = honest.household.verify(&other, &honest.statement, &honest.proof);
        assert_eq!(refused, Err(ProofRefusal::DoesNotHold), "{}", honest.name);
        let mut statement = honest.statement.clone();
        statement.disclosed = other.price(&honest.household.readings, &[]).unwrap();
        assert_ne!(statement.disclosed, honest.statement.disclosed);
        let refused = honest.household.verify(&other, &statement, &honest.proof);
        assert_eq!(refused, Err(ProofRefusal::DoesNotHold), "{}", honest.name);
    }
}

/// Two proofs of one bill differ and both hold: a proof's digest names no bill.
#[test]
fn another_seed_gives_another_proof() {
    for honest in bills() {
        let Household { readings, openings, bytes, .. } = &honest.household;
        let other = honest.prepared.prove(&honest.statement, bytes, readings, openings, &[10; 32]).unwrap();
        assert_ne!(other, honest.proof);
        assert_eq!(honest.verify(&honest.statement, &other), Ok(()));
        // Neither half of one goes with the other half of the other.
        let mixed = [&honest.proof[..other.len() / 64 * 32], &other[other.len() / 64 * 32..]].concat();
        assert_eq!(honest.refusal(&mixed), ProofRefusal::DoesNotHold);
        let link = 32 * (honest.blinding() + 1);
        let mixed = [&honest.proof[..link], &other[link..]].concat();
        assert_eq!(honest.refusal(&mixed), ProofRefusal::DoesNotHold, "{}", honest.name);
    }
}

#[test]
fn any_entropy_of_the_verifier() {
    for honest in bills() {
        for entropy in [[0; 32], [255; 32]] {
            let Household { points, bytes, .. } = &honest.household;
            assert_eq!(honest.prepared.verify(&honest.statement, bytes, points, &honest.proof, &entropy), Ok(()));
        }
    }
}

fn prove(honest: &Honest, readings: &Readings, openings: &Committed<Opening>) -> ProveRefusal {
    let bytes = &honest.household.bytes;
    honest.prepared.prove(&honest.statement, bytes, readings, openings, &[9; 32]).unwrap_err()
}

#[test]
fn readings_that_cannot_be_billed() {
    for honest in bills() {
        let at = honest.slot(20);
        let openings = &honest.household.openings;
        let mut gap = random(honest);
        assert!(gap.set(0, at, None));
        let refusal = ProveRefusal::Gap(at.index());
        assert_eq!(prove(honest, &gap, openings), refusal);
        assert_eq!(honest.prepared.price(&gap, &[]), Err(refusal));
        let mut above = random(honest);
        assert!(above.set(0, at, Some(1 << 20)));
        let refusal = ProveRefusal::AboveBound(at.index());
        assert_eq!(prove(honest, &above, openings), refusal);
        assert_eq!(honest.prepared.price(&above, &[]), Err(refusal));
        let mut bound = random(honest);
        assert!(bound.set(0, at, Some((1 << 20) - 1)));
        assert!(honest.prepared.price(&bound, &[]).is_ok());
    }
}

fn random(honest: &Honest) -> Readings {
    support::random_readings(&honest.program, 77)
}

#[test]
fn a_reading_without_its_opening() {
    for honest in bills() {
        let at = honest.slot(5);
        let mut openings = Committed::gaps(honest.program.slots, 1);
        for slot in honest.program.slots.iter().filter(|slot| *slot != at) {
            let opening = honest.household.openings.get(0, slot).unwrap();
            assert!(openings.set(0, slot, Opening::from_scalar(*opening.scalar())));
        }
        assert_eq!(prove(honest, &random(honest), &openings), ProveRefusal::Openings(at.index()));
    }
}

#[test]
fn another_opening_or_reading_proves_nothing() {
    for honest in bills() {
        let at = honest.slot(5);
        let mut openings = Committed::gaps(honest.program.slots, 1);
        for slot in honest.program.slots.iter() {
            let scalar = *honest.household.openings.get(0, slot).unwrap().scalar();
            let by = if slot == at { Fp::ONE } else { Fp::ZERO };
            assert!(openings.set(0, slot, Opening::from_scalar(scalar + by)));
        }
        let bytes = &honest.household.bytes;
        let proof = honest.prepared.prove(&honest.statement, bytes, &random(honest), &openings, &[9; 32]).unwrap();
        assert_eq!(honest.refusal(&proof), ProofRefusal::DoesNotHold, "{}", honest.name);
        let mut readings = random(honest);
        let reading = readings.get(0, at).unwrap();
        assert!(readings.set(0, at, Some(reading ^ 1)));
        let statement =
            Statement { disclosed: honest.prepared.price(&readings, &[]).unwrap(), ..honest.statement.clone() };
        let openings = &honest.household.openings;
        let proof = honest.prepared.prove(&statement, bytes, &readings, openings, &[9; 32]).unwrap();
        assert_eq!(honest.verify(&statement, &proof), Err(ProofRefusal::DoesNotHold), "{}", honest.name);
    }
}

#[test]
fn programs_without_a_plan_or_layout() {
    let classes = SlotClasses { of: vec![0; 2] };
    let readings = |rate| Node::Readings { register: 0, classes: classes.clone(), rates: vec![rate] };
    let refusal = |nodes: Vec<Node>| Prepared::new(&program(2, nodes, int(1))).unwrap_err();
    let large = refusal(vec![readings(int(1 << 100))]);
    assert_eq!(large, PrepareRefusal::Plan(PlanRefusal::PastBound { node: 0, bits: 121 }));
    let fine = refusal(
        vec![readings(Ratio::new(1, 3_i128.pow(79))), readings(Ratio::new(1, 1 << 80))]
            .into_iter()
            .chain([Node::Linear { terms: vec![(0, int(1)), (1, int(1))], constant: int(0) }])
            .collect(),
    );
    assert_eq!(fine, PrepareRefusal::Plan(PlanRefusal::PastBound { node: 2, bits: 127 }));
    let later = refusal(vec![Node::Larger(0, 1)]);
    let what = "a node over a later node";
    assert_eq!(later, PrepareRefusal::Plan(PlanRefusal::Malformed { node: 0, what }));
    let long = Prepared::new(&long()).unwrap_err();
    assert!(
        matches!(long, PrepareRefusal::Layout(LayoutRefusal::TooManyRows { rows: 65_540.., max: 65_536 })),
        "{long:?}"
    );
}

/// The two highest of more slots than the largest circuit has rows.
fn long() -> Program {
    let count = 65_540;
    let mut build = Build::default();
    build.largest(0, &SlotClasses { of: vec![0; count as usize] }, &[true], 2);
    let mut long = program(count, build.nodes, int(1));
    long.registers = vec![Register::new("import", Unit::WattHour, 4).unwrap()];
    long
}

#[test]
fn every_refusal_says_what_to_do() {
    let refusals = [
        ProofRefusal::WrongLength { expected: 1, found: 2 },
        ProofRefusal::OtherPeriod,
        ProofRefusal::WrongAmounts { expected: 1, found: 2 },
        ProofRefusal::AmountOutOfBounds { index: 0 },
        ProofRefusal::Carried { expected: 1, found: 2 },
        ProofRefusal::CarriedTooLarge { name: "demand".into() },
        ProofRefusal::MissingCommitment(1),
        ProofRefusal::UnusedCommitment(1),
        ProofRefusal::Malformed,
        ProofRefusal::DoesNotHold,
    ];
    let proving = [
        ProveRefusal::Gap(1),
        ProveRefusal::NoGap(1),
        ProveRefusal::AboveBound(1),
        ProveRefusal::Carried { expected: 1, found: 2 },
        ProveRefusal::CarriedTooLarge { name: "demand".into() },
        ProveRefusal::Openings(1),
        ProveRefusal::OtherAmounts,
        ProveRefusal::Circuit("x".into()),
    ];
    let planning = [
        PlanRefusal::PastBound { node: 1, bits: 121 },
        PlanRefusal::Unrounded { node: 1 },
        PlanRefusal::Malformed { node: 1, what: "x" },
    ];
    let texts = refusals.iter().map(|r| (r.code(), r.to_string(), r.hint()));
    let texts = texts.chain(planning.iter().map(|r| (r.code(), r.to_string(), r.hint())));
    let texts: Vec<_> = texts.chain(proving.iter().map(|r| (r.code(), r.to_string(), r.hint()))).collect();
    let codes: std::collections::BTreeSet<_> = texts.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes.len(), texts.len());
    for (code, sentence, hint) in texts {
        assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
        assert!(!sentence.is_empty() && hint.ends_with('.'), "{code}");
    }
}
