//! What stands in for the readings that are missing.

use std::collections::{BTreeMap, BTreeSet};

use super::super::almanac::clock;
use super::super::diagnostic::Diagnostic;
use super::super::sheet::{GapRule, Sheet};
use super::calendar::too_many;
use crate::period::Period;
use crate::program::{Estimate, Place};

/// An estimate for each gap; a finding when the tariff has none for one.
pub(super) fn estimates(
    sheet: &Sheet,
    period: &Period,
    gaps: &BTreeSet<Place>,
) -> Result<BTreeMap<Place, Estimate>, Diagnostic> {
    let mut estimates = BTreeMap::new();
    let mut alike = Alike::default();
    for place in gaps {
        if place.register >= sheet.registers.len() || place.offset >= period.slots().count() {
            continue;
        }
        let estimate = match &sheet.gaps.rule {
            GapRule::Refuse => return Err(refused(sheet, period, *place)),
            GapRule::At(values) => Estimate::Flat(values[place.register]),
            GapRule::Mean => alike.mean(sheet, period, gaps, *place)?,
        };
        estimates.insert(*place, estimate);
    }
    Ok(estimates)
}

/// The slots of each clock time, with their days.
#[derive(Default)]
struct Alike {
    by_clock: BTreeMap<usize, Vec<(usize, u32)>>,
    /// How many readings all means are of.
    size: usize,
}

impl Alike {
    /// The mean of the readings at the same clock time on other days.
    fn mean(
        &mut self,
        sheet: &Sheet,
        period: &Period,
        gaps: &BTreeSet<Place>,
        place: Place,
    ) -> Result<Estimate, Diagnostic> {
        if self.by_clock.is_empty() {
            for day in 0..period.days() as usize {
                let slots = period.slots_of(day).map(|slot| (period.clock_place(slot), (day, slot)));
                slots.for_each(|(clock, slot)| self.by_clock.entry(clock).or_default().push(slot));
            }
        }
        let slots = self.by_clock.get(&period.clock_place(place.offset)).map_or(&[][..], Vec::as_slice);
        let own = slots.iter().find(|(_, slot)| *slot == place.offset).map(|(day, _)| *day);
        let others = slots.iter().filter(|(day, _)| Some(*day) != own).map(|(_, slot)| *slot);
        let read = others.filter(|slot| !gaps.contains(&Place { offset: *slot, ..place }));
        let read: Vec<u32> = read.collect();
        self.size += read.len();
        if read.is_empty() {
            return Err(alone(sheet, period, place));
        }
        too_many(self.size, &sheet.gaps.span)?;
        Ok(Estimate::Mean(read))
    }
}

fn refused(sheet: &Sheet, period: &Period, place: Place) -> Diagnostic {
    let message = format!("{} is missing, and the tariff refuses gaps", at(sheet, period, place));
    Diagnostic::new("gap", &sheet.gaps.span, message).help("get the reading, or bill a period without gaps")
}

fn alone(sheet: &Sheet, period: &Period, place: Place) -> Diagnostic {
    let message =
        format!("{} is missing, and on no other day is there one to estimate it by", at(sheet, period, place));
    Diagnostic::new("gap-alone", &sheet.gaps.span, message).help("bill a longer period, or get the reading")
}

/// A missing reading in words.
fn at(sheet: &Sheet, period: &Period, place: Place) -> String {
    let name = sheet.registers[place.register].name();
    let local = period.slots().first().after(place.offset).and_then(|slot| period.local(slot));
    let when = local.map(|local| format!(" of {} at {}", local.day, clock(local.minute))).unwrap_or_default();
    format!("the reading of {name}{when}")
}
