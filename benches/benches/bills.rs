//! The four families over a day, a week, a month and a year, by what the meter certifies: keys, proving, verifying one,
//! verifying in bulk; beside the yardstick.
#![allow(missing_docs, clippy::expect_used, reason = "a bench")]

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use wattproof_benches::Multiexp;
use wattproof_engine::bench::{Case, Certification, Family};

const READINGS: [u32; 4] = [48, 336, 1_488, 17_520];
const CERTIFICATIONS: [(&str, Certification); 2] =
    [("reading", Certification::Classic), ("batch", Certification::Compact)];
/// The longest period that many bills are made of; of a longer one, few.
const MONTH: u32 = 1_488;

fn yardstick(criterion: &mut Criterion) {
    let multiexp = Multiexp::new(11);
    criterion.bench_function("msm/2^11", |bencher| bencher.iter(|| multiexp.run()));
}

fn families(criterion: &mut Criterion) {
    for (certified, certification) in CERTIFICATIONS {
        for family in Family::ALL {
            for readings in READINGS {
                let name = format!("{}/{certified}/{readings}", family.name());
                let mut group = criterion.benchmark_group(name);
                group.sample_size(10).sampling_mode(SamplingMode::Flat);
                group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
                let case = Case::new(family, certification, readings, &mut |_| {}).expect("a period that is measured");
                bills(&mut group, &case, if readings > MONTH { 4 } else { 32 });
                group.finish();
            }
        }
    }
}

fn bills(group: &mut BenchmarkGroup<'_, WallTime>, case: &Case, together: usize) {
    let prepared = case.prepare().expect("a family");
    group.bench_function("keys", |bencher| bencher.iter(|| case.prepare().expect("a family")));
    let bills: Vec<_> = (0..together).map(|_| case.prove(&prepared).expect("an honest bill")).collect();
    group.bench_function("prove", |bencher| bencher.iter(|| case.prove(&prepared).expect("an honest bill")));
    group.bench_function("verify", |bencher| bencher.iter(|| case.verify(&prepared, &bills[0]).expect("it holds")));
    group.throughput(Throughput::Elements(together as u64));
    group.bench_function(format!("verify {together} in bulk"), |bencher| {
        bencher.iter(|| case.verify_in_bulk(&prepared, &bills).expect("they hold"));
    });
}

criterion_group!(benches, yardstick, families);
criterion_main!(benches);
