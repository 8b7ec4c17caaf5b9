//! A table's file: an entry a row, by its keys.
//!
//! ```text
//! to,to,value
//! 10,5,0.25
//! 10,above,0.5
//! above,5,1
//! above,above,1.75
//! ```
//!
//! The last key changes fastest; each key's bounds are the same distance apart, and `above` comes behind them. Numbers are
//! in the units that the tariff gives them.

use std::fmt;
use std::sync::{Arc, OnceLock};

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{DataRefusal, number};
use crate::exact;
use crate::merkle::{Axis, Entries, MAX_ENTRIES, TableRefusal};
use crate::program::Ratio;

/// The headers of tables of one key, two and three.
pub const HEADERS: [&str; 3] = ["to,value", "to,to,value", "to,to,to,value"];
/// Behind the last bound.
const ABOVE: &str = "above";
/// The most decimal places of an entry.
const MAX_DECIMALS: u8 = 9;

/// The entries of a table by their keys. The tree over them is hashed when its root is first asked for.
#[derive(Clone)]
pub struct TableSet(Arc<Inner>);

struct Inner {
    axes: Vec<Axis>,
    decimals: u32,
    values: Arc<Vec<i64>>,
    tree: OnceLock<(Arc<Entries>, String)>,
}

impl TableSet {
    /// A table of these entries, each counting `10^-decimals`, under block roots that [`Entries::blocks`] gave.
    ///
    /// # Errors
    /// [`TableRefusal`] when the keys have more or fewer rows, or the block roots are not those of so many entries.
    pub fn with_blocks(
        axes: Vec<Axis>,
        decimals: u32,
        values: Vec<i64>,
        blocks: &[[u8; 32]],
    ) -> Result<Self, TableRefusal> {
        let rows = axes.iter().fold(1usize, |rows, axis| rows.saturating_mul(axis.rows as usize));
        if rows != values.len() || axes.is_empty() || axes.len() > HEADERS.len() || decimals > u32::from(MAX_DECIMALS) {
            return Err(TableRefusal::Count { entries: values.len() });
        }
        let values = Arc::new(values);
        let entries = Arc::new(Entries::with_blocks(values.clone(), blocks)?);
        let root = written(&entries.root());
        Ok(TableSet(Arc::new(Inner { axes, decimals, values, tree: OnceLock::from((entries, root)) })))
    }

    /// Its keys, in the file's numbers. The step of a key with a single bound is one.
    pub fn axes(&self) -> &[Axis] {
        &self.0.axes
    }

    /// Decimal places of its entries.
    pub fn decimals(&self) -> u32 {
        self.0.decimals
    }

    /// Its entries, each counting `10^-decimals`.
    pub fn values(&self) -> &[i64] {
        &self.0.values
    }

    /// The first line of its file.
    pub fn header(&self) -> &'static str {
        HEADERS[self.0.axes.len() - 1]
    }

    /// The tree over its entries. A million of them take seconds when it is first asked for.
    pub fn entries(&self) -> &Arc<Entries> {
        &self.tree().0
    }

    /// The tree's root as tariffs write it: `0x` and 64 digits, the most significant first.
    pub fn root(&self) -> &str {
        &self.tree().1
    }

    /// The statement by which a tariff declares the table. `units` are those of the keys, then that of the values, empty for
    /// plain numbers; nothing when they are more or fewer.
    pub fn statement(&self, name: &str, units: &[&str]) -> Option<String> {
        let Inner { axes, decimals, values, .. } = &*self.0;
        let (unit, keys) = units.split_last().filter(|(_, keys)| keys.len() == axes.len())?;
        let (least, most) = (values.iter().min()?, values.iter().max()?);
        let written = |value| decimal(value, *decimals);
        let every = |ends: [String; 3], unit: &str| {
            let [from, to, every] = ends;
            format!("{from} to {to} every {every} {unit}").trim_end().to_owned()
        };
        let of = every([written(*least), written(*most), written(1)], unit);
        let by = axes.iter().zip(keys).map(|(axis, unit)| {
            let ends = [axis.first, axis.bound(axis.rows - 2)?, axis.step];
            let [from, to, step] = ends.map(|end| exact::decimal(&end));
            Some(every([from?, to?, step?], unit))
        });
        let by = by.collect::<Option<Vec<_>>>()?.join(", ");
        Some(format!("data {name}: table of {of},\n    by {by},\n    root {}", self.root()))
    }

    fn tree(&self) -> &(Arc<Entries>, String) {
        self.0.tree.get_or_init(|| {
            let entries = Arc::new(Entries::of_some(self.0.values.clone()));
            let root = written(&entries.root());
            (entries, root)
        })
    }

    /// The canonical file.
    pub(super) fn to_csv(&self) -> String {
        let mut text = format!("{}\n", self.header());
        let bounds: Vec<Vec<String>> = self.0.axes.iter().map(bounds).collect();
        for (place, value) in self.0.values.iter().enumerate() {
            let mut below = self.0.values.len();
            for (axis, bounds) in self.0.axes.iter().zip(&bounds) {
                below /= axis.rows as usize;
                text += &bounds[place / below % axis.rows as usize];
                text.push(',');
            }
            text += &format!("{}\n", decimal(*value, self.0.decimals));
        }
        text
    }
}

impl PartialEq for TableSet {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.0, &other.0);
        (&ours.axes, ours.decimals, &ours.values) == (&theirs.axes, theirs.decimals, &theirs.values)
    }
}

impl Eq for TableSet {}

impl fmt::Debug for TableSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableSet").field("axes", &self.0.axes).field("entries", &self.0.values.len()).finish()
    }
}

/// A root as tariffs write it.
fn written(root: &[u8; 32]) -> String {
    root.iter().rev().fold(String::from("0x"), |text, byte| text + &format!("{byte:02x}"))
}

/// The bounds of an axis, written.
fn bounds(axis: &Axis) -> Vec<String> {
    let bounds =
        (0..axis.rows - 1).map(|row| axis.bound(row).and_then(|bound| exact::decimal(&bound)).unwrap_or_default());
    bounds.chain([ABOVE.to_owned()]).collect()
}

/// A whole number with its last digits behind the point.
fn decimal(value: i64, decimals: u32) -> String {
    if decimals == 0 {
        return value.to_string();
    }
    let (sign, digits) =
        (if value < 0 { "-" } else { "" }, format!("{:0>1$}", value.unsigned_abs(), decimals as usize + 1));
    let (whole, part) = digits.split_at(digits.len() - decimals as usize);
    format!("{sign}{whole}.{part}")
}

/// The rows behind a header of so many keys.
pub(super) fn parse(text: &str, keys: usize) -> Result<TableSet, DataRefusal> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(text.as_bytes());
    let mut rows = Rows { axes: vec![Reading::default(); keys], values: Vec::new(), decimals: 0 };
    let mut row = StringRecord::new();
    loop {
        let more = reader.read_record(&mut row);
        let line = row.position().map_or(0, csv::Position::line);
        match more {
            Ok(false) => return rows.finished(),
            Ok(true) if row.len() == keys + 1 => rows.read(line, &row)?,
            _ => return Err(DataRefusal::Fields { line }),
        }
    }
}

/// What has been read so far.
struct Rows {
    axes: Vec<Reading>,
    /// Each entry as a whole number, and its decimal places.
    values: Vec<(i64, u8)>,
    decimals: u8,
}

/// The bounds of a key so far; the last is nothing once `above` was read.
#[derive(Clone, Default)]
struct Reading {
    bounds: Vec<Option<Ratio>>,
    /// The row at hand.
    at: usize,
}

impl Rows {
    fn read(&mut self, line: u64, row: &StringRecord) -> Result<(), DataRefusal> {
        let refused = || DataRefusal::Key { line, text: super::rows::first(&row.iter().collect::<Vec<_>>().join(",")) };
        let is_first = self.values.is_empty();
        let mut moves = true;
        for (axis, text) in self.axes.iter_mut().rev().zip(row.iter().rev().skip(1)) {
            let bound = if text == ABOVE { None } else { Some(number(text).ok_or_else(refused)?) };
            let (next, carries) = axis.next(is_first, moves);
            axis.is(next, bound).ok_or_else(refused)?;
            moves = carries;
        }
        // Behind the last row of every key there is none.
        if moves && !is_first {
            return Err(refused());
        }
        let text = row.iter().next_back().unwrap_or_default();
        let value = whole(text).ok_or_else(|| DataRefusal::Value { line, text: super::rows::first(text) })?;
        self.decimals = self.decimals.max(value.1);
        self.values.push(value);
        if self.values.len() > MAX_ENTRIES {
            return Err(DataRefusal::Table(TableRefusal::Count { entries: self.values.len() }));
        }
        Ok(())
    }

    fn finished(self) -> Result<TableSet, DataRefusal> {
        let done = |axis: &Reading| axis.bounds.get(axis.at) == Some(&None) && axis.bounds.len() > 1;
        if let Some(key) = self.axes.iter().position(|axis| !done(axis)) {
            return Err(DataRefusal::Incomplete { key });
        }
        let decimals = self.decimals;
        let scaled = |(value, places): (i64, u8)| value.checked_mul(10i64.pow(u32::from(decimals - places)));
        let values: Option<Vec<i64>> = self.values.into_iter().map(scaled).collect();
        let values = Arc::new(values.ok_or(DataRefusal::Table(TableRefusal::Values))?);
        let axes = self.axes.iter().filter_map(Reading::axis).collect();
        Ok(TableSet(Arc::new(Inner { axes, decimals: decimals.into(), values, tree: OnceLock::new() })))
    }
}

impl Reading {
    /// The row that comes next, and whether the key before this one moves on.
    fn next(&self, is_first: bool, moves: bool) -> (usize, bool) {
        match (is_first, moves) {
            (true, _) => (0, true),
            (false, false) => (self.at, false),
            (false, true) if self.bounds.get(self.at) == Some(&None) => (0, true),
            (false, true) => (self.at + 1, false),
        }
    }

    /// Takes the bound of a row: the one that it had before, or the next in step.
    fn is(&mut self, row: usize, bound: Option<Ratio>) -> Option<()> {
        self.at = row;
        if let Some(known) = self.bounds.get(row) {
            return (*known == bound).then_some(());
        }
        if let Some(bound) = bound {
            let in_step = match self.bounds[..] {
                [] => true,
                [Some(first)] => bound > first,
                [.., Some(before), Some(last)] => exact::sub(&bound, &last)? == exact::sub(&last, &before)?,
                _ => false,
            };
            in_step.then_some(())?;
        }
        self.bounds.push(bound);
        Some(())
    }

    fn axis(&self) -> Option<Axis> {
        let first = (*self.bounds.first()?)?;
        let step = match self.bounds.get(1)? {
            Some(second) => exact::sub(second, &first)?,
            None => Ratio::from(1),
        };
        Some(Axis { first, step, rows: u32::try_from(self.bounds.len()).ok()? })
    }
}

/// A decimal number as a whole one and its decimal places, zeros at its end left out.
fn whole(text: &str) -> Option<(i64, u8)> {
    let (minus, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, part) = digits.split_once('.').map_or((digits, ""), |(whole, part)| (whole, part));
    let trimmed = part.trim_end_matches('0');
    let plain = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) || (part.is_empty() && digits.contains('.')) {
        return None;
    }
    if whole.len() + trimmed.len() > 18 || trimmed.len() > usize::from(MAX_DECIMALS) {
        return None;
    }
    let value: i64 = format!("{whole}{trimmed}").parse().ok()?;
    Some((if minus { -value } else { value }, u8::try_from(trimmed.len()).ok()?))
}
