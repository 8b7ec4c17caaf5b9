//! Programs and readings that several tests use.
#![allow(dead_code, reason = "each test uses some of it")]
#![allow(clippy::unwrap_used, reason = "test set-up")]

pub mod debug;
pub mod determinism;
pub mod generate;
pub mod lies;
pub mod programs;
pub mod tape;

use ff::Field;
use num_rational::Ratio as Rational;
use pasta_curves::{EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use wattproof_circuits::committed::Committed;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::*;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::{BatchReference, Statement};
use wattproof_circuits::tariff::Tariff;
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

/// The tariffs of `fixtures/tariffs/good`, by name.
pub fn fixture_tariffs() -> Vec<Tariff> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tariffs/good");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "tariff"));
    paths.sort();
    assert!(paths.len() >= 5);
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
    Program { registers: vec![import()], slots: slots(count), total: nodes.len() - 1, nodes, lines: vec![], unit }
}

/// Three periods: 00:00–07:00, 16:00–20:00, the rest.
pub fn classes(count: u32) -> SlotClasses {
    let class = |slot: u32| match slot % 48 {
        0..14 => 0,
        32..40 => 1,
        _ => 2,
    };
    SlotClasses { of: (0..count).map(class).collect() }
}

pub fn s1(count: u32) -> Program {
    let rates = vec![int(9), int(21), int(38)];
    program(count, vec![Node::Readings { register: 0, classes: classes(count), rates }], int(1))
}

pub fn blocks(bounds: &[i128], rates: &[i128]) -> Schedule {
    let mut pieces = vec![];
    let mut intercept = 0;
    for (at, rate) in rates.iter().enumerate() {
        let to = bounds.get(at).copied();
        pieces.push(Piece { to: to.map(int), slope: int(*rate), intercept: int(intercept) });
        if let (Some(to), Some(next)) = (to, rates.get(at + 1)) {
            intercept += (rate - next) * to;
        }
    }
    Schedule { pieces }
}

pub fn s2(count: u32) -> Program {
    let classes = classes(count);
    let mut nodes = vec![];
    let mut terms = vec![];
    for (class, rates) in [[9, 12, 15], [21, 24, 30], [38, 45, 60]].iter().enumerate() {
        let n = classes.of.iter().filter(|c| usize::from(**c) == class).count() as i128;
        let marks = (0..3).map(|c| int((c == class).into())).collect();
        nodes.push(Node::Readings { register: 0, classes: classes.clone(), rates: marks });
        nodes.push(Node::Scheduled { of: nodes.len() - 1, schedule: blocks(&[700 * n, 1800 * n], rates) });
        terms.push((nodes.len() - 1, int(1)));
    }
    nodes.push(Node::Linear { terms, constant: int(0) });
    program(count, nodes, int(1))
}

pub fn s3_schedule() -> Schedule {
    blocks(&[300, 800, 1500], &[10, 14, 19, 27])
}

pub fn s3(count: u32) -> Program {
    let classes = SlotClasses { of: vec![0; count as usize] };
    let schedules = vec![Some(s3_schedule())];
    program(count, vec![Node::EachReading { register: 0, classes, schedules }], int(1))
}

pub fn s4(count: u32) -> Program {
    let mut of = s1(count);
    of.nodes.push(Node::Peak { register: 0, classes: classes(count), within: vec![true; 3] });
    of.nodes.push(Node::Linear { terms: vec![(0, int(1)), (1, int(500))], constant: int(0) });
    of.total = 2;
    of
}

pub fn random_readings(program: &Program, seed: u64) -> Readings {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut readings = Readings::gaps(program.slots, program.registers.len());
    for slot in program.slots.iter() {
        for (index, register) in program.registers.iter().enumerate() {
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
    /// The commitments of all batches in order.
    pub bytes: Vec<[u8; 32]>,
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
                let opening = Opening::from_scalar(Fp::random(&mut rng));
                let commitment = tables.commit(readings.get(register, slot).unwrap(), &opening);
                assert!(openings.set(register, slot, opening));
                assert!(points.set(register, slot, *commitment.point()));
                bytes.push(commitment.to_bytes());
            }
        }
        Household { readings, openings, points, bytes }
    }

    pub fn statement(&self, prepared: &Prepared) -> Statement {
        Statement {
            meter: MeterId([7; 8]),
            certification: Certification::Classic,
            revision: 0,
            tariff: [1; 32],
            data: [2; 32],
            slot_length: SlotLength::HALF_HOUR,
            slots: prepared.plan().slots,
            offsets: vec![(prepared.plan().slots.first(), 0)],
            batches: vec![BatchReference { number: 20_000, header: [3; 32] }],
            disclosed: prepared.price(&self.readings).unwrap(),
        }
    }

    pub fn prove(&self, prepared: &Prepared, statement: &Statement) -> Vec<u8> {
        prepared.prove(statement, &self.bytes, &self.readings, &self.openings, &[9; 32]).unwrap()
    }

    pub fn verify(&self, prepared: &Prepared, statement: &Statement, proof: &[u8]) -> Result<(), ProofRefusal> {
        prepared.verify(statement, &self.bytes, &self.points, proof, &[5; 32])
    }
}
