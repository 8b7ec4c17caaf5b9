//! The meter's work: a day sealed, certified and signed; the customer's: a day opened.
#![allow(missing_docs, clippy::expect_used, reason = "a bench")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ed25519_dalek::SigningKey;
use wattproof_benches::{Household, Multiexp, register, slots};
use wattproof_meter::batch::{Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::key::MasterKey;
use wattproof_meter::record::{Certification, MeterRecord};

fn day(criterion: &mut Criterion) {
    let multiexp = Multiexp::new(11);
    let mut group = criterion.benchmark_group("meter");
    group.bench_function("msm/2^11", |bencher| bencher.iter(|| multiexp.run()));
    group.throughput(Throughput::Elements(48));
    for (name, certification) in [("classic", Certification::Classic), ("compact", Certification::Compact)] {
        let (register, slots) = register().zip(slots(48)).expect("valid constants");
        let signing = SigningKey::from_bytes(&[3; 32]);
        let record = MeterRecord::new(
            "bench",
            certification,
            BatchPeriod::Day,
            SlotLength::HALF_HOUR,
            Slot::new(0),
            signing.verifying_key().as_bytes(),
            vec![register],
        )
        .expect("a valid record");
        let key = MasterKey::from_bytes([5; 32]);
        let tables = Tables::of(certification);
        let readings = Household::new(slots, 7).readings;
        let sealer = Sealer { record: &record, signing: &signing, key: &key, tables: &tables };
        let sealed = sealer.seal(20_000, 0, &readings).expect("a whole day");
        let (seal, open) = (format!("seal a day/{name}"), format!("open a day/{name}"));
        group.bench_function(seal, |bencher| bencher.iter(|| sealer.seal(20_000, 0, &readings)));
        group.bench_function(open, |bencher| bencher.iter(|| sealed.open(&record, &key, &tables).is_ok()));
    }
    group.finish();
}

criterion_group!(benches, day);
criterion_main!(benches);
