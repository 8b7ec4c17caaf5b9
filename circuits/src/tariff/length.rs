//! Bounds that hold for the whole period, though a bill may be of a week or of a year.

use super::Tariff;
use super::diagnostic::Diagnostic;
use super::sheet::{Amount, AmountKind, BoundPer, Scope, Table};
use super::unit::Dim;

/// What grows with the period.
const GROWING: [Dim; 5] = [Dim::ENERGY, Dim::REACTIVE_ENERGY, Dim::APPARENT_ENERGY, Dim::MONEY, Dim::DAY];

impl Tariff {
    /// Blocks, intervals, look-ups and curves over what a whole period comes to, in a tariff whose bills may be of any
    /// period: their bounds are the same for a week as for a month.
    pub fn of_any_length(&self) -> Vec<Diagnostic> {
        let sheet = &self.sheet;
        if sheet.monthly.is_some() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut waiting: Vec<&Amount> = sheet.charges.iter().map(|charge| &charge.amount).collect();
        waiting.push(&sheet.total.amount);
        let mut defined = vec![false; sheet.defines.len()];
        while let Some(amount) = waiting.pop() {
            let what = match &amount.kind {
                AmountKind::Scoped(scoped) if scoped.per.scope < Scope::Period => continue,
                AmountKind::Define(place) => {
                    if !core::mem::replace(&mut defined[*place], true) {
                        waiting.push(&sheet.defines[*place].amount);
                    }
                    continue;
                }
                AmountKind::Price(table) if is_absolute(table) => Some("its bounds count"),
                AmountKind::Lookup(lookup) if self.grows(&lookup.key) => Some("it is looked up by"),
                AmountKind::Curve(curve) if self.grows(&curve.key) => Some("it goes by"),
                _ => None,
            };
            if let Some(what) = what {
                let message = format!("{what} what the whole period comes to, be that a week or a year");
                let help = "write `bills per month` at the end of the header, or take it `per month`";
                found.push(Diagnostic::new("any-length", &amount.span, message).help(help));
                continue;
            }
            waiting.extend(amount.parts());
        }
        found
    }

    /// Whether a key is a sum over the period, and none that goes on from earlier bills.
    fn grows(&self, key: &Amount) -> bool {
        GROWING.contains(&key.dim) && key.nature.varies && !self.carries_on(key)
    }

    fn carries_on(&self, key: &Amount) -> bool {
        let (mut waiting, mut defined) = (vec![key], vec![false; self.sheet.defines.len()]);
        while let Some(amount) = waiting.pop() {
            match &amount.kind {
                AmountKind::Carry(_) => return true,
                AmountKind::Define(place) if !core::mem::replace(&mut defined[*place], true) => {
                    waiting.push(&self.sheet.defines[*place].amount);
                }
                _ => waiting.extend(amount.parts()),
            }
        }
        false
    }
}

/// Whether a table's columns are bounds of the whole period.
fn is_absolute(table: &Table) -> bool {
    let absolute = table.columns.bounds().iter().any(|bound| matches!(bound.per, BoundPer::Scope));
    table.per.scope == Scope::Period && absolute
}
