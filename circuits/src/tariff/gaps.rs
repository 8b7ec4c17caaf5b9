//! Checks of what stands in for missing readings.

use super::amount::Known;
use super::diagnostic::{Diagnostic, Span};
use super::sheet::{GapRule, Gaps};
use super::tree::{self, At, Quantity, Statement};
use crate::program::Ratio;

impl Known<'_, '_> {
    /// The rule for gaps. Nothing when there is none, or when it does not check.
    pub(super) fn gaps(&mut self, statements: &[Statement<'_>]) -> Option<Gaps> {
        let mut all = statements.iter().filter_map(|statement| match statement {
            Statement::Gaps(gaps) => Some(gaps),
            _ => None,
        });
        let gaps = all.next()?;
        if let Some(second) = all.next() {
            let twice = Diagnostic::new("declared-twice", &second.keyword, "a tariff has one rule for gaps");
            self.found.push(twice.related(&gaps.keyword, "the first is here").help("remove one of them"));
        }
        let rule = match &gaps.rule {
            tree::GapRule::Refuse => GapRule::Refuse,
            tree::GapRule::Mean => GapRule::Mean,
            tree::GapRule::At(values) => GapRule::At(self.flat(values, &gaps.keyword)?),
        };
        Some(Gaps { rule, span: gaps.keyword.clone() })
    }

    /// What stands in, by register: the one value of its unit.
    fn flat(&mut self, values: &[At<Quantity<'_>>], keyword: &Span) -> Option<Vec<Ratio>> {
        let registers = self.registers.clone();
        let dims: Vec<_> = (0..registers.len()).map(|at| self.dim_of(super::sheet::Source::Register(at))).collect();
        let mut flat: Vec<Option<Ratio>> = vec![None; registers.len()];
        for At { is: quantity, span } in values {
            let (value, dim) = self.quantity(quantity)?;
            let new = flat.iter().zip(&dims).any(|(known, of)| *of == dim && known.is_none());
            if !new {
                let message = format!("this is {dim}, of which no further register is");
                let help = "write one value for each unit of the registers: gaps at 250 Wh, 0 VArh";
                self.found.push(Diagnostic::new("wrong-unit", span, message).help(help));
                return None;
            }
            for (at, register) in registers.iter().enumerate().filter(|(at, _)| dims[*at] == dim) {
                flat[at] = Some(value);
                if value > Ratio::from(i128::from(register.max())) {
                    let message = format!("no reading of {} is as high", register.name());
                    let help = format!("write at most {} {}", register.max(), register.unit().symbol());
                    self.found.push(Diagnostic::new("bad-gap-value", span, message).help(help));
                    return None;
                }
            }
        }
        if let Some(at) = flat.iter().position(Option::is_none) {
            let unit = registers[at].unit().symbol();
            let message = format!("nothing stands in for a gap of the register {}", registers[at].name());
            let help = format!("add a value for it: gaps at …, 0 {unit}");
            self.found.push(Diagnostic::new("missing-gap-value", keyword, message).help(help));
            return None;
        }
        flat.into_iter().collect()
    }
}
