//! The oracle's cases: which tariff over which period on which made-up readings, and what the bill says.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use wattproof_circuits::data::{Data, DataSet};
use wattproof_circuits::program::{Place, Program, Ratio};
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::reading::Readings;

pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/tariffs"))
}

/// One bill of `expected.json`.
pub struct Case {
    pub tariff: Tariff,
    pub expected: Value,
    pub program: Program,
    pub readings: Readings,
    pub carried: Vec<u64>,
}

/// Every bill of `expected.json`.
pub fn cases() -> impl Iterator<Item = Case> {
    let file = std::fs::read(folder().join("expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_slice(&file).unwrap();
    cases.into_iter().map(case)
}

/// A fraction as the oracle writes it.
pub fn ratio(text: &Value) -> Ratio {
    let (numer, denom) = text.as_str().unwrap().split_once('/').unwrap_or((text.as_str().unwrap(), "1"));
    Ratio::new(numer.parse().unwrap(), denom.parse().unwrap())
}

/// The oracle's made-up reading.
fn reading(slot: u64, register: u64, scale: u64) -> u32 {
    let h = (slot * 1_103_515_245 + register * 12_345 + 7) % (1 << 31);
    let h = (h * 1_103_515_245 + 12_345) % (1 << 31);
    ((h >> 12) % scale) as u32
}

fn case(expected: Value) -> Case {
    let name = expected["tariff"].as_str().unwrap();
    let tariff = Tariff::parse(&std::fs::read_to_string(folder().join(format!("good/{name}.tariff"))).unwrap());
    let tariff = tariff.unwrap_or_else(|found| panic!("{name}: {found:#?}"));
    let period = tariff.period(expected["period"].as_str().unwrap()).unwrap();
    let mut data = Data::new();
    for (name, file) in expected["data"].as_object().into_iter().flatten() {
        let csv = std::fs::read(folder().join("data").join(file.as_str().unwrap())).unwrap();
        data.insert(name, DataSet::parse(&csv).unwrap());
    }
    let scales: Vec<u64> = expected["scales"].as_array().unwrap().iter().map(|scale| scale.as_u64().unwrap()).collect();
    let every = expected["gaps_every"].as_u64().map(|every| (every, expected["gaps_from"].as_u64().unwrap()));
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
    let carried = tariff.carries().iter().map(|carry| expected["carried"][&carry.name].as_u64().unwrap()).collect();
    let program = tariff.program(&period, Inputs { data: &data, gaps: &gaps });
    let program = program.unwrap_or_else(|found| panic!("{name}: {found:#?}"));
    Case { tariff, program, readings, carried, expected }
}
