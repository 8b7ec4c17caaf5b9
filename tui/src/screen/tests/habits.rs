//! What users of such screens expect, key by key.

use std::time::Duration;

use super::fixture::{empty, keys, press, shown, tell, typical};
use crate::screen::act::{Act, Report, Trouble};
use crate::screen::event::{Effect, Event};
use crate::screen::keymap::{Command, Press};
use crate::screen::overlay::Overlay;
use crate::screen::state::{Pane, State};
use crate::screen::update::{run, update};

fn acts(effects: &[Effect]) -> Vec<&Act> {
    effects.iter().filter_map(|effect| if let Effect::Act(act) = effect { Some(act) } else { None }).collect()
}

#[test]
fn steps_are_a_digit_or_a_tab_away() {
    let mut state = typical();
    for (place, pane) in Pane::ALL.into_iter().enumerate() {
        press(&mut state, Press::Char(char::from(b'1' + place as u8)));
        assert_eq!(state.pane, pane);
    }
    press(&mut state, Press::Tab);
    assert_eq!(state.pane, Pane::Meters);
    press(&mut state, Press::BackTab);
    assert_eq!(state.pane, Pane::Log);
}

#[test]
fn a_filter_is_typed_kept_and_dropped() {
    let mut state = typical();
    state.pane = Pane::Verify;
    let all = state.verify.list.len();
    keys(&mut state, "/refused");
    let some = state.verify.list.len();
    assert!(some > 0 && some < all);
    press(&mut state, Press::Enter);
    assert!(state.overlays.is_empty() && state.verify.list.len() == some);
    press(&mut state, Press::Esc);
    assert_eq!(state.verify.list.len(), all);
    keys(&mut state, "/zzz");
    assert_eq!(state.verify.list.len(), 0);
    press(&mut state, Press::Esc);
    assert_eq!((state.verify.list.len(), state.overlays.len()), (all, 0));
}

#[test]
fn sorting_turns_round() {
    let mut state = typical();
    state.pane = Pane::Verify;
    while state.verify.list.sort() != Some((3, false)) {
        keys(&mut state, "s");
    }
    let totals = |state: &State| -> Vec<f64> {
        state.verify.list.shown(&state.snapshot.bills).map(|bill| bill.total.as_ref().unwrap().near).collect()
    };
    assert!(totals(&state).is_sorted());
    keys(&mut state, "S");
    assert!(totals(&state).is_sorted_by(|one, other| one >= other));
}

#[test]
fn one_act_at_a_time_and_it_can_be_stopped() {
    let mut state = empty();
    let effects = press(&mut state, Press::Char('a'));
    assert!(matches!(acts(&effects)[..], [Act::Sample]));
    let effects = press(&mut state, Press::Char('a'));
    assert!(acts(&effects).is_empty());
    assert!(state.notice.as_ref().unwrap().text.contains("still loading"));
    press(&mut state, Press::Esc);
    let effects = press(&mut state, Press::Esc);
    assert!(matches!(effects[..], [Effect::Stop]));
    assert!(state.running.as_ref().unwrap().stopping);
    let effects = press(&mut state, Press::Char('q'));
    assert!(effects.is_empty(), "leaving is asked while something runs");
    press(&mut state, Press::Esc);
    tell(&mut state, Report::Sample(Err(Trouble::internal())));
    assert!(state.running.is_none());
    assert!(matches!(press(&mut state, Press::Char('q'))[..], [Effect::Quit]));
}

#[test]
fn what_cannot_be_undone_is_asked() {
    let mut state = typical();
    state.pane = Pane::Verify;
    let effects = keys(&mut state, "V");
    assert!(effects.is_empty() && matches!(state.overlays[..], [Overlay::Confirm(_)]));
    assert!(acts(&press(&mut state, Press::Esc)).is_empty());
    keys(&mut state, "V");
    let effects = press(&mut state, Press::Enter);
    let waiting = state.snapshot.bills.iter().filter(|bill| bill.verdict() == "waiting").count();
    assert!(matches!(acts(&effects)[..], [Act::Verify { bills, dry_run: false }] if bills.len() == waiting));
}

#[test]
fn marked_bills_are_verified_together() {
    let mut state = typical();
    state.pane = Pane::Verify;
    keys(&mut state, "/waiting");
    press(&mut state, Press::Enter);
    keys(&mut state, "  ");
    assert_eq!(state.verify.marked.len(), 2);
    press(&mut state, Press::Enter);
    let effects = press(&mut state, Press::Enter);
    assert!(matches!(acts(&effects)[..], [Act::Verify { bills, .. }] if bills.len() == 2));
}

#[test]
fn an_idle_key_is_wiped() {
    let mut state = typical();
    let now = state.now;
    update(&mut state, Event::Tick(now, Duration::from_secs(15 * 60 - 1)));
    assert!(state.key.held.is_some());
    update(&mut state, Event::Tick(now, Duration::from_secs(15 * 60)));
    assert!(state.key.held.is_none() && state.readings.opened.is_none() && state.bill.proved.is_none());
    assert!(state.entries.back().unwrap().result.contains("idle"));
}

#[test]
fn a_wrong_key_is_told_apart_from_a_tampered_batch() {
    let mut state = typical();
    (state.pane, state.readings.opened) = (Pane::Readings, None);
    let trouble = Trouble::new("batch-digest", "batch 20513 was tampered with", "fetch it again");
    tell(&mut state, Report::Readings(Err(trouble)));
    assert!(state.key.held.is_some() && state.notice.as_ref().unwrap().text.contains("tampered"));
    tell(&mut state, Report::Readings(Err(Trouble::new("wrong-key", "another key", ""))));
    assert!(state.key.held.is_none());
    assert!(state.notice.as_ref().unwrap().text.contains("not the key of home"));
}

#[test]
fn another_period_closes_the_readings() {
    let mut state = typical();
    keys(&mut state, "]");
    assert_eq!(state.focus.period.as_deref(), Some("2026-04"));
    assert!(state.readings.opened.is_none() && state.tariff.priced.is_none() && state.key.held.is_some());
    keys(&mut state, "[[[[");
    assert_eq!(state.focus.period.as_deref(), Some("2026-02"));
    assert!(state.notice.is_some());
}

#[test]
fn readings_of_a_period_that_was_left_are_not_taken() {
    let mut state = typical();
    let late = state.readings.opened.clone().unwrap();
    keys(&mut state, "]");
    tell(&mut state, Report::Readings(Ok(late)));
    assert!(state.readings.opened.is_none());
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    let mut state = typical();
    assert!(matches!(keys(&mut state, "M")[..], [Effect::Mouse(false)]));
    assert!(matches!(keys(&mut state, "M")[..], [Effect::Mouse(true)]));
}

#[test]
fn a_click_does_what_its_place_says() {
    let mut state = typical();
    state.pane = Pane::Verify;
    update(&mut state, Event::Resize(120, 40));
    let (buffer, hits) = super::fixture::frame(&state, 120, 40);
    let text = super::fixture::text(&buffer);
    let place = |what: &str| {
        let (y, line) = text.lines().enumerate().find(|(_, line)| line.contains(what)).unwrap();
        let x = line[..line.find(what).unwrap()].chars().count();
        hits.at(x as u16, y as u16).unwrap()
    };
    update(&mut state, Event::Click(place("meter-00004")));
    assert_eq!(state.verify.list.current(&state.snapshot.bills).unwrap().meter, "meter-00004");
    update(&mut state, Event::Click(place("total")));
    assert_eq!(state.verify.list.sort(), Some((3, false)));
    update(&mut state, Event::Click(place("Readings")));
    assert_eq!(state.pane, Pane::Readings);
    update(&mut state, Event::Click(place("help")));
    assert!(matches!(state.overlays[..], [Overlay::Help(_)]));
}

#[test]
fn help_is_hinted_at_every_size() {
    let mut state = typical();
    for pane in Pane::ALL {
        state.pane = pane;
        for (width, height) in [(60, 20), (80, 24), (200, 60)] {
            assert!(shown(&mut state, width, height).contains("? help"), "{pane:?} at {width}");
        }
    }
}

#[test]
fn the_store_written_by_another_is_looked_at_again() {
    let mut state = typical();
    let effects = update(&mut state, Event::Changed);
    assert!(matches!(effects[..], [Effect::Look(Act::Overview), Effect::Look(Act::Detail(_))]));
    let trouble = Trouble::new("store-held", "the store is held", "wait");
    tell(&mut state, Report::Overview(Err(trouble)));
    assert_eq!(state.notice.as_ref().unwrap().text, "the store is held");
    assert!(!state.snapshot.bills.is_empty(), "what was seen stays");
}

#[test]
fn a_tariff_with_mistakes_is_not_published() {
    let mut state = super::fixture::failing(Pane::Tariff);
    assert!(keys(&mut state, "P").is_empty() && state.overlays.is_empty());
    assert!(state.notice.as_ref().unwrap().text.contains("mistakes"));
    assert!(matches!(keys(&mut state, "E")[..], [Effect::Edit(_)]));
    run(&mut state, None, Command::Back);
    run(&mut state, None, Command::Back);
    assert!(state.tariff.draft.is_none());
}
