//! Compact batches: what comes out went in, the commitments bind it, and nothing else is accepted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use std::ops::Range;

use common::{DAY, Meter, spread};
use ed25519_dalek::Signer;
use ff::{Field, PrimeField};
use group::{Curve, Group};
use pasta_curves::{Eq, EqAffine, Fp};
use proptest::prelude::*;
use wattproof_meter::batch::{BatchRefusal, OpenRefusal, SealRefusal, SealedBatch, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::commit::{Commitment, CommitmentRefusal, Opening};
use wattproof_meter::key::{KeyContext, MasterKey};
use wattproof_meter::reading::Readings;
use wattproof_meter::ring::{MAX_POSITIONS, RingTables, RunningSum};

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

/// Where the commitments of a batch without gaps lie.
fn certificate(registers: usize) -> Range<usize> {
    41 + registers..41 + registers + 32 * registers
}

/// Signs the bytes of a batch without gaps anew, as a meter would that breaks the rules itself.
fn resign(meter: &Meter, bytes: &mut [u8]) {
    let (certificate, body) = (certificate(meter.record.registers().len()), bytes.len() - 64);
    let ciphertext = &bytes[certificate.end..body];
    let hash = blake2b_simd::Params::new().hash_length(32).personal(b"wp1-ciphertext").hash(ciphertext);
    let message =
        [&b"wattproof:v1:batch"[..], &bytes[..certificate.start], hash.as_bytes(), &bytes[certificate.clone()]];
    let signature = meter.signing.sign(&message.concat());
    bytes[body..].copy_from_slice(&signature.to_bytes());
}

fn opened(meter: &Meter, bytes: &[u8]) -> Option<OpenRefusal> {
    SealedBatch::from_bytes(bytes).unwrap().open(&meter.record, &meter.key, &meter.tables).err()
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
    assert_eq!(batch.digest().unwrap()[..], batch.as_bytes()[certificate(1)]);
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

/// A batch whose register is silent still commits to it: to nothing, under the opening.
#[test]
fn a_register_of_gaps_alone_has_a_commitment() {
    let meter = Meter::compact(1, SlotLength::HALF_HOUR, &[20, 20]);
    let readings = meter.readings(DAY, |register, offset| (register == 0).then_some(offset));
    let batch = meter.sealer().seal(DAY, 0, &readings).unwrap();
    let open = batch.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
    let (opening, commitment) = open.compact(1).unwrap();
    assert_eq!(*commitment.point(), (ring_tables(&meter).w() * opening.scalar()).to_affine());
    assert_eq!(batch.header().gap_count(), 48);
    assert!(batch.header().slots().iter().all(|slot| open.reading(1, slot).is_none()));
}

#[test]
fn a_reading_at_its_bound_becomes_a_gap() {
    let meter = plain(1);
    let values = [0, 1, (1 << 20) - 1, 1 << 20, u32::MAX];
    let batch = meter.sealer().seal(DAY, 0, &meter.readings(DAY, |_, o| values.get(o as usize).copied())).unwrap();
    let kept = meter.readings(DAY, |_, o| values.get(o as usize).copied().filter(|value| *value < 1 << 20));
    assert!(meter.open(&batch) == kept);
    assert_eq!(*batch.compact_commitments()[0].point(), naive(&meter, &batch, 0, &kept));
}

/// Each bit of commitment, ciphertext and signature, flipped alone; those of the header mean what they mean classic.
#[test]
fn every_flipped_bit_behind_the_header_is_refused_by_its_reason() {
    let meter = Meter::compact(1, SlotLength::HALF_HOUR, &[20, 20]);
    let honest = meter.batch(DAY);
    let mut refusals = [0; 2];
    for bit in certificate(2).start * 8..honest.as_bytes().len() * 8 {
        let mut bytes = honest.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let register = (bit / 8 - certificate(2).start) / 32;
        let commitment = bytes[certificate(2)].as_chunks().0.get(register).map(Commitment::from_bytes);
        let expected = match commitment {
            Some(Err(CommitmentRefusal::NotCanonical)) => BatchRefusal::Commitment { register },
            None | Some(Ok(_)) => BatchRefusal::Signature,
            Some(Err(other)) => panic!("{other}"),
        };
        refusals[usize::from(expected == BatchRefusal::Signature)] += 1;
        assert_eq!(judge(&bytes, &meter), Err(expected), "bit {bit}");
    }
    // Half of all x lie on the curve.
    assert!(refusals[0] > 200 && refusals[1] > 200, "{refusals:?}");
}

#[test]
fn commitments_that_are_no_points_are_refused_however_signed() {
    let meter = Meter::compact(1, SlotLength::HALF_HOUR, &[20, 20]);
    let honest = meter.batch(DAY);
    for register in 0..2 {
        let start = certificate(2).start + 32 * register;
        // The identity; a second form of it; an x of its own field's order and more.
        let mut negative_zero = [0; 32];
        negative_zero[31] = 0x80;
        for (point, expected) in [
            ([0; 32], BatchRefusal::CommitmentIdentity { register }),
            (negative_zero, BatchRefusal::Commitment { register }),
            ([0xff; 32], BatchRefusal::Commitment { register }),
        ] {
            let mut bytes = honest.as_bytes().to_vec();
            bytes[start..start + 32].copy_from_slice(&point);
            resign(&meter, &mut bytes);
            assert_eq!(SealedBatch::from_bytes(&bytes), Err(expected));
        }
    }
}

#[test]
fn every_truncation_and_extension_is_refused() {
    let meter = Meter::compact(1, SlotLength::HALF_HOUR, &[20, 20]);
    let batch = meter.batch(DAY);
    let honest = batch.as_bytes();
    for length in 0..honest.len() {
        assert_eq!(judge(&honest[..length], &meter), Err(BatchRefusal::Short), "{length}");
    }
    for extra in [1, 32, 1 << 20] {
        assert_eq!(judge(&[honest, &vec![0; extra]].concat(), &meter), Err(BatchRefusal::Long { extra }));
    }
}

/// A compact batch in the name of a classic meter, and the other way round, by a meter that signs anything. With one
/// register both have the same length.
#[test]
fn another_certification_than_the_records_is_refused() {
    for (meter, other) in [(Meter::plain(1), plain(1)), (plain(1), Meter::plain(1))] {
        let mut bytes = other.batch(DAY).as_bytes().to_vec();
        let (expected, found) = (meter.record.id(), other.record.id());
        assert_eq!(judge(&bytes, &meter), Err(BatchRefusal::Meter { expected, found }));
        bytes[2..10].copy_from_slice(&meter.record.id().0);
        resign(&meter, &mut bytes);
        assert_eq!(judge(&bytes, &meter), Err(BatchRefusal::OtherCertification));
        assert_eq!(opened(&meter, &bytes), Some(OpenRefusal::Batch(BatchRefusal::OtherCertification)));
    }
}

/// A week of slots fits the bytes, but no compact meter's calendar.
#[test]
fn a_compact_week_is_refused() {
    let meter = plain(1);
    let week = Meter::new(1, BatchPeriod::Week, SlotLength::HALF_HOUR, &[20]);
    let mut bytes = week.batch(2_856).as_bytes().to_vec();
    bytes[1] = 2;
    bytes[2..10].copy_from_slice(&meter.record.id().0);
    bytes[certificate(1)].copy_from_slice(&meter.batch(DAY).compact_commitment_bytes()[0]);
    resign(&meter, &mut bytes);
    assert_eq!(judge(&bytes, &meter), Err(BatchRefusal::Slots { number: 2_856 }));
}

#[test]
fn a_wrong_key_is_told_apart_from_a_tampered_batch_and_from_a_meter_that_lies() {
    let meter = Meter::compact(1, SlotLength::HALF_HOUR, &[20, 20]);
    let batch = meter.batch(DAY);
    let (id, number) = (meter.record.id(), DAY);
    assert_eq!(opened(&meter, batch.as_bytes()), None);
    let wrong = MasterKey::from_bytes([7; 32]);
    let refusal = batch.open(&meter.record, &wrong, &meter.tables).err();
    assert_eq!(refusal, Some(OpenRefusal::WrongKey { meter: id, number }));

    let changed = |change: &dyn Fn(&mut [u8])| {
        let mut bytes = batch.as_bytes().to_vec();
        change(&mut bytes);
        let unsigned = opened(&meter, &bytes);
        assert_eq!(unsigned, Some(OpenRefusal::Batch(BatchRefusal::Signature)));
        resign(&meter, &mut bytes);
        opened(&meter, &bytes)
    };
    // The second register's first reading; a commitment of another day; the two commitments exchanged.
    let second = Some(OpenRefusal::Commitment { meter: id, number, register: 1 });
    assert_eq!(changed(&|bytes| bytes[certificate(2).end + 3] ^= 1), second);
    let other = meter.batch(DAY + 10);
    let start = certificate(2).start + 32;
    let second_point = other.compact_commitment_bytes()[1];
    assert_eq!(changed(&|bytes| bytes[start..start + 32].copy_from_slice(&second_point)), second);
    let first = Some(OpenRefusal::Commitment { meter: id, number, register: 0 });
    assert_eq!(changed(&|bytes| bytes[certificate(2)].rotate_left(32)), first);
}

#[test]
fn tables_of_the_other_certification_are_refused() {
    for (meter, other) in [(Meter::plain(1), plain(1)), (plain(1), Meter::plain(1))] {
        let batch = meter.batch(DAY);
        let refusal = batch.open(&meter.record, &meter.key, &other.tables).err();
        assert_eq!(refusal, Some(OpenRefusal::Tables { meter: meter.record.id() }));
        let mut sealer = meter.sealer();
        sealer.tables = &other.tables;
        let readings = meter.readings(DAY, |_, _| Some(1));
        assert_eq!(sealer.seal(DAY, 0, &readings).err(), Some(SealRefusal::Tables));
    }
}

/// What names a batch in a bill covers its commitments.
#[test]
fn the_header_digest_covers_the_commitments() {
    let meter = plain(1);
    let batch = meter.batch(DAY);
    assert_eq!(batch.header_digest(), meter.batch(DAY).header_digest());
    let mut bytes = batch.as_bytes().to_vec();
    bytes[certificate(1)].copy_from_slice(&meter.batch(DAY + 1).compact_commitment_bytes()[0]);
    assert_ne!(SealedBatch::from_bytes(&bytes).unwrap().header_digest(), batch.header_digest());
    // The sign of y alone.
    let mut bytes = batch.as_bytes().to_vec();
    bytes[certificate(1).end - 1] ^= 0x80;
    let negated = SealedBatch::from_bytes(&bytes).unwrap();
    assert_eq!(*negated.compact_commitments()[0].point(), -batch.compact_commitments()[0].point());
    assert_ne!(negated.header_digest(), batch.header_digest());
}

/// Minutes of which a day fits a commitment.
fn lengths() -> Vec<SlotLength> {
    (1..=1440).filter_map(SlotLength::from_minutes).filter(|length| (15..).contains(&length.minutes())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens_to_the_same_readings_under_the_naive_commitments(
        length in proptest::sample::select(lengths()),
        bits in proptest::collection::vec(1u8..=32, 1..=4),
        gaps in 0u32..4,
        number in 1u32..30_000,
        revision in any::<u8>(),
        seed in any::<u8>(),
    ) {
        let meter = Meter::compact(seed, length, &bits);
        let readings = meter.readings(number, |register, offset| {
            let value = spread(register, offset) & meter.max(register);
            (spread(register + 1, offset ^ u32::from(seed)) % 4 >= gaps).then_some(value)
        });
        let batch = meter.sealer().seal(number, revision, &readings).unwrap();
        let read = SealedBatch::from_bytes(batch.as_bytes()).unwrap();
        prop_assert_eq!(&read, &batch);
        prop_assert_eq!(read.verify(&meter.record), Ok(()));
        let open = read.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
        prop_assert!(*open.readings() == readings);
        for register in 0..bits.len() {
            let commitment = read.compact_commitments()[register];
            prop_assert_eq!(*commitment.point(), naive(&meter, &batch, register, &readings));
        }
    }
}

/// The least slots that a compact meter may have: a day of 480 fills a lap.
#[test]
fn a_day_of_three_minutes_fills_a_lap() {
    let meter = Meter::compact(3, SlotLength::from_minutes(3).unwrap(), &[9]);
    let batch = meter.batch(DAY);
    assert_eq!(batch.header().slots().count() as usize, MAX_POSITIONS);
    let readings = meter.open(&batch);
    assert_eq!(readings.get(0, Slot::new(DAY * 480 + 479)), Some(spread(0, 479) & 0x1ff));
    assert_eq!(*batch.compact_commitments()[0].point(), naive(&meter, &batch, 0, &readings));
}
