//! The opening of S1's sum, revealed: the least a bill can cost.
//!
//! Openings of subsets that overlap can be matched against each other, which is why wattproof proves knowledge of the
//! opening instead of showing it.

use anyhow::{Context, Result, ensure};
use ff::{Field, PrimeField};
use group::{Curve, Group, GroupEncoding};
use pasta_curves::arithmetic::CurveExt;
use pasta_curves::{Eq, EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::Peer;
use crate::clock::Clock;
use crate::statement::Statement;

const RATES: [u64; 3] = [9, 21, 38];

pub struct Reveal {
    g: Eq,
    h: Eq,
    periods: Vec<usize>,
    openings: Vec<Fp>,
    commitments: Vec<[u8; 32]>,
}

impl Peer for Reveal {
    fn set_up(statement: &Statement) -> Result<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let base = |name: &[u8]| Eq::hash_to_curve("peers:reveal")(name);
        let (g, h) = (base(b"G"), base(b"H"));
        let openings: Vec<Fp> = statement.readings.iter().map(|_| Fp::random(&mut rng)).collect();
        let commit = |(reading, opening): (&u32, &Fp)| (g * Fp::from(u64::from(*reading)) + h * opening).to_affine();
        let commitments = statement.readings.iter().zip(&openings).map(|pair| commit(pair).to_bytes()).collect();
        Ok(Reveal { g, h, periods: statement.periods.clone(), openings, commitments })
    }

    fn prove(&mut self, _total: u64) -> Result<(Vec<u8>, f64)> {
        let clock = Clock::start();
        let mut sums = [Fp::ZERO; 3];
        self.periods.iter().zip(&self.openings).for_each(|(period, opening)| sums[*period] += opening);
        let opening: Fp = sums.iter().zip(RATES).map(|(sum, rate)| *sum * Fp::from(rate)).sum();
        let proof = opening.to_repr().to_vec();
        Ok((proof, clock.ms()))
    }

    fn verify(&self, proof: &[u8], total: u64) -> Result<()> {
        let opening = Option::<Fp>::from(Fp::from_repr(proof.try_into()?)).context("no scalar")?;
        let mut sums = [Eq::identity(); 3];
        for (period, commitment) in self.periods.iter().zip(&self.commitments) {
            let point = Option::<EqAffine>::from(EqAffine::from_bytes(commitment)).context("no point")?;
            sums[*period] += point;
        }
        let sum: Eq = sums.iter().zip(RATES).map(|(sum, rate)| *sum * Fp::from(rate)).sum();
        ensure!(sum == self.g * Fp::from(total) + self.h * opening, "another total");
        Ok(())
    }

    fn size(&self) -> String {
        "no circuit".into()
    }

    fn set_up_ms(&self) -> f64 {
        0.0
    }
}
