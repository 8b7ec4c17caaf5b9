//! Comparison with zero: the flag and the positive part. See `docs/circuit.md#compare`.

use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::plan::{Affine, Part, Value};

use super::digits::DigitsChip;
use super::{Columns, Rows, field, name};

/// | row | sum | operand | rest |
/// |-----|-----|---------|------|
/// | row | x | flag | flag ? x − 1 : −x, then its digits |
/// | row + 1 | | positive | |
#[derive(Clone, Debug)]
pub(crate) struct CompareChip {
    q_compare: Selector,
    digits: DigitsChip,
}

impl CompareChip {
    pub(crate) fn configure(
        meta: &mut ConstraintSystem<Fp>,
        columns: &Columns,
        operand: Column<Advice>,
        rest: Column<Advice>,
        digits: DigitsChip,
    ) -> Self {
        let q_compare = meta.selector();
        meta.create_gate(name::COMPARE, |meta| {
            let q = meta.query_selector(q_compare);
            // sum: the chain that ends here; flag and positive: defined here; rest: bounded by its digits.
            let x = meta.query_advice(columns.sum, Rotation::cur());
            let flag = meta.query_advice(operand, Rotation::cur());
            let positive = meta.query_advice(operand, Rotation::next());
            let rest = meta.query_advice(rest, Rotation::cur());
            let one = Expression::Constant(field(1));
            Constraints::with_selector(
                q,
                [
                    (name::COMPARE_FLAG, flag.clone() * (flag.clone() - one)),
                    (name::COMPARE_POSITIVE, positive.clone() - flag.clone() * x.clone()),
                    (name::COMPARE_REST, rest - (positive * field(2) - x - flag)),
                ],
            )
        });
        CompareChip { q_compare, digits }
    }

    pub(crate) fn assign(
        &self,
        rows: &mut Rows<'_, '_>,
        row: usize,
        step: usize,
        groups: usize,
        x: &Affine,
    ) -> Result<(), Error> {
        self.q_compare.enable(rows.region, row)?;
        let flag = rows.known(|witness| witness.value(Value::Result(step, Part::First)));
        let positive = rows.known(|witness| witness.value(Value::Result(step, Part::Second)));
        rows.assign_operand(row, flag)?;
        rows.assign_operand(row + 1, positive)?;
        let x = rows.known(|witness| witness.affine(x));
        let rest = x.zip(flag).zip(positive).map(|((x, flag), positive)| 2 * positive - x - flag);
        self.digits.assign(rows, row, groups, rest)
    }
}
