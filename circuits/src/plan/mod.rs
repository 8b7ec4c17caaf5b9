//! From a program to affine inputs and the smallest non-linear remainder.
//!
//! Everything affine in the readings leaves the circuit: Pedersen commitments add, so the verifier derives the
//! commitment of any such value itself. What remains is a list of [`Step`]s over [`Value`]s, four kinds in all; every
//! schedule, maximum and rounding of the language is affine in their results. See `docs/circuit.md`.

mod form;
mod interval;
mod lower;
mod witness;

use wattproof_meter::calendar::SlotRange;
use wattproof_meter::quantity::Register;

use crate::program::{Carried, NodeId, Program, Ratio};

pub use interval::{Interval, LIMIT};
pub use witness::Witness;
pub(crate) use witness::reading;

/// A tariff over a period, ready to be laid out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The registers, with the bounds that readings are billed under.
    pub registers: Vec<Register>,
    /// The billed slots.
    pub slots: SlotRange,
    /// What earlier bills hand on, each with its bound.
    pub carried: Vec<Carried>,
    /// Values that are linear in the readings; the verifier derives their commitments.
    pub inputs: Vec<Input>,
    /// The non-linear remainder, each step over inputs and earlier results.
    pub steps: Vec<Step>,
    /// What the bill discloses: the total, then the shown lines.
    pub outputs: Vec<Output>,
}

/// A value of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// An input, by index.
    Input(usize),
    /// A result of a step: the step's index, and which of its results.
    Result(usize, Part),
}

/// Which result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The sum, maximum, flag or quotient.
    First,
    /// The positive part or remainder.
    Second,
}

/// `Σ weight · reading`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Weights, none of them zero, in the order of the cells.
    pub weights: Vec<(Cell, i128)>,
    /// Its bounds.
    pub interval: Interval,
}

/// `Σ factor · value + constant`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Affine {
    /// Factors, none of them zero, in the order of the values.
    pub terms: Vec<(Value, i128)>,
    /// The constant.
    pub constant: i128,
}

/// A reading by its register and its slot's place in the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Index of the register.
    pub register: usize,
    /// Slots after the first of the period.
    pub offset: u32,
}

/// A piece of a schedule on single readings: `slope · r + intercept` for `lo ≤ r ≤ hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The least reading of the piece.
    pub lo: u32,
    /// The greatest reading of the piece.
    pub hi: u32,
    /// The marginal price, in the step's integer scale.
    pub slope: i128,
    /// What is added, in the same scale.
    pub intercept: i128,
}

/// A non-linear act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// First: the sum over `cells` of each one's schedule at its reading.
    EachReading {
        /// Each reading with the index of its schedule.
        cells: Vec<(Cell, usize)>,
        /// The schedules; the spans of each cover the register's range without overlap.
        schedules: Vec<Vec<Span>>,
        /// Bounds of the sum.
        interval: Interval,
    },
    /// First: the largest of at least two readings.
    Peak {
        /// The readings.
        cells: Vec<Cell>,
        /// Bounds of the maximum.
        interval: Interval,
    },
    /// First: 1 when `x > 0`, else 0. Second: `max(x, 0)`.
    Compare {
        /// The argument.
        x: Affine,
        /// Its bounds.
        interval: Interval,
    },
    /// First: `⌊x / divisor⌋`. Second: the remainder, from 0 to `divisor − 1`.
    Divide {
        /// The argument.
        x: Affine,
        /// Its bounds.
        interval: Interval,
        /// At least 2.
        divisor: i128,
    },
}

/// A disclosed amount: the integer `T` with `affine = scale · T`, which counts `unit`s of money.
#[derive(Clone, Debug)]
pub struct Output {
    /// The line's name; empty for the total.
    pub name: String,
    /// The scaled amount.
    pub affine: Affine,
    /// Above zero.
    pub scale: i128,
    /// Bounds of the integer.
    pub interval: Interval,
    /// What the integer counts, in major currency units.
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
            PlanRefusal::Malformed { .. } => "program-malformed",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            PlanRefusal::PastBound { .. } => {
                "Declare a smaller register bound, or round prices or lines to fewer digits."
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
    /// Plans a program.
    ///
    /// # Errors
    /// [`PlanRefusal::PastBound`] with the worst case when a value could pass 2^120.
    pub fn new(program: &Program) -> Result<Self, PlanRefusal> {
        lower::lower(program)
    }

    /// Whether these are the carried values that the plan declares, each below its bound.
    pub(crate) fn check_carried(&self, carried: &[u64]) -> Result<(), CarriedMisfit> {
        if carried.len() != self.carried.len() {
            return Err(CarriedMisfit::Count { expected: self.carried.len(), found: carried.len() });
        }
        let passing = self.carried.iter().zip(carried).find(|(of, value)| **value >= of.below);
        passing.map_or(Ok(()), |(of, _)| Err(CarriedMisfit::TooLarge { name: of.name.clone() }))
    }

    /// Whether everything disclosed is linear in the readings, so that no circuit is needed.
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
            Value::Result(step, part) => self.steps.get(step).and_then(|step| step.interval(part)),
        }
    }
}

impl Step {
    /// The bounds of a result; nothing when the step has no such result.
    pub fn interval(&self, part: Part) -> Option<Interval> {
        match (self, part) {
            (Step::EachReading { interval, .. } | Step::Peak { interval, .. }, Part::First) => Some(*interval),
            (Step::EachReading { .. } | Step::Peak { .. }, Part::Second) => None,
            (Step::Compare { .. }, Part::First) => Some(Interval { lo: 0, hi: 1 }),
            (Step::Compare { interval, .. }, Part::Second) => Some(interval.positive()),
            (Step::Divide { interval, divisor, .. }, Part::First) => Some(interval.floor_div(*divisor)),
            (Step::Divide { divisor, .. }, Part::Second) => Some(Interval { lo: 0, hi: divisor - 1 }),
        }
    }
}

impl Output {
    /// The step's result that is disclosed as it is, when the output is one.
    pub fn as_result(&self) -> Option<Value> {
        match (self.affine.terms.as_slice(), self.affine.constant, self.scale) {
            ([(value @ Value::Result(..), 1)], 0, 1) => Some(*value),
            _ => None,
        }
    }
}
