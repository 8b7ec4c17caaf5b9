//! A plan evaluated on readings: what the prover puts into the circuit.

use num_integer::Integer;
use wattproof_meter::reading::Readings;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Affine, Cell, Part, Plan, Span, Step, Value};

/// The values of a plan on one household's readings. Wiped when dropped; without `Debug`.
#[derive(Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "values derived from readings are secret")]
pub struct Witness {
    /// The inputs.
    pub inputs: Vec<i128>,
    /// The two results of each step; zero where a step has one.
    pub results: Vec<[i128; 2]>,
}

impl Witness {
    /// Evaluates `plan`. A gap, a slot outside and a reading above its register's bound count nothing here; whoever
    /// proves checks them first.
    pub fn of(plan: &Plan, readings: &Readings) -> Self {
        let read = |cell: Cell| i128::from(reading(plan, readings, cell));
        let inputs =
            plan.inputs.iter().map(|input| input.weights.iter().map(|(cell, weight)| weight * read(*cell)).sum());
        let mut witness = Witness { inputs: inputs.collect(), results: vec![] };
        for step in &plan.steps {
            let result = witness.step(step, &read);
            witness.results.push(result);
        }
        witness
    }

    fn step(&self, step: &Step, read: &impl Fn(Cell) -> i128) -> [i128; 2] {
        match step {
            Step::EachReading { cells, schedules, .. } => {
                [cells.iter().map(|(cell, schedule)| priced(&schedules[*schedule], read(*cell))).sum(), 0]
            }
            Step::Peak { cells, .. } => [cells.iter().map(|cell| read(*cell)).max().unwrap_or(0), 0],
            Step::Compare { x, .. } => {
                let x = self.affine(x);
                [i128::from(x > 0), x.max(0)]
            }
            Step::Divide { x, divisor, .. } => self.affine(x).div_mod_floor(divisor).into(),
        }
    }

    /// The value of an affine form.
    pub fn affine(&self, affine: &Affine) -> i128 {
        affine.terms.iter().map(|(value, factor)| factor * self.value(*value)).sum::<i128>() + affine.constant
    }

    /// The value of a value.
    pub fn value(&self, value: Value) -> i128 {
        match value {
            Value::Input(index) => self.inputs[index],
            Value::Result(step, Part::First) => self.results[step][0],
            Value::Result(step, Part::Second) => self.results[step][1],
        }
    }

    /// The disclosed integers, in the order of the plan's outputs.
    pub fn outputs(&self, plan: &Plan) -> Vec<i128> {
        plan.outputs.iter().map(|output| self.affine(&output.affine) / output.scale).collect()
    }
}

/// The reading of a cell; zero at a gap.
pub(crate) fn reading(plan: &Plan, readings: &Readings, cell: Cell) -> u32 {
    plan.slots.first().after(cell.offset).and_then(|slot| readings.get(cell.register, slot)).unwrap_or(0)
}

fn span(spans: &[Span], reading: u32) -> Option<&Span> {
    spans.iter().find(|span| span.lo <= reading && reading <= span.hi)
}

fn priced(spans: &[Span], reading: i128) -> i128 {
    let found = u32::try_from(reading).ok().and_then(|r| span(spans, r));
    found.map_or(0, |span| span.slope * reading + span.intercept)
}
