//! The days' totals beside one day: its load curve, or every slot.

use ratatui::layout::{Constraint, Layout, Rect};

use super::{ReadingsPane, day_name, most, remark};
use crate::screen::act::Opened;
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::style::{MIND, Role};
use crate::screen::widget::bars;
use crate::table::thousands;

/// The load curve of the day under the cursor, and the days' totals.
pub fn curve(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let [list, chart] = Layout::horizontal([Constraint::Length(28), Constraint::Min(20)]).areas(area);
    totals(pane, opened, register, unit, list, canvas);
    let Some(day) = opened.days.get(pane.day) else { return };
    let chart = after(chart, 2);
    let (total, gaps) = opened.total(register, day);
    let remark = remark(opened, day.slots.len(), gaps);
    let head = format!("{}  {:.2} k{unit}  ", day.date.strftime("%A %d %B %Y"), total as f64 / 1000.0);
    canvas.pieces(row(chart, 0), &[(&head, Role::Strong), (&remark, Role::Warn)]);
    let wide = (usize::from(chart.width.saturating_sub(8)) / day.slots.len().max(1)).max(1);
    let plot = Rect { height: chart.height.saturating_sub(4), ..after(below(chart, 2), 8) };
    let most = most(opened, register);
    let values: Vec<Option<f64>> = day
        .slots
        .iter()
        .flat_map(|slot| std::iter::repeat_n(opened.get(register, *slot).map(f64::from), wide))
        .collect();
    for (share, place) in [(1.0, 0), (0.5, plot.height / 2), (0.0, plot.height.saturating_sub(1))] {
        let kw = most * share / 1000.0 * 60.0 / f64::from(opened.file.length.minutes());
        canvas.right(Rect { x: chart.x, width: 7, ..row(plot, place) }, &format!("{kw:.1} kW"), Role::Dim);
    }
    bars::curve(Rect { width: plot.width.min(values.len() as u16), ..plot }, &values, most, canvas);
    let axis = row(below(chart, 2 + plot.height), 0);
    for hour in [0, 6, 12, 18] {
        let slot = day.slots.len() * hour / 24;
        let name = day.slots.get(slot).map_or_else(String::new, |slot| opened.starts(*slot));
        canvas.text(after(axis, 8 + (slot * wide) as u16), &name, Role::Dim);
    }
}

fn totals(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.text(after(row(area, 0), 2), &format!("k{unit} a day"), Role::Dim);
    let list = below(area, 1);
    let page = usize::from(list.height).max(1);
    canvas.hits.page = page;
    let sums: Vec<u64> = opened.days.iter().map(|day| opened.total(register, day).0).collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let top = pane.top.min(pane.day).max(pane.day.saturating_sub(page - 1));
    for (place, day) in opened.days.iter().enumerate().skip(top).take(page) {
        let line = row(list, (place - top) as u16);
        day_name(place == pane.day, day.date, line, canvas);
        let sum = sums.get(place).copied().unwrap_or(0);
        canvas.right(Rect { x: line.x + 12, width: 7, ..line }, &format!("{:.1}", sum as f64 / 1000.0), Role::Text);
        let bar = Rect { x: line.x + 20, width: line.width.saturating_sub(20), ..line };
        bars::across(bar, sum as f64 / most as f64, Role::Good, canvas);
        canvas.hit(line, Target::Row(place));
    }
}

/// Every slot of the day under the cursor.
pub fn table(pane: &ReadingsPane, opened: &Opened, register: usize, unit: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let [list, slots] = Layout::horizontal([Constraint::Length(28), Constraint::Min(20)]).areas(area);
    totals(pane, opened, register, unit, list, canvas);
    let Some(day) = opened.days.get(pane.day) else { return };
    let slots = after(slots, 2);
    let (_, gaps) = opened.total(register, day);
    let remark = remark(opened, day.slots.len(), gaps);
    let head = format!("{}, {unit} a slot  ", day.date.strftime("%A %d %B %Y"));
    canvas.pieces(row(slots, 0), &[(&head, Role::Strong), (&remark, Role::Warn)]);
    let body = below(slots, 2);
    let rows = usize::from(body.height).max(1);
    for (place, slot) in day.slots.iter().enumerate() {
        let (column, line) = (place / rows, place % rows);
        let cell = Rect { width: 14, ..after(row(body, line as u16), column as u16 * 17) }.intersection(body);
        let value = opened.get(register, *slot);
        let text = value.map_or_else(|| "gap".into(), |value| thousands(value.into()));
        canvas.text(cell, &opened.starts(*slot), Role::Dim);
        canvas.right(cell, &text, if value.is_some() { Role::Text } else { Role::Warn });
    }
    let room = rows * (usize::from(body.width) / 17).max(1);
    if day.slots.len() > room {
        canvas.right(row(slots, 0), &format!("{MIND} {} more in a wider window", day.slots.len() - room), Role::Dim);
    }
}
