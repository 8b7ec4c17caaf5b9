//! Every advice cell of every sample, moved by one, up and down: each is refused but for cells that the circuit rightly
//! leaves alone, and those are exactly the ones argued here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use ff::Field;
use pasta_curves::Fp;
use support::lies::{parts, small};
use support::programs::{Sample, families, samples};
use support::ring;
use support::tape::Tape;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Each, Part};
use wattproof_circuits::layout::Act;
use wattproof_circuits::plan::Step;

type CellName = (String, usize);

/// Cells that may move by `by` without a refusal.
///
/// The linked column is tied to the meter's commitments by the link, outside the circuit. Inside, one of its cells is
/// free where no factor weighs it (the link holds it at zero), where its span is flat and goes on (the price stays what
/// it is), where it stays below the maximum of its search, and where its climb is past the bound. An operand is free
/// where its weight is zero, and between two neighbouring rows that both are the maximum, where the search may step on
/// either. In lanes no input is free; a digit is where its part does not weigh it, or turns it round, and all but the first
/// lane's where a maximum is bounded.
fn free(sample: &Sample, tape: &Tape, by: i128) -> BTreeSet<CellName> {
    let mut free = BTreeSet::new();
    for act in &sample.layout.acts {
        if let Act::Chain(chain) = act {
            for (row, term) in (chain.first_term()..).zip(&chain.terms) {
                free.extend(term.linked.is_none().then(|| ("linked".to_owned(), row)));
                let idle = sample.layout.shape.operands && term.copied.is_none();
                free.extend(idle.then(|| ("operand".to_owned(), row)));
            }
        }
    }
    for (at, step) in parts(sample) {
        free.extend(free_of(sample, tape, at, step, by));
    }
    free
}

/// The free cells of a list.
fn free_of(sample: &Sample, tape: &Tape, at: At, step: &Step, by: i128) -> BTreeSet<CellName> {
    let start = at.row;
    let linked = |row: usize| ("linked".to_owned(), row);
    let operand = |row: usize| ("operand".to_owned(), row);
    let shape = &sample.layout.shape;
    match step {
        Step::Each(each) if each.parts(shape).is_some() => free_in_lanes(sample, tape, start, each, by),
        Step::Largest(largest) if largest.is_in_lanes(shape) => {
            let rows = largest.rows(shape);
            let end = start + rows.len();
            let is_largest = |row: &usize| {
                rows[row - start].iter().any(|of| field(sample.witness().inputs[*of]) == tape.get("sum", *row))
            };
            let between = (start + 1..end).filter(|row| is_largest(&(row - 1)) && is_largest(row)).map(operand);
            let unused = (2..=shape.lanes)
                .flat_map(|lane| (1..=shape.lane_digits).map(move |n| (format!("lane {lane}.{n}"), end)));
            between.chain(unused.filter(|_| by > 0)).collect()
        }
        Step::Each(each) => {
            let flat = (start..start + each.of.len()).filter(|row| {
                let edge = if by > 0 { "hi" } else { "lo" };
                let at_edge = tape.get(edge, *row) == tape.get("linked", *row);
                bool::from(tape.get("slope", *row).is_zero()) && !at_edge
            });
            flat.map(linked).collect()
        }
        Step::Largest(largest) => {
            let is_largest = |row| tape.get("linked", row) == tape.get("sum", row);
            let found = |row| tape.get("operand", row) != tape.get("operand", row + 1);
            let rows = start..start + largest.of.len();
            // Limbs beyond the lowest are written for the true input, which leaves room unless it is at an edge.
            let below = rows.clone().filter(|row| slack_stays(sample, tape, *row, by) && !found(*row)).map(linked);
            let between = rows.filter(|row| *row > start && is_largest(row - 1) && is_largest(*row)).map(operand);
            below.chain(between).collect()
        }
        Step::Squares(squares) => {
            let is_largest = |row: usize| bool::from(tape.get("digit 1", row).is_zero());
            let between = (start + 1..start + squares.of.len()).filter(|row| is_largest(row - 1) && is_largest(*row));
            between.map(operand).collect()
        }
        Step::Climb(climb) => {
            let past = (start..start + climb.of.len()).filter(|row| bool::from(tape.get("operand", *row).is_zero()));
            past.map(linked).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// Digits and parts that may move without another value or price.
fn free_in_lanes(sample: &Sample, tape: &Tape, start: usize, each: &Each, by: i128) -> BTreeSet<CellName> {
    let shape = &sample.layout.shape;
    let schedules = each.parts(shape).unwrap();
    let mut free = BTreeSet::new();
    for (row, (schedule, _)) in (start..).zip(each.rows(shape)) {
        let parts = &schedules[schedule];
        for lane in 1..=shape.lanes {
            let at = |column: &str| small(tape.get(column, row)).unwrap();
            let names: Vec<String> = (1..=shape.lane_digits).map(|n| format!("lane {lane}.{n}")).collect();
            let digits: Vec<i128> = names.iter().map(|name| at(name)).collect();
            let index = format!("part {lane}");
            let said = |part: &Part, digits: &[i128]| {
                let value = part.value(digits);
                (value, part.slope * value + part.intercept)
            };
            let part = &parts[at(&index) as usize];
            let other = usize::try_from(at(&index) + by).ok().and_then(|index| parts.get(index));
            let same = other.is_some_and(|other| said(other, &digits) == said(part, &digits));
            free.extend(same.then_some((index, row)));
            for (n, name) in names.into_iter().enumerate() {
                let mut other = digits.clone();
                other[n] += by;
                let same = (0..8).contains(&other[n]) && said(part, &other) == said(part, &digits);
                free.extend(same.then_some((name, row)));
            }
        }
    }
    free
}

/// Whether what lies between a reading and its maximum keeps its upper limbs, and stays at zero or above, when the
/// reading moves.
fn slack_stays(sample: &Sample, tape: &Tape, row: usize, by: i128) -> bool {
    let shape = &sample.layout.shape;
    let limbs = (1..=shape.limbs_below())
        .map(|n| tape.get(&format!("below {n}"), row) * field(1 << (shape.limb_bits * n as u32)));
    let low = tape.get("sum", row) - tape.get("linked", row) - limbs.sum::<Fp>() - field(by);
    (0..1i128 << shape.limb_bits).any(|limb| field(limb) == low)
}

/// The same on a ring, where sums tie each linked cell that is an input, and so each is refused.
fn free_cells(sample: &Sample, tape: &Tape, by: i128) -> BTreeSet<CellName> {
    let mut free = free(sample, tape, by);
    if sample.layout.ring.is_some() {
        let inputs: BTreeSet<usize> = sample.layout.linked.iter().map(|linked| linked.row).collect();
        free.retain(|(column, row)| column != "linked" || !inputs.contains(row));
        free.extend(ring::idle(&sample.layout));
    }
    free
}

fn nudge(sample: &Sample) -> usize {
    let tape = sample.tape();
    let mut cells = tape.advice();
    cells.retain(|(column, ..)| !column.starts_with("ring"));
    for by in [1, -1] {
        let accepted: BTreeSet<CellName> = cells
            .iter()
            .filter(|(column, row, _)| tape.clone().nudged(column, *row, field(by)).refusals().is_empty())
            .map(|(column, row, _)| (column.clone(), *row))
            .collect();
        assert_eq!(accepted, free_cells(sample, &tape, by), "{} by {by}", sample.name);
    }
    2 * cells.len()
}

#[test]
fn every_nudged_cell_is_refused() {
    let counts: Vec<_> = samples().iter().chain(&families(36)).map(|sample| (sample.name, nudge(sample))).collect();
    println!("{} nudges: {counts:?}", counts.iter().map(|(_, count)| count).sum::<usize>());
}

#[test]
#[ignore = "each cell is a domain of the ring's size; CI runs it"]
fn every_nudged_cell_on_a_ring_is_refused() {
    let all = samples().into_iter().chain(families(36));
    assert!(all.map(|sample| nudge(&sample.on_a_ring(473))).sum::<usize>() > 1000);
}

#[test]
#[ignore = "a day of half hours of each family; run it in release"]
fn every_nudged_cell_of_a_day_is_refused() {
    assert!(families(48).iter().map(nudge).sum::<usize>() > 1000);
}
