//! The third pass: that a tariff is whole, and its statements in order. Each kind of statement has a file of its own:
//! [`super::header`], [`super::register`], [`super::times`], [`super::definition`], [`super::carry`],
//! [`super::charge`]; amounts are checked by [`super::amount`].

use std::collections::BTreeSet;

use super::amount::Known;
use super::charge::{checked_amounts, value_names};
use super::diagnostic::Diagnostic;
use super::header::{Checked, checked_header};
use super::names::Named;
use super::register::declare_register;
use super::sheet::Sheet;
use super::times::timing;
use super::tree::Statement;
use super::unused::unused;

/// The tariff that the statements declare; nothing, and at least one more finding, when they do not check.
pub(super) fn check(source: &str, statements: &[Statement<'_>], found: &mut Vec<Diagnostic>) -> Option<Sheet> {
    let (header, calendar) = checked_header(statements, found)?;
    let mut sources = Named::shared("register", "register or series");
    let mut registers = Vec::new();
    for statement in statements {
        match statement {
            Statement::Register(register) => declare_register(register, &mut sources, &mut registers, found),
            Statement::Broken("register", Some(name)) => sources.declare_broken(name),
            _ => {}
        }
    }
    let timing = timing(source, statements, &calendar, header.currency, found);
    let mut known = Known::new(header.currency, timing, found);
    (known.sources, known.registers) = (sources, registers);
    known.sources.expect(series_names(statements));
    known.values.expect(value_names(statements).map(|name| name.is));
    let gaps = known.gaps(statements);
    let total = checked_amounts(statements, &mut known);
    complete(statements, &header, known.found);
    if known.almanac.full() {
        let message = "dates, data and windows of the tariff make too many cases to tell apart";
        let many = Diagnostic::new("too-many-cases", &header.place, message);
        known.found.push(many.help("write fewer of them, or split the tariff"));
    }
    if !known.found.is_empty() {
        return None;
    }
    let sheet = Sheet {
        name: header.name.to_owned(),
        version: header.version,
        currency: header.currency,
        calendar,
        zone: header.zone,
        monthly: header.monthly,
        registers: known.registers,
        gaps: gaps?,
        almanac: known.almanac,
        times: known.times.all,
        data: known.data.all,
        series: known.series,
        defines: known.defines,
        carries: known.carries.into_iter().map(|(carry, _)| carry).collect(),
        charges: known.charges,
        total: total?,
    };
    unused(statements, &sheet, found);
    found.is_empty().then_some(sheet)
}

fn series_names<'s, 'a>(statements: &'s [Statement<'a>]) -> impl Iterator<Item = &'a str> + use<'s, 'a> {
    statements.iter().filter_map(|statement| match statement {
        Statement::Series(series) => Some(series.name.is),
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
            Statement::Gaps(_) => "gaps",
            Statement::Dates(_) | Statement::Data(_) | Statement::Season(_) | Statement::Window(_) => "window",
            Statement::Series(_) => "series",
            Statement::Define(_) => "define",
            Statement::Carry(_) => "carry",
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
