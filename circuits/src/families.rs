//! The four statements that benchmarks compare, over half-hour readings of one 20-bit register.
//!
//! | | amount |
//! |---|---|
//! | S1 | `Σ p·r`, exact: three time-of-use periods at 9, 21 and 38 |
//! | S2 | for each period three blocks on its total, bounds 700·n and 1800·n for n slots in it |
//! | S3 | each reading through four cumulative pieces with bounds 300, 800 and 1500 |
//! | S4 | S1 and 500 times the largest reading |
//!
//! Periods are 00:00–07:00, 16:00–20:00 and the rest, of days that start with the first slot.

use std::collections::BTreeMap;

use wattproof_meter::calendar::SlotRange;
use wattproof_meter::quantity::Register;

use crate::program::{Node, NodeId, Piece, Place, Program, Ratio, Schedule, SlotClasses};

/// One of the four statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Linear.
    S1,
    /// Blocks on totals.
    S2,
    /// A cumulative price of each reading.
    S3,
    /// Linear and a maximum.
    S4,
}

const SLOTS_A_DAY: u32 = 48;
const S1_RATES: [i128; 3] = [9, 21, 38];
const S2_RATES: [[i128; 3]; 3] = [[9, 12, 15], [21, 24, 30], [38, 45, 60]];

impl Family {
    /// All four.
    pub const ALL: [Family; 4] = [Family::S1, Family::S2, Family::S3, Family::S4];

    /// `S1` to `S4`.
    pub fn name(self) -> &'static str {
        match self {
            Family::S1 => "S1",
            Family::S2 => "S2",
            Family::S3 => "S3",
            Family::S4 => "S4",
        }
    }

    /// The family of that name.
    pub fn named(name: &str) -> Option<Self> {
        Family::ALL.into_iter().find(|family| family.name().eq_ignore_ascii_case(name))
    }

    /// The statement over the readings of `register`; the total counts minor units.
    pub fn program(self, register: Register, slots: SlotRange) -> Program {
        let classes = periods(slots.count());
        let nodes = match self {
            Family::S1 => vec![linear(classes)],
            Family::S2 => blocks_on_totals(&classes),
            Family::S3 => each_reading(slots.count()),
            Family::S4 => linear_and_largest(classes),
        };
        Program {
            registers: vec![register],
            slots,
            estimates: BTreeMap::new(),
            carried: vec![],
            total: nodes.len() - 1,
            nodes,
            lines: vec![],
            unit: whole(1),
            figures: vec![],
        }
    }
}

fn whole(number: i128) -> Ratio {
    Ratio::from(number)
}

fn periods(count: u32) -> SlotClasses {
    let period = |slot: u32| match slot % SLOTS_A_DAY {
        0..14 => 0,
        32..40 => 1,
        _ => 2,
    };
    SlotClasses { of: (0..count).map(period).collect() }
}

fn linear(classes: SlotClasses) -> Node {
    Node::Readings { register: 0, classes, rates: S1_RATES.map(whole).to_vec() }
}

fn blocks_on_totals(classes: &SlotClasses) -> Vec<Node> {
    let mut nodes = vec![];
    let mut terms = vec![];
    for (period, rates) in S2_RATES.iter().enumerate() {
        let n = classes.of.iter().filter(|class| usize::from(**class) == period).count() as i128;
        let marks = (0..S2_RATES.len()).map(|other| whole((other == period).into())).collect();
        nodes.push(Node::Readings { register: 0, classes: classes.clone(), rates: marks });
        nodes.push(Node::Scheduled { of: nodes.len() - 1, schedule: cumulative(&[700 * n, 1800 * n], rates) });
        terms.push((nodes.len() - 1, whole(1)));
    }
    nodes.push(Node::Linear { terms, constant: whole(0) });
    nodes
}

fn each_reading(count: u32) -> Vec<Node> {
    let (mut nodes, readings) = readings(count);
    let schedules = vec![cumulative(&[300, 800, 1500], &[10, 14, 19, 27])];
    nodes.push(Node::Each { of: readings.into_iter().map(|reading| (reading, 0)).collect(), schedules });
    nodes
}

fn linear_and_largest(classes: SlotClasses) -> Vec<Node> {
    let (mut nodes, readings) = readings(classes.of.len() as u32);
    let sum = nodes.len();
    nodes.push(linear(classes));
    nodes.push(Node::Largest { of: readings, count: 1 });
    nodes.push(Node::Linear { terms: vec![(sum, whole(1)), (sum + 1, whole(500))], constant: whole(0) });
    nodes
}

/// A node for each reading of the only register, and their places.
fn readings(count: u32) -> (Vec<Node>, Vec<NodeId>) {
    let nodes: Vec<_> = (0..count).map(|offset| Node::Reading(Place { register: 0, offset })).collect();
    let places = (0..nodes.len()).collect();
    (nodes, places)
}

/// Each block at its own marginal rate: continuous, and zero at zero. There is one rate more than bounds, which rise.
pub fn cumulative(bounds: &[i128], rates: &[i128]) -> Schedule {
    let mut intercept = 0;
    let pieces = rates.iter().enumerate().map(|(at, rate)| {
        let piece = Piece { to: bounds.get(at).copied().map(whole), slope: whole(*rate), intercept: whole(intercept) };
        if let Some((bound, next)) = bounds.get(at).zip(rates.get(at + 1)) {
            intercept += (rate - next) * bound;
        }
        piece
    });
    Schedule { pieces: pieces.collect() }
}
