//! Dated data: what tariffs name and do not hold, published apart from them: prices of slots, colours of days, dates.
//!
//! A data set is known by its name alone. Rows are added and never changed: a date or slot that has a value keeps it,
//! so that a bill which was right stays right. A price that was published wrongly is published under another name, with
//! a version of the tariff that reads it. Only a value that no published tariff can read, and so no bill has used, is
//! replaced.

mod pack;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use thiserror::Error;
use wattproof_circuits::data::{Data, DataRefusal, DataSet, Declared, Kind, MAX_BYTES};
use wattproof_circuits::exact::decimal;
use wattproof_circuits::tariff::{Tariff, nearest};

use crate::policy;
use crate::refusal::{Fault, Refusal};
use crate::registry::Taken;
use crate::store::record::rotten;
use crate::store::table::{Change, DATA, View};
use crate::store::{Store, StoreRefusal};

/// How a data file starts; the set's name and the rows follow.
pub const HEAD: &str = "wattproof data 1: ";
/// The longest name of a data set, in bytes.
const MAX_NAME: usize = 32;
/// The largest data file, in bytes.
pub const MAX_FILE: u64 = (MAX_BYTES + HEAD.len() + MAX_NAME + 1) as u64;

/// Why data are not published.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PublishRefusal {
    /// No name that a tariff could use.
    #[error("`{0}` is no name of a data set")]
    Name(String),
    /// No table, or one of more or fewer keys.
    #[error("the file is no table of {keys} keys")]
    NoTable {
        /// How many keys are named.
        keys: usize,
    },
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
    /// A value that no published tariff can read.
    #[error("data set `{name}`: no published tariff knows `{value}`, of {key}")]
    Value {
        /// The set's name.
        name: String,
        /// The day or the slot's start.
        key: String,
        /// The value.
        value: String,
        /// What the tariffs read.
        declared: Vec<Declared>,
    },
    /// The published tariffs want another form.
    #[error("data set `{name}`: the published tariffs want the header {wanted}, this file has {found}")]
    Form {
        /// The set's name.
        name: String,
        /// The header that a tariff wants.
        wanted: &'static str,
        /// The file's.
        found: &'static str,
    },
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for PublishRefusal {
    fn code(&self) -> &'static str {
        match self {
            PublishRefusal::Name(_) => "data-name",
            PublishRefusal::NoTable { .. } => "table-keys",
            PublishRefusal::NotData => "data-malformed",
            PublishRefusal::Rows { refusal, .. } => refusal.code(),
            PublishRefusal::Value { .. } => "data-value",
            PublishRefusal::Form { .. } => "data-other-form",
            PublishRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            PublishRefusal::Name(_) => {
                format!("write it as the tariff does: up to {MAX_NAME} of a-z, 0-9 and _, beginning with a letter")
            }
            PublishRefusal::NoTable { .. } => {
                "give a file with the header `to,value` or `to,to,value`, and the unit of each column".into()
            }
            PublishRefusal::NotData => "export it again".into(),
            PublishRefusal::Rows { refusal, .. } => refusal.hint().into(),
            PublishRefusal::Value { value, declared, .. } => readable(value, declared),
            PublishRefusal::Form { wanted, .. } => format!("give a file with the header {wanted}"),
            PublishRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            PublishRefusal::NotData => Fault::Refused,
            PublishRefusal::Store(refusal) => refusal.fault(),
            _ => Fault::Own,
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
            DataSet::Table(table) => {
                let first = table.axes().iter().filter_map(|axis| decimal(&axis.first)).collect::<Vec<_>>().join(", ");
                Some((format!("to {first}"), "above".into()))
            }
        }
    }
}

/// What publishing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Rows that were new.
    pub new: usize,
    /// Rows the set has now.
    pub rows: usize,
    /// A sentence when no published tariff declares such data.
    pub note: Option<String>,
}

/// Publishes the rows of a CSV under a name, all or none. Where published tariffs declare the name, one of them must be
/// able to read each row.
pub fn publish(store: &Store, name: &str, csv: &[u8]) -> Result<Added, PublishRefusal> {
    let set = read(name, csv)?;
    store.change(|change| {
        let (own, others): (Vec<_>, Vec<_>) = declared(change)?.into_iter().partition(|known| known.name == name);
        fits(name, &set, &own)?;
        let note = own.is_empty().then(|| undeclared(name, &others));
        Ok(Added { note, ..add(change, name, &set, &own)? })
    })
}

/// What a tariff declares for a table: `units` are those of its keys, then that of its values.
pub fn table_statement(name: &str, csv: &[u8], units: &[&str]) -> Result<String, PublishRefusal> {
    let keys = units.len().saturating_sub(1);
    let DataSet::Table(table) = read(name, csv)? else { return Err(PublishRefusal::NoTable { keys }) };
    table.statement(name, units).ok_or(PublishRefusal::NoTable { keys })
}

/// What published tariffs declare.
fn declared(view: &impl View) -> Result<Vec<Declared>, StoreRefusal> {
    let all = policy::published(view)?;
    Ok(all.iter().flat_map(|published| published.tariff.data()).cloned().collect())
}

/// Whether some tariff can read each row, when any declares the name.
fn fits(name: &str, set: &DataSet, declared: &[Declared]) -> Result<(), PublishRefusal> {
    let Some(first) = declared.first() else { return Ok(()) };
    let mut declared: Vec<Declared> = declared.to_vec();
    declared.retain(|known| known.header() == set.header());
    if declared.is_empty() {
        let (wanted, found) = (first.header(), set.header());
        return Err(PublishRefusal::Form { name: name.into(), wanted, found });
    }
    let first = set.first_without(|value| declared.iter().any(|known| known.reads(value)));
    let unknown = first.map(|(key, value)| (key, value.to_owned()));
    match unknown {
        None => Ok(()),
        Some((key, value)) => Err(PublishRefusal::Value { name: name.into(), key, value, declared }),
    }
}

/// What to write instead of a value.
fn readable(value: &str, declared: &[Declared]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for known in declared {
        match &known.kind {
            Kind::OneOf { values, .. } => words.extend(values.iter().map(String::as_str)),
            Kind::Number { unit, .. } => return format!("write a number of {unit}, such as -4.25"),
            Kind::Table { root, .. } => return format!("give the file of which the root is {root}"),
            Kind::Dates => {}
        }
    }
    words.sort_unstable();
    words.dedup();
    match nearest(value, words.iter().copied()) {
        Some(word) => format!("did you mean `{word}`? The values are {}", words.join(", ")),
        None => format!("the values are {}", words.join(", ")),
    }
}

fn undeclared(name: &str, others: &[Declared]) -> String {
    let near = nearest(name, others.iter().map(|known| known.name.as_str()));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("no published tariff declares data `{name}`{near}")
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
    some_of(view, tariff, |_| true)
}

/// The same without tables, of which the tariff holds all that a verifier needs.
pub(crate) fn dated_of(view: &impl View, tariff: &Tariff) -> Result<Data, StoreRefusal> {
    some_of(view, tariff, |declared| !matches!(declared.kind, Kind::Table { .. }))
}

fn some_of(view: &impl View, tariff: &Tariff, wanted: impl Fn(&Declared) -> bool) -> Result<Data, StoreRefusal> {
    let mut data = Data::new();
    for declared in tariff.data().iter().filter(|declared| wanted(declared)) {
        if let Some(set) = named(view, &declared.name)? {
            data.insert(&declared.name, set);
        }
    }
    Ok(data)
}

/// Keeps the rows of a data file.
pub(crate) fn keep(change: &Change, bytes: &[u8]) -> Result<Taken, PublishRefusal> {
    let (name, set) = parse(bytes)?;
    let before = named(change, &name)?;
    let own: Vec<Declared> = declared(change)?.into_iter().filter(|known| known.name == name).collect();
    add(change, &name, &set, &own)?;
    Ok(if named(change, &name)? == before { Taken::Already } else { Taken::New })
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

fn add(change: &Change, name: &str, set: &DataSet, own: &[Declared]) -> Result<Added, PublishRefusal> {
    let known = named(change, name)?;
    let rows = |refusal| PublishRefusal::Rows { name: name.into(), refusal };
    // What no tariff can read, no bill has used.
    let stands = |value: &str| own.is_empty() || own.iter().any(|known| known.reads(value));
    let merged = match &known {
        None => set.clone(),
        Some(known) => known.amended(set, stands).map_err(rows)?,
    };
    let before = known.as_ref().map_or(0, DataSet::len);
    if known.as_ref() != Some(&merged) {
        let packed = pack::pack(&merged);
        if packed.len() > MAX_BYTES {
            return Err(rows(DataRefusal::TooLarge { bytes: packed.len() }));
        }
        change.put(DATA, name.as_bytes(), &packed)?;
    }
    Ok(Added { new: merged.len().saturating_sub(before), rows: merged.len(), note: None })
}

pub(crate) fn named(view: &impl View, name: &str) -> Result<Option<DataSet>, StoreRefusal> {
    view.get(DATA, name.as_bytes())?.map(|payload| stored(&payload)).transpose()
}

fn stored(payload: &[u8]) -> Result<DataSet, StoreRefusal> {
    pack::unpack(payload).ok_or_else(|| rotten(DATA))
}

/// Whether a tariff could declare data of this name.
fn is_name(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    name.len() <= MAX_NAME && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(letters)
}
