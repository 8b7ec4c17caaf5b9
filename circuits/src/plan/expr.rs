//! Expressions: what a node is as a sum, before anything non-linear in it is planned.

use std::collections::BTreeMap;
use std::rc::Rc;

use num_integer::Integer;
use num_traits::{One, Signed, Zero};

use crate::exact;
use crate::program::{NodeId, Program, Ratio};

use super::function::Function;
use super::{Given, Interval};

/// `Σ weight · given` in whole numbers without a common factor, the first above zero.
pub(super) type Weights = Rc<Vec<(Given, i128)>>;

/// `Σ weight · given + Σ function(weights) + Σ factor · node + constant`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Expr {
    /// Weights of what is given, none of them zero.
    pub(super) given: BTreeMap<Given, Ratio>,
    /// Functions of several pieces, each of one weighted sum.
    pub(super) functions: BTreeMap<Weights, Function>,
    /// Factors of nodes that are planned by themselves, none of them zero.
    pub(super) nodes: BTreeMap<NodeId, Ratio>,
    pub(super) constant: Ratio,
}

/// A function of one weighted sum, or a constant.
pub(super) enum Univariate {
    Constant(Ratio),
    Of(Weights, Function),
}

impl Expr {
    pub(super) fn constant(constant: Ratio) -> Self {
        Expr { constant, ..Expr::default() }
    }

    pub(super) fn given(given: Given, weight: Ratio) -> Self {
        Expr { given: BTreeMap::from([(given, weight)]), ..Expr::default() }
    }

    pub(super) fn node(node: NodeId) -> Self {
        Expr { nodes: BTreeMap::from([(node, Ratio::one())]), ..Expr::default() }
    }

    pub(super) fn as_constant(&self) -> Option<Ratio> {
        let alone = self.given.is_empty() && self.functions.is_empty() && self.nodes.is_empty();
        alone.then_some(self.constant)
    }

    /// The node that the expression is, times a factor and with a constant added.
    pub(super) fn as_node(&self) -> Option<(NodeId, Ratio, Ratio)> {
        let (node, factor) = self.nodes.first_key_value()?;
        let alone = self.given.is_empty() && self.functions.is_empty() && self.nodes.len() == 1;
        alone.then_some((*node, *factor, self.constant))
    }

    /// Whether it is affine in what is given.
    pub(super) fn is_affine(&self) -> bool {
        self.functions.is_empty() && self.nodes.is_empty()
    }

    /// Whether it is affine in what is given and all it adds is not negative.
    pub(super) fn never_falls(&self) -> bool {
        self.is_affine() && self.given.values().chain([&self.constant]).all(|number| !number.is_negative())
    }

    /// `self + factor · other`; nothing when a number outgrows the arithmetic.
    pub(super) fn add(&mut self, other: &Expr, factor: &Ratio) -> Option<()> {
        if factor.is_zero() {
            return Some(());
        }
        add_all(&mut self.given, &other.given, factor)?;
        add_all(&mut self.nodes, &other.nodes, factor)?;
        for (of, function) in &other.functions {
            self.add_function(of, &function.times(factor)?)?;
        }
        self.constant = exact::add(&self.constant, &exact::mul(&other.constant, factor)?)?;
        Some(())
    }

    pub(super) fn times(&self, factor: &Ratio) -> Option<Expr> {
        let mut product = Expr::default();
        product.add(self, factor)?;
        Some(product)
    }

    /// Adds a function of a weighted sum; one of a single piece joins the affine part.
    pub(super) fn add_function(&mut self, of: &Weights, function: &Function) -> Option<()> {
        let sum = match self.functions.remove(of) {
            Some(ours) => ours.plus(function)?,
            None => function.clone(),
        };
        match sum.as_line() {
            Some((slope, intercept)) => {
                let weights = of.iter().map(|(given, weight)| (*given, Ratio::from(*weight))).collect();
                add_all(&mut self.given, &weights, &slope)?;
                self.constant = exact::add(&self.constant, &intercept)?;
            }
            None => drop(self.functions.insert(of.clone(), sum)),
        }
        Some(())
    }

    /// The expression as a function of one weighted sum, when it is one.
    pub(super) fn univariate(&self, program: &Program) -> Option<Univariate> {
        if !self.nodes.is_empty() || self.functions.len() > 1 {
            return None;
        }
        let Some((of, function)) = self.functions.first_key_value() else {
            let Some((of, slope)) = self.direction() else { return Some(Univariate::Constant(self.constant)) };
            let range = range(program, &of)?;
            return Some(Univariate::Of(of, Function::line(range, slope, self.constant)));
        };
        let slope = match self.direction() {
            None => Ratio::zero(),
            Some((along, slope)) if along == *of => slope,
            Some(_) => return None,
        };
        let line = Function::line(function.range(), slope, self.constant);
        Some(Univariate::Of(of.clone(), function.plus(&line)?))
    }

    /// The affine part without its constant as a weighted sum of whole numbers and a factor; nothing when there is none.
    fn direction(&self) -> Option<(Weights, Ratio)> {
        let (_, first) = self.given.first_key_value()?;
        let unit = self.given.values().try_fold(Ratio::zero(), |unit, weight| exact::gcd(&unit, weight))?;
        let unit = if first.is_negative() { -unit } else { unit };
        let whole = |weight: &Ratio| exact::div(weight, &unit).map(|weight| weight.to_integer());
        let weights = self.given.iter().map(|(given, weight)| Some((*given, whole(weight)?)));
        Some((Rc::new(weights.collect::<Option<_>>()?), unit))
    }
}

/// Bounds of a weighted sum of what is given; nothing past the limit.
pub(super) fn range(program: &Program, weights: &[(Given, i128)]) -> Option<Interval> {
    let start = Interval::new(0, 0)?;
    weights.iter().try_fold(start, |sum, (given, weight)| sum.plus(given_range(program, *given)?.times(*weight)?))
}

/// Bounds of what is given; a carried value counts its unit.
pub(super) fn given_range(program: &Program, given: Given) -> Option<Interval> {
    match given {
        Given::Reading(place) => Interval::new(0, program.registers.get(place.register)?.max().into()),
        Given::Carried(index) => Interval::new(0, program.carried.get(index)?.below.saturating_sub(1).into()),
    }
}

fn add_all<K: Ord + Copy>(to: &mut BTreeMap<K, Ratio>, of: &BTreeMap<K, Ratio>, factor: &Ratio) -> Option<()> {
    for (key, value) in of {
        let sum = to.entry(*key).or_insert_with(Ratio::zero);
        *sum = exact::add(sum, &exact::mul(value, factor)?)?;
        if sum.is_zero() {
            to.remove(key);
        }
    }
    Some(())
}

/// The least whole number that clears the denominators of all numbers.
pub(super) fn common_denominator<'r>(numbers: impl Iterator<Item = &'r Ratio>) -> Option<i128> {
    let mut numbers = numbers;
    numbers.try_fold(1i128, |lcm, number| (lcm / lcm.gcd(number.denom())).checked_mul(*number.denom()))
}
