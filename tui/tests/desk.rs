//! Keys, meters, households and readings: what is done, what is refused, and with which exit code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use serde_json::json;
use support::{Place, fields};

const KEY: &str = "WATTK EY1";

#[test]
fn a_key_is_made_checked_and_drawn() {
    let place = Place::new();
    let made = place.done("key new");
    let key = made["key"].as_str().unwrap();
    assert!(key.starts_with(KEY));
    // Case, blanks and hyphens do not count; standard input does.
    let typed = key.to_lowercase().replace(' ', "-");
    let checked = place.run_with("key check --key-file - --json", &typed);
    assert_eq!((checked.code, checked.json()), (0, json!({"valid": true})));
    place.done("key new -o home.key");
    assert_eq!(place.fails("key new -o home.key"), (2, "file-exists".into()));
    let drawn = place.done("key qr --key-file home.key");
    assert_eq!(drawn["qr"].as_str().unwrap().lines().map(|line| line.chars().count()).max(), Some(41));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place.path("home.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_mistyped_key_says_where() {
    let place = Place::new();
    let key = place.done("key new")["key"].as_str().unwrap().to_owned();
    let mut letters: Vec<char> = key.chars().collect();
    letters[20] = if letters[20] == 'Q' { 'P' } else { 'Q' };
    let ran = place.run_with("key check --key-file -", &letters.iter().collect::<String>());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("group 4, position 3"), "{}", ran.err);
    let check = |text: &str| place.run_with("key check --key-file - --json", text).json()["error"]["code"].clone();
    assert_eq!(check("hello"), "key-prefix");
    assert_eq!(check(&key[..40]), "key-length");
    assert_eq!(check(&key.replacen("EY1", "EY1b", 1)[..key.len()]), "key-character");
    // Nobody is there to be asked.
    assert_eq!(place.fails("key check"), (2, "key-needed".into()));
    assert_eq!(place.fails("key check --key-file no.key"), (2, "file-unreadable".into()));
}

#[test]
fn a_meter_is_made_once() {
    let place = Place::new();
    let made =
        place.done("meter new home.meter --id home --register import:Wh:20 --register export:Wh:16 --label l.svg");
    assert_eq!((&made["meter"], &made["pub_file"]), (&json!("home"), &json!("home.meter.pub")));
    assert!(made["key"].as_str().unwrap().starts_with(KEY));
    let label = String::from_utf8(place.read("l.svg")).unwrap();
    assert!(label.starts_with("<svg") && label.contains("home"));
    assert_eq!(place.fails("meter new home.meter --id home"), (2, "file-exists".into()));
    assert_eq!(place.fails("meter new b.meter --id b --label l.svg"), (2, "file-exists".into()));
    assert_eq!(place.fails("meter new c.meter --id c --label no/l.svg"), (2, "file-unwritable".into()));
    assert!(!place.path("b.meter").exists() && !place.path("c.meter").exists());
    assert_eq!(place.fails("meter new d.meter --id d --register import"), (2, "meter-register".into()));
    assert_eq!(place.fails("meter new e.meter --id e --slot 7"), (2, "slot-length".into()));
    // The customer's own key is not shown again on the screen.
    place.write("own.key", made["key"].as_str().unwrap());
    let ran = place.run("meter new f.meter --id f --key-file own.key");
    assert!(ran.code == 0 && !ran.out.contains(KEY));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place.path("home.meter")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_meter_records_counts_gaps_and_never_goes_back() {
    let place = Place::new();
    place.household(1);
    place.done("meter new home.meter --id home");
    let text = String::from_utf8(place.read("home.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let missing: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != 10).map(|(_, line)| *line).collect();
    place.write("gap.csv", missing.join("\n"));
    let recorded = place.done("meter record home.meter --readings gap.csv");
    assert_eq!((&recorded["gaps"], &recorded["batches"]), (&json!(1), &json!(2)));
    assert_eq!(fields(&recorded), ["batches", "gaps", "meter", "over_bound", "rows", "stands_at"]);
    assert_eq!(place.fails("meter record home.meter --readings home.csv"), (1, "reading-backwards".into()));
    place.write("twice.csv", [lines[0], lines[5], lines[5]].join("\n"));
    assert_eq!(place.fails("meter record home.meter --readings twice.csv"), (2, "readings-duplicate".into()));
    assert_eq!(place.fails("meter record no.meter --readings home.csv"), (2, "meter-file".into()));
    assert_eq!(place.fails("meter record home.csv --readings home.csv"), (2, "not-a-meter".into()));
    let sent = place.done("meter send home.meter --out out");
    assert_eq!((&sent["batches"], sent["files"].as_array().unwrap().len()), (&json!(2), 2));
    assert_eq!(place.done("meter send home.meter --out out")["batches"], 0);
    assert_eq!(place.done("meter send home.meter --out out --since 2026-05-01")["batches"], 1);
    assert_eq!(place.fails("meter send home.meter --out out --since may"), (2, "not-an-instant".into()));
}

#[test]
fn a_sealed_meter_asks_for_its_passphrase() {
    let place = Place::new();
    place.household(1);
    place.write("pass", "open sesame\n");
    place.write("wrong", "open barley\n");
    place.done("meter new home.meter --id home --passphrase-file pass");
    let record = "meter record home.meter --readings home.csv";
    assert_eq!(place.fails(record), (2, "meter-file-sealed".into()));
    assert_eq!(place.fails(&format!("{record} --passphrase-file wrong")), (2, "meter-passphrase".into()));
    place.done(&format!("{record} --passphrase-file pass"));
}

#[test]
fn a_fallback_gives_signed_totals_and_import_takes_it() {
    let place = Place::new();
    place.household(8);
    place.done("meter new home.meter --id home");
    place.done("meter record home.meter --readings home.csv");
    let order = "meter fallback home.meter --tz Europe/London --out home.fallback --period";
    let given = place.done(&format!("{order} 2026-05-01..2026-05-09"));
    assert_eq!((&given["slots"], &given["gaps"]), (&json!(384), &json!(0)));
    assert!(given["totals"][0]["total"].as_u64().unwrap() > 10_000);
    assert_eq!(place.fails(&format!("{order} 2026-05-02..2026-05-09")), (1, "fallback-overlap".into()));
    assert_eq!(place.fails(&format!("{order} 2026-06")), (1, "fallback-not-over".into()));
    let ran = place.run("import home.fallback --json");
    assert_eq!((ran.code, &ran.json()[0]["reason"]), (1, &json!("meter-unregistered")));
    place.done("register home.meter.pub");
    assert_eq!(place.done("import home.fallback")[0]["verdict"], "accepted");
    support::flipped(&place.path("home.fallback"), 30);
    assert_eq!(place.run("import home.fallback --json").code, 1);
}

#[test]
fn a_household_is_the_same_for_the_same_seed() {
    let place = Place::new();
    let order = "--days 1 --start 2026-03-29 --tz Europe/London --seed";
    let made = place.done(&format!("household a.csv {order} 1"));
    assert_eq!((&made["slots"], &made["first"]), (&json!(46), &json!("2026-03-29T00:00:00Z")));
    place.done(&format!("household b.csv {order} 1"));
    place.done(&format!("household c.csv {order} 2 --profile ev"));
    assert!(place.read("a.csv") == place.read("b.csv") && place.read("a.csv") != place.read("c.csv"));
    assert_eq!(
        place.fails(&format!("household d.csv {order} 1 --profile castle")),
        (2, "household-no-such-profile".into())
    );
    assert_eq!(place.fails("household d.csv --days 1 --seed 1 --tz Mars/Olympus"), (2, "no-such-zone".into()));
    assert_eq!(place.fails("household d.csv --days 0 --seed 1"), (2, "household-days".into()));
    assert_eq!(place.fails("household d.csv --days 1 --seed 1 --start may"), (2, "not-a-date".into()));
    assert_eq!(place.fails("household no/d.csv --days 1 --seed 1"), (2, "file-unwritable".into()));
}

#[test]
fn other_peoples_files_are_settled_or_refused() {
    let place = Place::new();
    let rows = "Used (kWh), Start\n0.25, 2026-10-25T00:30:00+01:00\n0.5, 2026-10-25T01:00:00+01:00\n\
                0.125, 2026-10-25T01:30:00+01:00\n0.75, 2026-10-25T01:00:00+00:00\n";
    place.write("theirs.csv", rows);
    let run = |words: &[&str]| {
        let output = place.command().args(["readings", "convert"]).args(words).arg("--json").output().unwrap();
        let ran = support::Ran::from(output);
        (ran.code, ran.json())
    };
    let usual = ["theirs.csv", "-o", "ours.csv", "--time", "Start", "--value", "import=Used (kWh)", "--stamp", "start"];
    let (code, report) = run(&[&usual[..], &["--unit", "kWh"]].concat());
    assert_eq!((code, &report["slots"], &report["gaps"]), (0, &json!(4), &json!(0)), "{report}");
    let ours = String::from_utf8(place.read("ours.csv")).unwrap();
    assert!(ours.starts_with("start,import_wh\n2026-10-25T00:30:00+01:00,250\n"), "{ours}");
    let reason =
        |(code, answer): (i32, serde_json::Value)| (code, answer["error"]["code"].as_str().unwrap().to_owned());
    assert_eq!(reason(run(&[&usual[..], &["--unit", "Wh"]].concat())), (2, "convert-fraction".into()));
    let over = ["theirs.csv", "-o", "theirs.csv", "--time", "Start", "--value", "import=Used (kWh)"];
    assert_eq!(
        reason(run(&[&over[..], &["--unit", "kWh", "--stamp", "start"]].concat())),
        (2, "output-is-input".into())
    );
    let other = ["theirs.csv", "-o", "o.csv", "--time", "When", "--value", "import=Used (kWh)"];
    assert_eq!(
        reason(run(&[&other[..], &["--unit", "kWh", "--stamp", "end"]].concat())),
        (2, "convert-no-such-column".into())
    );
    let bare = ["theirs.csv", "-o", "o.csv", "--time", "Start", "--value", "Used", "--unit", "kWh", "--stamp", "end"];
    assert_eq!(reason(run(&bare)), (2, "not-a-value-column".into()));
    let lacking = ["theirs.csv", "-o", "o.csv", "--time", "Start", "--value", "import=Used (kWh)", "--unit", "kWh"];
    let (code, answer) = run(&lacking);
    assert_eq!((code, answer["error"]["message"].as_str()), (2, Some("--stamp is needed with --format csv")));
    assert_eq!(reason(run(&lacking)), (2, "option-needed".into()));
    let form = ["--time-format", "%Y-%m-%dT%H:%M:%S%:z", "--midnight", "begin"];
    assert_eq!(run(&[&usual[..], &["--unit", "kWh"], &form[..]].concat()).0, 0);
}

/// A file of the fixtures, as text.
fn fixture(name: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)).unwrap()
}

#[test]
fn green_button_and_nem12_files_are_converted() {
    let place = Place::new();
    place.write("usage.xml", fixture("readings/greenbutton.xml"));
    place.write("nem12.csv", fixture("readings/nem12.csv"));
    let made = place.done("readings convert usage.xml -o a.csv --format greenbutton --tz Europe/London");
    assert_eq!((&made["slots"], &made["substituted"], &made["duplicates"]), (&json!(4), &json!(1), &json!(1)));
    assert_eq!(made["left_out"].as_array().map(Vec::len), Some(1));
    let ours = String::from_utf8(place.read("a.csv")).unwrap();
    assert!(ours.starts_with("start,import_wh,export_wh\n2026-10-25T01:00:00+01:00,182,0\n"), "{ours}");
    let made = place.done("readings convert nem12.csv -o b.csv --format nem12 --tz +10:00 --value import=E1");
    assert_eq!((&made["slot_minutes"], &made["gaps"]), (&json!(60), &json!(4)));
    let refused = [
        ("usage.xml --format greenbutton --unit kWh", "option-foreign"),
        ("usage.xml --format greenbutton --value import=MeterReading/9", "greenbutton-no-such-stream"),
        ("usage.xml --format nem12 --tz +10:00", "nem12-no-header"),
        ("nem12.csv --format nem12", "option-needed"),
        ("nem12.csv --format nem12 --tz Australia/Sydney", "nem12-summer-time"),
        ("nem12.csv --format nem12 --tz +10:00 --slot 30", "stream-other-length"),
        ("nem12.csv --format nem12 --tz +25:00", "no-such-zone"),
        ("nem12.csv --format greenbutton", "greenbutton-no-meter-reading"),
    ];
    for (words, code) in refused {
        assert_eq!(place.fails(&format!("readings convert {words} -o c.csv")), (2, code.into()), "{words}");
    }
}

#[test]
fn a_rate_becomes_a_tariff_that_prices() {
    let place = Place::new();
    let cases: serde_json::Value = serde_json::from_str(&fixture("urdb/cases.json")).unwrap();
    let named = |name: &str| cases["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
    place.write("rate.json", named("tiers_rise_differently")["rate"].to_string());
    let import = "tariff import urdb rate.json -o rate.tariff";
    assert_eq!(place.fails(import), (2, "urdb-tiers-needed".into()));
    let made = place.done(&format!("{import} --tiers prorate"));
    assert_eq!(
        (&made["name"], &made["zone"], &made["zone_given"]),
        (&json!("urdb_rate"), &json!("UTC"), &json!(false))
    );
    let made = place.done(&format!("{import} --tiers sequential --tz america/new_york --slot 60"));
    assert_eq!(made["zone"], "America/New_York");
    let text = String::from_utf8(place.read("rate.tariff")).unwrap();
    assert!(text.contains("zone America/New_York, slot 60 min") && text.contains("blocks in time order"), "{text}");
    place.done("tariff check rate.tariff");
    place.done("household home.csv --days 31 --seed 1 --start 2026-03-01 --tz America/New_York");
    place.done(&format!("{import} --tiers prorate --tz America/New_York"));
    let bill = place.done("tariff price rate.tariff --readings home.csv --period 2026-03");
    let names: Vec<&str> =
        bill["lines"].as_array().unwrap().iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["energy", "demand_flat", "demand_tou", "fixed", "minimum_topup"]);
    assert_eq!(place.fails(&format!("{import} --tz Mars/Olympus")), (2, "no-such-zone".into()));
    assert_eq!(place.fails(&format!("{import} --slot 7")), (2, "urdb-slot".into()));
    assert_eq!(place.fails("tariff import urdb rate.json -o rate.json"), (2, "output-is-input".into()));
    assert_eq!(place.fails("tariff import urdb none.json -o x.tariff"), (2, "file-unreadable".into()));
    let told = place.run(&format!("{import} --tiers prorate")).out;
    assert!(told.contains("hours are UTC's: say --tz ZONE"), "{told}");
}

#[test]
fn readings_are_decrypted_to_the_screen_or_to_a_file() {
    let place = Place::settled(2);
    let shown = place.done("readings show --meter home --period 2026-05-01..2026-05-03 --key-file home.key");
    let readings = shown["readings"].as_array().unwrap();
    assert_eq!((readings.len(), &shown["zone"]), (96, &json!("Europe/London")));
    assert_eq!(readings[0]["start"], "2026-05-01T00:00:00+01:00");
    assert!(readings[0]["import_wh"].is_u64());
    place.done("readings show --meter home --period 2026-05-01..2026-05-03 --key-file home.key -o back.csv");
    let (ours, back) = (place.read("home.csv"), place.read("back.csv"));
    assert_eq!(ours[..back.len()], back[..]);
    let again = "readings show --meter home --period 2026-05-01..2026-05-03 --key-file home.key -o back.csv";
    assert_eq!(place.fails(again), (2, "file-exists".into()));
    let table = place.run("readings show --meter home --period 2026-05-01..2026-05-03 --key-file home.key").out;
    assert_eq!(table.lines().count(), 4, "{table}");
}
