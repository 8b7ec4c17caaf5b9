//! A line that is typed: for a path, a date, a period, a filter.

use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use super::{Then, window};
use crate::screen::act::Act;
use crate::screen::canvas::{Canvas, Target, after, below, row, wrapped};
use crate::screen::event::{Effect, Effects};
use crate::screen::keymap::Press;
use crate::screen::pane::forms::{self, Ask};
use crate::screen::style::{ARROW, Role};

/// The most letters.
const MOST: usize = 1024;
/// Paths shown at once.
const OFFERED: usize = 8;

/// A line that is edited.
#[derive(Clone, Debug, Default)]
pub struct Line {
    input: Input,
}

impl Line {
    /// With a text, the cursor behind it.
    pub fn with(text: impl Into<String>) -> Self {
        Line { input: Input::new(text.into()) }
    }

    /// The text.
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// Edits; false when the key is not for it.
    pub fn press(&mut self, press: Press) -> bool {
        let request = match press {
            Press::Char(letter) if self.value().len() < MOST => InputRequest::InsertChar(letter),
            Press::Backspace | Press::Ctrl('h') => InputRequest::DeletePrevChar,
            Press::Delete => InputRequest::DeleteNextChar,
            Press::Left | Press::Ctrl('b') => InputRequest::GoToPrevChar,
            Press::Right | Press::Ctrl('f') => InputRequest::GoToNextChar,
            Press::Home | Press::Ctrl('a') => InputRequest::GoToStart,
            Press::End | Press::Ctrl('e') => InputRequest::GoToEnd,
            Press::Ctrl('w') => InputRequest::DeletePrevWord,
            Press::Ctrl('u') => InputRequest::DeleteLine,
            Press::Ctrl('k') => InputRequest::DeleteTillEnd,
            _ => return false,
        };
        self.input.handle(request);
        true
    }

    /// Pastes; what is no letter is left out.
    pub fn paste(&mut self, text: &str) {
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            self.press(Press::Char(letter));
        }
    }

    /// A key for a filter: Enter keeps it, Escape drops it.
    pub fn press_filter(&mut self, press: Press) -> Then {
        match press {
            Press::Enter | Press::Esc | Press::Ctrl('c') => Then::Close,
            press => {
                self.press(press);
                Then::Stay
            }
        }
    }

    /// Draws the line with the cursor in it.
    pub fn draw(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let width = usize::from(area.width.saturating_sub(1));
        let scroll = self.input.visual_scroll(width);
        let shown: String = self.value().chars().skip(scroll).take(width).collect();
        canvas.text(area, &shown, Role::Strong);
        let column = self.input.visual_cursor().saturating_sub(scroll).min(width) as u16;
        if area.height > 0 {
            canvas.caret = Some((area.x + column, area.y));
        }
    }
}

/// A question that a typed line answers.
pub struct Form {
    /// What is asked.
    pub ask: Ask,
    /// The line.
    pub line: Line,
    /// What is wrong with it.
    pub wrong: Option<String>,
    /// Paths that begin like it.
    pub paths: Vec<String>,
    /// Which of them was put in last.
    turn: Option<usize>,
}

impl Form {
    /// With a text to begin with.
    pub fn new(ask: Ask, text: impl Into<String>) -> Self {
        Form { ask, line: Line::with(text), wrong: None, paths: Vec::new(), turn: None }
    }

    /// What to look up for it at first.
    pub fn look(&self) -> Effects {
        match self.ask.is_path() {
            true => vec![Effect::Look(Act::Complete(self.line.value().into()))],
            false => Vec::new(),
        }
    }

    /// A key.
    pub fn press(&mut self, press: Press, effects: &mut Effects) -> Then {
        match press {
            Press::Esc | Press::Ctrl('c') => return Then::Close,
            Press::Enter => match forms::answer(&self.ask, self.line.value().trim()) {
                Ok(follow) => return Then::Done(follow),
                Err(wrong) => self.wrong = Some(wrong),
            },
            Press::Tab if self.ask.is_path() => self.complete(effects),
            press => {
                if self.line.press(press) {
                    self.changed(effects);
                }
            }
        }
        Then::Stay
    }

    /// Pasted text.
    pub fn paste(&mut self, text: &str, effects: &mut Effects) {
        self.line.paste(text);
        self.changed(effects);
    }

    fn changed(&mut self, effects: &mut Effects) {
        (self.wrong, self.turn) = (None, None);
        effects.extend(self.look());
    }

    /// Puts in what all paths have in common, then one path after the other.
    fn complete(&mut self, effects: &mut Effects) {
        let common = common(&self.paths);
        if common.len() > self.line.value().len() && self.turn.is_none() {
            self.line = Line::with(common);
            effects.extend(self.look());
        } else if !self.paths.is_empty() {
            let turn = self.turn.map_or(0, |turn| (turn + 1) % self.paths.len());
            self.line = Line::with(self.paths[turn].clone());
            self.turn = Some(turn);
        }
    }

    /// Paths that begin like a text; forgotten when the line has changed since.
    pub fn offer(&mut self, text: &str, paths: Vec<String>) {
        if self.line.value() == text {
            self.paths = paths;
        }
    }

    /// Draws it.
    pub fn draw(&self, body: Rect, canvas: &mut Canvas<'_>) {
        let width = 76.min(body.width);
        let about = self.ask.about();
        let offered = if self.ask.is_path() { OFFERED as u16 + 1 } else { 0 };
        let rows = wrapped(&about, width.saturating_sub(4));
        let inside = window(canvas, body, width, rows + 7 + offered, self.ask.title());
        let used = canvas.paragraph(inside, &about, Role::Dim);
        let field = row(below(inside, used + 1), 0);
        canvas.text(field, ARROW, Role::Accent);
        self.line.draw(after(field, 2), canvas);
        let rest = below(inside, used + 2);
        if let Some(wrong) = &self.wrong {
            canvas.pieces(row(rest, 0), &[("✗ ", Role::Bad), (wrong, Role::Bad)]);
        }
        self.draw_paths(below(rest, 1), canvas);
        let foot = row(inside, inside.height.saturating_sub(1));
        let keys =
            if self.ask.is_path() { "enter go on · tab complete · esc back" } else { "enter go on · esc back" };
        canvas.text(foot, keys, Role::Dim);
        canvas.hit(foot, Target::Press(Press::Enter));
    }

    fn draw_paths(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let room = usize::from(area.height.saturating_sub(2)).min(OFFERED);
        let top = self.turn.map_or(0, |turn| turn.saturating_sub(room.saturating_sub(1)));
        for (place, path) in self.paths.iter().enumerate().skip(top).take(room) {
            let role = if self.turn == Some(place) { Role::Accent } else { Role::Dim };
            canvas.text(after(row(area, (place - top) as u16), 2), path, role);
        }
        if self.paths.len() > top + room && room > 0 {
            let more = format!("… {} more", self.paths.len() - top - room);
            canvas.text(after(row(area, room as u16), 2), &more, Role::Dim);
        }
    }
}

/// What all of them begin with.
fn common(paths: &[String]) -> String {
    let Some((first, rest)) = paths.split_first() else { return String::new() };
    let shared = rest.iter().fold(first.chars().count(), |shared, path| {
        first.chars().zip(path.chars()).take(shared).take_while(|(one, other)| one == other).count()
    });
    first.chars().take(shared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_completed() {
        let mut form = Form::new(Ask::Import, "ho");
        form.offer("ho", vec!["home.key".into(), "home.meter".into()]);
        form.offer("other", vec![]);
        let mut effects = Vec::new();
        form.press(Press::Tab, &mut effects);
        assert_eq!((form.line.value(), effects.len()), ("home.", 1));
        form.press(Press::Tab, &mut effects);
        assert_eq!(form.line.value(), "home.key");
        form.press(Press::Tab, &mut effects);
        assert_eq!(form.line.value(), "home.meter");
    }

    #[test]
    fn nothing_is_common_to_nothing() {
        assert_eq!(common(&[]), "");
        assert_eq!(common(&["é1".into(), "é2".into()]), "é");
    }
}
