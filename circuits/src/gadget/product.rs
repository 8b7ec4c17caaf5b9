//! The product of two values. See `docs/circuit.md#product`.

use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const GATE: &str = "a sum is multiplied";
const IS: &str = "product = sum factor";

/// Results: `x · y`.
///
/// | row | sum | operand |
/// |-----|-----|---------|
/// | row | x | y, copied |
/// | row + 1 | | product |
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Product {
    /// One factor.
    pub x: Affine,
    /// The other.
    pub y: Affine,
    /// Bounds of the product.
    pub interval: Interval,
}

impl Gadget for Product {
    type Chip = Selector;
    const NAME: &'static str = "product";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.x.terms.iter_mut().chain(&mut self.y.terms).for_each(|(value, _)| visit(value));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        vec![of.affine(&self.x) * of.affine(&self.y)]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.operands = true;
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let factor = placer.cell(&self.y);
        let row = placer.chain(&self.x);
        placer.copy(row, factor, &self.y);
        placer.act(At { step, part: 0, row, groups: 0 });
        placer.results(step, [Place::Operand(row + 1)]);
        placer.take_rows(row + 2);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Selector> {
        let operand = columns.operand?;
        let q_product = meta.selector();
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_product);
            // sum: the chain that ends here; factor: a copy of a constrained cell; product: defined here.
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let factor = meta.query_advice(operand, Rotation::cur());
            let product = meta.query_advice(operand, Rotation::next());
            Constraints::with_selector(q, [(IS, product - sum * factor)])
        });
        Some(q_product)
    }

    fn assign(&self, q_product: &Selector, rows: &mut Rows<'_, '_>, At { step, row, .. }: At) -> Result<(), Error> {
        q_product.enable(rows.region, row)?;
        rows.assign_result(row + 1, step, 0).map(|_| ())
    }
}
