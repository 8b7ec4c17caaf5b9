//! Dated data: what a tariff declares and others publish later, such as the day's colour or the half hour's price.
//!
//! A published file is CSV under one of three headers: `date` lists dates, `date,value` gives each day a value,
//! `start,value` gives each slot one, by the instant at which it starts. Values are kept as they are written; a tariff
//! says what they are. Look-up tables too large for a tariff's text are published in the same way, under `to,value` and its
//! like; of those the tariff holds the root.

mod rows;
mod table;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::merkle::TableRefusal;
use crate::program::Ratio;
use crate::tariff::decimal;

pub use table::TableSet;

/// The largest file, in bytes: ten years of five-minute prices fit.
pub const MAX_BYTES: usize = 1 << 25;
/// The longest value, in bytes.
pub const MAX_VALUE: usize = 64;

/// What a value holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Per {
    /// A tariff day.
    Day,
    /// A slot.
    Slot,
}

/// What a data set holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Dates: a day is one of them or not.
    Dates,
    /// One of several words.
    OneOf {
        /// The words, in the tariff's order.
        values: Vec<String>,
        /// What has one.
        per: Per,
    },
    /// A number.
    Number {
        /// Its unit as the tariff writes it, such as `p/kWh`.
        unit: String,
        /// What has one.
        per: Per,
    },
    /// A look-up table.
    Table {
        /// How many keys it has.
        keys: usize,
        /// The root of the tree over its entries, as the tariff writes it.
        root: String,
    },
}

/// A data set that a tariff declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

impl Declared {
    /// The first line of its file.
    pub fn header(&self) -> &'static str {
        match &self.kind {
            Kind::Dates => "date",
            Kind::OneOf { per: Per::Day, .. } | Kind::Number { per: Per::Day, .. } => "date,value",
            Kind::OneOf { per: Per::Slot, .. } | Kind::Number { per: Per::Slot, .. } => "start,value",
            Kind::Table { keys, .. } => table::HEADERS[keys.clamp(&1, &table::HEADERS.len()) - 1],
        }
    }

    /// Whether a value is one of its words, or a number; of a table, its root.
    pub fn reads(&self, value: &str) -> bool {
        match &self.kind {
            Kind::Dates => false,
            Kind::OneOf { values, .. } => values.iter().any(|word| word == value),
            Kind::Number { .. } => number(value).is_some(),
            Kind::Table { root, .. } => root == value,
        }
    }
}

/// The number that a value writes, perhaps below zero.
pub(crate) fn number(value: &str) -> Option<Ratio> {
    let (minus, digits) = value.strip_prefix('-').map_or((false, value), |digits| (true, digits));
    let number = decimal(digits)?;
    Some(if minus { -number } else { number })
}

/// The rows of a published file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSet {
    /// Dates, each once.
    Dates(BTreeMap<Date, ()>),
    /// A value a day.
    Days(BTreeMap<Date, String>),
    /// A value a slot, by its start.
    Slots(BTreeMap<Timestamp, String>),
    /// A look-up table.
    Table(TableSet),
}

/// Published data by the name that a tariff gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data(BTreeMap<String, DataSet>);

impl Data {
    /// None.
    pub const fn new() -> Self {
        Data(BTreeMap::new())
    }

    /// Adds a data set in place of one of the same name.
    pub fn insert(&mut self, name: &str, set: DataSet) {
        self.0.insert(name.to_owned(), set);
    }

    /// The data set of that name.
    pub fn get(&self, name: &str) -> Option<&DataSet> {
        self.0.get(name)
    }
}

impl DataSet {
    /// Reads a published file: its header tells its form, its rows may come in any order.
    ///
    /// ```
    /// use wattproof_circuits::data::DataSet;
    /// let colours = DataSet::parse(b"date,value\n2026-01-02,red\n2026-01-01,blue\n").unwrap();
    /// assert_eq!(colours.to_csv(), "date,value\n2026-01-01,blue\n2026-01-02,red\n");
    /// ```
    ///
    /// # Errors
    /// One variant a reason; see [`DataRefusal`].
    pub fn parse(csv: &[u8]) -> Result<Self, DataRefusal> {
        rows::parse(csv)
    }

    /// The canonical file, which [`DataSet::parse`] reads back: rows in order, instants in UTC, lines ended by `\n`.
    pub fn to_csv(&self) -> String {
        let mut text = format!("{}\n", self.header());
        match self {
            DataSet::Dates(rows) => rows.keys().for_each(|date| text += &format!("{date}\n")),
            DataSet::Days(rows) => rows.iter().for_each(|(date, value)| text += &format!("{date},{value}\n")),
            DataSet::Slots(rows) => rows.iter().for_each(|(start, value)| text += &format!("{start},{value}\n")),
            DataSet::Table(table) => return table.to_csv(),
        }
        text
    }

    /// Both files' rows. A day or slot may stand in both with the same value.
    ///
    /// # Errors
    /// [`DataRefusal::Conflict`], [`DataRefusal::OtherForm`], and [`DataRefusal::TooLarge`] of both together.
    pub fn merge(&self, other: &DataSet) -> Result<Self, DataRefusal> {
        self.amended(other, |_| true)
    }

    /// Both files' rows; of two values for one day or slot the other's replaces one that does not stand.
    ///
    /// # Errors
    /// As of [`DataSet::merge`].
    pub fn amended(&self, other: &DataSet, stands: impl Fn(&str) -> bool) -> Result<Self, DataRefusal> {
        let stands = |value: &String| stands(value);
        let both = match (self, other) {
            (DataSet::Dates(ours), DataSet::Dates(theirs)) => DataSet::Dates(merged(ours, theirs, |()| true)?),
            (DataSet::Days(ours), DataSet::Days(theirs)) => DataSet::Days(merged(ours, theirs, stands)?),
            (DataSet::Slots(ours), DataSet::Slots(theirs)) => DataSet::Slots(merged(ours, theirs, stands)?),
            (DataSet::Table(ours), DataSet::Table(theirs)) if ours == theirs => return Ok(other.clone()),
            (DataSet::Table(ours), DataSet::Table(_)) if !stands(&ours.root().to_owned()) => return Ok(other.clone()),
            (DataSet::Table(_), DataSet::Table(_)) => return Err(DataRefusal::Conflict { key: "the table".into() }),
            _ => return Err(DataRefusal::OtherForm { ours: self.header(), theirs: other.header() }),
        };
        match both.bytes() {
            bytes if bytes > MAX_BYTES => Err(DataRefusal::TooLarge { bytes }),
            _ => Ok(both),
        }
    }

    /// How long the canonical file is at most.
    fn bytes(&self) -> usize {
        const START: usize = "start,value\n".len();
        const ROW: usize = "2026-03-01T00:00:00.000000000Z,\n".len();
        let values = |values: &mut dyn Iterator<Item = &String>| values.map(|value| value.len() + ROW).sum::<usize>();
        START
            + match self {
                DataSet::Dates(rows) => rows.len() * ROW,
                DataSet::Days(rows) => values(&mut rows.values()),
                DataSet::Slots(rows) => values(&mut rows.values()),
                DataSet::Table(table) => table.to_csv().len(),
            }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            DataSet::Dates(rows) => rows.len(),
            DataSet::Days(rows) => rows.len(),
            DataSet::Slots(rows) => rows.len(),
            DataSet::Table(table) => table.values().len(),
        }
    }

    /// The first row whose value is refused, by its day or the start of its slot; of a table, its root.
    pub fn first_without(&self, accepted: impl Fn(&str) -> bool) -> Option<(String, &str)> {
        fn first<K: ToString>(rows: &BTreeMap<K, String>, accepted: impl Fn(&str) -> bool) -> Option<(String, &str)> {
            let (key, value) = rows.iter().find(|(_, value)| !accepted(value))?;
            Some((key.to_string(), value))
        }
        match self {
            DataSet::Dates(_) => None,
            DataSet::Days(rows) => first(rows, accepted),
            DataSet::Slots(rows) => first(rows, accepted),
            DataSet::Table(table) => {
                let root = table.root();
                (!accepted(root)).then(|| ("the table's root".to_owned(), root))
            }
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first line of its file.
    pub fn header(&self) -> &'static str {
        match self {
            DataSet::Dates(_) => "date",
            DataSet::Days(_) => "date,value",
            DataSet::Slots(_) => "start,value",
            DataSet::Table(table) => table.header(),
        }
    }
}

fn merged<K: Ord + Clone + core::fmt::Display, V: Clone + PartialEq>(
    ours: &BTreeMap<K, V>,
    theirs: &BTreeMap<K, V>,
    stands: impl Fn(&V) -> bool,
) -> Result<BTreeMap<K, V>, DataRefusal> {
    let mut all = ours.clone();
    for (key, value) in theirs {
        match all.entry(key.clone()) {
            Entry::Vacant(free) => {
                free.insert(value.clone());
            }
            Entry::Occupied(held) if held.get() == value => {}
            Entry::Occupied(mut held) if !stands(held.get()) => _ = held.insert(value.clone()),
            Entry::Occupied(_) => return Err(DataRefusal::Conflict { key: key.to_string() }),
        }
    }
    Ok(all)
}

/// Why a published file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataRefusal {
    /// More than [`MAX_BYTES`].
    #[error("the data file has {bytes} bytes, {MAX_BYTES} is the most")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// Not text.
    #[error("the data file is not UTF-8 text")]
    NotUtf8,
    /// None of the headers.
    #[error("the data file begins with {found:?}, which is no header of one")]
    Header {
        /// The first characters of its first line.
        found: String,
    },
    /// More or fewer fields than the header has, or quotes that do not close.
    #[error("line {line} of the data file does not have the header's fields")]
    Fields {
        /// The line, from one.
        line: u64,
    },
    /// No date.
    #[error("line {line} of the data file has {text:?} for a date")]
    Date {
        /// The line, from one.
        line: u64,
        /// The first characters of the field.
        text: String,
    },
    /// No instant, or one without an offset from UTC.
    #[error("line {line} of the data file has {text:?} for the start of a slot")]
    Start {
        /// The line, from one.
        line: u64,
        /// The first characters of the field.
        text: String,
    },
    /// No value, one that is too long, or one with signs that no value has.
    #[error("line {line} of the data file has {text:?} for a value")]
    Value {
        /// The line, from one.
        line: u64,
        /// The first characters of the field.
        text: String,
    },
    /// A row of a table that is not the next.
    #[error("line {line} of the data file begins {text:?}, which is not the table's next row")]
    Key {
        /// The line, from one.
        line: u64,
        /// The first characters of the row.
        text: String,
    },
    /// A table that ends before its last row.
    #[error("the data file ends before the last row of key {}", key + 1)]
    Incomplete {
        /// Which key, from zero.
        key: usize,
    },
    /// A table that is none.
    #[error(transparent)]
    Table(TableRefusal),
    /// A day or slot stands in the file twice.
    #[error("line {line} of the data file gives {key} a second time")]
    Twice {
        /// The line, from one.
        line: u64,
        /// The day or the slot's start.
        key: String,
    },
    /// Two files differ.
    #[error("{key} has another value in the data that is held")]
    Conflict {
        /// The day or the slot's start.
        key: String,
    },
    /// Two files of different forms.
    #[error("the data that is held has the header {ours}, this file has {theirs}")]
    OtherForm {
        /// The header of the data that is held.
        ours: &'static str,
        /// The other's.
        theirs: &'static str,
    },
}

impl DataRefusal {
    /// The reason as a stable word.
    pub fn code(&self) -> &'static str {
        match self {
            DataRefusal::TooLarge { .. } => "data-too-large",
            DataRefusal::NotUtf8 => "data-not-utf8",
            DataRefusal::Header { .. } => "data-header",
            DataRefusal::Fields { .. } => "data-fields",
            DataRefusal::Date { .. } => "data-date",
            DataRefusal::Start { .. } => "data-start",
            DataRefusal::Value { .. } => "data-value",
            DataRefusal::Key { .. } => "data-key",
            DataRefusal::Incomplete { .. } => "data-incomplete",
            DataRefusal::Table(refusal) => refusal.code(),
            DataRefusal::Twice { .. } => "data-twice",
            DataRefusal::Conflict { .. } => "data-conflict",
            DataRefusal::OtherForm { .. } => "data-other-form",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            DataRefusal::TooLarge { .. } => "split the file by time",
            DataRefusal::NotUtf8 => "save it as UTF-8",
            DataRefusal::Header { .. } => {
                "begin it with the line `date`, `date,value` or `start,value`; a table's with `to,value` or `to,to,value`"
            }
            DataRefusal::Fields { .. } => "write one field a column, separated by a comma",
            DataRefusal::Date { .. } => "write dates as 2026-03-01",
            DataRefusal::Start { .. } => {
                "write the instant with its offset: 2026-03-01T00:00Z or 2026-03-01T01:00+01:00"
            }
            DataRefusal::Value { .. } => "write a word or a plain decimal number such as -4.25",
            DataRefusal::Key { .. } => {
                "write bounds that are the same distance apart and then `above`, the last key's changing fastest"
            }
            DataRefusal::Incomplete { .. } => "end the rows of each key with `above`",
            DataRefusal::Table(refusal) => refusal.hint(),
            DataRefusal::Twice { .. } => "give each day or slot once",
            DataRefusal::Conflict { .. } => {
                "a published value stands: publish the right rows under another name, with a version of the tariff \
                 that reads it"
            }
            DataRefusal::OtherForm { .. } => "give the file the same header",
        }
    }
}
