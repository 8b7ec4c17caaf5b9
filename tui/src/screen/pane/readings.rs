//! The readings of the period, opened in memory: a heat map of day and time, the load curve of a day, daily totals, a
//! table. Gaps, and days of 46 or 50 half hours, are marked.

use std::sync::Arc;

use ratatui::layout::{Constraint, Layout, Rect};

use super::forms::{self, Ask};
use crate::screen::act::{Act, Opened};
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::state::{Pane, State};
use crate::screen::style::{ARROW, MIND, Role};
use crate::screen::update;
use crate::screen::widget::bars;
use crate::table::{counted, thousands};

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::Decrypt, &[Press::Enter], "decrypt the period, in memory only", "decrypt"),
    bind(Command::NextRegister, &[Press::Char('R')], "the next register", ""),
    bind(Command::Forget, &[Press::Char('x')], "wipe the readings and the key", "wipe"),
];

/// The views.
pub const VIEWS: [&str; 3] = ["heat map", "load curve", "table"];

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
        0 => heat(pane, opened, register, unit, body, canvas),
        1 => curve(pane, opened, register, unit, body, canvas),
        _ => table(pane, opened, register, unit, body, canvas),
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

/// A row a day, a cell a slot.
fn heat(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let per_day = opened.days.iter().map(|day| day.slots.len()).max().unwrap_or(0);
    let room = usize::from(area.width.saturating_sub(30)).max(12);
    let merged = per_day.div_ceil(room).max(1);
    let width = per_day.div_ceil(merged) as u16;
    let broad = if merged == 1 { (room as u16 / width.max(1)).clamp(1, 3) } else { 1 };
    let width = width * broad;
    let grid = Rect { x: area.x + 14, width: width.min(area.width.saturating_sub(14)), ..area };
    hours(opened.file.length.per_day() as usize * usize::from(broad), merged, grid, canvas);
    canvas.text(after(row(area, 0), 14 + width + 1), &format!("  k{unit}"), Role::Dim);
    let list = below(area, 1);
    let page = usize::from(list.height.saturating_sub(2)).max(1);
    canvas.hits.page = page;
    let most = most(opened, register) * merged as f64;
    let top = pane.top.min(pane.day).max(pane.day.saturating_sub(page - 1));
    for (place, day) in opened.days.iter().enumerate().skip(top).take(page) {
        let line = row(list, (place - top) as u16);
        day_name(place == pane.day, day.date, line, canvas);
        let cells = day
            .slots
            .chunks(merged)
            .map(|slots| slots.iter().try_fold(0.0, |sum, slot| Some(sum + f64::from(opened.get(register, *slot)?))));
        let cells = cells.flat_map(|cell| std::iter::repeat_n(cell, usize::from(broad)));
        bars::cells(Rect { x: grid.x, width: grid.width, ..line }, cells, most, canvas);
        let (total, gaps) = opened.total(register, day);
        let rest = after(line, 14 + width + 1);
        let remark = remark(opened, day.slots.len(), gaps);
        canvas.pieces(rest, &[(&format!("{:>6.1} ", total as f64 / 1000.0), Role::Text), (&remark, Role::Warn)]);
        canvas.hit(line, Target::Row(place));
    }
    legend(opened, register, unit, merged, row(area, area.height.saturating_sub(1)), canvas);
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

/// The clock over a day's cells.
fn hours(per_day: usize, merged: usize, area: Rect, canvas: &mut Canvas<'_>) {
    for hour in [0, 6, 12, 18] {
        let column = (per_day * hour / 24 / merged) as u16;
        canvas.text(
            Rect { width: 5, ..after(row(area, 0), column) }.intersection(area),
            &format!("{hour:02}:00"),
            Role::Dim,
        );
    }
}

fn legend(opened: &Opened, register: usize, unit: &str, merged: usize, line: Rect, canvas: &mut Canvas<'_>) {
    let total: u64 = opened.days.iter().map(|day| opened.total(register, day).0).sum();
    let minutes = usize::from(opened.file.length.minutes()) * merged;
    let most = most(opened, register);
    let used = canvas.pieces(after(line, 2), &[("0 ", Role::Dim)]) + 2;
    let scale = Rect { width: 8, ..after(line, used) };
    bars::cells(scale, (0..8).map(|step| Some(f64::from(step))), 7.0, canvas);
    let text =
        format!(" {:.2} k{unit} in {minutes} min   · gap   total {:.1} k{unit}", most / 1000.0, total as f64 / 1000.0);
    canvas.text(after(line, used + 8), &text, Role::Dim);
}

/// The load curve of the day under the cursor, and the days' totals.
fn curve(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let [list, chart] = Layout::horizontal([Constraint::Length(28), Constraint::Min(20)]).areas(area);
    totals(pane, opened, register, unit, list, canvas);
    let Some(day) = opened.days.get(pane.day) else { return };
    let chart = after(chart, 2);
    let (total, gaps) = opened.total(register, day);
    let remark = remark(opened, day.slots.len(), gaps);
    let head = format!("{}  {:.2} k{unit}  ", day.date.strftime("%A %d %B %Y"), total as f64 / 1000.0);
    canvas.pieces(row(chart, 0), &[(&head, Role::Strong), (&remark, Role::Warn)]);
    let wide = (usize::from(chart.width.saturating_sub(8)) / day.slots.len().max(1)).max(1);
    let plot = Rect { height: chart.height.saturating_sub(4), ..after(below(chart, 2), 8) };
    let most = most(opened, register);
    let values: Vec<Option<f64>> = day
        .slots
        .iter()
        .flat_map(|slot| std::iter::repeat_n(opened.get(register, *slot).map(f64::from), wide))
        .collect();
    for (share, place) in [(1.0, 0), (0.5, plot.height / 2), (0.0, plot.height.saturating_sub(1))] {
        let kw = most * share / 1000.0 * 60.0 / f64::from(opened.file.length.minutes());
        canvas.right(Rect { x: chart.x, width: 7, ..row(plot, place) }, &format!("{kw:.1} kW"), Role::Dim);
    }
    bars::curve(Rect { width: plot.width.min(values.len() as u16), ..plot }, &values, most, canvas);
    let axis = row(below(chart, 2 + plot.height), 0);
    for hour in [0, 6, 12, 18] {
        let slot = day.slots.len() * hour / 24;
        let name = day.slots.get(slot).map_or_else(String::new, |slot| opened.starts(*slot));
        canvas.text(after(axis, 8 + (slot * wide) as u16), &name, Role::Dim);
    }
}

fn totals(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.text(after(row(area, 0), 2), &format!("k{unit} a day"), Role::Dim);
    let list = below(area, 1);
    let page = usize::from(list.height).max(1);
    canvas.hits.page = page;
    let sums: Vec<u64> = opened.days.iter().map(|day| opened.total(register, day).0).collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let top = pane.top.min(pane.day).max(pane.day.saturating_sub(page - 1));
    for (place, day) in opened.days.iter().enumerate().skip(top).take(page) {
        let line = row(list, (place - top) as u16);
        day_name(place == pane.day, day.date, line, canvas);
        let sum = sums.get(place).copied().unwrap_or(0);
        canvas.right(Rect { x: line.x + 12, width: 7, ..line }, &format!("{:.1}", sum as f64 / 1000.0), Role::Text);
        let bar = Rect { x: line.x + 20, width: line.width.saturating_sub(20), ..line };
        bars::across(bar, sum as f64 / most as f64, Role::Good, canvas);
        canvas.hit(line, Target::Row(place));
    }
}

/// Every slot of the day under the cursor.
fn table(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let [list, slots] = Layout::horizontal([Constraint::Length(28), Constraint::Min(20)]).areas(area);
    totals(pane, opened, register, unit, list, canvas);
    let Some(day) = opened.days.get(pane.day) else { return };
    let slots = after(slots, 2);
    let (_, gaps) = opened.total(register, day);
    let remark = remark(opened, day.slots.len(), gaps);
    let head = format!("{}, {unit} a slot  ", day.date.strftime("%A %d %B %Y"));
    canvas.pieces(row(slots, 0), &[(&head, Role::Strong), (&remark, Role::Warn)]);
    let body = below(slots, 2);
    let rows = usize::from(body.height).max(1);
    for (place, slot) in day.slots.iter().enumerate() {
        let (column, line) = (place / rows, place % rows);
        let cell = Rect { width: 14, ..after(row(body, line as u16), column as u16 * 17) }.intersection(body);
        let value = opened.get(register, *slot);
        let text = value.map_or_else(|| "gap".into(), |value| thousands(value.into()));
        canvas.text(cell, &opened.starts(*slot), Role::Dim);
        canvas.right(cell, &text, if value.is_some() { Role::Text } else { Role::Warn });
    }
    let room = rows * (usize::from(body.width) / 17).max(1);
    if day.slots.len() > room {
        canvas.right(row(slots, 0), &format!("{MIND} {} more in a wider window", day.slots.len() - room), Role::Dim);
    }
}
