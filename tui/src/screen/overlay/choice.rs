//! One of several things to do.

use ratatui::layout::Rect;

use super::{Follow, Then, window};
use crate::screen::canvas::{Canvas, Target, below, row};
use crate::screen::keymap::Press;
use crate::screen::style::{ARROW, Role};

/// Things to choose from.
pub struct Choice {
    /// The title.
    pub title: String,
    /// What there is, with a word about it.
    pub items: Vec<(String, String)>,
    /// What follows each.
    follows: Vec<Option<Follow>>,
    /// The cursor.
    pub at: usize,
}

impl Choice {
    /// Nothing to choose from yet.
    pub fn new(title: impl Into<String>) -> Self {
        Choice { title: title.into(), items: Vec::new(), follows: Vec::new(), at: 0 }
    }

    /// Adds something.
    pub fn with(mut self, name: impl Into<String>, about: impl Into<String>, follow: Follow) -> Self {
        self.items.push((name.into(), about.into()));
        self.follows.push(Some(follow));
        self
    }

    /// A key.
    pub fn press(&mut self, press: Press) -> Then {
        let last = self.items.len().saturating_sub(1);
        match press {
            Press::Up | Press::Char('k') | Press::BackTab => self.at = self.at.checked_sub(1).unwrap_or(last),
            Press::Down | Press::Char('j') | Press::Tab => self.at = if self.at < last { self.at + 1 } else { 0 },
            Press::Home => self.at = 0,
            Press::End => self.at = last,
            Press::Char(digit @ '1'..='9') => {
                let place = digit as usize - '1' as usize;
                return if place <= last { self.take(place) } else { Then::Stay };
            }
            Press::Enter => return self.take(self.at),
            Press::Esc | Press::Char('q') | Press::Ctrl('c') => return Then::Close,
            _ => {}
        }
        Then::Stay
    }

    fn take(&mut self, place: usize) -> Then {
        self.follows.get_mut(place).and_then(Option::take).map_or(Then::Close, Then::Done)
    }

    /// Draws it.
    pub fn draw(&self, body: Rect, canvas: &mut Canvas<'_>) {
        let wide = self.items.iter().map(|(name, about)| name.chars().count().max(about.chars().count() + 4)).max();
        let height = self.items.len() as u16 * 2 + 4;
        let inside = window(canvas, body, (wide.unwrap_or(0) as u16 + 10).clamp(44, 90), height, &self.title);
        for (place, (name, about)) in self.items.iter().enumerate() {
            let area = below(inside, place as u16 * 2);
            let here = place == self.at;
            let mark = if here { ARROW } else { " " };
            let role = if here { Role::Accent } else { Role::Text };
            canvas
                .pieces(row(area, 0), &[(mark, Role::Accent), (&format!(" {} ", place + 1), Role::Dim), (name, role)]);
            canvas.pieces(row(area, 1), &[("     ", Role::Dim), (about, Role::Dim)]);
            let digit = char::from(b'1' + place.min(8) as u8);
            canvas.hit(Rect { height: area.height.min(2), ..area }, Target::Press(Press::Char(digit)));
        }
        canvas.text(row(inside, inside.height.saturating_sub(1)), "enter choose · esc back", Role::Dim);
    }
}
