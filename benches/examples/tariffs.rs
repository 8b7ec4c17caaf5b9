//! Every sample tariff's plan, size and time: proves and verifies the bills of `fixtures/tariffs/expected.json`, checks
//! each total against the oracle's, and prints the table of `docs/benchmarks.md`.
//!
//!     RAYON_NUM_THREADS=1 cargo run --release -p wattproof-benches --example tariffs
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a bench")]

#[path = "../../circuits/tests/support/cases.rs"]
mod cases;

use std::collections::BTreeSet;
use std::time::Instant;

use cases::{Case, cases, ratio};
use wattproof_benches::{Household, Multiexp};
use wattproof_circuits::exact;
use wattproof_circuits::prepared::Prepared;

fn main() {
    let yardstick = Multiexp::new(11);
    let mut seen = BTreeSet::new();
    println!(
        "| tariff | readings | k | rows | look-ups | plan and keys ms | prove M | verify M | proof bytes | bits disclosed | bits held |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for case in cases() {
        let first = seen.insert(case.tariff.name().to_owned());
        let row = measured(&case, &yardstick);
        if first {
            println!("{row}");
        }
    }
}

fn measured(case: &Case, yardstick: &Multiexp) -> String {
    let name = case.tariff.name();
    let started = Instant::now();
    let prepared = Prepared::new(&case.program).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    let planned = ms(started);
    let household = Household::with_readings(case.readings.clone(), 7);
    let statement = household.statement(&prepared, &case.carried);
    let total = exact::mul(&statement.disclosed[0].into(), &case.program.unit).unwrap();
    assert_eq!(total, ratio(&case.expected["total"]), "{name}");
    let Household { readings, openings, points, bytes } = &household;
    let proving = || prepared.prove(&statement, bytes, readings, openings, &[9; 32]).unwrap();
    // The first proof makes the proving key.
    let started = Instant::now();
    proving();
    let with_key = ms(started);
    let started = Instant::now();
    let proof = proving();
    let prove = ms(started);
    let keys = planned + (with_key - prove).max(0.0);
    let started = Instant::now();
    let verdict = prepared.verify(&statement, bytes, points, &proof, &[5; 32]);
    let verify = ms(started);
    verdict.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    let started = Instant::now();
    std::hint::black_box(yardstick.run());
    let unit = ms(started);
    let (figures, plan) = (prepared.figures(), prepared.plan());
    let k = figures.k.map_or("none".into(), |k| k.to_string());
    format!(
        "| {name} | {} | {k} | {} | {} | {keys:.0} | {:.1} | {:.2} | {} | {:.1} | {} |",
        bytes.len(),
        figures.rows,
        figures.lookups,
        prove / unit,
        verify / unit,
        figures.proof_bytes,
        plan.bits_disclosed(),
        plan.bits_held(),
    )
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
