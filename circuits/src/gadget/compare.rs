//! Comparison with zero: the flag and the positive part. See `docs/circuit.md#compare`.

use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Expression, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows, field};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const GATE: &str = "a sum is compared with zero";
const FLAG: &str = "flag (flag - 1) = 0";
const POSITIVE: &str = "positive = flag sum";
const REST: &str = "rest = 2 positive - sum - flag";

/// Results: 1 when `x > 0`, else 0; `max(x, 0)`.
///
/// | row | sum | operand | rest |
/// |-----|-----|---------|------|
/// | row | x | flag | flag ? x − 1 : −x, then its digits |
/// | row + 1 | | positive | |
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Compare {
    /// The argument.
    pub x: Affine,
    /// Its bounds.
    pub interval: Interval,
}

impl Gadget for Compare {
    type Chip = Selector;
    const NAME: &'static str = "comparison";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.x.terms.iter_mut().for_each(|(value, _)| visit(value));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [Interval { lo: 0, hi: 1 }, self.interval.positive()].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let x = of.affine(&self.x);
        vec![i128::from(x > 0), x.max(0)]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.digits = shape.digits.max(1);
        shape.operands = true;
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let groups = placer.groups((self.interval.hi - 1).max(-self.interval.lo));
        let row = placer.chain_with_digits(&self.x, groups);
        placer.act(At { step, part: 0, row, groups });
        placer.results(step, [Place::Operand(row), Place::Operand(row + 1)]);
        placer.take_rows(row + 2);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Selector> {
        let (operand, rest) = (columns.operand?, columns.rest?);
        let q_compare = meta.selector();
        meta.create_gate(GATE, |meta| {
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
                    (FLAG, flag.clone() * (flag.clone() - one)),
                    (POSITIVE, positive.clone() - flag.clone() * x.clone()),
                    (REST, rest - (positive * field(2) - x - flag)),
                ],
            )
        });
        Some(q_compare)
    }

    fn assign(&self, q_compare: &Selector, rows: &mut Rows<'_, '_>, At { step, row, groups, .. }: At) -> Result<(), Error> {
        q_compare.enable(rows.region, row)?;
        let flag = rows.assign_result(row, step, 0)?;
        let positive = rows.assign_result(row + 1, step, 1)?;
        let x = rows.known(|witness| witness.affine(&self.x));
        rows.digits(row, groups, x.zip(flag).zip(positive).map(|((x, flag), positive)| 2 * positive - x - flag))
    }
}
