//! A proof under way: its phases, how far they are, the time left.

use std::time::Duration;

use ratatui::layout::Rect;

use super::STEPS;
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::keymap::Press;
use crate::screen::state::{Running, State};
use crate::screen::style::{NOT_YET, NOW, OK, Role};
use crate::screen::widget::bars;

/// Seconds between two times of the running clock.
fn seconds(from: Duration, to: Duration) -> f64 {
    to.saturating_sub(from).as_secs_f64()
}

/// Seconds that are left, when enough is known to say: by the step's own pace, and by the last proof for the others.
fn left(state: &State, running: &Running) -> Option<f64> {
    let progress = running.progress?;
    let spent = seconds(running.step_since, state.clock);
    let last = |step: &str| state.bill.last.iter().find(|(name, _)| *name == step).map(|(_, seconds)| *seconds);
    let this = match progress.done {
        done if done > 0 && progress.total > 1 => spent * (progress.total.saturating_sub(done)) as f64 / done as f64,
        _ => (last(progress.step)? - spent).max(0.0),
    };
    let place = STEPS.iter().position(|(name, _)| *name == progress.step)?;
    let rest: Option<f64> = STEPS[place + 1..].iter().map(|(name, _)| last(name)).sum();
    Some(this + rest.unwrap_or(0.0))
}

pub fn under_way(state: &State, running: &Running, area: Rect, canvas: &mut Canvas<'_>) {
    let meter = state.focus.meter.as_deref().unwrap_or_default();
    let period = state.focus.period.as_deref().unwrap_or_default();
    let what = if running.stopping { "Stopping the proof of " } else { "Proving the bill of " };
    canvas.pieces(row(area, 0), &[(what, Role::Text), (&format!("{meter}, {period}"), Role::Strong)]);
    let now = running.progress.map(|progress| progress.step);
    let place_now = STEPS.iter().position(|(name, _)| Some(*name) == now);
    for (place, (name, about)) in STEPS.iter().enumerate() {
        let line = row(below(area, 2), place as u16 * 2);
        let over = state.bill.over.iter().find(|(step, _)| step == name);
        let (sign, role, time) = match (over, place_now) {
            (Some((_, seconds)), _) => (OK, Role::Good, format!("{seconds:.2} s")),
            (None, Some(at)) if at == place => {
                (NOW, Role::Accent, format!("{:.1} s", seconds(running.step_since, state.clock)))
            }
            _ => (NOT_YET, Role::Rule, String::new()),
        };
        let name = format!("  {name:<9}");
        canvas.pieces(line, &[(sign, role), (&name, Role::Strong), (about, Role::Dim)]);
        let below_line = Rect { y: line.y + 1, ..line }.intersection(area);
        if let Some(progress) = running.progress.filter(|_| place_now == Some(place)) {
            let share = if progress.total == 0 { 0.0 } else { progress.done as f64 / progress.total as f64 };
            let bar = Rect { width: 30, ..after(below_line, 12) }.intersection(area);
            if progress.total > 1 {
                bars::across(bar, share, Role::Accent, canvas);
            }
            let of =
                if progress.total > 1 { format!("{} of {}   ", progress.done, progress.total) } else { String::new() };
            canvas.text(after(below_line, 44), &format!("{of}{time}"), Role::Text);
        } else {
            canvas.text(after(below_line, 12), &time, Role::Dim);
        }
    }
    let rest = below(area, 11);
    let spent = seconds(running.since, state.clock);
    let left =
        left(state, running).map_or_else(|| "time left not known yet".into(), |left| format!("about {left:.1} s left"));
    canvas.text(row(rest, 0), &format!("{spent:.1} s so far, {left}"), Role::Text);
    let used = canvas.pieces(
        row(rest, 2),
        &[
            ("c", Role::Accent),
            (" or ", Role::Dim),
            ("esc", Role::Accent),
            (" stops it; nothing is written", Role::Dim),
        ],
    );
    canvas.hit(Rect { width: used, ..row(rest, 2) }, Target::Press(Press::Char('c')));
}
