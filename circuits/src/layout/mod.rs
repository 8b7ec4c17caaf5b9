//! Where each value of a plan lies in the circuit: columns, rows, k.
//!
//! Prover and verifier derive the same layout from (tariff, data, period, circuit version) alone: integers in the cost
//! model, no measured times, nothing taken from the bill. `docs/circuit.md` draws the row tables.

mod place;
mod shape;

use crate::plan::{Affine, Cell, Plan, Span, Value};

pub use shape::Shape;

/// The smallest and largest domain that a layout may choose, as logarithms of the number of rows.
pub const MIN_K: u32 = 6;
/// See [`MIN_K`].
pub const MAX_K: u32 = 16;

/// A plan, placed.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Which columns and look-ups the circuit has.
    pub shape: Shape,
    /// Logarithm of the number of rows.
    pub k: u32,
    /// What stands where.
    pub acts: Vec<Act>,
    /// What each row of the linked column holds; rows not named are zero.
    pub linked: Vec<(usize, Linked)>,
    /// The look-up table of schedules.
    pub table: Vec<TableRow>,
    /// Rows used by the tallest column.
    pub rows: usize,
}

/// What a row of the linked column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// A reading.
    Reading(Cell),
    /// An input of the plan, by index.
    Input(usize),
}

/// A cell that later rows copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The running sum at this row.
    Sum(usize),
    /// The operand column at this row.
    Operand(usize),
    /// The disclosed amount of this index.
    Instance(usize),
}

/// What a copied cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A value of the plan.
    Value(Value),
    /// A disclosed amount.
    Output(usize),
}

/// A row's addition to the running sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// An input in the linked column, times a factor.
    pub linked: Option<(usize, i128)>,
    /// A copied cell in the operand column, times a factor.
    pub copied: Option<(Place, Source, i128)>,
}

/// A sum that starts at a constant and takes one term a row.
///
/// A constant other than zero has a row to itself, [`Chain::start`]; the sum stands from the row after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The first row.
    pub start: usize,
    /// What the sum starts at.
    pub constant: i128,
    /// The additions, from [`Chain::first_term`] on.
    pub terms: Vec<Term>,
}

impl Chain {
    /// Rows from the first to the one of the result, that one not counted.
    pub fn height(constant: i128, terms: &[Term]) -> usize {
        usize::from(constant != 0) + terms.len()
    }

    /// The row of the first addition.
    pub fn first_term(&self) -> usize {
        self.start + usize::from(self.constant != 0)
    }

    /// The row of the result.
    pub fn end(&self) -> usize {
        self.start + Chain::height(self.constant, &self.terms)
    }
}

/// One act of the circuit, at its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A sum that starts at a constant and takes one term a row.
    Chain(Chain),
    /// `sum[row] = 0`.
    Zero {
        /// The row.
        row: usize,
    },
    /// `0 ≤ sum[row] < 4^(width · groups)`.
    Range {
        /// The row.
        row: usize,
        /// Rows of digits.
        groups: usize,
        /// What the sum is.
        of: Affine,
    },
    /// `operand[row] = [x > 0]`, `operand[row + 1] = max(x, 0)` with `x = sum[row]`.
    Compare {
        /// The row.
        row: usize,
        /// The step of the plan.
        step: usize,
        /// Rows of digits.
        groups: usize,
    },
    /// `sum[row] = divisor · operand[row] + operand[row + 1]`, the latter in range of its digits.
    Divide {
        /// The row.
        row: usize,
        /// The step of the plan.
        step: usize,
        /// The divisor.
        divisor: i128,
        /// Rows of digits of the remainder.
        groups: usize,
    },
    /// A reading a row from `start`, each priced by its schedule; the sum stands at `start + cells.len()`.
    EachReading {
        /// The first row.
        start: usize,
        /// The step of the plan.
        step: usize,
    },
    /// A reading a row from `start`; the maximum stands in the running sum throughout.
    Peak {
        /// The first row.
        start: usize,
        /// The step of the plan.
        step: usize,
    },
    /// A cell is a disclosed amount.
    Disclose {
        /// The cell.
        place: Place,
        /// The disclosed amount.
        output: usize,
    },
}

/// A row of the look-up table of schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// One more than the schedule's index; zero only in the row that unused rows meet.
    pub tag: u64,
    /// The span, or the part of one that fits a limb.
    pub span: Span,
}

/// Why a plan has no layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutRefusal {
    /// More rows than the largest domain has.
    #[error("the bill needs {rows} rows, more than the {max} of the largest circuit")]
    TooManyRows {
        /// Rows needed.
        rows: usize,
        /// Rows there are.
        max: usize,
    },
}

impl LayoutRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            LayoutRefusal::TooManyRows { .. } => "period-too-long",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            LayoutRefusal::TooManyRows { .. } => "Bill a shorter period, or declare a smaller register bound.",
        }
    }
}

impl Layout {
    /// The cheapest layout of a plan under the cost model.
    ///
    /// # Errors
    /// [`LayoutRefusal::TooManyRows`] when no domain up to [`MAX_K`] holds it.
    pub fn new(plan: &Plan) -> Result<Self, LayoutRefusal> {
        let candidates = Shape::candidates(plan).into_iter().map(|shape| place::place(plan, shape));
        let cheapest = candidates.filter(|layout| layout.k <= MAX_K).min_by_key(|layout| (layout.cost(), layout.k));
        cheapest.ok_or_else(|| {
            let rows = Shape::candidates(plan).into_iter().map(|shape| place::place(plan, shape).rows).min();
            LayoutRefusal::TooManyRows { rows: rows.unwrap_or(0), max: 1 << MAX_K }
        })
    }

    /// The cost model's figure: tenths of a full-width multi-exponentiation, times rows.
    pub fn cost(&self) -> u64 {
        self.shape.cost_per_row() << self.k
    }
}
