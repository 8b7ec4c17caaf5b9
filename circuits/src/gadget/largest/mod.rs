//! The largest of many inputs: one a row with limbs, see `docs/circuit.md#largest`; or several a row with digits of their own,
//! see `docs/circuit.md#largest-lanes`.

mod lanes;

use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector, VirtualCells};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::limbs::Side;
use crate::chip::{Columns, Rows};
use crate::layout::{LANE_LIMIT, MAX_LANE_WIDTH, Place, Placer, Shape};
use crate::plan::{Interval, Value, Witness};

use super::{At, Gadget};
use lanes::LanesChip;

const GATE: &str = "a maximum is one of its inputs";
const KEEPS: &str = "sum' = sum";
const STEPS: &str = "(operand' - operand) (sum - linked) = 0";
const MARK: &str = "the search starts and ends";
const MARK_IS: &str = "operand = constant";

/// Results: the largest input. Looked up:
///
/// | row | linked | sum | operand | limbs | factor |
/// |-----|--------|-----|---------|-------|--------|
/// | start | input | maximum | 0 | of maximum − input | 0 |
/// | … | input | maximum | 0 or 1 | | |
/// | end | | maximum | 1 | | 1 |
///
/// In lanes:
///
/// | row | linked | sum | operand | digits in each lane | factor | weight |
/// |-----|--------|-----|---------|---------------------|--------|--------|
/// | start | inputs, packed | maximum | 0 | of maximum − input | 0 | |
/// | … | inputs, packed | maximum | 0 or 1 | | | |
/// | end | | maximum | 1 | in the first of maximum − least | 1 | least |
///
/// The operand can only change on a row whose input is the maximum, and it must change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Largest {
    /// The inputs, at least two.
    pub of: Vec<usize>,
    /// Bounds of all inputs.
    pub hull: Interval,
    /// Bounds of the maximum.
    pub interval: Interval,
}

/// The gates of both ways.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    looked_up: Option<Selector>,
    lanes: Option<LanesChip>,
    mark: MarkChip,
}

/// The operand at the ends of a search.
#[derive(Clone, Debug)]
struct MarkChip {
    q_mark: Selector,
}

impl Gadget for Largest {
    type Chip = Chip;
    const NAME: &'static str = "maximum";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.of.iter_mut().for_each(|input| super::rename(input, visit));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        vec![self.of.iter().map(|input| of.inputs[*input]).max().unwrap_or(0)]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.operands = true;
        if self.is_in_lanes(shape) {
            return;
        }
        shape.searches = true;
        shape.below = shape.below.max(shape.limbs(self.hull.width()));
    }

    fn lane_digits(&self, lane_bits: usize) -> usize {
        let fits = |lane_digits: &usize| {
            self.is_in_lanes(&Shape { lanes: 1, lane_digits: *lane_digits, lane_bits, ..Shape::default() })
        };
        (1..=MAX_LANE_WIDTH / lane_bits).find(fits).unwrap_or(0)
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        if self.is_in_lanes(placer.shape()) {
            return self.place_in_lanes(step, placer);
        }
        let start = placer.row();
        placer.inputs(start, self.of.iter().copied());
        placer.act(At { step, part: 0, row: start, groups: 0 });
        placer.result(step, 0, Place::Sum(start + self.of.len()));
        placer.take_rows(start + self.of.len() + 1);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Chip> {
        let operand = columns.operand?;
        let looked_up = columns.shape.searches.then(|| search(meta, columns, operand));
        let lanes = LanesChip::configure(meta, columns);
        let mark = MarkChip { q_mark: meta.selector() };
        meta.create_gate(MARK, |meta| {
            let q = meta.query_selector(mark.q_mark);
            let found = meta.query_advice(operand, Rotation::cur());
            Constraints::with_selector(q, [(MARK_IS, found - meta.query_fixed(columns.factor))])
        });
        Some(Chip { looked_up, lanes, mark })
    }

    /// `maximum − input`.
    fn limbs(chip: &Chip, meta: &mut VirtualCells<'_, Fp>, columns: &Columns) -> [Option<Expression<Fp>>; 2] {
        let Some(q_largest) = chip.looked_up else { return [None, None] };
        let q = meta.query_selector(q_largest);
        let sum = meta.query_advice(columns.sum, Rotation::cur());
        [Some(q * (sum - meta.query_advice(columns.linked, Rotation::cur()))), None]
    }

    fn assign(&self, chip: &Chip, rows: &mut Rows<'_, '_>, At { step, row: start, .. }: At) -> Result<(), Error> {
        if self.is_in_lanes(&rows.columns.shape) {
            let lanes = chip.lanes.as_ref().ok_or(Error::Synthesis)?;
            return lanes.assign(self, &chip.mark, rows, [step, start]);
        }
        let q_largest = chip.looked_up.ok_or(Error::Synthesis)?;
        let maximum = rows.known(|witness| witness.value(Value::Result(step, 0)));
        let mut found = Known::known(0i128);
        chip.mark.assign(rows, start, 0)?;
        for (row, input) in (start..).zip(&self.of) {
            q_largest.enable(rows.region, row)?;
            let value = rows.assign_input(row, *input)?;
            rows.assign_sum(row, maximum)?;
            rows.assign_operand(row, found)?;
            let slack = maximum.zip(value).map(|(maximum, value)| maximum - value);
            rows.limbs(Side::Below, row, slack)?;
            found = found.zip(slack).map(|(found, slack)| if slack == 0 { 1 } else { found });
        }
        let end = start + self.of.len();
        rows.assign_sum(end, maximum)?;
        rows.assign_operand(end, found)?;
        chip.mark.assign(rows, end, 1)
    }
}

impl Largest {
    /// Whether the inputs stand in lanes. A gate multiplies what lies below the maximum in each of them, and the degree of
    /// its selector and step with it is no more than the digits' own.
    pub fn is_in_lanes(&self, shape: &Shape) -> bool {
        let Interval { lo, hi } = self.hull;
        let fits = lo > -LANE_LIMIT && hi < LANE_LIMIT && self.hull.width() < 1 << shape.lane_width();
        (1..shape.lane_base()).contains(&shape.lanes) && fits
    }

    /// The inputs of each row; the row's last again where a lane is left.
    pub fn rows(&self, shape: &Shape) -> Vec<Vec<usize>> {
        let mut rows = shape.in_rows(self.of.clone(), |input| input);
        for row in &mut rows {
            let last = row.last().copied().unwrap_or(0);
            row.resize(shape.lanes.max(1), last);
        }
        rows
    }

    fn place_in_lanes(&self, step: usize, placer: &mut Placer<'_>) {
        let rows = self.rows(placer.shape());
        placer.align(&rows, 0);
        let start = placer.row();
        let end = start + rows.len();
        placer.packed(start, rows.into_iter());
        placer.act(At { step, part: 0, row: start, groups: 0 });
        placer.result(step, 0, Place::Sum(end));
        placer.take_rows(end + 1);
    }
}

/// The gate of a search by limbs.
fn search(meta: &mut ConstraintSystem<Fp>, columns: &Columns, operand: Column<Advice>) -> Selector {
        let q_largest = meta.complex_selector();
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_largest);
            // linked: by the link; sum: the same on every row, not below any input by the limbs; operand: by marks.
            let linked = meta.query_advice(columns.linked, Rotation::cur());
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let next = meta.query_advice(columns.sum, Rotation::next());
            let found = meta.query_advice(operand, Rotation::cur());
            let found_next = meta.query_advice(operand, Rotation::next());
            Constraints::with_selector(
                q,
                [(KEEPS, next - sum.clone()), (STEPS, (found_next - found) * (sum - linked))],
            )
        });
        q_largest
}

impl MarkChip {
    fn assign(&self, rows: &mut Rows<'_, '_>, row: usize, value: i128) -> Result<(), Error> {
        self.q_mark.enable(rows.region, row)?;
        rows.fix(rows.columns.factor, row, value)
    }
}
