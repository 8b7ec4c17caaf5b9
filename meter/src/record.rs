//! The public record of a meter: what its `FILE.pub` holds and the supplier registers.
//!
//! | bytes | field |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | certification: 1 classic, 2 compact |
//! | 1 | batch period: 1 day, 2 week |
//! | 2 | slot length in minutes |
//! | 4 | in-service slot |
//! | 32 | ed25519 public key |
//! | 1 + n | name |
//! | 1 | registers, 1 to 16; then each: |
//! | 1 + n | · name |
//! | 1 | · unit: 1 Wh, 2 VArh |
//! | 1 | · sign: 0 delivered, 1 received |
//! | 1 | · bits, 1 to 32 |
//!
//! Integers are little-endian. The meter id is the first 8 bytes of the hash of these bytes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::VerifyingKey;
use thiserror::Error;

use crate::calendar::{BatchPeriod, Slot, SlotLength};
use crate::quantity::{Register, Sign, Unit};
use crate::ring::Ring;
use crate::wire::{Reader, put_short};

/// The version of every canonical form of this crate.
pub const VERSION: u8 = 1;
/// The most registers a meter may have.
pub const MAX_REGISTERS: usize = 16;
/// The longest name of a meter, in bytes.
pub const MAX_METER_NAME: usize = 64;

/// How a meter certifies its readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Certification {
    /// One commitment a reading.
    Classic,
    /// One commitment a batch and register, see [`crate::ring`].
    Compact,
}

impl Certification {
    /// The byte that stands for it in canonical bytes and derivations.
    pub fn byte(self) -> u8 {
        match self {
            Certification::Classic => 1,
            Certification::Compact => 2,
        }
    }

    /// The certification behind a byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [Certification::Classic, Certification::Compact].into_iter().find(|certification| certification.byte() == byte)
    }
}

/// A meter's short name on the wire: the first 8 bytes of the hash of its public record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeterId(pub [u8; 8]);

impl fmt::Display for MeterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for MeterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MeterId({self})")
    }
}

/// Why a meter's public record is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordRefusal {
    /// Fewer bytes than its own lengths ask for.
    #[error("the meter's public record is cut short")]
    Short,
    /// Bytes behind the end.
    #[error("the meter's public record has {extra} bytes too many")]
    Long {
        /// How many.
        extra: usize,
    },
    /// Another version.
    #[error("the meter's public record is of version {0}; this program reads version 1")]
    Version(u8),
    /// Unknown certification byte.
    #[error("the meter's public record names an unknown certification, {0}")]
    Certification(u8),
    /// Unknown batch period byte.
    #[error("the meter's public record names an unknown batch period, {0}")]
    Period(u8),
    /// Not a divisor of a day.
    #[error("the meter's slot length of {0} minutes does not divide a day")]
    SlotLength(u16),
    /// A compact meter with weekly batches.
    #[error("the meter commits to whole batches, and its batches are weekly")]
    CompactWeekly,
    /// A compact meter with more slots a day than positions.
    #[error("the meter commits to whole batches, and a day of {per_day} slots passes the 480 that a commitment holds")]
    CompactSlots {
        /// Slots of a day.
        per_day: u32,
    },
    /// Not a curve point.
    #[error("the meter's public key is not a valid ed25519 key")]
    PublicKey,
    /// A public key under which signatures mean nothing.
    #[error("the meter's public key is weak: anyone could sign under it")]
    WeakPublicKey,
    /// Empty, too long, or with other characters than letters, digits, `.`, `_` and `-`.
    #[error("the meter's name is not 1 to 64 letters, digits, dots, underscores or hyphens, a letter or digit first")]
    Name,
    /// No register.
    #[error("the meter has no register")]
    NoRegister,
    /// More than 16.
    #[error("the meter has {0} registers; 16 is the most")]
    TooManyRegisters(usize),
    /// A register's name, unit, sign or bits are out of range.
    #[error("register {index} of the meter has no valid name, unit, sign or bound")]
    Register {
        /// Counted from 0.
        index: usize,
    },
    /// Two registers of one name.
    #[error("registers {first} and {second} of the meter have the same name")]
    DuplicateRegister {
        /// Counted from 0.
        first: usize,
        /// Counted from 0.
        second: usize,
    },
}

impl RecordRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            RecordRefusal::Short => "meter-record-short",
            RecordRefusal::Long { .. } => "meter-record-long",
            RecordRefusal::Version(_) => "meter-record-version",
            RecordRefusal::Certification(_) => "meter-record-certification",
            RecordRefusal::Period(_) => "meter-record-period",
            RecordRefusal::SlotLength(_) => "meter-record-slot-length",
            RecordRefusal::CompactWeekly => "meter-compact-weekly",
            RecordRefusal::CompactSlots { .. } => "meter-compact-slots",
            RecordRefusal::PublicKey => "meter-public-key-invalid",
            RecordRefusal::WeakPublicKey => "meter-public-key-weak",
            RecordRefusal::Name => "meter-name-invalid",
            RecordRefusal::NoRegister => "meter-no-register",
            RecordRefusal::TooManyRegisters(_) => "meter-too-many-registers",
            RecordRefusal::Register { .. } => "meter-register-invalid",
            RecordRefusal::DuplicateRegister { .. } => "meter-register-duplicate",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            RecordRefusal::Short | RecordRefusal::Long { .. } => {
                "Fetch the meter's .pub file again; this copy is damaged."
            }
            RecordRefusal::Version(_) | RecordRefusal::Certification(_) | RecordRefusal::Period(_) => {
                "Use a version of wattproof that knows this kind of meter."
            }
            RecordRefusal::SlotLength(_) => "Choose 5, 15, 30 or 60 minutes, or another divisor of 1,440.",
            RecordRefusal::CompactWeekly => "Choose daily batches, or one commitment a reading.",
            RecordRefusal::CompactSlots { .. } => "Choose slots of 3 minutes or more, or one commitment a reading.",
            RecordRefusal::PublicKey | RecordRefusal::WeakPublicKey => {
                "Do not register this meter; ask its maker for its public record."
            }
            RecordRefusal::Name => "Name the meter with letters, digits, dots, underscores and hyphens.",
            RecordRefusal::NoRegister => "Give the meter at least one register, such as import:Wh:20.",
            RecordRefusal::TooManyRegisters(_) => "Give the meter at most 16 registers.",
            RecordRefusal::Register { .. } => {
                "Name a register with a to z, 0 to 9 and underscores, in Wh or VArh, with 1 to 32 bits."
            }
            RecordRefusal::DuplicateRegister { .. } => "Give every register its own name.",
        }
    }
}

/// A meter's public record. Made only whole and valid; its bytes are canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterRecord {
    name: String,
    certification: Certification,
    period: BatchPeriod,
    slot_length: SlotLength,
    in_service: Slot,
    public_key: VerifyingKey,
    registers: Vec<Register>,
    id: MeterId,
}

impl MeterRecord {
    /// The record of a meter. `in_service` 0 stands for "from its first reading". Refuses a name that is not 1 to 64
    /// characters of `A-Za-z0-9._-` with a letter or digit first, a weak public key, none, too many or duplicate
    /// registers; of a compact meter also weekly batches, and slots of which a day passes a commitment.
    pub fn new(
        name: &str,
        certification: Certification,
        period: BatchPeriod,
        slot_length: SlotLength,
        in_service: Slot,
        public_key: &[u8; 32],
        registers: Vec<Register>,
    ) -> Result<Self, RecordRefusal> {
        check_name(name)?;
        check_registers(&registers)?;
        check_compact(certification, period, slot_length)?;
        let public_key = check_public_key(public_key)?;
        let (name, id) = (String::from(name), MeterId([0; 8]));
        let mut record =
            MeterRecord { name, certification, period, slot_length, in_service, public_key, registers, id };
        record.id = hash_id(&record.to_bytes());
        Ok(record)
    }

    /// Reads canonical bytes; refuses anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordRefusal> {
        let mut reader = Reader::new(bytes);
        let record = read(&mut reader)?;
        match reader.left() {
            0 => Ok(record),
            extra => Err(RecordRefusal::Long { extra }),
        }
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend([VERSION, self.certification.byte(), period_byte(self.period)]);
        out.extend(self.slot_length.minutes().to_le_bytes());
        out.extend(self.in_service.index().to_le_bytes());
        out.extend(self.public_key.as_bytes());
        put_short(&mut out, self.name.as_bytes());
        out.push(self.registers.len() as u8);
        for register in &self.registers {
            put_short(&mut out, register.name().as_bytes());
            out.extend([unit_byte(register.unit()), sign_byte(register.sign()), register.bits()]);
        }
        out
    }

    /// The first 8 bytes of the hash of the canonical bytes.
    pub fn id(&self) -> MeterId {
        self.id
    }

    /// The name, as people and commands use it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How readings are certified.
    pub fn certification(&self) -> Certification {
        self.certification
    }

    /// Where a compact meter's slots lie in its commitments; nothing for a classic meter.
    pub fn ring(&self) -> Option<Ring> {
        match self.certification {
            Certification::Classic => None,
            Certification::Compact => Ring::of(self.slot_length),
        }
    }

    /// What a batch covers.
    pub fn period(&self) -> BatchPeriod {
        self.period
    }

    /// The length of a slot.
    pub fn slot_length(&self) -> SlotLength {
        self.slot_length
    }

    /// The first slot of the meter's service; 0 stands for "from its first reading".
    pub fn in_service(&self) -> Slot {
        self.in_service
    }

    /// The key that checks the meter's signatures.
    pub fn public_key(&self) -> &VerifyingKey {
        &self.public_key
    }

    /// The registers, 1 to 16, in the order of readings within a slot.
    pub fn registers(&self) -> &[Register] {
        &self.registers
    }

    /// The place of the register with this name.
    pub fn register_index(&self, name: &str) -> Option<usize> {
        self.registers.iter().position(|register| register.name() == name)
    }
}

fn check_name(name: &str) -> Result<(), RecordRefusal> {
    let clean = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if clean && starts && name.len() <= MAX_METER_NAME { Ok(()) } else { Err(RecordRefusal::Name) }
}

fn check_registers(registers: &[Register]) -> Result<(), RecordRefusal> {
    if registers.is_empty() {
        return Err(RecordRefusal::NoRegister);
    }
    if registers.len() > MAX_REGISTERS {
        return Err(RecordRefusal::TooManyRegisters(registers.len()));
    }
    for (second, register) in registers.iter().enumerate() {
        if let Some(first) = registers[..second].iter().position(|other| other.name() == register.name()) {
            return Err(RecordRefusal::DuplicateRegister { first, second });
        }
    }
    Ok(())
}

fn check_compact(
    certification: Certification,
    period: BatchPeriod,
    slot_length: SlotLength,
) -> Result<(), RecordRefusal> {
    match (certification, period, Ring::of(slot_length)) {
        (Certification::Classic, _, _) | (Certification::Compact, BatchPeriod::Day, Some(_)) => Ok(()),
        (Certification::Compact, BatchPeriod::Week, _) => Err(RecordRefusal::CompactWeekly),
        (Certification::Compact, BatchPeriod::Day, None) => {
            Err(RecordRefusal::CompactSlots { per_day: slot_length.per_day() })
        }
    }
}

fn check_public_key(bytes: &[u8; 32]) -> Result<VerifyingKey, RecordRefusal> {
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| RecordRefusal::PublicKey)?;
    if key.is_weak() { Err(RecordRefusal::WeakPublicKey) } else { Ok(key) }
}

fn hash_id(bytes: &[u8]) -> MeterId {
    let hash = blake2b_simd::Params::new().hash_length(8).personal(b"wp1-meter-id").hash(bytes);
    let mut id = [0; 8];
    id.copy_from_slice(hash.as_bytes());
    MeterId(id)
}

fn read(reader: &mut Reader<'_>) -> Result<MeterRecord, RecordRefusal> {
    use RecordRefusal::{Certification as UnknownCertification, Period, Short, Version};
    let version = reader.u8().ok_or(Short)?;
    if version != VERSION {
        return Err(Version(version));
    }
    let byte = reader.u8().ok_or(Short)?;
    let certification = Certification::from_byte(byte).ok_or(UnknownCertification(byte))?;
    let byte = reader.u8().ok_or(Short)?;
    let period =
        [BatchPeriod::Day, BatchPeriod::Week].into_iter().find(|p| period_byte(*p) == byte).ok_or(Period(byte))?;
    let minutes = reader.u16().ok_or(Short)?;
    let slot_length = SlotLength::from_minutes(minutes).ok_or(RecordRefusal::SlotLength(minutes))?;
    let in_service = Slot::new(reader.u32().ok_or(Short)?);
    let public_key = reader.array().ok_or(Short)?;
    let length = usize::from(reader.u8().ok_or(Short)?);
    let name = core::str::from_utf8(reader.take(length).ok_or(Short)?).map_err(|_| RecordRefusal::Name)?;
    let registers = read_registers(reader)?;
    MeterRecord::new(name, certification, period, slot_length, in_service, &public_key, registers)
}

fn read_registers(reader: &mut Reader<'_>) -> Result<Vec<Register>, RecordRefusal> {
    let count = usize::from(reader.u8().ok_or(RecordRefusal::Short)?);
    if count > MAX_REGISTERS {
        return Err(RecordRefusal::TooManyRegisters(count));
    }
    (0..count).map(|index| read_register(reader, index)).collect()
}

fn read_register(reader: &mut Reader<'_>, index: usize) -> Result<Register, RecordRefusal> {
    use RecordRefusal::Short;
    let length = usize::from(reader.u8().ok_or(Short)?);
    let name = reader.take(length).ok_or(Short)?;
    let [unit, sign, bits] = reader.array().ok_or(Short)?;
    let unit = [Unit::WattHour, Unit::VarHour].into_iter().find(|u| unit_byte(*u) == unit);
    let sign = [Sign::Delivered, Sign::Received].into_iter().find(|s| sign_byte(*s) == sign);
    core::str::from_utf8(name)
        .ok()
        .and_then(|name| Some(Register::new(name, unit?, bits)?.with_sign(sign?)))
        .ok_or(RecordRefusal::Register { index })
}

fn period_byte(period: BatchPeriod) -> u8 {
    match period {
        BatchPeriod::Day => 1,
        BatchPeriod::Week => 2,
    }
}

fn unit_byte(unit: Unit) -> u8 {
    match unit {
        Unit::WattHour => 1,
        Unit::VarHour => 2,
    }
}

fn sign_byte(sign: Sign) -> u8 {
    match sign {
        Sign::Delivered => 0,
        Sign::Received => 1,
    }
}
