//! Bounds of integers: `[lo, hi]`, both ends included.
//!
//! Every value of a plan carries one. The largest magnitude is [`LIMIT`] = 2^120, so that sums and products of a few
//! values stay far below the field's order (about 2^254) and never wrap.

use num_integer::Integer;

/// The largest magnitude a value may reach: 2^120.
pub const LIMIT: i128 = 1 << 120;

/// The integers from `lo` to `hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// The least value.
    pub lo: i128,
    /// The greatest value.
    pub hi: i128,
}

impl Interval {
    /// From `lo` to `hi`; nothing when either passes [`LIMIT`].
    pub fn new(lo: i128, hi: i128) -> Option<Self> {
        (-LIMIT <= lo && lo <= hi && hi <= LIMIT).then_some(Interval { lo, hi })
    }

    /// One value.
    pub fn point(value: i128) -> Option<Self> {
        Interval::new(value, value)
    }

    /// Sums of one value of each.
    pub fn plus(self, other: Interval) -> Option<Self> {
        Interval::new(self.lo.checked_add(other.lo)?, self.hi.checked_add(other.hi)?)
    }

    /// Multiples by a factor of either sign.
    pub fn times(self, factor: i128) -> Option<Self> {
        let (a, b) = (self.lo.checked_mul(factor)?, self.hi.checked_mul(factor)?);
        Interval::new(a.min(b), a.max(b))
    }

    /// Quotients by a positive divisor, rounded down.
    pub fn floor_div(self, divisor: i128) -> Self {
        Interval { lo: Integer::div_floor(&self.lo, &divisor), hi: Integer::div_floor(&self.hi, &divisor) }
    }

    /// Products of one value of each.
    pub fn product(self, other: Interval) -> Option<Self> {
        let ends = [(self.lo, other.lo), (self.lo, other.hi), (self.hi, other.lo), (self.hi, other.hi)];
        let mut products = ends.into_iter().map(|(a, b)| a.checked_mul(b));
        let first = products.next()??;
        let hull = products.try_fold((first, first), |(lo, hi), product| Some((lo.min(product?), hi.max(product?))));
        hull.and_then(|(lo, hi)| Interval::new(lo, hi))
    }

    /// Squares.
    pub fn squared(self) -> Option<Self> {
        let largest = self.lo.abs().max(self.hi.abs());
        let least = if self.contains(0) { 0 } else { self.lo.abs().min(self.hi.abs()) };
        Interval::new(least.checked_mul(least)?, largest.checked_mul(largest)?)
    }

    /// Quotients by one value of `over`, which is above zero, rounded down.
    pub fn floor_div_by(self, over: Interval) -> Self {
        let (low, high) = (self.floor_div(over.lo), self.floor_div(over.hi));
        low.hull(high)
    }

    /// The least interval that holds both.
    pub fn hull(self, other: Interval) -> Self {
        Interval { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// How far its ends are apart.
    pub fn width(self) -> i128 {
        self.hi - self.lo
    }

    /// Positive parts.
    pub fn positive(self) -> Self {
        Interval { lo: self.lo.max(0), hi: self.hi.max(0) }
    }

    /// Whether `value` lies in the interval.
    pub fn contains(self, value: i128) -> bool {
        self.lo <= value && value <= self.hi
    }

    /// The number of values, as a logarithm to base two.
    pub fn bits(self) -> f64 {
        ((self.hi - self.lo) as f64 + 1.0).log2()
    }
}
