//! What a front asks of the engine besides the commands: a proof that can be stopped, months, lists, lies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::ops::ControlFlow;

use support::{Desk, now};
use wattproof_engine::bills;
use wattproof_engine::customer::{self, CustomerRefusal, Order};
use wattproof_engine::desk::demo::{Tamper, tampered};
use wattproof_engine::refusal::Refusal;
use wattproof_engine::registry::Taken;
use wattproof_engine::show::{self, BillList, BillState};
use wattproof_engine::supplier::{Check, Supplier};

const PERIOD: &str = "2026-03-29..2026-03-31";

fn desk() -> Desk {
    let desk = Desk::new("economy7");
    desk.import_batches(&desk.household("2026-03-28", 4));
    desk
}

fn order() -> Order<'static> {
    Order {
        meter: "M1",
        period: PERIOD,
        revision: 0,
        batches_from: None,
        purse: None,
        disclose_anyway: false,
        now: now(),
    }
}

#[test]
fn a_proof_is_stopped_wherever_it_is() {
    let desk = desk();
    let mut heard = Vec::new();
    let whole = customer::prove_watched(&desk.store, &desk.meter.key, &order(), &mut |progress| {
        heard.push(progress);
        ControlFlow::Continue(())
    });
    assert!(whole.is_ok());
    let writes = heard.iter().filter(|progress| progress.step == "prove" && progress.total > 1).count();
    let last = heard.iter().rfind(|progress| progress.step == "prove").unwrap();
    assert_eq!((last.done, last.total), (writes as u64, writes as u64), "every write is told");
    for (stop, at) in heard.iter().enumerate().take(heard.len() - 1) {
        let mut told = 0;
        let stopped = customer::prove_watched(&desk.store, &desk.meter.key, &order(), &mut |_| {
            told += 1;
            if told > stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if at.step == "check" {
            // What is left is too little to stop.
            break;
        }
        assert_eq!(stopped.unwrap_err(), CustomerRefusal::Stopped, "at {at:?}");
    }
}

#[test]
fn a_bill_is_handed_in_listed_and_judged() {
    let desk = desk();
    let bill = desk.prove(PERIOD).unwrap().bytes;
    let mut list = BillList::default();
    assert_eq!(list.look(&desk.store).unwrap(), []);
    assert_eq!(bills::hand_in(&desk.store, &bill, now()).unwrap(), Taken::New);
    assert_eq!(bills::hand_in(&desk.store, &bill, now()).unwrap(), Taken::Already);
    let rows = list.look(&desk.store).unwrap();
    assert_eq!((rows.len(), &rows[0].state), (1, &BillState::Waiting));
    assert_eq!(bills::bytes(&desk.store, &rows[0].digest).unwrap().as_deref(), Some(bill.as_slice()));
    assert_eq!(bills::bytes(&desk.store, &[0; 32]).unwrap(), None);
    assert!(Supplier::new(&desk.store, now()).verify(&bill, false).unwrap().refused.is_none());
    let rows = list.look(&desk.store).unwrap();
    assert_eq!((rows.len(), &rows[0].state), (1, &BillState::Accepted(now())));
    assert_eq!(rows, show::bills(&desk.store, &show::Filter::default()).unwrap());
}

#[test]
fn each_lie_is_refused_by_its_check_and_leaves_no_trace() {
    let desk = desk();
    let bill = desk.prove(PERIOD).unwrap().bytes;
    assert!(Supplier::new(&desk.store, now()).verify(&bill, false).unwrap().refused.is_none());
    let before = show::bills(&desk.store, &show::Filter::default()).unwrap();
    let checks = [Check::Proof, Check::Commitments, Check::Statement, Check::Proof];
    for (lie, check) in Tamper::ALL.into_iter().zip(checks) {
        let lied = tampered(&bill, lie).unwrap();
        assert_ne!(lied, bill);
        let judged = Supplier::anew(&desk.store, now()).verify(&lied, false).unwrap();
        assert_eq!(Check::of(&judged.refused.unwrap().code), Some(check), "{lie:?}");
        // Without the licence of a demonstration the slots are found to be billed.
        let judged = Supplier::new(&desk.store, now()).verify(&lied, true).unwrap();
        assert_eq!(judged.refused.unwrap().code, "already-billed");
        assert_eq!(tampered(b"no bill", lie), None);
    }
    assert_eq!(show::bills(&desk.store, &show::Filter::default()).unwrap(), before);
}

#[test]
fn months_say_what_they_lack() {
    let desk = Desk::new("economy7");
    assert_eq!(show::months(&desk.store, "M1").unwrap(), []);
    desk.import_batches(&desk.household("2026-02-27", 33));
    let months = show::months(&desk.store, "M1").unwrap();
    let names: Vec<&str> = months.iter().map(|month| month.month.as_str()).collect();
    assert_eq!(names, ["2026-02", "2026-03"]);
    assert_eq!((months[0].wanted, months[0].missing.len()), (28, 26));
    assert_eq!((months[1].wanted, months[1].slots, months[1].gaps), (31, 1486, 0));
    assert_eq!((months[1].missing.len(), months[1].tariff.as_deref().ok()), (0, Some("economy7@1")));
    let bill = desk.prove("2026-03").unwrap().bytes;
    assert!(Supplier::new(&desk.store, now()).verify(&bill, false).unwrap().refused.is_none());
    assert_eq!(show::months(&desk.store, "M1").unwrap()[1].billed, Some(bills::digest(&bill)));
    assert_eq!(show::months(&desk.store, "M2").unwrap_err().code(), "meter-unknown");
}

/// `cargo test -p wattproof-engine --test front ten_thousand -- --ignored --nocapture` prints how long a screen waits for
/// its list, at first and after a change.
#[test]
#[ignore = "a measurement"]
fn ten_thousand_bills_are_listed() {
    let desk = desk();
    let mut bill = wattproof_circuits::bill::Bill::from_bytes(&desk.prove(PERIOD).unwrap().bytes).unwrap();
    let folder = desk.folder.path().join("bills");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..10_000u32 {
        bill.proof[..4].copy_from_slice(&number.to_le_bytes());
        std::fs::write(folder.join(format!("{number}.bill")), bill.to_bytes()).unwrap();
    }
    assert_eq!(desk.import_all(&[folder]).len(), 10_000);
    let mut list = BillList::default();
    for times in ["first", "again"] {
        let started = std::time::Instant::now();
        assert_eq!(list.look(&desk.store).unwrap().len(), 10_000);
        println!("{times}: {:.3} s", started.elapsed().as_secs_f64());
    }
}
