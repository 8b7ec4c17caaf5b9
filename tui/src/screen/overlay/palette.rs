//! Commands by name, found by some of their letters.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use ratatui::layout::Rect;

use super::form::Line;
use super::{Then, window};
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::keymap::{self, Command, Press};
use crate::screen::state::Pane;
use crate::screen::style::{ARROW, Role};

/// A command that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The pane it belongs to.
    pub pane: Option<Pane>,
    /// The command.
    pub command: Command,
    /// What is searched: the pane's name and what it does.
    pub text: String,
    /// Its keys.
    pub keys: String,
}

impl AsRef<str> for Item {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// The palette.
#[derive(Clone, Debug)]
pub struct Palette {
    line: Line,
    found: Vec<Item>,
    at: usize,
}

impl Palette {
    /// With every command.
    pub fn new() -> Self {
        Palette { line: Line::default(), found: items(), at: 0 }
    }

    /// A key.
    pub fn press(&mut self, press: Press) -> Then {
        let last = self.found.len().saturating_sub(1);
        match press {
            Press::Esc | Press::Ctrl('c') => return Then::Close,
            Press::Up | Press::Ctrl('k') => self.at = self.at.saturating_sub(1),
            Press::Down | Press::Ctrl('j' | 'n') => self.at = (self.at + 1).min(last),
            Press::PageUp => self.at = self.at.saturating_sub(10),
            Press::PageDown => self.at = (self.at + 10).min(last),
            Press::Enter => {
                let Some(item) = self.found.get(self.at).cloned() else { return Then::Stay };
                return Then::Done(Box::new(move |state| crate::screen::update::run(state, item.pane, item.command)));
            }
            press => {
                if self.line.press(press) {
                    self.search();
                }
            }
        }
        Then::Stay
    }

    fn search(&mut self) {
        let pattern = Pattern::parse(self.line.value(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        self.found = pattern.match_list(items(), &mut matcher).into_iter().map(|(item, _)| item).collect();
        self.at = 0;
    }

    /// Draws it.
    pub fn draw(&self, body: Rect, canvas: &mut Canvas<'_>) {
        let inside = window(canvas, body, 74, body.height.min(22), "Commands");
        canvas.text(row(inside, 0), ARROW, Role::Accent);
        self.line.draw(after(row(inside, 0), 2), canvas);
        let list = below(inside, 2);
        let room = usize::from(list.height);
        let top = self.at.saturating_sub(room.saturating_sub(1));
        for (place, item) in self.found.iter().enumerate().skip(top).take(room) {
            let area = row(list, (place - top) as u16);
            let here = place == self.at;
            if here {
                let style = canvas.style(Role::Cursor);
                canvas.buffer.set_style(area, style);
            }
            let mark = if here { ARROW } else { " " };
            canvas.pieces(area, &[(mark, Role::Accent), (" ", Role::Text), (&item.text, Role::Text)]);
            canvas.right(area, &item.keys, Role::Dim);
        }
        if self.found.is_empty() {
            canvas.text(row(list, 0), "nothing is called that", Role::Dim);
        }
        canvas.hit(row(inside, 0), Target::Press(Press::Enter));
    }
}

fn items() -> Vec<Item> {
    let moving = |command: &Command| {
        use Command::*;
        matches!(command, Up | Down | PageUp | PageDown | First | Last | Left | Right | Back | Palette | Suspend)
    };
    let known = keymap::all().filter(|(_, binding)| !moving(&binding.command));
    let item = |(pane, binding): (Option<Pane>, &keymap::Binding)| {
        let keys: Vec<String> = binding.keys.iter().map(Press::to_string).collect();
        let text = pane.map_or_else(|| binding.says.to_owned(), |pane| format!("{}: {}", pane.title(), binding.says));
        Item { pane, command: binding.command, text, keys: keys.join(" ") }
    };
    known.map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_letters_are_enough() {
        let mut palette = Palette::new();
        let all = palette.found.len();
        "prove".chars().for_each(|letter| assert!(matches!(palette.press(Press::Char(letter)), Then::Stay)));
        assert!(!palette.found.is_empty() && palette.found.len() < all);
        assert_eq!(palette.found[0].command, Command::Prove);
        "zzz".chars().for_each(|letter| _ = palette.press(Press::Char(letter)));
        assert!(palette.found.is_empty());
        assert!(matches!(palette.press(Press::Enter), Then::Stay));
        assert!(matches!(palette.press(Press::Esc), Then::Close));
    }
}
