//! Batches: what comes out went in, and nothing else is accepted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{DAY, Meter, spread};
use ed25519_dalek::Signer;
use proptest::prelude::*;
use wattproof_meter::batch::{BatchRefusal, OpenRefusal, SealRefusal, SealedBatch};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::commit::CommitmentTables;
use wattproof_meter::key::MasterKey;

/// Where the fields of a batch of one register without gaps lie.
mod at {
    use std::ops::Range;
    pub(super) const VERSION: usize = 0;
    pub(super) const CERTIFICATION: usize = 1;
    pub(super) const METER: Range<usize> = 2..10;
    pub(super) const NUMBER: Range<usize> = 10..14;
    pub(super) const FIRST: Range<usize> = 15..19;
    pub(super) const SLOT_LENGTH: Range<usize> = 19..21;
    pub(super) const COUNT: Range<usize> = 21..23;
    pub(super) const REGISTERS: usize = 23;
    pub(super) const BITS: usize = 24;
    pub(super) const GAP_FLAG: usize = 25;
    pub(super) const HEADER: usize = 42;
    pub(super) const CIPHERTEXT: usize = 74;
}

fn judge(bytes: &[u8], meter: &Meter) -> Result<(), BatchRefusal> {
    SealedBatch::from_bytes(bytes)?.verify(&meter.record)
}

fn with_gap(meter: &Meter) -> SealedBatch {
    meter.sealer().seal(DAY, 0, &meter.readings(DAY, |_, offset| (offset != 3).then_some(offset))).unwrap()
}

#[test]
fn an_honest_batch_is_read_verified_and_opened() {
    let meter = Meter::plain(1);
    let batch = meter.batch(DAY);
    let read = SealedBatch::from_bytes(batch.as_bytes()).unwrap();
    assert_eq!(read, batch);
    assert_eq!(read.verify(&meter.record), Ok(()));
    let open = read.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
    assert!(batch.certifies(open.commitments()));
    assert!(!batch.certifies(open.commitments().skip(1)));
    let tables = CommitmentTables::new();
    for slot in batch.header().slots().iter() {
        let certified = open.get(0, slot).unwrap();
        let offset = slot.index() - batch.header().slots().first().index();
        assert_eq!(certified.reading, spread(0, offset) & 0xf_ffff);
        assert_eq!(certified.commitment, tables.commit(certified.reading, &certified.opening));
    }
    assert!(open.get(1, batch.header().slots().first()).is_none());
    assert!(open.get(0, batch.header().slots().end()).is_none());
}

/// Each bit of a batch, flipped alone, is refused by the variant of its field.
#[test]
fn every_flipped_bit_is_refused_by_its_reason() {
    let meter = Meter::plain(1);
    let honest = meter.batch(DAY);
    for bit in 0..honest.as_bytes().len() * 8 {
        let (place, mask) = (bit / 8, 1u8 << (bit % 8));
        let mut bytes = honest.as_bytes().to_vec();
        bytes[place] ^= mask;
        let refusal = judge(&bytes, &meter).unwrap_err();
        let byte = bytes[place];
        let u16_at = |range: std::ops::Range<usize>| u16::from_le_bytes(bytes[range].try_into().unwrap());
        let expected = match place {
            at::VERSION => BatchRefusal::Version(byte),
            at::CERTIFICATION => BatchRefusal::Certification(byte),
            _ if at::METER.contains(&place) => match refusal {
                BatchRefusal::Meter { expected, found } => {
                    assert_eq!((expected, found.0 == expected.0), (meter.record.id(), false));
                    refusal
                }
                other => panic!("{other:?}"),
            },
            _ if at::NUMBER.contains(&place) => BatchRefusal::Slots { number: DAY ^ 1 << (bit - 80) },
            _ if at::FIRST.contains(&place) => BatchRefusal::Slots { number: DAY },
            _ if at::SLOT_LENGTH.contains(&place) => match u16_at(at::SLOT_LENGTH) {
                minutes if SlotLength::from_minutes(minutes).is_some() => BatchRefusal::Count(48),
                minutes => BatchRefusal::SlotLength(minutes),
            },
            _ if at::COUNT.contains(&place) => BatchRefusal::Count(u16_at(at::COUNT)),
            at::REGISTERS if byte == 0 || byte > 16 => BatchRefusal::Registers(byte),
            // The gap flag is read as the second register's bits.
            at::REGISTERS => BatchRefusal::Bits { register: 1, bits: 0 },
            at::BITS if byte > 32 => BatchRefusal::Bits { register: 0, bits: byte },
            at::BITS if byte > 20 => BatchRefusal::Short,
            at::BITS => BatchRefusal::Long { extra: 48 * (20 - usize::from(byte)) / 8 },
            // Six bytes of the nonce and fingerprint are read as a map, and the rest is too short for it.
            at::GAP_FLAG if byte == 1 => refusal_of_map(&bytes),
            at::GAP_FLAG => BatchRefusal::GapFlag(byte),
            _revision_nonce_fingerprint_digest_ciphertext_signature => BatchRefusal::Signature,
        };
        assert_eq!(refusal, expected, "bit {bit}");
    }
}

/// What a map of 48 slots read off the nonce leads to: each gap saves 20 bits, the map costs 48.
fn refusal_of_map(bytes: &[u8]) -> BatchRefusal {
    let gaps: u32 = bytes[26..32].iter().map(|byte| byte.count_ones()).sum();
    let ciphertext = ((48 - gaps as usize) * 20).div_ceil(8) + 6;
    match ciphertext.cmp(&120) {
        std::cmp::Ordering::Greater => BatchRefusal::Short,
        std::cmp::Ordering::Less => BatchRefusal::Long { extra: 120 - ciphertext },
        std::cmp::Ordering::Equal => BatchRefusal::Signature,
    }
}

#[test]
fn flipped_bits_of_a_gap_map_are_refused() {
    let meter = Meter::plain(1);
    let honest = with_gap(&meter);
    for bit in 0..48 {
        let mut bytes = honest.as_bytes().to_vec();
        bytes[at::GAP_FLAG + 1 + bit / 8] ^= 1 << (bit % 8);
        // One gap more is 46 readings in 115 bytes instead of 118; the only gap gone is an empty map.
        let expected = if bit == 3 { BatchRefusal::GapMapEmpty } else { BatchRefusal::Long { extra: 3 } };
        assert_eq!(judge(&bytes, &meter), Err(expected));
    }
    // The gap moved: the same length, another header.
    let mut bytes = honest.as_bytes().to_vec();
    bytes[at::GAP_FLAG + 1] = 1 << 4;
    assert_eq!(judge(&bytes, &meter), Err(BatchRefusal::Signature));
    // A map over cells that do not fill its last byte: slots of a day in thirds, one register.
    let meter = Meter::new(1, BatchPeriod::Day, SlotLength::from_minutes(480).unwrap(), &[20]);
    let batch = meter.sealer().seal(DAY, 0, &meter.readings(DAY, |_, offset| (offset != 1).then_some(1))).unwrap();
    let mut bytes = batch.as_bytes().to_vec();
    bytes[at::GAP_FLAG + 1] |= 1 << 3;
    assert_eq!(judge(&bytes, &meter), Err(BatchRefusal::GapMapPadding));
}

#[test]
fn every_truncation_and_extension_is_refused() {
    let meter = Meter::plain(1);
    for batch in [meter.batch(DAY), with_gap(&meter)] {
        let honest = batch.as_bytes();
        for length in 0..honest.len() {
            assert_eq!(judge(&honest[..length], &meter), Err(BatchRefusal::Short), "{length}");
        }
        for extra in [1, 32, 1 << 20] {
            let longer = [honest, &vec![0; extra]].concat();
            assert_eq!(judge(&longer, &meter), Err(BatchRefusal::Long { extra }));
        }
    }
}

#[test]
fn bits_behind_the_ciphertext_are_refused() {
    let meter = Meter::new(1, BatchPeriod::Day, SlotLength::from_minutes(480).unwrap(), &[19]);
    let batch = meter.batch(DAY);
    let mut bytes = batch.as_bytes().to_vec();
    // Three readings of 19 bits: 57 bits in 8 bytes.
    bytes[at::CIPHERTEXT + 7] |= 1 << 1;
    assert_eq!(judge(&bytes, &meter), Err(BatchRefusal::CiphertextPadding));
}

/// Signs `bytes` anew, as a meter would that breaks the rules itself.
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
fn a_signed_batch_against_the_calendar_or_the_record_is_refused() {
    let meter = Meter::plain(1);
    let mut bytes = meter.batch(DAY).as_bytes().to_vec();
    resign(&meter, &mut bytes);
    assert_eq!(bytes, meter.batch(DAY).as_bytes(), "the test signs what the meter signs");

    let mut moved = bytes.clone();
    moved[at::FIRST].copy_from_slice(&((DAY + 1) * 48).to_le_bytes());
    resign(&meter, &mut moved);
    assert_eq!(judge(&moved, &meter), Err(BatchRefusal::Slots { number: DAY }));

    let mut beyond = bytes.clone();
    beyond[at::FIRST].copy_from_slice(&u32::MAX.to_le_bytes());
    resign(&meter, &mut beyond);
    assert_eq!(judge(&beyond, &meter), Err(BatchRefusal::Calendar));

    // Another meter of the same signing key: other registers or slots give another id, so the id is set too.
    let id = |bytes: &mut Vec<u8>| {
        bytes[at::METER].copy_from_slice(&meter.record.id().0);
        resign(&meter, bytes);
    };
    let mut wide = Meter::new(1, BatchPeriod::Day, SlotLength::HALF_HOUR, &[21]).batch(DAY).as_bytes().to_vec();
    id(&mut wide);
    assert_eq!(judge(&wide, &meter), Err(BatchRefusal::OtherRegisters));
    let hours = SlotLength::from_minutes(60).unwrap();
    let mut hourly = Meter::new(1, BatchPeriod::Day, hours, &[20]).batch(DAY).as_bytes().to_vec();
    id(&mut hourly);
    assert_eq!(judge(&hourly, &meter), Err(BatchRefusal::OtherSlotLength));
}

#[test]
fn a_signature_of_another_meter_is_refused() {
    let (meter, other) = (Meter::plain(1), Meter::plain(2));
    let mut bytes = meter.batch(DAY).as_bytes().to_vec();
    resign(&other, &mut bytes);
    assert_eq!(judge(&bytes, &meter), Err(BatchRefusal::Signature));
    let batch = meter.batch(DAY);
    let (expected, found) = (other.record.id(), meter.record.id());
    assert_eq!(batch.verify(&other.record), Err(BatchRefusal::Meter { expected, found }));
}

#[test]
fn a_wrong_key_is_told_apart_from_a_tampered_batch() {
    let meter = Meter::plain(1);
    let batch = meter.batch(DAY);
    let (id, number) = (meter.record.id(), DAY);
    for seed in 0..=255 {
        let wrong = MasterKey::from_bytes([seed; 32]);
        let refusal = batch.open(&meter.record, &wrong, &meter.tables).err();
        let right = seed == 1 ^ 0xa5;
        assert_eq!(refusal, (!right).then_some(OpenRefusal::WrongKey { meter: id, number }));
    }
    // A changed ciphertext fails at the signature; signed by a meter that lies, at the digest.
    let mut bytes = batch.as_bytes().to_vec();
    bytes[at::CIPHERTEXT] ^= 1;
    let open =
        |bytes: &[u8]| SealedBatch::from_bytes(bytes).unwrap().open(&meter.record, &meter.key, &meter.tables).err();
    assert_eq!(open(&bytes), Some(OpenRefusal::Batch(BatchRefusal::Signature)));
    resign(&meter, &mut bytes);
    assert_eq!(open(&bytes), Some(OpenRefusal::Digest { meter: id, number }));
}

#[test]
fn a_reading_at_its_bound_becomes_a_gap() {
    let meter = Meter::plain(1);
    let values = [0, 1, (1 << 20) - 1, 1 << 20, u32::MAX];
    let batch = meter.sealer().seal(DAY, 0, &meter.readings(DAY, |_, o| values.get(o as usize).copied())).unwrap();
    let readings = meter.open(&batch);
    let first = batch.header().slots().first().index();
    let kept: Vec<_> = (0..6).map(|offset| readings.get(0, Slot::new(first + offset))).collect();
    assert_eq!(kept, [Some(0), Some(1), Some((1 << 20) - 1), None, None, None]);
    assert_eq!(batch.header().gap_count(), 45);
    assert!(batch.header().is_gap(0, Slot::new(first + 3)) && !batch.header().is_gap(0, Slot::new(first)));
    assert!(batch.header().is_gap(1, Slot::new(first)) && batch.header().is_gap(0, Slot::new(first - 1)));
}

#[test]
fn what_does_not_fit_the_batch_is_not_sealed() {
    let (meter, other) = (Meter::plain(1), Meter::plain(2));
    let readings = meter.readings(DAY, |_, _| Some(1));
    assert_eq!(meter.sealer().seal(DAY + 1, 0, &readings).err(), Some(SealRefusal::Slots(DAY + 1)));
    assert_eq!(meter.sealer().seal(u32::MAX, 0, &readings).err(), Some(SealRefusal::Number(u32::MAX)));
    let two = Meter::new(1, BatchPeriod::Day, SlotLength::HALF_HOUR, &[20, 20]).readings(DAY, |_, _| Some(1));
    assert_eq!(meter.sealer().seal(DAY, 0, &two).err(), Some(SealRefusal::Registers { expected: 1, found: 2 }));
    let mut sealer = meter.sealer();
    sealer.signing = &other.signing;
    assert_eq!(sealer.seal(DAY, 0, &readings).err(), Some(SealRefusal::SigningKey));
}

#[test]
fn header_digests_name_the_batch_and_its_readings() {
    let meter = Meter::plain(1);
    let batch = meter.batch(DAY);
    assert_eq!(batch.header_digest(), meter.batch(DAY).header_digest());
    assert_ne!(batch.header_digest(), meter.batch(DAY + 1).header_digest());
    assert_ne!(batch.header_digest(), with_gap(&meter).header_digest());
    let readings = meter.readings(DAY, |_, offset| Some(spread(0, offset) & 0xf_ffff));
    let revised = meter.sealer().seal(DAY, 1, &readings).unwrap();
    assert_ne!(batch.header_digest(), revised.header_digest());
}

#[test]
fn every_refusal_says_what_and_what_to_do() {
    let meter = Meter::plain(1).record.id();
    let batch = [
        BatchRefusal::Short,
        BatchRefusal::Long { extra: 1 },
        BatchRefusal::Version(2),
        BatchRefusal::Certification(2),
        BatchRefusal::SlotLength(7),
        BatchRefusal::Count(47),
        BatchRefusal::Calendar,
        BatchRefusal::Registers(0),
        BatchRefusal::Bits { register: 0, bits: 33 },
        BatchRefusal::GapFlag(2),
        BatchRefusal::GapMapEmpty,
        BatchRefusal::GapMapPadding,
        BatchRefusal::CiphertextPadding,
        BatchRefusal::Commitment { register: 0 },
        BatchRefusal::CommitmentIdentity { register: 0 },
        BatchRefusal::Meter { expected: meter, found: meter },
        BatchRefusal::OtherCertification,
        BatchRefusal::OtherSlotLength,
        BatchRefusal::OtherRegisters,
        BatchRefusal::Slots { number: 1 },
        BatchRefusal::Signature,
    ];
    let open = [
        OpenRefusal::WrongKey { meter, number: 1 },
        OpenRefusal::Tables { meter },
        OpenRefusal::Digest { meter, number: 1 },
        OpenRefusal::Commitment { meter, number: 1, register: 0 },
    ];
    let seal = [
        SealRefusal::Number(1),
        SealRefusal::Slots(1),
        SealRefusal::Registers { expected: 1, found: 2 },
        SealRefusal::SigningKey,
        SealRefusal::Tables,
    ];
    let said = batch.iter().map(|refusal| (refusal.code(), refusal.hint(), refusal.to_string()));
    let said = said.chain(open.iter().map(|refusal| (refusal.code(), refusal.hint(), refusal.to_string())));
    let said = said.chain(seal.iter().map(|refusal| (refusal.code(), refusal.hint(), refusal.to_string())));
    let said: Vec<_> = said.collect();
    let codes: std::collections::HashSet<_> = said.iter().map(|(code, ..)| code).collect();
    assert_eq!(codes.len(), 21 + 4 + 5);
    assert!(said.iter().all(|(_, hint, message)| hint.ends_with('.') && !message.ends_with('.')));
    assert_eq!(OpenRefusal::Batch(batch[0]).code(), batch[0].code());
}

/// Minutes that divide a day.
fn lengths() -> Vec<SlotLength> {
    (1..=1440).filter_map(SlotLength::from_minutes).filter(|length| length.minutes() >= 15).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens_to_the_same_readings(
        length in proptest::sample::select(lengths()),
        week in proptest::bool::weighted(0.2),
        bits in proptest::collection::vec(1u8..=32, 1..=4),
        gaps in 0u32..4,
        number in 1u32..5_000,
        revision in any::<u8>(),
        seed in any::<u8>(),
    ) {
        let period = if week && length.minutes() >= 60 { BatchPeriod::Week } else { BatchPeriod::Day };
        let meter = Meter::new(seed, period, length, &bits);
        let readings = meter.readings(number, |register, offset| {
            let value = spread(register, offset) & meter.max(register);
            (spread(register + 1, offset ^ u32::from(seed)) % 4 >= gaps).then_some(value)
        });
        let batch = meter.sealer().seal(number, revision, &readings).unwrap();
        let read = SealedBatch::from_bytes(batch.as_bytes()).unwrap();
        prop_assert_eq!(read.verify(&meter.record), Ok(()));
        let open = read.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
        prop_assert!(*open.readings() == readings);
        prop_assert!(read.certifies(open.commitments()));
        prop_assert_eq!(read.header().revision(), revision);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(batch) = SealedBatch::from_bytes(&bytes) {
            prop_assert_eq!(batch.as_bytes(), &bytes[..]);
        }
    }
}
