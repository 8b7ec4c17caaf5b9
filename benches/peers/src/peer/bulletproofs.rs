//! `bulletproofs`: R1CS over Ristretto, with the readings' Pedersen commitments as its own inputs.
//!
//! For S1 and S2 both sides add the commitments of each time-of-use period outside the proof, which then is about three
//! numbers. For S3 and S4 every commitment enters the proof; computing them is the meter's work and is not counted. There
//! ranges are checked by look-up, which takes a quarter of the multipliers that bits take: the numbers' digits to the base
//! 2^10 are committed, a challenge x is drawn, and the sum of 1/(x − digit) is compared with the same sum over the table.

use ::bulletproofs::r1cs::{
    ConstraintSystem, LinearCombination, Prover, R1CSError, R1CSProof, RandomizableConstraintSystem,
    RandomizedConstraintSystem, Variable, Verifier,
};
use ::bulletproofs::{BulletproofGens, PedersenGens};
use anyhow::{Context, Result, anyhow};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;
use merlin::Transcript;
use rand_08::SeedableRng;
use rand_08::rngs::StdRng;
use wattproof_circuits::families::Family;

use super::{Peer, sized};
use crate::clock::{Clock, timed};
use crate::constraints::{Inputs, System, bill, from_bits};
use crate::statement::Statement;

pub struct Bulletproofs {
    statement: Statement,
    blindings: Vec<Scalar>,
    commitments: Vec<CompressedRistretto>,
    pedersen: PedersenGens,
    generators: BulletproofGens,
    multipliers: usize,
    set_up_ms: f64,
}

impl Peer for Bulletproofs {
    fn set_up(statement: &Statement) -> Result<Self> {
        let mut rng = StdRng::seed_from_u64(1);
        let pedersen = PedersenGens::default();
        let blindings: Vec<_> = statement.readings.iter().map(|_| Scalar::random(&mut rng)).collect();
        let commit =
            |(reading, blinding): (&u32, &Scalar)| pedersen.commit(Scalar::from(*reading), *blinding).compress();
        let commitments = statement.readings.iter().zip(&blindings).map(commit).collect();
        let generators = BulletproofGens::new(0, 1);
        let mut peer = Bulletproofs {
            statement: statement.clone(),
            blindings,
            commitments,
            pedersen,
            generators,
            multipliers: 0,
            set_up_ms: 0.0,
        };
        peer.multipliers = peer.count()?;
        let capacity = peer.multipliers.next_power_of_two();
        (peer.generators, peer.set_up_ms) = timed(|| BulletproofGens::new(capacity, 1));
        Ok(peer)
    }

    fn prove(&mut self, total: u64) -> Result<(Vec<u8>, f64)> {
        let mut transcript = transcript(total);
        let mut prover = Prover::new(&self.pedersen, &mut transcript);
        let (inputs, clock);
        if self.sums() {
            clock = Clock::start();
            let mut blindings = [Scalar::ZERO; 3];
            self.statement.periods.iter().zip(&self.blindings).for_each(|(period, of)| blindings[*period] += of);
            let totals = self.statement.totals();
            inputs = Inputs::Totals(std::array::from_fn(|at| {
                let (_, variable) = prover.commit(Scalar::from(totals[at]), blindings[at]);
                (variable.into(), Some(totals[at]))
            }));
        } else {
            let readings = self.statement.readings.iter().zip(&self.blindings).map(|(reading, blinding)| {
                let (_, variable) = prover.commit(Scalar::from(*reading), *blinding);
                (variable.into(), Some(u64::from(*reading)))
            });
            inputs = Inputs::Readings(readings.collect());
            clock = Clock::start();
        }
        state(&mut prover, &self.statement, &inputs, total).map_err(refused)?;
        let proof = prover.prove(&self.generators).map_err(refused)?.to_bytes();
        Ok((proof, clock.ms()))
    }

    fn verify(&self, proof: &[u8], total: u64) -> Result<()> {
        let proof = R1CSProof::from_bytes(proof).map_err(refused)?;
        let mut transcript = transcript(total);
        let mut verifier = Verifier::new(&mut transcript);
        let inputs = if self.sums() {
            let mut sums = [RistrettoPoint::identity(); 3];
            for (period, commitment) in self.statement.periods.iter().zip(&self.commitments) {
                sums[*period] += commitment.decompress().context("no point")?;
            }
            Inputs::Totals(sums.map(|sum| (verifier.commit(sum.compress()).into(), None)))
        } else {
            let readings = self.commitments.iter().map(|of| (verifier.commit(*of).into(), None));
            Inputs::Readings(readings.collect())
        };
        state(&mut verifier, &self.statement, &inputs, total).map_err(refused)?;
        verifier.verify(&proof, &self.pedersen, &self.generators).map_err(refused)
    }

    fn size(&self) -> String {
        sized(self.multipliers, "multiplier")
    }

    fn set_up_ms(&self) -> f64 {
        self.set_up_ms
    }
}

impl Bulletproofs {
    /// Whether the commitments are added outside the proof.
    fn sums(&self) -> bool {
        matches!(self.statement.family, Family::S1 | Family::S2)
    }

    /// How many multipliers the statement takes.
    fn count(&self) -> Result<usize> {
        let mut transcript = transcript(0);
        let mut verifier = Verifier::new(&mut transcript);
        let mut input = || (verifier.commit(CompressedRistretto::identity()).into(), None);
        let inputs = if self.sums() {
            Inputs::Totals(std::array::from_fn(|_| input()))
        } else {
            Inputs::Readings((0..self.statement.count()).map(|_| input()).collect())
        };
        let digits = state(&mut verifier, &self.statement, &inputs, 0).map_err(refused)?;
        Ok(verifier.metrics().multipliers + digits)
    }
}

fn transcript(total: u64) -> Transcript {
    let mut transcript = Transcript::new(b"peers");
    transcript.append_u64(b"total", total);
    transcript
}

fn refused(error: R1CSError) -> anyhow::Error {
    anyhow!("{error:?}")
}

/// States the bill; gives the number of multipliers that follow the challenge.
fn state<C: RandomizableConstraintSystem>(
    constraints: &mut C,
    statement: &Statement,
    inputs: &Inputs<LinearCombination>,
    total: u64,
) -> Result<usize, R1CSError> {
    let total = Scalar::from(total).into();
    let digits = matches!(statement.family, Family::S3 | Family::S4).then(Vec::new);
    let mut system = Bulletproof { constraints, digits };
    bill(&mut system, statement, inputs, &total)?;
    let Bulletproof { constraints, digits } = system;
    digits.map_or(Ok(0), |digits| look_up(constraints, digits))
}

/// Requires that every digit is in the table.
fn look_up<C: RandomizableConstraintSystem>(constraints: &mut C, digits: Vec<Digit>) -> Result<usize, R1CSError> {
    let mut counts = Some([0u64; TABLE]);
    for (_, value) in &digits {
        counts = counts.zip(*value).map(|(mut counts, value)| {
            counts[value as usize] += 1;
            counts
        });
    }
    let counts = (0..TABLE).map(|at| constraints.allocate(counts.map(|counts| Scalar::from(counts[at]))));
    let counts = counts.collect::<Result<Vec<_>, _>>()?;
    let count = digits.len();
    constraints.specify_randomized_constraints(move |constraints| {
        let x = constraints.challenge_scalar(b"look-up");
        let mut inverses: Vec<_> = (0..TABLE as u64).map(|entry| x - Scalar::from(entry)).collect();
        Scalar::batch_invert(&mut inverses);
        let table = counts.iter().zip(&inverses).map(|(count, inverse)| (*count, -inverse));
        let mut sum: LinearCombination = table.collect();
        for (digit, value) in digits {
            let pair = value.map(|value| (x - Scalar::from(value), inverses[value as usize]));
            let (difference, inverse, one) = constraints.allocate_multiplier(pair)?;
            constraints.constrain(difference + digit - x);
            constraints.constrain(one - Scalar::ONE);
            sum = sum + inverse;
        }
        constraints.constrain(sum);
        Ok(())
    })?;
    Ok(count)
}

/// Bits of a digit.
const DIGIT: u32 = 10;
const TABLE: usize = 1 << DIGIT;

type Digit = (Variable, Option<u64>);

struct Bulletproof<'c, C> {
    constraints: &'c mut C,
    /// Those to be looked up, where ranges are checked so.
    digits: Option<Vec<Digit>>,
}

fn scalar(value: i64) -> Scalar {
    let magnitude = Scalar::from(value.unsigned_abs());
    if value < 0 { -magnitude } else { magnitude }
}

impl<C: ConstraintSystem> System for Bulletproof<'_, C> {
    type Number = LinearCombination;
    type Error = R1CSError;

    fn constant(&self, value: i64) -> LinearCombination {
        if value == 0 { LinearCombination::default() } else { scalar(value).into() }
    }

    fn add(&self, sum: &mut LinearCombination, factor: i64, term: &LinearCombination) {
        let term = if factor == 1 { term.clone() } else { term.clone() * scalar(factor) };
        *sum = std::mem::take(sum) + term;
    }

    fn free(&mut self, value: Option<u64>) -> Result<LinearCombination, R1CSError> {
        self.constraints.allocate(value.map(Scalar::from)).map(Into::into)
    }

    fn bit(&mut self, value: Option<bool>) -> Result<LinearCombination, R1CSError> {
        let pair = value.map(|value| (Scalar::from(u8::from(value)), Scalar::from(u8::from(!value))));
        let (bit, other, product) = self.constraints.allocate_multiplier(pair)?;
        self.constraints.constrain(product.into());
        self.constraints.constrain(bit + (other - Scalar::ONE));
        Ok(bit.into())
    }

    fn product(&mut self, left: &LinearCombination, right: &LinearCombination) -> Result<LinearCombination, R1CSError> {
        let (_, _, product) = self.constraints.multiply(left.clone(), right.clone());
        Ok(product.into())
    }

    fn require(
        &mut self,
        left: &LinearCombination,
        right: &LinearCombination,
        product: &LinearCombination,
    ) -> Result<(), R1CSError> {
        let (_, _, computed) = self.constraints.multiply(left.clone(), right.clone());
        self.constraints.constrain(computed - product.clone());
        Ok(())
    }

    fn require_zero(&mut self, number: &LinearCombination) -> Result<(), R1CSError> {
        self.constraints.constrain(number.clone());
        Ok(())
    }

    fn range(&mut self, bits: u32, value: Option<u64>) -> Result<LinearCombination, R1CSError> {
        let Some(digits) = self.digits.as_mut().filter(|_| bits.is_multiple_of(DIGIT)) else {
            return from_bits(self, bits, value);
        };
        let mut number = LinearCombination::default();
        for at in (0..bits).step_by(DIGIT as usize) {
            let value = value.map(|value| value >> at & (TABLE as u64 - 1));
            let digit = self.constraints.allocate(value.map(Scalar::from))?;
            digits.push((digit, value));
            number = number + LinearCombination::from(digit) * Scalar::from(1u64 << at);
        }
        Ok(number)
    }
}
