//! The bills as a front keeps them between looks: a bill is read once, and then only what was decided about it.

use std::collections::{HashMap, HashSet};

use super::{BillRow, BillState, bill_row, state};
use crate::bills::{self, BillDigest};
use crate::store::table::View;
use crate::store::{Store, StoreRefusal};
use crate::supplier::Says;

/// The bills of a store. Holds neither bytes nor proofs.
#[derive(Debug, Default)]
pub struct BillList {
    rows: HashMap<BillDigest, BillRow>,
}

impl BillList {
    /// Looks again and gives every bill, the earliest first. A store that is not there has none.
    pub fn look(&mut self, store: &Store) -> Result<Vec<BillRow>, StoreRefusal> {
        if !store.exists() {
            self.rows.clear();
            return Ok(Vec::new());
        }
        store.look(|view| self.refresh(view))?;
        let mut rows: Vec<BillRow> = self.rows.values().cloned().collect();
        rows.sort_by_key(|row| (row.came, row.digest));
        Ok(rows)
    }

    fn refresh(&mut self, view: &impl View) -> Result<(), StoreRefusal> {
        let held: HashSet<BillDigest> = bills::known(view)?.into_iter().collect();
        self.rows.retain(|digest, _| held.contains(digest));
        for digest in held {
            match self.rows.get_mut(&digest).filter(|row| whole(&row.says)) {
                Some(row) if row.state == BillState::Waiting => row.state = state(view, &digest)?,
                Some(_) => {}
                None => {
                    if let Some((row, _)) = bill_row(view, &digest)? {
                        self.rows.insert(digest, row);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether a later import can add nothing to what a bill says.
fn whole(says: &Says) -> bool {
    let Says { meter: _, period: _, slots: _, revision: _, gaps: _, tariff, total } = says;
    tariff.is_some() && total.is_some()
}
