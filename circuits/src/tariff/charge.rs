//! Checks of charges and the total: each in order, and none that the total does not reach.

use std::collections::BTreeSet;

use super::amount::Known;
use super::diagnostic::{Diagnostic, Span};
use super::sheet::{Amount, AmountKind, Charge, Rounding, Sheet, Total};
use super::tree::{self, Ending, Statement, Text};

/// Checks the charges in order, then the total.
pub(super) fn checked_charges<'a>(statements: &[Statement<'a>], known: &mut Known<'a, '_>) -> Option<Total> {
    let mut total: Option<(Span, Option<Total>)> = None;
    for statement in statements {
        match statement {
            Statement::Charge(charge) => {
                let checked = checked_charge(charge, known);
                known.charges.declare(&charge.name, checked, known.found);
            }
            Statement::Broken("charge", Some(name)) => known.charges.declare_broken(name),
            Statement::Total(this) => match &total {
                Some((first, _)) => {
                    let twice = Diagnostic::new("declared-twice", &this.keyword, "a tariff has one total");
                    let twice = twice.related(first, "the first is here").help("make one of them a charge");
                    known.found.push(twice);
                }
                None => total = Some((this.keyword.clone(), checked_total(this, known))),
            },
            _ => {}
        }
    }
    total.and_then(|(_, total)| total)
}

fn checked_charge(charge: &tree::Charge<'_>, known: &mut Known<'_, '_>) -> Option<Charge> {
    let period = charge.scope.as_ref().is_none_or(|per| known.whole_period(per));
    let amount = known.money(&charge.amount);
    let rounding = match &charge.rounding {
        Some(rounding) => known.rounding(rounding).map(Some),
        None => Some(None),
    };
    if !period {
        return None;
    }
    Some(Charge { name: charge.name.is.to_owned(), amount: amount?, rounding: rounding?, shown: charge.shown })
}

fn checked_total(total: &tree::Total<'_>, known: &mut Known<'_, '_>) -> Option<Total> {
    let amount = known.money(&total.amount);
    let rounding: Option<Option<Rounding>> = match &total.ending {
        Some(Ending::Exact) => Some(None),
        Some(Ending::Rounded(rounding)) => known.rounding(rounding).map(Some),
        None => {
            let end = total.amount.span.end;
            let message = "the total does not say how it rounds";
            let unit = known.smallest_unit();
            let help = format!("end it with `rounded half up to {unit}`, or with `exact`");
            known.found.push(Diagnostic::new("missing-rounding", &(end..end), message).help(help));
            None
        }
    };
    Some(Total { keyword: total.keyword.clone(), amount: amount?, rounding: rounding? })
}

pub(super) fn charge_names<'s, 'a>(statements: &'s [Statement<'a>]) -> impl Iterator<Item = &'s Text<'a>> {
    statements.iter().filter_map(|statement| match statement {
        Statement::Charge(charge) => Some(&charge.name),
        _ => None,
    })
}

/// Reports charges that the total does not reach. The sheet's charges are the statements', in order.
pub(super) fn unused(statements: &[Statement<'_>], sheet: &Sheet, found: &mut Vec<Diagnostic>) {
    let mut reached = BTreeSet::new();
    reach(&sheet.total.amount, &mut reached);
    for (place, charge) in sheet.charges.iter().enumerate().rev() {
        if reached.contains(&place) {
            reach(&charge.amount, &mut reached);
        }
    }
    for (_, name) in charge_names(statements).enumerate().filter(|(place, _)| !reached.contains(place)) {
        let message = format!("the charge `{}` is not part of the total", name.is);
        let help = "add it to the total, or remove it";
        found.push(Diagnostic::new("unused-charge", &name.span, message).help(help));
    }
}

/// Adds the charges that an amount names.
fn reach(amount: &Amount, reached: &mut BTreeSet<usize>) {
    match &amount.kind {
        AmountKind::Charge(place) => {
            reached.insert(*place);
        }
        AmountKind::Sum(parts) | AmountKind::Product(parts) => parts.iter().for_each(|(_, part)| reach(part, reached)),
        AmountKind::Extreme(_, parts) => parts.iter().for_each(|part| reach(part, reached)),
        AmountKind::Number(_)
        | AmountKind::Days
        | AmountKind::Energy(_)
        | AmountKind::Peak(_)
        | AmountKind::Price(_) => {}
    }
}
