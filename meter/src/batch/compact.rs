//! The compact certification of a batch: one commitment a register, over the slots' positions in the ring.

use alloc::vec;
use alloc::vec::Vec;

use super::BatchHeader;
use crate::calendar::Slot;
use crate::commit::{Commitment, Opening};
use crate::key::{BatchKey, KeyContext};
use crate::ring::{Ring, RingTables, RunningSum};

/// The running sums of a batch's registers.
pub(super) struct Sums<'a> {
    ring: Ring,
    tables: &'a RingTables,
    bits: &'a [u8],
    sums: Vec<RunningSum>,
}

impl<'a> Sums<'a> {
    pub(super) fn new(ring: Ring, tables: &'a RingTables, header: &'a BatchHeader) -> Self {
        Sums { ring, tables, bits: header.bits(), sums: vec![RunningSum::new(tables); header.registers()] }
    }

    /// Adds a reading of one of the batch's registers.
    pub(super) fn add(&mut self, slot: Slot, register: usize, reading: u32) {
        // Every position of a ring has its point.
        let _inside =
            self.sums[register].add(self.tables, self.ring.place(slot).position, reading, self.bits[register]);
    }

    /// The commitments with their openings, in the registers' order.
    pub(super) fn finish(self, key: &BatchKey, context: &KeyContext) -> Vec<(Opening, Commitment)> {
        let finish = |(register, sum): (usize, RunningSum)| {
            let opening = key.opening(context, register as u8);
            let commitment = sum.finish(self.tables, &opening);
            (opening, commitment)
        };
        self.sums.into_iter().enumerate().map(finish).collect()
    }
}
