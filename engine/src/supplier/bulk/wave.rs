//! What bills that are decided together may have changed for those behind them.

use std::collections::HashMap;

use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::SlotRange;
use wattproof_meter::record::MeterId;

use crate::bills::BillDigest;
use crate::supplier::Refused;

/// The bills decided so far, each with the number of its turn.
#[derive(Default)]
pub(crate) struct Wave {
    turn: u64,
    seen: HashMap<BillDigest, u64>,
    billed: HashMap<MeterId, Vec<(SlotRange, u64)>>,
}

impl Wave {
    /// Whether an earlier bill could change what is said of this one: the same again, or one of the same meter over the
    /// same slots, or that this one carries from or waits for.
    pub(crate) fn could_change(
        &mut self,
        digest: &BillDigest,
        statement: Option<&Statement>,
        found: &Result<(), Refused>,
    ) -> bool {
        let again = self.seen.insert(*digest, self.turn).is_some();
        let Some(statement) = statement else { return again };
        let waits = matches!(found, Err(refused) if !refused.is_final);
        let earlier = self.billed.entry(statement.meter).or_default();
        let touched = earlier.iter().any(|(slots, _)| slots.overlap(statement.slots).is_some());
        let depends = !earlier.is_empty() && (touched || waits || !statement.carried.is_empty());
        earlier.push((statement.slots, self.turn));
        again || depends
    }
}

#[cfg(feature = "cluster")]
impl Wave {
    /// The number of the turn at hand.
    pub(crate) fn turn(&self) -> u64 {
        self.turn
    }

    /// Begins the next turn.
    pub(crate) fn next_turn(&mut self) {
        self.turn += 1;
    }

    /// Forgets the bills of earlier turns.
    pub(crate) fn forget_before(&mut self, turn: u64) {
        self.seen.retain(|_, seen| *seen >= turn);
        self.billed.retain(|_, billed| {
            billed.retain(|(_, of)| *of >= turn);
            !billed.is_empty()
        });
    }
}
