//! The points that a compact meter adds up: the Lagrange basis of the proof system.
//!
//! With `g_i` the hash to the curve of `0 ‖ i` (`i` in 32 bits, little-endian) under the domain `Halo2-Parameters`, and
//! `ω` of order `n = 2^9`, `Λ_i = (1/n)·Σ_j ω^(−ij)·g_j`; `W` is the hash of the byte 1. Nobody knows a relation among
//! the `g_i` and `W`, and the `Λ_i` are an invertible image of the `g_i`, so nobody knows one among the `Λ_i` and `W`.

use alloc::boxed::Box;

use ff::{Field, PrimeField};
use group::{Curve, CurveAffine, GroupEncoding};
use pasta_curves::arithmetic::CurveExt;
use pasta_curves::{Eq, EqAffine, Fp};
use zeroize::Zeroizing;

use super::MAX_POSITIONS;
use crate::commit::{Opening, hash_to_curve};

/// The domain under which halo2 hashes its parameters to the curve.
const DOMAIN: &str = "Halo2-Parameters";
/// The points `Λ_i/2`, compressed, position by position.
const POINTS: &[u8; MAX_POSITIONS * POINT] = include_bytes!("points.bin");
/// Bytes of a compressed point.
const POINT: usize = 32;
/// Bits of an opening.
pub(super) const OPENING_BITS: usize = 255;

/// The points that a [`RunningSum`](super::RunningSum) is added up from. Public; made once in some milliseconds, then
/// only read.
#[derive(Clone)]
pub struct RingTables {
    /// `Λ_i/2`.
    halves: Box<[EqAffine]>,
    pub(super) w: EqAffine,
    /// `2^255 − 1`.
    opening_ones: Fp,
    /// `U`, at which sums start.
    pub(super) start: EqAffine,
    /// `−(2^255 + 1)·U`, which takes off both starts.
    pub(super) end: EqAffine,
}

impl core::fmt::Debug for RingTables {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RingTables").field("bytes", &Self::BYTES).finish_non_exhaustive()
    }
}

impl Default for RingTables {
    fn default() -> Self {
        RingTables::new()
    }
}

impl RingTables {
    /// Bytes of the points in memory; half of that compressed.
    pub const BYTES: usize = MAX_POSITIONS * size_of::<EqAffine>();

    /// Decompresses the points.
    pub fn new() -> Self {
        // A test derives every point anew, so none is missing.
        let point = |bytes| EqAffine::from_bytes(bytes).unwrap_or(EqAffine::identity());
        let power = Fp::from(2).pow([OPENING_BITS as u64]);
        let start = hash_to_curve(b"U");
        RingTables {
            halves: POINTS.as_chunks().0.iter().map(point).collect(),
            w: Eq::hash_to_curve(DOMAIN)(&[1]).to_affine(),
            opening_ones: power - Fp::ONE,
            start,
            end: (start * -(power + Fp::ONE)).to_affine(),
        }
    }

    /// `Λ` of a position below [`MAX_POSITIONS`]: what one base unit read there adds to a commitment.
    pub fn lambda(&self, position: usize) -> Option<EqAffine> {
        self.half(position).map(|half| (*half + half).to_affine())
    }

    /// `W`, the base of openings.
    pub fn w(&self) -> EqAffine {
        self.w
    }

    /// `Λ/2` of a position.
    pub(super) fn half(&self, position: usize) -> Option<&EqAffine> {
        self.halves.get(position)
    }

    /// `(o + 2^255 − 1)/2` in the field, below `2^255`: each bit stands for `+1` or `−1` times its power of two in `o`.
    pub(super) fn recode(&self, opening: &Opening) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(((*opening.scalar() + self.opening_ones) * Fp::TWO_INV).to_repr())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::path::Path;
    use std::vec::Vec;
    use std::{env, format, fs};

    use group::Group;

    use super::super::RING_K;
    use super::*;

    /// BLAKE2b-256 of `points.bin`, personalised `wp1-ring-points`.
    const DIGEST: &str = "4ba9fcb9feb34325ae93541b50fb3d5c0083b25d73d19d0a7b2320c357d5862c";

    /// `Σ_j root^(ij)·g_j`, in order.
    fn transform(points: &[Eq], root: Fp) -> Vec<Eq> {
        if points.len() == 1 {
            return points.to_vec();
        }
        let (even, odd): (Vec<_>, Vec<_>) = points.chunks(2).map(|pair| (pair[0], pair[1])).unzip();
        let (even, odd) = (transform(&even, root.square()), transform(&odd, root.square()));
        let turned: Vec<_> = odd.iter().enumerate().map(|(i, point)| *point * root.pow([i as u64])).collect();
        let sums = even.iter().zip(&turned).map(|(a, b)| a + b);
        sums.chain(even.iter().zip(&turned).map(|(a, b)| a - b)).collect()
    }

    /// The halves of the basis, from hash-to-curve.
    fn derived() -> Vec<u8> {
        let n = 1u32 << RING_K;
        let hasher = Eq::hash_to_curve(DOMAIN);
        let generators: Vec<_> = (0..n)
            .map(|i| {
                let mut message = [0; 5];
                message[1..].copy_from_slice(&i.to_le_bytes());
                hasher(&message)
            })
            .collect();
        let root_inv = (RING_K..Fp::S).fold(Fp::ROOT_OF_UNITY_INV, |root, _| root.square());
        let scale = Fp::TWO_INV.pow([u64::from(RING_K) + 1]);
        let halves = transform(&generators, root_inv);
        halves[..MAX_POSITIONS].iter().flat_map(|point| (*point * scale).to_affine().to_bytes()).collect()
    }

    /// `WATTPROOF_RECORD=1` writes the file instead of checking it.
    #[test]
    fn the_embedded_points_are_the_derived_ones() {
        let derived = derived();
        if env::var_os("WATTPROOF_RECORD").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ring/points.bin");
            fs::write(path, &derived).unwrap();
            return;
        }
        assert!(POINTS[..] == derived);
        let hash = blake2b_simd::Params::new().hash_length(32).personal(b"wp1-ring-points").hash(&derived);
        assert_eq!(format!("{}", hash.to_hex()), DIGEST);
    }

    #[test]
    fn no_point_is_the_identity_and_none_occurs_twice() {
        let tables = RingTables::new();
        let mut xs: Vec<_> = tables.halves.iter().map(|half| half.to_bytes()).collect();
        xs.push(tables.w.to_bytes());
        // Neither with the same sign nor with the other.
        xs.iter_mut().for_each(|x| x[31] &= 0x7f);
        xs.sort_unstable();
        xs.dedup();
        assert_eq!(xs.len(), MAX_POSITIONS + 1);
        assert!(!xs.contains(&[0; 32]));
        assert_eq!(RingTables::BYTES, tables.halves.len() * 64);
    }

    #[test]
    fn offsets_cancel() {
        let tables = RingTables::new();
        let doubled = (0..OPENING_BITS).fold(tables.start.to_curve(), |point, _| point.double());
        assert!(bool::from((doubled + tables.start + tables.end).is_identity()));
    }
}
