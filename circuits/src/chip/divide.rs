//! Floor division by a constant, the core of rounding. See `docs/circuit.md#divide`.

use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::plan::{Part, Value};

use super::digits::DigitsChip;
use super::{Columns, Rows, name};

/// | row | sum | operand | rest | weight |
/// |-----|-----|---------|------|--------|
/// | row | x | quotient | remainder, then its digits | divisor |
/// | row + 1 | | remainder | | |
///
/// That the remainder is below the divisor, and the quotient in range, are two more range checks of the layout.
#[derive(Clone, Debug)]
pub(crate) struct DivideChip {
    q_divide: Selector,
    digits: DigitsChip,
}

impl DivideChip {
    pub(crate) fn configure(
        meta: &mut ConstraintSystem<Fp>,
        columns: &Columns,
        operand: Column<Advice>,
        rest: Column<Advice>,
        digits: DigitsChip,
    ) -> Self {
        let q_divide = meta.selector();
        meta.create_gate(name::DIVIDE, |meta| {
            let q = meta.query_selector(q_divide);
            // sum: the chain that ends here; quotient: bounded by its own range check or by the verifier;
            // remainder: from below by its digits, from above by the range check of divisor − 1 − remainder.
            let x = meta.query_advice(columns.sum, Rotation::cur());
            let quotient = meta.query_advice(operand, Rotation::cur());
            let remainder = meta.query_advice(operand, Rotation::next());
            let rest = meta.query_advice(rest, Rotation::cur());
            let divisor = meta.query_fixed(columns.weight);
            Constraints::with_selector(
                q,
                [(name::DIVIDE_IS, x - divisor * quotient - remainder.clone()), (name::DIVIDE_REST, rest - remainder)],
            )
        });
        DivideChip { q_divide, digits }
    }

    pub(crate) fn assign(
        &self,
        rows: &mut Rows<'_, '_>,
        row: usize,
        step: usize,
        groups: usize,
        divisor: i128,
    ) -> Result<(), Error> {
        self.q_divide.enable(rows.region, row)?;
        let quotient = rows.known(|witness| witness.value(Value::Result(step, Part::First)));
        let remainder = rows.known(|witness| witness.value(Value::Result(step, Part::Second)));
        rows.assign_operand(row, quotient)?;
        rows.assign_operand(row + 1, remainder)?;
        rows.fix(rows.columns.weight, row, divisor)?;
        self.digits.assign(rows, row, groups, remainder)
    }
}
