//! What gadgets share: columns, sums of terms, range checks by digits and by limbs.
//!
//! Every gate is named by what it is for and every constraint by its equation; the names stand beside the gates or in
//! [`name`], and a failing test prints them. `docs/circuit.md` gives each gate its row table and says why it is enough.

pub(crate) mod digits;
pub(crate) mod gather;
pub(crate) mod lane;
pub(crate) mod limbs;
pub(crate) mod name;
pub(crate) mod sum;

use std::collections::{BTreeMap, BTreeSet};

use ff::{Field, PrimeField};
use halo2_proofs::circuit::{Cell as AssignedAt, Region, Value as Known};
use halo2_proofs::plonk::{Advice, Column, Error, Expression, Fixed, Instance};
use pasta_curves::Fp;

use crate::layout::{Layout, Place, Shape, lane_factor};
use crate::plan::{Plan, Value, Witness};

use digits::DigitsChip;
use lane::{Lane, LaneChip};
use limbs::{LimbsChip, Side};
use sum::SumChip;

/// The columns that gadgets share. Which of the optional ones exist is the shape's choice.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// Readings of batches, tied to the meter's commitments by the compact link.
    pub(crate) ring: Vec<Column<Advice>>,
    /// Inputs; tied to commitments by the link, and zero in every row that the layout does not name.
    pub(crate) linked: Column<Advice>,
    /// The running sum.
    pub(crate) sum: Column<Advice>,
    /// Copied values, flags, quotients.
    pub(crate) operand: Option<Column<Advice>>,
    /// What remains of a value when its lower digits are taken away; free for lists where no digits stand.
    pub(crate) rest: Option<Column<Advice>>,
    /// The upper digits of a row; free for lists where no digits stand.
    pub(crate) digits: Vec<Column<Advice>>,
    /// Beside rows of packed inputs: the part and digits of each.
    pub(crate) lanes: Vec<Lane>,
    /// A constant, or the factor of the linked value.
    pub(crate) factor: Column<Fixed>,
    /// The factor of the operand, or a divisor.
    pub(crate) weight: Column<Fixed>,
    /// The disclosed amounts.
    pub(crate) instance: Column<Instance>,
    /// The shape that says which columns there are.
    pub(crate) shape: Shape,
}

/// A gadget's view of the region while it fills its rows.
pub(crate) struct Rows<'a, 'r> {
    pub(crate) region: &'a mut Region<'r, Fp>,
    pub(crate) columns: &'a Columns,
    pub(crate) sum: &'a SumChip,
    pub(crate) digits: Option<&'a DigitsChip>,
    pub(crate) limbs: Option<&'a LimbsChip>,
    pub(crate) lane: Option<&'a LaneChip>,
    pub(crate) plan: &'a Plan,
    pub(crate) layout: &'a Layout,
    pub(crate) witness: Option<&'a Witness>,
    /// Cells that later rows copy.
    pub(crate) cells: BTreeMap<Place, AssignedAt>,
    /// Cells of the linked column, by row.
    pub(crate) linked: BTreeMap<usize, AssignedAt>,
    /// Rows of columns of sums that hold one: column, row.
    pub(crate) sums: BTreeSet<(usize, usize)>,
}

impl Rows<'_, '_> {
    /// A value of the witness, unknown without one.
    pub(crate) fn known(&self, of: impl FnOnce(&Witness) -> i128) -> Known<i128> {
        self.witness.map_or_else(Known::unknown, |witness| Known::known(of(witness)))
    }

    /// Assigns an integer.
    pub(crate) fn assign(
        &mut self,
        name: &'static str,
        column: Column<Advice>,
        row: usize,
        value: Known<i128>,
    ) -> Result<AssignedAt, Error> {
        self.region.assign_advice(|| name, column, row, || value.map(field)).map(|cell| cell.cell())
    }

    /// Assigns an input to the linked column, where the layout says that it stands.
    pub(crate) fn assign_input(&mut self, row: usize, input: usize) -> Result<Known<i128>, Error> {
        let value = self.known(|witness| witness.inputs[input]);
        self.assign_linked(row, value.map(field))?;
        Ok(value)
    }

    /// Assigns inputs packed into one row of the linked column, a lane each.
    pub(crate) fn assign_packed(&mut self, row: usize, inputs: &[usize]) -> Result<Vec<Known<i128>>, Error> {
        let values: Vec<_> = inputs.iter().map(|input| self.known(|witness| witness.inputs[*input])).collect();
        let zero = Known::known(Fp::zero());
        let packed = values
            .iter()
            .enumerate()
            .fold(zero, |packed, (lane, value)| packed + value.map(|value| field(value) * lane_factor(lane)));
        self.assign_linked(row, packed)?;
        Ok(values)
    }

    /// Assigns a cell of the linked column.
    pub(crate) fn assign_linked(&mut self, row: usize, value: Known<Fp>) -> Result<(), Error> {
        let cell = self.region.assign_advice(|| name::LINKED, self.columns.linked, row, || value)?;
        self.linked.insert(row, cell.cell());
        Ok(())
    }

    /// A value of a ring column, unknown without a witness.
    pub(crate) fn ring(&self, column: usize, row: usize) -> Known<Fp> {
        let cell = |witness: &Witness| witness.ring.get(column).and_then(|of| of.get(row)).copied().unwrap_or(Fp::ZERO);
        self.witness.map_or_else(Known::unknown, |witness| Known::known(cell(witness)))
    }

    /// Assigns the running sum, to be copied later.
    pub(crate) fn assign_sum(&mut self, row: usize, value: Known<i128>) -> Result<(), Error> {
        let cell = self.assign(name::SUM, self.columns.sum, row, value)?;
        self.cells.insert(Place::Sum(row), cell);
        Ok(())
    }

    /// Assigns the operand, to be copied later.
    pub(crate) fn assign_operand(&mut self, row: usize, value: Known<i128>) -> Result<AssignedAt, Error> {
        let column = self.columns.operand.ok_or(Error::Synthesis)?;
        let cell = self.assign(name::OPERAND, column, row, value)?;
        self.cells.insert(Place::Operand(row), cell);
        Ok(cell)
    }

    /// Assigns a result of a step to the operand column, to be copied later.
    pub(crate) fn assign_result(&mut self, row: usize, step: usize, result: usize) -> Result<Known<i128>, Error> {
        let value = self.known(|witness| witness.value(Value::Result(step, result)));
        self.assign_operand(row, value)?;
        Ok(value)
    }

    /// Assigns a fixed integer.
    pub(crate) fn fix(&mut self, column: Column<Fixed>, row: usize, value: i128) -> Result<(), Error> {
        self.region.assign_fixed(|| "", column, row, || Known::known(field(value))).map(|_| ())
    }

    /// `sum[row] = 0`; the cell is assigned by whoever uses the row.
    pub(crate) fn zero(&mut self, row: usize) -> Result<(), Error> {
        self.sum.zero(self.region, row)
    }

    /// `0 ≤ rest[row] < 4^(width · groups)`. The caller's gate on `row`, or on the row before, ties `rest[row]` to what is
    /// checked.
    pub(crate) fn digits(&mut self, row: usize, groups: usize, value: Known<i128>) -> Result<(), Error> {
        self.digits.ok_or(Error::Synthesis)?.assign(self, row, groups, value)
    }

    /// Assigns the limbs of a value that is not negative; the gadget's own expression says what they are limbs of.
    pub(crate) fn limbs(&mut self, side: Side, row: usize, value: Known<i128>) -> Result<(), Error> {
        self.limbs.ok_or(Error::Synthesis)?.assign(self, side, row, value)
    }
}

/// An integer as a field element; negative ones are the field's order less their magnitude.
pub fn field(value: i128) -> Fp {
    let magnitude = Fp::from_u128(value.unsigned_abs());
    if value < 0 { -magnitude } else { magnitude }
}

/// An expression times a constant; itself when that is one, which halo2 would multiply by.
pub(crate) fn times(of: Expression<Fp>, factor: Fp) -> Expression<Fp> {
    if factor == Fp::ONE { of } else { of * factor }
}
