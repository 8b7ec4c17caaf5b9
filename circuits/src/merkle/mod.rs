//! Look-up tables too large for the fixed columns of a circuit, up to a million entries.
//!
//! A tariff holds a table's shape and the root of a Poseidon Merkle tree over its entries, and so does everything that is
//! derived from the tariff: whoever verifies needs no more. Whoever prices or proves also needs the entries.

pub(crate) mod poseidon;
mod tree;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ff::PrimeField;
use num_traits::Zero;
use pasta_curves::Fp;

use crate::exact;
use crate::program::{Ratio, Ties};

pub use tree::{Entries, MAX_DEPTH, MAX_ENTRIES, depth};

/// The most keys of a table.
pub const MAX_AXES: usize = 3;

/// Where the rows of a key end: at `first`, `first + step`, and so on; the last of the rows has no end.
///
/// A value that equals a bound stays in the lower row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Axis {
    /// The lowest bound.
    pub first: Ratio,
    /// What bounds are apart; above zero.
    pub step: Ratio,
    /// How many rows: at least two.
    pub rows: u32,
}

impl Axis {
    /// The row of a key; nothing when it outgrows the arithmetic.
    pub fn row(&self, key: &Ratio) -> Option<u32> {
        let steps = exact::round(&exact::sub(key, &self.first)?, &self.step, Ties::Up)?;
        u32::try_from(steps.clamp(0, i128::from(self.rows) - 1)).ok()
    }

    /// Where a row that is not the last ends; nothing when it outgrows the arithmetic.
    pub fn bound(&self, row: u32) -> Option<Ratio> {
        exact::add(&self.first, &exact::mul(&self.step, &Ratio::from(i128::from(row)))?)
    }
}

/// A table as a tariff publishes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Published {
    /// Its name in the tariff.
    pub name: String,
    /// Its keys. Entries stand in rows of the first, within those in rows of the second, and so on.
    pub axes: Vec<Axis>,
    /// What an entry counts, in base units or major currency units; above zero.
    pub unit: Ratio,
    /// The least entry.
    pub least: i64,
    /// The greatest entry.
    pub most: i64,
    /// The root of the tree over the entries, a number of the field in canonical bytes.
    pub root: [u8; 32],
}

/// A published table, with its entries where they are at hand. Tables are equal when they are published alike.
#[derive(Clone)]
pub struct Table {
    published: Arc<Published>,
    root: Fp,
    entries: Option<Arc<Entries>>,
}

impl Table {
    /// A table without its entries.
    ///
    /// # Errors
    /// One variant a reason; see [`TableRefusal`].
    pub fn new(published: Published) -> Result<Self, TableRefusal> {
        let axes = &published.axes;
        if axes.is_empty() || axes.len() > MAX_AXES {
            return Err(TableRefusal::Axes { axes: axes.len() });
        }
        if let Some(key) = axes.iter().position(|axis| axis.rows < 2 || axis.step <= Ratio::zero()) {
            return Err(TableRefusal::Axis { key });
        }
        let count = axes.iter().fold(1usize, |count, axis| count.saturating_mul(axis.rows as usize));
        if count > MAX_ENTRIES {
            return Err(TableRefusal::Count { entries: count });
        }
        if published.least > published.most || published.unit <= Ratio::zero() {
            return Err(TableRefusal::Values);
        }
        let root = Fp::from_repr(published.root).into_option().ok_or(TableRefusal::Root)?;
        Ok(Table { published: Arc::new(published), root, entries: None })
    }

    /// The same with its entries.
    ///
    /// # Errors
    /// [`TableMisfit`] when they are not those that were published.
    pub fn with_entries(self, entries: Arc<Entries>) -> Result<Self, TableMisfit> {
        if entries.values().len() != self.count() {
            return Err(TableMisfit::Count { expected: self.count(), found: entries.values().len() });
        }
        let of = &self.published;
        let outside = entries.values().iter().position(|value| !(of.least..=of.most).contains(value));
        if let Some(place) = outside {
            return Err(TableMisfit::Value { place });
        }
        if entries.root() != of.root {
            return Err(TableMisfit::Root);
        }
        Ok(Table { entries: Some(entries), ..self })
    }

    /// What is published of it.
    pub fn published(&self) -> &Published {
        &self.published
    }

    /// How many entries it has.
    pub fn count(&self) -> usize {
        self.published.axes.iter().map(|axis| axis.rows as usize).product()
    }

    /// Levels of its tree.
    pub fn depth(&self) -> u32 {
        depth(self.count())
    }

    /// Its entries, where they are at hand.
    pub fn entries(&self) -> Option<&Entries> {
        self.entries.as_deref()
    }

    /// The place of the entry of these keys, one an axis; nothing when one outgrows the arithmetic.
    pub fn place(&self, keys: &[Ratio]) -> Option<usize> {
        let rows = self.published.axes.iter().zip(keys).map(|(axis, key)| Some((axis, axis.row(key)? as usize)));
        rows.into_iter().try_fold(0, |place, row| {
            let (axis, row) = row?;
            Some(place * axis.rows as usize + row)
        })
    }

    /// The entry of a place; nothing where there is none, or none at hand.
    pub fn entry(&self, place: usize) -> Option<i64> {
        self.entries()?.values().get(place).copied()
    }

    pub(crate) fn root(&self) -> Fp {
        self.root
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.published == other.published
    }
}

impl Eq for Table {}

impl Hash for Table {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.published.hash(state);
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.published.fmt(f)
    }
}

/// Why a table cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableRefusal {
    /// No key, or too many.
    #[error("a table has one to {MAX_AXES} keys, this one has {axes}")]
    Axes {
        /// How many.
        axes: usize,
    },
    /// A key of fewer than two rows, or whose bounds do not rise.
    #[error("key {} of the table has fewer than two rows, or bounds that do not rise", key + 1)]
    Axis {
        /// Which, from zero.
        key: usize,
    },
    /// None, or more than [`MAX_ENTRIES`].
    #[error("a table has one to {MAX_ENTRIES} entries, this one has {entries}")]
    Count {
        /// How many.
        entries: usize,
    },
    /// No entry lies within the bounds, or entries count nothing.
    #[error("the table has no values that an entry could have")]
    Values,
    /// The root is no number of the field.
    #[error("the table's root is no number of the field")]
    Root,
    /// The roots of its blocks are not those of so many entries.
    #[error("the roots of the table's blocks are more or fewer, or no numbers of the field")]
    Blocks,
}

impl TableRefusal {
    /// The reason as a stable word.
    pub fn code(&self) -> &'static str {
        match self {
            TableRefusal::Axes { .. } => "table-keys",
            TableRefusal::Axis { .. } => "table-rows",
            TableRefusal::Count { .. } => "table-entries",
            TableRefusal::Values => "table-values",
            TableRefusal::Root => "table-root",
            TableRefusal::Blocks => "table-blocks",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            TableRefusal::Axes { .. } => "look the value up in several tables, one after the other",
            TableRefusal::Axis { .. } => "write the lowest bound, the highest, and what they are apart",
            TableRefusal::Count { .. } => "make the steps between its bounds wider",
            TableRefusal::Values => "write the least value, the greatest, and what they are apart",
            TableRefusal::Root => "write the root that `wattproof tariff table` makes of the table's file",
            TableRefusal::Blocks => "publish the table's file again",
        }
    }
}

/// Why entries are not those of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableMisfit {
    /// More or fewer than the table's keys have rows.
    #[error("the table has {expected} entries, the file has {found}")]
    Count {
        /// How many the table has.
        expected: usize,
        /// How many are given.
        found: usize,
    },
    /// An entry outside the table's bounds.
    #[error("entry {} of the file is outside the bounds that the table gives its values", place + 1)]
    Value {
        /// The first, from zero.
        place: usize,
    },
    /// The tree over them has another root.
    #[error("the entries of the file are not those whose root the table gives")]
    Root,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn published(count: u32, values: &Entries) -> Published {
        Published {
            name: "prices".into(),
            axes: vec![Axis { first: Ratio::from(10), step: Ratio::from(5), rows: count }],
            unit: Ratio::new(1, 100),
            least: -10,
            most: 90,
            root: values.root(),
        }
    }

    fn entries(values: impl Iterator<Item = i64>) -> Arc<Entries> {
        Arc::new(Entries::new(values.collect()).unwrap())
    }

    /// One change to an honest table and its refusal.
    fn refused(change: impl FnOnce(&mut Published)) -> TableRefusal {
        let mut of = published(9, &entries(0..9));
        assert!(Table::new(of.clone()).is_ok());
        change(&mut of);
        Table::new(of).unwrap_err()
    }

    #[test]
    fn tables_that_are_none() {
        assert_eq!(refused(|of| of.axes.clear()), TableRefusal::Axes { axes: 0 });
        assert_eq!(refused(|of| of.axes = vec![of.axes[0].clone(); 4]), TableRefusal::Axes { axes: 4 });
        assert_eq!(refused(|of| of.axes[0].rows = 1), TableRefusal::Axis { key: 0 });
        assert_eq!(refused(|of| of.axes[0].step = Ratio::from(0)), TableRefusal::Axis { key: 0 });
        assert_eq!(refused(|of| of.axes[0].rows = 1 << 21), TableRefusal::Count { entries: 1 << 21 });
        assert_eq!(refused(|of| of.least = 91), TableRefusal::Values);
        assert_eq!(refused(|of| of.unit = Ratio::from(0)), TableRefusal::Values);
        assert_eq!(refused(|of| of.root = [255; 32]), TableRefusal::Root);
    }

    #[test]
    fn entries_of_another_table() {
        let honest = entries(0..9);
        let table = || Table::new(published(9, &honest)).unwrap();
        assert_eq!(table().with_entries(honest.clone()).unwrap().entry(8), Some(8));
        assert_eq!(table().entry(8), None);
        let misfit = |values: Vec<i64>| table().with_entries(entries(values.into_iter())).unwrap_err();
        assert_eq!(misfit((0..8).collect()), TableMisfit::Count { expected: 9, found: 8 });
        assert_eq!(misfit((83..92).collect()), TableMisfit::Value { place: 8 });
        assert_eq!(misfit((1..10).collect()), TableMisfit::Root);
    }

    /// Published alike is equal, with entries or without.
    #[test]
    fn tables_are_what_is_published() {
        let honest = entries(0..9);
        let table = Table::new(published(9, &honest)).unwrap();
        let held = table.clone().with_entries(honest.clone()).unwrap();
        assert_eq!(held, table);
        assert_eq!(format!("{held:?}"), format!("{table:?}"));
        assert_ne!(Table::new(published(8, &honest)).unwrap(), table);
    }

    #[test]
    fn a_bound_stays_in_the_lower_row() {
        let axis = Axis { first: Ratio::from(10), step: Ratio::from(5), rows: 4 };
        let row = |key: i128| axis.row(&Ratio::from(key)).unwrap();
        assert_eq!([-1_000, 0, 10, 11, 15, 16, 20, 21, 1_000].map(row), [0, 0, 0, 1, 1, 2, 2, 3, 3]);
        assert_eq!(axis.row(&Ratio::new(31, 2)), Some(2));
    }
}
