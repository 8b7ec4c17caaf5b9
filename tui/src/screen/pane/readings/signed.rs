//! The batches that the readings came in, each with what was checked of it.

use ratatui::layout::Rect;
use wattproof_engine::show::{BatchRow, Standing};

use super::ReadingsPane;
use crate::screen::act::Opened;
use crate::screen::canvas::{Canvas, Target, below, row};
use crate::screen::state::State;
use crate::screen::style::{ARROW, MIND, OK, Role};
use crate::screen::view::instant;
use crate::table::counted;

/// A row a batch. What is open was opened from batches that passed every check; what is missing or rivalled is a gap.
pub fn signed(state: &State, pane: &ReadingsPane, opened: &Opened, area: Rect, canvas: &mut Canvas<'_>) {
    let within = |batch: &&BatchRow| overlaps(batch, opened);
    let batches: Vec<&BatchRow> = state.detail().map(|d| d.batches.iter().filter(within).collect()).unwrap_or_default();
    let head = "    number  from               to                 signature  key  commitments";
    canvas.text(row(area, 0), head, Role::Dim);
    let list = below(area, 1);
    let page = usize::from(list.height.saturating_sub(2)).max(1);
    canvas.hits.page = page;
    let at = pane.day.min(batches.len().saturating_sub(1));
    let top = pane.top.min(at).max(at.saturating_sub(page - 1));
    for (place, batch) in batches.iter().enumerate().skip(top).take(page) {
        let line = row(list, (place - top) as u16);
        let arrow = if place == at { ARROW } else { " " };
        let (sign, role, said) = match batch.standing {
            Standing::Counts => (OK, Role::Good, "the meter's  fits as the meter signed them"),
            Standing::Replaced => ("·", Role::Dim, "the meter's  a later revision counts"),
            Standing::Rival => (MIND, Role::Warn, "the meter's  a rival, undecided: not opened"),
        };
        let gaps = if batch.gaps > 0 { format!("   {}", counted(batch.gaps as u64, "gap")) } else { String::new() };
        let text = format!(" {:>6}  {}  {}  ", batch.number, instant(batch.start), instant(batch.end));
        canvas.pieces(
            line,
            &[
                (arrow, Role::Accent),
                (" ", Role::Text),
                (sign, role),
                (&text, Role::Text),
                (said, Role::Dim),
                (&gaps, Role::Warn),
            ],
        );
        canvas.hit(line, Target::Row(place));
    }
    let foot = row(area, area.height.saturating_sub(1));
    canvas.text(foot, "    each signature was checked at import and again when the batch was opened", Role::Dim);
}

fn overlaps(batch: &BatchRow, opened: &Opened) -> bool {
    let slots = opened.file.readings.slots();
    let start = wattproof_engine::desk::time::start(slots.first(), opened.file.length);
    let end = wattproof_engine::desk::time::start(slots.end(), opened.file.length);
    batch.start < end && start < batch.end
}
