//! The keys of a pane, its own first.

use ratatui::layout::Rect;

use super::{Then, scroll, window};
use crate::screen::canvas::{Canvas, after, row};
use crate::screen::keymap::{Binding, EVERYWHERE, Press};
use crate::screen::pane;
use crate::screen::state::{Pane, State};
use crate::screen::style::Role;

/// Columns of the keys.
const KEYS: u16 = 18;

/// The help of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Help {
    /// The pane.
    pub pane: Pane,
    /// The first row shown.
    pub top: usize,
}

/// A row of the help.
enum Line {
    Head(&'static str),
    Text(&'static str),
    Key(String, &'static str),
}

impl Help {
    fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = pane::about(self.pane).iter().map(|text| Line::Text(text)).collect();
        lines.push(Line::Head(self.pane.title()));
        lines.extend(self.pane.bindings().iter().map(line));
        lines.push(Line::Head("Everywhere"));
        lines.extend(EVERYWHERE.iter().filter(|binding| !binding.keys.is_empty()).map(line));
        lines
    }

    /// A key.
    pub fn press(&mut self, press: Press, page: usize) -> Then {
        let rows = self.lines().len();
        if scroll(&mut self.top, press, rows, page) { Then::Stay } else { Then::Close }
    }

    /// Draws it.
    pub fn draw(&self, _: &State, body: Rect, canvas: &mut Canvas<'_>) {
        let lines = self.lines();
        let title = format!("Keys · {}", self.pane.title());
        let inside = window(canvas, body, 78, lines.len() as u16 + 4, &title);
        let room = usize::from(inside.height.saturating_sub(1));
        for (place, line) in lines.iter().skip(self.top).take(room).enumerate() {
            let area = row(inside, place as u16);
            match line {
                Line::Head(text) => _ = canvas.text(area, text, Role::Strong),
                Line::Text(text) => _ = canvas.text(area, text, Role::Dim),
                Line::Key(keys, says) => {
                    canvas.text(Rect { width: area.width.min(KEYS), ..area }, &format!("  {keys}"), Role::Accent);
                    canvas.text(after(area, KEYS), says, Role::Text);
                }
            }
        }
        let rest = lines.len().saturating_sub(self.top + room);
        let foot = if rest > 0 { format!("↓ {rest} more · esc closes") } else { "esc closes".into() };
        canvas.text(row(inside, inside.height.saturating_sub(1)), &foot, Role::Dim);
    }
}

fn line(binding: &Binding) -> Line {
    let keys: Vec<String> = binding.keys.iter().map(Press::to_string).collect();
    Line::Key(keys.join(" "), binding.says)
}
