//! Bills of the good fixtures agree, line by line, with `fixtures/tariffs/oracle.py`, which shares nothing with this
//! library: its own calendar, its own rules, exact fractions. `cargo run --release -p wattproof-benches --example
//! tariffs` proves and verifies the same bills.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "support/cases.rs"]
mod cases;

use std::collections::BTreeSet;

use cases::{cases, folder, ratio};
use wattproof_circuits::exact;
use wattproof_circuits::rule::evaluate;

/// Billed on real readings, by `tariff_steel.rs`.
const STEEL: &str = "steel_plant";

#[test]
fn prices_agree_with_the_oracle() {
    for case in cases() {
        let expected = &case.expected;
        let name = format!("{} {}", expected["tariff"], expected["scales"]);
        let priced = evaluate(&case.program, &case.readings, &case.carried);
        let priced = priced.unwrap_or_else(|error| panic!("{name}: {error}"));
        for line in &priced.lines {
            assert_eq!(line.amount, ratio(&expected["lines"][&line.name]), "{name}, {}", line.name);
        }
        assert_eq!(priced.lines.len(), expected["lines"].as_object().unwrap().len(), "{name}");
        let total = exact::mul(&priced.total.into(), &case.program.unit).unwrap();
        assert_eq!(total, ratio(&expected["total"]), "{name}");
    }
}

#[test]
fn every_good_tariff_has_a_bill() {
    let named: BTreeSet<String> = cases().map(|case| case.tariff.name().to_owned()).collect();
    let files = std::fs::read_dir(folder().join("good")).unwrap().map(|file| file.unwrap().path());
    let tariffs = files.filter(|path| path.extension().is_some_and(|kind| kind == "tariff"));
    let has_bill = |name: &str| named.contains(name) || name == STEEL;
    let missing: Vec<_> = tariffs.filter(|path| !has_bill(path.file_stem().unwrap().to_str().unwrap())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
