//! The readings file.
//!
//! ```text
//! start,import_wh,export_wh
//! 2026-03-29T00:30:00+00:00,182,0
//! 2026-03-29T02:00:00+01:00,,
//! ```
//!
//! `start` is RFC 3339 with an offset: the start of the slot. Every other column is a register, its name and its unit
//! (`_wh`, `_varh`). Values are whole numbers below 2^32; an empty value is a gap, and so is a missing row. Rows ascend.
//! A gzip file is unpacked. Refusals name the line and never a reading.

use std::io::{self, Read, Write};
use std::path::Path;

use csv::{Position, ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;
use jiff::tz::Offset;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::quantity::{MAX_BITS, Register, Unit};
use wattproof_meter::reading::Readings;

use super::local_time::rfc3339;
use super::source;

mod refusal;

pub use refusal::CsvRefusal;

/// The most slots between a file's first and last row: 59 years of half hours.
pub const MAX_SLOTS: u32 = 1 << 20;
/// The most registers a file may have.
pub const MAX_COLUMNS: usize = 16;

/// A register's column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    name: String,
    unit: Unit,
}

impl Column {
    /// Nothing when `name` is not a register's name.
    pub fn new(name: &str, unit: Unit) -> Option<Self> {
        Register::new(name, unit, MAX_BITS).map(|_| Column { name: name.into(), unit })
    }

    /// The register's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The register's unit.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The column's head, such as `import_wh`.
    pub fn head(&self) -> String {
        format!("{}_{}", self.name, self.unit.symbol().to_ascii_lowercase())
    }

    fn from_head(head: &str) -> Option<Self> {
        let (name, unit) = head.rsplit_once('_')?;
        let unit = [Unit::WattHour, Unit::VarHour].into_iter().find(|u| u.symbol().eq_ignore_ascii_case(unit))?;
        Column::new(name, unit).filter(|column| column.head() == head)
    }
}

/// A readings file, read.
#[derive(Clone, PartialEq, Eq)]
#[allow(missing_debug_implementations, reason = "readings are secret")]
pub struct ReadingsFile {
    /// The registers, in the file's order.
    pub columns: Vec<Column>,
    /// The length of a slot.
    pub length: SlotLength,
    /// From the first row's slot to the last row's.
    pub readings: Readings,
}

impl ReadingsFile {
    /// The readings of these registers, in their order; other columns are left out.
    pub fn pick(&self, registers: &[Register]) -> Result<Readings, CsvRefusal> {
        let places = registers.iter().map(|register| self.place(register)).collect::<Result<Vec<_>, _>>()?;
        let mut picked = Readings::gaps(self.readings.slots(), registers.len());
        for slot in self.readings.slots().iter() {
            for (register, place) in places.iter().enumerate() {
                let _inside = picked.set(register, slot, self.readings.get(*place, slot));
            }
        }
        Ok(picked)
    }

    /// The readings of these registers, in their order; a column of another register is refused.
    pub fn exactly(&self, registers: &[Register]) -> Result<Readings, CsvRefusal> {
        let known = |column: &Column| registers.iter().any(|r| r.name() == column.name && r.unit() == column.unit);
        match self.columns.iter().find(|column| !known(column)) {
            Some(column) => Err(CsvRefusal::UnknownColumn { column: column.head() }),
            None => self.pick(registers),
        }
    }

    fn place(&self, register: &Register) -> Result<usize, CsvRefusal> {
        let same = |column: &Column| column.name == register.name() && column.unit == register.unit();
        self.columns.iter().position(same).ok_or_else(|| CsvRefusal::MissingColumn {
            column: Column { name: register.name().into(), unit: register.unit() }.head(),
        })
    }
}

/// Reads a file whose slots are `length` long.
pub fn read(path: &Path, length: SlotLength) -> Result<ReadingsFile, CsvRefusal> {
    parse(source::open(path)?, length)
}

/// Reads the text of a file whose slots are `length` long.
pub fn parse(input: impl Read, length: SlotLength) -> Result<ReadingsFile, CsvRefusal> {
    let input = source::Bounded::new(input);
    let mut reader = ReaderBuilder::new().trim(Trim::None).from_reader(input);
    let columns = columns(reader.headers().map_err(not_a_row)?)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(not_a_row)? {
        let row = row(&record, &columns, length)?;
        follows(rows.first(), rows.last(), &row)?;
        rows.push(row);
    }
    table(rows, columns, length)
}

struct Row {
    line: u64,
    slot: Slot,
    values: Vec<Option<u32>>,
}

impl Drop for Row {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.values);
    }
}

fn columns(header: &StringRecord) -> Result<Vec<Column>, CsvRefusal> {
    if header.get(0) != Some("start") {
        return Err(CsvRefusal::NoStartColumn);
    }
    let mut columns: Vec<Column> = Vec::new();
    for head in header.iter().skip(1) {
        let column = Column::from_head(head).ok_or_else(|| CsvRefusal::UnknownColumn { column: short(head) })?;
        if columns.contains(&column) {
            return Err(CsvRefusal::RepeatedColumn { column: head.into() });
        }
        columns.push(column);
    }
    match columns.len() {
        0 => Err(CsvRefusal::NoRegister),
        1..=MAX_COLUMNS => Ok(columns),
        _ => Err(CsvRefusal::TooManyColumns),
    }
}

fn row(record: &StringRecord, columns: &[Column], length: SlotLength) -> Result<Row, CsvRefusal> {
    let line = line(record.position());
    let text = record.get(0).unwrap_or_default();
    let start = rfc3339(text).ok_or_else(|| CsvRefusal::NotAnInstant { line, text: short(text) })?;
    let edge = (start.at.subsec_nanosecond() == 0).then(|| Slot::starting_at(start.at.as_second(), length)).flatten();
    let slot = edge.ok_or_else(|| CsvRefusal::NotAnEdge { line, text: short(text), minutes: length.minutes() })?;
    let cells = record.iter().skip(1).zip(columns);
    let values = cells.map(|(cell, column)| value(cell, line, column)).collect::<Result<_, _>>()?;
    Ok(Row { line, slot, values })
}

fn value(cell: &str, line: u64, column: &Column) -> Result<Option<u32>, CsvRefusal> {
    let column = || column.head();
    if cell.is_empty() {
        return Ok(None);
    }
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CsvRefusal::NotAnInteger { line, column: column() });
    }
    if digits.len() < cell.len() {
        return Err(CsvRefusal::Negative { line, column: column() });
    }
    cell.parse().map(Some).map_err(|_| CsvRefusal::TooLarge { line, column: column() })
}

fn follows(first: Option<&Row>, last: Option<&Row>, row: &Row) -> Result<(), CsvRefusal> {
    let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
    let line = row.line;
    match row.slot.cmp(&last.slot) {
        std::cmp::Ordering::Less => Err(CsvRefusal::OutOfOrder { line }),
        std::cmp::Ordering::Equal => Err(CsvRefusal::Duplicate { line }),
        std::cmp::Ordering::Greater if row.slot.index() - first.slot.index() >= MAX_SLOTS => {
            Err(CsvRefusal::TooLong { line })
        }
        std::cmp::Ordering::Greater => Ok(()),
    }
}

fn table(rows: Vec<Row>, columns: Vec<Column>, length: SlotLength) -> Result<ReadingsFile, CsvRefusal> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Err(CsvRefusal::NoRows) };
    let count = last.slot.index() - first.slot.index() + 1;
    let slots = SlotRange::new(first.slot, count).ok_or(CsvRefusal::TooLong { line: last.line })?;
    let mut readings = Readings::gaps(slots, columns.len());
    for row in &rows {
        for (register, value) in row.values.iter().enumerate() {
            let _inside = readings.set(register, row.slot, *value);
        }
    }
    Ok(ReadingsFile { columns, length, readings })
}

/// Writes a file; `offset` is the offset a start is written with. Gaps are empty values.
pub fn write(file: &ReadingsFile, offset: &dyn Fn(Timestamp) -> Offset, mut out: impl Write) -> Result<(), CsvRefusal> {
    let heads: Vec<String> = file.columns.iter().map(Column::head).collect();
    writeln!(out, "start,{}", heads.join(","))?;
    for slot in file.readings.slots().iter() {
        let at = Timestamp::from_second(slot.start(file.length)).map_err(io::Error::other)?;
        write!(out, "{}", offset(at).to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S"))?;
        write!(out, "{}", numeric(offset(at)))?;
        for register in 0..file.columns.len() {
            match file.readings.get(register, slot) {
                Some(value) => write!(out, ",{value}")?,
                None => write!(out, ",")?,
            }
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

fn numeric(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

fn line(position: Option<&Position>) -> u64 {
    position.map_or(0, Position::line)
}

fn not_a_row(error: csv::Error) -> CsvRefusal {
    let line = line(error.position());
    match error.into_kind() {
        csv::ErrorKind::Io(error) => CsvRefusal::File(error),
        csv::ErrorKind::UnequalLengths { pos, .. } => CsvRefusal::NotARow { line: self::line(pos.as_ref()) },
        _ => CsvRefusal::NotARow { line },
    }
}

/// The first characters of a text, for a refusal.
pub(super) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
