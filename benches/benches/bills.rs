//! Proving and verifying the four families, beside the yardstick.
#![allow(missing_docs, clippy::expect_used, reason = "a bench")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use wattproof_benches::{Household, Multiexp, register, slots};
use wattproof_circuits::families::Family;
use wattproof_circuits::prepared::Prepared;

const READINGS: [u32; 3] = [48, 336, 1488];

fn yardstick(criterion: &mut Criterion) {
    let multiexp = Multiexp::new(11);
    criterion.bench_function("msm/2^11", |bencher| bencher.iter(|| multiexp.run()));
}

fn families(criterion: &mut Criterion) {
    for family in Family::ALL {
        let mut group = criterion.benchmark_group(family.name());
        group.sample_size(10);
        for count in READINGS {
            let (register, slots) = register().zip(slots(count)).expect("valid constants");
            let prepared = Prepared::new(&family.program(register, slots)).expect("the families can be planned");
            let household = Household::new(slots, 7);
            let statement = household.statement(&prepared, &[]);
            let prove =
                || prepared.prove(&statement, &household.bytes, &household.readings, &household.openings, &[9; 32]);
            let proof = prove().expect("an honest bill");
            group.bench_with_input(BenchmarkId::new("prove", count), &count, |bencher, _| bencher.iter(prove));
            group.bench_with_input(BenchmarkId::new("verify", count), &count, |bencher, _| {
                bencher.iter(|| prepared.verify(&statement, &household.bytes, &household.points, &proof, &[5; 32]));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, yardstick, families);
criterion_main!(benches);
