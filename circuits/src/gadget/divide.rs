//! Floor division by a constant, the core of rounding. See `docs/circuit.md#divide`.

use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Selector};
use halo2_proofs::poly::Rotation;
use num_integer::Integer;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const GATE: &str = "a sum is divided";
const IS: &str = "sum = divisor quotient + remainder";
const REST: &str = "rest = remainder";

/// Results: `⌊x / divisor⌋`; the remainder, from 0 to `divisor − 1`.
///
/// | row | sum | operand | rest | weight |
/// |-----|-----|---------|------|--------|
/// | row | x | quotient | remainder, then its digits | divisor |
/// | row + 1 | | remainder | | |
///
/// That the remainder is below the divisor, and the quotient in range, are two more range checks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Divide {
    /// The argument.
    pub x: Affine,
    /// Its bounds.
    pub interval: Interval,
    /// At least 2.
    pub divisor: i128,
}

impl Gadget for Divide {
    type Chip = Selector;
    const NAME: &'static str = "rounding";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.x.terms.iter_mut().for_each(|(value, _)| visit(value));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval.floor_div(self.divisor), Interval { lo: 0, hi: self.divisor - 1 }].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let (quotient, remainder) = of.affine(&self.x).div_mod_floor(&self.divisor);
        vec![quotient, remainder]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.digits = shape.digits.max(1);
        shape.operands = true;
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let (quotient, remainder) = (Value::Result(step, 0), Value::Result(step, 1));
        let groups = placer.groups(self.divisor - 1);
        let row = placer.chain_with_digits(&self.x, groups);
        placer.act(At { step, part: 0, row, groups });
        placer.results(step, [Place::Operand(row), Place::Operand(row + 1)]);
        placer.take_rows(row + 2);
        placer.range(&Affine { terms: vec![(remainder, -1)], constant: self.divisor - 1 }, self.divisor - 1);
        placer.range_unless_disclosed(quotient, self.interval.floor_div(self.divisor));
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Selector> {
        let (operand, rest) = (columns.operand?, columns.rest?);
        let q_divide = meta.selector();
        meta.create_gate(GATE, |meta| {
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
                [(IS, x - divisor * quotient - remainder.clone()), (REST, rest - remainder)],
            )
        });
        Some(q_divide)
    }

    fn assign(&self, q_divide: &Selector, rows: &mut Rows<'_, '_>, At { step, row, groups, .. }: At) -> Result<(), Error> {
        q_divide.enable(rows.region, row)?;
        rows.assign_result(row, step, 0)?;
        let remainder = rows.assign_result(row + 1, step, 1)?;
        rows.fix(rows.columns.weight, row, self.divisor)?;
        rows.digits(row, groups, remainder)
    }
}
