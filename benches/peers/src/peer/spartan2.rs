//! `spartan2`: Spartan with zero knowledge over Hyrax commitments, on the curve it is fastest on.
//!
//! No link is made or counted: nothing ties the witness to the meter's commitments, so this is less than a bill.

use std::sync::Arc;

use ::spartan2::provider::T256HyraxEngine;
use ::spartan2::spartan_zk::SpartanZkSNARK;
use ::spartan2::traits::Engine;
use ::spartan2::traits::circuit::SpartanCircuit;
use ::spartan2::traits::snark::R1CSSNARKTrait;
use anyhow::{Result, anyhow, ensure};
use bellpepper_core::num::AllocatedNum;
use bellpepper_core::{ConstraintSystem, LinearCombination, SynthesisError, Variable};
use ff_13::Field;
use wattproof_circuits::families::Family;

use super::{Peer, sized};
use crate::clock::{Clock, timed};
use crate::constraints::{Inputs, System, bill};
use crate::statement::Statement;

type E = T256HyraxEngine;
type Fr = <E as Engine>::Scalar;
type Snark = SpartanZkSNARK<E>;

const LEAST_CONSTRAINTS: usize = 4;

pub struct Spartan2 {
    statement: Arc<Statement>,
    proving: <Snark as R1CSSNARKTrait<E>>::ProverKey,
    verifying: <Snark as R1CSSNARKTrait<E>>::VerifierKey,
    set_up_ms: f64,
}

impl Peer for Spartan2 {
    fn set_up(statement: &Statement) -> Result<Self> {
        let statement = Arc::new(statement.clone());
        let circuit = Bill { statement: statement.clone(), total: 0 };
        let (keys, set_up_ms) = timed(|| Snark::setup(circuit));
        let (proving, verifying) = keys.map_err(refused)?;
        Ok(Spartan2 { statement, proving, verifying, set_up_ms })
    }

    fn prove(&mut self, total: u64) -> Result<(Vec<u8>, f64)> {
        let clock = Clock::start();
        // S4's product over all readings is no small number.
        let small = self.statement.family != Family::S4;
        let circuit = Bill { statement: self.statement.clone(), total };
        let committed = Snark::prep_prove(&self.proving, circuit.clone(), small).map_err(refused)?;
        let (proof, _) = Snark::prove(&self.proving, circuit, committed, small).map_err(refused)?;
        let bytes = bincode::serialize(&proof)?;
        Ok((bytes, clock.ms()))
    }

    fn verify(&self, proof: &[u8], total: u64) -> Result<()> {
        let proof: Snark = bincode::deserialize(proof)?;
        let public = proof.verify(&self.verifying).map_err(refused)?;
        ensure!(public == [Fr::from(total)], "another total");
        Ok(())
    }

    fn size(&self) -> String {
        sized(self.proving.sizes()[0], "constraint")
    }

    fn set_up_ms(&self) -> f64 {
        self.set_up_ms
    }
}

fn refused(error: impl std::fmt::Debug) -> anyhow::Error {
    anyhow!("{error:?}")
}

#[derive(Clone)]
struct Bill {
    statement: Arc<Statement>,
    total: u64,
}

impl SpartanCircuit<E> for Bill {
    fn public_values(&self) -> Result<Vec<Fr>, SynthesisError> {
        Ok(vec![Fr::from(self.total)])
    }

    fn shared<C: ConstraintSystem<Fr>>(&self, _: &mut C) -> Result<Vec<AllocatedNum<Fr>>, SynthesisError> {
        Ok(vec![])
    }

    fn precommitted<C: ConstraintSystem<Fr>>(
        &self,
        system: &mut C,
        _: &[AllocatedNum<Fr>],
    ) -> Result<Vec<AllocatedNum<Fr>>, SynthesisError> {
        let total = AllocatedNum::alloc(&mut *system, || Ok(Fr::from(self.total)))?;
        let known = Number::of(Fr::from(self.total), total.get_variable());
        let mut rank1 = Rank1 { system, named: 0 };
        let mut readings = vec![];
        for reading in &self.statement.readings {
            let value = u64::from(*reading);
            readings.push((rank1.witness(Fr::from(value))?, Some(value)));
        }
        bill(&mut rank1, &self.statement, &Inputs::Readings(readings), &known)?;
        // The crate takes no statement as small as S1's single constraint.
        if self.statement.family == Family::S1 {
            let zero = rank1.constant(0);
            (1..LEAST_CONSTRAINTS).try_for_each(|_| rank1.require_zero(&zero))?;
        }
        Ok(vec![total])
    }

    fn num_challenges(&self) -> usize {
        0
    }

    /// The crate takes public numbers here only, after the commitment.
    fn synthesize<C: ConstraintSystem<Fr>>(
        &self,
        system: &mut C,
        _: &[AllocatedNum<Fr>],
        committed: &[AllocatedNum<Fr>],
        _: Option<&[Fr]>,
    ) -> Result<(), SynthesisError> {
        committed.iter().try_for_each(|total| total.inputize(&mut *system))
    }
}

struct Rank1<'s, C> {
    system: &'s mut C,
    /// Every variable and constraint has a name of its own.
    named: usize,
}

#[derive(Clone)]
struct Number {
    value: Fr,
    constant: Fr,
    terms: Vec<(Fr, Variable)>,
}

impl Number {
    fn of(value: Fr, variable: Variable) -> Self {
        Number { value, constant: Fr::ZERO, terms: vec![(Fr::ONE, variable)] }
    }

    fn combination(&self, one: Variable) -> LinearCombination<Fr> {
        let constant = LinearCombination::zero() + (self.constant, one);
        self.terms.iter().fold(constant, |sum, term| sum + *term)
    }
}

fn scalar(value: i64) -> Fr {
    let magnitude = Fr::from(value.unsigned_abs());
    if value < 0 { -magnitude } else { magnitude }
}

impl<C: ConstraintSystem<Fr>> Rank1<'_, C> {
    fn name(&mut self) -> usize {
        self.named += 1;
        self.named
    }

    fn witness(&mut self, value: Fr) -> Result<Number, SynthesisError> {
        let name = self.name();
        let variable = self.system.alloc(|| name.to_string(), || Ok(value))?;
        Ok(Number::of(value, variable))
    }
}

impl<C: ConstraintSystem<Fr>> System for Rank1<'_, C> {
    type Number = Number;
    type Error = SynthesisError;

    fn constant(&self, value: i64) -> Number {
        Number { value: scalar(value), constant: scalar(value), terms: vec![] }
    }

    fn add(&self, sum: &mut Number, factor: i64, term: &Number) {
        let factor = scalar(factor);
        sum.value += factor * term.value;
        sum.constant += factor * term.constant;
        sum.terms.extend(term.terms.iter().map(|(coefficient, variable)| (factor * coefficient, *variable)));
    }

    fn free(&mut self, value: Option<u64>) -> Result<Number, SynthesisError> {
        self.witness(Fr::from(value.unwrap_or(0)))
    }

    fn bit(&mut self, value: Option<bool>) -> Result<Number, SynthesisError> {
        let bit = self.witness(Fr::from(u64::from(value.unwrap_or(false))))?;
        let mut other = self.constant(1);
        self.add(&mut other, -1, &bit);
        let zero = self.constant(0);
        self.require(&bit, &other, &zero)?;
        Ok(bit)
    }

    fn product(&mut self, left: &Number, right: &Number) -> Result<Number, SynthesisError> {
        let product = self.witness(left.value * right.value)?;
        self.require(left, right, &product)?;
        Ok(product)
    }

    fn require(&mut self, left: &Number, right: &Number, product: &Number) -> Result<(), SynthesisError> {
        let (name, one) = (self.name(), C::one());
        let [left, right, product] = [left, right, product].map(|number| number.combination(one));
        self.system.enforce(|| name.to_string(), |_| left, |_| right, |_| product);
        Ok(())
    }

    fn require_zero(&mut self, number: &Number) -> Result<(), SynthesisError> {
        let (one, zero) = (self.constant(1), self.constant(0));
        self.require(number, &one, &zero)
    }
}
