//! Checks of dates and seasons.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::almanac::{Listed, YEAR, in_year};
use super::diagnostic::{Diagnostic, nearest};
use super::tree::{At, Dates, Day, Season, Text};
use crate::period::date;

/// The months as tariffs write them.
pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The most dates of a list.
const MAX_DATES: usize = 10_000;
/// A leap year.
const LEAP: i16 = 2024;

/// The days of a list; nothing when a date does not check.
pub(super) fn listed(dates: &Dates<'_>, found: &mut Vec<Diagnostic>) -> Option<Listed> {
    if dates.dates.len() > MAX_DATES {
        let message = format!("a list has at most {MAX_DATES} dates");
        let help = "publish them apart: data NAME: dates";
        found.push(Diagnostic::new("too-many-dates", &dates.name.span, message).help(help));
        return None;
    }
    let mut listed = Listed::default();
    let mut sound = true;
    for At { is: day, span } in &dates.dates {
        let new = match day {
            Day::Once(text) => single(text, found).map(|date| listed.once.insert(date)),
            Day::Yearly(day, month) => in_every_year(day, month, found).map(|place| listed.yearly.insert(place)),
        };
        if new == Some(false) {
            let twice = Diagnostic::new("declared-twice", span, "this date is in the list already");
            found.push(twice.help("remove it"));
        }
        sound &= new == Some(true);
    }
    sound.then_some(listed)
}

/// The days of a season: both ends and what is between, over the year's end when the second is before the first.
pub(super) fn season(season: &Season<'_>, found: &mut Vec<Diagnostic>) -> Option<Listed> {
    let mut yearly = BTreeSet::new();
    let mut sound = true;
    for At { is: (first, last), .. } in &season.parts {
        let mut end = |day: &At<Day<'_>>| match &day.is {
            Day::Yearly(day, month) => in_every_year(day, month, found),
            Day::Once(_) => None,
        };
        match (end(first), end(last)) {
            (Some(first), Some(last)) if first <= last => yearly.extend(first..=last),
            (Some(first), Some(last)) => yearly.extend((first..YEAR).chain(0..=last)),
            _ => sound = false,
        }
    }
    sound.then_some(Listed { yearly, once: BTreeSet::new() })
}

/// A date such as 2026-04-03.
pub(super) fn single(text: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<Date> {
    let date = date(text.is).filter(|date| (1971..=2200).contains(&date.year()));
    if date.is_none() {
        let message = format!("`{}` is no date of the years 1971 to 2200", text.is);
        found.push(Diagnostic::new("bad-date", &text.span, message).help("write year, month and day: 2026-04-03"));
    }
    date
}

/// The place in the year of a date such as `25 Dec`; `29 Feb` is one, of leap years.
pub(super) fn in_every_year(day: &Text<'_>, month: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<usize> {
    let Some(index) = MONTHS.iter().position(|known| *known == month.is) else {
        let unknown = Diagnostic::new("unknown-month", &month.span, format!("`{}` is not a month", month.is));
        let near =
            nearest(month.is, MONTHS).map_or(format!("months are {}", MONTHS.join(", ")), |m| format!("write {m}"));
        found.push(unknown.help(near));
        return None;
    };
    let date = day.is.parse().ok().and_then(|day| Date::new(LEAP, index as i8 + 1, day).ok());
    if date.is_none() {
        let message = format!("{} has no day {}", month.is, day.is);
        found.push(Diagnostic::new("bad-date", &day.span, message).help("write a day of the month, as in 25 Dec"));
    }
    date.map(in_year)
}
