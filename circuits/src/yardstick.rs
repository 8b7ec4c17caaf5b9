//! The measure of all times: one full-width multi-exponentiation, the work that every prover on this stack repeats.

use ff::Field;
use group::{Curve, Group};
use halo2_proofs::arithmetic::best_multiexp;
use pasta_curves::{Eq, EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// One multi-exponentiation of `2^k` points of Vesta with full-width scalars.
#[derive(Clone, Debug)]
pub struct Multiexp {
    scalars: Vec<Fp>,
    bases: Vec<EqAffine>,
}

impl Multiexp {
    /// Points and scalars from a fixed seed; `k` below 20.
    pub fn new(k: u32) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(k));
        let scalars = (0..1u32 << k).map(|_| Fp::random(&mut rng)).collect();
        let points: Vec<Eq> = (0..1u32 << k).map(|_| Eq::generator() * Fp::random(&mut rng)).collect();
        let mut bases = vec![EqAffine::default(); points.len()];
        Eq::batch_normalize(&points, &mut bases);
        Multiexp { scalars, bases }
    }

    /// Computes it.
    pub fn run(&self) -> Eq {
        best_multiexp(&self.scalars, &self.bases)
    }
}
