//! Bulk work killed at any moment: nothing is done twice, nothing is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Desk, Meter, day, fixture, now};
use wattproof_engine::customer::{self, BulkOrder};
use wattproof_engine::ledger::Purse;
use wattproof_engine::store::Store;
use wattproof_engine::supplier::{Supplier, bills_in};
use wattproof_engine::{policy, registry};

const FOLDER: &str = "WATTPROOF_TEST_FOLDER";
const METERS: u64 = 10;

/// Not a test: what is killed. Proves every bill of a folder's keys. Without a folder there is nothing to do.
#[test]
fn prover() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let proved = prove(&folder);
    assert_eq!(proved.refused, []);
}

/// Not a test: what is killed. Decides every bill of a folder, a few at a time.
#[test]
fn verifier() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (store, files) = (store(&folder), bills_in(&folder.join("bills")).unwrap());
    let supplier = Supplier::new(&store, now());
    let accepted = |few: &[PathBuf]| supplier.verify_bulk(few, 2, &mut |_| {}).unwrap().accepted;
    assert_eq!(files.chunks(2).map(accepted).sum::<u64>(), METERS);
}

fn store(folder: &Path) -> Store {
    Store::at(folder.join("store.redb"))
}

fn prove(folder: &Path) -> customer::BulkProved {
    let order = BulkOrder {
        keys: &folder.join("keys"),
        period: "2026-03-10..2026-03-11",
        out: &folder.join("bills"),
        purse: Some(Purse { path: folder.join("ledger"), budget: 256 }),
        disclose_anyway: false,
        jobs: 2,
        now: now(),
    };
    customer::prove_bulk(&store(folder), &order, &mut |_| {}).unwrap()
}

fn street() -> Desk {
    let desk = Desk::bare(Meter::new("M1", 7));
    desk.publish(&fixture("economy7"));
    fs::create_dir(desk.folder.path().join("keys")).unwrap();
    for n in 0..METERS {
        let meter = Meter::new(&format!("m{n}"), 20 + n as u8);
        let name = meter.record.name();
        registry::register(&desk.store, &meter.record.to_bytes(), now()).unwrap();
        policy::assign(&desk.store, name, "economy7", None, "2026-01-01".parse().unwrap()).unwrap();
        desk.import(&format!("{name}.batch"), meter.flat(day("2026-03-10"), 100).as_bytes()).unwrap();
        let key = desk.folder.path().join(format!("keys/{name}.key"));
        fs::write(key, meter.key.to_text().as_bytes()).unwrap();
    }
    desk
}

/// Runs one of the two above and kills it, each time a little later, until it has ended by itself. `look` sees every
/// state that it leaves.
fn killed_until_done(what: &str, desk: &Desk, mut look: impl FnMut()) -> u64 {
    for round in 0.. {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", what, "--nocapture"])
            .env(FOLDER, desk.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(60 + 45 * round));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        look();
        if let Some(status) = ended {
            assert!(status.success());
            return round;
        }
    }
    0
}

#[test]
fn no_bill_is_proved_twice_or_lost() {
    let desk = street();
    let folder = desk.folder.path();
    let mut seen: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    let kills = killed_until_done("prover", &desk, || {
        let there: BTreeMap<PathBuf, Vec<u8>> = match bills_in(&folder.join("bills")) {
            Ok(files) => files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect(),
            Err(_) => BTreeMap::new(),
        };
        let charged = fs::read_to_string(folder.join("ledger")).unwrap_or_default().lines().count();
        assert!(there.is_empty() || charged > there.len(), "a bill is charged before it is there");
        assert!(seen.iter().all(|(file, bytes)| there.get(file) == Some(bytes)), "what was there is there as it was");
        seen = there;
    });
    assert!(kills > 1, "it was never killed in the middle");
    assert_eq!(seen.len() as u64, METERS);
    assert_eq!(fs::read_to_string(folder.join("ledger")).unwrap().lines().count(), 1 + METERS as usize);
    let proved = prove(folder);
    assert_eq!((proved.proved, proved.already), (0, METERS));

    let mut decided = 0;
    let kills = killed_until_done("verifier", &desk, || {
        let checked = desk.store.check().unwrap();
        let verdicts =
            desk.store.stats().unwrap().tables.iter().find(|table| table.name == "verdicts").unwrap().records;
        assert!(verdicts >= decided && checked.records > 0, "a verdict stays");
        decided = verdicts;
    });
    assert!(kills > 0);
    assert_eq!(decided, METERS);
    let again =
        Supplier::new(&desk.store, now()).verify_bulk(&bills_in(&folder.join("bills")).unwrap(), 2, &mut |_| {});
    let again = again.unwrap();
    assert_eq!((again.accepted, again.already), (METERS, METERS));
}
