//! A plan evaluated on readings: what the prover puts into the circuit.

use pasta_curves::Fp;
use wattproof_meter::reading::Readings;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::program::Place;

use super::{Affine, Given, Input, Plan, Value};

/// The values of a plan on one household's readings. Wiped when dropped; without `Debug`.
#[derive(Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "values derived from readings are secret")]
pub struct Witness {
    /// The inputs.
    pub inputs: Vec<i128>,
    /// The results of each step.
    pub results: Vec<Vec<i128>>,
    /// The ring columns' values, row by row; none where each reading has a commitment.
    pub ring: Vec<Vec<Fp>>,
}

impl Witness {
    /// Evaluates `plan` after earlier bills that hand on `carried`. A gap, a slot outside and a reading above its
    /// register's bound count nothing here; whoever proves checks them first.
    pub fn of(plan: &Plan, readings: &Readings, carried: &[u64]) -> Self {
        let given = |given: Given| match given {
            Given::Reading(place) => i128::from(reading(plan, readings, place)),
            Given::Carried(index) => carried.get(index).copied().unwrap_or(0).into(),
        };
        let weighed = |input: &Input| input.weights.iter().map(|(of, weight)| weight * given(*of)).sum::<i128>();
        let inputs = plan.inputs.iter().map(|input| weighed(input) + input.constant);
        let mut witness =
            Witness { inputs: inputs.collect(), results: Vec::with_capacity(plan.steps.len()), ring: vec![] };
        for step in &plan.steps {
            let results = step.results(&witness);
            witness.results.push(results);
        }
        witness
    }

    /// The value of an affine form.
    pub fn affine(&self, affine: &Affine) -> i128 {
        affine.terms.iter().map(|(value, factor)| factor * self.value(*value)).sum::<i128>() + affine.constant
    }

    /// The value of a value.
    pub fn value(&self, value: Value) -> i128 {
        match value {
            Value::Input(index) => self.inputs[index],
            Value::Result(step, result) => self.results[step][result],
        }
    }

    /// The disclosed integers, in the order of the plan's outputs.
    pub fn outputs(&self, plan: &Plan) -> Vec<i128> {
        plan.outputs.iter().map(|output| self.affine(&output.affine) / output.scale).collect()
    }
}

/// A reading within its bound; zero otherwise.
fn reading(plan: &Plan, readings: &Readings, place: Place) -> u32 {
    let slot = plan.slots.first().after(place.offset);
    let reading = slot.and_then(|slot| readings.get(place.register, slot));
    let max = plan.registers.get(place.register).map(|register| register.max());
    reading.filter(|reading| max.is_some_and(|max| *reading <= max)).unwrap_or(0)
}
