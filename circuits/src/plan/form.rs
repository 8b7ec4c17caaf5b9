//! Affine forms: what a value is while it is still linear in the readings and in earlier results.

use std::collections::BTreeMap;

use num_integer::Integer;
use num_traits::Zero;

use crate::program::Ratio;

use super::{Cell, Value};

/// `(Σ weight · reading + Σ factor · value + constant) / denominator`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Weights of readings.
    pub(super) readings: BTreeMap<Cell, i128>,
    /// Factors of inputs and results.
    pub(super) terms: BTreeMap<Value, i128>,
    pub(super) constant: i128,
    /// Above zero.
    pub(super) denominator: i128,
}

/// An intermediate number of a plan passed 2^127: prices with too many digits.
pub(super) struct Overflow;

impl Form {
    pub(super) fn constant(value: Ratio) -> Self {
        Form {
            readings: BTreeMap::new(),
            terms: BTreeMap::new(),
            constant: *value.numer(),
            denominator: *value.denom(),
        }
    }

    pub(super) fn value(value: Value, denominator: i128) -> Self {
        let terms = BTreeMap::from([(value, 1)]);
        Form { readings: BTreeMap::new(), terms, constant: 0, denominator }
    }

    /// Σ weight · reading, with exact weights, each cell once.
    pub(super) fn readings(weights: impl Iterator<Item = (Cell, Ratio)> + Clone) -> Result<Self, Overflow> {
        let denominator = weights.clone().try_fold(1i128, |d, (_, w)| checked_lcm(d, *w.denom()))?;
        let scaled =
            weights.map(|(cell, w)| Ok((cell, w.numer().checked_mul(denominator / w.denom()).ok_or(Overflow)?)));
        let readings = scaled.collect::<Result<_, _>>()?;
        Ok(Form { readings, terms: BTreeMap::new(), constant: 0, denominator }.reduced())
    }

    /// `self + factor · other`.
    pub(super) fn plus(mut self, other: &Form, factor: Ratio) -> Result<Self, Overflow> {
        if factor.is_zero() {
            return Ok(self);
        }
        let step = other.denominator.checked_mul(*factor.denom()).ok_or(Overflow)?;
        let denominator = checked_lcm(self.denominator, step)?;
        self.scale(denominator / self.denominator)?;
        self.denominator = denominator;
        let by = (denominator / step).checked_mul(*factor.numer()).ok_or(Overflow)?;
        for (cell, weight) in &other.readings {
            let ours = self.readings.entry(*cell).or_insert(0);
            *ours = add_product(*ours, *weight, by)?;
        }
        for (value, term) in &other.terms {
            let ours = self.terms.entry(*value).or_insert(0);
            *ours = add_product(*ours, *term, by)?;
        }
        self.constant = add_product(self.constant, other.constant, by)?;
        Ok(self.reduced())
    }

    /// The integer form `self · factor`, with denominator one: `factor` must clear it.
    pub(super) fn scale(&mut self, factor: i128) -> Result<(), Overflow> {
        let times = |n: &mut i128| n.checked_mul(factor).map(|m| *n = m).ok_or(Overflow);
        self.readings.values_mut().try_for_each(times)?;
        self.terms.values_mut().try_for_each(times)?;
        times(&mut self.constant)
    }

    /// The same value in lowest terms, without zero terms.
    fn reduced(mut self) -> Self {
        self.readings.retain(|_, weight| *weight != 0);
        self.terms.retain(|_, factor| *factor != 0);
        let mut common = self.denominator.gcd(&self.constant);
        for n in self.readings.values().chain(self.terms.values()) {
            if common == 1 {
                return self;
            }
            common = common.gcd(n);
        }
        let numbers = self.readings.values_mut().chain(self.terms.values_mut());
        numbers.chain([&mut self.constant, &mut self.denominator]).for_each(|n| *n /= common);
        self
    }
}

pub(super) fn checked_lcm(a: i128, b: i128) -> Result<i128, Overflow> {
    (a / a.gcd(&b)).checked_mul(b).ok_or(Overflow)
}

fn add_product(sum: i128, a: i128, b: i128) -> Result<i128, Overflow> {
    a.checked_mul(b).and_then(|ab| sum.checked_add(ab)).ok_or(Overflow)
}
