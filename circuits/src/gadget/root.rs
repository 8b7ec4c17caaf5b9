//! The integer part of a square root. See `docs/circuit.md#root`.

use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Selector};
use halo2_proofs::poly::Rotation;
use num_integer::Roots;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const GATE: &str = "a root is squared";
const SQUARE: &str = "square = root root";
const REST: &str = "rest = sum - square";

/// Results: `⌊√x⌋`; its square.
///
/// | row | sum | operand | rest |
/// |-----|-----|---------|------|
/// | row | x | root | x − square, then its digits |
/// | row + 1 | | square | |
///
/// That the next square is above `x` is one more range check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Root {
    /// The argument.
    pub x: Affine,
    /// Its bounds, not below zero.
    pub interval: Interval,
}

impl Gadget for Root {
    type Chip = Selector;
    const NAME: &'static str = "square root";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.x.terms.iter_mut().for_each(|(value, _)| visit(value));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        let roots = Interval { lo: self.interval.lo.sqrt(), hi: self.interval.hi.sqrt() };
        [Some(roots), roots.squared()].get(result).copied().flatten()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let root = of.affine(&self.x).max(0).sqrt();
        vec![root, root * root]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.digits = shape.digits.max(1);
        shape.operands = true;
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let twice = 2 * self.interval.hi.sqrt();
        let groups = placer.groups(twice);
        let row = placer.chain_with_digits(&self.x, groups);
        placer.act(At { step, part: 0, row, groups });
        placer.results(step, [Place::Operand(row), Place::Operand(row + 1)]);
        placer.take_rows(row + 2);
        let next = Affine { terms: vec![(Value::Result(step, 0), 2), (Value::Result(step, 1), 1)], constant: 0 };
        placer.range(&self.x.subtracted_from(&next, 0), twice);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Selector> {
        let (operand, rest) = (columns.operand?, columns.rest?);
        let q_root = meta.selector();
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_root);
            // sum: the chain that ends here; root: by both range checks, that of the rest and that of 2 root − rest.
            let x = meta.query_advice(columns.sum, Rotation::cur());
            let root = meta.query_advice(operand, Rotation::cur());
            let square = meta.query_advice(operand, Rotation::next());
            let rest = meta.query_advice(rest, Rotation::cur());
            Constraints::with_selector(
                q,
                [(SQUARE, square.clone() - root.clone() * root), (REST, rest - (x - square))],
            )
        });
        Some(q_root)
    }

    fn assign(&self, q_root: &Selector, rows: &mut Rows<'_, '_>, At { step, row, groups, .. }: At) -> Result<(), Error> {
        q_root.enable(rows.region, row)?;
        rows.assign_result(row, step, 0)?;
        let square = rows.assign_result(row + 1, step, 1)?;
        let x = rows.known(|witness| witness.affine(&self.x));
        rows.digits(row, groups, x.zip(square).map(|(x, square)| x - square))
    }
}
