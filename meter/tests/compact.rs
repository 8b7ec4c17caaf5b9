//! Compact batches: what comes out went in, the commitments bind it, and nothing else is accepted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{DAY, Meter, spread};
use ed25519_dalek::Signer;
use ff::{Field, PrimeField};
use group::{Curve, Group};
use pasta_curves::{Eq, EqAffine, Fp};
use proptest::prelude::*;
use wattproof_meter::batch::{BatchRefusal, OpenRefusal, SealRefusal, SealedBatch, Tables};
use wattproof_meter::calendar::{Slot, SlotLength};
use wattproof_meter::commit::Opening;
use wattproof_meter::key::{KeyContext, MasterKey};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::Certification;
use wattproof_meter::ring::{MAX_POSITIONS, RingTables, RunningSum};

/// Where the fields of a batch of one register without gaps lie.
mod at {
    pub(super) const HEADER: usize = 42;
    pub(super) const CIPHERTEXT: usize = 74;
}

fn plain(seed: u8) -> Meter {
    Meter::compact(seed, SlotLength::HALF_HOUR, &[20])
}

fn ring_tables(meter: &Meter) -> &RingTables {
    match &meter.tables {
        Tables::Compact(tables) => tables,
        Tables::Classic(_) => panic!("a compact meter"),
    }
}

/// `Σ reading·Λ + o·W` of a register, by the library's own multiplication.
fn naive(meter: &Meter, batch: &SealedBatch, register: usize, readings: &Readings) -> EqAffine {
    let (tables, header) = (ring_tables(meter), batch.header());
    let context = KeyContext::new(&meter.record, header.number(), header.revision(), header.nonce());
    let opening = meter.key.batch_key(&context).opening(&context, register as u8);
    let place = |slot| meter.record.ring().unwrap().place(slot).position;
    let terms = readings.slots().iter().filter_map(|slot| {
        let reading = readings.get(register, slot)?;
        Some(tables.lambda(place(slot)).unwrap() * Fp::from(u64::from(reading)))
    });
    (terms.sum::<Eq>() + tables.w() * opening.scalar()).to_affine()
}

fn judge(bytes: &[u8], meter: &Meter) -> Result<(), BatchRefusal> {
    SealedBatch::from_bytes(bytes)?.verify(&meter.record)
}

/// Signs the bytes of a batch of one register without gaps anew, as a meter would that breaks the rules itself.
fn resign(meter: &Meter, bytes: &mut [u8]) {
    let body = bytes.len() - 64;
    let hash =
        blake2b_simd::Params::new().hash_length(32).personal(b"wp1-ciphertext").hash(&bytes[at::CIPHERTEXT..body]);
    let message =
        [&b"wattproof:v1:batch"[..], &bytes[..at::HEADER], hash.as_bytes(), &bytes[at::HEADER..at::CIPHERTEXT]];
    let signature = meter.signing.sign(&message.concat());
    bytes[body..].copy_from_slice(&signature.to_bytes());
}

#[test]
fn an_honest_batch_is_read_verified_and_opened() {
    let meter = Meter::compact(1, SlotLength::HALF_HOUR, &[20, 7]);
    let batch = meter.batch(DAY);
    let read = SealedBatch::from_bytes(batch.as_bytes()).unwrap();
    assert_eq!(read, batch);
    assert_eq!(read.verify(&meter.record), Ok(()));
    let open = read.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
    let slots = batch.header().slots();
    for (offset, slot) in slots.iter().enumerate() {
        for register in 0..2 {
            let expected = spread(register, offset as u32) & meter.max(register);
            assert_eq!(open.reading(register, slot), Some(expected));
        }
    }
    for register in 0..2 {
        let (opening, commitment) = open.compact(register).unwrap();
        assert_eq!(commitment, batch.compact_commitments()[register]);
        assert_eq!(commitment.to_bytes(), batch.compact_commitment_bytes()[register]);
        assert_eq!(*commitment.point(), naive(&meter, &batch, register, open.readings()));
        assert!(*opening.scalar() != Fp::ZERO);
    }
    assert_eq!((batch.compact_commitments().len(), batch.compact_commitment_bytes().len()), (2, 2));
    // What only a classic batch has.
    assert_eq!((batch.digest(), batch.certifies([]), open.commitments().count()), (None, false, 0));
    assert!(open.compact(2).is_none() && open.get(0, slots.first()).is_none());
    assert!(open.reading(2, slots.first()).is_none() && open.reading(0, slots.end()).is_none());
}

#[test]
fn a_classic_batch_has_no_compact_commitment() {
    let meter = Meter::plain(1);
    let batch = meter.batch(DAY);
    assert_eq!((batch.compact_commitments(), batch.compact_commitment_bytes()), (&[][..], &[][..]));
    let open = batch.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
    assert!(open.compact(0).is_none());
    assert_eq!(batch.digest().unwrap()[..], batch.as_bytes()[at::HEADER..at::CIPHERTEXT]);
    assert_eq!(open.reading(0, batch.header().slots().first()), Some(spread(0, 0) & 0xf_ffff));
}

/// Readings of every width at every edge, each against the library's own multiplication.
#[test]
fn a_running_sum_is_the_naive_sum() {
    let tables = RingTables::new();
    for bits in [1u8, 2, 8, 19, 20, 31, 32] {
        let max = u32::MAX >> (32 - u32::from(bits));
        for (position, reading) in [(0, 0), (1, 1), (2, max), (479, max - 1), (77, max / 3), (478, 0)] {
            for opening in [Fp::ONE, -Fp::ONE, Fp::from(2), -Fp::from(2), Fp::TWO_INV, -Fp::TWO_INV, Fp::DELTA] {
                let mut sum = RunningSum::new(&tables);
                assert!(sum.add(&tables, position, reading, bits));
                let naive = tables.lambda(position).unwrap() * Fp::from(u64::from(reading)) + tables.w() * opening;
                let commitment = sum.finish(&tables, &Opening::from_scalar(opening));
                assert_eq!(*commitment.point(), naive.to_affine(), "{bits} {position} {reading}");
            }
        }
    }
}

#[test]
fn only_the_lowest_bits_of_a_reading_count_and_no_position_behind_the_tables() {
    let tables = RingTables::new();
    let opening = Opening::from_scalar(Fp::from(5));
    let of = |reading, bits| {
        let mut sum = RunningSum::new(&tables);
        assert!(sum.add(&tables, 3, reading, bits));
        sum.finish(&tables, &opening)
    };
    assert_eq!(of(0xabc, 4), of(0xc, 4));
    assert_eq!(of(u32::MAX, 200), of(u32::MAX, 32));
    for position in [MAX_POSITIONS, usize::MAX] {
        let mut sum = RunningSum::new(&tables);
        assert!(!sum.add(&tables, position, 1, 20));
        assert_eq!(sum.finish(&tables, &opening), RunningSum::new(&tables).finish(&tables, &opening));
        assert_eq!(tables.lambda(position), None);
    }
}

/// The sum of a lap's commitments is one commitment to all of its readings, under the sum of the openings.
#[test]
fn the_batches_of_a_lap_add() {
    let meter = plain(1);
    let tables = ring_tables(&meter);
    let ring = meter.record.ring().unwrap();
    // Ten days from an edge of the ring.
    assert_eq!((DAY % 10, ring.positions()), (0, 480));
    let (mut commitments, mut openings, mut all) = (Eq::identity(), Fp::ZERO, RunningSum::new(tables));
    for day in DAY..DAY + 10 {
        let batch = meter.batch(day);
        let open = batch.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
        let (opening, commitment) = open.compact(0).unwrap();
        commitments += commitment.point();
        openings += opening.scalar();
        for slot in batch.header().slots().iter() {
            assert_eq!(ring.place(slot).lap, DAY / 10);
            assert!(all.add(tables, ring.place(slot).position, open.reading(0, slot).unwrap(), 20));
        }
    }
    assert_eq!(commitments.to_affine(), *all.finish(tables, &Opening::from_scalar(openings)).point());
}
