//! Data for tariffs that declare some.

use jiff::{Timestamp, ToSpan};
use wattproof_circuits::data::{Data, DataSet, Kind, Per};
use wattproof_circuits::period::Period;
use wattproof_circuits::tariff::Tariff;

/// The table of the fixtures that has a name, if one has.
fn table(name: &str) -> Option<DataSet> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tariffs/data");
    let file = std::fs::read(folder.join(format!("{name}.csv"))).ok()?;
    Some(DataSet::parse(&file).unwrap())
}

/// Something for every day and slot of a period, and the day before it: each value in turn, and every seventh day.
pub fn published(tariff: &Tariff, period: &Period) -> Data {
    let length = period.calendar().slot();
    let days = || (-1..i64::from(period.days())).map(|day| period.first_day().saturating_add(day.days()));
    let starts = || period.slots().iter().map(|slot| Timestamp::from_second(slot.start(length)).unwrap());
    let mut data = Data::new();
    for declared in tariff.data() {
        let numbers = || ["12.5", "-3.25", "40"].map(String::from).to_vec();
        let (values, per) = match &declared.kind {
            Kind::Dates => (Vec::new(), None),
            Kind::OneOf { values, per } => (values.clone(), Some(*per)),
            Kind::Number { per, .. } => (numbers(), Some(*per)),
            Kind::Table { .. } => {
                if let Some(file) = table(&declared.name) {
                    data.insert(&declared.name, file);
                }
                continue;
            }
        };
        let set = match per {
            None => DataSet::Dates(days().step_by(7).map(|day| (day, ())).collect()),
            Some(Per::Day) => DataSet::Days(days().zip(values.into_iter().cycle()).collect()),
            Some(Per::Slot) => DataSet::Slots(starts().zip(values.into_iter().cycle()).collect()),
        };
        data.insert(&declared.name, set);
    }
    data
}
