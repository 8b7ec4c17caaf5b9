//! Bytes of an upload, beside plain uploads and the figures that the guides to this design give.
//! `cargo test -p wattproof-meter --test sizes -- --nocapture` prints the table.

mod common;

use common::{DAY, Meter};
use wattproof_meter::calendar::{BatchPeriod, SlotLength};
use wattproof_meter::commit::CommitmentTables;

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
fn bytes_of_keys_and_tables() {
    // K, the signing key and the record's own key: what a meter holds besides readings.
    let meter = Meter::plain(3);
    assert_eq!(meter.key.as_bytes().len() + meter.signing.as_bytes().len(), 64);
    assert_eq!(meter.record.to_bytes().len(), 55);
    assert_eq!(CommitmentTables::BYTES, 59_392);
}
