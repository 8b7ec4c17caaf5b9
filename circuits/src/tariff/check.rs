//! The third pass: that a tariff is whole, and its statements in order. Each kind of statement has a file of its own:
//! [`super::header`], [`super::register`], [`super::times`], [`super::charge`]; amounts are checked by
//! [`super::amount`].

use std::collections::BTreeSet;

use super::amount::Known;
use super::charge::{charge_names, checked_charges, unused};
use super::diagnostic::Diagnostic;
use super::header::{Checked, checked_header};
use super::names::Named;
use super::register::declare_register;
use super::sheet::Sheet;
use super::times::{Timing, timing};
use super::tree::Statement;

/// The tariff that the statements declare; nothing, and at least one more finding, when they do not check.
pub(super) fn check(source: &str, statements: &[Statement<'_>], found: &mut Vec<Diagnostic>) -> Option<Sheet> {
    let (header, calendar) = checked_header(statements, found)?;
    let mut registers = Named::new("register");
    for statement in statements {
        match statement {
            Statement::Register(register) => declare_register(register, &mut registers, found),
            Statement::Broken("register", Some(name)) => registers.declare_broken(name),
            _ => {}
        }
    }
    let currency = header.currency;
    let Timing { times, data, almanac } = timing(source, statements, &calendar, currency, found);
    let mut known = Known { currency, registers, times, data, almanac, charges: Named::new("charge"), found };
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
        calendar,
        zone: header.zone,
        registers: known.registers.all,
        almanac: known.almanac,
        times: known.times.all,
        data: known.data.all,
        charges: known.charges.all,
        total: total?,
    };
    unused(statements, &sheet, found);
    found.is_empty().then_some(sheet)
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
            Statement::Dates(_) | Statement::Data(_) | Statement::Season(_) | Statement::Window(_) => "window",
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
