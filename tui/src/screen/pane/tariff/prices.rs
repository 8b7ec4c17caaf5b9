//! What one more kilowatt-hour costs at each time of the week.

use ratatui::layout::Rect;
use wattproof_engine::desk::tariff::hours::WeekPrices;

use super::nothing;
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::state::State;
use crate::screen::style::Role;
use crate::screen::widget::bars;

/// The days of a week.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    match &state.tariff.prices {
        _ if state.focus.period.is_none() => _ = canvas.text(area, "choose a period with p", Role::Dim),
        None => _ = canvas.text(area, "pricing each time of the week …", Role::Dim),
        Some((personal, about)) => match &about.found {
            Err(trouble) => nothing(trouble, area, canvas),
            Ok(prices) => week(prices, *personal, &about.tariff.0, area, canvas),
        },
    }
}

fn week(prices: &WeekPrices, personal: bool, name: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let top = if personal { "on top of these readings" } else { "on top of an even load, until readings are open" };
    let head = format!(" 1 kWh more, in {}/kWh, tax included, {top}", prices.currency);
    canvas.pieces(row(area, 0), &[(name, Role::Strong), (&head, Role::Dim)]);
    let known: Vec<f64> = prices.days.iter().flatten().flatten().copied().collect();
    let most = known.iter().copied().fold(0.0, f64::max);
    let least = known.iter().copied().fold(f64::INFINITY, f64::min).min(most);
    let per_day = prices.days.iter().map(Vec::len).max().unwrap_or(0);
    let room = usize::from(area.width.saturating_sub(6)).max(8);
    let merged = per_day.div_ceil(room).max(1);
    let grid =
        Rect { width: (per_day.div_ceil(merged) as u16).min(area.width.saturating_sub(5)), ..after(below(area, 2), 5) };
    clock(per_day, merged, row(grid, 0), canvas);
    for (place, (name, day)) in DAYS.iter().zip(&prices.days).enumerate() {
        let line = row(grid, place as u16 + 1);
        canvas.text(Rect { x: area.x, width: 4.min(area.width), ..line }, name, Role::Dim);
        bars::cells(line, day.chunks(merged).map(mean), most, canvas);
    }
    groups(prices, below(area, 11), canvas);
    let foot = format!("least {least:.4}, most {most:.4} {}/kWh", prices.currency);
    canvas.text(row(area, area.height.saturating_sub(1)), &foot, Role::Dim);
}

fn mean(prices: &[Option<f64>]) -> Option<f64> {
    let sum: Option<f64> = prices.iter().copied().sum();
    sum.map(|sum| sum / prices.len() as f64)
}

fn clock(per_day: usize, merged: usize, line: Rect, canvas: &mut Canvas<'_>) {
    for hour in [0, 6, 12, 18] {
        let column = (per_day * hour / 24 / merged) as u16;
        canvas.text(after(line, column), &format!("{hour:02}:00"), Role::Dim);
    }
}

/// Days with the same prices together, each stretch of one price in words.
fn groups(prices: &WeekPrices, area: Rect, canvas: &mut Canvas<'_>) {
    let rounded = |day: &[Option<f64>]| -> Vec<Option<i64>> {
        day.iter().map(|price| price.map(|price| (price * 1e4).round() as i64)).collect()
    };
    let mut groups: Vec<(Vec<&str>, Vec<Option<i64>>)> = Vec::new();
    for (name, day) in DAYS.iter().zip(&prices.days) {
        let day = rounded(day);
        match groups.iter_mut().find(|(_, other)| *other == day) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], day)),
        }
    }
    let mut rest = Rect { height: area.height.saturating_sub(2), ..area };
    for (names, day) in groups {
        if rest.height < 2 {
            break;
        }
        canvas.text(row(rest, 0), &span(&names), Role::Strong);
        rest = below(rest, 1);
        for (from, to, price) in stretches(&day) {
            let at = |slot: usize| {
                let minute = slot * usize::from(prices.minutes);
                format!("{:02}:{:02}", minute / 60, minute % 60)
            };
            let price = price.map_or("–".into(), |price| format!("{:.4}", price as f64 / 1e4));
            canvas.text(row(rest, 0), &format!("  {}–{}  {price}", at(from), at(to)), Role::Text);
            rest = below(rest, 1);
        }
    }
}

fn span(names: &[&str]) -> String {
    match names {
        [first, .., last] if names.len() == 7 => format!("every day, {first} to {last}"),
        _ => names.join(", "),
    }
}

fn stretches(day: &[Option<i64>]) -> Vec<(usize, usize, Option<i64>)> {
    let mut stretches: Vec<(usize, usize, Option<i64>)> = Vec::new();
    for (slot, price) in day.iter().enumerate() {
        match stretches.last_mut().filter(|(_, _, last)| last == price) {
            Some((_, to, _)) => *to = slot + 1,
            None => stretches.push((slot, slot + 1, *price)),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::stretches;

    #[test]
    fn stretches_are_as_long_as_a_price() {
        let day = [Some(1), Some(1), Some(2), None, Some(2)];
        assert_eq!(stretches(&day), [(0, 2, Some(1)), (2, 3, Some(2)), (3, 4, None), (4, 5, Some(2))]);
    }
}
