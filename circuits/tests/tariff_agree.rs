//! Random tariffs on random readings: a text means to the compiler and its evaluator what closures over readings say, and
//! to the circuit what it means to the evaluator.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use support::Household;
use support::agreement::{Outcome, agreed};
use support::tariffs::{At, PER_DAY, REGISTERS, RandomTariff, World, random_tariff};
use wattproof_circuits::data::{Data, DataSet};
use wattproof_circuits::plan::PlanRefusal;
use wattproof_circuits::prepared::{PrepareRefusal, Prepared};
use wattproof_circuits::program::{Place, Program, Ratio};
use wattproof_circuits::rule;
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::reading::Readings;

/// Tariffs checked by `cargo test`.
const TARIFFS: u64 = 2_000;
/// Of those, what goes through circuits.
const CIRCUITS: u64 = 500;
/// Real proofs of the ignored run.
const PROOFS: u64 = 200;

/// All zero, all at the bound, all equal, at edges and beside them, or anything.
fn world(tariff: &RandomTariff, rng: &mut ChaCha20Rng) -> World {
    let max = (1u32 << tariff.bits) - 1;
    let kind = rng.next_u32() % 6;
    let same = rng.next_u32() & max;
    let mut reading = |_| match kind {
        0 => 0,
        1 => max,
        2 => same,
        3 if !tariff.edges.is_empty() => {
            let edge = tariff.edges[rng.next_u32() as usize % tariff.edges.len()];
            (edge + rng.next_u32() % 3).saturating_sub(1).min(max)
        }
        4 => rng.next_u32() % 3,
        _ => rng.next_u32() & max,
    };
    let slots = tariff.days * PER_DAY;
    let mut readings: Vec<Vec<Ratio>> =
        (0..REGISTERS).map(|_| (0..slots).map(|slot| i128::from(reading(slot)).into()).collect()).collect();
    let gaps = gaps(tariff, &mut readings, rng);
    let market = (0..slots).map(|_| Ratio::new(i128::from(rng.next_u32() % 201) - 50, 10)).collect();
    let carried = tariff.carried.iter().map(|below| u64::from(rng.next_u32()) % below).collect();
    World { readings, gaps, carried, market, days: tariff.days }
}

/// Sometimes a few gaps, with what the tariff puts in their place.
fn gaps(tariff: &RandomTariff, readings: &mut [Vec<Ratio>], rng: &mut ChaCha20Rng) -> Vec<(usize, u32)> {
    let count = if rng.next_u32().is_multiple_of(4) { 1 + rng.next_u32() % 3 } else { 0 };
    let mut gaps: Vec<_> =
        (0..count).map(|_| (rng.next_u32() as usize % REGISTERS, rng.next_u32() % (tariff.days * PER_DAY))).collect();
    // A mean is over days that have a reading: one gap an hour, and more than one day.
    gaps.sort_unstable_by_key(|(register, slot)| (*register, slot % PER_DAY));
    gaps.dedup_by_key(|(register, slot)| (*register, *slot % PER_DAY));
    gaps.retain(|_| tariff.days > 1 || tariff.gaps_at.is_some());
    for (register, slot) in &gaps {
        let others = (0..tariff.days).map(|day| day * PER_DAY + slot % PER_DAY).filter(|other| other != slot);
        let sum: Ratio = others.map(|other| readings[*register][other as usize]).sum();
        let mean = sum / i128::from(tariff.days.max(2) - 1);
        readings[*register][*slot as usize] = tariff.gaps_at.unwrap_or(mean);
    }
    gaps
}

/// The published prices as a file.
fn published(tariff: &RandomTariff, world: &World) -> Data {
    let mut data = Data::new();
    if tariff.data {
        let price = |price: &Ratio| wattproof_circuits::exact::decimal(price).unwrap();
        let row = |(slot, value): (u32, &Ratio)| {
            format!(
                "2026-{}T{:02}:00:00Z,{}\n",
                ["02-27", "02-28", "03-01"][(slot / PER_DAY) as usize],
                slot % PER_DAY,
                price(value)
            )
        };
        let rows: String = (0..).zip(&world.market).map(row).collect();
        data.insert("market", DataSet::parse(format!("start,value\n{rows}").as_bytes()).unwrap());
    }
    data
}

fn lowered(random: &RandomTariff, world: &World) -> Result<Program, String> {
    let codes = |found: Vec<wattproof_circuits::tariff::Diagnostic>| {
        found.iter().map(|found| format!("{}: {found} {:?}", found.code, found.help)).collect::<Vec<_>>().join("; ")
    };
    let tariff = Tariff::parse(&random.source).map_err(codes)?;
    assert!(tariff.show().contains("total"));
    let period = tariff.period(&random.period).unwrap();
    let data = published(random, world);
    let place = |(register, offset): &(usize, u32)| Place { register: *register, offset: *offset };
    let gaps: BTreeSet<_> = world.gaps.iter().map(place).collect();
    tariff.program(&period, Inputs { data: &data, gaps: &gaps }).map_err(codes)
}

fn readings(program: &Program, world: &World) -> Readings {
    let mut readings = Readings::gaps(program.slots, program.registers.len());
    for (offset, slot) in program.slots.iter().enumerate() {
        for register in 0..REGISTERS {
            let reading = world.readings[register][offset].to_integer().try_into().unwrap();
            let missing = world.gaps.contains(&(register, offset as u32));
            assert!(readings.set(register, slot, (!missing).then_some(reading)));
        }
    }
    readings
}

/// A random bill of a seed: the tariff, what it is evaluated on, its program and the readings.
fn bill(seed: u64) -> Result<(RandomTariff, World, Program, Readings), String> {
    let random = random_tariff(seed);
    let mut rng = ChaCha20Rng::seed_from_u64(seed ^ 0x5eed);
    let world = world(&random, &mut rng);
    let program = lowered(&random, &world)?;
    let readings = readings(&program, &world);
    Ok((random, world, program, readings))
}

/// Compares the evaluator with the closures.
fn agree(seed: u64) -> Result<(), String> {
    let (random, world, program, readings) = bill(seed)?;
    let priced = rule::evaluate(&program, &readings, &world.carried).map_err(|error| error.to_string())?;
    let at = At::whole(&world);
    for (line, value) in priced.lines.iter().zip(&random.lines) {
        let expected = value(&at);
        if line.amount != expected {
            return Err(format!("{} is {}, by hand {expected}", line.name, line.amount));
        }
    }
    let (total, expected) = (program.unit * priced.total, (random.total)(&at));
    if total != expected {
        return Err(format!("the total is {total}, by hand {expected}"));
    }
    for (figure, (value, unit)) in priced.figures.iter().zip(&random.figures) {
        assert_eq!(unit * Ratio::from(*figure), value(&at));
    }
    Ok(())
}

fn each(seeds: std::ops::Range<u64>, mut check: impl FnMut(u64) -> Result<(), String>) {
    for seed in seeds {
        let checked = check(seed);
        assert_eq!(checked, Ok(()), "seed {seed}: {}", random_tariff(seed).source);
    }
}

#[test]
fn random_tariffs_mean_what_they_say() {
    each(0..TARIFFS, agree);
}

/// Puts tariffs through their circuits; how many had one.
fn through_circuits(seeds: std::ops::Range<u64>) -> usize {
    let (mut circuits, mut large) = (0, 0);
    let count = seeds.end - seeds.start;
    each(seeds, |seed| {
        let (_, world, program, readings) = bill(seed)?;
        match agreed(&program, &readings, &world.carried, &mut ChaCha20Rng::seed_from_u64(seed))? {
            Outcome::Circuit(_) => circuits += 1,
            Outcome::Large => large += 1,
            Outcome::Linear => {}
        }
        Ok(())
    });
    println!("{count} tariffs, {circuits} through a circuit, {large} too large");
    assert!(large * 5 < count, "too many random tariffs are too large");
    circuits
}

#[test]
fn random_tariffs_agree_with_their_circuits() {
    assert!(through_circuits(0..CIRCUITS) * 2 > CIRCUITS as usize);
}

#[test]
#[ignore = "thousands of circuits take minutes"]
fn many_random_tariffs_agree_with_their_circuits() {
    through_circuits(CIRCUITS..CIRCUITS + 5_000);
}

#[test]
#[ignore = "two hundred proofs take minutes"]
fn random_tariffs_are_proved() {
    let (mut proofs, mut bytes) = (0, 0);
    each(0..2 * PROOFS, |seed| {
        if proofs == PROOFS {
            return Ok(());
        }
        let (_, world, program, readings) = bill(seed)?;
        let prepared = match Prepared::new(&program) {
            Ok(prepared) => prepared,
            Err(PrepareRefusal::Plan(PlanRefusal::PastBound { .. })) => return Ok(()),
            Err(refusal) => return Err(refusal.to_string()),
        };
        let mut household = Household::with_readings(&program, readings, seed);
        household.carried = world.carried;
        let statement = household.statement(&prepared);
        let proof = household.prove(&prepared, &statement);
        household.verify(&prepared, &statement, &proof).map_err(|refusal| refusal.to_string())?;
        (proofs, bytes) = (proofs + 1, bytes + proof.len());
        Ok(())
    });
    println!("{proofs} proofs made and verified, {} bytes on average", bytes / proofs as usize);
    assert_eq!(proofs, PROOFS);
}
