//! The program itself in a pseudo-terminal: from an empty store to an accepted bill, through a refused one, and what
//! happens to the terminal when it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![cfg(unix)]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

const NOW: &str = "2026-06-15T12:00:00Z";
/// Proofs in a debug build on a busy machine take their time.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program on a terminal.
struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    keys: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    closing: Arc<AtomicBool>,
}

impl Terminal {
    fn open(folder: &Path, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(cargo_bin("wattproof"));
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("WATTPROOF_NOW", NOW)] {
            command.env(name, value);
        }
        command.env("WATTPROOF_STORE", folder.join("store.redb"));
        command.cwd(folder);
        command.args(arguments);
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(some(40), some(120), 0)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let closing = Arc::new(AtomicBool::new(false));
        let (parser, all, stop) = (screen.clone(), raw.clone(), closing.clone());
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                parser.lock().unwrap().process(&bytes[..count]);
                all.lock().unwrap().extend_from_slice(&bytes[..count]);
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let keys = Some(pair.master.take_writer().unwrap());
        Terminal { screen, raw, keys, child, master: Some(pair.master), closing }
    }

    fn shown(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn press(&mut self, keys: &str) {
        let to = self.keys.as_mut().unwrap();
        to.write_all(keys.as_bytes()).unwrap();
        to.flush().unwrap();
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    fn sees(&self, what: &str) {
        self.until(what, |shown| shown.contains(what));
    }

    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let started = Instant::now();
        while !holds(&self.shown()) {
            assert!(started.elapsed() < PATIENCE, "waited for: {what}\n{}", self.shown());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "still there\n{}", self.shown());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the terminal was given back: the other screen left, the mouse and pasting as before, the cursor shown.
    fn given_back(&self) -> bool {
        thread::sleep(Duration::from_millis(200));
        let raw = String::from_utf8_lossy(&self.raw.lock().unwrap()).into_owned();
        ["\u{1b}[?1049l", "\u{1b}[?1000l", "\u{1b}[?2004l", "\u{1b}[?25h"].iter().all(|code| raw.contains(code))
    }

    /// Closes the terminal's window: nobody reads and nobody types any more.
    fn hang_up(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // The reader lets go after the next frame.
        self.press("?");
        thread::sleep(Duration::from_secs(1));
        (self.keys, self.master) = (None, None);
    }

    fn signal(&self, name: &str) {
        let process = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &process]).status().unwrap().success());
    }
}

/// A size that is not nothing.
fn some(size: u16) -> NonZeroU16 {
    NonZeroU16::new(size).unwrap()
}

impl Drop for Terminal {
    /// A test that fails leaves nothing behind.
    fn drop(&mut self) {
        let _ended = self.child.kill();
    }
}

#[test]
fn from_an_empty_store_to_a_verified_bill_by_following_the_screen() {
    let folder = TempDir::new().unwrap();
    let mut terminal = Terminal::open(folder.path(), &[]);
    terminal.sees("This store is empty");
    terminal.press("\r");
    terminal.sees("home chosen");
    terminal.press("n");
    terminal.sees("2026-05 is complete");
    terminal.press("n");
    terminal.sees("no key is held");
    terminal.press("n");
    terminal.sees("home.key");
    terminal.press("\r");
    terminal.sees("decrypted in memory");
    terminal.press("n");
    terminal.sees("charge energy");
    terminal.press("n");
    terminal.sees("proves the bill");
    terminal.press("n");
    terminal.sees("proved and checked");
    terminal.press("n");
    terminal.sees("7 Verify ●");
    terminal.press("n");
    terminal.sees("waits for a verdict");
    terminal.press("n");
    terminal.sees("Are you sure?");
    terminal.press("\r");
    terminal.sees("✓ accepted 2026-06-15");
    // A lie about the total is refused by the proof.
    terminal.press("t1");
    terminal.sees("proof-does-not-hold");
    terminal.sees("✗ 8 the proof shows");
    // The store is nobody's meanwhile: a command works beside the screen.
    let listed = std::process::Command::new(cargo_bin("wattproof"))
        .args(["list", "bills", "--json"])
        .env("WATTPROOF_STORE", folder.path().join("store.redb"))
        .env("WATTPROOF_NOW", NOW)
        .output()
        .unwrap();
    let bills: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((bills.as_array().unwrap().len(), bills[0]["verdict"].as_str()), (1, Some("accepted")));
    terminal.press("q");
    assert!(terminal.ended().success());
    assert!(terminal.given_back());
}

#[test]
fn a_window_too_small_waits_and_a_signal_gives_the_terminal_back() {
    let folder = TempDir::new().unwrap();
    let mut terminal = Terminal::open(folder.path(), &["tui", "--ascii"]);
    terminal.sees("This store is empty");
    let resize = |terminal: &Terminal, cols: u16, rows: u16| {
        terminal.screen.lock().unwrap().screen_mut().set_size(some(rows), some(cols));
        terminal.master.as_ref().unwrap().resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    };
    resize(&terminal, 59, 20);
    terminal.sees("make it 60 by 20");
    resize(&terminal, 60, 20);
    terminal.sees("This store is empty");
    assert!(terminal.shown().is_ascii());
    terminal.press("\u{1a}");
    terminal.until("the other screen is left", |_| !terminal.screen.lock().unwrap().screen().alternate_screen());
    terminal.signal("-CONT");
    terminal.sees("This store is empty");
    terminal.press("?");
    terminal.sees("Everywhere");
    terminal.signal("-TERM");
    let status = terminal.ended();
    assert!(!status.success() && status.signal().is_some_and(|signal| signal.contains("Terminated")), "{status:?}");
    assert!(terminal.given_back());
}

#[test]
fn a_closed_window_ends_the_program() {
    let folder = TempDir::new().unwrap();
    let mut terminal = Terminal::open(folder.path(), &[]);
    terminal.sees("This store is empty");
    terminal.hang_up();
    let status = terminal.ended();
    assert!(!status.success() && status.signal().is_some(), "{status:?}");
}

#[test]
fn without_a_terminal_the_screen_says_so() {
    let folder = TempDir::new().unwrap();
    for arguments in [&[][..], &["tui"]] {
        let output = std::process::Command::new(cargo_bin("wattproof"))
            .args(arguments)
            .env("WATTPROOF_STORE", folder.path().join("store.redb"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("the screen needs a terminal"));
    }
    assert!(!folder.path().join("store.redb").exists());
}
