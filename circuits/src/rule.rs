//! The plain evaluator: what a program means, on readings in the clear.
//!
//! Each node in turn, in exact fractions. Nothing is rounded but where the program says so, and a value that outgrows
//! the arithmetic is refused.

use num_traits::Zero;
use wattproof_meter::calendar::Slot;
use wattproof_meter::reading::Readings;

use crate::exact;
use crate::program::{Node, NodeId, Program, Ratio, Schedule, SlotClasses, Ties};

/// A priced bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The total, in the program's units.
    pub total: i128,
    /// The lines in the program's order.
    pub lines: Vec<PricedLine>,
}

/// A line's amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// The charge's name.
    pub name: String,
    /// The exact amount in major currency units.
    pub amount: Ratio,
    /// The amount in the program's units as a bill prints it, the nearest whole number, half away from zero. It is
    /// exact for shown lines; elsewhere the printed lines need not add up to the printed total.
    pub printed: i128,
}

/// Why readings cannot be priced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PriceError {
    /// The readings are of another number of registers.
    #[error("the tariff reads {expected} registers, the readings hold {found}")]
    Registers {
        /// What the program names.
        expected: usize,
        /// What the readings hold.
        found: usize,
    },
    /// A slot of the period lies outside the readings.
    #[error("the readings do not cover slot {}", slot.index())]
    Uncovered {
        /// The first such slot.
        slot: Slot,
    },
    /// The tariff refuses gaps and there is one.
    #[error("register {register} has no reading in slot {}", slot.index())]
    Gap {
        /// The register's name.
        register: String,
        /// The first such slot.
        slot: Slot,
    },
    /// A reading is at or above the tariff's bound.
    #[error("register {register} passes the tariff's bound of 2^{bits} in slot {}", slot.index())]
    AboveBound {
        /// The register's name.
        register: String,
        /// The bound's power of two.
        bits: u8,
        /// The first such slot.
        slot: Slot,
    },
    /// A value does not fit the arithmetic.
    #[error("value {node} of the tariff's program is too large to compute exactly")]
    Overflow {
        /// The node.
        node: NodeId,
    },
    /// The total or a shown line is no whole number of units.
    #[error("value {node} of the tariff's program is not a whole number of its units")]
    NotWhole {
        /// The node.
        node: NodeId,
    },
    /// The program does not hold together.
    #[error("value {node} of the tariff's program names something that is not there")]
    Malformed {
        /// The node.
        node: NodeId,
    },
}

impl PriceError {
    /// The reason as a stable word.
    pub fn code(&self) -> &'static str {
        match self {
            PriceError::Registers { .. } => "registers-differ",
            PriceError::Uncovered { .. } => "slot-uncovered",
            PriceError::Gap { .. } => "gap",
            PriceError::AboveBound { .. } => "reading-above-bound",
            PriceError::Overflow { .. } => "value-too-large",
            PriceError::NotWhole { .. } => "not-a-multiple",
            PriceError::Malformed { .. } => "program-malformed",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            PriceError::Registers { .. } => "give the readings of exactly the registers that the tariff declares",
            PriceError::Uncovered { .. } => "give readings for the whole period, or bill a shorter one",
            PriceError::Gap { .. } => "get the missing reading, or bill a period without gaps: the tariff refuses them",
            PriceError::AboveBound { .. } => "raise the register's bound in the tariff, up to the meter's own",
            PriceError::Overflow { .. } => "use smaller or rounder prices, or bill a shorter period",
            PriceError::NotWhole { .. } | PriceError::Malformed { .. } => "build the program from the tariff again",
        }
    }
}

/// The bill for these readings, whose registers stand in the program's order.
pub fn evaluate(program: &Program, readings: &Readings) -> Result<Priced, PriceError> {
    let values = values(program, readings)?;
    let value = |node: NodeId| values.get(node).ok_or(PriceError::Malformed { node });
    let lines = program.lines.iter().map(|line| {
        let amount = *value(line.node)?;
        let printed = exact::round(&amount, &program.unit, Ties::HalfAwayFromZero)
            .ok_or(PriceError::Overflow { node: line.node })?;
        if line.shown {
            whole(&amount, &program.unit, line.node)?;
        }
        Ok(PricedLine { name: line.name.clone(), amount, printed })
    });
    let lines = lines.collect::<Result<_, _>>()?;
    Ok(Priced { total: whole(value(program.total)?, &program.unit, program.total)?, lines })
}

/// The value of every node, in the program's order.
pub fn values(program: &Program, readings: &Readings) -> Result<Vec<Ratio>, PriceError> {
    complete(program, readings)?;
    let mut values = Vec::with_capacity(program.nodes.len());
    for (node, what) in program.nodes.iter().enumerate() {
        check(program, node, what)?;
        values.push(value(program, readings, &values, what).ok_or(PriceError::Overflow { node })?);
    }
    Ok(values)
}

/// Every register has a reading below its bound in every slot of the period.
fn complete(program: &Program, readings: &Readings) -> Result<(), PriceError> {
    if readings.registers() != program.registers.len() {
        return Err(PriceError::Registers { expected: program.registers.len(), found: readings.registers() });
    }
    for slot in program.slots.iter() {
        if !readings.slots().contains(slot) {
            return Err(PriceError::Uncovered { slot });
        }
        for (index, register) in program.registers.iter().enumerate() {
            let name = || register.name().to_owned();
            let reading = readings.get(index, slot).ok_or_else(|| PriceError::Gap { register: name(), slot })?;
            if reading > register.max() {
                return Err(PriceError::AboveBound { register: name(), bits: register.bits(), slot });
            }
        }
    }
    Ok(())
}

/// A node names earlier nodes, registers and classes that are there.
fn check(program: &Program, node: NodeId, what: &Node) -> Result<(), PriceError> {
    let slots = |register: usize, classes: &SlotClasses, count: usize| {
        register < program.registers.len()
            && classes.of.len() == program.slots.count() as usize
            && classes.of.iter().all(|class| usize::from(*class) < count)
    };
    let sound = match what {
        Node::Readings { register, classes, rates } => slots(*register, classes, rates.len()),
        Node::EachReading { register, classes, schedules } => {
            slots(*register, classes, schedules.len()) && schedules.iter().flatten().all(exhaustive)
        }
        Node::Peak { register, classes, within } => slots(*register, classes, within.len()),
        Node::Linear { terms, .. } => terms.iter().all(|(of, _)| *of < node),
        Node::Scheduled { of, schedule } => *of < node && exhaustive(schedule),
        Node::Larger(a, b) | Node::Smaller(a, b) => *a < node && *b < node,
        Node::Rounded { of, unit, .. } => *of < node && *unit > Ratio::zero(),
    };
    if sound { Ok(()) } else { Err(PriceError::Malformed { node }) }
}

/// Some piece applies to every value.
fn exhaustive(schedule: &Schedule) -> bool {
    schedule.pieces.last().is_some_and(|piece| piece.to.is_none())
}

/// A checked node's value; nothing when it is too large.
fn value(program: &Program, readings: &Readings, values: &[Ratio], what: &Node) -> Option<Ratio> {
    match what {
        Node::Readings { register, classes, rates } => {
            let mut sums = vec![0u64; rates.len()];
            for (class, reading) in classified(program, readings, *register, classes) {
                sums[class] += u64::from(reading?);
            }
            sum(sums.iter().zip(rates).map(|(sum, rate)| exact::mul(&Ratio::from(i128::from(*sum)), rate)))
        }
        Node::EachReading { register, classes, schedules } => sum(classified(program, readings, *register, classes)
            .filter_map(|(class, reading)| {
                let schedule = schedules[class].as_ref()?;
                Some(reading.and_then(|reading| apply(schedule, &Ratio::from(i128::from(reading)))))
            })),
        Node::Peak { register, classes, within } => {
            let mut inside = classified(program, readings, *register, classes).filter(|(class, _)| within[*class]);
            let peak = inside.try_fold(0, |peak: u32, (_, reading)| Some(peak.max(reading?)))?;
            Some(Ratio::from(i128::from(peak)))
        }
        Node::Linear { terms, constant } => {
            let terms = terms.iter().map(|(of, factor)| exact::mul(&values[*of], factor));
            exact::add(constant, &sum(terms)?)
        }
        Node::Scheduled { of, schedule } => apply(schedule, &values[*of]),
        Node::Larger(a, b) => Some(values[*a].max(values[*b])),
        Node::Smaller(a, b) => Some(values[*a].min(values[*b])),
        Node::Rounded { of, unit, ties } => exact::mul(&Ratio::from(exact::round(&values[*of], unit, *ties)?), unit),
    }
}

/// Each slot's class and reading, in slot order.
fn classified<'a>(
    program: &Program,
    readings: &'a Readings,
    register: usize,
    classes: &'a SlotClasses,
) -> impl Iterator<Item = (usize, Option<u32>)> + use<'a> {
    let slots = program.slots;
    (0..slots.count()).zip(&classes.of).map(move |(index, class)| {
        let slot = slots.first().after(index);
        (usize::from(*class), slot.and_then(|slot| readings.get(register, slot)))
    })
}

fn sum(terms: impl Iterator<Item = Option<Ratio>>) -> Option<Ratio> {
    terms.into_iter().try_fold(Ratio::zero(), |sum, term| exact::add(&sum, &term?))
}

/// The first piece whose bound is at or above the value, applied to it.
fn apply(schedule: &Schedule, value: &Ratio) -> Option<Ratio> {
    let piece = schedule.pieces.iter().find(|piece| piece.to.is_none_or(|to| *value <= to))?;
    exact::add(&exact::mul(&piece.slope, value)?, &piece.intercept)
}

/// `value` in units, when it is a whole number of them.
fn whole(value: &Ratio, unit: &Ratio, node: NodeId) -> Result<i128, PriceError> {
    let units = exact::div(value, unit).ok_or(PriceError::Overflow { node })?;
    if units.is_integer() { Ok(units.to_integer()) } else { Err(PriceError::NotWhole { node }) }
}
