//! Slots without a reading: refused, or billed by the tariff's rule, which both sides apply by themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use support::{Desk, day};
use wattproof_circuits::bill::Bill;
use wattproof_engine::archive::Kept;
use wattproof_engine::customer::CustomerRefusal;
use wattproof_engine::desk::bill;
use wattproof_engine::desk::tariff::{Given, Tariff, TariffRefusal, price};
use wattproof_engine::frame::FrameRefusal;
use wattproof_engine::intake::csv;
use wattproof_engine::refusal::{Fault, Refusal};
use wattproof_engine::supplier::Supplier;
use wattproof_meter::batch::SealedBatch;
use wattproof_meter::calendar::SlotLength;
use wattproof_meter::reading::Readings;

const PERIOD: &str = "2026-03-10..2026-03-13";

fn tariff(rule: &str) -> String {
    format!(
        "tariff holes version 1 in GBP, zone UTC, slot 30 min\nregister import in Wh, below 2^20\ngaps {rule}\n\
         charge energy = price import {{ 10 p/kWh }}\ntotal = energy rounded half up to 1 p\n"
    )
}

/// A day of `wh` a half hour, without those slots.
fn holed(desk: &Desk, date: &str, wh: u32, holes: &[usize], revision: u8) -> SealedBatch {
    let slots = desk.meter.slots(day(date));
    let mut readings = Readings::gaps(slots, 1);
    for (_, slot) in slots.iter().enumerate().filter(|(place, _)| !holes.contains(place)) {
        assert!(readings.set(0, slot, Some(wh)));
    }
    desk.meter.seal(day(date), revision, &readings)
}

/// Days of 1, 2 and 3 kWh a half hour, of which the second lacks its slots at 01:00 and 02:00.
fn desk(rule: &str) -> Desk {
    let desk = Desk::under(&tariff(rule));
    let holes = [2, 4];
    desk.import_batches(&[
        holed(&desk, "2026-03-10", 1000, &[], 0),
        holed(&desk, "2026-03-11", 2000, &holes, 0),
        holed(&desk, "2026-03-12", 3000, &[], 0),
    ]);
    desk
}

#[test]
fn a_tariff_that_refuses_gaps_names_the_first() {
    let desk = desk("refuse");
    let refusal = desk.prove(PERIOD).unwrap_err();
    let at = "2026-03-11T01:00:00Z".parse().unwrap();
    assert_eq!(refusal, CustomerRefusal::Frame(FrameRefusal::Gap { register: "import".into(), at }));
    assert_eq!((refusal.code(), refusal.fault()), ("gap", Fault::Refused));
    desk.prove("2026-03-10..2026-03-11").unwrap();
}

#[test]
fn a_supplier_whose_batch_has_a_gap_since_then_keeps_no_verdict() {
    let desk = Desk::under(&tariff("refuse"));
    desk.import_batches(&[holed(&desk, "2026-03-10", 1000, &[], 0)]);
    let bill = desk.prove("2026-03-10..2026-03-11").unwrap().bytes;
    let later = holed(&desk, "2026-03-10", 1000, &[7], 1);
    assert_eq!(desk.import("later.batch", later.as_bytes()), Ok(Kept::New));
    assert_eq!(desk.verdict(&bill).as_deref(), Some("gap"));
    let last = holed(&desk, "2026-03-10", 1000, &[], 2);
    assert_eq!(desk.import("last.batch", last.as_bytes()), Ok(Kept::New));
    assert_eq!(desk.verdict(&bill).as_deref(), Some("bill-other-batches"));
}

#[test]
fn a_gap_is_billed_by_the_rule_and_counted() {
    // 48 + 96 - 4 + 144 kWh are read; the mean of 1 and 3 kWh is 2, the flat value 0.25 kWh, twice.
    for (rule, total) in [("estimate mean of the same slot on other days", "28.80"), ("at 250 Wh", "28.45")] {
        let desk = desk(rule);
        let bill = desk.prove(PERIOD).unwrap();
        assert_eq!((bill.total.to_string().as_str(), bill.gaps), (total, 2), "{rule}");
        let judged = Supplier::new(&desk.store, support::now()).verify(&bill.bytes, false).unwrap();
        assert_eq!((judged.refused, judged.says.unwrap().gaps), (None, 2));
        let sheet = bill::read(&desk.store, &bill.bytes).unwrap();
        assert_eq!((sheet.gaps, sheet.terms.unwrap().total), (2, bill.total));
    }
}

#[test]
fn a_bill_that_counts_other_gaps_is_refused() {
    let desk = desk("at 250 Wh");
    let honest = desk.prove(PERIOD).unwrap().bytes;
    let mut bill = Bill::from_bytes(&honest).unwrap();
    bill.statement.gaps = 1;
    let judged = Supplier::new(&desk.store, support::now()).verify(&bill.to_bytes(), false).unwrap();
    let reason = judged.refused.unwrap();
    assert_eq!(reason.code, "bill-other-gaps");
    assert_eq!(reason.message, "the bill counts 1 slots without a reading where its batches have 2");
    assert_eq!(desk.verdict(&honest), None);
}

#[test]
fn a_slot_that_no_other_day_can_stand_in_for_is_refused() {
    let desk = desk("estimate mean of the same slot on other days");
    let refusal = desk.prove("2026-03-11..2026-03-12").unwrap_err();
    assert_eq!(refusal.code(), "tariff-unfit-period");
    assert!(refusal.to_string().contains("2026-03-11"), "{refusal}");
}

#[test]
fn readings_with_empty_values_are_priced_alike() {
    let mut rows = String::from("start,import_wh\n");
    for (date, wh, holes) in [("10", 1000, &[][..]), ("11", 2000, &[2, 4]), ("12", 3000, &[])] {
        for slot in 0..48 {
            let value = if holes.contains(&slot) { String::new() } else { wh.to_string() };
            rows += &format!("2026-03-{date}T{:02}:{:02}:00Z,{value}\n", slot / 2, slot % 2 * 30);
        }
    }
    let priced = |rule: &str| {
        let file = csv::parse(rows.as_bytes(), SlotLength::HALF_HOUR).unwrap();
        price(&Tariff::parse(&tariff(rule)).unwrap(), &file, Some(PERIOD), &Given::default())
    };
    let bill = priced("estimate mean of the same slot on other days").unwrap();
    assert_eq!((bill.total.to_string().as_str(), bill.gaps), ("28.80", 2));
    assert_eq!(priced("at 250 Wh").unwrap().total.to_string(), "28.45");
    assert!(matches!(priced("refuse").unwrap_err(), TariffRefusal::Price(unpriced) if unpriced.code() == "gap"));
}
