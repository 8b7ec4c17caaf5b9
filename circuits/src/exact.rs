//! Exact arithmetic that refuses instead of wrapping.
//!
//! Every result is a reduced fraction whose numerator and denominator stay within ±2^126; a result that would not is
//! `None`. Twice any part therefore still fits an `i128`, which is what rounding needs.

use num_integer::Integer;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Signed, Zero};

use crate::program::{Ratio, Ties};

/// Numerators and denominators stay within this.
const LIMIT: u128 = 1 << 126;

/// `a + b`.
pub fn add(a: &Ratio, b: &Ratio) -> Option<Ratio> {
    a.checked_add(b).and_then(within)
}

/// `a - b`.
pub fn sub(a: &Ratio, b: &Ratio) -> Option<Ratio> {
    a.checked_sub(b).and_then(within)
}

/// `a · b`.
pub fn mul(a: &Ratio, b: &Ratio) -> Option<Ratio> {
    a.checked_mul(b).and_then(within)
}

/// `a ÷ b`; nothing when `b` is zero.
pub fn div(a: &Ratio, b: &Ratio) -> Option<Ratio> {
    if b.is_zero() {
        return None;
    }
    a.checked_div(b).and_then(within)
}

/// `numer / denom` reduced; nothing when `denom` is not above zero.
pub fn ratio(numer: i128, denom: i128) -> Option<Ratio> {
    if denom <= 0 || numer == i128::MIN {
        return None;
    }
    within(Ratio::new(numer, denom))
}

/// The largest number that both are whole multiples of; zero when both are zero.
pub fn gcd(a: &Ratio, b: &Ratio) -> Option<Ratio> {
    let denom = (a.denom() / a.denom().gcd(b.denom())).checked_mul(*b.denom())?;
    let left = a.numer().checked_mul(&(denom / a.denom()))?;
    let right = b.numer().checked_mul(&(denom / b.denom()))?;
    if left == i128::MIN || right == i128::MIN {
        return None;
    }
    ratio(left.gcd(&right), denom)
}

/// How many units `value` is once rounded to whole units; `unit` must be above zero.
pub fn round(value: &Ratio, unit: &Ratio, ties: Ties) -> Option<i128> {
    if !unit.is_positive() {
        return None;
    }
    let units = div(value, unit)?;
    let (floor, rest) = units.numer().div_mod_floor(units.denom());
    let up = match (rest * 2).cmp(units.denom()) {
        _ if rest == 0 => false,
        _ if ties == Ties::Up => true,
        _ if ties == Ties::Down => false,
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Equal => half_goes_up(floor, ties),
    };
    Some(floor + i128::from(up))
}

/// Whether `floor + ½` goes to `floor + 1`.
fn half_goes_up(floor: i128, ties: Ties) -> bool {
    match ties {
        Ties::HalfUp | Ties::Up => true,
        Ties::HalfEven => floor.is_odd(),
        Ties::HalfAwayFromZero => floor >= 0,
        Ties::Down => false,
    }
}

/// The value written out in decimals; nothing when it has no end (one third) or more than 37 places.
///
/// ```
/// use wattproof_circuits::exact::{decimal, ratio};
/// assert_eq!(decimal(&ratio(-17181, 100_000).unwrap()).as_deref(), Some("-0.17181"));
/// assert_eq!(decimal(&ratio(1, 3).unwrap()), None);
/// ```
pub fn decimal(value: &Ratio) -> Option<String> {
    let places = decimal_places(value)?;
    let scaled = value.numer().checked_mul(&(10i128.checked_pow(places)? / value.denom()))?;
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = places as usize + 1);
    let (whole, part) = digits.split_at(digits.len() - places as usize);
    let sign = if value.is_negative() { "-" } else { "" };
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

/// How many decimal places the value needs; nothing when no number of places is enough or 37 are not.
pub fn decimal_places(value: &Ratio) -> Option<u32> {
    let mut rest = *value.denom();
    let mut count = |prime: i128| {
        let mut times = 0u32;
        while rest % prime == 0 {
            rest /= prime;
            times += 1;
        }
        times
    };
    let places = count(2).max(count(5));
    (rest == 1 && places <= 37).then_some(places)
}

fn within(value: Ratio) -> Option<Ratio> {
    (value.numer().unsigned_abs() <= LIMIT && value.denom().unsigned_abs() <= LIMIT).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn r(numer: i128, denom: i128) -> Ratio {
        ratio(numer, denom).unwrap()
    }

    #[test]
    fn ties_on_both_sides_of_zero() {
        let cases = [
            (Ties::HalfUp, [-2, -1, 0, 1, 2, 3]),
            (Ties::HalfEven, [-2, -2, 0, 0, 2, 2]),
            (Ties::HalfAwayFromZero, [-3, -2, -1, 1, 2, 3]),
            (Ties::Up, [-2, -1, 0, 1, 2, 3]),
            (Ties::Down, [-3, -2, -1, 0, 1, 2]),
        ];
        for (ties, expected) in cases {
            let halves = [-5, -3, -1, 1, 3, 5].map(|half| round(&r(half, 200), &r(1, 100), ties).unwrap());
            assert_eq!(halves, expected, "{ties:?}");
        }
    }

    #[test]
    fn off_the_tie_goes_to_the_nearest() {
        for ties in [Ties::HalfUp, Ties::HalfEven, Ties::HalfAwayFromZero] {
            assert_eq!(round(&r(2499, 1000), &r(1, 1), ties), Some(2));
            assert_eq!(round(&r(2501, 1000), &r(1, 1), ties), Some(3));
            assert_eq!(round(&r(-2501, 1000), &r(1, 1), ties), Some(-3));
        }
        assert_eq!(round(&r(7, 1), &r(1, 1), Ties::Up), Some(7));
        assert_eq!(round(&r(-1, 1000), &r(1, 1), Ties::Down), Some(-1));
    }

    #[test]
    fn large_numbers_are_refused_not_wrapped() {
        let large = Ratio::from_integer(1 << 126);
        assert_eq!(add(&large, &large), None);
        assert_eq!(mul(&large, &large), None);
        assert_eq!(sub(&-large, &large), None);
        assert_eq!(div(&large, &r(1, 3)), None);
        assert_eq!(div(&large, &Ratio::from_integer(0)), None);
        assert_eq!(ratio(i128::MIN, 1), None);
        assert_eq!(round(&large, &r(0, 1), Ties::Up), None);
        assert_eq!(gcd(&large, &r(1, 3 << 100)), None);
    }

    #[test]
    fn gcd_of_fractions() {
        assert_eq!(gcd(&r(3, 10), &r(1, 4)), Some(r(1, 20)));
        assert_eq!(gcd(&r(0, 1), &r(-3, 10)), Some(r(3, 10)));
        assert_eq!(gcd(&r(0, 1), &r(0, 1)), Some(r(0, 1)));
    }

    #[test]
    fn decimals() {
        assert_eq!(decimal(&r(1, 8)).as_deref(), Some("0.125"));
        assert_eq!(decimal(&r(-1250, 100)).as_deref(), Some("-12.5"));
        assert_eq!(decimal(&r(42, 1)).as_deref(), Some("42"));
        assert_eq!(decimal(&r(1, 30)), None);
    }
}
