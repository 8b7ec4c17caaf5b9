//! What must not change unseen: the circuit of each sample tariff, and stored proofs that every build verifies.
//!
//! `WATTPROOF_RECORD=1 cargo test -p wattproof-circuits --test pins` writes both anew. A new circuit needs a new
//! circuit version: bills proved under the old one must not be read as bills of the new.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use halo2_proofs::dev::CircuitGates;
use pasta_curves::Fp;
use support::programs::Sample;
use support::tape::Event;
use support::{Household, description, fixture_tariffs, random_readings, recorded, recording};
use wattproof_circuits::bill::{Bill, BillRefusal};
use wattproof_circuits::circuit::{BillCircuit, with_shape};
use wattproof_circuits::committed::Committed;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::Program;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::tariff::Tariff;
use wattproof_circuits::version::CIRCUIT_VERSION;
use wattproof_meter::commit::Commitment;

/// The month that descriptions are of: 1,486 half hours in London.
const MONTH: &str = "2026-03";
/// The day that stored proofs are of.
const DAY: &str = "2026-03-02..2026-03-03";

/// The tariffs that are pinned: together they have every gadget that a day's bill may have.
const PINNED: [&str; 11] = [
    "blocks",
    "half_hour_ties",
    "cumulative",
    "demand",
    "economy7",
    "excess_steps",
    "kerala_domestic",
    "linear",
    "load_factor",
    "net_metering",
    "tempo",
];

fn pinned() -> impl Iterator<Item = Tariff> {
    fixture_tariffs().into_iter().filter(|tariff| PINNED.contains(&tariff.name()))
}

fn program(tariff: &Tariff, period: &str) -> Program {
    support::program_of(tariff, period).unwrap()
}

fn prepared(tariff: &Tariff, period: &str) -> Prepared {
    Prepared::new(&program(tariff, period)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a supplier and a customer must agree on, for people to read.
fn described(tariff: &Tariff) -> String {
    let prepared = prepared(tariff, MONTH);
    let figures = prepared.figures();
    let mut text = format!(
        "{} over {MONTH}, circuit version {CIRCUIT_VERSION}\n\n{figures:#?}\n\nplan {}\n",
        tariff.name(),
        hex(prepared.digest())
    );
    let (Some(layout), Some(key)) = (prepared.layout(), prepared.verifying_key()) else {
        writeln!(text, "\nno circuit").unwrap();
        return text;
    };
    let pinned = format!("{:#?}", key.pinned());
    let digest = blake2b_simd::Params::new().hash_length(32).hash(pinned.as_bytes());
    let program = program(tariff, MONTH);
    let readings = random_readings(&program, 3);
    let tape = Sample::planned("", program, readings).unwrap().tape();
    let selected = tape.events.iter().filter(|event| matches!(event, Event::Select(..))).count();
    writeln!(text, "key {}\n\n{:#?}", hex(digest.as_bytes()), layout.shape).unwrap();
    writeln!(
        text,
        "\n{} copies, {selected} selected rows, {} rows of schedules",
        tape.copies().len(),
        layout.table.len()
    )
    .unwrap();
    writeln!(text, "columns: {}", tape.columns().join(", ")).unwrap();
    let gates = with_shape(&layout.shape, CircuitGates::collect::<Fp, BillCircuit<'_>>);
    write!(text, "\n{gates}").unwrap();
    text
}

#[test]
fn circuits_are_as_described() {
    for tariff in pinned() {
        recorded(&description(&format!("{}.txt", tariff.name())), &described(&tariff));
    }
}

#[test]
fn every_description_is_of_a_tariff() {
    let names: Vec<String> = pinned().map(|tariff| format!("{}.txt", tariff.name())).collect();
    for file in std::fs::read_dir(description("")).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let other = ["README.md", "mutations.txt", "mutations-gadgets.txt"].contains(&file.as_str());
        assert!(other || names.contains(&file), "{file}");
    }
}

/// A household whose bill over a day is always the same, with its proof.
fn day(tariff: &Tariff) -> (Prepared, Household, Bill) {
    let program = program(tariff, DAY);
    let prepared = Prepared::new(&program).unwrap();
    let household = Household::new(&program, 2026);
    let mut statement = household.statement(&prepared);
    statement.tariff = tariff.digest();
    let proof = household.prove(&prepared, &statement);
    let bill = Bill { statement, commitments: household.bytes.clone(), proof };
    (prepared, household, bill)
}

#[test]
fn proofs_are_as_long_as_their_figures_say() {
    for tariff in pinned() {
        let (prepared, household, bill) = day(&tariff);
        assert_eq!(bill.proof.len(), prepared.figures().proof_bytes, "{}", tariff.name());
        assert_eq!(household.verify(&prepared, &bill.statement, &bill.proof), Ok(()), "{}", tariff.name());
    }
}

fn stored(tariff: &Tariff) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/proofs").join(format!("{}.bill", tariff.name()))
}

/// Checks a bill as whoever holds its batches would: the points are those of its commitments.
fn verify(tariff: &Tariff, bill: &Bill) -> Result<(), ProofRefusal> {
    let prepared = prepared(tariff, DAY);
    let (slots, registers) = (prepared.plan().slots, prepared.plan().registers.len());
    let mut points = Committed::gaps(slots, registers);
    let places = slots.iter().flat_map(|slot| (0..registers).map(move |register| (register, slot)));
    for ((register, slot), bytes) in places.zip(&bill.commitments) {
        assert!(points.set(register, slot, *Commitment::from_bytes(bytes).unwrap().point()));
    }
    prepared.verify(&bill.statement, &bill.commitments, &points, &bill.proof, &[1; 32])
}

/// One for each way of proving: no circuit, a circuit of totals, one of readings, one of a maximum.
#[test]
fn stored_proofs_verify() {
    for tariff in pinned() {
        let path = stored(&tariff);
        if recording() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, day(&tariff).2.to_bytes()).unwrap();
        }
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let bill = Bill::from_bytes(&bytes).unwrap();
        assert_eq!(bill.to_bytes(), bytes);
        assert_eq!(bill.statement.tariff, tariff.digest(), "{} has changed since its proof was stored", tariff.name());
        assert_eq!(verify(&tariff, &bill), Ok(()), "{}", tariff.name());
        let mut wrong = bill.clone();
        wrong.statement.disclosed[0] += 1;
        assert_eq!(verify(&tariff, &wrong), Err(ProofRefusal::DoesNotHold), "{}", tariff.name());
    }
}

#[test]
fn stored_proofs_of_another_circuit_version_are_refused() {
    if recording() {
        return;
    }
    for tariff in pinned() {
        let mut bytes = std::fs::read(stored(&tariff)).unwrap();
        assert_eq!(bytes[1], CIRCUIT_VERSION);
        for version in (0..=u8::MAX).filter(|version| *version != CIRCUIT_VERSION) {
            bytes[1] = version;
            assert_eq!(Bill::from_bytes(&bytes), Err(BillRefusal::CircuitVersion(version)));
        }
    }
}
