//! Slots in words, and how much of a week a set holds.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::sets::Tree;
use super::{Almanac, CLOCK, Set};
use crate::data::{Kind, Per};

/// The weekdays as tariffs write them.
pub(crate) const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// The months as findings say them.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Minutes after midnight as a clock time.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A date as people say it: `1 June 2026`.
fn date_in_words(date: Date) -> String {
    let month = MONTHS.get(date.month() as usize - 1).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

impl Almanac {
    /// A slot of a set as people say it, by the calendar's weekday: `Sat 07:00-07:30`; with a date when not every such
    /// weekday has it, and with what data must say. Nothing when the set is empty.
    pub(crate) fn example(&self, set: Set) -> Option<String> {
        let (mut at, mut said) = (set, Vec::new());
        while let Tree::Branch(variable, arms) = self.sets.tree(at) {
            if *variable == CLOCK {
                break;
            }
            let value = arms.iter().position(|arm| *arm != Set::NONE)?;
            said.push(self.says(*variable, value));
            at = arms[value];
        }
        let at = |place: usize| self.sets.arm(at, CLOCK, place);
        let places = || 0..self.calendar.slot().per_day() as usize;
        let class = places().filter_map(|place| self.sets.first(at(place))).min()?;
        let place = places().find(|place| self.sets.holds(at(*place), class))?;
        let weekday = self.days.weekday(class);
        let mut alike = (0..self.days.count()).filter(|class| self.days.weekday(*class) == weekday);
        let always = alike.all(|class| self.sets.holds(at(place), class));
        let date = self.days.example(class);
        Some(format!("{}{}", self.time(date, place, always), said.concat()))
    }

    fn time(&self, day: Date, place: usize, any_week: bool) -> String {
        let minute = place as u16 * self.calendar.slot().minutes();
        let date = if minute < self.calendar.day_from() { day.tomorrow().unwrap_or(day) } else { day };
        let weekday = DAYS[date.weekday().to_monday_zero_offset() as usize];
        let hours = format!("{weekday} {}-{}", clock(minute), clock(minute + self.calendar.slot().minutes()));
        if any_week { hours } else { format!("{hours} on {}", date_in_words(date)) }
    }

    /// What a variable's value says of a slot.
    fn says(&self, variable: u16, value: usize) -> String {
        let Some(data) = self.data.get(usize::from(variable / 2)) else { return String::new() };
        let (name, after) = (&data.name, if variable % 2 == 1 { "after " } else { "" });
        match &data.kind {
            Kind::Dates if value == 0 => format!(", {after}a day that is not of {name}"),
            Kind::Dates => format!(", {after}a day of {name}"),
            Kind::OneOf { values, per } => {
                let what = if *per == Per::Day { "a day" } else { "a slot" };
                format!(", {after}{what} when {name} is {}", values.get(value).map_or("", String::as_str))
            }
            Kind::Number { .. } | Kind::Table { .. } => String::new(),
        }
    }

    /// How much of a week a set holds: `98 of 336 slots a week`, `up to` that when weeks differ.
    pub(crate) fn share(&self, set: Set) -> String {
        let week = self.week(set, &mut HashMap::new());
        let (least, most) = week.iter().fold((0, 0), |sum, day| (sum.0 + day.0, sum.1 + day.1));
        let all = 7 * self.calendar.slot().per_day() as usize;
        let up_to = if least == most { "" } else { "up to " };
        format!("{up_to}{most} of {all} slots a week")
    }

    /// The fewest and the most slots of each weekday.
    fn week(&self, set: Set, known: &mut HashMap<Set, [(usize, usize); 7]>) -> [(usize, usize); 7] {
        if let Some(week) = known.get(&set) {
            return *week;
        }
        let mut week = [(usize::MAX, 0); 7];
        let mut meet = |weekday: usize, (least, most): (usize, usize)| {
            let known: &mut (usize, usize) = &mut week[weekday];
            *known = (known.0.min(least), known.1.max(most));
        };
        match self.sets.tree(set) {
            Tree::Branch(variable, arms) if *variable != CLOCK => {
                for arm in arms {
                    self.week(*arm, known).into_iter().enumerate().for_each(|(weekday, of)| meet(weekday, of));
                }
            }
            _ => {
                let mut arms: BTreeMap<Set, usize> = BTreeMap::new();
                let places = 0..self.calendar.slot().per_day() as usize;
                places.for_each(|place| *arms.entry(self.sets.arm(set, CLOCK, place)).or_default() += 1);
                for class in 0..self.days.count() {
                    let held = arms.iter().filter(|(set, _)| self.sets.holds(**set, class)).map(|(_, count)| count);
                    let count = held.sum();
                    meet(self.days.weekday(class), (count, count));
                }
            }
        }
        known.insert(set, week);
        week
    }
}
