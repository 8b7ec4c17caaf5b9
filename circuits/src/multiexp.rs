//! Sums of multiples of many thousand points, for verification: time depends on the scalars.
//!
//! Pippenger's buckets, as in halo2's `best_multiexp`, but points are added to buckets in affine coordinates and the
//! inversions of some hundred additions are done as one, which takes half the multiplications. Below some thousand points
//! the buckets hold too few for that, and `best_multiexp` is as fast.

use ff::{Field, PrimeField};
use group::Group;
use halo2_proofs::arithmetic::best_multiexp;
use pasta_curves::arithmetic::{CurveAffine, VartimeBatchInvert};
use pasta_curves::{Eq, EqAffine, Fp, Fq};

/// From here on this is faster.
const MANY: usize = 4096;
/// Additions that share an inversion.
const BATCH: usize = 512;
/// Bits of a scalar.
const BITS: usize = Fp::NUM_BITS as usize;

/// `Σ scalar · point`. No point is the identity.
pub(crate) fn multiexp(scalars: &[Fp], points: &[EqAffine]) -> Eq {
    let bucketed = if points.len() < MANY { None } else { bucketed(scalars, points) };
    bucketed.unwrap_or_else(|| best_multiexp(scalars, points))
}

/// Nothing when a point is the identity.
fn bucketed(scalars: &[Fp], points: &[EqAffine]) -> Option<Eq> {
    let points: Option<Vec<Point>> = points.iter().map(coordinates).collect();
    let (points, bits) = (points?, window_bits(scalars.len()));
    let scalars: Vec<[u8; 40]> = scalars.iter().map(padded).collect();
    let mut buckets = Buckets::new(1 << (bits - 1), &points);
    let mut sum = Eq::identity();
    for window in (0..=BITS / bits).rev() {
        (0..bits).for_each(|_| sum = sum.double());
        for (point, scalar) in (0..).zip(&scalars) {
            let digit = digit(scalar, window, bits);
            if digit != 0 {
                buckets.add(Term { bucket: digit.unsigned_abs() - 1, point, minus: digit < 0 });
            }
        }
        sum += buckets.take()?;
    }
    Some(sum)
}

/// Affine coordinates; y is zero where there is no point. One line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Point {
    x: Fq,
    y: Fq,
}

const NOTHING: Point = Point { x: Fq::ZERO, y: Fq::ZERO };

fn coordinates(point: &EqAffine) -> Option<Point> {
    point.coordinates().into_option().map(|coordinates| Point { x: *coordinates.x(), y: *coordinates.y() })
}

/// The window for which additions to buckets and of buckets are fewest; one of the latter counts four times. A top window of
/// a few bits would have all points meet in a few buckets, with hardly an addition to share an inversion.
fn window_bits(points: usize) -> usize {
    let cost = |bits: &usize| (BITS / bits + 1) * (points + (4 << (bits - 1)));
    (4..=16).filter(|bits| BITS % bits >= 5).min_by_key(cost).unwrap_or(8)
}

fn padded(scalar: &Fp) -> [u8; 40] {
    let mut bytes = [0; 40];
    bytes[..32].copy_from_slice(&scalar.to_repr());
    bytes
}

/// A digit between `−2^(bits−1)` and `2^(bits−1)`: the window's bits and the bit below it, rounded up, with what passes the
/// half carried into the next window.
fn digit(scalar: &[u8; 40], window: usize, bits: usize) -> i32 {
    let read = |from: usize| {
        let byte = from / 8;
        let word: [u8; 8] = std::array::from_fn(|at| scalar.get(byte + at).copied().unwrap_or(0));
        u64::from_le_bytes(word) >> (from % 8)
    };
    let wide = match window * bits {
        0 => read(0) << 1,
        from => read(from - 1),
    } & ((2 << bits) - 1);
    wide.div_ceil(2) as i32 - ((wide >> bits) << bits) as i32
}

/// A point, or its negative, for a bucket.
#[derive(Clone, Copy)]
struct Term {
    bucket: u32,
    point: u32,
    minus: bool,
}

/// Sums of points by digit.
struct Buckets<'p> {
    points: &'p [Point],
    sums: Vec<Point>,
    /// The batch in which an addition to the bucket waits.
    waits: Vec<u32>,
    batch: u32,
    /// Additions that wait, and the differences of their x.
    pending: Vec<Term>,
    differences: Vec<Fq>,
    /// Those to whose buckets an addition waits already.
    deferred: Vec<Term>,
}

impl<'p> Buckets<'p> {
    fn new(count: usize, points: &'p [Point]) -> Self {
        let (sums, waits) = (vec![NOTHING; count], vec![0; count]);
        Buckets { points, sums, waits, batch: 1, pending: vec![], differences: vec![], deferred: vec![] }
    }

    fn add(&mut self, term: Term) {
        self.place(term);
        if self.pending.len() >= BATCH || self.deferred.len() >= BATCH {
            self.flush();
        }
    }

    fn point(&self, term: Term) -> Point {
        let Point { x, y } = self.points[term.point as usize];
        Point { x, y: if term.minus { -y } else { y } }
    }

    fn place(&mut self, term: Term) {
        let bucket = term.bucket as usize;
        if self.waits[bucket] == self.batch {
            return self.deferred.push(term);
        }
        let (own, other) = (self.sums[bucket], self.point(term));
        let difference = other.x - own.x;
        if own.y.is_zero_vartime() {
            self.sums[bucket] = other;
        } else if difference.is_zero_vartime() {
            self.sums[bucket] = if own.y == other.y { doubled(own) } else { NOTHING };
        } else {
            self.waits[bucket] = self.batch;
            self.pending.push(term);
            self.differences.push(difference);
        }
    }

    /// Does what waits, and places what was deferred.
    fn flush(&mut self) {
        self.differences.iter_mut().batch_invert_vartime();
        for (term, inverse) in self.pending.iter().zip(&self.differences) {
            let (own, other) = (self.sums[term.bucket as usize], self.point(*term));
            let slope = (other.y - own.y) * inverse;
            let x = slope.square() - own.x - other.x;
            self.sums[term.bucket as usize] = Point { x, y: slope * (own.x - x) - own.y };
        }
        self.pending.clear();
        self.differences.clear();
        self.batch += 1;
        std::mem::take(&mut self.deferred).into_iter().for_each(|term| self.place(term));
    }

    /// `Σ digit · sum`, and empties the buckets. Nothing when a sum is no point, which would be a fault of this file.
    fn take(&mut self) -> Option<Eq> {
        while !self.pending.is_empty() || !self.deferred.is_empty() {
            self.flush();
        }
        let (mut running, mut sum) = (Eq::identity(), Eq::identity());
        for bucket in self.sums.iter_mut().rev() {
            let Point { x, y } = std::mem::replace(bucket, NOTHING);
            if !y.is_zero_vartime() {
                running += EqAffine::from_xy(x, y).into_option()?;
            }
            sum += running;
        }
        Some(sum)
    }
}

/// Twice a point: `slope = 3x²/2y`, for the curve's a is zero, and no point of Vesta has y = 0.
fn doubled(Point { x, y }: Point) -> Point {
    let slope = x.square() * Fq::from(3) * y.double().invert().unwrap_or(Fq::ZERO);
    let twice = slope.square() - x.double();
    Point { x: twice, y: slope * (x - twice) - y }
}

#[cfg(test)]
mod tests {
    use group::Curve;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;

    fn points(count: usize, rng: &mut impl Rng) -> Vec<EqAffine> {
        (0..count).map(|_| (Eq::generator() * Fp::random(&mut *rng)).to_affine()).collect()
    }

    #[test]
    fn sums_are_those_of_halo2() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        for count in [0, 1, 2, 3, 100, MANY + 1] {
            let points = points(count, rng);
            let scalars: Vec<Fp> = points.iter().map(|_| Fp::random(&mut *rng)).collect();
            assert_eq!(bucketed(&scalars, &points).unwrap(), best_multiexp(&scalars, &points), "{count}");
            assert_eq!(multiexp(&scalars, &points), best_multiexp(&scalars, &points), "{count}");
        }
    }

    /// Equal and opposite points under equal, opposite, small and extreme scalars meet in one bucket.
    #[test]
    fn points_that_meet_themselves() {
        let rng = &mut ChaCha20Rng::seed_from_u64(2);
        let few = points(3, rng);
        let scalars = [Fp::ZERO, Fp::ONE, -Fp::ONE, Fp::from(16), -Fp::from(16), Fp::random(&mut *rng), -Fp::from(2)];
        for round in 0..20 {
            let pick = |_| match rng.next_u32() as usize {
                at if round % 2 == 0 && at % 2 == 0 => (scalars[at / 2 % 7], -few[at % 3]),
                at => (scalars[at % 7], few[at / 7 % 3]),
            };
            let (scalars, points): (Vec<Fp>, Vec<EqAffine>) = (0..60 * (round + 1)).map(pick).unzip();
            assert_eq!(bucketed(&scalars, &points).unwrap(), best_multiexp(&scalars, &points), "{round}");
        }
        let (one, minus) = (few[0], -few[0]);
        assert_eq!(bucketed(&[Fp::from(7); 2], &[one, minus]).unwrap(), Eq::identity());
        assert_eq!(bucketed(&[Fp::ONE], &[EqAffine::default()]), None);
    }

    #[test]
    fn digits_make_up_the_scalar() {
        let rng = &mut ChaCha20Rng::seed_from_u64(3);
        for bits in 4..=16 {
            for scalar in [Fp::ZERO, Fp::ONE, -Fp::ONE, Fp::random(&mut *rng)] {
                let sum = (0..=BITS / bits).rev().fold(Fp::ZERO, |sum, window| {
                    let digit = digit(&padded(&scalar), window, bits);
                    assert!(digit.unsigned_abs() <= 1 << (bits - 1));
                    sum * Fp::from(1 << bits) + crate::field(digit.into())
                });
                assert_eq!(sum, scalar, "{bits}");
            }
        }
    }
}
