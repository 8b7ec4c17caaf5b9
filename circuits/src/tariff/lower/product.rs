//! Products, quotients and powers.

use num_traits::{One, Signed, Zero};

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Amount, AmountKind};
use super::affine::Affine;
use super::part::Part;
use super::{Lowering, too_large};
use crate::exact;
use crate::program::{Node, Ratio};

impl Lowering<'_> {
    /// The factors' product over the divisors' product.
    pub(super) fn product(&mut self, all: &[(bool, Amount)], at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let days = all.iter().position(|(divides, factor)| !divides && matches!(factor.kind, AmountKind::Days));
        let dated = |factor: &Amount| days.is_some() && factor.nature.dated && !factor.nature.varies;
        let (by_day, rest): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(_, (_, factor))| dated(factor));
        let rest = rest.into_iter().filter(|(place, _)| by_day.is_empty() || Some(*place) != days);
        let (of, over) = self.factors(rest.map(|(_, factor)| factor), at, span)?;
        if by_day.is_empty() {
            return self.divided((of, over), span);
        }
        let mut sum = Ratio::zero();
        for day in at.days.0..at.days.1 {
            let at = self.day(day, at);
            let value = self.factors(by_day.iter().map(|(_, factor)| *factor), &at, span)?;
            let value = self.divided(value, span)?.as_constant().unwrap_or_default();
            sum = exact::add(&sum, &value).ok_or_else(|| too_large(span))?;
        }
        let product = of.times(&sum).ok_or_else(|| too_large(span))?;
        self.divided((product, over), span)
    }

    /// What is multiplied, and what it is divided by, which is never zero.
    fn factors<'b>(
        &mut self,
        factors: impl Iterator<Item = &'b (bool, Amount)>,
        at: &Part,
        span: &Span,
    ) -> Result<(Affine, Affine), Diagnostic> {
        let one = Affine::constant(Ratio::one());
        let (mut of, mut over) = (one.clone(), one);
        for (divides, written) in factors {
            let factor = self.amount(written, at)?;
            if !divides {
                of = self.multiplied(of, factor).ok_or_else(|| too_large(span))?;
                continue;
            }
            self.not_zero(&factor, &written.span)?;
            over = self.multiplied(over, factor).ok_or_else(|| too_large(span))?;
        }
        Ok((of, over))
    }

    /// Reports a divisor that is zero, or that varies and is not known to be above zero.
    fn not_zero(&mut self, divisor: &Affine, span: &Span) -> Result<(), Diagnostic> {
        if let Some(constant) = divisor.as_constant() {
            let message = "this is zero in the period, and is divided by";
            let zero = || Diagnostic::new("division-by-zero", span, message).help("divide by something else");
            return if constant.is_zero() { Err(zero()) } else { Ok(()) };
        }
        let node = self.value(divisor.clone());
        if self.bounds(node).is_some_and(|(lo, _)| lo.is_positive()) {
            return Ok(());
        }
        let message = "this is divided by, and could be zero or less";
        let help = "say what stands in then: ratio(a, b) or 1; or keep it above zero: max(…, 1 kWh)";
        Err(Diagnostic::new("maybe-zero", span, message).help(help))
    }

    fn divided(&mut self, (of, over): (Affine, Affine), span: &Span) -> Result<Affine, Diagnostic> {
        if let Some(by) = over.as_constant() {
            let by = exact::div(&Ratio::one(), &by).ok_or_else(|| too_large(span))?;
            return of.times(&by).ok_or_else(|| too_large(span));
        }
        Ok(self.over(of, over, Ratio::zero()))
    }

    pub(super) fn over(&mut self, of: Affine, over: Affine, or: Ratio) -> Affine {
        let (of, over) = (self.value(of), self.value(over));
        Affine::one(self.push(Node::Quotient { of, over, or }))
    }

    /// A quotient, or a constant where there is nothing to divide by.
    pub(super) fn ratio(&mut self, parts: &[Amount; 3], at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let (of, over) = (self.amount(&parts[0], at)?, self.amount(&parts[1], at)?);
        let or = self.constant(&parts[2], at)?;
        match over.as_constant() {
            Some(by) if by.is_positive() => self.divided((of, over), span),
            Some(_) => Ok(Affine::constant(or)),
            None => Ok(self.over(of, over, or)),
        }
    }

    /// A whole power: two to four.
    pub(super) fn raised(&mut self, of: &Amount, power: u32, at: &Part) -> Result<Affine, Diagnostic> {
        let base = self.amount(of, at)?;
        let squared = self.multiplied(base.clone(), base.clone());
        let raised = squared.and_then(|squared| match power {
            2 => Some(squared),
            3 => self.multiplied(squared, base),
            _ => self.multiplied(squared.clone(), squared),
        });
        raised.ok_or_else(|| too_large(&of.span))
    }
}
