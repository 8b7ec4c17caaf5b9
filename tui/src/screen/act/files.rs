//! Files in and out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use wattproof_engine::archive::Kept;
use wattproof_engine::bills::{self, BillDigest};
use wattproof_engine::desk::bill;
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::meter::MeterRecord;
use wattproof_engine::export;
use wattproof_engine::import::{self, Imported, Kind};
use wattproof_engine::intake::csv;
use wattproof_engine::registry::{self, Taken};
use wattproof_engine::store::Store;
use zeroize::Zeroizing;

use super::{Opened, Trouble, Watch};
use crate::command::bill::page;

/// More than any public record has.
const RECORD: u64 = 1 << 16;
/// The most paths offered.
const OFFERED: usize = 200;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// What became of it, in words, or why it was refused.
    pub result: Result<&'static str, Trouble>,
}

/// Something to write to a new file.
#[derive(Clone)]
pub enum Output {
    /// Text, made when it is written.
    Text { path: PathBuf, text: Lazy },
    /// A proved bill.
    Bill { path: PathBuf, bytes: Arc<Vec<u8>> },
    /// A bill of the store as a page to print.
    Page { path: PathBuf, bill: BillDigest },
    /// Readings in the clear; their owner alone may read the file.
    Readings { path: PathBuf, readings: Arc<Opened> },
    /// A folder with what a customer's device needs.
    Folder { path: PathBuf, meter: String, period: String },
}

/// Text that is made by whoever writes it: a long list is no work for the drawing thread.
#[derive(Clone)]
pub struct Lazy(pub Arc<dyn Fn() -> String + Send + Sync>);

/// Takes in files and folders.
pub fn import(store: &Store, paths: &[PathBuf], now: Timestamp, watch: &mut Watch<'_>) -> Result<Vec<Filed>, Trouble> {
    let missing = |path: &&PathBuf| !path.exists();
    if let Some(path) = paths.iter().find(missing) {
        let message = format!("there is no {}", path.display());
        return Err(Trouble::new("file-unreadable", message, "check the path"));
    }
    Ok(import::import(store, paths, now, watch.progress)?.into_iter().map(filed).collect())
}

fn filed(imported: Imported) -> Filed {
    let kept = |kept: Kept| match kept {
        Kept::New => "new",
        Kept::Already => "already here",
        Kept::Rival => "new, a rival of another",
    };
    let name = imported
        .path
        .file_name()
        .map_or_else(|| imported.path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let kind = imported.kind.map_or("unknown", |kind| match kind {
        Kind::Meter => "meter",
        other => other.ending(),
    });
    Filed { name, kind, result: imported.result.map(kept).map_err(Trouble::from) }
}

/// Admits a meter.
pub fn register(store: &Store, path: &Path, now: Timestamp) -> Result<String, Trouble> {
    let (record, taken): (MeterRecord, Taken) = registry::register(store, &file::read(path, RECORD)?, now)?;
    Ok(match taken {
        Taken::New => format!("meter {} is registered", record.name()),
        Taken::Already => format!("meter {} was registered already", record.name()),
    })
}

/// Paths that begin like this, folders with a slash behind them.
pub fn complete(text: &str) -> Vec<String> {
    let (folder, start) = text.rsplit_once('/').map_or(("", text), |(folder, start)| (folder, start));
    let place = match (folder.is_empty(), text.starts_with('/')) {
        (true, true) => PathBuf::from("/"),
        (true, false) => PathBuf::from("."),
        _ => home(folder),
    };
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let prefix = if text.contains('/') { format!("{folder}/") } else { String::new() };
    let mut paths: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let fits = name.starts_with(start) && (start.starts_with('.') || !name.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            fits.then(|| format!("{prefix}{name}{slash}"))
        })
        .collect();
    paths.sort();
    paths.truncate(OFFERED);
    paths
}

/// A path as it was typed: `~/` is the user's folder.
pub fn home(text: &str) -> PathBuf {
    let own = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
    match text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        Some(rest) => own().map_or_else(|| PathBuf::from(text), |home| home.join(rest.trim_start_matches('/'))),
        None => PathBuf::from(text),
    }
}

/// Copies the store.
pub fn backup(store: &Store, path: &Path) -> Result<String, Trouble> {
    let copied = store.backup(path)?;
    let records: u64 = copied.tables.iter().map(|table| table.records).sum();
    Ok(format!("{} copied to {}", crate::table::counted(records, "record"), path.display()))
}

/// Reads every record of the store.
pub fn check(store: &Store) -> Result<String, Trouble> {
    let checked = store.check()?;
    let repaired = if checked.repaired { "; its book-keeping was put in order" } else { "" };
    Ok(format!("the store is whole: {}{repaired}", crate::table::counted(checked.records, "record")))
}

/// Writes what was asked for; nothing that is there is overwritten.
pub fn write(store: &Store, output: Output) -> Result<String, Trouble> {
    let gone = || Trouble::new("bill-unknown", "the bill is no longer in the store", "look at the store again");
    let stored = |bill: &BillDigest| -> Result<Vec<u8>, Trouble> { bills::bytes(store, bill)?.ok_or_else(gone) };
    let path = match output {
        Output::Text { path, text } => create(path, (text.0)().as_bytes(), Access::Usual)?,
        Output::Bill { path, bytes } => create(path, &bytes, Access::Usual)?,
        Output::Page { path, bill } => {
            let sheet = bill::read(store, &stored(&bill)?)?;
            create(path, page(sheet).as_bytes(), Access::Usual)?
        }
        Output::Readings { path, readings } => {
            let mut text = Zeroizing::new(Vec::new());
            csv::write(&readings.file, &|at| readings.clock.to_offset(at), &mut *text)?;
            create(path, &text, Access::Owner)?
        }
        Output::Folder { path, meter, period } => return folder(store, &path, &meter, &period),
    };
    Ok(format!("{} written", path.display()))
}

fn create(path: PathBuf, bytes: &[u8], access: Access) -> Result<PathBuf, Trouble> {
    file::create(&path, bytes, access)?;
    Ok(path)
}

fn folder(store: &Store, path: &Path, meter: &str, period: &str) -> Result<String, Trouble> {
    let exported = export::export(store, meter, period, path)?;
    let files = crate::table::counted(exported.files.len() as u64, "file");
    Ok(match exported.missing.len() {
        0 => format!("{files} written to {}", path.display()),
        missing => format!("{files} written to {}; {missing} batches are missing here", path.display()),
    })
}
