//! Expressions.

use num_traits::{One, Zero};

use super::super::almanac::Set;
use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Amount, AmountKind, Series};
use super::super::tree::Extreme;
use super::affine::Affine;
use super::{Lowering, too_large};
use crate::exact;
use crate::program::{Node, NodeId, Ratio};

impl Lowering<'_> {
    pub(super) fn amount(&mut self, amount: &Amount) -> Result<Affine, Diagnostic> {
        match &amount.kind {
            AmountKind::Number(number) => Ok(Affine::constant(*number)),
            AmountKind::Days => Ok(Affine::constant(Ratio::from(i128::from(self.period.days())))),
            AmountKind::Charge(place) => Ok(Affine::node(self.charges[*place], Ratio::one())),
            AmountKind::Energy(series) => {
                self.energy(series, &amount.span).map(|node| Affine::node(node, Ratio::one()))
            }
            AmountKind::Peak(series) => self.peak(series, &amount.span),
            AmountKind::Sum(terms) => terms.iter().try_fold(Affine::default(), |sum, (minus, term)| {
                let sign = Ratio::from(if *minus { -1 } else { 1 });
                sum.add(&self.amount(term)?, &sign).ok_or_else(|| too_large(&amount.span))
            }),
            AmountKind::Product(factors) => self.product(factors, &amount.span),
            AmountKind::Extreme(which, amounts) => self.extreme(*which, amounts),
            AmountKind::Price(table) => self.table(table, &amount.span).map(|node| Affine::node(node, Ratio::one())),
        }
    }

    /// At most one factor depends on readings; the others are constant forms.
    fn product(&mut self, factors: &[(bool, Amount)], span: &Span) -> Result<Affine, Diagnostic> {
        let mut product = Affine::constant(Ratio::one());
        for (divides, written) in factors {
            let factor = self.amount(written)?;
            let (of, by) =
                if factor.terms.is_empty() { (product, factor.constant) } else { (factor, product.constant) };
            let by = match divides {
                true if by.is_zero() => return Err(by_zero(&written.span)),
                true => exact::div(&Ratio::one(), &by).ok_or_else(|| too_large(span))?,
                false => by,
            };
            product = Affine::default().add(&of, &by).ok_or_else(|| too_large(span))?;
        }
        Ok(product)
    }

    fn extreme(&mut self, which: Extreme, amounts: &[Amount]) -> Result<Affine, Diagnostic> {
        let nodes = amounts.iter().map(|amount| {
            let affine = self.amount(amount)?;
            Ok(self.value(affine))
        });
        let nodes = nodes.collect::<Result<Vec<_>, Diagnostic>>()?;
        let both = |a, b| match which {
            Extreme::Max => Node::Larger(a, b),
            Extreme::Min => Node::Smaller(a, b),
        };
        let node = nodes.into_iter().reduce(|a, b| self.push(both(a, b)));
        Ok(node.map_or_else(Affine::default, |node| Affine::node(node, Ratio::one())))
    }

    pub(super) fn energy(&mut self, series: &Series, span: &Span) -> Result<NodeId, Diagnostic> {
        let set = series.within.as_ref().map_or(Set::ALL, |within| within.set);
        let classes = self.classes(&[set], span)?;
        let rates = vec![Ratio::one(), Ratio::zero()];
        Ok(self.push(Node::Readings { register: series.register, classes, rates }))
    }

    /// Watts: energy per slot over the hours of a slot.
    fn peak(&mut self, series: &Series, span: &Span) -> Result<Affine, Diagnostic> {
        let slots = self.slots(series);
        let of = self.each(series, &slots, span)?;
        let node = self.push(Node::Largest { of, count: 1 });
        let per_hour = Ratio::new(60, i128::from(self.period.calendar().slot().minutes()));
        Ok(Affine::node(node, per_hour))
    }
}

fn by_zero(span: &Span) -> Diagnostic {
    Diagnostic::new("division-by-zero", span, "this is zero in the period, and is divided by")
        .help("divide by something else")
}
