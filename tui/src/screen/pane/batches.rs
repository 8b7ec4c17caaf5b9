//! The meter's sealed batches, and which of its months are complete.

use ratatui::layout::{Constraint, Layout, Rect};
use wattproof_engine::show::{BatchRow, MonthRow, Standing};

use super::forms::{self, Ask};
use crate::screen::act::Act;
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::list::List;
use crate::screen::overlay::Overlay;
use crate::screen::overlay::choice::Choice;
use crate::screen::overlay::confirm::Confirm;
use crate::screen::state::{Pane, State};
use crate::screen::style::{ARROW, MIND, NO, OK, Role};
use crate::screen::update;
use crate::screen::view::instant;
use crate::screen::widget::table::Table;
use crate::table::{counted, thousands};

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::Period, &[Press::Enter, Press::Char('p')], "choose the billing period", "period"),
    bind(Command::GiveOut, &[Press::Char('x')], "write what the customer's device needs to a folder", "for customer"),
    bind(Command::Settle, &[Press::Char('c')], "this rival counts", ""),
];

/// The pane.
#[derive(Clone, Debug, Default)]
pub struct Batches {
    /// The batches.
    pub list: List,
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    match command {
        Command::Period => choose_period(state),
        Command::GiveOut => match state.focus.period.is_some() && state.focus.meter.is_some() {
            true => {
                let place = forms::place(state, "for-the-customer");
                forms::ask(state, Ask::Folder, place)
            }
            false => {
                state.lack("no period is chosen", "choose one with enter");
                Vec::new()
            }
        },
        Command::Settle => settle(state),
        Command::Export => {
            let place = forms::place(state, "batches.csv");
            forms::ask(state, Ask::Batches, place)
        }
        _ => Vec::new(),
    }
}

/// Offers the meter's months, the latest first, and a line to type any other period.
pub fn choose_period(state: &mut State) -> Effects {
    let months = state.detail().map(|detail| detail.months.as_slice()).unwrap_or_default();
    if months.is_empty() {
        let text = state.focus.period.clone().unwrap_or_default();
        return forms::ask(state, Ask::Period, text);
    }
    let mut choice = Choice::new("Billing period");
    for month in months.iter().rev().take(8) {
        let period = month.month.clone();
        let follow = move |state: &mut State| update::set_period(state, Some(period));
        choice = choice.with(month.month.clone(), said(month, state), Box::new(follow));
    }
    let now = state.focus.period.as_ref();
    choice.at = choice.items.iter().position(|(month, _)| Some(month) == now).unwrap_or(0);
    let text = state.focus.period.clone().unwrap_or_default();
    let other = move |state: &mut State| forms::ask(state, Ask::Period, text);
    choice = choice.with("another", "dates of your own, or a month before these", Box::new(other));
    state.overlays.push(Overlay::Choice(choice));
    Vec::new()
}

/// What there is to say of a month, in a few words.
fn said(month: &MonthRow, state: &State) -> String {
    let mut words = Vec::new();
    match month.missing.len() {
        0 => words.push(counted(month.wanted as u64, "batch")),
        missing => words.push(format!("{} of {} batches", month.wanted - missing, month.wanted)),
    }
    if !month.rivals.is_empty() {
        words.push("rivals to decide".into());
    }
    if month.gaps > 0 {
        words.push(counted(month.gaps.into(), "gap"));
    }
    if month.end > state.now {
        words.push("not over".to_owned());
    }
    words.push(month.tariff.clone().unwrap_or_else(|_| "no tariff".into()));
    if month.billed.is_some() {
        words.push("billed".into());
    }
    words.join(", ")
}

fn settle(state: &mut State) -> Effects {
    let Some(detail) = state.detail() else { return Vec::new() };
    let rival = state.batches.list.current(&detail.batches).filter(|batch| batch.standing == Standing::Rival);
    let Some(batch) = rival else {
        state.lack("this batch has no undecided rival", "rivals are marked with !");
        return Vec::new();
    };
    let (meter, number, header) = (batch.meter.clone(), batch.number, batch.header.clone());
    let question = format!("Let {} count as batch {number} of {meter}?", &header[..header.len().min(8)]);
    let effect = Effect::Act(Act::Settle { meter, number, header });
    let because =
        "Several signed batches claim this number. Only a person can say which is right; the decision is kept.";
    state.overlays.push(Overlay::Confirm(Confirm::new(question, because, "it counts", effect)));
    Vec::new()
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    if let Some(guide) = before(state, Pane::Batches) {
        return guide;
    }
    let Some(detail) = state.detail() else { return Guide::done("", "looking at the meter").marked(Mark::Waits) };
    if detail.batches.is_empty() {
        let guide = Guide::done("no batch yet", "the meter's batches").marked(Mark::Open);
        return guide.then(Pane::Batches, Command::Import, "import its batches");
    }
    let count = counted(detail.batches.len() as u64, "batch");
    if detail.batches.iter().any(|batch| batch.standing == Standing::Rival) {
        let guide = Guide::done(count, "a decision between rivals").marked(Mark::Mind);
        return guide.then(Pane::Batches, Command::Settle, "this rival counts");
    }
    let Some(period) = &state.focus.period else {
        let guide = Guide::done(count, "no period is chosen").marked(Mark::Open);
        return guide.then(Pane::Batches, Command::Period, "choose the billing period");
    };
    match state.month() {
        Some(month) if !month.missing.is_empty() => {
            let missing = format!("{period} lacks {}", counted(month.missing.len() as u64, "batch"));
            let guide = Guide::done(count, missing).marked(Mark::Mind);
            match month.end > state.now {
                true => guide.then(Pane::Batches, Command::Earlier, "take the month before"),
                false => guide.then(Pane::Batches, Command::Import, "import them"),
            }
        }
        Some(month) if month.end > state.now => {
            let guide = Guide::done(count, format!("{period} is not over")).marked(Mark::Mind);
            guide.then(Pane::Batches, Command::Earlier, "take the month before")
        }
        _ => Guide::done(format!("{count}; {period} is complete"), "").then(
            Pane::Key,
            Command::Go(Pane::Key),
            "go on to the key",
        ),
    }
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(detail) = state.detail() else {
        canvas.text(row(below(area, 1), 0), "    choose a meter first", Role::Dim);
        return;
    };
    let wide = area.width >= 104;
    let [left, right] = match wide {
        true => Layout::horizontal([Constraint::Min(40), Constraint::Length(44)]).areas(area),
        false => Layout::vertical([Constraint::Min(4), Constraint::Length(5)]).areas(area),
    };
    let mark = |batch: &BatchRow| match batch.standing {
        Standing::Counts => (OK, Role::Good),
        Standing::Replaced => ("·", Role::Dim),
        Standing::Rival => (MIND, Role::Warn),
    };
    Table { rows: &detail.batches, list: &state.batches.list, mark: &mark, empty: "no batch yet" }
        .draw(Rect { width: left.width.saturating_sub(u16::from(wide)), ..left }, canvas);
    let side = match wide {
        true => {
            canvas.upright(Rect { width: 1, ..right });
            after(right, 3)
        }
        false => {
            canvas.rule(row(right, 0));
            below(right, 1)
        }
    };
    let months = if wide { detail.months.len() as u16 + 2 } else { side.height };
    draw_months(state, &detail.months, Rect { height: side.height.min(months), ..side }, canvas);
    if let Some(batch) = state.batches.list.current(&detail.batches).filter(|_| wide) {
        draw_batch(batch, below(side, months + 1), canvas);
    }
}

fn draw_months(state: &State, months: &[MonthRow], area: Rect, canvas: &mut Canvas<'_>) {
    canvas.pieces(row(area, 0), &[("Months", Role::Strong), ("   [ ] before, after", Role::Dim)]);
    let room = usize::from(area.height.saturating_sub(1));
    let here = months.iter().position(|month| Some(&month.month) == state.focus.period.as_ref());
    let top = here.map_or(0, |here| (here + 2).saturating_sub(room)).min(months.len().saturating_sub(room));
    for (place, month) in months.iter().enumerate().skip(top).take(room) {
        let line = row(area, (place - top) as u16 + 1);
        let complete = month.missing.is_empty() && month.rivals.is_empty() && month.end <= state.now;
        let (sign, role) = if complete { (OK, Role::Good) } else { (NO, Role::Warn) };
        let chosen = here == Some(place);
        let arrow = if chosen { ARROW } else { " " };
        let name = if chosen { Role::Accent } else { Role::Text };
        let text = said(month, state);
        canvas.pieces(
            line,
            &[
                (arrow, Role::Accent),
                (" ", Role::Text),
                (&month.month, name),
                (" ", name),
                (sign, role),
                (" ", role),
                (&text, Role::Dim),
            ],
        );
        canvas.hit(line, Target::View(place));
    }
}

fn draw_batch(batch: &BatchRow, area: Rect, canvas: &mut Canvas<'_>) {
    let lines = [
        ("batch", format!("{} revision {}", batch.number, batch.revision)),
        ("from", instant(batch.start)),
        ("to", instant(batch.end)),
        ("holds", format!("{}, {}", counted(batch.slots.into(), "slot"), counted(batch.gaps as u64, "gap"))),
        ("sealed", format!("{} bytes, opaque without the key", thousands(batch.bytes as u64))),
        ("signature", "checked when it was imported".into()),
        ("header", format!("{}…", &batch.header[..batch.header.len().min(24)])),
    ];
    for (place, (name, text)) in lines.iter().enumerate() {
        let line = row(area, place as u16);
        canvas.text(Rect { width: line.width.min(10), ..line }, name, Role::Dim);
        canvas.text(after(line, 11), text, if place == 0 { Role::Strong } else { Role::Text });
    }
}
