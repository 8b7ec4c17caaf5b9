//! The sum of the largest of many inputs. See `docs/circuit.md#highest`.

use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector, VirtualCells};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::limbs::Side;
use crate::chip::{Columns, Rows, field};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Interval, Value, Witness};

use super::{At, Gadget};

const START: &str = "a sum of the highest starts";
const START_SUM: &str = "highest: sum' = 0";
const START_COUNT: &str = "highest: count' = 0";
const GATE: &str = "an input is one of the highest or not";
const MARK: &str = "mark = count' - count is 0 or 1";
const ADDS: &str = "sum' = sum + mark linked";
const KEEPS: &str = "level' = level";
const SLACK: &str = "slack = (2 mark - 1) (linked - level)";
const END: &str = "the highest are counted";
const COUNTED: &str = "count = constant";

/// Results: the sum of the `count` largest inputs.
///
/// | row | linked | sum | operand | rest | digit 1 | limbs | factor |
/// |-----|--------|-----|---------|------|---------|-------|--------|
/// | start − 1 | | | | | | | |
/// | start | input | 0 | 0 | level | slack | of slack | |
/// | … | input | sum | count so far | level | slack | | |
/// | end | | sum | `count` | level | | | `count` |
///
/// A row is marked where the count grows. Marked inputs are at or above the level, the others at or below it. Which level
/// and, among equals, which marks is the prover's choice: the sum is the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Highest {
    /// The inputs.
    pub of: Vec<usize>,
    /// How many are summed, at least one and fewer than there are.
    pub count: usize,
    /// Bounds of all inputs.
    pub hull: Interval,
    /// Bounds of the sum.
    pub interval: Interval,
}

#[derive(Clone, Debug)]
pub(crate) struct Chip {
    level: Column<Advice>,
    slack: Column<Advice>,
    q_start: Selector,
    q_highest: Selector,
    q_end: Selector,
}

impl Gadget for Highest {
    type Chip = Chip;
    const NAME: &'static str = "sum of the largest";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.of.iter_mut().for_each(|input| super::rename(input, visit));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let order = self.order(&of.inputs);
        vec![order.iter().take(self.count).map(|member| of.inputs[self.of[*member]]).sum()]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.operands = true;
        shape.digits = shape.digits.max(2);
        shape.below = shape.below.max(shape.limbs(self.hull.width()));
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let start = placer.row_beside_no_digits() + 1;
        let end = start + self.of.len();
        placer.inputs(start, self.of.iter().copied());
        placer.act(At { step, part: 0, row: start, groups: 0 });
        placer.result(step, 0, Place::Sum(end));
        placer.take_rows(end + 1);
        placer.take_digits(end + 1);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Chip> {
        let (count, level, slack) = (columns.operand?, columns.rest?, *columns.digits.first()?);
        let (q_start, q_highest, q_end) = (meta.selector(), meta.complex_selector(), meta.selector());
        meta.create_gate(START, |meta| {
            let q = meta.query_selector(q_start);
            let sum = meta.query_advice(columns.sum, Rotation::next());
            let count = meta.query_advice(count, Rotation::next());
            Constraints::with_selector(q, [(START_SUM, sum), (START_COUNT, count)])
        });
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_highest);
            // linked: by the link; sum and count: the row above, defined here; level: the same on every row, between the
            // marked and the others by the limbs of the slack.
            let linked = meta.query_advice(columns.linked, Rotation::cur());
            let [sum, sum_next] = [0, 1].map(|at| meta.query_advice(columns.sum, Rotation(at)));
            let [count, count_next] = [0, 1].map(|at| meta.query_advice(count, Rotation(at)));
            let [level, level_next] = [0, 1].map(|at| meta.query_advice(level, Rotation(at)));
            let slack = meta.query_advice(slack, Rotation::cur());
            let (mark, one) = (count_next - count, Expression::Constant(field(1)));
            let sign = mark.clone() * field(2) - one.clone();
            Constraints::with_selector(
                q,
                [
                    (MARK, mark.clone() * (mark.clone() - one)),
                    (ADDS, sum_next - sum - mark * linked.clone()),
                    (KEEPS, level_next - level.clone()),
                    (SLACK, slack - sign * (linked - level)),
                ],
            )
        });
        meta.create_gate(END, |meta| {
            let q = meta.query_selector(q_end);
            let count = meta.query_advice(count, Rotation::cur());
            Constraints::with_selector(q, [(COUNTED, count - meta.query_fixed(columns.factor))])
        });
        Some(Chip { level, slack, q_start, q_highest, q_end })
    }

    /// What a marked input is above the level, or another below it.
    fn limbs(chip: &Chip, meta: &mut VirtualCells<'_, Fp>, _: &Columns) -> [Option<Expression<Fp>>; 2] {
        let q = meta.query_selector(chip.q_highest);
        [Some(q * meta.query_advice(chip.slack, Rotation::cur())), None]
    }

    fn assign(&self, chip: &Chip, rows: &mut Rows<'_, '_>, At { row: start, .. }: At) -> Result<(), Error> {
        let marks = rows.witness.map(|witness| self.marks(&witness.inputs));
        let level = rows.known(|witness| self.level(&witness.inputs));
        let (mut sum, mut count) = (Known::known(0i128), Known::known(0i128));
        chip.q_start.enable(rows.region, start - 1)?;
        for (member, input) in self.of.iter().enumerate() {
            let row = start + member;
            chip.q_highest.enable(rows.region, row)?;
            let value = rows.assign_input(row, *input)?;
            let mark = marks.as_ref().map_or_else(Known::unknown, |marks| Known::known(i128::from(marks[member])));
            rows.assign_sum(row, sum)?;
            rows.assign_operand(row, count)?;
            rows.assign(LEVEL_CELL, chip.level, row, level)?;
            let above = value.zip(level).map(|(value, level)| value - level);
            let slack = above.zip(mark).map(|(above, mark)| (2 * mark - 1) * above);
            rows.assign(SLACK_CELL, chip.slack, row, slack)?;
            rows.limbs(Side::Below, row, slack)?;
            sum = sum + value.zip(mark).map(|(value, mark)| value * mark);
            count = count + mark;
        }
        let end = start + self.of.len();
        rows.assign_sum(end, sum)?;
        rows.assign_operand(end, count)?;
        rows.assign(LEVEL_CELL, chip.level, end, level)?;
        rows.fix(rows.columns.factor, end, self.count as i128)?;
        chip.q_end.enable(rows.region, end)
    }
}

const LEVEL_CELL: &str = "level";
const SLACK_CELL: &str = "slack";

impl Highest {
    /// The members from the largest down, equals in their order.
    fn order(&self, inputs: &[i128]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.of.len()).collect();
        order.sort_by_key(|member| std::cmp::Reverse(inputs[self.of[*member]]));
        order
    }

    /// Which members are summed.
    fn marks(&self, inputs: &[i128]) -> Vec<bool> {
        let mut marks = vec![false; self.of.len()];
        self.order(inputs).into_iter().take(self.count).for_each(|member| marks[member] = true);
        marks
    }

    /// The least input that is summed.
    fn level(&self, inputs: &[i128]) -> i128 {
        let least = self.order(inputs).into_iter().take(self.count).next_back();
        least.map_or(0, |member| inputs[self.of[member]])
    }
}
