//! Range checks on totals by base-4 digits, without a look-up. See `docs/circuit.md#digits`.

use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use super::{Columns, Rows, field, name};

/// | row | rest | upper digits |
/// |-----|------|--------------|
/// | first | x | d₁ … |
/// | … | ⌊rest / 4^width⌋ | d₁ … |
/// | first + groups | 0 | |
#[derive(Clone, Debug)]
pub(crate) struct DigitsChip {
    rest: Column<Advice>,
    q_digits: Selector,
    q_end: Selector,
    q_range: Selector,
}

impl DigitsChip {
    pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns, rest: Column<Advice>) -> Self {
        let chip = DigitsChip { rest, q_digits: meta.selector(), q_end: meta.selector(), q_range: meta.selector() };
        meta.create_gate(name::DIGITS, |meta| {
            let q = meta.query_selector(chip.q_digits);
            // rest: tied at the first row by the gate that asks for the check, zero at the last by `digits end`.
            let mut lowest = meta.query_advice(rest, Rotation::cur());
            let next = meta.query_advice(rest, Rotation::next());
            let mut constraints = vec![];
            for (power, digit) in (1..).zip(&columns.digits) {
                // digit: bounded here.
                let digit = meta.query_advice(*digit, Rotation::cur());
                constraints.push((name::DIGITS_UPPER, base4(&digit)));
                lowest = lowest - digit * field(1 << (2 * power));
            }
            let base = field(1 << (2 * (1 + columns.digits.len())));
            constraints.push((name::DIGITS_LOWEST, base4(&(lowest - next * base))));
            Constraints::with_selector(q, constraints)
        });
        meta.create_gate(name::DIGITS_END, |meta| {
            let q = meta.query_selector(chip.q_end);
            Constraints::with_selector(q, [(name::DIGITS_END_AT, meta.query_advice(rest, Rotation::cur()))])
        });
        meta.create_gate(name::RANGE, |meta| {
            let q = meta.query_selector(chip.q_range);
            // sum: the chain above; rest: bounded by the digits that start on this row.
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            Constraints::with_selector(q, [(name::RANGE_IS, meta.query_advice(rest, Rotation::cur()) - sum)])
        });
        chip
    }

    /// See [`Rows::digits`].
    pub(crate) fn assign(
        &self,
        rows: &mut Rows<'_, '_>,
        row: usize,
        groups: usize,
        value: Known<i128>,
    ) -> Result<(), Error> {
        let upper = rows.columns.digits.clone();
        let width = 2 * (1 + upper.len());
        let mut rest = value;
        for row in row..row + groups {
            self.q_digits.enable(rows.region, row)?;
            rows.assign(name::REST, self.rest, row, rest)?;
            for (power, column) in (1..).zip(&upper) {
                rows.assign(name::DIGIT, *column, row, rest.map(|rest| (rest >> (2 * power)) & 3))?;
            }
            rest = rest.map(|rest| rest >> width);
        }
        self.q_end.enable(rows.region, row + groups)?;
        rows.assign(name::REST, self.rest, row + groups, Known::known(0)).map(|_| ())
    }

    /// The running sum of a row is in range.
    pub(crate) fn range(
        &self,
        rows: &mut Rows<'_, '_>,
        row: usize,
        groups: usize,
        sum: Known<i128>,
    ) -> Result<(), Error> {
        self.q_range.enable(rows.region, row)?;
        self.assign(rows, row, groups, sum)
    }
}

/// Zero for 0, 1, 2 and 3.
fn base4(digit: &Expression<Fp>) -> Expression<Fp> {
    (1..4).fold(digit.clone(), |product, value| product * (digit.clone() - Expression::Constant(field(value))))
}
