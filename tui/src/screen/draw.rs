//! A frame: steps at the top, the pane, what is missing and the keys at the foot.

use ratatui::layout::Rect;
use throbber_widgets_tui::{ASCII, BRAILLE_SIX, Set};

use super::canvas::{Canvas, Hits, Target, after, below, row, wrapped};
use super::guide::{self, Guide, Mark};
use super::keymap::{Binding, Command, EVERYWHERE, Press};
use super::overlay::{self, Overlay};
use super::pane;
use super::state::{Pane, Running, State};
use super::style::{ARROW, MIND, NO, OK, Role, to_ascii};
use super::widget::bars;

/// The least columns.
const WIDTH: u16 = 60;
/// The least rows.
const HEIGHT: u16 = 20;

/// Draws the state; gives where it can be clicked and where the terminal's cursor stands.
pub fn draw(state: &State, buffer: &mut ratatui::buffer::Buffer) -> (Hits, Option<(u16, u16)>) {
    let (area, mut hits) = (buffer.area, Hits::default());
    let ground = state.look.theme.style(Role::Text);
    buffer.set_style(area, ground);
    let mut canvas = Canvas { buffer, look: state.look, hits: &mut hits, caret: None };
    match area.width < WIDTH || area.height < HEIGHT {
        true => too_small(area, &mut canvas),
        false => frame(state, area, &mut canvas),
    }
    let caret = canvas.caret;
    if !state.look.unicode {
        to_ascii(buffer);
    }
    (hits, caret)
}

fn too_small(area: Rect, canvas: &mut Canvas<'_>) {
    let text = format!("The window has {} by {}; make it {WIDTH} by {HEIGHT} or larger.", area.width, area.height);
    let rows = wrapped(&text, area.width.saturating_sub(2));
    let place = below(
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area },
        area.height.saturating_sub(rows + 1) / 2,
    );
    let used = canvas.paragraph(place, &text, Role::Warn);
    canvas.text(row(below(place, used), 0), "q leaves", Role::Dim);
}

fn frame(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let guide = guide::here(state);
    title(state, row(area, 0), canvas);
    steps(state, row(area, 1), canvas);
    canvas.rule(row(area, 2));
    let foot = foot_rows(state, area.width);
    let body = Rect { height: area.height - 3 - foot - 2, ..below(area, 3) };
    let heading = row(body, 0);
    head(state, &guide, heading, canvas);
    pane::draw(state, below(body, 2), canvas);
    let foot_area = below(area, area.height - foot - 2);
    canvas.rule(row(foot_area, 0));
    status(state, &guide, Rect { height: foot, ..below(foot_area, 1) }, canvas);
    let over = !state.overlays.is_empty();
    if let Some(overlay) = state.overlays.last() {
        overlay::draw(state, overlay, below(Rect { height: area.height - foot - 2, ..area }, 1), canvas);
    }
    let keys = row(area, area.height - 1);
    match state.overlays.last() {
        Some(Overlay::Filter(line)) => {
            canvas.text(after(keys, 1), "/", Role::Accent);
            line.draw(after(keys, 3), canvas);
        }
        _ => hints(state, over, keys, canvas),
    }
}

/// The program, the store, and what the panes are about.
fn title(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let used = canvas.text(after(area, 1), "wattproof", Role::Strong) + 1;
    let about = [
        state.focus.meter.clone(),
        state.focus.period.clone(),
        state.month().and_then(|month| month.tariff.clone().ok()),
        state.key.held.as_ref().map(|_| "key held".to_owned()),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let about = about.join(" · ");
    let wide = unicode_width::UnicodeWidthStr::width(about.as_str()) as u16;
    let room = area.width.saturating_sub(used + wide + 6);
    let store = short_path(&state.store, usize::from(room));
    canvas.text(Rect { width: room, ..after(area, used + 2) }, &store, Role::Dim);
    canvas.right(Rect { width: area.width.saturating_sub(1), ..area }, &about, Role::Text);
}

/// The end of a path tells more than its beginning.
fn short_path(path: &str, room: usize) -> String {
    let letters = path.chars().count();
    match letters > room && room > 1 {
        true => format!("…{}", path.chars().skip(letters - room + 1).collect::<String>()),
        false => path.into(),
    }
}

/// The steps of the walk, each with how far it is.
fn steps(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let marks = guide::marks(state);
    let names: usize = Pane::ALL.iter().map(|pane| pane.name().len()).sum();
    // Before each step a bracket or a blank, then its place, a blank, its name and its mark.
    let tight = names + Pane::ALL.len() * 4 + 2;
    let short = usize::from(area.width) < tight;
    let wide = usize::from(area.width) >= tight + Pane::ALL.len() * 2;
    let mut rest = after(area, u16::from(!short));
    let mut close = " ";
    for (place, (pane, mark)) in Pane::ALL.into_iter().zip(marks).enumerate() {
        let here = pane == state.pane;
        let role = match mark {
            Mark::Done => Role::Good,
            Mark::Waits => Role::Rule,
            Mark::Open => Role::Accent,
            Mark::Mind => Role::Warn,
        };
        // The log is never done.
        let sign = if pane == Pane::Log { "" } else { mark.sign() };
        let name = if here || !short { pane.name() } else { "" };
        let (number, text) = if here { (Role::Accent, Role::Strong) } else { (Role::Dim, Role::Dim) };
        let digit = (place + 1).to_string();
        let open = if here { "[" } else { close };
        let gap = if name.is_empty() { "" } else { " " };
        let sign_gap = if wide && !sign.is_empty() { " " } else { "" };
        let used = canvas.pieces(
            rest,
            &[(open, Role::Accent), (&digit, number), (gap, text), (name, text), (sign_gap, text), (sign, role)],
        );
        canvas.hit(Rect { width: used, ..rest }, Target::Pane(pane));
        rest = after(rest, used);
        close = if here { "]" } else { " " };
        if wide {
            // Room for a bracket of each step's own; in a narrow window it takes the place of the next one's blank.
            rest = after(rest, canvas.text(rest, close, Role::Accent));
            close = " ";
        }
    }
    canvas.text(rest, close, Role::Accent);
}

/// The pane's name, where the user is, and how the list is filtered.
fn head(state: &State, guide: &Guide, area: Rect, canvas: &mut Canvas<'_>) {
    let used = canvas.text(after(area, 1), state.pane.title(), Role::Strong) + 1;
    let filter = super::update::filter_of(state).filter(|text| !text.is_empty());
    let filter = filter.map_or_else(String::new, |text| format!("only rows with “{text}” "));
    canvas.right(area, &filter, Role::Accent);
    let room = area.width.saturating_sub(used + 3 + filter.chars().count() as u16);
    canvas.text(Rect { width: room, ..after(area, used + 3) }, &guide.here, Role::Dim);
}

/// Rows of what is said at the foot.
fn foot_rows(state: &State, width: u16) -> u16 {
    match (&state.running, &state.notice) {
        (None, Some(notice)) => {
            let text = wrapped(&notice.text, width.saturating_sub(4)).min(3);
            text + u16::from(!notice.hint.is_empty())
        }
        _ => 1,
    }
}

/// What runs, else what there is to say, else the next thing.
fn status(state: &State, guide: &Guide, area: Rect, canvas: &mut Canvas<'_>) {
    if let Some(running) = &state.running {
        return working(state, running, row(area, 0), canvas);
    }
    let text = after(area, 3);
    if let Some(notice) = &state.notice {
        let (sign, role) = if notice.good { (OK, Role::Good) } else { (NO, Role::Bad) };
        canvas.text(after(row(area, 0), 1), sign, role);
        let used = canvas.paragraph(Rect { height: text.height.min(3), ..text }, &notice.text, Role::Text);
        canvas.text(row(below(text, used), 0), &notice.hint, Role::Dim);
        return;
    }
    let line = row(area, 0);
    match guide.key(state.pane) {
        Some((key, does)) => {
            let missing = match guide.missing.as_str() {
                "" => String::new(),
                missing => format!("   {MIND} missing: {missing}"),
            };
            let used = canvas.pieces(
                after(line, 1),
                &[
                    (ARROW, Role::Accent),
                    (" ", Role::Text),
                    (&key, Role::Accent),
                    ("  ", Role::Text),
                    (does, Role::Text),
                ],
            );
            canvas.hit(Rect { width: used, ..after(line, 1) }, Target::Press(Press::Char('n')));
            canvas.text(after(line, used + 1), &missing, Role::Warn);
        }
        None if guide.missing.is_empty() => {}
        None => {
            _ = canvas.pieces(after(line, 1), &[(MIND, Role::Warn), (" ", Role::Text), (&guide.missing, Role::Text)])
        }
    }
}

fn working(state: &State, running: &Running, area: Rect, canvas: &mut Canvas<'_>) {
    let set: Set = if state.look.unicode { BRAILLE_SIX } else { ASCII };
    let symbol = set.symbols[state.ticks % set.symbols.len()];
    let what = if running.stopping { format!("stopping: {}", running.what) } else { running.what.to_owned() };
    let used = canvas
        .pieces(after(area, 1), &[(symbol, Role::Accent), (" ", Role::Text), (&what, Role::Text), ("  ", Role::Text)])
        + 1;
    let mut rest = after(area, used);
    if let Some(progress) = running.progress.filter(|progress| progress.total > 1) {
        let bar = Rect { width: 24.min(rest.width / 2), ..rest };
        bars::across(bar, progress.done as f64 / progress.total as f64, Role::Accent, canvas);
        rest = after(rest, bar.width + 1);
        rest = after(
            rest,
            canvas.text(rest, &format!("{} {} of {}", progress.step, progress.done, progress.total), Role::Dim),
        );
    }
    canvas.right(Rect { width: rest.width.saturating_sub(1), ..rest }, "esc stops", Role::Dim);
}

/// Keys that do something here.
fn hints(state: &State, over: bool, area: Rect, canvas: &mut Canvas<'_>) {
    let own = state.pane.bindings().iter().filter(|_| !over);
    let everywhere = EVERYWHERE.iter().filter(|binding| !over || binding.command == Command::Help);
    let typing = state.pane == Pane::Key && state.key.typing;
    if typing {
        canvas.pieces(
            after(area, 1),
            &[
                ("enter", Role::Accent),
                (" take", Role::Dim),
                ("  ^r", Role::Accent),
                (" show", Role::Dim),
                ("  ^u", Role::Accent),
                (" wipe", Role::Dim),
                ("  esc", Role::Accent),
                (" stop typing", Role::Dim),
            ],
        );
        return;
    }
    let lists = super::update::filter_of(state).is_some();
    let filter = |command: Command| command != Command::Filter || lists;
    let mut rest = after(area, 1);
    let tail = 28;
    let shown = own.chain(everywhere).filter(|binding| !binding.hint.is_empty() && filter(binding.command));
    let (last, first): (Vec<&Binding>, Vec<&Binding>) =
        shown.partition(|binding| matches!(binding.command, Command::Help | Command::Palette | Command::Quit));
    for binding in first {
        let Some(key) = binding.keys.first() else { continue };
        let text = format!("{key} {}", binding.hint);
        let wide = text.chars().count() as u16 + 2;
        if rest.width < wide + tail {
            break;
        }
        hint(key, binding.hint, &mut rest, canvas);
    }
    let wide: u16 = last.iter().map(|binding| hint_width(binding)).sum();
    let mut right = Rect { x: area.right().saturating_sub(wide), width: wide.min(area.width), ..area };
    for binding in last {
        if let Some(key) = binding.keys.first() {
            hint(key, binding.hint, &mut right, canvas);
        }
    }
}

fn hint_width(binding: &Binding) -> u16 {
    binding.keys.first().map_or(0, |key| key.to_string().chars().count() as u16 + binding.hint.len() as u16 + 3)
}

fn hint(key: &Press, says: &str, rest: &mut Rect, canvas: &mut Canvas<'_>) {
    let text = key.to_string();
    let used = canvas.pieces(*rest, &[(&text, Role::Accent), (" ", Role::Dim), (says, Role::Dim)]);
    canvas.hit(Rect { width: used, ..*rest }, Target::Press(*key));
    *rest = after(*rest, used + 2);
}
