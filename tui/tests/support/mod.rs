//! The program, run in a folder of its own at a fixed time.
#![allow(dead_code, reason = "each test uses some of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

/// The present in these tests.
pub const NOW: &str = "2026-06-01T12:00:00Z";

/// A tariff of four days' readings that is quick to prove.
pub const TARIFF: &str = "\
tariff flat version 1 in GBP, zone Europe/London, slot 30 min
register import in Wh, below 2^20
gaps refuse
charge energy   = price import { 25 p/kWh }
charge standing = 40 p/day * days
total           = energy + standing  rounded half up to 1 p
";

/// A folder, and what is run in it.
pub struct Place {
    pub folder: TempDir,
}

/// What a run came to.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Place { folder: TempDir::new().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(cargo_bin("wattproof"));
        command.current_dir(self.folder.path()).env_clear();
        command.env("WATTPROOF_NOW", NOW).env("WATTPROOF_STORE", self.path("store.redb"));
        command
    }

    /// Runs words split at blanks.
    pub fn run(&self, words: &str) -> Ran {
        self.run_at(words, NOW)
    }

    pub fn run_at(&self, words: &str, now: &str) -> Ran {
        let output = self.command().env("WATTPROOF_NOW", now).args(words.split_whitespace()).output().unwrap();
        Ran::from(output)
    }

    /// Runs with text on standard input.
    pub fn run_with(&self, words: &str, input: &str) -> Ran {
        let mut command = assert_cmd::Command::from_std(self.command());
        Ran::from(command.args(words.split_whitespace()).write_stdin(input).output().unwrap())
    }

    /// Runs what must be done, and gives its JSON.
    pub fn done(&self, words: &str) -> Value {
        let ran = self.run(&format!("{words} --json"));
        assert_eq!(ran.code, 0, "{words}: {}{}", ran.out, ran.err);
        ran.json()
    }

    /// Runs what must fail: exit code and reason.
    pub fn fails(&self, words: &str) -> (i32, String) {
        let ran = self.run(&format!("{words} --json"));
        assert!(ran.err.contains("error: ") && ran.err.contains("\n hint: "), "{words}: {}", ran.err);
        (ran.code, ran.json()["error"]["code"].as_str().unwrap().to_owned())
    }

    /// A household of `days` local days from 2026-05-01, and one day more, so that the last batch is complete.
    pub fn household(&self, days: u32) {
        let days = days + 1;
        self.done(&format!("household home.csv --days {days} --seed 7 --start 2026-05-01 --tz Europe/London"));
    }

    /// Everything up to a bill: `home.meter`, `home.key`, `batches/`, a store with the tariff assigned.
    pub fn settled(days: u32) -> Self {
        Place::settled_under(days, TARIFF)
    }

    /// The same under another tariff.
    pub fn settled_under(days: u32, tariff: &str) -> Self {
        let place = Place::new();
        place.household(days);
        let made = place.done("meter new home.meter --id home");
        place.write("home.key", made["key"].as_str().unwrap());
        place.done("meter record home.meter --readings home.csv");
        place.done("meter send home.meter --out batches");
        place.done("register home.meter.pub");
        place.done("import batches");
        place.write("flat.tariff", tariff);
        let name = place.done("tariff publish flat.tariff")["name"].as_str().unwrap().to_owned();
        place.done(&format!("tariff assign home {name}@1 --from 2026-05-01"));
        place
    }
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The names of a JSON object's fields, in order.
pub fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// The bytes of a file with one bit flipped.
pub fn flipped(path: &Path, byte: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1;
    fs::write(path, bytes).unwrap();
}
