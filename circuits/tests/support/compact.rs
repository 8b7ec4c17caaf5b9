//! A household whose meter certifies whole batches: a UTC day each.

use ff::Field;
use group::Curve;
use halo2_proofs::poly::EvaluationDomain;
use halo2_proofs::poly::commitment::Blind;
use pasta_curves::{EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use wattproof_circuits::committed::Committed;
use wattproof_circuits::layout::Certified;
use wattproof_circuits::params::params;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::Program;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::commit::Opening;
use wattproof_meter::reading::Readings;
use wattproof_meter::record::Certification;
use wattproof_meter::ring::{RING_K, Ring};

pub fn ring() -> Ring {
    Ring::of(SlotLength::HALF_HOUR).unwrap()
}

pub fn compact() -> Certified {
    Certified::Batches(ring())
}

/// Readings of whole batches, with what the meter makes of them.
pub struct Compact {
    pub readings: Readings,
    pub openings: Committed<Opening>,
    pub points: Committed<EqAffine>,
    pub bytes: Vec<[u8; 32]>,
    pub carried: Vec<u64>,
}

/// The whole days around a period of half hours.
pub fn days(slots: SlotRange) -> SlotRange {
    let first = ring().batch_of(slots.first());
    let last = ring().batch_of(Slot::new(slots.end().index() - 1)).after(48).unwrap();
    SlotRange::new(first, last.index() - first.index()).unwrap()
}

/// Readings of the period, with others around it in its first and last day.
pub fn around(period: &Readings, seed: u64) -> Readings {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut readings = Readings::gaps(days(period.slots()), period.registers());
    for slot in readings.slots().iter() {
        for register in 0..period.registers() {
            let inside = period.slots().contains(slot);
            let value = if inside { period.get(register, slot) } else { Some(rng.next_u32() % 1000) };
            assert!(readings.set(register, slot, value));
        }
    }
    readings
}

/// A program and its readings, so many slots later.
pub fn moved(program: &Program, readings: &Readings, by: u32) -> (Program, Readings) {
    let slots = SlotRange::new(program.slots.first().after(by).unwrap(), program.slots.count()).unwrap();
    let mut later = Readings::gaps(slots, readings.registers());
    for (from, to) in program.slots.iter().zip(slots.iter()) {
        for register in 0..readings.registers() {
            assert!(later.set(register, to, readings.get(register, from)));
        }
    }
    (Program { slots, ..program.clone() }, later)
}

impl Compact {
    pub fn new(readings: Readings, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(!seed);
        let (slots, registers) = (readings.slots(), readings.registers());
        let (mut openings, mut points) = (Committed::gaps(slots, registers), Committed::gaps(slots, registers));
        let (params, domain) = (params(RING_K).unwrap(), EvaluationDomain::<Fp>::new(3, RING_K));
        let mut bytes = vec![];
        for first in slots.iter().filter(|slot| slot.index() % 48 == 0) {
            for register in 0..registers {
                let mut column = domain.empty_lagrange();
                for slot in SlotRange::new(first, 48).unwrap().iter() {
                    let reading = readings.get(register, slot).unwrap_or(0);
                    column[ring().place(slot).position] = Fp::from(u64::from(reading));
                }
                let opening = Fp::random(&mut rng);
                let point = params.commit_lagrange(&column, Blind(opening)).to_affine();
                assert!(openings.set(register, first, Opening::from_scalar(opening)));
                assert!(points.set(register, first, point));
                bytes.push(group::GroupEncoding::to_bytes(&point));
            }
        }
        Compact { readings, openings, points, bytes, carried: vec![] }
    }

    /// A household whose readings of the period are these.
    pub fn of(program: &Program, seed: u64) -> Self {
        Compact::new(around(&super::random_readings(program, seed), seed), seed)
    }

    pub fn statement(&self, prepared: &Prepared) -> Statement {
        let disclosed = prepared.price(&self.readings, &self.carried).unwrap();
        super::statement_of(prepared, Certification::Compact, &self.carried, disclosed)
    }

    pub fn prove(&self, prepared: &Prepared, statement: &Statement) -> Vec<u8> {
        prepared.prove(statement, &self.bytes, &self.readings, &self.openings, &[9; 32]).unwrap()
    }

    pub fn verify(&self, prepared: &Prepared, statement: &Statement, proof: &[u8]) -> Result<(), ProofRefusal> {
        prepared.verify(statement, &self.bytes, &self.points, proof, &[5; 32])
    }
}
