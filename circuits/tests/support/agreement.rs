//! The plain evaluator, the plan and the circuit on one program and its readings: they agree on every value.

use ff::Field;
use halo2_proofs::dev::{MockProver, VerifyFailure};
use pasta_curves::Fp;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use wattproof_circuits::circuit::{BillCircuit, with_shape};
use wattproof_circuits::exact;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Certified, Layout};
use wattproof_circuits::plan::{Plan, PlanRefusal, Witness};
use wattproof_circuits::program::Program;
use wattproof_circuits::rule::{self, PriceError, Priced};
use wattproof_meter::reading::Readings;

use super::compact;

/// What came of a program.
pub enum Outcome {
    /// Products of products past the bounds of a proof.
    Large,
    Linear,
    /// The steps of its circuit.
    Circuit(Vec<&'static str>),
}

/// What came of a program, or what disagrees.
pub fn agreed(
    program: &Program,
    readings: &Readings,
    carried: &[u64],
    rng: &mut ChaCha20Rng,
) -> Result<Outcome, String> {
    let plan = match Plan::new(program) {
        Ok(plan) => plan,
        Err(PlanRefusal::PastBound { .. }) => return Ok(Outcome::Large),
        Err(refusal) => return Err(format!("{refusal} in {program:?}")),
    };
    let priced = match rule::evaluate(program, readings, carried) {
        Ok(priced) => priced,
        Err(PriceError::Overflow { .. }) => return Ok(Outcome::Large),
        Err(error) => return Err(error.to_string()),
    };
    let witness = Witness::of(&plan, readings, carried);
    let disclosed = witness.outputs(&plan);
    same(program, &priced, &disclosed).map_err(|what| format!("{what} of {program:?}"))?;
    for (output, amount) in plan.outputs.iter().zip(&disclosed) {
        if !output.interval.contains(*amount) {
            return Err(format!("{amount} outside the bounds {:?}", output.interval));
        }
    }
    for (index, (step, results)) in plan.steps.iter().zip(&witness.results).enumerate() {
        for (result, value) in results.iter().enumerate() {
            if !step.bound(result).is_some_and(|bound| bound.contains(*value)) {
                return Err(format!("result {result} of step {index} out of bounds: {value}, {step:?}"));
            }
        }
    }
    if plan.is_linear() {
        return Ok(Outcome::Linear);
    }
    // Half of them as they are laid out, the others in up to six lanes, or in none.
    let layout = match rng.next_u32() % 14 {
        lanes @ 0..7 => Layout::with_lanes(&plan, Certified::Each, lanes as usize, if lanes < 3 { 2 } else { 3 }),
        _ => Layout::new(&plan),
    };
    let layout = layout.map_err(|refusal| refusal.to_string())?;
    decided(&plan, &layout, &witness, &disclosed, rng).map_err(|what| format!("{what} of {program:?}"))?;
    if rng.next_u32().is_multiple_of(8) {
        on_a_ring(program, readings, carried, &disclosed, rng)?;
    }
    Ok(Outcome::Circuit(plan.steps.iter().map(|step| step.name()).collect()))
}

/// The circuit accepts what is disclosed and nothing beside it.
fn decided(
    plan: &Plan,
    layout: &Layout,
    witness: &Witness,
    disclosed: &[i128],
    rng: &mut ChaCha20Rng,
) -> Result<(), String> {
    accepts(plan, layout, witness, disclosed)?.map_err(|failures| format!("{failures:?}"))?;
    let wrong = (rng.next_u32() as usize) % disclosed.len();
    let mut off = disclosed.to_vec();
    off[wrong] += if rng.next_u32().is_multiple_of(2) { 1 } else { -1 };
    match accepts(plan, layout, witness, &off)? {
        Ok(()) => Err(format!("amount {wrong} off by one satisfies the circuit")),
        Err(_) => Ok(()),
    }
}

type Decided = Result<(), Vec<VerifyFailure>>;

fn accepts(plan: &Plan, layout: &Layout, witness: &Witness, amounts: &[i128]) -> Result<Decided, String> {
    let circuit = BillCircuit::with_values(plan, layout, witness, amounts);
    let instance = amounts.iter().map(|amount| field(*amount)).collect();
    with_shape(&layout.shape, || MockProver::run(layout.k, &circuit, vec![instance]))
        .map_err(|error| error.to_string())
        .map(|prover| prover.verify())
}

/// The same bill on batch-certified readings, somewhere in the ring: the same amounts, and a ring cell that moves is
/// refused wherever something is billed by it.
fn on_a_ring(
    program: &Program,
    readings: &Readings,
    carried: &[u64],
    disclosed: &[i128],
    rng: &mut ChaCha20Rng,
) -> Result<(), String> {
    let by = rng.next_u32() % 960;
    let (program, readings) = compact::moved(program, readings, by);
    let plan = Plan::certified(&program, compact::compact()).map_err(|refusal| refusal.to_string())?;
    let layout = match rng.next_u32() % 8 {
        lanes @ 1..7 => Layout::with_lanes(&plan, compact::compact(), lanes as usize, if lanes < 3 { 2 } else { 3 }),
        _ => Layout::certified(&plan, compact::compact()),
    };
    let layout = layout.map_err(|refusal| refusal.to_string())?;
    let whole = compact::around(&readings, u64::from(by));
    let mut witness = Witness::of(&plan, &whole, carried);
    let ring = layout.ring.as_ref().ok_or("no ring")?;
    witness.ring = ring.fill(compact::ring(), &whole, carried, layout.k);
    let of = |what| format!("{what} on a ring, {by} on, of {program:?}");
    decided(&plan, &layout, &witness, disclosed, rng).map_err(of)?;
    let stride = layout.shape.ring.as_ref().map_or(1, |ring| ring.stride);
    let gathered =
        ring.gathers.iter().flat_map(|gather| &gather.terms).map(|(position, column, _)| (*position, *column));
    let cells: Vec<_> = gathered.chain(ring.copies.iter().map(|(_, position, column)| (*position, *column))).collect();
    if let Some((position, column)) = cells.get(rng.next_u32() as usize % cells.len().max(1)) {
        witness.ring[*column][position * stride] += Fp::ONE;
        if accepts(&plan, &layout, &witness, disclosed)?.is_ok() {
            return Err(of(format!("ring cell {position} of column {column} moves freely")));
        }
    }
    Ok(())
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
