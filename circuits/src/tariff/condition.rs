//! Checks of conditions and of the amounts that they choose.

use super::amount::{Known, Part};
use super::diagnostic::Diagnostic;
use super::function::together;
use super::sheet::{Amount, AmountKind, Condition, Nature};
use super::tree::{Comparison, Expr, ExprKind};

impl Known<'_, '_> {
    /// `if CONDITION then AMOUNT else AMOUNT`
    pub(super) fn choice(&mut self, cases: &[(Expr<'_>, Expr<'_>)], otherwise: &Expr<'_>) -> Option<Part> {
        let checked: Vec<_> = cases.iter().map(|(when, then)| (self.condition(when), self.amount(then))).collect();
        let otherwise = self.amount(otherwise)?;
        let mut nature = otherwise.nature;
        let mut cases = Vec::new();
        for (when, then) in checked {
            let ((when, depends), then) = (when?, then?);
            let against = cases.first().map_or(&otherwise, |(_, first)| first);
            self.same(against, &then, "an alternative to")?;
            nature = nature.with(depends).with(then.nature);
            cases.push((when, then));
        }
        let dim = otherwise.dim;
        if let Some((_, first)) = cases.first() {
            self.same(first, &otherwise, "an alternative to")?;
        }
        Some((AmountKind::If(cases, Box::new(otherwise)), dim, nature))
    }

    fn condition(&mut self, written: &Expr<'_>) -> Option<(Condition, Nature)> {
        match &written.is {
            ExprKind::Compared(both, sign) => self.compared(both, *sign),
            ExprKind::All(parts) => self.conditions(parts).map(|(parts, nature)| (Condition::All(parts), nature)),
            ExprKind::Any(parts) => self.conditions(parts).map(|(parts, nature)| (Condition::Any(parts), nature)),
            ExprKind::Not(of) => self.condition(of).map(|(of, nature)| (Condition::Not(Box::new(of)), nature)),
            _ => {
                let message = "this is an amount, and a condition is wanted";
                let help = "compare it: energy of import > 250 kWh";
                self.found.push(Diagnostic::new("not-a-condition", &written.span, message).help(help));
                None
            }
        }
    }

    fn conditions(&mut self, parts: &[Expr<'_>]) -> Option<(Vec<Condition>, Nature)> {
        let checked: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        let checked = checked.into_iter().collect::<Option<Vec<_>>>()?;
        let nature = checked.iter().fold(Nature::CONSTANT, |nature, (_, other)| nature.with(*other));
        Some((checked.into_iter().map(|(condition, _)| condition).collect(), nature))
    }

    fn compared(&mut self, both: &[Expr<'_>; 2], sign: Comparison) -> Option<(Condition, Nature)> {
        let [left, right] = both.each_ref().map(|amount| self.amount(amount));
        let both = [left?, right?];
        self.same(&both[0], &both[1], "compared with")?;
        let nature = together(&both).rounded();
        let (swapped, or_equal) = match sign {
            Comparison::Greater => (false, false),
            Comparison::GreaterOrEqual => (false, true),
            Comparison::Less => (true, false),
            Comparison::LessOrEqual => (true, true),
        };
        let [left, right] = both;
        let both: [Amount; 2] = if swapped { [right, left] } else { [left, right] };
        Some((Condition::Above { both: Box::new(both), or_equal }, nature))
    }
}
