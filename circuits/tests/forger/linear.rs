//! The linear protocol again, so that it can be lied in and that single defences can be left out.

use std::collections::BTreeMap;

use ff::{Field, PrimeField};
use group::{Curve, Group, GroupEncoding};
use pasta_curves::{Eq, EqAffine, Fp};
use wattproof_circuits::field;
use wattproof_circuits::plan::{Given, Output, Plan, Value};
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::Slot;
use wattproof_meter::commit::Generators;

use super::{POINT, context};
use crate::support::Household;

/// The readings that an amount weighs.
fn weights(plan: &Plan, output: &Output) -> Vec<(usize, Slot, Fp)> {
    let mut weights: BTreeMap<(usize, u32), Fp> = BTreeMap::new();
    for (value, factor) in &output.affine.terms {
        let Value::Input(input) = value else { continue };
        for (given, weight) in &plan.inputs[*input].weights {
            let Given::Reading(cell) = given else { panic!("the forger's bills carry nothing") };
            *weights.entry((cell.register, cell.offset)).or_insert(Fp::ZERO) += field(weight * factor);
        }
    }
    let slot = |offset| plan.slots.first().after(offset).unwrap();
    weights.into_iter().map(|((register, offset), weight)| (register, slot(offset), weight)).collect()
}

/// The opening of the commitment to an amount.
pub fn opening(prepared: &Prepared, household: &Household, index: usize) -> Fp {
    let plan = prepared.plan();
    let cells = weights(plan, &plan.outputs[index]).into_iter();
    cells.map(|(register, slot, by)| by * household.openings.get(register, slot).unwrap().scalar()).sum()
}

/// The commitment to an amount less the amount that is claimed.
pub fn target(prepared: &Prepared, household: &Household, statement: &Statement, index: usize) -> Eq {
    let plan = prepared.plan();
    let output = &plan.outputs[index];
    let constant = field(output.affine.constant) - field(statement.disclosed[index]);
    let start = Generators::new().g * constant;
    weights(plan, output)
        .into_iter()
        .fold(start, |sum, (register, slot, by)| sum + household.points.get(register, slot).unwrap() * by)
}

/// The challenge, from the context and as many of the nonces as are given.
pub fn challenge(prepared: &Prepared, household: &Household, statement: &Statement, nonces: &[Eq]) -> Fp {
    let points: Vec<[u8; POINT]> = nonces.iter().map(|nonce| nonce.to_affine().to_bytes()).collect();
    context(prepared, household, statement).derive(b"wattproof-linear", points.iter().map(<[u8; POINT]>::as_slice))
}

/// A proof by someone who knows all openings and follows the protocol, whatever amounts the statement claims.
pub fn prove(prepared: &Prepared, household: &Household, statement: &Statement) -> Vec<u8> {
    let secrets: Vec<Fp> = (0..prepared.plan().outputs.len() as u64).map(|n| Fp::from(n + 11)).collect();
    let nonces: Vec<Eq> = secrets.iter().map(|secret| Generators::new().h * secret).collect();
    let challenge = challenge(prepared, household, statement, &nonces);
    let response = |(index, secret): (usize, &Fp)| secret + challenge * opening(prepared, household, index);
    bytes(&nonces, &secrets.iter().enumerate().map(response).collect::<Vec<_>>())
}

pub fn bytes(nonces: &[Eq], responses: &[Fp]) -> Vec<u8> {
    let points = nonces.iter().flat_map(|nonce| nonce.to_affine().to_bytes());
    points.chain(responses.iter().flat_map(|response| response.to_repr())).collect()
}

/// Which defences there are.
#[derive(Clone, Copy)]
pub struct Verifier {
    /// Whether the equations of several amounts have weights of their own.
    pub weighs: bool,
    /// Whether the challenge covers the nonces.
    pub covers: bool,
}

impl Verifier {
    pub fn accepts(self, prepared: &Prepared, household: &Household, statement: &Statement, proof: &[u8]) -> bool {
        let outputs = prepared.plan().outputs.len();
        let (points, responses) = proof.split_at(outputs * POINT);
        let nonces: Vec<Eq> =
            points.chunks(POINT).map(|p| EqAffine::from_bytes(p.try_into().unwrap()).unwrap().into()).collect();
        let covered = if self.covers { nonces.as_slice() } else { &[] };
        let challenge = challenge(prepared, household, statement, covered);
        let h = Generators::new().h;
        let mut sum = Eq::identity();
        for (index, response) in responses.chunks(POINT).enumerate() {
            let response = Fp::from_repr(response.try_into().unwrap()).unwrap();
            let target = target(prepared, household, statement, index);
            let parts: [&[u8]; 3] = [proof, &[5; 32], &(index as u64).to_le_bytes()];
            let context = context(prepared, household, statement);
            let weight = if self.weighs { context.derive(b"wattproof-weigh1", parts) } else { Fp::ONE };
            sum += (h * response - nonces[index] - target * challenge) * weight;
        }
        bool::from(sum.is_identity())
    }
}
