//! Where each value of a plan lies in the circuit: columns, rows, k.
//!
//! Prover and verifier derive the same layout from (tariff, data, period, circuit version) alone: integers in the cost
//! model, no measured times, nothing taken from the bill. `docs/circuit.md` draws the row tables.

mod place;
mod ring;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use ff::{Field, PrimeField};
use pasta_curves::Fp;
use wattproof_meter::ring::RING_K;

use crate::gadget::{self, At};
use crate::plan::{Affine, Plan, Value};

use ring::RingPlan;

pub use crate::gadget::{Part, Span, TableRow};
pub(crate) use place::Placer;
pub use ring::{Certified, Gather, RingColumn, RingLayout, RingShape, SumShape};
pub use shape::Shape;

/// The smallest and largest domain that a layout may choose, as logarithms of the number of rows.
pub const MIN_K: u32 = 6;
/// See [`MIN_K`].
pub const MAX_K: u32 = 16;

/// Inputs that a row of lists may pack, at most: more make proofs of more bytes than they save time.
pub const MAX_LANES: usize = 6;
/// Bits that the digits of a lane may hold, at most.
pub(crate) const MAX_LANE_WIDTH: usize = 36;
/// Bytes of a proof that lanes may make, by the estimate of the cost model.
const MAX_BYTES: usize = 4_500;
/// How many times cheaper a layout must be for its lanes to make more bytes than that.
const WORTH_BYTES: u64 = 2;
/// What stands in a lane is less than this from zero. A lane's input and what its digits say are then less than `2^38`
/// apart, and rows that pack the same hold the same in every lane; six lanes are packed below the field's order.
pub(crate) const LANE_LIMIT: i128 = 1 << 37;
const LANE_SHIFT: u64 = 40;

/// What a lane's input counts in its row: `2^(40·lane)`.
pub fn lane_factor(lane: usize) -> Fp {
    Fp::from_u128(1 << LANE_SHIFT).pow_vartime([lane as u64])
}

/// Where an input stands in the linked column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The row.
    pub row: usize,
    /// The input.
    pub input: usize,
    /// The lane of the row, whose factor is [`lane_factor`].
    pub lane: usize,
}

/// A plan, placed.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Which columns and look-ups the circuit has.
    pub shape: Shape,
    /// Logarithm of the number of rows.
    pub k: u32,
    /// What stands where.
    pub acts: Vec<Act>,
    /// The cell of each result of a step.
    pub results: BTreeMap<Value, Place>,
    /// Which inputs the rows of the linked column hold; rows not named are zero.
    pub linked: Vec<Linked>,
    /// Where batch-certified readings stand, and how linked rows come of them; nothing when each has a commitment.
    pub ring: Option<RingLayout>,
    /// The look-up table of schedules.
    pub table: Vec<TableRow>,
    /// Rows used by the tallest column.
    pub rows: usize,
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
    /// `operand[row]` is a copy of an earlier cell.
    Copy {
        /// The row.
        row: usize,
        /// The cell.
        from: Place,
        /// What it holds.
        of: Affine,
    },
    /// A gadget's rows.
    Step(At),
    /// A cell is a disclosed amount.
    Disclose {
        /// The cell.
        place: Place,
        /// The disclosed amount.
        output: usize,
    },
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
        Layout::certified(plan, Certified::Each)
    }

    /// The cheapest layout for readings so certified.
    ///
    /// # Errors
    /// As for [`Layout::new`].
    pub fn certified(plan: &Plan, certified: Certified) -> Result<Self, LayoutRefusal> {
        let small = |shape: &Shape, k| shape.lanes <= 1 || shape.proof_bytes(k) <= MAX_BYTES;
        Layout::cheapest(plan, certified, Shape::candidates(plan), small)
    }

    /// The cheapest of those that pack so many inputs a row, with digits of so many bits, if any of its lists can stand in
    /// such lanes; with none, lists are looked up.
    ///
    /// # Errors
    /// As for [`Layout::new`].
    pub fn with_lanes(plan: &Plan, certified: Certified, lanes: usize, bits: usize) -> Result<Self, LayoutRefusal> {
        let shapes = Shape::candidates(plan);
        let asked = |shape: &&Shape| (shape.lanes, shape.lane_bits) == (lanes, bits);
        let some: Vec<_> = shapes.iter().filter(asked).cloned().collect();
        let looked_up = || shapes.iter().filter(|shape| shape.lanes == 0).cloned().collect();
        let shapes = if some.is_empty() { looked_up() } else { some };
        Layout::cheapest(plan, certified, shapes, |_, _| true)
    }

    fn cheapest(
        plan: &Plan,
        certified: Certified,
        shapes: Vec<Shape>,
        is_small: impl Fn(&Shape, u32) -> bool,
    ) -> Result<Self, LayoutRefusal> {
        let ring = match certified {
            Certified::Each => None,
            Certified::Batches(ring) => Some(RingPlan::new(plan, ring)),
        };
        let mut placed: BTreeMap<(usize, usize, usize, bool), Layout> = BTreeMap::new();
        let mut possible: Vec<(u64, u32, Shape, _)> = vec![];
        for mut shape in with_rings(shapes, ring.as_ref()) {
            let key = (shape.digits, shape.lanes, shape.lane_bits, shape.is_aligned());
            let layout = placed.entry(key).or_insert_with(|| Layout::placed(plan, &shape, ring.as_ref()));
            let mut k = place::domain(plan, &shape, layout.rows);
            if let Some(of) = &layout.shape.ring {
                k = k.max(RING_K);
                shape.ring = Some(RingShape { stride: 1 << (k - RING_K), ..of.clone() });
            }
            if k <= MAX_K && (k == RING_K || !shape.is_aligned()) {
                possible.push((shape.cost_per_row() << k, k, shape, key));
            }
        }
        let least = |(cost, k, ..): &&(u64, u32, Shape, _)| (*cost, *k);
        let small = possible.iter().filter(|(_, k, shape, _)| is_small(shape, *k)).min_by_key(least);
        let any = possible.iter().min_by_key(least);
        let chosen = small.zip(any).map(|(small, any)| if any.0 * WORTH_BYTES <= small.0 { any } else { small });
        let Some((_, k, shape, key)) = chosen.cloned() else {
            let rows = placed.values().map(|layout| layout.rows).min();
            return Err(LayoutRefusal::TooManyRows { rows: rows.unwrap_or(0), max: 1 << MAX_K });
        };
        let layout = placed.remove(&key).unwrap_or_else(|| Layout::placed(plan, &shape, ring.as_ref()));
        let table = gadget::table(plan, &shape);
        Ok(Layout { shape, k, table, ..layout })
    }

    /// Everything at its rows, whatever the domain.
    fn placed(plan: &Plan, shape: &Shape, ring: Option<&RingPlan<'_>>) -> Layout {
        let mut layout = place::place(plan, shape);
        if let Some(ring) = ring {
            let (gathered, shape) = ring.gather(&layout.linked, shape.is_aligned());
            (layout.ring, layout.shape.ring) = (Some(gathered), Some(shape));
        }
        layout
    }

    /// Rows of the linked column in use.
    pub fn linked_rows(&self) -> usize {
        self.linked.iter().map(|linked| linked.row).collect::<BTreeSet<_>>().len()
    }

    /// The cost model's figure: tenths of a full-width multi-exponentiation, times rows.
    pub fn cost(&self) -> u64 {
        self.shape.cost_per_row() << self.k
    }
}

/// Shapes for batch-certified readings: each with lists beside the positions that they read, and each without.
fn with_rings(shapes: Vec<Shape>, ring: Option<&RingPlan<'_>>) -> Vec<Shape> {
    let Some(ring) = ring else { return shapes };
    let with = |shape: Shape| {
        let beside: &[bool] = if shape.lanes > 0 { &[true, false] } else { &[false] };
        beside.iter().map(move |aligned| Shape { ring: Some(ring.shape(*aligned)), ..shape.clone() })
    };
    shapes.into_iter().flat_map(with).collect()
}
