//! How a bill is proved, as a picture: what leaves the circuit, what stays, what is disclosed.

use ratatui::layout::Rect;

use super::nothing;
use crate::screen::act::TariffPlan;
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::state::State;
use crate::screen::style::Role;
use crate::screen::widget::bars;
use crate::table::{counted, thousands};

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    match &state.tariff.plan {
        _ if state.focus.period.is_none() => _ = canvas.text(area, "choose a period with p", Role::Dim),
        None => _ = canvas.text(area, "planning …", Role::Dim),
        Some(about) => match &about.found {
            Err(trouble) => nothing(trouble, area, canvas),
            Ok(plan) => {
                canvas.scrolled(area, state.tariff.top, |canvas, area| picture(plan, &about.tariff.0, area, canvas));
            }
        },
    }
}

fn picture(plan: &TariffPlan, name: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let slots = plan.period.slots().count();
    canvas.pieces(row(area, 0), &[(name, Role::Strong), (" over ", Role::Dim), (&plan.period.to_string(), Role::Text)]);
    let inputs = counted(plan.inputs as u64, "total");
    let alone = counted(plan.readings as u64, "reading");
    let amounts = counted(plan.disclosed as u64, "amount");
    let circuit = plan.k.map_or("no circuit".to_owned(), |k| format!("circuit, 2^{k} rows"));
    let boxes = [
        format!("  {} committed readings", thousands(slots.into())),
        "    │".to_owned(),
        format!("    ├── linear ──► {inputs} outside the circuit: sums of commitments,"),
        "    │               which the verifier adds up by itself".to_owned(),
        format!("    └── one by one ──► {alone} inside the circuit"),
        "        │".to_owned(),
        format!("        ▼  {circuit}"),
    ];
    for (place, text) in boxes.iter().enumerate() {
        let role = if place == 6 { Role::Strong } else { Role::Text };
        canvas.text(row(below(area, 2), place as u16), text, role);
    }
    let mut rest = below(area, 9);
    for (kind, count) in &plan.steps {
        canvas.pieces(row(rest, 0), &[("        │  ", Role::Text), (&format!("{count} × {kind}"), Role::Dim)]);
        rest = below(rest, 1);
    }
    if plan.k.is_some() {
        let rows = format!(
            "{} rows used, {} linked, {}",
            plan.rows,
            plan.linked_rows,
            counted(plan.lookups as u64, "look-up")
        );
        canvas.pieces(row(rest, 0), &[("        │  ", Role::Text), (&rows, Role::Dim)]);
        rest = below(rest, 1);
    }
    canvas.pieces(row(rest, 0), &[("        ▼  ", Role::Text), (&amounts, Role::Strong), (" disclosed", Role::Strong)]);
    disclosure(plan, below(rest, 2), canvas);
}

fn disclosure(plan: &TariffPlan, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.pieces(
        row(area, 0),
        &[("proof ", Role::Dim), (&format!("{} bytes", thousands(plan.proof_bytes as u64)), Role::Text)],
    );
    bits(plan.bits_disclosed, plan.bits_held, below(area, 1), canvas);
    lines(plan, below(area, 4), canvas);
}

/// What each line costs and why, what would cost less, and whom the amounts are about: as much as there is room for.
fn lines(plan: &TariffPlan, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.text(row(area, 0), "line by line", Role::Strong);
    let mut rest = below(area, 1);
    let kinds = |kinds: &[(&'static str, usize)]| {
        kinds.iter().map(|(kind, count)| format!("{count} × {kind}")).collect::<Vec<_>>().join(", ")
    };
    for cost in &plan.costs {
        let why = if cost.because.is_empty() { "all of it leaves the circuit".into() } else { kinds(&cost.because) };
        let line = row(rest, 0);
        canvas.text(Rect { width: 16.min(line.width), ..line }, &format!("  {}", cost.name), Role::Text);
        canvas.right(
            Rect { width: 11, ..after(line, 16) }.intersection(line),
            &counted(cost.rows as u64, "row"),
            Role::Text,
        );
        canvas.text(after(line, 29), &why, Role::Dim);
        rest = below(rest, 1);
    }
    for cheaper in &plan.cheaper {
        let circuit = cheaper.k.map_or("no circuit".to_owned(), |k| format!("2^{k} rows"));
        let text = format!("cheaper: {}: {circuit}, {:.1} bits", cheaper.write, cheaper.bits_disclosed);
        rest = below(rest, canvas.paragraph(rest, &text, Role::Dim));
    }
    for amount in &plan.report.amounts {
        let name = if amount.name.is_empty() { "total" } else { &amount.name };
        let largest = amount.largest.map_or(0.0, |(_, share)| share * 100.0);
        let text = format!(
            "{name} depends on {}; none moves it by more than {largest:.1} % of its range",
            counted(amount.slots as u64, "slot")
        );
        rest = below(rest, canvas.paragraph(rest, &text, Role::Dim));
    }
    for (amount, _) in plan.report.giveaways() {
        let name = if amount.name.is_empty() { "total" } else { &amount.name };
        let text = format!("✗ {name} gives readings away");
        rest = below(rest, canvas.paragraph(rest, &text, Role::Bad));
    }
}

/// Bits said beside bits kept: two bars of one scale would hide the first, so the numbers stand beside them.
pub fn bits(disclosed: f64, held: u64, area: Rect, canvas: &mut Canvas<'_>) {
    let share = if held == 0 { 0.0 } else { disclosed / held as f64 };
    let wide = area.width.saturating_sub(40).clamp(8, 40);
    let lines = [
        ("says  ", format!(" {disclosed:.1} bits at most"), share, Role::Warn),
        (
            "keeps ",
            format!(" {} bits of the readings", thousands(held.saturating_sub(disclosed as u64))),
            1.0 - share,
            Role::Good,
        ),
    ];
    for (place, (name, text, share, role)) in lines.iter().enumerate() {
        let line = row(area, place as u16);
        canvas.text(line, name, Role::Dim);
        let bar = Rect { x: line.x + 6, width: wide, ..line }.intersection(line);
        bars::across(bar, *share, *role, canvas);
        let text_area = Rect { x: line.x + 6 + wide, width: line.width.saturating_sub(6 + wide), ..line };
        canvas.text(text_area, text, Role::Text);
    }
}
