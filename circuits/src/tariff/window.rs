//! Checks of windows: clock times, weekdays, and what they cover of a week.

use wattproof_meter::calendar::SlotLength;

use super::diagnostic::{Diagnostic, nearest};
use super::names::Named;
use super::sheet::Window;
use super::tree::{self, At, Text};
use super::week::{DAYS, Week, clock};
use crate::period::{Calendar, DAY_MINUTES};

/// The most windows of a tariff.
const MAX_WINDOWS: usize = 1_000;

/// Checks a window and takes its name.
pub(super) fn declare_window<'a>(
    source: &str,
    window: &tree::Window<'a>,
    calendar: &Calendar,
    windows: &mut Named<'a, Window>,
    found: &mut Vec<Diagnostic>,
) {
    if windows.all.len() == MAX_WINDOWS {
        let message = format!("a tariff has at most {MAX_WINDOWS} windows");
        found.push(Diagnostic::new("too-many-windows", &window.name.span, message).help("merge some"));
        return windows.declare_broken(window.name.is);
    }
    let mut week = Week::none(calendar);
    let parts: Vec<_> = window.parts.iter().map(|part| add_part(part, calendar, &mut week, found)).collect();
    let sound = parts.iter().all(Option::is_some);
    let ends = window.parts.first().zip(window.parts.last());
    let text = ends.and_then(|(first, last)| source.get(first.span.start..last.span.end)).unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let checked = sound.then(|| Window { name: window.name.is.to_owned(), text, week });
    windows.declare(&window.name, checked, found);
}

/// Adds a window's part to the week; nothing when it does not check.
fn add_part(
    part: &At<tree::WindowPart<'_>>,
    calendar: &Calendar,
    week: &mut Week,
    found: &mut Vec<Diagnostic>,
) -> Option<()> {
    if let Some(except) = &part.is.except {
        found.push(Diagnostic::later(&except.span, "`except`").help("write the days that are meant, behind `on`"));
        return None;
    }
    let days = weekdays(&part.is.days, found);
    let hours: Vec<_> = part.is.hours.iter().map(|hours| checked_hours(hours, calendar, found)).collect();
    let (days, hours) = (days?, hours.into_iter().collect::<Option<Vec<_>>>()?);
    if hours.is_empty() {
        week.add(calendar, days, 0, DAY_MINUTES);
    }
    hours.into_iter().for_each(|(from, to)| week.add(calendar, days, from, to));
    Some(())
}

fn checked_hours(
    hours: &At<(Text<'_>, Text<'_>)>,
    calendar: &Calendar,
    found: &mut Vec<Diagnostic>,
) -> Option<(u16, u16)> {
    let (from, to) = &hours.is;
    let (from, to) = (minute(from, calendar.slot(), found), minute(to, calendar.slot(), found));
    let (from, to) = (from?, to?);
    if from == to || from == DAY_MINUTES {
        let empty = Diagnostic::new("empty-window", &hours.span, format!("{}-{} is no time", clock(from), clock(to)));
        found.push(empty.help("the end is excluded; a whole day is 00:00-24:00"));
        return None;
    }
    Some((from, to))
}

/// Which weekdays are meant, Monday first; none named is every day. `Sat-Mon` runs over Sunday.
fn weekdays(days: &[At<(Text<'_>, Option<Text<'_>>)>], found: &mut Vec<Diagnostic>) -> Option<[bool; 7]> {
    if days.is_empty() {
        return Some([true; 7]);
    }
    let mut marked = [false; 7];
    let mut sound = true;
    for At { is: (first, last), .. } in days {
        let (first, last) =
            (weekday(first, found), last.as_ref().map_or(Some(None), |last| weekday(last, found).map(Some)));
        match (first, last) {
            (Some(first), Some(last)) => {
                let count = (last.unwrap_or(first) + 7 - first) % 7;
                (first..=first + count).for_each(|day| marked[day % 7] = true);
            }
            _ => sound = false,
        }
    }
    sound.then_some(marked)
}

fn weekday(text: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<usize> {
    let day = DAYS.iter().position(|day| *day == text.is);
    if day.is_none() {
        let unknown = Diagnostic::new("unknown-weekday", &text.span, format!("`{}` is not a weekday", text.is));
        let near = nearest(text.is, DAYS)
            .map_or("write Mon, Tue, Wed, Thu, Fri, Sat or Sun".into(), |day| format!("write {day}"));
        found.push(unknown.help(near));
    }
    day
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
