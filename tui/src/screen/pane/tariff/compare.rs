//! The bill line by line, and what this household would pay under each tariff.

use ratatui::layout::Rect;

use super::{current, nothing};
use crate::screen::act::Priced;
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::keymap::Press;
use crate::screen::state::State;
use crate::screen::style::{OK, Role};
use crate::screen::widget::bars;

/// Says what is missing; true when nothing is.
fn ready<'s>(state: &'s State, area: Rect, canvas: &mut Canvas<'_>) -> Option<&'s [Priced]> {
    let text = match (&state.readings.opened, &state.tariff.priced) {
        (None, _) => {
            canvas.paragraph(area, "What a household pays takes its readings, which are sealed.", Role::Text);
            let line = row(area, 2);
            canvas.pieces(line, &[("4", Role::Accent), (" goes to the readings", Role::Dim)]);
            canvas.hit(line, Target::Press(Press::Char('4')));
            return None;
        }
        (Some(_), None) => "pricing …",
        (Some(_), Some((_, Err(trouble)))) => {
            nothing(trouble, area, canvas);
            return None;
        }
        (Some(_), Some((_, Ok(priced)))) => return Some(priced),
    };
    canvas.text(area, text, Role::Dim);
    None
}

/// Draws the bill under the current tariff.
pub fn bill(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(priced) = ready(state, area, canvas) else { return };
    let Some(name) = current(state).map(|row| row.full_name()) else { return };
    let period = state.focus.period.as_deref().unwrap_or_default();
    canvas.pieces(row(area, 0), &[(&name, Role::Strong), (" over ", Role::Dim), (period, Role::Text)]);
    let body = below(area, 2);
    match priced.iter().find(|priced| priced.tariff == name).map(|priced| &priced.bill) {
        None => _ = canvas.text(body, "only the latest version of a tariff is priced", Role::Dim),
        Some(Err(trouble)) => nothing(trouble, body, canvas),
        Some(Ok((total, lines))) => {
            amounts(lines, &total.text, total.currency, body, canvas);
            let rest = below(body, lines.len() as u16 + 4);
            canvas.paragraph(rest, "Only the total leaves this side, unless the tariff shows a line.", Role::Dim);
        }
    }
}

/// Lines of a bill, and the total under them.
pub fn amounts(lines: &[(String, String)], total: &str, currency: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let width = 40.min(area.width);
    for (place, (name, amount)) in lines.iter().enumerate() {
        let line = Rect { width, ..row(area, place as u16) };
        canvas.text(line, name, Role::Text);
        canvas.right(line, &format!("{amount} {currency}"), Role::Text);
    }
    let rest = below(area, lines.len() as u16);
    canvas.rule(Rect { width, ..row(rest, 0) });
    let line = Rect { width, ..row(rest, 1) };
    canvas.text(line, "total", Role::Strong);
    canvas.right(line, &format!("{total} {currency}"), Role::Strong);
}

/// Draws the totals side by side.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(priced) = ready(state, area, canvas) else { return };
    let period = state.focus.period.as_deref().unwrap_or_default();
    canvas.pieces(row(area, 0), &[("what this household pays for ", Role::Dim), (period, Role::Strong)]);
    let assigned = state.month().and_then(|month| month.tariff.clone().ok());
    let own = priced.iter().find(|priced| Some(&priced.tariff) == assigned.as_ref());
    let own = own.and_then(|priced| priced.bill.as_ref().ok()).map(|(total, _)| (total.near, total.currency));
    let most = priced.iter().filter_map(|priced| priced.bill.as_ref().ok()).map(|(total, _)| total.near);
    let most = most.fold(0.0, f64::max);
    for (place, priced) in priced.iter().enumerate() {
        let line = row(below(area, 2), place as u16 * 2);
        let here = Some(&priced.tariff) == assigned.as_ref();
        let (mark, role) = if here { (OK, Role::Strong) } else { (" ", Role::Text) };
        canvas.pieces(
            Rect { width: 20.min(line.width), ..line },
            &[(mark, Role::Good), (" ", role), (&priced.tariff, role)],
        );
        match &priced.bill {
            Err(trouble) => _ = canvas.text(after(line, 21), &trouble.message, Role::Warn),
            Ok((total, _)) => {
                let amount = Rect { width: 18, ..after(line, 20) }.intersection(line);
                canvas.right(amount, &format!("{} {}", total.text, total.currency), role);
                let less = own.filter(|(_, currency)| *currency == total.currency && !here);
                let less = less.map_or_else(String::new, |(own, _)| format!("{:+.2}", total.near - own));
                canvas.right(Rect { width: 9, ..after(line, 39) }.intersection(line), &less, Role::Dim);
                let bar = after(line, 50);
                bars::across(Rect { width: bar.width.min(30), ..bar }, total.near / most.max(0.01), Role::Good, canvas);
            }
        }
    }
}
