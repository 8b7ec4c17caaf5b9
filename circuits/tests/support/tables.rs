//! Published tables of a few entries, and their trees by `halo2_poseidon` alone.

use std::sync::Arc;

use ff::PrimeField;
use halo2_poseidon::{ConstantLength, Hash, P128Pow5T3, Spec, test_only_permute};
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::merkle::{Axis, Entries, Published, Table};
use wattproof_circuits::program::Ratio;

/// Bounds from a first one on, a step apart, and a row above.
pub fn axis(first: i128, step: i128, rows: u32) -> Axis {
    Axis { first: Ratio::from(first), step: Ratio::from(step), rows }
}

/// A table with its entries.
pub fn table(axes: Vec<Axis>, unit: Ratio, values: &[i64]) -> Table {
    let entries = Arc::new(Entries::new(values.to_vec()).unwrap());
    let (least, most) = (*values.iter().min().unwrap(), *values.iter().max().unwrap());
    let published = Published { name: "table".into(), axes, unit, least, most, root: entries.root() };
    Table::new(published).unwrap().with_entries(entries).unwrap()
}

/// The capacity under which two entries are hashed.
pub fn entries_capacity() -> Fp {
    Fp::from_u128((2 << 64) + (1 << 96))
}

fn pair(left: Fp, right: Fp) -> Fp {
    let (constants, mds, _) = <P128Pow5T3 as Spec<Fp, 3, 2>>::constants();
    let mut state = [left, right, entries_capacity()];
    test_only_permute::<Fp, P128Pow5T3, 3, 2>(&mut state, &mds, &constants);
    state[0]
}

fn node(left: Fp, right: Fp) -> Fp {
    Hash::<_, P128Pow5T3, ConstantLength<2>, 3, 2>::init().hash([left, right])
}

/// All levels of the tree, the entries first.
pub fn levels(table: &Table) -> Vec<Vec<Fp>> {
    let mut entries: Vec<Fp> =
        table.entries().unwrap().values().iter().map(|value| field(i128::from(*value))).collect();
    entries.resize(1 << table.depth(), Fp::zero());
    let mut levels = vec![entries];
    while let Some(below) = levels.last().filter(|below| below.len() > 1) {
        let hash = if levels.len() == 1 { pair } else { node };
        levels.push(below.chunks(2).map(|pair| hash(pair[0], pair[1])).collect());
    }
    levels
}

/// An entry, zero behind the last, and what stands beside its way up.
pub fn opened(table: &Table, place: usize) -> (Fp, Vec<Fp>) {
    let levels = levels(table);
    let path = (0..table.depth() as usize).map(|level| levels[level][place >> level ^ 1]);
    (levels[0][place], path.collect())
}
