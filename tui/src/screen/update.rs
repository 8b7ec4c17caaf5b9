//! How the state changes: an event comes, the state is another, and effects are wanted. Nothing here reads a file, asks
//! the time or draws.

use std::time::Duration;

use jiff::Timestamp;
use wattproof_engine::progress::Progress;

use super::act::Act;
use super::canvas::Target;
use super::event::{Effect, Effects, Event};
use super::guide;
use super::keymap::{Command, Press, meaning};
use super::overlay::confirm::Confirm;
use super::overlay::form::Line;
use super::overlay::help::Help;
use super::overlay::palette::Palette;
use super::overlay::{self, Overlay};
use super::pane;
use super::state::{Pane, Running, State};

mod focus;
mod lists;
mod reports;

use focus::step_month;
use lists::{copy, moved, settle, sort, sorted_by, with_list};

pub use focus::{forget, hold, set_meter, set_period};
pub use lists::{filter, filter_of};

/// Time without a key press after which the key is wiped.
const IDLE: Duration = Duration::from_secs(15 * 60);

/// Ticks between two looks at an opened tariff file.
const DRAFT_TICKS: usize = 10;

/// Changes the state by an event.
pub fn update(state: &mut State, event: Event) -> Effects {
    let mut effects = match event {
        Event::Press(press) => pressed(state, press),
        Event::Paste(text) => pasted(state, &text),
        Event::Click(target) => clicked(state, target),
        Event::Wheel(rows) => {
            let command = if rows < 0 { Command::Up } else { Command::Down };
            (0..rows.unsigned_abs().min(20)).flat_map(|_| moved(state, command)).collect()
        }
        Event::Resize(width, height) => {
            state.size = (width, height);
            Vec::new()
        }
        Event::Tick(now, clock) => ticked(state, now, clock),
        Event::Page(page) => {
            state.page = page.max(1);
            Vec::new()
        }
        Event::Progress(progress) => {
            progressed(state, progress);
            Vec::new()
        }
        Event::Report(report) => reports::take(state, *report),
        Event::Changed => look(state),
    };
    if state.pane == Pane::Tariff {
        effects.extend(pane::tariff::wants(state));
    }
    effects
}

fn pressed(state: &mut State, press: Press) -> Effects {
    state.touched = state.clock;
    if press == Press::Ctrl('z') {
        return vec![Effect::Suspend];
    }
    if !state.overlays.is_empty() {
        return overlay::press(state, press);
    }
    if state.pane == Pane::Key && state.key.typing {
        return pane::key::press(state, press);
    }
    match meaning(state.pane, press) {
        Some(command) => {
            if !matches!(command, Command::Up | Command::Down | Command::Copy) {
                state.notice = state.notice.take().filter(|_| command == Command::Back);
            }
            run(state, None, command)
        }
        None => Vec::new(),
    }
}

fn pasted(state: &mut State, text: &str) -> Effects {
    state.touched = state.clock;
    let mut effects = Vec::new();
    match state.overlays.pop() {
        Some(Overlay::Form(mut form)) => {
            form.paste(text, &mut effects);
            state.overlays.push(Overlay::Form(form));
        }
        Some(Overlay::Filter(mut line)) => {
            line.paste(text);
            filter(state, line.value());
            state.overlays.push(Overlay::Filter(line));
        }
        Some(other) => state.overlays.push(other),
        None if state.pane == Pane::Key => pane::key::paste(state, text),
        None => {}
    }
    effects
}

fn clicked(state: &mut State, target: Target) -> Effects {
    state.touched = state.clock;
    match target {
        Target::Press(press) => pressed(state, press),
        _ if !state.overlays.is_empty() => Vec::new(),
        Target::Pane(pane) => go(state, pane),
        Target::Row(place) => {
            let page = state.page;
            match state.pane {
                Pane::Readings => {
                    let by = place as isize - state.readings.day as isize;
                    state.readings.go(by, page);
                }
                _ => with_list(state, |list| list.to(place, page)),
            }
            settle(state)
        }
        Target::Head(column) => {
            sort(state, Some(column));
            Vec::new()
        }
        Target::View(place) => {
            match state.pane {
                Pane::Readings => state.readings.view = place.min(pane::readings::VIEWS.len() - 1),
                Pane::Tariff => {
                    (state.tariff.view, state.tariff.top) = (place.min(pane::tariff::VIEWS.len() - 1), 0);
                }
                Pane::Batches => {
                    let month = state.detail().and_then(|detail| detail.months.get(place)).map(|row| row.month.clone());
                    if month.is_some() {
                        return set_period(state, month);
                    }
                }
                _ => {}
            }
            Vec::new()
        }
    }
}

fn ticked(state: &mut State, now: Timestamp, clock: Duration) -> Effects {
    (state.now, state.clock) = (now, clock);
    state.ticks = state.ticks.wrapping_add(1);
    let idle = clock.saturating_sub(state.touched);
    if state.key.held.is_some() && idle >= IDLE && state.running.is_none() {
        forget(state, "wiped after 15 idle minutes");
    }
    match &state.tariff.draft {
        Some(draft) if state.ticks.is_multiple_of(DRAFT_TICKS) => vec![Effect::Look(Act::Draft(draft.path.clone()))],
        _ => Vec::new(),
    }
}

fn progressed(state: &mut State, progress: Progress) {
    let now = state.clock;
    let Some(running) = &mut state.running else { return };
    let before = running.progress.map(|progress| progress.step);
    if before != Some(progress.step) {
        if let Some(before) = before {
            let seconds = now.saturating_sub(running.step_since).as_secs_f64();
            state.bill.over.push((before, seconds));
        }
        running.step_since = now;
    }
    running.progress = Some(progress);
}

/// Does a command, of a pane when one is named.
pub fn run(state: &mut State, pane: Option<Pane>, command: Command) -> Effects {
    let mut effects = Vec::new();
    if let Some(pane) = pane.filter(|pane| *pane != state.pane) {
        effects.extend(go(state, pane));
    }
    effects.extend(match command {
        Command::Next => next(state),
        Command::Help => {
            state.overlays.push(Overlay::Help(Help { pane: state.pane, top: 0 }));
            Vec::new()
        }
        Command::Palette => {
            state.overlays.push(Overlay::Palette(Palette::new()));
            Vec::new()
        }
        Command::Back => back(state),
        Command::Quit => quit(state),
        Command::Suspend => vec![Effect::Suspend],
        Command::Go(pane) => go(state, pane),
        Command::Forward => go(state, Pane::ALL[(state.pane.place() + 1) % Pane::ALL.len()]),
        Command::Backward => go(state, Pane::ALL[(state.pane.place() + Pane::ALL.len() - 1) % Pane::ALL.len()]),
        Command::Up | Command::Down | Command::PageUp | Command::PageDown | Command::First | Command::Last => {
            moved(state, command)
        }
        Command::Filter => {
            let text = filter_of(state);
            if let Some(text) = text {
                state.overlays.push(Overlay::Filter(Line::with(text)));
            }
            Vec::new()
        }
        Command::Sort => {
            sort(state, None);
            Vec::new()
        }
        Command::Reverse => {
            let column = sorted_by(state);
            sort(state, Some(column));
            Vec::new()
        }
        Command::Refresh => look(state),
        Command::Copy => copy(state),
        Command::Period => pane::batches::choose_period(state),
        Command::Earlier => step_month(state, -1),
        Command::Later => step_month(state, 1),
        Command::Import if !(state.pane == Pane::Meters && state.is_empty()) => {
            pane::forms::ask(state, pane::forms::Ask::Import, "")
        }
        Command::Theme => {
            state.look.theme = state.look.theme.next();
            state.say(format!("theme: {}", state.look.theme.name()));
            Vec::new()
        }
        Command::Unicode => {
            state.look.unicode = !state.look.unicode;
            Vec::new()
        }
        Command::Mouse => {
            state.mouse = !state.mouse;
            let text = if state.mouse { "the mouse works here" } else { "the mouse is the terminal's: select text" };
            state.say(text);
            vec![Effect::Mouse(state.mouse)]
        }
        Command::Sample => start(state, Effect::Act(Act::Sample)),
        Command::Backup => {
            let place = pane::forms::place(state, "wattproof-backup.redb");
            pane::forms::ask(state, pane::forms::Ask::Backup, place)
        }
        Command::CheckStore => start(state, Effect::Act(Act::Check)),
        Command::Cancel => stop(state),
        other => pane::act(state, state.pane, other),
    });
    effects
}

/// The next thing that is missing, wherever it is.
fn next(state: &mut State) -> Effects {
    let guide = guide::here(state);
    if state.stale || (guide.next.is_none() && guide.mark == guide::Mark::Waits) {
        return Vec::new();
    }
    let Some((pane, command, _)) = guide.next else {
        let later = Pane::ALL.into_iter().skip(state.pane.place() + 1);
        let open = later.into_iter().find(|pane| pane::guide(state, *pane).mark != guide::Mark::Done);
        return open.map_or_else(Vec::new, |pane| go(state, pane));
    };
    run(state, Some(pane), command)
}

/// Goes to a pane; what was typed of a key is wiped on leaving.
pub fn go(state: &mut State, pane: Pane) -> Effects {
    if state.pane == Pane::Key && pane != Pane::Key {
        pane::key::leave(state);
    }
    state.pane = pane;
    Vec::new()
}

/// One level back: a notice, what runs, an opened file, a filter, the marks.
fn back(state: &mut State) -> Effects {
    if state.notice.take().is_some() {
        return Vec::new();
    }
    if state.running.is_some() {
        return stop(state);
    }
    if state.pane == Pane::Tariff && state.tariff.draft.take().is_some() {
        return Vec::new();
    }
    if filter_of(state).is_some_and(|text| !text.is_empty()) {
        filter(state, "");
    } else if state.pane == Pane::Verify && state.verify.tried.take().is_none() {
        state.verify.marked.clear();
    }
    Vec::new()
}

fn stop(state: &mut State) -> Effects {
    match &mut state.running {
        Some(running) => {
            running.stopping = true;
            vec![Effect::Stop]
        }
        None => Vec::new(),
    }
}

fn quit(state: &mut State) -> Effects {
    let Some(running) = &state.running else { return vec![Effect::Quit] };
    let question = format!("Leave while {}?", running.what);
    let because = "What is under way is given up. What was written stays.";
    state.overlays.push(Overlay::Confirm(Confirm::new(question, because, "leave", Effect::Quit)));
    Vec::new()
}

/// Starts an act, unless one is under way; other effects go through.
pub fn start(state: &mut State, effect: Effect) -> Effects {
    let Effect::Act(act) = &effect else { return vec![effect] };
    if let Some(running) = &state.running {
        let text = format!("still {}", running.what);
        state.lack(text, "wait for it, or stop it with esc");
        return Vec::new();
    }
    let what = act.says().unwrap_or("working");
    state.notice = None;
    state.running =
        Some(Running { what, since: state.clock, progress: None, step_since: state.clock, stopping: false });
    state.bill.over.clear();
    vec![effect]
}

/// Looks at everything again.
pub fn look(state: &State) -> Effects {
    let mut effects = vec![Effect::Look(Act::Overview)];
    effects.extend(state.focus.meter.clone().map(|meter| Effect::Look(Act::Detail(meter))));
    effects
}
