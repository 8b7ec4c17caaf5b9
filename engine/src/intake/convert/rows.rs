//! The rows of a file, their times as written and their values in base units.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};
use zeroize::Zeroize;

use super::{ConvertRefusal, Layout, Scale};
use crate::intake::csv::{MAX_COLUMNS, short};
use crate::intake::decimal::{NotWhole, Whole, whole};
use crate::intake::local_time::{Instant, Stamp, stamp};

/// What files write for a reading that is not there, besides nothing.
const GAPS: [&str; 2] = ["null", "nan"];

/// A row; its values are wiped when it is dropped.
pub(super) struct Row<T> {
    pub(super) line: u64,
    pub(super) time: T,
    pub(super) values: Values,
}

/// One value a register.
#[derive(PartialEq, Eq)]
pub(super) struct Values(pub(super) Vec<Option<u32>>);

impl Drop for Values {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A row's time as the file writes it.
pub(super) struct Written {
    pub(super) stamp: Stamp,
    pub(super) text: String,
}

/// A row's time once settled.
pub(super) type Fixed = Instant;

pub(super) struct Rows {
    pub(super) rows: Vec<Row<Written>>,
    pub(super) settled_noise: usize,
}

/// Where the wanted cells stand in a row.
struct Places<'a> {
    time: usize,
    values: Vec<(usize, &'a str)>,
    shift: u32,
}

pub(super) fn read(input: impl Read, layout: &Layout) -> Result<Rows, ConvertRefusal> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(input);
    let places = places(reader.headers().map_err(not_a_row)?, layout)?;
    let mut read = Rows { rows: Vec::new(), settled_noise: 0 };
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(not_a_row)? {
        let row = row(&record, &places, &mut read.settled_noise)?;
        read.rows.push(row);
    }
    if read.rows.is_empty() {
        return Err(ConvertRefusal::NoRows);
    }
    Ok(read)
}

fn places<'a>(header: &StringRecord, layout: &'a Layout) -> Result<Places<'a>, ConvertRefusal> {
    let repeated = |i: usize| layout.values[..i].iter().any(|v| v.register.name() == layout.values[i].register.name());
    if layout.values.is_empty() || layout.values.len() > MAX_COLUMNS || (0..layout.values.len()).any(repeated) {
        return Err(ConvertRefusal::Registers);
    }
    let values = layout.values.iter().map(|value| Ok((find(header, &value.head)?, value.head.as_str())));
    Ok(Places {
        time: find(header, layout.time.trim())?,
        values: values.collect::<Result<_, ConvertRefusal>>()?,
        shift: match layout.scale {
            Scale::Base => 0,
            Scale::Kilo => 3,
        },
    })
}

fn find(header: &StringRecord, head: &str) -> Result<usize, ConvertRefusal> {
    let mut places = header.iter().enumerate().filter(|(_, h)| *h == head).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(ConvertRefusal::ColumnTwice { head: head.into() }),
        (None, _) => {
            let heads = header.iter().take(20).map(|h| format!("`{}`", short(h))).collect();
            Err(ConvertRefusal::NoSuchColumn { head: head.into(), heads })
        }
    }
}

fn row(record: &StringRecord, places: &Places, noise: &mut usize) -> Result<Row<Written>, ConvertRefusal> {
    let line = record.position().map_or(0, csv::Position::line);
    let text = short(record.get(places.time).unwrap_or_default());
    let stamp = stamp(&text).ok_or_else(|| ConvertRefusal::NotATime { line, text: text.clone() })?;
    let mut values = Values(Vec::with_capacity(places.values.len()));
    for (place, head) in &places.values {
        let cell = record.get(*place).unwrap_or_default();
        values.0.push(value(cell, places.shift, noise).map_err(|reason| not_a_reading(reason, line, head))?);
    }
    Ok(Row { line, time: Written { stamp, text }, values })
}

fn value(cell: &str, shift: u32, noise: &mut usize) -> Result<Option<u32>, NotWhole> {
    if cell.is_empty() || GAPS.iter().any(|gap| cell.eq_ignore_ascii_case(gap)) {
        return Ok(None);
    }
    match whole(cell, shift)? {
        Whole::Exact(value) => Ok(Some(value)),
        Whole::Settled(value) => {
            *noise += 1;
            Ok(Some(value))
        }
    }
}

fn not_a_reading(reason: NotWhole, line: u64, head: &str) -> ConvertRefusal {
    let head = head.to_string();
    match reason {
        NotWhole::NotANumber => ConvertRefusal::NotANumber { line, head },
        NotWhole::Negative => ConvertRefusal::Negative { line, head },
        NotWhole::Fraction => ConvertRefusal::Fraction { line, head },
        NotWhole::TooLarge => ConvertRefusal::TooLarge { line, head },
    }
}

fn not_a_row(error: csv::Error) -> ConvertRefusal {
    let at = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ConvertRefusal::File(error),
        csv::ErrorKind::UnequalLengths { pos, .. } => ConvertRefusal::NotARow { line: pos.map_or(0, |pos| pos.line()) },
        _ => ConvertRefusal::NotARow { line: at },
    }
}
