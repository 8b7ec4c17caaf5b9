//! Rows: the cursor, what is shown of them, their order, what is copied.

use crate::screen::act::Act;
use crate::screen::event::{Effect, Effects};
use crate::screen::keymap::{Command, Press};
use crate::screen::list::{List, Row};
use crate::screen::overlay::{self, Overlay};
use crate::screen::pane;
use crate::screen::state::{Pane, State};

/// Moves the cursor of the pane.
pub fn moved(state: &mut State, command: Command) -> Effects {
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
pub fn settle(state: &mut State) -> Effects {
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

pub fn with_list(state: &mut State, change: impl FnOnce(&mut List)) {
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
pub fn sort(state: &mut State, column: Option<usize>) {
    fn by<R: Row + Clone>(list: &mut List, rows: &[R], column: Option<usize>) {
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

pub fn sorted_by(state: &State) -> usize {
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
pub fn copy(state: &mut State) -> Effects {
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
