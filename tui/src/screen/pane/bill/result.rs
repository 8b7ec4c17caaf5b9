//! A proved bill: its lines, sizes, times, and bits said beside bits kept.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::screen::act::Proved;
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::pane::tariff::plan::bits;
use crate::screen::state::State;
use crate::screen::style::{OK, Role};
use crate::screen::view::period as short_period;
use crate::table::{counted, thousands};

pub fn result(state: &State, proved: &Proved, area: Rect, canvas: &mut Canvas<'_>) {
    let wide = area.width >= 90;
    let [left, right] = match wide {
        true => Layout::horizontal([Constraint::Length(46), Constraint::Min(30)]).areas(area),
        false => Layout::vertical([Constraint::Length(proved.lines.len() as u16 + 5), Constraint::Min(6)]).areas(area),
    };
    let head = format!("{}, {}", proved.meter, short_period(&proved.period, 0));
    canvas.pieces(row(left, 0), &[(OK, Role::Good), ("  Bill of ", Role::Text), (&head, Role::Strong)]);
    let lines = below(left, 2);
    let width = 42.min(lines.width);
    for (place, (name, amount, shown)) in proved.lines.iter().enumerate() {
        let line = Rect { width, ..row(lines, place as u16) };
        let used = canvas.text(line, name, Role::Text);
        canvas.text(after(line, used + 1), if *shown { "shown" } else { "" }, Role::Dim);
        canvas.right(line, &format!("{amount} {}", proved.total.currency), Role::Text);
    }
    let total = below(lines, proved.lines.len() as u16);
    canvas.rule(Rect { width, ..row(total, 0) });
    canvas.text(Rect { width, ..row(total, 1) }, "total", Role::Strong);
    canvas.right(
        Rect { width, ..row(total, 1) },
        &format!("{} {}", proved.total.text, proved.total.currency),
        Role::Strong,
    );
    let right = if wide { after(right, 2) } else { right };
    figures(proved, right, canvas);
    let rest = if wide { below(left, proved.lines.len() as u16 + 5) } else { below(right, 8) };
    let text = match state.bill.handed {
        true => "it lies in the supplier's inbox",
        false => "hands it in to the supplier of this store",
    };
    let key = if state.bill.handed { OK } else { "b" };
    canvas.pieces(row(rest, 0), &[(key, Role::Accent), ("  ", Role::Text), (text, Role::Text)]);
    canvas.pieces(row(rest, 1), &[("e", Role::Accent), ("  writes it to a file, to send it", Role::Text)]);
    canvas.pieces(row(rest, 2), &[("v", Role::Accent), ("  makes a revision of it", Role::Dim)]);
}

fn figures(proved: &Proved, area: Rect, canvas: &mut Canvas<'_>) {
    let figures = proved.figures;
    let times = figures.seconds;
    let circuit = figures.k.map_or("no circuit was needed".into(), |k| format!("a circuit of 2^{k} rows"));
    let mut lines = vec![
        ("tariff", proved.tariff.clone()),
        ("proof", format!("{} bytes, {circuit}", thousands(figures.proof_bytes as u64))),
        ("bill", format!("{} bytes in all", thousands(figures.bill_bytes as u64))),
        ("took", format!("decrypt {:.2} s, price {:.2} s,", times.decrypt, times.price)),
        ("", format!("prove {:.2} s, check {:.2} s", times.prove, times.check)),
    ];
    if proved.gaps > 0 {
        lines.push(("gaps", format!("{} billed by the tariff's rule", counted(proved.gaps.into(), "slot"))));
    }
    lines.extend(proved.state.iter().map(|(name, amount, when)| ("says", format!("{name} {amount}, {when}"))));
    for (place, (name, text)) in lines.iter().enumerate() {
        let line = row(area, place as u16);
        canvas.text(Rect { width: line.width.min(7), ..line }, name, Role::Dim);
        canvas.text(after(line, 8), text, Role::Text);
    }
    bits(figures.bits_disclosed, figures.bits_held, below(area, lines.len() as u16 + 1), canvas);
}
