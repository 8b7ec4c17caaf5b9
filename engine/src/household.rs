//! A household to try things with: a load with a fridge, meals, evenings, weekends and seasons.
//!
//! Nothing here is measured; the shape is what matters. The load is drawn minute by minute in whole watts from a ChaCha
//! stream a day, so the same seed and day give the same load on every machine, whatever the days around it. Seasons are
//! those of southern England.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use thiserror::Error;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::quantity::Unit;
use wattproof_meter::reading::Readings;

use crate::intake::csv::{Column, ReadingsFile};
use crate::refusal::{Fault, Refusal};

mod appliance;

/// The most days of one household: ten years.
pub const MAX_DAYS: u32 = 3_660;
/// What a slot's minutes in watts are divided by to give watt-hours.
const MINUTES_PER_HOUR: u64 = 60;

/// What kind of household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Appliances, lights, cooking.
    Home,
    /// The same, and a car charged at home on some nights.
    ElectricVehicle,
    /// The same, and a heat pump.
    HeatPump,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Profile; 3] = [Profile::Home, Profile::ElectricVehicle, Profile::HeatPump];

    /// The name in the command.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Home => "home",
            Profile::ElectricVehicle => "ev",
            Profile::HeatPump => "heat-pump",
        }
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Result<Self, HouseholdRefusal> {
        let found = Profile::ALL.into_iter().find(|profile| profile.name() == name);
        found.ok_or_else(|| HouseholdRefusal::NoSuchProfile(name.into()))
    }
}

/// Which household, and when.
#[derive(Clone, Debug)]
pub struct Household {
    /// What kind.
    pub profile: Profile,
    /// Chooses one household among all.
    pub seed: u64,
    /// The clock its people live by.
    pub zone: TimeZone,
    /// The first local day.
    pub start: Date,
    /// How many local days; 1 to [`MAX_DAYS`].
    pub days: u32,
    /// The slot length.
    pub slot: SlotLength,
}

/// Why there is no such household.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HouseholdRefusal {
    /// No profile has this name.
    #[error("there is no household profile `{0}`")]
    NoSuchProfile(String),
    /// Too many days, or none, or outside the calendar.
    #[error("{0} days from that date are not a time a household can be made for")]
    Days(u32),
    /// A local midnight is inside a slot.
    #[error("the local day of {0} does not begin with a slot of {1} minutes")]
    NotAnEdge(Date, u16),
}

impl Refusal for HouseholdRefusal {
    fn code(&self) -> &'static str {
        match self {
            HouseholdRefusal::NoSuchProfile(_) => "household-no-such-profile",
            HouseholdRefusal::Days(_) => "household-days",
            HouseholdRefusal::NotAnEdge(..) => "household-not-a-slot-edge",
        }
    }

    fn hint(&self) -> String {
        match self {
            HouseholdRefusal::NoSuchProfile(_) => {
                format!("choose one of {}", Profile::ALL.map(Profile::name).join(", "))
            }
            HouseholdRefusal::Days(_) => format!("ask for 1 to {MAX_DAYS} days after 1970"),
            HouseholdRefusal::NotAnEdge(..) => "choose a shorter slot or another zone".into(),
        }
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}

/// The load of a household: one register, `import`, in Wh, without gaps.
pub fn generate(household: &Household) -> Result<ReadingsFile, HouseholdRefusal> {
    let days = household.days().ok_or(HouseholdRefusal::Days(household.days))?;
    let mut values = Vec::new();
    let mut carried = 0;
    for pair in days.windows(2) {
        let watts = household.watts(&pair[0], minutes(&pair[0], &pair[1]));
        carried = meter(&watts, household.slot, carried, &mut values);
    }
    let length = household.slot;
    let edge = Slot::starting_at(days[0].timestamp().as_second(), length);
    let first = edge.ok_or(HouseholdRefusal::NotAnEdge(household.start, length.minutes()))?;
    let slots = SlotRange::new(first, values.len() as u32).ok_or(HouseholdRefusal::Days(household.days))?;
    let mut readings = Readings::gaps(slots, 1);
    for (slot, value) in slots.iter().zip(values) {
        let _inside = readings.set(0, slot, Some(value));
    }
    let columns = Column::new("import", Unit::WattHour).into_iter().collect();
    Ok(ReadingsFile { columns, length, readings })
}

impl Household {
    /// The starts of the local days and the end of the last.
    fn days(&self) -> Option<Vec<Zoned>> {
        if !(1..=MAX_DAYS).contains(&self.days) {
            return None;
        }
        let day = |n: u32| self.start.checked_add(i64::from(n).days()).ok()?.to_zoned(self.zone.clone()).ok();
        let days: Option<Vec<Zoned>> = (0..=self.days).map(day).collect();
        days.filter(|days| days[0].timestamp() >= Timestamp::UNIX_EPOCH)
    }

    /// The load of a local day, minute by minute.
    fn watts(&self, midnight: &Zoned, minutes: usize) -> Vec<u32> {
        let mut watts = vec![0; minutes];
        let day = appliance::Day::new(midnight);
        let mut draws = self.draws(0);
        let habits = appliance::Habits::draw(&mut draws);
        let mut draws = self.draws(1 + midnight.date().duration_since(Date::ZERO).as_hours() as u64 / 24);
        appliance::always(&mut watts, &habits, &mut draws);
        appliance::people(&mut watts, &day, &habits, &mut draws);
        match self.profile {
            Profile::Home => {}
            Profile::ElectricVehicle => appliance::car(&mut watts, &day, &mut draws),
            Profile::HeatPump => appliance::heat_pump(&mut watts, &day, &mut draws),
        }
        watts
    }

    fn draws(&self, stream: u64) -> Draws {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(seed);
        rng.set_stream(stream);
        Draws(rng)
    }
}

/// Adds up minutes into slots of whole watt-hours; what is left over goes into the next slot, as in a counter.
fn meter(watts: &[u32], slot: SlotLength, mut carried: u64, values: &mut Vec<u32>) -> u64 {
    for minutes in watts.chunks(usize::from(slot.minutes())) {
        let total = carried + minutes.iter().map(|w| u64::from(*w)).sum::<u64>();
        values.push(u32::try_from(total / MINUTES_PER_HOUR).unwrap_or(u32::MAX));
        carried = total % MINUTES_PER_HOUR;
    }
    carried
}

fn minutes(start: &Zoned, end: &Zoned) -> usize {
    usize::try_from((end.timestamp().as_second() - start.timestamp().as_second()) / 60).unwrap_or(0)
}

/// Draws of whole numbers.
struct Draws(ChaCha8Rng);

impl Draws {
    /// From `low` to `high`, both included. The bias of the remainder is below 2^-40 for the ranges used here.
    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + (self.0.next_u64() % u64::from(high - low + 1)) as u32
    }

    /// True `percent` times in a hundred.
    fn chance(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= percent
    }
}

#[cfg(test)]
mod tests;
