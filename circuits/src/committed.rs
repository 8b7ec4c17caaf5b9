//! One thing a reading: its commitment, or its opening.

use wattproof_meter::calendar::{Slot, SlotRange};

/// Something for each register and slot of a period; nothing at gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed<T> {
    slots: SlotRange,
    registers: usize,
    /// Slot by slot, the registers of a slot beside each other.
    cells: Vec<Option<T>>,
}

impl<T> Committed<T> {
    /// Only gaps.
    pub fn gaps(slots: SlotRange, registers: usize) -> Self {
        let cells = (0..slots.count() as usize * registers).map(|_| None).collect();
        Committed { slots, registers, cells }
    }

    /// The period.
    pub fn slots(&self) -> SlotRange {
        self.slots
    }

    /// How many registers.
    pub fn registers(&self) -> usize {
        self.registers
    }

    /// What stands at a register and slot.
    pub fn get(&self, register: usize, slot: Slot) -> Option<&T> {
        self.place(register, slot).and_then(|place| self.cells[place].as_ref())
    }

    /// Sets what stands at a register and slot. False, and nothing done, outside the period.
    #[must_use]
    pub fn set(&mut self, register: usize, slot: Slot, value: T) -> bool {
        self.place(register, slot).map(|place| self.cells[place] = Some(value)).is_some()
    }

    fn place(&self, register: usize, slot: Slot) -> Option<usize> {
        (register < self.registers && self.slots.contains(slot))
            .then(|| (slot.index() - self.slots.first().index()) as usize * self.registers + register)
    }
}
