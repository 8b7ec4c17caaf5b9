//! Programs and readings that several tests use.
#![allow(dead_code, reason = "each test uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "test set-up")]

pub mod agreement;
pub mod build;
pub mod compact;
pub mod debug;
pub mod determinism;
pub mod generate;
pub mod lies;
pub mod programs;
pub mod published;
pub mod ring;
pub mod tables;
pub mod tape;
pub mod tariffs;

use std::collections::BTreeMap;

use ff::Field;
use num_rational::Ratio as Rational;
use pasta_curves::{EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use wattproof_circuits::committed::Committed;
use wattproof_circuits::families::Family;
pub use wattproof_circuits::families::cumulative as blocks;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::*;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::{BatchReference, Statement};
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::commit::{CommitmentTables, Opening};
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterId};

/// Whether recorded files are to be written anew.
pub fn recording() -> bool {
    std::env::var_os("WATTPROOF_RECORD").is_some()
}

/// Compares a text with its recorded file, whatever its line ends, or records it.
pub fn recorded(path: &std::path::Path, text: &str) {
    if recording() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let again = "WATTPROOF_RECORD=1 cargo test -p wattproof-circuits writes it anew: read the difference first";
    assert_eq!(text, expected.replace("\r\n", "\n"), "{} differs; {again}", path.display());
}

/// A file of recorded descriptions.
pub fn description(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("description").join(name)
}

/// A tariff's program over a period, on data made up; nothing when the period cuts a part that the tariff bills whole.
pub fn program_of(tariff: &Tariff, period: &str) -> Option<Program> {
    let period = tariff.period(period).unwrap();
    match tariff.program(&period, Inputs { data: &published::published(tariff, &period), ..Inputs::NONE }) {
        Err(found) if found.iter().all(|finding| finding.code == "cut-part") => None,
        lowered => Some(lowered.unwrap()),
    }
}

/// The tariffs of `fixtures/tariffs/good`, by name.
pub fn fixture_tariffs() -> Vec<Tariff> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tariffs/good");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "tariff"));
    paths.sort();
    assert!(paths.len() >= 30);
    paths.iter().map(|path| Tariff::parse(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

pub fn int(n: i128) -> Ratio {
    Rational::from(n)
}

pub fn slots(count: u32) -> SlotRange {
    SlotRange::new(Slot::new(48 * 20_000), count).unwrap()
}

pub fn import() -> Register {
    Register::new("import", Unit::WattHour, 20).unwrap()
}

pub fn program(count: u32, nodes: Vec<Node>, unit: Ratio) -> Program {
    Program {
        registers: vec![import()],
        slots: slots(count),
        estimates: BTreeMap::new(),
        carried: vec![],
        total: nodes.len() - 1,
        nodes,
        lines: vec![],
        unit,
        figures: vec![],
    }
}

pub fn s1(count: u32) -> Program {
    Family::S1.program(import(), slots(count))
}

pub fn s2(count: u32) -> Program {
    Family::S2.program(import(), slots(count))
}

pub fn s3_schedule() -> Schedule {
    blocks(&[300, 800, 1500], &[10, 14, 19, 27])
}

pub fn s3(count: u32) -> Program {
    Family::S3.program(import(), slots(count))
}

pub fn s4(count: u32) -> Program {
    Family::S4.program(import(), slots(count))
}

pub fn random_readings(program: &Program, seed: u64) -> Readings {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut readings = Readings::gaps(program.slots, program.registers.len());
    for slot in program.slots.iter() {
        for (index, register) in program.registers.iter().enumerate() {
            let offset = slot.index() - program.slots.first().index();
            if program.estimates.contains_key(&Place { register: index, offset }) {
                continue;
            }
            let wild = rng.next_u32() & register.max();
            let value = if rng.next_u32() % 16 == 0 { wild } else { wild % 2500.min(register.max()) };
            assert!(readings.set(index, slot, Some(value)));
        }
    }
    readings
}

/// A household whose meter committed to its readings.
pub struct Household {
    pub readings: Readings,
    pub openings: Committed<Opening>,
    pub points: Committed<EqAffine>,
    /// The commitments of all batches in order; none at a gap.
    pub bytes: Vec<[u8; 32]>,
    /// What earlier bills hand on.
    pub carried: Vec<u64>,
}

impl Household {
    pub fn new(program: &Program, seed: u64) -> Self {
        Household::with_readings(program, random_readings(program, seed), seed)
    }

    pub fn with_readings(program: &Program, readings: Readings, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed ^ 0x00c0_ffee);
        let tables = CommitmentTables::new();
        let mut openings = Committed::gaps(program.slots, program.registers.len());
        let mut points = Committed::gaps(program.slots, program.registers.len());
        let mut bytes = vec![];
        for slot in program.slots.iter() {
            for register in 0..program.registers.len() {
                let Some(reading) = readings.get(register, slot) else { continue };
                let opening = Opening::from_scalar(Fp::random(&mut rng));
                let commitment = tables.commit(reading, &opening);
                assert!(openings.set(register, slot, opening));
                assert!(points.set(register, slot, *commitment.point()));
                bytes.push(commitment.to_bytes());
            }
        }
        Household { readings, openings, points, bytes, carried: vec![0; program.carried.len()] }
    }

    pub fn statement(&self, prepared: &Prepared) -> Statement {
        let disclosed = prepared.price(&self.readings, &self.carried).unwrap();
        statement_of(prepared, Certification::Classic, &self.carried, disclosed)
    }

    pub fn prove(&self, prepared: &Prepared, statement: &Statement) -> Vec<u8> {
        prepared.prove(statement, &self.bytes, &self.readings, &self.openings, &[9; 32]).unwrap()
    }

    pub fn verify(&self, prepared: &Prepared, statement: &Statement, proof: &[u8]) -> Result<(), ProofRefusal> {
        prepared.verify(statement, &self.bytes, &self.points, proof, &[5; 32])
    }
}

/// A statement of a bill.
pub fn statement_of(
    prepared: &Prepared,
    certification: Certification,
    carried: &[u64],
    disclosed: Vec<i128>,
) -> Statement {
    Statement {
        meter: MeterId([7; 8]),
        certification,
        revision: 0,
        tariff: [1; 32],
        data: [2; 32],
        slot_length: SlotLength::HALF_HOUR,
        slots: prepared.plan().slots,
        offsets: vec![(prepared.plan().slots.first(), 0)],
        batches: vec![BatchReference { number: 20_000, header: [3; 8] }],
        gaps: 0,
        carried: carried.to_vec(),
        disclosed,
    }
}
