//! Checks of named values, charges and the total, in order.

use super::amount::{Known, Value};
use super::diagnostic::{Diagnostic, Span};
use super::sheet::{Charge, Rounding, Scope, Source, Total};
use super::tree::{self, Ending, Statement, Text};
use super::unit::Dim;

/// Checks series, definitions, carried values and charges in order, then the total.
pub(super) fn checked_amounts<'a>(statements: &[Statement<'a>], known: &mut Known<'a, '_>) -> Option<Total> {
    let mut total: Option<(Span, Option<Total>)> = None;
    for statement in statements {
        match statement {
            Statement::Series(series) => {
                let checked = known.series_of(series);
                let place = checked.map(|series| put(&mut known.series, series));
                known.sources.declare(&series.name, place.map(Source::Series), known.found);
            }
            Statement::Define(define) => {
                let checked = known.define(define);
                let place = checked.map(|define| put(&mut known.defines, define));
                known.values.declare(&define.name, place.map(Value::Define), known.found);
            }
            Statement::Carry(carry) => {
                let checked = known.carry(carry);
                let place = checked.map(|carry| put(&mut known.carries, carry));
                known.values.declare(&carry.name, place.map(Value::Carry), known.found);
            }
            Statement::Charge(charge) => {
                let checked = checked_charge(charge, known);
                let place = checked.map(|charge| put(&mut known.charges, charge));
                known.values.declare(&charge.name, place.map(Value::Charge), known.found);
            }
            Statement::Broken("series", Some(name)) => known.sources.declare_broken(name),
            Statement::Broken("charge" | "define" | "carry", Some(name)) => known.values.declare_broken(name),
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
    carried(statements, known);
    total.and_then(|(_, total)| total)
}

fn put<T>(all: &mut Vec<T>, one: T) -> usize {
    all.push(one);
    all.len() - 1
}

/// Checks what carried values are made of, now that all definitions are known.
fn carried(statements: &[Statement<'_>], known: &mut Known<'_, '_>) {
    let written: Vec<_> = statements
        .iter()
        .filter_map(|statement| match statement {
            Statement::Carry(carry) => Some((carry.name.is, &carry.figure)),
            _ => None,
        })
        .collect();
    for (name, figure) in written {
        if let Some(place) = known.carries.iter().position(|(carry, _)| carry.name == name) {
            known.carried(place, figure);
        }
    }
}

fn checked_charge(charge: &tree::Charge<'_>, known: &mut Known<'_, '_>) -> Option<Charge> {
    known.scope = Some(Scope::Period);
    let amount = known.money(&charge.amount);
    let rounding = match &charge.rounding {
        Some(rounding) => known.rounding(rounding, Dim::MONEY).map(Some),
        None => Some(None),
    };
    known.scope = None;
    Some(Charge { name: charge.name.is.to_owned(), amount: amount?, rounding: rounding?, shown: charge.shown })
}

fn checked_total(total: &tree::Total<'_>, known: &mut Known<'_, '_>) -> Option<Total> {
    known.scope = Some(Scope::Period);
    let amount = known.money(&total.amount);
    let rounding: Option<Option<Rounding>> = match &total.ending {
        Some(Ending::Exact) => Some(None),
        Some(Ending::Rounded(rounding)) => known.rounding(rounding, Dim::MONEY).map(Some),
        None => {
            let end = total.amount.span.end;
            let message = "the total does not say how it rounds";
            let unit = known.smallest_unit();
            let help = format!("end it with `rounded half up to {unit}`, or with `exact`");
            known.found.push(Diagnostic::new("missing-rounding", &(end..end), message).help(help));
            None
        }
    };
    known.scope = None;
    Some(Total { keyword: total.keyword.clone(), amount: amount?, rounding: rounding? })
}

/// The names of values, in the order of their declaration.
pub(super) fn value_names<'s, 'a>(statements: &'s [Statement<'a>]) -> impl Iterator<Item = &'s Text<'a>> {
    statements.iter().filter_map(|statement| match statement {
        Statement::Charge(charge) => Some(&charge.name),
        Statement::Define(define) => Some(&define.name),
        Statement::Carry(carry) => Some(&carry.name),
        _ => None,
    })
}
