//! How far each slot can move each value of a program: an upper bound, by intervals.

use crate::merkle::Table;
use crate::program::{Estimate, Node, Piece, Place, Program, Ratio, Schedule};

use super::near;

/// Slots after the first of the period, rising, each with how far it can move a value: above zero.
pub(super) type Influence = Vec<(u32, f64)>;

/// What is known of a value: bounds, and how far each slot can move it.
struct Known {
    lo: f64,
    hi: f64,
    moved: Influence,
}

impl Known {
    fn still(value: f64) -> Self {
        Known { lo: value, hi: value, moved: Vec::new() }
    }

    fn width(&self) -> f64 {
        self.hi - self.lo
    }

    /// The largest size.
    fn size(&self) -> f64 {
        self.lo.abs().max(self.hi.abs())
    }

    /// No slot moves a value further than its bounds are apart.
    fn capped(mut self) -> Self {
        let width = self.width();
        self.moved.iter_mut().for_each(|(_, by)| *by = by.min(width));
        self.moved.retain(|(_, by)| *by > 0.0);
        self
    }
}

/// How far each slot can move each node.
pub(super) fn of(program: &Program) -> Vec<Influence> {
    let mut all: Vec<Known> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let known = known(program, node, &all).capped();
        all.push(known);
    }
    all.into_iter().map(|known| known.moved).collect()
}

fn known(program: &Program, node: &Node, all: &[Known]) -> Known {
    match node {
        Node::Readings { register, classes, rates } => {
            let places = (0..).zip(&classes.of).map(|(offset, class)| (offset, near(&rates[usize::from(*class)])));
            let each = places.map(|(offset, rate)| (reading(program, Place { register: *register, offset }), rate));
            sum(each.collect::<Vec<_>>().iter().map(|(known, rate)| (known, *rate)), 0.0)
        }
        Node::Reading(place) => reading(program, *place),
        Node::Carried(index) => {
            let carried = &program.carried[*index];
            Known { lo: 0.0, hi: near(&carried.unit) * (carried.below as f64), moved: Vec::new() }
        }
        Node::Linear { terms, constant } => {
            sum(terms.iter().map(|(of, factor)| (&all[*of], near(factor))), near(constant))
        }
        Node::Scheduled { of, schedule } => scheduled(&all[*of], schedule),
        Node::Each { of, schedules } => {
            let each: Vec<Known> = of.iter().map(|(of, row)| scheduled(&all[*of], &schedules[*row])).collect();
            sum(each.iter().map(|known| (known, 1.0)), 0.0)
        }
        Node::Largest { of, count } => largest(of.iter().map(|of| &all[*of]).collect(), *count),
        Node::Climb { of, rows, .. } => climb(of.iter().map(|(of, _)| &all[*of]).collect(), rows),
        Node::Entry { keys, table } => entry(keys.iter().map(|key| &all[*key]), table),
        Node::Larger(a, b) => either(&all[*a], &all[*b], f64::max),
        Node::Smaller(a, b) => either(&all[*a], &all[*b], f64::min),
        Node::Product(a, b) => product(&all[*a], &all[*b]),
        Node::Quotient { of, over, or } => quotient(&all[*of], &all[*over], near(or)),
        Node::Root { of, .. } => {
            let (of, root) = (&all[*of], |value: f64| value.max(0.0).sqrt());
            let moved = of.moved.iter().map(|(slot, by)| (*slot, by.sqrt())).collect();
            Known { lo: root(of.lo), hi: root(of.hi), moved }
        }
        Node::Rounded { of, unit, .. } => {
            let (of, unit) = (&all[*of], near(unit));
            Known { lo: of.lo - unit, hi: of.hi + unit, moved: of.moved.clone() }
        }
    }
}

/// A reading, or what stands in for it.
fn reading(program: &Program, place: Place) -> Known {
    let max = f64::from(program.registers[place.register].max());
    match program.estimates.get(&place) {
        None => Known { lo: 0.0, hi: max, moved: vec![(place.offset, max)] },
        Some(Estimate::Flat(value)) => Known::still(near(value)),
        Some(Estimate::Mean(offsets)) => {
            let by = max / (offsets.len().max(1) as f64);
            let mut moved: Influence = offsets.iter().map(|offset| (*offset, by)).collect();
            moved.sort_by_key(|(offset, _)| *offset);
            Known { lo: 0.0, hi: max, moved }
        }
    }
}

fn sum<'k>(terms: impl Iterator<Item = (&'k Known, f64)>, constant: f64) -> Known {
    let (mut lo, mut hi, mut moved) = (constant, constant, Vec::new());
    for (known, factor) in terms {
        let ends = (known.lo * factor, known.hi * factor);
        lo += ends.0.min(ends.1);
        hi += ends.0.max(ends.1);
        moved.extend(known.moved.iter().map(|(slot, by)| (*slot, by * factor.abs())));
    }
    Known { lo, hi, moved: merged(moved) }
}

/// One entry a slot, in order.
fn merged(mut moved: Influence) -> Influence {
    moved.sort_by_key(|(slot, _)| *slot);
    moved.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    moved
}

/// A step of a price moves it by the step, whichever slot brings it about.
fn scheduled(of: &Known, schedule: &Schedule) -> Known {
    let ends: Vec<Option<f64>> = schedule.pieces.iter().map(|piece| piece.to.as_ref().map(near)).collect();
    let starts = [None].into_iter().chain(ends.iter().copied());
    let (mut lo, mut hi, mut slope, mut jumps) = (f64::INFINITY, f64::NEG_INFINITY, 0.0f64, 0.0);
    let mut before: Option<(f64, &Piece)> = None;
    for ((start, end), piece) in starts.zip(ends.iter().copied()).zip(&schedule.pieces) {
        let (from, to) = (start.map_or(of.lo, |start| start.max(of.lo)), end.map_or(of.hi, |end| end.min(of.hi)));
        if from > to {
            continue;
        }
        let (at_from, at_to) = (value(piece, from), value(piece, to));
        if let Some((at, last)) = before {
            jumps += (value(piece, at) - value(last, at)).abs();
        }
        (lo, hi) = (lo.min(at_from).min(at_to), hi.max(at_from).max(at_to));
        slope = slope.max(near(&piece.slope).abs());
        before = Some((to, piece));
    }
    let moved = of.moved.iter().map(|(slot, by)| (*slot, by * slope + jumps)).collect();
    if lo > hi { Known::still(0.0) } else { Known { lo, hi, moved } }
}

fn value(piece: &Piece, at: f64) -> f64 {
    near(&piece.slope) * at + near(&piece.intercept)
}

fn largest(of: Vec<&Known>, count: usize) -> Known {
    let top = |ends: fn(&Known) -> f64| {
        let mut ends: Vec<f64> = of.iter().map(|known| ends(known)).collect();
        ends.sort_by(|a, b| b.total_cmp(a));
        ends.into_iter().take(count).sum::<f64>()
    };
    let moved = of.iter().flat_map(|known| known.moved.iter().copied()).collect();
    Known { lo: top(|known| known.lo), hi: top(|known| known.hi), moved: merged(moved) }
}

/// An amount moves what it costs itself and where those after it climb.
fn climb(of: Vec<&Known>, rows: &[Vec<Ratio>]) -> Known {
    let prices = || rows.iter().flatten().map(near);
    let (least, most) = (prices().fold(f64::INFINITY, f64::min), prices().fold(f64::NEG_INFINITY, f64::max));
    if least > most {
        return Known::still(0.0);
    }
    let all = sum(of.into_iter().map(|known| (known, 1.0)), 0.0);
    let by = least.abs().max(most.abs()) + (most - least);
    let moved = all.moved.iter().map(|(slot, moved)| (*slot, moved * by)).collect();
    let ends = [all.lo * least, all.lo * most, all.hi * least, all.hi * most];
    let (lo, hi) = ends.into_iter().fold((0.0f64, 0.0f64), |(lo, hi), end| (lo.min(end), hi.max(end)));
    Known { lo, hi, moved }
}

/// Any slot that moves a key may bring about any other entry.
fn entry<'k>(keys: impl Iterator<Item = &'k Known>, table: &Table) -> Known {
    let of = table.published();
    let [lo, hi] = [of.least, of.most].map(|entry| near(&of.unit) * entry as f64);
    let moved = keys.flat_map(|key| &key.moved).map(|(slot, _)| (*slot, hi - lo)).collect();
    Known { lo, hi, moved: merged(moved) }
}

/// The larger or the smaller is moved no further than either.
fn either(a: &Known, b: &Known, which: fn(f64, f64) -> f64) -> Known {
    let mut moved: Influence = a.moved.iter().chain(&b.moved).copied().collect();
    moved.sort_by_key(|(slot, _)| *slot);
    moved.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 = kept.1.max(next.1);
        }
        same
    });
    Known { lo: which(a.lo, b.lo), hi: which(a.hi, b.hi), moved }
}

fn product(a: &Known, b: &Known) -> Known {
    let ends = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
    let lo = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let by =
        |known: &Known, other: f64| known.moved.iter().map(|(slot, by)| (*slot, by * other)).collect::<Influence>();
    Known { lo, hi, moved: merged([by(a, b.size()), by(b, a.size())].concat()) }
}

/// Divided by one base unit at least: what lies below is no divisor that a tariff has a use for.
fn quotient(of: &Known, over: &Known, or: f64) -> Known {
    let least = over.lo.max(1.0);
    let (lo, hi) = ((of.lo / least).min(0.0).min(or), (of.hi / least).max(0.0).max(or));
    let above = of.moved.iter().map(|(slot, by)| (*slot, by / least));
    let below = over.moved.iter().map(|(slot, by)| (*slot, of.size() * by / (least * least)));
    Known { lo, hi, moved: merged(above.chain(below).collect()) }
}
