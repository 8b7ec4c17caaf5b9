//! Seasons and windows as they come to be named.

use std::collections::BTreeMap;

use super::months::Months;
use super::schedule::{Hours, Schedule};

/// The seasons and windows that a tariff declares, each once, in the order in which they were wanted.
#[derive(Default)]
pub(super) struct Calendar {
    seasons: Vec<Months>,
    windows: Vec<(String, String)>,
}

impl Calendar {
    /// ` in jun_to_sep`, or nothing for all year.
    pub(super) fn within(&mut self, months: Months) -> String {
        if months == Months::ALL {
            return String::new();
        }
        if !self.seasons.contains(&months) {
            self.seasons.push(months);
        }
        format!(" in {}", months.name())
    }

    /// Declares when a period holds, under this name.
    pub(super) fn window(&mut self, name: &str, schedule: &Schedule, period: usize) {
        if self.windows.iter().any(|(known, _)| known == name) {
            return;
        }
        let parts = parts(schedule, period).into_iter().map(|Part { hours, days, months }| {
            let within = self.within(months);
            format!("{hours}{days}{within}")
        });
        let text = parts.collect::<Vec<_>>().join("\n    and ");
        self.windows.push((name.to_owned(), text));
    }

    /// The statements, seasons first.
    pub(super) fn statements(&self) -> Vec<String> {
        let season = |months: &Months| format!("season {} = {}", months.name(), months.days());
        let window = |(name, text): &(String, String)| format!("window {name} = {text}");
        self.seasons.iter().map(season).chain(self.windows.iter().map(window)).collect()
    }
}

/// Hours of days in months: `16:00-21:00 `, `on Mon-Fri`.
struct Part {
    hours: String,
    days: &'static str,
    months: Months,
}

/// How many parts it takes to say when a period holds.
pub(super) fn length(schedule: &Schedule, period: usize) -> usize {
    parts(schedule, period).len()
}

/// When a period holds; months with the same hours are taken together, and so are weekdays and weekend.
fn parts(schedule: &Schedule, period: usize) -> Vec<Part> {
    let mut by_hours: BTreeMap<[bool; 24], (Months, Months)> = BTreeMap::new();
    for month in 0..12 {
        let only = Months::where_(|other| other == month);
        let held = |days: &[Hours]| days[month].map(|held| held == period);
        let entry = by_hours.entry(held(&schedule.weekday)).or_default();
        entry.0 = entry.0.or(only);
        let entry = by_hours.entry(held(&schedule.weekend)).or_default();
        entry.1 = entry.1.or(only);
    }
    let mut parts = Vec::new();
    for (hours, (weekdays, weekends)) in by_hours.into_iter().rev().filter(|(hours, _)| hours.contains(&true)) {
        let both = weekdays.and(weekends);
        let days =
            [("every day", both), ("on Mon-Fri", weekdays.without(both)), ("on Sat, Sun", weekends.without(both))];
        let days = days.into_iter().filter(|(_, months)| !months.is_empty());
        parts.extend(days.map(|(days, months)| Part { hours: clock(&hours), days, months }));
    }
    parts
}

/// `00:00-07:00, 22:00-24:00 `; nothing for the whole day.
fn clock(hours: &[bool; 24]) -> String {
    let begins = (0..24).filter(|hour| hours[*hour] && (*hour == 0 || !hours[hour - 1]));
    let run = |first: usize| format!("{first:02}:00-{:02}:00", (first..24).find(|hour| !hours[*hour]).unwrap_or(24));
    if hours.iter().all(|held| *held) {
        return String::new();
    }
    begins.map(run).collect::<Vec<_>>().join(", ") + " "
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(weekday: impl Fn(usize, usize) -> usize, weekend: impl Fn(usize, usize) -> usize) -> Schedule {
        let rows = |of: &dyn Fn(usize, usize) -> usize| {
            (0..12).map(|month| std::array::from_fn(|hour| of(month, hour))).collect()
        };
        Schedule { weekday: rows(&weekday), weekend: rows(&weekend) }
    }

    fn said(schedule: &Schedule, period: usize) -> Vec<String> {
        let mut calendar = Calendar::default();
        calendar.window("w", schedule, period);
        calendar.statements()
    }

    #[test]
    fn windows_say_hours_days_and_seasons() {
        let evening = |hour: usize| usize::from((16..21).contains(&hour));
        let every_day = schedule(|_, hour| evening(hour), |_, hour| evening(hour));
        assert_eq!(said(&every_day, 1), ["window w = 16:00-21:00 every day"]);
        assert_eq!(said(&every_day, 0), ["window w = 00:00-16:00, 21:00-24:00 every day"]);
        let weekdays = schedule(|_, hour| evening(hour), |_, _| 0);
        assert_eq!(said(&weekdays, 1), ["window w = 16:00-21:00 on Mon-Fri"]);
        assert_eq!(said(&weekdays, 0), ["window w = on Sat, Sun\n    and 00:00-16:00, 21:00-24:00 on Mon-Fri"]);
        let summer = |month: usize| (5..9).contains(&month);
        let seasonal = schedule(|month, hour| if summer(month) { evening(hour) } else { 2 }, |_, _| 2);
        let season = "season jun_to_sep = 1 Jun to 30 Sep";
        assert_eq!(said(&seasonal, 1), [season, "window w = 16:00-21:00 on Mon-Fri in jun_to_sep"]);
        let rest = "window w = every day in jan_to_may_and_oct_to_dec\n    and on Sat, Sun in jun_to_sep";
        assert_eq!(said(&seasonal, 2)[2].replace("oct_to_may", "jan_to_may_and_oct_to_dec"), rest);
    }

    #[test]
    fn a_period_of_all_hours_is_every_day() {
        assert_eq!(said(&schedule(|_, _| 0, |_, _| 0), 0), ["window w = every day"]);
    }
}
