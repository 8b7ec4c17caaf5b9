//! The meter's side: readings become a sealed, certified and signed batch.

use alloc::vec::Vec;

use ed25519_dalek::{Signer, SigningKey};
use zeroize::{Zeroize, Zeroizing};

use super::pack::Packer;
use super::{BatchHeader, CommitmentsDigest, SealRefusal, SealedBatch, signed_message};
use crate::calendar::SlotRange;
use crate::commit::{CHUNK, CommitmentTables, Opening};
use crate::key::{KeyContext, MasterKey};
use crate::reading::Readings;
use crate::record::MeterRecord;

/// What a meter needs to seal its batches.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "keys are secret")]
pub struct Sealer<'a> {
    /// Its public record.
    pub record: &'a MeterRecord,
    /// The key behind the record's public key.
    pub signing: &'a SigningKey,
    /// The customer's key.
    pub key: &'a MasterKey,
    /// The points commitments are added up from.
    pub tables: &'a CommitmentTables,
}

impl Sealer<'_> {
    /// Seals a batch. `readings` cover exactly the slots of batch `number`; a reading at or above its register's bound
    /// becomes a gap. Sealing the same (number, revision) twice with other readings is a fault of the caller that
    /// gives rival batches, yet never repeats a pad or an opening.
    pub fn seal(&self, number: u32, revision: u8, readings: &Readings) -> Result<SealedBatch, SealRefusal> {
        let slots = self.check(number, readings)?;
        let mut header = self.header(number, revision, slots);
        flag_gaps(&mut header, readings, self.record);
        let mut bytes = header.to_bytes_before_nonce();
        let packed = Zeroizing::new(pack(&header, readings));
        header.nonce = self.key.nonce(&bytes, &packed);
        bytes.extend(header.nonce);
        bytes.extend(header.fingerprint);
        let (ciphertext, digest) = self.encrypt_and_certify(&header, &bytes, readings);
        let signature = self.signing.sign(&signed_message(&bytes, &digest, &ciphertext));
        let header_length = bytes.len();
        bytes.extend(digest);
        bytes.extend(ciphertext);
        bytes.extend(signature.to_bytes());
        Ok(SealedBatch { bytes, header, header_length })
    }

    fn check(&self, number: u32, readings: &Readings) -> Result<SlotRange, SealRefusal> {
        let record = self.record;
        if self.signing.verifying_key() != *record.public_key() {
            return Err(SealRefusal::SigningKey);
        }
        let slots = record.period().slots(number, record.slot_length()).ok_or(SealRefusal::Number(number))?;
        if readings.slots() != slots {
            return Err(SealRefusal::Slots(number));
        }
        let (expected, found) = (record.registers().len(), readings.registers());
        if expected != found {
            return Err(SealRefusal::Registers { expected, found });
        }
        Ok(slots)
    }

    fn header(&self, number: u32, revision: u8, slots: SlotRange) -> BatchHeader {
        BatchHeader {
            certification: self.record.certification(),
            meter: self.record.id(),
            number,
            revision,
            slot_length: self.record.slot_length(),
            slots,
            bits: self.record.registers().iter().map(|register| register.bits()).collect(),
            gaps: Vec::new(),
            nonce: [0; 8],
            fingerprint: self.key.fingerprint(&self.record.id()),
        }
    }

    /// The ciphertext and the digest of the commitments. Works in chunks on the stack: nothing is allocated a reading.
    fn encrypt_and_certify(&self, header: &BatchHeader, bytes: &[u8], readings: &Readings) -> (Vec<u8>, [u8; 32]) {
        let context = KeyContext::new(self.record, header.number, header.revision, header.nonce);
        let batch_key = self.key.batch_key(&context);
        let mut ciphertext = Packer::with_room(header.payload_bits());
        let mut digest = CommitmentsDigest::new(bytes);
        let mut chunk = Chunk::new();
        let mut slot_key = None;
        for (slot, register) in header.certified() {
            let value = readings.get(register, slot).unwrap_or(0);
            let key = match slot_key.take() {
                Some((of, key)) if of == slot => key,
                _ => batch_key.slot_key(&context, slot.index()),
            };
            let pad = key.pad(&context, slot.index(), register as u8);
            ciphertext.put(value ^ *pad, header.bits[register]);
            chunk.push(value, key.opening(&context, slot.index(), register as u8));
            slot_key = Some((slot, key));
            if chunk.length == CHUNK {
                chunk.certify(self.tables, &mut digest);
            }
        }
        chunk.certify(self.tables, &mut digest);
        (ciphertext.finish(), digest.finish())
    }
}

/// Readings and openings that share an inversion.
struct Chunk {
    readings: Zeroizing<[u32; CHUNK]>,
    openings: [Opening; CHUNK],
    length: usize,
}

impl Chunk {
    fn new() -> Self {
        Chunk { readings: Zeroizing::new([0; CHUNK]), openings: core::array::from_fn(|_| Opening::ZERO), length: 0 }
    }

    fn push(&mut self, reading: u32, opening: Opening) {
        self.readings[self.length] = reading;
        self.openings[self.length] = opening;
        self.length += 1;
    }

    /// Absorbs the commitments to what was pushed, and starts over.
    fn certify(&mut self, tables: &CommitmentTables, digest: &mut CommitmentsDigest) {
        let (readings, openings) = (&self.readings[..self.length], &self.openings[..self.length]);
        tables.commit_each(readings, openings, |commitment| digest.absorb(&commitment));
        self.readings.zeroize();
        self.length = 0;
    }
}

/// A missing reading, and one at or above its bound, is a gap.
fn flag_gaps(header: &mut BatchHeader, readings: &Readings, record: &MeterRecord) {
    let registers = record.registers();
    for (row, slot) in header.slots.iter().enumerate() {
        for (column, register) in registers.iter().enumerate() {
            if readings.get(column, slot).is_none_or(|value| value > register.max()) {
                header.set_gap(row * registers.len() + column);
            }
        }
    }
}

/// The readings in the clear, as the nonce hashes them.
fn pack(header: &BatchHeader, readings: &Readings) -> Vec<u8> {
    let mut packed = Packer::with_room(header.payload_bits());
    for (slot, register) in header.certified() {
        packed.put(readings.get(register, slot).unwrap_or(0), header.bits[register]);
    }
    packed.finish()
}
