//! The largest sum of two squares, which is what apparent power comes to. See `docs/circuit.md#squares`.

use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector, VirtualCells};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::limbs::Side;
use crate::chip::{Columns, Rows, field};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const START: &str = "a search for squares starts";
const START_FOUND: &str = "squares: found' = 0";
const GATE: &str = "a maximum is one of its sums of squares";
const KEEPS: &str = "squares: sum' = sum";
const SLACK: &str = "slack = sum - (linked - 2^64 high)^2 - (high + least)^2";
const STEPS: &str = "(found' - found) slack = 0";
const END: &str = "a search for squares ends";
const FOUND: &str = "squares: found = 1";

/// Where the second of two packed values begins.
pub(crate) const PACKED: u32 = 64;
/// Values whose squares are summed lie within this many bits on either side of zero.
pub(crate) const BITS: u32 = 44;

/// Results: the largest `x² + y²` over pairs packed as `x + 2^64·(y − least)`.
///
/// | row | linked | sum | operand | rest | digit 1 | limbs | weight |
/// |-----|--------|-----|---------|------|---------|-------|--------|
/// | start − 1 | | | | | | | |
/// | start | packed | maximum | 0 | y − least | slack | of slack, y − least | least |
/// | … | packed | maximum | 0 or 1 | | | | |
/// | end | | maximum | 1 | | | | |
///
/// The maximum is in range by a check of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Squares {
    /// The packed inputs, each with the least value of its `y`; at least two.
    pub of: Vec<(usize, i128)>,
    /// Bounds of all `y − least`.
    pub high: Interval,
    /// Bounds of the maximum, from zero.
    pub interval: Interval,
}

#[derive(Clone, Debug)]
pub(crate) struct Chip {
    high: Column<Advice>,
    slack: Column<Advice>,
    q_start: Selector,
    q_squares: Selector,
    q_end: Selector,
}

impl Gadget for Squares {
    type Chip = Chip;
    const NAME: &'static str = "maximum of sums of squares";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.of.iter_mut().for_each(|(input, _)| super::rename(input, visit));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let sums = self.of.iter().map(|(input, least)| {
            let (x, high) = unpacked(of.inputs[*input]);
            x * x + (high + least) * (high + least)
        });
        vec![sums.max().unwrap_or(0)]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.operands = true;
        shape.digits = shape.digits.max(2);
        shape.below = shape.below.max(shape.limbs(self.interval.hi));
        shape.above = shape.above.max(shape.limbs(self.high.hi));
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let start = placer.row_beside_no_digits() + 1;
        let end = start + self.of.len();
        placer.inputs(start, self.of.iter().map(|(input, _)| *input));
        placer.act(At { step, part: 0, row: start, groups: 0 });
        placer.result(step, 0, Place::Sum(end));
        placer.take_rows(end + 1);
        placer.take_digits(end + 1);
        placer.range(&Affine { terms: vec![(Value::Result(step, 0), 1)], constant: 0 }, self.interval.hi);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Chip> {
        let (found, high, slack) = (columns.operand?, columns.rest?, *columns.digits.first()?);
        let (q_start, q_squares, q_end) = (meta.selector(), meta.complex_selector(), meta.selector());
        meta.create_gate(START, |meta| {
            let q = meta.query_selector(q_start);
            Constraints::with_selector(q, [(START_FOUND, meta.query_advice(found, Rotation::next()))])
        });
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_squares);
            // linked: by the link; high: by its limbs, and so which of the two it is; sum: the same on every row, not
            // below any sum of squares by the limbs of the slack, and in range; found: starts at 0 and ends at 1.
            let linked = meta.query_advice(columns.linked, Rotation::cur());
            let [sum, sum_next] = [0, 1].map(|at| meta.query_advice(columns.sum, Rotation(at)));
            let [found, found_next] = [0, 1].map(|at| meta.query_advice(found, Rotation(at)));
            let high = meta.query_advice(high, Rotation::cur());
            let slack = meta.query_advice(slack, Rotation::cur());
            let x = linked - high.clone() * field(1 << PACKED);
            let y = high + meta.query_fixed(columns.weight);
            Constraints::with_selector(
                q,
                [
                    (KEEPS, sum_next - sum.clone()),
                    (SLACK, slack.clone() - (sum - x.clone() * x - y.clone() * y)),
                    (STEPS, (found_next - found) * slack),
                ],
            )
        });
        meta.create_gate(END, |meta| {
            let q = meta.query_selector(q_end);
            let found = meta.query_advice(found, Rotation::cur());
            Constraints::with_selector(q, [(FOUND, found - Expression::Constant(field(1)))])
        });
        Some(Chip { high, slack, q_start, q_squares, q_end })
    }

    /// What the maximum is above a sum of squares, and the packed pair's upper value.
    fn limbs(chip: &Chip, meta: &mut VirtualCells<'_, Fp>, _: &Columns) -> [Option<Expression<Fp>>; 2] {
        let q = meta.query_selector(chip.q_squares);
        let slack = meta.query_advice(chip.slack, Rotation::cur());
        [Some(q.clone() * slack), Some(q * meta.query_advice(chip.high, Rotation::cur()))]
    }

    fn assign(&self, chip: &Chip, rows: &mut Rows<'_, '_>, At { step, row: start, .. }: At) -> Result<(), Error> {
        let maximum = rows.known(|witness| witness.value(Value::Result(step, 0)));
        let mut found = Known::known(0i128);
        chip.q_start.enable(rows.region, start - 1)?;
        for (row, (input, least)) in (start..).zip(&self.of) {
            chip.q_squares.enable(rows.region, row)?;
            let pair = rows.assign_input(row, *input)?.map(unpacked);
            let sum = pair.map(|(x, high)| x * x + (high + least) * (high + least));
            let slack = maximum.zip(sum).map(|(maximum, sum)| maximum - sum);
            rows.assign_sum(row, maximum)?;
            rows.assign_operand(row, found)?;
            rows.assign(HIGH_CELL, chip.high, row, pair.map(|(_, high)| high))?;
            rows.assign(SLACK_CELL, chip.slack, row, slack)?;
            rows.fix(rows.columns.weight, row, *least)?;
            rows.limbs(Side::Below, row, slack)?;
            rows.limbs(Side::Above, row, pair.map(|(_, high)| high))?;
            found = found.zip(slack).map(|(found, slack)| if slack == 0 { 1 } else { found });
        }
        let end = start + self.of.len();
        rows.assign_sum(end, maximum)?;
        rows.assign_operand(end, found)?;
        chip.q_end.enable(rows.region, end)
    }
}

const HIGH_CELL: &str = "high";
const SLACK_CELL: &str = "slack";

/// The two values of a packed pair: `x` on either side of zero, and `y − least`.
fn unpacked(packed: i128) -> (i128, i128) {
    let high = (packed + (1 << (PACKED - 1))) >> PACKED;
    (packed - (high << PACKED), high)
}
