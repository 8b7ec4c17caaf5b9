//! What lies over a pane: help, palette, forms, questions, and texts too long for the foot.

use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use super::canvas::{Canvas, after, below, middle, row};
use super::event::{Effect, Effects};
use super::keymap::Press;
use super::state::State;
use super::style::Role;

pub mod choice;
pub mod confirm;
pub mod form;
pub mod help;
pub mod palette;
pub mod text;

/// Something that lies over the pane.
pub enum Overlay {
    /// The pane's keys.
    Help(help::Help),
    /// Commands by name.
    Palette(palette::Palette),
    /// A question before something that cannot be undone.
    Confirm(confirm::Confirm),
    /// Fields to fill in.
    Form(form::Form),
    /// One of several.
    Choice(choice::Choice),
    /// A text to read.
    Text(text::Text),
    /// What rows must contain, typed at the foot.
    Filter(form::Line),
}

/// What follows an answer.
pub type Follow = Box<dyn FnOnce(&mut State) -> Effects>;

/// An effect that follows.
pub fn effect(effect: Effect) -> Follow {
    Box::new(move |state| super::update::start(state, effect))
}

/// What becomes of an overlay after a key.
pub enum Then {
    /// It stays.
    Stay,
    /// It goes.
    Close,
    /// It goes, and this follows.
    Done(Follow),
}

/// A key for the uppermost overlay. Escape always closes it.
pub fn press(state: &mut State, press: Press) -> Effects {
    let Some(mut overlay) = state.overlays.pop() else { return Vec::new() };
    let mut effects = Vec::new();
    let then = match &mut overlay {
        Overlay::Help(help) => help.press(press, state.page),
        Overlay::Palette(palette) => palette.press(press),
        Overlay::Confirm(confirm) => confirm.press(press),
        Overlay::Form(form) => form.press(press, &mut effects),
        Overlay::Choice(choice) => choice.press(press),
        Overlay::Text(text) => text.press(press, state.page),
        Overlay::Filter(line) => {
            let then = line.press_filter(press);
            if !matches!(then, Then::Close) {
                super::update::filter(state, line.value());
            } else if press == Press::Esc {
                super::update::filter(state, "");
            }
            then
        }
    };
    match then {
        Then::Stay => state.overlays.push(overlay),
        Then::Close => {}
        Then::Done(follow) => effects.extend(follow(state)),
    }
    effects
}

/// Draws an overlay over the body.
pub fn draw(state: &State, overlay: &Overlay, body: Rect, canvas: &mut Canvas<'_>) {
    match overlay {
        Overlay::Help(help) => help.draw(state, body, canvas),
        Overlay::Palette(palette) => palette.draw(body, canvas),
        Overlay::Confirm(confirm) => confirm.draw(body, canvas),
        Overlay::Form(form) => form.draw(body, canvas),
        Overlay::Choice(choice) => choice.draw(body, canvas),
        Overlay::Text(text) => text.draw(body, canvas),
        Overlay::Filter(_) => {}
    }
}

/// A box over the body, with its title; gives what is inside.
pub fn window(canvas: &mut Canvas<'_>, body: Rect, width: u16, height: u16, title: &str) -> Rect {
    let area = middle(body, width, height);
    canvas.hits.cover();
    canvas.widget(Clear, area);
    let ground = canvas.style(Role::Over);
    canvas.buffer.set_style(area, ground);
    let block = ratatui::widgets::Block::bordered()
        .border_type(ratatui::widgets::BorderType::Rounded)
        .border_style(canvas.style(Role::Dim));
    canvas.widget(block, area);
    let title = format!(" {title} ");
    canvas.text(after(Rect { width: area.width.saturating_sub(2), ..row(area, 0) }, 2), &title, Role::Strong);
    let inside = below(after(area, 2), 1);
    Rect { width: inside.width.saturating_sub(2), height: inside.height.saturating_sub(1), ..inside }
}

/// Scrolls a text of so many rows.
pub fn scroll(top: &mut usize, press: Press, rows: usize, page: usize) -> bool {
    let last = rows.saturating_sub(1);
    *top = match press {
        Press::Up | Press::Char('k') => top.saturating_sub(1),
        Press::Down | Press::Char('j') => *top + 1,
        Press::PageUp | Press::Ctrl('b' | 'u') => top.saturating_sub(page),
        Press::PageDown | Press::Ctrl('f' | 'd') | Press::Char(' ') => *top + page,
        Press::Home | Press::Char('g') => 0,
        Press::End | Press::Char('G') => last,
        _ => return false,
    }
    .min(last);
    true
}
