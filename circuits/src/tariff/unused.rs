//! What a tariff declares and nothing depends on: a charge or another name that the total does not reach.

use std::collections::BTreeSet;

use super::diagnostic::Diagnostic;
use super::sheet::{AmountKind, Series, Sheet, Source};
use super::tree::{Statement, Text};

/// What the total and the shown figures depend on, by place.
#[derive(Default)]
struct Reached {
    charges: BTreeSet<usize>,
    defines: BTreeSet<usize>,
    carries: BTreeSet<usize>,
    series: BTreeSet<usize>,
}

/// Reports what is declared and unused. The sheet's things are the statements', in order.
pub(super) fn unused(statements: &[Statement<'_>], sheet: &Sheet, found: &mut Vec<Diagnostic>) {
    let reached = reached(sheet);
    let (mut charge, mut define, mut carry, mut series) = (0.., 0.., 0.., 0..);
    for statement in statements {
        let (kind, name, place, within) = match statement {
            Statement::Charge(this) => ("charge", &this.name, charge.next(), &reached.charges),
            Statement::Define(this) => ("definition", &this.name, define.next(), &reached.defines),
            Statement::Carry(this) => ("carried value", &this.name, carry.next(), &reached.carries),
            Statement::Series(this) => ("series", &this.name, series.next(), &reached.series),
            _ => continue,
        };
        if place.is_some_and(|place| !within.contains(&place)) {
            found.push(mistake(kind, name));
        }
    }
}

fn mistake(kind: &str, name: &Text<'_>) -> Diagnostic {
    match kind {
        "charge" => {
            let message = format!("the charge `{}` is not part of the total", name.is);
            Diagnostic::new("unused-charge", &name.span, message).help("add it to the total, or remove it")
        }
        _ => {
            let message = format!("no amount depends on the {kind} `{}`", name.is);
            Diagnostic::new("unused-name", &name.span, message).help("use it, or remove it")
        }
    }
}

fn reached(sheet: &Sheet) -> Reached {
    let mut reached = Reached::default();
    let mut waiting = vec![&sheet.total.amount];
    for (place, define) in sheet.defines.iter().enumerate().filter(|(_, define)| define.shown.is_some()) {
        reached.defines.insert(place);
        waiting.push(&define.amount);
    }
    while let Some(amount) = waiting.pop() {
        waiting.extend(amount.parts());
        let source = match &amount.kind {
            AmountKind::Charge(place) if reached.charges.insert(*place) => {
                waiting.push(&sheet.charges[*place].amount);
                None
            }
            AmountKind::Define(place) if reached.defines.insert(*place) => {
                let define = &sheet.defines[*place];
                waiting.extend([&define.amount].into_iter().chain(define.later.iter().map(|(_, amount)| amount)));
                None
            }
            AmountKind::Carry(place) => {
                reached.carries.insert(*place);
                None
            }
            AmountKind::Energy(Series { of, .. }) | AmountKind::Power(Series { of, .. }) => Some(*of),
            AmountKind::Price(table) => Some(table.series.of),
            _ => None,
        };
        if let Some(Source::Series(place)) = source
            && reached.series.insert(place)
        {
            waiting.push(&sheet.series[place].amount);
        }
    }
    reached
}
