//! Affine forms over nodes.

use std::collections::BTreeMap;

use num_traits::Zero;

use crate::exact;
use crate::program::{NodeId, Ratio};

/// `constant + Σ factor · node`.
#[derive(Clone, Debug, Default)]
pub(super) struct Affine {
    pub(super) terms: BTreeMap<NodeId, Ratio>,
    pub(super) constant: Ratio,
}

impl Affine {
    pub(super) fn constant(constant: Ratio) -> Self {
        Affine { terms: BTreeMap::new(), constant }
    }

    pub(super) fn node(node: NodeId, factor: Ratio) -> Self {
        Affine { terms: BTreeMap::from([(node, factor)]), constant: Ratio::zero() }
    }

    /// Adds `other · factor`; nothing when a number outgrows the arithmetic.
    pub(super) fn add(mut self, other: &Affine, factor: &Ratio) -> Option<Self> {
        self.constant = exact::add(&self.constant, &exact::mul(&other.constant, factor)?)?;
        for (node, term) in &other.terms {
            let sum = self.terms.entry(*node).or_insert_with(Ratio::zero);
            *sum = exact::add(sum, &exact::mul(term, factor)?)?;
        }
        self.terms.retain(|_, factor| !factor.is_zero());
        Some(self)
    }
}
