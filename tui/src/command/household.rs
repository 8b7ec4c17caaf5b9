//! `wattproof household`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde::Serialize;
use wattproof_engine::clock;
use wattproof_engine::desk::{file, time};
use wattproof_engine::household::{self, Profile};
use wattproof_engine::intake::csv;

use super::Outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Answer, GOOD, Page};
use crate::session::Session;
use crate::table::thousands;
use crate::words::Words;

/// Make up a household's half-hourly load to try things with.
#[derive(Args, Debug)]
#[command(
    after_help = "The same seed gives the same household.\n\nExample:\n  wattproof household home.csv --days 31 --seed 7 --start 2026-10-01 --tz Europe/London"
)]
pub struct Household {
    /// The readings file to write.
    #[arg(value_name = "CSV-OUT")]
    out: PathBuf,
    /// How many local days.
    #[arg(long, value_name = "N")]
    days: u32,
    /// Which household.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// What kind of household: home, ev or heat-pump.
    #[arg(long, value_name = "NAME", default_value = "home")]
    profile: String,
    /// The clock its people live by.
    #[arg(long, value_name = "ZONE", default_value = "Europe/London")]
    tz: String,
    /// The first local day [default: so many days before today].
    #[arg(long, value_name = "DATE")]
    start: Option<String>,
}

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    profile: &'static str,
    seed: u64,
    days: u32,
    start: String,
    slots: u32,
    first: String,
    end: String,
    total_wh: u64,
}

impl Household {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        session.screen.answer(&self.make(session)?)?;
        Ok(Exit::Done)
    }

    fn make(self, session: &Session) -> Result<Made, Failure> {
        let zone = clock::zone(&self.tz)?;
        let profile = Profile::named(&self.profile)?;
        let start = match &self.start {
            Some(text) => date(text)?,
            None => days_before(session.now()?.to_zoned(zone.clone()).date(), self.days)?,
        };
        let slot = half_hour();
        let order = household::Household { profile, seed: self.seed, zone: zone.clone(), start, days: self.days, slot };
        let made = household::generate(&order)?;
        let mut text = Vec::new();
        csv::write(&made, &|at| zone.to_offset(at), &mut text)?;
        file::replace(&self.out, &text)?;
        let slots = made.readings.slots();
        Ok(Made {
            file: self.out,
            profile: profile.name(),
            seed: self.seed,
            days: self.days,
            start: start.to_string(),
            slots: slots.count(),
            first: time::start(slots.first(), slot).to_string(),
            end: time::start(slots.end(), slot).to_string(),
            total_wh: slots.iter().filter_map(|slot| made.readings.get(0, slot)).map(u64::from).sum(),
        })
    }
}

/// A date as people write it to a command.
pub fn date(text: &str) -> Result<Date, Failure> {
    text.parse().map_err(|_| Words::NotADate(text.chars().take(40).collect()).into())
}

/// The day so many days before another.
pub fn days_before(day: Date, days: u32) -> Result<Date, Failure> {
    let before = day.checked_sub(jiff::Span::new().days(i64::from(days.min(100_000))));
    before.map_err(|_| Words::NotADate(format!("{days} days before {day}")).into())
}

/// Half an hour.
pub fn half_hour() -> time::SlotLength {
    time::SlotLength::HALF_HOUR
}

impl Answer for Made {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (slots, kwh) = (thousands(self.slots.into()), self.total_wh as f64 / 1000.0);
        page.note(format_args!(
            "{GOOD}{slots} half hours{GOOD:#} from {} to {}, {kwh:.1} kWh, in {}",
            self.first,
            self.end,
            self.file.display()
        ))
    }
}
