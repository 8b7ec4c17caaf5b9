//! The third pass: that a tariff is whole, and its statements in order. Each kind of statement has a file of its own:
//! [`super::header`], [`super::register`], [`super::window`]; amounts are checked by [`super::amount`].

use std::collections::BTreeSet;

use super::amount::Known;
use super::diagnostic::{Diagnostic, Span};
use super::header::{Checked, checked_header};
use super::names::Named;
use super::register::declare_register;
use super::sheet::{Amount, AmountKind, Charge, Rounding, Sheet, Total};
use super::tree::{self, Ending, Statement, Text};
use super::window::declare_window;

/// The tariff that the statements declare; nothing, and at least one more finding, when they do not check.
pub(super) fn check(source: &str, statements: &[Statement<'_>], found: &mut Vec<Diagnostic>) -> Option<Sheet> {
    let (header, calendar) = checked_header(statements, found)?;
    let mut registers = Named::new("register");
    let mut windows = Named::new("window");
    for statement in statements {
        match statement {
            Statement::Register(register) => declare_register(register, &mut registers, found),
            Statement::Window(window) => declare_window(source, window, &calendar, &mut windows, found),
            Statement::Broken("register", Some(name)) => registers.declare_broken(name),
            Statement::Broken("window", Some(name)) => windows.declare_broken(name),
            _ => {}
        }
    }
    let mut known =
        Known { currency: header.currency, calendar, registers, windows, charges: Named::new("charge"), found };
    known.charges.expect(charge_names(statements).map(|name| name.is));
    let total = checked_charges(statements, &mut known);
    complete(statements, &header, known.found);
    if !known.found.is_empty() {
        return None;
    }
    let sheet = Sheet {
        name: header.name.to_owned(),
        version: header.version,
        currency: header.currency,
        calendar: known.calendar,
        zone: header.zone,
        registers: known.registers.all,
        windows: known.windows.all,
        charges: known.charges.all,
        total: total?,
    };
    unused(statements, &sheet, found);
    found.is_empty().then_some(sheet)
}

/// Checks the charges in order, then the total.
fn checked_charges<'a>(statements: &[Statement<'a>], known: &mut Known<'a, '_>) -> Option<Total> {
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

fn charge_names<'s, 'a>(statements: &'s [Statement<'a>]) -> impl Iterator<Item = &'s Text<'a>> {
    statements.iter().filter_map(|statement| match statement {
        Statement::Charge(charge) => Some(&charge.name),
        _ => None,
    })
}

/// Reports the statements that every tariff has and this one does not.
fn complete(statements: &[Statement<'_>], header: &Checked<'_>, found: &mut Vec<Diagnostic>) {
    let mut has = BTreeSet::new();
    for statement in statements {
        has.insert(match statement {
            Statement::Header(_) => "tariff",
            Statement::Register(_) => "register",
            Statement::Gaps(gaps) => {
                if gaps.is != "refuse" {
                    found.push(Diagnostic::later(&gaps.span, "an estimate for gaps").help("write `gaps refuse`"));
                }
                "gaps"
            }
            Statement::Window(_) => "window",
            Statement::Charge(_) => "charge",
            Statement::Total(_) => "total",
            Statement::Broken(keyword, _) => *keyword,
        });
    }
    let wanted = [
        ("register", "missing-register", "the tariff reads no register", "add: register import in Wh, below 2^20"),
        ("gaps", "missing-gaps", "the tariff does not say what a gap in the readings does", "add: gaps refuse"),
        ("total", "missing-total", "the tariff has no total", "add a total over the charges"),
    ];
    for (keyword, code, message, help) in wanted {
        if !has.contains(keyword) {
            found.push(Diagnostic::new(code, &header.place, message).help(help));
        }
    }
}

/// Reports charges that the total does not reach. The sheet's charges are the statements', in order.
fn unused(statements: &[Statement<'_>], sheet: &Sheet, found: &mut Vec<Diagnostic>) {
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
