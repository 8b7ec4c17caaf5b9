//! `wattproof tariff import`.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use wattproof_engine::clock;
use wattproof_engine::desk::file;
use wattproof_engine::urdb::{self, Climb, Imported, Options};

use crate::command::readings::same;
use crate::failure::Failure;
use crate::output::{Answer, GOOD, HEAD, Page};
use crate::words::Words;

/// Where the zone of a rate's hours is not said, they are UTC's.
const ZONE: &str = "UTC";

/// Turn another database's rate into a tariff.
#[derive(Subcommand, Debug)]
pub enum Import {
    Urdb(Urdb),
}

/// Turn a rate of the OpenEI Utility Rate Database (JSON) into a tariff: said in full, or refused.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  wattproof tariff import urdb rate.json -o rate.tariff --tz America/New_York --tiers prorate"
)]
pub struct Urdb {
    /// The rate: an item of the rates API with detail=full, or its answer with one item.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The tariff to write.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
    /// The zone whose clock the rate's hours are of [default: UTC].
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// How energy climbs tiers that rise by different steps in the periods of a month.
    #[arg(long, value_name = "RULE")]
    tiers: Option<Tiers>,
    /// Minutes of a settlement period; demand is measured over it.
    #[arg(long, value_name = "MINUTES", default_value_t = 30)]
    slot: u16,
    /// Credit what an export register counts at the rate's sell prices.
    #[arg(long)]
    export: bool,
}

/// How energy climbs tiers.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tiers {
    /// The month's total climbs; every period takes its share of each tier.
    Prorate,
    /// Readings climb in time order, each at its own period's price.
    Sequential,
}

/// What was made.
#[derive(Serialize)]
pub struct Made {
    file: PathBuf,
    name: String,
    zone: String,
    zone_given: bool,
    not_billed: Vec<String>,
    settled_noise: usize,
}

impl Import {
    /// Carries it out.
    pub fn run(self) -> Result<Made, Failure> {
        let Import::Urdb(urdb) = self;
        urdb.run()
    }
}

impl Urdb {
    fn run(self) -> Result<Made, Failure> {
        let zone = clock::zone(self.tz.as_deref().unwrap_or(ZONE))?.iana_name().unwrap_or(ZONE).to_owned();
        if same(&self.path, &self.out) {
            return Err(Words::OverItself(self.out).into());
        }
        let climb = self.tiers.map(|tiers| match tiers {
            Tiers::Prorate => Climb::Prorate,
            Tiers::Sequential => Climb::Sequential,
        });
        let options = Options { zone, slot: self.slot, climb, export: self.export };
        let json = file::read(&self.path, urdb::MAX_BYTES)?;
        let Imported { name, text, not_billed, settled_noise } = urdb::import(&json, &options)?;
        file::replace(&self.out, text.as_bytes())?;
        let zone_given = self.tz.is_some();
        Ok(Made { file: self.out, name, zone: options.zone, zone_given, not_billed, settled_noise })
    }
}

impl Answer for Made {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.note(format_args!("{GOOD}tariff {} written{GOOD:#} into {}", self.name, self.file.display()))?;
        if !self.zone_given {
            page.note(format_args!("hours are {}'s: say --tz ZONE if the rate's clock is another", self.zone))?;
        }
        if self.settled_noise > 0 {
            page.note(format_args!(
                "{} numbers with binary noise were taken as the decimal beside them",
                self.settled_noise
            ))?;
        }
        for what in &self.not_billed {
            page.line(format_args!("{HEAD}not billed:{HEAD:#} {what}"))?;
        }
        page.note(format_args!("look it over, then try: wattproof tariff check {}", self.file.display()))
    }
}
