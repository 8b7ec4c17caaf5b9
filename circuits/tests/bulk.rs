//! Many bills at once: the verdict on each is the one it has alone, whatever stands beside it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test set-up")]

#[allow(dead_code, reason = "its other lies have their own tests")]
mod forger;
mod support;

use std::convert::Infallible;

use forger::{Forger, Forgery, ring};
use pasta_curves::Eq;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use support::*;
use wattproof_circuits::bulk::Bulk;
use wattproof_circuits::equation::Equation;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::*;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;

const SLOTS: u32 = 40;

/// A tariff and someone on it.
struct Bench {
    prepared: Prepared,
    household: Household,
}

impl Bench {
    fn new(program: &Program, seed: u64) -> Self {
        Bench { prepared: Prepared::new(program).unwrap(), household: Household::new(program, seed) }
    }

    fn equation(&self, statement: &Statement, proof: &[u8]) -> Result<Equation, ProofRefusal> {
        let Household { bytes, points, .. } = &self.household;
        self.prepared.equation(statement, bytes, points, proof, &[5; 32])
    }

    fn honest(&self) -> Equation {
        let statement = self.household.statement(&self.prepared);
        self.equation(&statement, &self.household.prove(&self.prepared, &statement)).unwrap()
    }

    /// The honest proof, and an amount that it does not show.
    fn wrong(&self) -> Equation {
        let mut statement = self.household.statement(&self.prepared);
        let proof = self.household.prove(&self.prepared, &statement);
        statement.disclosed[0] -= 1;
        let equation = self.equation(&statement, &proof).unwrap();
        assert!(!equation.clone().holds());
        equation
    }
}

/// Without a circuit, with small ones of several tariffs, and with a larger one.
fn benches() -> Vec<Bench> {
    let programs = [s1(SLOTS), s2(SLOTS), s4(SLOTS), s2(2 * SLOTS), s1(2 * SLOTS), s3(SLOTS)];
    (1..).zip(programs).map(|(seed, program)| Bench::new(&program, seed)).collect()
}

type Weight = Result<[u8; 32], Infallible>;

/// Weights as they must be, for a seed.
fn fresh(seed: u64) -> impl FnMut() -> Weight {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    move || {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Ok(bytes)
    }
}

/// No weights.
fn one() -> Weight {
    Ok(std::array::from_fn(|byte| u8::from(byte == 0)))
}

fn settled(chunks: &[&[Equation]], seed: u64) -> Vec<Vec<bool>> {
    let mut draw = fresh(seed);
    let bulks = chunks.iter().map(|chunk| Bulk::new(chunk.to_vec(), &mut draw).unwrap()).collect();
    Bulk::settle(bulks, &mut draw).unwrap()
}

/// Whether a verifier with these weights in each chunk, and these again for the chunks, believes everything.
fn believed<D: FnMut() -> Weight>(
    chunks: &[&[Equation]],
    mut within: impl FnMut() -> D,
    mut between: impl FnMut() -> Weight,
) -> bool {
    let bulks = chunks.iter().map(|chunk| Bulk::new(chunk.to_vec(), &mut within()).unwrap()).collect();
    Bulk::settle(bulks, &mut between).unwrap().iter().flatten().all(|holds| *holds)
}

#[test]
fn honest_bills_of_many_tariffs_hold_together() {
    let equations: Vec<Equation> = benches().iter().map(Bench::honest).collect();
    assert_eq!(settled(&[&equations], 1), [vec![true; equations.len()]]);
    let (first, second) = equations.split_at(2);
    assert_eq!(settled(&[first, second, &[]], 2), [vec![true; 2], vec![true; equations.len() - 2], vec![]]);
    assert_eq!(settled(&[], 3), Vec::<Vec<bool>>::new(), "of no bill nothing is said");
}

#[test]
fn every_bad_bill_is_found_and_no_other() {
    let benches = benches();
    let honest: Vec<Equation> = benches.iter().map(Bench::honest).collect();
    let wrong: Vec<Equation> = benches.iter().map(Bench::wrong).collect();
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    for round in 0..24 {
        let bad = if round == 0 { u32::MAX } else { rng.next_u32() };
        let holds: Vec<bool> = (0..honest.len()).map(|at| bad >> at & 1 == 0).collect();
        let pick = |(at, holds): (usize, &bool)| if *holds { honest[at].clone() } else { wrong[at].clone() };
        let mixed: Vec<Equation> = holds.iter().enumerate().map(pick).collect();
        let edge = rng.next_u32() as usize % mixed.len();
        let (first, second) = mixed.split_at(edge);
        assert_eq!(settled(&[first, second], round).concat(), holds, "{bad:b} cut at {edge}");
    }
}

/// Every sum that is tried is tried under weights of its own.
#[test]
fn weights_are_drawn_for_every_sum() {
    let bench = Bench::new(&s2(SLOTS), 1);
    let mut equations = vec![bench.honest(); 4];
    let drawn = |equations: &[Equation]| {
        let (mut weights, mut drawn) = (fresh(1), 0);
        let mut draw = || {
            drawn += 1;
            weights()
        };
        let bulk = Bulk::new(equations.to_vec(), &mut draw).unwrap();
        let settled = Bulk::settle(vec![bulk], &mut draw).unwrap();
        (settled.concat(), drawn)
    };
    assert_eq!(drawn(&equations), (vec![true; 4], 4 + 1));
    equations[0] = bench.wrong();
    // Both halves, then both bills of the bad one; the bad bill alone needs none.
    assert_eq!(drawn(&equations), (vec![false, true, true, true], 4 + 1 + 2 + 2 + 1 + 1));
}

#[test]
fn a_source_of_weights_that_fails_decides_nothing() {
    let equations = vec![Bench::new(&s1(SLOTS), 1).honest(); 2];
    let mut draw = fresh(1);
    let bulk = Bulk::new(equations.clone(), &mut draw).unwrap();
    assert_eq!(Bulk::new(equations, &mut || Err("no randomness")).unwrap_err(), "no randomness");
    assert_eq!(Bulk::settle(vec![bulk], &mut || Err("no randomness")), Err("no randomness"));
}

/// A false bill, and one of an accomplice that is in order but for a point hidden in its proof, which makes up for what
/// the first one's equation is off by. The false one claims another amount than it proves; the amount's place in the
/// equation is the circuit's, which everybody knows.
fn pair(liar: &Bench, accomplice: &Bench) -> (Equation, Equation) {
    let forger = Forger::new(&liar.prepared, &liar.household);
    let mut lie = forger.honest();
    lie.statement.disclosed[0] -= 1;
    let forged = forger.forge(&lie);
    let false_bill = liar.equation(&lie.statement, &forged.bytes()).unwrap();
    let helper = Forger::new(&accomplice.prepared, &accomplice.household);
    let makes_up = |first: u64| {
        let help = Forgery { hidden: -forger.error(&lie, &forged, first), ..helper.honest() };
        accomplice.equation(&help.statement, &helper.forge(&help).bytes()).unwrap()
    };
    let works = |helping: &Equation| believed(&[&[false_bill.clone(), helping.clone()]], || one, one);
    let helping = (1..40).map(makes_up).find(works).unwrap();
    assert!(!false_bill.clone().holds() && !helping.clone().holds());
    (false_bill, helping)
}

/// Honest bills with the pair among them, and where it is.
fn among(honest: &[Equation], pair: &(Equation, Equation), at: (usize, usize)) -> Vec<Equation> {
    let mut rest = honest.iter().cloned();
    let place = |place: usize| match place {
        _ if place == at.0 => pair.0.clone(),
        _ if place == at.1 => pair.1.clone(),
        _ => rest.next().unwrap(),
    };
    (0..honest.len() + 2).map(place).collect()
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..4).flat_map(|a| (0..4).map(move |b| (a, b))).filter(|(a, b)| a != b)
}

/// Weights that are the same for every chunk, as of a generator that was cloned.
fn cloned() -> impl FnMut() -> Weight {
    fresh(7)
}

#[test]
fn a_false_bill_beside_an_accomplices() {
    let (liar, accomplice) = (Bench::new(&s4(SLOTS), 1), Bench::new(&s2(SLOTS), 2));
    assert_eq!(liar.prepared.figures().k, accomplice.prepared.figures().k, "of one domain, of two tariffs");
    let pair = pair(&liar, &accomplice);
    let honest = [Bench::new(&s1(SLOTS), 3).honest(), accomplice.honest()];
    let mut across = 0;
    for at in pairs() {
        let bills = among(&honest, &pair, at);
        let expected: Vec<bool> = (0..bills.len()).map(|place| place != at.0 && place != at.1).collect();
        assert!(believed(&[&bills], || one, one), "the attack does not even work");
        assert!(believed(&[&bills], || one, fresh(1)), "a weight of the chunk does not help within it");
        assert!(!believed(&[&bills], cloned, fresh(1)), "weights of the bills do");
        for edge in 0..=bills.len() {
            let (first, second) = bills.split_at(edge);
            assert_eq!(settled(&[first, second], edge as u64).concat(), expected, "{at:?} cut at {edge}");
            let same_place = at.0.abs_diff(at.1) == edge && at.0.min(at.1) < edge;
            if same_place {
                across += 1;
                assert!(
                    believed(&[first, second], cloned, one),
                    "{at:?} cut at {edge}: under one weight in two chunks"
                );
                assert!(!believed(&[first, second], cloned, fresh(1)), "weights of the chunks alone are enough then");
            }
        }
        assert!(believed(&[&bills[..2], &bills[2..]], || one, one), "across any edge");
    }
    assert_eq!(across, 8, "pairs at the same place of two chunks");
}

/// A tariff and someone on it whose meter certifies whole batches.
struct RingBench {
    prepared: Prepared,
    household: compact::Compact,
}

impl RingBench {
    fn new(program: &Program, seed: u64) -> Self {
        let prepared = Prepared::certified(program, compact::compact()).unwrap();
        RingBench { prepared, household: compact::Compact::of(program, seed) }
    }

    fn forger(&self) -> ring::Forger<'_> {
        ring::Forger::new(&self.prepared, &self.household)
    }

    fn equation(&self, statement: &Statement, proof: &[u8]) -> Equation {
        let compact::Compact { bytes, points, .. } = &self.household;
        self.prepared.equation(statement, bytes, points, proof, &[5; 32]).unwrap()
    }

    fn honest(&self) -> Equation {
        let statement = self.household.statement(&self.prepared);
        self.equation(&statement, &self.household.prove(&self.prepared, &statement))
    }
}

/// The false bill and its accomplice on rings: the one claims another amount than it proves, or proves it of other
/// readings than the meter's, so that its link is off; the other hides what makes up for it.
fn ring_pair(liar: &RingBench, accomplice: &RingBench, of_readings: bool) -> (Equation, Equation) {
    let (forger, helper) = (liar.forger(), accomplice.forger());
    let lie = if of_readings {
        let mut readings = liar.household.readings.clone();
        let slot = liar.prepared.plan().slots.first();
        assert!(readings.set(0, slot, Some(readings.get(0, slot).unwrap() / 2)));
        forger.with_readings(&readings)
    } else {
        let mut lie = forger.honest();
        lie.statement.disclosed[0] -= 1;
        lie
    };
    let forged = forger.forge(&lie);
    let false_bill = liar.equation(&lie.statement, &forged.bytes());
    let makes_up = |error: Eq| {
        let help = ring::Forgery { hidden: -error, ..helper.honest() };
        accomplice.equation(&help.statement, &helper.forge(&help).bytes())
    };
    let works = |helping: &Equation| believed(&[&[false_bill.clone(), helping.clone()]], || one, one);
    let helping = if of_readings {
        Some(makes_up(forger.link_error(&lie, &forged))).filter(works)
    } else {
        (1..40).map(|first| makes_up(forger.error(&lie, &forged, first))).find(works)
    };
    let helping = helping.unwrap();
    assert!(!false_bill.clone().holds() && !helping.clone().holds());
    (false_bill, helping)
}

#[test]
fn false_bills_on_rings_beside_an_accomplices() {
    let (liar, accomplice) = (RingBench::new(&s4(SLOTS), 1), RingBench::new(&s2(SLOTS), 2));
    assert_eq!(liar.prepared.figures().k, accomplice.prepared.figures().k, "of one domain, of two tariffs");
    let honest = [RingBench::new(&s1(SLOTS), 3).honest(), accomplice.honest()];
    for of_readings in [false, true] {
        let pair = ring_pair(&liar, &accomplice, of_readings);
        for at in pairs() {
            let bills = among(&honest, &pair, at);
            let expected: Vec<bool> = (0..bills.len()).map(|place| place != at.0 && place != at.1).collect();
            assert!(believed(&[&bills], || one, one), "the attack does not even work");
            assert!(believed(&[&bills], || one, fresh(1)), "a weight of the chunk does not help within it");
            assert!(!believed(&[&bills], cloned, fresh(1)), "weights of the bills do");
            for edge in 0..=bills.len() {
                let (first, second) = bills.split_at(edge);
                assert_eq!(settled(&[first, second], edge as u64).concat(), expected, "{at:?} cut at {edge}");
            }
        }
    }
}

/// Bills of both certifications and of several domains hold together, and one bad one among them is found.
#[test]
fn bills_of_both_certifications_hold_together() {
    let rings = [s1(SLOTS), s3(SLOTS), s4(2 * SLOTS)].map(|program| RingBench::new(&program, 6).honest());
    let mut bills: Vec<Equation> = benches().iter().map(Bench::honest).chain(rings).collect();
    assert_eq!(settled(&[&bills], 1).concat(), vec![true; bills.len()]);
    let (liar, last) = (RingBench::new(&s2(SLOTS), 7), bills.len() - 2);
    let statement = liar.household.statement(&liar.prepared);
    let mut proof = liar.household.prove(&liar.prepared, &statement);
    proof[ring::LINK - 32] ^= 1;
    bills[last] = liar.equation(&statement, &proof);
    let expected: Vec<bool> = (0..bills.len()).map(|at| at != last).collect();
    assert_eq!(settled(&[&bills], 2).concat(), expected);
}
