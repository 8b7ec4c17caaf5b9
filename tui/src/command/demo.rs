//! `wattproof demo`: the whole story on a sample household.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use wattproof_engine::desk::demo::TARIFFS;
use wattproof_engine::desk::tariff::Tariff;

use super::Outcome;
use super::certify::Certify;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Answer, DIM, GOOD, HEAD, Page, Screen};
use crate::session::Session;
use crate::words::Words;

mod story;

/// Play the whole story on a sample household, from the meter to a verified bill.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof demo --days 7 --tariff cumulative --dir try")]
pub struct Demo {
    /// The folder to play in, new or empty; it is kept [default: a folder that is removed at the end].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// How many days to bill, at most a year.
    #[arg(long, value_name = "N", default_value_t = 31, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// The tariff: economy7, linear, blocks, cumulative or demand.
    #[arg(long, value_name = "NAME", default_value = "economy7")]
    tariff: String,
    /// What the meter certifies.
    #[arg(long, value_enum, default_value_t = Certify::Reading)]
    certify: Certify,
}

/// What was played, in numbers.
#[derive(Serialize)]
struct Summary {
    dir: Option<PathBuf>,
    days: u32,
    seconds: f64,
    #[serde(flatten)]
    told: story::Told,
}

impl Demo {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let found = TARIFFS.iter().find(|(name, _)| *name == self.tariff);
        let (_, text) = *found.ok_or_else(|| Words::NoSuchSample(self.tariff.clone()))?;
        let tariff = Tariff::parse(text).map_err(|_| Words::Demo("reading the sample tariff"))?;
        // Dropped at the end, and the folder with it.
        let own = if self.dir.is_none() { Some(temporary()?) } else { None };
        let folder = match (&self.dir, &own) {
            (Some(dir), _) => empty(dir)?,
            (None, Some(own)) => own.path().to_path_buf(),
            (None, None) => return Err(Words::NoDataFolder.into()),
        };
        let started = Instant::now();
        let mut stage = Stage { screen: session.screen, act: 0 };
        stage.open(&self, &folder)?;
        let told = story::play(&mut stage, &folder, &tariff, (self.days, self.certify), session.now()?)?;
        let summary = Summary { dir: self.dir, days: self.days, seconds: started.elapsed().as_secs_f64(), told };
        session.screen.answer(&summary)?;
        Ok(Exit::Done)
    }
}

fn temporary() -> Result<tempfile::TempDir, Failure> {
    let made = tempfile::Builder::new().prefix("wattproof-demo-").tempdir();
    made.map_err(|error| Words::Output(error.to_string()).into())
}

/// The folder, made if need be.
fn empty(dir: &PathBuf) -> Result<PathBuf, Failure> {
    wattproof_engine::desk::file::folder(dir)?;
    match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(dir.clone()),
        _ => Err(Words::FolderInUse(dir.clone()).into()),
    }
}

/// Where the story is told, act by act, as it happens; silent in JSON.
pub struct Stage {
    screen: Screen,
    act: u32,
}

impl Stage {
    fn open(&self, demo: &Demo, folder: &std::path::Path) -> Result<(), Failure> {
        let days = if demo.days == 1 { "1 day".into() } else { format!("{} days", demo.days) };
        self.say(&format!("{HEAD}One household, {days}, tariff {}{HEAD:#}", demo.tariff))?;
        self.say(&format!("{DIM}in {}{DIM:#}", folder.display()))
    }

    /// A new act: who does what, then what came of it.
    pub fn act(&mut self, who: &str, what: &str) -> Result<(), Failure> {
        self.act += 1;
        let act = self.act;
        self.say(&format!("\n{HEAD}{act:>2}. {who}{HEAD:#} {what}"))
    }

    /// A line of what came of it.
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        self.say(&format!("    {text}"))
    }

    /// How long it took.
    pub fn took(&self, started: Instant) -> Result<f64, Failure> {
        let seconds = started.elapsed().as_secs_f64();
        self.line(&format!("{DIM}{seconds:.2} s{DIM:#}"))?;
        Ok(seconds)
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        if self.screen.json { Ok(()) } else { self.screen.say(|page| page.note(format_args!("{text}"))) }
    }
}

impl Answer for Summary {
    fn tell(&self, page: &mut Page<'_>) -> std::io::Result<()> {
        let story::Told { total, currency, bits_disclosed, bits_held, .. } = &self.told;
        page.line(format_args!("\n{GOOD}The bill is {total} {currency}, and the supplier knows it is right.{GOOD:#}"))?;
        let held = crate::table::thousands(*bits_held);
        page.note(format_args!(
            "Of the {held} bits that the readings hold it has learnt at most {bits_disclosed:.1}: the total."
        ))?;
        match &self.dir {
            Some(dir) => {
                page.note(format_args!("{DIM}{:.1} s; everything is in {}{DIM:#}", self.seconds, dir.display()))
            }
            None => page.note(format_args!("{DIM}{:.1} s; `--dir DIR` keeps the files{DIM:#}", self.seconds)),
        }
    }
}
