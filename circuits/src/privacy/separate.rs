//! Whether the digits of a disclosed amount tell several sums apart.
//!
//! An amount that is affine in the readings is `Σ w·r`, known exactly or up to its rounding. When some modulus `M` leaves
//! of the weights remainders whose own sum stays below `M`, the amount's remainder is that second sum, and its quotient a
//! third: prices of 1 and 1,000,000 tell two windows apart, and so do 10 and 30.0000000001. Powers of a base tell every
//! reading apart. The moduli that are tried are the weights themselves, what the largest of them have in common, and the
//! powers of ten and two.

use std::collections::BTreeMap;

use num_integer::Integer;
use num_traits::{One, Zero};

use crate::exact;
use crate::program::{Estimate, Node, NodeId, Place, Program, Ratio};

/// Weights of readings.
type Weights = BTreeMap<Place, Ratio>;

/// Readings with one weight in the amount: how far the furthest of them reaches, and how far all do.
struct Class {
    one: f64,
    all: f64,
}

/// A sum of readings that is known: a factor for each class, and how far what is known of it may be off.
#[derive(Clone)]
struct Sum<N> {
    factors: Vec<N>,
    blur: f64,
}

/// The sums that an amount tells apart, each by the largest share that one reading has in it; nothing when the amount is
/// not affine in the readings.
pub(super) fn shares(program: &Program, node: NodeId) -> Vec<f64> {
    let (node, unit) = match &program.nodes[node] {
        Node::Rounded { of, unit, .. } => (*of, Some(*unit)),
        _ => (node, None),
    };
    let Some(weights) = affine(program, node, &Ratio::one()) else { return Vec::new() };
    let Some((sum, classes)) = whole(program, &weights, unit) else { return Vec::new() };
    let mut known = Vec::new();
    split(sum, &classes, &mut known);
    apart(known).into_iter().filter_map(|sum| share(&sum, &classes)).collect()
}

/// Weights as whole numbers of the step that they have in common.
fn whole(program: &Program, weights: &Weights, unit: Option<Ratio>) -> Option<(Sum<i128>, Vec<Class>)> {
    let step = weights.values().try_fold(Ratio::zero(), |step, weight| exact::gcd(&step, weight))?;
    if step.is_zero() {
        return None;
    }
    let mut classes: BTreeMap<i128, Class> = BTreeMap::new();
    for (place, weight) in weights {
        let range = f64::from(program.registers[place.register].max());
        let class = classes.entry(exact::div(weight, &step)?.to_integer()).or_insert(Class { one: 0.0, all: 0.0 });
        class.one = class.one.max(range);
        class.all += range;
    }
    let blur = unit.and_then(|unit| exact::div(&unit, &step)).map_or(0.0, |blur| super::near(&blur));
    let (factors, classes) = classes.into_iter().unzip();
    Some((Sum { factors, blur }, classes))
}

/// Splits a known sum as far as its factors allow.
fn split(sum: Sum<i128>, classes: &[Class], known: &mut Vec<Sum<i128>>) {
    let Some(modulus) = moduli(&sum.factors).into_iter().find(|modulus| tells_apart(&sum, classes, *modulus)) else {
        known.push(sum);
        return;
    };
    let rests: Vec<i128> = sum.factors.iter().map(|factor| remainder(*factor, modulus)).collect();
    let above = sum.factors.iter().zip(&rests).map(|(factor, rest)| (factor - rest) / modulus).collect();
    // What is above the modulus is known exactly; what is below it, up to the rounding.
    split(Sum { factors: rests, blur: sum.blur }, classes, known);
    split(Sum { factors: above, blur: 0.0 }, classes, known);
}

/// Whether the remainders of the factors make a sum of their own: smaller than the modulus, larger than the rounding.
fn tells_apart(sum: &Sum<i128>, classes: &[Class], modulus: i128) -> bool {
    let (mut reach, mut other) = (0.0, false);
    for (factor, class) in sum.factors.iter().zip(classes) {
        let rest = remainder(*factor, modulus);
        reach += rest.abs() as f64 * class.all;
        other |= rest != *factor;
    }
    other && reach + sum.blur < modulus as f64 && reach > 2.0 * sum.blur
}

/// Each factor, what the factors from each on have in common, and the powers of ten and two, the largest first.
fn moduli(factors: &[i128]) -> Vec<i128> {
    let mut sizes: Vec<i128> = factors.iter().map(|factor| factor.abs()).filter(|size| *size > 1).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes.dedup();
    let common = sizes.iter().scan(0i128, |common, size| {
        *common = common.gcd(size);
        Some(*common)
    });
    let largest = sizes.first().copied().unwrap_or(0);
    let powers = |base: i128| {
        (1..127).map_while(move |power| base.checked_pow(power)).take_while(move |power| *power <= largest)
    };
    let common = common.filter(|common| *common > 1);
    let mut moduli: Vec<i128> = common.chain(sizes.iter().copied()).chain(powers(10)).chain(powers(2)).collect();
    moduli.sort_unstable_by(|a, b| b.cmp(a));
    moduli.dedup();
    moduli
}

/// The known sums, combined so that each is about as few classes as elimination gives; those are left out of which the
/// rounding leaves nothing known.
fn apart(known: Vec<Sum<i128>>) -> Vec<Sum<Ratio>> {
    let exact = |sum: Sum<i128>| Sum { factors: sum.factors.into_iter().map(Ratio::from).collect(), blur: sum.blur };
    let mut rows: Vec<Sum<Ratio>> = known.into_iter().map(exact).collect();
    let columns = rows.first().map_or(0, |row| row.factors.len());
    let mut done = 0;
    for column in 0..columns {
        let Some(pivot) = (done..rows.len()).find(|row| !rows[*row].factors[column].is_zero()) else { continue };
        rows.swap(done, pivot);
        let by = rows[done].factors[column];
        let Some(row) = Sum::nothing(columns).plus(&rows[done], &by.recip()) else { return rows };
        rows[done] = row.clone();
        for other in (0..rows.len()).filter(|other| *other != done) {
            let Some(reduced) = rows[other].clone().plus(&row, &-rows[other].factors[column]) else { return rows };
            rows[other] = reduced;
        }
        done += 1;
    }
    rows.truncate(done);
    rows
}

impl Sum<Ratio> {
    fn nothing(classes: usize) -> Self {
        Sum { factors: vec![Ratio::zero(); classes], blur: 0.0 }
    }

    /// `self + factor · other`; nothing when a number outgrows the arithmetic.
    fn plus(mut self, other: &Self, factor: &Ratio) -> Option<Self> {
        for (ours, theirs) in self.factors.iter_mut().zip(&other.factors) {
            *ours = exact::add(ours, &exact::mul(theirs, factor)?)?;
        }
        self.blur += other.blur * super::near(factor).abs();
        Some(self)
    }
}

/// The largest share of one reading in a sum; nothing when the rounding hides the sum.
fn share(sum: &Sum<Ratio>, classes: &[Class]) -> Option<f64> {
    let each = || sum.factors.iter().zip(classes).map(|(factor, class)| (super::near(factor).abs(), class));
    let reach: f64 = each().map(|(factor, class)| factor * class.all).sum();
    let most = each().map(|(factor, class)| factor * class.one).fold(0.0, f64::max);
    (reach > 2.0 * sum.blur && reach > 0.0).then(|| most / reach)
}

/// The remainder nearest to zero.
fn remainder(weight: i128, modulus: i128) -> i128 {
    let rest = weight.rem_euclid(modulus);
    if rest > modulus / 2 { rest - modulus } else { rest }
}

/// A node's weights times a factor, when it is affine in the readings; carried values are public and left out.
fn affine(program: &Program, node: NodeId, factor: &Ratio) -> Option<Weights> {
    let mut weights = Weights::new();
    add(program, node, factor, &mut weights)?;
    weights.retain(|_, weight| !weight.is_zero());
    Some(weights)
}

fn add(program: &Program, node: NodeId, factor: &Ratio, weights: &mut Weights) -> Option<()> {
    match &program.nodes[node] {
        Node::Readings { register, classes, rates } => (0..).zip(&classes.of).try_for_each(|(offset, class)| {
            let weight = exact::mul(&rates[usize::from(*class)], factor)?;
            add_reading(program, Place { register: *register, offset }, &weight, weights)
        }),
        Node::Reading(place) => add_reading(program, *place, factor, weights),
        Node::Carried(_) => Some(()),
        Node::Linear { terms, .. } => {
            terms.iter().try_for_each(|(of, term)| add(program, *of, &exact::mul(term, factor)?, weights))
        }
        _ => None,
    }
}

fn add_reading(program: &Program, place: Place, weight: &Ratio, weights: &mut Weights) -> Option<()> {
    match program.estimates.get(&place) {
        None => {
            let sum = weights.entry(place).or_insert_with(Ratio::zero);
            *sum = exact::add(sum, weight)?;
            Some(())
        }
        Some(Estimate::Flat(_)) => Some(()),
        Some(Estimate::Mean(offsets)) => {
            let each = exact::div(weight, &Ratio::from(i128::try_from(offsets.len()).ok()?))?;
            offsets
                .iter()
                .try_for_each(|offset| add_reading(program, Place { offset: *offset, ..place }, &each, weights))
        }
    }
}
