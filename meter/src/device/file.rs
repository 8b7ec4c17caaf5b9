//! The one file of a meter: replaced whole or not at all, and locked while in use.
//!
//! A new content goes to a file beside, is flushed to the disk, then takes the old one's name in one step, and the
//! folder is flushed too. Killed at any moment, the meter has either the old content or the new. The lock is on the
//! file itself and moves to each new one before it takes the name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::MeterRefusal;
use zeroize::Zeroizing;

/// More than any meter's file holds.
const MAX_BYTES: u64 = 1 << 28;

/// The open and locked file of a meter.
#[derive(Debug)]
pub(super) struct MeterFile {
    path: PathBuf,
    /// Held for its lock.
    lock: File,
}

impl MeterFile {
    /// Makes the file; refused when there is one. An empty one is what a killed creation leaves, and is taken over.
    pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<Self, MeterRefusal> {
        let refused =
            |error: std::io::Error| MeterRefusal::File { act: "create", path: path.into(), kind: error.kind() };
        let claim = options().create(true).truncate(false).open(path).map_err(refused)?;
        let taken = |claim: &File| Ok(claim.metadata()?.len() > 0 || !still_named(path, claim)?);
        if taken(&claim).map_err(refused)? {
            return Err(MeterRefusal::Exists(path.into()));
        }
        lock(path, &claim)?;
        if taken(&claim).map_err(refused)? {
            return Err(MeterRefusal::Exists(path.into()));
        }
        let mut file = MeterFile { path: path.into(), lock: claim };
        let written = file.replace(bytes);
        if written.is_err() {
            let _best_effort = std::fs::remove_file(path);
        }
        written.map(|()| file)
    }

    /// Opens, locks and reads the file.
    pub(super) fn open(path: &Path) -> Result<(Self, Zeroizing<Vec<u8>>), MeterRefusal> {
        let refused =
            |act| move |error: std::io::Error| MeterRefusal::File { act, path: path.into(), kind: error.kind() };
        let file = File::open(path).map_err(refused("open"))?;
        lock(path, &file)?;
        if !still_named(path, &file).map_err(refused("open"))? {
            return Err(MeterRefusal::InUse(path.into()));
        }
        let mut bytes = Zeroizing::new(Vec::new());
        (&file).take(MAX_BYTES).read_to_end(&mut bytes).map_err(refused("read"))?;
        Ok((MeterFile { path: path.into(), lock: file }, bytes))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the content.
    pub(super) fn replace(&mut self, bytes: &[u8]) -> Result<(), MeterRefusal> {
        let beside = beside(&self.path);
        let refused = |act| {
            let path = self.path.clone();
            move |error: std::io::Error| MeterRefusal::File { act, path, kind: error.kind() }
        };
        let file = write_beside(&beside, bytes).map_err(refused("write"))?;
        lock(&self.path, &file)?;
        fault(Step::Rename).and_then(|()| std::fs::rename(&beside, &self.path)).map_err(refused("replace"))?;
        self.lock = file;
        fault(Step::Folder).and_then(|()| flush_folder(&self.path)).map_err(refused("flush the folder of"))
    }
}

/// Writes and flushes a file that only its owner reads.
fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _left_by_a_kill_or_absent => (),
    }
    fault(Step::Create)?;
    let mut file = options().create_new(true).open(path)?;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    file.write_all(first)?;
    fault(Step::Write)?;
    file.write_all(second)?;
    fault(Step::Flush)?;
    file.sync_all()?;
    Ok(file)
}

/// Read and write, mode 0600 where there are modes.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The file beside which the new content is written to.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

fn lock(path: &Path, file: &File) -> Result<(), MeterRefusal> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => MeterRefusal::InUse(path.into()),
        TryLockError::Error(error) => MeterRefusal::File { act: "lock", path: path.into(), kind: error.kind() },
    })
}

/// Whether the name still leads to the open file: another program may have replaced it before the lock was held.
#[cfg(unix)]
fn still_named(path: &Path, file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (named, open) = (std::fs::metadata(path)?, file.metadata()?);
    Ok((named.dev(), named.ino()) == (open.dev(), open.ino()))
}

/// Elsewhere an open file cannot be replaced.
#[cfg(not(unix))]
fn still_named(_path: &Path, _file: &File) -> std::io::Result<bool> {
    Ok(true)
}

/// Makes the new name itself survive a power cut.
#[cfg(unix)]
fn flush_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Folders cannot be flushed elsewhere.
#[cfg(not(unix))]
fn flush_folder(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Moments at which a test stops a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code, reason = "tests stop at each"))]
pub(super) enum Step {
    /// Before the file beside is made.
    Create,
    /// With half of it written.
    Write,
    /// With all of it written, before the flush.
    Flush,
    /// Before it takes the name.
    Rename,
    /// Before the folder is flushed.
    Folder,
}

#[cfg(not(test))]
#[inline]
fn fault(_step: Step) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use faults::{fault, stop_at};

#[cfg(test)]
mod faults {
    use super::Step;
    use std::cell::Cell;

    std::thread_local! {
        static STOP: Cell<Option<Step>> = const { Cell::new(None) };
    }

    /// From now on replacements on this thread fail at this step.
    pub(in super::super) fn stop_at(step: Option<Step>) {
        STOP.set(step);
    }

    pub(in super::super) fn fault(step: Step) -> std::io::Result<()> {
        if STOP.get() == Some(step) { Err(std::io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }
}
