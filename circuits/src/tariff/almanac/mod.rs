//! What can be said of a slot by its time: sets of slots, on which coverage is checked and by which slots are priced.
//!
//! A slot is told by its clock place, by the class of its tariff day ([`days`]), and by what published data say of the
//! slot, of its tariff day and of the day before: a window that crosses midnight belongs to the day in which it begins.
//! Sets over all of these are exact ([`sets`]), so that a slot priced twice is found even when it takes a holiday that
//! is red in a leap year.

mod days;
mod period;
mod sets;
mod spoken;

use std::collections::BTreeSet;

use jiff::civil::Date;

pub(crate) use days::{Listed, YEAR, in_year};
pub(crate) use period::Says;
pub(crate) use sets::Set;
pub(crate) use spoken::{DAYS, clock};

use crate::data::Declared;
use crate::period::{Calendar, DAY_MINUTES};
use days::Days;
use sets::{Sets, Tree};

/// The variable of the clock place: below those of data.
const CLOCK: u16 = u16::MAX;

/// Which day's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// The slot's own tariff day, or the slot itself.
    Now,
    /// The tariff day before.
    Before,
}

/// A tariff's sets of slots, and what they are told by.
#[derive(Clone)]
pub(crate) struct Almanac {
    calendar: Calendar,
    /// By place in the sheet; each has a variable for now and one for the day before.
    data: Vec<Declared>,
    days: Days,
    sets: Sets,
}

impl core::fmt::Debug for Almanac {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Almanac").field("data", &self.data).finish_non_exhaustive()
    }
}

/// Hours of a day by clock place: those in the tariff day in which they begin, and those in the next.
pub(crate) struct Hours {
    pub(crate) begun: Vec<usize>,
    pub(crate) crossed: Vec<usize>,
}

impl Almanac {
    /// An almanac of days told apart by lists and edges; `pairs` when the day before matters too.
    pub(crate) fn new<'a>(
        calendar: &Calendar,
        data: Vec<Declared>,
        lists: impl Iterator<Item = &'a Listed>,
        edges: BTreeSet<Date>,
        pairs: bool,
    ) -> Self {
        let days = Days::new(lists, edges, pairs);
        let sets = Sets::new(days.count());
        Almanac { calendar: calendar.clone(), data, days, sets }
    }

    pub(crate) fn data(&self) -> &[Declared] {
        &self.data
    }

    pub(crate) fn and(&mut self, a: Set, b: Set) -> Set {
        self.sets.and(a, b)
    }

    pub(crate) fn or(&mut self, a: Set, b: Set) -> Set {
        self.sets.or(a, b)
    }

    pub(crate) fn without(&mut self, a: Set, b: Set) -> Set {
        self.sets.without(a, b)
    }

    /// Whether the sets have outgrown their bound and can no longer be trusted.
    pub(crate) fn full(&self) -> bool {
        self.sets.full()
    }

    /// The slots at these clock places.
    pub(crate) fn places(&mut self, places: &[usize]) -> Set {
        let mut marked = vec![false; self.calendar.slot().per_day() as usize];
        places.iter().for_each(|place| marked[*place] = true);
        self.sets.value(CLOCK, marked)
    }

    /// The slots of tariff days, or after tariff days, of these weekdays.
    pub(crate) fn on(&mut self, weekdays: [bool; 7], when: When) -> Set {
        let marked = self.days.on(weekdays, when);
        self.sets.days(marked)
    }

    /// The slots of tariff days, or after tariff days, that are in a list.
    pub(crate) fn listed(&mut self, list: &Listed, when: When) -> Set {
        let marked = self.days.listed(list, when);
        self.sets.days(marked)
    }

    /// The slots of tariff days, or after tariff days, that are not before a date, which is one of the edges.
    pub(crate) fn from(&mut self, edge: Date, when: When) -> Set {
        let marked = self.days.from(edge, when);
        self.sets.days(marked)
    }

    /// The slots for which a data set has one of the marked values.
    pub(crate) fn published(&mut self, data: usize, when: When, marked: impl IntoIterator<Item = bool>) -> Set {
        self.sets.value(variable(data, when), marked)
    }

    /// Whether a set depends on what a data set says of the day before.
    pub(crate) fn asks_before(&self, data: usize) -> bool {
        self.sets.branch_on(variable(data, When::Before))
    }

    /// Every variable of data that a set depends on.
    fn support(&self, set: Set, found: &mut BTreeSet<u16>, seen: &mut BTreeSet<Set>) {
        if let (true, Tree::Branch(variable, arms)) = (seen.insert(set), self.sets.tree(set)) {
            found.insert(*variable);
            arms.iter().for_each(|arm| self.support(*arm, found, seen));
        }
    }
}

/// The variable of a data set.
fn variable(data: usize, when: When) -> u16 {
    2 * data as u16 + u16::from(when == When::Before)
}

/// The hours `from` up to `to`, in minutes after midnight. Hours that end where they begin are the whole tariff day.
pub(crate) fn hours(calendar: &Calendar, from: u16, to: u16) -> Hours {
    let since_start = |minute: u16| (minute % DAY_MINUTES + DAY_MINUTES - calendar.day_from()) % DAY_MINUTES;
    let (from, to) = match (from % DAY_MINUTES == to % DAY_MINUTES, since_start(to)) {
        (true, _) => (0, DAY_MINUTES),
        (false, 0) => (since_start(from), DAY_MINUTES),
        (false, to) => (since_start(from), to),
    };
    let at = |place: &usize| since_start(*place as u16 * calendar.slot().minutes());
    let places = || 0..calendar.slot().per_day() as usize;
    Hours {
        begun: places().filter(|place| from <= at(place) && (from > to || at(place) < to)).collect(),
        crossed: places().filter(|place| from > to && at(place) < to).collect(),
    }
}
