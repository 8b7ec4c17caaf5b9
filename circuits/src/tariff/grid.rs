//! The unit that totals count: what every value of a node is a whole multiple of.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::Zero;

use super::carry::Carry;
use super::diagnostic::Diagnostic;
use super::sheet::Sheet;
use crate::exact;
use crate::program::{Estimate, Line, Node, NodeId, Place, Ratio, Schedule};

/// What every value of each node is a whole multiple of; zero when the node is always zero, nothing when there is no such
/// number or it outgrows the arithmetic.
#[derive(Default)]
pub(super) struct Grids(Vec<Option<Ratio>>);

/// The unit of the total and of the shown lines together.
pub(super) fn unit_of_total(sheet: &Sheet, grids: &Grids, lines: &[Line], total: NodeId) -> Result<Ratio, Diagnostic> {
    let place = &sheet.total.keyword;
    let shown = lines.iter().filter(|line| line.shown).map(|line| line.node);
    let all = [total].into_iter().chain(shown);
    let unit = gcd_of(all.map(|node| grids.of(node)));
    let minor = exact::ratio(1, 10i128.pow(u32::from(sheet.currency.digits())));
    let unit = unit.and_then(|unit| if unit.is_zero() { minor } else { Some(unit) });
    unit.filter(|unit| exact::decimal_places(unit).is_some()).ok_or_else(|| {
        let message = "the total, or a line that is shown, has no last decimal place";
        Diagnostic::new("no-last-decimal", place, message).help("round it, as in `rounded half up to 0.01 GBP`")
    })
}

impl Grids {
    /// Reads the nodes that are new.
    pub(super) fn extend(&mut self, nodes: &[Node], carries: &[Carry], estimates: &BTreeMap<Place, Estimate>) {
        for node in nodes.iter().skip(self.0.len()) {
            let grid = self.grid(node, carries, estimates);
            self.0.push(grid);
        }
    }

    /// The grid of a node that has been read.
    pub(super) fn of(&self, node: NodeId) -> Option<Ratio> {
        self.0.get(node).copied().flatten()
    }

    /// The grid of a node whose arguments' are known.
    fn grid(&self, node: &Node, carries: &[Carry], estimates: &BTreeMap<Place, Estimate>) -> Option<Ratio> {
        let of = |node: &NodeId| self.0[*node];
        match node {
            Node::Readings { register, classes, rates } => {
                let estimated = estimates.iter().filter(|(place, _)| place.register == *register);
                let estimated = estimated.map(|(place, estimate)| {
                    let class = classes.of.get(place.offset as usize)?;
                    exact::mul(&rates[usize::from(*class)], &reading(Some(estimate))?)
                });
                gcd_of(rates.iter().map(|rate| Some(*rate)).chain(estimated))
            }
            Node::Reading(place) => reading(estimates.get(place)),
            Node::Carried(place) => Some(carries[*place].unit),
            Node::Linear { terms, constant } => {
                let terms = terms.iter().map(|(node, factor)| exact::mul(&of(node)?, factor));
                gcd_of(terms.chain([Some(*constant)]))
            }
            Node::Scheduled { of: node, schedule } => grid_of(schedule, &of(node)?),
            Node::Each { of: all, schedules } => {
                let distinct: BTreeSet<_> = all.iter().map(|(node, schedule)| (of(node), *schedule)).collect();
                gcd_of(distinct.into_iter().map(|(grid, schedule)| grid_of(&schedules[schedule], &grid?)))
            }
            Node::Largest { of: all, .. } => gcd_of(all.iter().map(of)),
            Node::Climb { of: all, bounds, rows } => {
                let step = gcd_of(all.iter().map(|(node, _)| of(node)).chain(bounds.iter().copied().map(Some)))?;
                gcd_of(rows.iter().flatten().map(|price| exact::mul(&step, price)))
            }
            Node::Larger(a, b) | Node::Smaller(a, b) => gcd_of([of(a), of(b)].into_iter()),
            Node::Product(a, b) => exact::mul(&of(a)?, &of(b)?),
            Node::Rounded { unit, .. } | Node::Root { unit, .. } => Some(*unit),
            Node::Entry { table, .. } => Some(table.published().unit),
            Node::Quotient { .. } => None,
        }
    }
}

/// The grid of a reading, or of what stands in for it.
fn reading(estimate: Option<&Estimate>) -> Option<Ratio> {
    match estimate {
        None => Some(Ratio::from(1)),
        Some(Estimate::Flat(value)) => Some(*value),
        Some(Estimate::Mean(slots)) => exact::ratio(1, i128::try_from(slots.len()).ok()?),
    }
}

/// The grid of a schedule's values over arguments on a grid.
fn grid_of(schedule: &Schedule, of: &Ratio) -> Option<Ratio> {
    gcd_of(schedule.pieces.iter().flat_map(|piece| [exact::mul(&piece.slope, of), Some(piece.intercept)]))
}

fn gcd_of(values: impl Iterator<Item = Option<Ratio>>) -> Option<Ratio> {
    let mut values = values;
    values.try_fold(Ratio::zero(), |gcd, value| exact::gcd(&gcd, &value?))
}
