//! Random programs, synthesised into a record instead of a proof: no cell is written twice, so that no two acts meet in a
//! row, and the linked column is written and queried as the link relies on.

#![allow(clippy::unwrap_used, reason = "test set-up")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use halo2_proofs::circuit::{SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{
    Advice, Any, Assigned, Assignment, Circuit, Column, ConstraintSystem, Error, Fixed, FloorPlanner, Instance,
    Selector,
};
use pasta_curves::Fp;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use support::generate::random_program;
use wattproof_circuits::circuit::{BillCircuit, UNUSABLE_ROWS, unusable_rows, with_shape};
use wattproof_circuits::layout::Layout;
use wattproof_circuits::plan::Plan;

const PROGRAMS: u64 = 3_000;

/// What was written where, and how often.
#[derive(Default)]
struct Record {
    advice: BTreeMap<(Column<Advice>, usize), usize>,
    fixed: BTreeMap<(Column<Fixed>, usize), usize>,
    rows: BTreeSet<usize>,
    /// Instance rows that some cell copies.
    instance: BTreeSet<usize>,
}

impl Assignment<Fp> for Record {
    fn enter_region<NR: Into<String>, N: FnOnce() -> NR>(&mut self, _: N) {}

    fn exit_region(&mut self) {}

    fn enable_selector<A, AR>(&mut self, _: A, _: &Selector, row: usize) -> Result<(), Error>
    where
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        self.rows.insert(row);
        Ok(())
    }

    fn query_instance(&self, _: Column<Instance>, _: usize) -> Result<Value<Fp>, Error> {
        Ok(Value::unknown())
    }

    fn assign_advice<V, VR, A, AR>(&mut self, _: A, column: Column<Advice>, row: usize, _: V) -> Result<(), Error>
    where
        V: FnOnce() -> Value<VR>,
        VR: Into<Assigned<Fp>>,
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        self.rows.insert(row);
        *self.advice.entry((column, row)).or_default() += 1;
        Ok(())
    }

    fn assign_fixed<V, VR, A, AR>(&mut self, _: A, column: Column<Fixed>, row: usize, _: V) -> Result<(), Error>
    where
        V: FnOnce() -> Value<VR>,
        VR: Into<Assigned<Fp>>,
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        self.rows.insert(row);
        *self.fixed.entry((column, row)).or_default() += 1;
        Ok(())
    }

    fn copy(&mut self, left: Column<Any>, at: usize, right: Column<Any>, to: usize) -> Result<(), Error> {
        self.rows.insert(at);
        self.rows.insert(to);
        for (column, row) in [(left, at), (right, to)] {
            if *column.column_type() == Any::Instance {
                self.instance.insert(row);
            }
        }
        Ok(())
    }

    fn fill_from_row(&mut self, _: Column<Fixed>, _: usize, _: Value<Assigned<Fp>>) -> Result<(), Error> {
        Ok(())
    }

    fn push_namespace<NR: Into<String>, N: FnOnce() -> NR>(&mut self, _: N) {}

    fn pop_namespace(&mut self, _: Option<String>) {}
}

fn record(plan: &Plan, layout: &Layout) -> (Record, ConstraintSystem<Fp>) {
    let (mut record, mut meta) = (Record::default(), ConstraintSystem::default());
    let circuit = BillCircuit::shape_only(plan, layout);
    with_shape(&layout.shape, || {
        let config = BillCircuit::configure(&mut meta);
        SimpleFloorPlanner::synthesize(&mut record, &circuit, config, vec![]).unwrap();
    });
    (record, meta)
}

#[test]
fn acts_do_not_meet_and_the_link_finds_its_column() {
    let linked = ConstraintSystem::<Fp>::default().advice_column();
    let mut circuits = 0;
    for seed in 0..PROGRAMS {
        let Ok(plan) = Plan::new(&random_program(&mut ChaCha20Rng::seed_from_u64(seed))) else { continue };
        if plan.is_linear() {
            continue;
        }
        circuits += 1;
        let layout = Layout::new(&plan).unwrap();
        let (record, meta) = record(&plan, &layout);
        assert!(record.advice.values().all(|times| *times == 1), "seed {seed}: an advice cell written twice");
        assert!(record.fixed.values().all(|times| *times == 1), "seed {seed}: a fixed cell written twice");
        assert_eq!(unusable_rows(&layout.shape), UNUSABLE_ROWS, "seed {seed}");
        let usable = (1 << layout.k) - UNUSABLE_ROWS;
        assert!(record.rows.iter().all(|row| *row < usable), "seed {seed}: a row of the blinding");

        let lanes: BTreeSet<_> = layout.linked.iter().map(|linked| (linked.row, linked.lane)).collect();
        assert_eq!(lanes.len(), layout.linked.len(), "seed {seed}: two values in a lane of the linked column");
        let named: BTreeSet<usize> = layout.linked.iter().map(|linked| linked.row).collect();
        assert!(named.iter().all(|row| record.advice.contains_key(&(linked, *row))), "seed {seed}: a row left out");
        assert_eq!(record.instance, (0..plan.outputs.len()).collect(), "seed {seed}: an amount that nothing copies");

        let pinned = format!("{:?}", meta.pinned());
        let query =
            |name: &str, kind: &str| format!("{name}: [(Column {{ index: 0, column_type: {kind} }}, Rotation(0))");
        assert!(pinned.contains(&query("advice_queries", "Advice")), "seed {seed}: {pinned}");
        assert!(pinned.contains(&(query("instance_queries", "Instance") + "]")), "seed {seed}: {pinned}");
    }
    assert!(circuits * 2 > PROGRAMS, "too few of the random programs need a circuit");
}
