//! The customer's key: typed or pasted without being shown, read from a file, held in memory, wiped.

use std::sync::Arc;

use ratatui::layout::Rect;
use wattproof_engine::desk::key::Key;

use super::forms::{self, Ask};
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::event::Effects;
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::state::{Pane, State};
use crate::screen::style::{NO, OK, Role};
use crate::screen::update;

mod letters;

use letters::{GROUP, HEAD, LETTERS, Said};

pub use letters::Letters;

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::TypeKey, &[Press::Enter], "type the key, or paste it", "type"),
    bind(Command::KeyFile, &[Press::Char('o')], "read the key from a file", "from file"),
    bind(Command::Reveal, &[Press::Char('v'), Press::Ctrl('r')], "show the letters typed, or hide them", "show"),
    bind(Command::Forget, &[Press::Char('x')], "wipe the key and everything it opened", "wipe"),
];

/// A held key.
pub struct Held {
    /// The key; wiped when the last holder lets go.
    pub key: Arc<Key>,
    /// Where it came from, in words.
    pub from: String,
    /// Whether it opened the meter's batches.
    pub fits: Option<String>,
}

/// The pane. No `Debug`.
#[derive(Default)]
pub struct KeyPane {
    /// The letters being typed.
    pub field: Letters,
    /// Whether letters go into the field.
    pub typing: bool,
    /// Whether they are shown.
    pub shown: bool,
    /// The key.
    pub held: Option<Held>,
    /// Where a key is known to lie: the sample's label.
    pub label: Option<String>,
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    match command {
        Command::TypeKey => {
            state.key.typing = true;
            Vec::new()
        }
        Command::KeyFile => {
            let text = state.key.label.clone().unwrap_or_default();
            forms::ask(state, Ask::KeyFile, text)
        }
        Command::Reveal => {
            state.key.shown = !state.key.shown;
            Vec::new()
        }
        Command::Forget => {
            update::forget(state, "wiped");
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A key while letters are typed.
pub fn press(state: &mut State, press: Press) -> Effects {
    match press {
        Press::Esc | Press::Ctrl('c') => leave(state),
        Press::Tab | Press::BackTab => {
            leave(state);
            let command = if press == Press::Tab { Command::Forward } else { Command::Backward };
            return update::run(state, None, command);
        }
        Press::Ctrl('r') => state.key.shown = !state.key.shown,
        Press::Enter => return take(state),
        press => _ = state.key.field.press(press),
    }
    Vec::new()
}

/// Pasted text: letters of a key.
pub fn paste(state: &mut State, text: &str) {
    state.key.typing = true;
    text.chars().for_each(|letter| state.key.field.put(letter));
}

/// Stops typing and wipes what was typed.
pub fn leave(state: &mut State) {
    state.key.typing = false;
    state.key.shown = false;
    state.key.field.wipe();
}

fn take(state: &mut State) -> Effects {
    match state.key.field.key() {
        Ok(key) => {
            leave(state);
            update::hold(state, Arc::new(key), "typed".into())
        }
        Err(refusal) => {
            let trouble = crate::screen::act::Trouble::from(refusal);
            state.complain(&trouble);
            Vec::new()
        }
    }
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    if let Some(guide) = before(state, Pane::Key) {
        return guide;
    }
    match &state.key.held {
        Some(Held { fits: Some(meter), .. }) => {
            let guide = Guide::done(format!("the key of {meter} is held in memory"), "");
            guide.then(Pane::Readings, Command::Go(Pane::Readings), "look at the readings")
        }
        Some(_) => {
            let guide = Guide::done("a key is held in memory", "whether it opens the batches").marked(Mark::Open);
            guide.then(Pane::Readings, Command::Decrypt, "decrypt the period with it")
        }
        None => {
            let guide = Guide::done("no key", "the customer's key").marked(Mark::Open);
            match state.key.label {
                Some(_) => guide.then(Pane::Key, Command::KeyFile, "read it from the sample's label"),
                None => guide.then(Pane::Key, Command::TypeKey, "type or paste it"),
            }
        }
    }
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let pane = &state.key;
    let mut rest = below(area, 1);
    match &pane.held {
        Some(held) => {
            let fits =
                held.fits.as_ref().map_or("not tried yet".to_owned(), |meter| format!("opens the batches of {meter}"));
            canvas.pieces(row(rest, 0), &[(OK, Role::Good), ("  a key is held in memory", Role::Strong)]);
            canvas.pieces(
                row(rest, 1),
                &[("   ", Role::Dim), (&held.from, Role::Dim), (", ", Role::Dim), (&fits, Role::Dim)],
            );
        }
        None => {
            canvas.pieces(row(rest, 0), &[("○", Role::Warn), ("  no key is held", Role::Strong)]);
            canvas.text(row(rest, 1), "   it stands on the meter's label, as WATTKEY1 … or as a QR code", Role::Dim);
        }
    }
    rest = below(rest, 3);
    draw_field(pane, rest, canvas);
    rest = below(rest, field_rows(rest.width) * 2 + 2);
    draw_said(pane, rest, canvas);
    rest = below(rest, 3);
    if let Some(label) = pane.label.as_ref().filter(|_| pane.held.is_none()) {
        canvas.pieces(row(rest, 0), &[("The sample's label is the file ", Role::Dim), (label, Role::Text)]);
        canvas.pieces(row(rest, 1), &[("o", Role::Accent), (" reads it from there.", Role::Dim)]);
        canvas.hit(row(rest, 1), Target::Press(Press::Char('o')));
        rest = below(rest, 3);
    }
    canvas.paragraph(
        rest,
        "The key stays in this program's memory. It is never written, and it is wiped with x, after 15 minutes without a \
         key press, and when the program ends. What is typed here is wiped when you leave this step.",
        Role::Dim,
    );
    canvas.hits.page = 10;
}

/// Groups that stand beside each other, and so rows that a whole key takes.
fn field_rows(width: u16) -> u16 {
    let groups = LETTERS.div_ceil(GROUP) as u16;
    groups.div_ceil(groups_across(width))
}

fn groups_across(width: u16) -> u16 {
    (width.saturating_sub(4) / (GROUP as u16 + 1)).max(1)
}

/// The letters in groups of five, hidden unless shown, with a sign under a wrong one.
fn draw_field(pane: &KeyPane, area: Rect, canvas: &mut Canvas<'_>) {
    let said = pane.field.said();
    let across = usize::from(groups_across(area.width)) * GROUP;
    let letters = pane.field.letters.as_bytes();
    let role = if pane.typing { Role::Strong } else { Role::Dim };
    let place_of = |place: usize| {
        let (line, column) = (place / across, place % across);
        let x = area.x + 2 + (column + column / GROUP) as u16;
        Rect { x, y: area.y + line as u16 * 2, width: 1, height: 1 }.intersection(area)
    };
    for place in 0..LETTERS.max(letters.len()) {
        let text = match letters.get(place) {
            None => "_",
            // The head is the same in every key and hides nothing.
            Some(_) if !pane.shown && place >= HEAD.len() => "•",
            Some(letter) => std::str::from_utf8(std::slice::from_ref(letter)).unwrap_or("?"),
        };
        let role = if place < letters.len() { role } else { Role::Rule };
        canvas.text(place_of(place), text, role);
    }
    if let Said::Letter(wrong, _) = said {
        let under = place_of(wrong);
        canvas.text(Rect { y: under.y + 1, ..under }.intersection(area), "▲", Role::Bad);
    }
    if pane.typing {
        let caret = place_of(pane.field.caret.min(LETTERS.max(letters.len())));
        if !caret.is_empty() {
            canvas.caret = Some((caret.x, caret.y));
        }
    }
}

fn draw_said(pane: &KeyPane, area: Rect, canvas: &mut Canvas<'_>) {
    let count = format!("{} of {LETTERS} letters", pane.field.len());
    let show = if pane.shown { "^r hides them" } else { "^r shows them" };
    let (sign, role, text) = match pane.field.said() {
        Said::Nothing if !pane.typing => ("  ", Role::Dim, "enter types it; pasting works at any time".to_owned()),
        Said::Nothing => ("  ", Role::Dim, "type it or paste it; blanks, hyphens and case do not matter".to_owned()),
        Said::SoFar => ("  ", Role::Dim, format!("{count}, right so far · {show}")),
        Said::Letter(_, why) => (NO, Role::Bad, format!(" {why}")),
        Said::Wrong(why) => (NO, Role::Bad, format!(" {why}")),
        Said::Whole => (OK, Role::Good, format!(" the checksum is right: enter takes the key · {show}")),
    };
    canvas.pieces(row(area, 0), &[(sign, role), (&text, role)]);
    let rest = after(row(area, 1), 2);
    if matches!(pane.field.said(), Said::Letter(..) | Said::Wrong(_)) {
        canvas.text(rest, &format!("{count}; compare with the label, group by group"), Role::Dim);
    }
}
