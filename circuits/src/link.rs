//! The classic link: what ties the linked column to the meter's commitments. See `docs/protocol.md#link`.
//!
//! halo2 opens the linked column at `x` in any case: `a(x) = Σ aᵢ·Lᵢ(x)`. With `C'ᵢ` the commitment that the verifier
//! derives for row `i` (a public value `v` is committed to by `v·G`) and `B_j` the prover's commitments to the blinding
//! rows, the verifier checks `Σ Lᵢ(x)·C'ᵢ + Σ L_j(x)·B_j = a(x)·G + w·H`. Everything on the left is in the transcript before `x` exists, so by
//! Schwartz–Zippel the column equals the committed values, and rows without a commitment are zero.

pub(crate) mod compact;

use ff::Field;
use halo2_proofs::poly::EvaluationDomain;
use pasta_curves::{EqAffine, Fp};
use rand_core::Rng;
use wattproof_meter::commit::{Generators, Opening};
use zeroize::Zeroizing;

use crate::committed::Committed;
use crate::equation::Terms;
use crate::layout::{Layout, lane_factor};
use crate::plan::{Given, Plan};
use crate::program::Place;

/// The prover's half: the blinding rows it foresees, and the openings of their commitments.
#[allow(missing_debug_implementations, reason = "openings are secret")]
pub(crate) struct Blinding {
    openings: Zeroizing<Vec<Fp>>,
    /// `B_j = b_j·G + o_j·H`, one a blinding row.
    pub(crate) commitments: Vec<EqAffine>,
}

impl Blinding {
    /// `rows` is a clone of the stream that `create_proof` will draw from: the linked column is advice column 0, so its
    /// blinding rows are the first `count` draws. Should that order ever change, the proof would not verify, and the
    /// prover, who checks its own proof, would hand nothing out.
    pub(crate) fn new(generators: &Generators, count: usize, mut rows: impl Rng, mut openings: impl Rng) -> Self {
        let values: Zeroizing<Vec<Fp>> = Zeroizing::new((0..count).map(|_| Fp::random(&mut rows)).collect());
        let openings: Zeroizing<Vec<Fp>> = Zeroizing::new((0..count).map(|_| Fp::random(&mut openings)).collect());
        let commitments = values.iter().zip(openings.iter()).map(|(value, opening)| {
            let point = generators.g * value + generators.h * opening;
            group::Curve::to_affine(&point)
        });
        Blinding { commitments: commitments.collect(), openings }
    }

    /// `w`, the opening of the left side of the link's equation.
    pub(crate) fn opening(&self, at: &Opened<'_>, openings: &Committed<Opening>) -> Fp {
        let readings = at.factors().map(|(place, factor)| {
            let opening = at.plan.slots.first().after(place.offset).and_then(|slot| openings.get(place.register, slot));
            opening.map_or(Fp::ZERO, |opening| factor * opening.scalar())
        });
        let blinding = at.blinding().iter().zip(self.openings.iter()).map(|(lagrange, opening)| lagrange * opening);
        readings.chain(blinding).sum()
    }
}

/// The link's equation once `x` is known.
pub(crate) struct Opened<'a> {
    plan: &'a Plan,
    lagrange: Vec<Fp>,
    blinding: usize,
    /// The factor of each reading's commitment, slot by slot.
    factors: Vec<Fp>,
    /// What constants and carried values add.
    public: Fp,
}

impl<'a> Opened<'a> {
    /// `blinding` is the number of blinding rows.
    pub(crate) fn new(plan: &'a Plan, carried: &[u64], layout: &Layout, blinding: usize, x: Fp) -> Self {
        // The degree only sizes the quotient's domain, of which nothing is used here.
        let domain = EvaluationDomain::new(3, layout.k);
        let rows = 1i32 << layout.k;
        let lagrange = domain.l_i_range(x, x.pow_vartime([1 << layout.k]), 0..rows);
        let (factors, public) = factors(plan, carried, layout, &lagrange);
        Opened { plan, lagrange, blinding, factors, public }
    }

    /// The factor of each reading's commitment; readings that no row uses are left out.
    fn factors(&self) -> impl Iterator<Item = (Place, Fp)> + '_ {
        let registers = self.plan.registers.len();
        let places = (0u32..self.plan.slots.count())
            .flat_map(move |offset| (0..registers).map(move |register| Place { register, offset }));
        places.zip(self.factors.iter().copied()).filter(|(_, factor)| !bool::from(factor.is_zero()))
    }

    /// The Lagrange polynomials of the blinding rows at `x`.
    fn blinding(&self) -> &[Fp] {
        &self.lagrange[self.lagrange.len() - self.blinding..]
    }

    /// Adds `weight · (left − right)` to the terms beside the proof's own equation. False when a reading that the plan
    /// uses has no commitment.
    #[must_use]
    pub(crate) fn append(
        &self,
        terms: &mut Terms,
        weight: Fp,
        commitments: &Committed<EqAffine>,
        received: &Received,
    ) -> bool {
        let committed = self.factors().map(|(place, factor)| {
            let slot = self.plan.slots.first().after(place.offset);
            slot.and_then(|slot| commitments.get(place.register, slot)).map(|point| (weight * factor, *point))
        });
        let Some(committed) = committed.collect::<Option<Vec<_>>>() else { return false };
        terms.gather(committed.into_iter());
        for (lagrange, point) in self.blinding().iter().zip(&received.blinding) {
            terms.push(weight * lagrange, *point);
        }
        terms.generators(weight * (self.public - received.linked), -weight * received.opening);
        true
    }
}

/// What the verifier read of the link.
pub(crate) struct Received {
    /// `B_j`.
    pub(crate) blinding: Vec<EqAffine>,
    /// `a(x)`.
    pub(crate) linked: Fp,
    /// `w`.
    pub(crate) opening: Fp,
}

/// `Σ over rows of Lᵢ(x) · weight of the reading in row i`, slot by slot, and the same of all that is public.
fn factors(plan: &Plan, carried: &[u64], layout: &Layout, lagrange: &[Fp]) -> (Vec<Fp>, Fp) {
    let registers = plan.registers.len();
    let mut factors = vec![Fp::ZERO; plan.slots.count() as usize * registers];
    let mut public = Fp::ZERO;
    let mut inputs = vec![Fp::ZERO; plan.inputs.len()];
    for linked in &layout.linked {
        inputs[linked.input] += lagrange[linked.row] * lane_factor(linked.lane);
    }
    for (input, at) in plan.inputs.iter().zip(inputs) {
        public += at * crate::chip::field(input.constant);
        for (given, weight) in &input.weights {
            let by = at * crate::chip::field(*weight);
            match given {
                Given::Reading(place) => factors[place.offset as usize * registers + place.register] += by,
                Given::Carried(index) => public += by * Fp::from(carried.get(*index).copied().unwrap_or(0)),
            }
        }
    }
    (factors, public)
}
