//! `wattproof export`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use wattproof_engine::export::export;

use super::Outcome;
use crate::exit::Exit;
use crate::output::{Answer, BAD, GOOD, Page};
use crate::session::Session;
use crate::table::counted;

/// Give out what a customer's device needs for a bill.
#[derive(Args, Debug)]
#[command(
    after_help = "Public record, batches, tariff with its data and assignment, receipts of earlier bills where the tariff carries something from them: all of it public, sealed, or this customer's own. The customer imports the \
                  folder into a store of their own.

\
                  Example:
  wattproof export --meter home --period 2026-10 -o for-home"
)]
pub struct Export {
    /// The meter, by name or id.
    #[arg(long, value_name = "M")]
    meter: String,
    /// The period: 2026-10, or 2026-10-01..2026-11-01 with the end left out.
    #[arg(long, value_name = "P")]
    period: String,
    /// The folder for the files.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Given {
    folder: PathBuf,
    files: Vec<PathBuf>,
    missing: Vec<u32>,
    unbilled: Option<String>,
}

impl Export {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let given = export(&session.store()?, &self.meter, &self.period, &self.out)?;
        let unbilled = given.unbilled.map(|refusal| refusal.to_string());
        session.screen.answer(&Given { folder: self.out, files: given.files, missing: given.missing, unbilled })?;
        Ok(Exit::Done)
    }
}

impl Answer for Given {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        for file in &self.files {
            page.detail(format_args!("{}", file.display()))?;
        }
        page.note(format_args!(
            "{GOOD}{}{GOOD:#} in {}",
            counted(self.files.len() as u64, "file"),
            self.folder.display()
        ))?;
        if let (Some(first), Some(last)) = (self.missing.first(), self.missing.last()) {
            page.line(format_args!(
                "{BAD}{} missing{BAD:#}, from number {first} to {last}: the period cannot be billed yet",
                counted(self.missing.len() as u64, "batch")
            ))?;
        }
        if let Some(unbilled) = &self.unbilled {
            page.line(format_args!("{BAD}{unbilled}{BAD:#}: the period cannot be billed yet"))?;
        }
        match self.files.iter().any(|file| file.extension().is_some_and(|ending| ending == "tariff")) {
            true => Ok(()),
            false => page.line(format_args!("{BAD}no tariff is assigned{BAD:#}: the period cannot be billed yet")),
        }
    }
}
