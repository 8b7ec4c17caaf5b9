//! The surface: help, versions, mistakes in the command, completions, manual pages, quiet and verbose, the demo.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use serde_json::json;
use support::{Place, TARIFF};

/// Every command, as it is typed.
#[cfg(not(feature = "cluster"))]
const COMMANDS: [&str; 47] = [
    "",
    "demo",
    "key",
    "key new",
    "key check",
    "key qr",
    "meter",
    "meter new",
    "meter record",
    "meter send",
    "meter fallback",
    "household",
    "readings",
    "readings convert",
    "readings show",
    "register",
    "import",
    "export",
    "list",
    "tariff",
    "tariff new",
    "tariff show",
    "tariff check",
    "tariff explain",
    "tariff lint",
    "tariff price",
    "tariff compare",
    "tariff publish",
    "tariff data",
    "tariff table",
    "tariff assign",
    "tariff import",
    "tariff import urdb",
    "bill",
    "bill prove",
    "bill verify",
    "bill show",
    "bulk",
    "bulk prove",
    "bulk verify",
    "store",
    "store stats",
    "store check",
    "store backup",
    "store settle",
    "bench",
    "tui",
];

/// Without the feature `cluster`, which adds to it.
#[test]
#[cfg(not(feature = "cluster"))]
fn the_help_of_every_command() {
    let place = Place::new();
    let mut all = String::new();
    for command in COMMANDS {
        let ran = place.run(&format!("{command} --help"));
        assert_eq!(ran.code, 0, "{command}");
        let group =
            ["", "key", "meter", "readings", "tariff", "tariff import", "bill", "bulk", "store"].contains(&command);
        assert!(group || ran.out.contains("Example:\n  wattproof "), "{command} has no example");
        all += &format!("$ wattproof {command} --help\n{}\n", ran.out);
    }
    insta::assert_snapshot!(all);
}

#[test]
#[cfg(not(feature = "cluster"))]
fn without_the_feature_there_is_no_queue() {
    let place = Place::new();
    assert_eq!(place.run("worker --queue sqlite:queue.db --json").json()["error"]["code"], "unknown-command");
    assert_eq!(place.run("bulk verify bills --queue sqlite:queue.db --json").json()["error"]["code"], "unknown-option");
}

#[test]
fn a_mistyped_command_is_told_the_right_one() {
    let place = Place::new();
    for (wrong, right) in [("regster x", "register"), ("tariff chek x", "check"), ("import x --jsn", "--json")] {
        let ran = place.run(wrong);
        assert!(ran.code == 2 && ran.err.contains(right), "{wrong}: {}", ran.err);
    }
    let ran = place.run("regster x --json");
    assert_eq!((ran.code, &ran.json()["error"]["code"]), (2, &json!("unknown-command")));
    assert!(ran.json()["error"]["hint"].as_str().unwrap().contains("register"));
    let ran = place.run("meter new --json");
    assert_eq!((ran.code, &ran.json()["error"]["code"]), (2, &json!("argument-missing")));
    assert_eq!(place.run("").code, 2);
}

#[test]
fn the_version_names_circuits_and_parameters() {
    let place = Place::new();
    let version = place.run("--version").out;
    let lines: Vec<&str> = version.lines().collect();
    assert!(lines[0].starts_with("wattproof 0."), "{version}");
    assert!(lines[1].starts_with("circuit version ") && lines[2].starts_with("public parameters "), "{version}");
    assert_eq!(lines[2].len(), "public parameters ".len() + 64);
}

#[test]
fn completions_and_manual_pages() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(place.run(&format!("completions {shell}")).out.contains("wattproof"), "{shell}");
    }
    let pages = place.done("man man1");
    assert!(pages["files"].as_array().unwrap().len() > 30);
    let page = String::from_utf8(place.read("man1/wattproof-meter-new.1")).unwrap();
    assert!(page.contains(".TH wattproof-meter-new") && page.contains("wattproof meter new"), "{page}");
}

#[test]
fn quiet_says_only_what_was_asked_for() {
    let place = Place::new();
    place.write("flat.tariff", TARIFF);
    assert_eq!(place.run("tariff publish flat.tariff -q").out, "");
    assert_eq!(place.run("key new -q").out.lines().count(), 1);
    assert!(place.run("tariff publish flat.tariff -v").out.contains("digest "));
    assert_eq!(place.run("tariff publish flat.tariff -q -v").code, 2);
    let ran = place.run("register no.pub -v");
    assert!(ran.err.contains("[file-unreadable]"), "{}", ran.err);
    assert!(!ran.err.contains('\u{1b}') && !ran.out.contains('\u{1b}'), "no colour off a terminal");
}

#[test]
fn a_bench_has_a_row_for_each_number_of_readings() {
    const FIELDS: [&str; 13] = [
        "family",
        "readings",
        "certify",
        "k",
        "prove_ms",
        "verify_ms",
        "bulk_verify_ms",
        "bulk_bills",
        "keys_ms",
        "proof_bytes",
        "bill_bytes",
        "peak_bytes",
        "msm_2_11_ms",
    ];
    let place = Place::new();
    let rows = place.done("bench --family S1 --readings 48,96");
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["readings"].as_u64().unwrap()).collect::<Vec<_>>(), [48, 96]);
    for row in rows {
        assert!(FIELDS.iter().all(|field| row.get(field).is_some()), "{row}");
        assert_eq!((&row["family"], &row["certify"], &row["k"]), (&json!("S1"), &json!("reading"), &json!(null)));
    }
    assert_eq!(place.fails("bench --family S1 --readings 48,50"), (2, "bench-readings".into()));
}

#[test]
fn the_demo_tells_the_whole_story() {
    let place = Place::new();
    let told = place.run("demo --days 2 --tariff linear --dir d");
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    assert!(told.out.contains("accepted: ") && told.out.contains("refused: "), "{}", told.out);
    for file in ["household.csv", "home.meter", "home.key", "home.bill", "forged.bill", "linear.tariff"] {
        assert!(place.path("d").join(file).exists(), "{file}");
    }
    assert_eq!(place.fails("demo --dir d"), (2, "folder-in-use".into()));
    assert_eq!(place.fails("demo --tariff free"), (2, "no-such-sample".into()));
    assert_eq!(place.run("demo --days 0").code, 2);
    for tariff in ["economy7", "blocks", "cumulative", "demand"] {
        let told = place.done(&format!("demo --days 1 --tariff {tariff}"));
        assert_eq!((&told["verdict"], &told["forged_verdict"]), (&json!("accepted"), &json!("refused")));
        // A day of `blocks` costs its minimum bill, which the compiler's own bounds let no total fall below.
        let reason = if tariff == "blocks" { "amount-out-of-bounds" } else { "proof-does-not-hold" };
        assert_eq!(told["forged_reason"], reason, "{tariff}");
        assert!(told["k"].is_u64() && told["total"].is_string());
    }
}

#[test]
fn a_day_is_measured() {
    let place = Place::new();
    let rows = place.done("bench --family S1 --readings 48");
    let row = &rows[0];
    assert_eq!((&row["family"], &row["readings"], &row["certify"]), (&json!("S1"), &json!(48), &json!("reading")));
    for field in ["prove_ms", "verify_ms", "bulk_verify_ms", "bulk_bills", "proof_bytes", "bill_bytes", "msm_2_11_ms"] {
        assert!(row[field].is_number(), "{field}");
    }
    assert_eq!(place.fails("bench --family S1 --readings 47"), (2, "bench-readings".into()));
    assert!(place.run("bench --family S1 --readings 48 --markdown").out.starts_with("| family | readings |"));
}
