//! Many bills at once: the verdicts are those of checking one after another; one bad meter stops no other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use support::street::{Street, change};
use support::{Desk, Meter, day, now};
use wattproof_engine::customer::{self, BulkOrder};
use wattproof_engine::ledger::Purse;
use wattproof_engine::refusal::{Fault, Refusal};
use wattproof_engine::store::Store;
use wattproof_engine::supplier::{Judged, Supplier, bills_in};
use wattproof_engine::{policy, registry};

/// Reason and whether it was decided before, of each file.
type Verdicts = BTreeMap<PathBuf, (Option<String>, bool)>;

fn one_by_one(store: &Store, files: &[PathBuf]) -> Vec<Judged> {
    Supplier::new(store, now()).verify_files(files, false, &mut |_| {}).unwrap()
}

fn verdicts(judged: impl IntoIterator<Item = Judged>) -> Verdicts {
    let told = |judged: Judged| (judged.file.unwrap(), (judged.refused.map(|reason| reason.code), judged.already));
    judged.into_iter().map(told).collect()
}

#[test]
fn verdicts_are_those_of_one_bill_after_another() {
    let street = Street::new(8, &["economy7", "linear", "cumulative"]);
    let proved = street.prove();
    assert_eq!((proved.proved, proved.already, proved.refused.len()), (8, 0, 0));
    let folder = street.path("bills");
    let read = |n: usize| fs::read(folder.join(format!("m{n}.bill"))).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("m1.bill", &change(&read(1), |bill| bill.statement.disclosed[0] -= 1));
    write("m2.bill", &change(&read(2), |bill| bill.statement.disclosed[0] += 1));
    write("m3.bill", &change(&read(3), |bill| *bill.proof.last_mut().unwrap() ^= 1));
    write("m4.bill", &change(&read(4), |bill| bill.commitments.swap(0, 1)));
    write("m5.bill", &read(5)[1..]);
    // The same again, another bill over the same slots, and one with a wrong amount, behind the one that is accepted.
    write("m6-again.bill", &read(6));
    write("m6-other.bill", &street.again(6));
    write("m6-wrong.bill", &change(&street.again(6), |bill| bill.statement.disclosed[0] -= 1));
    // A bill under a tariff that is not published.
    write("m7-early.bill", &change(&read(7), |bill| bill.statement.tariff[0] ^= 1));
    write("readme.txt", b"no bill");

    let files = bills_in(&folder).unwrap();
    assert_eq!(files.len(), 12);
    let copy = street.copy();
    let expected = [(); 2].map(|()| verdicts(one_by_one(&copy, &files)));
    let of = |name: &str| expected[0][&folder.join(name)].0.as_deref();
    assert_eq!(
        (of("m0.bill"), of("m1.bill"), of("m5.bill")),
        (None, Some("proof-does-not-hold"), Some("bill-version"))
    );
    assert_eq!((of("m6-other.bill"), of("m6-wrong.bill")), (Some("already-billed"), Some("already-billed")));
    assert_eq!(of("m7-early.bill"), Some("tariff-unknown"));
    for jobs in [1, 3] {
        let copy = street.copy();
        let supplier = Supplier::new(&copy, now());
        // Again: what was decided stays decided.
        for expected in &expected {
            let judged = supplier.verify_bulk(&files, jobs, &mut |_| {}).unwrap();
            let already = expected.values().filter(|(_, already)| *already).count() as u64;
            assert_eq!((judged.count(), judged.already), (12, already), "{jobs} jobs");
            let mut refused = expected.clone();
            refused.retain(|_, (reason, _)| reason.is_some());
            assert_eq!(judged.accepted, 12 - refused.len() as u64);
            assert_eq!(verdicts(judged.refused), refused, "{jobs} jobs");
        }
    }
}

/// What another process decides while proofs are being read stays decided.
#[test]
fn a_bill_that_is_decided_elsewhere_meanwhile() {
    let street = Street::new(2, &["linear"]);
    street.prove();
    let files = bills_in(&street.path("bills")).unwrap();
    let elsewhere = Supplier::new(street.store(), now());
    let judged = Supplier::new(street.store(), now()).verify_bulk(&files, 1, &mut |progress| {
        if progress.done == 1 {
            assert_eq!(elsewhere.verify(&fs::read(&files[0]).unwrap(), false).unwrap().refused, None);
        }
    });
    let judged = judged.unwrap();
    assert_eq!((judged.accepted, judged.already, judged.refused.len()), (2, 1, 0));
    assert_eq!(elsewhere.verify(&fs::read(&files[0]).unwrap(), false).unwrap().refused, None);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_and_the_rest_go_on() {
    let street = Street::new(2, &["linear"]);
    street.prove();
    let mut files = bills_in(&street.path("bills")).unwrap();
    files.insert(1, street.path("bills/none.bill"));
    let judged = Supplier::new(street.store(), now()).verify_bulk(&files, 2, &mut |_| {}).unwrap();
    assert_eq!((judged.accepted, judged.refused.len()), (2, 1));
    assert_eq!(judged.refused[0].refused.as_ref().unwrap().code, "file-unreadable");
}

/// What a month used is carried into the next.
const CHAIN: &str = "\
tariff annual version 1 in GBP, zone UTC, slot 30 min
register import in Wh, below 2^20
gaps refuse
define month = energy of import rounded half up to 1 kWh shown
carry used in kWh, below 1000000 kWh, sum of month since 1 Apr
charge energy = 10 p/kWh * energy of import
charge state = 1 p/kWh * used
total = energy + state rounded half up to 1 p
";

fn chained() -> Desk {
    let plain = Meter::new("M1", 7);
    let first = plain.slots(day("2026-03-30")).first();
    let desk = Desk::bare(Meter::of("M1", 7, plain.record.registers()[0].clone(), first));
    registry::register(&desk.store, &desk.meter.record.to_bytes(), now()).unwrap();
    desk.publish(CHAIN);
    policy::assign(&desk.store, "M1", "annual", None, "2026-01-01".parse().unwrap()).unwrap();
    desk.import_days("2026-03-30", &[1000, 2000, 3000, 4000]);
    desk
}

/// A bill that carries from one in the same wave is checked after it.
#[test]
fn bills_that_carry_from_one_another() {
    let (customer, supplier) = (chained(), chained());
    let folder = supplier.folder.path().join("bills");
    fs::create_dir(&folder).unwrap();
    for (n, first) in ["2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"].into_iter().enumerate() {
        let end: jiff::civil::Date = first.parse::<jiff::civil::Date>().unwrap().tomorrow().unwrap();
        let bill = customer.prove(&format!("{first}..{end}")).unwrap();
        assert_eq!(customer.verdict(&bill.bytes), None);
        fs::write(folder.join(format!("{n}.bill")), &bill.bytes).unwrap();
    }
    let files = bills_in(&folder).unwrap();
    let judged = Supplier::new(&supplier.store, now()).verify_bulk(&files, 2, &mut |_| {}).unwrap();
    assert_eq!((judged.accepted, judged.refused.len()), (4, 0), "{:?}", judged.refused);
}

#[test]
fn a_bad_meter_is_refused_and_the_rest_go_on() {
    let street = Street::new(6, &["economy7", "linear"]);
    let (keys, out) = (street.path("keys"), street.path("bills"));
    fs::create_dir(&out).unwrap();
    fs::write(keys.join("m0.key"), "wattkey1nonsense").unwrap();
    fs::write(keys.join("m1.key"), fs::read(keys.join("m2.key")).unwrap()).unwrap();
    fs::write(keys.join("nobody.key"), fs::read(keys.join("m2.key")).unwrap()).unwrap();
    fs::write(out.join("m4.bill"), "a letter").unwrap();
    registry::register(street.store(), &Meter::new("m9", 90).record.to_bytes(), now()).unwrap();
    policy::assign(street.store(), "m9", "linear", None, "2026-01-01".parse().unwrap()).unwrap();
    fs::write(keys.join("m9.key"), "unread").unwrap();
    let proved = street.prove();
    let told: Vec<_> = proved.refused.iter().map(|one| (one.meter.as_str(), one.reason.code.as_str())).collect();
    let key = told[0].1;
    assert!(key.starts_with("key-"), "{key}");
    let expected = [
        ("m0", key),
        ("m1", "wrong-key"),
        ("m4", "bill-of-another"),
        ("m9", "period-incomplete"),
        ("nobody", "meter-unknown"),
    ];
    assert_eq!(told, expected);
    assert_eq!((proved.proved, proved.already), (3, 0));
    assert_eq!(fs::read(out.join("m4.bill")).unwrap(), b"a letter");

    // What was wrong is put right; what is there is left as it is.
    let before = fs::read(out.join("m2.bill")).unwrap();
    for (n, meter) in street.meters.iter().enumerate().take(2) {
        fs::write(keys.join(format!("m{n}.key")), meter.key.to_text().as_bytes()).unwrap();
    }
    fs::remove_file(out.join("m4.bill")).unwrap();
    let proved = street.prove();
    assert_eq!((proved.proved, proved.already, proved.refused.len()), (3, 3, 2));
    assert_eq!(fs::read(out.join("m2.bill")).unwrap(), before);
    let judged = Supplier::new(street.store(), now()).verify_bulk(&bills_in(&out).unwrap(), 2, &mut |_| {}).unwrap();
    assert_eq!((judged.accepted, judged.refused.len()), (6, 0));
}

#[test]
fn a_folder_that_cannot_be_read_ends_the_run() {
    let street = Street::new(1, &["linear"]);
    let (missing, out) = (street.path("missing"), street.path("bills"));
    let refusal = customer::prove_bulk(street.store(), &street.order(&missing, &out), &mut |_| {}).unwrap_err();
    assert_eq!((refusal.code(), refusal.fault()), ("folder-unreadable", Fault::Own));
    let (keys, taken) = (street.path("keys"), street.path("keys/m0.key"));
    let refusal = customer::prove_bulk(street.store(), &street.order(&keys, &taken), &mut |_| {}).unwrap_err();
    assert_eq!((refusal.code(), refusal.fault()), ("file-unwritable", Fault::Own));
}

/// Every bill that is there to see is in the ledger, once.
#[test]
fn bills_are_charged_before_they_are_there() {
    let street = Street::new(4, &["linear"]);
    let purse = |budget| Some(Purse { path: street.path("ledger"), budget });
    let (keys, out) = (street.path("keys"), street.path("bills"));
    let prove = |budget| {
        let order = BulkOrder { purse: purse(budget), ..street.order(&keys, &out) };
        customer::prove_bulk(street.store(), &order, &mut |_| {}).unwrap()
    };
    let refused = prove(1);
    assert_eq!((refused.proved, refused.refused.len()), (0, 4));
    assert_eq!(refused.refused[0].reason.code, "ledger-budget");
    assert_eq!(prove(256).proved, 4);
    let lines = || fs::read_to_string(street.path("ledger")).unwrap().lines().count();
    assert_eq!(lines(), 1 + 4);
    fs::remove_file(out.join("m1.bill")).unwrap();
    assert_eq!((prove(256).proved, lines()), (1, 1 + 4), "the same said again");
}
