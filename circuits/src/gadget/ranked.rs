//! The sum of the largest of a few values. See `docs/circuit.md#ranked`.

use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Expression, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows, field};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const GATE: &str = "a value is marked as one of the largest";
const MARK: &str = "mark (mark - 1) = 0";
const MARKED: &str = "marked = mark sum";
const REST: &str = "rest = 2 marked - sum";

/// Results: the sum of the `count` largest; a level that lies between those and the others; then for each value its mark,
/// 0 or 1, and by how much it is above the level if it is marked.
///
/// | row | sum | operand | rest |
/// |-----|-----|---------|------|
/// | level | | level | |
/// | row, for each value | value − level | mark | what is above for a marked one, below for others, then its digits |
/// | row + 1 | | marked | |
///
/// The marks add up to `count`; `Σ marked + count · level` is the result. Which level and, among equals, which marks is
/// the prover's choice: the sum is the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ranked {
    /// The values.
    pub of: Vec<Affine>,
    /// How many are summed, at least one and fewer than there are.
    pub count: usize,
    /// Bounds of all values.
    pub hull: Interval,
    /// Bounds of the sum.
    pub interval: Interval,
}

const LEVEL: usize = 1;

fn mark(member: usize) -> usize {
    2 + 2 * member
}

impl Gadget for Ranked {
    type Chip = Selector;
    const NAME: &'static str = "sum of the largest";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.of.iter_mut().flat_map(|of| &mut of.terms).for_each(|(value, _)| visit(value));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        match result {
            0 => Some(self.interval),
            LEVEL => Some(self.hull),
            mark if mark >= 2 + 2 * self.of.len() => None,
            mark if mark % 2 == 0 => Some(Interval { lo: 0, hi: 1 }),
            _ => Interval::new(0, self.hull.width()),
        }
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let values: Vec<i128> = self.of.iter().map(|value| of.affine(value)).collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|member| std::cmp::Reverse(values[*member]));
        let (marked, _) = order.split_at(self.count.min(order.len()));
        let level = marked.last().map_or(0, |last| values[*last]);
        let mut results = vec![marked.iter().map(|member| values[*member]).sum(), level];
        for (member, value) in values.iter().enumerate() {
            let mark = i128::from(marked.contains(&member));
            results.extend([mark, mark * (value - level)]);
        }
        results
    }

    fn shape(&self, shape: &mut Shape) {
        shape.digits = shape.digits.max(1);
        shape.operands = true;
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let level = placer.row();
        placer.act(At { step, part: 0, row: level, groups: 0 });
        placer.result(step, LEVEL, Place::Operand(level));
        placer.take_rows(level + 1);
        let groups = placer.groups(self.hull.width());
        for (member, of) in self.of.iter().enumerate() {
            let row = placer.chain_with_digits(&above(of, step), groups);
            placer.act(At { step, part: 1 + member, row, groups });
            placer.result(step, mark(member), Place::Operand(row));
            placer.result(step, mark(member) + 1, Place::Operand(row + 1));
            placer.take_rows(row + 2);
        }
        let results = |first: usize| (0..self.of.len()).map(move |member| (Value::Result(step, first + 2 * member), 1));
        placer.zero(&Affine { terms: results(mark(0)).collect(), constant: -(self.count as i128) });
        let level = [(Value::Result(step, LEVEL), self.count as i128)];
        let sum = placer.chain(&Affine { terms: level.into_iter().chain(results(mark(0) + 1)).collect(), constant: 0 });
        placer.result(step, 0, Place::Sum(sum));
        placer.take_rows(sum + 1);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Selector> {
        let (operand, rest) = (columns.operand?, columns.rest?);
        let q_ranked = meta.selector();
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_ranked);
            // sum: the chain that ends here; mark and marked: defined here, the marks counted by a chain; rest: bounded by
            // its digits, which bounds the level too, since some values are marked and some are not.
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let mark = meta.query_advice(operand, Rotation::cur());
            let marked = meta.query_advice(operand, Rotation::next());
            let rest = meta.query_advice(rest, Rotation::cur());
            let one = Expression::Constant(field(1));
            Constraints::with_selector(
                q,
                [
                    (MARK, mark.clone() * (mark.clone() - one)),
                    (MARKED, marked.clone() - mark * sum.clone()),
                    (REST, rest - (marked * field(2) - sum)),
                ],
            )
        });
        Some(q_ranked)
    }

    fn assign(&self, q_ranked: &Selector, rows: &mut Rows<'_, '_>, at: At) -> Result<(), Error> {
        let At { step, part, row, groups } = at;
        let Some(member) = part.checked_sub(1) else { return rows.assign_result(row, step, LEVEL).map(|_| ()) };
        q_ranked.enable(rows.region, row)?;
        rows.assign_result(row, step, mark(member))?;
        let marked = rows.assign_result(row + 1, step, mark(member) + 1)?;
        let of = self.of.get(member).ok_or(Error::Synthesis)?;
        let above = rows.known(|witness| witness.affine(&above(of, step)));
        rows.digits(row, groups, above.zip(marked).map(|(above, marked)| 2 * marked - above))
    }
}

/// A value less the level.
fn above(of: &Affine, step: usize) -> Affine {
    let mut above = of.clone();
    above.terms.push((Value::Result(step, LEVEL), -1));
    above
}
