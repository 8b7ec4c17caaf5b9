//! The first start, on an empty store.

use ratatui::layout::Rect;

use super::forms::{self, Ask};
use crate::screen::act::Act;
use crate::screen::canvas::{Canvas, Target, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::keymap::{Command, Press};
use crate::screen::state::State;
use crate::screen::style::{ARROW, Role};
use crate::screen::update;

/// What there is to begin with.
const OFFERS: [(char, &str, &str); 3] = [
    (
        'a',
        "Load the sample household",
        "a simulated meter with two months of readings, and tariffs to try: see everything at once",
    ),
    ('i', "Import a folder", "meters, batches, tariffs and bills that someone gave you"),
    ('m', "Register a meter", "its public record, a .pub file: the beginning of a store of your own"),
];

/// A command on the first screen.
pub fn act(state: &mut State, command: Command) -> Effects {
    let last = OFFERS.len() - 1;
    match command {
        Command::Up => state.meters.offer = state.meters.offer.checked_sub(1).unwrap_or(last),
        Command::Down => state.meters.offer = (state.meters.offer + 1) % OFFERS.len(),
        Command::First => state.meters.offer = 0,
        Command::Last => state.meters.offer = last,
        Command::ChooseMeter | Command::Right => return take(state, state.meters.offer),
        Command::Sample => return take(state, 0),
        Command::Import => return take(state, 1),
        Command::Register => return take(state, 2),
        _ => {}
    }
    Vec::new()
}

/// Takes an offer.
pub fn take(state: &mut State, place: usize) -> Effects {
    state.meters.offer = place.min(OFFERS.len() - 1);
    match place {
        0 => update::start(state, Effect::Act(Act::Sample)),
        1 => forms::ask(state, Ask::Import, ""),
        _ => forms::ask(state, Ask::Register, ""),
    }
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let used = canvas.paragraph(
        below(area, 1),
        "wattproof proves that an energy bill is right without showing a reading. This store is empty; begin with one of \
         these:",
        Role::Text,
    );
    let mut list = below(area, used + 2);
    for (place, (key, name, about)) in OFFERS.iter().enumerate() {
        let here = place == state.meters.offer;
        let top = row(list, 0);
        if here {
            let style = canvas.style(Role::Cursor);
            canvas.buffer.set_style(top, style);
        }
        let mark = if here { ARROW } else { " " };
        let role = if here { Role::Strong } else { Role::Text };
        canvas.pieces(top, &[(mark, Role::Accent), (&format!(" {key}  "), Role::Accent), (name, role)]);
        let rest = Rect { x: list.x + 5, width: list.width.saturating_sub(5), ..below(list, 1) };
        let used = canvas.paragraph(rest, about, Role::Dim);
        canvas.hit(Rect { height: (used + 1).min(list.height), ..list }, Target::Press(Press::Char(*key)));
        list = below(list, used + 2);
    }
    canvas.pieces(
        row(list, 0),
        &[("↑ ↓", Role::Accent), (" choose   ", Role::Dim), ("enter", Role::Accent), (" take it", Role::Dim)],
    );
    canvas.hits.page = 10;
}
