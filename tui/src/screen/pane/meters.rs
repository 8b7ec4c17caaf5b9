//! Registered meters, and what belongs to the one under the cursor.

use ratatui::layout::{Constraint, Layout, Rect};

use super::forms::{self, Ask};
use crate::screen::act::Act;
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::list::List;
use crate::screen::state::{Pane, State};
use crate::screen::style::{OK, Role};
use crate::screen::update;
use crate::screen::view::{MeterRow, instant};
use crate::screen::widget::table::Table;
use crate::table::{counted, thousands};

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::ChooseMeter, &[Press::Enter], "go on with this meter", "choose"),
    bind(Command::Register, &[Press::Char('m')], "register a meter by its .pub file", "register"),
    bind(Command::Sample, &[Press::Char('a')], "load the sample household", "sample"),
];

/// The pane.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    /// The meters.
    pub list: List,
    /// The cursor on the first screen.
    pub offer: usize,
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    match command {
        Command::ChooseMeter | Command::Right => choose(state),
        Command::Register => forms::ask(state, Ask::Register, ""),
        Command::Sample => update::start(state, Effect::Act(Act::Sample)),
        Command::Export => {
            let place = forms::place(state, "meters.csv");
            forms::ask(state, Ask::Meters, place)
        }
        _ => Vec::new(),
    }
}

fn choose(state: &mut State) -> Effects {
    let Some(name) = state.meters.list.current(&state.snapshot.meters).map(|meter| meter.name.clone()) else {
        return Vec::new();
    };
    let mut effects = update::set_meter(state, name);
    effects.extend(update::go(state, Pane::Batches));
    effects
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    if let Some(guide) = before(state, Pane::Meters) {
        return guide.marked(Mark::Open);
    }
    let count = counted(state.snapshot.meters.len() as u64, "meter");
    match &state.focus.meter {
        Some(meter) => Guide::done(format!("{count}, {meter} chosen"), ""),
        None => Guide::done(count, "no meter is chosen").marked(Mark::Open),
    }
    .then(Pane::Meters, Command::ChooseMeter, "go on with this meter")
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let wide = area.width >= 100;
    let [left, right] = match wide {
        true => Layout::horizontal([Constraint::Min(40), Constraint::Length(42)]).areas(area),
        false => Layout::vertical([Constraint::Min(4), Constraint::Length(7)]).areas(area),
    };
    let chosen = state.focus.meter.as_deref();
    let mark = |meter: &MeterRow| match chosen == Some(meter.name.as_str()) {
        true => (OK, Role::Good),
        false => (" ", Role::Dim),
    };
    let table = Table { rows: &state.snapshot.meters, list: &state.meters.list, mark: &mark, empty: "no meter" };
    table.draw(Rect { width: left.width.saturating_sub(u16::from(wide)), ..left }, canvas);
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
    if let Some(meter) = state.meters.list.current(&state.snapshot.meters) {
        about(state, meter, side, canvas);
    }
}

fn about(state: &State, meter: &MeterRow, area: Rect, canvas: &mut Canvas<'_>) {
    let mut lines: Vec<(&str, String)> = vec![
        ("meter", meter.name.clone()),
        ("id", meter.id.clone()),
        ("registers", meter.registers.clone()),
        ("slots", format!("{} min, sealed by the {}", meter.minutes, meter.batch)),
        ("admitted", instant(meter.admitted)),
    ];
    if let Some(detail) = state.detail.as_ref().filter(|detail| detail.meter == meter.name) {
        let gaps: usize = detail.batches.iter().map(|batch| batch.gaps).sum();
        let batches = counted(detail.batches.len() as u64, "batch");
        lines.insert(3, ("batches", format!("{batches}, {}", counted(gaps as u64, "gap"))));
        for (tariff, from) in detail.assignments.iter().rev().take(3) {
            lines.push(("tariff", format!("{tariff} from {from}")));
        }
    }
    let bills = state.snapshot.bills.iter().filter(|bill| bill.meter == meter.name).count();
    lines.push(("bills", thousands(bills as u64)));
    for (place, (name, text)) in lines.iter().enumerate() {
        let line = row(area, place as u16);
        canvas.text(Rect { width: line.width.min(10), ..line }, name, Role::Dim);
        canvas.text(after(line, 11), text, if place == 0 { Role::Strong } else { Role::Text });
    }
}
