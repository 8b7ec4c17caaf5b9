//! From nothing to a verified bill, as README walks it, and what must be refused on the way.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{NOW, Place, fields, flipped};

const PERIOD: &str = "2026-05-01..2026-05-03";

fn prove(place: &Place, out: &str) -> Value {
    place.done(&format!("bill prove --meter home --period {PERIOD} --key-file home.key -o {out}"))
}

#[test]
fn a_bill_is_proved_accepted_once_and_a_forged_one_refused() {
    let place = Place::settled(2);
    let proved = prove(&place, "may.bill");
    for (field, value) in [("meter", json!("home")), ("currency", json!("GBP")), ("slots", json!(96))] {
        assert_eq!(proved[field], value);
    }
    let bytes = place.read("may.bill");
    assert_eq!(proved["bill_bytes"], json!(bytes.len()));
    assert!(["decrypt", "price", "prove", "check"].iter().all(|step| proved["seconds"][step].is_f64()));
    assert!(proved["k"].is_u64() && proved["proof_bytes"].is_u64() && proved["bits_disclosed"].is_f64());

    // The plain price of the same readings is the proved total.
    let plain = place.done(&format!("tariff price flat.tariff --readings home.csv --period {PERIOD}"));
    assert_eq!((&plain["total"], &plain["currency"]), (&proved["total"], &proved["currency"]));

    forge(&place);
    let forged = place.run("bill verify forged.bill --json");
    assert_eq!((forged.code, &forged.json()[0]["verdict"]), (1, &json!("refused")));
    assert_eq!(forged.json()[0]["reason"], "proof-does-not-hold");

    let verdict = place.done("bill verify may.bill --dry-run");
    assert_eq!((&verdict[0]["verdict"], &verdict[0]["already"]), (&json!("accepted"), &json!(false)));
    let verdict = place.done("bill verify may.bill");
    let expected = [
        "already", "bill", "currency", "file", "gaps", "hint", "message", "meter", "period", "reason", "total",
        "verdict",
    ];
    assert_eq!(fields(&verdict[0]), expected);
    assert_eq!((&verdict[0]["total"], &verdict[0]["already"]), (&proved["total"], &json!(false)));
    assert_eq!(verdict[0]["period"], PERIOD);
    let verdict = place.done("bill verify may.bill");
    assert_eq!((&verdict[0]["verdict"], &verdict[0]["already"]), (&json!("accepted"), &json!(true)));

    // Another proof of the same bill is another bill over billed slots.
    prove(&place, "again.bill");
    let again = place.run("bill verify again.bill --json");
    assert_eq!((again.code, &again.json()[0]["reason"]), (1, &json!("already-billed")));

    let bills = place.done("list bills --meter home --period 2026-05");
    let verdicts: Vec<&str> = bills.as_array().unwrap().iter().map(|bill| bill["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "accepted").count(), 1);
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "refused").count(), 2);
}

/// The total stands before the commitments; a bill over two days names three batches.
fn forge(place: &Place) {
    let mut bytes = place.read("may.bill");
    let shown = place.done("bill show may.bill");
    let total: i128 = shown["disclosed"][0].as_str().unwrap().parse().unwrap();
    let at = bytes.windows(16).position(|window| window == total.to_le_bytes()).unwrap();
    bytes[at..at + 16].copy_from_slice(&(total - 1).to_le_bytes());
    place.write("forged.bill", bytes);
}

#[test]
fn bills_come_through_the_inbox_from_a_customers_own_store() {
    let place = Place::settled(2);
    let given = place.done(&format!("export --meter home --period {PERIOD} -o given"));
    assert_eq!(given["missing"], json!([]));
    place.done("import given --store customer.redb");
    place.done(&format!(
        "bill prove --meter home --period {PERIOD} --key-file home.key -o x.bill --store customer.redb"
    ));
    let imported = place.done("import x.bill");
    assert_eq!((&imported[0]["kind"], &imported[0]["verdict"]), (&json!("bill"), &json!("accepted")));
    let waiting = place.done("list bills");
    assert_eq!(waiting[0]["verdict"], "waiting");
    let verdicts = place.done("bill verify");
    assert_eq!((verdicts.as_array().unwrap().len(), &verdicts[0]["verdict"]), (1, &json!("accepted")));
    assert_eq!(place.done("bill verify"), json!([]));
    assert_eq!(place.run("bill verify").out, "no bill is waiting\n");
}

#[test]
fn a_bill_from_batches_that_a_third_party_kept() {
    let place = Place::settled(2);
    fs::rename(place.path("batches"), place.path("kept")).unwrap();
    // This store has the meter and the tariff, and no batch.
    for words in ["register home.meter.pub", "tariff publish flat.tariff", "tariff assign home flat --from 2026-05-01"]
    {
        place.done(&format!("{words} --store other.redb"));
    }
    let order = format!("bill prove --meter home --period {PERIOD} --key-file home.key -o x.bill --store other.redb");
    assert_eq!(place.fails(&order), (1, "period-incomplete".into()));
    place.done(&format!("{order} --batches-from kept"));
    assert_eq!(place.done("bill verify x.bill")[0]["verdict"], "accepted");
}

#[test]
fn a_wrong_key_is_told_apart_from_a_tampered_batch() {
    let place = Place::settled(2);
    place.done("key new -o other.key");
    let order = format!("bill prove --meter home --period {PERIOD} -o x.bill");
    assert_eq!(place.fails(&format!("{order} --key-file other.key")), (2, "wrong-key".into()));
    assert_eq!(
        place.fails("readings show --meter home --period 2026-05 --key-file other.key"),
        (2, "wrong-key".into())
    );
    let batch = fs::read_dir(place.path("batches")).unwrap().next().unwrap().unwrap().path();
    let length = fs::metadata(&batch).unwrap().len() as usize;
    flipped(&batch, length - 100);
    let (code, reason) = place.fails(&format!("{order} --key-file home.key --batches-from batches"));
    assert_eq!((code, reason.as_str()), (1, "batch-signature"));
    assert!(!place.path("x.bill").exists());
}

#[test]
fn a_period_that_cannot_be_billed_says_why() {
    let place = Place::settled(2);
    let prove =
        |period: &str| place.fails(&format!("bill prove --meter home --period {period} --key-file home.key -o x"));
    assert_eq!(prove("2026-05"), (1, "period-incomplete".into()));
    assert_eq!(prove("2026-06"), (1, "period-not-over".into()));
    assert_eq!(prove("2026-04"), (1, "tariff-unassigned".into()));
    assert_eq!(prove("May"), (2, "period-unreadable".into()));
    let ran = place.run("bill prove --meter home --period 2026-05 --key-file home.key -o x");
    assert!(ran.err.contains("\n hint: import batch "), "{}", ran.err);
    place.write("second.tariff", support::TARIFF.replace("version 1", "version 2"));
    place.done("tariff publish second.tariff");
    place.done("tariff assign home flat@2 --from 2026-05-02");
    assert_eq!(prove(PERIOD), (1, "period-two-tariffs".into()));
    let ran = place.run(&format!("bill prove --meter home --period {PERIOD} --key-file home.key -o x"));
    assert!(ran.err.contains("bill 2026-05-01..2026-05-02 and 2026-05-02..2026-05-03"), "{}", ran.err);
}

#[test]
fn a_bill_under_an_unknown_tariff_waits() {
    let place = Place::settled(2);
    prove(&place, "x.bill");
    place.done("register home.meter.pub --store other.redb");
    let ran = place.run("bill verify x.bill --store other.redb --json");
    assert_eq!((ran.code, &ran.json()[0]["reason"]), (1, &json!("tariff-unknown")));
    assert_eq!(place.fails("tariff assign home nosuch --from 2026-05-01"), (2, "tariff-unknown".into()));
    assert_eq!(place.fails("tariff assign nobody flat --from 2026-05-01"), (2, "meter-unknown".into()));
}

#[test]
fn a_bill_shows_what_it_discloses() {
    let place = Place::settled(2);
    let proved = prove(&place, "x.bill");
    let shown = place.done("bill show x.bill --html x.html");
    assert_eq!((&shown["total"], &shown["tariff"]), (&proved["total"], &json!("flat@1")));
    assert_eq!((&shown["verdict"], &shown["bits_disclosed"]), (&Value::Null, &proved["bits_disclosed"]));
    let html = String::from_utf8(place.read("x.html")).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains(proved["total"].as_str().unwrap()));
    assert!(!html.contains("http"), "the page needs nothing outside it");
    // Without a store the file alone speaks.
    let alone = place.done("bill show x.bill --store nowhere.redb");
    assert_eq!((&alone["tariff"], &alone["slots"]), (&Value::Null, &json!(96)));
    assert_eq!(place.fails("bill show home.csv").0, 1);
    place.done("bill verify x.bill");
    assert_eq!(place.done("bill show x.bill")["verdict"], "accepted");
}

#[test]
fn time_is_what_the_environment_says() {
    let place = Place::settled(2);
    let order = format!("bill prove --meter home --period {PERIOD} --key-file home.key -o x.bill --json");
    let early = place.run_at(&order, "2026-05-02T12:00:00Z");
    assert_eq!((early.code, &early.json()["error"]["code"]), (1, &json!("period-not-over")));
    assert_eq!(place.run_at(&order, NOW).code, 0);
    assert_eq!(place.run_at(&order, "noon").json()["error"]["code"], "clock-not-an-instant");
}

#[test]
fn a_gap_is_told_with_its_time() {
    let place = Place::new();
    place.household(2);
    let text = String::from_utf8(place.read("home.csv")).unwrap();
    let gapped: Vec<&str> = text.lines().enumerate().filter(|(line, _)| *line != 30).map(|(_, line)| line).collect();
    place.write("home.csv", gapped.join("\n"));
    let made = place.done("meter new home.meter --id home");
    place.write("home.key", made["key"].as_str().unwrap());
    place.write("flat.tariff", support::TARIFF);
    for words in [
        "meter record home.meter --readings home.csv",
        "meter send home.meter --out batches",
        "register home.meter.pub",
        "import batches",
        "tariff publish flat.tariff",
        "tariff assign home flat --from 2026-05-01",
    ] {
        place.done(words);
    }
    let ran = place.run(&format!("bill prove --meter home --period {PERIOD} --key-file home.key -o x.bill"));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("register import has no reading at 2026-05-01T13:30:00Z"), "{}", ran.err);
}
