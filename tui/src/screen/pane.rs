//! The panes, one file each: its keys, what a command does there, how it is drawn, what it is about.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::event::Effects;
use super::guide::Guide;
use super::keymap::Command;
use super::state::{Pane, State};

pub mod batches;
pub mod bill;
pub mod forms;
pub mod key;
pub mod log;
pub mod meters;
pub mod readings;
pub mod tariff;
pub mod verify;
pub mod welcome;

/// Does a command of a pane.
pub fn act(state: &mut State, pane: Pane, command: Command) -> Effects {
    match pane {
        Pane::Meters if state.is_empty() => welcome::act(state, command),
        Pane::Meters => meters::act(state, command),
        Pane::Batches => batches::act(state, command),
        Pane::Key => key::act(state, command),
        Pane::Readings => readings::act(state, command),
        Pane::Tariff => tariff::act(state, command),
        Pane::Bill => bill::act(state, command),
        Pane::Verify => verify::act(state, command),
        Pane::Log => log::act(state, command),
    }
}

/// Draws a pane.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    match state.pane {
        Pane::Meters if state.is_empty() => welcome::draw(state, area, canvas),
        Pane::Meters => meters::draw(state, area, canvas),
        Pane::Batches => batches::draw(state, area, canvas),
        Pane::Key => key::draw(state, area, canvas),
        Pane::Readings => readings::draw(state, area, canvas),
        Pane::Tariff => tariff::draw(state, area, canvas),
        Pane::Bill => bill::draw(state, area, canvas),
        Pane::Verify => verify::draw(state, area, canvas),
        Pane::Log => log::draw(state, area, canvas),
    }
}

/// Where the user is in a pane, what is missing there, and what comes next.
pub fn guide(state: &State, pane: Pane) -> Guide {
    match pane {
        Pane::Meters => meters::guide(state),
        Pane::Batches => batches::guide(state),
        Pane::Key => key::guide(state),
        Pane::Readings => readings::guide(state),
        Pane::Tariff => tariff::guide(state),
        Pane::Bill => bill::guide(state),
        Pane::Verify => verify::guide(state),
        Pane::Log => log::guide(state),
    }
}

/// What a pane is about, for its help.
pub fn about(pane: Pane) -> &'static [&'static str] {
    match pane {
        Pane::Meters => &["Meters that the supplier has admitted, with their public keys.", ""],
        Pane::Batches => &[
            "What the meter sent: sealed, signed, and opaque without the customer's key.",
            "Signatures were checked when the batches were imported.",
            "",
        ],
        Pane::Key => &[
            "The customer's key K, from the meter's label. It stays in this program's memory,",
            "is never written, and is wiped when you say so, after 15 idle minutes, and at the end.",
            "",
        ],
        Pane::Readings => &["The readings, decrypted in memory only. Leaving the program wipes them.", ""],
        Pane::Tariff => &["Published tariffs: their text, how bills under them are proved, what they cost.", ""],
        Pane::Bill => &["The customer's bill for the period and the proof that it is right.", ""],
        Pane::Verify => &["The supplier's side: it learns the bill and that it is right, and never a reading.", ""],
        Pane::Log => &["What was done since the program was started. No secret stands here.", ""],
    }
}
