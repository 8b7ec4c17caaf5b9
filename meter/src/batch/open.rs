//! The customer's side: K turns a sealed batch back into readings, openings and commitments.

use alloc::vec::Vec;

use zeroize::Zeroize;

use super::pack::{Unpacker, mask};
use super::{BatchHeader, CommitmentsDigest, OpenRefusal, SealedBatch};
use crate::calendar::Slot;
use crate::commit::{CHUNK, Commitment, CommitmentTables, Opening};
use crate::key::{KeyContext, MasterKey};
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
    /// Slot by slot, the registers of a slot beside each other; nothing at a gap.
    cells: Vec<Option<CertifiedReading>>,
}

impl OpenBatch {
    /// The header of the batch.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The reading of a register in a slot; nothing at a gap or outside.
    pub fn get(&self, register: usize, slot: Slot) -> Option<&CertifiedReading> {
        if self.header.is_gap(register, slot) {
            return None;
        }
        let offset = (slot.index() - self.header.slots.first().index()) as usize;
        self.cells.get(offset * self.header.registers() + register)?.as_ref()
    }

    /// The readings alone.
    pub fn readings(&self) -> Readings {
        let mut readings = Readings::gaps(self.header.slots, self.header.registers());
        for (slot, register) in self.header.certified() {
            let _inside = readings.set(register, slot, self.get(register, slot).map(|cell| cell.reading));
        }
        readings
    }

    /// The commitments in the order of the digest.
    pub fn commitments(&self) -> impl Iterator<Item = Commitment> + '_ {
        self.cells.iter().flatten().map(|cell| cell.commitment)
    }
}

impl SealedBatch {
    /// Opens the batch: checks form and signature against the meter's record, then the key, then that the readings are
    /// those the digest certifies. Every reading lies below its register's bound, for its ciphertext is that wide.
    pub fn open(
        &self,
        record: &MeterRecord,
        key: &MasterKey,
        tables: &CommitmentTables,
    ) -> Result<OpenBatch, OpenRefusal> {
        self.verify(record)?;
        let (meter, number) = (self.header.meter, self.header.number);
        if key.fingerprint(&meter) != self.header.fingerprint {
            return Err(OpenRefusal::WrongKey { meter, number });
        }
        let certified = certify(tables, self.decrypt(record, key));
        let mut digest = CommitmentsDigest::new(self.header_bytes());
        certified.iter().for_each(|cell| digest.absorb(&cell.commitment));
        if digest.finish() != *self.digest() {
            return Err(OpenRefusal::Digest { meter, number });
        }
        Ok(OpenBatch { header: self.header.clone(), cells: with_gaps(&self.header, certified) })
    }

    /// Readings and openings in order.
    fn decrypt(&self, record: &MeterRecord, key: &MasterKey) -> Vec<(u32, Opening)> {
        let header = &self.header;
        let context = KeyContext::new(record, header.number, header.revision, header.nonce);
        let batch_key = key.batch_key(&context);
        let mut ciphertext = Unpacker::new(self.ciphertext());
        let open = |(slot, register): (Slot, usize)| {
            let slot_key = batch_key.slot_key(&context, slot.index());
            let width = header.bits[register];
            let pad = slot_key.pad(&context, slot.index(), register as u8);
            let reading = ciphertext.get(width) ^ (*pad & mask(width));
            (reading, slot_key.opening(&context, slot.index(), register as u8))
        };
        header.certified().map(open).collect()
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
