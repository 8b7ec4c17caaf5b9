use jiff::tz::TimeZone;
use wattproof_meter::calendar::SlotLength;

use super::*;
use crate::household::{self, Household, Profile};

fn economy7() -> Tariff {
    Tariff::parse(include_str!("../../../../fixtures/tariffs/good/economy7.tariff")).unwrap()
}

fn week(zone: &str) -> ReadingsFile {
    let zone = TimeZone::get(zone).unwrap();
    let start = "2026-10-20".parse().unwrap();
    let slot = SlotLength::HALF_HOUR;
    household::generate(&Household { profile: Profile::Home, seed: 1, zone, start, days: 7, slot }).unwrap()
}

#[test]
fn whole_days_are_found() {
    let bill = price(&economy7(), &week("Europe/London"), None, &Given::default()).unwrap();
    assert_eq!(bill.period.to_string(), "2026-10-20..2026-10-27");
    // Days of another zone begin an hour earlier: only six whole days of the tariff remain.
    let bill = price(&economy7(), &week("Europe/Paris"), None, &Given::default()).unwrap();
    assert_eq!(bill.period.to_string(), "2026-10-20..2026-10-26");
    let bill = price(&economy7(), &week("Atlantic/Azores"), None, &Given::default()).unwrap();
    assert_eq!(bill.period.to_string(), "2026-10-21..2026-10-27");
}

#[test]
fn the_lines_are_the_charges() {
    let bill = price(&economy7(), &week("Europe/London"), Some("2026-10-20..2026-10-22"), &Given::default()).unwrap();
    let names: Vec<&str> = bill.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["energy", "standing", "vat"]);
    assert_eq!((bill.lines[1].amount.to_string().as_str(), bill.total.currency()), ("0.90", "GBP"));
}

#[test]
fn readings_that_do_not_reach() {
    let refusal = price(&economy7(), &week("Europe/London"), Some("2026-10"), &Given::default()).unwrap_err();
    assert_eq!(refusal.code(), "slot-uncovered");
    assert_eq!(refusal.to_string(), "the readings do not cover 2026-09-30T23:00:00Z");
    let mut file = week("Europe/London");
    let first = file.readings.slots().first();
    assert!(file.readings.set(0, first, None));
    let refusal = price(&economy7(), &file, None, &Given::default()).unwrap_err();
    assert_eq!((refusal.code(), refusal.fault()), ("gap", Fault::Own));
    assert_eq!(refusal.to_string(), "register import has no reading at 2026-10-19T23:00:00Z");
    let mut short = week("Europe/London");
    let slots = wattproof_meter::calendar::SlotRange::new(first, 47).unwrap();
    short.readings = wattproof_meter::reading::Readings::gaps(slots, 1);
    assert_eq!(price(&economy7(), &short, None, &Given::default()).unwrap_err().code(), "no-whole-day");
    assert_eq!(price(&economy7(), &file, Some("May"), &Given::default()).unwrap_err().code(), "period-unreadable");
}
