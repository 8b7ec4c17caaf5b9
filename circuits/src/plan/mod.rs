//! From a program to affine inputs and the smallest non-linear remainder.
//!
//! Everything affine in what is given (readings and carried values) leaves the circuit: Pedersen commitments add, so the
//! verifier derives the commitment of any such value itself. What remains is a list of [`Step`]s over [`Value`]s; every
//! schedule, maximum and rounding of the language is affine in their results. See `docs/circuit.md`.
//!
//! ```text
//! Program ─ expr, symbols ─► expressions ─ task ─► what each value needs ─ planner ─► forms, steps ─ sweep ─► Plan
//! ```

mod arithmetic;
mod climb;
mod entry;
mod expr;
mod form;
mod function;
mod interval;
mod lists;
mod planner;
mod round;
mod sweep;
mod symbols;
mod task;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

use wattproof_meter::calendar::SlotRange;
use wattproof_meter::quantity::Register;

pub use crate::gadget::Step;
use crate::layout::{Certified, Layout};
use crate::program::{Carried, NodeId, Place, Program, Ratio};

pub use interval::{Interval, LIMIT};
pub use planner::LookUps;
pub use witness::Witness;

/// A tariff over a period, ready to be laid out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The registers, with the bounds that readings are billed under.
    pub registers: Vec<Register>,
    /// The billed slots.
    pub slots: SlotRange,
    /// The readings that are missing, for which the plan has estimates.
    pub estimated: BTreeSet<Place>,
    /// What earlier bills hand on, each with its bound.
    pub carried: Vec<Carried>,
    /// Values that are affine in what is given; the verifier derives their commitments.
    pub inputs: Vec<Input>,
    /// The non-linear remainder, each step over inputs and earlier results.
    pub steps: Vec<Step>,
    /// What the bill discloses: the total, then the shown lines, then the figures.
    pub outputs: Vec<Output>,
}

/// What a plan is given: a reading, by its place, or a carried value, by its index, counted in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Given {
    /// A reading.
    Reading(Place),
    /// A carried value; public.
    Carried(usize),
}

/// A value of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// An input, by index.
    Input(usize),
    /// A result of a step: the step's index, and which of its results.
    Result(usize, usize),
}

/// `Σ weight · given + constant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Weights, none of them zero, in the order of what is given.
    pub weights: Vec<(Given, i128)>,
    /// The constant.
    pub constant: i128,
    /// Its bounds.
    pub interval: Interval,
}

impl Input {
    /// The place of the reading that the input is, when it is one.
    pub fn as_reading(&self) -> Option<Place> {
        match (self.weights.as_slice(), self.constant) {
            ([(Given::Reading(place), 1)], 0) => Some(*place),
            _ => None,
        }
    }
}

/// `Σ factor · value + constant`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Affine {
    /// Factors, none of them zero, in the order of the values.
    pub terms: Vec<(Value, i128)>,
    /// The constant.
    pub constant: i128,
}

impl Affine {
    /// `other − self + constant`.
    #[must_use]
    pub(crate) fn subtracted_from(&self, other: &Affine, constant: i128) -> Affine {
        let mut terms: BTreeMap<Value, i128> = other.terms.iter().copied().collect();
        for (value, factor) in &self.terms {
            *terms.entry(*value).or_insert(0) -= factor;
        }
        terms.retain(|_, factor| *factor != 0);
        Affine { terms: terms.into_iter().collect(), constant: other.constant - self.constant + constant }
    }

    /// The value that the form is, when it is one.
    pub fn as_value(&self) -> Option<Value> {
        match (self.terms.as_slice(), self.constant) {
            ([(value, 1)], 0) => Some(*value),
            _ => None,
        }
    }
}

/// A disclosed amount: the integer `T` with `affine = scale · T`, which counts `unit`s.
#[derive(Clone, Debug)]
pub struct Output {
    /// The line's or figure's name; empty for the total.
    pub name: String,
    /// The scaled amount.
    pub affine: Affine,
    /// Above zero.
    pub scale: i128,
    /// Bounds of the integer.
    pub interval: Interval,
    /// What the integer counts: major currency units, or base units for a figure.
    pub unit: Ratio,
}

/// Why a program has no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanRefusal {
    /// A value could pass 2^120, or a price has too many digits to be made an integer.
    #[error("value {node} of the tariff could reach {bits} bits, past the 120 that a proof may use")]
    PastBound {
        /// The node of the program.
        node: NodeId,
        /// Bits of the worst case; 127 stands for "at least 127".
        bits: u32,
    },
    /// A quotient that varies is used where only whole multiples of something can be.
    #[error("value {node} of the tariff is or takes a quotient that is not rounded")]
    Unrounded {
        /// The node of the program.
        node: NodeId,
    },
    /// The program breaks an invariant that lowering promises.
    #[error("value {node} of the tariff is malformed: {what}")]
    Malformed {
        /// The node of the program.
        node: NodeId,
        /// Which invariant.
        what: &'static str,
    },
}

impl PlanRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            PlanRefusal::PastBound { .. } => "value-past-bound",
            PlanRefusal::Unrounded { .. } => "quotient-unrounded",
            PlanRefusal::Malformed { .. } => "program-malformed",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            PlanRefusal::PastBound { .. } => {
                "Declare a smaller register bound, or round prices or lines to fewer digits."
            }
            PlanRefusal::Unrounded { .. } => {
                "Round the quotient first, as in `(ratio(a, b) or 0 rounded half up to 0.001)`."
            }
            PlanRefusal::Malformed { .. } => "Report this: the tariff compiler made a program that it should not make.",
        }
    }
}

/// Why carried values are not those of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CarriedMisfit {
    /// Another number of them.
    Count { expected: usize, found: usize },
    /// One at or above its bound.
    TooLarge { name: String },
}

impl Plan {
    /// Plans a program: of the ways of treating lists of inputs that are worth comparing, the one with the cheapest
    /// layout.
    ///
    /// # Errors
    /// [`PlanRefusal::PastBound`] with the worst case when a value could pass 2^120; [`PlanRefusal::Unrounded`] where a
    /// quotient must be rounded first.
    pub fn new(program: &Program) -> Result<Self, PlanRefusal> {
        Plan::certified(program, Certified::Each)
    }

    /// The plan with the cheapest layout for readings so certified.
    ///
    /// # Errors
    /// As for [`Plan::new`].
    pub fn certified(program: &Program, certified: Certified) -> Result<Self, PlanRefusal> {
        let mut plans = planner::plans(program)?;
        if plans.len() == 1 {
            return Ok(plans.remove(0));
        }
        let cost = |plan: &Plan| Layout::certified(plan, certified).map_or(u64::MAX, |layout| layout.cost());
        let cheapest = (0..plans.len()).min_by_key(|at| cost(&plans[*at])).unwrap_or_default();
        Ok(plans.swap_remove(cheapest))
    }

    /// Plans a program in one of those ways.
    ///
    /// # Errors
    /// As for [`Plan::new`].
    pub fn with(program: &Program, look_ups: LookUps) -> Result<Self, PlanRefusal> {
        planner::plan(program, look_ups).map(|(plan, _)| plan)
    }

    /// Whether these are the carried values that the plan declares, each below its bound.
    pub(crate) fn check_carried(&self, carried: &[u64]) -> Result<(), CarriedMisfit> {
        if carried.len() != self.carried.len() {
            return Err(CarriedMisfit::Count { expected: self.carried.len(), found: carried.len() });
        }
        let passing = self.carried.iter().zip(carried).find(|(of, value)| **value >= of.below);
        passing.map_or(Ok(()), |(of, _)| Err(CarriedMisfit::TooLarge { name: of.name.clone() }))
    }

    /// Whether everything disclosed is affine in what is given, so that no circuit is needed.
    pub fn is_linear(&self) -> bool {
        self.steps.is_empty() && self.outputs.iter().all(|o| o.scale == 1)
    }

    /// Bits that the disclosed amounts can say at most: the logarithm of the number of values their bounds allow.
    pub fn bits_disclosed(&self) -> f64 {
        self.outputs.iter().map(|o| o.interval.bits()).sum()
    }

    /// Bits that the period's readings hold: slots times register bits.
    pub fn bits_held(&self) -> u64 {
        self.registers.iter().map(|r| u64::from(r.bits())).sum::<u64>() * u64::from(self.slots.count())
    }

    /// The bounds of a value.
    pub fn interval(&self, value: Value) -> Option<Interval> {
        match value {
            Value::Input(index) => self.inputs.get(index).map(|input| input.interval),
            Value::Result(step, result) => self.steps.get(step).and_then(|step| step.bound(result)),
        }
    }
}

impl Output {
    /// The step's result that is disclosed as it is, when the output is one.
    pub fn as_result(&self) -> Option<Value> {
        self.affine.as_value().filter(|value| matches!(value, Value::Result(..)) && self.scale == 1)
    }
}
