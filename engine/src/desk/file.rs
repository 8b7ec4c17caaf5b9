//! Files that appear whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::refusal::{Fault, Refusal};

/// Why a file is not read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FileRefusal {
    /// It cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// It is larger than anything of its kind.
    #[error("{path} has more than {most} bytes")]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// The most bytes.
        most: u64,
    },
    /// It is there already, and what it holds would be lost.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// Its folder is missing or closed to us.
    #[error("{path} cannot be written: {reason}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The disk.
    #[error("{path} cannot be written: {reason}")]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}

impl Refusal for FileRefusal {
    fn code(&self) -> &'static str {
        match self {
            FileRefusal::Unreadable { .. } => "file-unreadable",
            FileRefusal::TooLarge { .. } => "file-too-large",
            FileRefusal::Exists(_) => "file-exists",
            FileRefusal::Unwritable { .. } => "file-unwritable",
            FileRefusal::Disk { .. } => "disk",
        }
    }

    fn hint(&self) -> String {
        match self {
            FileRefusal::Unreadable { .. } => "check the path and its permissions",
            FileRefusal::TooLarge { .. } => "check that this is the file you mean",
            FileRefusal::Exists(_) => "give another path, or move the file away",
            FileRefusal::Unwritable { .. } => "check that the folder exists and that you may write there",
            FileRefusal::Disk { .. } => "check the space on the disk",
        }
        .into()
    }

    fn fault(&self) -> Fault {
        match self {
            FileRefusal::Disk { .. } => Fault::Machine,
            _ => Fault::Own,
        }
    }
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone.
    Owner,
    /// As the system has it for new files.
    Usual,
}

/// A file's bytes, when they are at most `most`. Wiped when dropped.
pub fn read(path: &Path, most: u64) -> Result<Zeroizing<Vec<u8>>, FileRefusal> {
    let unreadable = |error: io::Error| FileRefusal::Unreadable { path: path.into(), reason: error.to_string() };
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(unreadable)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most { Err(FileRefusal::TooLarge { path: path.into(), most }) } else { Ok(bytes) }
}

/// Writes a new file; one that is there is never overwritten.
pub fn create(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileRefusal> {
    match beside(path, bytes, access)?.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Err(FileRefusal::Exists(path.into())),
        Err(failed) => Err(unwritten(path, &failed.error)),
    }
}

/// Writes a new file; one that is there must hold the same bytes.
pub fn settle(path: &Path, bytes: &[u8]) -> Result<(), FileRefusal> {
    match fs::read(path) {
        Ok(held) if held == bytes => Ok(()),
        Ok(_) => Err(FileRefusal::Exists(path.into())),
        Err(_) => create(path, bytes, Access::Usual),
    }
}

/// Writes a file, in place of one that is there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileRefusal> {
    let written = beside(path, bytes, Access::Usual)?;
    written.persist(path).map(drop).map_err(|failed| unwritten(path, &failed.error))
}

/// Writes a file that is its owner's alone, in place of one that is there.
pub fn replace_own(path: &Path, bytes: &[u8]) -> Result<(), FileRefusal> {
    let written = beside(path, bytes, Access::Owner)?;
    written.persist(path).map(drop).map_err(|failed| unwritten(path, &failed.error))
}

/// Makes a folder with those above it.
pub fn folder(path: &Path) -> Result<(), FileRefusal> {
    fs::create_dir_all(path).map_err(|error| unwritten(path, &error))
}

/// A flushed file beside its place.
fn beside(path: &Path, bytes: &[u8], access: Access) -> Result<NamedTempFile, FileRefusal> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut file = builder(access).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(|error: io::Error| unwritten(path, &error))
}

fn builder(access: Access) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wattproof-");
    if access == Access::Usual {
        usual(&mut builder);
    }
    builder
}

/// A temporary file is its owner's alone unless told otherwise; the mask of the process still applies.
#[cfg(unix)]
fn usual(builder: &mut tempfile::Builder<'static, 'static>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn usual(_: &mut tempfile::Builder<'static, 'static>) {}

fn unwritten(path: &Path, error: &io::Error) -> FileRefusal {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let (path, reason) = (path.into(), error.to_string());
    match error.kind() {
        StorageFull | QuotaExceeded | ReadOnlyFilesystem => FileRefusal::Disk { path, reason },
        _ => FileRefusal::Unwritable { path, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        create(&path, b"one", Access::Owner).unwrap();
        assert_eq!(create(&path, b"two", Access::Owner), Err(FileRefusal::Exists(path.clone())));
        assert_eq!(settle(&path, b"one"), Ok(()));
        assert_eq!(settle(&path, b"two"), Err(FileRefusal::Exists(path.clone())));
        assert_eq!(read(&path, 3).unwrap().as_slice(), b"one");
        assert_eq!(read(&path, 2).unwrap_err(), FileRefusal::TooLarge { path: path.clone(), most: 2 });
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path, 3).unwrap().as_slice(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no leftover beside it");
    }

    #[test]
    fn a_missing_folder_is_the_callers_fault() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = create(&folder.path().join("no/a"), b"", Access::Usual).unwrap_err();
        assert_eq!((refusal.code(), refusal.fault()), ("file-unwritable", Fault::Own));
        assert_eq!(read(&folder.path().join("no"), 1).unwrap_err().code(), "file-unreadable");
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        create(&path, b"", Access::Owner).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
