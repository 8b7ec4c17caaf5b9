//! Random programs on random readings: the plain evaluator, the plan and the circuit agree on every value.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rayon::prelude::*;
use support::agreement::{Outcome, agreed};
use support::generate::random_bill;

/// Programs checked by `cargo test`; the ignored run below checks more.
const PROGRAMS: u64 = 2000;

fn agree(seed: u64) -> Result<Outcome, String> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (program, readings, carried) = random_bill(&mut rng);
    agreed(&program, &readings, &carried, &mut rng).map_err(|wrong| format!("seed {seed}: {wrong}"))
}

fn run(seeds: std::ops::Range<u64>) {
    let count = seeds.end - seeds.start;
    let results: Vec<_> = seeds.into_par_iter().map(agree).collect();
    let failures: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(failures.is_empty(), "{} failures, first: {}", failures.len(), failures[0]);
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut circuits, mut large) = (0, 0);
    for outcome in results.into_iter().flatten() {
        match outcome {
            Outcome::Large => large += 1,
            Outcome::Linear => {}
            Outcome::Circuit(names) => {
                circuits += 1;
                names.into_iter().for_each(|name| *steps.entry(name).or_default() += 1);
            }
        }
    }
    println!("{count} programs agree, {circuits} of them through a circuit, {large} too large: {steps:?}");
    assert!(circuits * 2 > count, "too few of the random programs need a circuit");
    assert!(large * 10 < count, "too many of the random programs are too large");
}

#[test]
fn random_programs_agree() {
    run(0..PROGRAMS);
}

#[test]
#[ignore = "thousands of circuits take a minute"]
fn many_random_programs_agree() {
    run(PROGRAMS..PROGRAMS + 10_000);
}

/// Its table leaves no row free in the domain that its rows alone would need.
#[test]
fn a_table_that_fills_a_domain_takes_the_next() {
    assert_eq!(agree(6869).map(|_| ()), Ok(()));
}
