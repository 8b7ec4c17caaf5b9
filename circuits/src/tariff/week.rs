//! Windows laid out over a week of slots, which is what coverage is checked on and slots are priced by.

use crate::period::{Calendar, DAY_MINUTES, Local};

/// Some slots of a week, by tariff day and clock time: a bit a slot, Monday's first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Week(Vec<u64>);

impl Week {
    /// No slot.
    pub(super) fn none(calendar: &Calendar) -> Self {
        Week(vec![0; slots(calendar).div_ceil(64)])
    }

    /// Every slot.
    pub(super) fn all(calendar: &Calendar) -> Self {
        let mut week = Week::none(calendar);
        (0..slots(calendar)).for_each(|place| week.mark(place));
        week
    }

    /// Adds the hours `from` up to `to`, in minutes after midnight, of the marked tariff days (Monday first). A window
    /// belongs to the day in which it begins; one that ends where it begins is the whole tariff day.
    pub(super) fn add(&mut self, calendar: &Calendar, days: [bool; 7], from: u16, to: u16) {
        let since_start = |minute: u16| (minute % DAY_MINUTES + DAY_MINUTES - calendar.day_from()) % DAY_MINUTES;
        let (from, to) = match (from % DAY_MINUTES == to % DAY_MINUTES, since_start(to)) {
            (true, _) => (0, DAY_MINUTES),
            (false, 0) => (since_start(from), DAY_MINUTES),
            (false, to) => (since_start(from), to),
        };
        for place in 0..slots(calendar) {
            let (day, minute) = time(calendar, place);
            let at = since_start(minute);
            let begun_today = days[day] && from <= at && (from > to || at < to);
            let begun_yesterday = days[(day + 6) % 7] && from > to && at < to;
            if begun_today || begun_yesterday {
                self.mark(place);
            }
        }
    }

    /// The slots in both.
    pub(super) fn and(&self, other: &Week) -> Week {
        Week(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// The slots in this one only.
    pub(super) fn without(&self, other: &Week) -> Week {
        Week(self.0.iter().zip(&other.0).map(|(a, b)| a & !b).collect())
    }

    /// The slots in either.
    pub(super) fn or(&self, other: &Week) -> Week {
        Week(self.0.iter().zip(&other.0).map(|(a, b)| a | b).collect())
    }

    /// The first slot, when there is one.
    pub(super) fn first(&self) -> Option<usize> {
        let word = self.0.iter().position(|word| *word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    /// Whether a slot's place in the week is in it.
    pub(super) fn contains(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// How many slots.
    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    fn mark(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }
}

/// How many slots a week has.
fn slots(calendar: &Calendar) -> usize {
    7 * calendar.slot().per_day() as usize
}

/// The place in the week of a slot known by its local time.
pub(super) fn place(calendar: &Calendar, local: &Local) -> usize {
    let day = local.weekday.to_monday_zero_offset() as usize;
    day * calendar.slot().per_day() as usize + usize::from(local.minute / calendar.slot().minutes())
}

/// The tariff day (Monday is zero) and clock minute of a place in the week.
fn time(calendar: &Calendar, place: usize) -> (usize, u16) {
    let per_day = calendar.slot().per_day() as usize;
    (place / per_day, (place % per_day) as u16 * calendar.slot().minutes())
}

/// A place in the week as people say it, by the calendar's weekday: `Sat 07:00-07:30`.
pub(super) fn spoken(calendar: &Calendar, place: usize) -> String {
    let (day, minute) = time(calendar, place);
    let next_day = minute < calendar.day_from();
    let weekday = DAYS[(day + usize::from(next_day)) % 7];
    let end = minute + calendar.slot().minutes();
    format!("{weekday} {}-{}", clock(minute), clock(end))
}

/// Minutes after midnight as a clock time.
pub(super) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The weekdays as tariffs write them.
pub(super) const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
