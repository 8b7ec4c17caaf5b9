//! The customer's side: K turns a sealed batch back into readings, openings and commitments.

use alloc::vec::Vec;

use zeroize::Zeroize;

use super::compact::Sums;
use super::pack::{Unpacker, mask};
use super::slot_keys::SlotKeys;
use super::{BatchHeader, OpenRefusal, SealedBatch, Tables};
use crate::calendar::Slot;
use crate::commit::{CHUNK, Commitment, CommitmentTables, Opening};
use crate::key::{BatchKey, KeyContext, MasterKey, SlotKey};
use crate::reading::Readings;
use crate::record::MeterRecord;

/// One reading with what certifies it. Wiped when dropped; without `Debug`.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "readings and openings are secret")]
pub struct CertifiedReading {
    /// In base units, below the register's bound.
    pub reading: u32,
    /// Opens the commitment to the reading.
    pub opening: Opening,
    /// The commitment.
    pub commitment: Commitment,
}

impl Drop for CertifiedReading {
    fn drop(&mut self) {
        self.reading.zeroize();
    }
}

/// A batch in the clear.
#[allow(missing_debug_implementations, reason = "readings are secret")]
pub struct OpenBatch {
    header: BatchHeader,
    readings: Readings,
    certified: Certified,
}

/// What certifies the readings.
enum Certified {
    /// Slot by slot, the registers of a slot beside each other; nothing at a gap.
    Classic(Vec<Option<CertifiedReading>>),
    /// Register by register.
    Compact(Vec<(Opening, Commitment)>),
}

impl OpenBatch {
    /// The header of the batch.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The reading of a register in a slot; nothing at a gap or outside.
    pub fn reading(&self, register: usize, slot: Slot) -> Option<u32> {
        self.readings.get(register, slot)
    }

    /// The readings.
    pub fn readings(&self) -> &Readings {
        &self.readings
    }

    /// The reading of a register in a slot with what certifies it; nothing at a gap, outside, or in a compact batch.
    pub fn get(&self, register: usize, slot: Slot) -> Option<&CertifiedReading> {
        let Certified::Classic(cells) = &self.certified else { return None };
        if self.header.is_gap(register, slot) {
            return None;
        }
        let offset = (slot.index() - self.header.slots.first().index()) as usize;
        cells.get(offset * self.header.registers() + register)?.as_ref()
    }

    /// The commitments of a classic batch in the order of its digest; none of a compact batch.
    pub fn commitments(&self) -> impl Iterator<Item = Commitment> + '_ {
        let cells = match &self.certified {
            Certified::Classic(cells) => cells.as_slice(),
            Certified::Compact(_) => &[],
        };
        cells.iter().flatten().map(|cell| cell.commitment)
    }

    /// A compact batch's commitment to a register, and what opens it; nothing in a classic batch, or behind the last
    /// register.
    pub fn compact(&self, register: usize) -> Option<(&Opening, Commitment)> {
        let Certified::Compact(registers) = &self.certified else { return None };
        registers.get(register).map(|(opening, commitment)| (opening, *commitment))
    }
}

impl SealedBatch {
    /// Opens the batch: checks form and signature against the meter's record, then the key, then that the readings are
    /// those that the digest or the commitments certify. Every reading lies below its register's bound, for its
    /// ciphertext is that wide. `tables` are those of the record's certification.
    pub fn open(&self, record: &MeterRecord, key: &MasterKey, tables: &Tables) -> Result<OpenBatch, OpenRefusal> {
        self.verify(record)?;
        let (meter, number) = (self.header.meter, self.header.number);
        if key.fingerprint(&meter) != self.header.fingerprint {
            return Err(OpenRefusal::WrongKey { meter, number });
        }
        let context = KeyContext::new(record, number, self.header.revision, self.header.nonce);
        let batch_key = key.batch_key(&context);
        match (record.ring(), tables) {
            (None, Tables::Classic(tables)) => self.open_classic(&batch_key, &context, tables),
            (Some(ring), Tables::Compact(tables)) => {
                self.open_compact(&batch_key, &context, Sums::new(ring, tables, &self.header))
            }
            _ => Err(OpenRefusal::Tables { meter }),
        }
    }

    fn open_classic(
        &self,
        batch_key: &BatchKey,
        context: &KeyContext,
        tables: &CommitmentTables,
    ) -> Result<OpenBatch, OpenRefusal> {
        let header = &self.header;
        let mut cells = Vec::with_capacity(header.certified_count());
        let readings = self.decrypt(batch_key, context, |slot, register, reading, slot_key| {
            cells.push((reading, slot_key.opening(context, slot.index(), register as u8)));
        });
        let certified = certify(tables, cells);
        if !self.certifies(certified.iter().map(|cell| cell.commitment)) {
            return Err(OpenRefusal::Digest { meter: header.meter, number: header.number });
        }
        let certified = Certified::Classic(with_gaps(header, certified));
        Ok(OpenBatch { header: header.clone(), readings, certified })
    }

    fn open_compact(
        &self,
        batch_key: &BatchKey,
        context: &KeyContext,
        mut sums: Sums<'_>,
    ) -> Result<OpenBatch, OpenRefusal> {
        let header = &self.header;
        let readings = self.decrypt(batch_key, context, |slot, register, reading, _| sums.add(slot, register, reading));
        let registers = sums.finish(batch_key, context);
        let mut pairs = registers.iter().zip(&self.compact);
        if let Some(register) = pairs.position(|((_, recomputed), carried)| recomputed != carried) {
            return Err(OpenRefusal::Commitment { meter: header.meter, number: header.number, register });
        }
        Ok(OpenBatch { header: header.clone(), readings, certified: Certified::Compact(registers) })
    }

    /// The readings; each is handed to `take` with its slot's key, in order.
    fn decrypt(
        &self,
        batch_key: &BatchKey,
        context: &KeyContext,
        mut take: impl FnMut(Slot, usize, u32, &SlotKey),
    ) -> Readings {
        let header = &self.header;
        let mut readings = Readings::gaps(header.slots, header.registers());
        let mut ciphertext = Unpacker::new(self.ciphertext());
        let mut slot_keys = SlotKeys::new(batch_key, context);
        for (slot, register) in header.certified() {
            let slot_key = slot_keys.of(slot);
            let width = header.bits[register];
            let pad = slot_key.pad(context, slot.index(), register as u8);
            let reading = ciphertext.get(width) ^ (*pad & mask(width));
            let _inside = readings.set(register, slot, Some(reading));
            take(slot, register, reading, slot_key);
        }
        readings
    }
}

/// Commits to every reading.
fn certify(tables: &CommitmentTables, cells: Vec<(u32, Opening)>) -> Vec<CertifiedReading> {
    let mut certified = Vec::with_capacity(cells.len());
    for chunk in cells.chunks(CHUNK) {
        let (readings, openings): (Vec<u32>, Vec<Opening>) = chunk.iter().cloned().unzip();
        let mut pairs = readings.iter().zip(&openings);
        tables.commit_each(&readings, &openings, |commitment| {
            let next = pairs.next().map(|(reading, opening)| (*reading, opening.clone()));
            certified.extend(next.map(|(reading, opening)| CertifiedReading { reading, opening, commitment }));
        });
    }
    certified
}

/// Puts the gaps between the readings.
fn with_gaps(header: &BatchHeader, certified: Vec<CertifiedReading>) -> Vec<Option<CertifiedReading>> {
    let mut certified = certified.into_iter();
    (0..header.cells()).map(|cell| if header.is_gap_at(cell) { None } else { certified.next() }).collect()
}
