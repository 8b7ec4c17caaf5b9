//! What a bill says about single slots: the lint that a designer runs on a tariff, and a customer's device before it
//! proves.
//!
//! Bits count how many values the disclosed amounts can have, and say nothing of what they are about: a price in one
//! slot alone discloses that slot's reading, in as few bits as a whole month's total has. So each disclosed amount is
//! also looked at for concentration (`influence`: how far each slot can move it) and for separation (`separate`:
//! whether its digits tell several sums apart, as those of prices 1 and 1,000,000 do).
//!
//! What a clean report does not show: that no amounts of several bills, or of a bill and what else is known of the
//! household, give a reading away together. A ledger of what was disclosed is the customer's defence against the first.

mod influence;
mod separate;

use num_traits::Zero;

use crate::plan::{Output, Plan};
use crate::program::{NodeId, Program, Ratio};

/// The share of one slot in a disclosed amount from which on the amount is about that slot.
pub const MAX_SHARE: f64 = 0.25;
/// How many sums a disclosed amount may tell apart before it counts as split into readings.
pub const MAX_SUMS: usize = 2;

/// What a bill says, and about what.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The disclosed amounts in the order of the plan's outputs: the total, shown lines, figures.
    pub amounts: Vec<Disclosure>,
    /// Bits of the values that are carried from earlier bills, which state them too.
    pub carried: f64,
    /// Bits that the period's readings hold.
    pub held: u64,
}

/// What a disclosed amount says.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosure {
    /// The line's or figure's name; empty for the total.
    pub name: String,
    /// The logarithm of how many values it can have.
    pub bits: f64,
    /// What it counts, in major currency units or base units.
    pub unit: Ratio,
    /// How many slots it depends on.
    pub slots: usize,
    /// The slot that can move it furthest, as slots after the first of the period, and its share of all movement.
    pub largest: Option<(u32, f64)>,
    /// How many sums of readings its digits tell apart; one for an amount of which only itself is known.
    pub sums: usize,
    /// The largest share that one slot has in one of these sums.
    pub sum_share: f64,
}

/// Why a bill gives readings away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Giveaway {
    /// One slot makes up much of the amount.
    Concentrated {
        /// The slot, after the first of the period.
        offset: u32,
        /// Its share, from [`MAX_SHARE`] to one.
        share: f64,
        /// How many slots the amount depends on.
        slots: usize,
    },
    /// The amount can be split into several sums, or into one that is mostly one slot.
    Separable {
        /// How many.
        sums: usize,
        /// The largest share of one slot in one of them.
        share: f64,
    },
}

impl Report {
    /// Looks at what a program's bills disclose. The plan is the program's.
    pub fn of(program: &Program, plan: &Plan) -> Self {
        let influences = influence::of(program);
        let amount = |(node, output): (NodeId, &Output)| {
            let moved = &influences[node];
            let all: f64 = moved.iter().map(|(_, by)| by).sum();
            let largest = moved.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1));
            let shares = separate::shares(program, node);
            Disclosure {
                name: output.name.clone(),
                bits: output.interval.bits(),
                unit: output.unit,
                slots: moved.len(),
                largest: largest.filter(|_| all > 0.0).map(|(offset, by)| (offset, by / all)),
                sums: shares.len().max(1),
                sum_share: shares.into_iter().fold(0.0, f64::max),
            }
        };
        let bits = |below: u64| (below.max(1) as f64).log2();
        Report {
            amounts: disclosed(program).into_iter().zip(&plan.outputs).map(amount).collect(),
            carried: program.carried.iter().map(|carried| bits(carried.below)).sum(),
            held: plan.bits_held(),
        }
    }

    /// Bits that a bill discloses at most: its amounts, and what it carries.
    pub fn bits(&self) -> f64 {
        self.amounts.iter().map(|amount| amount.bits).sum::<f64>() + self.carried
    }

    /// The amounts that give readings away, each with why.
    pub fn giveaways(&self) -> impl Iterator<Item = (&Disclosure, Giveaway)> {
        self.amounts.iter().filter_map(|amount| Some((amount, amount.giveaway()?)))
    }
}

impl Disclosure {
    /// Why the amount gives readings away, if it does.
    pub fn giveaway(&self) -> Option<Giveaway> {
        if let Some((offset, share)) = self.largest.filter(|(_, share)| *share >= MAX_SHARE) {
            return Some(Giveaway::Concentrated { offset, share, slots: self.slots });
        }
        let separable = self.sums > MAX_SUMS || (self.sums > 1 && self.sum_share >= MAX_SHARE);
        separable.then_some(Giveaway::Separable { sums: self.sums, share: self.sum_share })
    }
}

/// The nodes that bills disclose, in the order of the plan's outputs.
fn disclosed(program: &Program) -> Vec<NodeId> {
    let shown = program.lines.iter().filter(|line| line.shown).map(|line| line.node);
    [program.total].into_iter().chain(shown).chain(program.figures.iter().map(|figure| figure.node)).collect()
}

/// A number near a ratio.
fn near(ratio: &Ratio) -> f64 {
    if ratio.is_zero() { 0.0 } else { *ratio.numer() as f64 / *ratio.denom() as f64 }
}
