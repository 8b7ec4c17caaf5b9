//! A street of meters billed in bulk: `RAYON_NUM_THREADS=1 cargo run --release -p wattproof-benches --example street -- S3 128 9`
//!
//! Arguments: the family, how many meters, how many pairs of runs of verification on one thread and on two. Times are
//! given beside M, one full-width multi-exponentiation of 2^11 points on one thread, measured between the runs.

#![allow(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use wattproof_benches::Multiexp;
use wattproof_engine::bench::{Family, tariff};
use wattproof_engine::customer::{BulkOrder, prove_bulk};
use wattproof_engine::import::import;
use wattproof_engine::store::Store;
use wattproof_engine::supplier::{Supplier, bills_in};
use wattproof_engine::{policy, registry};
use wattproof_meter::batch::Sealer;
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::commit::CommitmentTables;
use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

/// 2024-10-04, and the days from then on that are billed.
const FIRST_DAY: u32 = 20_000;
const DAYS: u32 = 31;
const PERIOD: &str = "2024-10-04..2024-11-04";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual| arguments.get(place).map_or(usual, |text| text.parse().unwrap());
    let family = Family::named(arguments.first().map_or("S3", String::as_str)).unwrap();
    let (meters, pairs) = (number(1, 128), number(2, 9));
    let folder = tempfile::tempdir().unwrap();
    let store = settled(folder.path(), family, meters);
    let (keys, out) = (folder.path().join("keys"), folder.path().join("bills"));
    let order =
        BulkOrder { keys: &keys, period: PERIOD, out: &out, purse: None, disclose_anyway: true, jobs: 2, now: now() };
    reset_peak();
    let (proved, seconds) = timed(|| prove_bulk(&store, &order, &mut |_| {}).unwrap());
    assert_eq!(proved.proved, u64::from(meters), "{:?}", proved.refused);
    let m = yardstick();
    println!("{} × {meters}, {} half hours, M = {m:.1} ms", family.name(), DAYS * 48);
    println!("prove on 2 threads: {:.1} bills a second, peak {:.0} MiB", f64::from(meters) / seconds, peak());
    let files = bills_in(&out).unwrap();
    let mut runs = vec![];
    for _ in 0..pairs {
        let [one, two] = [1, 2].map(|jobs| verified(folder.path(), &store, &files, jobs));
        let m = yardstick();
        let each = |run: (f64, f64)| run.0 * 1e3 / f64::from(meters) / m;
        println!(
            "verify: {:.3} M a bill, on 2 threads {:.3} M, peak {:.0} and {:.0} MiB",
            each(one),
            each(two),
            one.1,
            two.1
        );
        runs.push([each(one), one.0 / two.0]);
    }
    let median = |place: usize| {
        let mut values: Vec<f64> = runs.iter().map(|run| run[place]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!("median of {pairs}: {:.3} M a bill on one thread, 2 threads {:.2} × one", median(0), median(1));
}

/// Seconds and peak memory of checking all bills against a copy of the store.
fn verified(folder: &Path, store: &Store, files: &[PathBuf], jobs: usize) -> (f64, f64) {
    let copy = folder.join("copy.redb");
    fs::copy(store.path(), &copy).unwrap();
    let copy = Store::at(copy);
    let supplier = Supplier::new(&copy, now());
    reset_peak();
    let (judged, seconds) = timed(|| supplier.verify_bulk(files, jobs, &mut |_| {}).unwrap());
    assert_eq!(judged.accepted, files.len() as u64);
    (seconds, peak())
}

/// A store with meters under the family's tariff, their month, and their keys in a folder.
fn settled(folder: &Path, family: Family, meters: u32) -> Store {
    let store = Store::at(folder.join("store.redb"));
    let (tables, length) = (CommitmentTables::new(), SlotLength::HALF_HOUR);
    policy::publish(&store, tariff(family, DAYS).as_bytes(), now()).unwrap();
    fs::create_dir(folder.join("keys")).unwrap();
    for n in 0..meters {
        let (name, signing) = (format!("m{n:06}"), SigningKey::from_bytes(&seed(n, 3)));
        let (key, register) = (MasterKey::from_bytes(seed(n, 5)), Register::new("import", Unit::WattHour, 20).unwrap());
        let (classic, public) = (Certification::Classic, signing.verifying_key());
        let record =
            MeterRecord::new(&name, classic, BatchPeriod::Day, length, Slot::new(0), public.as_bytes(), vec![register]);
        let record = record.unwrap();
        registry::register(&store, &record.to_bytes(), now()).unwrap();
        policy::assign(&store, &name, &family.name().to_lowercase(), None, "2024-01-01".parse().unwrap()).unwrap();
        fs::write(folder.join(format!("keys/{name}.key")), key.to_text().as_bytes()).unwrap();
        let sealer = Sealer { record: &record, signing: &signing, key: &key, tables: &tables };
        let batches = folder.join("batches");
        fs::create_dir(&batches).unwrap();
        for day in FIRST_DAY..FIRST_DAY + DAYS {
            let mut readings = Readings::gaps(record.period().slots(day, length).unwrap(), 1);
            for slot in readings.slots().iter() {
                let wh = slot.index().wrapping_add(n).wrapping_mul(2_654_435_761) >> 12;
                assert!(readings.set(0, slot, Some(if wh % 16 == 0 { wh } else { wh % 2_500 })));
            }
            fs::write(batches.join(format!("{day}.batch")), sealer.seal(day, 0, &readings).unwrap().as_bytes())
                .unwrap();
        }
        assert!(
            import(&store, std::slice::from_ref(&batches), now(), &mut |_| {})
                .unwrap()
                .iter()
                .all(|one| one.result.is_ok())
        );
        fs::remove_dir_all(batches).unwrap();
    }
    store
}

fn seed(n: u32, purpose: u8) -> [u8; 32] {
    std::array::from_fn(|byte| if byte < 4 { n.to_le_bytes()[byte] } else { purpose })
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// Milliseconds of M, the median of nine.
fn yardstick() -> f64 {
    let multiexp = Multiexp::new(11);
    let mut times: Vec<f64> = (0..9).map(|_| timed(|| std::hint::black_box(multiexp.run())).1 * 1e3).collect();
    times.sort_by(f64::total_cmp);
    times[4]
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let done = act();
    (done, started.elapsed().as_secs_f64())
}

fn reset_peak() {
    let _kept_when_refused = fs::write("/proc/self/clear_refs", "5");
}

/// MiB of resident memory at most since the last reset, where the system tells.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok())
        .map_or(0.0, |kilobytes| kilobytes / 1024.0)
}
