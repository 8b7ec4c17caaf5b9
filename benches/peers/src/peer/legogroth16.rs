//! `legogroth16` on BLS12-381 with its own link.
//!
//! Each half hour has a generator of its own, so the meter's commitments `rᵢ·Gᵢ + oᵢ·H` add up to one commitment to all
//! readings, and the crate's subspace argument ties that sum to the commitment inside the proof: the link costs no
//! constraints. The trapdoors of the set-up and of the link must be destroyed by whoever makes them.
//!
//! Two shortcuts in the peer's favour: the meter's points are certified, so only their sum is checked to lie in the prime-order
//! subgroup; and the link's proof is computed as a multi-exponentiation, where the crate would add one product at a time.

use ::legogroth16::link::{PESubspaceSnark, SubspaceSnark};
use ::legogroth16::{
    LinkPublicGenerators, PreparedVerifyingKey, Proof, ProvingKey, VerifyingKeyWithLink, create_random_proof,
    generate_random_parameters_incl_cp_link, prepare_verifying_key, verify_proof,
};
use anyhow::{Result, anyhow, ensure};
use ark_bls12_381::{Bls12_381, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::{UniformRand, Zero};
use ark_relations::r1cs::{
    ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, LinearCombination, SynthesisError, SynthesisMode,
    Variable,
};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::SeedableRng;
use ark_std::rand::rngs::StdRng;

use super::{Peer, sized};
use crate::clock::{Clock, timed};
use crate::constraints::{Inputs, System, bill};
use crate::statement::Statement;

pub struct LegoGroth16 {
    statement: Statement,
    openings: Vec<Fr>,
    commitments: Vec<Vec<u8>>,
    key: ProvingKey<Bls12_381>,
    link: Vec<G1Affine>,
    verifying: VerifyingKeyWithLink<Bls12_381>,
    prepared: PreparedVerifyingKey<Bls12_381>,
    constraints: usize,
    rng: StdRng,
    set_up_ms: f64,
}

/// A proof and its link.
#[derive(CanonicalSerialize, CanonicalDeserialize)]
struct Linked {
    proof: Proof<Bls12_381>,
    link: G1Affine,
}

impl Peer for LegoGroth16 {
    fn set_up(statement: &Statement) -> Result<Self> {
        let mut rng = StdRng::seed_from_u64(1);
        let pedersen_gens: Vec<_> = (0..=statement.count()).map(|_| G1Affine::rand(&mut rng)).collect();
        let (h, gs) = pedersen_gens.split_last().ok_or(anyhow!("no generators"))?;
        let openings: Vec<_> = statement.readings.iter().map(|_| Fr::rand(&mut rng)).collect();
        let mut commitments = vec![];
        for ((reading, opening), g) in statement.readings.iter().zip(&openings).zip(gs) {
            let mut bytes = vec![];
            (*g * Fr::from(*reading) + *h * opening).into_affine().serialize_compressed(&mut bytes).map_err(refused)?;
            commitments.push(bytes);
        }
        let (g1, g2) = (G1Projective::rand(&mut rng).into_affine(), G2Affine::from(G2Projective::rand(&mut rng)));
        let gens = LinkPublicGenerators { pedersen_gens: pedersen_gens.clone(), g1, g2 };
        let circuit = || Bill { statement, total: 0 };
        let count = statement.count() as u32;
        let (made, set_up_ms) = timed(|| generate_random_parameters_incl_cp_link(circuit(), gens, count, &mut rng));
        let made = made.map_err(refused)?;
        let shape = ConstraintSystem::new_ref();
        shape.set_mode(SynthesisMode::Setup);
        circuit().generate_constraints(shape.clone()).map_err(refused)?;
        Ok(LegoGroth16 {
            statement: statement.clone(),
            openings,
            commitments,
            prepared: prepare_verifying_key(&made.vk.groth16_vk),
            key: ProvingKey { vk: made.vk.groth16_vk.clone(), common: made.common },
            link: made.link_ek.p,
            verifying: made.vk,
            constraints: shape.num_constraints(),
            rng,
            set_up_ms,
        })
    }

    fn prove(&mut self, total: u64) -> Result<(Vec<u8>, f64)> {
        let clock = Clock::start();
        let blinding = Fr::rand(&mut self.rng);
        let circuit = Bill { statement: &self.statement, total };
        let proof = create_random_proof(circuit, blinding, &self.key, &mut self.rng).map_err(refused)?;
        let mut witness: Vec<_> = self.statement.readings.iter().map(|reading| Fr::from(*reading)).collect();
        witness.extend([self.openings.iter().sum(), blinding]);
        let link = G1Projective::msm(&self.link, &witness).map_err(|_| anyhow!("the link's key has another length"))?;
        let mut bytes = vec![];
        Linked { proof, link: link.into_affine() }.serialize_compressed(&mut bytes).map_err(refused)?;
        Ok((bytes, clock.ms()))
    }

    fn verify(&self, proof: &[u8], total: u64) -> Result<()> {
        let linked = Linked::deserialize_compressed(proof).map_err(refused)?;
        let mut sum = G1Projective::zero();
        for commitment in &self.commitments {
            sum += G1Affine::deserialize_compressed_unchecked(commitment.as_slice()).map_err(refused)?;
        }
        let sum = sum.into_affine();
        ensure!(sum.is_in_correct_subgroup_assuming_on_curve(), "the commitments' sum is outside the subgroup");
        let pair = [sum, linked.proof.d];
        PESubspaceSnark::<Bls12_381>::verify(&self.verifying.link_pp, &self.verifying.link_vk, &pair, &linked.link)
            .map_err(refused)?;
        verify_proof(&self.prepared, &linked.proof, &[Fr::from(total)]).map_err(refused)
    }

    fn size(&self) -> String {
        sized(self.constraints, "constraint")
    }

    fn set_up_ms(&self) -> f64 {
        self.set_up_ms
    }
}

fn refused(error: impl std::fmt::Debug) -> anyhow::Error {
    anyhow!("{error:?}")
}

struct Bill<'s> {
    statement: &'s Statement,
    total: u64,
}

impl ConstraintSynthesizer<Fr> for Bill<'_> {
    fn generate_constraints(self, system: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let total = Fr::from(self.total);
        let total = Number { value: total, of: system.new_input_variable(|| Ok(total))?.into() };
        // The first witnesses are the committed ones.
        let readings = self.statement.readings.iter().map(|reading| {
            let value = Fr::from(*reading);
            Ok((Number { value, of: system.new_witness_variable(|| Ok(value))?.into() }, Some(u64::from(*reading))))
        });
        let inputs = Inputs::Readings(readings.collect::<Result<_, SynthesisError>>()?);
        bill(&mut Rank1(system), self.statement, &inputs, &total)
    }
}

struct Rank1(ConstraintSystemRef<Fr>);

#[derive(Clone)]
struct Number {
    value: Fr,
    of: Combination,
}

/// Terms in any order; arkworks adds up what a constraint repeats.
#[derive(Clone)]
struct Combination(Vec<(Fr, Variable)>);

impl From<Variable> for Combination {
    fn from(variable: Variable) -> Self {
        Combination(vec![(Fr::from(1), variable)])
    }
}

impl Number {
    fn terms(&self) -> LinearCombination<Fr> {
        LinearCombination(self.of.0.clone())
    }
}

fn scalar(value: i64) -> Fr {
    Fr::from(value)
}

impl Rank1 {
    fn witness(&self, value: Fr) -> Result<Number, SynthesisError> {
        Ok(Number { value, of: self.0.new_witness_variable(|| Ok(value))?.into() })
    }
}

impl System for Rank1 {
    type Number = Number;
    type Error = SynthesisError;

    fn constant(&self, value: i64) -> Number {
        let value = scalar(value);
        let of = if value.is_zero() { vec![] } else { vec![(value, Variable::One)] };
        Number { value, of: Combination(of) }
    }

    fn add(&self, sum: &mut Number, factor: i64, term: &Number) {
        let factor = scalar(factor);
        sum.value += factor * term.value;
        sum.of.0.extend(term.of.0.iter().map(|(coefficient, variable)| (factor * coefficient, *variable)));
    }

    fn free(&mut self, value: Option<u64>) -> Result<Number, SynthesisError> {
        self.witness(Fr::from(value.unwrap_or(0)))
    }

    fn bit(&mut self, value: Option<bool>) -> Result<Number, SynthesisError> {
        let bit = self.witness(Fr::from(value.unwrap_or(false)))?;
        let mut other = self.constant(1);
        self.add(&mut other, -1, &bit);
        self.0.enforce_constraint(bit.terms(), other.terms(), LinearCombination::zero())?;
        Ok(bit)
    }

    fn product(&mut self, left: &Number, right: &Number) -> Result<Number, SynthesisError> {
        let product = self.witness(left.value * right.value)?;
        self.require(left, right, &product)?;
        Ok(product)
    }

    fn require(&mut self, left: &Number, right: &Number, product: &Number) -> Result<(), SynthesisError> {
        self.0.enforce_constraint(left.terms(), right.terms(), product.terms())
    }

    fn require_zero(&mut self, number: &Number) -> Result<(), SynthesisError> {
        let one = LinearCombination::from(Variable::One);
        self.0.enforce_constraint(number.terms(), one, LinearCombination::zero())
    }
}
