//! The bench families S1 to S4 and roundings, planned, laid out and satisfied.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use halo2_proofs::dev::MockProver;
use support::*;
use wattproof_circuits::circuit::{BillCircuit, with_shape};
use wattproof_circuits::field;
use wattproof_circuits::layout::Layout;
use wattproof_circuits::plan::{Plan, Witness};
use wattproof_circuits::program::*;

fn satisfied(program: &Program, seed: u64) -> (Plan, Layout) {
    let plan = Plan::new(program).unwrap();
    let layout = Layout::new(&plan).unwrap();
    let readings = random_readings(program, seed);
    let witness = Witness::of(&plan, &readings, &[]);
    let disclosed = witness.outputs(&plan);
    let circuit = BillCircuit::with_values(&plan, &layout, &witness, &disclosed);
    let instance = disclosed.iter().map(|v| field(*v)).collect();
    let prover = with_shape(&layout.shape, || MockProver::run(layout.k, &circuit, vec![instance]).unwrap());
    prover.assert_satisfied();
    (plan, layout)
}

#[test]
fn s1_is_linear() {
    assert!(Plan::new(&s1(1488)).unwrap().is_linear());
}

#[test]
fn s2_is_small() {
    let (plan, layout) = satisfied(&s2(1488), 1);
    println!(
        "{:?} k {} rows {} inputs {} steps {}",
        layout.shape,
        layout.k,
        layout.rows,
        plan.inputs.len(),
        plan.steps.len()
    );
    assert!(layout.k <= 7);
}

#[test]
fn s3_is_six_readings_a_row() {
    let (_, layout) = satisfied(&s3(1488), 2);
    println!("{:?} k {} rows {}", layout.shape, layout.k, layout.rows);
    assert_eq!((layout.k, layout.shape.lanes), (8, 6));
}

#[test]
fn s4_is_three_readings_a_row() {
    let (_, layout) = satisfied(&s4(1488), 3);
    println!("{:?} k {} rows {}", layout.shape, layout.k, layout.rows);
    assert_eq!((layout.k, layout.shape.lanes), (9, 3));
}
