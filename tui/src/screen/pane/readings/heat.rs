//! A row a day, a cell a slot.

use ratatui::layout::Rect;

use super::{ReadingsPane, day_name, most, remark};
use crate::screen::act::Opened;
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::style::Role;
use crate::screen::widget::bars;

/// A row a day, a cell a slot.
pub fn heat(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let per_day = opened.days.iter().map(|day| day.slots.len()).max().unwrap_or(0);
    let room = usize::from(area.width.saturating_sub(30)).max(12);
    let merged = per_day.div_ceil(room).max(1);
    let width = per_day.div_ceil(merged) as u16;
    let broad = if merged == 1 { (room as u16 / width.max(1)).clamp(1, 3) } else { 1 };
    let width = width * broad;
    let grid = Rect { x: area.x + 14, width: width.min(area.width.saturating_sub(14)), ..area };
    hours(opened.file.length.per_day() as usize * usize::from(broad), merged, grid, canvas);
    canvas.text(after(row(area, 0), 14 + width + 1), &format!("  k{unit}"), Role::Dim);
    let list = below(area, 1);
    let page = usize::from(list.height.saturating_sub(2)).max(1);
    canvas.hits.page = page;
    let most = most(opened, register) * merged as f64;
    let top = pane.top.min(pane.day).max(pane.day.saturating_sub(page - 1));
    for (place, day) in opened.days.iter().enumerate().skip(top).take(page) {
        let line = row(list, (place - top) as u16);
        day_name(place == pane.day, day.date, line, canvas);
        let cells = day
            .slots
            .chunks(merged)
            .map(|slots| slots.iter().try_fold(0.0, |sum, slot| Some(sum + f64::from(opened.get(register, *slot)?))));
        let cells = cells.flat_map(|cell| std::iter::repeat_n(cell, usize::from(broad)));
        bars::cells(Rect { x: grid.x, width: grid.width, ..line }, cells, most, canvas);
        let (total, gaps) = opened.total(register, day);
        let rest = after(line, 14 + width + 1);
        let remark = remark(opened, day.slots.len(), gaps);
        canvas.pieces(rest, &[(&format!("{:>6.1} ", total as f64 / 1000.0), Role::Text), (&remark, Role::Warn)]);
        canvas.hit(line, Target::Row(place));
    }
    legend(opened, register, unit, merged, row(area, area.height.saturating_sub(1)), canvas);
}

/// The clock over a day's cells.
fn hours(per_day: usize, merged: usize, area: Rect, canvas: &mut Canvas<'_>) {
    for hour in [0, 6, 12, 18] {
        let column = (per_day * hour / 24 / merged) as u16;
        canvas.text(
            Rect { width: 5, ..after(row(area, 0), column) }.intersection(area),
            &format!("{hour:02}:00"),
            Role::Dim,
        );
    }
}

fn legend(opened: &Opened, register: usize, unit: &str, merged: usize, line: Rect, canvas: &mut Canvas<'_>) {
    let total: u64 = opened.days.iter().map(|day| opened.total(register, day).0).sum();
    let minutes = usize::from(opened.file.length.minutes()) * merged;
    let most = most(opened, register);
    let used = canvas.pieces(after(line, 2), &[("0 ", Role::Dim)]) + 2;
    let scale = Rect { width: 8, ..after(line, used) };
    bars::cells(scale, (0..8).map(|step| Some(f64::from(step))), 7.0, canvas);
    let text =
        format!(" {:.2} k{unit} in {minutes} min   · gap   total {:.1} k{unit}", most / 1000.0, total as f64 / 1000.0);
    canvas.text(after(line, used + 8), &text, Role::Dim);
}
