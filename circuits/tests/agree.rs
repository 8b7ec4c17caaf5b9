//! Random programs on random readings: the plain evaluator, the plan and the circuit agree on every value.

mod support;

use halo2_proofs::dev::MockProver;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use support::generate::{edge_readings, random_program};
use wattproof_circuits::circuit::{BillCircuit, with_shape};
use wattproof_circuits::field;
use wattproof_circuits::layout::Layout;
use wattproof_circuits::plan::{Plan, Witness};
use wattproof_circuits::{exact, rule};

/// Programs checked by `cargo test`; the ignored run below checks more.
const PROGRAMS: u64 = 2000;

fn agree(seed: u64) -> Result<bool, String> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let program = random_program(&mut rng);
    let plan = Plan::new(&program).map_err(|refusal| format!("seed {seed}: {refusal} in {program:?}"))?;
    let readings = edge_readings(&program, &mut rng);
    let priced = rule::evaluate(&program, &readings, &[]).map_err(|error| format!("seed {seed}: {error}"))?;
    let witness = Witness::of(&plan, &readings);
    let disclosed = witness.outputs(&plan);
    if disclosed[0] != priced.total {
        return Err(format!("seed {seed}: plan {} rule {} of {program:?}", disclosed[0], priced.total));
    }
    let shown = program.lines.iter().zip(&priced.lines).filter(|(line, _)| line.shown);
    for ((output, amount), (_, line)) in plan.outputs.iter().zip(&disclosed).skip(1).zip(shown) {
        if exact::mul(&output.unit, &(*amount).into()) != Some(line.amount) {
            return Err(format!(
                "seed {seed}: line {} is {} in the plan, {} in the rule",
                line.name, amount, line.amount
            ));
        }
    }
    for (output, amount) in plan.outputs.iter().zip(&disclosed) {
        if !output.interval.contains(*amount) {
            return Err(format!("seed {seed}: {amount} outside the bounds {:?}", output.interval));
        }
    }
    if plan.is_linear() {
        return Ok(false);
    }
    let layout = Layout::new(&plan).map_err(|refusal| format!("seed {seed}: {refusal}"))?;
    let circuit = BillCircuit::with_values(&plan, &layout, &readings, &witness, &disclosed);
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
    Ok(true)
}

fn run(seeds: std::ops::Range<u64>) {
    let results: Vec<_> = seeds.map(agree).collect();
    let failures: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(failures.is_empty(), "{} failures, first: {}", failures.len(), failures[0]);
    let circuits = results.iter().filter(|result| matches!(result, Ok(true))).count();
    println!("{} programs agree, {circuits} of them through a circuit", results.len());
    assert!(circuits * 2 > results.len(), "too few of the random programs need a circuit");
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
