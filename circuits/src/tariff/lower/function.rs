//! Extremes, rounding and roots.

use num_traits::{One, Zero};

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Amount, Rounding, Scope};
use super::super::tree::Extreme;
use super::affine::Affine;
use super::part::Part;
use super::piecewise::{at_least, at_most};
use super::{Lowering, too_large};
use crate::program::{Node, Piece, Ratio, Schedule};
use crate::{exact, rule};

impl Lowering<'_> {
    pub(super) fn extreme(
        &mut self,
        which: Extreme,
        amounts: &[Amount],
        at: &Part,
        span: &Span,
    ) -> Result<Affine, Diagnostic> {
        let values = amounts.iter().map(|amount| self.amount(amount, at)).collect::<Result<Vec<_>, _>>()?;
        let mut values = values.into_iter();
        let first = values.next().unwrap_or_default();
        values.try_fold(first, |a, b| self.further(which, a, b, at).ok_or_else(|| too_large(span)))
    }

    /// The larger or the smaller of two. Of a part, one beside a constant is a schedule, as prices are: there are many.
    pub(super) fn further(&mut self, which: Extreme, a: Affine, b: Affine, at: &Part) -> Option<Affine> {
        let many = at.scope < Scope::Period;
        match (a.as_constant(), b.as_constant()) {
            (Some(a), Some(b)) => Some(Affine::constant(if which == Extreme::Max { a.max(b) } else { a.min(b) })),
            (None, Some(constant)) if many => self.beside(which, a, constant),
            (Some(constant), None) if many => self.beside(which, b, constant),
            (None, None) if at.scope == Scope::Reading => {
                let apart = self.beside(which, a.minus(&b)?, Ratio::zero())?;
                b.add(&apart, &Ratio::one())
            }
            _ => {
                let (a, b) = (self.value(a), self.value(b));
                let node = if which == Extreme::Max { Node::Larger(a, b) } else { Node::Smaller(a, b) };
                Some(Affine::one(self.push(node)))
            }
        }
    }

    fn beside(&mut self, which: Extreme, of: Affine, constant: Ratio) -> Option<Affine> {
        let schedule = if which == Extreme::Max { at_least(constant) } else { at_most(constant) };
        self.scheduled(schedule, of)
    }

    pub(super) fn clamp(&mut self, parts: &[Amount; 3], at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let [of, least, most] = parts;
        let (of, least, most) = (self.amount(of, at)?, self.amount(least, at)?, self.amount(most, at)?);
        let (Some(lo), Some(hi)) = (least.as_constant(), most.as_constant()) else {
            let raised = self.further(Extreme::Max, of, least, at).ok_or_else(|| too_large(span))?;
            return self.further(Extreme::Min, raised, most, at).ok_or_else(|| too_large(span));
        };
        if lo > hi {
            let message = "the least is above the most";
            return Err(Diagnostic::new("clamp-crossed", &parts[1].span, message).help("exchange them"));
        }
        let flat = |to, intercept| Piece { to, slope: Ratio::zero(), intercept };
        let between = Piece { to: Some(hi), slope: Ratio::one(), intercept: Ratio::zero() };
        let pieces = match lo == hi {
            true => vec![flat(None, lo)],
            false => vec![flat(Some(lo), lo), between, flat(None, hi)],
        };
        self.scheduled(Schedule { pieces }, of).ok_or_else(|| too_large(span))
    }

    pub(super) fn rounded(&mut self, of: &Affine, rounding: Rounding, span: &Span) -> Result<Affine, Diagnostic> {
        let Rounding { unit, ties } = rounding;
        let Some(constant) = of.as_constant() else {
            let of = self.value(of.clone());
            return Ok(Affine::one(self.push(Node::Rounded { of, unit, ties })));
        };
        let units = exact::round(&constant, &unit, ties);
        let value = units.and_then(|units| exact::mul(&Ratio::from(units), &unit));
        value.map(Affine::constant).ok_or_else(|| too_large(span))
    }

    /// The root of what is negative is zero.
    pub(super) fn root(
        &mut self,
        of: &Amount,
        rounding: Rounding,
        at: &Part,
        span: &Span,
    ) -> Result<Affine, Diagnostic> {
        let Rounding { unit, ties } = rounding;
        let of = self.amount(of, at)?;
        match of.as_constant() {
            Some(constant) => rule::root(&constant, &unit, ties).map(Affine::constant).ok_or_else(|| too_large(span)),
            None => {
                let of = self.value(of);
                Ok(Affine::one(self.push(Node::Root { of, unit, ties })))
            }
        }
    }
}
