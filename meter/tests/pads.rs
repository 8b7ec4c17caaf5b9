//! No pad and no opening is ever used twice: not by another register, another meter under the same K, another
//! revision, nor a meter restored from an old copy.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use std::collections::HashSet;

use common::{DAY, Meter};
use ff::PrimeField;
use wattproof_meter::batch::SealedBatch;
use wattproof_meter::calendar::{BatchPeriod, SlotLength};
use wattproof_meter::key::MasterKey;

/// Bytes before the digest of a batch of registers without gaps.
fn ciphertext(batch: &SealedBatch) -> &[u8] {
    let bytes = batch.as_bytes();
    let start = 41 + batch.header().registers() + 32;
    &bytes[start..bytes.len() - 64]
}

/// Opens batches and gathers every pad and opening; 32-bit registers make pads comparable.
#[derive(Default)]
struct Seen {
    openings: HashSet<[u8; 32]>,
    pads: HashSet<u32>,
    count: usize,
}

impl Seen {
    fn add(&mut self, meter: &Meter, batch: &SealedBatch) {
        let open = batch.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
        for ((slot, register), sealed) in batch.header().certified().zip(ciphertext(batch).chunks(4)) {
            let cell = open.get(register, slot).unwrap();
            self.openings.insert(cell.opening.scalar().to_repr());
            self.pads.insert(u32::from_le_bytes(sealed.try_into().unwrap()) ^ cell.reading);
            self.count += 1;
        }
    }

    /// Openings all differ; so do pads, up to the chance meetings of 32 bits.
    fn assert_distinct(&self) {
        assert_eq!(self.openings.len(), self.count);
        assert!(self.count - self.pads.len() <= 1, "{} of {} pads repeat", self.count - self.pads.len(), self.count);
    }
}

/// Openings of a compact batch's registers, and of their commitments' batches.
fn openings(meter: &Meter, batch: &SealedBatch) -> Vec<[u8; 32]> {
    let open = batch.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
    (0..batch.header().registers()).map(|register| open.compact(register).unwrap().0.scalar().to_repr()).collect()
}

/// Across registers, batches, revisions, meters that share a key, other readings and another gap.
#[test]
fn no_compact_opening_repeats() {
    let meter = |seed| Meter {
        key: MasterKey::from_bytes([0x5c; 32]),
        ..Meter::compact(seed, SlotLength::HALF_HOUR, &[20; 4])
    };
    let first = meter(1);
    let mut seen: Vec<[u8; 32]> = (DAY..DAY + 5).flat_map(|day| openings(&first, &sealed(&first, day, 0, 7))).collect();
    seen.extend((1..5).flat_map(|revision| openings(&first, &sealed(&first, DAY, revision, 7))));
    seen.extend((2..6).flat_map(|seed| openings(&meter(seed), &sealed(&meter(seed), DAY, 0, 7))));
    let other = first.readings(DAY, |_, offset| Some(if offset == 47 { 8 } else { 7 }));
    let gap = first.readings(DAY, |_, offset| (offset != 47).then_some(7));
    for readings in [other, gap] {
        seen.extend(openings(&first, &first.sealer().seal(DAY, 0, &readings).unwrap()));
    }
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), (5 + 4 + 4 + 2) * 4);
    assert_eq!(openings(&first, &sealed(&first, DAY, 0, 7)), seen[..4]);
}

fn wide(seed: u8, registers: usize) -> Meter {
    Meter::new(seed, BatchPeriod::Day, SlotLength::HALF_HOUR, &vec![32; registers])
}

fn sealed(meter: &Meter, number: u32, revision: u8, value: u32) -> SealedBatch {
    meter.sealer().seal(number, revision, &meter.readings(number, |_, _| Some(value))).unwrap()
}

#[test]
fn across_registers_slots_and_batches() {
    let meter = wide(1, 4);
    let mut seen = Seen::default();
    (DAY..DAY + 5).for_each(|day| seen.add(&meter, &sealed(&meter, day, 0, 7)));
    assert_eq!(seen.count, 5 * 48 * 4);
    seen.assert_distinct();
}

#[test]
fn across_meters_that_share_a_key() {
    let mut seen = Seen::default();
    for seed in 1..6 {
        let mut meter = wide(seed, 1);
        meter.key = MasterKey::from_bytes([0x5c; 32]);
        seen.add(&meter, &sealed(&meter, DAY, 0, 7));
    }
    seen.assert_distinct();
}

#[test]
fn across_revisions() {
    let meter = wide(1, 1);
    let mut seen = Seen::default();
    (0..5).for_each(|revision| seen.add(&meter, &sealed(&meter, DAY, revision, 7)));
    seen.assert_distinct();
}

/// The restored meter seals the same batch and revision with one other reading: every pad and opening is new.
#[test]
fn across_a_restored_copy_with_other_readings() {
    let meter = wide(1, 1);
    let mut seen = Seen::default();
    seen.add(&meter, &sealed(&meter, DAY, 0, 7));
    let other = meter.readings(DAY, |_, offset| Some(if offset == 47 { 8 } else { 7 }));
    seen.add(&meter, &meter.sealer().seal(DAY, 0, &other).unwrap());
    seen.assert_distinct();
    // And other gaps, with the same readings otherwise.
    let gap = meter.readings(DAY, |_, offset| (offset != 47).then_some(7));
    let with_gap = meter.sealer().seal(DAY, 0, &gap).unwrap();
    let open = with_gap.open(&meter.record, &meter.key, &meter.tables).ok().unwrap();
    for (slot, register) in with_gap.header().certified() {
        assert!(seen.openings.insert(open.get(register, slot).unwrap().opening.scalar().to_repr()));
    }
}

/// The same readings again give the same batch: nothing new is learnt from it.
#[test]
fn the_same_readings_again_are_the_same_batch() {
    let meter = wide(1, 1);
    assert_eq!(sealed(&meter, DAY, 0, 7), sealed(&meter, DAY, 0, 7));
}

#[test]
fn fingerprints_do_not_link_meters() {
    let key = MasterKey::from_bytes([3; 32]);
    let ids: HashSet<_> = (1..20).map(|seed| key.fingerprint(&wide(seed, 1).record.id())).collect();
    assert_eq!(ids.len(), 19);
}
