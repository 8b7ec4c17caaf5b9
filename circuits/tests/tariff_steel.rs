//! A steel plant's year: kVA demand and reactive excess on real quarter hours, to the last rounded digit what
//! `fixtures/tariffs/steel.py` computes by rules of its own.
//!
//! The readings are not part of the project: `WATTPROOF_DATA` names the folder that holds them. Run it with
//! `cargo test --release -p wattproof-circuits --test tariff_steel -- --ignored`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;
use support::Household;
use wattproof_circuits::exact;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::{Program, Ratio};
use wattproof_circuits::rule::evaluate;
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::reading::Readings;

const QUARTERS_A_DAY: usize = 96;

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tariffs");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Watt-hours and volt-ampere-reactive hours, lagging and leading, of every quarter hour of 2018 in order.
fn rows(folder: &Path) -> Vec<[u32; 3]> {
    let file = std::fs::File::open(folder.join("steel_industry_2018_15min_kwh_kvarh.csv.gz")).unwrap();
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let thousandths = |field: &str| -> u32 {
        let (whole, part) = field.split_once('.').unwrap_or((field, ""));
        format!("{whole}{part:0<3}").parse().unwrap()
    };
    let fields = |line: &str| -> Vec<u32> { line.split(',').skip(1).take(3).map(thousandths).collect() };
    text.lines().skip(1).map(|line| fields(line).try_into().unwrap()).collect()
}

fn readings(program: &Program, rows: &[[u32; 3]]) -> Readings {
    let mut readings = Readings::gaps(program.slots, 3);
    for (slot, row) in program.slots.iter().zip(rows) {
        row.iter().enumerate().for_each(|(register, value)| assert!(readings.set(register, slot, Some(*value))));
    }
    readings
}

fn ratio(text: &Value) -> Ratio {
    let (numer, denom) = text.as_str().unwrap().split_once('/').unwrap_or((text.as_str().unwrap(), "1"));
    Ratio::new(numer.parse().unwrap(), denom.parse().unwrap())
}

#[test]
#[ignore = "needs WATTPROOF_DATA"]
fn twelve_bills_agree_and_one_is_proved() {
    let folder = std::env::var("WATTPROOF_DATA").unwrap();
    let rows = rows(Path::new(&folder));
    assert_eq!(rows.len(), 365 * QUARTERS_A_DAY);
    let tariff = Tariff::parse(&fixture("good/steel_plant.tariff")).unwrap();
    let months: BTreeMap<String, Value> = serde_json::from_str(&fixture("steel.json")).unwrap();
    let mut from = 0;
    for (month, expected) in months {
        let period = tariff.period(&month).unwrap();
        let program = tariff.program(&period, Inputs::NONE).unwrap();
        let readings = readings(&program, &rows[from..]);
        from += program.slots.count() as usize;
        let priced = evaluate(&program, &readings, &[]).unwrap();
        for line in &priced.lines {
            assert_eq!(line.amount, ratio(&expected["lines"][&line.name]), "{month}, {}", line.name);
        }
        let total = exact::decimal(&exact::mul(&priced.total.into(), &program.unit).unwrap()).unwrap();
        assert_eq!(total, expected["total"].as_str().unwrap().trim_end_matches('0').trim_end_matches('.'), "{month}");
        if month == "2018-08" {
            let prepared = Prepared::new(&program).unwrap();
            let household = Household::with_readings(&program, readings, 7);
            let statement = household.statement(&prepared);
            let proof = household.prove(&prepared, &statement);
            assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
        }
    }
    assert_eq!(from, rows.len());
}
