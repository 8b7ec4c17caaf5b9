//! The meter's side: readings become a sealed, certified and signed batch.

use alloc::vec::Vec;

use ed25519_dalek::{Signer, SigningKey};
use zeroize::{Zeroize, Zeroizing};

use super::compact::Sums;
use super::pack::Packer;
use super::slot_keys::SlotKeys;
use super::{BatchHeader, CommitmentsDigest, SealRefusal, SealedBatch, Tables, signed_message};
use crate::calendar::{Slot, SlotRange};
use crate::commit::{CHUNK, Commitment, CommitmentTables, Opening};
use crate::key::{BatchKey, KeyContext, MasterKey, SlotKey};
use crate::reading::Readings;
use crate::record::MeterRecord;
use crate::ring::{Ring, RingTables};

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
    /// The tables of the record's certification.
    pub tables: &'a Tables,
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
        let sealed = match (self.record.ring(), self.tables) {
            (None, Tables::Classic(tables)) => self.seal_classic(tables, &header, &bytes, readings),
            (Some(ring), Tables::Compact(tables)) => self.seal_compact(ring, tables, &header, readings),
            _ => return Err(SealRefusal::Tables),
        };
        let signature = self.signing.sign(&signed_message(&bytes, &sealed.certificate, &sealed.ciphertext));
        let header_length = bytes.len();
        bytes.extend(sealed.certificate);
        bytes.extend(sealed.ciphertext);
        bytes.extend(signature.to_bytes());
        Ok(SealedBatch { bytes, header, header_length, compact: sealed.compact })
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

    /// Works in chunks on the stack: nothing is allocated a reading.
    fn seal_classic(
        &self,
        tables: &CommitmentTables,
        header: &BatchHeader,
        bytes: &[u8],
        readings: &Readings,
    ) -> Sealed {
        let (context, batch_key) = self.batch_key(header);
        let mut digest = CommitmentsDigest::new(bytes);
        let mut chunk = Chunk::new();
        let ciphertext = encrypt(header, readings, &batch_key, &context, |slot, register, reading, slot_key| {
            chunk.push(reading, slot_key.opening(&context, slot.index(), register as u8));
            if chunk.length == CHUNK {
                chunk.certify(tables, &mut digest);
            }
        });
        chunk.certify(tables, &mut digest);
        Sealed { ciphertext, certificate: digest.finish().to_vec(), compact: Vec::new() }
    }

    /// Keeps one point a register.
    fn seal_compact(&self, ring: Ring, tables: &RingTables, header: &BatchHeader, readings: &Readings) -> Sealed {
        let (context, batch_key) = self.batch_key(header);
        let mut sums = Sums::new(ring, tables, header);
        let ciphertext = encrypt(header, readings, &batch_key, &context, |slot, register, reading, _| {
            sums.add(slot, register, reading);
        });
        let compact: Vec<_> = sums.finish(&batch_key, &context).into_iter().map(|(_, commitment)| commitment).collect();
        Sealed { ciphertext, certificate: compact.iter().flat_map(Commitment::to_bytes).collect(), compact }
    }

    fn batch_key(&self, header: &BatchHeader) -> (KeyContext, BatchKey) {
        let context = KeyContext::new(self.record, header.number, header.revision, header.nonce);
        (context, self.key.batch_key(&context))
    }
}

/// What stands behind a header.
struct Sealed {
    ciphertext: Vec<u8>,
    certificate: Vec<u8>,
    compact: Vec<Commitment>,
}

/// The ciphertext. Each reading is handed to `certify` with its slot's key, in order.
fn encrypt(
    header: &BatchHeader,
    readings: &Readings,
    batch_key: &BatchKey,
    context: &KeyContext,
    mut certify: impl FnMut(Slot, usize, u32, &SlotKey),
) -> Vec<u8> {
    let mut ciphertext = Packer::with_room(header.payload_bits());
    let mut slot_keys = SlotKeys::new(batch_key, context);
    for (slot, register) in header.certified() {
        let reading = readings.get(register, slot).unwrap_or(0);
        let slot_key = slot_keys.of(slot);
        let pad = slot_key.pad(context, slot.index(), register as u8);
        ciphertext.put(reading ^ *pad, header.bits[register]);
        certify(slot, register, reading, slot_key);
    }
    ciphertext.finish()
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
