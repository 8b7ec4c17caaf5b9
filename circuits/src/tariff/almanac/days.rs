//! Which days a tariff tells apart: by weekday, by day of the year, by date, by what is dated from or until.
//!
//! Every day of the years that can be billed belongs to one class, and all days of a class are alike in everything that
//! the tariff says of days by the calendar alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Span;
use jiff::civil::Date;

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

impl Listed {
    pub(crate) fn contains(&self, date: Date) -> bool {
        self.yearly.contains(&in_year(date)) || self.once.contains(&date)
    }
}

/// A date's place in the year: 31 to a month.
pub(crate) fn in_year(date: Date) -> usize {
    (date.month() as usize - 1) * 31 + date.day() as usize - 1
}

/// The class of each day; of each two consecutive days when that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Days {
    yearly: Vec<u16>,
    once: BTreeMap<Date, u16>,
    edges: Vec<Date>,
    /// Whether the day before matters too.
    pairs: bool,
    classes: HashMap<(Mark, Mark), usize>,
    /// A day of each class.
    examples: Vec<Date>,
}

/// What tells a day by itself: weekday, class of its place in the year, of its date, and of the time it is in.
type Mark = (i8, u16, u16, usize);

impl Days {
    /// Days told apart by these lists, and by whether they are before these edges.
    pub(super) fn new<'a>(lists: impl Iterator<Item = &'a Listed>, edges: BTreeSet<Date>, pairs: bool) -> Self {
        let mut yearly = vec![0; YEAR];
        let mut once: BTreeMap<Date, u16> = BTreeMap::new();
        let lists: Vec<_> = lists.collect();
        for list in &lists {
            list.once.iter().for_each(|date| _ = once.insert(*date, 1));
        }
        for list in lists {
            split(yearly.iter_mut().enumerate().map(|(place, class)| (class, list.yearly.contains(&place))));
            split(once.iter_mut().map(|(date, class)| (class, list.once.contains(date))));
        }
        let (edges, classes, examples) = (edges.into_iter().collect(), HashMap::new(), Vec::new());
        let mut days = Days { yearly, once, edges, pairs, classes, examples };
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
            let (_, _, _, edge) = self.mark(first);
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
        let (key, next) = (self.key(date), self.examples.len());
        if *self.classes.entry(key).or_insert(next) == next {
            self.examples.push(date);
        }
    }

    /// A day of each class.
    pub(super) fn examples(&self) -> &[Date] {
        &self.examples
    }

    /// A day's class.
    pub(super) fn class(&self, date: Date) -> usize {
        self.classes.get(&self.key(date)).copied().unwrap_or_default()
    }

    fn key(&self, date: Date) -> (Mark, Mark) {
        let today = self.mark(date);
        (if self.pairs { self.mark(before(date)) } else { today }, today)
    }

    fn mark(&self, date: Date) -> Mark {
        let once = self.once.get(&date).copied().unwrap_or(u16::MAX);
        let edge = self.edges.partition_point(|edge| *edge <= date);
        (date.weekday().to_monday_zero_offset(), self.yearly[in_year(date)], once, edge)
    }
}

/// The days from a year's first.
fn january(year: i16) -> impl Iterator<Item = Date> {
    Date::constant(year, 1, 1).series(Span::new().days(1))
}

/// The day before.
pub(super) fn before(date: Date) -> Date {
    date.yesterday().unwrap_or(date)
}

/// Gives each class a new one for those in it that are marked.
fn split<'a>(members: impl Iterator<Item = (&'a mut u16, bool)>) {
    let mut classes: HashMap<(u16, bool), u16> = HashMap::new();
    for (class, marked) in members {
        let next = classes.len() as u16;
        *class = *classes.entry((*class, marked)).or_insert(next);
    }
}
