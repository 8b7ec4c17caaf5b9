//! Pedersen commitments to readings: `C = r·G + o·H` on Vesta, in time that depends on neither `r` nor `o`.
//!
//! Scalars are [`Fp`], the native field of the circuits. `G` and `H` come out of hash-to-curve under the domain
//! `wattproof:v1:pedersen`, so nobody knows a relation between them.
//!
//! # How a commitment is computed
//!
//! A scalar `k` becomes odd signed digits that are never zero: with `n` bits and
//! `B = (k + 2^n − 1)/2` (a field division), `k = Σ (2·b_i − 1)·2^i`, every bit of `B` standing for `+1` or `−1`.
//! Five bits make a digit in `{±1, ±3, …, ±31}`: sixteen table points and a sign. The opening takes 51 digits of `H`.
//! The reading enters as `2r + 1`, a number of 33 bits, over the base `G/2`: seven digits and the constant `−G/2`.
//! Each digit reads the whole row of its table, and selects by mask.
//!
//! # No exceptional additions
//!
//! The group addition of `pasta_curves` branches when an operand is the identity or the operands are equal or
//! opposite. No table point is the identity. The sum starts at `U − G/2` and ends by adding `−U`, where `U` is a third
//! point out of hash-to-curve. So before the last addition every partial sum is `U + a·G + b·H` and every added
//! point `c·G` or `d·H`: a branch taken would be a relation between `U`, `G` and `H`, which nobody can find. In the
//! last addition `C + U` meets `−U`: besides such a relation only `C` = identity could take a branch, which is
//! `r = o = 0`, and no opening is zero (a PRF output of 512 bits reduced, probability 2^-254). This holds for readings
//! and openings an adversary chose, not only for random ones.

use alloc::boxed::Box;
use alloc::vec;

use ff::{Field, PrimeField};
use group::{Curve, CurveAffine, Group, GroupEncoding};
use pasta_curves::arithmetic::CurveExt;
use pasta_curves::{Eq, EqAffine, Fp};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The domain under which `G`, `H` and `U` are hashed to the curve.
pub const DOMAIN: &str = "wattproof:v1:pedersen";

/// Bits of a digit.
const WINDOW: usize = 5;
/// Points of a table row: the odd multiples 1, 3, …, 31.
const ROW: usize = 1 << (WINDOW - 1);
/// Digits of an opening: 255 bits.
const OPENING_DIGITS: usize = 51;
/// Digits of `2r + 1`, at most 33 bits.
const READING_DIGITS: usize = 7;
/// How many commitments share one inversion, in a buffer on the stack.
pub const CHUNK: usize = 32;

/// Group additions for one commitment.
pub const ADDITIONS_PER_COMMITMENT: usize = READING_DIGITS + OPENING_DIGITS + 1;

/// The generators: `G` of readings, `H` of openings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generators {
    /// Multiplied by the reading.
    pub g: EqAffine,
    /// Multiplied by the opening.
    pub h: EqAffine,
}

impl Generators {
    /// Hashes to the curve: some 100 µs.
    pub fn new() -> Self {
        Generators { g: hash_to_curve(b"G"), h: hash_to_curve(b"H") }
    }
}

impl Default for Generators {
    fn default() -> Self {
        Generators::new()
    }
}

/// A point of this crate's domain.
pub(crate) fn hash_to_curve(name: &[u8]) -> EqAffine {
    Eq::hash_to_curve(DOMAIN)(name).to_affine()
}

/// The opening of a commitment. Wiped when dropped; without `Debug`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "openings are secret")]
pub struct Opening(Fp);

impl Opening {
    /// Opens nothing yet: the place of an opening in a buffer.
    pub(crate) const ZERO: Opening = Opening(Fp::ZERO);

    /// An opening that is this scalar.
    pub fn from_scalar(scalar: Fp) -> Self {
        Opening(scalar)
    }

    /// The scalar.
    pub fn scalar(&self) -> &Fp {
        &self.0
    }
}

/// A commitment: a point of Vesta other than the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment(EqAffine);

/// Why 32 bytes are not a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CommitmentRefusal {
    /// Not the one canonical form of a point.
    #[error("the commitment is not a point in canonical form")]
    NotCanonical,
    /// The point that commits to nothing.
    #[error("the commitment is the identity")]
    Identity,
}

impl CommitmentRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            CommitmentRefusal::NotCanonical => "commitment-not-canonical",
            CommitmentRefusal::Identity => "commitment-identity",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "Fetch the file again; if it stays so, whoever made it is at fault."
    }
}

impl Commitment {
    /// A point that is a commitment by how it was made.
    pub(crate) fn of(point: EqAffine) -> Self {
        Commitment(point)
    }

    /// The point as a commitment; the identity is refused.
    pub fn from_point(point: EqAffine) -> Result<Self, CommitmentRefusal> {
        if bool::from(point.is_identity()) { Err(CommitmentRefusal::Identity) } else { Ok(Commitment(point)) }
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, CommitmentRefusal> {
        let point = EqAffine::from_bytes(bytes).into_option().ok_or(CommitmentRefusal::NotCanonical)?;
        Commitment::from_point(point)
    }

    /// The canonical form: x in 255 bits, little-endian, and the lowest bit of y above it.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The point.
    pub fn point(&self) -> &EqAffine {
        &self.0
    }
}

/// The points a commitment is added up from. Public; made once in a few milliseconds, then only read.
#[derive(Clone)]
pub struct CommitmentTables {
    generators: Generators,
    /// Row `i` holds the odd multiples of `2^(5i)·G/2`.
    reading: Box<[[EqAffine; ROW]]>,
    /// Row `i` holds the odd multiples of `2^(5i)·H`.
    opening: Box<[[EqAffine; ROW]]>,
    /// `2^255 − 1`.
    opening_ones: Fp,
    /// `U − G/2`.
    start: Eq,
    /// `−U`.
    end: EqAffine,
}

impl core::fmt::Debug for CommitmentTables {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CommitmentTables").field("bytes", &Self::BYTES).finish_non_exhaustive()
    }
}

impl Default for CommitmentTables {
    fn default() -> Self {
        CommitmentTables::new()
    }
}

impl CommitmentTables {
    /// Bytes of the tables in memory.
    pub const BYTES: usize = (READING_DIGITS + OPENING_DIGITS) * ROW * size_of::<EqAffine>();

    /// Computes the tables.
    pub fn new() -> Self {
        let generators = Generators::new();
        let half_g = generators.g * Fp::TWO_INV;
        let offset = hash_to_curve(b"U");
        CommitmentTables {
            generators,
            reading: odd_multiples(half_g, READING_DIGITS),
            opening: odd_multiples(generators.h.to_curve(), OPENING_DIGITS),
            opening_ones: Fp::from(2).pow([(OPENING_DIGITS * WINDOW) as u64]) - Fp::ONE,
            start: offset - half_g,
            end: -offset,
        }
    }

    /// The generators.
    pub fn generators(&self) -> &Generators {
        &self.generators
    }

    /// The commitment to one reading. [`CommitmentTables::commit_each`] costs less for several.
    pub fn commit(&self, reading: u32, opening: &Opening) -> Commitment {
        Commitment(self.sum(reading, opening).to_affine())
    }

    /// The commitments to up to [`CHUNK`] readings, with one field inversion for all of them. Hands each to `out`
    /// in order. Readings beyond `CHUNK`, or without an opening beside them, are left out.
    pub fn commit_each(&self, readings: &[u32], openings: &[Opening], mut out: impl FnMut(Commitment)) {
        let count = readings.len().min(openings.len()).min(CHUNK);
        let mut sums = Zeroizing::new([Eq::identity(); CHUNK]);
        for (sum, (reading, opening)) in sums.iter_mut().zip(readings.iter().zip(openings)) {
            *sum = self.sum(*reading, opening);
        }
        let mut points = [EqAffine::identity(); CHUNK];
        Eq::batch_normalize(&sums[..count], &mut points[..count]);
        points[..count].iter().for_each(|point| out(Commitment(*point)));
    }

    /// `r·G + o·H`: a constant number of additions and table reads.
    fn sum(&self, reading: u32, opening: &Opening) -> Eq {
        let mut sum = self.start;
        add_digits(&mut sum, &self.reading, &recode_reading(reading));
        add_digits(&mut sum, &self.opening, &self.recode_opening(opening));
        sum + self.end
    }

    /// `(o + 2^255 − 1)/2` in the field, below `2^255`.
    fn recode_opening(&self, opening: &Opening) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(((*opening.scalar() + self.opening_ones) * Fp::TWO_INV).to_repr())
    }
}

/// `((2r + 1) + 2^35 − 1)/2 = r + 2^34`.
fn recode_reading(reading: u32) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    bytes[..8].copy_from_slice(&((1u64 << (READING_DIGITS * WINDOW - 1)) + u64::from(reading)).to_le_bytes());
    bytes
}

/// `digits` rows of the odd multiples of `base`, `2^5·base`, `2^10·base`, …
fn odd_multiples(base: Eq, digits: usize) -> Box<[[EqAffine; ROW]]> {
    let mut rows = vec![[EqAffine::identity(); ROW]; digits];
    let mut base = base;
    for row in &mut rows {
        let double = base.double();
        let mut points = [base; ROW];
        for i in 1..ROW {
            points[i] = points[i - 1] + double;
        }
        Eq::batch_normalize(&points, row);
        (0..WINDOW).for_each(|_| base = base.double());
    }
    rows.into_boxed_slice()
}

/// Adds the digits that the bits of `recoded` stand for, each from its row.
fn add_digits(sum: &mut Eq, rows: &[[EqAffine; ROW]], recoded: &[u8; 32]) {
    for (i, row) in rows.iter().enumerate() {
        *sum += select(row, window(recoded, i * WINDOW));
    }
}

/// Five bits of `bytes` from a public position on.
fn window(bytes: &[u8; 32], bit: usize) -> u8 {
    let low = u16::from(bytes[bit / 8]);
    let high = u16::from(*bytes.get(bit / 8 + 1).unwrap_or(&0));
    (((high << 8 | low) >> (bit % 8)) & 0x1f) as u8
}

/// The point of the odd digit `2·w − 31`, by reading the whole row.
fn select(row: &[EqAffine; ROW], w: u8) -> EqAffine {
    let negative = Choice::from(1 ^ (w >> 4));
    // Negative digits run through the row backwards: w = 15 is −1, w = 0 is −31.
    let index = (w ^ (0u8.wrapping_sub(negative.unwrap_u8()))) & 0x0f;
    let mut point = row[0];
    for (i, entry) in row.iter().enumerate().skip(1) {
        point.conditional_assign(entry, index.ct_eq(&(i as u8)));
    }
    EqAffine::conditional_select(&point, &-point, negative)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every table point is the odd multiple it stands for: none is the identity, none occurs twice with either sign.
    #[test]
    fn tables_hold_odd_multiples() {
        let tables = CommitmentTables::new();
        let half_g = tables.generators.g * Fp::TWO_INV;
        for (base, rows) in [(half_g, &tables.reading), (tables.generators.h.to_curve(), &tables.opening)] {
            for (i, row) in rows.iter().enumerate() {
                for (j, point) in row.iter().enumerate() {
                    let multiple = Fp::from(2).pow([(i * WINDOW) as u64]) * Fp::from(2 * j as u64 + 1);
                    assert_eq!(*point, (base * multiple).to_affine());
                    assert!(!bool::from(point.is_identity()));
                }
            }
        }
        assert_eq!((tables.reading.len(), tables.opening.len()), (READING_DIGITS, OPENING_DIGITS));
    }

    /// All 32 digits of a row: `2·w − 31`, never zero.
    #[test]
    fn digits_are_odd_and_signed() {
        let tables = CommitmentTables::new();
        let h = tables.generators.h;
        for w in 0..32 {
            let digit = if w < 16 { -Fp::from(31 - 2 * w) } else { Fp::from(2 * w - 31) };
            assert_eq!(select(&tables.opening[0], w as u8), (h * digit).to_affine());
        }
    }

    /// No window looks past the bits of what was recoded, and together they see every bit once.
    #[test]
    fn windows_cover_all_bits() {
        let bytes: [u8; 32] = core::array::from_fn(|i| (i * 37 + 11) as u8);
        let bit = |i: usize| bytes[i / 8] >> (i % 8) & 1;
        for digit in 0..OPENING_DIGITS {
            let expected = (0..WINDOW).fold(0, |w, i| w | bit(digit * WINDOW + i) << i);
            assert_eq!(window(&bytes, digit * WINDOW), expected);
        }
    }
}
