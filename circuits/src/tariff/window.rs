//! Checks of windows: clock times, days, conditions, and the slots that these come to.

use jiff::civil::Date;
use wattproof_meter::calendar::SlotLength;

use super::almanac::{Almanac, DAYS, Hours, Set, When, clock, hours};
use super::diagnostic::Diagnostic;
use super::grammar::habit::days_meant;
use super::names::Named;
use super::season::single;
use super::sheet::{Times, TimesKind};
use super::times::no_times;
use super::tree::{self, At, Condition, Text};
use crate::data::{Declared, Kind, Per};
use crate::period::{Calendar, DAY_MINUTES};

/// A checked part of a window: hours of any of some days, under all of its conditions.
pub(super) struct Part {
    pub(super) hours: Hours,
    weekdays: [bool; 7],
    /// Other days, by place among the times.
    dates: Vec<usize>,
    conditions: Vec<Rule>,
}

/// A condition.
enum Rule {
    /// By place among the times; a window narrows slots, all else the day in which the part begins.
    In(usize),
    Except(usize),
    /// A data set and which of its values.
    When(usize, Per, Vec<bool>),
    From(Date),
    Until(Date),
}

/// What a window's check needs to know.
struct Checking<'c, 'a> {
    calendar: &'c Calendar,
    times: &'c Named<'a, Times>,
    data: &'c [Declared],
    found: &'c mut Vec<Diagnostic>,
}

/// The parts of a window; nothing when one does not check.
pub(super) fn checked_window(
    window: &tree::Window<'_>,
    calendar: &Calendar,
    times: &Named<'_, Times>,
    data: &[Declared],
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Part>> {
    let mut checking = Checking { calendar, times, data, found };
    let parts: Vec<_> = window.parts.iter().map(|part| checking.part(&part.is)).collect();
    parts.into_iter().collect()
}

impl Checking<'_, '_> {
    fn part(&mut self, part: &tree::WindowPart<'_>) -> Option<Part> {
        let days = self.days(&part.days);
        let conditions: Vec<_> = part.conditions.iter().map(|condition| self.condition(condition)).collect();
        let hours: Vec<_> = part.hours.iter().map(|hours| self.hours(hours)).collect();
        let (weekdays, dates) = days?;
        let conditions = conditions.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
        let mut all = Hours { begun: Vec::new(), crossed: Vec::new() };
        let whole_day = part.hours.is_empty().then_some(Some((0, DAY_MINUTES)));
        for hours in hours.into_iter().chain(whole_day) {
            let (from, to) = hours?;
            let Hours { begun, crossed } = self::hours(self.calendar, from, to);
            all.begun.extend(begun);
            all.crossed.extend(crossed);
        }
        Some(Part { hours: all, weekdays, dates, conditions })
    }

    fn hours(&mut self, hours: &At<(Text<'_>, Text<'_>)>) -> Option<(u16, u16)> {
        let (from, to) = &hours.is;
        let slot = self.calendar.slot();
        let (from, to) = (minute(from, slot, self.found), minute(to, slot, self.found));
        let (from, to) = (from?, to?);
        if from == to || from == DAY_MINUTES {
            let message = format!("{}-{} is no time", clock(from), clock(to));
            let empty = Diagnostic::new("empty-window", &hours.span, message);
            self.found.push(empty.help("the end is excluded; a whole day is 00:00-24:00"));
            return None;
        }
        Some((from, to))
    }

    /// Which weekdays, Monday first, and which other days are meant; none named is every day. `Sat-Mon` runs over
    /// Sunday.
    fn days(&mut self, days: &[At<(Text<'_>, Option<Text<'_>>)>]) -> Option<([bool; 7], Vec<usize>)> {
        let (mut weekdays, mut dates, mut sound) = ([days.is_empty(); 7], Vec::new(), true);
        for At { is: (first, last), .. } in days {
            let known = weekday(first);
            if let (None, None, Some(place)) = (known, last, self.times.get(first.is)) {
                dates.extend(place);
                sound &= place.is_some_and(|place| self.is_dates(first, place));
                continue;
            }
            let first = known.or_else(|| self.unknown_weekday(first));
            let last = last.as_ref().map(|last| weekday(last).or_else(|| self.unknown_weekday(last)));
            match (first, last.unwrap_or(first)) {
                (Some(first), Some(last)) => {
                    let count = (last + 7 - first) % 7;
                    (first..=first + count).for_each(|day| weekdays[day % 7] = true);
                }
                _ => sound = false,
            }
        }
        sound.then_some((weekdays, dates))
    }

    /// Whether a name behind `on` stands for dates.
    fn is_dates(&mut self, name: &Text<'_>, place: usize) -> bool {
        let (what, help) = match &self.times.all[place].kind {
            TimesKind::Dates(_) | TimesKind::Published(_) => return true,
            TimesKind::Season(_) => ("a season", format!("write `in {}` behind the days", name.is)),
            TimesKind::Window => ("a window", "behind `on` stand weekdays and lists of dates".into()),
            TimesKind::Choice(_) => ("data that have several values", format!("write `when {} is …`", name.is)),
        };
        let message = format!("`{}` is {what}, not days", name.is);
        self.found.push(Diagnostic::new("wrong-kind", &name.span, message).help(help));
        false
    }

    fn unknown_weekday<T>(&mut self, text: &Text<'_>) -> Option<T> {
        let unknown = Diagnostic::new("unknown-weekday", &text.span, format!("`{}` is not a weekday", text.is));
        if let Some(days) = days_meant(text.is) {
            self.found.push(unknown.help(format!("write on {days}")));
            return None;
        }
        let names = self.times.all.iter().map(|times| times.name.as_str());
        let help = "write Mon, Tue, Wed, Thu, Fri, Sat or Sun, or the name of dates";
        self.found.push(unknown.nearest(text.is, DAYS.into_iter().chain(names), help));
        None
    }

    /// A condition's rules, which all hold.
    fn condition(&mut self, condition: &Condition<'_>) -> Option<Vec<Rule>> {
        Some(match condition {
            Condition::In(name) => vec![Rule::In(self.slots(name)?)],
            Condition::Except(names) => {
                let places: Vec<_> = names.iter().map(|name| self.slots(name)).collect();
                places.into_iter().map(|place| place.map(Rule::Except)).collect::<Option<_>>()?
            }
            Condition::When(data, values) => vec![self.when(data, values)?],
            Condition::From(date) => vec![Rule::From(single(date, self.found)?)],
            Condition::Until(date) => vec![Rule::Until(single(date, self.found)?)],
        })
    }

    /// The place of a name that stands for slots.
    fn slots(&mut self, name: &Text<'_>) -> Option<usize> {
        let place = self.times.find(name, self.found)?;
        if let TimesKind::Choice(_) = self.times.all[place].kind {
            self.found.push(no_times(name));
            return None;
        }
        Some(place)
    }

    fn when(&mut self, name: &Text<'_>, values: &[Text<'_>]) -> Option<Rule> {
        let place = self.times.find(name, self.found)?;
        let TimesKind::Choice(data) = self.times.all[place].kind else {
            let message = format!("`{}` is not data that have several values", name.is);
            let help = format!("write `in {0}`, or `except {0}`", name.is);
            self.found.push(Diagnostic::new("wrong-kind", &name.span, message).help(help));
            return None;
        };
        let Some(Kind::OneOf { values: known, per }) = self.data.get(data).map(|data| &data.kind) else { return None };
        let mut marked = vec![false; known.len()];
        let mut sound = true;
        for value in values {
            match known.iter().position(|known| known == value.is) {
                Some(at) => marked[at] = true,
                None => sound = self.unknown_value(name, value, known),
            }
        }
        sound.then_some(Rule::When(data, *per, marked))
    }

    fn unknown_value(&mut self, data: &Text<'_>, value: &Text<'_>, known: &[String]) -> bool {
        self.found.push(unknown_value(data.is, value, known));
        false
    }
}

/// The refusal of a word that is no value of some data.
pub(super) fn unknown_value(data: &str, value: &Text<'_>, known: &[String]) -> Diagnostic {
    let message = format!("`{data}` is never `{}`", value.is);
    let help = format!("its values are {}", known.join(", "));
    Diagnostic::new("unknown-value", &value.span, message).nearest(value.is, known.iter().map(String::as_str), &help)
}

fn weekday(text: &Text<'_>) -> Option<usize> {
    DAYS.iter().position(|day| *day == text.is)
}

impl Part {
    /// The dates that it begins to hold on, or ceases to.
    pub(super) fn edges(&self) -> impl Iterator<Item = Date> {
        self.conditions.iter().filter_map(|rule| match rule {
            Rule::From(date) | Rule::Until(date) => Some(*date),
            _ => None,
        })
    }

    /// Its slots, once everything that it names has its own.
    pub(super) fn slots(&self, almanac: &mut Almanac, times: &[Times]) -> Set {
        let mut set = Set::NONE;
        for (places, when) in [(&self.hours.begun, When::Now), (&self.hours.crossed, When::Before)] {
            if places.is_empty() {
                continue;
            }
            let (places, days) = (almanac.places(places), self.days(almanac, times, when));
            let begun = almanac.and(places, days);
            set = almanac.or(set, begun);
        }
        for rule in &self.conditions {
            set = match rule {
                Rule::In(place) if of_slots(&times[*place]) => almanac.and(set, times[*place].set),
                Rule::Except(place) if of_slots(&times[*place]) => almanac.without(set, times[*place].set),
                Rule::When(data, Per::Slot, values) => {
                    let slots = almanac.published(*data, When::Now, values.iter().copied());
                    almanac.and(set, slots)
                }
                _ => set,
            };
        }
        set
    }

    /// The slots of the tariff days in which it begins, or of those after them.
    fn days(&self, almanac: &mut Almanac, times: &[Times], when: When) -> Set {
        let named = |place: usize| if when == When::Now { times[place].set } else { times[place].after };
        let weekdays = almanac.on(self.weekdays, when);
        let days = self.dates.iter().fold(weekdays, |days, place| almanac.or(days, named(*place)));
        self.conditions.iter().fold(days, |days, rule| match rule {
            Rule::In(place) if !of_slots(&times[*place]) => almanac.and(days, named(*place)),
            Rule::Except(place) if !of_slots(&times[*place]) => almanac.without(days, named(*place)),
            Rule::When(data, Per::Day, values) => {
                let meant = almanac.published(*data, when, values.iter().copied());
                almanac.and(days, meant)
            }
            Rule::From(from) => {
                let later = almanac.from(*from, when);
                almanac.and(days, later)
            }
            Rule::Until(until) => {
                let later = almanac.from(*until, when);
                almanac.without(days, later)
            }
            _ => days,
        })
    }
}

/// Whether a name narrows slots rather than the days in which a window's part begins.
fn of_slots(times: &Times) -> bool {
    matches!(times.kind, TimesKind::Window)
}

/// Minutes after midnight of a clock time that is a slot's edge; 24:00 is 1,440.
pub(super) fn minute(text: &Text<'_>, slot: SlotLength, found: &mut Vec<Diagnostic>) -> Option<u16> {
    let parts = text.is.split_once(':').filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2);
    let parts = parts.and_then(|(hour, minute)| Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?)));
    let minute = parts.map(|(hour, minute)| (hour * 60 + minute, minute));
    let Some((minute, _)) = minute.filter(|(all, minute)| *minute < 60 && *all <= DAY_MINUTES) else {
        let message = format!("`{}` is not a clock time", text.is);
        let help = "write hours and minutes with two digits each, from 00:00 to 24:00";
        found.push(Diagnostic::new("bad-clock-time", &text.span, message).help(help));
        return None;
    };
    if !minute.is_multiple_of(slot.minutes()) {
        let before = minute - minute % slot.minutes();
        let message = format!("{} falls inside a slot of {} min", text.is, slot.minutes());
        let help = format!("write {} or {}, or use shorter slots", clock(before), clock(before + slot.minutes()));
        found.push(Diagnostic::new("off-slot-edge", &text.span, message).help(help));
        return None;
    }
    Some(minute)
}
