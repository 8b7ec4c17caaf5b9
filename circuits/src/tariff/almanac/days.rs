//! Which days a tariff tells apart: by weekday, by day of the year, by date, by what is dated from or until.
//!
//! Every day of the years that can be billed belongs to one class, and all days of a class are alike in everything that
//! the tariff says of days by the calendar alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Span;
use jiff::civil::Date;

use super::When;

/// The years that can be billed.
const FIRST: i16 = 1971;
const LAST: i16 = 2200;
/// Where examples are looked for first: a leap year that begins on a Monday.
const EXAMPLES_FROM: i16 = 2024;
/// A year's days with room for 31 in every month.
pub(crate) const YEAR: usize = 12 * 31;

/// Days by the calendar: the same ones every year, and single dates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    /// Places in the year, see [`in_year`].
    pub(crate) yearly: BTreeSet<usize>,
    pub(crate) once: BTreeSet<Date>,
}

/// A date's place in the year: 31 to a month.
pub(crate) fn in_year(date: Date) -> usize {
    (date.month() as usize - 1) * 31 + date.day() as usize - 1
}

/// The class of each day; of each two consecutive days when that is asked for.
#[derive(Clone)]
pub(super) struct Days {
    yearly: Vec<u16>,
    once: BTreeMap<Date, u16>,
    edges: Vec<Date>,
    /// Whether the day before matters too.
    pairs: bool,
    classes: HashMap<(Mark, Mark), usize>,
    /// What tells each class, the day before first, and a day of it.
    all: Vec<(Mark, Mark, Date)>,
}

/// What tells a day by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Mark {
    /// From Monday.
    weekday: u8,
    /// The class of its place in the year.
    yearly: u16,
    /// The class of its date, when that is named.
    once: Option<u16>,
    /// How many edges are not after it.
    edge: u32,
}

impl Days {
    /// Days told apart by these lists, and by whether they are before these edges.
    pub(super) fn new<'a>(lists: impl Iterator<Item = &'a Listed>, edges: BTreeSet<Date>, pairs: bool) -> Self {
        let mut yearly = vec![0; YEAR];
        let lists: Vec<_> = lists.collect();
        let named = lists.iter().flat_map(|list| list.once.iter().map(|date| (*date, 0)));
        let mut once: BTreeMap<Date, u16> = named.collect();
        for list in lists {
            split(yearly.iter_mut().enumerate().map(|(place, class)| (class, list.yearly.contains(&place))));
            split(once.iter_mut().map(|(date, class)| (class, list.once.contains(date))));
        }
        let edges = edges.into_iter().collect();
        let mut days = Days { yearly, once, edges, pairs, classes: HashMap::new(), all: Vec::new() };
        days.find_classes();
        days
    }

    /// Goes through the days of every kind of year: of those that hold no single date and no edge, years that begin on
    /// the same weekday between the same edges and are as long are alike.
    fn find_classes(&mut self) {
        let weekdays_only =
            self.once.is_empty() && self.edges.is_empty() && self.yearly.iter().all(|class| *class == 0);
        if weekdays_only {
            return january(EXAMPLES_FROM).take(7).for_each(|date| self.meet(date));
        }
        let mut seen = BTreeSet::new();
        for year in (EXAMPLES_FROM..=LAST).chain(FIRST..EXAMPLES_FROM) {
            let first = Date::constant(year, 1, 1);
            let edge = self.mark(first).edge;
            let kind = (first.weekday().to_monday_zero_offset(), first.in_leap_year(), edge);
            if !self.plain(year) || seen.insert(kind) {
                january(year).take(first.days_in_year() as usize).for_each(|date| self.meet(date));
            }
        }
    }

    /// Whether a year and the day before it hold no single date and no edge.
    fn plain(&self, year: i16) -> bool {
        let (from, to) = (Date::constant(year - 1, 12, 31), Date::constant(year, 12, 31));
        let edge = self.edges.partition_point(|edge| *edge < from);
        self.once.range(from..=to).next().is_none() && self.edges.get(edge).is_none_or(|edge| *edge > to)
    }

    fn meet(&mut self, date: Date) {
        let (key, next) = (self.key(date), self.all.len());
        if *self.classes.entry(key).or_insert(next) == next {
            self.all.push((key.0, key.1, date));
        }
    }

    /// How many classes there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// A day of a class.
    pub(super) fn example(&self, class: usize) -> Date {
        self.all[class].2
    }

    /// The weekday of a class, from Monday.
    pub(super) fn weekday(&self, class: usize) -> usize {
        self.all[class].1.weekday.into()
    }

    /// A day's class.
    pub(super) fn class(&self, date: Date) -> usize {
        self.classes.get(&self.key(date)).copied().unwrap_or_default()
    }

    /// Of which classes the day, or the day before, is of these weekdays.
    pub(super) fn on(&self, weekdays: [bool; 7], when: When) -> Vec<bool> {
        self.marked(when, |mark| weekdays[usize::from(mark.weekday)])
    }

    /// Of which classes the day, or the day before, is in a list.
    pub(super) fn listed(&self, list: &Listed, when: When) -> Vec<bool> {
        let of = |classes: &mut dyn Iterator<Item = (u16, bool)>| -> BTreeSet<u16> {
            classes.filter(|(_, listed)| *listed).map(|(class, _)| class).collect()
        };
        let yearly =
            of(&mut self.yearly.iter().enumerate().map(|(place, class)| (*class, list.yearly.contains(&place))));
        let once = of(&mut self.once.iter().map(|(date, class)| (*class, list.once.contains(date))));
        self.marked(when, |mark| yearly.contains(&mark.yearly) || mark.once.is_some_and(|class| once.contains(&class)))
    }

    /// Of which classes the day, or the day before, is not before an edge.
    pub(super) fn from(&self, edge: Date, when: When) -> Vec<bool> {
        let passed = self.edges.partition_point(|other| *other <= edge) as u32;
        self.marked(when, |mark| mark.edge >= passed)
    }

    fn marked(&self, when: When, is: impl Fn(&Mark) -> bool) -> Vec<bool> {
        let mark = |(before, now, _): &(Mark, Mark, Date)| is(if when == When::Now { now } else { before });
        self.all.iter().map(mark).collect()
    }

    fn key(&self, date: Date) -> (Mark, Mark) {
        let today = self.mark(date);
        (if self.pairs { self.mark(date.yesterday().unwrap_or(date)) } else { today }, today)
    }

    fn mark(&self, date: Date) -> Mark {
        Mark {
            weekday: date.weekday().to_monday_zero_offset() as u8,
            yearly: self.yearly[in_year(date)],
            once: self.once.get(&date).copied(),
            edge: self.edges.partition_point(|edge| *edge <= date) as u32,
        }
    }
}

/// The days from a year's first.
fn january(year: i16) -> impl Iterator<Item = Date> {
    Date::constant(year, 1, 1).series(Span::new().days(1))
}

/// Gives each class a new one for those in it that are marked.
fn split<'a>(members: impl Iterator<Item = (&'a mut u16, bool)>) {
    let mut classes: HashMap<(u16, bool), u16> = HashMap::new();
    for (class, marked) in members {
        let next = classes.len() as u16;
        *class = *classes.entry((*class, marked)).or_insert(next);
    }
}
