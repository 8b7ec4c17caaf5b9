//! The largest of several readings. See `docs/circuit.md#peak`.

use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector, VirtualCells};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::plan::{Cell, Part, Value};

use super::limbs::LimbsChip;
use super::{Columns, Rows, name};

/// | row | linked | sum | operand | limbs | factor |
/// |-----|--------|-----|---------|-------|--------|
/// | start | reading | maximum | 0 | of maximum − reading | 0 |
/// | … | reading | maximum | 0 or 1 | | |
/// | end | | maximum | 1 | | 1 |
///
/// The operand can only change on a row whose reading is the maximum, and it must change.
#[derive(Clone, Debug)]
pub(crate) struct PeakChip {
    q_peak: Selector,
    q_mark: Selector,
}

impl PeakChip {
    pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns, operand: Column<Advice>) -> Self {
        let chip = PeakChip { q_peak: meta.complex_selector(), q_mark: meta.selector() };
        meta.create_gate(name::PEAK, |meta| {
            let q = meta.query_selector(chip.q_peak);
            // linked: by the link; sum: the same on every row, not below any reading by the limbs; operand: by marks.
            let reading = meta.query_advice(columns.linked, Rotation::cur());
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let next = meta.query_advice(columns.sum, Rotation::next());
            let found = meta.query_advice(operand, Rotation::cur());
            let found_next = meta.query_advice(operand, Rotation::next());
            Constraints::with_selector(
                q,
                [(name::PEAK_KEEPS, next - sum.clone()), (name::PEAK_STEPS, (found_next - found) * (sum - reading))],
            )
        });
        meta.create_gate(name::PEAK_MARK, |meta| {
            let q = meta.query_selector(chip.q_mark);
            let found = meta.query_advice(operand, Rotation::cur());
            Constraints::with_selector(q, [(name::PEAK_MARK_IS, found - meta.query_fixed(columns.factor))])
        });
        chip
    }

    /// `maximum − reading`, zero in unused rows.
    pub(crate) fn slack(&self, meta: &mut VirtualCells<'_, Fp>, columns: &Columns) -> Expression<Fp> {
        let q = meta.query_selector(self.q_peak);
        let sum = meta.query_advice(columns.sum, Rotation::cur());
        q * (sum - meta.query_advice(columns.linked, Rotation::cur()))
    }

    pub(crate) fn assign(
        &self,
        rows: &mut Rows<'_, '_>,
        start: usize,
        step: usize,
        cells: &[Cell],
        limbs: &LimbsChip,
    ) -> Result<(), Error> {
        let maximum = rows.known(|witness| witness.value(Value::Result(step, Part::First)));
        let mut found = Known::known(0i128);
        self.mark(rows, start, 0)?;
        for (row, cell) in (start..).zip(cells) {
            self.q_peak.enable(rows.region, row)?;
            let value = rows.assign_reading(row, *cell)?.map(i128::from);
            rows.assign_sum(row, maximum)?;
            rows.assign_operand(row, found)?;
            let slack = maximum.zip(value).map(|(maximum, value)| maximum - value);
            limbs.assign(rows, limbs.below(), row, slack)?;
            found = found.zip(slack).map(|(found, slack)| if slack == 0 { 1 } else { found });
        }
        let end = start + cells.len();
        rows.assign_sum(end, maximum)?;
        rows.assign_operand(end, found)?;
        self.mark(rows, end, 1)
    }

    fn mark(&self, rows: &mut Rows<'_, '_>, row: usize, value: i128) -> Result<(), Error> {
        self.q_mark.enable(rows.region, row)?;
        rows.fix(rows.columns.factor, row, value)
    }
}
