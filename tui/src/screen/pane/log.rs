//! What was done since the program was started. Only what the state notes stands here, and that holds no secret.

use std::borrow::Cow;
use std::collections::VecDeque;

use ratatui::layout::Rect;

use super::forms::{self, Ask};
use crate::screen::canvas::Canvas;
use crate::screen::event::Effects;
use crate::screen::guide::Guide;
use crate::screen::keymap::{Binding, Command};
use crate::screen::list::{Column, List, Row, column};
use crate::screen::state::{Entry, State};
use crate::screen::style::{NO, OK, Role};
use crate::screen::widget::table::Table;
use crate::table::counted;

/// The pane has no keys of its own.
pub const KEYS: &[Binding] = &[];

/// The pane.
#[derive(Clone, Debug, Default)]
pub struct LogPane {
    /// The lines, as a list wants them.
    pub rows: Vec<Entry>,
    /// Which are shown.
    pub list: List,
}

impl LogPane {
    /// Follows what was noted; a cursor on the last line stays on the last.
    pub fn follow(&mut self, entries: &VecDeque<Entry>) {
        let last = self.list.at() + 1 >= self.list.len();
        let before = self.list.current(&self.rows).cloned();
        self.rows = entries.iter().cloned().collect();
        self.list.rebuild(&self.rows, before.as_ref());
        if last {
            self.list.to(usize::MAX, 1);
        }
    }
}

impl Row for Entry {
    const COLUMNS: &'static [Column] =
        &[column("when", 9, false, 0), column("what", 44, false, 0), column("result", 0, false, 62)];

    fn cell(&self, place: usize) -> Cow<'_, str> {
        match place {
            0 => self.at.strftime("%H:%M:%SZ").to_string().into(),
            1 => (&self.what).into(),
            _ => (&self.result).into(),
        }
    }

    fn order(&self, other: &Self, place: usize) -> std::cmp::Ordering {
        match place {
            0 => self.at.cmp(&other.at),
            _ => self.cell(place).cmp(&other.cell(place)),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    match command {
        Command::Export => {
            let place = forms::place(state, "wattproof-log.csv");
            forms::ask(state, Ask::Log, place)
        }
        _ => Vec::new(),
    }
}

/// The rows shown as CSV (RFC 4180).
pub fn csv<R: Row>(list: &List, rows: &[R]) -> String {
    let quoted = |cell: &str| match cell.contains([',', '"', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    let heads: Vec<&str> = R::COLUMNS.iter().map(|column| column.head).collect();
    let mut text = heads.join(",") + "\n";
    for row in list.shown(rows) {
        let cells: Vec<String> = (0..heads.len()).map(|column| quoted(&row.cell(column))).collect();
        text += &(cells.join(",") + "\n");
    }
    text
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    Guide::done(counted(state.entries.len() as u64, "act"), "")
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let mark = |entry: &Entry| if entry.good { (OK, Role::Good) } else { (NO, Role::Bad) };
    let table = Table { rows: &state.log.rows, list: &state.log.list, mark: &mark, empty: "nothing was done yet" };
    table.draw(area, canvas);
}
