//! Register totals that the meter itself signs for a whole billing period, when the customer never answers.
//!
//! | bytes | field |
//! |---|---|
//! | 1 | version, 1 |
//! | 8 | meter id |
//! | 2 | slot length in minutes |
//! | 4 | first slot |
//! | 4 | slots, 1 to 2^20 |
//! | 4 | slots that lack a reading of at least one register |
//! | 1 | registers, 1 to 16 |
//! | 8 each | totals in base units, in the registers' order |
//! | 64 | ed25519 signature over `wattproof:v1:fallback` ‖ everything before it |
//!
//! Integers are little-endian.

use alloc::vec::Vec;

use ed25519_dalek::{Signature, Signer, SigningKey};
use thiserror::Error;

use crate::calendar::{Slot, SlotLength, SlotRange};
use crate::reading::Readings;
use crate::record::{MAX_REGISTERS, MeterId, MeterRecord, VERSION};
use crate::wire::Reader;

/// What a fallback's signature starts with.
const TAG: &[u8] = b"wattproof:v1:fallback";
/// Bytes of an ed25519 signature.
const SIGNATURE: usize = 64;
/// The most slots of a period.
pub const MAX_SLOTS: u32 = 1 << 20;

/// Why bytes are not a fallback of this meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FallbackRefusal {
    /// Fewer bytes than its own header asks for.
    #[error("the fallback is cut short")]
    Short,
    /// Bytes behind the end.
    #[error("the fallback has {extra} bytes too many")]
    Long {
        /// How many.
        extra: usize,
    },
    /// Another version.
    #[error("the fallback is of version {0}; this program reads version 1")]
    Version(u8),
    /// Not a divisor of a day.
    #[error("the fallback's slot length of {0} minutes does not divide a day")]
    SlotLength(u16),
    /// No slot, too many, or beyond the calendar.
    #[error("the fallback covers {0} slots, not 1 to 1,048,576 within the calendar")]
    Count(u32),
    /// More gaps than slots.
    #[error("the fallback counts {0} gaps, more than its slots")]
    Gaps(u32),
    /// Not 1 to 16 registers.
    #[error("the fallback names {0} registers, not 1 to 16")]
    Registers(u8),
    /// The fallback is another meter's.
    #[error("the fallback is of meter {found}, not of {expected}")]
    Meter {
        /// The record's meter.
        expected: MeterId,
        /// The fallback's meter.
        found: MeterId,
    },
    /// Another slot length than the meter's record says.
    #[error("the fallback's slots are of another length than its meter's record says")]
    OtherSlotLength,
    /// Other registers than the meter's record says.
    #[error("the fallback's registers are not those of its meter's record")]
    OtherRegisters,
    /// More than the register can count in the period.
    #[error("the fallback's total of register {register} is more than it can count in the period")]
    Total {
        /// Counted from 0.
        register: usize,
    },
    /// Not signed by the meter as it stands.
    #[error("the fallback's signature is not its meter's")]
    Signature,
}

impl FallbackRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            FallbackRefusal::Short => "fallback-short",
            FallbackRefusal::Long { .. } => "fallback-long",
            FallbackRefusal::Version(_) => "fallback-version",
            FallbackRefusal::SlotLength(_) => "fallback-slot-length",
            FallbackRefusal::Count(_) => "fallback-count",
            FallbackRefusal::Gaps(_) => "fallback-gaps",
            FallbackRefusal::Registers(_) => "fallback-registers",
            FallbackRefusal::Meter { .. } => "fallback-other-meter",
            FallbackRefusal::OtherSlotLength => "fallback-other-slot-length",
            FallbackRefusal::OtherRegisters => "fallback-other-registers",
            FallbackRefusal::Total { .. } => "fallback-total",
            FallbackRefusal::Signature => "fallback-signature",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            FallbackRefusal::Version(_) => "Use a version of wattproof that knows this kind of fallback.",
            FallbackRefusal::Meter { .. } => "Give the fallback to the meter it belongs to, or register that meter.",
            FallbackRefusal::OtherSlotLength | FallbackRefusal::OtherRegisters | FallbackRefusal::Total { .. } => {
                "Ask whether the meter was replaced; a replaced meter has its own public record."
            }
            _ => "Fetch the fallback again from the meter; this copy was changed or damaged.",
        }
    }
}

/// A fallback of well-formed bytes, kept as they came. Only [`Fallback::verify`] says whose they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    bytes: Vec<u8>,
    meter: MeterId,
    slot_length: SlotLength,
    slots: SlotRange,
    gaps: u32,
    totals: Vec<u64>,
}

impl Fallback {
    /// Sums and signs. `readings` cover the period, at most 2^20 slots; nothing otherwise. What lies at or above its
    /// register's bound counts as a gap.
    pub fn sign(record: &MeterRecord, signing: &SigningKey, readings: &Readings) -> Option<Self> {
        let slots = readings.slots();
        if !(1..=MAX_SLOTS).contains(&slots.count()) || readings.registers() != record.registers().len() {
            return None;
        }
        let (totals, gaps) = sum(record, readings);
        let (meter, slot_length) = (record.id(), record.slot_length());
        let mut fallback = Fallback { bytes: Vec::new(), meter, slot_length, slots, gaps, totals };
        fallback.bytes = fallback.body();
        fallback.bytes.extend(signing.sign(&[TAG, &fallback.bytes].concat()).to_bytes());
        Some(fallback)
    }

    /// Reads a fallback; refuses everything but the one canonical form. Checks no signature.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FallbackRefusal> {
        let mut reader = Reader::new(bytes);
        let fallback = read(&mut reader, bytes)?;
        match reader.left() {
            0 => Ok(fallback),
            extra => Err(FallbackRefusal::Long { extra }),
        }
    }

    /// The bytes as they came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whose totals they are.
    pub fn meter(&self) -> MeterId {
        self.meter
    }

    /// The period.
    pub fn slots(&self) -> SlotRange {
        self.slots
    }

    /// The length of a slot.
    pub fn slot_length(&self) -> SlotLength {
        self.slot_length
    }

    /// Slots that lack a reading of at least one register.
    pub fn gaps(&self) -> u32 {
        self.gaps
    }

    /// Totals in base units, in the registers' order.
    pub fn totals(&self) -> &[u64] {
        &self.totals
    }

    /// Checks that the meter behind `record` signed these totals.
    pub fn verify(&self, record: &MeterRecord) -> Result<(), FallbackRefusal> {
        let (expected, found) = (record.id(), self.meter);
        if expected != found {
            return Err(FallbackRefusal::Meter { expected, found });
        }
        if self.slot_length != record.slot_length() {
            return Err(FallbackRefusal::OtherSlotLength);
        }
        if self.totals.len() != record.registers().len() {
            return Err(FallbackRefusal::OtherRegisters);
        }
        let most = |max: u32| u64::from(max) * u64::from(self.slots.count());
        let over =
            self.totals.iter().zip(record.registers()).position(|(total, register)| *total > most(register.max()));
        if let Some(register) = over {
            return Err(FallbackRefusal::Total { register });
        }
        let (body, signature) = self.bytes.split_last_chunk::<SIGNATURE>().ok_or(FallbackRefusal::Short)?;
        let signature = Signature::from_bytes(signature);
        record.public_key().verify_strict(&[TAG, body].concat(), &signature).map_err(|_| FallbackRefusal::Signature)
    }

    fn body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.push(VERSION);
        out.extend(self.meter.0);
        out.extend(self.slot_length.minutes().to_le_bytes());
        out.extend(self.slots.first().index().to_le_bytes());
        out.extend(self.slots.count().to_le_bytes());
        out.extend(self.gaps.to_le_bytes());
        out.push(self.totals.len() as u8);
        self.totals.iter().for_each(|total| out.extend(total.to_le_bytes()));
        out
    }
}

/// Totals of each register and the slots with a gap.
fn sum(record: &MeterRecord, readings: &Readings) -> (Vec<u64>, u32) {
    let registers = record.registers();
    let (mut totals, mut gaps) = (alloc::vec![0u64; registers.len()], 0);
    for slot in readings.slots().iter() {
        let mut whole = true;
        for (index, register) in registers.iter().enumerate() {
            match readings.get(index, slot).filter(|value| *value <= register.max()) {
                Some(value) => totals[index] += u64::from(value),
                None => whole = false,
            }
        }
        gaps += u32::from(!whole);
    }
    (totals, gaps)
}

fn read(reader: &mut Reader<'_>, bytes: &[u8]) -> Result<Fallback, FallbackRefusal> {
    use FallbackRefusal::{Count, Gaps, Registers, Short, Version};
    let version = reader.u8().ok_or(Short)?;
    if version != VERSION {
        return Err(Version(version));
    }
    let meter = MeterId(reader.array().ok_or(Short)?);
    let minutes = reader.u16().ok_or(Short)?;
    let slot_length = SlotLength::from_minutes(minutes).ok_or(FallbackRefusal::SlotLength(minutes))?;
    let first = Slot::new(reader.u32().ok_or(Short)?);
    let count = reader.u32().ok_or(Short)?;
    let within = (1..=MAX_SLOTS).contains(&count);
    let slots = SlotRange::new(first, count).filter(|_| within).ok_or(Count(count))?;
    let gaps = reader.u32().ok_or(Short)?;
    if gaps > count {
        return Err(Gaps(gaps));
    }
    let registers = reader.u8().ok_or(Short)?;
    if registers == 0 || usize::from(registers) > MAX_REGISTERS {
        return Err(Registers(registers));
    }
    let totals = (0..registers).map(|_| reader.u64()).collect::<Option<Vec<u64>>>().ok_or(Short)?;
    reader.take(SIGNATURE).ok_or(Short)?;
    Ok(Fallback { bytes: bytes.to_vec(), meter, slot_length, slots, gaps, totals })
}
