//! The rows of a file, their times as written and their values in base units.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};
use zeroize::Zeroize;

use super::{ConvertRefusal, Layout, Midnight};
use crate::intake::csv::{MAX_COLUMNS, short};
use crate::intake::decimal::{NotWhole, Whole, whole};
use crate::intake::local_time::{Form, Instant, Stamp, written};

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
    layout: &'a Layout,
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
    if layout.midnight.is_none() {
        midnights_begin_their_dates(&read.rows)?;
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
        layout,
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
    let stamp = time(line, &text, places.layout)?;
    let mut values = Values(Vec::with_capacity(places.values.len()));
    for (place, head) in &places.values {
        let cell = record.get(*place).unwrap_or_default();
        let value = value(cell, places.layout.scale.shift(), noise);
        values.0.push(value.map_err(|reason| not_a_reading(reason, line, head))?);
    }
    Ok(Row { line, time: Written { stamp, text }, values })
}

fn time(line: u64, text: &str, layout: &Layout) -> Result<Stamp, ConvertRefusal> {
    let form = Form { format: layout.time_format.as_deref(), midnight_ends: layout.midnight == Some(Midnight::End) };
    written(text, form).ok_or_else(|| ConvertRefusal::NotATime { line, text: text.into() })
}

/// Refuses a file most of whose midnights stand right behind their own date's afternoon: they may be meant to end it.
fn midnights_begin_their_dates(rows: &[Row<Written>]) -> Result<(), ConvertRefusal> {
    let midnights = rows.iter().filter(|row| row.time.stamp.is_midnight()).count();
    let behind = |pair: &&[Row<Written>]| {
        let (before, after) = (pair[0].time.stamp.face(), pair[1].time.stamp);
        after.is_midnight() && before.date() == after.face().date() && before.hour() >= 12
    };
    let mut suspects = rows.windows(2).filter(behind);
    let Some(first) = suspects.next() else { return Ok(()) };
    if (1 + suspects.count()) * 2 > midnights {
        let Row { line, time: Written { text, .. }, .. } = &first[1];
        return Err(ConvertRefusal::MidnightUnclear { line: *line, text: text.clone() });
    }
    Ok(())
}

fn value(cell: &str, shift: i32, noise: &mut usize) -> Result<Option<u32>, NotWhole> {
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
