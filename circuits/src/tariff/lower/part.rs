//! What an expression is evaluated over: some days of the period and their slots.

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::almanac::Set;
use super::super::diagnostic::Diagnostic;
use super::super::sheet::{Per, Scope, Within};
use super::Lowering;
use crate::program::Ratio;

/// Days and slots of a period, by their places in it, the ends excluded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) scope: Scope,
    pub(super) days: (u32, u32),
    pub(super) slots: (u32, u32),
    /// Every slot that counts is in all of these; in rising order.
    pub(super) within: Vec<Set>,
}

impl Part {
    /// How many days.
    pub(super) fn count_days(&self) -> u32 {
        self.days.1 - self.days.0
    }

    /// The same, of fewer slots.
    pub(super) fn narrowed(&self, within: Option<&Within>) -> Part {
        let mut all = self.within.clone();
        all.extend(within.map(|within| within.set));
        all.sort_unstable();
        all.dedup();
        Part { within: all, ..self.clone() }
    }
}

impl Lowering<'_> {
    /// The whole period.
    pub(super) fn whole(&self) -> Part {
        let slots = self.period.slots().count();
        Part { scope: Scope::Period, days: (0, self.period.days()), slots: (0, slots), within: Vec::new() }
    }

    /// A single day of a part.
    pub(super) fn day(&self, day: u32, at: &Part) -> Part {
        let (first, end) = (self.days[day as usize], self.days[day as usize + 1]);
        Part { scope: Scope::Day, days: (day, day + 1), slots: (first, end), within: at.within.clone() }
    }

    /// A single slot.
    pub(super) fn slot(&self, slot: u32) -> Part {
        let day = self.days.partition_point(|start| *start <= slot) as u32 - 1;
        Part { scope: Scope::Reading, days: (day, day + 1), slots: (slot, slot + 1), within: Vec::new() }
    }

    /// The parts of a part, those without a slot in the windows left out, each with the share of it that is in the
    /// period. A part that is no wider than the scope is its own only part.
    pub(super) fn parts(
        &mut self,
        per: &Per,
        within: Option<&Within>,
        at: &Part,
    ) -> Result<Vec<(Part, Ratio)>, Diagnostic> {
        let at = at.narrowed(within);
        let one = Ratio::from(1);
        let parts = match per.scope {
            scope if scope >= at.scope => vec![(at, one)],
            Scope::Reading => self.inside(&at).into_iter().map(|slot| (self.slot(slot), one)).collect(),
            Scope::Day => (at.days.0..at.days.1).map(|day| (self.day(day, &at), one)).collect(),
            _ => self.stretches(per, &at)?,
        };
        if within.is_none() {
            return Ok(parts);
        }
        Ok(parts.into_iter().filter(|(part, _)| !self.inside(part).is_empty()).collect())
    }

    /// The months, quarters or years of a part.
    fn stretches(&self, per: &Per, at: &Part) -> Result<Vec<(Part, Ratio)>, Diagnostic> {
        let one = Ratio::from(1);
        let mut parts = Vec::new();
        let mut day = at.days.0;
        while day < at.days.1 {
            let (first, end) = stretch(per.scope, self.date(day));
            let until = (day..at.days.1).find(|day| self.date(*day) >= end).unwrap_or(at.days.1);
            let whole = days_between(first, end);
            let cut = i128::from(until - day) != whole;
            if cut && !per.prorated && !self.cut {
                let word = per.scope.word();
                let message = format!("the period cuts the {word} that begins on {first}");
                let help = format!("bill whole {word}s, or say that a cut one counts by its days: per {word} prorated");
                return Err(Diagnostic::new("cut-part", &per.span, message).help(help));
            }
            let slots = (self.days[day as usize], self.days[until as usize]);
            let part = Part { scope: per.scope, days: (day, until), slots, within: at.within.clone() };
            let share = if per.prorated && !self.cut { Ratio::new(i128::from(until - day), whole) } else { one };
            parts.push((part, share));
            day = until;
        }
        Ok(parts)
    }

    /// A day of the period.
    pub(super) fn date(&self, day: u32) -> Date {
        self.period.day(day as usize)
    }

    /// The slots of a part that are in all of its sets.
    pub(super) fn inside(&mut self, part: &Part) -> Vec<u32> {
        let within: Vec<_> = part.within.iter().map(|set| self.first_of(&[*set])).collect();
        let counts = |slot: &u32| within.iter().all(|set| set[*slot as usize] == 0);
        (part.slots.0..part.slots.1).filter(counts).collect()
    }
}

/// The month, quarter or year that a date lies in, its end excluded.
fn stretch(scope: Scope, date: Date) -> (Date, Date) {
    let first = date.first_of_month();
    match scope {
        Scope::Quarter => {
            let first = first.saturating_sub((i64::from(first.month() - 1) % 3).months());
            (first, first.saturating_add(3.months()))
        }
        Scope::Year => (date.first_of_year(), date.first_of_year().saturating_add(1.year())),
        _ => (first, first.saturating_add(1.month())),
    }
}

fn days_between(first: Date, end: Date) -> i128 {
    first.until(end).map_or(1, |span| i128::from(span.get_days()))
}
