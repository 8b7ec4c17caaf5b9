//! Chains: `sum = constant`, then a term a row. See `docs/circuit.md#sum`.

use halo2_proofs::circuit::{Region, Value as Known};
use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Expression, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::layout::{Chain, Place, Source, Term};

use super::{Columns, Rows, name};

/// | row | linked | sum | operand | factor | weight |
/// |-----|--------|-----|---------|--------|--------|
/// | start, when the constant is not 0 | | | | constant | |
/// | first term | input | constant | copied | factor | weight |
/// | … | input | sum | copied | factor | weight |
/// | end | | sum' | | | |
#[derive(Clone, Debug)]
pub(crate) struct SumChip {
    q_start: Selector,
    q_term: Selector,
    q_zero: Selector,
}

impl SumChip {
    pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Self {
        let chip = SumChip { q_start: meta.selector(), q_term: meta.selector(), q_zero: meta.selector() };
        meta.create_gate(name::TERM, |meta| {
            let q = meta.query_selector(chip.q_term);
            // linked: what the meter committed to, by the link; sum: the row above; sum': defined here.
            let linked = meta.query_advice(columns.linked, Rotation::cur());
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let next = meta.query_advice(columns.sum, Rotation::next());
            let mut adds = meta.query_fixed(columns.factor) * linked;
            if let Some(operand) = columns.operand {
                // operand: a copy of a constrained cell, or met by weight zero.
                adds = adds + meta.query_fixed(columns.weight) * meta.query_advice(operand, Rotation::cur());
            }
            Constraints::with_selector(q, [(name::TERM_ADDS, next - sum - adds)])
        });
        meta.create_gate(name::START, |meta| {
            let q = meta.query_selector(chip.q_start);
            // sum': anchored here to the fixed constant.
            let next = meta.query_advice(columns.sum, Rotation::next());
            Constraints::with_selector(q, [(name::START_AT, next - meta.query_fixed(columns.factor))])
        });
        meta.create_gate(name::ZERO, |meta| {
            let q = meta.query_selector(chip.q_zero);
            let sum: Expression<Fp> = meta.query_advice(columns.sum, Rotation::cur());
            Constraints::with_selector(q, [(name::ZERO_AT, sum)])
        });
        chip
    }

    /// `sum[row] = 0`; the cell is assigned by whoever uses the row.
    pub(crate) fn zero(&self, region: &mut Region<'_, Fp>, row: usize) -> Result<(), Error> {
        self.q_zero.enable(region, row)
    }

    pub(crate) fn assign(&self, rows: &mut Rows<'_, '_>, chain: &Chain, disclosed: &[i128]) -> Result<(), Error> {
        let mut row = chain.first_term();
        if chain.constant == 0 {
            self.zero(rows.region, row)?;
        } else {
            self.q_start.enable(rows.region, chain.start)?;
            rows.fix(rows.columns.factor, chain.start, chain.constant)?;
        }
        let mut sum = Known::known(chain.constant);
        rows.assign_sum(row, sum)?;
        for term in &chain.terms {
            self.q_term.enable(rows.region, row)?;
            sum = sum + self.linked(rows, row, term)? + self.copied(rows, row, term, disclosed)?;
            row += 1;
            rows.assign_sum(row, sum)?;
        }
        Ok(())
    }

    /// What the linked column adds; the link makes the cell zero where no input stands.
    fn linked(&self, rows: &mut Rows<'_, '_>, row: usize, term: &Term) -> Result<Known<i128>, Error> {
        let value = term.linked.map_or(Known::known(0), |(input, _)| rows.known(|witness| witness.inputs[input]));
        let by = term.linked.map_or(0, |(_, by)| by);
        rows.assign_linked(row, value.map(super::field))?;
        rows.fix(rows.columns.factor, row, by)?;
        Ok(value.map(|value| value * by))
    }

    /// What the operand column adds, a copy of an existing cell; its weight is zero where none is copied.
    fn copied(
        &self,
        rows: &mut Rows<'_, '_>,
        row: usize,
        term: &Term,
        disclosed: &[i128],
    ) -> Result<Known<i128>, Error> {
        let Some(column) = rows.columns.operand else { return Ok(Known::known(0)) };
        rows.fix(rows.columns.weight, row, term.copied.map_or(0, |(_, _, by)| by))?;
        let Some((from, source, by)) = term.copied else {
            rows.assign(name::OPERAND, column, row, Known::known(0))?;
            return Ok(Known::known(0));
        };
        let value = rows.known(|witness| match source {
            Source::Value(value) => witness.value(value),
            Source::Output(index) => disclosed.get(index).copied().unwrap_or(0),
        });
        if let Place::Instance(index) = from {
            rows.region.assign_advice_from_instance(|| name::OPERAND, rows.columns.instance, index, column, row)?;
        } else {
            self.copy(rows, row, from, value)?;
        }
        Ok(value.map(|value| value * by))
    }

    /// An operand that is a copy of an earlier cell.
    pub(crate) fn copy(
        &self,
        rows: &mut Rows<'_, '_>,
        row: usize,
        from: Place,
        value: Known<i128>,
    ) -> Result<(), Error> {
        let cell = rows.assign_operand(row, value)?;
        let from = *rows.cells.get(&from).ok_or(Error::Synthesis)?;
        rows.region.constrain_equal(cell, from)
    }
}
