//! A meter stopped at every step of writing loses nothing and has nothing half-written.

use std::path::Path;

use super::file::{Step, stop_at};
use super::*;
use crate::quantity::Unit;

const DAY: u32 = 20_000;
const STEPS: [Step; 5] = [Step::Create, Step::Write, Step::Flush, Step::Rename, Step::Folder];

fn blueprint() -> Blueprint {
    Blueprint {
        name: "faulty".into(),
        registers: vec![Register::new("import", Unit::WattHour, 20).unwrap()],
        slot_length: SlotLength::HALF_HOUR,
        period: BatchPeriod::Day,
        certification: Certification::Classic,
        in_service: Slot::new(0),
    }
}

fn day(number: u32) -> Vec<Row> {
    let slots = BatchPeriod::Day.slots(number, SlotLength::HALF_HOUR).unwrap();
    slots.iter().map(|slot| Row { slot, values: vec![Some(slot.index() % 1000)] }).collect()
}

fn next(path: &Path) -> Option<Slot> {
    SimulatedMeter::open(path, None).ok().unwrap().next_slot()
}

#[test]
fn a_meter_stopped_while_recording_stands_before_or_after() {
    for step in STEPS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.meter");
        let mut meter = SimulatedMeter::create(&path, &blueprint(), None, None).ok().unwrap();
        meter.take(&day(DAY)).unwrap();
        let before = meter.next_slot();
        stop_at(Some(step));
        let refused = meter.take(&day(DAY + 1));
        stop_at(None);
        assert!(matches!(refused, Err(MeterRefusal::File { .. })), "{step:?}");
        // The name is new only when the file took it: the fault before the flush of the folder comes after.
        let after = before.and_then(|slot| slot.after(48));
        drop(meter);
        assert_eq!(next(&path), if step == Step::Folder { after } else { before }, "{step:?}");

        // The same rows again are either taken or known to be taken: no slot is lost and none is twice.
        let mut meter = SimulatedMeter::open(&path, None).ok().unwrap();
        let again = meter.take(&day(DAY + 1));
        if step == Step::Folder {
            assert_eq!(again, Err(MeterRefusal::Backwards { slot: day(DAY + 1)[0].slot, next: after.unwrap() }));
        } else {
            assert_eq!(again.unwrap().batches, 1);
        }
        let mut numbers = Vec::new();
        meter
            .send(None, |batch| {
                batch.verify(meter_record(&path)).map_err(|_| std::io::ErrorKind::InvalidData)?;
                numbers.push(batch.header().number());
                Ok(())
            })
            .unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(numbers, [DAY, DAY + 1]);
    }
}

/// The record, kept beside, since the meter itself is borrowed while it sends.
fn meter_record(path: &Path) -> &'static MeterRecord {
    let bytes = std::fs::read(path).unwrap();
    let (_, state) = Envelope::open(&bytes, None).ok().unwrap();
    Box::leak(Box::new(State::from_bytes(&state).unwrap().record().clone()))
}

#[test]
fn a_meter_stopped_while_created_is_not_there() {
    for step in [Step::Create, Step::Write, Step::Flush, Step::Rename] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.meter");
        stop_at(Some(step));
        let refused = SimulatedMeter::create(&path, &blueprint(), None, None).err();
        stop_at(None);
        assert!(matches!(refused, Some(MeterRefusal::File { .. })), "{step:?}");
        assert!(!path.exists(), "{step:?}");
        assert!(SimulatedMeter::create(&path, &blueprint(), None, None).is_ok(), "{step:?}");
    }
}

#[test]
fn a_batch_whose_sending_was_not_written_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.meter");
    let mut meter = SimulatedMeter::create(&path, &blueprint(), None, None).ok().unwrap();
    meter.take(&day(DAY)).unwrap();
    stop_at(Some(Step::Rename));
    assert!(matches!(meter.send(None, |_| Ok(())), Err(MeterRefusal::File { .. })));
    stop_at(None);
    assert_eq!(meter.send(None, |_| Ok(())), Ok(1));
    assert_eq!(meter.send(None, |_| Ok(())), Ok(0));
}

/// Every byte of a plain file is under the checksum or named by a refusal; a sealed one is authenticated.
#[test]
fn a_changed_file_is_refused() {
    for passphrase in [None, Some("correct horse")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.meter");
        drop(SimulatedMeter::create(&path, &blueprint(), None, passphrase).ok().unwrap());
        let whole = std::fs::read(&path).unwrap();
        let step = if passphrase.is_some() { 29 } else { 1 };
        for at in (0..whole.len()).step_by(step) {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            let expected = match (at, passphrase) {
                (..8, _) => MeterRefusal::NotAMeter,
                (8, None) => MeterRefusal::Sealed,
                (_, None) => MeterRefusal::Damaged,
                (_, Some(_)) => MeterRefusal::Passphrase,
            };
            assert_eq!(SimulatedMeter::open(&path, passphrase).err(), Some(expected), "byte {at}");
        }
        for length in (0..whole.len()).step_by(step) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let refused = SimulatedMeter::open(&path, passphrase).err().unwrap();
            let expected = match (length, passphrase) {
                (..8, _) => MeterRefusal::NotAMeter,
                (8.., None) => MeterRefusal::Damaged,
                (..49, Some(_)) => MeterRefusal::Damaged,
                (_, Some(_)) => MeterRefusal::Passphrase,
            };
            assert_eq!(refused, expected, "{length} bytes");
        }
    }
}
