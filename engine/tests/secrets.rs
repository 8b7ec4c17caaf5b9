//! What the supplier must not have, it does not have.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::fs;
use std::path::Path;

use ff::PrimeField;
use support::{CLASSIC, Desk, now};
use wattproof_engine::supplier::Supplier;

/// The supplier's module, and the frame it shares with the customer's, name nothing that opens a batch.
#[test]
fn the_suppliers_source_names_no_secret() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in ["supplier.rs", "supplier/refusal.rs", "frame.rs", "bills.rs", "archive.rs", "show.rs"] {
        let text = fs::read_to_string(source.join(file)).unwrap();
        for name in
            ["Readings", "CertifiedReading", "Opening", "OpenBatch", "MasterKey", "BatchKey", "SlotKey", ".open("]
        {
            assert!(!text.contains(name), "{file} names {name}");
        }
    }
}

/// After batches, bills and verdicts, the file holds neither K, nor an opening, nor readings as they are laid out
/// anywhere in memory.
#[test]
fn the_store_holds_no_key_opening_or_reading() {
    let desk = Desk::new("economy7");
    let batches = desk.household("2026-03-28", 4);
    desk.import_batches(&batches);
    let bill = desk.prove("2026-03-29..2026-03-31").unwrap();
    desk.import("march.bill", &bill.bytes).unwrap();
    Supplier::new(&desk.store, now()).verify_inbox(false, &mut |_| {}).unwrap();
    let file = fs::read(desk.store.path()).unwrap();
    let holds = |bytes: &[u8]| file.windows(bytes.len()).any(|window| window == bytes);
    assert!(holds(batches[1].as_bytes()), "the scan finds what is there");
    assert!(!holds(desk.meter.key.as_bytes()));
    for batch in &batches {
        let open = batch.open(&desk.meter.record, &desk.meter.key, &CLASSIC).unwrap();
        let mut readings = Vec::new();
        for slot in batch.header().slots().iter() {
            let Some(cell) = open.get(0, slot) else { continue };
            assert!(!holds(&cell.opening.scalar().to_repr()));
            readings.push(cell.reading);
        }
        // Three readings in a row are as good as unique; fewer bytes could stand there by chance.
        for run in readings.windows(3) {
            let words = |bytes: fn(u32) -> [u8; 4]| run.iter().flat_map(|wh| bytes(*wh)).collect::<Vec<u8>>();
            assert!(!holds(&words(u32::to_le_bytes)) && !holds(&words(u32::to_be_bytes)));
            let text: Vec<String> = run.iter().map(u32::to_string).collect();
            assert!(!holds(text.join(",").as_bytes()) && !holds(text.join("\n").as_bytes()));
        }
    }
}
