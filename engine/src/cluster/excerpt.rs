//! What an act read of a store, to be read again where the store is not.
//!
//! A bill is checked or proved against some tens of a store's records: a meter, its tariff with data, its batches. A
//! [`Recorder`] notes each record that is read through it; the [`Excerpt`] then answers the same act as the store did,
//! for the act asks for the same again. Records that other acts have noted are records of the same store and change no
//! answer: a scan ends where it ended, and what the store lacks no excerpt has.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use redb::TableHandle;

use super::wire::{bytes, put_bytes};
use crate::store::StoreRefusal;
use crate::store::record::Fields;
use crate::store::table::{TABLES, Table, View, Visit};

/// Records by table and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Excerpt {
    records: BTreeMap<(u8, Vec<u8>), Vec<u8>>,
}

/// A store's tables, whose read records are noted.
pub(crate) struct Recorder<'a, V> {
    view: &'a V,
    noted: RefCell<Excerpt>,
}

impl Excerpt {
    /// Adds another excerpt of the same store, as it was at the same time.
    pub(crate) fn merge(&mut self, other: Excerpt) {
        self.records.extend(other.records);
    }

    /// Appends the records, as [`Excerpt::read`] takes them.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.records.len() as u32).to_le_bytes());
        for ((table, key), payload) in &self.records {
            out.push(*table);
            put_bytes(out, key);
            put_bytes(out, payload);
        }
    }

    /// The records that stand next; nothing when they are cut short or of an unknown table.
    pub(crate) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let mut records = BTreeMap::new();
        for _ in 0..fields.u32()? {
            let table = fields.u8().filter(|table| usize::from(*table) < TABLES.len())?;
            records.insert((table, bytes(fields)?.to_vec()), bytes(fields)?.to_vec());
        }
        Some(Excerpt { records })
    }

    /// The records of a table with `from <= key <= to`.
    fn range<'a>(
        &'a self,
        table: Table,
        from: &[u8],
        to: &[u8],
    ) -> impl DoubleEndedIterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let (table, to) = (place(table), to.to_vec());
        let from = from.to_vec();
        let range = (from <= to).then(|| self.records.range((table, from)..=(table, to)));
        range.into_iter().flatten().map(|((_, key), payload)| (key.as_slice(), payload.as_slice()))
    }
}

impl<'a, V: View> Recorder<'a, V> {
    pub(crate) fn new(view: &'a V) -> Self {
        Recorder { view, noted: RefCell::default() }
    }

    /// What was read so far.
    pub(crate) fn into_excerpt(self) -> Excerpt {
        self.noted.into_inner()
    }

    fn note(&self, table: Table, key: &[u8], payload: &[u8]) {
        self.noted.borrow_mut().records.insert((place(table), key.to_vec()), payload.to_vec());
    }
}

impl<V: View> View for Recorder<'_, V> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreRefusal> {
        let payload = self.view.get(table, key)?;
        if let Some(payload) = &payload {
            self.note(table, key, payload);
        }
        Ok(payload)
    }

    fn scan(&self, table: Table, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
        self.view.scan(table, from, to, &mut |key, payload| {
            self.note(table, key, payload);
            visit(key, payload)
        })
    }

    fn scan_back(&self, table: Table, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
        self.view.scan_back(table, from, to, &mut |key, payload| {
            self.note(table, key, payload);
            visit(key, payload)
        })
    }
}

impl View for Excerpt {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreRefusal> {
        Ok(self.records.get(&(place(table), key.to_vec())).cloned())
    }

    fn scan(&self, table: Table, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
        walk(self.range(table, from, to), visit)
    }

    fn scan_back(&self, table: Table, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
        walk(self.range(table, from, to).rev(), visit)
    }
}

fn walk<'a>(records: impl Iterator<Item = (&'a [u8], &'a [u8])>, visit: &mut Visit<'_>) -> Result<(), StoreRefusal> {
    for (key, payload) in records {
        if let ControlFlow::Break(()) = visit(key, payload)? {
            break;
        }
    }
    Ok(())
}

/// A table's place among all; tables are few and only added.
fn place(table: Table) -> u8 {
    TABLES.iter().position(|(name, _)| *name == table.name()).map_or(u8::MAX, |place| place as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::table::{BILLED, METERS};

    /// A store's answers, asked for again of what was noted.
    fn asked(view: &impl View) -> Vec<Vec<u8>> {
        let mut told = Vec::new();
        told.extend(view.get(METERS, b"a").unwrap());
        told.extend(view.get(METERS, b"none").unwrap());
        view.under(BILLED, b"x", &mut |key, payload| {
            told.push([key, payload].concat());
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
        view.scan_back(BILLED, b"x", b"y9", &mut |key, _| {
            told.push(key.to_vec());
            Ok(if key == b"y1" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
        .unwrap();
        view.scan(BILLED, b"z", b"a", &mut |_, _| Err(StoreRefusal::Damaged("no such range".into()))).unwrap();
        told
    }

    #[test]
    fn an_excerpt_answers_as_the_store_did() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path().join("store.redb"));
        let records = [(METERS, "a"), (METERS, "b"), (BILLED, "x1"), (BILLED, "x2"), (BILLED, "y1"), (BILLED, "y2")];
        store
            .change(|change| {
                records.iter().try_for_each(|(table, key)| change.put(*table, key.as_bytes(), key.as_bytes()))
            })
            .unwrap();
        let (told, mut excerpt) = store
            .look(|view| {
                let recorder = Recorder::new(view);
                Ok::<_, StoreRefusal>((asked(&recorder), recorder.into_excerpt()))
            })
            .unwrap();
        assert_eq!(told.len(), 1 + 2 + 2);
        assert_eq!(excerpt.records.len(), 1 + 2 + 2, "what was not asked for is not noted");
        assert_eq!(asked(&excerpt), told);

        let mut wire = Vec::new();
        excerpt.put(&mut wire);
        let mut fields = Fields(&wire);
        assert_eq!(Excerpt::read(&mut fields), Some(excerpt.clone()));
        assert!(fields.0.is_empty());
        for end in 0..wire.len() {
            assert_eq!(Excerpt::read(&mut Fields(&wire[..end])), None, "cut at {end}");
        }
        wire[4] = TABLES.len() as u8;
        assert_eq!(Excerpt::read(&mut Fields(&wire)), None, "no such table");

        let other = store
            .look(|view| {
                let recorder = Recorder::new(view);
                recorder.get(METERS, b"b")?;
                Ok::<_, StoreRefusal>(recorder.into_excerpt())
            })
            .unwrap();
        excerpt.merge(other);
        assert_eq!(asked(&excerpt), told, "other records of the same store change nothing");
    }
}
