//! A question before something that cannot be undone.

use ratatui::layout::Rect;

use super::{Follow, Then, effect, window};
use crate::screen::canvas::{Canvas, Target, after, below, row, wrapped};
use crate::screen::event::Effect;
use crate::screen::keymap::Press;
use crate::screen::style::Role;

/// A question.
pub struct Confirm {
    /// What is asked.
    pub question: String,
    /// What it means.
    pub because: String,
    /// What yes is called.
    pub yes: &'static str,
    /// What follows.
    follow: Option<Follow>,
}

impl Confirm {
    /// A question whose yes has one effect.
    pub fn new(question: impl Into<String>, because: &str, yes: &'static str, then: Effect) -> Self {
        Confirm::then(question, because, yes, effect(then))
    }

    /// The same with something else that follows.
    pub fn then(question: impl Into<String>, because: &str, yes: &'static str, follow: Follow) -> Self {
        Confirm { question: question.into(), because: because.into(), yes, follow: Some(follow) }
    }

    /// A key.
    pub fn press(&mut self, press: Press) -> Then {
        match press {
            Press::Enter | Press::Char('y' | 'Y') => self.follow.take().map_or(Then::Close, Then::Done),
            Press::Esc | Press::Char('n' | 'N' | 'q') | Press::Ctrl('c') => Then::Close,
            _ => Then::Stay,
        }
    }

    /// Draws it.
    pub fn draw(&self, body: Rect, canvas: &mut Canvas<'_>) {
        let width = 62.min(body.width);
        let inner = width.saturating_sub(4);
        let rows = wrapped(&self.question, inner) + wrapped(&self.because, inner);
        let inside = window(canvas, body, width, rows + 5, "Are you sure?");
        let used = canvas.paragraph(inside, &self.question, Role::Strong);
        let rest = below(inside, used);
        let used = canvas.paragraph(rest, &self.because, Role::Dim);
        let keys = row(rest, used + 1);
        let yes = format!("enter {}", self.yes);
        let wide = canvas.text(keys, &yes, Role::Accent);
        canvas.hit(Rect { width: wide, ..keys }, Target::Press(Press::Enter));
        let no = after(keys, wide + 3);
        let wide = canvas.text(no, "esc not now", Role::Text);
        canvas.hit(Rect { width: wide, ..no }, Target::Press(Press::Esc));
    }
}
