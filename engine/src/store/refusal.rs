//! Why the store does not answer.

use std::path::PathBuf;

use thiserror::Error;

use crate::refusal::{Fault, Refusal};

/// Why the store does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoreRefusal {
    /// No file there.
    #[error("there is no store at {0}")]
    NoStore(PathBuf),
    /// A file, but none of ours.
    #[error("{0} is not a wattproof store")]
    NotAStore(PathBuf),
    /// Written by a later program.
    #[error("the store is of format {found}; this program knows formats up to {known}")]
    Newer {
        /// The store's format.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// Cut, or its pages or records are not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Another process writes.
    #[error("the store is held by {holder}")]
    Held {
        /// Program and process id, as far as known.
        holder: String,
    },
    /// The disk or its permissions.
    #[error("the store at {path} cannot be read or written: {reason}")]
    Disk {
        /// The store.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file stands where one is to be made.
    #[error("{0} exists already")]
    Exists(PathBuf),
}

impl Refusal for StoreRefusal {
    fn code(&self) -> &'static str {
        match self {
            StoreRefusal::NoStore(_) => "no-store",
            StoreRefusal::NotAStore(_) => "not-a-store",
            StoreRefusal::Newer { .. } => "store-newer",
            StoreRefusal::Damaged(_) => "store-damaged",
            StoreRefusal::Held { .. } => "store-held",
            StoreRefusal::Disk { .. } => "store-disk",
            StoreRefusal::Exists(_) => "file-exists",
        }
    }

    fn hint(&self) -> String {
        match self {
            StoreRefusal::NoStore(_) => "check --store, or register a meter: that makes the store",
            StoreRefusal::NotAStore(_) => "check --store",
            StoreRefusal::Newer { .. } => "use the newer program",
            StoreRefusal::Damaged(_) => {
                "copy the file aside, go back to the last `wattproof store backup`, and import what came since again"
            }
            StoreRefusal::Held { .. } => "wait until it is done, or end that process",
            StoreRefusal::Disk { .. } => "check the folder's permissions and free space",
            StoreRefusal::Exists(_) => "choose another path",
        }
        .into()
    }

    fn fault(&self) -> Fault {
        match self {
            StoreRefusal::NoStore(_) | StoreRefusal::NotAStore(_) | StoreRefusal::Exists(_) => Fault::Own,
            StoreRefusal::Newer { .. } => Fault::Own,
            StoreRefusal::Damaged(_) | StoreRefusal::Held { .. } | StoreRefusal::Disk { .. } => Fault::Machine,
        }
    }
}

impl<E: Into<redb::Error>> From<E> for StoreRefusal {
    /// Paths are not known here; `at` adds them.
    fn from(error: E) -> Self {
        match error.into() {
            redb::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                StoreRefusal::NotAStore(PathBuf::new())
            }
            redb::Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                StoreRefusal::Damaged("the file is cut short".into())
            }
            redb::Error::Io(error) => StoreRefusal::Disk { path: PathBuf::new(), reason: error.to_string() },
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
                StoreRefusal::Held { holder: "another process".into() }
            }
            other => StoreRefusal::Damaged(other.to_string()),
        }
    }
}

impl StoreRefusal {
    /// The same refusal, naming the store.
    pub(super) fn at(self, store: &std::path::Path) -> Self {
        match self {
            StoreRefusal::NotAStore(path) if path.as_os_str().is_empty() => StoreRefusal::NotAStore(store.into()),
            StoreRefusal::Disk { path, reason } if path.as_os_str().is_empty() => {
                StoreRefusal::Disk { path: store.into(), reason }
            }
            other => other,
        }
    }
}
