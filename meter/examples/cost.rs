//! What sealing costs on this machine: `cargo run --release -p wattproof-meter --example cost`.
#![allow(clippy::unwrap_used, reason = "an example stops at the first surprise")]

use std::hint::black_box;
use std::time::Instant;

use ed25519_dalek::SigningKey;
use ff::Field;
use pasta_curves::Fp;
use wattproof_meter::batch::{Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::commit::{ADDITIONS_PER_COMMITMENT, CommitmentTables, Opening};
use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};
use wattproof_meter::ring::{ADDITIONS_PER_OPENING, RingTables, RunningSum, additions_per_reading};

/// Days sealed in a row.
const DAYS: u32 = 100;
/// The register's width.
const BITS: u8 = 20;

fn main() {
    measure(Certification::Classic, CommitmentTables::BYTES);
    measure(Certification::Compact, RingTables::BYTES);
    let (classic, bits) = (ADDITIONS_PER_COMMITMENT, BITS);
    println!("classic: {classic} group additions a reading");
    println!(
        "compact, {bits} bits: {bits} doublings and {} additions a reading, 255 and {ADDITIONS_PER_OPENING} a batch",
        additions_per_reading(BITS)
    );
    let tables = CommitmentTables::new();
    compare_times("one commitment", |reading, opening| tables.commit(reading, opening));
    let tables = RingTables::new();
    let empty = RunningSum::new(&tables);
    compare_times("one compact reading", |reading, _| {
        let mut sum = empty.clone();
        assert!(sum.add(&tables, 7, reading, 32));
        sum
    });
    compare_times("one compact opening", |_, opening| empty.clone().finish(&tables, opening));
}

/// Seals days in a row, and opens one again and again.
fn measure(certification: Certification, bytes: usize) {
    println!("{certification:?}");
    let started = Instant::now();
    let tables = Tables::of(certification);
    println!("  tables: {bytes} bytes, made in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    let (signing, key) = (SigningKey::from_bytes(&[7; 32]), MasterKey::from_bytes([9; 32]));
    let record = record(certification, &signing);
    let sealer = Sealer { record: &record, signing: &signing, key: &key, tables: &tables };

    let each = |started: Instant| started.elapsed().as_secs_f64() * 1e6 / f64::from(48 * DAYS);
    let started = Instant::now();
    for day in 20_000..20_000 + DAYS {
        black_box(sealer.seal(day, 0, &filled(day)).unwrap());
    }
    println!("  sealing: {:.1} µs a reading", each(started));
    let batch = sealer.seal(20_000, 0, &filled(20_000)).unwrap();
    let started = Instant::now();
    for _ in 0..DAYS {
        black_box(batch.open(&record, &key, &tables).unwrap());
    }
    println!("  opening and checking: {:.1} µs a reading, the signature included", each(started));
}

fn record(certification: Certification, signing: &SigningKey) -> MeterRecord {
    let (period, length) = (BatchPeriod::Day, SlotLength::HALF_HOUR);
    let registers = vec![Register::new("import", Unit::WattHour, BITS).unwrap()];
    let public_key = signing.verifying_key().to_bytes();
    MeterRecord::new("cost", certification, period, length, Slot::new(0), &public_key, registers).unwrap()
}

/// Times one fixed reading and opening against changing ones, taken in turns. Welch's t beyond ±4.5 would say that the
/// time tells them apart.
fn compare_times<T>(what: &str, act: impl Fn(u32, &Opening) -> T) {
    let mut times = [Vec::new(), Vec::new()];
    let mut seed = 1u64;
    for turn in 0..40_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let changing = Fp::from(seed).square().square();
        let class = (seed >> 63) as usize;
        let (reading, opening) = [(0, Fp::ONE), ((seed >> 32) as u32, changing)][class];
        let opening = Opening::from_scalar(opening);
        let started = Instant::now();
        black_box(act(black_box(reading), black_box(&opening)));
        if turn > 1_000 {
            times[class].push(started.elapsed().as_nanos() as f64);
        }
    }
    let [fixed, changing] = times.map(trimmed);
    let t = (fixed.0 - changing.0) / (fixed.1 + changing.1).sqrt();
    println!("{what}: {:.2} µs fixed, {:.2} µs changing inputs; t = {t:.1}", fixed.0 / 1e3, changing.0 / 1e3);
}

/// Mean and the variance of the mean, without the slowest tenth, which other programs caused.
fn trimmed(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    times.truncate(times.len() * 9 / 10);
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / count;
    (mean, variance / count)
}

fn filled(day: u32) -> Readings {
    let slots = BatchPeriod::Day.slots(day, SlotLength::HALF_HOUR).unwrap();
    let mut readings = Readings::gaps(slots, 1);
    slots.iter().for_each(|slot| assert!(readings.set(0, slot, Some(slot.index() * 7919 % 1_000_000))));
    readings
}
