//! What each pane looks like, at two sizes, in four situations.

use super::fixture::{empty, failing, full, shown, typical};
use crate::screen::event::Event;
use crate::screen::keymap::{Command, Press};
use crate::screen::overlay::Overlay;
use crate::screen::pane::{readings, tariff};
use crate::screen::state::{Pane, Running, State};
use crate::screen::style::{Look, Theme};
use crate::screen::update::{run, update};
use wattproof_engine::progress::Progress;

/// Both sizes, one under the other.
fn both(state: &mut State) -> String {
    format!("80 × 24\n{}\n120 × 40\n{}", shown(state, 80, 24), shown(state, 120, 40))
}

fn panes(situation: &str, make: impl Fn(Pane) -> State) {
    for pane in Pane::ALL {
        let mut state = make(pane);
        state.pane = pane;
        insta::assert_snapshot!(format!("{situation}_{}", pane.name().to_lowercase()), both(&mut state));
    }
}

#[test]
fn empty_store() {
    panes("empty", |_| empty());
}

#[test]
fn typical_store() {
    panes("typical", |_| typical());
}

#[test]
fn ten_thousand_bills() {
    panes("full", |_| full());
}

#[test]
fn what_goes_wrong() {
    panes("failing", failing);
}

#[test]
fn every_view() {
    let mut state = typical();
    for pane in [Pane::Readings, Pane::Tariff] {
        state.pane = pane;
        let views = if pane == Pane::Tariff { tariff::VIEWS.len() } else { readings::VIEWS.len() };
        for _ in 1..views {
            run(&mut state, None, Command::Right);
            let view = if pane == Pane::Tariff { state.tariff.view } else { state.readings.view };
            insta::assert_snapshot!(format!("view_{}_{view}", pane.name().to_lowercase()), both(&mut state));
        }
    }
}

#[test]
fn a_proof_under_way() {
    let mut state = typical();
    state.pane = Pane::Bill;
    state.bill.last = vec![("decrypt", 0.2), ("price", 0.01), ("prove", 4.0), ("check", 0.3)];
    let since = state.clock;
    state.running =
        Some(Running { what: "proving the bill", since, progress: None, step_since: since, stopping: false });
    for (second, step, done, total) in
        [(0, "decrypt", 3, 32), (1, "price", 0, 1), (1, "prove", 0, 1), (3, "prove", 20, 57)]
    {
        let (now, clock) = (state.now, std::time::Duration::from_secs(second));
        update(&mut state, Event::Tick(now, clock));
        update(&mut state, Event::Progress(Progress { step, done, total }));
    }
    insta::assert_snapshot!("a_proof_under_way", both(&mut state));
}

#[test]
fn the_order_of_a_bill() {
    let mut state = typical();
    state.bill.proved = None;
    state.pane = Pane::Bill;
    insta::assert_snapshot!("the_order_of_a_bill", both(&mut state));
}

#[test]
fn what_lies_over() {
    for (name, command) in [("help", Command::Help), ("palette", Command::Palette), ("tamper", Command::Tamper)] {
        let mut state = typical();
        state.pane = Pane::Verify;
        run(&mut state, None, command);
        insta::assert_snapshot!(format!("over_{name}"), both(&mut state));
    }
    let mut state = typical();
    state.pane = Pane::Verify;
    run(&mut state, None, Command::VerifyAll);
    insta::assert_snapshot!("over_confirm", both(&mut state));
    let mut state = typical();
    run(&mut state, None, Command::Import);
    if let Some(Overlay::Form(form)) = state.overlays.last_mut() {
        form.offer("", vec!["batches/".into(), "home.meter.pub".into()]);
    }
    insta::assert_snapshot!("over_form", both(&mut state));
    let mut state = typical();
    state.pane = Pane::Verify;
    for letter in "/00".chars() {
        update(&mut state, Event::Press(Press::Char(letter)));
    }
    insta::assert_snapshot!("over_filter", both(&mut state));
}

#[test]
fn a_small_window() {
    let mut state = typical();
    let mut all = String::new();
    for (width, height) in [(60, 20), (59, 20), (60, 19), (20, 5), (1, 1)] {
        all += &format!("{width} × {height}\n{}\n", shown(&mut state, width, height));
    }
    for pane in Pane::ALL {
        state.pane = pane;
        all += &format!("{}\n{}\n", pane.title(), shown(&mut state, 60, 20));
    }
    insta::assert_snapshot!("a_small_window", all);
}

#[test]
fn only_ascii_where_only_ascii_is_shown() {
    let mut all = String::new();
    for pane in Pane::ALL {
        for mut state in [typical(), failing(pane)] {
            state.pane = pane;
            state.look = Look { theme: Theme::Plain, unicode: false };
            for _ in 0..5 {
                let text = shown(&mut state, 120, 40);
                assert!(text.is_ascii() && !text.contains('?'.to_string().repeat(2).as_str()), "{pane:?}\n{text}");
                all.clone_from(&text);
                run(&mut state, None, Command::Right);
            }
        }
    }
    assert!(!all.is_empty());
}

#[test]
fn colours_are_those_of_the_theme() {
    for theme in Theme::ALL {
        for pane in Pane::ALL {
            let mut state = typical();
            (state.pane, state.look.theme) = (pane, theme);
            let (buffer, _) = super::fixture::frame(&state, 120, 40);
            for cell in &buffer.content {
                let colours = [cell.fg, cell.bg];
                let fits = |colour: &ratatui::style::Color| match (theme, colour) {
                    (_, ratatui::style::Color::Reset) => true,
                    (Theme::Plain, _) | (_, ratatui::style::Color::Rgb(..)) => false,
                    (Theme::Sixteen, ratatui::style::Color::Indexed(_)) => false,
                    _ => true,
                };
                assert!(colours.iter().all(fits), "{theme:?} {pane:?} {colours:?}");
            }
        }
    }
}

#[test]
fn no_reading_and_no_key_on_the_suppliers_side() {
    let mut state = typical();
    let key = super::fixture::fake_key().to_text().to_string();
    for pane in Pane::ALL {
        state.pane = pane;
        let text = shown(&mut state, 120, 40);
        for group in key.split(' ').skip(2).filter(|group| group.len() == 5) {
            assert!(!text.contains(group), "{pane:?}");
        }
    }
    state.pane = Pane::Verify;
    assert!(shown(&mut state, 120, 40).contains("no reading is ever shown here"));
}
