//! What a proof comes down to once it is read: multiples of points whose sum must be the identity.
//!
//! A bill's equation has two parts: what halo2 leaves, over the generators of its domain, and the terms of the link or
//! of the linear proof, already under a weight of their own. [`crate::bulk`] sums the equations of many bills.

use std::sync::LazyLock;

use ff::{Field, PrimeField};
use group::{Curve, Group};
use halo2_proofs::poly::commitment::MSM;
use pasta_curves::{Eq, EqAffine, Fp};
use wattproof_meter::commit::Generators;

use crate::basis::{Basis, NAMED};
use crate::multiexp::multiexp;

static GENERATORS: LazyLock<Generators> = LazyLock::new(Generators::new);

/// The equation of one proof.
#[derive(Clone, Debug)]
pub struct Equation {
    /// Logarithm of the domain's rows; nothing without a circuit.
    k: Option<u32>,
    halo2: Option<MSM<'static, EqAffine>>,
    terms: Terms,
}

/// Multiples of points beside halo2's own, those of the generators summed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    g: Fp,
    h: Fp,
    /// Multiples of what the compact link names.
    basis: Option<(&'static Basis, [Fp; NAMED])>,
    scalars: Vec<Fp>,
    points: Vec<EqAffine>,
}

impl Equation {
    /// Of a bill without a circuit.
    pub(crate) fn linear(terms: Terms) -> Self {
        Equation { k: None, halo2: None, terms }
    }

    /// Of a bill with a circuit of `2^k` rows.
    pub(crate) fn new(k: u32, halo2: MSM<'static, EqAffine>, terms: Terms) -> Self {
        Equation { k: Some(k), halo2: Some(halo2), terms }
    }

    /// Equations are summed only with those of the same domain.
    pub(crate) fn domain(&self) -> Option<u32> {
        self.k
    }

    /// The same, multiplied: it holds when this one does.
    #[must_use]
    pub(crate) fn weighed(&self, weight: Fp) -> Self {
        let mut weighed = self.clone();
        weighed.weigh(weight);
        weighed
    }

    pub(crate) fn weigh(&mut self, weight: Fp) {
        if let Some(halo2) = &mut self.halo2 {
            halo2.scale(weight);
        }
        self.terms.weigh(weight);
    }

    /// Adds an equation of the same domain. Both must be under weights that nobody could foresee.
    pub(crate) fn add(&mut self, other: Equation) {
        match (&mut self.halo2, &other.halo2) {
            (Some(own), Some(other)) => own.add_msm(other),
            (own @ None, Some(other)) => *own = Some(other.clone()),
            (_, None) => {}
        }
        self.terms.add(other.terms);
    }

    /// Brings all terms together in one point, which is most of the work of [`Equation::holds`].
    pub(crate) fn fold(&mut self) {
        let sum = std::mem::take(&mut self.terms).sum();
        self.terms.push(Fp::ONE, sum.to_affine());
    }

    /// Whether the sum is the identity.
    pub fn holds(self) -> bool {
        let sum = self.terms.sum();
        let Some(mut halo2) = self.halo2 else { return sum.is_identity().into() };
        halo2.append_term(Fp::ONE, sum.to_affine());
        halo2.eval()
    }
}

impl Terms {
    /// Adds a multiple of `G` and one of `H`.
    pub(crate) fn generators(&mut self, g: Fp, h: Fp) {
        self.g += g;
        self.h += h;
    }

    /// Adds multiples of what the compact link names.
    pub(crate) fn basis(&mut self, basis: &'static Basis, scalars: [Fp; NAMED]) {
        let (_, sums) = self.basis.get_or_insert((basis, [Fp::ZERO; NAMED]));
        sums.iter_mut().zip(scalars).for_each(|(sum, scalar)| *sum += scalar);
    }

    /// Adds a multiple of a point.
    pub(crate) fn push(&mut self, scalar: Fp, point: EqAffine) {
        self.scalars.push(scalar);
        self.points.push(point);
    }

    /// Adds multiples of many points. Points with one factor are summed first: a total's weigh one addition each.
    pub(crate) fn gather(&mut self, terms: impl Iterator<Item = (Fp, EqAffine)>) {
        let mut terms: Vec<_> = terms.map(|(factor, point)| (factor.to_repr(), factor, point)).collect();
        terms.sort_unstable_by_key(|(order, ..)| *order);
        let (mut factors, mut sums) = (vec![], vec![]);
        for same in terms.chunk_by(|one, next| one.0 == next.0) {
            match same {
                [(_, factor, point)] => self.push(*factor, *point),
                [(_, factor, first), rest @ ..] => {
                    factors.push(*factor);
                    sums.push(rest.iter().fold(Eq::from(*first), |sum, (.., point)| sum + point));
                }
                [] => {}
            }
        }
        let mut points = vec![EqAffine::default(); sums.len()];
        Eq::batch_normalize(&sums, &mut points);
        factors.into_iter().zip(points).for_each(|(factor, point)| self.push(factor, point));
    }

    fn weigh(&mut self, weight: Fp) {
        self.g *= weight;
        self.h *= weight;
        self.basis.iter_mut().flat_map(|(_, scalars)| scalars).for_each(|scalar| *scalar *= weight);
        self.scalars.iter_mut().for_each(|scalar| *scalar *= weight);
    }

    fn add(&mut self, other: Terms) {
        self.generators(other.g, other.h);
        if let Some((basis, scalars)) = other.basis {
            self.basis(basis, scalars);
        }
        self.scalars.extend(other.scalars);
        self.points.extend(other.points);
    }

    fn sum(mut self) -> Eq {
        let Generators { g, h } = *GENERATORS;
        self.push(self.g, g);
        self.push(self.h, h);
        if let Some((basis, scalars)) = self.basis {
            scalars.iter().zip(basis.points()).for_each(|(scalar, point)| self.push(*scalar, *point));
        }
        multiexp(&self.scalars, &self.points)
    }
}
