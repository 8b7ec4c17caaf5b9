//! A meter killed at any moment: nothing it acknowledged is lost, nothing is half-written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
#![cfg(all(feature = "std", unix))]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{DAY, Stream};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::device::{Blueprint, Row, SimulatedMeter};
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::record::Certification;

const FILE: &str = "WATTPROOF_KILL_TEST_FILE";
const KILLS: usize = 40;

/// Not a test of its own: what the killed process does. Records two hours at a time for ever and says how far it is.
#[test]
fn child_records_until_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let mut meter = SimulatedMeter::open(Path::new(&path), None).ok().unwrap();
    let mut next = meter.next_slot().map_or(DAY * 48, Slot::index);
    loop {
        let rows: Vec<Row> =
            (next..next + 4).map(|i| Row { slot: Slot::new(i), values: vec![Some(i % 997)] }).collect();
        meter.take(&rows).unwrap();
        next += 4;
        if next.is_multiple_of(48 * 7) {
            meter.send(None, |_| Ok(())).unwrap();
        }
        println!("took {next}");
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed.meter");
    let blueprint = Blueprint {
        name: "killed".into(),
        registers: vec![Register::new("import", Unit::WattHour, 20).unwrap()],
        slot_length: SlotLength::HALF_HOUR,
        period: BatchPeriod::Day,
        certification: Certification::Classic,
        in_service: Slot::new(0),
    };
    drop(SimulatedMeter::create(&path, &blueprint, None, None).ok().unwrap());
    let mut stream = Stream(3);
    let mut acknowledged = 0;
    for kill in 0..KILLS {
        let seen = run_and_kill(&path, Duration::from_micros(stream.next() % 60_000));
        acknowledged = acknowledged.max(seen);
        let mut meter = SimulatedMeter::open(&path, None).ok().unwrap_or_else(|| panic!("kill {kill}"));
        let next = meter.next_slot().map_or(0, Slot::index);
        assert!(next >= acknowledged && next <= acknowledged.max(DAY * 48) + 4 * 100_000, "kill {kill}");
        let (record, mut expected) = (meter.record().clone(), DAY);
        meter
            .send(Some(Slot::new(0)), |batch| {
                assert_eq!(batch.verify(&record), Ok(()));
                assert_eq!((batch.header().number(), batch.header().gap_count()), (expected, 0));
                expected += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(expected, (next / 48).max(DAY), "kill {kill}");
    }
    assert!(acknowledged > DAY * 48, "the killed process never got anywhere");
}

/// Starts this test binary as the child, kills it after a while of work, and gives the last slot it acknowledged.
fn run_and_kill(path: &Path, after: Duration) -> u32 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child_records_until_killed", "--exact", "--nocapture", "--test-threads=1"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let took = |line: String| line.strip_prefix("took ").and_then(|next| next.parse().ok());
    let mut last = lines.by_ref().map_while(Result::ok).find_map(took).unwrap_or(0);
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    lines.map_while(Result::ok).filter_map(took).for_each(|next| last = next);
    last
}
