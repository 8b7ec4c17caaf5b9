//! Dated data: published, handed on, and what bills make of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use support::{Desk, Meter};
use wattproof_circuits::bill::Bill;
use wattproof_circuits::data::DataRefusal;
use wattproof_engine::archive::Kept;
use wattproof_engine::data::{self, Added, PublishRefusal};
use wattproof_engine::refusal::{Fault, Refusal};
use wattproof_engine::store::Store;

/// A price each day by its colour, and holidays at the price of the night.
const TARIFF: &str = "\
tariff colours version 1 in GBP, zone Europe/London, slot 30 min
register import in Wh, below 2^20
gaps refuse
data colour: one of blue, red per day
data holidays: dates
window red = 00:00-24:00 every day when colour is red except holidays
charge energy = price import { red 60 p/kWh  otherwise 20 p/kWh }
total = energy rounded half up to 1 p
";
const PERIOD: &str = "2026-03-10..2026-03-13";
const COLOURS: &str = "date,value\n2026-03-10,blue\n2026-03-11,red\n2026-03-12,red\n";
const HOLIDAYS: &str = "date\n2026-03-12\n";

fn publish(desk: &Desk, name: &str, csv: &str) -> Result<Added, PublishRefusal> {
    data::publish(&desk.store, name, csv.as_bytes())
}

/// Three days of 1 kWh a half hour, without data.
fn bare() -> Desk {
    let desk = Desk::under(TARIFF);
    desk.import_days("2026-03-10", &[1000; 3]);
    desk
}

fn published() -> Desk {
    let desk = bare();
    publish(&desk, "colour", COLOURS).unwrap();
    publish(&desk, "holidays", HOLIDAYS).unwrap();
    desk
}

#[test]
fn rows_are_added_and_never_changed() {
    let desk = bare();
    assert_eq!(publish(&desk, "colour", COLOURS), Ok(Added { new: 3, rows: 3, note: None }));
    assert_eq!(publish(&desk, "colour", COLOURS), Ok(Added { new: 0, rows: 3, note: None }));
    assert_eq!(
        publish(&desk, "colour", "date,value\n2026-03-13,red\n2026-03-12,red\n"),
        Ok(Added { new: 1, rows: 4, note: None })
    );
    let refusal = publish(&desk, "colour", "date,value\n2026-03-14,red\n2026-03-11,blue\n").unwrap_err();
    let conflict = DataRefusal::Conflict { key: "2026-03-11".into() };
    assert_eq!(refusal, PublishRefusal::Rows { name: "colour".into(), refusal: conflict });
    assert_eq!((refusal.code(), refusal.fault()), ("data-conflict", Fault::Own));
    assert!(refusal.to_string().contains("`colour`") && refusal.to_string().contains("2026-03-11"), "{refusal}");
    let sets = data::sets(&desk.store).unwrap();
    assert_eq!((sets.len(), sets[0].set.len()), (1, 4), "all or none");
    assert_eq!(sets[0].ends(), Some(("2026-03-10".into(), "2026-03-13".into())));
    let refusal = publish(&desk, "colour", "date\n2026-03-14\n").unwrap_err();
    assert_eq!(refusal.code(), "data-other-form");
    for name in ["", "Colour", "9a", "a b", &"a".repeat(33)] {
        assert_eq!(publish(&desk, name, COLOURS).unwrap_err().code(), "data-name", "{name}");
    }
}

#[test]
fn what_no_published_tariff_can_read_is_refused() {
    let desk = bare();
    let refusal = publish(&desk, "colour", "date,value\n2026-03-10,blue\n2026-03-11,reed\n").unwrap_err();
    assert_eq!((refusal.code(), refusal.fault()), ("data-value", Fault::Own));
    assert!(refusal.to_string().contains("`reed`, of 2026-03-11"), "{refusal}");
    assert_eq!(refusal.hint(), "did you mean `red`? The values are blue, red");
    let refusal = publish(&desk, "colour", "date\n2026-03-10\n").unwrap_err();
    assert_eq!((refusal.code(), refusal.hint()), ("data-other-form", "give a file with the header date,value".into()));
    assert!(data::sets(&desk.store).unwrap().is_empty());
    desk.publish(&TARIFF.replace("version 1", "version 2").replace("blue, red per day", "blue, green, red per day"));
    publish(&desk, "colour", "date,value\n2026-03-10,green\n").expect("a later version reads it");
    desk.publish(
        &TARIFF
            .replace("tariff colours", "tariff priced")
            .replace("data holidays: dates", "data holidays: dates\ndata supply: p/kWh per day")
            .replace("otherwise 20 p/kWh", "otherwise (supply)"),
    );
    let refusal = publish(&desk, "supply", "date,value\n2026-03-10,1.5\n2026-03-11,high\n").unwrap_err();
    assert_eq!((refusal.code(), refusal.hint()), ("data-value", "write a number of p/kWh, such as -4.25".into()));
    publish(&desk, "supply", "date,value\n2026-03-10,-1.5\n").unwrap();
}

#[test]
fn what_no_tariff_declares_is_taken_with_a_note() {
    let desk = bare();
    let note = publish(&desk, "colours", COLOURS).unwrap().note;
    assert_eq!(note.as_deref(), Some("no published tariff declares data `colours`; did you mean `colour`?"));
    let note = publish(&desk, "wind", COLOURS).unwrap().note;
    assert_eq!(note.as_deref(), Some("no published tariff declares data `wind`"));
}

#[test]
fn only_a_value_that_no_tariff_can_read_is_replaced() {
    let desk = Desk::bare(Meter::new("M1", 7));
    let wrong = "date,value\n2026-03-10,blue\n2026-03-11,rot\n";
    publish(&desk, "colour", wrong).unwrap();
    let right = "date,value\n2026-03-11,red\n";
    assert_eq!(publish(&desk, "colour", right).unwrap_err().code(), "data-conflict", "no tariff declares it yet");
    desk.publish(TARIFF);
    assert_eq!(publish(&desk, "colour", right), Ok(Added { new: 0, rows: 2, note: None }));
    assert_eq!(data::sets(&desk.store).unwrap()[0].set.to_csv(), "date,value\n2026-03-10,blue\n2026-03-11,red\n");
    let refusal = publish(&desk, "colour", "date,value\n2026-03-11,blue\n").unwrap_err();
    assert_eq!(refusal.code(), "data-conflict");
    assert!(refusal.hint().contains("under another name"), "{}", refusal.hint());
    // A customer who took the wrong rows takes the right ones from the next export.
    let customer = Desk::bare(Meter::new("M1", 7));
    publish(&customer, "colour", wrong).unwrap();
    customer.publish(TARIFF);
    let file = |csv: &str| format!("wattproof data 1: colour\n{csv}").into_bytes();
    assert_eq!(customer.import("c.data", &file(right)), Ok(Kept::New));
    assert_eq!(customer.import("c.data", &file(right)), Ok(Kept::Already));
    assert_eq!(data::sets(&customer.store).unwrap(), data::sets(&desk.store).unwrap());
}

#[test]
fn a_bill_is_priced_by_the_data_of_its_days() {
    let desk = published();
    let bill = desk.prove(PERIOD).unwrap();
    // 48 kWh a day: blue, red, and red on a holiday.
    assert_eq!(bill.total.to_string(), "48.00");
    assert_eq!(desk.verdict(&bill.bytes), None);
    assert_ne!(Bill::from_bytes(&bill.bytes).unwrap().statement.data, [0; 32]);
}

#[test]
fn a_missing_datum_is_named() {
    let desk = bare();
    let refusal = desk.prove(PERIOD).unwrap_err();
    assert_eq!((refusal.code(), refusal.fault()), ("data-missing", Fault::Refused));
    assert!(refusal.to_string().contains("colour"), "{refusal}");
    publish(&desk, "colour", "date,value\n2026-03-10,blue\n2026-03-11,red\n").unwrap();
    publish(&desk, "holidays", HOLIDAYS).unwrap();
    let refusal = desk.prove(PERIOD).unwrap_err();
    assert_eq!(refusal.code(), "data-missing");
    assert!(refusal.to_string().contains("2026-03-12"), "{refusal}");
    assert!(refusal.hint().contains("wattproof tariff data"), "{}", refusal.hint());
    desk.prove("2026-03-10..2026-03-12").unwrap();
}

#[test]
fn a_bill_made_with_other_data_says_so_until_they_agree() {
    let (supplier, customer) = (bare(), published());
    let bill = customer.prove(PERIOD).unwrap().bytes;
    assert_eq!(supplier.verdict(&bill).as_deref(), Some("data-missing"));
    publish(&supplier, "colour", COLOURS).unwrap();
    publish(&supplier, "holidays", "date\n2026-12-25\n").unwrap();
    assert_eq!(supplier.verdict(&bill).as_deref(), Some("bill-other-data"), "one holiday is not published here");
    publish(&supplier, "holidays", HOLIDAYS).unwrap();
    assert_eq!(supplier.verdict(&bill), None, "nothing was decided before");
}

#[test]
fn data_outside_the_period_change_nothing() {
    let (supplier, customer) = (published(), published());
    publish(&supplier, "colour", "date,value\n2026-03-13,blue\n").unwrap();
    publish(&supplier, "holidays", "date\n2026-04-03\n").unwrap();
    assert_eq!(supplier.verdict(&customer.prove(PERIOD).unwrap().bytes), None);
}

#[test]
fn an_export_brings_the_data_along() {
    let supplier = published();
    publish(&supplier, "unrelated", HOLIDAYS).unwrap();
    let customer = supplier.customer(PERIOD);
    let names: Vec<String> = data::sets(&customer.store).unwrap().into_iter().map(|set| set.name).collect();
    assert_eq!(names, ["colour", "holidays"]);
    assert_eq!(data::sets(&customer.store).unwrap()[0], data::sets(&supplier.store).unwrap()[0]);
    assert_eq!(supplier.verdict(&customer.prove(PERIOD).unwrap().bytes), None);
}

#[test]
fn data_files_have_one_form() {
    let supplier = published();
    let folder = supplier.folder.path().join("out");
    let exported = wattproof_engine::export::export(&supplier.store, "M1", PERIOD, &folder).unwrap();
    let path = exported.files.iter().find(|path| path.ends_with("colour.data")).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, format!("wattproof data 1: colour\n{COLOURS}"));
    let other = Desk::bare(Meter::new("M1", 7));
    assert_eq!(other.import("c.data", text.as_bytes()), Ok(Kept::New));
    assert_eq!(other.import("c.unnamed", text.as_bytes()), Ok(Kept::Already), "known by its first line");
    for (from, to) in [
        ("data 1", "data 2"),
        ("colour", "Colour"),
        ("colour\n", "colour \n"),
        ("2026-03-10,blue\n2026-03-11,red", "2026-03-11,red\n2026-03-10,blue"),
        ("date,value", "date"),
        ("\n2026-03-12", "\n\n2026-03-12"),
    ] {
        assert!(text.contains(from));
        let refusal = other.import("c.data", text.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!((refusal.code(), refusal.fault()), ("data-malformed", Fault::Refused), "{to:?}");
    }
    let conflict = text.replace("10,blue", "10,red");
    assert_eq!(other.import("c.data", conflict.as_bytes()).unwrap_err().code(), "data-conflict");
}

#[test]
fn a_store_counts_checks_and_copies_its_data() {
    let desk = published();
    let count = |store: &Store| {
        let tables = store.stats().unwrap().tables;
        tables.iter().find(|table| table.name == "data").unwrap().records
    };
    assert_eq!(count(&desk.store), 2);
    desk.store.check().unwrap();
    let copy = desk.folder.path().join("copy.redb");
    desk.store.backup(&copy).unwrap();
    assert_eq!(data::sets(&Store::at(&copy)).unwrap(), data::sets(&desk.store).unwrap());
}
