//! Wholly linear bills: knowledge of the opening of `Σ pᵢ·Cᵢ − amount·G` in base `H`, without a circuit.
//! See `docs/protocol.md#linear`.
//!
//! The opening itself is never revealed: sums over chosen subsets of openings could be matched.

use std::collections::BTreeMap;

use ff::{Field, PrimeField};
use group::{Curve, GroupEncoding};
use pasta_curves::{EqAffine, Fp};
use rand_core::Rng;
use wattproof_meter::commit::{Generators, Opening};
use zeroize::Zeroizing;

use crate::chip::field;
use crate::committed::Committed;
use crate::equation::Terms;
use crate::plan::{Given, Output, Plan, Value};
use crate::program::Place;
use crate::statement::Context;

/// Bytes a disclosed amount: the nonce's point and the response.
pub(crate) const BYTES: usize = 64;

const CHALLENGE: &[u8; 16] = b"wattproof-linear";
const WEIGHT: &[u8; 16] = b"wattproof-weigh1";

/// A bill that is affine in what is given.
pub(crate) struct Linear<'a> {
    pub(crate) plan: &'a Plan,
    /// What earlier bills hand on.
    pub(crate) carried: &'a [u64],
    pub(crate) generators: &'a Generators,
    pub(crate) context: &'a Context,
}

impl Linear<'_> {
    /// Proves every disclosed amount under one challenge.
    pub(crate) fn prove(&self, openings: &Committed<Opening>, mut nonces: impl Rng) -> Vec<u8> {
        let outputs = &self.plan.outputs;
        let nonces: Zeroizing<Vec<Fp>> = Zeroizing::new(outputs.iter().map(|_| Fp::random(&mut nonces)).collect());
        let points: Vec<[u8; 32]> = nonces.iter().map(|k| (self.generators.h * k).to_affine().to_bytes()).collect();
        let challenge = challenge(self.context, &points);
        let responses = outputs.iter().zip(nonces.iter()).map(|(output, nonce)| {
            let opening = self.weights(output).0.into_iter().map(|(place, weight)| {
                let slot = self.plan.slots.first().after(place.offset);
                let opening = slot.and_then(|slot| openings.get(place.register, slot));
                opening.map_or(Fp::ZERO, |opening| field(weight) * opening.scalar())
            });
            (nonce + challenge * opening.sum::<Fp>()).to_repr()
        });
        points.iter().copied().chain(responses.collect::<Vec<_>>()).flatten().collect()
    }

    /// What must be the identity, each amount's equation under a weight of its own. `entropy` is the verifier's own, drawn
    /// after the bill's bytes were final.
    pub(crate) fn equation(
        &self,
        commitments: &Committed<EqAffine>,
        disclosed: &[i128],
        proof: &[u8],
        entropy: &[u8; 32],
    ) -> Result<Terms, Refused> {
        let halves = proof.split_at_checked(proof.len() / 2).ok_or(Refused::Malformed)?;
        let points: Vec<[u8; 32]> = halves.0.chunks_exact(32).filter_map(|c| c.try_into().ok()).collect();
        let challenge = challenge(self.context, &points);
        let mut terms = Terms::default();
        let mut factors: BTreeMap<(u32, usize), Fp> = BTreeMap::new();
        for (index, (output, amount)) in self.plan.outputs.iter().zip(disclosed).enumerate() {
            let nonce = points.get(index).and_then(point).ok_or(Refused::Malformed)?;
            let response = halves.1.get(32 * index..32 * (index + 1)).and_then(|bytes| bytes.try_into().ok());
            let response: Fp = response.and_then(|r| Fp::from_repr(r).into()).ok_or(Refused::Malformed)?;
            let weight = self.context.derive(WEIGHT, [proof, entropy, &(index as u64).to_le_bytes()]);
            let (weights, public) = self.weights(output);
            let target = -weight * challenge;
            terms.push(-weight, nonce);
            terms.generators(target * (public - field(*amount)), weight * response);
            for (Place { register, offset }, by) in weights {
                *factors.entry((offset, register)).or_insert(Fp::ZERO) += target * field(by);
            }
        }
        let committed = factors.into_iter().map(|((offset, register), factor)| {
            let slot = self.plan.slots.first().after(offset);
            slot.and_then(|slot| commitments.get(register, slot)).map(|point| (factor, *point))
        });
        terms.gather(committed.collect::<Option<Vec<_>>>().ok_or(Refused::Missing)?.into_iter());
        Ok(terms)
    }

    /// The readings that an output weighs, slot by slot, those of weight zero left out; and what is public of it.
    fn weights(&self, output: &Output) -> (Vec<(Place, i128)>, Fp) {
        let mut weights: BTreeMap<(u32, usize), i128> = BTreeMap::new();
        let mut public = field(output.affine.constant);
        for (value, factor) in &output.affine.terms {
            let Value::Input(input) = value else { continue };
            let input = &self.plan.inputs[*input];
            public += field(input.constant) * field(*factor);
            for (given, weight) in &input.weights {
                match given {
                    Given::Reading(place) => {
                        *weights.entry((place.offset, place.register)).or_insert(0) += weight * factor
                    }
                    Given::Carried(index) => {
                        let value = Fp::from(self.carried.get(*index).copied().unwrap_or(0));
                        public += field(*weight) * field(*factor) * value;
                    }
                }
            }
        }
        weights.retain(|_, weight| *weight != 0);
        let places = weights.into_iter().map(|((offset, register), weight)| (Place { register, offset }, weight));
        (places.collect(), public)
    }
}

/// Why a linear proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A point or scalar that is not canonical.
    Malformed,
    /// A reading that the tariff prices has no commitment.
    Missing,
}

fn challenge(context: &Context, points: &[[u8; 32]]) -> Fp {
    context.derive(CHALLENGE, points.iter().map(<[u8; 32]>::as_slice))
}

/// A point that is neither malformed nor the identity.
fn point(bytes: &[u8; 32]) -> Option<EqAffine> {
    let point: Option<EqAffine> = EqAffine::from_bytes(bytes).into();
    point.filter(|point| !bool::from(group::CurveAffine::is_identity(point)))
}
