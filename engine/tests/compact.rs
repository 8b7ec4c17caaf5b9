//! Meters that certify whole batches: the same tariffs, acts and refusals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::fs;

use support::{Desk, Meter, day, fixture, now};
use wattproof_circuits::bill::Bill;
use wattproof_engine::archive::Kept;
use wattproof_engine::customer::{self, BulkOrder};
use wattproof_engine::refusal::Refusal;
use wattproof_engine::supplier::{Supplier, bills_in};
use wattproof_engine::{policy, registry};
use wattproof_meter::batch::SealedBatch;

fn desk(tariff: &str) -> Desk {
    Desk::with(Meter::new("M1", 7).compact(), &fixture(tariff))
}

/// A month of local days, which cuts a UTC day at both ends in summer; the same total as from a classic meter.
#[test]
fn a_month_is_billed_as_from_a_classic_meter() {
    for (tariff, period, start) in [("economy7", "2026-02", "2026-02-01"), ("blocks", "2026-04", "2026-04-01")] {
        let (compact, classic) = (desk(tariff), Desk::new(tariff));
        compact.import_batches(&compact.household(start, 30));
        classic.import_batches(&classic.household(start, 30));
        let [bill, other] = [compact.prove(period).unwrap(), classic.prove(period).unwrap()];
        assert_eq!((bill.total, &bill.lines), (other.total, &other.lines));
        assert!(bill.bytes.len() < 5_000 && other.bytes.len() > 40_000, "{} {}", bill.bytes.len(), other.bytes.len());
        assert_eq!(compact.verdict(&bill.bytes), None);
        assert_eq!(classic.verdict(&other.bytes), None);
    }
}

#[test]
fn a_customer_of_a_compact_meter_proves_from_an_export() {
    let supplier = desk("economy7");
    supplier.import_batches(&supplier.household("2026-03-10", 3));
    let customer = Desk::bare(Meter::new("M1", 7).compact());
    supplier.hand_over(&customer, "2026-03-10..2026-03-12");
    let bill = customer.prove("2026-03-10..2026-03-12").unwrap();
    assert_eq!(supplier.verdict(&bill.bytes), None);
}

/// An honest bill of a day, and one change.
#[test]
fn one_change_is_refused() {
    let desk = desk("economy7");
    desk.import_days("2026-03-10", &[100]);
    let honest = desk.prove("2026-03-10..2026-03-11").unwrap().bytes;
    let refused = |change: &dyn Fn(&mut Bill)| {
        let mut bill = Bill::from_bytes(&honest).unwrap();
        change(&mut bill);
        let judged = Supplier::new(&desk.store, now()).verify(&bill.to_bytes(), true).unwrap();
        judged.refused.map(|reason| reason.code).unwrap_or_default()
    };
    assert_eq!(refused(&|_| {}), "");
    assert_eq!(refused(&|bill| bill.commitments.push([1; 32])), "commitment-count");
    assert_eq!(refused(&|bill| bill.statement.disclosed[0] -= 1), "proof-does-not-hold");
    assert_eq!(refused(&|bill| bill.proof[40] ^= 1), "proof-does-not-hold");
    assert_eq!(refused(&|bill| bill.statement.batches[0].header[0] ^= 1), "bill-other-batches");
    let classic = wattproof_meter::record::Certification::Classic;
    assert_eq!(refused(&|bill| bill.statement.certification = classic), "bill-other-certification");
}

/// The commitment is part of what the meter signs.
#[test]
fn a_batch_with_another_commitment_is_not_the_meters() {
    let desk = desk("economy7");
    let [one, two] = [100, 200].map(|wh| desk.meter.flat(day("2026-03-10"), wh));
    let own = one.compact_commitment_bytes()[0];
    let at = one.as_bytes().windows(32).position(|window| window == own).unwrap();
    let mut bytes = one.as_bytes().to_vec();
    bytes[at..at + 32].copy_from_slice(&two.compact_commitment_bytes()[0]);
    assert_eq!(desk.import("mixed.batch", &bytes).unwrap_err().code(), "batch-signature");
    bytes[at..at + 32].fill(0xff);
    assert!(SealedBatch::from_bytes(&bytes).is_err());
    assert_eq!(desk.import("one.batch", one.as_bytes()).unwrap(), Kept::New);
}

#[test]
fn gaps_go_by_the_tariffs_rule() {
    let text = fixture("economy7").replace("gaps refuse", "gaps estimate mean of the same slot on other days");
    assert!(text.contains("gaps estimate"), "{text}");
    let desk = Desk::with(Meter::new("M1", 7).compact(), &text);
    let load = {
        let slots =
            wattproof_meter::calendar::SlotRange::new(desk.meter.slots(day("2026-03-10")).first(), 48 * 3).unwrap();
        let mut load = wattproof_meter::reading::Readings::gaps(slots, 1);
        for (at, slot) in slots.iter().enumerate().filter(|(at, _)| *at != 60) {
            assert!(load.set(0, slot, Some(at as u32)));
        }
        load
    };
    desk.import_batches(&desk.seal(&load));
    let bill = desk.prove("2026-03-10..2026-03-13").unwrap();
    assert_eq!((bill.gaps, desk.verdict(&bill.bytes)), (1, None));
}

/// Classic and compact meters side by side, one bill with a lie: the others stand.
#[test]
fn a_street_of_both_kinds_is_proved_and_checked_in_bulk() {
    let desk = Desk::bare(Meter::new("M1", 7));
    desk.publish(&fixture("blocks"));
    let (keys, out) = (desk.folder.path().join("keys"), desk.folder.path().join("bills"));
    fs::create_dir(&keys).unwrap();
    for n in 0..6 {
        let meter = Meter::new(&format!("m{n}"), 20 + n);
        let meter = if n % 2 == 0 { meter.compact() } else { meter };
        let name = meter.record.name();
        registry::register(&desk.store, &meter.record.to_bytes(), now()).unwrap();
        policy::assign(&desk.store, name, "blocks", None, "2026-01-01".parse().unwrap()).unwrap();
        desk.import(&format!("{name}.batch"), meter.flat(day("2026-03-10"), 100 + u32::from(n)).as_bytes()).unwrap();
        fs::write(keys.join(format!("{name}.key")), meter.key.to_text().as_bytes()).unwrap();
    }
    let (keys, out) = (keys.as_path(), out.as_path());
    let period = "2026-03-10..2026-03-11";
    let order = BulkOrder { keys, period, out, purse: None, disclose_anyway: false, jobs: 2, now: now() };
    let proved = customer::prove_bulk(&desk.store, &order, &mut |_| {}).unwrap();
    assert_eq!((proved.proved, proved.refused), (6, vec![]));
    let lie = bills_in(out).unwrap().into_iter().find(|path| path.to_string_lossy().contains("m2")).unwrap();
    let mut bill = Bill::from_bytes(&fs::read(&lie).unwrap()).unwrap();
    bill.statement.disclosed[0] += 1;
    fs::write(&lie, bill.to_bytes()).unwrap();
    let judged = Supplier::new(&desk.store, now()).verify_bulk(&bills_in(out).unwrap(), 2, &mut |_| {}).unwrap();
    let refused: Vec<_> = judged.refused.iter().filter_map(|one| Some(one.refused.clone()?.code)).collect();
    assert_eq!((judged.count(), refused), (6, vec!["proof-does-not-hold".to_owned()]));
}
