//! Digits beside lists: columns of small values, no look-up. See `docs/circuit.md#lanes`.
//!
//! A row of a list holds several inputs packed into one linked value, one a lane, `2^40` apart. A lane has digits, of base 4 or 8,
//! which say its input, and a column for the part of its schedule that the input lies in.

use ff::Field;
use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector, VirtualCells};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::layout::{Shape, lane_factor};

use super::{Columns, Rows, field, name};

/// The columns of a lane.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// Which part of its schedule; there is none where nothing is priced.
    pub(crate) part: Option<Column<Advice>>,
    /// The digits, the lowest first.
    pub(crate) digits: Vec<Column<Advice>>,
}

/// The gate that bounds the digits of a row.
#[derive(Clone, Debug)]
pub(crate) struct LaneChip {
    q_digits: Selector,
}

impl LaneChip {
    pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Self {
        let chip = LaneChip { q_digits: meta.selector() };
        meta.create_gate(name::LANE_DIGITS, |meta| {
            let q = meta.query_selector(chip.q_digits);
            let base = columns.shape.lane_base();
            let digits = columns.lanes.iter().flat_map(|lane| &lane.digits);
            let bounded =
                digits.map(|digit| (name::LANE_DIGIT_IS, below(&meta.query_advice(*digit, Rotation::cur()), base)));
            Constraints::with_selector(q, bounded.collect::<Vec<_>>())
        });
        chip
    }

    /// Bounds the digits of a row, which its gadget assigns.
    pub(crate) fn enable(&self, rows: &mut Rows<'_, '_>, row: usize) -> Result<(), Error> {
        self.q_digits.enable(rows.region, row)
    }
}

impl Lane {
    pub(crate) fn digits(&self, meta: &mut VirtualCells<'_, Fp>) -> Vec<Expression<Fp>> {
        self.digits.iter().map(|digit| meta.query_advice(*digit, Rotation::cur())).collect()
    }

    /// Assigns the digits of a row.
    pub(crate) fn assign(&self, rows: &mut Rows<'_, '_>, row: usize, digits: &Known<Vec<i128>>) -> Result<(), Error> {
        for (at, column) in self.digits.iter().enumerate() {
            rows.assign(name::LANE_DIGIT, *column, row, digits.as_ref().map(|digits| digits[at]))?;
        }
        Ok(())
    }
}

/// `Σ base^i · digit`.
pub(crate) fn said(digits: &[Expression<Fp>], columns: &Columns) -> Expression<Fp> {
    let bits = columns.shape.lane_bits;
    let weighed = digits.iter().enumerate().map(|(power, digit)| digit.clone() * field(1 << (bits * power)));
    weighed.reduce(|sum, term| sum + term).unwrap_or(Expression::Constant(Fp::ZERO))
}

/// The digits of a value; those of zero where it is negative, and the lowest where it has more.
pub(crate) fn digits_of(value: i128, shape: &Shape) -> Vec<i128> {
    let digit = |at| (value.max(0) >> (shape.lane_bits * at)) & (shape.lane_base() as i128 - 1);
    (0..shape.lane_digits).map(digit).collect()
}

/// What packs the input of a lane with the others of its row.
pub(crate) fn packed(lane: usize, of: Expression<Fp>) -> Expression<Fp> {
    if lane == 0 { of } else { of * lane_factor(lane) }
}

/// Zero for the integers from zero to below `count`.
pub(crate) fn below(value: &Expression<Fp>, count: usize) -> Expression<Fp> {
    // A sum with a negative constant: halo2 evaluates a difference by a multiplication more.
    let factors = (1..count).map(|other| value.clone() + Expression::Constant(-Fp::from(other as u64)));
    factors.fold(value.clone(), |product, factor| product * factor)
}
