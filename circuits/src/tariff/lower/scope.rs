//! Values over the parts of a scope: summed, averaged, the largest, the smallest.

use num_traits::{One, Signed};

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Aggregate, Scoped};
use super::super::tree::Extreme;
use super::affine::Affine;
use super::part::Part;
use super::{Lowering, too_large};
use crate::exact;
use crate::program::{Node, Ratio};

impl Lowering<'_> {
    pub(super) fn scoped(&mut self, scoped: &Scoped, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let mut values = Vec::new();
        for (part, share) in self.parts(&scoped.per, scoped.within.as_ref(), at)? {
            let value = self.amount(&scoped.of, &part)?;
            self.grow(value.terms.len() + 1, span)?;
            values.push(value.times(&share).ok_or_else(|| too_large(span))?);
        }
        let count = values.len();
        match scoped.how {
            _ if count == 0 => Ok(Affine::default()),
            Aggregate::Sum => self.total(&values, span),
            Aggregate::Mean => self.total(&values, span)?.times(&fraction(1, count)).ok_or_else(|| too_large(span)),
            Aggregate::Extreme(Extreme::Max) => self.largest(values, 1).ok_or_else(|| too_large(span)),
            Aggregate::Extreme(Extreme::Min) => self.smallest(&values).ok_or_else(|| too_large(span)),
            Aggregate::Highest(most) => {
                let sum = self.largest(values, most);
                sum.and_then(|sum| sum.times(&fraction(1, count.min(most)))).ok_or_else(|| too_large(span))
            }
        }
    }

    fn smallest(&mut self, values: &[Affine]) -> Option<Affine> {
        let minus = -Ratio::one();
        let negated = values.iter().map(|value| value.times(&minus)).collect::<Option<Vec<_>>>()?;
        self.largest(negated, 1)?.times(&minus)
    }

    /// The sum of the largest, of which there are some. A common factor is left outside, so that the values of readings
    /// are readings.
    fn largest(&mut self, values: Vec<Affine>, count: usize) -> Option<Affine> {
        let factor = values.iter().find_map(|value| value.terms.values().next()).map_or(Ratio::one(), Signed::abs);
        let inverse = exact::div(&Ratio::one(), &factor)?;
        if let Some(mut constants) = values.iter().map(Affine::as_constant).collect::<Option<Vec<_>>>() {
            constants.sort_unstable_by(|a, b| b.cmp(a));
            let sum = constants.iter().take(count).try_fold(Ratio::from(0), |sum, value| exact::add(&sum, value));
            return sum.map(Affine::constant);
        }
        let of = values.iter().map(|value| Some(self.value(value.times(&inverse)?))).collect::<Option<Vec<_>>>()?;
        match of[..] {
            [only] => Affine::one(only).times(&factor),
            _ => Some(Affine::node(self.push(Node::Largest { of, count }), factor)),
        }
    }
}

/// `numer / denom` of small numbers.
fn fraction(numer: i128, denom: usize) -> Ratio {
    Ratio::new(numer, i128::try_from(denom).unwrap_or(i128::MAX).max(1))
}
