//! The store: meters and their days taken in, listed.
#![allow(missing_docs, clippy::expect_used, reason = "a bench")]

use std::path::PathBuf;

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use tempfile::TempDir;
use wattproof_benches::population;
use wattproof_engine::import::import;
use wattproof_engine::show::{Filter, batches};
use wattproof_engine::store::Store;
use wattproof_meter::record::Certification;

const METERS: u32 = 1_000;
const DAYS: u32 = 2;

fn store(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let files = population::write(folder.path(), METERS, Certification::Classic, DAYS).expect("meters");
    let mut group = criterion.benchmark_group("store");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(u64::from(METERS * (1 + DAYS))));
    group.bench_function("import", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().expect("a folder"),
            |folder| filled(folder, &files),
            BatchSize::PerIteration,
        );
    });
    let full = filled(tempfile::tempdir().expect("a folder"), &files);
    let store = at(&full);
    group.bench_function("import again", |bencher| bencher.iter(|| taken(&store, &files)));
    group.throughput(Throughput::Elements(u64::from(METERS * DAYS)));
    group.bench_function("list batches", |bencher| {
        bencher.iter(|| {
            let rows = batches(&store, &Filter::default()).expect("a list");
            assert_eq!(rows.len(), (METERS * DAYS) as usize);
        });
    });
    group.finish();
}

fn filled(folder: TempDir, files: &[PathBuf]) -> TempDir {
    taken(&at(&folder), files);
    folder
}

fn taken(store: &Store, files: &[PathBuf]) {
    let imported = import(store, files, Timestamp::UNIX_EPOCH, &mut |_| {}).expect("a store");
    assert!(imported.iter().all(|file| file.result.is_ok()));
}

fn at(folder: &TempDir) -> Store {
    Store::at(folder.path().join("store.redb"))
}

criterion_group!(benches, store);
criterion_main!(benches);
