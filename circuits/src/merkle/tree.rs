//! The entries of a table, and their Merkle tree.
//!
//! Two entries hash to a node of the lowest level, two nodes to one of the next, up to the root; places behind the last
//! entry hold zero. Every path has as many levels as the table's depth, so an entry cannot pass for a node; they also hash
//! under capacities of their own. Of the tree, the levels above blocks of 256 entries are kept: a path is made of them and
//! of one block, hashed again.

use std::sync::Arc;

use ff::PrimeField;
use halo2_proofs::arithmetic::parallelize;
use pasta_curves::Fp;
use zeroize::Zeroizing;

use crate::field;

use super::TableRefusal;
use super::poseidon::{ENTRIES, NODES, hash};

/// The most levels of a tree.
pub const MAX_DEPTH: u32 = 20;
/// The most entries of a table: 1,048,576.
pub const MAX_ENTRIES: usize = 1 << MAX_DEPTH;
/// Levels of a block.
const BLOCK: u32 = 8;

/// A table's entries and the upper levels of their tree.
#[derive(Debug)]
pub struct Entries {
    values: Arc<Vec<i64>>,
    depth: u32,
    /// The roots of blocks, then each level above, up to the root.
    levels: Vec<Vec<Fp>>,
}

/// The levels of the tree over so many entries: at least one.
pub fn depth(entries: usize) -> u32 {
    entries.max(2).next_power_of_two().ilog2()
}

impl Entries {
    /// Hashes the tree: a million entries take ten seconds of one thread.
    ///
    /// # Errors
    /// [`TableRefusal::Count`] for none, or more than [`MAX_ENTRIES`].
    pub fn new(values: Vec<i64>) -> Result<Self, TableRefusal> {
        checked(&values)?;
        Ok(Entries::of_some(Arc::new(values)))
    }

    /// The same of what is known to be some entries, and not too many.
    pub(crate) fn of_some(values: Arc<Vec<i64>>) -> Self {
        let depth = depth(values.len());
        let mut blocks = vec![Fp::zero(); 1 << (depth - depth.min(BLOCK))];
        let all = values.as_slice();
        parallelize(&mut blocks, |blocks, first| {
            for (at, root) in (first..).zip(blocks) {
                *root = block(all, depth, at).pop().and_then(|top| top.first().copied()).unwrap_or_default();
            }
        });
        Entries { levels: above(blocks), values, depth }
    }

    /// The entries with block roots that [`Entries::blocks`] gave, which are not hashed again: a proof on others than the
    /// true ones does not verify.
    ///
    /// # Errors
    /// As for [`Entries::new`]; [`TableRefusal::Blocks`] for another number of them, or bytes that are no numbers of the
    /// field.
    pub fn with_blocks(values: Arc<Vec<i64>>, blocks: &[[u8; 32]]) -> Result<Self, TableRefusal> {
        let depth = checked(&values)?;
        if blocks.len() != 1 << (depth - depth.min(BLOCK)) {
            return Err(TableRefusal::Blocks);
        }
        let read = |bytes: &[u8; 32]| Fp::from_repr(*bytes).into_option();
        let blocks = blocks.iter().map(read).collect::<Option<Vec<_>>>().ok_or(TableRefusal::Blocks)?;
        Ok(Entries { levels: above(blocks), values, depth })
    }

    /// The roots of blocks of 256 entries.
    pub fn blocks(&self) -> Vec<[u8; 32]> {
        self.levels.first().map(|blocks| blocks.iter().map(Fp::to_repr).collect()).unwrap_or_default()
    }

    /// The root.
    pub fn root(&self) -> [u8; 32] {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or_default().to_repr()
    }

    /// The entries in order.
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// Levels of the tree.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// What stands beside the way from a place to the root, from the entry beside it up; secret, for it tells the place.
    pub(crate) fn path(&self, place: usize) -> Zeroizing<Vec<Fp>> {
        let within = self.depth.min(BLOCK) as usize;
        let lower = Zeroizing::new(block(&self.values, self.depth, place >> within));
        let lower = lower.iter().take(within).enumerate().map(|(level, row)| beside(row, (place & 255) >> level));
        let upper = self.levels.iter().take(self.levels.len() - 1);
        let upper = upper.enumerate().map(|(level, row)| beside(row, place >> (within + level)));
        Zeroizing::new(lower.chain(upper).collect())
    }
}

fn beside(row: &[Fp], place: usize) -> Fp {
    row.get(place ^ 1).copied().unwrap_or_default()
}

/// The depth of so many entries.
fn checked(values: &[i64]) -> Result<u32, TableRefusal> {
    if values.is_empty() || values.len() > MAX_ENTRIES {
        return Err(TableRefusal::Count { entries: values.len() });
    }
    Ok(depth(values.len()))
}

/// All levels of a block of a tree, the entries first.
fn block(values: &[i64], depth: u32, block: usize) -> Vec<Vec<Fp>> {
    let size = 1 << depth.min(BLOCK);
    let entry = |place: usize| values.get(block * size + place).map_or(Fp::zero(), |value| field((*value).into()));
    let entries: Vec<Fp> = (0..size).map(entry).collect();
    let pairs = level(&entries, *ENTRIES);
    [entries].into_iter().chain(above(pairs)).collect()
}

/// A level of nodes and all those above it.
fn above(nodes: Vec<Fp>) -> Vec<Vec<Fp>> {
    let mut levels = vec![nodes];
    while let Some(top) = levels.last().filter(|top| top.len() > 1) {
        let next = level(top, *NODES);
        levels.push(next);
    }
    levels
}

fn level(below: &[Fp], capacity: Fp) -> Vec<Fp> {
    below.chunks_exact(2).map(|pair| hash(pair[0], pair[1], capacity)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The root by the path, bit by bit.
    fn climbed(entries: &Entries, place: usize, value: Fp) -> [u8; 32] {
        let path = entries.path(place);
        assert_eq!(path.len(), entries.depth() as usize);
        let mut node = value;
        for (level, beside) in path.iter().enumerate() {
            let capacity = if level == 0 { *ENTRIES } else { *NODES };
            let (left, right) = if place >> level & 1 == 0 { (node, *beside) } else { (*beside, node) };
            node = hash(left, right, capacity);
        }
        node.to_repr()
    }

    #[test]
    fn every_path_leads_to_the_root() {
        for count in [1usize, 2, 3, 5, 255, 256, 257, 1_000] {
            let values: Vec<i64> = (0..count as i64).map(|n| n * n - 50).collect();
            let entries = Entries::new(values.clone()).unwrap();
            for (place, value) in values.iter().enumerate().step_by(97) {
                assert_eq!(climbed(&entries, place, field((*value).into())), entries.root(), "{count} {place}");
            }
            assert_ne!(climbed(&entries, 0, field(7_777)), entries.root());
            let again = Entries::with_blocks(Arc::new(values), &entries.blocks()).unwrap();
            assert_eq!(again.root(), entries.root());
        }
    }

    #[test]
    fn entries_that_make_no_tree() {
        assert_eq!(Entries::new(vec![]).unwrap_err(), TableRefusal::Count { entries: 0 });
        let many = vec![0; MAX_ENTRIES + 1];
        assert_eq!(Entries::new(many).unwrap_err(), TableRefusal::Count { entries: MAX_ENTRIES + 1 });
        let entries = Entries::new((0..600).collect()).unwrap();
        let mut blocks = entries.blocks();
        assert_eq!(blocks.len(), 4);
        assert!(Entries::with_blocks(Arc::new((0..600).collect()), &blocks).is_ok());
        assert_eq!(Entries::with_blocks(Arc::new((0..600).collect()), &blocks[1..]).unwrap_err(), TableRefusal::Blocks);
        blocks[0] = [255; 32];
        assert_eq!(Entries::with_blocks(Arc::new((0..600).collect()), &blocks).unwrap_err(), TableRefusal::Blocks);
    }
}
