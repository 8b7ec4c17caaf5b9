//! `bulk prove` and `bulk verify`: what they answer, and how they end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::fs;

use serde_json::json;
use support::{Place, fields};

const PROVE: &str = "bulk prove --keys keys --period 2026-05-01..2026-05-03 --out bills";

fn place() -> Place {
    let place = Place::settled(2);
    fs::create_dir(place.path("keys")).unwrap();
    fs::copy(place.path("home.key"), place.path("keys/home.key")).unwrap();
    place
}

#[test]
fn bills_are_proved_and_verified_and_neither_twice() {
    let place = place();
    let proved = place.done(PROVE);
    let names = ["accepted", "already", "count", "per_second", "refusals", "refused", "seconds"];
    assert_eq!(fields(&proved), names);
    assert_eq!((&proved["count"], &proved["accepted"], &proved["already"]), (&json!(1), &json!(1), &json!(0)));
    let bytes = place.read("bills/home.bill");
    let again = place.done(PROVE);
    assert_eq!((&again["accepted"], &again["already"]), (&json!(1), &json!(1)));
    assert_eq!(place.read("bills/home.bill"), bytes, "what is there stays");

    let verified = place.done("bulk verify bills --jobs 2");
    assert_eq!(fields(&verified), names);
    assert_eq!(
        (&verified["accepted"], &verified["refused"], &verified["refusals"]),
        (&json!(1), &json!(0), &json!([]))
    );
    assert!(verified["seconds"].is_f64() && verified["per_second"].is_f64());
    assert_eq!(place.done("bulk verify bills")["already"], 1);
    assert_eq!(place.done("bill verify bills/home.bill")[0]["already"], true);
}

#[test]
fn what_is_refused_is_told_with_its_reason() {
    let place = place();
    place.done("key new -o keys/nobody.key");
    place.write("keys/broken.key", "no key");
    let ran = place.run(&format!("{PROVE} --json"));
    let told = ran.json();
    assert_eq!((ran.code, &told["accepted"], &told["refused"]), (1, &json!(1), &json!(2)));
    assert_eq!(
        (&told["refusals"][0]["meter"], &told["refusals"][0]["reason"]),
        (&json!("broken"), &json!("meter-unknown"))
    );
    assert_eq!(fields(&told["refusals"][1]), ["file", "hint", "message", "meter", "reason"]);

    let mut forged = place.read("bills/home.bill");
    *forged.last_mut().unwrap() ^= 1;
    place.write("bills/forged.bill", &forged);
    place.write("bills/short.bill", "short");
    let ran = place.run("bulk verify bills --json");
    let told = ran.json();
    assert_eq!((ran.code, &told["count"], &told["accepted"]), (1, &json!(3), &json!(1)));
    let reasons: Vec<_> = told["refusals"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    let one_by_one = place.run("bill verify bills/forged.bill bills/short.bill --json").json();
    assert_eq!(reasons, [&one_by_one[0]["reason"], &one_by_one[1]["reason"]]);
    let text = place.run("bulk verify bills");
    assert!(text.out.contains("refused   bills/forged.bill") && text.out.contains("1 accepted, 2 refused of 3 bills"));
}

#[test]
fn folders_and_numbers_that_are_wrong() {
    let place = place();
    assert_eq!(place.fails("bulk verify nowhere"), (2, "file-unreadable".into()));
    assert_eq!(place.fails("bulk prove --keys nowhere --period 2026-05 --out bills"), (2, "folder-unreadable".into()));
    assert_eq!(place.run("bulk verify bills --jobs 0").code, 2);
    fs::create_dir(place.path("empty")).unwrap();
    assert_eq!(place.done("bulk verify empty")["count"], 0);
}
