//! What every command works with.

use std::path::PathBuf;

use directories::ProjectDirs;
use wattproof_engine::clock;
use wattproof_engine::progress::Progress;
use wattproof_engine::store::Store;

use crate::args::Global;
use crate::failure::Failure;
use crate::output::Screen;
use crate::progress::Bar;
use crate::words::Words;

/// The store's file in a folder.
pub const STORE_FILE: &str = "store.redb";

/// What every command works with. Nothing is open.
pub struct Session {
    /// Where the answer goes.
    pub screen: Screen,
    store: Option<PathBuf>,
}

impl Session {
    /// As the options have it.
    pub fn open(global: &Global, screen: Screen) -> Result<Self, Failure> {
        Ok(Session { screen, store: global.store.clone() })
    }

    /// The store: the path given, or the platform's data folder. A folder stands for the store's file in it.
    pub fn store(&self) -> Result<Store, Failure> {
        let path = match &self.store {
            Some(path) if path.is_dir() => path.join(STORE_FILE),
            Some(path) => path.clone(),
            None => {
                let dirs = ProjectDirs::from("", "", "wattproof").ok_or(Words::NoDataFolder)?;
                dirs.data_dir().join(STORE_FILE)
            }
        };
        Ok(Store::at(path))
    }

    /// The present.
    pub fn now(&self) -> Result<jiff::Timestamp, Failure> {
        Ok(clock::now()?)
    }

    /// Shows how a long act goes.
    pub fn progress(&self) -> impl FnMut(Progress) + use<> {
        let mut bar = Bar::new(self.screen.quiet);
        move |progress| bar.show(progress)
    }

    /// Shows how work of minutes or hours goes, with its rate and the time left.
    pub fn timed_progress(&self) -> impl FnMut(Progress) + use<> {
        let mut bar = Bar::timed(self.screen.quiet);
        move |progress| bar.show(progress)
    }
}
