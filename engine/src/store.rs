//! The store: one redb file that holds only public or sealed things.
//!
//! A [`Store`] is a path. Nothing is open between acts: an act opens the file, reads or writes in one transaction, and
//! closes it. One process writes at a time, and a second writer waits; readers always work. Commits are two-phase, for
//! the file receives hostile input and redb's checksums are not cryptographic. `docs/store.md` is the file's design.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use redb::{Builder, ConcurrencyMode, Database, Durability, ReadOnlyDatabase, ReadableDatabase};

mod care;
mod guard;
pub(crate) mod record;
mod refusal;
pub(crate) mod table;
mod upgrade;

pub use care::{Checked, StoreStats, TableCount};
pub use refusal::StoreRefusal;
pub use upgrade::FORMAT_VERSION;

use guard::guarded;
use table::{Change, Look};

/// How long a writer waits for another.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it looks.
const PAUSE: Duration = Duration::from_millis(25);
/// Memory for pages.
const CACHE: usize = 64 << 20;

/// Where a store is. Holds no file and no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    path: PathBuf,
    patience: Duration,
}

impl Store {
    /// The store at a path, whether it exists or not.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Store { path: path.into(), patience: PATIENCE }
    }

    /// The same store with another patience than five seconds.
    pub fn with_patience(self, patience: Duration) -> Self {
        Store { patience, ..self }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a file.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// A reading act. It sees the store as it was when it began.
    pub(crate) fn look<T, E: From<StoreRefusal>>(&self, act: impl FnOnce(&Look) -> Result<T, E>) -> Result<T, E> {
        guarded(|| {
            let database = self.open_reader().map_err(|refusal| refusal.at(&self.path))?;
            let transaction = database.begin_read().map_err(|error| StoreRefusal::from(error).at(&self.path))?;
            upgrade::check_look(&transaction)?;
            act(&Look { transaction })
        })
    }

    /// A writing act. What it wrote is on the disk when this returns well, and nothing of it otherwise. Makes the
    /// store when there is none.
    pub(crate) fn change<T, E: From<StoreRefusal>>(&self, act: impl FnOnce(&Change) -> Result<T, E>) -> Result<T, E> {
        guarded(|| {
            let writer = self.open_writer().map_err(|refusal| refusal.at(&self.path))?;
            let change = writer.begin().map_err(|refusal| refusal.at(&self.path))?;
            upgrade::check_change(&change.transaction)?;
            match act(&change) {
                Ok(done) => {
                    let committed = change.transaction.commit().map_err(StoreRefusal::from);
                    committed.map_err(|refusal| refusal.at(&self.path))?;
                    Ok(done)
                }
                Err(refusal) => {
                    // An act that is given up leaves nothing, even when saying so fails.
                    let _aborted = change.transaction.abort();
                    Err(refusal)
                }
            }
        })
    }

    fn open_reader(&self) -> Result<ReadOnlyDatabase, StoreRefusal> {
        self.must_exist()?;
        let started = Instant::now();
        loop {
            let error = match builder().open_read_only(&self.path) {
                Ok(database) => return Ok(database),
                Err(error) => error,
            };
            match error {
                // A writer was killed: the next writer puts it in order.
                redb::DatabaseError::RepairAborted => self.repair()?,
                redb::DatabaseError::DatabaseAlreadyOpen => {}
                error => return Err(error.into()),
            }
            if started.elapsed() > self.patience {
                return Err(self.held());
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn repair(&self) -> Result<(), StoreRefusal> {
        match builder().open(&self.path) {
            Ok(database) => Ok(database.close()?),
            Err(redb::DatabaseError::DatabaseAlreadyOpen) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn open_writer(&self) -> Result<Writer, StoreRefusal> {
        if !self.exists() {
            self.make()?;
        }
        let started = Instant::now();
        loop {
            match builder().open(&self.path) {
                Ok(database) => return Ok(Writer::new(database, self.note())),
                Err(redb::DatabaseError::DatabaseAlreadyOpen) if started.elapsed() <= self.patience => {
                    std::thread::sleep(PAUSE);
                }
                Err(redb::DatabaseError::DatabaseAlreadyOpen) => return Err(self.held()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Makes the store beside its place and links it there whole, so that no half-made store is ever seen and of two
    /// makers one wins.
    fn make(&self) -> Result<(), StoreRefusal> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(|error| self.disk(&error))?;
        }
        let beside = self.sibling(&format!("new-{}-{:?}", std::process::id(), std::thread::current().id()));
        let made = make_at(&beside).and_then(|()| match fs::hard_link(&beside, &self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(self.disk(&error)),
            _ => Ok(()),
        });
        let _leftover = fs::remove_file(&beside);
        made
    }

    fn must_exist(&self) -> Result<(), StoreRefusal> {
        match fs::metadata(&self.path) {
            Ok(found) if found.is_file() => Ok(()),
            Ok(_) => Err(StoreRefusal::NotAStore(self.path.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StoreRefusal::NoStore(self.path.clone())),
            Err(error) => Err(self.disk(&error)),
        }
    }

    fn disk(&self, error: &io::Error) -> StoreRefusal {
        StoreRefusal::Disk { path: self.path.clone(), reason: error.to_string() }
    }

    /// The file in which a writer leaves its name for others; it locks nothing.
    fn note(&self) -> PathBuf {
        self.sibling("writer")
    }

    fn sibling(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(".");
        name.push(suffix);
        self.path.with_file_name(name)
    }

    fn held(&self) -> StoreRefusal {
        let holder = fs::read_to_string(self.note()).unwrap_or_default();
        let holder: String = holder.trim().chars().filter(|c| !c.is_control()).take(120).collect();
        StoreRefusal::Held { holder: if holder.is_empty() { "another process".into() } else { holder } }
    }
}

/// A store open for writing. Removes its note when it closes.
struct Writer {
    database: Database,
    note: PathBuf,
}

impl Writer {
    fn new(database: Database, note: PathBuf) -> Self {
        let program =
            std::env::current_exe().ok().and_then(|exe| Some(exe.file_name()?.to_string_lossy().into_owned()));
        let text = format!("{} (process {})\n", program.unwrap_or_else(|| "a program".into()), std::process::id());
        // The note only serves a message: a store in a folder that takes no new files still works.
        let _written = fs::write(&note, text);
        Writer { database, note }
    }

    fn begin(&self) -> Result<Change, StoreRefusal> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        transaction.set_two_phase_commit(true);
        transaction.set_quick_repair(true);
        Ok(Change { transaction })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _removed = fs::remove_file(&self.note);
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter).set_cache_size(CACHE);
    builder
}

/// A new store with its format marked.
fn make_at(path: &Path) -> Result<(), StoreRefusal> {
    let database = builder().create(path)?;
    let mut transaction = database.begin_write()?;
    transaction.set_two_phase_commit(true);
    upgrade::mark(&transaction)?;
    transaction.commit()?;
    Ok(database.close()?)
}

#[cfg(test)]
mod tests;
