//! Where the user is, what is missing, and which key does the next thing.

use super::keymap::{Command, Press, key_of};
use super::pane;
use super::state::{Pane, State};
use super::style::{MIND, NOT_YET, NOW, OK};

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Done.
    Done,
    /// Something before it is missing.
    Waits,
    /// It can be done.
    Open,
    /// Something is wrong.
    Mind,
}

impl Mark {
    /// Its sign.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Done => OK,
            Mark::Waits => NOT_YET,
            Mark::Open => NOW,
            Mark::Mind => MIND,
        }
    }
}

/// What a pane says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide {
    /// How far the step is.
    pub mark: Mark,
    /// Where the user is: what the pane shows now.
    pub here: String,
    /// What is missing, or that nothing is.
    pub missing: String,
    /// The next thing: a command in a pane, and what it does.
    pub next: Option<(Pane, Command, &'static str)>,
}

impl Guide {
    /// A step that is done.
    pub fn done(here: impl Into<String>, missing: impl Into<String>) -> Self {
        Guide { mark: Mark::Done, here: here.into(), missing: missing.into(), next: None }
    }

    /// The same with another mark.
    pub fn marked(self, mark: Mark) -> Self {
        Guide { mark, ..self }
    }

    /// The same with a next thing.
    pub fn then(self, pane: Pane, command: Command, does: &'static str) -> Self {
        Guide { next: Some((pane, command, does)), ..self }
    }

    /// The key of the next thing as it is pressed in the pane `from`.
    pub fn key(&self, from: Pane) -> Option<(String, &'static str)> {
        let (pane, command, does) = self.next?;
        let key = if pane == from { key_of(pane, command) } else { Some(Press::Char('n')) };
        Some((key.unwrap_or(Press::Char('n')).to_string(), does))
    }
}

/// What is missing before this pane has something to do: the first of no meter, no batches, and so on, with what does it.
pub fn before(state: &State, pane: Pane) -> Option<Guide> {
    let wait = |missing: &str| Guide::done("", missing).marked(Mark::Waits);
    if !state.loaded {
        return Some(wait("looking at the store"));
    }
    if state.snapshot.meters.is_empty() {
        let guide = wait("no meter is registered yet");
        return Some(guide.then(Pane::Meters, Command::Sample, "load the sample household, or register a meter"));
    }
    if state.meter().is_none() && pane != Pane::Meters {
        return Some(wait("no meter is chosen").then(Pane::Meters, Command::ChooseMeter, "go on with this meter"));
    }
    let detail = state.detail()?;
    let needs_batches = matches!(pane, Pane::Key | Pane::Readings | Pane::Bill);
    if needs_batches && detail.batches.is_empty() {
        let guide = wait("the meter has sent no batch yet");
        return Some(guide.then(Pane::Batches, Command::Import, "import its batches"));
    }
    None
}

/// The guide of the current pane.
pub fn here(state: &State) -> Guide {
    pane::guide(state, state.pane)
}

/// How far every step is.
pub fn marks(state: &State) -> [Mark; 8] {
    Pane::ALL.map(|pane| pane::guide(state, pane).mark)
}
