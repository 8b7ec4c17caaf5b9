//! How low and how high a node's value can be.

use num_traits::{Signed, Zero};

use super::Lowering;
use crate::program::{Node, NodeId, Ratio, Schedule, Ties};
use crate::{exact, rule};

/// The least and the most; nothing when there is no end or it outgrows the arithmetic.
pub(super) type Bounds = Option<(Ratio, Ratio)>;

impl Lowering<'_> {
    /// The bounds of a node's value.
    pub(super) fn bounds(&mut self, node: NodeId) -> Bounds {
        for next in self.nodes.bounds.len()..=node {
            let bounds = self.bounded(&self.nodes.all[next]);
            self.nodes.bounds.push(bounds);
        }
        self.nodes.bounds[node]
    }

    fn bounded(&self, node: &Node) -> Bounds {
        let of = |node: &NodeId| self.nodes.bounds[*node];
        match node {
            Node::Readings { register, classes, rates } => {
                sum(classes.of.iter().map(|class| product(self.readable(*register), point(rates[usize::from(*class)]))))
            }
            Node::Reading(place) => self.readable(place.register),
            Node::Carried(place) => {
                let carry = &self.sheet.carries[*place];
                Some((Ratio::zero(), exact::mul(&Ratio::from(i128::from(carry.below)), &carry.unit)?))
            }
            Node::Linear { terms, constant } => {
                let terms = terms.iter().map(|(node, factor)| product(of(node), point(*factor)));
                sum(terms.chain([point(*constant)]))
            }
            Node::Scheduled { of: node, schedule } => along(schedule, of(node)),
            Node::Each { of: all, schedules } => {
                sum(all.iter().map(|(node, schedule)| along(&schedules[*schedule], of(node))))
            }
            Node::Largest { of: all, count } => highest(all.iter().map(of), *count),
            Node::Climb { of: all, rows, .. } => {
                sum(all.iter().map(|(node, row)| product(of(node), hull(rows[*row].iter().copied().map(Some)))))
            }
            Node::Entry { table, .. } => {
                let of = table.published();
                let value = |entry: i64| exact::mul(&Ratio::from(i128::from(entry)), &of.unit);
                Some((value(of.least)?, value(of.most)?))
            }
            Node::Larger(a, b) => of(a).zip(of(b)).map(|(a, b)| (a.0.max(b.0), a.1.max(b.1))),
            Node::Smaller(a, b) => of(a).zip(of(b)).map(|(a, b)| (a.0.min(b.0), a.1.min(b.1))),
            Node::Product(a, b) if a == b => product(of(a), of(a)).map(|(lo, hi)| (lo.max(Ratio::zero()), hi)),
            Node::Product(a, b) => product(of(a), of(b)),
            Node::Quotient { of: node, over, .. } => {
                let (lo, hi) = of(over).filter(|(lo, _)| lo.is_positive())?;
                let one = Ratio::from(1);
                product(of(node), Some((exact::div(&one, &hi)?, exact::div(&one, &lo)?)))
            }
            Node::Root { of: node, unit, .. } => Some((Ratio::zero(), rule::root(&of(node)?.1, unit, Ties::Up)?)),
            Node::Rounded { of: node, unit, .. } => {
                let (lo, hi) = of(node)?;
                let (lo, hi) = (exact::round(&lo, unit, Ties::Down)?, exact::round(&hi, unit, Ties::Up)?);
                Some((exact::mul(&Ratio::from(lo), unit)?, exact::mul(&Ratio::from(hi), unit)?))
            }
        }
    }

    fn readable(&self, register: usize) -> Bounds {
        Some((Ratio::zero(), Ratio::from(i128::from(self.sheet.registers[register].max()))))
    }
}

fn point(value: Ratio) -> Bounds {
    Some((value, value))
}

fn sum(mut all: impl Iterator<Item = Bounds>) -> Bounds {
    all.try_fold((Ratio::zero(), Ratio::zero()), |sum, next| {
        let next = next?;
        Some((exact::add(&sum.0, &next.0)?, exact::add(&sum.1, &next.1)?))
    })
}

/// The least and the most of some values.
fn hull(mut values: impl Iterator<Item = Option<Ratio>>) -> Bounds {
    let first = values.next()??;
    values.try_fold((first, first), |(lo, hi), next| next.map(|next| (lo.min(next), hi.max(next))))
}

fn product(a: Bounds, b: Bounds) -> Bounds {
    let (a, b) = (a?, b?);
    hull([(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)].iter().map(|(a, b)| exact::mul(a, b)))
}

/// A function's values over an interval: each piece's, between the ends that lie in it.
fn along(schedule: &Schedule, of: Bounds) -> Bounds {
    let (lo, hi) = of?;
    let mut from = None;
    let mut ends = Vec::new();
    for piece in &schedule.pieces {
        let (start, end) = (from.map_or(lo, |from: Ratio| from.max(lo)), piece.to.map_or(hi, |to| to.min(hi)));
        if start <= end {
            let value = |x: &Ratio| exact::add(&exact::mul(&piece.slope, x)?, &piece.intercept);
            ends.extend([value(&start), value(&end)]);
        }
        from = piece.to;
    }
    hull(ends.into_iter())
}

/// The sum of the highest.
fn highest(all: impl Iterator<Item = Bounds>, count: usize) -> Bounds {
    let (los, his): (Vec<_>, Vec<_>) = all.collect::<Option<Vec<_>>>()?.into_iter().unzip();
    let sum = |mut ends: Vec<Ratio>| {
        ends.sort_unstable_by(|a, b| b.cmp(a));
        ends.iter().take(count).try_fold(Ratio::zero(), |sum, end| exact::add(&sum, end))
    };
    Some((sum(los)?, sum(his)?))
}
