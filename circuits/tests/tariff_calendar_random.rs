//! Random calendars: windows, seasons, dates and data, slot by slot against a plain reading of what they say, and the
//! coverage of tables against every day there is.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use wattproof_circuits::data::{Data, DataSet};
use wattproof_circuits::rule::evaluate;
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::reading::Readings;

const CALENDARS: u64 = 200;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Clock times are hours, and a day has few of them, so that all can be tried.
const SLOTS: i32 = 24;

/// What data say of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    holiday: bool,
    red: bool,
}

/// A slot: its tariff day, its hour, and what data say of that day and of the one before.
#[derive(Clone, Copy, Debug)]
struct Slot {
    day: Date,
    hour: i32,
    said: [Said; 2],
}

/// Days by themselves.
#[derive(Clone, Debug)]
enum Days {
    Season((i8, i8), (i8, i8)),
    Dates(Vec<Date>, (i8, i8)),
    Holidays,
}

impl Days {
    fn hold(&self, day: Date, said: Said) -> bool {
        let in_year = (day.month(), day.day());
        match self {
            Days::Season(first, last) if first <= last => *first <= in_year && in_year <= *last,
            Days::Season(first, last) => *first <= in_year || in_year <= *last,
            Days::Dates(once, yearly) => once.contains(&day) || *yearly == in_year,
            Days::Holidays => said.holiday,
        }
    }
}

#[derive(Clone, Debug)]
enum Rule {
    In(usize),
    Except(usize),
    Red(bool),
    From(Date),
    Until(Date),
}

#[derive(Clone, Debug)]
struct Part {
    hours: Option<(i32, i32)>,
    weekdays: Option<[bool; 7]>,
    /// Days that are named beside weekdays.
    also: Option<usize>,
    rules: Vec<Rule>,
}

/// What has a name: days, or a window.
#[derive(Clone, Debug)]
enum Named {
    Days(Days),
    Window(Vec<Part>),
}

struct Calendar {
    names: Vec<(String, Named)>,
    source: String,
    day_from: i32,
}

impl Calendar {
    /// Whether a slot is in what a name stands for.
    fn holds(&self, name: usize, slot: Slot) -> bool {
        match &self.names[name].1 {
            Named::Days(days) => days.hold(slot.day, slot.said[0]),
            Named::Window(parts) => parts.iter().any(|part| self.part_holds(part, slot)),
        }
    }

    fn part_holds(&self, part: &Part, slot: Slot) -> bool {
        let since = |hour: i32| (hour - self.day_from).rem_euclid(SLOTS);
        let begun = match part.hours {
            None => Some(0),
            Some((from, to)) if (from - to) % SLOTS == 0 => Some(0),
            Some((from, to)) => {
                let (at, from, to) = (since(slot.hour), since(from), since(to));
                let to = if to == 0 { SLOTS } else { to };
                let (today, crossed) = (from <= at && (from > to || at < to), from > to && at < to);
                if today { Some(0) } else { crossed.then_some(1) }
            }
        };
        let Some(before) = begun else { return false };
        let day = if before == 1 { slot.day.yesterday().unwrap() } else { slot.day };
        let said = slot.said[before];
        let is_day = |name: usize| match &self.names[name].1 {
            Named::Days(days) => days.hold(day, said),
            Named::Window(_) => self.holds(name, slot),
        };
        let listed = match (part.weekdays, part.also) {
            (None, None) => true,
            (weekdays, also) => {
                weekdays.is_some_and(|marked| marked[day.weekday().to_monday_zero_offset() as usize])
                    || also.is_some_and(is_day)
            }
        };
        listed
            && part.rules.iter().all(|rule| match rule {
                Rule::In(name) => is_day(*name),
                Rule::Except(name) => !is_day(*name),
                Rule::Red(red) => said.red == *red,
                Rule::From(date) => day >= *date,
                Rule::Until(date) => day < *date,
            })
    }
}

struct Random(ChaCha20Rng);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0.next_u32() as usize % count
    }

    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn in_year(&mut self) -> (i8, i8) {
        let often = [(2, 28), (2, 29), (3, 1), (12, 31), (1, 1)];
        if self.chance(3) { often[self.below(5)] } else { (self.below(12) as i8 + 1, self.below(28) as i8 + 1) }
    }

    fn date(&mut self) -> Date {
        Date::constant(2025, 11, 20).saturating_add((self.below(150) as i64).days())
    }

    fn days(&mut self) -> (Days, String) {
        let text = |(month, day): (i8, i8)| format!("{day} {}", MONTHS[month as usize - 1]);
        if self.chance(2) {
            let (first, last) = (self.in_year(), self.in_year());
            return (Days::Season(first, last), format!("{} to {}", text(first), text(last)));
        }
        let (yearly, mut once) = (self.in_year(), vec![self.date(), self.date()]);
        once.dedup();
        let dates: Vec<_> = once.iter().map(Date::to_string).collect();
        (Days::Dates(once, yearly), format!("{}, {}", dates.join(", "), text(yearly)))
    }

    fn part(&mut self, names: &[(String, Named)]) -> (Part, String) {
        let mut text = Vec::new();
        let hours = (!self.chance(3)).then(|| (self.below(24) as i32, self.below(24) as i32 + 1));
        let hours = hours.filter(|(from, to)| from != to);
        text.extend(hours.map(|(from, to)| format!("{from:02}:00-{to:02}:00")));
        let dates = |named: &Named| matches!(named, Named::Days(Days::Dates(..) | Days::Holidays));
        let also: Vec<_> = (0..names.len()).filter(|name| dates(&names[*name].1)).collect();
        let also = (!also.is_empty() && self.chance(4)).then(|| also[self.below(also.len())]);
        let weekdays = (self.chance(2) || (hours.is_none() && also.is_none())).then(|| {
            let (first, count) = (self.below(7), self.below(7));
            let mut marked = [false; 7];
            (first..=first + count).for_each(|day| marked[day % 7] = true);
            (marked, format!("{}-{}", DAYS[first], DAYS[(first + count) % 7]))
        });
        let listed = weekdays.iter().map(|(_, text)| text.clone()).chain(also.map(|name| names[name].0.clone()));
        let listed: Vec<_> = listed.collect();
        text.extend((!listed.is_empty()).then(|| format!("on {}", listed.join(", "))));
        let mut rules = Vec::new();
        while self.chance(2) {
            let name = self.below(names.len());
            let date = self.date();
            let (rule, written) = match self.below(5) {
                0 => (Rule::In(name), format!("in {}", names[name].0)),
                1 => (Rule::Except(name), format!("except {}", names[name].0)),
                2 => (Rule::Red(true), "when colour is red".into()),
                3 => (Rule::From(date), format!("from {date}")),
                _ => (Rule::Until(date), format!("until {date}")),
            };
            rules.push(rule);
            text.push(written);
        }
        (Part { hours, weekdays: weekdays.map(|(marked, _)| marked), also, rules }, text.join(" "))
    }

    fn calendar(&mut self) -> Calendar {
        let day_from = [0, 0, 6, 23][self.below(4)];
        let mut source = format!(
            "tariff random version 1 in GBP, zone Europe/London, slot 60 min, day from {day_from:02}:00\n\
             register import in Wh, below 2^20\ngaps refuse\n\
             data holidays: dates\ndata colour: one of blue, red per day\n"
        );
        let mut names = vec![("holidays".to_owned(), Named::Days(Days::Holidays))];
        for n in 0..3 {
            let (days, text) = self.days();
            let keyword = if matches!(days, Days::Season(..)) { "season" } else { "dates" };
            source += &format!("{keyword} days_{n} = {text}\n");
            names.push((format!("days_{n}"), Named::Days(days)));
        }
        for n in 0..4 {
            let parts: Vec<_> = (0..=self.below(2)).map(|_| self.part(&names)).collect();
            let text: Vec<_> = parts.iter().map(|(_, text)| text.clone()).collect();
            source += &format!("window w_{n} = {}\n", text.join(" and "));
            names.push((format!("w_{n}"), Named::Window(parts.into_iter().map(|(part, _)| part).collect())));
        }
        Calendar { names, source, day_from }
    }
}

/// A table over a calendar: each row the names that it is in, and whether there is an `otherwise` besides.
fn table(random: &mut Random, calendar: &Calendar) -> (Vec<Vec<usize>>, bool, String) {
    let count = calendar.names.len();
    let rows: Vec<Vec<usize>> =
        (0..=random.below(3)).map(|_| (0..=random.below(2)).map(|_| random.below(count)).collect()).collect();
    let otherwise = !random.chance(4);
    let label =
        |row: &Vec<usize>| row.iter().map(|name| calendar.names[*name].0.as_str()).collect::<Vec<_>>().join(" in ");
    let written = rows.iter().enumerate().map(|(place, row)| format!("    {} {} GBP/Wh\n", label(row), 1 << place));
    let rest = if otherwise { format!("    otherwise {} GBP/Wh\n", 1 << rows.len()) } else { String::new() };
    let text = format!(
        "charge e = price import {{\n{}{rest}}}\ntotal = e rounded half up to 1 GBP\n",
        written.collect::<String>()
    );
    (rows, otherwise, text)
}

/// Which rows hold a slot.
fn rows_of(calendar: &Calendar, rows: &[Vec<usize>], slot: Slot) -> Vec<usize> {
    let holds = |row: &Vec<usize>| row.iter().all(|name| calendar.holds(*name, slot));
    (0..rows.len()).filter(|row| holds(&rows[*row])).collect()
}

/// Every slot of a day and everything that data may say of it.
fn slots_of(day: Date) -> impl Iterator<Item = Slot> {
    let said = |bits: i32| Said { holiday: bits & 1 == 1, red: bits & 2 == 2 };
    (0..16).flat_map(move |bits| (0..SLOTS).map(move |hour| Slot { day, hour, said: [said(bits), said(bits >> 2)] }))
}

/// A day for everything that the calendar alone can say of a day and of the one before it.
fn days_apart(calendar: &Calendar) -> Vec<Date> {
    let nothing = Said { holiday: false, red: false };
    let parts = calendar.names.iter().flat_map(|(_, named)| match named {
        Named::Window(parts) => &parts[..],
        Named::Days(_) => &[],
    });
    let edges: Vec<_> = parts
        .flat_map(|part| &part.rules)
        .filter_map(|rule| match rule {
            Rule::From(date) | Rule::Until(date) => Some(*date),
            _ => None,
        })
        .collect();
    let says = |day: Date| {
        let listed =
            calendar.names.iter().map(|(_, named)| matches!(named, Named::Days(days) if days.hold(day, nothing)));
        let passed = edges.iter().map(|edge| day >= *edge);
        (day.weekday().to_monday_zero_offset(), listed.chain(passed).collect::<Vec<_>>())
    };
    let mut seen = BTreeSet::new();
    let all = Date::constant(1971, 1, 1).series(1.day()).take_while(|day| day.year() <= 2200);
    all.filter(|day| seen.insert((says(day.yesterday().unwrap()), says(*day)))).collect()
}

/// The codes that coverage should report.
fn expected(calendar: &Calendar, rows: &[Vec<usize>], otherwise: bool) -> Vec<&'static str> {
    let (mut twice, mut never) = (false, false);
    let mut priced = vec![false; rows.len() + 1];
    for slot in days_apart(calendar).into_iter().flat_map(slots_of) {
        match rows_of(calendar, rows, slot)[..] {
            [] if otherwise => priced[rows.len()] = true,
            [] => never = true,
            [row] => priced[row] = true,
            _ => twice = true,
        }
    }
    let empty = priced.iter().take(rows.len() + usize::from(otherwise)).any(|priced| !priced);
    [("priced-twice", twice), ("never-priced", never), ("prices-nothing", empty)]
        .into_iter()
        .filter_map(|(code, is)| is.then_some(code))
        .collect()
}

/// Whether some window holds nothing.
fn window_is_empty(calendar: &Calendar) -> bool {
    let days = days_apart(calendar);
    let empty = |name: usize| !days.iter().any(|day| slots_of(*day).any(|slot| calendar.holds(name, slot)));
    (0..calendar.names.len()).any(|name| matches!(calendar.names[name].1, Named::Window(_)) && empty(name))
}

/// What the period's slots come to, hour by hour of the zone.
fn priced(calendar: &Calendar, rows: &[Vec<usize>], tariff: &Tariff, random: &mut Random) {
    let first = random.date();
    let days = random.below(40) as i64 + 1;
    let period = tariff.period(&format!("{first}..{}", first.saturating_add(days.days()))).unwrap();
    let said: Vec<_> = (0..=days).map(|_| Said { holiday: random.chance(5), red: random.chance(3) }).collect();
    let date = |place: usize| first.saturating_add((place as i64 - 1).days());
    let mut data = Data::new();
    let colour = |said: &Said| if said.red { "red" } else { "blue" }.to_owned();
    data.insert("colour", DataSet::Days(said.iter().enumerate().map(|(at, said)| (date(at), colour(said))).collect()));
    let holidays = said.iter().enumerate().filter(|(_, said)| said.holiday).map(|(at, _)| (date(at), ()));
    data.insert("holidays", DataSet::Dates(holidays.collect()));
    let program = tariff.program(&period, Inputs { data: &data, ..Inputs::NONE }).unwrap();
    let mut readings = Readings::gaps(program.slots, 1);
    let mut sum = 0;
    for slot in program.slots.iter() {
        assert!(readings.set(0, slot, Some(1)));
        let local = period.local(slot).unwrap();
        let day = (local.day - first).get_days() as usize;
        let slot = Slot { day: local.day, hour: i32::from(local.minute / 60), said: [said[day + 1], said[day]] };
        sum += 1 << rows_of(calendar, rows, slot).first().copied().unwrap_or(rows.len());
    }
    assert_eq!(evaluate(&program, &readings, &[]).unwrap().total, sum, "{}{period}", tariff.source());
}

#[test]
fn calendars_mean_what_they_say() {
    let (mut sound, mut refused) = (0, 0);
    for seed in 0..CALENDARS {
        let mut random = Random(ChaCha20Rng::seed_from_u64(seed));
        let calendar = random.calendar();
        let (rows, otherwise, text) = table(&mut random, &calendar);
        let source = format!("{}{text}", calendar.source);
        match Tariff::parse(&source) {
            Ok(tariff) => {
                sound += 1;
                assert_eq!(expected(&calendar, &rows, otherwise), Vec::<&str>::new(), "{source}");
                (0..3).for_each(|_| priced(&calendar, &rows, &tariff, &mut random));
            }
            Err(found) => {
                refused += 1;
                let codes: Vec<_> = found.iter().map(|found| found.code).collect();
                if codes.contains(&"empty-window") {
                    assert!(window_is_empty(&calendar), "{source}");
                    continue;
                }
                let expected = expected(&calendar, &rows, otherwise);
                // What is priced twice hides what is never priced, and either hides an empty row.
                assert!(expected.contains(&codes[0]), "{source}{found:?}\n{expected:?}");
            }
        }
    }
    assert!(sound >= 50 && refused >= 50, "{sound} sound, {refused} refused");
}
