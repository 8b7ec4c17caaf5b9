//! Readings priced by schedules: a span from the table, the reading inside it, its price added.
//! See `docs/circuit.md#spans`.

use halo2_proofs::circuit::{Layouter, Value as Known};
use halo2_proofs::plonk::{
    Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector, TableColumn, VirtualCells,
};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::layout::{Shape, TableRow};
use crate::plan::{Cell, Span};

use super::limbs::LimbsChip;
use super::{Columns, Rows, field, name};

/// | row | linked | sum | lo | hi | slope | intercept | limbs | factor |
/// |-----|--------|-----|----|----|-------|-----------|-------|--------|
/// | start | reading | 0 | lo | hi | slope | intercept | of reading − lo, hi − reading | schedule |
/// | … | reading | sum | | | | | | |
/// | end | | sum' | | | | | | |
#[derive(Clone, Debug)]
pub(crate) struct SpansChip {
    /// lo, hi, slope, intercept.
    span: [Column<Advice>; 4],
    q_price: Selector,
    /// tag, then the four of a span.
    table: Vec<TableColumn>,
}

impl SpansChip {
    pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns, shape: Shape) -> Self {
        let span = [(); 4].map(|()| meta.advice_column());
        let q_price = meta.complex_selector();
        let table = (0..4 + usize::from(shape.tagged)).map(|_| meta.lookup_table_column()).collect();
        meta.create_gate(name::PRICE, |meta| {
            let q = meta.query_selector(q_price);
            // linked: by the link; slope and intercept: by the look-up; sum: the row above; sum': defined here.
            let reading = meta.query_advice(columns.linked, Rotation::cur());
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let next = meta.query_advice(columns.sum, Rotation::next());
            let slope = meta.query_advice(span[2], Rotation::cur());
            let intercept = meta.query_advice(span[3], Rotation::cur());
            Constraints::with_selector(q, [(name::PRICE_ADDS, next - sum - slope * reading - intercept)])
        });
        SpansChip { span, q_price, table }
    }

    /// The look-up of a row's span. Its unused rows meet the table's first row, which is zero: with tags no priced row
    /// can use that row; without, it can only do so at a reading of zero, where the one schedule charges zero as well.
    pub(crate) fn lookup(&self, meta: &mut ConstraintSystem<Fp>, columns: &Columns, shape: Shape) {
        meta.lookup(|meta| {
            let q = meta.query_selector(self.q_price);
            let mut inputs: Vec<_> =
                self.span.iter().map(|column| q.clone() * meta.query_advice(*column, Rotation::cur())).collect();
            if shape.tagged {
                inputs.insert(0, q * meta.query_fixed(columns.factor));
            }
            inputs.into_iter().zip(self.table.iter().copied()).collect()
        });
    }

    /// `reading − lo` and `hi − reading`, zero in unused rows.
    pub(crate) fn slacks(&self, meta: &mut VirtualCells<'_, Fp>, columns: &Columns) -> [Expression<Fp>; 2] {
        let q = meta.query_selector(self.q_price);
        let reading = meta.query_advice(columns.linked, Rotation::cur());
        let lo = meta.query_advice(self.span[0], Rotation::cur());
        let hi = meta.query_advice(self.span[1], Rotation::cur());
        [q.clone() * (reading.clone() - lo), q * (hi - reading)]
    }

    pub(crate) fn load(&self, layouter: &mut impl Layouter<Fp>, rows: &[TableRow]) -> Result<(), Error> {
        let zero = TableRow { tag: 0, span: Span { lo: 0, hi: 0, slope: 0, intercept: 0 } };
        layouter.assign_table(
            || "schedules",
            |mut table| {
                for (at, row) in [zero].iter().chain(rows).enumerate() {
                    let span = [row.span.lo.into(), row.span.hi.into(), row.span.slope, row.span.intercept];
                    let tag = (self.table.len() > span.len()).then_some(row.tag.into());
                    for (column, value) in self.table.iter().zip(tag.into_iter().chain(span)) {
                        table.assign_cell(|| name::SPAN, *column, at, || Known::known(field(value)))?;
                    }
                }
                Ok(())
            },
        )
    }

    /// Prices a reading a row. `first_tag` is the tag of the step's first schedule.
    pub(crate) fn assign(
        &self,
        rows: &mut Rows<'_, '_>,
        start: usize,
        cells: &[(Cell, usize)],
        first_tag: u64,
        limbs: &LimbsChip,
    ) -> Result<(), Error> {
        let mut sum = Known::known(0);
        rows.assign_sum(start, sum)?;
        for (row, (cell, schedule)) in (start..).zip(cells) {
            self.q_price.enable(rows.region, row)?;
            let tag = first_tag + *schedule as u64;
            if self.table.len() > 4 {
                rows.fix(rows.columns.factor, row, tag.into())?;
            }
            let value = rows.assign_reading(row, *cell)?;
            let span = value.map(|r| span_row(&rows.layout.table, tag, r));
            let of = [
                span.map(|s| s.lo.into()),
                span.map(|s| s.hi.into()),
                span.map(|s| s.slope),
                span.map(|s| s.intercept),
            ];
            for (column, value) in self.span.iter().zip(of) {
                rows.assign(name::SPAN, *column, row, value)?;
            }
            limbs.assign(rows, limbs.below(), row, value.zip(span).map(|(r, s)| i128::from(r) - i128::from(s.lo)))?;
            limbs.assign(rows, limbs.above(), row, value.zip(span).map(|(r, s)| i128::from(s.hi) - i128::from(r)))?;
            sum = sum + value.zip(span).map(|(r, s)| s.slope * i128::from(r) + s.intercept);
            rows.assign_sum(row + 1, sum)?;
        }
        Ok(())
    }
}

/// The table row that a reading meets; a reading that no row covers meets the last, and the look-up refuses it.
fn span_row(table: &[TableRow], tag: u64, reading: u32) -> Span {
    let from = table.partition_point(|row| (row.tag, row.span.hi) < (tag, reading));
    table.get(from).or(table.last()).map_or(Span { lo: 0, hi: 0, slope: 0, intercept: 0 }, |row| row.span)
}
