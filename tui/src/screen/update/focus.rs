//! What the panes are about: meter, period, key. What belonged to another is closed.

use std::sync::Arc;

use wattproof_engine::desk::key::Key;

use crate::screen::act::Act;
use crate::screen::event::{Effect, Effects};
use crate::screen::pane;
use crate::screen::state::State;

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

pub fn step_month(state: &mut State, by: isize) -> Effects {
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
