//! A street of meters billed in bulk: `RAYON_NUM_THREADS=1 cargo run --release -p wattproof-benches --example street -- S3 128 9`
//!
//! Arguments: the family, how many meters, how many pairs of runs of verification on one thread and on two, and what the
//! meters certify, `reading` or `batch`. Times are
//! given beside M, one full-width multi-exponentiation of 2^11 points on one thread, measured between the runs. Last comes
//! what the same month would take for a million customers, from this run's CPU seconds and bytes.

#![allow(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell")]

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use wattproof_benches::Multiexp;
use wattproof_benches::machine::{cpu_seconds, peak_mib, reset_peak, timed};
use wattproof_benches::population::{self, Meter};
use wattproof_engine::bench::{Certification, Family, tariff};
use wattproof_engine::customer::{BulkOrder, prove_bulk};
use wattproof_engine::import::import;
use wattproof_engine::policy;
use wattproof_engine::policy::assignment::{Assignment, TariffName};
use wattproof_engine::store::Store;
use wattproof_engine::supplier::{Supplier, bills_in};

/// Days that are billed.
const DAYS: u32 = 31;
const PERIOD: &str = "2024-10-04..2024-11-04";
const MILLION: f64 = 1e6;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual| arguments.get(place).map_or(usual, |text| text.parse().unwrap());
    let family = Family::named(arguments.first().map_or("S3", String::as_str)).unwrap();
    let (meters, pairs) = (number(1, 128), number(2, 9));
    let certification = match arguments.get(3).map(String::as_str) {
        Some("batch") => Certification::Compact,
        _ => Certification::Classic,
    };
    let folder = tempfile::tempdir().unwrap();
    let (store, sizes) = settled(folder.path(), family, (meters, certification));
    let (keys, out) = (folder.path().join("keys"), folder.path().join("bills"));
    let order =
        BulkOrder { keys: &keys, period: PERIOD, out: &out, purse: None, disclose_anyway: true, jobs: 2, now: now() };
    reset_peak();
    let started = cpu_seconds();
    let (proved, seconds) = timed(|| prove_bulk(&store, &order, &mut |_| {}).unwrap());
    let prove_s = cpu_seconds() - started;
    assert_eq!(proved.proved, u64::from(meters), "{:?}", proved.refused);
    let m = yardstick();
    println!("{} × {meters}, {} half hours, M = {m:.1} ms", family.name(), DAYS * 48);
    println!("prove on 2 threads: {:.1} bills a second, peak {:.0} MiB", f64::from(meters) / seconds, peak_mib());
    let files = bills_in(&out).unwrap();
    let mut runs = vec![];
    for _ in 0..pairs {
        let [one, two] = [1, 2].map(|jobs| verified(folder.path(), &store, &files, jobs));
        let m = yardstick();
        let each = |run: Verified| run.seconds * 1e3 / f64::from(meters) / m;
        println!(
            "verify: {:.3} M a bill, on 2 threads {:.3} M, peak {:.0} and {:.0} MiB",
            each(one),
            each(two),
            one.peak_mib,
            two.peak_mib
        );
        runs.push([each(one), one.seconds / two.seconds, one.cpu_s, one.kept as f64]);
    }
    let median = |place: usize| {
        let mut values: Vec<f64> = runs.iter().map(|run| run[place]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!("median of {pairs}: {:.3} M a bill on one thread, 2 threads {:.2} × one", median(0), median(1));
    let bills: u64 = files.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    let each = |whole: f64| whole / f64::from(meters);
    println!("\n| a month | a customer | a million customers |\n|---|--:|--:|");
    for (what, s) in [("prove", prove_s), ("import", sizes.import_s), ("verify in bulk", median(2))] {
        println!("| {what} | {:.1} ms | {:.0} core-hours |", each(s) * 1e3, each(s) * MILLION / 3600.0);
    }
    let bytes = [
        ("batches, meter to supplier", sizes.sent as f64),
        ("bill, customer to supplier", bills as f64),
        ("store: batches", sizes.kept as f64),
        ("store: batches, bills, verdicts", median(3)),
    ];
    for (what, bytes) in bytes {
        println!("| {what} | {:.1} kB | {:.1} GB |", each(bytes) / 1e3, each(bytes) * MILLION / 1e9);
    }
}

/// What a month of batches takes.
struct Sizes {
    /// CPU seconds.
    import_s: f64,
    /// Bytes of their files and of the meters' records.
    sent: u64,
    /// Bytes of the store.
    kept: u64,
}

/// What checking all bills takes.
#[derive(Clone, Copy)]
struct Verified {
    seconds: f64,
    cpu_s: f64,
    peak_mib: f64,
    /// Bytes of the store then.
    kept: u64,
}

/// Checks all bills against a copy of the store.
fn verified(folder: &Path, store: &Store, files: &[PathBuf], jobs: usize) -> Verified {
    let copy = folder.join("copy.redb");
    fs::copy(store.path(), &copy).unwrap();
    let copy = Store::at(copy);
    let supplier = Supplier::new(&copy, now());
    reset_peak();
    let started = cpu_seconds();
    let (judged, seconds) = timed(|| supplier.verify_bulk(files, jobs, &mut |_| {}).unwrap());
    assert_eq!(judged.accepted, files.len() as u64);
    let kept = fs::metadata(copy.path()).unwrap().len();
    Verified { seconds, cpu_s: cpu_seconds() - started, peak_mib: peak_mib(), kept }
}

/// A store with meters under the family's tariff and their month, and their keys in a folder.
fn settled(folder: &Path, family: Family, (meters, certification): (u32, Certification)) -> (Store, Sizes) {
    let store = Store::at(folder.join("store.redb"));
    policy::publish(&store, tariff(family, DAYS).as_bytes(), now()).unwrap();
    let (batches, keys, assigned) = (folder.join("batches"), folder.join("keys"), folder.join("assigned"));
    let folders = population::write(&batches, meters, certification, DAYS).unwrap();
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let sent: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let started = cpu_seconds();
    take(&store, &folders);
    let import_s = cpu_seconds() - started;
    fs::remove_dir_all(batches).unwrap();
    [&keys, &assigned].iter().for_each(|folder| fs::create_dir(folder).unwrap());
    for number in 0..meters {
        let Meter { name, key, record, .. } = Meter::new(number, certification).unwrap();
        let (meter, from) = (record.id(), "2024-01-01".parse().unwrap());
        let assignment =
            Assignment { meter, tariff: TariffName { name: family.name().to_lowercase(), version: 1 }, from };
        fs::write(keys.join(format!("{name}.key")), key.to_text().as_bytes()).unwrap();
        fs::write(assigned.join(format!("{name}.assignment")), assignment.to_string()).unwrap();
    }
    take(&store, &[assigned]);
    let kept = fs::metadata(store.path()).unwrap().len();
    (store, Sizes { import_s, sent, kept })
}

fn take(store: &Store, paths: &[PathBuf]) {
    let imported = import(store, paths, now(), &mut |_| {}).unwrap();
    assert!(imported.iter().all(|file| file.result.is_ok()));
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
