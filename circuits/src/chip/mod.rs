//! One chip a file: its gates, and how it fills its rows.
//!
//! Every gate is named by what it is for and every constraint by its equation; the names stand in [`name`], and a
//! failing test prints them. `docs/circuit.md` gives each gate its row table and says why it is enough.

pub(crate) mod compare;
pub(crate) mod digits;
pub(crate) mod divide;
pub(crate) mod limbs;
pub(crate) mod name;
pub(crate) mod peak;
pub(crate) mod spans;
pub(crate) mod sum;

use std::collections::BTreeMap;

use ff::PrimeField;
use halo2_proofs::circuit::{Cell as AssignedAt, Region, Value as Known};
use halo2_proofs::plonk::{Advice, Column, Error, Fixed, Instance};
use pasta_curves::Fp;

use crate::layout::{Layout, Place};
use crate::plan::{Cell, Plan, Witness, reading};
use wattproof_meter::reading::Readings;

/// The columns that chips share. Which of the optional ones exist is the shape's choice.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// Readings and inputs; tied to commitments by the link, and zero in every row that the layout does not name.
    pub(crate) linked: Column<Advice>,
    /// The running sum.
    pub(crate) sum: Column<Advice>,
    /// Copied values, flags, quotients.
    pub(crate) operand: Option<Column<Advice>>,
    /// What remains of a value when its lower digits are taken away.
    pub(crate) rest: Option<Column<Advice>>,
    /// The upper digits of a row.
    pub(crate) digits: Vec<Column<Advice>>,
    /// A constant, or the factor of the linked value.
    pub(crate) factor: Column<Fixed>,
    /// The factor of the operand, or a divisor.
    pub(crate) weight: Column<Fixed>,
    /// The disclosed amounts.
    pub(crate) instance: Column<Instance>,
}

/// A chip's view of the region while it fills its rows.
pub(crate) struct Rows<'a, 'r> {
    pub(crate) region: &'a mut Region<'r, Fp>,
    pub(crate) columns: &'a Columns,
    pub(crate) plan: &'a Plan,
    pub(crate) layout: &'a Layout,
    pub(crate) readings: Option<&'a Readings>,
    pub(crate) witness: Option<&'a Witness>,
    /// Cells that later rows copy.
    pub(crate) cells: BTreeMap<Place, AssignedAt>,
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

    /// Assigns a reading to the linked column, where the layout says that it stands.
    pub(crate) fn assign_reading(&mut self, row: usize, cell: Cell) -> Result<Known<u32>, Error> {
        let value = self.readings.map_or_else(Known::unknown, |of| Known::known(reading(self.plan, of, cell)));
        self.assign(name::LINKED, self.columns.linked, row, value.map(i128::from))?;
        Ok(value)
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

    /// Assigns a fixed integer.
    pub(crate) fn fix(&mut self, column: Column<Fixed>, row: usize, value: i128) -> Result<(), Error> {
        self.region.assign_fixed(|| "", column, row, || Known::known(field(value))).map(|_| ())
    }
}

/// An integer as a field element; negative ones are the field's order less their magnitude.
pub fn field(value: i128) -> Fp {
    let magnitude = Fp::from_u128(value.unsigned_abs());
    if value < 0 { -magnitude } else { magnitude }
}
