//! A bill by a look-up table of 1,048,576 entries: `cargo run --release -p wattproof-benches --example table`
//!
//! A month of half hours of active and reactive energy, and a surcharge by both totals, 1,024 rows and columns. An argument
//! gives another number of rows and columns.

#![allow(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell")]

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use wattproof_engine::customer::{self, Order};
use wattproof_engine::import::import;
use wattproof_engine::store::Store;
use wattproof_engine::supplier::Supplier;
use wattproof_engine::{data, policy, registry};
use wattproof_meter::batch::{Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};

use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

/// 2026-03-01 and the days after it, of UTC.
const FIRST_DAY: u32 = 20_513;
const PERIOD: &str = "2026-03-01..2026-04-01";

fn main() {
    let side: u32 = std::env::args().nth(1).map_or(1_024, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store.redb"));
    let csv = file(side);
    println!("{} entries, a file of {} bytes", side * side, csv.len());
    let statement = timed("the tree and its root", || {
        data::table_statement("surcharge", csv.as_bytes(), &["kWh", "kvarh", "%"]).unwrap()
    });
    let tariff = format!(
        "tariff surcharged version 1 in GBP, zone UTC, slot 30 min\nregister import in Wh, below 2^20\n\
         register reactive in varh, below 2^20\ngaps refuse\n{statement}\n\
         charge energy = price import {{ 24.5 p/kWh }}\n\
         charge surcharge = energy * (lookup surcharge by energy of import, energy of reactive)\n\
         total = energy + surcharge  rounded half up to 1 p\n"
    );
    policy::publish(&store, tariff.as_bytes(), now()).unwrap();
    let (signing, key) = (SigningKey::from_bytes(&[3; 32]), MasterKey::from_bytes([5; 32]));
    settle(&store, folder.path(), &signing, &key);
    let before = fs::metadata(store.path()).unwrap().len();
    timed("publish: read, hashed again, kept", || data::publish(&store, "surcharge", csv.as_bytes()).unwrap());
    println!("the store grows by {} bytes", fs::metadata(store.path()).unwrap().len() - before);
    let order = Order {
        meter: "home",
        period: PERIOD,
        revision: 0,
        batches_from: None,
        purse: None,
        disclose_anyway: true,
        now: now(),
    };
    reset_peak();
    let bill = timed("bill prove", || customer::prove(&store, &key, &order, &mut |_| {}).unwrap());
    let figures = bill.figures;
    println!(
        "  of it: decrypt {:.2} s, price {:.2} s, prove with keys {:.2} s, check {:.3} s",
        figures.seconds.decrypt, figures.seconds.price, figures.seconds.prove, figures.seconds.check
    );
    println!(
        "  {}, 2^{} rows, proof {} bytes, peak {:.0} MiB",
        bill.total,
        figures.k.unwrap(),
        figures.proof_bytes,
        peak()
    );
    let judged = timed("bill verify, keys made", || Supplier::new(&store, now()).verify(&bill.bytes, true).unwrap());
    assert!(judged.refused.is_none(), "{:?}", judged.refused);
}

/// The surcharge of each pair of totals, in percent: rises with reactive energy, falls with active, with a ripple.
fn file(side: u32) -> String {
    let end =
        |row: u32, every: f64| if row + 1 == side { "above".into() } else { format!("{}", f64::from(row + 1) * every) };
    let mut text = String::from("to,to,value\n");
    for row in 0..side {
        for column in 0..side {
            let value = i64::from(column) * 3 - i64::from(row) + i64::from(row * column % 97);
            let (sign, value) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
            writeln!(text, "{},{},{sign}{}.{:02}", end(row, 1.0), end(column, 0.5), value / 100, value % 100).unwrap();
        }
    }
    text
}

/// A meter with a month of readings, under the tariff.
fn settle(store: &Store, folder: &std::path::Path, signing: &SigningKey, key: &MasterKey) {
    let registers = [("import", Unit::WattHour), ("reactive", Unit::VarHour)];
    let registers = registers.map(|(name, unit)| Register::new(name, unit, 20).unwrap()).to_vec();
    let (length, public) = (SlotLength::HALF_HOUR, signing.verifying_key());
    let record = MeterRecord::new(
        "home",
        Certification::Classic,
        BatchPeriod::Day,
        length,
        Slot::new(0),
        public.as_bytes(),
        registers,
    );
    let (record, tables) = (record.unwrap(), Tables::of(Certification::Classic));
    registry::register(store, &record.to_bytes(), now()).unwrap();
    policy::assign(store, "home", "surcharged", None, "2026-01-01".parse().unwrap()).unwrap();
    let sealer = Sealer { record: &record, signing, key, tables: &tables };
    let batches = folder.join("batches");
    fs::create_dir(&batches).unwrap();
    for day in FIRST_DAY..FIRST_DAY + 31 {
        let mut readings = Readings::gaps(record.period().slots(day, length).unwrap(), 2);
        for slot in readings.slots().iter() {
            let of = slot.index().wrapping_mul(2_654_435_761) >> 12;
            assert!(readings.set(0, slot, Some(of % 700)) && readings.set(1, slot, Some(of % 250)));
        }
        fs::write(batches.join(format!("{day}.batch")), sealer.seal(day, 0, &readings).unwrap().as_bytes()).unwrap();
    }
    assert!(import(store, &[batches], now(), &mut |_| {}).unwrap().iter().all(|one| one.result.is_ok()));
}

fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn timed<T>(what: &str, act: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = act();
    println!("{what}: {:.2} s", started.elapsed().as_secs_f64());
    done
}

fn reset_peak() {
    let _kept_when_refused = fs::write("/proc/self/clear_refs", "5");
}

/// MiB of resident memory at most since the last reset, where the system tells.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok())
        .map_or(0.0, |kilobytes| kilobytes / 1024.0)
}
