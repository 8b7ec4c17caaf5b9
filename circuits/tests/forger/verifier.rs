//! The verifier again from halo2's public parts, so that single defences can be left out.

use std::io;

use ff::{Field, PrimeField};
use group::GroupEncoding;
use halo2_proofs::plonk::{Error, VerificationStrategy, verify_proof};
use halo2_proofs::poly::commitment::{Guard, MSM};
use halo2_proofs::transcript::{Blake2bRead, Challenge255, EncodedChallenge, Transcript, TranscriptRead};
use pasta_curves::{EqAffine, Fp};
use wattproof_circuits::circuit::unusable_rows;
use wattproof_circuits::field;
use wattproof_circuits::params::params;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::statement::Statement;
use wattproof_meter::commit::Generators;

use super::{Opened, POINT, X, context};
use crate::support::Household;

type Encoded = Challenge255<EqAffine>;

/// How the link's equation is weighed against halo2's.
#[derive(Clone, Copy)]
pub enum Weight {
    /// The link is not looked at.
    None,
    /// One that anybody knows.
    Constant(u64),
    /// This many bits of a hash of every byte.
    Bits(u32),
    /// A hash of every byte, as it must be.
    Hashed,
}

/// Which defences there are.
#[derive(Clone, Copy)]
pub struct Verifier {
    pub weight: Weight,
    /// Whether the commitments to the blinding rows are absorbed before the proof.
    pub absorbs: bool,
}

impl Verifier {
    /// What halo2 alone says of the circuit.
    pub const HALO2: Verifier = Verifier { weight: Weight::None, absorbs: true };
    /// Every defence.
    pub const SOUND: Verifier = Verifier { weight: Weight::Hashed, absorbs: true };

    pub fn accepts(self, prepared: &Prepared, household: &Household, statement: &Statement, proof: &[u8]) -> bool {
        let context = context(prepared, household, statement);
        let layout = prepared.layout().unwrap();
        let params = params(layout.k).unwrap();
        let (blinding, rest) = proof.split_at(unusable_rows(&layout.shape) * POINT);
        let (opening, halo2) = rest.split_at(POINT);
        let point = |bytes: &[u8]| EqAffine::from_bytes(bytes.try_into().unwrap()).unwrap();
        let blinding: Vec<EqAffine> = blinding.chunks(POINT).map(point).collect();
        let opening = Fp::from_repr(opening.try_into().unwrap()).unwrap();
        let mut reader = Reader { inner: Blake2bRead::init(halo2), challenges: vec![], evaluations: vec![] };
        reader.common_scalar(context.scalar()).unwrap();
        if self.absorbs {
            blinding.iter().for_each(|point| reader.common_point(*point).unwrap());
        }
        let amounts: Vec<Fp> = statement.disclosed.iter().map(|amount| field(*amount)).collect();
        let key = prepared.verifying_key().unwrap();
        let read = verify_proof(params, key, Collect(params.empty_msm()), &[&[&amounts]], &mut reader);
        let Ok(mut msm) = read else { return false };
        let weight = match self.weight {
            Weight::None => Fp::ZERO,
            Weight::Constant(weight) => Fp::from(weight),
            Weight::Bits(bits) => Fp::from(low(weight(prepared, household, statement, proof), bits)),
            Weight::Hashed => weight(prepared, household, statement, proof),
        };
        let opened = Opened::new(prepared, reader.challenges[X]);
        for (register, slot, factor) in &opened.factors {
            msm.append_term(weight * factor, *household.points.get(*register, *slot).unwrap());
        }
        for (at, point) in opened.blinding().iter().zip(&blinding) {
            msm.append_term(weight * at, *point);
        }
        let Generators { g, h } = Generators::new();
        msm.append_term(-weight * reader.evaluations[1], g);
        msm.append_term(-weight * opening, h);
        msm.eval()
    }
}

/// The weight of a proof under the entropy of [`Household::verify`].
pub fn weight(prepared: &Prepared, household: &Household, statement: &Statement, proof: &[u8]) -> Fp {
    context(prepared, household, statement).derive(b"wattproof-weight", [proof, &[5; 32]])
}

/// The lowest bits of a scalar.
pub fn low(scalar: Fp, bits: u32) -> u64 {
    u64::from(scalar.to_repr()[0]) & ((1 << bits) - 1)
}

pub struct Collect<'p>(pub MSM<'p, EqAffine>);

impl<'p> VerificationStrategy<'p, EqAffine> for Collect<'p> {
    type Output = MSM<'p, EqAffine>;

    fn process<E: EncodedChallenge<EqAffine>>(
        self,
        read: impl FnOnce(MSM<'p, EqAffine>) -> Result<Guard<'p, EqAffine, E>, Error>,
    ) -> Result<MSM<'p, EqAffine>, Error> {
        read(self.0).map(Guard::use_challenges)
    }
}

struct Reader<'p> {
    inner: Blake2bRead<&'p [u8], EqAffine, Encoded>,
    challenges: Vec<Fp>,
    evaluations: Vec<Fp>,
}

impl Transcript<EqAffine, Encoded> for Reader<'_> {
    fn squeeze_challenge(&mut self) -> Encoded {
        let challenge = self.inner.squeeze_challenge();
        self.challenges.push(challenge.get_scalar());
        challenge
    }

    fn common_point(&mut self, point: EqAffine) -> io::Result<()> {
        self.inner.common_point(point)
    }

    fn common_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        self.inner.common_scalar(scalar)
    }
}

impl TranscriptRead<EqAffine, Encoded> for Reader<'_> {
    fn read_point(&mut self) -> io::Result<EqAffine> {
        self.inner.read_point()
    }

    fn read_scalar(&mut self) -> io::Result<Fp> {
        let scalar = self.inner.read_scalar()?;
        if self.challenges.len() > X {
            self.evaluations.push(scalar);
        }
        Ok(scalar)
    }
}
