//! Random programs on random readings: the plain evaluator, the plan and the circuit agree on every value.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;

use halo2_proofs::dev::MockProver;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use support::generate::random_bill;
use wattproof_circuits::circuit::{BillCircuit, with_shape};
use wattproof_circuits::exact;
use wattproof_circuits::field;
use wattproof_circuits::layout::Layout;
use wattproof_circuits::plan::{Plan, PlanRefusal, Witness};
use wattproof_circuits::program::Program;
use wattproof_circuits::rule::{self, PriceError, Priced};

/// Programs checked by `cargo test`; the ignored run below checks more.
const PROGRAMS: u64 = 2000;

/// What came of a program.
enum Outcome {
    /// Products of products past the bounds of a proof.
    Large,
    Linear,
    /// The steps of its circuit.
    Circuit(Vec<&'static str>),
}

fn agree(seed: u64) -> Result<Outcome, String> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (program, readings, carried) = random_bill(&mut rng);
    let plan = match Plan::new(&program) {
        Ok(plan) => plan,
        Err(PlanRefusal::PastBound { .. }) => return Ok(Outcome::Large),
        Err(refusal) => return Err(format!("seed {seed}: {refusal} in {program:?}")),
    };
    let priced = match rule::evaluate(&program, &readings, &carried) {
        Ok(priced) => priced,
        Err(PriceError::Overflow { .. }) => return Ok(Outcome::Large),
        Err(error) => return Err(format!("seed {seed}: {error}")),
    };
    let witness = Witness::of(&plan, &readings, &carried);
    let disclosed = witness.outputs(&plan);
    same(&program, &priced, &disclosed).map_err(|what| format!("seed {seed}: {what} of {program:?}"))?;
    for (output, amount) in plan.outputs.iter().zip(&disclosed) {
        if !output.interval.contains(*amount) {
            return Err(format!("seed {seed}: {amount} outside the bounds {:?}", output.interval));
        }
    }
    for (index, (step, results)) in plan.steps.iter().zip(&witness.results).enumerate() {
        for (result, value) in results.iter().enumerate() {
            if !step.bound(result).is_some_and(|bound| bound.contains(*value)) {
                return Err(format!("seed {seed}: result {result} of step {index} out of bounds: {value}, {step:?}"));
            }
        }
    }
    if plan.is_linear() {
        return Ok(Outcome::Linear);
    }
    let layout = Layout::new(&plan).map_err(|refusal| format!("seed {seed}: {refusal}"))?;
    let circuit = BillCircuit::with_values(&plan, &layout, &witness, &disclosed);
    let accepts = |amounts: &[i128]| {
        let instance = amounts.iter().map(|amount| field(*amount)).collect();
        with_shape(layout.shape, || MockProver::run(layout.k, &circuit, vec![instance]))
            .map_err(|error| format!("seed {seed}: {error}"))
            .map(|prover| prover.verify())
    };
    accepts(&disclosed)?.map_err(|failures| format!("seed {seed}: {failures:?} of {program:?}"))?;
    let wrong = (rng.next_u32() as usize) % disclosed.len();
    let mut off = disclosed.clone();
    off[wrong] += if rng.next_u32() % 2 == 0 { 1 } else { -1 };
    if accepts(&off)?.is_ok() {
        return Err(format!("seed {seed}: amount {wrong} off by one satisfies the circuit of {program:?}"));
    }
    Ok(Outcome::Circuit(plan.steps.iter().map(|step| step.name()).collect()))
}

/// The disclosed amounts are the total, the shown lines, the figures.
fn same(program: &Program, priced: &Priced, disclosed: &[i128]) -> Result<(), String> {
    let lines = program.lines.iter().zip(&priced.lines).filter(|(line, _)| line.shown);
    let lines = lines.map(|(_, line)| exact::div(&line.amount, &program.unit).unwrap());
    let figures = priced.figures.iter().map(|figure| (*figure).into());
    let expected: Vec<_> = [priced.total.into()].into_iter().chain(lines).chain(figures).collect();
    let found: Vec<_> = disclosed.iter().map(|amount| (*amount).into()).collect();
    if expected == found { Ok(()) } else { Err(format!("plan {found:?} rule {expected:?}")) }
}

fn run(seeds: std::ops::Range<u64>) {
    let count = seeds.end - seeds.start;
    let results: Vec<_> = seeds.map(agree).collect();
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
    run(PROGRAMS..PROGRAMS + 20_000);
}
