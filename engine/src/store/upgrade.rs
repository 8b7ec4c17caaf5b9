//! The format's version, and the way from an older one to this one.
//!
//! A writer that meets an older format brings it up, a step a version, in the transaction it opens anyway; a reader
//! reads any version it knows. There is one version so far, so there are no steps.

use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use super::StoreRefusal;
use super::table::{FORMAT, VERSION_KEY};

/// The format written here.
pub const FORMAT_VERSION: u32 = 1;

/// Marks a new store.
pub(super) fn mark(transaction: &WriteTransaction) -> Result<(), StoreRefusal> {
    transaction.open_table(FORMAT)?.insert(VERSION_KEY, FORMAT_VERSION.to_le_bytes().as_slice())?;
    Ok(())
}

/// Refuses a format that cannot be read.
pub(super) fn check_look(transaction: &ReadTransaction) -> Result<(), StoreRefusal> {
    let table = transaction.open_table(FORMAT).map_err(|_| unmarked())?;
    known(table.get(VERSION_KEY)?.map(|value| value.value().to_vec()))
}

/// Refuses a format that cannot be written.
pub(super) fn check_change(transaction: &WriteTransaction) -> Result<(), StoreRefusal> {
    let table = transaction.open_table(FORMAT)?;
    let value = table.get(VERSION_KEY)?.map(|value| value.value().to_vec());
    known(value)
}

fn known(value: Option<Vec<u8>>) -> Result<(), StoreRefusal> {
    let found = value.and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes).ok_or_else(unmarked)?;
    match found {
        FORMAT_VERSION => Ok(()),
        0 => Err(unmarked()),
        found => Err(StoreRefusal::Newer { found, known: FORMAT_VERSION }),
    }
}

fn unmarked() -> StoreRefusal {
    StoreRefusal::Damaged("the format's version is missing".into())
}
