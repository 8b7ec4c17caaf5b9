//! A look-up table published apart, from the supplier's store to a bill and back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::Desk;
use wattproof_engine::data::{PublishRefusal, publish, sets, table_statement};
use wattproof_engine::refusal::Refusal;

/// Entries of a pound and a penny more for each ten kilowatt-hours.
fn file() -> String {
    let rows: String = (1..=999).map(|row| format!("{},{}.{:02}\n", row * 10, row / 100 + 1, row % 100)).collect();
    format!("to,value\n{rows}above,11\n")
}

fn tariff() -> String {
    let declared = table_statement("steps", file().as_bytes(), &["kWh", "GBP"]).unwrap();
    format!(
        "tariff stepped version 1 in GBP, zone Europe/London, slot 30 min\nregister import in Wh, below 2^20\n\
         gaps refuse\n{declared}\ncharge energy = lookup steps by energy of import\n\
         total = energy  rounded half up to 1 p\n"
    )
}

fn desk() -> Desk {
    let desk = Desk::under(&tariff());
    desk.import_days("2026-03-01", &[500; 7]);
    desk
}

/// 168 kWh stand in the row to 170 kWh, the seventeenth: 1.17 GBP.
#[test]
fn a_bill_by_a_published_table() {
    let desk = desk();
    let added = publish(&desk.store, "steps", file().as_bytes()).unwrap();
    assert_eq!((added.new, added.rows, added.note), (1_000, 1_000, None));
    assert_eq!(publish(&desk.store, "steps", file().as_bytes()).unwrap().new, 0);
    let listed = sets(&desk.store).unwrap();
    assert_eq!(listed[0].ends(), Some(("to 10".into(), "above".into())));
    let customer = desk.customer("2026-03-01..2026-03-08");
    let bill = customer.prove("2026-03-01..2026-03-08").unwrap();
    assert_eq!(bill.total.to_string(), "1.17");
    assert_eq!(desk.verdict(&bill.bytes), None);
}

/// The supplier's check needs the tariff's root and no table.
#[test]
fn a_bill_is_checked_without_the_table() {
    let (desk, own) = (desk(), desk());
    publish(&own.store, "steps", file().as_bytes()).unwrap();
    let bill = own.prove("2026-03-01..2026-03-08").unwrap();
    assert_eq!(desk.verdict(&bill.bytes), None);
    let refused = desk.customer("2026-03-01..2026-03-08").prove("2026-03-01..2026-03-08").unwrap_err();
    assert_eq!(refused.code(), "table-missing");
}

#[test]
fn another_table_is_not_taken() {
    let desk = desk();
    let other = file().replace("above,11", "above,10");
    let PublishRefusal::Value { key, declared, .. } = publish(&desk.store, "steps", other.as_bytes()).unwrap_err()
    else {
        panic!("another refusal")
    };
    assert_eq!((key.as_str(), declared.len()), ("the table's root", 1));
    assert_eq!(publish(&desk.store, "steps", b"date\n").unwrap_err().code(), "data-other-form");
    // Before any tariff declares it, and so before any bill has used it, a table is replaced by the declared one.
    let early = Desk::new("economy7");
    assert!(publish(&early.store, "steps", other.as_bytes()).unwrap().note.is_some());
    assert_eq!(publish(&early.store, "steps", file().as_bytes()).unwrap_err().code(), "data-conflict");
    early.publish(&tariff());
    assert_eq!(publish(&early.store, "steps", file().as_bytes()).unwrap().rows, 1_000);
}

#[test]
fn files_that_are_no_tables() {
    let refused = |name: &str, file: &str, units: &[&str]| table_statement(name, file.as_bytes(), units).unwrap_err();
    assert_eq!(refused("steps", "date\n", &["kWh", "GBP"]), PublishRefusal::NoTable { keys: 1 });
    assert_eq!(refused("steps", &file(), &["kWh", "kWh", "GBP"]), PublishRefusal::NoTable { keys: 2 });
    assert_eq!(refused("steps", "to,value\n1,2\n", &["kWh", "GBP"]).code(), "data-incomplete");
    assert_eq!(refused("Steps", &file(), &["kWh", "GBP"]).code(), "data-name");
}
