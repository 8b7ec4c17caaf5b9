//! A tariff over one billing period, as exact arithmetic on readings.
//!
//! This is what lowering leaves of a tariff's text once the period is known: calendars have become slot classes, units
//! have become factors, and what remains is a list of nodes, each over earlier ones. [`crate::rule`] evaluates it
//! plainly and so gives it its meaning; [`crate::plan`] turns it into affine inputs and the smallest non-linear
//! remainder. Both must agree on every input.
//!
//! Values are exact rationals: money in major currency units, energy in the register's base unit (Wh, VArh), power in W.

use num_rational::Ratio as Rational;
use wattproof_meter::calendar::SlotRange;
use wattproof_meter::quantity::Register;

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
    /// Each node reads earlier nodes only.
    pub nodes: Vec<Node>,
    /// The bill's lines, in the tariff's order.
    pub lines: Vec<Line>,
    /// The node that is the total: an amount of money.
    pub total: NodeId,
    /// What the total and the shown lines count, in major currency units: the rounding unit, or, when the total is
    /// declared exact, the largest unit that every total is a multiple of. Always a power of ten times a whole number.
    pub unit: Ratio,
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

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Σ over slots of `schedules[class](reading)`: a price that depends on each reading by itself.
    EachReading {
        /// Index into [`Program::registers`].
        register: usize,
        /// The class of each slot.
        classes: SlotClasses,
        /// One schedule a class; `None` leaves the class's slots out.
        schedules: Vec<Option<Schedule>>,
    },
    /// The largest reading among the slots whose class is marked; zero when there is no such slot.
    Peak {
        /// Index into [`Program::registers`].
        register: usize,
        /// The class of each slot.
        classes: SlotClasses,
        /// One mark a class.
        within: Vec<bool>,
    },
    /// `constant + Σ factor · node`.
    Linear {
        /// The terms.
        terms: Vec<(NodeId, Ratio)>,
        /// The constant.
        constant: Ratio,
    },
    /// `schedule(node)`: a price that depends on a total.
    Scheduled {
        /// The argument.
        of: NodeId,
        /// The function.
        schedule: Schedule,
    },
    /// The larger of two values.
    Larger(NodeId, NodeId),
    /// The smaller of two values.
    Smaller(NodeId, NodeId),
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotClasses {
    /// One class a slot, in slot order; as long as the period.
    pub of: Vec<u16>,
}

/// A piecewise linear function: the piece whose bound is the first at or above the value applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Bounds rise strictly; only the last piece has none.
    pub pieces: Vec<Piece>,
}

/// `slope · x + intercept` up to and including a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
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
