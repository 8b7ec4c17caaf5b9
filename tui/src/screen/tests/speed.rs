//! A frame is drawn from what is shown and not from all there is.

use std::time::{Duration, Instant};

use super::fixture::{frame, full, typical};
use crate::screen::event::Event;
use crate::screen::keymap::Press;
use crate::screen::state::{Pane, State};
use crate::screen::update::update;

/// The least of several times, which other work on the machine lengthens least.
fn least(mut act: impl FnMut()) -> Duration {
    let time = |_| {
        let started = Instant::now();
        act();
        started.elapsed()
    };
    (0..40).map(time).min().unwrap_or_default()
}

fn scroll(state: &mut State) {
    update(state, Event::Press(Press::PageDown));
    frame(state, 120, 40);
}

#[test]
fn ten_thousand_bills_scroll_as_a_dozen_do() {
    let (mut few, mut many) = (typical(), full());
    (few.pane, many.pane) = (Pane::Verify, Pane::Verify);
    assert_eq!(many.verify.list.len(), 10_000);
    let (few, many) = (least(|| scroll(&mut few)), least(|| scroll(&mut many)));
    // Counting those that wait looks at every bill; drawing does not.
    assert!(many < few * 8 + Duration::from_millis(2), "{many:?} against {few:?}");
}

/// `cargo test --release -p wattproof frames_in_milliseconds -- --ignored --nocapture` prints what a frame takes.
#[test]
#[ignore = "a measurement"]
fn frames_in_milliseconds() {
    let mut state = full();
    for pane in Pane::ALL {
        state.pane = pane;
        let time = least(|| scroll(&mut state));
        println!("{:<14} {:>8.3} ms a frame", pane.title(), time.as_secs_f64() * 1e3);
    }
    state.pane = Pane::Verify;
    for (name, letters) in [("filter", "/m"), ("sort", "s")] {
        let time = least(|| {
            letters.chars().for_each(|letter| _ = update(&mut state, Event::Press(Press::Char(letter))));
            update(&mut state, Event::Press(Press::Esc));
            frame(&state, 120, 40);
        });
        println!("{name:<14} {:>8.3} ms", time.as_secs_f64() * 1e3);
    }
}
