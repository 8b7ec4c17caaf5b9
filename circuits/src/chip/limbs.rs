//! Range checks on inputs by limbs from a look-up table. See `docs/circuit.md#limbs`.
//!
//! A value is `low + Σ 2^(bits·j) · limb_j`; the limbs beyond the lowest have columns, the lowest is what remains.

use halo2_proofs::circuit::{Layouter, Value as Known};
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Error, Expression, TableColumn, VirtualCells};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::layout::Shape;

use super::{Rows, field, name};

/// The limb columns of both sides of a check, and the table of limbs.
#[derive(Clone, Debug)]
pub(crate) struct LimbsChip {
    columns: Vec<Column<Advice>>,
    below: usize,
    bits: u32,
    table: TableColumn,
}

/// Which of the two checks that a row may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Of what lies above a span's start, or below a maximum.
    Below,
    /// Of what lies below a span's end, or is packed with another value.
    Above,
}

impl LimbsChip {
    pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, shape: &Shape) -> Self {
        let columns: Vec<_> = (0..shape.limb_columns()).map(|_| meta.advice_column()).collect();
        let table = meta.lookup_table_column();
        for column in &columns {
            meta.lookup(|meta| vec![(meta.query_advice(*column, Rotation::cur()), table)]);
        }
        LimbsChip { columns, below: shape.limbs_below(), bits: shape.limb_bits, table }
    }

    /// The columns of a side.
    fn side(&self, side: Side) -> &[Column<Advice>] {
        let (below, above) = self.columns.split_at(self.below);
        match side {
            Side::Below => below,
            Side::Above => above,
        }
    }

    /// The expression is at least zero and below `2^(bits · (1 + side's columns))`, in every row.
    pub(crate) fn check(
        &self,
        meta: &mut ConstraintSystem<Fp>,
        side: Side,
        value: impl FnOnce(&mut VirtualCells<'_, Fp>) -> Expression<Fp>,
    ) {
        meta.lookup(|meta| {
            let mut low = value(meta);
            for (power, column) in (1..).zip(self.side(side)) {
                low = low - meta.query_advice(*column, Rotation::cur()) * field(1 << (self.bits * power));
            }
            vec![(low, self.table)]
        });
    }

    /// Assigns the limbs of a value that is not negative.
    pub(crate) fn assign(
        &self,
        rows: &mut Rows<'_, '_>,
        side: Side,
        row: usize,
        value: Known<i128>,
    ) -> Result<(), Error> {
        let mask = (1i128 << self.bits) - 1;
        for (power, column) in (1..).zip(self.side(side)) {
            rows.assign(name::LIMB, *column, row, value.map(|value| (value >> (self.bits * power)) & mask))?;
        }
        Ok(())
    }

    pub(crate) fn load(&self, layouter: &mut impl Layouter<Fp>) -> Result<(), Error> {
        layouter.assign_table(
            || "limbs",
            |mut table| {
                for value in 0..1usize << self.bits {
                    table.assign_cell(|| name::LIMB, self.table, value, || Known::known(field(value as i128)))?;
                }
                Ok(())
            },
        )
    }
}
