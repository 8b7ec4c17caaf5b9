//! A text to read.

use ratatui::layout::Rect;

use super::{Then, scroll, window};
use crate::screen::canvas::{Canvas, row, wrapped};
use crate::screen::keymap::Press;
use crate::screen::style::Role;

/// A text with a title. Each line is broken at blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The title.
    pub title: String,
    /// The lines.
    pub lines: Vec<(String, Role)>,
    /// The first line that is shown.
    pub top: usize,
}

impl Text {
    /// From its first line.
    pub fn new(title: impl Into<String>, lines: Vec<(String, Role)>) -> Self {
        Text { title: title.into(), lines, top: 0 }
    }

    /// A key.
    pub fn press(&mut self, press: Press, page: usize) -> Then {
        match scroll(&mut self.top, press, self.lines.len(), page) {
            true => Then::Stay,
            false => Then::Close,
        }
    }

    /// Draws it.
    pub fn draw(&self, body: Rect, canvas: &mut Canvas<'_>) {
        let wide = self.lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
        let width = (wide as u16 + 4).clamp(40, 100).min(body.width);
        let rows: u16 = self.lines.iter().map(|(line, _)| wrapped(line, width.saturating_sub(4)).max(1)).sum();
        let inside = window(canvas, body, width, rows + 3, &self.title);
        let mut y = 0;
        for (line, role) in self.lines.iter().skip(self.top) {
            if y + 1 >= inside.height {
                break;
            }
            let area = Rect { y: inside.y + y, height: inside.height - y - 1, ..inside };
            y += canvas.paragraph(area, line, *role).max(1);
        }
        let more = if rows + 1 > inside.height { "↑ ↓ scroll · any other key closes" } else { "any key closes" };
        canvas.text(row(inside, inside.height.saturating_sub(1)), more, Role::Dim);
    }
}
