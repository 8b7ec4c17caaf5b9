//! Which period holds when: by month, weekday or weekend, and hour.

use std::collections::BTreeSet;

use serde_json::Value;

use super::UrdbRefusal;
use super::fields::{Fields, as_place};

/// Hours of a day.
pub(super) type Hours = [usize; 24];

/// A period for every hour of the weekdays, and of the weekend, of every month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) weekday: Vec<Hours>,
    pub(super) weekend: Vec<Hours>,
}

impl Schedule {
    /// Takes `KINDweekdayschedule` and `KINDweekendschedule`, which name periods of a structure of so many.
    pub(super) fn take(fields: &mut Fields, kind: &str, structure: &str, periods: usize) -> Result<Self, UrdbRefusal> {
        let mut half = |days: &str| days_of(fields, &format!("{kind}{days}schedule"), structure, periods);
        Ok(Schedule { weekday: half("weekday")?, weekend: half("weekend")? })
    }

    /// The periods that occur in a month.
    pub(super) fn of_month(&self, month: usize) -> BTreeSet<usize> {
        self.weekday[month].iter().chain(&self.weekend[month]).copied().collect()
    }

    /// The periods that occur.
    pub(super) fn periods(&self) -> BTreeSet<usize> {
        (0..12).flat_map(|month| self.of_month(month)).collect()
    }
}

fn days_of(fields: &mut Fields, name: &str, structure: &str, periods: usize) -> Result<Vec<Hours>, UrdbRefusal> {
    let missing = || UrdbRefusal::NoSchedule { structure: structure.into(), schedule: name.into() };
    let shape = || UrdbRefusal::ScheduleShape { field: name.into(), wanted: "12 months of 24 hours each" };
    let months = fields.array(name)?.ok_or_else(missing)?;
    if months.len() != 12 {
        return Err(shape());
    }
    let hours = |month: &Value| -> Result<Hours, UrdbRefusal> {
        let places = month.as_array().ok_or_else(shape)?.iter().map(|hour| place(name, hour, structure, periods));
        places.collect::<Result<Vec<_>, _>>()?.try_into().map_err(|_| shape())
    };
    months.iter().map(hours).collect()
}

/// Takes `flatdemandmonths`: a period for every month.
pub(super) fn of_months(fields: &mut Fields, structure: &str, periods: usize) -> Result<[usize; 12], UrdbRefusal> {
    let name = "flatdemandmonths";
    let missing = || UrdbRefusal::NoSchedule { structure: structure.into(), schedule: name.into() };
    let shape = || UrdbRefusal::ScheduleShape { field: name.into(), wanted: "12 months" };
    let months = fields.array(name)?.ok_or_else(missing)?;
    let places = months.iter().map(|month| place(name, month, structure, periods));
    places.collect::<Result<Vec<_>, _>>()?.try_into().map_err(|_| shape())
}

fn place(field: &str, value: &Value, structure: &str, periods: usize) -> Result<usize, UrdbRefusal> {
    let period = as_place(field, value)?;
    let undefined = || UrdbRefusal::UndefinedPeriod { field: field.into(), period, structure: structure.into() };
    if period < periods { Ok(period) } else { Err(undefined()) }
}
