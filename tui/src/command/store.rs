//! `wattproof store`.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use wattproof_engine::archive::settle_rival;
use wattproof_engine::store::StoreStats;

use super::Outcome;
use super::tariff::hex;
use crate::exit::Exit;
use crate::output::{Answer, GOOD, Page};
use crate::session::Session;
use crate::table::{Table, thousands};

/// Look after the store.
#[derive(Subcommand, Debug)]
pub enum Store {
    /// Count what is in the store.
    #[command(after_help = "Example:\n  wattproof store stats")]
    Stats,
    /// Read every page and every record, and refuse a damaged store.
    #[command(after_help = "Example:\n  wattproof store check")]
    Check,
    Backup(Backup),
    Settle(Settle),
}

/// Say which of two signed batches with one number counts; until then neither is billed.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof store settle --meter home --number 20454 --keep 3f9a02c1d5e6")]
pub struct Settle {
    /// The meter, by name or id.
    #[arg(long, value_name = "M")]
    meter: String,
    /// The number that both claim.
    #[arg(long, value_name = "N")]
    number: u32,
    /// The header of the one that counts, as `wattproof list batches` shows it, or its first digits.
    #[arg(long, value_name = "HEADER")]
    keep: String,
}

/// Copy the store as of now into a new file; other commands go on meanwhile.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof store backup yesterday.redb")]
pub struct Backup {
    /// The new file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Serialize)]
struct Stats {
    path: PathBuf,
    bytes: u64,
    format: u32,
    tables: Vec<TableRow>,
}

#[derive(Serialize)]
struct TableRow {
    name: &'static str,
    records: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct Checked {
    path: PathBuf,
    whole: bool,
    records: u64,
    repaired: bool,
}

#[derive(Serialize)]
struct Settled {
    meter: String,
    number: u32,
    header: String,
}

#[derive(Serialize)]
struct Copied {
    path: PathBuf,
    file: PathBuf,
    bytes: u64,
    records: u64,
}

impl Store {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let store = session.store()?;
        let path = store.path().to_path_buf();
        match self {
            Store::Stats => {
                let StoreStats { bytes, format, tables } = store.stats()?;
                let row = |table: wattproof_engine::store::TableCount| TableRow {
                    name: table.name,
                    records: table.records,
                    bytes: table.bytes,
                };
                let tables = tables.into_iter().map(row).collect();
                session.screen.answer(&Stats { path, bytes, format, tables })?;
            }
            Store::Check => {
                let checked = store.check()?;
                let (records, repaired) = (checked.records, checked.repaired);
                session.screen.answer(&Checked { path, whole: true, records, repaired })?;
            }
            Store::Backup(Backup { file }) => {
                let copy = store.backup(&file)?;
                let records = copy.tables.iter().map(|table| table.records).sum();
                session.screen.answer(&Copied { path, file, bytes: copy.bytes, records })?;
            }
            Store::Settle(Settle { meter, number, keep }) => {
                let header = hex(&settle_rival(&store, &meter, number, &keep)?);
                session.screen.answer(&Settled { meter, number, header })?;
            }
        }
        Ok(Exit::Done)
    }
}

impl Answer for Settled {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (number, meter) = (self.number, &self.meter);
        page.note(format_args!("{GOOD}settled{GOOD:#}: of batch {number} of meter {meter}, {} counts", self.header))
    }
}

impl Answer for Stats {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let mut table = Table::new(&["what", "records>", "bytes>"]);
        for row in &self.tables {
            table.row([row.name.to_owned(), thousands(row.records), thousands(row.bytes)]);
        }
        table.tell(page)?;
        page.note(format_args!("{}, {} bytes, format {}", self.path.display(), thousands(self.bytes), self.format))
    }
}

impl Answer for Checked {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let repaired = if self.repaired { "; the file's book-keeping was put in order" } else { "" };
        let records = thousands(self.records);
        page.line(format_args!("{GOOD}the store is whole{GOOD:#}: {records} records read{repaired}"))
    }
}

impl Answer for Copied {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (records, file) = (thousands(self.records), self.file.display());
        page.note(format_args!("{GOOD}{records} records copied{GOOD:#} into {file}, {} bytes", thousands(self.bytes)))
    }
}
