//! Signed totals: one canonical form, and every other refused by its reason.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{DAY, Meter};
use ed25519_dalek::Signer;
use wattproof_meter::calendar::{BatchPeriod, SlotLength, SlotRange};
use wattproof_meter::fallback::{Fallback, FallbackRefusal};
use wattproof_meter::reading::Readings;

fn meter() -> Meter {
    Meter::new(1, BatchPeriod::Day, SlotLength::HALF_HOUR, &[20, 8])
}

fn honest(meter: &Meter) -> Fallback {
    let readings =
        meter.readings(DAY, |register, offset| (offset != 7).then_some(if register == 0 { 100 } else { offset }));
    Fallback::sign(&meter.record, &meter.signing, &readings).unwrap()
}

fn judge(bytes: &[u8], meter: &Meter) -> Result<(), FallbackRefusal> {
    Fallback::from_bytes(bytes)?.verify(&meter.record)
}

#[test]
fn totals_and_gaps_are_counted_and_read_back() {
    let meter = meter();
    let fallback = honest(&meter);
    assert_eq!(fallback.totals(), [4_700, (0..48).sum::<u64>() - 7]);
    assert_eq!((fallback.gaps(), fallback.slots().count(), fallback.meter()), (1, 48, meter.record.id()));
    assert_eq!(Fallback::from_bytes(fallback.as_bytes()), Ok(fallback.clone()));
    assert_eq!(fallback.verify(&meter.record), Ok(()));
}

#[test]
fn a_value_at_its_bound_counts_as_a_gap() {
    let meter = meter();
    let readings = meter.readings(DAY, |_, offset| Some(if offset == 0 { 256 } else { 1 }));
    let fallback = Fallback::sign(&meter.record, &meter.signing, &readings).unwrap();
    assert_eq!((fallback.totals(), fallback.gaps()), (&[256 + 47, 47][..], 1));
}

#[test]
fn every_flipped_bit_is_refused_by_its_reason() {
    let meter = meter();
    let honest = honest(&meter);
    for bit in 0..honest.as_bytes().len() * 8 {
        let mut bytes = honest.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let minutes = u16::from_le_bytes([bytes[9], bytes[10]]);
        let refusal = judge(&bytes, &meter).unwrap_err();
        let expected = match bit / 8 {
            0 => FallbackRefusal::Version(bytes[0]),
            1..9 => match refusal {
                FallbackRefusal::Meter { expected, .. } if expected == meter.record.id() => refusal,
                other => panic!("{other:?}"),
            },
            9..11 if SlotLength::from_minutes(minutes).is_some() => FallbackRefusal::OtherSlotLength,
            9..11 => FallbackRefusal::SlotLength(minutes),
            15..19 if !(1..=1 << 20).contains(&u32_at(15)) => FallbackRefusal::Count(u32_at(15)),
            // Fewer slots than totals allow: 32 slots, 16 slots.
            15..19 if u32_at(15) < 48 => match refusal {
                FallbackRefusal::Total { .. } | FallbackRefusal::Signature => refusal,
                other => panic!("{other:?}"),
            },
            19..23 if u32_at(19) > 48 => FallbackRefusal::Gaps(u32_at(19)),
            23 if bytes[23] == 0 || bytes[23] > 16 => FallbackRefusal::Registers(bytes[23]),
            23 if bytes[23] > 10 => FallbackRefusal::Short,
            23 => match bytes[23] {
                3 => FallbackRefusal::Short,
                6 | 10 => FallbackRefusal::Short,
                other => panic!("{other}"),
            },
            24..32 if u64_at(&bytes, 24) > 48 * 0xf_ffff => FallbackRefusal::Total { register: 0 },
            32..40 if u64_at(&bytes, 32) > 48 * 0xff => FallbackRefusal::Total { register: 1 },
            _first_slot_count_gaps_totals_signature => FallbackRefusal::Signature,
        };
        assert_eq!(refusal, expected, "bit {bit}");
    }
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

#[test]
fn every_truncation_and_extension_is_refused() {
    let meter = meter();
    let honest = honest(&meter);
    for length in 0..honest.as_bytes().len() {
        assert_eq!(judge(&honest.as_bytes()[..length], &meter), Err(FallbackRefusal::Short), "{length}");
    }
    for extra in [1, 32] {
        let longer = [honest.as_bytes(), &vec![0; extra]].concat();
        assert_eq!(judge(&longer, &meter), Err(FallbackRefusal::Long { extra }));
    }
}

#[test]
fn another_meters_registers_slots_and_signature_are_refused() {
    let meter = meter();
    let resign = |bytes: &[u8]| {
        let mut bytes = bytes[..bytes.len() - 64].to_vec();
        bytes[1..9].copy_from_slice(&meter.record.id().0);
        let signature = meter.signing.sign(&[b"wattproof:v1:fallback", &bytes[..]].concat());
        [bytes, signature.to_bytes().to_vec()].concat()
    };
    assert_eq!(resign(honest(&meter).as_bytes()), honest(&meter).as_bytes(), "the test signs what the meter signs");
    let one = Meter::plain(1);
    let other = Fallback::sign(&one.record, &one.signing, &one.readings(DAY, |_, _| Some(1))).unwrap();
    let (expected, found) = (meter.record.id(), one.record.id());
    assert_eq!(judge(other.as_bytes(), &meter), Err(FallbackRefusal::Meter { expected, found }));
    assert_eq!(judge(&resign(other.as_bytes()), &meter), Err(FallbackRefusal::OtherRegisters));
    // A batch's signature under the batch's tag is no fallback's.
    let mut bytes = honest(&meter).as_bytes().to_vec();
    let body = bytes.len() - 64;
    let signature = meter.signing.sign(&[b"wattproof:v1:batch", &bytes[..body]].concat());
    bytes[body..].copy_from_slice(&signature.to_bytes());
    assert_eq!(judge(&bytes, &meter), Err(FallbackRefusal::Signature));
}

#[test]
fn an_empty_endless_or_foreign_table_is_not_signed() {
    let meter = meter();
    let first = meter.readings(DAY, |_, _| None).slots().first();
    for (count, registers) in [(0, 2), ((1 << 20) + 1, 2), (48, 1)] {
        let readings = Readings::gaps(SlotRange::new(first, count).unwrap(), registers);
        assert_eq!(Fallback::sign(&meter.record, &meter.signing, &readings), None);
    }
}

#[test]
fn every_refusal_says_what_and_what_to_do() {
    let id = meter().record.id();
    let refusals = [
        FallbackRefusal::Short,
        FallbackRefusal::Long { extra: 1 },
        FallbackRefusal::Version(2),
        FallbackRefusal::SlotLength(7),
        FallbackRefusal::Count(0),
        FallbackRefusal::Gaps(9),
        FallbackRefusal::Registers(0),
        FallbackRefusal::Meter { expected: id, found: id },
        FallbackRefusal::OtherSlotLength,
        FallbackRefusal::OtherRegisters,
        FallbackRefusal::Total { register: 0 },
        FallbackRefusal::Signature,
    ];
    let codes: std::collections::HashSet<_> = refusals.iter().map(FallbackRefusal::code).collect();
    assert_eq!(codes.len(), refusals.len());
    assert!(refusals.iter().all(|refusal| refusal.hint().ends_with('.')));
}
