//! How the state changes: an event comes, the state is another, and effects are wanted. Nothing here reads a file, asks
//! the time or draws.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use wattproof_engine::desk::key::Key;
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

mod reports;

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

/// Takes another meter.
pub fn set_meter(state: &mut State, meter: String) -> Effects {
    if state.focus.meter.as_ref() == Some(&meter) {
        return Vec::new();
    }
    state.focus.meter = Some(meter.clone());
    state.focus.period = None;
    state.detail = None;
    state.bill.revision = 0;
    if let Some(held) = &mut state.key.held {
        held.fits = None;
    }
    close_readings(state);
    vec![Effect::Look(Act::Detail(meter))]
}

/// Takes another period. Readings of the old one are wiped; with a key at hand the new ones are not opened by themselves.
pub fn set_period(state: &mut State, period: Option<String>) -> Effects {
    if state.focus.period != period {
        state.focus.period = period;
        state.bill.revision = 0;
        close_readings(state);
    }
    Vec::new()
}

fn close_readings(state: &mut State) {
    state.readings.opened = None;
    (state.readings.day, state.readings.top) = (0, 0);
    let tariff = &mut state.tariff;
    (tariff.plan, tariff.prices, tariff.priced, tariff.asked) = (None, None, None, None);
}

fn step_month(state: &mut State, by: isize) -> Effects {
    let months = state.detail().map(|detail| detail.months.as_slice()).unwrap_or_default();
    let here = months.iter().position(|month| Some(&month.month) == state.focus.period.as_ref());
    let place = match here {
        Some(here) => here.checked_add_signed(by),
        None => months.len().checked_sub(1),
    };
    match place.and_then(|place| months.get(place)).map(|month| month.month.clone()) {
        Some(month) => set_period(state, Some(month)),
        None => {
            state.lack("there is no such month", "choose another period with p");
            Vec::new()
        }
    }
}

/// Holds a key, and tries it on the period at once.
pub fn hold(state: &mut State, key: Arc<Key>, from: String) -> Effects {
    state.note("take the key", from.clone(), true);
    state.key.held = Some(pane::key::Held { key, from, fits: None });
    close_readings(state);
    match state.focus.period.is_some() {
        true => pane::readings::decrypt(state),
        false => Vec::new(),
    }
}

/// Wipes the key and everything it opened.
pub fn forget(state: &mut State, why: &str) {
    let had = state.key.held.take().is_some() | state.readings.opened.is_some();
    pane::key::leave(state);
    close_readings(state);
    state.bill.proved = None;
    if had {
        state.note("wipe the key and the readings", why, true);
        state.say(format!("the key and what it opened: {why}"));
    }
}

/// Moves the cursor of the pane.
fn moved(state: &mut State, command: Command) -> Effects {
    if let Some(overlay) = state.overlays.last() {
        let press = if command == Command::Up { Press::Up } else { Press::Down };
        let scrolls = !matches!(overlay, Overlay::Form(_) | Overlay::Filter(_) | Overlay::Confirm(_));
        return if scrolls { overlay::press(state, press) } else { Vec::new() };
    }
    let page = state.page;
    match state.pane {
        Pane::Meters if state.is_empty() => return pane::welcome::act(state, command),
        Pane::Readings => return pane::readings::act(state, command),
        Pane::Tariff if matches!(command, Command::PageUp | Command::PageDown) => {
            return pane::tariff::act(state, command);
        }
        Pane::Tariff => state.tariff.top = 0,
        _ => {}
    }
    with_list(state, |list| match command {
        Command::Up => list.go(-1, page),
        Command::Down => list.go(1, page),
        Command::PageUp => list.go(-(page as isize), page),
        Command::PageDown => list.go(page as isize, page),
        Command::First => list.to(0, page),
        _ => list.to(usize::MAX, page),
    });
    settle(state)
}

/// What follows when the cursor stands elsewhere: the meter under it is looked at, the tariff under it is the one.
fn settle(state: &mut State) -> Effects {
    match state.pane {
        Pane::Meters => {
            let meter = state.meters.list.current(&state.snapshot.meters).map(|meter| meter.name.clone());
            let known = state.detail.as_ref().map(|detail| &detail.meter);
            match meter {
                // The chosen meter's own details are not given up for a glance at another.
                Some(meter) if state.focus.meter.is_none() && Some(&meter) != known => {
                    vec![Effect::Look(Act::Detail(meter))]
                }
                _ => Vec::new(),
            }
        }
        Pane::Tariff => {
            state.focus.tariff = pane::tariff::current(state).map(|row| (row.name.clone(), row.version));
            Vec::new()
        }
        Pane::Verify => {
            state.verify.tried = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn with_list(state: &mut State, change: impl FnOnce(&mut super::list::List)) {
    match state.pane {
        Pane::Meters => change(&mut state.meters.list),
        Pane::Batches => change(&mut state.batches.list),
        Pane::Tariff => change(&mut state.tariff.list),
        Pane::Verify => change(&mut state.verify.list),
        Pane::Log => change(&mut state.log.list),
        Pane::Key | Pane::Readings | Pane::Bill => {}
    }
}

/// The text that rows of the pane must contain; nothing for a pane without rows.
pub fn filter_of(state: &State) -> Option<String> {
    let list = match state.pane {
        Pane::Meters => &state.meters.list,
        Pane::Batches => &state.batches.list,
        Pane::Tariff => &state.tariff.list,
        Pane::Verify => &state.verify.list,
        Pane::Log => &state.log.list,
        Pane::Key | Pane::Readings | Pane::Bill => return None,
    };
    Some(list.filter().to_owned())
}

/// Shows only rows of the pane that contain a text.
pub fn filter(state: &mut State, text: &str) {
    let batches = state.detail.as_ref().map(|detail| detail.batches.as_slice()).unwrap_or_default();
    match state.pane {
        Pane::Meters => state.meters.list.set_filter(&state.snapshot.meters, text),
        Pane::Batches => state.batches.list.set_filter(batches, text),
        Pane::Tariff => state.tariff.list.set_filter(&state.snapshot.tariffs, text),
        Pane::Verify => state.verify.list.set_filter(&state.snapshot.bills, text),
        Pane::Log => state.log.list.set_filter(&state.log.rows, text),
        Pane::Key | Pane::Readings | Pane::Bill => {}
    }
}

/// Sorts the rows of the pane by a column, or by the next one.
fn sort(state: &mut State, column: Option<usize>) {
    fn by<R: super::list::Row + Clone>(list: &mut super::list::List, rows: &[R], column: Option<usize>) {
        match column {
            Some(column) => list.sort_by(rows, column),
            None => list.sort_next(rows),
        }
    }
    let batches = state.detail.as_ref().map(|detail| detail.batches.as_slice()).unwrap_or_default();
    match state.pane {
        Pane::Meters => by(&mut state.meters.list, &state.snapshot.meters, column),
        Pane::Batches => by(&mut state.batches.list, batches, column),
        Pane::Tariff => by(&mut state.tariff.list, &state.snapshot.tariffs, column),
        Pane::Verify => by(&mut state.verify.list, &state.snapshot.bills, column),
        Pane::Log => by(&mut state.log.list, &state.log.rows, column),
        Pane::Key | Pane::Readings | Pane::Bill => {}
    }
}

fn sorted_by(state: &State) -> usize {
    let list = match state.pane {
        Pane::Meters => &state.meters.list,
        Pane::Batches => &state.batches.list,
        Pane::Tariff => &state.tariff.list,
        Pane::Verify => &state.verify.list,
        _ => &state.log.list,
    };
    list.sort().map_or(0, |(column, _)| column)
}

/// What the cursor stands on, for the clipboard. Never a reading or a key.
fn copy(state: &mut State) -> Effects {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text = match state.pane {
        Pane::Meters => state.meters.list.current(&state.snapshot.meters).map(|meter| meter.id.clone()),
        Pane::Batches => {
            state.detail().and_then(|detail| state.batches.list.current(&detail.batches)).map(|row| row.header.clone())
        }
        Pane::Tariff => pane::tariff::current(state).map(|row| row.source.clone()),
        Pane::Verify => pane::verify::current(state).map(|bill| hex(&bill.digest)),
        Pane::Bill => {
            pane::bill::current(state).map(|proved| format!("{} {}", proved.total.text, proved.total.currency))
        }
        Pane::Log => state.log.list.current(&state.log.rows).map(|entry| format!("{}: {}", entry.what, entry.result)),
        Pane::Key | Pane::Readings => None,
    };
    match text {
        Some(text) => {
            let shown: String = text.lines().next().unwrap_or_default().chars().take(40).collect();
            state.say(format!("copied: {shown}"));
            vec![Effect::Copy(text)]
        }
        None => {
            state.lack("there is nothing to copy here", "keys and readings are never copied");
            Vec::new()
        }
    }
}
