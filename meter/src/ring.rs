//! Ring positions (placeholder until merged).

use crate::calendar::{Slot, SlotLength};

/// Logarithm of the rows of the domain in whose Lagrange basis a compact meter commits.
pub const RING_K: u32 = 9;
/// The most positions of a column.
pub const MAX_POSITIONS: usize = 480;

/// Where slots stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ring {
    per_day: u32,
    positions: u32,
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RingPlace {
    /// Which column.
    pub lap: u32,
    /// Which row.
    pub position: usize,
}

impl Ring {
    /// The ring of a slot length.
    pub fn of(length: SlotLength) -> Option<Self> {
        let days = MAX_POSITIONS as u32 / length.per_day();
        (days > 0).then_some(Ring { per_day: length.per_day(), positions: days * length.per_day() })
    }

    /// How many.
    pub fn positions(&self) -> usize {
        self.positions as usize
    }

    /// Where a slot stands.
    pub fn place(&self, slot: Slot) -> RingPlace {
        RingPlace { lap: slot.index() / self.positions, position: (slot.index() % self.positions) as usize }
    }

    /// The first slot of the batch, a UTC day, that a slot is in.
    pub fn batch_of(&self, slot: Slot) -> Slot {
        Slot::new(slot.index() - slot.index() % self.per_day)
    }
}
