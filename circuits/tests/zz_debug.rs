//! x
#![allow(clippy::unwrap_used)]
mod support;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use support::generate::random_bill;
use wattproof_circuits::plan::{Plan, Witness};
use wattproof_circuits::program::*;
use wattproof_circuits::rule;

#[test]
fn debug() {
    let seed: u64 = std::env::var("SEED").unwrap().parse().unwrap();
    let (program, readings, carried) = random_bill(&mut ChaCha20Rng::seed_from_u64(seed));
    let values = rule::values(&program, &readings, &carried).unwrap();
    for node in 0..program.nodes.len() {
        let mut one = program.clone();
        one.total = node;
        if std::env::var("LINES").is_err() {
            one.lines = vec![];
        }
        one.figures = vec![];
        one.unit = Ratio::from(1);
        let plan = match Plan::new(&one) {
            Ok(plan) => plan,
            Err(e) => {
                println!("{node}: {e} {:?}", program.nodes[node]);
                continue;
            }
        };
        let witness = Witness::of(&plan, &readings, &carried);
        let o = &plan.outputs[0];
        let value = Ratio::new(witness.affine(&o.affine), o.scale);
        if value != values[node] {
            println!(
                "node {node}: {:?}\n plan {value} rule {} \n{:?}\n{:?}",
                program.nodes[node], values[node], plan.steps, witness.results
            );
            for (i, input) in plan.inputs.iter().enumerate() {
                println!("input {i} {input:?} = {}", witness.inputs[i]);
            }
            println!("{:?}", o);
            break;
        }
    }
}
#[test]
fn whole() {
    let seed: u64 = std::env::var("SEED").unwrap().parse().unwrap();
    let (program, readings, carried) = random_bill(&mut ChaCha20Rng::seed_from_u64(seed));
    let plan = Plan::new(&program).unwrap();
    let witness = Witness::of(&plan, &readings, &carried);
    println!("{:?} {:?}", witness.outputs(&plan), rule::evaluate(&program, &readings, &carried).unwrap().total);
    for (s, r) in plan.steps.iter().zip(&witness.results) {
        println!("{s:?} = {r:?}");
    }
    for (i, input) in plan.inputs.iter().enumerate() {
        println!("input {i} {:?} {} = {}", input.weights.len(), input.constant, witness.inputs[i]);
    }
    println!("{:?}", plan.outputs);
}
#[test]
fn show() {
    for s in support::programs::samples() {
        println!(
            "{}: k {} rows {} {:?} | {:?}",
            s.name,
            s.layout.k,
            s.layout.rows,
            s.plan.steps.iter().map(|x| x.name()).collect::<Vec<_>>(),
            s.layout.shape
        );
        let r = s.tape().refusals();
        if !r.is_empty() {
            println!("   REFUSED {r:?}");
        }
        let p = rule::evaluate(&s.program, &s.readings, &s.carried).unwrap();
        println!("   {:?} {:?}", p.total, s.disclosed());
    }
}
#[test]
fn accepted() {
    for s in support::programs::samples() {
        let ls = support::lies::lies(&s);
        println!("{} {} lies", s.name, ls.len());
        for lie in ls {
            if lie.expect.is_empty() {
                println!("   {}: {}", s.name, lie.what);
            }
        }
    }
}
