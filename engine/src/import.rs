//! Files become records: each accepted, already there, or refused with a reason. Importing a file again changes nothing.
//!
//! What a file is, its name's ending says: `.pub`, `.batch`, `.fallback`, `.tariff`, `.data`,
//! `.assignment`, `.receipt`, `.bill`. A file with
//! another ending is taken for what its bytes are, when they are exactly one of these. In a folder, files with other
//! endings are left alone.
//!
//! Batches, fallbacks and bills carry their own proof of who made them. Meters, tariffs, data, assignments and receipts
//! do not: whoever imports them trusts where they come from.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;
use wattproof_circuits::bill::Bill;
use wattproof_meter::batch::SealedBatch;
use wattproof_meter::fallback::Fallback;
use wattproof_meter::record::MeterRecord;

use crate::archive::{self, ArchiveRefusal, Kept};
use crate::bills::{self, InboxRefusal};
use crate::data::{self, PublishRefusal};
use crate::policy::assignment::{Assignment, HEAD};
use crate::policy::{self, PolicyRefusal};
use crate::progress::Progress;
use crate::receipt::{self, ReceiptRefusal};
use crate::refusal::{Fault, Refusal};
use crate::registry::{self, RegistryRefusal, Taken};
use crate::store::table::Change;
use crate::store::{Store, StoreRefusal};

/// The most bytes of a file.
pub const MAX_FILE: u64 = data::MAX_FILE;
/// Files that one transaction takes.
const AT_ONCE: usize = 256;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A meter's public record.
    Meter,
    /// A tariff.
    Tariff,
    /// Dated data.
    Data,
    /// An assignment.
    Assignment,
    /// A sealed batch.
    Batch,
    /// A fallback.
    Fallback,
    /// A receipt of an accepted bill.
    Receipt,
    /// A bill.
    Bill,
}

impl Kind {
    /// Every kind, in the order in which a set of files is taken: what others need comes first.
    pub const ALL: [Kind; 8] = [
        Kind::Meter,
        Kind::Tariff,
        Kind::Data,
        Kind::Assignment,
        Kind::Batch,
        Kind::Fallback,
        Kind::Receipt,
        Kind::Bill,
    ];

    /// The ending of its files' names.
    pub fn ending(self) -> &'static str {
        match self {
            Kind::Meter => "pub",
            Kind::Tariff => "tariff",
            Kind::Data => "data",
            Kind::Assignment => "assignment",
            Kind::Batch => "batch",
            Kind::Fallback => "fallback",
            Kind::Receipt => "receipt",
            Kind::Bill => "bill",
        }
    }

    fn of_ending(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        Kind::ALL.into_iter().find(|kind| kind.ending() == ending)
    }

    /// What bytes are. The binary forms are strict enough that no bytes are two of them.
    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let heads = [(Kind::Assignment, HEAD), (Kind::Data, data::HEAD), (Kind::Receipt, receipt::HEAD)];
        if let Some((kind, _)) = heads.iter().find(|(_, head)| bytes.starts_with(head.as_bytes())) {
            return Some(*kind);
        }
        let is = |kind: &Kind| match kind {
            Kind::Meter => MeterRecord::from_bytes(bytes).is_ok(),
            Kind::Batch => SealedBatch::from_bytes(bytes).is_ok(),
            Kind::Fallback => Fallback::from_bytes(bytes).is_ok(),
            Kind::Bill => Bill::from_bytes(bytes).is_ok(),
            Kind::Tariff => policy::read(bytes).is_ok(),
            Kind::Assignment | Kind::Data | Kind::Receipt => false,
        };
        Kind::ALL.into_iter().find(is)
    }
}

/// What became of a file.
#[derive(Debug)]
pub struct Imported {
    /// The file.
    pub path: PathBuf,
    /// What it is, when that was found out.
    pub kind: Option<Kind>,
    /// What became of it.
    pub result: Result<Kept, ImportRefusal>,
}

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ImportRefusal {
    /// It cannot be read.
    #[error("{path} cannot be read: {reason}")]
    File {
        /// The path.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Too large for any of our files.
    #[error("the file has more than {MAX_FILE} bytes")]
    TooLarge,
    /// None of our files.
    #[error("this is no file of a meter, a supplier or a customer")]
    Unknown,
    /// A public record.
    #[error(transparent)]
    Meter(#[from] RegistryRefusal),
    /// A tariff or an assignment.
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    /// Dated data.
    #[error(transparent)]
    Data(#[from] PublishRefusal),
    /// A receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptRefusal),
    /// A batch or a fallback.
    #[error(transparent)]
    Archive(#[from] ArchiveRefusal),
    /// A bill.
    #[error(transparent)]
    Bill(#[from] InboxRefusal),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl ImportRefusal {
    fn inner(&self) -> Option<&dyn Refusal> {
        match self {
            ImportRefusal::File { .. } | ImportRefusal::TooLarge | ImportRefusal::Unknown => None,
            ImportRefusal::Meter(refusal) => Some(refusal),
            ImportRefusal::Policy(refusal) => Some(refusal),
            ImportRefusal::Data(refusal) => Some(refusal),
            ImportRefusal::Receipt(refusal) => Some(refusal),
            ImportRefusal::Archive(refusal) => Some(refusal),
            ImportRefusal::Bill(refusal) => Some(refusal),
            ImportRefusal::Store(refusal) => Some(refusal),
        }
    }

    /// The store itself, not the file, is at fault.
    fn of_store(&self) -> Option<&StoreRefusal> {
        match self {
            ImportRefusal::Store(refusal)
            | ImportRefusal::Meter(RegistryRefusal::Store(refusal))
            | ImportRefusal::Policy(PolicyRefusal::Store(refusal))
            | ImportRefusal::Data(PublishRefusal::Store(refusal))
            | ImportRefusal::Receipt(ReceiptRefusal::Store(refusal))
            | ImportRefusal::Archive(ArchiveRefusal::Store(refusal))
            | ImportRefusal::Bill(InboxRefusal::Store(refusal)) => Some(refusal),
            _ => None,
        }
    }
}

impl Refusal for ImportRefusal {
    fn code(&self) -> &'static str {
        match self {
            ImportRefusal::File { .. } => "file-unreadable",
            ImportRefusal::TooLarge => "file-too-large",
            ImportRefusal::Unknown => "file-unknown",
            other => other.inner().map_or("file-unknown", Refusal::code),
        }
    }

    fn hint(&self) -> String {
        match self {
            ImportRefusal::File { .. } => "check the path and its permissions".into(),
            ImportRefusal::TooLarge | ImportRefusal::Unknown => {
                "import .pub, .tariff, .data, .assignment, .batch, .fallback, .receipt and .bill files".into()
            }
            other => other.inner().map(Refusal::hint).unwrap_or_default(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            ImportRefusal::File { .. } => Fault::Own,
            ImportRefusal::TooLarge | ImportRefusal::Unknown => Fault::Refused,
            other => other.inner().map_or(Fault::Refused, Refusal::fault),
        }
    }
}

/// Imports files and folders; folders are walked in sorted order. What is reported is on the disk. Fails only when the
/// store does.
pub fn import(
    store: &Store,
    paths: &[PathBuf],
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Imported>, StoreRefusal> {
    let files = files(paths);
    let total = files.len() as u64;
    let mut imported = Vec::with_capacity(files.len());
    for files in files.chunks(AT_ONCE) {
        let part = store.change(|change| take(change, files, now))?;
        imported.extend(part);
        progress(Progress { step: "import", done: imported.len() as u64, total });
    }
    Ok(imported)
}

/// The files behind paths, each once, those first that others need.
fn files(paths: &[PathBuf]) -> Vec<(Option<Kind>, PathBuf)> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => walk(path, &mut files),
            false => files.push((Kind::of_ending(path), path.clone())),
        }
    }
    files.sort_by_key(|(kind, _)| *kind);
    let mut seen = std::collections::HashSet::new();
    files.retain(|(_, path)| seen.insert(path.clone()));
    files
}

fn walk(folder: &Path, files: &mut Vec<(Option<Kind>, PathBuf)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        // Reading it as a file gives the reason.
        files.push((None, folder.into()));
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        match (path.is_symlink(), path.is_dir(), Kind::of_ending(&path)) {
            (false, true, _) => walk(&path, files),
            (_, false, Some(kind)) => files.push((Some(kind), path)),
            _ => {}
        }
    }
}

fn take(change: &Change, files: &[(Option<Kind>, PathBuf)], now: Timestamp) -> Result<Vec<Imported>, StoreRefusal> {
    files.iter().map(|(kind, path)| one(change, *kind, path, now)).collect()
}

fn one(change: &Change, kind: Option<Kind>, path: &Path, now: Timestamp) -> Result<Imported, StoreRefusal> {
    let (kind, result) = match load(path) {
        Err(refusal) => (kind, Err(refusal)),
        Ok(bytes) => match kind.or_else(|| Kind::of_bytes(&bytes)) {
            None => (None, Err(ImportRefusal::Unknown)),
            Some(kind) => (Some(kind), keep(change, kind, &bytes, now)),
        },
    };
    match result.as_ref().err().and_then(ImportRefusal::of_store) {
        Some(refusal) => Err(refusal.clone()),
        None => Ok(Imported { path: path.into(), kind, result }),
    }
}

/// Keeps one file's bytes.
pub(crate) fn keep(change: &Change, kind: Kind, bytes: &[u8], now: Timestamp) -> Result<Kept, ImportRefusal> {
    let kept = |taken: Taken| match taken {
        Taken::New => Kept::New,
        Taken::Already => Kept::Already,
    };
    Ok(match kind {
        Kind::Meter => {
            let record = MeterRecord::from_bytes(bytes).map_err(RegistryRefusal::from)?;
            kept(registry::admit(change, &record, now)?)
        }
        Kind::Tariff => kept(policy::keep_tariff(change, &policy::read(bytes)?, now)?),
        Kind::Assignment => {
            let assignment = Assignment::parse(bytes).ok_or(PolicyRefusal::NotAnAssignment)?;
            kept(policy::keep_assignment(change, &assignment)?)
        }
        Kind::Data => kept(data::keep(change, bytes)?),
        Kind::Receipt => kept(receipt::keep(change, bytes)?),
        Kind::Batch => archive::keep_batch(change, bytes)?,
        Kind::Fallback => archive::keep_fallback(change, bytes)?,
        Kind::Bill => kept(bills::keep(change, bytes, now)?),
    })
}

/// A file's bytes, when they are few enough.
pub(crate) fn load(path: &Path) -> Result<Vec<u8>, ImportRefusal> {
    let unreadable = |error: std::io::Error| ImportRefusal::File { path: path.into(), reason: error.to_string() };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE { Err(ImportRefusal::TooLarge) } else { Ok(bytes) }
}
