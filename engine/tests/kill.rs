//! An import killed at any moment loses nothing it reported and leaves nothing half done.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Desk, now};
use wattproof_engine::archive::Kept;
use wattproof_engine::import::import;
use wattproof_engine::show::{self, Filter};
use wattproof_engine::store::Store;

const STORE: &str = "WATTPROOF_TEST_STORE";
const FILES: &str = "WATTPROOF_TEST_FILES";
/// How many files an earlier round has kept.
const SKIP: &str = "WATTPROOF_TEST_SKIP";

/// Not a test: what is killed. Imports file after file and says so after each. Without a store there is nothing to do.
#[test]
fn importer() {
    let (Some(store), Some(files)) = (std::env::var_os(STORE), std::env::var_os(FILES)) else { return };
    let skip = std::env::var(SKIP).unwrap().parse().unwrap();
    for file in sorted(Path::new(&files)).into_iter().skip(skip) {
        let imported = import(&Store::at(&store), std::slice::from_ref(&file), now(), &mut |_| {}).unwrap();
        assert!(imported[0].result.is_ok());
        println!("\nkept {}", file.display());
        std::io::stdout().flush().unwrap();
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Kills the importer again and again, each time a little later; what it reported must be there, and the store whole.
fn kill(rounds: u64) {
    let desk = Desk::new("economy7");
    let files = desk.folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    for batch in &desk.household("2020-01-01", 12 * rounds as u32) {
        std::fs::write(files.join(format!("{}.batch", batch.header().number())), batch.as_bytes()).unwrap();
    }
    let mut kept = 0;
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "importer", "--nocapture"])
            .env(STORE, desk.store.path())
            .env(FILES, &files)
            .env(SKIP, kept.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let named = |line: String| line.strip_prefix("kept ").map(PathBuf::from);
        let mut reported: Vec<PathBuf> = lines.by_ref().filter_map(named).take(round as usize % 5 + 1).collect();
        std::thread::sleep(Duration::from_micros(round * 7_919 % 23_000));
        child.kill().unwrap();
        child.wait().unwrap();
        reported.extend(lines.filter_map(named));
        assert!(!reported.is_empty());
        kept = whole(&desk, kept, &reported, round);
    }
}

/// How many batches the store holds after a kill, which is what was reported and at most one more.
fn whole(desk: &Desk, before: usize, reported: &[PathBuf], round: u64) -> usize {
    let kept = show::batches(&desk.store, &Filter::default()).unwrap().len();
    let new = kept - before;
    assert!(
        new == reported.len() || new == reported.len() + 1,
        "round {round}: {new} new, {} reported",
        reported.len()
    );
    let again = desk.import_all(reported);
    assert!(again.iter().all(|one| one.result == Ok(Kept::Already)), "round {round}: what was reported is lost");
    assert_eq!(desk.store.check().unwrap().records, 4 + kept as u64, "round {round}");
    kept
}

#[test]
fn an_import_killed_at_any_moment_loses_nothing_it_reported() {
    kill(20);
}

#[test]
#[ignore = "two hundred kills take a minute"]
fn an_import_killed_two_hundred_times() {
    kill(200);
}
