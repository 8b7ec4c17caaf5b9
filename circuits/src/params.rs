//! The public parameters: generators of the polynomial commitment, nothing secret and nothing set up.
//!
//! They take many seconds to derive, by hashing to the curve and transforming the points, so those up to [`EMBEDDED_K`],
//! enough for a year of half hours, are part of the program, under a pinned hash; `Params::read` by itself would accept
//! swapped generators. Larger ones are derived when first asked for.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

use halo2_proofs::poly::commitment::Params;
use pasta_curves::EqAffine;
use pasta_curves::arithmetic::CurveAffine;

use crate::layout::MIN_K;
use crate::vesta::Vesta;

/// The largest embedded domain.
pub const EMBEDDED_K: u32 = 15;

/// BLAKE2b-256 of the embedded file.
pub const EMBEDDED_DIGEST: [u8; 32] = *include_bytes!("../params/digest.bin");

const EMBEDDED: &[u8] = include_bytes!("../params/generators.bin");
const POINT: usize = 32;

/// The embedded parameters are not those that the pinned hash names: the program was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the public parameters inside the program do not match their pinned hash")]
pub struct ParamsAltered;

/// Kept for as long as the process runs: there are few, and equations borrow them.
struct Cache<C: CurveAffine>(Mutex<BTreeMap<u32, &'static Params<C>>>);

static VERIFYING: Cache<EqAffine> = Cache::new();
static PROVING: Cache<Vesta> = Cache::new();

/// The parameters for `2^k` rows, shared by everyone in the process who asks for the same `k`.
///
/// # Errors
/// [`ParamsAltered`] when the embedded file does not match its pinned hash.
pub fn params(k: u32) -> Result<&'static Params<EqAffine>, ParamsAltered> {
    VERIFYING.get(k)
}

/// The same for the prover.
///
/// # Errors
/// As for [`params`].
pub fn proving_params(k: u32) -> Result<&'static Params<Vesta>, ParamsAltered> {
    PROVING.get(k)
}

impl<C: CurveAffine> Cache<C> {
    const fn new() -> Self {
        Cache(Mutex::new(BTreeMap::new()))
    }

    fn get(&self, k: u32) -> Result<&'static Params<C>, ParamsAltered> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(params) = cache.get(&k) {
            return Ok(params);
        }
        let made = if (MIN_K..=EMBEDDED_K).contains(&k) { embedded(k)? } else { Params::new(k) };
        let made: &'static Params<C> = Box::leak(Box::new(made));
        cache.insert(k, made);
        Ok(made)
    }
}

/// The file holds the generators of [`EMBEDDED_K`], of which smaller domains use a prefix, then the Lagrange basis of
/// each domain from [`MIN_K`] up, then `w` and `u`.
fn embedded<C: CurveAffine>(k: u32) -> Result<Params<C>, ParamsAltered> {
    if digest(EMBEDDED) != EMBEDDED_DIGEST {
        return Err(ParamsAltered);
    }
    let bases = POINT << EMBEDDED_K;
    let before: usize = (MIN_K..k).map(|k| POINT << k).sum();
    let piece = |from: usize, len: usize| EMBEDDED.get(from..from + len).ok_or(ParamsAltered);
    let (generators, lagrange) = (piece(0, POINT << k)?, piece(bases + before, POINT << k)?);
    let last = piece(EMBEDDED.len().saturating_sub(2 * POINT), 2 * POINT)?;
    let head = k.to_le_bytes();
    let mut file = head.chain(generators).chain(lagrange).chain(last);
    Params::read(&mut file).map_err(|_| ParamsAltered)
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    let hash = blake2b_simd::Params::new().hash_length(32).personal(b"wattproof-params").hash(bytes);
    hash.as_bytes().try_into().unwrap_or([0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<C: CurveAffine>(params: &Params<C>) -> Vec<u8> {
        let mut file = vec![];
        params.write(&mut file).unwrap();
        file
    }

    fn derived() -> Vec<u8> {
        let (mut bases, mut file, mut last) = (vec![], vec![], vec![]);
        for k in MIN_K..=EMBEDDED_K {
            let written = written(&Params::<EqAffine>::new(k));
            let (generators, rest) = written[4..].split_at(POINT << k);
            bases = generators.to_vec();
            file.extend(&rest[..POINT << k]);
            last = rest[POINT << k..].to_vec();
        }
        [bases, file, last].concat()
    }

    fn read_back(ks: impl Iterator<Item = u32>) {
        for k in ks {
            let derived = written(&Params::<EqAffine>::new(k));
            assert!(written(params(k).unwrap()) == derived, "k = {k}");
            assert!(written(proving_params(k).unwrap()) == derived, "k = {k}");
        }
    }

    #[test]
    fn small_embedded_domains_are_the_derived_ones() {
        assert_eq!(digest(EMBEDDED), EMBEDDED_DIGEST);
        read_back(MIN_K..=10);
    }

    /// `WATTPROOF_RECORD=1` writes the file instead of checking it.
    #[test]
    #[ignore = "large domains take a minute to derive; CI runs it"]
    fn every_embedded_domain_is_the_derived_one() {
        if std::env::var_os("WATTPROOF_RECORD").is_some() {
            let (derived, folder) = (derived(), concat!(env!("CARGO_MANIFEST_DIR"), "/params"));
            std::fs::write(format!("{folder}/generators.bin"), &derived).unwrap();
            std::fs::write(format!("{folder}/digest.bin"), digest(&derived)).unwrap();
            return;
        }
        assert_eq!(
            EMBEDDED.len(),
            (POINT << EMBEDDED_K) + (MIN_K..=EMBEDDED_K).map(|k| POINT << k).sum::<usize>() + 2 * POINT
        );
        read_back(MIN_K..=EMBEDDED_K);
    }
}
