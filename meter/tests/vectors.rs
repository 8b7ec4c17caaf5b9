//! Keys, records and batches against `fixtures/vectors/batches.json`, made by a program that shares no code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use ed25519_dalek::SigningKey;
use serde_json::Value;
use wattproof_meter::batch::{SealedBatch, Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

fn cases() -> Vec<Value> {
    let file = include_str!("../../fixtures/vectors/batches.json");
    serde_json::from_str::<Value>(file).unwrap()["batches"].as_array().unwrap().clone()
}

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

struct Case {
    record: MeterRecord,
    signing: SigningKey,
    key: MasterKey,
    readings: Readings,
}

fn case(case: &Value) -> Case {
    let signing = SigningKey::from_bytes(&unhex(&case["seed"]).try_into().unwrap());
    let period = if case["period"] == "day" { BatchPeriod::Day } else { BatchPeriod::Week };
    let length = SlotLength::from_minutes(number(&case["minutes"]) as u16).unwrap();
    let register =
        |pair: &Value| Register::new(pair[0].as_str().unwrap(), Unit::WattHour, number(&pair[1]) as u8).unwrap();
    let registers: Vec<_> = case["registers"].as_array().unwrap().iter().map(register).collect();
    let count = registers.len();
    let name = case["name"].as_str().unwrap();
    let certification =
        if case["certification"] == "classic" { Certification::Classic } else { Certification::Compact };
    let public_key = signing.verifying_key().to_bytes();
    let record = MeterRecord::new(name, certification, period, length, Slot::new(0), &public_key, registers).unwrap();
    let slots = period.slots(number(&case["number"]), length).unwrap();
    let mut readings = Readings::gaps(slots, count);
    for (cell, value) in case["readings"].as_array().unwrap().iter().enumerate() {
        let slot = slots.first().after((cell / count) as u32).unwrap();
        assert!(readings.set(cell % count, slot, value.as_u64().map(|value| value as u32)));
    }
    let key = MasterKey::from_bytes(unhex(&case["key"]).try_into().unwrap());
    Case { record, signing, key, readings }
}

#[test]
fn batches_are_byte_for_byte_those_of_another_program() {
    let compact = cases().iter().filter(|vector| vector["certification"] == "compact").count();
    assert_eq!((cases().len() - compact, compact), (3, 2));
    for vector in cases() {
        let Case { record, signing, key, readings } = case(&vector);
        assert_eq!(record.to_bytes(), unhex(&vector["record"]));
        let tables = Tables::of(record.certification());
        let sealer = Sealer { record: &record, signing: &signing, key: &key, tables: &tables };
        let sealed = sealer.seal(number(&vector["number"]), number(&vector["revision"]) as u8, &readings).unwrap();
        assert_eq!(sealed.as_bytes(), unhex(&vector["batch"]));
        let read = SealedBatch::from_bytes(&unhex(&vector["batch"])).unwrap();
        assert!(read.open(&record, &key, &tables).ok().unwrap().readings() == &readings);
    }
}

#[test]
fn keys_are_written_as_another_program_writes_them() {
    for vector in cases() {
        let text = vector["key_text"].as_str().unwrap();
        assert_eq!(case(&vector).key.to_text().as_str(), text);
        assert_eq!(MasterKey::from_text(text).ok().unwrap().as_bytes().to_vec(), unhex(&vector["key"]));
    }
}
