//! The tariff's local calendar: which settlement periods a billing period holds, and when each is by local time.
//!
//! A tariff day starts at the tariff's own hour. Days of 46, 48 and 50 half hours come out of the zone's offsets by
//! themselves. Zones are those of the bundled database, never the machine's, and the offsets that were used are
//! listed ([`Period::offsets`]) so that a statement can name them.

use core::ops::Range;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};

/// The longest billing period, in local days: three years.
pub const MAX_DAYS: u32 = 3 * 366;

/// Minutes of a civil day.
pub(crate) const DAY_MINUTES: u16 = 24 * 60;

/// A zone, a slot length and a start of day: what turns dates into settlement periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    name: String,
    zone: TimeZone,
    slot: SlotLength,
    day_from: u16,
}

impl Calendar {
    /// `zone` by its IANA name as written there; `day_from` in minutes after midnight, a slot's edge below 1,440.
    pub fn new(zone: &str, slot: SlotLength, day_from: u16) -> Result<Self, PeriodError> {
        let unknown = || PeriodError::UnknownZone { zone: zone.to_owned() };
        let found = TimeZoneDatabase::bundled().get(zone).map_err(|_| unknown())?;
        if found.iana_name() != Some(zone) {
            return Err(unknown());
        }
        if day_from >= DAY_MINUTES || !day_from.is_multiple_of(slot.minutes()) {
            return Err(PeriodError::DayStart { minute: day_from, slot });
        }
        Ok(Calendar { name: zone.to_owned(), zone: found, slot, day_from })
    }

    /// The names of all zones.
    pub fn zones() -> Vec<String> {
        TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect()
    }

    /// The zone's name.
    pub fn zone(&self) -> &str {
        &self.name
    }

    /// The length of a settlement period.
    pub fn slot(&self) -> SlotLength {
        self.slot
    }

    /// The clock time at which a tariff day starts, in minutes after midnight; below 1,440.
    pub fn day_from(&self) -> u16 {
        self.day_from
    }

    /// The second at which the tariff day of `date` starts: later by the gap when the clock skips it, the first of
    /// the two when the clock repeats it.
    fn day_start(&self, date: Date) -> Result<i64, PeriodError> {
        let clock = Time::new((self.day_from / 60) as i8, (self.day_from % 60) as i8, 0, 0);
        let start = clock.and_then(|clock| self.zone.to_ambiguous_timestamp(date.to_datetime(clock)).compatible());
        start.map(|start| start.as_second()).map_err(|_| PeriodError::OutOfRange)
    }
}

/// A billing period: whole tariff days, and the settlement periods they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    calendar: Calendar,
    first: Date,
    slots: SlotRange,
    /// The first slot of each day, and at last the period's end.
    starts: Vec<Slot>,
    offsets: Vec<Offset>,
}

/// A UTC offset in force from a slot on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Offset {
    /// The first slot it applies to.
    pub from: Slot,
    /// Seconds that local time is ahead of UTC.
    pub seconds: i32,
}

/// When a settlement period starts, by local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The tariff day it belongs to.
    pub day: Date,
    /// That day's weekday.
    pub weekday: Weekday,
    /// The clock time in minutes after midnight; below 1,440.
    pub minute: u16,
}

impl Period {
    /// Reads `2026-03` (a month) or `2026-03-01..2026-04-01` (dates, the end exclusive).
    pub fn parse(text: &str, calendar: &Calendar) -> Result<Self, PeriodError> {
        let bad = || PeriodError::Unreadable { text: text.chars().take(40).collect() };
        let (first, end) = match text.split_once("..") {
            Some((first, end)) => (date(first).ok_or_else(bad)?, date(end).ok_or_else(bad)?),
            None => {
                let first = date(&format!("{text}-01")).ok_or_else(bad)?;
                (first, first.checked_add(1.month()).map_err(|_| PeriodError::OutOfRange)?)
            }
        };
        Period::new(first, end, calendar)
    }

    /// The tariff days from `first` up to but not `end`.
    pub fn new(first: Date, end: Date, calendar: &Calendar) -> Result<Self, PeriodError> {
        if first.year() < 1971 || end.year() > 2200 {
            return Err(PeriodError::OutOfRange);
        }
        let days = first.until(end).map_err(|_| PeriodError::OutOfRange)?.get_days();
        let days = u32::try_from(days).ok().filter(|days| *days > 0).ok_or(PeriodError::Empty { first, end })?;
        if days > MAX_DAYS {
            return Err(PeriodError::TooLong { days });
        }
        let starts = day_starts(first, days, calendar)?;
        let (from, to) = (starts[0], starts[days as usize]);
        let slots = to.index().checked_sub(from.index()).filter(|count| *count > 0);
        let slots = slots.and_then(|count| SlotRange::new(from, count)).ok_or(PeriodError::Empty { first, end })?;
        let offsets = offsets(slots, calendar)?;
        Ok(Period { calendar: calendar.clone(), first, slots, starts, offsets })
    }

    /// The calendar it was made with.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The first day.
    pub fn first_day(&self) -> Date {
        self.first
    }

    /// The day after the last.
    pub fn end_day(&self) -> Date {
        self.day(self.days() as usize)
    }

    /// Whether the days are those of one calendar month.
    pub fn is_month(&self) -> bool {
        self.first.day() == 1 && self.first.checked_add(1.month()).is_ok_and(|end| end == self.end_day())
    }

    /// A calendar month to bill instead, as `2026-03`: the first that the period holds whole, else that of its first day.
    pub fn some_month(&self) -> String {
        let next = self.first.first_of_month().checked_add(1.month()).ok();
        let after = next.filter(|next| next.last_of_month() < self.end_day());
        let begun = after.filter(|_| self.first.day() > 1).unwrap_or(self.first);
        begun.strftime("%Y-%m").to_string()
    }

    /// How many local days; at least one and at most [`MAX_DAYS`].
    pub fn days(&self) -> u32 {
        (self.starts.len() - 1) as u32
    }

    /// The settlement periods.
    pub fn slots(&self) -> SlotRange {
        self.slots
    }

    /// The UTC offsets in force: the first from the period's first slot, then each change.
    pub fn offsets(&self) -> &[Offset] {
        &self.offsets
    }

    /// The settlement periods of each day, in order.
    pub fn slots_by_day(&self) -> impl ExactSizeIterator<Item = u32> {
        self.starts.windows(2).map(|day| day[1].index() - day[0].index())
    }

    /// When a slot starts by local time; nothing outside the period.
    pub fn local(&self, slot: Slot) -> Option<Local> {
        if !self.slots.contains(slot) {
            return None;
        }
        let day = self.day(self.starts.partition_point(|start| *start <= slot) - 1);
        Some(Local { day, weekday: day.weekday(), minute: self.minute(slot) })
    }

    /// The clock time at which a slot of the period starts, in minutes after midnight.
    fn minute(&self, slot: Slot) -> u16 {
        let offset = self.offsets[self.offsets.partition_point(|offset| offset.from <= slot).saturating_sub(1)];
        let second = slot.start(self.calendar.slot) + i64::from(offset.seconds);
        (second.rem_euclid(i64::from(DAY_MINUTES) * 60) / 60) as u16
    }

    /// Which of a day's clock times a slot starts at, by how many slots after the period's first it is.
    pub(crate) fn clock_place(&self, offset: u32) -> usize {
        let slot = Slot::new(self.slots.first().index() + offset);
        usize::from(self.minute(slot) / self.calendar.slot.minutes())
    }

    /// A day's slots, by how many slots after the period's first they are.
    pub(crate) fn slots_of(&self, day: usize) -> Range<u32> {
        let first = self.slots.first().index();
        self.starts[day].index() - first..self.starts[day + 1].index() - first
    }

    /// A day by its place in the period.
    pub(crate) fn day(&self, index: usize) -> Date {
        self.first.saturating_add((index as i64).days())
    }
}

impl core::fmt::Display for Period {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}..{}", self.first, self.end_day())
    }
}

/// `2026-03-01`, exactly so.
pub(crate) fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return None;
    }
    Date::new(text[0..4].parse().ok()?, text[5..7].parse().ok()?, text[8..10].parse().ok()?).ok()
}

/// The first slot of each of the days and of the day after them.
fn day_starts(first: Date, days: u32, calendar: &Calendar) -> Result<Vec<Slot>, PeriodError> {
    let dates = (0..=days).map(|day| first.checked_add(i64::from(day).days()).map_err(|_| PeriodError::OutOfRange));
    let slot = |date: Date| {
        let misfit = || PeriodError::Misfit { zone: calendar.name.clone(), slot: calendar.slot, day: date };
        Slot::starting_at(calendar.day_start(date)?, calendar.slot).ok_or_else(misfit)
    };
    dates.map(|date| slot(date?)).collect()
}

/// The offsets over the slots; each must keep clock times on slot edges.
fn offsets(slots: SlotRange, calendar: &Calendar) -> Result<Vec<Offset>, PeriodError> {
    let length = calendar.slot;
    let time = |second: i64| Timestamp::from_second(second).map_err(|_| PeriodError::OutOfRange);
    let (first, end) = (time(slots.first().start(length))?, time(slots.end().start(length))?);
    let changes = calendar.zone.following(first).take_while(|change| change.timestamp() < end);
    let mut all: Vec<Offset> = Vec::new();
    let known = [(first, calendar.zone.to_offset(first))];
    for (at, offset) in known.into_iter().chain(changes.map(|change| (change.timestamp(), change.offset()))) {
        let seconds = offset.seconds();
        let misfit = || PeriodError::Misfit {
            zone: calendar.name.clone(),
            slot: length,
            day: calendar.zone.to_datetime(at).date(),
        };
        let from = Slot::starting_at(at.as_second(), length).ok_or_else(misfit)?;
        if i64::from(seconds) % length.seconds() != 0 {
            return Err(misfit());
        }
        if all.last().is_none_or(|last| last.seconds != seconds) {
            all.push(Offset { from, seconds });
        }
    }
    Ok(all)
}

/// Why a billing period or a calendar is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// No such zone.
    #[error("no time zone is named {zone}")]
    UnknownZone {
        /// The name given.
        zone: String,
    },
    /// The day does not start on a slot's edge.
    #[error("a day cannot start {minute} minutes after midnight with slots of {} minutes", slot.minutes())]
    DayStart {
        /// Minutes after midnight.
        minute: u16,
        /// The slot length.
        slot: SlotLength,
    },
    /// Not one of the two forms.
    #[error("{text:?} is not a billing period")]
    Unreadable {
        /// The first characters of the text.
        text: String,
    },
    /// The end is not after the beginning.
    #[error("the period from {first} to {end} holds no day")]
    Empty {
        /// The first day.
        first: Date,
        /// The end.
        end: Date,
    },
    /// More than [`MAX_DAYS`].
    #[error("the period has {days} days, {MAX_DAYS} is the most")]
    TooLong {
        /// Its days.
        days: u32,
    },
    /// Before 1971 or after 2200.
    #[error("the period is outside the years 1971 to 2200")]
    OutOfRange,
    /// Clock times fall between slot edges.
    #[error("slots of {} minutes do not fit the clock of {zone} on {day}", slot.minutes())]
    Misfit {
        /// The zone.
        zone: String,
        /// The slot length.
        slot: SlotLength,
        /// A day on which they do not fit.
        day: Date,
    },
}

impl PeriodError {
    /// The reason as a stable word.
    pub fn code(&self) -> &'static str {
        match self {
            PeriodError::UnknownZone { .. } => "unknown-zone",
            PeriodError::DayStart { .. } => "off-slot-edge",
            PeriodError::Unreadable { .. } => "period-unreadable",
            PeriodError::Empty { .. } => "period-empty",
            PeriodError::TooLong { .. } => "period-too-long",
            PeriodError::OutOfRange => "period-out-of-range",
            PeriodError::Misfit { .. } => "slots-misfit-zone",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            PeriodError::UnknownZone { .. } => "use a name of the IANA database, such as Europe/London",
            PeriodError::DayStart { .. } => "start the day on a slot's edge before 24:00",
            PeriodError::Unreadable { .. } => {
                "write a month, 2026-03, or dates with the end excluded, 2026-03-01..2026-04-01"
            }
            PeriodError::Empty { .. } => "the end is excluded: give a later one",
            PeriodError::TooLong { .. } => "bill several shorter periods",
            PeriodError::OutOfRange => "give a year from 1971 to 2200",
            PeriodError::Misfit { .. } => "use a shorter slot: the zone is ahead of UTC by no whole number of slots",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str, minutes: u16, day_from: u16) -> Calendar {
        Calendar::new(zone, SlotLength::from_minutes(minutes).unwrap(), day_from).unwrap()
    }

    fn london() -> Calendar {
        calendar("Europe/London", 30, 0)
    }

    fn refusal(text: &str, calendar: &Calendar) -> PeriodError {
        Period::parse(text, calendar).unwrap_err()
    }

    #[test]
    fn months_hold_the_slots_of_their_local_days() {
        let counts = [("2026-03", 1_486), ("2026-10", 1_490), ("2026-02", 1_344), ("2026-01", 1_488)];
        for (month, count) in counts {
            let period = Period::parse(month, &london()).unwrap();
            assert_eq!(period.slots().count(), count, "{month}");
            assert_eq!(period.slots_by_day().sum::<u32>(), count);
        }
        assert_eq!(Period::parse("2026-03", &london()).unwrap().days(), 31);
    }

    #[test]
    fn days_of_46_48_and_50_half_hours() {
        let days = |text| Period::parse(text, &london()).unwrap().slots_by_day().collect::<Vec<_>>();
        assert_eq!(days("2026-03-28..2026-03-31"), [48, 46, 48]);
        assert_eq!(days("2026-10-24..2026-10-27"), [48, 50, 48]);
    }

    #[test]
    fn offsets_change_at_the_slot_of_the_clock_change() {
        let period = Period::parse("2026-03", &london()).unwrap();
        let first = period.slots().first();
        // 28 days of 48 half hours, and two on the 29th.
        let change = first.after(28 * 48 + 2).unwrap();
        assert_eq!(period.offsets(), [Offset { from: first, seconds: 0 }, Offset { from: change, seconds: 3_600 }]);
        assert_eq!(period.local(change).unwrap().minute, 120);
        assert_eq!(first.start(SlotLength::HALF_HOUR), 1_772_323_200);
    }

    #[test]
    fn local_times_agree_with_the_zone() {
        let zones = [("Europe/London", 0), ("America/Los_Angeles", 0), ("Africa/Cairo", 0), ("Australia/Lord_Howe", 0)];
        for (zone, day_from) in zones {
            let calendar = calendar(zone, 30, day_from);
            let period = Period::parse("2026-01-01..2027-01-01", &calendar).unwrap();
            for slot in period.slots().iter() {
                let time = Timestamp::from_second(slot.start(calendar.slot())).unwrap();
                let expected = calendar.zone.to_datetime(time);
                let local = period.local(slot).unwrap();
                assert_eq!(local.day, expected.date(), "{zone}");
                assert_eq!(local.weekday, expected.weekday());
                assert_eq!(local.minute as i16, i16::from(expected.hour()) * 60 + i16::from(expected.minute()));
            }
            assert_eq!(period.local(period.slots().end()), None);
        }
    }

    #[test]
    fn a_day_may_begin_in_the_morning() {
        let paris = calendar("Europe/Paris", 30, 6 * 60);
        let period = Period::parse("2026-03-28..2026-03-30", &paris).unwrap();
        assert_eq!(period.slots_by_day().collect::<Vec<_>>(), [46, 48]);
        let early = period.slots().first().after(40).unwrap();
        let local = period.local(early).unwrap();
        assert_eq!((local.day.day(), local.weekday, local.minute), (28, Weekday::Saturday, 3 * 60));
        assert_eq!(period.to_string(), "2026-03-28..2026-03-30");
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_later() {
        let cairo = calendar("Africa/Cairo", 30, 0);
        let days = Period::parse("2026-04-23..2026-04-26", &cairo).unwrap();
        assert_eq!(days.slots_by_day().collect::<Vec<_>>(), [48, 46, 48]);
    }

    #[test]
    fn only_the_two_forms_are_read() {
        let bad = ["", "2026", "2026-3", "2026-03-01", "2026-13", "2026-02-30..2026-03-01", "2026-03-01...2026-04-01"];
        let worse = ["2026-03 ", " 2026-03", "+026-03", "2026-03-01..", "..", "2026-03..2026-04", "２026-03"];
        for text in bad.into_iter().chain(worse) {
            assert_eq!(refusal(text, &london()), PeriodError::Unreadable { text: text.into() });
        }
    }

    #[test]
    fn periods_that_hold_nothing_or_too_much() {
        let (first, end) = (Date::constant(2026, 3, 2), Date::constant(2026, 3, 1));
        assert_eq!(refusal("2026-03-02..2026-03-01", &london()), PeriodError::Empty { first, end });
        assert_eq!(refusal("2026-03-01..2026-03-01", &london()), PeriodError::Empty { first: end, end });
        assert_eq!(refusal("2020-01-01..2026-01-01", &london()), PeriodError::TooLong { days: 2_192 });
        assert_eq!(refusal("1970-05", &london()), PeriodError::OutOfRange);
        assert_eq!(refusal("2201-05", &london()), PeriodError::OutOfRange);
    }

    #[test]
    fn slots_that_do_not_fit_the_clock() {
        let hours = SlotLength::from_minutes(60).unwrap();
        let day = Date::constant(2026, 1, 1);
        let misfit = PeriodError::Misfit { zone: "Asia/Kolkata".into(), slot: hours, day };
        assert_eq!(refusal("2026-01", &calendar("Asia/Kolkata", 60, 0)), misfit);
        assert_eq!(Period::parse("2026-01", &calendar("Asia/Kolkata", 30, 0)).unwrap().slots().count(), 1_488);
        // Lord Howe's summer is on the hour, its winter is not: the change on 5 April breaks the period.
        let lord_howe = calendar("Australia/Lord_Howe", 60, 0);
        assert_eq!(Period::parse("2026-01", &lord_howe).unwrap().slots().count(), 744);
        let day = Date::constant(2026, 4, 6);
        let misfit = PeriodError::Misfit { zone: "Australia/Lord_Howe".into(), slot: hours, day };
        assert_eq!(refusal("2026-04", &lord_howe), misfit);
    }

    #[test]
    fn calendars_that_do_not_exist() {
        let unknown = Calendar::new("Europe/Londn", SlotLength::HALF_HOUR, 0).unwrap_err();
        assert_eq!(unknown, PeriodError::UnknownZone { zone: "Europe/Londn".into() });
        let lower = Calendar::new("europe/london", SlotLength::HALF_HOUR, 0).unwrap_err();
        assert_eq!(lower, PeriodError::UnknownZone { zone: "europe/london".into() });
        for minute in [10, 1_440] {
            let off = Calendar::new("Europe/London", SlotLength::HALF_HOUR, minute).unwrap_err();
            assert_eq!(off, PeriodError::DayStart { minute, slot: SlotLength::HALF_HOUR });
        }
        assert!(Calendar::zones().iter().any(|zone| zone == "Europe/London"));
    }
}
