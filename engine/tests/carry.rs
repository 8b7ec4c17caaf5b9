//! State that earlier bills hand on: where it comes from, what is refused, how a customer's own device gets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use jiff::civil::Date;
use support::{Desk, Meter, day, now};
use wattproof_circuits::bill::Bill;
use wattproof_engine::archive::Kept;
use wattproof_engine::carry::CarryRefusal;
use wattproof_engine::customer::{self, CustomerRefusal, Order, ProvedBill};
use wattproof_engine::export::export;
use wattproof_engine::frame::FrameRefusal;
use wattproof_engine::receipt::Receipt;
use wattproof_engine::refusal::{Fault, Refusal};
use wattproof_engine::supplier::Supplier;
use wattproof_engine::{desk, policy, registry};

/// Energy by an annual block, and a ratchet of the highest day in three bills, counted from April.
const TARIFF: &str = "\
tariff annual version 1 in GBP, zone UTC, slot 30 min
register import in Wh, below 2^20
gaps refuse
define month = energy of import rounded half up to 1 kWh shown
define peak = max per day (energy of import) rounded half up to 0.1 kWh shown
carry used in kWh, below 1000000 kWh, sum of month since 1 Apr
carry ratchet in 0.1 kWh, below 100000 kWh, highest of peak in the last 2 bills
carry before in kWh, below 1000000 kWh, month of the last bill
charge energy = 10 p/kWh * energy of import
charge state = 1 p/kWh * used + 100 p/kWh * ratchet + 10000 p/kWh * before
total = energy + state rounded half up to 1 p
";

/// Flat days of 1, 2, 3, … Wh a half hour; the meter enters service on the first.
fn desk(text: &str, start: &str, days: u32) -> Desk {
    let plain = Meter::new("M1", 7);
    let first = plain.slots(day(start)).first();
    let desk = Desk::bare(Meter::of("M1", 7, plain.record.registers()[0].clone(), first));
    registry::register(&desk.store, &desk.meter.record.to_bytes(), now()).unwrap();
    desk.publish(text);
    assign(&desk, "annual", 1, "2026-01-01");
    let loads: Vec<u32> = (1..=days).map(|day| day * 1000).collect();
    desk.import_days(start, &loads);
    desk
}

fn assign(desk: &Desk, name: &str, version: u32, from: &str) {
    policy::assign(&desk.store, "M1", name, Some(version), date(from)).unwrap();
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn refusal(desk: &Desk, period: &str) -> CarryRefusal {
    match desk.prove(period).unwrap_err() {
        CustomerRefusal::Frame(FrameRefusal::Carry(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// A bill that the supplier accepts.
fn accepted(desk: &Desk, period: &str) -> ProvedBill {
    let bill = desk.prove(period).unwrap();
    assert_eq!(desk.verdict(&bill.bytes), None);
    bill
}

fn carried(bill: &ProvedBill) -> Vec<u64> {
    Bill::from_bytes(&bill.bytes).unwrap().statement.carried
}

#[test]
fn each_rule_takes_its_bills() {
    let desk = desk(TARIFF, "2026-03-30", 7);
    // 48 half hours of 1 kWh make the first day 48 kWh, the second 96, and so on.
    assert_eq!(carried(&accepted(&desk, "2026-03-30..2026-04-01")), [0, 0, 0]);
    // April begins: the sum is zero again, the highest day and the last bill's energy are handed on.
    assert_eq!(carried(&accepted(&desk, "2026-04-01..2026-04-02")), [0, 960, 144]);
    assert_eq!(carried(&accepted(&desk, "2026-04-02..2026-04-04")), [144, 1440, 144]);
    // The first bill is no longer among the last two.
    let bill = accepted(&desk, "2026-04-04..2026-04-05");
    assert_eq!(carried(&bill), [144 + 192 + 240, 2400, 192 + 240]);
    let told: Vec<String> = bill.carried.iter().map(|(name, amount)| format!("{name} {amount}")).collect();
    assert_eq!(told, ["used 576 kWh", "ratchet 240 kWh", "before 432 kWh"]);
    let shown: Vec<String> = bill.shown_figures.iter().map(|(name, amount)| format!("{name} {amount}")).collect();
    assert_eq!(shown, ["month 288 kWh", "peak 288 kWh"]);
    // 288 kWh at 10 p, 576 at 1 p, 240 at 1 GBP, 432 at 100 GBP.
    assert_eq!(bill.total.to_string(), "43474.56");
    let sheet = desk::bill::read(&desk.store, &bill.bytes).unwrap();
    assert_eq!((sheet.disclosed.len(), sheet.carried.len()), (3, 3));
    let terms = sheet.terms.unwrap();
    assert_eq!((terms.figures, terms.carried), (bill.shown_figures, bill.carried));
}

#[test]
fn days_that_nobody_billed_are_not_taken_for_zero() {
    let desk = desk(TARIFF, "2026-04-01", 6);
    let missing = |from, to| CarryRefusal::Unbilled { name: "used".into(), from: date(from), to: date(to) };
    let refused = refusal(&desk, "2026-04-03..2026-04-04");
    assert_eq!(refused, missing("2026-04-01", "2026-04-03"));
    assert_eq!((refused.code(), refused.fault()), ("earlier-bill-missing", Fault::Refused));
    assert!(refused.hint().starts_with("bill 2026-04-01..2026-04-03 first"), "{}", refused.hint());
    accepted(&desk, "2026-04-01..2026-04-02");
    assert_eq!(refusal(&desk, "2026-04-04..2026-04-05"), missing("2026-04-02", "2026-04-04"));
    accepted(&desk, "2026-04-02..2026-04-04");
    assert_eq!(carried(&accepted(&desk, "2026-04-04..2026-04-05"))[0], 48 + 96 + 144);
}

#[test]
fn a_supplier_says_which_bill_is_missing_and_keeps_no_verdict() {
    let desk = desk(TARIFF, "2026-04-01", 3);
    let first = desk.prove("2026-04-01..2026-04-02").unwrap().bytes;
    assert_eq!(desk.verdict(&first), None);
    let second = desk.prove("2026-04-02..2026-04-03").unwrap().bytes;
    let supplier = self::desk(TARIFF, "2026-04-01", 3);
    assert_eq!(supplier.verdict(&second).as_deref(), Some("earlier-bill-missing"));
    assert_eq!(supplier.verdict(&first), None);
    assert_eq!(supplier.verdict(&second), None);
}

#[test]
fn a_sum_counts_from_the_day_it_names() {
    let desk = desk(TARIFF, "2026-03-30", 4);
    let refused = refusal(&desk, "2026-03-30..2026-04-02");
    let (start, split, end) = (date("2026-03-30"), date("2026-04-01"), date("2026-04-02"));
    assert_eq!(refused, CarryRefusal::Crosses { name: "used".into(), start, split, end });
    assert_eq!(refused.code(), "period-crosses-carry");
    assert_eq!(refused.hint(), "bill 2026-03-30..2026-04-01 and 2026-04-01..2026-04-02");
}

#[test]
fn a_bill_across_the_day_from_which_a_sum_counts_cannot_be_told_apart() {
    // Version 1 shows the figure and carries no sum, so that a bill of it may cross the day.
    let without = TARIFF
        .replace("carry used in kWh, below 1000000 kWh, sum of month since 1 Apr\n", "")
        .replace("1 p/kWh * used + ", "");
    let desk = desk(&without, "2026-03-30", 6);
    desk.publish(&TARIFF.replace("version 1", "version 2"));
    assign(&desk, "annual", 2, "2026-04-02");
    accepted(&desk, "2026-03-30..2026-04-02");
    let (since, from, to) = (date("2026-04-01"), date("2026-03-30"), date("2026-04-02"));
    let refused = refusal(&desk, "2026-04-02..2026-04-03");
    assert_eq!(refused, CarryRefusal::Straddled { name: "used".into(), since, from, to });
    assert_eq!(refused.code(), "earlier-bill-crosses-carry");
}

#[test]
fn versions_of_one_name_hand_on_and_other_tariffs_do_not() {
    let desk = desk(TARIFF, "2026-04-01", 6);
    accepted(&desk, "2026-04-01..2026-04-02");
    // Another unit, the same figure: 48 kWh are 0.048 MWh, which is no whole number of them.
    desk.publish(&TARIFF.replace("version 1", "version 2").replace("10 p/kWh * energy", "11 p/kWh * energy"));
    assign(&desk, "annual", 2, "2026-04-02");
    assert_eq!(carried(&accepted(&desk, "2026-04-02..2026-04-03")), [48, 480, 48]);
    desk.publish(&TARIFF.replace("annual version 1", "other version 1"));
    assign(&desk, "other", 1, "2026-04-03");
    assert_eq!(carried(&accepted(&desk, "2026-04-03..2026-04-04")), [0, 0, 0], "another tariff begins anew");
    desk.publish(&TARIFF.replace("version 1", "version 3"));
    assign(&desk, "annual", 3, "2026-04-04");
    assert_eq!(carried(&accepted(&desk, "2026-04-04..2026-04-05")), [0, 0, 0], "so does one that comes back");
}

#[test]
fn units_of_versions_are_converted_or_refused() {
    let desk = desk(TARIFF, "2026-04-01", 4);
    accepted(&desk, "2026-04-01..2026-04-02");
    let finer = TARIFF.replace("version 1", "version 2").replace("to 1 kWh", "to 10 Wh").replace("in kWh", "in 10 Wh");
    desk.publish(&finer);
    assign(&desk, "annual", 2, "2026-04-02");
    assert_eq!(carried(&accepted(&desk, "2026-04-02..2026-04-03")), [4_800, 480, 4_800]);
    let coarser = TARIFF.replace("version 1", "version 3").replace("to 1 kWh", "to 1 MWh").replace("in kWh", "in MWh");
    desk.publish(&coarser);
    assign(&desk, "annual", 3, "2026-04-03");
    let refused = refusal(&desk, "2026-04-03..2026-04-04");
    assert_eq!(refused, CarryRefusal::NoCount { name: "used".into() });
    assert_eq!(refused.code(), "carried-no-count");
}

#[test]
fn a_value_past_its_bound_is_refused_on_both_sides() {
    let desk = desk(&TARIFF.replace("used in kWh, below 1000000 kWh", "used in kWh, below 40 kWh"), "2026-04-01", 3);
    accepted(&desk, "2026-04-01..2026-04-02");
    assert_eq!(desk.prove("2026-04-02..2026-04-03").unwrap_err().code(), "carried-too-large");
}

#[test]
fn another_carried_value_is_refused_with_both() {
    let desk = desk(TARIFF, "2026-04-01", 3);
    accepted(&desk, "2026-04-01..2026-04-02");
    let honest = desk.prove("2026-04-02..2026-04-03").unwrap().bytes;
    let mut bill = Bill::from_bytes(&honest).unwrap();
    bill.statement.carried[1] = 47;
    let judged = Supplier::new(&desk.store, now()).verify(&bill.to_bytes(), false).unwrap();
    let reason = judged.refused.unwrap();
    assert_eq!(reason.code, "carried-differ");
    assert_eq!(reason.message, "the bill carries 4.7 kWh for `ratchet`, but the accepted bills give 48 kWh");
    bill.statement.carried.pop();
    assert_eq!(desk.verdict(&bill.to_bytes()).as_deref(), Some("bill-carried-count"));
    assert_eq!(desk.verdict(&honest), None);
}

#[test]
fn a_corrected_bill_counts_for_later_ones() {
    let desk = desk(TARIFF, "2026-04-01", 3);
    let revised = |revision, period| {
        let order = Order {
            meter: "M1",
            period,
            revision,
            batches_from: None,
            purse: None,
            disclose_anyway: false,
            now: now(),
        };
        customer::prove(&desk.store, &desk.meter.key, &order, &mut |_| {}).unwrap().bytes
    };
    accepted(&desk, "2026-04-01..2026-04-02");
    let stale = desk.prove("2026-04-02..2026-04-03").unwrap().bytes;
    let mut readings = wattproof_meter::reading::Readings::gaps(desk.meter.slots(day("2026-04-01")), 1);
    for slot in desk.meter.slots(day("2026-04-01")).iter() {
        assert!(readings.set(0, slot, Some(2000)));
    }
    let corrected = desk.meter.seal(day("2026-04-01"), 1, &readings);
    assert_eq!(desk.import("r.batch", corrected.as_bytes()), Ok(Kept::New));
    assert_eq!(desk.verdict(&revised(1, "2026-04-01..2026-04-02")), None);
    assert_eq!(desk.verdict(&stale).as_deref(), Some("carried-differ"));
    assert_eq!(carried(&accepted(&desk, "2026-04-02..2026-04-03")), [96, 960, 96]);
}

#[test]
fn a_customers_device_carries_what_receipts_say() {
    let supplier = desk(TARIFF, "2026-04-01", 4);
    accepted(&supplier, "2026-04-01..2026-04-02");
    accepted(&supplier, "2026-04-02..2026-04-03");
    let period = "2026-04-03..2026-04-04";
    let customer = supplier.customer(period);
    let bill = customer.prove(period).unwrap();
    assert_eq!(carried(&bill), [144, 960, 96]);
    assert_eq!(supplier.verdict(&bill.bytes), None);
    // The supplier's own verdicts count for the supplier, whatever receipts it is given.
    assert_eq!(customer.verdict(&bill.bytes).as_deref(), Some("earlier-bill-missing"));
}

#[test]
fn an_export_says_what_is_not_billed_yet() {
    let supplier = desk(TARIFF, "2026-04-01", 4);
    let folder = supplier.folder.path().join("out");
    let exported = export(&supplier.store, "M1", "2026-04-02..2026-04-03", &folder).unwrap();
    let (from, to) = (date("2026-04-01"), date("2026-04-02"));
    assert_eq!(exported.unbilled, Some(CarryRefusal::Unbilled { name: "used".into(), from, to }));
    assert!(exported.files.iter().all(|file| !file.to_string_lossy().ends_with(".receipt")));
}

#[test]
fn receipts_are_kept_once_and_replaced_by_later_revisions() {
    let supplier = desk(TARIFF, "2026-04-01", 3);
    accepted(&supplier, "2026-04-01..2026-04-02");
    let folder = supplier.folder.path().join("out");
    let exported = export(&supplier.store, "M1", "2026-04-02..2026-04-03", &folder).unwrap();
    let path = exported.files.iter().find(|file| file.to_string_lossy().ends_with(".receipt")).unwrap();
    let text = std::fs::read(path).unwrap();
    let receipt = Receipt::parse(&text).unwrap();
    assert_eq!((receipt.revision, receipt.disclosed.len()), (0, 3));

    let other = Desk::bare(Meter::new("M1", 7));
    let take = |receipt: &Receipt| other.import("a.receipt", receipt.to_string().as_bytes());
    assert_eq!(take(&receipt).unwrap_err().code(), "meter-unregistered");
    registry::register(&other.store, &supplier.meter.record.to_bytes(), now()).unwrap();
    assert_eq!(take(&receipt), Ok(Kept::New));
    assert_eq!(take(&receipt), Ok(Kept::Already));
    let refused = take(&Receipt { bill: [1; 32], ..receipt.clone() }).unwrap_err();
    assert_eq!((refused.code(), refused.fault()), ("receipt-conflict", Fault::Refused));
    let later = Receipt { revision: 1, bill: [1; 32], ..receipt.clone() };
    assert_eq!((take(&later), take(&receipt)), (Ok(Kept::New), Ok(Kept::Already)));
    let half = wattproof_meter::calendar::SlotRange::new(receipt.slots.first(), 24).unwrap();
    assert_eq!(take(&Receipt { slots: half, ..receipt.clone() }).unwrap_err().code(), "receipt-conflict");
    assert_eq!(other.import("a.receipt", b"wattproof receipt 1: \n").unwrap_err().code(), "receipt-malformed");
}

#[test]
fn an_earlier_bill_whose_tariff_is_not_here_is_named() {
    let supplier = desk(TARIFF, "2026-04-01", 3);
    accepted(&supplier, "2026-04-01..2026-04-02");
    let period = "2026-04-02..2026-04-03";
    let folder = supplier.folder.path().join("out");
    let exported = export(&supplier.store, "M1", period, &folder).unwrap();
    let path = exported.files.iter().find(|file| file.to_string_lossy().ends_with(".receipt")).unwrap();
    let receipt = Receipt::parse(&std::fs::read(path).unwrap()).unwrap();
    let stranger = Receipt { tariff: [9; 32], ..receipt };
    std::fs::write(path, stranger.to_string()).unwrap();
    let customer = Desk::bare(Meter::of(
        "M1",
        7,
        supplier.meter.record.registers()[0].clone(),
        supplier.meter.record.in_service(),
    ));
    assert!(customer.import_all(&[folder]).iter().all(|imported| imported.result.is_ok()));
    let (from, to) = (date("2026-04-01"), date("2026-04-02"));
    assert_eq!(refusal(&customer, period), CarryRefusal::UnknownTariff { from, to });
}
