//! The circuit of a bill: columns and wiring, nothing else.
//!
//! `halo2_proofs` configures a circuit from its type alone, but which columns a bill needs depends on its tariff.
//! [`with_shape`] says so for the thread that configures. A circuit configured under another shape than its key's makes
//! a proof that does not verify; the verifier reads the columns from the verifying key and never configures.

use std::cell::RefCell;

use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner};
use halo2_proofs::plonk::{Circuit, ConstraintSystem, Error, Expression};
use pasta_curves::Fp;

use crate::chip::digits::DigitsChip;
use crate::chip::gather::GatherChip;
use crate::chip::lane::{Lane, LaneChip};
use crate::chip::limbs::{LimbsChip, Side};
use crate::chip::sum::SumChip;
use crate::chip::{Columns, Rows};
use crate::gadget::Chips;
use crate::layout::{Act, Layout, Shape};
use crate::plan::{Plan, Witness};

thread_local! {
    static SHAPE: RefCell<Shape> = RefCell::new(Shape::default());
}

/// Runs `act` while circuits on this thread are configured under `shape`.
pub fn with_shape<T>(shape: &Shape, act: impl FnOnce() -> T) -> T {
    struct Restore(Shape);
    impl Drop for Restore {
        fn drop(&mut self) {
            SHAPE.set(std::mem::take(&mut self.0));
        }
    }
    let _restore = Restore(SHAPE.replace(shape.clone()));
    act()
}

/// What [`unusable_rows`] says of every shape: no column is queried at more than three rotations.
pub const UNUSABLE_ROWS: usize = 6;

/// Rows at the end of every column that a circuit of this shape may not use: blinding, and one for the permutation.
pub fn unusable_rows(shape: &Shape) -> usize {
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
    witness: &'a Witness,
    disclosed: &'a [i128],
}

impl<'a> BillCircuit<'a> {
    /// The circuit without values, for key generation.
    pub fn shape_only(plan: &'a Plan, layout: &'a Layout) -> Self {
        BillCircuit { plan, layout, values: None }
    }

    /// The circuit with a household's values and what it discloses.
    pub fn with_values(plan: &'a Plan, layout: &'a Layout, witness: &'a Witness, disclosed: &'a [i128]) -> Self {
        BillCircuit { plan, layout, values: Some(Values { witness, disclosed }) }
    }
}

/// The chips that a shape has.
#[derive(Clone, Debug)]
pub struct Config {
    columns: Columns,
    sum: SumChip,
    digits: Option<DigitsChip>,
    limbs: Option<LimbsChip>,
    lane: Option<LaneChip>,
    gadgets: Chips,
    gather: Option<GatherChip>,
}

impl Circuit<Fp> for BillCircuit<'_> {
    type Config = Config;
    type FloorPlanner = SimpleFloorPlanner;

    fn without_witnesses(&self) -> Self {
        BillCircuit { values: None, ..*self }
    }

    fn configure(meta: &mut ConstraintSystem<Fp>) -> Config {
        let shape = SHAPE.with_borrow(Shape::clone);
        let columns = columns(meta, &shape);
        let sum = SumChip::configure(meta, &columns);
        meta.enable_equality(columns.instance);
        meta.enable_equality(columns.sum);
        if let Some(operand) = columns.operand {
            meta.enable_equality(operand);
        }
        let digits = columns.rest.map(|rest| DigitsChip::configure(meta, &columns, rest));
        let lane = (shape.lanes > 0).then(|| LaneChip::configure(meta, &columns));
        let gadgets = Chips::configure(meta, &columns, &shape);
        let limbs = (shape.limb_bits > 0).then(|| LimbsChip::configure(meta, &shape));
        if let Some(limbs) = &limbs {
            for (side, count, at) in [(Side::Below, shape.below, 0), (Side::Above, shape.above, 1)] {
                if count > 0 {
                    limbs.check(meta, side, |meta| gadgets.limbs(meta, &columns)[at].clone().unwrap_or(zero()));
                }
            }
        }
        gadgets.look_up(meta, &columns);
        let gather = shape.ring.as_ref().map(|ring| GatherChip::configure(meta, &columns, ring));
        Config { columns, sum, digits, limbs, lane, gadgets, gather }
    }

    fn synthesize(&self, config: Config, mut layouter: impl Layouter<Fp>) -> Result<(), Error> {
        if let Some(limbs) = &config.limbs {
            limbs.load(&mut layouter)?;
        }
        config.gadgets.load(self.layout, &mut layouter)?;
        let disclosed = layouter.assign_region(
            || "bill",
            |mut region| {
                let mut rows = Rows {
                    region: &mut region,
                    columns: &config.columns,
                    sum: &config.sum,
                    digits: config.digits.as_ref(),
                    limbs: config.limbs.as_ref(),
                    lane: config.lane.as_ref(),
                    plan: self.plan,
                    layout: self.layout,
                    witness: self.values.map(|values| values.witness),
                    cells: Default::default(),
                    linked: Default::default(),
                    sums: Default::default(),
                };
                self.layout.acts.iter().try_for_each(|act| self.act(&config, &mut rows, act))?;
                if let (Some(gather), Some(ring)) = (&config.gather, &self.layout.ring) {
                    gather.assign(&mut rows, ring)?;
                }
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
        match act {
            Act::Chain(chain) => config.sum.assign(rows, chain, self.values.map_or(&[], |v| v.disclosed)),
            Act::Zero { row } => rows.zero(*row),
            Act::Range { row, groups, of } => {
                let sum = rows.known(|witness| witness.affine(of));
                config.digits.as_ref().ok_or(Error::Synthesis)?.range(rows, *row, *groups, sum)
            }
            Act::Copy { row, from, of } => {
                let value = rows.known(|witness| witness.affine(of));
                config.sum.copy(rows, *row, *from, value)
            }
            Act::Step(at) => {
                let step = self.plan.steps.get(at.step).ok_or(Error::Synthesis)?;
                config.gadgets.assign(step, rows, *at)
            }
            Act::Disclose { .. } => Ok(()),
        }
    }
}

/// The columns of a shape. The classic link relies on the linked column being advice column 0 and its own row the first
/// advice query, made by the first gate of [`SumChip`]; the compact link on the ring columns being the first ones.
fn columns(meta: &mut ConstraintSystem<Fp>, shape: &Shape) -> Columns {
    let ring = shape.ring.as_ref().map_or(0, |ring| ring.columns);
    Columns {
        ring: (0..ring).map(|_| meta.advice_column()).collect(),
        linked: meta.advice_column(),
        sum: meta.advice_column(),
        operand: shape.operands.then(|| meta.advice_column()),
        rest: (shape.digits > 0).then(|| meta.advice_column()),
        digits: (1..shape.digits).map(|_| meta.advice_column()).collect(),
        lanes: (0..shape.lanes).map(|_| lane(meta, shape)).collect(),
        factor: meta.fixed_column(),
        weight: meta.fixed_column(),
        instance: meta.instance_column(),
        shape: shape.clone(),
    }
}

fn lane(meta: &mut ConstraintSystem<Fp>, shape: &Shape) -> Lane {
    Lane {
        part: (!shape.priced.is_empty()).then(|| meta.advice_column()),
        digits: (0..shape.lane_digits).map(|_| meta.advice_column()).collect(),
    }
}

fn zero() -> Expression<Fp> {
    Expression::Constant(Fp::zero())
}
