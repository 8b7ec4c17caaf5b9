//! `wattproof register`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use wattproof_engine::desk::file;
use wattproof_engine::import::MAX_FILE;
use wattproof_engine::registry::{self, Taken};

use super::Outcome;
use crate::exit::Exit;
use crate::output::{Answer, GOOD, Page};
use crate::session::Session;

/// Admit a meter by its public record.
#[derive(Args, Debug)]
#[command(after_help = "Makes the store when there is none.\n\nExample:\n  wattproof register home.meter.pub")]
pub struct Register {
    /// The meter's public record.
    #[arg(value_name = "FILE.pub")]
    path: PathBuf,
}

#[derive(Serialize)]
struct Admitted {
    meter: String,
    id: String,
    already: bool,
}

impl Register {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let bytes = file::read(&self.path, MAX_FILE)?;
        let (record, taken) = registry::register(&session.store()?, &bytes, session.now()?)?;
        let (meter, id) = (record.name().to_owned(), record.id().to_string());
        session.screen.answer(&Admitted { meter, id, already: taken == Taken::Already })?;
        Ok(Exit::Done)
    }
}

impl Answer for Admitted {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let what = if self.already { "was registered before" } else { "registered" };
        page.note(format_args!("{GOOD}meter {} {what}{GOOD:#}", self.meter))?;
        page.detail(format_args!("id {}", self.id))
    }
}
