//! Dated data: what tariffs name and do not hold, published apart from them: prices of slots, colours of days, dates.
//!
//! A data set is known by its name alone. Rows are added and never changed: a date or slot that has a value keeps it,
//! so that a bill which was right stays right. A price that was published wrongly is published under another name, with
//! a version of the tariff that reads it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use thiserror::Error;
use wattproof_circuits::data::{Data, DataRefusal, DataSet, MAX_BYTES};
use wattproof_circuits::tariff::Tariff;

use crate::refusal::{Fault, Refusal};
use crate::registry::Taken;
use crate::store::record::rotten;
use crate::store::table::{Change, DATA, View};
use crate::store::{Store, StoreRefusal};

/// How a data file starts; the set's name and the rows follow.
pub const HEAD: &str = "wattproof data 1: ";
/// The longest name of a data set, in bytes.
const MAX_NAME: usize = 32;

/// Why data are not published.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PublishRefusal {
    /// No name that a tariff could use.
    #[error("`{0}` is no name of a data set")]
    Name(String),
    /// Not one data file in the one form.
    #[error("this is not a file of dated data")]
    NotData,
    /// The rows are none, or say something else than is published.
    #[error("data set `{name}`: {refusal}")]
    Rows {
        /// The set's name.
        name: String,
        /// Why.
        refusal: DataRefusal,
    },
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for PublishRefusal {
    fn code(&self) -> &'static str {
        match self {
            PublishRefusal::Name(_) => "data-name",
            PublishRefusal::NotData => "data-malformed",
            PublishRefusal::Rows { refusal, .. } => refusal.code(),
            PublishRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            PublishRefusal::Name(_) => {
                format!("write it as the tariff does: up to {MAX_NAME} of a-z, 0-9 and _, beginning with a letter")
            }
            PublishRefusal::NotData => "export it again".into(),
            PublishRefusal::Rows { refusal, .. } => refusal.hint().into(),
            PublishRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            PublishRefusal::NotData => Fault::Refused,
            PublishRefusal::Store(refusal) => refusal.fault(),
            PublishRefusal::Name(_) | PublishRefusal::Rows { .. } => Fault::Own,
        }
    }
}

/// A data set in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedSet {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub set: DataSet,
}

impl PublishedSet {
    /// The first and the last day, or the first and the last start of a slot; nothing without rows.
    pub fn ends(&self) -> Option<(String, String)> {
        fn ends<K: Ord + ToString, V>(rows: &BTreeMap<K, V>) -> Option<(String, String)> {
            Some((rows.first_key_value()?.0.to_string(), rows.last_key_value()?.0.to_string()))
        }
        match &self.set {
            DataSet::Dates(rows) => ends(rows),
            DataSet::Days(rows) => ends(rows),
            DataSet::Slots(rows) => ends(rows),
        }
    }
}

/// What publishing did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Rows that were new.
    pub new: usize,
    /// Rows the set has now.
    pub rows: usize,
}

/// Publishes the rows of a CSV under a name, all or none.
pub fn publish(store: &Store, name: &str, csv: &[u8]) -> Result<Added, PublishRefusal> {
    let set = read(name, csv)?;
    store.change(|change| add(change, name, &set))
}

/// The rows of a CSV that is to be known by a name.
pub fn read(name: &str, csv: &[u8]) -> Result<DataSet, PublishRefusal> {
    if !is_name(name) {
        return Err(PublishRefusal::Name(name.chars().take(2 * MAX_NAME).collect()));
    }
    DataSet::parse(csv).map_err(|refusal| PublishRefusal::Rows { name: name.into(), refusal })
}

/// Every data set, by name.
pub fn sets(store: &Store) -> Result<Vec<PublishedSet>, StoreRefusal> {
    store.look(|view| {
        let mut sets = Vec::new();
        view.under(DATA, &[], &mut |key, payload| {
            let name = std::str::from_utf8(key).map_err(|_| rotten(DATA))?.to_owned();
            sets.push(PublishedSet { name, set: stored(payload)? });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(sets)
    })
}

/// What the store has of the data that a tariff names; nothing when there is no store.
pub fn published_for(store: &Store, tariff: &Tariff) -> Result<Data, StoreRefusal> {
    if tariff.data().is_empty() || !store.exists() { Ok(Data::new()) } else { store.look(|view| of(view, tariff)) }
}

/// What a store has of the data that a tariff names.
pub(crate) fn of(view: &impl View, tariff: &Tariff) -> Result<Data, StoreRefusal> {
    let mut data = Data::new();
    for declared in tariff.data() {
        if let Some(set) = named(view, &declared.name)? {
            data.insert(&declared.name, set);
        }
    }
    Ok(data)
}

/// Keeps the rows of a data file.
pub(crate) fn keep(change: &Change, bytes: &[u8]) -> Result<Taken, PublishRefusal> {
    let (name, set) = parse(bytes)?;
    Ok(if add(change, &name, &set)?.new > 0 { Taken::New } else { Taken::Already })
}

/// A data set as a file: its name on the first line, then its rows as CSV.
pub(crate) fn file(name: &str, set: &DataSet) -> Vec<u8> {
    format!("{HEAD}{name}\n{}", set.to_csv()).into_bytes()
}

/// Reads what [`file`] wrote, and nothing in another form.
fn parse(bytes: &[u8]) -> Result<(String, DataSet), PublishRefusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| PublishRefusal::NotData)?;
    let (name, csv) = text.strip_prefix(HEAD).and_then(|text| text.split_once('\n')).ok_or(PublishRefusal::NotData)?;
    let set = read(name, csv.as_bytes()).map_err(|_| PublishRefusal::NotData)?;
    if file(name, &set) == bytes { Ok((name.into(), set)) } else { Err(PublishRefusal::NotData) }
}

fn add(change: &Change, name: &str, set: &DataSet) -> Result<Added, PublishRefusal> {
    let known = named(change, name)?;
    let merged = match &known {
        None => set.clone(),
        Some(known) => known.merge(set).map_err(|refusal| PublishRefusal::Rows { name: name.into(), refusal })?,
    };
    let (before, csv) = (known.as_ref().map_or(0, DataSet::len), merged.to_csv());
    if csv.len() > MAX_BYTES {
        let refusal = DataRefusal::TooLarge { bytes: csv.len() };
        return Err(PublishRefusal::Rows { name: name.into(), refusal });
    }
    if known.as_ref() != Some(&merged) {
        change.put(DATA, name.as_bytes(), csv.as_bytes())?;
    }
    Ok(Added { new: merged.len() - before, rows: merged.len() })
}

pub(crate) fn named(view: &impl View, name: &str) -> Result<Option<DataSet>, StoreRefusal> {
    view.get(DATA, name.as_bytes())?.map(|payload| stored(&payload)).transpose()
}

fn stored(payload: &[u8]) -> Result<DataSet, StoreRefusal> {
    DataSet::parse(payload).map_err(|_| rotten(DATA))
}

/// Whether a tariff could declare data of this name.
fn is_name(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    name.len() <= MAX_NAME && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(letters)
}
