//! What a random tariff is evaluated on: readings by hour, and the part of the period at hand.

use wattproof_circuits::exact;
use wattproof_circuits::program::{Ratio, Ties};

use super::PER_DAY;

/// Readings, carried values and published prices.
pub struct World {
    /// By register, then by slot: what was read, or what stands in for it.
    pub readings: Vec<Vec<Ratio>>,
    /// The registers and slots without a reading.
    pub gaps: Vec<(usize, u32)>,
    pub carried: Vec<u64>,
    /// By slot, in pence per watt-hour.
    pub market: Vec<Ratio>,
    pub days: u32,
}

/// The scopes that a random tariff uses, the narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Reading,
    Day,
    Period,
}

/// The part of the period that something is evaluated over.
#[derive(Clone)]
pub struct At<'w> {
    pub world: &'w World,
    pub days: (u32, u32),
    /// The slots that count.
    pub slots: Vec<u32>,
}

/// A name, and whether a day of the period (Friday the first) and an hour are in it.
type Window = (&'static str, fn(u32, u32) -> bool);

/// The windows.
pub const WINDOWS: [Window; 2] =
    [("night", |_, hour| hour < 7), ("peak", |day, hour| day == 0 && (16..19).contains(&hour))];

impl<'w> At<'w> {
    pub fn whole(world: &'w World) -> Self {
        At { world, days: (0, world.days), slots: (0..world.days * PER_DAY).collect() }
    }

    /// The same, of fewer slots.
    pub fn within(&self, window: Option<usize>) -> At<'w> {
        let holds = |slot: &u32| window.is_none_or(|window| WINDOWS[window].1(slot / PER_DAY, slot % PER_DAY));
        At { slots: self.slots.iter().copied().filter(holds).collect(), ..self.clone() }
    }

    pub fn each_slot(&self) -> impl Iterator<Item = At<'w>> {
        let part = |slot: u32| At { days: (slot / PER_DAY, slot / PER_DAY + 1), slots: vec![slot], ..self.clone() };
        self.slots.iter().map(|slot| part(*slot)).collect::<Vec<_>>().into_iter()
    }

    pub fn each_day(&self) -> impl Iterator<Item = At<'w>> {
        let part = |day: u32| {
            let slots = self.slots.iter().copied().filter(|slot| slot / PER_DAY == day).collect();
            At { days: (day, day + 1), slots, ..self.clone() }
        };
        (self.days.0..self.days.1).map(part).collect::<Vec<_>>().into_iter()
    }

    /// The sum of a register.
    pub fn sum(&self, register: usize) -> Ratio {
        self.slots.iter().map(|slot| self.world.readings[register][*slot as usize]).sum()
    }
}

pub fn rounded(value: &Ratio, unit: &Ratio, ties: Ties) -> Ratio {
    Ratio::from(exact::round(value, unit, ties).unwrap()) * unit
}

/// The square root in whole units, found by trying.
pub fn root(value: &Ratio, unit: &Ratio, ties: Ties) -> Ratio {
    if *value <= Ratio::from(0) {
        return Ratio::from(0);
    }
    let of = value / unit / unit;
    let floor = of.to_integer().isqrt();
    let (is_whole, half) = (Ratio::from(floor * floor) == of, Ratio::new((2 * floor + 1) * (2 * floor + 1), 4));
    let up = match ties {
        _ if is_whole => false,
        Ties::Up => true,
        Ties::Down => false,
        _ if of == half => ties != Ties::HalfEven || floor % 2 == 1,
        _ => of > half,
    };
    Ratio::from(floor + i128::from(up)) * unit
}
