//! Bytes of an upload, beside plain uploads and the figures that the guides to this design give.
//! `cargo test -p wattproof-meter --test sizes -- --nocapture` prints the table.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{DAY, Meter};
use pasta_curves::{Eq, EqAffine};
use wattproof_meter::calendar::{BatchPeriod, SlotLength};
use wattproof_meter::commit::{CHUNK, CommitmentTables, Opening};
use wattproof_meter::ring::{RingTables, RunningSum};

/// Four bytes of reading and four of time for every half hour.
const PLAIN_PAIR: usize = 8;
/// The guides' 2,048-bit signature.
const GUIDE_SIGNATURE: usize = 256;

#[test]
fn upload_bytes() {
    let daily = Meter::plain(1);
    let weekly = Meter::new(1, BatchPeriod::Week, SlotLength::HALF_HOUR, &[20]);
    let day = daily.batch(DAY).as_bytes().len();
    let week = weekly.batch(2_856).as_bytes().len();
    let month: usize = (DAY..DAY + 31).map(|number| daily.batch(number).as_bytes().len()).sum();
    let rows = [("day", 48, day), ("week", 336, week), ("31 days", 1_488, month)];

    println!("| upload | readings | plain, unsigned | guide, signed once | overhead | wattproof | of plain |");
    println!("|---|---|---|---|---|---|---|");
    for (name, readings, ours) in rows {
        let plain = readings * PLAIN_PAIR;
        let guide = plain + GUIDE_SIGNATURE;
        let overhead = 100.0 * GUIDE_SIGNATURE as f64 / plain as f64;
        let share = 100.0 * ours as f64 / plain as f64;
        println!("| {name} | {readings} | {plain} B | {guide} B | {overhead:.1} % | {ours} B | {share:.1} % |");
    }
    assert_eq!(rows.map(|(_, readings, _)| readings * PLAIN_PAIR), [384, 2_688, 11_904]);
    assert_eq!((day, week, month), (258, 978, 7_998));
    assert!(day <= 288);
    // Beyond the packed readings a batch costs header, digest and signature.
    assert_eq!([day - 48 * 20 / 8, week - 336 * 20 / 8], [42 + 32 + 64; 2]);
}

/// A compact day of one register is as long as a classic one; each further register adds a commitment.
#[test]
fn bytes_of_a_compact_day() {
    let day = |bits: &[u8]| Meter::compact(1, SlotLength::HALF_HOUR, bits).batch(DAY).as_bytes().len();
    assert_eq!([day(&[20]), day(&[20, 20]), day(&[20; 4])], [258, 258 + 153, 258 + 3 * 153]);
    assert_eq!(153, 1 + 32 + 48 * 20 / 8);
    assert!(day(&[20]) <= 288);
}

#[test]
fn a_gap_map_costs_a_bit_a_slot_and_saves_the_readings() {
    let meter = Meter::plain(2);
    let gap = meter.readings(DAY, |_, offset| (offset != 5).then_some(1));
    let one = meter.sealer().seal(DAY, 0, &gap).unwrap();
    // 48 bits of map; 47 readings of 20 bits are 118 bytes instead of 120.
    assert_eq!(one.as_bytes().len(), 258 + 6 - 2);
    let none = meter.sealer().seal(DAY, 0, &meter.readings(DAY, |_, _| None)).unwrap();
    assert_eq!(none.as_bytes().len(), 258 + 6 - 120);
}

#[test]
fn bytes_of_keys_tables_and_work() {
    // K and the signing key are what a meter must keep secret; the record is public.
    let meter = Meter::plain(3);
    assert_eq!(meter.key.as_bytes().len() + meter.signing.as_bytes().len(), 64);
    assert_eq!(meter.record.to_bytes().len(), 55);
    assert_eq!(CommitmentTables::BYTES, 59_392);
    assert_eq!((RingTables::BYTES, size_of::<RunningSum>()), (30_720, 96));
    assert_eq!(include_bytes!("../src/ring/points.bin").len(), 15_360);
    // What sealing holds on the stack, whatever the batch: sums, points, openings and readings of one chunk.
    let work = CHUNK * (size_of::<Eq>() + size_of::<EqAffine>() + size_of::<Opening>() + size_of::<u32>());
    assert_eq!(work, 6_272);
}

/// Thirteen months of half hours in the clear, and their daily batches until those are dropped.
#[cfg(feature = "std")]
#[test]
fn bytes_of_the_simulated_meters_file() {
    use wattproof_meter::calendar::Slot;
    use wattproof_meter::device::{Blueprint, MEMORY_DAYS, Row, SimulatedMeter};

    for record in [Meter::plain(4).record, Meter::compact(4, SlotLength::HALF_HOUR, &[20]).record] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        let blueprint = Blueprint {
            name: "home-1".into(),
            registers: record.registers().to_vec(),
            slot_length: record.slot_length(),
            period: record.period(),
            certification: record.certification(),
            in_service: Slot::new(0),
        };
        let mut meter = SimulatedMeter::create(&path, &blueprint, None, None).ok().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 174);
        let slots = DAY * 48..(DAY + MEMORY_DAYS) * 48;
        let rows: Vec<Row> = slots.map(|i| Row { slot: Slot::new(i), values: vec![Some(i % 1000)] }).collect();
        meter.take(&rows).unwrap();
        let bytes = std::fs::metadata(&path).unwrap().len();
        println!("the simulated meter's file: {bytes} bytes after {MEMORY_DAYS} days");
        assert_eq!(bytes, 174 + 12 + u64::from(MEMORY_DAYS) * (48 * 5 + 258 + 9));
    }
}
