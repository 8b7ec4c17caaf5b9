//! Looking after the store: what is in it, whether it is whole, a copy of it.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use super::guard::guarded;
use super::table::{TABLES, View};
use super::{Store, StoreRefusal, make_at};

/// What is in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreStats {
    /// Bytes of the file.
    pub bytes: u64,
    /// The format's version.
    pub format: u32,
    /// The tables.
    pub tables: Vec<TableCount>,
}

/// How many records a table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableCount {
    /// Its name.
    pub name: &'static str,
    /// Its records.
    pub records: u64,
    /// Bytes of their keys and payloads.
    pub bytes: u64,
}

/// What a check went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Records read, each with its check.
    pub records: u64,
    /// Whether the file's book-keeping had to be put in order; the records were whole.
    pub repaired: bool,
}

impl Store {
    /// Counts what is in the store.
    pub fn stats(&self) -> Result<StoreStats, StoreRefusal> {
        let bytes = fs::metadata(self.path()).map(|found| found.len()).unwrap_or(0);
        let count = |view: &super::table::Look| {
            TABLES
                .iter()
                .map(|(name, table)| {
                    let mut bytes = 0;
                    let records = view.count(*table)?;
                    view.under(*table, &[], &mut |key, payload| {
                        bytes += (key.len() + payload.len()) as u64;
                        Ok(ControlFlow::Continue(()))
                    })?;
                    Ok(TableCount { name, records, bytes })
                })
                .collect::<Result<Vec<_>, StoreRefusal>>()
        };
        Ok(StoreStats { bytes, format: super::FORMAT_VERSION, tables: self.look(count)? })
    }

    /// Reads every page and every record. Refuses a damaged store; needs to be its writer meanwhile.
    pub fn check(&self) -> Result<Checked, StoreRefusal> {
        self.must_exist()?;
        let whole = guarded(|| {
            let mut writer = self.open_writer()?;
            let whole = writer.database.check_integrity().map_err(StoreRefusal::from)?;
            Ok::<_, StoreRefusal>(whole)
        });
        let repaired = !whole.map_err(|refusal| refusal.at(self.path()))?;
        let records = self.look(|view| {
            let mut records = 0;
            for (name, table) in TABLES {
                let mut seen = 0;
                view.under(*table, &[], &mut |_, _| {
                    seen += 1;
                    Ok(ControlFlow::Continue(()))
                })?;
                if seen != view.count(*table)? {
                    return Err(StoreRefusal::Damaged(format!("`{name}` does not hold as many records as it says")));
                }
                records += seen;
            }
            Ok(records)
        })?;
        Ok(Checked { records, repaired })
    }

    /// Copies every record, as of one moment, into a new store at `to`; other acts go on meanwhile.
    pub fn backup(&self, to: &Path) -> Result<StoreStats, StoreRefusal> {
        if to.exists() {
            return Err(StoreRefusal::Exists(to.into()));
        }
        let copy = Store::at(to);
        let beside = copy.sibling("part");
        let _leftover = fs::remove_file(&beside);
        let part = Store::at(&beside);
        self.look(|view| {
            make_at(&beside).map_err(|refusal| refusal.at(&beside))?;
            part.change(|change| {
                TABLES.iter().try_for_each(|(_, table)| {
                    view.under(*table, &[], &mut |key, payload| {
                        change.put(*table, key, payload)?;
                        Ok(ControlFlow::Continue(()))
                    })
                })
            })
        })?;
        fs::rename(&beside, to).map_err(|error| copy.disk(&error))?;
        copy.stats()
    }
}
