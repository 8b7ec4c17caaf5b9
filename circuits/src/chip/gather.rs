//! Ring columns, and sums gathered from them into the linked column. See `docs/circuit.md#ring`.

use std::collections::BTreeMap;

use ff::Field;
use halo2_proofs::circuit::{Cell, Value as Known};
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Fixed, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::circuit::UNUSABLE_ROWS;
use crate::layout::{Gather, RingLayout, RingShape, SumShape};

use super::{Columns, Rows, name, times};

/// | row | ring columns | sum | factors | runs | constant |
/// |-----|--------------|-----|---------|------|----------|
/// | first position | readings | | of each | 0 | added |
/// | next position | readings | sum | of each | 1 | |
/// | … | | sum | | | |
/// | behind the last | | sum' | | | |
///
/// Positions are `stride` rows apart.
#[derive(Clone, Debug)]
pub(crate) struct GatherChip {
    stride: usize,
    sums: Vec<Sum>,
}

#[derive(Clone, Debug)]
struct Sum {
    column: Column<Advice>,
    is_linked: bool,
    q_sum: Selector,
    /// Those that differ by position.
    factors: BTreeMap<usize, Column<Fixed>>,
    runs: Option<Column<Fixed>>,
    constant: Option<Column<Fixed>>,
}

impl GatherChip {
    pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns, shape: &RingShape) -> Self {
        if shape.links() {
            meta.enable_equality(columns.linked);
        }
        shape.copied.iter().for_each(|at| meta.enable_equality(columns.ring[*at]));
        let sums = shape.sums.iter().enumerate().map(|(at, sum)| {
            let is_linked = shape.aligned && at == 0;
            Sum::configure(meta, columns, sum, shape.stride, is_linked)
        });
        GatherChip { stride: shape.stride, sums: sums.collect() }
    }

    /// Fills the ring columns, then the sums, and ties the linked column to them.
    pub(crate) fn assign(&self, rows: &mut Rows<'_, '_>, layout: &RingLayout) -> Result<(), Error> {
        let cell = |(_, position, column): &(usize, usize, usize)| (position * self.stride, *column);
        let mut ring: BTreeMap<(usize, usize), Option<Cell>> =
            layout.copies.iter().map(|copy| (cell(copy), None)).collect();
        let usable = (1usize << rows.layout.k) - UNUSABLE_ROWS;
        for (at, column) in rows.columns.ring.iter().enumerate() {
            for row in 0..usable {
                let value = rows.ring(at, row);
                let assigned = rows.region.assign_advice(|| name::RING, *column, row, || value)?;
                ring.entry((row, at)).and_modify(|cell| *cell = Some(assigned.cell()));
            }
        }
        for copy in &layout.copies {
            let from = ring.get(&cell(copy)).copied().flatten().ok_or(Error::Synthesis)?;
            let linked = *rows.linked.get(&copy.0).ok_or(Error::Synthesis)?;
            rows.region.constrain_equal(from, linked)?;
        }
        layout
            .gathers
            .iter()
            .try_for_each(|gather| self.sums.get(gather.sum).ok_or(Error::Synthesis)?.assign(rows, gather, self.stride))
    }
}

impl Sum {
    fn configure(
        meta: &mut ConstraintSystem<Fp>,
        columns: &Columns,
        shape: &SumShape,
        stride: usize,
        is_linked: bool,
    ) -> Self {
        let column = if is_linked { columns.linked } else { meta.advice_column() };
        if !is_linked {
            meta.enable_equality(column);
        }
        let sum = Sum {
            column,
            is_linked,
            q_sum: meta.selector(),
            factors: shape
                .reads
                .iter()
                .filter(|(_, factor)| factor.is_none())
                .map(|(at, _)| (*at, meta.fixed_column()))
                .collect(),
            runs: shape.runs.then(|| meta.fixed_column()),
            constant: shape.constants.then(|| meta.fixed_column()),
        };
        meta.create_gate(name::GATHER, |meta| {
            let q = meta.query_selector(sum.q_sum);
            // ring: what the meter committed to, by the link; sum: the position above, unless the sum starts here; sum':
            // defined here.
            let mut adds = meta.query_advice(column, Rotation(stride as i32)) * -Fp::ONE;
            for (at, factor) in &shape.reads {
                let ring = meta.query_advice(columns.ring[*at], Rotation::cur());
                adds = match factor {
                    Some(factor) => adds + times(ring, *factor),
                    None => adds + meta.query_fixed(sum.factors[at]) * ring,
                };
            }
            if let Some(runs) = sum.runs {
                adds = adds + meta.query_fixed(runs) * meta.query_advice(column, Rotation::cur());
            }
            if let Some(constant) = sum.constant {
                adds = adds + meta.query_fixed(constant);
            }
            Constraints::with_selector(q, [(name::GATHERS, adds)])
        });
        sum
    }

    fn assign(&self, rows: &mut Rows<'_, '_>, gather: &Gather, stride: usize) -> Result<(), Error> {
        let mut terms = gather.terms.iter().peekable();
        let mut sum = Known::known(Fp::ZERO);
        for position in gather.from..=gather.to {
            let row = position * stride;
            self.q_sum.enable(rows.region, row)?;
            if position == gather.from && self.runs.is_some() {
                self.assign_unread(rows, row, gather.sum)?;
            }
            let mut factors: BTreeMap<usize, Fp> = self.factors.keys().map(|column| (*column, Fp::ZERO)).collect();
            while let Some((_, column, factor)) = terms.next_if(|(at, ..)| *at == position) {
                factors.insert(*column, *factor);
                sum = sum + rows.ring(*column, row).map(|value| value * factor);
            }
            let starts = position == gather.from;
            let constant = if starts { gather.constant } else { Fp::ZERO };
            sum = sum.map(|sum| sum + constant);
            let factors = factors.iter().filter_map(|(column, factor)| Some((*self.factors.get(column)?, *factor)));
            let runs = self.runs.map(|runs| (runs, if starts { Fp::ZERO } else { Fp::ONE }));
            for (column, value) in factors.chain(runs).chain(self.constant.map(|column| (column, constant))) {
                rows.region.assign_fixed(|| "", column, row, || Known::known(value))?;
            }
            let linked: &[usize] = if position == gather.to { &gather.rows } else { &[] };
            self.assign_sum(rows, (gather.sum, row + stride), sum, linked)?;
        }
        Ok(())
    }

    /// A sum that starts takes nothing from its own row, which no sum before it may have filled.
    fn assign_unread(&self, rows: &mut Rows<'_, '_>, row: usize, at: usize) -> Result<(), Error> {
        if rows.sums.contains(&(at, row)) || self.is_linked {
            return Ok(());
        }
        rows.region.assign_advice(|| name::GATHERED, self.column, row, || Known::known(Fp::ZERO)).map(|_| ())
    }

    /// The sum behind a position, and the linked rows that hold it; the linked column's own is there already.
    fn assign_sum(
        &self,
        rows: &mut Rows<'_, '_>,
        (at, row): (usize, usize),
        sum: Known<Fp>,
        linked: &[usize],
    ) -> Result<(), Error> {
        if self.is_linked {
            return Ok(());
        }
        let cell = rows.region.assign_advice(|| name::GATHERED, self.column, row, || sum)?.cell();
        rows.sums.insert((at, row));
        for linked in linked {
            let linked = *rows.linked.get(linked).ok_or(Error::Synthesis)?;
            rows.region.constrain_equal(cell, linked)?;
        }
        Ok(())
    }
}
