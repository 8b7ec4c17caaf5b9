//! A published file read: header, then a row a day or slot.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{DataRefusal, DataSet, MAX_BYTES, MAX_VALUE};
use crate::period::date;

/// The longest piece of a field that a refusal repeats, in characters.
const MAX_REPEATED: usize = 40;

pub(super) fn parse(bytes: &[u8]) -> Result<DataSet, DataRefusal> {
    if bytes.len() > MAX_BYTES {
        return Err(DataRefusal::TooLarge { bytes: bytes.len() });
    }
    let text = core::str::from_utf8(bytes).map_err(|_| DataRefusal::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let header: String = text.lines().next().unwrap_or_default().split_whitespace().collect();
    match header.as_str() {
        "date" => rows(text, 1, |line, row| Ok((day(line, row)?, ()))).map(DataSet::Dates),
        "date,value" => rows(text, 2, |line, row| Ok((day(line, row)?, value(line, row)?))).map(DataSet::Days),
        "start,value" => rows(text, 2, |line, row| Ok((start(line, row)?, value(line, row)?))).map(DataSet::Slots),
        other => match super::table::HEADERS.iter().position(|header| *header == other) {
            Some(keys) => super::table::parse(text, keys + 1).map(DataSet::Table),
            None => Err(DataRefusal::Header { found: first(other) }),
        },
    }
}

/// The rows behind the header, each key once.
fn rows<K: Ord + core::fmt::Display + Clone, V>(
    text: &str,
    fields: usize,
    read: impl Fn(u64, &StringRecord) -> Result<(K, V), DataRefusal>,
) -> Result<BTreeMap<K, V>, DataRefusal> {
    let mut rows = BTreeMap::new();
    // With a line's end behind the last row, a row's line is the one before the reader's.
    let source = text.as_bytes().chain(&b"\n"[..]);
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(source);
    let mut row = StringRecord::new();
    loop {
        let more = reader.read_record(&mut row);
        let line = reader.position().line() - 1;
        match more {
            Ok(false) => return Ok(rows),
            Ok(true) if row.len() == fields => {}
            _ => return Err(DataRefusal::Fields { line }),
        }
        let (key, value) = read(line, &row)?;
        match rows.entry(key) {
            Entry::Vacant(free) => free.insert(value),
            Entry::Occupied(held) => return Err(DataRefusal::Twice { line, key: held.key().to_string() }),
        };
    }
}

fn field(row: &StringRecord, index: usize) -> &str {
    row.get(index).unwrap_or_default()
}

pub(super) fn first(text: &str) -> String {
    text.chars().take(MAX_REPEATED).collect()
}

fn day(line: u64, row: &StringRecord) -> Result<Date, DataRefusal> {
    let text = field(row, 0);
    date(text).ok_or_else(|| DataRefusal::Date { line, text: first(text) })
}

fn start(line: u64, row: &StringRecord) -> Result<Timestamp, DataRefusal> {
    let text = field(row, 0);
    text.parse().map_err(|_| DataRefusal::Start { line, text: first(text) })
}

/// A word or a number: what needs no quotes, and has no space.
fn value(line: u64, row: &StringRecord) -> Result<String, DataRefusal> {
    let text = field(row, 1);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+');
    let sound = !text.is_empty() && text.len() <= MAX_VALUE && text.chars().all(plain);
    if sound { Ok(text.to_owned()) } else { Err(DataRefusal::Value { line, text: first(text) }) }
}
