//! Names for slots: windows, seasons, lists of dates and data, and the almanac over all of them.

use std::collections::BTreeSet;

use super::almanac::{Almanac, Set, When};
use super::amount::Known;
use super::currency::Currency;
use super::declared::declared;
use super::diagnostic::{Diagnostic, Span};
use super::names::Named;
use super::season::{listed, season};
use super::sheet::{Published, Times, TimesKind, Within};
use super::tree::{At, Data, Statement, Text};
use super::unit::{Dim, unit};
use super::window::{Part, checked_window};
use crate::data::{Declared, Kind};
use crate::period::Calendar;

/// The most named times of a tariff.
const MAX_TIMES: usize = 1_000;

/// Everything that a tariff says of time.
pub(super) struct Timing<'a> {
    pub(super) times: Named<'a, Times>,
    pub(super) data: Named<'a, Published>,
    pub(super) almanac: Almanac,
}

/// Reads the statements about time: first what stands by itself, then windows, in order, over it.
pub(super) fn timing<'a>(
    source: &str,
    statements: &[Statement<'a>],
    calendar: &Calendar,
    currency: Currency,
    found: &mut Vec<Diagnostic>,
) -> Timing<'a> {
    let times = Named::shared("window", "window, season or list of dates");
    let mut reading = Reading { source, times, data: Named::new("data"), declared: Vec::new(), found };
    for statement in statements {
        reading.read(statement, currency);
    }
    let windows = statements.iter().filter_map(|statement| match statement {
        Statement::Window(window) => Some(window),
        _ => None,
    });
    reading.times.expect(windows.clone().map(|window| window.name.is));
    let mut laid = Vec::new();
    for window in windows {
        let checked = checked_window(window, calendar, &reading.times, &reading.declared, reading.found);
        let text = reading.written(&window.parts);
        let place = reading.name(&window.name, text, checked.as_ref().map(|_| TimesKind::Window));
        let span = window.name.span.clone();
        laid.extend(place.zip(checked).map(|(place, parts)| Laid { place, span, parts }));
    }
    let Reading { mut times, data, declared, found, .. } = reading;
    let mut almanac = almanac(calendar, declared, &times.all, &laid);
    lay_out(&mut almanac, &mut times.all, laid, found);
    Timing { times, data, almanac }
}

/// What has been read so far.
struct Reading<'a, 'f> {
    source: &'f str,
    times: Named<'a, Times>,
    data: Named<'a, Published>,
    /// By place in `data`.
    declared: Vec<Declared>,
    found: &'f mut Vec<Diagnostic>,
}

impl<'a> Reading<'a, '_> {
    fn read(&mut self, statement: &Statement<'a>, currency: Currency) {
        match statement {
            Statement::Dates(dates) => {
                let text = self.written(&dates.dates);
                let kind = listed(dates, self.found).map(TimesKind::Dates);
                self.name(&dates.name, text, kind);
            }
            Statement::Season(this) => {
                let text = self.written(&this.parts);
                let kind = season(this, self.found).map(TimesKind::Season);
                self.name(&this.name, text, kind);
            }
            Statement::Data(data) => self.data(data, currency),
            Statement::Broken("window" | "season" | "dates", Some(name)) => self.times.declare_broken(name),
            Statement::Broken("data", Some(name)) => {
                self.times.declare_broken(name);
                self.data.declare_broken(name);
            }
            _ => {}
        }
    }

    fn data(&mut self, data: &Data<'a>, currency: Currency) {
        let checked = declared(data, self.declared.len(), currency, self.found);
        let (declared, published) = checked.unzip();
        let place = self.data.declare(&data.name, published, self.found);
        let (Some(place), Some(declared)) = (place, declared) else {
            return self.times.declare_broken(data.name.is);
        };
        let kind = match &declared.kind {
            Kind::Dates => Some(TimesKind::Published(place)),
            Kind::OneOf { .. } => Some(TimesKind::Choice(place)),
            Kind::Number { .. } | Kind::Table { .. } => None,
        };
        if let Some(kind) = kind {
            self.name(&data.name, String::new(), Some(kind));
        }
        self.declared.push(declared);
    }

    /// A list as it is written, in one line.
    fn written<T>(&self, list: &[At<T>]) -> String {
        let span = list.first().zip(list.last()).map(|(first, last)| first.span.start..last.span.end);
        let text = span.and_then(|span| self.source.get(span)).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn name(&mut self, name: &Text<'a>, text: String, kind: Option<TimesKind>) -> Option<usize> {
        if self.times.all.len() == MAX_TIMES {
            let message = format!("a tariff has at most {MAX_TIMES} windows, seasons and lists of dates");
            self.found.push(Diagnostic::new("too-many-windows", &name.span, message).help("merge some"));
            self.times.declare_broken(name.is);
            return None;
        }
        let times = kind.map(|kind| Times { name: name.is.to_owned(), text, kind, set: Set::NONE, after: Set::NONE });
        self.times.declare(name, times, self.found)
    }
}

/// A window's parts, to be laid out.
struct Laid {
    place: usize,
    span: Span,
    parts: Vec<Part>,
}

/// The almanac of the days that dates, seasons and windows tell apart.
fn almanac(calendar: &Calendar, data: Vec<Declared>, times: &[Times], windows: &[Laid]) -> Almanac {
    let lists = times.iter().filter_map(|times| match &times.kind {
        TimesKind::Season(days) | TimesKind::Dates(days) => Some(days),
        _ => None,
    });
    let parts = || windows.iter().flat_map(|laid| &laid.parts);
    let edges: BTreeSet<_> = parts().flat_map(Part::edges).collect();
    Almanac::new(calendar, data, lists, edges, parts().any(|part| !part.hours.crossed.is_empty()))
}

/// Fills in the slots of everything that has a name.
fn lay_out(almanac: &mut Almanac, times: &mut [Times], windows: Vec<Laid>, found: &mut Vec<Diagnostic>) {
    for times in times.iter_mut() {
        (times.set, times.after) = (days(almanac, times, When::Now), days(almanac, times, When::Before));
    }
    for Laid { place, span, parts } in windows {
        let parts: Vec<_> = parts.iter().map(|part| part.slots(almanac, times)).collect();
        let set = parts.into_iter().fold(Set::NONE, |all, part| almanac.or(all, part));
        times[place].set = set;
        if set == Set::NONE && !almanac.full() {
            let message = format!("no slot is ever in `{}`", times[place].name);
            let help = "change its days or conditions so that some slot is";
            found.push(Diagnostic::new("empty-window", &span, message).help(help));
        }
    }
}

/// The slots of tariff days, or after tariff days, that belong to a season or list of dates.
fn days(almanac: &mut Almanac, times: &Times, when: When) -> Set {
    match &times.kind {
        TimesKind::Season(days) | TimesKind::Dates(days) => almanac.listed(days, when),
        TimesKind::Published(data) => almanac.published(*data, when, [false, true]),
        TimesKind::Window | TimesKind::Choice(_) => Set::NONE,
    }
}

/// What a unit of energy measures.
const ENERGIES: [Dim; 3] = [Dim::ENERGY, Dim::REACTIVE_ENERGY, Dim::APPARENT_ENERGY];

impl Known<'_, '_> {
    /// The slots of a name. Nothing when it does not stand for any, which is or was reported.
    pub(super) fn slots(&mut self, name: &Text<'_>) -> Option<Set> {
        if let Some(help) = self.no_name_of_times(name) {
            let unknown = Diagnostic::new(
                "unknown-name",
                &name.span,
                format!("no window, season or list of dates is named `{}`", name.is),
            );
            self.found.push(unknown.help(help));
            return None;
        }
        let place = self.times.find(name, self.found)?;
        let times = &self.times.all[place];
        if let TimesKind::Choice(_) = times.kind {
            self.found.push(no_times(name));
            return None;
        }
        Some(times.set).filter(|set| *set != Set::NONE)
    }

    /// What to write in the place of a unit, or of a value of data, where slots are named.
    fn no_name_of_times(&self, name: &Text<'_>) -> Option<String> {
        if self.times.knows(name.is) {
            return None;
        }
        if unit(name.is, self.currency).is_ok_and(|unit| ENERGIES.contains(&unit.dim)) {
            return Some(format!("leave out `in {}`: an amount of energy has its unit", name.is));
        }
        self.almanac.data().iter().find_map(|data| match &data.kind {
            Kind::OneOf { values, .. } if values.iter().any(|value| value == name.is) => Some(format!(
                "`{0}` is a value of `{1}`: write price … by {1} {{ … }}, or window NAME = when {1} is {0}",
                name.is, data.name
            )),
            _ => None,
        })
    }

    /// The slots that are in all of some names; every slot when there is none.
    pub(super) fn within(&mut self, names: &[Text<'_>]) -> Option<Option<Within>> {
        let sets: Vec<_> = names.iter().map(|name| self.slots(name)).collect();
        let sets: Vec<_> = sets.into_iter().collect::<Option<_>>()?;
        let Some(set) = sets.into_iter().reduce(|a, b| self.almanac.and(a, b)) else { return Some(None) };
        let text = names.iter().map(|name| name.is).collect::<Vec<_>>().join(" in ");
        Some(Some(Within { set, text }))
    }
}

/// The refusal of data with several values where slots are wanted.
pub(super) fn no_times(name: &Text<'_>) -> Diagnostic {
    let message = format!("`{}` is data that have several values", name.is);
    let help = format!("declare a window: window NAME = when {} is …", name.is);
    Diagnostic::new("wrong-kind", &name.span, message).help(help)
}
