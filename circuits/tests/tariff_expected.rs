//! Bills of the good fixtures agree, line by line, with `fixtures/tariffs/oracle.py`, which shares nothing with this
//! library: its own calendar, its own rules, exact fractions.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use wattproof_circuits::data::{Data, DataSet};
use wattproof_circuits::exact;
use wattproof_circuits::program::{Place, Program, Ratio};
use wattproof_circuits::rule::evaluate;
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::reading::Readings;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/tariffs"))
}

/// The oracle's made-up reading.
fn reading(slot: u64, register: u64, scale: u64) -> u32 {
    let h = (slot * 1_103_515_245 + register * 12_345 + 7) % (1 << 31);
    let h = (h * 1_103_515_245 + 12_345) % (1 << 31);
    ((h >> 12) % scale) as u32
}

fn ratio(text: &Value) -> Ratio {
    let (numer, denom) = text.as_str().unwrap().split_once('/').unwrap_or((text.as_str().unwrap(), "1"));
    Ratio::new(numer.parse().unwrap(), denom.parse().unwrap())
}

struct Case {
    program: Program,
    readings: Readings,
    carried: Vec<u64>,
}

fn case(case: &Value) -> Case {
    let name = case["tariff"].as_str().unwrap();
    let tariff = Tariff::parse(&std::fs::read_to_string(folder().join(format!("good/{name}.tariff"))).unwrap());
    let tariff = tariff.unwrap_or_else(|found| panic!("{name}: {found:#?}"));
    let period = tariff.period(case["period"].as_str().unwrap()).unwrap();
    let mut data = Data::new();
    for (name, file) in case["data"].as_object().into_iter().flatten() {
        let csv = std::fs::read(folder().join("data").join(file.as_str().unwrap())).unwrap();
        data.insert(name, DataSet::parse(&csv).unwrap());
    }
    let scales: Vec<u64> = case["scales"].as_array().unwrap().iter().map(|scale| scale.as_u64().unwrap()).collect();
    let every = case["gaps_every"].as_u64().map(|every| (every, case["gaps_from"].as_u64().unwrap()));
    let is_gap = |offset: u32| every.is_some_and(|(every, from)| u64::from(offset) % every == from);
    let mut readings = Readings::gaps(period.slots(), scales.len());
    let mut gaps = BTreeSet::new();
    for (offset, slot) in (0..).zip(period.slots().iter()) {
        for (register, scale) in scales.iter().enumerate() {
            if is_gap(offset) {
                gaps.insert(Place { register, offset });
            } else {
                let value = reading(slot.index().into(), register as u64, *scale);
                assert!(readings.set(register, slot, Some(value)));
            }
        }
    }
    let carried = tariff.carries().iter().map(|carry| case["carried"][&carry.name].as_u64().unwrap()).collect();
    let program = tariff.program(&period, Inputs { data: &data, gaps: &gaps });
    Case { program: program.unwrap_or_else(|found| panic!("{name}: {found:#?}")), readings, carried }
}

fn cases() -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(folder().join("expected.json")).unwrap()).unwrap()
}

#[test]
fn prices_agree_with_the_oracle() {
    for expected in cases() {
        let name = format!("{} {}", expected["tariff"], expected["scales"]);
        let Case { program, readings, carried } = case(&expected);
        let priced = evaluate(&program, &readings, &carried).unwrap_or_else(|error| panic!("{name}: {error}"));
        for line in &priced.lines {
            assert_eq!(line.amount, ratio(&expected["lines"][&line.name]), "{name}, {}", line.name);
        }
        assert_eq!(priced.lines.len(), expected["lines"].as_object().unwrap().len(), "{name}");
        let total = exact::mul(&priced.total.into(), &program.unit).unwrap();
        assert_eq!(total, ratio(&expected["total"]), "{name}");
    }
}

#[test]
fn every_good_tariff_has_a_bill() {
    let named: BTreeSet<String> = cases().iter().map(|case| case["tariff"].as_str().unwrap().to_owned()).collect();
    let files = std::fs::read_dir(folder().join("good")).unwrap().map(|file| file.unwrap().path());
    let tariffs = files.filter(|path| path.extension().is_some_and(|kind| kind == "tariff"));
    let missing: Vec<_> = tariffs.filter(|path| !named.contains(path.file_stem().unwrap().to_str().unwrap())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
