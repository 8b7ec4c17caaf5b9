//! A bill's bytes: one string for one bill, and a refusal for everything else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::collection::vec;
use proptest::prelude::*;
use wattproof_circuits::bill::{Bill, BillRefusal, MAX_SLOTS};
use wattproof_circuits::statement::{BatchReference, Statement};
use wattproof_circuits::version::CIRCUIT_VERSION;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::record::{Certification, MeterId};

/// Where fields begin in [`bill`]'s bytes.
const SLOT_LENGTH: usize = 3 + 8 + 1 + 32 + 32;
const SLOTS: usize = SLOT_LENGTH + 2;
const OFFSETS: usize = SLOTS + 8;
const BATCHES: usize = OFFSETS + 1 + 2 * 8;
const GAPS: usize = BATCHES + 2 + 2 * 12;
const CARRIED: usize = GAPS + 4;
const DISCLOSED: usize = CARRIED + 1 + 2 * 8;
const COMMITMENTS: usize = DISCLOSED + 1 + 2 * 16;
const PROOF: usize = COMMITMENTS + 4 + 3 * 32;

fn bill() -> Bill {
    let first = Slot::new(960_000);
    let statement = Statement {
        meter: MeterId([7; 8]),
        certification: Certification::Classic,
        revision: 1,
        tariff: [1; 32],
        data: [2; 32],
        slot_length: SlotLength::HALF_HOUR,
        slots: SlotRange::new(first, 48).unwrap(),
        offsets: vec![(first, 0), (first.after(10).unwrap(), 3600)],
        batches: vec![BatchReference { number: 4, header: [3; 8] }, BatchReference { number: 5, header: [4; 8] }],
        gaps: 3,
        carried: vec![77, u64::MAX],
        disclosed: vec![12_345, -6],
    };
    Bill { statement, commitments: vec![[8; 32], [9; 32], [10; 32]], proof: vec![0xab; 100] }
}

fn refused(bytes: &[u8]) -> BillRefusal {
    Bill::from_bytes(bytes).unwrap_err()
}

/// The bytes of [`bill`] with some of them replaced.
fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut all = bill().to_bytes();
    all[at..at + bytes.len()].copy_from_slice(bytes);
    all
}

#[test]
fn the_fields_stand_where_these_tests_look() {
    let bytes = bill().to_bytes();
    assert_eq!(Bill::from_bytes(&bytes), Ok(bill()));
    assert_eq!(bytes[SLOT_LENGTH..SLOTS], 30u16.to_le_bytes());
    assert_eq!(bytes[SLOTS + 4..OFFSETS], 48u32.to_le_bytes());
    assert_eq!((bytes[OFFSETS], bytes[DISCLOSED]), (2, 2));
    assert_eq!(bytes[BATCHES..BATCHES + 2], 2u16.to_le_bytes());
    assert_eq!((&bytes[GAPS..CARRIED], bytes[CARRIED]), (&3u32.to_le_bytes()[..], 2));
    assert_eq!(bytes[COMMITMENTS..COMMITMENTS + 4], 3u32.to_le_bytes());
    assert_eq!(bytes[PROOF..PROOF + 4], 100u32.to_le_bytes());
    assert_eq!(bytes.len(), PROOF + 4 + 100);
}

#[test]
fn every_truncation_is_short() {
    let bytes = bill().to_bytes();
    for length in 0..bytes.len() {
        assert_eq!(refused(&bytes[..length]), BillRefusal::Short, "{length} bytes");
    }
}

#[test]
fn every_extension_is_long() {
    for extra in [1, 32, 1 << 20] {
        let mut bytes = bill().to_bytes();
        bytes.resize(bytes.len() + extra, 0);
        assert_eq!(refused(&bytes), BillRefusal::Long { extra });
    }
}

#[test]
fn every_flipped_bit_is_refused_or_another_bill() {
    let bytes = bill().to_bytes();
    let mut refusals = 0;
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match Bill::from_bytes(&flipped) {
            Err(_) => refusals += 1,
            Ok(other) => {
                assert_ne!(other, bill(), "bit {bit}");
                assert_eq!(other.to_bytes(), flipped, "bit {bit}");
            }
        }
    }
    assert!(refusals > 100, "{refusals}");
}

#[test]
fn other_versions() {
    for version in [0, 1, 2, 255] {
        assert_eq!(refused(&with(0, &[version])), BillRefusal::Version(version));
    }
    for version in [0, 1, 255] {
        assert_eq!(refused(&with(1, &[version])), BillRefusal::CircuitVersion(version));
    }
    assert_eq!(CIRCUIT_VERSION, 2);
}

#[test]
fn unknown_certifications() {
    for byte in [0, 3, 255] {
        assert_eq!(refused(&with(2, &[byte])), BillRefusal::Certification(byte));
    }
}

#[test]
fn slot_lengths_that_do_not_divide_a_day() {
    for minutes in [0u16, 7, 25, 1441, u16::MAX] {
        assert_eq!(refused(&with(SLOT_LENGTH, &minutes.to_le_bytes())), BillRefusal::SlotLength(minutes));
    }
}

#[test]
fn slots_none_too_many_or_beyond_the_calendar() {
    for count in [0, MAX_SLOTS + 1, u32::MAX] {
        assert_eq!(refused(&with(SLOTS + 4, &count.to_le_bytes())), BillRefusal::Slots(count));
    }
    assert_eq!(refused(&with(SLOTS, &(u32::MAX - 46).to_le_bytes())), BillRefusal::Slots(48));
}

#[test]
fn offsets_beside_the_period_or_out_of_order() {
    let first = 960_000u32;
    let second_offset = OFFSETS + 1 + 8;
    for from in [first, first - 1, first + 48] {
        assert_eq!(refused(&with(second_offset, &from.to_le_bytes())), BillRefusal::Offsets, "{from}");
    }
    for from in [first - 1, first + 1] {
        assert_eq!(refused(&with(OFFSETS + 1, &from.to_le_bytes())), BillRefusal::Offsets, "{from}");
    }
    let mut none = bill();
    none.statement.offsets.clear();
    assert_eq!(refused(&none.to_bytes()), BillRefusal::Offsets);
}

#[test]
fn batches_out_of_order_twice_or_none() {
    for number in [3u32, 4] {
        assert_eq!(refused(&with(BATCHES + 2 + 12, &number.to_le_bytes())), BillRefusal::Batches);
    }
    let mut none = bill();
    none.statement.batches.clear();
    assert_eq!(refused(&none.to_bytes()), BillRefusal::Batches);
}

#[test]
fn more_gaps_than_slots() {
    assert!(Bill::from_bytes(&with(GAPS, &48u32.to_le_bytes())).is_ok());
    for gaps in [49, u32::MAX] {
        assert_eq!(refused(&with(GAPS, &gaps.to_le_bytes())), BillRefusal::Gaps(gaps));
    }
}

#[test]
fn no_total() {
    let mut none = bill();
    none.statement.disclosed.clear();
    assert_eq!(refused(&none.to_bytes()), BillRefusal::NoTotal);
}

/// A declared length is checked against the bytes there are before anything is reserved for it.
#[test]
fn huge_declared_lengths_reserve_nothing() {
    let before = peak_memory();
    for length in [u32::MAX, u32::MAX - 1, 1 << 31, 1 << 27] {
        assert_eq!(refused(&with(COMMITMENTS, &length.to_le_bytes())), BillRefusal::Short);
        assert_eq!(refused(&with(PROOF, &length.to_le_bytes())), BillRefusal::Short);
    }
    assert_eq!(refused(&with(OFFSETS, &[255])), BillRefusal::Short);
    assert_eq!(refused(&with(BATCHES, &[255; 2])), BillRefusal::Short);
    assert_eq!(refused(&with(CARRIED, &[255])), BillRefusal::Short);
    assert_eq!(refused(&with(DISCLOSED, &[255])), BillRefusal::Short);
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < 32 << 20, "{} bytes more at the peak", after - before);
    }
}

/// The most memory that this process has held so far, where the system says so.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib << 10)
}

#[test]
fn every_refusal_says_what_to_do() {
    let refusals = [
        BillRefusal::Short,
        BillRefusal::Long { extra: 1 },
        BillRefusal::Version(2),
        BillRefusal::CircuitVersion(2),
        BillRefusal::Certification(2),
        BillRefusal::SlotLength(7),
        BillRefusal::Slots(0),
        BillRefusal::Offsets,
        BillRefusal::Batches,
        BillRefusal::Gaps(49),
        BillRefusal::NoTotal,
    ];
    let codes: std::collections::BTreeSet<_> = refusals.iter().map(BillRefusal::code).collect();
    assert_eq!(codes.len(), refusals.len());
    for refusal in refusals {
        assert!(refusal.code().starts_with("bill-"));
        assert!(refusal.to_string().starts_with("the bill"));
        assert!(refusal.hint().ends_with('.'));
    }
}

fn rising(count: impl Into<proptest::collection::SizeRange>, below: u32) -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::btree_set(0..below, count).prop_map(|set| set.into_iter().collect())
}

prop_compose! {
    fn any_bill()(
        (meter, revision, tariff, data) in any::<([u8; 8], u8, [u8; 32], [u8; 32])>(),
        minutes in proptest::sample::select(vec![5u16, 15, 30, 60, 1440]),
        first in 0u32..1 << 30,
        count in 1u32..2000,
        changes in rising(0..4, 2000),
        seconds in vec(any::<i32>(), 5),
        numbers in rising(1..6, u32::MAX),
        headers in vec(any::<[u8; 8]>(), 6),
        (gaps, carried) in (any::<u32>(), vec(any::<u64>(), 0..4)),
        disclosed in vec(any::<i128>(), 1..5),
        commitments in vec(any::<[u8; 32]>(), 0..20),
        proof in vec(any::<u8>(), 0..300),
    ) -> Bill {
        let slots = SlotRange::new(Slot::new(first), count).unwrap();
        let later = changes.into_iter().filter(|at| (1..count).contains(at)).filter_map(|at| slots.first().after(at));
        let offsets = [slots.first()].into_iter().chain(later).zip(seconds).collect();
        let batches = numbers.into_iter().zip(headers).map(|(number, header)| BatchReference { number, header }).collect();
        let statement = Statement {
            meter: MeterId(meter),
            certification: Certification::Classic,
            revision,
            tariff,
            data,
            slot_length: SlotLength::from_minutes(minutes).unwrap(),
            slots,
            offsets,
            batches,
            gaps: gaps % (count + 1),
            carried,
            disclosed,
        };
        Bill { statement, commitments, proof }
    }
}

proptest! {
    #[test]
    fn bills_come_back_from_their_bytes(bill in any_bill()) {
        let bytes = bill.to_bytes();
        prop_assert_eq!(Bill::from_bytes(&bytes), Ok(bill));
    }

    #[test]
    fn any_bytes_are_one_bill_or_none(bytes in vec(any::<u8>(), 0..400)) {
        if let Ok(bill) = Bill::from_bytes(&bytes) {
            prop_assert_eq!(bill.to_bytes(), bytes);
        }
    }

    #[test]
    fn damaged_bills_are_one_bill_or_none(bill in any_bill(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = bill.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Bill::from_bytes(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }
}
