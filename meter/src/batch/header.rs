//! The header of a batch: everything before its certificate.

use alloc::vec;
use alloc::vec::Vec;

use super::{BatchRefusal, DIGEST};
use crate::calendar::{BatchPeriod, Slot, SlotLength, SlotRange};
use crate::quantity::MAX_BITS;
use crate::record::{Certification, MAX_REGISTERS, MeterId, VERSION};
use crate::wire::Reader;

/// What a batch says about itself in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    pub(super) certification: Certification,
    pub(super) meter: MeterId,
    pub(super) number: u32,
    pub(super) revision: u8,
    pub(super) slot_length: SlotLength,
    pub(super) slots: SlotRange,
    pub(super) bits: Vec<u8>,
    /// One bit a slot and register, slot by slot, lowest bit first; empty without gaps.
    pub(super) gaps: Vec<u8>,
    pub(super) nonce: [u8; 8],
    pub(super) fingerprint: [u8; 8],
}

impl BatchHeader {
    /// How the readings are certified.
    pub fn certification(&self) -> Certification {
        self.certification
    }

    /// Whose batch it is.
    pub fn meter(&self) -> MeterId {
        self.meter
    }

    /// The absolute number, see [`BatchPeriod`].
    pub fn number(&self) -> u32 {
        self.number
    }

    /// 0 at first; a later revision of the same number replaces it.
    pub fn revision(&self) -> u8 {
        self.revision
    }

    /// The length of a slot.
    pub fn slot_length(&self) -> SlotLength {
        self.slot_length
    }

    /// The slots covered.
    pub fn slots(&self) -> SlotRange {
        self.slots
    }

    /// How many registers, 1 to 16.
    pub fn registers(&self) -> usize {
        self.bits.len()
    }

    /// Bits of each register's readings, 1 to 32.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// The fingerprint of the key the batch was sealed under.
    pub fn key_fingerprint(&self) -> [u8; 8] {
        self.fingerprint
    }

    /// The synthetic nonce, see [`crate::key`].
    pub fn nonce(&self) -> [u8; 8] {
        self.nonce
    }

    /// Whether the slot lacks a reading of the register; true outside the batch.
    pub fn is_gap(&self, register: usize, slot: Slot) -> bool {
        if register >= self.registers() || !self.slots.contains(slot) {
            return true;
        }
        let offset = (slot.index() - self.slots.first().index()) as usize;
        self.is_gap_at(offset * self.registers() + register)
    }

    /// How many readings the batch certifies.
    pub fn certified_count(&self) -> usize {
        self.cells() - self.gap_count()
    }

    /// How many readings are missing, over all registers.
    pub fn gap_count(&self) -> usize {
        self.gaps.iter().map(|byte| byte.count_ones() as usize).sum()
    }

    /// Slots and registers, slot by slot, that hold a reading: the order of ciphertexts and commitments.
    pub fn certified(&self) -> impl Iterator<Item = (Slot, usize)> + '_ {
        let registers = self.registers();
        let cells = self.slots.iter().flat_map(move |slot| (0..registers).map(move |register| (slot, register)));
        cells.enumerate().filter(|(cell, _)| !self.is_gap_at(*cell)).map(|(_, place)| place)
    }

    /// Bytes of the certificate behind the header.
    pub(super) fn certificate_bytes(&self) -> usize {
        match self.certification {
            Certification::Classic => DIGEST,
            Certification::Compact => DIGEST * self.registers(),
        }
    }

    /// Slots × registers.
    pub(super) fn cells(&self) -> usize {
        self.slots.count() as usize * self.registers()
    }

    /// Bits of all readings.
    pub(super) fn payload_bits(&self) -> usize {
        self.certified().map(|(_, register)| usize::from(self.bits[register])).sum()
    }

    pub(super) fn is_gap_at(&self, cell: usize) -> bool {
        self.gaps.get(cell / 8).is_some_and(|byte| byte >> (cell % 8) & 1 == 1)
    }

    /// Flags a cell as a gap.
    pub(super) fn set_gap(&mut self, cell: usize) {
        if self.gaps.is_empty() {
            self.gaps = vec![0; self.cells().div_ceil(8)];
        }
        self.gaps[cell / 8] |= 1 << (cell % 8);
    }

    /// The canonical bytes before the nonce.
    pub(super) fn to_bytes_before_nonce(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.gaps.len());
        out.extend([VERSION, self.certification.byte()]);
        out.extend(self.meter.0);
        out.extend(self.number.to_le_bytes());
        out.push(self.revision);
        out.extend(self.slots.first().index().to_le_bytes());
        out.extend(self.slot_length.minutes().to_le_bytes());
        out.extend((self.slots.count() as u16).to_le_bytes());
        out.push(self.bits.len() as u8);
        out.extend(&self.bits);
        out.push(u8::from(!self.gaps.is_empty()));
        out.extend(&self.gaps);
        out
    }

    /// Reads a header off the front.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BatchRefusal> {
        use BatchRefusal::{Certification as UnknownCertification, Short, Version};
        let version = reader.u8().ok_or(Short)?;
        if version != VERSION {
            return Err(Version(version));
        }
        let byte = reader.u8().ok_or(Short)?;
        let certification = Certification::from_byte(byte).ok_or(UnknownCertification(byte))?;
        let meter = MeterId(reader.array().ok_or(Short)?);
        let number = reader.u32().ok_or(Short)?;
        let revision = reader.u8().ok_or(Short)?;
        let (slot_length, slots) = read_slots(reader)?;
        let bits = read_bits(reader)?;
        let gaps = read_gaps(reader, slots.count() as usize * bits.len())?;
        let nonce = reader.array().ok_or(Short)?;
        let fingerprint = reader.array().ok_or(Short)?;
        Ok(BatchHeader { certification, meter, number, revision, slot_length, slots, bits, gaps, nonce, fingerprint })
    }
}

fn read_slots(reader: &mut Reader<'_>) -> Result<(SlotLength, SlotRange), BatchRefusal> {
    let first = Slot::new(reader.u32().ok_or(BatchRefusal::Short)?);
    let minutes = reader.u16().ok_or(BatchRefusal::Short)?;
    let length = SlotLength::from_minutes(minutes).ok_or(BatchRefusal::SlotLength(minutes))?;
    let count = reader.u16().ok_or(BatchRefusal::Short)?;
    let whole = [BatchPeriod::Day, BatchPeriod::Week].iter().any(|p| p.slot_count(length) == u32::from(count));
    if !whole {
        return Err(BatchRefusal::Count(count));
    }
    Ok((length, SlotRange::new(first, u32::from(count)).ok_or(BatchRefusal::Calendar)?))
}

fn read_bits(reader: &mut Reader<'_>) -> Result<Vec<u8>, BatchRefusal> {
    let registers = reader.u8().ok_or(BatchRefusal::Short)?;
    if registers == 0 || usize::from(registers) > MAX_REGISTERS {
        return Err(BatchRefusal::Registers(registers));
    }
    let bits = reader.take(usize::from(registers)).ok_or(BatchRefusal::Short)?;
    match bits.iter().position(|bits| !(1..=MAX_BITS).contains(bits)) {
        Some(register) => Err(BatchRefusal::Bits { register, bits: bits[register] }),
        None => Ok(bits.to_vec()),
    }
}

fn read_gaps(reader: &mut Reader<'_>, cells: usize) -> Result<Vec<u8>, BatchRefusal> {
    match reader.u8().ok_or(BatchRefusal::Short)? {
        0 => return Ok(Vec::new()),
        1 => (),
        flag => return Err(BatchRefusal::GapFlag(flag)),
    }
    let gaps = reader.take(cells.div_ceil(8)).ok_or(BatchRefusal::Short)?;
    if gaps.iter().all(|byte| *byte == 0) {
        return Err(BatchRefusal::GapMapEmpty);
    }
    if !cells.is_multiple_of(8) && gaps.last().is_some_and(|last| last >> (cells % 8) != 0) {
        return Err(BatchRefusal::GapMapPadding);
    }
    Ok(gaps.to_vec())
}
