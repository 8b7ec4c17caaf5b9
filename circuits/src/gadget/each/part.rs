//! Schedules in parts: what octal digits reach, all of it and nothing else.

use num_integer::Integer;

use super::Span;

/// Parts that a schedule may have: a part's index is a polynomial's argument, and the degree of gates is at most 9.
pub(crate) const MAX_PARTS: usize = 7;
/// Bits of the digits: octal ones.
pub(crate) const DIGIT_BITS: usize = 3;
/// The largest octal digit.
const TOP: i128 = 7;

/// A part of a span: the values `lo + Σ weight·digit + curve·last·(7 − last)`, which are all from `lo` to `hi`, with
/// their price.
///
/// Without a curve the first weight is 1, and each is at most one more than seven times the sum of those before it: if
/// the digits before it reach all of `0 … m`, and `weight ≤ m + 1`, then with it they reach all of `0 … m + 7·weight`.
/// So they reach `0 … 7t`, `t` being the sum of weights. The last digit's `last·(7 − last)` is 0, 6, 10 or 12: where the
/// length is no multiple of seven the other digits reach `0 … 7t` with `7t ≥ 6·curve − 1`, and so with the last all of
/// `0 … 7t + 12·curve`, for no two neighbours of 0, 6, 10, 12 are more than 6 apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// The least value.
    pub lo: i128,
    /// The weights of the digits.
    pub weights: Vec<i128>,
    /// The factor of what the last digit adds twice over, up and down again.
    pub curve: i128,
    /// The marginal price.
    pub slope: i128,
    /// What is added to the price.
    pub intercept: i128,
}

impl Part {
    /// The greatest value.
    pub fn hi(&self) -> i128 {
        self.lo + TOP * self.weights.iter().sum::<i128>() + 12 * self.curve
    }

    /// What digits say.
    pub fn value(&self, digits: &[i128]) -> i128 {
        let weighed: i128 = self.weights.iter().zip(digits).map(|(weight, digit)| weight * digit).sum();
        self.lo + weighed + self.curve * curved(digits.last().copied().unwrap_or(0))
    }

    /// Digits that say a value of the part; of any other value digits all the same, which do not say it.
    pub(super) fn digits(&self, value: i128) -> Vec<i128> {
        let reach = TOP * self.weights.iter().sum::<i128>();
        let mut rest = value - self.lo;
        let mut digits = vec![0; self.weights.len()];
        if let (Some(last), true) = (digits.last_mut(), self.curve > 0) {
            let fits = |digit: &i128| (0..=reach).contains(&(rest - self.curve * curved(*digit)));
            *last = (0..4).rev().find(fits).unwrap_or(0);
            rest -= self.curve * curved(*last);
        }
        for (digit, weight) in digits.iter_mut().zip(&self.weights).rev().filter(|(_, weight)| **weight > 0) {
            *digit = (rest / weight).clamp(0, TOP);
            rest -= *digit * weight;
        }
        digits
    }
}

/// What the last digit's curve counts: the same for a digit and seven less it.
fn curved(digit: i128) -> i128 {
    digit * (TOP - digit)
}

/// A schedule's parts; nothing when so many digits need more than [`MAX_PARTS`]. Parts of one span overlap, which
/// changes nothing, for the price is the same. The most alike come first.
pub(super) fn parts(spans: &[Span], digits: usize) -> Option<Vec<Part>> {
    let mut by_span = spans.iter().map(|span| of_span(span, digits)).collect::<Option<Vec<_>>>()?;
    by_span.sort_by_key(|parts| std::cmp::Reverse(parts.len()));
    let parts = by_span.concat();
    (parts.len() <= MAX_PARTS).then_some(parts)
}

/// As few parts as reach a span.
fn of_span(span: &Span, digits: usize) -> Option<Vec<Part>> {
    let length = span.hi - span.lo;
    let part = |lo, (weights, curve)| Part { lo, weights, curve, slope: span.slope, intercept: span.intercept };
    if let Some(whole) = exact(length, digits) {
        return Some(vec![part(span.lo, whole)]);
    }
    (2..=MAX_PARTS as i128).find_map(|count| {
        let each = Integer::div_ceil(&(length + 1), &count) - 1;
        let each = TOP * Integer::div_ceil(&each, &TOP);
        let weights = exact(each, digits).filter(|_| each <= length)?;
        let lo = |at: i128| span.lo + (at * (each + 1)).min(length - each);
        Some((0..count).map(|at| part(lo(at), weights.clone())).collect())
    })
}

/// Weights and curve that reach `0 … length`; see [`Part`].
fn exact(length: i128, digits: usize) -> Option<(Vec<i128>, i128)> {
    // 12·curve leaves what the length does, for 12·3 = 36 = 5·7 + 1.
    let curve = 3 * length % TOP;
    let linear = (length - 12 * curve) / TOP;
    let count = if curve > 0 { digits.checked_sub(1)? } else { digits };
    if length < 12 * curve || TOP * linear < 6 * curve - 1 || TOP * linear >= 1i128 << (3 * count).min(120) {
        return None;
    }
    let (mut left, mut reach) = (linear, 0);
    let mut weights: Vec<i128> = (0..count)
        .map(|_| {
            let weight = left.min(reach + 1);
            (left, reach) = (left - weight, reach + TOP * weight);
            weight
        })
        .collect();
    weights.resize(digits, 0);
    Some((weights, curve))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn span(lo: i128, length: i128) -> Span {
        Span { lo, hi: lo + length, slope: 3, intercept: 1 }
    }

    /// What all digits together say.
    fn reached(part: &Part) -> BTreeSet<i128> {
        let digits = part.weights.len();
        (0..1u32 << (3 * digits))
            .map(|all| {
                let said: Vec<i128> = (0..digits).map(|at| i128::from(all >> (3 * at) & 7)).collect();
                part.value(&said)
            })
            .collect()
    }

    #[test]
    fn parts_reach_a_span_and_nothing_else() {
        let mut whole = 0;
        for length in 0..1_200 {
            for digits in 1..=4 {
                let Some(parts) = of_span(&span(-5, length), digits) else {
                    assert!(length % 7 != 0 || length >= 7 * (1 << (3 * digits)) - 7, "{length} by {digits}");
                    continue;
                };
                whole += usize::from(parts.len() == 1);
                let all: BTreeSet<i128> = parts.iter().flat_map(reached).collect();
                assert_eq!(all, (-5..=length - 5).collect(), "{length} by {digits}");
                for value in -5..=length - 5 {
                    let of = parts.iter().filter(|part| part.lo <= value && value <= part.hi());
                    assert!(of.clone().count() > 0 && of.clone().all(|part| part.value(&part.digits(value)) == value));
                }
            }
        }
        assert!(whole > 700, "{whole}");
    }

    #[test]
    fn lengths_from_101_are_whole() {
        assert!((101..5_000).all(|length| exact(length, 6).is_some()));
        assert_eq!(exact(100, 6), None);
    }

    #[test]
    fn more_parts_than_there_may_be() {
        let short = |count: i128| (0..count).map(|at| span(200 * at, 199)).collect::<Vec<_>>();
        assert_eq!(parts(&short(7), 4).unwrap().len(), 7);
        assert_eq!(parts(&short(8), 4), None);
        assert_eq!(parts(&[span(0, (7 << 18) - 1)], 6).unwrap().len(), 7);
        assert_eq!(parts(&[span(0, 7 << 18)], 6), None);
    }

    proptest! {
        #[test]
        fn any_value_of_any_span_is_said(length in 101i128..1 << 24, digits in 8usize..11, at in any::<prop::sample::Index>()) {
            let value = at.index(length as usize + 1) as i128;
            let parts = of_span(&span(0, length), digits).unwrap();
            let meets: Vec<&Part> = parts.iter().filter(|part| part.lo <= value && value <= part.hi()).collect();
            prop_assert!(!meets.is_empty());
            prop_assert!(parts.iter().all(|part| 0 <= part.lo && part.hi() <= length));
            for part in meets {
                let digits = part.digits(value);
                prop_assert!(digits.iter().all(|digit| (0..8).contains(digit)));
                prop_assert_eq!(part.value(&digits), value);
            }
        }

        /// Weights that reach everything below them reach everything together: the rule that the docstring argues.
        #[test]
        fn weights_rise_no_faster_than_they_reach(length in 101i128..1 << 30) {
            let (weights, curve) = exact(length, 12).unwrap();
            let mut reach = 0;
            for weight in weights {
                prop_assert!(weight <= reach + 1);
                reach += 7 * weight;
            }
            prop_assert_eq!(reach + 12 * curve, length);
            prop_assert!(6 * curve <= reach + 1);
        }
    }
}
