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
                AmountKind::Entry(entry) if entry.keys.iter().any(|key| self.grows(key)) => Some("it is looked up by"),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(charge: &str) -> Vec<String> {
        let text = format!(
            "tariff t version 1 in GBP, zone Europe/London, slot 30 min\nregister import in Wh, below 2^20\n\
             gaps refuse\ncharge e = {charge}\ntotal = e rounded half up to 1 p\n"
        );
        let found = Tariff::parse(&text).unwrap().of_any_length();
        found.into_iter().map(|diagnostic| text[diagnostic.span].to_owned()).collect()
    }

    #[test]
    fn bounds_of_any_period_are_advised_against() {
        let blocks = "price import, blocks { to 50 kWh above 3 4 p/kWh }";
        let slabs = "lookup by energy of import { to 50 kWh 3 GBP above 4 GBP }";
        let curve = "curve by energy of import { at 0 kWh 0 GBP above 4 p/kWh }";
        for amount in [blocks, slabs, curve] {
            assert_eq!(found(amount), [amount]);
            assert_eq!(found(&format!("per day {amount}")), [""; 0]);
        }
        assert_eq!(found(&blocks.replace("import,", "import per day,")), [""; 0]);
        assert_eq!(found(&blocks.replace("50 kWh", "2 kWh/day")), [""; 0]);
        let factor = "lookup by (max(power of import) rounded up to 1 kW) { to 5 kW 3 GBP above 4 GBP }";
        assert_eq!(found(factor), [""; 0], "a demand does not grow with the period");
    }
}
