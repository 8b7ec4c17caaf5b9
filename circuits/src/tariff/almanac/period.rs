//! Sets over a period's own slots, once its data are known.

use std::collections::{BTreeSet, HashMap};

use super::{Almanac, CLOCK, Set, When};
use crate::period::Period;

/// What published data say over a period.
pub(crate) trait Says {
    /// The value of a data set, by its place in the sheet: in a slot, on the slot's tariff day, or on the day before.
    fn value(&self, data: usize, slot: u32, day: usize, when: When) -> usize;
}

impl Almanac {
    /// For each of the period's slots the first of the sets that holds it, or how many sets there are when none does.
    pub(crate) fn first_of(&self, sets: &[Set], period: &Period, says: &impl Says) -> Vec<u16> {
        let (mut support, mut seen) = (BTreeSet::new(), BTreeSet::new());
        sets.iter().for_each(|set| self.support(*set, &mut support, &mut seen));
        support.remove(&CLOCK);
        let mut known: HashMap<(usize, Vec<usize>), Vec<u16>> = HashMap::new();
        let mut of = Vec::with_capacity(period.slots().count() as usize);
        for day in 0..period.days() as usize {
            let class = self.days.class(period.day(day));
            for slot in period.slots_of(day) {
                let when = |variable: u16| if variable % 2 == 1 { When::Before } else { When::Now };
                let values = support.iter().map(|v| says.value(usize::from(v / 2), slot, day, when(*v)));
                let key = (class, values.collect());
                let places = known.entry(key).or_insert_with_key(|(class, values)| {
                    let known: Vec<_> = support.iter().copied().zip(values.iter().copied()).collect();
                    self.by_place(sets, *class, &known)
                });
                of.push(places[period.clock_place(slot)]);
            }
        }
        of
    }

    /// For each clock place of a day the first of the sets that holds it, when data have these values.
    fn by_place(&self, sets: &[Set], class: usize, values: &[(u16, usize)]) -> Vec<u16> {
        let none = sets.len() as u16;
        let mut first = vec![none; self.calendar.slot().per_day() as usize];
        for (index, set) in (0..).zip(sets) {
            let known = values.iter().fold(*set, |set, (variable, value)| self.sets.arm(set, *variable, *value));
            for (place, first) in first.iter_mut().enumerate().filter(|(_, first)| **first == none) {
                if self.sets.holds(self.sets.arm(known, CLOCK, place), class) {
                    *first = index;
                }
            }
        }
        first
    }
}
