//! Rates of the Utility Rate Database against bills computed elsewhere: made-up ones of `fixtures/urdb` by exact
//! fractions, and, where `WATTPROOF_DATA` names a folder that holds them, published ones by NREL's System Advisor Model.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::Value;
use support::{Desk, Meter, now};
use tempfile::TempDir;
use wattproof_engine::clock;
use wattproof_engine::desk::tariff::{Given, Tariff, price};
use wattproof_engine::intake::convert::{self, Layout, Scale, Stamped, ValueColumn};
use wattproof_engine::intake::csv::{Column, ReadingsFile};
use wattproof_engine::store::Store;
use wattproof_engine::supplier::Supplier;
use wattproof_engine::urdb::{Climb, Options, import};
use wattproof_engine::{policy, registry};
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::quantity::Unit;
use wattproof_meter::reading::Readings;

/// Half hours of 2018 in UTC.
const YEAR: u32 = 17_520;
const LINES: [&str; 5] = ["energy", "demand_flat", "demand_tou", "fixed", "minimum_topup"];

fn options(zone: &str, tiers: Option<&str>, export: bool) -> Options {
    let climb = match tiers {
        Some("prorate") => Some(Climb::Prorate),
        Some("sequential") => Some(Climb::Sequential),
        _ => None,
    };
    Options { zone: zone.into(), slot: 30, climb, export }
}

fn tariff(rate: &Value, options: &Options) -> (Tariff, String) {
    let imported = import(rate.to_string().as_bytes(), options).unwrap_or_else(|refusal| panic!("{refusal}"));
    (Tariff::parse(&imported.text).unwrap(), imported.text)
}

/// The bill of a month, line by line, and its total. `carried` is in the tariff's unit.
fn billed(tariff: &Tariff, file: &ReadingsFile, month: &str, carried: &[(String, u64)]) -> Vec<(String, String)> {
    let folder = TempDir::new().unwrap();
    let given = Given::new(tariff, &Store::at(folder.path().join("none")), &[], carried).unwrap();
    let bill = price(tariff, file, Some(month), &given).unwrap_or_else(|refusal| panic!("{month}: {refusal}"));
    let lines = bill.lines.into_iter().map(|line| (line.name, line.amount.to_string()));
    lines.chain([("total".to_owned(), bill.total.to_string())]).collect()
}

fn agrees(what: &str, bill: &[(String, String)], expected: &Value) {
    for (name, amount) in bill {
        assert_eq!(Some(amount.as_str()), expected[name].as_str(), "{what}: {name}");
    }
    let has = |name: &&str| bill.iter().any(|(line, _)| line == name);
    assert!(LINES.iter().chain(&["total"]).all(has), "{what}");
}

fn made_up() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/urdb/cases.json");
    let mut cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    std::mem::take(cases["cases"].as_array_mut().unwrap())
}

/// The load that `cases.py` describes.
fn load(export: bool) -> ReadingsFile {
    let midnight = "2018-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let first = Slot::starting_at(midnight, SlotLength::HALF_HOUR).unwrap();
    let names: &[&str] = if export { &["import", "export"] } else { &["import"] };
    let mut readings = Readings::gaps(SlotRange::new(first, YEAR).unwrap(), names.len());
    for (index, slot) in (0..).zip(readings.slots().iter()) {
        let at = jiff::Timestamp::from_second(slot.start(SlotLength::HALF_HOUR)).unwrap();
        let face = jiff::tz::Offset::UTC.to_datetime(at);
        let evening =
            face.month() == 7 && face.weekday().to_monday_zero_offset() < 5 && (16..20).contains(&face.hour());
        let wh = (7919 * index + 13) % 1201 * if evening { 4 } else { 1 };
        assert!(readings.set(0, slot, Some(wh)));
        if export {
            let sold = if (10..15).contains(&face.hour()) { (104_729 * u64::from(index) + 7) % 601 } else { 0 };
            assert!(readings.set(1, slot, Some(sold as u32)));
        }
    }
    let columns = names.iter().map(|name| Column::new(name, Unit::WattHour).unwrap()).collect();
    ReadingsFile { columns, length: SlotLength::HALF_HOUR, readings }
}

fn month_of(expected: &Value) -> String {
    format!("{}-{:02}", expected["year"].as_i64().unwrap_or(2018), expected["month"].as_i64().unwrap())
}

#[test]
fn made_up_rates_agree_with_exact_fractions() {
    let loads = [load(false), load(true)];
    let mut bills = 0;
    for case in made_up() {
        let export = case["export"].as_bool().unwrap();
        let (tariff, _) = tariff(&case["rate"], &options("UTC", case["tiers"].as_str(), export));
        for expected in case["months"].as_array().unwrap() {
            // The tariff carries the year's earlier bills in millionths.
            let before = expected["before"].as_str().unwrap().replace('.', "").parse().unwrap();
            let carried: Vec<_> = tariff.carries().iter().map(|carry| (carry.name.clone(), before)).collect();
            let month = month_of(expected);
            let bill = billed(&tariff, &loads[usize::from(export)], &month, &carried);
            agrees(&format!("{} {month}", case["name"]), &bill, expected);
            bills += 1;
        }
    }
    assert!(bills >= 40, "{bills}");
}

/// A meter's readings of a year under a tariff, proved and verified month by month.
struct Proving {
    desk: Desk,
}

impl Proving {
    fn new(text: &str, load: &Readings, from: Date) -> Self {
        let desk = Desk::bare(Meter::new("M1", 7));
        registry::register(&desk.store, &desk.meter.record.to_bytes(), now()).unwrap();
        let published = policy::publish(&desk.store, text.as_bytes(), now()).unwrap().0;
        policy::assign(&desk.store, "M1", published.name(), None, from).unwrap();
        desk.seal_and_import(load);
        Proving { desk }
    }

    /// The total of a month's proved bill, which the supplier accepts.
    fn total(&self, month: &str) -> String {
        let bill = self.desk.prove(month).unwrap();
        let judged = Supplier::new(&self.desk.store, now()).verify(&bill.bytes, false).unwrap();
        assert_eq!(judged.refused, None, "{month}");
        let says = judged.says.unwrap().total.unwrap().to_string();
        println!("{month}: {says}, k {:?}, prove {:.2} s", bill.figures.k, bill.figures.seconds.prove);
        assert_eq!(says, bill.total.to_string());
        says
    }
}

/// The slots of one month of a load.
fn only(load: &Readings, zone: &str, month: &str) -> Readings {
    let zone = clock::zone(zone).unwrap();
    let first: Date = format!("{month}-01").parse().unwrap();
    let slot = |date: Date| {
        let at = date.to_zoned(zone.clone()).unwrap().timestamp().as_second();
        Slot::starting_at(at, SlotLength::HALF_HOUR).unwrap()
    };
    let (begin, end) = (slot(first), slot(first.last_of_month().tomorrow().unwrap()));
    let mut month = Readings::gaps(SlotRange::new(begin, end.index() - begin.index()).unwrap(), 1);
    for slot in month.slots().iter() {
        assert!(month.set(0, slot, load.get(0, slot)));
    }
    month
}

fn proved_case(case: &Value, load: &Readings) {
    let (_, text) = tariff(&case["rate"], &options("UTC", case["tiers"].as_str(), false));
    for expected in case["months"].as_array().unwrap() {
        let month = month_of(expected);
        let proving = Proving::new(&text, &only(load, "UTC", &month), format!("{month}-01").parse().unwrap());
        assert_eq!(proving.total(&month), expected["total"], "{} {month}", case["name"]);
    }
}

#[test]
fn a_made_up_rate_with_tiers_is_proved() {
    let mut cases = made_up();
    let case = cases.iter_mut().find(|case| case["name"] == "daily_baseline_by_season").unwrap();
    case["months"].as_array_mut().unwrap().truncate(1);
    proved_case(case, &load(false).readings);
}

#[test]
#[ignore = "proves every made-up rate: some minutes"]
fn made_up_rates_are_proved() {
    let load = load(false).readings;
    let single = |case: &&Value| case["export"] == false && !case["rate"].to_string().contains("annualmincharge");
    made_up()
        .iter()
        .filter(single)
        .filter(|case| case["name"] != "both_minimums")
        .for_each(|case| proved_case(case, &load));
}

#[test]
#[ignore = "proves two years of bills, each on the ones before"]
fn a_years_minimum_is_topped_up_in_december_by_proved_bills() {
    let load = load(false).readings;
    for case in
        made_up().iter().filter(|case| ["annual_minimum", "both_minimums"].map(Value::from).contains(&case["name"]))
    {
        let (_, text) = tariff(&case["rate"], &options("UTC", None, false));
        let proving = Proving::new(&text, &load, "2018-01-01".parse().unwrap());
        let totals: Vec<String> = (1..=12).map(|month| proving.total(&format!("2018-{month:02}"))).collect();
        for expected in case["months"].as_array().unwrap() {
            let month = expected["month"].as_u64().unwrap() as usize;
            assert_eq!(totals[month - 1], expected["total"], "{} {month}", case["name"]);
        }
    }
}

/// A published case: its folder, where the data are at hand.
fn published() -> Vec<PathBuf> {
    let Some(folder) = std::env::var_os("WATTPROOF_DATA").map(|data| Path::new(&data).join("urdb/cases")) else {
        eprintln!("skipped: set WATTPROOF_DATA to a folder that holds urdb/cases");
        return Vec::new();
    };
    let mut cases: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The clock of a published load: fixed, unless its times carry offsets.
fn zone_of(case: &Path) -> &'static str {
    if case.ends_with("18_economy7_march_46_half_hours") { "Europe/London" } else { "UTC" }
}

fn published_load(case: &Path) -> ReadingsFile {
    let layout = Layout {
        time: "timestamp".into(),
        time_format: None,
        midnight: None,
        values: vec![ValueColumn::parse("import=kWh").unwrap()],
        scale: Scale::Kilo,
        stamped: Stamped::Start,
        zone: Some(clock::zone(zone_of(case)).unwrap()),
        slot: None,
    };
    convert::convert(&case.join("load.csv.gz"), &layout).ok().unwrap().file
}

/// Calls with every month of every way of climbing.
fn for_published(mut with: impl FnMut(&Path, &str, &ReadingsFile, &[Value])) {
    for case in published() {
        let (rate, expected, load) =
            (json(&case.join("rate.json")), json(&case.join("expected.json")), published_load(&case));
        for (mode, what) in expected["modes"].as_object().unwrap() {
            let (_, text) = tariff(&rate, &options(zone_of(&case), Some(mode), false));
            with(&case, &text, &load, what["months"].as_array().unwrap());
        }
    }
}

#[test]
fn published_rates_agree_with_an_outside_program() {
    for_published(|case, text, load, months| {
        let tariff = Tariff::parse(text).unwrap();
        for expected in months {
            let month = month_of(expected);
            agrees(&format!("{} {month}", case.display()), &billed(&tariff, load, &month, &[]), expected);
        }
    });
}

#[test]
#[ignore = "proves and verifies a bill of every published month: some minutes"]
fn published_rates_are_proved() {
    for_published(|case, text, load, months| {
        println!("{}", case.display());
        for expected in months {
            let month = month_of(expected);
            let only = only(&load.readings, zone_of(case), &month);
            let proving = Proving::new(text, &only, format!("{month}-01").parse().unwrap());
            assert_eq!(proving.total(&month), expected["total"], "{} {month}", case.display());
        }
    });
}

#[test]
fn published_rates_that_are_wrong_are_refused() {
    let Some(folder) = std::env::var_os("WATTPROOF_DATA").map(|data| Path::new(&data).join("urdb/reject")) else {
        eprintln!("skipped: set WATTPROOF_DATA to a folder that holds urdb/reject");
        return;
    };
    for (name, code) in [("bounded_last_tier", "urdb-bounded-last-tier"), ("unequal_bounds", "urdb-unequal-tiers")] {
        use wattproof_engine::refusal::Refusal;
        let rate = json(&folder.join(format!("{name}.json")))["rate"].take();
        let refusal = import(rate.to_string().as_bytes(), &options("UTC", Some("prorate"), false)).unwrap_err();
        assert_eq!(refusal.code(), code);
    }
}
