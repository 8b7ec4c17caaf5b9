//! The tables, and raw access to them from a reading or a writing act. `docs/store.md` gives keys and values.

use std::ops::ControlFlow;

use redb::{ReadTransaction, ReadableTable, TableDefinition, TableError, WriteTransaction};

use super::StoreRefusal;
use super::record::{seal, unseal};

/// A table: keys and values are bytes.
pub(crate) type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;

macro_rules! tables {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        $($(#[$doc])* pub(crate) const $constant: Table = TableDefinition::new($name);)*
        /// Every table of records, with its name.
        pub(crate) const TABLES: &[(&str, Table)] = &[$(($name, $constant)),*];
    };
}

tables! {
    /// Meter id → when admitted, public record.
    METERS = "meters";
    /// Meter name → meter id.
    METER_NAMES = "meter_names";
    /// Meter id, number, revision, header digest → batch.
    BATCHES = "batches";
    /// Meter id, number, revision → header digest of the rival that counts.
    SETTLED = "settled";
    /// Tariff name, zero, version → when published, digest, text.
    TARIFFS = "tariffs";
    /// Name of a data set → its rows.
    DATA = "data";
    /// Meter id, first local day → tariff name, version.
    ASSIGNMENTS = "assignments";
    /// Meter id, first slot, count → fallback.
    FALLBACKS = "fallbacks";
    /// Bill digest → when it came, bill.
    BILLS = "bills";
    /// Bill digest, for bills without a verdict → nothing.
    INBOX = "inbox";
    /// Bill digest → verdict.
    VERDICTS = "verdicts";
    /// Meter id, first slot → count, revision, bill digest of an accepted bill.
    BILLED = "billed";
    /// Meter id, first slot → receipt of an accepted bill.
    RECEIPTS = "receipts";
}

/// What the format's version stands in.
pub(super) const FORMAT: Table = TableDefinition::new("format");
/// Its only key.
pub(super) const VERSION_KEY: &[u8] = b"version";

/// What a scan does with a key and its value.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreRefusal> + 'a;

/// Tables that can be read.
pub(crate) trait View {
    /// The record under a key, its check verified.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreRefusal>;
    /// The records with `from <= key <= to`, in order.
    fn scan(&self, table: Table, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal>;
    /// The same, last first.
    fn scan_back(&self, table: Table, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal>;

    /// The records whose keys start with `prefix`, in order.
    fn under(&self, table: Table, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
        self.scan(table, prefix, &past(prefix), visit)
    }
}

/// The end of the keys that start with `prefix`: keys are shorter than 200 bytes.
pub(crate) fn past(prefix: &[u8]) -> Vec<u8> {
    [prefix, &[0xff; 200]].concat()
}

/// A reading act's tables.
pub(crate) struct Look {
    pub(super) transaction: ReadTransaction,
}

impl Look {
    /// How many records.
    pub(super) fn count(&self, table: Table) -> Result<u64, StoreRefusal> {
        match self.transaction.open_table(table) {
            Ok(open) => Ok(redb::ReadableTableMetadata::len(&open)?),
            Err(TableError::TableDoesNotExist(_)) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

/// A writing act's tables. Nothing is kept unless the act ends well.
pub(crate) struct Change {
    pub(super) transaction: WriteTransaction,
}

impl Change {
    /// Puts a record, with its check.
    pub(crate) fn put(&self, table: Table, key: &[u8], payload: &[u8]) -> Result<(), StoreRefusal> {
        let value = seal(table, key, payload);
        self.transaction.open_table(table)?.insert(key, value.as_slice())?;
        Ok(())
    }

    /// Takes a record out.
    pub(crate) fn remove(&self, table: Table, key: &[u8]) -> Result<(), StoreRefusal> {
        self.transaction.open_table(table)?.remove(key)?;
        Ok(())
    }
}

macro_rules! view {
    ($name:ty) => {
        impl View for $name {
            fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreRefusal> {
                match self.transaction.open_table(table) {
                    Ok(open) => get(&open, table, key),
                    Err(TableError::TableDoesNotExist(_)) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            }

            fn scan(&self, table: Table, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
                match self.transaction.open_table(table) {
                    Ok(open) => walk(open.range(from..=to)?, table, visit),
                    Err(TableError::TableDoesNotExist(_)) => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }

            fn scan_back(
                &self,
                table: Table,
                from: &[u8],
                to: &[u8],
                visit: &mut Visit<'_>,
            ) -> Result<(), StoreRefusal> {
                match self.transaction.open_table(table) {
                    Ok(open) => walk(open.range(from..=to)?.rev(), table, visit),
                    Err(TableError::TableDoesNotExist(_)) => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
        }
    };
}
view!(Look);
view!(Change);

fn get(
    open: &impl ReadableTable<&'static [u8], &'static [u8]>,
    table: Table,
    key: &[u8],
) -> Result<Option<Vec<u8>>, StoreRefusal> {
    match open.get(key)? {
        Some(value) => Ok(Some(unseal(table, key, value.value())?.to_vec())),
        None => Ok(None),
    }
}

type Entry<'a> =
    Result<(redb::AccessGuard<'a, &'static [u8]>, redb::AccessGuard<'a, &'static [u8]>), redb::StorageError>;

fn walk<'a>(range: impl Iterator<Item = Entry<'a>>, table: Table, visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
    for entry in range {
        let (key, value) = entry?;
        let payload = unseal(table, key.value(), value.value())?;
        if visit(key.value(), payload)?.is_break() {
            break;
        }
    }
    Ok(())
}
