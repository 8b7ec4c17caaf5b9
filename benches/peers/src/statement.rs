//! The statement every peer proves: a family over the readings that `wattproof bench` bills.

use anyhow::{Context, Result};
use wattproof_circuits::families::Family;
use wattproof_circuits::rule;
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;

/// Bits of a reading, which the meter vouches for.
pub const READING_BITS: u8 = 20;
/// Half hours a day.
const DAY: u32 = 48;
/// The first measured day, as `wattproof bench` has it: 2024-10-04.
const FIRST_DAY: u32 = 20_000;

/// A family over some readings, and what they cost.
#[derive(Clone, Debug)]
pub struct Statement {
    pub family: Family,
    /// One a half hour, each below 2^20.
    pub readings: Vec<u32>,
    /// The time-of-use period of each reading: 0, 1 or 2.
    pub periods: Vec<usize>,
    /// By wattproof's own evaluator.
    pub total: u64,
}

impl Statement {
    /// The family over the first `count` half hours, any number of them.
    pub fn new(family: Family, count: u32) -> Result<Self> {
        let slots = SlotRange::new(first(), count).context("no slots")?;
        Self::of(family, &slots.iter().map(reading).collect::<Vec<_>>())
    }

    /// The family over these readings, each below 2^20.
    pub fn of(family: Family, of: &[u32]) -> Result<Self> {
        let register = Register::new("import", Unit::WattHour, READING_BITS).context("no register")?;
        let count = u32::try_from(of.len())?;
        let slots = SlotRange::new(first(), count).context("no slots")?;
        let mut readings = Readings::gaps(slots, 1);
        for (slot, reading) in slots.iter().zip(of) {
            anyhow::ensure!(readings.set(0, slot, Some(*reading)), "a slot outside the period");
        }
        let priced = rule::evaluate(&family.program(register, slots), &readings, &[])?;
        let (readings, periods) = (of.to_vec(), (0..count).map(period).collect());
        Ok(Statement { family, readings, periods, total: u64::try_from(priced.total)? })
    }

    /// How many readings.
    pub fn count(&self) -> usize {
        self.readings.len()
    }

    /// How many readings lie in each time-of-use period.
    pub fn counts(&self) -> [u64; 3] {
        std::array::from_fn(|period| self.periods.iter().filter(|of| **of == period).count() as u64)
    }

    /// The readings' sum in each time-of-use period.
    pub fn totals(&self) -> [u64; 3] {
        let mut totals = [0; 3];
        self.periods.iter().zip(&self.readings).for_each(|(period, reading)| totals[*period] += u64::from(*reading));
        totals
    }
}

fn first() -> Slot {
    Slot::new(DAY * FIRST_DAY)
}

/// As `wattproof bench` makes them up: mostly below 2,500 Wh, one in sixteen anywhere below the bound.
fn reading(slot: Slot) -> u32 {
    let wild = slot.index().wrapping_mul(2_654_435_761) >> 12;
    if wild.is_multiple_of(16) { wild } else { wild % 2_500 }
}

fn period(slot: u32) -> usize {
    match slot % DAY {
        0..14 => 0,
        32..40 => 1,
        _ => 2,
    }
}
