//! Random keys never panic, never lose the way back, and never draw outside the frame.

use proptest::prelude::*;

use super::fixture::{blank, empty, failing, frame, typical};
use crate::screen::canvas::Target;
use crate::screen::event::{Effect, Event};
use crate::screen::keymap::Press;
use crate::screen::state::{Pane, State};
use crate::screen::update::update;

fn any_press() -> impl Strategy<Value = Press> {
    prop_oneof![
        6 => prop::char::range(' ', '~').prop_map(Press::Char),
        1 => any::<char>().prop_map(Press::Char),
        1 => prop::char::range('a', 'y').prop_map(Press::Ctrl),
        6 => prop::sample::select(vec![
            Press::Enter, Press::Esc, Press::Tab, Press::BackTab, Press::Up, Press::Down, Press::Left, Press::Right,
            Press::PageUp, Press::PageDown, Press::Home, Press::End, Press::Backspace, Press::Delete,
        ]),
    ]
}

fn any_target() -> impl Strategy<Value = Target> {
    prop_oneof![
        (0..8usize).prop_map(|place| Target::Pane(Pane::ALL[place])),
        any::<usize>().prop_map(Target::Row),
        (0..9usize).prop_map(Target::Head),
        (0..9usize).prop_map(Target::View),
        any_press().prop_map(Target::Press),
    ]
}

#[derive(Clone, Debug)]
enum Happening {
    Press(Press),
    Click(Target),
    Paste(String),
    Wheel(i8),
    Size(u16, u16),
    Page(usize),
    Tick,
}

fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        20 => any_press().prop_map(Happening::Press),
        4 => any_target().prop_map(Happening::Click),
        1 => ".{0,90}".prop_map(Happening::Paste),
        1 => any::<i8>().prop_map(Happening::Wheel),
        1 => (1..200u16, 1..70u16).prop_map(|(width, height)| Happening::Size(width, height)),
        1 => any::<usize>().prop_map(Happening::Page),
        1 => Just(Happening::Tick),
    ]
}

fn happen(state: &mut State, happening: Happening) {
    let event = match happening {
        Happening::Press(press) => Event::Press(press),
        Happening::Click(target) => Event::Click(target),
        Happening::Paste(text) => Event::Paste(zeroize::Zeroizing::new(text)),
        Happening::Wheel(rows) => Event::Wheel(rows.into()),
        Happening::Size(width, height) => Event::Resize(width, height),
        Happening::Page(page) => Event::Page(page),
        Happening::Tick => Event::Tick(state.now, state.clock),
    };
    update(state, event);
}

/// Escape closes everything that is open, and q then leaves, after a question when something runs.
fn the_way_back(state: &mut State) {
    for _ in 0..20 {
        update(state, Event::Press(Press::Esc));
    }
    assert!(state.overlays.is_empty() && state.notice.is_none());
    let effects = update(state, Event::Press(Press::Char('q')));
    let leaves = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Quit));
    if !leaves(&effects) {
        assert!(state.running.is_some(), "q asks only while something runs");
        assert!(leaves(&update(state, Event::Press(Press::Enter))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_lose_the_way(
        start in 0..11usize,
        happenings in prop::collection::vec(any_happening(), 1..80),
    ) {
        let mut state = match start {
            0 => blank(),
            1 => empty(),
            2 => typical(),
            other => failing(Pane::ALL[other - 3]),
        };
        for happening in happenings {
            happen(&mut state, happening);
            let (width, height) = state.size;
            let (buffer, hits) = frame(&state, width, height);
            prop_assert_eq!(buffer.area.as_size(), (width, height).into());
            prop_assert!(hits.at(width, height).is_none());
        }
        the_way_back(&mut state);
    }
}

#[test]
fn letters_of_a_key_never_leave_its_pane() {
    let mut state = typical();
    (state.key.held, state.pane) = (None, Pane::Key);
    update(&mut state, Event::Paste(zeroize::Zeroizing::new("WATTKEY1QQQQQ".into())));
    assert_eq!(state.key.field.len(), 13);
    update(&mut state, Event::Press(Press::Tab));
    assert_eq!((state.pane, state.key.field.len(), state.key.typing), (Pane::Readings, 0, false));
    state.pane = Pane::Key;
    update(&mut state, Event::Press(Press::Enter));
    "3412".chars().for_each(|letter| _ = update(&mut state, Event::Press(Press::Char(letter))));
    assert_eq!(state.pane, Pane::Key, "digits are letters of the key while it is typed");
    update(&mut state, Event::Click(Target::Pane(Pane::Log)));
    assert_eq!((state.pane, state.key.field.len()), (Pane::Log, 0));
}
