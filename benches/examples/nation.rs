//! A day of a nation's meters in one store: `cargo run --release -p wattproof-benches --example nation -- 100000`
//!
//! Arguments: how many meters, and `batch` for meters that certify batches; a hundredth and a tenth of them are measured
//! before, each in a store of its own. Every meter
//! has a record, keys and a day of half hours of its own. Times are the process's CPU time, to which the disk's waiting does
//! not belong, with wall time beside the first import; memory is `VmHWM`, the highest since the step began, what earlier
//! steps left to the allocator included.

#![allow(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell")]

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use wattproof_benches::machine::{cpu_seconds, peak_mib, reset_peak, timed};
use wattproof_benches::population;
use wattproof_engine::import::import;
use wattproof_engine::registry;
use wattproof_engine::show::{Filter, batches};
use wattproof_engine::store::Store;
use wattproof_meter::record::Certification;

fn main() {
    let meters: u32 = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let certification = match std::env::args().nth(2).as_deref() {
        Some("batch") => Certification::Compact,
        _ => Certification::Classic,
    };
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    let (folders, seconds) = timed(|| population::write(&files, meters, certification, 1).unwrap());
    println!("{meters} meters made, a day each sealed and written: {seconds:.1} s\n");
    println!(
        "| meters | import s (wall) | µs each | import again s | list s | µs each | one meter's ms | store MiB | peak MiB: \
         import, list |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for part in [100, 10, 1] {
        measured(&folders[..(folders.len() / part).max(1)], &Store::at(folder.path().join(format!("{part}.redb"))));
    }
}

fn measured(folders: &[PathBuf], store: &Store) {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let take = || import(store, folders, now, &mut |_| {}).unwrap().iter().filter(|file| file.result.is_ok()).count();
    reset_peak();
    let ((files, import_s), wall_s) = timed(|| worked(take));
    let import_peak = peak_mib();
    let (again, again_s) = worked(take);
    assert_eq!(again, files);
    reset_peak();
    let (rows, list_s) = worked(|| batches(store, &Filter::default()).unwrap().len());
    assert_eq!(rows * 2, files);
    let list_peak = peak_mib();
    let meter = registry::list(store).unwrap().pop().unwrap().record.name().to_owned();
    let filter = Filter { meter: Some(&meter), ..Filter::default() };
    let (one, one_s) = timed(|| batches(store, &filter).unwrap().len());
    assert_eq!(one, 1);
    let bytes = fs::metadata(store.path()).unwrap().len() as f64 / f64::from(1 << 20);
    let each = |seconds: f64| seconds * 1e6 / rows as f64;
    println!(
        "| {rows} | {import_s:.2} ({wall_s:.2}) | {:.0} | {again_s:.2} | {list_s:.2} | {:.0} | {:.1} | {bytes:.1} | \
         {import_peak:.0}, {list_peak:.0} |",
        each(import_s),
        each(list_s),
        one_s * 1e3,
    );
}

/// What something gives, and the CPU seconds it takes.
fn worked<T>(act: impl FnOnce() -> T) -> (T, f64) {
    let started = cpu_seconds();
    let done = act();
    (done, cpu_seconds() - started)
}
