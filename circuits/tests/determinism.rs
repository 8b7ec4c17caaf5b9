//! Every circuit determines what it discloses: to first order no cell that an amount depends on can move.
//!
//! The mutation run at the end drops each copy and each selected row of a circuit with every act, one at a time, and
//! counts how many the determinism test notices, and how many the forged witnesses and nudged cells do. The shares stand
//! in `description/mutations.txt` and may not fall; `WATTPROOF_RECORD=1` writes them anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use support::determinism::Freedom;
use support::lies::entry::LEVEL;
use support::lies::{lies, parts};
use support::programs::{Sample, all_acts, all_acts_on, all_gadgets, families, samples};
use support::tape::{CellAt, Event, Failure, Tape};
use support::{description, fixture_tariffs, recorded, recording, ring};
use wattproof_circuits::field;
use wattproof_circuits::layout::Act;
use wattproof_circuits::plan::Step;

/// Cells that are free and may be: an operand under weight zero, and one between two neighbouring rows that both are the
/// maximum of their search; on a ring, those that nothing ties either.
fn idle(sample: &Sample, tape: &Tape) -> BTreeSet<CellAt> {
    let at = |name: &str, row: usize| ("Advice".to_owned(), row, tape.column(name));
    let operand = |row: usize| at("operand", row);
    let mut idle: BTreeSet<_> = ring::idle(&sample.layout).iter().map(|(name, row)| at(name, *row)).collect();
    for act in &sample.layout.acts {
        if let Act::Chain(chain) = act
            && sample.layout.shape.operands
        {
            let rows = (chain.first_term()..).zip(&chain.terms).filter(|(_, term)| term.copied.is_none());
            idle.extend(rows.map(|(row, _)| operand(row)));
        }
    }
    for (part, step) in parts(sample) {
        let (count, is_largest): (usize, Box<dyn Fn(usize) -> bool>) = match step {
            Step::Largest(of) if of.is_in_lanes(&sample.layout.shape) => {
                let rows = of.rows(&sample.layout.shape);
                let inputs = sample.witness().inputs.clone();
                let holds = move |row: usize, maximum| rows[row].iter().any(|input| field(inputs[*input]) == maximum);
                let start = part.row;
                (of.rows(&sample.layout.shape).len(), Box::new(move |row| holds(row - start, tape.get("sum", row))))
            }
            Step::Largest(of) => (of.of.len(), Box::new(|row| tape.get("linked", row) == tape.get("sum", row))),
            Step::Squares(of) => (of.of.len(), Box::new(|row| tape.get("digit 1", row) == field(0))),
            _ => continue,
        };
        let between = (part.row + 1..part.row + count).filter(|row| is_largest(row - 1) && is_largest(*row));
        idle.extend(between.map(operand));
    }
    idle
}

/// What is hashed to a root: to find another is hard, and no matter of degrees of freedom.
fn hashed(sample: &Sample, tape: &Tape) -> Vec<CellAt> {
    let cell = |row: usize, column: &str| {
        ("Advice".to_owned(), row, tape.columns().iter().position(|name| name == column).unwrap())
    };
    let paths = parts(sample).filter_map(|(at, step)| match step {
        Step::Entry(of) => Some((at.row, of.table.depth() as usize)),
        _ => None,
    });
    let words = paths.flat_map(|(row, depth)| {
        let beside = (0..depth).map(move |level| cell(row + LEVEL * level, "digit 2"));
        [cell(row, "operand")].into_iter().chain(beside)
    });
    words.collect()
}

fn determined(sample: &Sample) {
    let tape = sample.tape();
    let freedom = Freedom::given(&tape, &hashed(sample, &tape));
    assert_eq!(freedom.outputs(), Vec::<usize>::new(), "{}", sample.name);
    assert_eq!(freedom.cells, idle(sample, &tape), "{}", sample.name);
    assert_eq!(freedom.directions, freedom.cells.len(), "{}", sample.name);
}

#[test]
fn samples_determine_their_amounts() {
    samples().iter().chain(&families(36)).for_each(determined);
}

/// On a ring, the given cells are its readings; the linked column is what they determine.
#[test]
fn samples_on_a_ring_determine_their_amounts() {
    let all = samples().into_iter().chain(families(36));
    all.map(|sample| sample.on_a_ring(473)).for_each(|sample| determined(&sample));
}

/// The tariffs of `fixtures/tariffs/good` over a period, but for those that need no circuit.
fn fixtures(period: &str) -> Vec<Sample> {
    let tariffs = fixture_tariffs();
    let programs = tariffs.iter().filter_map(|tariff| {
        let program = support::program_of(tariff, period)?;
        let readings = support::random_readings(&program, 11);
        let name: &'static str = Box::leak(tariff.name().to_owned().into_boxed_str());
        Sample::planned(name, program, readings)
    });
    let samples: Vec<_> = programs.collect();
    assert!(samples.len() >= 4, "{} of {} tariffs need a circuit", samples.len(), tariffs.len());
    samples
}

#[test]
fn fixture_tariffs_determine_their_amounts() {
    fixtures("2026-02-10..2026-02-11").iter().for_each(determined);
}

#[test]
#[ignore = "whole months and the families at full size; CI runs it"]
fn fixture_tariffs_determine_their_amounts_over_months() {
    fixtures("2026-02").iter().for_each(determined);
    families(1488).iter().for_each(determined);
}

/// A copy, or the selected row named, that a mutant lacks.
struct Mutant {
    at: usize,
    row: Option<usize>,
}

impl Mutant {
    /// Whether everything that refuses a witness may be what is missing.
    fn hides(&self, failures: &[Failure]) -> bool {
        failures.iter().all(|failure| match failure {
            Failure::Constraint(_, at) | Failure::LookUp(_, at) => self.row == Some(*at),
            Failure::Copy(..) => self.row.is_none(),
            Failure::Other(_) => false,
        })
    }
}

fn mutants(tape: &Tape) -> Vec<Mutant> {
    let mutants = tape.events.iter().enumerate().filter_map(|(at, event)| match event {
        Event::Select(_, row) => Some(Mutant { at, row: Some(*row) }),
        Event::Copy(..) => Some(Mutant { at, row: None }),
        _ => None,
    });
    mutants.collect()
}

/// Every refused witness of a sample with what refuses it: forged ones, and each cell nudged either way.
fn refused(sample: &Sample) -> Vec<(Tape, Vec<Failure>)> {
    let tape = sample.tape();
    let nudged = tape
        .advice()
        .into_iter()
        .flat_map(|(column, row, _)| [1, -1].map(|by| tape.clone().nudged(&column, row, field(by))));
    let nudged = nudged.map(|tape| {
        let failures = tape.refusals();
        (tape, failures)
    });
    let lies = lies(sample).into_iter().map(|lie| (lie.tape, lie.expect));
    lies.chain(nudged).filter(|(_, failures)| !failures.is_empty()).collect()
}

/// Whether a mutant accepts a tape, or the tape with the limbs of the row that is no longer checked at zero.
fn passes(tape: &Tape, at: usize) -> bool {
    let mutant = tape.clone().without(at);
    if mutant.refusals().is_empty() {
        return true;
    }
    let Event::Select(_, row) = tape.events[at] else { return false };
    let limbs = tape.advice().into_iter().map(|(column, row, _)| (column, row));
    let mut limbs = limbs
        .filter(|(column, at)| *at == row && (column.starts_with("below") || column.starts_with("above")))
        .peekable();
    limbs.peek().is_some()
        && limbs.fold(mutant, |tape, (column, row)| tape.with(&column, row, field(0))).refusals().is_empty()
}

/// How many mutants there are, and how many are noticed by what.
struct Shares {
    mutants: usize,
    undetermined: usize,
    accepted: usize,
    unnoticed: Vec<String>,
}

/// The mutants of one circuit, noticed on any of several readings.
fn shares(samples: &[Sample]) -> Shares {
    let honest: Vec<Tape> = samples.iter().map(Sample::tape).collect();
    let witnesses: Vec<_> = samples.iter().flat_map(refused).collect();
    let mutants = mutants(&honest[0]);
    let mut shares = Shares { mutants: mutants.len(), undetermined: 0, accepted: 0, unnoticed: vec![] };
    for mutant in &mutants {
        let undetermined = honest.iter().any(|tape| {
            assert!(passes(tape, mutant.at), "a mutant refuses nothing new");
            !Freedom::of(&tape.clone().without(mutant.at)).outputs().is_empty()
        });
        let mut hidden = witnesses.iter().filter(|(_, failures)| mutant.hides(failures));
        let accepted = hidden.any(|(tape, _)| passes(tape, mutant.at));
        shares.undetermined += usize::from(undetermined);
        shares.accepted += usize::from(accepted);
        let event = || format!("{:?}", honest[0].events[mutant.at]);
        shares.unnoticed.extend((!undetermined && !accepted).then(event));
    }
    shares
}

/// The shares as the recorded file writes them.
fn report(shares: &Shares) -> String {
    let mut text = format!(
        "{} copies and selected rows of the circuit, dropped one at a time\n\
         {} leave an amount undetermined\n{} let a refused witness pass\n{} do neither\n",
        shares.mutants,
        shares.undetermined,
        shares.accepted,
        shares.unnoticed.len()
    );
    shares.unnoticed.iter().for_each(|event| text.push_str(&format!("    {event}\n")));
    text
}

fn noticed(name: &str, samples: &[Sample]) {
    let found = shares(samples);
    let text = report(&found);
    println!("{text}");
    let path = description(name);
    if recording() {
        return recorded(&path, &text);
    }
    let before = std::fs::read_to_string(&path).unwrap();
    let numbers: Vec<usize> = before.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
    let [mutants, undetermined, accepted, ..] = numbers[..] else { panic!("{before}") };
    assert!(
        found.undetermined * mutants >= undetermined * found.mutants,
        "determinism notices fewer:\n{before}\n{text}"
    );
    assert!(found.accepted * mutants >= accepted * found.mutants, "witnesses notice fewer:\n{before}\n{text}");
}

#[test]
fn noticed_mutants_do_not_become_fewer() {
    // A large remainder shows the check from below, a small one the check from above.
    noticed("mutations.txt", &[all_acts(), all_acts_on("all acts", [15, 14, 13, 12, 11, 10, 9, 8])]);
}

/// What is left unnoticed is the end of the digits of the maximum of sums of squares: a maximum beyond its range is also
/// refused by its root.
#[test]
#[ignore = "two hundred mutants of three circuits; CI runs it"]
fn noticed_mutants_of_every_gadget_do_not_become_fewer() {
    // Equal values in the one register bring out how squares are unpacked.
    let readings = [
        [5, 9, 7, 12, 13, 7, 7, 3, 0, 15, 9, 9, 12, 2, 6, 14],
        [6, 9, 6, 12, 6, 7, 6, 3, 6, 13, 6, 9, 6, 2, 6, 14],
        [15, 14, 13, 12, 11, 10, 9, 8, 0, 3, 5, 2, 3, 6, 1, 15],
    ];
    noticed("mutations-gadgets.txt", &readings.map(|readings| all_gadgets("all gadgets", readings)));
}

#[test]
#[ignore = "every sample; CI runs it"]
fn mutants_of_every_sample() {
    for sample in samples() {
        let name = sample.name;
        let found = shares(&[sample]);
        println!("{name}: {}", report(&found));
        assert!(found.unnoticed.len() * 3 < found.mutants, "{name}");
    }
}
