//! Inputs priced by schedules: one a row by a span from the table, the input inside it, its price added, see
//! `docs/circuit.md#spans`; or several a row by octal digits, see `docs/circuit.md#priced-lanes`.

mod lanes;
mod part;

use halo2_proofs::circuit::{Layouter, Value as Known};
use halo2_proofs::plonk::{
    Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector, TableColumn, VirtualCells,
};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::limbs::Side;
use crate::chip::{Columns, Rows, field};
use crate::layout::{Chain, LANE_LIMIT, Layout, MAX_LANE_WIDTH, Place, Placer, Shape};
use crate::plan::{Affine, Interval, Plan, Value, Witness};

use super::{At, Gadget, Step};
use lanes::LanesChip;

pub use part::Part;

const SPAN: &str = "span";
const GATE: &str = "an input is priced by its span";
const ADDS: &str = "sum' = sum + slope linked + intercept";
const ADDS_WEIGHED: &str = "sum' = sum + weight (slope linked + intercept)";

/// Schedules that may each have a gate.
const MAX_GATES: usize = 4;

/// Results: the sum over inputs of each one's factor times its schedule. Looked up:
///
/// | row | linked | sum | lo | hi | slope | intercept | limbs | factor | weight |
/// |-----|--------|-----|----|----|-------|-----------|-------|--------|--------|
/// | start | input | 0 | lo | hi | slope | intercept | of input − lo, hi − input | schedule | factor |
/// | … | input | sum | | | | | | | |
/// | end | | sum' | | | | | | | |
///
/// In lanes:
///
/// | row | linked | sum | part, octal digits in each lane |
/// |-----|--------|-----|--------------------------------|
/// | start | inputs, packed | 0 | part, digits of each input |
/// | … | inputs, packed | sum | |
/// | end | | sum' | |
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Each {
    /// Each input.
    pub of: Vec<Priced>,
    /// The schedules; the spans of each cover the ranges of its inputs without overlap.
    pub schedules: Vec<Vec<Span>>,
    /// Bounds of the sum.
    pub interval: Interval,
}

/// An input with its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Priced {
    /// The input.
    pub input: usize,
    /// Its schedule.
    pub schedule: usize,
    /// What the schedule's price counts.
    pub factor: i128,
}

/// A piece of a schedule: `slope · u + intercept` for `lo ≤ u ≤ hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The least value of the piece.
    pub lo: i128,
    /// The greatest value of the piece.
    pub hi: i128,
    /// The marginal price, in the step's integer scale.
    pub slope: i128,
    /// What is added, in the same scale.
    pub intercept: i128,
}

/// A row of the look-up table of schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Which schedule, counted over all steps from 1; 0 is the row that unused rows meet.
    pub tag: u64,
    /// The span, or the part of one that fits a limb.
    pub span: Span,
}

/// The gates of both ways.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    looked_up: Option<LookUpChip>,
    lanes: LanesChip,
}

/// The columns and gates of spans.
#[derive(Clone, Debug)]
struct LookUpChip {
    /// lo, hi, slope, intercept.
    span: [Column<Advice>; 4],
    q_price: Selector,
    /// The tag, if there is one, then the four of a span.
    table: Vec<TableColumn>,
    is_weighed: bool,
}

impl Gadget for Each {
    type Chip = Chip;
    const NAME: &'static str = "price of each reading";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.of.iter_mut().for_each(|priced| super::rename(&mut priced.input, visit));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let price = |priced: &Priced| {
            let value = of.inputs[priced.input];
            let span = self.schedules[priced.schedule].iter().find(|span| span.lo <= value && value <= span.hi);
            priced.factor * span.map_or(0, |span| span.slope * value + span.intercept)
        };
        vec![self.of.iter().map(price).sum()]
    }

    /// Schedules are told apart by a tag when there are several, or when one charges at zero: see [`Gadget::look_up`].
    fn shape(&self, shape: &mut Shape) {
        if let Some(schedules) = self.parts(shape) {
            let new: Vec<_> = schedules.into_iter().filter(|parts| !shape.priced.contains(parts)).collect();
            shape.priced.extend(new);
            return;
        }
        let charges_at_zero = self.schedules.iter().flatten().any(|s| s.lo <= 0 && 0 <= s.hi && s.intercept != 0);
        shape.schedules += self.schedules.len();
        shape.tagged |= shape.schedules > 1 || charges_at_zero;
        shape.weighed |= self.of.iter().any(|priced| priced.factor != 1);
        let widest = self.schedules.iter().flatten().map(|span| span.hi - span.lo).max().unwrap_or(0);
        let limbs = if shape.split { 1 } else { shape.limbs(widest) };
        shape.below = shape.below.max(limbs);
        shape.above = shape.above.max(limbs);
    }

    fn own_columns(shape: &Shape) -> usize {
        if shape.schedules > 0 { 4 } else { 0 }
    }

    fn own_lookups(shape: &Shape) -> usize {
        usize::from(shape.schedules > 0)
    }

    fn lane_digits(&self, lane_bits: usize) -> usize {
        let fits = |lane_digits: &usize| {
            let shape = Shape { lanes: 1, lane_digits: *lane_digits, lane_bits, ..Shape::default() };
            self.parts(&shape).is_some()
        };
        (1..=MAX_LANE_WIDTH / lane_bits).find(fits).unwrap_or(0)
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        if self.parts(placer.shape()).is_some() {
            return self.place_in_lanes(step, placer);
        }
        let start = placer.row();
        placer.inputs(start, self.of.iter().map(|priced| priced.input));
        placer.act(At { step, part: 0, row: start, groups: 0 });
        placer.result(step, 0, Place::Sum(start + self.of.len()));
        placer.take_rows(start + self.of.len() + 1);
    }

    fn table_rows(&self, shape: &Shape) -> usize {
        if self.parts(shape).is_some() {
            return 0;
        }
        self.schedules.iter().flatten().map(|span| parts(shape, span)).sum()
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Chip> {
        let looked_up = (columns.shape.schedules > 0).then(|| LookUpChip::configure(meta, columns));
        Some(Chip { looked_up, lanes: LanesChip::configure(meta, columns) })
    }

    /// `input − lo` and `hi − input`.
    fn limbs(chip: &Chip, meta: &mut VirtualCells<'_, Fp>, columns: &Columns) -> [Option<Expression<Fp>>; 2] {
        let Some(chip) = &chip.looked_up else { return [None, None] };
        let q = meta.query_selector(chip.q_price);
        let linked = meta.query_advice(columns.linked, Rotation::cur());
        let lo = meta.query_advice(chip.span[0], Rotation::cur());
        let hi = meta.query_advice(chip.span[1], Rotation::cur());
        [Some(q.clone() * (linked.clone() - lo)), Some(q * (hi - linked))]
    }

    /// Unused rows meet the table's first row, which is zero: with tags no priced row can use that row; without, it can
    /// only do so at an input of zero, where the one schedule charges zero as well.
    fn look_up(chip: &Chip, meta: &mut ConstraintSystem<Fp>, columns: &Columns) {
        let Some(chip) = &chip.looked_up else { return };
        meta.lookup(|meta| {
            let q = meta.query_selector(chip.q_price);
            let mut inputs: Vec<_> =
                chip.span.iter().map(|column| q.clone() * meta.query_advice(*column, Rotation::cur())).collect();
            if columns.shape.tagged {
                inputs.insert(0, q * meta.query_fixed(columns.factor));
            }
            inputs.into_iter().zip(chip.table.iter().copied()).collect()
        });
    }

    fn load(chip: &Chip, layout: &Layout, layouter: &mut impl Layouter<Fp>) -> Result<(), Error> {
        chip.looked_up.as_ref().map_or(Ok(()), |chip| chip.load(layout, layouter))
    }

    fn assign(&self, chip: &Chip, rows: &mut Rows<'_, '_>, At { step, row, .. }: At) -> Result<(), Error> {
        if self.parts(&rows.columns.shape).is_some() {
            return chip.lanes.assign(self, rows, row);
        }
        chip.looked_up.as_ref().ok_or(Error::Synthesis)?.assign(self, rows, step, row)
    }
}

impl Each {
    /// The parts of each schedule when inputs are priced in lanes; nothing when they are looked up. A lane that no input
    /// fills holds zero, which must have a price.
    pub fn parts(&self, shape: &Shape) -> Option<Vec<Vec<Part>>> {
        let plain = self.of.iter().all(|priced| priced.factor == 1) && self.schedules.len() <= MAX_GATES;
        let fits = |span: &Span| span.lo > -LANE_LIMIT && span.hi < LANE_LIMIT;
        if shape.lanes == 0 || shape.lane_bits != part::DIGIT_BITS || !plain || !self.schedules.iter().flatten().all(fits) {
            return None;
        }
        let parts = |spans: &Vec<Span>| at_zero(spans).and_then(|_| part::parts(spans, shape.lane_digits));
        self.schedules.iter().map(parts).collect()
    }

    /// The inputs of each row, by their places, with their schedule.
    pub fn rows(&self, shape: &Shape) -> Vec<(usize, Vec<usize>)> {
        let of = |schedule| (0..self.of.len()).filter(move |member| self.of[*member].schedule == schedule);
        let rows = (0..self.schedules.len()).flat_map(|schedule| {
            let rows = shape.in_rows(of(schedule).collect(), |member| self.of[member].input);
            rows.into_iter().map(move |row| (schedule, row))
        });
        rows.collect()
    }

    /// What lanes without an input are charged, taken off in advance.
    fn unfilled(&self, shape: &Shape) -> i128 {
        let charged = |(schedule, members): &(usize, Vec<usize>)| {
            at_zero(&self.schedules[*schedule]).unwrap_or(0) * (shape.lanes - members.len()) as i128
        };
        -self.rows(shape).iter().map(charged).sum::<i128>()
    }

    fn place_in_lanes(&self, step: usize, placer: &mut Placer<'_>) {
        let (rows, constant) = (self.rows(placer.shape()), self.unfilled(placer.shape()));
        let inputs = rows.iter().map(|(_, members)| members.iter().map(|member| self.of[*member].input).collect());
        let inputs: Vec<Vec<usize>> = inputs.collect();
        placer.align(&inputs, Chain::height(constant, &[]));
        let start = placer.chain(&Affine { terms: vec![], constant });
        placer.packed(start, inputs.into_iter());
        placer.act(At { step, part: 0, row: start, groups: 0 });
        placer.result(step, 0, Place::Sum(start + rows.len()));
        placer.take_rows(start + rows.len() + 1);
    }
}

/// A schedule's price of zero.
fn at_zero(spans: &[Span]) -> Option<i128> {
    spans.iter().find(|span| span.lo <= 0 && 0 <= span.hi).map(|span| span.intercept)
}

impl LookUpChip {
    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Self {
        let span = [(); 4].map(|()| meta.advice_column());
        let (q_price, is_weighed) = (meta.complex_selector(), columns.shape.weighed);
        let table = (0..4 + usize::from(columns.shape.tagged)).map(|_| meta.lookup_table_column()).collect();
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(q_price);
            // linked: by the link; slope and intercept: by the look-up; sum: the row above; sum': defined here.
            let linked = meta.query_advice(columns.linked, Rotation::cur());
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let next = meta.query_advice(columns.sum, Rotation::next());
            let slope = meta.query_advice(span[2], Rotation::cur());
            let intercept = meta.query_advice(span[3], Rotation::cur());
            if is_weighed {
                let price = meta.query_fixed(columns.weight) * (slope * linked + intercept);
                return Constraints::with_selector(q, [(ADDS_WEIGHED, next - sum - price)]);
            }
            Constraints::with_selector(q, [(ADDS, next - sum - slope * linked - intercept)])
        });
        LookUpChip { span, q_price, table, is_weighed }
    }

    fn load(&self, layout: &Layout, layouter: &mut impl Layouter<Fp>) -> Result<(), Error> {
        let zero = TableRow { tag: 0, span: Span { lo: 0, hi: 0, slope: 0, intercept: 0 } };
        layouter.assign_table(
            || "schedules",
            |mut table| {
                for (at, row) in [zero].iter().chain(&layout.table).enumerate() {
                    let span = [row.span.lo, row.span.hi, row.span.slope, row.span.intercept];
                    let tag = (self.table.len() > span.len()).then_some(row.tag.into());
                    for (column, value) in self.table.iter().zip(tag.into_iter().chain(span)) {
                        table.assign_cell(|| SPAN, *column, at, || Known::known(field(value)))?;
                    }
                }
                Ok(())
            },
        )
    }

    /// Prices an input a row.
    fn assign(&self, each: &Each, rows: &mut Rows<'_, '_>, step: usize, start: usize) -> Result<(), Error> {
        let first_tag = first_tag(rows.plan, &rows.columns.shape, step);
        let mut sum = Known::known(0);
        rows.zero(start)?;
        rows.assign_sum(start, sum)?;
        for (row, priced) in (start..).zip(&each.of) {
            self.q_price.enable(rows.region, row)?;
            let tag = first_tag + priced.schedule as u64;
            if self.table.len() > 4 {
                rows.fix(rows.columns.factor, row, tag.into())?;
            }
            if self.is_weighed {
                rows.fix(rows.columns.weight, row, priced.factor)?;
            }
            let value = rows.assign_input(row, priced.input)?;
            let span = value.map(|value| met(&rows.layout.table, tag, value));
            let of =
                [span.map(|s| s.lo), span.map(|s| s.hi), span.map(|s| s.slope), span.map(|s| s.intercept)];
            for (column, value) in self.span.iter().zip(of) {
                rows.assign(SPAN, *column, row, value)?;
            }
            rows.limbs(Side::Below, row, value.zip(span).map(|(value, span)| value - span.lo))?;
            rows.limbs(Side::Above, row, value.zip(span).map(|(value, span)| span.hi - value))?;
            let price = value.zip(span).map(|(value, span)| span.slope * value + span.intercept);
            sum = sum + price.map(|price| price * priced.factor);
            rows.assign_sum(row + 1, sum)?;
        }
        Ok(())
    }
}

/// Rows of the table that a span takes: one, or one for each part of at most a limb.
fn parts(shape: &Shape, span: &Span) -> usize {
    let limbs = if shape.split { ((span.hi - span.lo) >> shape.limb_bits) + 1 } else { 1 };
    usize::try_from(limbs).unwrap_or(usize::MAX >> 1).min(usize::MAX >> 16)
}

/// The look-up table of a plan's schedules.
pub(crate) fn table(plan: &Plan, shape: &Shape) -> Vec<TableRow> {
    let steps = plan.steps.iter().filter_map(|step| match step {
        Step::Each(each) if each.parts(shape).is_none() => Some(each),
        _ => None,
    });
    let mut rows = vec![];
    for (tag, schedule) in (1..).zip(steps.flat_map(|each| &each.schedules)) {
        for span in schedule {
            let width = 1i128 << shape.limb_bits;
            let part = |at: usize| {
                let lo = span.lo + width * at as i128;
                let hi = if shape.split { (lo + width - 1).min(span.hi) } else { span.hi };
                TableRow { tag, span: Span { lo, hi, ..*span } }
            };
            rows.extend((0..parts(shape, span)).map(part));
        }
    }
    rows
}

/// The tag of a step's first schedule: one more than the steps before it have looked up.
fn first_tag(plan: &Plan, shape: &Shape, step: usize) -> u64 {
    let schedules = plan.steps.iter().take(step).map(|step| match step {
        Step::Each(each) if each.parts(shape).is_none() => each.schedules.len() as u64,
        _ => 0,
    });
    1 + schedules.sum::<u64>()
}

/// The table row that a value meets; one that no row covers meets the last, and the look-up refuses it.
fn met(table: &[TableRow], tag: u64, value: i128) -> Span {
    let from = table.partition_point(|row| (row.tag, row.span.hi) < (tag, value));
    table.get(from).or(table.last()).map_or(Span { lo: 0, hi: 0, slope: 0, intercept: 0 }, |row| row.span)
}
