//! Readings in the clear: what the customer may hold and the supplier must not name.

use alloc::vec;
use alloc::vec::Vec;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::calendar::{Slot, SlotRange};

/// Readings of several registers over consecutive slots, in base units; a slot without a reading is a gap.
///
/// Wiped when dropped; without `Debug`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "readings are secret")]
pub struct Readings {
    #[zeroize(skip)]
    slots: SlotRange,
    registers: usize,
    /// Slot by slot, the registers of a slot beside each other.
    values: Vec<Option<u32>>,
}

impl Readings {
    /// Only gaps.
    pub fn gaps(slots: SlotRange, registers: usize) -> Self {
        Readings { slots, registers, values: vec![None; slots.count() as usize * registers] }
    }

    /// The slots covered.
    pub fn slots(&self) -> SlotRange {
        self.slots
    }

    /// How many registers.
    pub fn registers(&self) -> usize {
        self.registers
    }

    /// The reading of a register in a slot; nothing at a gap or outside.
    pub fn get(&self, register: usize, slot: Slot) -> Option<u32> {
        self.place(register, slot).and_then(|place| self.values[place])
    }

    /// Sets a reading, or a gap. False, and nothing done, outside the table.
    #[must_use]
    pub fn set(&mut self, register: usize, slot: Slot, value: Option<u32>) -> bool {
        self.place(register, slot).map(|place| self.values[place] = value).is_some()
    }

    /// How many slots lack a reading of at least one register.
    pub fn gap_count(&self) -> usize {
        if self.registers == 0 {
            return 0;
        }
        self.values.chunks(self.registers).filter(|slot| slot.contains(&None)).count()
    }

    fn place(&self, register: usize, slot: Slot) -> Option<usize> {
        (register < self.registers && self.slots.contains(slot))
            .then(|| (slot.index() - self.slots.first().index()) as usize * self.registers + register)
    }
}
