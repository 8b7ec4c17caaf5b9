//! The points that the compact link names, of each domain. See `docs/protocol.md#compact-link`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ff::Field;
use group::Curve;
use halo2_proofs::poly::EvaluationDomain;
use halo2_proofs::poly::commitment::Blind;
use pasta_curves::{EqAffine, Fp};

use crate::circuit::UNUSABLE_ROWS;
use crate::params::{ParamsAltered, params};

/// How many points.
pub(crate) const NAMED: usize = UNUSABLE_ROWS + 2;

/// In the order of what they commit to: one in each row that no circuit may use, one as a blind, one in every row.
#[derive(Debug)]
pub(crate) struct Basis([EqAffine; NAMED]);

/// Kept for as long as the process runs, as parameters are.
static CACHE: Mutex<BTreeMap<u32, &'static Basis>> = Mutex::new(BTreeMap::new());

impl Basis {
    /// Those of `2^k` rows.
    ///
    /// # Errors
    /// [`ParamsAltered`] as for [`params`].
    pub(crate) fn of(k: u32) -> Result<&'static Basis, ParamsAltered> {
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(basis) = cache.get(&k) {
            return Ok(basis);
        }
        let (params, domain) = (params(k)?, EvaluationDomain::<Fp>::new(3, k));
        let commit = |rows: std::ops::Range<usize>, blind| {
            let mut polynomial = domain.empty_lagrange();
            rows.for_each(|row| polynomial[row] = Fp::ONE);
            params.commit_lagrange(&polynomial, Blind(blind)).to_affine()
        };
        let rows = 1usize << k;
        let basis = std::array::from_fn(|at| match at {
            UNUSABLE_ROWS => commit(0..0, Fp::ONE),
            at if at < UNUSABLE_ROWS => commit(rows - UNUSABLE_ROWS + at..rows - UNUSABLE_ROWS + at + 1, Fp::ZERO),
            _ => commit(0..rows, Fp::ZERO),
        });
        let basis: &'static Basis = Box::leak(Box::new(Basis(basis)));
        cache.insert(k, basis);
        Ok(basis)
    }

    pub(crate) fn points(&self) -> &[EqAffine; NAMED] {
        &self.0
    }
}
