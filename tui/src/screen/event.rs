//! What happens to the screen, and what the screen wants done.

use std::time::Duration;

use jiff::Timestamp;
use wattproof_engine::progress::Progress;
use zeroize::Zeroizing;

use super::act::{Act, Report};
use super::canvas::Target;
use super::keymap::Press;

/// Something that happened.
pub enum Event {
    /// A key.
    Press(Press),
    /// Pasted text, which may be a key.
    Paste(Zeroizing<String>),
    /// A click on something.
    Click(Target),
    /// The wheel, so many rows down.
    Wheel(isize),
    /// The terminal has another size.
    Resize(u16, u16),
    /// Time has passed: the present, and the running clock.
    Tick(Timestamp, Duration),
    /// The list has room for so many rows.
    Page(usize),
    /// How far the act has come.
    Progress(Progress),
    /// An act is over.
    Report(Box<Report>),
    /// The store was written by someone.
    Changed,
}

/// Something to be done outside the state.
pub enum Effect {
    /// For the worker, one at a time; it may take long and can be stopped.
    Act(Act),
    /// For the looker: quick, and beside what the worker does.
    Look(Act),
    /// Stop what the worker does.
    Stop,
    /// Into the terminal's clipboard.
    Copy(String),
    /// Whether the mouse is heard.
    Mouse(bool),
    /// Edit a file with the user's editor.
    Edit(std::path::PathBuf),
    /// Into the background.
    Suspend,
    /// Leave.
    Quit,
}

/// What is to be done.
pub type Effects = Vec<Effect>;
