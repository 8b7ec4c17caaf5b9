//! The readings of the period, opened in memory: a heat map of day and time, the load curve of a day, daily totals, a
//! table. Gaps, and days of 46 or 50 half hours, are marked.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::forms::{self, Ask};
use crate::screen::act::{Act, Opened};
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::state::{Pane, State};
use crate::screen::style::{ARROW, Role};
use crate::screen::update;
use crate::table::counted;

mod days;
mod heat;
mod signed;

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::Decrypt, &[Press::Enter], "decrypt the period, in memory only", "decrypt"),
    bind(Command::NextRegister, &[Press::Char('R')], "the next register", ""),
    bind(Command::Forget, &[Press::Char('x')], "wipe the readings and the key", "wipe"),
];

/// The views.
pub const VIEWS: [&str; 4] = ["heat map", "load curve", "table", "batches"];

/// The pane. No `Debug`.
#[derive(Default)]
pub struct ReadingsPane {
    /// The readings.
    pub opened: Option<Arc<Opened>>,
    /// Which view.
    pub view: usize,
    /// Which register.
    pub register: usize,
    /// Which day.
    pub day: usize,
    /// The first day that is shown.
    pub top: usize,
}

impl ReadingsPane {
    /// Moves the cursor by so many days.
    pub fn go(&mut self, by: isize, page: usize) {
        let days = self.opened.as_ref().map_or(0, |opened| opened.days.len());
        self.day = self.day.saturating_add_signed(by).min(days.saturating_sub(1));
        let least = self.day.saturating_sub(page.saturating_sub(1));
        self.top = self.top.clamp(least, self.day.max(least));
    }
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    let page = state.page;
    let pane = &mut state.readings;
    match command {
        Command::Decrypt => return decrypt(state),
        Command::Forget => update::forget(state, "wiped"),
        Command::Left => pane.view = pane.view.checked_sub(1).unwrap_or(VIEWS.len() - 1),
        Command::Right => pane.view = (pane.view + 1) % VIEWS.len(),
        Command::Up => pane.go(-1, page),
        Command::Down => pane.go(1, page),
        Command::PageUp => pane.go(-(page as isize), page),
        Command::PageDown => pane.go(page as isize, page),
        Command::First => pane.go(isize::MIN / 2, page),
        Command::Last => pane.go(isize::MAX / 2, page),
        Command::NextRegister => {
            let registers = pane.opened.as_ref().map_or(1, |opened| opened.file.columns.len().max(1));
            pane.register = (pane.register + 1) % registers;
        }
        Command::Export if pane.opened.is_some() => {
            let place = forms::place(state, "readings.csv");
            return forms::ask(state, Ask::Readings, place);
        }
        _ => {}
    }
    Vec::new()
}

/// Decrypts the period, when there is a key for it.
pub fn decrypt(state: &mut State) -> Effects {
    let Some(held) = &state.key.held else {
        state.lack("a key is needed to open the batches", "go to the key with 3");
        return Vec::new();
    };
    let (Some(meter), Some(period)) = (state.focus.meter.clone(), state.focus.period.clone()) else {
        state.lack("no meter and period are chosen", "choose them with 1 and p");
        return Vec::new();
    };
    let key = held.key.clone();
    update::start(state, Effect::Act(Act::Readings { meter, period, key }))
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    if let Some(guide) = before(state, Pane::Readings) {
        return guide;
    }
    let Some(period) = &state.focus.period else {
        return Guide::done("", "no period is chosen").marked(Mark::Waits).then(
            Pane::Batches,
            Command::Period,
            "choose the billing period",
        );
    };
    match (&state.readings.opened, &state.key.held) {
        (Some(opened), _) => {
            let gaps = opened.file.readings.gap_count();
            let here = format!("{} of {period}", counted(opened.file.readings.slots().count().into(), "reading"));
            let guide = match gaps {
                0 => Guide::done(here, ""),
                gaps => {
                    Guide::done(here, format!("{} without a reading", counted(gaps as u64, "slot"))).marked(Mark::Mind)
                }
            };
            guide.then(Pane::Tariff, Command::Go(Pane::Tariff), "look at the tariff")
        }
        (None, Some(_)) => Guide::done("the readings are sealed", "decrypting them").marked(Mark::Open).then(
            Pane::Readings,
            Command::Decrypt,
            "decrypt them, in memory only",
        ),
        (None, None) => Guide::done("the readings are sealed", "the customer's key").marked(Mark::Waits).then(
            Pane::Key,
            Command::Go(Pane::Key),
            "enter the key",
        ),
    }
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let pane = &state.readings;
    let Some(opened) = &pane.opened else { return sealed(state, area, canvas) };
    let register = pane.register.min(opened.file.columns.len().saturating_sub(1));
    tabs(&VIEWS, pane.view, row(area, 0), canvas);
    let unit = opened.file.columns.get(register).map_or("", |column| column.unit().symbol());
    let name = opened.file.columns.get(register).map_or("", |column| column.name());
    canvas.right(row(area, 0), &format!("{name}, clock of {} ", opened.zone), Role::Dim);
    let body = below(area, 2);
    match pane.view {
        0 => heat::heat(pane, opened, register, unit, body, canvas),
        1 => days::curve(pane, opened, register, unit, body, canvas),
        2 => days::table(pane, opened, register, unit, body, canvas),
        _ => signed::signed(state, pane, opened, body, canvas),
    }
}

fn sealed(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..below(area, 1) };
    let period = state.focus.period.as_deref().unwrap_or("no period");
    canvas.pieces(
        row(area, 0),
        &[("The readings of ", Role::Text), (period, Role::Strong), (" are sealed.", Role::Text)],
    );
    let used = canvas.paragraph(
        below(area, 2),
        "With the key they are decrypted in this program's memory only: each batch's signature and the digest of its \
         commitments are checked again, a wrong key is told apart from a batch that was tampered with, and nothing is \
         written.",
        Role::Dim,
    );
    let rest = below(area, used + 3);
    match &state.key.held {
        Some(_) => {
            canvas.pieces(row(rest, 0), &[("enter", Role::Accent), (" decrypts them", Role::Text)]);
            canvas.hit(row(rest, 0), Target::Press(Press::Enter));
        }
        None => {
            canvas.pieces(row(rest, 0), &[("3", Role::Accent), (" goes to the key, which is missing", Role::Text)]);
            canvas.hit(row(rest, 0), Target::Press(Press::Char('3')));
        }
    }
}

/// Names of views, the current one marked.
pub fn tabs(names: &[&str], current: usize, area: Rect, canvas: &mut Canvas<'_>) {
    let mut rest = after(area, 2);
    for (place, name) in names.iter().enumerate() {
        let (mark, role) = if place == current { (ARROW, Role::Accent) } else { (" ", Role::Dim) };
        let used = canvas.pieces(rest, &[(mark, Role::Accent), (name, role)]);
        canvas.hit(Rect { width: used, ..rest }, Target::View(place));
        rest = after(rest, used + 2);
    }
    canvas.pieces(rest, &[("← →", Role::Rule)]);
}

fn most(opened: &Opened, register: usize) -> f64 {
    let values = opened.file.readings.slots().iter().filter_map(|slot| opened.get(register, slot));
    f64::from(values.max().unwrap_or(0))
}

/// What is to be said of a day's length and gaps.
fn remark(opened: &Opened, slots: usize, gaps: usize) -> String {
    let usual = opened.file.length.per_day() as usize;
    let mut words = Vec::new();
    if slots < usual && slots + 4 >= usual {
        words.push(format!("{slots} slots: clock forward"));
    } else if slots > usual {
        words.push(format!("{slots} slots: clock back"));
    } else if slots != usual {
        words.push(format!("{slots} slots"));
    }
    if gaps > 0 {
        words.push(counted(gaps as u64, "gap"));
    }
    words.join(", ")
}

fn day_name(here: bool, date: jiff::civil::Date, line: Rect, canvas: &mut Canvas<'_>) {
    if here {
        let style = canvas.style(Role::Cursor);
        canvas.buffer.set_style(line, style);
        canvas.text(line, ARROW, Role::Accent);
    }
    let weekend = date.weekday().to_monday_zero_offset() >= 5;
    let role = if weekend { Role::Dim } else { Role::Text };
    canvas.text(Rect { width: 12, ..after(line, 2) }, &date.strftime("%a %d %b").to_string(), role);
}
