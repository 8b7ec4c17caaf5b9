//! The store behind the commands: importing, listing, tariffs, looking after it, and the exit codes of each class.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::fs;

use serde_json::json;
use support::{Place, TARIFF, fields, flipped};

#[test]
fn importing_again_changes_nothing_and_junk_is_refused_with_a_reason() {
    let place = Place::settled(2);
    let again = place.done("import batches home.meter.pub flat.tariff");
    assert!(again.as_array().unwrap().iter().all(|file| file["already"] == json!(true)));
    let batch = fs::read_dir(place.path("batches")).unwrap().next().unwrap().unwrap().path();
    flipped(&batch, 60);
    place.write("junk.batch", "junk");
    place.write("junk.bin", "junk");
    let ran = place.run("import batches junk.batch junk.bin no.batch --json");
    let files = ran.json();
    let refused: Vec<_> = files.as_array().unwrap().iter().filter(|file| file["verdict"] == "refused").collect();
    assert_eq!((ran.code, refused.len()), (2, 4), "a path that is not there is the command's fault");
    let expected = ["already", "file", "hint", "kind", "message", "reason", "rival", "verdict"];
    assert!(refused.iter().all(|file| fields(file) == expected && file["message"].is_string()));
    assert_eq!(place.run("import batches").code, 1);
}

#[test]
fn lists_are_tables_csv_or_json() {
    let place = Place::settled(2);
    let meters = place.done("list meters");
    assert_eq!((&meters[0]["meter"], &meters[0]["tariff"]), (&json!("home"), &json!("flat@1")));
    let batches = place.done("list batches --meter home --limit 2");
    assert_eq!((batches.as_array().unwrap().len(), &batches[0]["standing"]), (2, &json!("counts")));
    assert_eq!(place.done("list batches --period 2026-05-02..2026-05-03").as_array().unwrap().len(), 2);
    let tariffs = place.done("list tariffs");
    assert_eq!((&tariffs[0]["name"], &tariffs[0]["version"]), (&json!("flat"), &json!(1)));
    assert_eq!(place.done("list bills"), json!([]));
    let csv = place.run("list batches --csv").out;
    assert!(csv.starts_with("meter,number,start,end,slots,gaps,bytes,standing,header\nhome,"), "{csv}");
    assert_eq!(place.run("list bills").out, "no bill matches\n");
    assert_eq!(place.fails("list batches --meter nobody"), (2, "meter-unknown".into()));
}

#[test]
fn a_tariff_is_checked_at_its_source() {
    let place = Place::new();
    let template = place.done("tariff new mine.tariff");
    assert_eq!(template["file"], "mine.tariff");
    assert_eq!(place.fails("tariff new mine.tariff"), (2, "file-exists".into()));
    assert_eq!(place.done("tariff check mine.tariff")["valid"], true);
    place.write("flat.tariff", TARIFF);
    let shown = place.done("tariff show flat.tariff");
    assert_eq!((&shown["name"], &shown["currency"]), (&json!("flat"), &json!("GBP")));

    let broken = TARIFF.replace("25 p/kWh", "25 p/kW").replace("40 p/day * days", "40 p/day * dais");
    place.write("broken.tariff", broken);
    let ran = place.run("tariff check broken.tariff --json");
    let answer = ran.json();
    let findings = answer["findings"].as_array().unwrap();
    assert_eq!((ran.code, &answer["valid"], findings.len()), (1, &json!(false), 2), "{}", ran.out);
    assert_eq!(fields(&findings[0]), ["code", "column", "help", "line", "message", "related", "span"]);
    assert_eq!((&findings[0]["line"], &findings[1]["line"]), (&json!(4), &json!(5)));
    assert_eq!(answer["error"]["code"], "tariff-invalid");
    let drawn = place.run("tariff check broken.tariff");
    assert!(drawn.err.contains("broken.tariff:4:") && drawn.err.contains("error: broken.tariff has 2 mistakes"));
    // Elsewhere a broken tariff is one's own file.
    assert_eq!(place.fails("tariff publish broken.tariff"), (2, "tariff-invalid".into()));
    assert_eq!(place.fails("tariff check no.tariff"), (2, "file-unreadable".into()));
}

#[test]
fn tariffs_are_priced_compared_and_explained() {
    let place = Place::new();
    place.household(2);
    place.write("flat.tariff", TARIFF);
    place.write("dear.tariff", TARIFF.replace("25 p/kWh", "50 p/kWh"));
    let bill = place.done("tariff price flat.tariff --readings home.csv");
    assert_eq!((&bill["period"], &bill["currency"]), (&json!("2026-05-01..2026-05-04"), &json!("GBP")));
    assert_eq!(bill["lines"][1], json!({"name": "standing", "amount": "1.20", "exact": "1.20"}));
    let bills =
        place.done("tariff compare dear.tariff flat.tariff --readings home.csv --period 2026-05-01..2026-05-03");
    assert_eq!(bills.as_array().unwrap().len(), 2);
    let total = |at: usize| bills[at]["total"].as_str().unwrap().parse::<f64>().unwrap();
    assert!(total(0) < total(1), "the cheapest first");
    let explained = place.done("tariff explain flat.tariff --period 2026-05");
    for field in ["k", "linked_rows", "proof_bytes", "bits_disclosed", "bits_held"] {
        assert!(explained[field].is_number(), "{field}");
    }
    assert_eq!(explained["bits_held"], json!(1488 * 20));
    let price = |words: &str| place.fails(&format!("tariff price flat.tariff --readings {words}"));
    assert_eq!(price("home.csv --period 2026-06"), (2, "slot-uncovered".into()));
    assert_eq!(price("flat.tariff"), (2, "readings-no-start-column".into()));
    assert_eq!(price("no.csv"), (2, "readings-file".into()));
}

#[test]
fn a_version_stands_for_its_text() {
    let place = Place::new();
    place.write("flat.tariff", TARIFF);
    let published = place.done("tariff publish flat.tariff");
    assert_eq!(fields(&published), ["already", "digest", "name", "version"]);
    assert_eq!(place.done("tariff publish flat.tariff")["already"], true);
    place.write("flat.tariff", TARIFF.replace("25 p/kWh", "26 p/kWh"));
    assert_eq!(place.fails("tariff publish flat.tariff"), (2, "tariff-version-taken".into()));
    place.done("meter new home.meter --id home");
    place.done("register home.meter.pub");
    assert_eq!(place.done("tariff assign home flat --from 2026-05-01")["version"], 1);
    assert_eq!(place.fails("tariff assign home flat@x --from 2026-05-01"), (2, "not-a-tariff-name".into()));
    assert_eq!(place.fails("tariff assign home flat@1 --from soon"), (2, "not-a-date".into()));
    place.write("b.tariff", TARIFF.replace("version 1", "version 2"));
    place.done("tariff publish b.tariff");
    assert_eq!(place.fails("tariff assign home flat@2 --from 2026-05-01"), (1, "assignment-conflict".into()));
}

#[test]
fn the_store_is_counted_checked_and_copied() {
    let place = Place::settled(2);
    let stats = place.done("store stats");
    let batches = stats["tables"].as_array().unwrap().iter().find(|table| table["name"] == "batches").unwrap();
    assert_eq!(batches["records"], json!(3));
    assert_eq!(place.done("store check")["whole"], true);
    place.done("store backup copy.redb");
    assert_eq!(place.fails("store backup copy.redb"), (2, "file-exists".into()));
    assert_eq!(place.done("list meters --store copy.redb"), place.done("list meters"));
    assert_eq!(place.fails("store stats --store no.redb"), (2, "no-store".into()));
    assert_eq!(place.fails("store stats --store home.csv").1, "not-a-store");
    // A folder stands for the store's file in it.
    assert_eq!(place.done("store stats --store .")["tables"], stats["tables"]);
    let length = fs::metadata(place.path("copy.redb")).unwrap().len();
    fs::OpenOptions::new().write(true).open(place.path("copy.redb")).unwrap().set_len(length / 2).unwrap();
    assert_eq!(place.fails("store check --store copy.redb"), (3, "store-damaged".into()));
}

#[test]
fn registering_twice_and_junk() {
    let place = Place::new();
    place.done("meter new home.meter --id home");
    assert_eq!(place.done("register home.meter.pub")["already"], false);
    assert_eq!(place.done("register home.meter.pub")["already"], true);
    place.write("junk.pub", "junk");
    assert_eq!(place.fails("register junk.pub").0, 1);
    place.done("meter new other.meter --id home");
    assert_eq!(place.fails("register other.meter.pub"), (1, "meter-name-taken".into()));
    assert_eq!(place.fails("register no.pub"), (2, "file-unreadable".into()));
}

#[test]
fn an_export_says_what_is_missing() {
    let place = Place::settled(2);
    let given = place.done("export --meter home --period 2026-05 -o given");
    assert!(!given["missing"].as_array().unwrap().is_empty());
    assert!(place.run("export --meter home --period 2026-05 -o given").out.contains("batches missing"));
    assert_eq!(place.fails("export --meter nobody --period 2026-05 -o given"), (2, "meter-unknown".into()));
}

/// Rivals themselves are made in the engine's tests; here a number is settled, by a header's first digits.
#[test]
fn a_number_is_settled_by_a_person() {
    let place = Place::settled(2);
    let batch = place.done("list batches --limit 1")[0].clone();
    let header = batch["header"].as_str().unwrap();
    let settle = |keep: &str| format!("store settle --meter home --number {} --keep {keep}", batch["number"]);
    assert_eq!(place.fails(&settle("ffffffffffffffffffff")), (2, "batch-unknown".into()));
    assert_eq!(place.done(&settle(&header[..12]))["header"], json!(header));
}
