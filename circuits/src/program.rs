//! A tariff over one billing period, as exact arithmetic on readings.
//!
//! This is what lowering leaves of a tariff's text once the period is known: calendars have become slot classes, units
//! have become factors, and what remains is a list of nodes, each over earlier ones. [`crate::rule`] evaluates it
//! plainly and so gives it its meaning; [`crate::plan`] turns it into affine inputs and the smallest non-linear
//! remainder. Both must agree on every input.
//!
//! Values are exact rationals: money in major currency units, energy in the register's base unit (Wh, VArh), power in W.

use std::collections::BTreeMap;

use num_rational::Ratio as Rational;
use num_traits::Zero;
use wattproof_meter::calendar::SlotRange;
use wattproof_meter::quantity::Register;

use crate::merkle::Table;

/// An exact number.
pub type Ratio = Rational<i128>;

/// A node's place in [`Program::nodes`].
pub type NodeId = usize;

/// A tariff over one billing period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The registers that nodes name by index, with the tariff's bounds.
    pub registers: Vec<Register>,
    /// The slots that are billed, each once.
    pub slots: SlotRange,
    /// What stands in for each reading that is missing; a gap without an entry is refused, as is an entry without a gap.
    pub estimates: BTreeMap<Place, Estimate>,
    /// What earlier bills hand on, by place.
    pub carried: Vec<Carried>,
    /// Each node reads earlier nodes only.
    pub nodes: Vec<Node>,
    /// The bill's lines, in the tariff's order: amounts of money.
    pub lines: Vec<Line>,
    /// The node that is the total: an amount of money.
    pub total: NodeId,
    /// What the total and the shown lines count, in major currency units: the rounding unit, or, when the total is
    /// declared exact, the largest unit that every total is a multiple of. Always a power of ten times a whole number.
    pub unit: Ratio,
    /// What the bill discloses besides money, for later bills to carry.
    pub figures: Vec<Figure>,
}

/// A reading's place: its register by index, and its slot's place in the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index into [`Program::registers`].
    pub register: usize,
    /// Slots after the first of the period.
    pub offset: u32,
}

/// What stands in for a missing reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// A value in the register's base unit, not negative.
    Flat(Ratio),
    /// The mean of the same register's readings in other slots of the period, at least one, none of them a gap.
    Mean(Vec<u32>),
}

/// A value that earlier bills hand on: public, and a whole number of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its name in the tariff.
    pub name: String,
    /// What it counts, in base units (Wh, VArh, W, major currency units); above zero.
    pub unit: Ratio,
    /// It is below this many units, and not negative.
    pub below: u64,
}

/// A disclosed value that is no money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The definition's name in the tariff.
    pub name: String,
    /// Its value.
    pub node: NodeId,
    /// What the bill counts it in, in base units; above zero.
    pub unit: Ratio,
    /// What people count it in, such as `kWh` or `kVA`, and that unit in base units.
    pub label: (String, Ratio),
}

/// A line of the bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The charge's name in the tariff.
    pub name: String,
    /// Its amount.
    pub node: NodeId,
    /// Whether the bill discloses it.
    pub shown: bool,
}

/// One value. Every node has a value whatever the readings are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// Σ over slots of `rates[class] · reading`: energy, or energy times price.
    Readings {
        /// Index into [`Program::registers`].
        register: usize,
        /// The class of each slot.
        classes: SlotClasses,
        /// One factor a class.
        rates: Vec<Ratio>,
    },
    /// One reading.
    Reading(Place),
    /// A carried value, by index into [`Program::carried`], in base units.
    Carried(usize),
    /// `constant + Σ factor · node`.
    Linear {
        /// The terms.
        terms: Vec<(NodeId, Ratio)>,
        /// The constant.
        constant: Ratio,
    },
    /// `schedule(node)`: a price that depends on a value.
    Scheduled {
        /// The argument.
        of: NodeId,
        /// The function.
        schedule: Schedule,
    },
    /// Σ over members of `schedules[s](node)`: a price that depends on each reading, or each day's total, by itself.
    Each {
        /// Each argument with the index of its schedule.
        of: Vec<(NodeId, usize)>,
        /// The functions.
        schedules: Vec<Schedule>,
    },
    /// The sum of the `count` largest of some values, of all when there are fewer: the maximum when `count` is one.
    Largest {
        /// The values.
        of: Vec<NodeId>,
        /// How many, at least one.
        count: usize,
    },
    /// Σ over members in order, each climbing from where the one before stopped, of what its own row charges for the
    /// blocks it passes through.
    Climb {
        /// Each amount, in time order, with the index of its row.
        of: Vec<(NodeId, usize)>,
        /// Where blocks end, rising from above zero; the last block has no end.
        bounds: Vec<Ratio>,
        /// A row's marginal prices, one a block.
        rows: Vec<Vec<Ratio>>,
    },
    /// The entry of a published table: in each axis, of the first row whose bound is at or above the key.
    Entry {
        /// The keys, one an axis.
        keys: Vec<NodeId>,
        /// The table.
        table: Table,
    },
    /// The larger of two values.
    Larger(NodeId, NodeId),
    /// The smaller of two values.
    Smaller(NodeId, NodeId),
    /// The product of two values.
    Product(NodeId, NodeId),
    /// `of / over`, or a constant when `over` is not above zero.
    Quotient {
        /// The dividend.
        of: NodeId,
        /// The divisor.
        over: NodeId,
        /// The value where there is nothing to divide by.
        or: Ratio,
    },
    /// The square root, rounded to a multiple of `unit`; zero where the argument is negative.
    Root {
        /// The argument.
        of: NodeId,
        /// The rounding unit, above zero.
        unit: Ratio,
        /// What happens half-way, or which way it goes.
        ties: Ties,
    },
    /// The nearest multiple of `unit`.
    Rounded {
        /// The value.
        of: NodeId,
        /// The rounding unit, above zero.
        unit: Ratio,
        /// What happens half-way.
        ties: Ties,
    },
}

/// A partition of a period's slots. Slot `i` of the period has class `of[i]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SlotClasses {
    /// One class a slot, in slot order; as long as the period.
    pub of: Vec<u16>,
}

/// A piecewise linear function: the piece whose bound is the first at or above the value applies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Schedule {
    /// Bounds rise strictly; only the last piece has none.
    pub pieces: Vec<Piece>,
}

/// `slope · x + intercept` up to and including a bound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Piece {
    /// The last value of the piece; a value equal to it belongs to it.
    pub to: Option<Ratio>,
    /// The marginal price.
    pub slope: Ratio,
    /// What is added.
    pub intercept: Ratio,
}

/// What rounding does with a value exactly half-way between two multiples, or which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ties {
    /// To the nearest; half-way goes up, towards positive infinity.
    HalfUp,
    /// To the nearest; half-way goes to the even multiple.
    HalfEven,
    /// To the nearest; half-way goes away from zero.
    HalfAwayFromZero,
    /// To the multiple at or above.
    Up,
    /// To the multiple at or below.
    Down,
}

impl Program {
    /// Which invariant a node breaks: it names earlier nodes, readings, classes and carried values that are there, bounds
    /// that rise, units above zero.
    pub fn broken(&self, node: NodeId) -> Option<&'static str> {
        let earlier = |of: &NodeId| *of < node;
        let all = |of: bool, what| if of { None } else { Some(what) };
        const LATER: &str = "a node over a later node";
        match self.nodes.get(node)? {
            Node::Readings { register, classes, rates } => {
                let classes_fit = classes.of.len() == self.slots.count() as usize;
                let priced = classes.of.iter().all(|class| usize::from(*class) < rates.len());
                all(*register < self.registers.len(), "an unknown register")
                    .or(all(classes_fit, "classes that do not fit the period"))
                    .or(all(priced, "a class without a price"))
            }
            Node::Reading(place) => all(self.holds(*place), "a reading outside the period"),
            Node::Carried(index) => all(*index < self.carried.len(), "an unknown carried value"),
            Node::Linear { terms, .. } => all(terms.iter().all(|(of, _)| earlier(of)), LATER),
            Node::Scheduled { of, schedule } => all(earlier(of), LATER).or(schedule.broken()),
            Node::Each { of, schedules } => all(of.iter().all(|(of, _)| earlier(of)), LATER)
                .or(all(of.iter().all(|(_, schedule)| *schedule < schedules.len()), "a value without a schedule"))
                .or(schedules.iter().find_map(Schedule::broken)),
            Node::Largest { of, count } => {
                all(of.iter().all(earlier), LATER).or(all(*count > 0, "the largest of none"))
            }
            Node::Climb { of, bounds, rows } => all(of.iter().all(|(of, _)| earlier(of)), LATER)
                .or(all(of.iter().all(|(_, row)| *row < rows.len()), "an amount without a row"))
                .or(all(
                    bounds.first().is_none_or(|first| *first > Ratio::zero()),
                    "a block that ends at or below zero",
                ))
                .or(all(bounds.windows(2).all(|pair| pair[0] < pair[1]), "blocks whose ends do not rise"))
                .or(all(
                    rows.iter().all(|row| row.len() == bounds.len() + 1),
                    "a row of more or fewer prices than blocks",
                )),
            Node::Entry { keys, table } => all(keys.iter().all(earlier), LATER)
                .or(all(keys.len() == table.published().axes.len(), "a table of more or fewer keys")),
            Node::Larger(a, b) | Node::Smaller(a, b) | Node::Product(a, b) => all(earlier(a) && earlier(b), LATER),
            Node::Quotient { of, over, .. } => all(earlier(of) && earlier(over), LATER),
            Node::Root { of, unit, .. } | Node::Rounded { of, unit, .. } => {
                all(earlier(of), LATER).or(all(*unit > Ratio::zero(), "a rounding unit at or below zero"))
            }
        }
    }

    /// Whether a place is one of the program's readings.
    pub fn holds(&self, place: Place) -> bool {
        place.register < self.registers.len() && place.offset < self.slots.count()
    }
}

impl Schedule {
    /// Bounds rise, and only the last piece has none.
    fn broken(&self) -> Option<&'static str> {
        let Some((last, rest)) = self.pieces.split_last() else { return Some("a schedule without pieces") };
        let rises = rest.iter().all(|piece| piece.to.is_some()) && rest.windows(2).all(|pair| pair[0].to < pair[1].to);
        if rises && last.to.is_none() { None } else { Some("a schedule whose bounds do not rise") }
    }
}
