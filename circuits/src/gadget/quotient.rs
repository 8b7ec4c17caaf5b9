//! Floor division by a value. See `docs/circuit.md#quotient`.

use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Selector};
use halo2_proofs::poly::Rotation;
use num_integer::Integer;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const GATE: &str = "a divisor is multiplied";
const IS: &str = "multiple = sum quotient";

/// Results: `⌊x / over⌋`; the quotient times `over`.
///
/// | row | sum | operand |
/// |-----|-----|---------|
/// | row | over | quotient |
/// | row + 1 | | multiple |
///
/// That `x − multiple` is not negative and below `over`, and the quotient in range, are three range checks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quotient {
    /// The dividend.
    pub x: Affine,
    /// The divisor.
    pub over: Affine,
    /// Bounds of the divisor, above zero.
    pub divisors: Interval,
    /// Bounds of the quotient.
    pub quotients: Interval,
    /// Bounds of the multiple.
    pub multiples: Interval,
}

impl Gadget for Quotient {
    type Chip = Selector;
    const NAME: &'static str = "division";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.x.terms.iter_mut().chain(&mut self.over.terms).for_each(|(value, _)| visit(value));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.quotients, self.multiples].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let over = of.affine(&self.over).max(1);
        let quotient = Integer::div_floor(&of.affine(&self.x), &over);
        vec![quotient, quotient * over]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.digits = shape.digits.max(1);
        shape.operands = true;
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let row = placer.chain(&self.over);
        placer.act(At { step, part: 0, row, groups: 0 });
        placer.results(step, [Place::Operand(row), Place::Operand(row + 1)]);
        placer.take_rows(row + 2);
        let remainder = self.remainder(step);
        placer.range(&remainder, self.divisors.hi - 1);
        placer.range(&remainder.subtracted_from(&self.over, -1), self.divisors.hi - 1);
        placer.range_unless_disclosed(Value::Result(step, 0), self.quotients);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Selector> {
        let operand = columns.operand?;
        let q_quotient = meta.selector();
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_quotient);
            // sum: the chain that ends here; quotient: bounded by its own range check or by the verifier; multiple:
            // defined here, and bounded from both sides by the range checks of what remains.
            let over = meta.query_advice(columns.sum, Rotation::cur());
            let quotient = meta.query_advice(operand, Rotation::cur());
            let multiple = meta.query_advice(operand, Rotation::next());
            Constraints::with_selector(q, [(IS, multiple - over * quotient)])
        });
        Some(q_quotient)
    }

    fn assign(&self, q_quotient: &Selector, rows: &mut Rows<'_, '_>, At { step, row, .. }: At) -> Result<(), Error> {
        q_quotient.enable(rows.region, row)?;
        rows.assign_result(row, step, 0)?;
        rows.assign_result(row + 1, step, 1).map(|_| ())
    }
}

impl Quotient {
    /// What is left of the dividend.
    fn remainder(&self, step: usize) -> Affine {
        let mut remainder = self.x.clone();
        remainder.terms.push((Value::Result(step, 1), -1));
        remainder
    }
}
