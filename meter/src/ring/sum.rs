//! The one point that a compact meter keeps: readings are added as they come, the opening when the batch is over.
//!
//! # How a reading is added
//!
//! `r·Λ` is `(2r + 1)·P − P` with `P = Λ/2`. A reading of `n` bits makes `2r + 1` a sum of `±2^i`, `i` from `n` down to
//! 0: plus at `2^n`, and below it as the bits of `r` say. Horner's rule takes `n` doublings and `n` additions of `P` or
//! `−P`, and two more additions bring `(2r + 1)·P` and `−P` to the sum. The opening is recoded in the same way into 255
//! signs, and multiplied with `W` once a batch. So the work depends on nothing but the width of the register.
//!
//! # No exceptional additions
//!
//! The group addition of `pasta_curves` branches when an operand is the identity or the operands are equal or
//! opposite. Within a reading's multiple every partial sum is `m·P` with `m` odd, `1 ≤ m < 2^33`, and `±P` is added to
//! `2m·P`: even and odd multiples below the group's order never meet, with either sign. All else starts at `U`, a point
//! out of hash-to-curve under another domain than the basis. The sum is `U` and a combination of the `Λ_i`, the
//! opening's multiple `2^j·U + m·W`, and what is added to them is a multiple of some `Λ_i` or of `W`, or the one to the
//! other: a branch taken would be a relation between `U`, `W` and the basis, which nobody can find. In the last
//! addition `M + V` meets `−V`, `V` being the known multiple of `U`: besides such a relation only `M` = identity could
//! take a branch, which is an opening of zero (a PRF output of 512 bits reduced, probability 2^-254) and no reading
//! above it. This holds for readings and openings an adversary chose, not only for random ones.

use group::{Curve, CurveAffine, Group};
use pasta_curves::{Eq, EqAffine};
use subtle::{Choice, ConditionallySelectable};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::RingTables;
use super::tables::OPENING_BITS;
use crate::commit::{Commitment, Opening};
use crate::quantity::MAX_BITS;

/// Group additions for a reading of so many bits, 1 to 32; with as many doublings as bits.
pub const fn additions_per_reading(bits: u8) -> usize {
    bits as usize + 2
}

/// Group additions for the opening, once a batch and register; with 255 doublings.
pub const ADDITIONS_PER_OPENING: usize = OPENING_BITS + 2;

/// The sum of a register's readings of a batch so far, each at its position. Tells the readings to whoever tries them
/// all: wiped when dropped; without `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "it holds readings without an opening over them")]
pub struct RunningSum(Eq);

impl RunningSum {
    /// The sum of no reading.
    pub fn new(tables: &RingTables) -> Self {
        RunningSum(tables.start.to_curve())
    }

    /// Adds a reading at a position. Of the reading only the lowest `bits` count, 32 at most. False, and nothing done,
    /// at a position behind the tables.
    #[must_use]
    pub fn add(&mut self, tables: &RingTables, position: usize, reading: u32, bits: u8) -> bool {
        let Some(half) = tables.half(position) else { return false };
        let signs = Zeroizing::new(reading.to_le_bytes());
        let multiple = Zeroizing::new(signed_multiple(half.to_curve(), half, &*signs, bits.min(MAX_BITS).into()));
        self.0 += *multiple;
        self.0 += -half;
        true
    }

    /// The commitment: the sum, hidden by the opening.
    pub fn finish(self, tables: &RingTables, opening: &Opening) -> Commitment {
        let signs = tables.recode(opening);
        let hiding = Zeroizing::new(signed_multiple(tables.start.to_curve(), &tables.w, &*signs, OPENING_BITS));
        Commitment::of((self.0 + *hiding + tables.end).to_affine())
    }
}

/// Horner's rule from `start` on: doubles, then adds `base` where the bit is set and takes it off where not, from the
/// highest of `count` bits down.
fn signed_multiple(start: Eq, base: &EqAffine, bits: &[u8], count: usize) -> Eq {
    let minus = -base;
    (0..count).rev().fold(start, |multiple, i| {
        let plus = Choice::from(bits[i / 8] >> (i % 8) & 1);
        #[cfg(test)]
        tests::STEPS.with(|steps| steps.set(steps.get() + 1));
        multiple.double() + EqAffine::conditional_select(&minus, base, plus)
    })
}

#[cfg(test)]
mod tests {
    extern crate std;
    use core::cell::Cell;
    use std::vec::Vec;

    use pasta_curves::Fp;

    use super::*;

    std::thread_local! {
        /// Doublings, each with its addition, on this thread.
        pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    fn steps(act: impl FnOnce()) -> usize {
        STEPS.set(0);
        act();
        STEPS.get()
    }

    #[test]
    fn the_work_depends_on_the_width_alone() {
        let tables = RingTables::new();
        for bits in 1..=32 {
            let readings = [0, 1, u32::MAX >> (32 - bits), 0x5555_5555 & u32::MAX >> (32 - bits)];
            let counts: Vec<_> = readings
                .iter()
                .map(|reading| steps(|| assert!(RunningSum::new(&tables).add(&tables, 7, *reading, bits))))
                .collect();
            assert_eq!(counts, [additions_per_reading(bits) - 2; 4]);
        }
        for opening in [1.into(), -Fp::from(1), Fp::from(12_345)] {
            let opening = Opening::from_scalar(opening);
            let count = steps(|| {
                let commitment = RunningSum::new(&tables).finish(&tables, &opening);
                assert_eq!(*commitment.point(), (tables.w * opening.scalar()).to_affine());
            });
            assert_eq!(count, ADDITIONS_PER_OPENING - 2);
        }
    }
}
