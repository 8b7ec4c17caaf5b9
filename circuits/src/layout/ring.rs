//! Readings of a meter that certifies whole batches: ring columns, which hold them as the meter placed them, and the
//! sums that are gathered from them into the linked column. See `docs/circuit.md#ring`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ff::Field;
use halo2_proofs::arithmetic::best_fft;
use halo2_proofs::poly::EvaluationDomain;
use pasta_curves::Fp;
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::reading::Readings;
use wattproof_meter::ring::{RING_K, Ring};

use crate::chip::field;
use crate::plan::{Given, Input, Plan};
use crate::program::Place;

use super::{Linked, lane_factor};

/// Linked rows of a single reading that copy it; fewer are gathered, for less than columns of copies cost.
const FEW_COPIES: usize = 64;

/// How a meter certifies the readings that a circuit is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Certified {
    /// A commitment a reading.
    #[default]
    Each,
    /// A commitment a batch, a UTC day, over places in a ring.
    Batches(Ring),
}

/// What a ring column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RingColumn {
    /// A register's readings of one lap, by position; zero elsewhere.
    Readings {
        /// Index into the plan's registers.
        register: usize,
        /// The lap.
        lap: u32,
    },
    /// A carried value, in every row.
    Carried(usize),
}

/// What a circuit of batch-certified readings has beside the columns of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingShape {
    /// Ring columns.
    pub columns: usize,
    /// Rows from one position to the next.
    pub stride: usize,
    /// Whether the linked column itself is the first sum: lists stand beside the positions that they read.
    pub aligned: bool,
    /// The ring columns of which linked rows copy cells.
    pub copied: BTreeSet<usize>,
    /// The sums.
    pub sums: Vec<SumShape>,
    /// For each input of the plan, the last position that it reads.
    pub positions: Arc<[usize]>,
}

/// A column of sums over positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SumShape {
    /// The ring columns that it reads, each with its factor if that is the same at all positions.
    pub reads: BTreeMap<usize, Option<Fp>>,
    /// Whether some sum runs over several positions.
    pub runs: bool,
    /// Whether constants are added.
    pub constants: bool,
}

/// A value of linked rows, gathered from ring cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// In which column of sums.
    pub sum: usize,
    /// The first position.
    pub from: usize,
    /// The last position; the sum stands one position behind it.
    pub to: usize,
    /// Position, ring column and what the cell counts.
    pub terms: Vec<(usize, usize, Fp)>,
    /// What is added.
    pub constant: Fp,
    /// The rows of the linked column that hold it.
    pub rows: Vec<usize>,
}

/// Where ring cells go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingLayout {
    /// What the ring columns hold, in their order.
    pub columns: Vec<RingColumn>,
    /// Values of the linked column that are sums.
    pub gathers: Vec<Gather>,
    /// Rows of the linked column that copy a ring cell: row, position, ring column.
    pub copies: Vec<(usize, usize, usize)>,
}

/// The readings and carried values of a plan, by ring column and position.
#[derive(Clone, Debug)]
pub(super) struct RingPlan<'p> {
    plan: &'p Plan,
    ring: Ring,
    columns: Vec<RingColumn>,
    /// For each input, the last position that it reads.
    positions: Arc<[usize]>,
}

impl<'p> RingPlan<'p> {
    /// The columns that the plan's inputs read, over all laps of the period.
    pub(super) fn new(plan: &'p Plan, ring: Ring) -> Self {
        let weighed = || plan.inputs.iter().flat_map(|input| input.weights.iter().map(|(given, _)| *given));
        let registers: BTreeSet<usize> = weighed()
            .filter_map(|given| match given {
                Given::Reading(place) => Some(place.register),
                Given::Carried(_) => None,
            })
            .collect();
        let carried: BTreeSet<usize> = weighed()
            .filter_map(|given| match given {
                Given::Carried(index) => Some(index),
                Given::Reading(_) => None,
            })
            .collect();
        let last = plan.slots.count().saturating_sub(1);
        let (first, last) = (plan.slots.first(), plan.slots.first().after(last).unwrap_or(plan.slots.first()));
        let laps = ring.place(first).lap..=ring.place(last).lap;
        let readings = |register| laps.clone().map(move |lap| RingColumn::Readings { register, lap });
        let columns = registers.into_iter().flat_map(readings).chain(carried.into_iter().map(RingColumn::Carried));
        let mut of = RingPlan { plan, ring, columns: columns.collect(), positions: Arc::default() };
        of.positions = plan.inputs.iter().map(|input| of.last(input)).collect();
        of
    }

    /// The last position that an input reads.
    fn last(&self, input: &Input) -> usize {
        input.weights.iter().filter_map(|(given, _)| self.position(*given)).max().unwrap_or(0)
    }

    /// The shape of a circuit whose sums are not known yet.
    pub(super) fn shape(&self, aligned: bool) -> RingShape {
        let (copied, positions) = (BTreeSet::new(), self.positions.clone());
        RingShape { columns: self.columns.len(), stride: 1, aligned, copied, sums: vec![], positions }
    }

    fn slot(&self, place: Place) -> Slot {
        self.plan.slots.first().after(place.offset).unwrap_or(self.plan.slots.first())
    }

    fn position(&self, given: Given) -> Option<usize> {
        match given {
            Given::Reading(place) => Some(self.ring.place(self.slot(place)).position),
            Given::Carried(_) => None,
        }
    }

    fn column(&self, given: Given) -> usize {
        let wanted = match given {
            Given::Reading(place) => {
                RingColumn::Readings { register: place.register, lap: self.ring.place(self.slot(place)).lap }
            }
            Given::Carried(index) => RingColumn::Carried(index),
        };
        self.columns.iter().position(|column| *column == wanted).unwrap_or(0)
    }

    /// What each row of the linked column is, and the shape with the sums that it takes.
    pub(super) fn gather(&self, linked: &[Linked], aligned: bool) -> (RingLayout, RingShape) {
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        for Linked { row, input, lane } in linked {
            let (into, factor) = (rows.entry(*row).or_default(), lane_factor(*lane));
            self.add(*input, factor, into);
        }
        let single = |row: &Row| match (row.terms.iter().next(), row.terms.len(), row.constant == Fp::ZERO) {
            (Some((cell, factor)), 1, true) if *factor == Fp::ONE => Some(*cell),
            _ => None,
        };
        let beside =
            |at: usize, row: &Row| aligned && row.span().is_some_and(|(from, to)| from == to && at == from + 1);
        let singles: Vec<_> =
            rows.iter().filter(|(at, row)| !beside(**at, row)).filter_map(|(_, row)| single(row)).collect();
        let mut shape = self.shape(aligned);
        if singles.len() > FEW_COPIES {
            shape.copied = singles.iter().map(|(_, column)| *column).collect();
        }
        let mut layout = RingLayout { columns: self.columns.clone(), gathers: vec![], copies: vec![] };
        let mut sums = Sums::new(aligned);
        let mut gathered: BTreeMap<Sought, Vec<usize>> = BTreeMap::new();
        for (at, row) in rows {
            let is_beside = beside(at, &row);
            match single(&row).filter(|_| !shape.copied.is_empty() && !is_beside) {
                Some((position, column)) => layout.copies.push((at, position, column)),
                None => gathered.entry((row.span(), is_beside, row)).or_default().push(at),
            }
        }
        layout.gathers = gathered.into_iter().map(|((_, beside, row), at)| sums.place(at, row, beside)).collect();
        shape.sums = sums.shapes;
        steady(&mut shape.sums, &layout.gathers);
        (layout, shape)
    }

    /// Adds a multiple of an input to a row.
    fn add(&self, input: usize, factor: Fp, row: &mut Row) {
        let (last, input) = (self.positions[input], &self.plan.inputs[input]);
        for (given, weight) in &input.weights {
            let cell = (self.position(*given).unwrap_or(last), self.column(*given));
            *row.terms.entry(cell).or_insert(Fp::ZERO) += factor * field(*weight);
        }
        row.constant += factor * field(input.constant);
    }
}

/// A sum to be placed: its span, whether it stands beside its position, and what it is of.
type Sought = (Option<(usize, usize)>, bool, Row);

/// What a linked row comes to: the factor of each ring cell, by position and column, and a constant.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    terms: BTreeMap<(usize, usize), Fp>,
    constant: Fp,
}

impl Row {
    /// The first and last position.
    fn span(&self) -> Option<(usize, usize)> {
        let first = self.terms.keys().next().map(|(position, _)| *position)?;
        self.terms.keys().next_back().map(|(last, _)| (first, *last))
    }
}

/// Columns of sums, each with the position from which it is free.
struct Sums {
    shapes: Vec<SumShape>,
    free: Vec<usize>,
    own: usize,
}

impl Sums {
    /// With the linked column as the first of them, or without it.
    fn new(aligned: bool) -> Self {
        let own = usize::from(aligned);
        Sums { shapes: vec![SumShape::default(); own], free: vec![0; own], own }
    }

    /// The first column whose positions are free.
    fn place(&mut self, rows: Vec<usize>, of: Row, beside: bool) -> Gather {
        let (from, to) = of.span().unwrap_or((0, 0));
        let free = self.free.iter().skip(self.own).position(|free| *free <= from).map(|at| at + self.own);
        let sum = if beside { 0 } else { free.unwrap_or(self.free.len()) };
        if sum == self.free.len() {
            self.free.push(0);
            self.shapes.push(SumShape::default());
        }
        self.free[sum] = to + 1;
        let shape = &mut self.shapes[sum];
        shape.reads.extend(of.terms.keys().map(|(_, column)| (*column, None)));
        shape.runs |= from < to;
        shape.constants |= of.constant != Fp::ZERO;
        let terms = of.terms.into_iter().map(|((position, column), factor)| (position, column, factor));
        Gather { sum, from, to, terms: terms.collect(), constant: of.constant, rows }
    }
}

/// Finds the factors that are the same at all positions of a column of sums: these take no fixed column.
fn steady(sums: &mut [SumShape], gathers: &[Gather]) {
    let mut positions = vec![0; sums.len()];
    let mut seen: BTreeMap<(usize, usize), (Option<Fp>, usize)> = BTreeMap::new();
    for gather in gathers {
        positions[gather.sum] += gather.to - gather.from + 1;
        for (_, column, factor) in &gather.terms {
            let (same, count) = seen.entry((gather.sum, *column)).or_insert((Some(*factor), 0));
            *same = same.filter(|same| same == factor);
            *count += 1;
        }
    }
    for ((sum, column), (same, count)) in seen {
        sums[sum].reads.insert(column, same.filter(|_| count == positions[sum]));
    }
}

impl RingShape {
    /// Columns of sums beside the linked column.
    pub fn own_sums(&self) -> usize {
        self.sums.len() - usize::from(self.aligned)
    }

    /// Whether cells of the linked column are copies.
    pub fn links(&self) -> bool {
        !self.copied.is_empty() || self.own_sums() > 0
    }

    /// Fixed columns of factors, constants and runs.
    pub fn fixed(&self) -> usize {
        self.sums.iter().map(SumShape::fixed).sum()
    }
}

impl SumShape {
    /// Fixed columns of factors, constants and runs.
    pub fn fixed(&self) -> usize {
        let factors = self.reads.values().filter(|factor| factor.is_none()).count();
        factors + usize::from(self.runs) + usize::from(self.constants)
    }
}

impl RingLayout {
    /// The ring columns' values in a domain of `2^k` rows: position `p` in row `p · 2^(k − 9)`, and between them what the
    /// polynomial through the `2^9` rows takes. `readings` hold whole batches, and gaps count nothing.
    pub fn fill(&self, ring: Ring, readings: &Readings, carried: &[u64], k: u32) -> Vec<Vec<Fp>> {
        let column = |column: &RingColumn| match column {
            RingColumn::Carried(index) => {
                vec![Fp::from(carried.get(*index).copied().unwrap_or(0)); 1 << k]
            }
            RingColumn::Readings { register, lap } => interpolated(lap_values(ring, readings, *register, *lap), k),
        };
        self.columns.iter().map(column).collect()
    }
}

/// A register's readings of a lap, by position; zero behind them.
fn lap_values(ring: Ring, readings: &Readings, register: usize, lap: u32) -> Vec<Fp> {
    let mut values = vec![Fp::ZERO; 1 << RING_K];
    let first = Slot::new(lap * ring.positions() as u32);
    let Some(slots) = SlotRange::new(first, ring.positions() as u32) else { return values };
    for (value, slot) in values.iter_mut().zip(slots.iter()) {
        *value = readings.get(register, slot).map_or(Fp::ZERO, |reading| Fp::from(u64::from(reading)));
    }
    values
}

/// The polynomial of `2^9` values, evaluated at `2^k` points.
fn interpolated(values: Vec<Fp>, k: u32) -> Vec<Fp> {
    if k == RING_K {
        return values;
    }
    let (small, large) = (EvaluationDomain::new(3, RING_K), EvaluationDomain::<Fp>::new(3, k));
    let mut coefficients = small.lagrange_to_coeff(small.lagrange_from_vec(values)).to_vec();
    coefficients.resize(1 << k, Fp::ZERO);
    best_fft(&mut coefficients, large.get_omega(), k);
    coefficients
}
