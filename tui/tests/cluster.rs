//! `bulk … --queue` and `worker`: the same answers as without, whoever is killed.
#![cfg(feature = "cluster")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Place, fields};

const PROVE: &str = "bulk prove --keys keys --period 2026-05-01..2026-05-03 --out bills --queue sqlite:queue.db";

/// Meters `home`, `m1`, `m2`, … with keys and batches of two days.
fn place(meters: usize) -> Place {
    let place = Place::settled(2);
    fs::create_dir(place.path("keys")).unwrap();
    fs::copy(place.path("home.key"), place.path("keys/home.key")).unwrap();
    for name in (1..meters).map(|n| format!("m{n}")) {
        let made = place.done(&format!("meter new {name}.meter --id {name}"));
        place.write(&format!("keys/{name}.key"), made["key"].as_str().unwrap());
        place.done(&format!("meter record {name}.meter --readings home.csv"));
        place.done(&format!("meter send {name}.meter --out batches"));
        place.done(&format!("register {name}.meter.pub"));
        place.done(&format!("tariff assign {name} flat@1 --from 2026-05-01"));
    }
    place.done("import batches");
    place
}

fn start(place: &Place, words: &str) -> Child {
    let mut command = place.command();
    command.args(words.split_whitespace()).arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn worker(place: &Place) -> Child {
    start(place, "worker --queue sqlite:queue.db --jobs 1")
}

/// The answer of a process that ends by itself.
fn answer(child: Child) -> (i32, Value) {
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// Asks a process to stop, as a service manager does.
fn terminate(child: &Child) {
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
}

#[test]
fn a_worker_is_killed_and_every_bill_is_done_once() {
    let place = place(12);
    place.write("keys/broken.key", "no key");
    let mut first = worker(&place);
    let asking = start(&place, PROVE);
    let begun = Instant::now();
    // Bills appear when a whole job is done.
    while fs::read_dir(place.path("bills")).map_or(0, Iterator::count) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(120), "no bill comes");
        sleep(Duration::from_millis(20));
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let second = worker(&place);
    let (code, proved) = answer(asking);
    let names = ["accepted", "already", "count", "per_second", "refusals", "refused", "seconds"];
    assert_eq!((code, fields(&proved)), (1, names.to_vec()));
    assert_eq!((&proved["accepted"], &proved["already"], &proved["refused"]), (&json!(12), &json!(0), &json!(1)));
    assert_eq!(proved["refusals"][0]["reason"], "meter-unknown");

    let mut forged = place.read("bills/m3.bill");
    *forged.last_mut().unwrap() ^= 1;
    place.write("bills/m3.bill", &forged);
    fs::copy(place.path("store.redb"), place.path("plain.redb")).unwrap();
    let told = place.run("bulk verify bills --queue sqlite:queue.db --json");
    let plain = place.run("bulk verify bills --store plain.redb --json");
    assert_eq!((told.code, plain.code), (1, 1));
    let (told, plain) = (told.json(), plain.json());
    for field in ["count", "accepted", "already", "refusals"] {
        assert_eq!(told[field], plain[field], "{field}");
    }
    assert_eq!((&told["accepted"], &told["refusals"][0]["reason"]), (&json!(11), &json!("proof-does-not-hold")));

    terminate(&second);
    let (code, worked) = answer(second);
    assert_eq!((code, fields(&worked)), (0, vec!["bills", "failed", "jobs", "queue", "seconds"]));
    assert!(worked["bills"].as_u64().unwrap() >= 12 && worked["failed"] == 0, "{worked}");
}

#[test]
fn queues_that_are_none() {
    let place = place(1);
    for command in ["worker --queue queue.db", "bulk verify keys --queue mysql://a/b"] {
        assert_eq!(place.fails(command), (2, "queue-address".into()));
    }
    assert_eq!(place.fails("worker --queue sqlite:no/folder/queue.db"), (3, "queue-unreachable".into()));
    assert_eq!(place.run(&format!("{PROVE} --jobs 2")).code, 2, "the workers have their own --jobs");
}

#[test]
fn the_help_tells_of_queues() {
    let place = Place::new();
    for command in ["worker", "bulk prove", "bulk verify"] {
        let help = place.run(&format!("{command} --help"));
        assert!(help.code == 0 && help.out.contains("--queue <URL>") && help.out.contains("Example:\n  wattproof "));
    }
}
