//! Data sets as the store keeps them: dated data as their file, tables with the roots of their tree's blocks, so that the
//! tree of a million entries is hashed once.

use wattproof_circuits::data::{DataSet, TableSet};
use wattproof_circuits::merkle::{Axis, MAX_AXES, MAX_ENTRIES};
use wattproof_circuits::program::Ratio;

/// How a kept table starts; no data file does.
const HEAD: &[u8] = b"table 1\n";

/// A set's bytes.
pub(super) fn pack(set: &DataSet) -> Vec<u8> {
    let DataSet::Table(table) = set else { return set.to_csv().into_bytes() };
    let mut bytes = HEAD.to_vec();
    bytes.push(table.axes().len() as u8);
    for Axis { first, step, rows } in table.axes() {
        for number in [first.numer(), first.denom(), step.numer(), step.denom()] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(rows.to_le_bytes());
    }
    bytes.extend(table.decimals().to_le_bytes());
    let blocks = table.entries().blocks();
    bytes.extend((blocks.len() as u32).to_le_bytes());
    blocks.iter().for_each(|block| bytes.extend(block));
    table.values().iter().for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes
}

/// The set of what [`pack`] wrote.
pub(super) fn unpack(bytes: &[u8]) -> Option<DataSet> {
    let Some(rest) = bytes.strip_prefix(HEAD) else { return DataSet::parse(bytes).ok() };
    let mut read = Read(rest);
    let count = usize::from(u8::from_le_bytes(read.array()?));
    if count > MAX_AXES {
        return None;
    }
    let axes = (0..count).map(|_| {
        let (first, step) = (read.ratio()?, read.ratio()?);
        Some(Axis { first, step, rows: u32::from_le_bytes(read.array()?) })
    });
    let axes = axes.collect::<Option<Vec<_>>>()?;
    let decimals = u32::from_le_bytes(read.array()?);
    let blocks = usize::try_from(u32::from_le_bytes(read.array()?)).ok()?;
    let blocks = (0..blocks.min(MAX_ENTRIES)).map(|_| read.array()).collect::<Option<Vec<[u8; 32]>>>()?;
    let (values, []) = read.0.as_chunks::<8>() else { return None };
    let values = values.iter().map(|value| i64::from_le_bytes(*value)).collect();
    TableSet::with_blocks(axes, decimals, values, &blocks).map(DataSet::Table).ok()
}

struct Read<'b>(&'b [u8]);

impl Read<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn ratio(&mut self) -> Option<Ratio> {
        let [numer, denom] = [self.array()?, self.array()?].map(i128::from_le_bytes);
        (denom > 0).then(|| Ratio::new_raw(numer, denom))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        let rows = (0..300).map(|row| format!("{},{}.5\n", row * 2, row - 7)).collect::<String>();
        let table = DataSet::parse(format!("to,value\n{rows}above,-3.25\n").as_bytes()).unwrap();
        let dates = DataSet::parse(b"date\n2026-01-01\n").unwrap();
        for set in [table.clone(), dates] {
            let packed = pack(&set);
            assert_eq!(unpack(&packed).unwrap(), set);
        }
        let packed = pack(&table);
        let (DataSet::Table(ours), Some(DataSet::Table(again))) = (&table, unpack(&packed)) else { unreachable!() };
        assert_eq!(again.root(), ours.root());
        for end in [0, 8, 9, 40, packed.len() - 1] {
            assert_eq!(unpack(&packed[..end]), None, "{end}");
        }
    }
}
