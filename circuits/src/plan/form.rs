//! Forms: what a value is once it is planned, affine in what is given and in results of steps, over a divisor.

use std::collections::BTreeMap;

use num_integer::Integer;
use num_traits::{One, Zero};

use crate::program::Ratio;

use super::{Given, Value};

/// `(Σ weight · given + Σ factor · result + constant) / denominator / divisor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Weights of what is given.
    pub(super) given: BTreeMap<Given, i128>,
    /// Factors of results.
    pub(super) terms: BTreeMap<Value, i128>,
    pub(super) constant: i128,
    /// Above zero.
    pub(super) denominator: i128,
    /// A value above zero that is divided by, by its place among the planner's divisors.
    pub(super) divisor: Option<usize>,
}

/// An intermediate number of a plan passed 2^127: prices with too many digits.
pub(super) struct Overflow;

impl Form {
    pub(super) fn constant(value: Ratio) -> Self {
        Form {
            given: BTreeMap::new(),
            terms: BTreeMap::new(),
            constant: *value.numer(),
            denominator: *value.denom(),
            divisor: None,
        }
    }

    pub(super) fn zero() -> Self {
        Form::constant(Ratio::zero())
    }

    pub(super) fn one() -> Self {
        Form::constant(Ratio::one())
    }

    /// A result of a step.
    pub(super) fn value(value: Value) -> Self {
        Form { terms: BTreeMap::from([(value, 1)]), ..Form::zero() }
    }

    /// `Σ weight · given + constant`, with exact weights.
    pub(super) fn given<'r>(
        weights: impl Iterator<Item = (Given, &'r Ratio)> + Clone,
        constant: Ratio,
    ) -> Result<Self, Overflow> {
        let denominator = weights.clone().try_fold(*constant.denom(), |d, (_, w)| checked_lcm(d, *w.denom()))?;
        let scaled = |n: &Ratio| n.numer().checked_mul(denominator / n.denom()).ok_or(Overflow);
        let given = weights.map(|(given, weight)| Ok((given, scaled(weight)?))).collect::<Result<_, Overflow>>()?;
        Ok(Form { given, constant: scaled(&constant)?, denominator, ..Form::zero() }.reduced())
    }

    pub(super) fn is_constant(&self) -> bool {
        self.given.is_empty() && self.terms.is_empty()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.is_constant() && self.constant == 0
    }

    /// `self + factor · other`, of forms over the same divisor.
    pub(super) fn plus(mut self, other: &Form, factor: Ratio) -> Result<Self, Overflow> {
        if factor.is_zero() {
            return Ok(self);
        }
        let step = other.denominator.checked_mul(*factor.denom()).ok_or(Overflow)?;
        let denominator = checked_lcm(self.denominator, step)?;
        self.scale(denominator / self.denominator)?;
        self.denominator = denominator;
        let by = (denominator / step).checked_mul(*factor.numer()).ok_or(Overflow)?;
        add_all(&mut self.given, &other.given, by)?;
        add_all(&mut self.terms, &other.terms, by)?;
        self.constant = add_product(self.constant, other.constant, by)?;
        Ok(self.reduced())
    }

    /// `factor · self`.
    pub(super) fn times(&self, factor: Ratio) -> Result<Self, Overflow> {
        Form { divisor: self.divisor, ..Form::zero() }.plus(self, factor)
    }

    /// The numerator by itself.
    pub(super) fn numerator(&self) -> Form {
        Form { denominator: 1, divisor: None, ..self.clone() }
    }

    /// The numerator times `factor`.
    fn scale(&mut self, factor: i128) -> Result<(), Overflow> {
        let times = |n: &mut i128| n.checked_mul(factor).map(|m| *n = m).ok_or(Overflow);
        self.given.values_mut().try_for_each(times)?;
        self.terms.values_mut().try_for_each(times)?;
        times(&mut self.constant)
    }

    /// The same value in lowest terms, without zero terms.
    fn reduced(mut self) -> Self {
        self.given.retain(|_, weight| *weight != 0);
        self.terms.retain(|_, factor| *factor != 0);
        let mut common = self.denominator.gcd(&self.constant);
        for n in self.given.values().chain(self.terms.values()) {
            if common == 1 {
                return self;
            }
            common = common.gcd(n);
        }
        let numbers = self.given.values_mut().chain(self.terms.values_mut());
        numbers.chain([&mut self.constant, &mut self.denominator]).for_each(|n| *n /= common);
        self
    }
}

pub(super) fn checked_lcm(a: i128, b: i128) -> Result<i128, Overflow> {
    (a / a.gcd(&b)).checked_mul(b).ok_or(Overflow)
}

fn add_all<K: Ord + Copy>(to: &mut BTreeMap<K, i128>, of: &BTreeMap<K, i128>, by: i128) -> Result<(), Overflow> {
    for (key, value) in of {
        let sum = to.entry(*key).or_insert(0);
        *sum = add_product(*sum, *value, by)?;
    }
    Ok(())
}

fn add_product(sum: i128, a: i128, b: i128) -> Result<i128, Overflow> {
    a.checked_mul(b).and_then(|ab| sum.checked_add(ab)).ok_or(Overflow)
}
