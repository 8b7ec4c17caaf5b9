//! The terminal: taken, given back in every case, taken again after the background.

use std::io::{self, Write};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(250);
/// How long the drawing thread has to end the program by itself.
const GRACE: Duration = Duration::from_secs(1);
/// The most bytes for the clipboard; terminals drop longer ones.
const CLIPBOARD: usize = 64 << 10;

/// Takes the terminal.
pub fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, EnableBracketedPaste)?;
    set_mouse(mouse)
}

/// Gives the terminal back. Goes on after a failure: the rest may still work.
pub fn give_back() {
    let mut out = io::stdout();
    let _mouse = queue!(out, DisableMouseCapture);
    let _screen = queue!(out, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _flushed = out.flush();
    let _raw = disable_raw_mode();
}

/// Whether the mouse is heard.
pub fn set_mouse(on: bool) -> io::Result<()> {
    let mut out = io::stdout();
    if on { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
}

/// Text into the terminal's clipboard, which works over ssh as well (OSC 52).
pub fn copy(text: &str) -> io::Result<()> {
    let mut end = text.len().min(CLIPBOARD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut out = io::stdout();
    write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(&text[..end]))?;
    out.flush()
}

/// A panic of the drawing thread gives the terminal back before it is told. One of a worker is told by the worker's
/// report; nothing of it is written over the screen.
pub fn on_panic() {
    let before = panic::take_hook();
    let main = std::thread::current().id();
    panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == main {
            give_back();
            before(info);
        }
    }));
}

/// Signals that were sent to the program.
pub struct Signals {
    ends: Vec<(i32, Arc<AtomicBool>)>,
    background: Arc<AtomicBool>,
}

impl Signals {
    /// Listens.
    pub fn listen() -> io::Result<Self> {
        let mut ends = Vec::new();
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            let came = Arc::new(AtomicBool::new(false));
            flag::register(signal, came.clone())?;
            ends.push((signal, came));
        }
        watch(ends.clone());
        let background = Arc::new(AtomicBool::new(false));
        flag::register(SIGTSTP, background.clone())?;
        Ok(Signals { ends, background })
    }

    /// A signal that ends the program.
    pub fn end(&self) -> Option<i32> {
        self.ends.iter().find(|(_, came)| came.load(Ordering::Relaxed)).map(|(signal, _)| *signal)
    }

    /// Whether the program was sent into the background.
    pub fn background(&self) -> bool {
        self.background.swap(false, Ordering::Relaxed)
    }
}

/// Sees to it that a signal ends the program even when the drawing thread does not come to look: once a terminal is gone,
/// asking it for keys may never return.
fn watch(ends: Vec<(i32, Arc<AtomicBool>)>) {
    let wait = move || {
        loop {
            thread::sleep(LOOK);
            if let Some((signal, _)) = ends.iter().find(|(_, came)| came.load(Ordering::Relaxed)) {
                thread::sleep(GRACE);
                end_by(*signal);
            }
        }
    };
    // Without the thread signals are seen by the drawing thread alone.
    let _thread = thread::Builder::new().name("signals".into()).spawn(wait);
}

/// Gives the terminal back and ends as the signal does by itself, so that a shell sees why.
pub fn end_by(signal: i32) {
    give_back();
    let _ended = emulate_default_handler(signal);
}

/// Gives the terminal back, stops until the program is continued, and takes the terminal again.
pub fn suspend(mouse: bool) -> io::Result<()> {
    give_back();
    emulate_default_handler(SIGTSTP)?;
    take(mouse)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use std::io::Read;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    /// Run by the test below, in a terminal of its own.
    #[test]
    #[ignore = "it panics"]
    fn panics() {
        on_panic();
        take(true).unwrap();
        panic!("the drawing thread fell");
    }

    #[test]
    #[cfg(unix)]
    fn a_panic_gives_the_terminal_back_before_it_is_told() {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "screen::terminal::tests::panics", "--ignored", "--nocapture"]);
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let mut all = Vec::new();
        let mut bytes = [0; 4096];
        // The terminal's end may read as an error.
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            all.extend_from_slice(&bytes[..count]);
        }
        assert!(!child.wait().unwrap().success());
        let told = String::from_utf8(all).unwrap();
        let at = |what: &str| told.find(what).unwrap_or_else(|| panic!("{what:?} in {told:?}"));
        assert!(at("\x1b[?1049h") < at("\x1b[?1049l") && at("\x1b[?1049l") < at("the drawing thread fell"), "{told:?}");
    }
}
