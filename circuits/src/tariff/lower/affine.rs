//! Affine forms over nodes.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use crate::exact;
use crate::program::{NodeId, Ratio};

/// `constant + Σ factor · node`, no factor zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) terms: BTreeMap<NodeId, Ratio>,
    pub(super) constant: Ratio,
}

impl Affine {
    pub(super) fn constant(constant: Ratio) -> Self {
        Affine { terms: BTreeMap::new(), constant }
    }

    pub(super) fn one(node: NodeId) -> Self {
        Affine::node(node, Ratio::one())
    }

    pub(super) fn node(node: NodeId, factor: Ratio) -> Self {
        let terms = if factor.is_zero() { BTreeMap::new() } else { BTreeMap::from([(node, factor)]) };
        Affine { terms, constant: Ratio::zero() }
    }

    /// Its value when it is a constant.
    pub(super) fn as_constant(&self) -> Option<Ratio> {
        self.terms.is_empty().then_some(self.constant)
    }

    /// Adds `other · factor`; nothing when a number outgrows the arithmetic.
    pub(super) fn add(mut self, other: &Affine, factor: &Ratio) -> Option<Self> {
        self.constant = exact::add(&self.constant, &exact::mul(&other.constant, factor)?)?;
        for (node, term) in &other.terms {
            let sum = self.terms.entry(*node).or_insert_with(Ratio::zero);
            *sum = exact::add(sum, &exact::mul(term, factor)?)?;
            if sum.is_zero() {
                self.terms.remove(node);
            }
        }
        Some(self)
    }

    /// `self · factor`.
    pub(super) fn times(&self, factor: &Ratio) -> Option<Self> {
        Affine::default().add(self, factor)
    }

    /// `self - other`.
    pub(super) fn minus(&self, other: &Affine) -> Option<Self> {
        self.clone().add(other, &-Ratio::one())
    }

    /// The factor and constant that make another of this: `other = factor · self + constant`.
    pub(super) fn relation(&self, other: &Affine) -> Option<(Ratio, Ratio)> {
        let (node, ours) = self.terms.iter().next()?;
        let factor = exact::div(other.terms.get(node)?, ours)?;
        let rest = other.clone().add(self, &-factor)?;
        rest.terms.is_empty().then_some((factor, rest.constant))
    }
}
