//! The bill's circuit, with advice cells overwritten once it is filled.

use std::cell::RefCell;

use ff::{Field, PrimeField};
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{Assignment, Circuit, Column, ConstraintSystem, Error, Fixed, FloorPlanner};
use pasta_curves::Fp;
use wattproof_circuits::circuit::{BillCircuit, Config};

thread_local! {
    /// What the planner, which sees no circuit but the type, writes last.
    static CELLS: RefCell<Vec<Cell>> = const { RefCell::new(vec![]) };
}

/// An advice column, a row, a value.
pub type Cell = (usize, usize, Fp);

#[derive(Clone, Copy)]
pub struct Tampered<'a> {
    pub bill: BillCircuit<'a>,
    pub cells: &'a [Cell],
}

impl Circuit<Fp> for Tampered<'_> {
    type Config = Config;
    type FloorPlanner = Planner;

    fn without_witnesses(&self) -> Self {
        Tampered { bill: self.bill.without_witnesses(), cells: &[] }
    }

    fn configure(meta: &mut ConstraintSystem<Fp>) -> Config {
        BillCircuit::configure(meta)
    }

    fn synthesize(&self, config: Config, layouter: impl Layouter<Fp>) -> Result<(), Error> {
        CELLS.set(self.cells.to_vec());
        self.bill.synthesize(config, layouter)
    }
}

pub struct Planner;

impl FloorPlanner for Planner {
    fn synthesize<F: Field, CS: Assignment<F>, C: Circuit<F>>(
        cs: &mut CS,
        circuit: &C,
        config: C::Config,
        constants: Vec<Column<Fixed>>,
    ) -> Result<(), Error> {
        SimpleFloorPlanner::synthesize(cs, circuit, config, constants)?;
        let mut meta = ConstraintSystem::<Fp>::default();
        let mut columns = vec![];
        for (column, row, value) in CELLS.take() {
            columns.extend((columns.len()..=column).map(|_| meta.advice_column()));
            cs.assign_advice(|| "lie", columns[column], row, || Value::known(convert::<F>(value)))?;
        }
        Ok(())
    }
}

/// The planner is generic over the field, which is `Fp` all the same.
fn convert<F: Field>(value: Fp) -> F {
    let bits = value.to_repr().into_iter().rev().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    bits.fold(F::ZERO, |sum, bit| sum.double() + if bit == 1 { F::ONE } else { F::ZERO })
}
