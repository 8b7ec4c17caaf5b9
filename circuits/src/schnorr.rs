//! Wholly linear bills: knowledge of the opening of `Σ pᵢ·Cᵢ − amount·G` in base `H`, without a circuit.
//! See `docs/protocol.md#linear`.
//!
//! The opening itself is never revealed: sums over chosen subsets of openings could be matched.

use std::collections::BTreeMap;

use ff::{Field, PrimeField};
use group::{Curve, Group, GroupEncoding};
use halo2_proofs::arithmetic::best_multiexp;
use pasta_curves::{Eq, EqAffine, Fp};
use rand_core::Rng;
use wattproof_meter::commit::{Generators, Opening};
use zeroize::Zeroizing;

use crate::chip::field;
use crate::committed::Committed;
use crate::plan::{Cell, Output, Plan, Value};
use crate::statement::Context;

/// Bytes a disclosed amount: the nonce's point and the response.
pub(crate) const BYTES: usize = 64;

const CHALLENGE: &[u8; 16] = b"wattproof-linear";
const WEIGHT: &[u8; 16] = b"wattproof-weigh1";

/// Proves every disclosed amount under one challenge.
pub(crate) fn prove(
    plan: &Plan,
    generators: &Generators,
    context: &Context,
    openings: &Committed<Opening>,
    mut nonces: impl Rng,
) -> Vec<u8> {
    let nonces: Zeroizing<Vec<Fp>> = Zeroizing::new(plan.outputs.iter().map(|_| Fp::random(&mut nonces)).collect());
    let points: Vec<[u8; 32]> = nonces.iter().map(|k| (generators.h * k).to_affine().to_bytes()).collect();
    let challenge = challenge(context, &points);
    let responses = plan.outputs.iter().zip(nonces.iter()).map(|(output, nonce)| {
        let opening = cells(plan, output).into_iter().map(|(cell, weight)| {
            let slot = plan.slots.first().after(cell.offset);
            let opening = slot.and_then(|slot| openings.get(cell.register, slot));
            opening.map_or(Fp::ZERO, |opening| field(weight) * opening.scalar())
        });
        (nonce + challenge * opening.sum::<Fp>()).to_repr()
    });
    points.iter().copied().chain(responses.collect::<Vec<_>>()).flatten().collect()
}

/// Why a linear proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A point or scalar that is not canonical.
    Malformed,
    /// A reading that the tariff prices has no commitment.
    Missing,
    /// The equation does not hold.
    False,
}

/// `entropy` is the verifier's own, drawn after the bill's bytes were final.
pub(crate) fn verify(
    plan: &Plan,
    generators: &Generators,
    context: &Context,
    commitments: &Committed<EqAffine>,
    disclosed: &[i128],
    proof: &[u8],
    entropy: &[u8; 32],
) -> Result<(), Refused> {
    let halves = proof.split_at_checked(proof.len() / 2).ok_or(Refused::Malformed)?;
    let points: Vec<[u8; 32]> = halves.0.chunks_exact(32).filter_map(|c| c.try_into().ok()).collect();
    let challenge = challenge(context, &points);
    let mut sum = Eq::identity();
    for (index, (output, amount)) in plan.outputs.iter().zip(disclosed).enumerate() {
        let nonce = points.get(index).and_then(point).ok_or(Refused::Malformed)?;
        let response = halves.1.get(32 * index..32 * (index + 1)).and_then(|bytes| bytes.try_into().ok());
        let response: Fp = response.and_then(|r| Fp::from_repr(r).into()).ok_or(Refused::Malformed)?;
        let weight = context.derive(WEIGHT, [proof, entropy, &(index as u64).to_le_bytes()]);
        let constant = field(output.affine.constant) - field(*amount);
        let target = committed(plan, output, commitments).ok_or(Refused::Missing)? + generators.g * constant;
        sum += (generators.h * response - nonce - target * challenge) * weight;
    }
    bool::from(sum.is_identity()).then_some(()).ok_or(Refused::False)
}

fn challenge(context: &Context, points: &[[u8; 32]]) -> Fp {
    context.derive(CHALLENGE, points.iter().map(<[u8; 32]>::as_slice))
}

/// A point that is neither malformed nor the identity.
fn point(bytes: &[u8; 32]) -> Option<EqAffine> {
    let point: Option<EqAffine> = EqAffine::from_bytes(bytes).into();
    point.filter(|point| !bool::from(group::CurveAffine::is_identity(point)))
}

/// `Σ weight · C`, readings of one weight summed first.
fn committed(plan: &Plan, output: &Output, commitments: &Committed<EqAffine>) -> Option<Eq> {
    let mut sums: BTreeMap<i128, Eq> = BTreeMap::new();
    for (cell, weight) in cells(plan, output) {
        let slot = plan.slots.first().after(cell.offset)?;
        *sums.entry(weight).or_insert_with(Eq::identity) += commitments.get(cell.register, slot)?;
    }
    let points: Vec<Eq> = sums.values().copied().collect();
    let mut affine = vec![EqAffine::default(); points.len()];
    Eq::batch_normalize(&points, &mut affine);
    Some(best_multiexp(&sums.keys().map(|weight| field(*weight)).collect::<Vec<_>>(), &affine))
}

/// The readings that an output weighs, in order; those of weight zero are left out.
fn cells(plan: &Plan, output: &Output) -> Vec<(Cell, i128)> {
    let mut weights: BTreeMap<(u32, usize), i128> = BTreeMap::new();
    for (value, factor) in &output.affine.terms {
        let Value::Input(input) = value else { continue };
        for (cell, weight) in &plan.inputs[*input].weights {
            *weights.entry((cell.offset, cell.register)).or_insert(0) += weight * factor;
        }
    }
    weights.retain(|_, weight| *weight != 0);
    weights.into_iter().map(|((offset, register), weight)| (Cell { register, offset }, weight)).collect()
}
