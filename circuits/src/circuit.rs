//! The circuit of a bill: columns and wiring, nothing else.
//!
//! `halo2_proofs` configures a circuit from its type alone, but which columns a bill needs depends on its tariff.
//! [`with_shape`] says so for the thread that configures. A circuit configured under another shape than its key's makes
//! a proof that does not verify; the verifier reads the columns from the verifying key and never configures.

use std::cell::Cell as ThreadCell;

use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner};
use halo2_proofs::plonk::{Circuit, ConstraintSystem, Error, Expression};
use pasta_curves::Fp;
use wattproof_meter::reading::Readings;

use crate::chip::compare::CompareChip;
use crate::chip::digits::DigitsChip;
use crate::chip::divide::DivideChip;
use crate::chip::limbs::LimbsChip;
use crate::chip::peak::PeakChip;
use crate::chip::spans::SpansChip;
use crate::chip::sum::SumChip;
use crate::chip::{Columns, Rows};
use crate::layout::{Act, Layout, Shape};
use crate::plan::{Plan, Step, Witness};

thread_local! {
    static SHAPE: ThreadCell<Shape> = ThreadCell::new(Shape::default());
}

/// Runs `act` while circuits on this thread are configured under `shape`.
pub fn with_shape<T>(shape: Shape, act: impl FnOnce() -> T) -> T {
    struct Restore(Shape);
    impl Drop for Restore {
        fn drop(&mut self) {
            SHAPE.set(self.0);
        }
    }
    let _restore = Restore(SHAPE.replace(shape));
    act()
}

/// Rows at the end of every column that a circuit of this shape may not use: blinding, and one for the permutation.
pub fn unusable_rows(shape: Shape) -> usize {
    let mut meta = ConstraintSystem::default();
    with_shape(shape, || BillCircuit::configure(&mut meta));
    meta.blinding_factors() + 1
}

/// A bill's circuit, with or without the values of one household.
#[allow(missing_debug_implementations, reason = "readings are secret")]
#[derive(Clone, Copy)]
pub struct BillCircuit<'a> {
    plan: &'a Plan,
    layout: &'a Layout,
    values: Option<Values<'a>>,
}

#[derive(Clone, Copy)]
struct Values<'a> {
    readings: &'a Readings,
    witness: &'a Witness,
    disclosed: &'a [i128],
}

impl<'a> BillCircuit<'a> {
    /// The circuit without values, for key generation.
    pub fn shape_only(plan: &'a Plan, layout: &'a Layout) -> Self {
        BillCircuit { plan, layout, values: None }
    }

    /// The circuit with a household's values and what it discloses.
    pub fn with_values(
        plan: &'a Plan,
        layout: &'a Layout,
        readings: &'a Readings,
        witness: &'a Witness,
        disclosed: &'a [i128],
    ) -> Self {
        BillCircuit { plan, layout, values: Some(Values { readings, witness, disclosed }) }
    }
}

/// The chips that a shape has.
#[derive(Clone, Debug)]
pub struct Config {
    columns: Columns,
    sum: SumChip,
    totals: Option<TotalsChips>,
    limbs: Option<LimbsChip>,
    spans: Option<SpansChip>,
    peak: Option<PeakChip>,
}

#[derive(Clone, Debug)]
struct TotalsChips {
    digits: DigitsChip,
    compare: CompareChip,
    divide: DivideChip,
}

impl Circuit<Fp> for BillCircuit<'_> {
    type Config = Config;
    type FloorPlanner = SimpleFloorPlanner;

    fn without_witnesses(&self) -> Self {
        BillCircuit { values: None, ..*self }
    }

    fn configure(meta: &mut ConstraintSystem<Fp>) -> Config {
        let shape = SHAPE.get();
        let columns = columns(meta, shape);
        let sum = SumChip::configure(meta, &columns);
        meta.enable_equality(columns.instance);
        meta.enable_equality(columns.sum);
        if let Some(operand) = columns.operand {
            meta.enable_equality(operand);
        }
        let totals = columns.operand.zip(columns.rest).map(|(operand, rest)| {
            let digits = DigitsChip::configure(meta, &columns, rest);
            TotalsChips {
                compare: CompareChip::configure(meta, &columns, operand, rest, digits.clone()),
                divide: DivideChip::configure(meta, &columns, operand, rest, digits.clone()),
                digits,
            }
        });
        let spans = shape.spans.then(|| SpansChip::configure(meta, &columns, shape));
        let peak = columns.operand.filter(|_| shape.peak).map(|operand| PeakChip::configure(meta, &columns, operand));
        let limbs = (shape.limb_bits > 0).then(|| LimbsChip::configure(meta, shape));
        if let Some(limbs) = &limbs {
            limbs.check(meta, limbs.below(), |meta| {
                let below = spans.as_ref().map(|spans| spans.slacks(meta, &columns)[0].clone());
                let peak = peak.as_ref().map(|peak| peak.slack(meta, &columns));
                below.into_iter().chain(peak).reduce(|a, b| a + b).unwrap_or(constant_zero())
            });
        }
        if let Some((limbs, spans)) = limbs.as_ref().zip(spans.as_ref()) {
            limbs.check(meta, limbs.above(), |meta| spans.slacks(meta, &columns)[1].clone());
            spans.lookup(meta, &columns, shape);
        }
        Config { columns, sum, totals, limbs, spans, peak }
    }

    fn synthesize(&self, config: Config, mut layouter: impl Layouter<Fp>) -> Result<(), Error> {
        if let Some(limbs) = &config.limbs {
            limbs.load(&mut layouter)?;
        }
        if let Some(spans) = &config.spans {
            spans.load(&mut layouter, &self.layout.table)?;
        }
        let disclosed = layouter.assign_region(
            || "bill",
            |mut region| {
                let mut rows = Rows {
                    region: &mut region,
                    columns: &config.columns,
                    plan: self.plan,
                    layout: self.layout,
                    readings: self.values.map(|values| values.readings),
                    witness: self.values.map(|values| values.witness),
                    cells: Default::default(),
                };
                self.layout.acts.iter().try_for_each(|act| self.act(&config, &mut rows, act))?;
                let outputs = self.layout.acts.iter().filter_map(|act| match act {
                    Act::Disclose { place, output } => Some((rows.cells.get(place).copied(), *output)),
                    _ => None,
                });
                Ok(outputs.collect::<Vec<_>>())
            },
        )?;
        for (cell, output) in disclosed {
            layouter.constrain_instance(cell.ok_or(Error::Synthesis)?, config.columns.instance, output)?;
        }
        Ok(())
    }
}

impl BillCircuit<'_> {
    fn act(&self, config: &Config, rows: &mut Rows<'_, '_>, act: &Act) -> Result<(), Error> {
        let totals = || config.totals.as_ref().ok_or(Error::Synthesis);
        let limbs = || config.limbs.as_ref().ok_or(Error::Synthesis);
        match act {
            Act::Chain(chain) => config.sum.assign(rows, chain, self.values.map_or(&[], |v| v.disclosed)),
            Act::Zero { row } => config.sum.zero(rows, *row),
            Act::Range { row, groups, of } => {
                let sum = rows.known(|witness| witness.affine(of));
                totals()?.digits.range(rows, *row, *groups, sum)
            }
            Act::Compare { row, step, groups } => match &self.plan.steps[*step] {
                Step::Compare { x, .. } => totals()?.compare.assign(rows, *row, *step, *groups, x),
                _ => Err(Error::Synthesis),
            },
            Act::Divide { row, step, divisor, groups } => totals()?.divide.assign(rows, *row, *step, *groups, *divisor),
            Act::EachReading { start, step } => match (&self.plan.steps[*step], &config.spans) {
                (Step::EachReading { cells, .. }, Some(spans)) => {
                    config.sum.zero(rows, *start)?;
                    spans.assign(rows, *start, cells, self.first_tag(*step), limbs()?)
                }
                _ => Err(Error::Synthesis),
            },
            Act::Peak { start, step } => match (&self.plan.steps[*step], &config.peak) {
                (Step::Peak { cells, .. }, Some(peak)) => peak.assign(rows, *start, *step, cells, limbs()?),
                _ => Err(Error::Synthesis),
            },
            Act::Disclose { .. } => Ok(()),
        }
    }

    /// The tag of the first schedule of a step: one more than the schedules of the steps before it.
    fn first_tag(&self, step: usize) -> u64 {
        let schedules = self.plan.steps[..step].iter().map(|step| match step {
            Step::EachReading { schedules, .. } => schedules.len() as u64,
            _ => 0,
        });
        1 + schedules.sum::<u64>()
    }
}

/// The columns of a shape. The linked column is advice column 0 and its own row is the first advice query, made by the
/// first gate of [`SumChip`]: the link relies on both.
fn columns(meta: &mut ConstraintSystem<Fp>, shape: Shape) -> Columns {
    Columns {
        linked: meta.advice_column(),
        sum: meta.advice_column(),
        operand: shape.operands.then(|| meta.advice_column()),
        rest: (shape.digits > 0).then(|| meta.advice_column()),
        digits: (1..shape.digits).map(|_| meta.advice_column()).collect(),
        factor: meta.fixed_column(),
        weight: meta.fixed_column(),
        instance: meta.instance_column(),
    }
}

fn constant_zero() -> Expression<Fp> {
    Expression::Constant(Fp::zero())
}
