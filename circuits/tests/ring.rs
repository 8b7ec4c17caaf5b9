//! Circuits on batch-certified readings: each linked row that a gate reads is tied, once, to what the plan says that it
//! holds, and what is not tied is read by no gate.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use ff::Field;
use pasta_curves::Fp;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use support::compact;
use support::generate::random_bill;
use support::programs::{peak_lanes, samples};
use support::tape::{Event, Tape};
use support::{fixture_tariffs, program_of, random_readings, ring};
use wattproof_circuits::circuit::{UNUSABLE_ROWS, unusable_rows};
use wattproof_circuits::layout::{Certified, Gather, Layout};
use wattproof_circuits::plan::{Plan, PlanRefusal, Witness};
use wattproof_circuits::program::Program;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::reading::Readings;
use wattproof_meter::ring::Ring;

/// Random programs checked by `cargo test`.
const PROGRAMS: u64 = 300;

fn checked(plan: &Plan, layout: &Layout, tape: &Tape) -> Result<(), String> {
    let mut wrong = ring::wrong(plan, layout, tape);
    if unusable_rows(&layout.shape) != UNUSABLE_ROWS {
        wrong.push(format!("{} unusable rows", unusable_rows(&layout.shape)));
    }
    wrong.truncate(8);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// The cheapest layout and those of so many lanes; whether lists stood beside positions, were copied, ran on.
fn check(program: &Program, readings: &Readings, carried: &[u64], lanes: &[usize]) -> Result<[usize; 4], String> {
    let plan = match Plan::certified(program, compact::compact()) {
        Ok(plan) => plan,
        Err(PlanRefusal::PastBound { .. }) => return Ok([0; 4]),
        Err(refusal) => return Err(refusal.to_string()),
    };
    let whole = compact::around(readings, 3);
    let mut kinds = [0; 4];
    let layouts = lanes.iter().map(|lanes| match lanes {
        0 => Layout::certified(&plan, compact::compact()),
        lanes => Layout::with_lanes(&plan, compact::compact(), *lanes, if *lanes < 3 { 2 } else { 3 }),
    });
    for layout in layouts {
        let layout = layout.map_err(|refusal| refusal.to_string())?;
        let mut witness = Witness::of(&plan, &whole, carried);
        let (cells, shape) = (layout.ring.as_ref().unwrap(), layout.shape.ring.as_ref().unwrap());
        witness.ring = cells.fill(compact::ring(), &whole, carried, layout.k);
        let tape = Tape::record(&plan, &layout, &witness, &witness.outputs(&plan)).unwrap();
        checked(&plan, &layout, &tape)?;
        let beside = shape.aligned && cells.gathers.iter().any(|gather| gather.sum == 0);
        let is = [beside, !shape.copied.is_empty(), shape.stride > 1, shape.columns > 1];
        kinds.iter_mut().zip(is).for_each(|(count, is)| *count += usize::from(is));
    }
    Ok(kinds)
}

fn random(seed: u64) -> Result<[usize; 4], String> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (program, readings, carried) = random_bill(&mut rng);
    let (program, readings) = compact::moved(&program, &readings, 470 + rng.next_u32() % 500);
    let lanes = [0, 1 + rng.next_u32() as usize % 6];
    check(&program, &readings, &carried, &lanes).map_err(|wrong| format!("seed {seed}: {wrong}"))
}

fn all(of: impl ParallelIterator<Item = Result<[usize; 4], String>>) -> [usize; 4] {
    let results: Vec<_> = of.collect();
    let wrong: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{} of {}, first: {}", wrong.len(), results.len(), wrong[0]);
    let kinds = results.into_iter().flatten();
    let kinds = kinds.fold([0; 4], |sum, of| std::array::from_fn(|at| sum[at] + of[at]));
    println!("beside, copied, in a larger domain, several columns: {kinds:?}");
    kinds
}

#[test]
fn linked_rows_of_random_programs_are_their_inputs() {
    let kinds = all((0..PROGRAMS).into_par_iter().map(random));
    assert!(kinds[0] > 0 && kinds[3] > 0);
}

#[test]
#[ignore = "thousands of circuits; CI runs it"]
fn linked_rows_of_many_random_programs_are_their_inputs() {
    all((PROGRAMS..20 * PROGRAMS).into_par_iter().map(random));
}

#[test]
fn linked_rows_of_samples_are_their_inputs() {
    for by in [0, 477] {
        for sample in samples() {
            let sample = sample.on_a_ring(by);
            assert_eq!(checked(&sample.plan, &sample.layout, &sample.tape()), Ok(()), "{}, {by} on", sample.name);
        }
    }
}

/// A tape without an event, or with another fixed value there.
fn changed(tape: &Tape, at: usize) -> Option<Tape> {
    let mut changed = tape.clone();
    match &mut changed.events[at] {
        Event::Fix(_, _, value) => *value += Fp::ONE,
        Event::Select(..) | Event::Copy(..) => changed = changed.without(at),
        _ => return None,
    }
    Some(changed)
}

/// The check itself: it notices each selected row, fixed cell and copy that ties a linked row, and nothing else.
#[test]
fn whatever_ties_a_linked_row_is_noticed() {
    let mut noticed = [0; 2];
    for sample in samples().into_iter().step_by(8).chain([peak_lanes()]) {
        let sample = sample.on_a_ring(100);
        let (tape, cells) = (sample.tape(), sample.layout.ring.as_ref().unwrap());
        let shape = sample.layout.shape.ring.as_ref().unwrap();
        let wrong = |at: &usize| {
            let changed = changed(&tape, *at);
            changed.is_some_and(|tape| !ring::wrong(&sample.plan, &sample.layout, &tape).is_empty())
        };
        let found = (0..tape.events.len()).filter(wrong).count();
        let own = usize::from(shape.aligned);
        let takes = |gather: &Gather| {
            let sum = &shape.sums[gather.sum];
            let each = 1 + sum.fixed();
            let copies = if gather.sum < own { 0 } else { gather.rows.len() };
            (gather.to - gather.from + 1) * each + copies
        };
        // A sum that takes no input weighs its linked cell by zero; by one, it would read what nothing ties.
        let unweighed = ring::idle(&sample.layout).iter().filter(|(column, _)| column == "linked").count();
        let expected = cells.gathers.iter().map(takes).sum::<usize>() + cells.copies.len() + unweighed;
        assert_eq!(found, expected, "{}", sample.name);
        noticed =
            [noticed[0] + found, noticed[1] + usize::from(shape.aligned && cells.gathers.iter().any(|g| g.sum == 0))];
    }
    println!("{} noticed, {} circuits with lists beside positions", noticed[0], noticed[1]);
}

/// Laps beside each other, and a whole month of every fixture tariff.
#[test]
fn linked_rows_of_months_are_their_inputs() {
    let families = [support::s1(1488), support::s2(1488), support::s3(1488), support::s4(1488)];
    let mut tariffs =
        fixture_tariffs().into_iter().filter_map(|tariff| program_of(&tariff, "2026-02")).collect::<Vec<_>>();
    tariffs.retain(|program| program.slots.count() == 28 * 48);
    assert!(tariffs.len() > 8);
    let kinds = all(families.into_iter().chain(tariffs).collect::<Vec<_>>().into_par_iter().map(|program| {
        let readings = random_readings(&program, 2);
        let carried = vec![0; program.carried.len()];
        check(&program, &readings, &carried, &[0, 1, 3, 4])
    }));
    assert!(kinds.iter().all(|kind| *kind > 0), "{kinds:?}");
}

/// Laps by the dozen: inputs are packed although the proof is long, and what never changes takes no fixed column.
#[test]
fn linked_rows_of_many_laps_are_their_inputs() {
    let days = Certified::Batches(Ring::of(SlotLength::from_minutes(5).unwrap()).unwrap());
    for (laps, lap, certified) in [(31, 288, days), (12, 480, compact::compact())] {
        let slots = SlotRange::new(Slot::new(2000 * lap), laps * lap).unwrap();
        let program = Program { slots, ..support::s3(laps * lap) };
        let plan = Plan::certified(&program, certified).unwrap();
        let layout = Layout::certified(&plan, certified).unwrap();
        let ring = layout.shape.ring.as_ref().unwrap();
        let read: usize = ring.sums.iter().map(|sum| sum.reads.len()).sum();
        println!("k {}, {} lanes, {read} read, {} fixed", layout.k, layout.shape.lanes, ring.fixed());
        assert!(layout.k <= 11 && layout.shape.lanes > 1);
        assert!(read + ring.copied.len() >= ring.columns && ring.fixed() < 4);
    }
    let program = support::s3(12 * 480);
    check(&program, &random_readings(&program, 2), &[], &[0, 5]).unwrap();
}
