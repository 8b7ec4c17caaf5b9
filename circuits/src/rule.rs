//! The plain evaluator: what a program means, on readings in the clear.
//!
//! Each node in turn, in exact fractions. Nothing is rounded but where the program says so, and a value that outgrows
//! the arithmetic is refused.

use num_integer::Roots;
use num_traits::Zero;
use wattproof_meter::calendar::Slot;
use wattproof_meter::reading::Readings;

use crate::exact;
use crate::program::{Estimate, Node, NodeId, Place, Program, Ratio, Schedule, SlotClasses, Ties};

/// A priced bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The total, in the program's units.
    pub total: i128,
    /// The lines in the program's order.
    pub lines: Vec<PricedLine>,
    /// The figures in the program's order, each in its own unit.
    pub figures: Vec<i128>,
}

/// A line's amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// The charge's name.
    pub name: String,
    /// The exact amount in major currency units.
    pub amount: Ratio,
    /// The amount in the program's units, when the bill discloses it.
    pub disclosed: Option<i128>,
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
    /// The program was made for a gap where there is a reading.
    #[error("register {register} has a reading in slot {}, which was to be estimated", slot.index())]
    NoGap {
        /// The register's name.
        register: String,
        /// The first such slot.
        slot: Slot,
    },
    /// Another number of carried values than the tariff declares.
    #[error("the tariff carries {expected} values from earlier bills, {found} are given")]
    Carried {
        /// What the program names.
        expected: usize,
        /// What is given.
        found: usize,
    },
    /// A carried value is at or above its bound.
    #[error("the carried value {name} passes the bound that the tariff gives it")]
    CarriedTooLarge {
        /// Its name.
        name: String,
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
    /// The entries of a table are not at hand.
    #[error("the entries of table {name} are not given")]
    TableMissing {
        /// Its name.
        name: String,
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
            PriceError::NoGap { .. } => "no-gap",
            PriceError::Carried { .. } => "carried-count",
            PriceError::CarriedTooLarge { .. } => "carried-too-large",
            PriceError::AboveBound { .. } => "reading-above-bound",
            PriceError::TableMissing { .. } => "table-missing",
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
            PriceError::NoGap { .. } => "build the program from the tariff again, with these readings' gaps",
            PriceError::Carried { .. } => "give each value that the tariff carries, in its order",
            PriceError::CarriedTooLarge { .. } => "raise the bound of the carried value in the tariff",
            PriceError::AboveBound { .. } => "raise the register's bound in the tariff, up to the meter's own",
            PriceError::TableMissing { .. } => "give the table's file, as it was published",
            PriceError::Overflow { .. } => "use smaller or rounder prices, or bill a shorter period",
            PriceError::NotWhole { .. } | PriceError::Malformed { .. } => "build the program from the tariff again",
        }
    }
}

/// The bill for these readings, whose registers stand in the program's order, after earlier bills that hand on these
/// values, counted in the units that the program declares.
pub fn evaluate(program: &Program, readings: &Readings, carried: &[u64]) -> Result<Priced, PriceError> {
    let values = values(program, readings, carried)?;
    let value = |node: NodeId| values.get(node).ok_or(PriceError::Malformed { node });
    let lines = program.lines.iter().map(|line| {
        let amount = *value(line.node)?;
        let disclosed = line.shown.then(|| whole(&amount, &program.unit, line.node)).transpose()?;
        Ok(PricedLine { name: line.name.clone(), amount, disclosed })
    });
    let lines = lines.collect::<Result<_, _>>()?;
    let figures = program.figures.iter().map(|figure| whole(value(figure.node)?, &figure.unit, figure.node));
    let figures = figures.collect::<Result<_, _>>()?;
    Ok(Priced { total: whole(value(program.total)?, &program.unit, program.total)?, lines, figures })
}

/// The value of every node, in the program's order.
pub fn values(program: &Program, readings: &Readings, carried: &[u64]) -> Result<Vec<Ratio>, PriceError> {
    complete(program, readings)?;
    let held = handed_on(program, carried)?;
    let figures = Given { program, readings, carried: &held };
    let mut values = Vec::with_capacity(program.nodes.len());
    for (node, what) in program.nodes.iter().enumerate() {
        if program.broken(node).is_some() {
            return Err(PriceError::Malformed { node });
        }
        if let Node::Entry { table, .. } = what
            && table.entries().is_none()
        {
            return Err(PriceError::TableMissing { name: table.published().name.clone() });
        }
        values.push(figures.value(&values, what).ok_or(PriceError::Overflow { node })?);
    }
    Ok(values)
}

/// Every register has, in every slot of the period, a reading below its bound or else an estimate.
fn complete(program: &Program, readings: &Readings) -> Result<(), PriceError> {
    if readings.registers() != program.registers.len() {
        return Err(PriceError::Registers { expected: program.registers.len(), found: readings.registers() });
    }
    for (offset, slot) in (0..).zip(program.slots.iter()) {
        if !readings.slots().contains(slot) {
            return Err(PriceError::Uncovered { slot });
        }
        for (index, register) in program.registers.iter().enumerate() {
            let name = || register.name().to_owned();
            let estimated = program.estimates.contains_key(&Place { register: index, offset });
            match readings.get(index, slot) {
                None if !estimated => return Err(PriceError::Gap { register: name(), slot }),
                Some(_) if estimated => return Err(PriceError::NoGap { register: name(), slot }),
                Some(reading) if reading > register.max() => {
                    return Err(PriceError::AboveBound { register: name(), bits: register.bits(), slot });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The carried values in base units.
fn handed_on(program: &Program, carried: &[u64]) -> Result<Vec<Ratio>, PriceError> {
    if carried.len() != program.carried.len() {
        return Err(PriceError::Carried { expected: program.carried.len(), found: carried.len() });
    }
    let each = program.carried.iter().zip(carried).map(|(what, count)| {
        let name = || what.name.clone();
        if *count >= what.below {
            return Err(PriceError::CarriedTooLarge { name: name() });
        }
        exact::mul(&Ratio::from(i128::from(*count)), &what.unit).ok_or(PriceError::CarriedTooLarge { name: name() })
    });
    each.collect()
}

/// What a program is evaluated on.
struct Given<'a> {
    program: &'a Program,
    readings: &'a Readings,
    /// In base units.
    carried: &'a [Ratio],
}

impl Given<'_> {
    /// A checked node's value; nothing when it is too large.
    fn value(&self, values: &[Ratio], what: &Node) -> Option<Ratio> {
        match what {
            Node::Readings { register, classes, rates } => self.weighed(*register, classes, rates),
            Node::Reading(place) => self.reading(*place),
            Node::Carried(index) => self.carried.get(*index).copied(),
            Node::Linear { terms, constant } => {
                let terms = terms.iter().map(|(of, factor)| exact::mul(&values[*of], factor));
                exact::add(constant, &sum(terms)?)
            }
            Node::Scheduled { of, schedule } => apply(schedule, &values[*of]),
            Node::Each { of, schedules } => {
                sum(of.iter().map(|(of, schedule)| apply(&schedules[*schedule], &values[*of])))
            }
            Node::Largest { of, count } => {
                let mut sorted: Vec<&Ratio> = of.iter().map(|of| &values[*of]).collect();
                sorted.sort_by(|a, b| b.cmp(a));
                sum(sorted.into_iter().take(*count).map(|value| Some(*value)))
            }
            Node::Climb { of, bounds, rows } => climb(of.iter().map(|(of, row)| (&values[*of], &rows[*row])), bounds),
            Node::Entry { keys, table } => {
                let keys: Vec<Ratio> = keys.iter().map(|key| values[*key]).collect();
                let entry = table.entry(table.place(&keys)?)?;
                exact::mul(&Ratio::from(i128::from(entry)), &table.published().unit)
            }
            Node::Larger(a, b) => Some(values[*a].max(values[*b])),
            Node::Smaller(a, b) => Some(values[*a].min(values[*b])),
            Node::Product(a, b) => exact::mul(&values[*a], &values[*b]),
            Node::Quotient { or, over, .. } if values[*over] <= Ratio::zero() => Some(*or),
            Node::Quotient { of, over, .. } => exact::div(&values[*of], &values[*over]),
            Node::Root { of, unit, ties } => root(&values[*of], unit, *ties),
            Node::Rounded { of, unit, ties } => {
                exact::mul(&Ratio::from(exact::round(&values[*of], unit, *ties)?), unit)
            }
        }
    }

    /// A reading, or what stands in for it.
    fn reading(&self, place: Place) -> Option<Ratio> {
        let at = |offset: u32| {
            let slot = self.program.slots.first().after(offset)?;
            self.readings.get(place.register, slot).map(|reading| Ratio::from(i128::from(reading)))
        };
        match self.program.estimates.get(&place) {
            None => at(place.offset),
            Some(Estimate::Flat(value)) => Some(*value),
            Some(Estimate::Mean(offsets)) => {
                let count = Ratio::from(i128::try_from(offsets.len()).ok()?);
                exact::div(&sum(offsets.iter().map(|offset| at(*offset)))?, &count)
            }
        }
    }

    fn weighed(&self, register: usize, classes: &SlotClasses, rates: &[Ratio]) -> Option<Ratio> {
        let mut sums = vec![Ratio::zero(); rates.len()];
        for (offset, class) in (0..).zip(&classes.of) {
            let sum = &mut sums[usize::from(*class)];
            *sum = exact::add(sum, &self.reading(Place { register, offset })?)?;
        }
        sum(sums.iter().zip(rates).map(|(sum, rate)| exact::mul(sum, rate)))
    }
}

fn sum(mut terms: impl Iterator<Item = Option<Ratio>>) -> Option<Ratio> {
    terms.try_fold(Ratio::zero(), |sum, term| exact::add(&sum, &term?))
}

/// The first piece whose bound is at or above the value, applied to it.
pub(crate) fn apply(schedule: &Schedule, value: &Ratio) -> Option<Ratio> {
    let piece = schedule.pieces.iter().find(|piece| piece.to.is_none_or(|to| *value <= to))?;
    exact::add(&exact::mul(&piece.slope, value)?, &piece.intercept)
}

/// What each amount pays, block by block, from where the one before stopped.
fn climb<'a>(amounts: impl Iterator<Item = (&'a Ratio, &'a Vec<Ratio>)>, bounds: &[Ratio]) -> Option<Ratio> {
    let (mut at, mut paid) = (Ratio::zero(), Ratio::zero());
    for (amount, prices) in amounts {
        let to = exact::add(&at, amount)?;
        let starts = [Ratio::zero()].into_iter().chain(bounds.iter().copied());
        for ((from, end), price) in starts.zip(bounds.iter().map(Some).chain([None])).zip(prices) {
            let within = |value: &Ratio| end.map_or(*value, |end| (*value).min(*end)).max(from);
            paid = exact::add(&paid, &exact::mul(&exact::sub(&within(&to), &within(&at))?, price)?)?;
        }
        at = to;
    }
    Some(paid)
}

/// The square root in multiples of `unit`.
pub(crate) fn root(value: &Ratio, unit: &Ratio, ties: Ties) -> Option<Ratio> {
    if *value <= Ratio::zero() {
        return Some(Ratio::zero());
    }
    let squared = exact::div(value, &exact::mul(unit, unit)?)?;
    let halves = exact::mul(&squared, &Ratio::from(4))?;
    let (floor, twice) = (squared.floor().to_integer().sqrt(), halves.floor().to_integer().sqrt());
    let is_half = twice % 2 == 1 && Ratio::from(twice.checked_mul(twice)?) == halves;
    let units = match ties {
        Ties::Down => floor,
        Ties::Up => floor + i128::from(Ratio::from(floor.checked_mul(floor)?) != squared),
        Ties::HalfEven if is_half => floor + floor % 2,
        Ties::HalfUp | Ties::HalfAwayFromZero | Ties::HalfEven => (twice + 1) / 2,
    };
    exact::mul(&Ratio::from(units), unit)
}

/// `value` in units, when it is a whole number of them.
fn whole(value: &Ratio, unit: &Ratio, node: NodeId) -> Result<i128, PriceError> {
    let units = exact::div(value, unit).ok_or(PriceError::Overflow { node })?;
    if units.is_integer() { Ok(units.to_integer()) } else { Err(PriceError::NotWhole { node }) }
}

#[cfg(test)]
mod tests;
