//! Every gadget in real proofs, the sizes of circuits that lists take, and what has no plan.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use support::build::Build;
use support::programs::{Sample, samples};
use support::{Household, int, program};
use wattproof_circuits::layout::Layout;
use wattproof_circuits::plan::{Plan, PlanRefusal};
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::*;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_meter::quantity::{Register, Unit};

#[test]
fn every_sample_proves_and_verifies() {
    let mut steps = BTreeSet::new();
    for Sample { name, program, readings, carried, .. } in samples() {
        let prepared = Prepared::new(&program).unwrap();
        steps.extend(prepared.plan().steps.iter().map(|step| step.name()));
        let household = Household { carried, ..Household::with_readings(&program, readings, 1) };
        let mut statement = household.statement(&prepared);
        let proof = household.prove(&prepared, &statement);
        assert_eq!(proof.len(), prepared.proof_bytes(), "{name}");
        assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()), "{name}");
        statement.disclosed[0] += 1;
        let refused = household.verify(&prepared, &statement, &proof).unwrap_err();
        assert!(matches!(refused, ProofRefusal::DoesNotHold | ProofRefusal::AmountOutOfBounds { index: 0 }), "{name}");
    }
    assert!(steps.len() >= 9, "{steps:?}");
}

/// The largest apparent power, in steps of one kVA, priced and rounded.
fn apparent(slots: u32) -> Program {
    let mut build = Build::default();
    let of = (0..slots)
        .map(|slot| {
            let squares = [0, 1].map(|register| {
                let reading = build.reading(register, slot);
                build.push(Node::Product(reading, reading))
            });
            let sum = build.linear(&squares.map(|square| (square, int(16))), int(0));
            build.push(Node::Root { of: sum, unit: int(1_000), ties: Ties::Up })
        })
        .collect();
    let largest = build.push(Node::Largest { of, count: 1 });
    let priced = build.linear(&[(largest, Ratio::new(7, 1_000))], int(0));
    build.rounded(priced, Ratio::new(1, 100), Ties::HalfUp);
    let mut program = program(slots, build.nodes, Ratio::new(1, 100));
    program.registers.push(Register::new("reactive", Unit::VarHour, 20).unwrap());
    program
}

/// A price for each slot of its own, of the net energy above zero.
fn net(slots: u32) -> Program {
    let mut build = Build::default();
    let zero = build.linear(&[], int(0));
    let terms: Vec<_> = (0..slots)
        .map(|slot| {
            let (import, export) = (build.reading(0, slot), build.reading(1, slot));
            let net = build.linear(&[(import, int(1)), (export, int(-1))], int(0));
            (build.push(Node::Larger(net, zero)), Ratio::new(1_000 + i128::from(slot), 100))
        })
        .collect();
    build.linear(&terms, int(0));
    let mut program = program(slots, build.nodes, Ratio::new(1, 100));
    program.registers.push(Register::new("export", Unit::WattHour, 20).unwrap());
    program
}

/// Rows of a circuit, as a logarithm.
fn k(program: &Program) -> u32 {
    Layout::new(&Plan::new(program).unwrap()).unwrap().k
}

#[test]
fn months_and_years_fit() {
    assert_eq!(k(&apparent(31 * 48)), 11);
    assert_eq!(k(&apparent(31 * 96)), 12);
    assert_eq!(k(&apparent(365 * 48)), 15);
    assert_eq!(k(&net(31 * 48)), 11);
    assert_eq!(k(&net(31 * 96)), 12);
}

/// Runs of one row's readings climb together: two a day.
#[test]
fn a_month_climbs_in_few_rows() {
    let mut build = Build::default();
    let row = |slot: u32| usize::from((14..44).contains(&(slot % 48)));
    let of = (0..1488).map(|slot| (build.reading(0, slot), row(slot))).collect();
    let rows = [[9, 12, 15], [21, 24, 30]].map(|row| row.map(int).to_vec()).to_vec();
    build.push(Node::Climb { of, bounds: vec![int(200_000), int(500_000)], rows });
    assert_eq!(k(&program(1488, build.nodes, int(1))), 8);
}

/// What is used as it is where it must be a whole multiple of something.
#[test]
fn quotients_that_are_not_rounded() {
    let refusal = |with: &dyn Fn(&mut Build, NodeId) -> NodeId| {
        let mut build = Build::default();
        let (of, over) = (build.reading(0, 0), build.reading(0, 1));
        let ratio = build.push(Node::Quotient { of, over, or: int(0) });
        let node = with(&mut build, ratio);
        (node, Plan::new(&program(2, build.nodes, int(1))))
    };
    let rounded = |build: &mut Build, of| build.rounded(of, int(1), Ties::Up);
    assert!(refusal(&rounded).1.is_ok());
    type With = dyn Fn(&mut Build, NodeId) -> NodeId;
    let lists: [&With; 4] = [
        &|_, ratio| ratio,
        &|build, ratio| build.push(Node::Largest { of: vec![ratio, 0], count: 1 }),
        &|build, ratio| {
            let one = Schedule { pieces: vec![Piece { to: Some(int(1)), slope: int(1), intercept: int(0) }] };
            let pieces = one.pieces.into_iter().chain([Piece { to: None, slope: int(2), intercept: int(-1) }]);
            build.push(Node::Each { of: vec![(ratio, 0)], schedules: vec![Schedule { pieces: pieces.collect() }] })
        },
        &|build, ratio| {
            let rows = vec![vec![int(1), int(2)], vec![int(3), int(1)]];
            build.push(Node::Climb { of: vec![(ratio, 0), (0, 1)], bounds: vec![int(3)], rows })
        },
    ];
    for (at, with) in lists.into_iter().enumerate() {
        let (node, plan) = refusal(with);
        assert_eq!(plan.unwrap_err(), PlanRefusal::Unrounded { node }, "{at}");
    }
}

/// What no amount depends on is neither planned nor refused.
#[test]
fn unused_nodes_are_dropped() {
    let mut build = Build::default();
    let reading = build.reading(0, 0);
    let past = build.linear(&[(reading, int(1 << 110))], int(0));
    build.push(Node::Product(past, past));
    build.rounded(reading, int(7), Ties::Up);
    build.linear(&[(reading, int(3))], int(0));
    let plan = Plan::new(&program(1, build.nodes, int(1))).unwrap();
    assert!(plan.is_linear() && plan.inputs.len() == 1);
}

/// Equal comparisons, products and inputs are one.
#[test]
fn common_parts_are_planned_once() {
    let mut build = Build::default();
    let sum = |build: &mut Build| build.readings(0, &SlotClasses { of: vec![0, 1] }, &[int(1), int(2)]);
    let (a, b) = (sum(&mut build), sum(&mut build));
    let twice = build.linear(&[(b, int(2))], int(0));
    let (square, other) = (build.push(Node::Product(a, a)), build.push(Node::Product(b, b)));
    let roots = [square, other].map(|of| build.push(Node::Root { of, unit: int(3), ties: Ties::Down }));
    let rounded = build.rounded(twice, int(6), Ties::Down);
    let again = build.rounded(a, int(3), Ties::Down);
    let terms = [roots[0], roots[1], rounded, again].map(|node| (node, int(1)));
    build.linear(&terms, int(0));
    let plan = Plan::new(&program(2, build.nodes, int(1))).unwrap();
    let names: Vec<_> = plan.steps.iter().map(|step| step.name()).collect();
    assert_eq!(names, ["product", "rounding", "square root", "rounding"]);
    assert_eq!(plan.inputs.len(), 1);
}
