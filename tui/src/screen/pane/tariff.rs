//! Tariffs: their text with what is wrong at its place, how bills under them are proved, what they cost.

use std::path::PathBuf;

use ratatui::layout::{Constraint, Layout, Rect};
use wattproof_engine::desk::tariff::hours::WeekPrices;

use super::forms::{self, Ask};
use super::readings::tabs;
use crate::screen::act::{Act, Draft, Priced, TariffId, TariffPlan, Trouble};
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::list::List;
use crate::screen::overlay::Overlay;
use crate::screen::overlay::confirm::Confirm;
use crate::screen::state::{Pane, State};
use crate::screen::style::{OK, Role};
use crate::screen::view::TariffRow;
use crate::screen::widget::table::Table;

mod compare;
pub mod plan;
mod prices;
mod source;

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::Assign, &[Press::Char('A')], "assign this tariff to the meter", "assign"),
    bind(Command::OpenTariff, &[Press::Char('o')], "open a tariff file and check it", "open"),
    bind(Command::NewTariff, &[Press::Char('w')], "write a new tariff file to begin with", "new"),
    bind(Command::EditTariff, &[Press::Char('E')], "edit the opened file with $EDITOR", ""),
    bind(Command::Publish, &[Press::Char('P')], "publish the opened file", ""),
    bind(Command::CloseTariff, &[Press::Char('C')], "close the opened file", ""),
];

/// The views.
pub const VIEWS: [&str; 5] = ["source", "proof", "bill", "prices", "compare"];
/// The view of the source.
const SOURCE: usize = 0;
/// The view of the plan.
const PROOF: usize = 1;
/// Rows of a plan at most.
const PLAN: usize = 60;
/// The view of prices.
const PRICES: usize = 3;

/// Something about a tariff over a period.
pub struct About<T> {
    /// The tariff.
    pub tariff: TariffId,
    /// The period.
    pub period: String,
    /// What there is, or why there is nothing.
    pub found: Result<T, Trouble>,
}

/// The pane. No `Debug`: what readings cost says something of them.
#[derive(Default)]
pub struct TariffPane {
    /// The tariffs.
    pub list: List,
    /// Which view.
    pub view: usize,
    /// The first line of it that is shown.
    pub top: usize,
    /// The opened file.
    pub draft: Option<Draft>,
    /// How the tariff is proved.
    pub plan: Option<About<Box<TariffPlan>>>,
    /// Its prices, and whether on top of the household's own readings.
    pub prices: Option<(bool, About<WeekPrices>)>,
    /// What the readings cost under every tariff: the period, and the bills.
    pub priced: Option<(String, Result<Vec<Priced>, Trouble>)>,
    /// What was asked of the engine and not answered yet.
    pub asked: Option<(usize, Option<TariffId>, String)>,
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    let lines = lines(state);
    let pane = &mut state.tariff;
    match command {
        Command::Left => (pane.view, pane.top) = (pane.view.checked_sub(1).unwrap_or(VIEWS.len() - 1), 0),
        Command::Right => (pane.view, pane.top) = ((pane.view + 1) % VIEWS.len(), 0),
        Command::PageUp => pane.top = pane.top.saturating_sub(8),
        Command::PageDown => pane.top = (pane.top + 8).min(lines.saturating_sub(4)),
        Command::Assign => return assign(state),
        Command::OpenTariff => return forms::ask(state, Ask::OpenTariff, ""),
        Command::NewTariff => {
            let place = forms::place(state, "mine.tariff");
            return forms::ask(state, Ask::NewTariff, place);
        }
        Command::EditTariff => return edit(state),
        Command::Publish => return publish(state),
        Command::CloseTariff => pane.draft = None,
        Command::Export => {
            if let Some(row) = current(state) {
                let name = format!("{}-{}.tariff", row.name, row.version);
                let place = forms::place(state, &name);
                return forms::ask(state, Ask::Source, place);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn lines(state: &State) -> usize {
    if state.tariff.view == PROOF {
        return state.tariff.plan.as_ref().map_or(0, |_| PLAN);
    }
    match (&state.tariff.draft, current(state)) {
        // A finding takes some lines of its own.
        (Some(draft), _) => draft.source.lines().count() + draft.findings.len() * 4,
        (None, row) => row.map_or(0, |row| row.source.lines().count()),
    }
}

/// The tariff under the cursor.
pub fn current(state: &State) -> Option<&TariffRow> {
    state.tariff.list.current(&state.snapshot.tariffs)
}

fn id(row: &TariffRow) -> TariffId {
    (row.name.clone(), row.version)
}

fn assign(state: &mut State) -> Effects {
    let Some(tariff) = current(state).map(id) else {
        state.lack("no tariff is published", "open one with o, and publish it with P");
        return Vec::new();
    };
    let Some(meter) = state.focus.meter.clone() else {
        state.lack("no meter is chosen", "choose one with 1");
        return Vec::new();
    };
    let month = state.focus.period.as_deref().unwrap_or_default();
    let from = if month.len() == 7 { format!("{month}-01") } else { month.chars().take(10).collect() };
    forms::ask(state, Ask::Assign { meter, tariff }, from)
}

fn opened(state: &mut State) -> Option<PathBuf> {
    match &state.tariff.draft {
        Some(draft) => Some(draft.path.clone()),
        None => {
            state.lack("no tariff file is open", "open one with o, or write a new one with w");
            None
        }
    }
}

fn edit(state: &mut State) -> Effects {
    opened(state).map(Effect::Edit).into_iter().collect()
}

fn publish(state: &mut State) -> Effects {
    let Some(path) = opened(state) else { return Vec::new() };
    match state.tariff.draft.as_ref().and_then(|draft| draft.name.clone()) {
        Some(name) => {
            let effect = Effect::Act(Act::Publish(path));
            let because = "A published version stands for this text for good; a change needs another version.";
            let question = format!("Publish {name}?");
            state.overlays.push(Overlay::Confirm(Confirm::new(question, because, "publish", effect)));
        }
        None => state.lack("the file has mistakes", "mend what is marked; the file is read again as you save it"),
    }
    Vec::new()
}

/// What the view needs and has not got: asked once.
pub fn wants(state: &mut State) -> Effects {
    let (Some(tariff), Some(period)) = (current(state).map(id), state.focus.period.clone()) else { return Vec::new() };
    let readings = state.readings.opened.clone();
    let pane = &mut state.tariff;
    let same = |about: &(TariffId, String)| *about == (tariff.clone(), period.clone());
    let (act, asked) = match pane.view {
        PROOF if !pane.plan.as_ref().is_some_and(|plan| same(&(plan.tariff.clone(), plan.period.clone()))) => {
            (Act::Explain { tariff: tariff.clone(), period: period.clone() }, Some(tariff))
        }
        PRICES
            if !pane.prices.as_ref().is_some_and(|(personal, prices)| {
                *personal == readings.is_some() && same(&(prices.tariff.clone(), prices.period.clone()))
            }) =>
        {
            (Act::Hours { tariff: tariff.clone(), period: period.clone(), readings }, Some(tariff))
        }
        SOURCE | PROOF | PRICES => return Vec::new(),
        _ => match readings {
            Some(readings) if pane.priced.as_ref().is_none_or(|(of, _)| *of != period) => {
                (Act::Price { period: period.clone(), readings }, None)
            }
            _ => return Vec::new(),
        },
    };
    let asked = Some((pane.view, asked, period));
    if pane.asked == asked {
        return Vec::new();
    }
    pane.asked = asked;
    vec![Effect::Look(act)]
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    if !state.loaded {
        return Guide::done("", "looking at the store").marked(Mark::Waits);
    }
    if let Some(draft) = &state.tariff.draft {
        let name = draft.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return match draft.findings.len() {
            0 => Guide::done(format!("{name} is right"), "publishing it").marked(Mark::Open).then(
                Pane::Tariff,
                Command::Publish,
                "publish it",
            ),
            1 => Guide::done(name, "1 mistake to mend").marked(Mark::Mind),
            more => Guide::done(name, format!("{more} mistakes to mend")).marked(Mark::Mind),
        };
    }
    if state.snapshot.tariffs.is_empty() {
        let guide = Guide::done("no tariff yet", "a published tariff").marked(Mark::Open);
        return guide.then(Pane::Tariff, Command::OpenTariff, "open a tariff file");
    }
    let count = crate::table::counted(state.snapshot.tariffs.len() as u64, "tariff");
    if let Some(guide) = before(state, Pane::Tariff) {
        return guide;
    }
    match state.month().map(|month| &month.tariff) {
        Some(Err(without)) => Guide::done(count, without.message.clone()).marked(Mark::Open).then(
            Pane::Tariff,
            Command::Assign,
            "assign the tariff under the cursor",
        ),
        Some(Ok(name)) => {
            let meter = state.focus.meter.as_deref().unwrap_or_default();
            let guide = Guide::done(format!("{count}; {meter} is billed under {name}"), "");
            guide.then(Pane::Bill, Command::Go(Pane::Bill), "go on to the bill")
        }
        None if state.detail().is_some_and(|detail| detail.assignments.is_empty()) => Guide::done(
            count,
            "the meter has no tariff",
        )
        .marked(Mark::Open)
        .then(Pane::Tariff, Command::Assign, "assign the tariff under the cursor"),
        None => Guide::done(count, "").then(Pane::Bill, Command::Go(Pane::Bill), "go on to the bill"),
    }
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let left = match (area.width, &state.tariff.draft) {
        (100.., _) => 30,
        // A file that is worked on has the whole of a narrow window.
        (_, Some(_)) if state.tariff.view == SOURCE => 0,
        _ => 22,
    };
    let [list, right] = Layout::horizontal([Constraint::Length(left), Constraint::Min(20)]).areas(area);
    let assigned = state.month().and_then(|month| month.tariff.clone().ok());
    let mark = |tariff: &TariffRow| match assigned.as_ref() == Some(&tariff.full_name()) {
        true => (OK, Role::Good),
        false => (" ", Role::Dim),
    };
    let table = Table { rows: &state.snapshot.tariffs, list: &state.tariff.list, mark: &mark, empty: "none published" };
    if left > 0 {
        table.draw(list, canvas);
        canvas.upright(Rect { width: 1, ..right });
    }
    let right = after(right, 1);
    tabs(&VIEWS, state.tariff.view, row(right, 0), canvas);
    let body = after(below(right, 2), 2);
    match state.tariff.view {
        SOURCE => source::draw(state, body, canvas),
        PROOF => plan::draw(state, body, canvas),
        2 => compare::bill(state, body, canvas),
        PRICES => prices::draw(state, body, canvas),
        _ => compare::draw(state, body, canvas),
    }
}

/// Why there is nothing to show.
fn nothing(trouble: &Trouble, area: Rect, canvas: &mut Canvas<'_>) {
    let used = canvas.paragraph(area, &trouble.message, Role::Warn);
    canvas.paragraph(below(area, used), &trouble.hint, Role::Dim);
}
