//! Why a batch is not made, not accepted, or not opened.

use thiserror::Error;

use crate::record::MeterId;

/// Why bytes are not a batch of this meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BatchRefusal {
    /// Fewer bytes than its own header asks for.
    #[error("the batch is cut short")]
    Short,
    /// Bytes behind the end.
    #[error("the batch has {extra} bytes too many")]
    Long {
        /// How many.
        extra: usize,
    },
    /// Another version.
    #[error("the batch is of version {0}; this program reads version 1")]
    Version(u8),
    /// Unknown certification byte.
    #[error("the batch names an unknown certification, {0}")]
    Certification(u8),
    /// Not a divisor of a day.
    #[error("the batch's slot length of {0} minutes does not divide a day")]
    SlotLength(u16),
    /// Neither a day nor a week of slots.
    #[error("the batch holds {0} slots, neither a day nor a week")]
    Count(u16),
    /// The slots pass the last index.
    #[error("the batch's slots lie beyond the calendar")]
    Calendar,
    /// Not 1 to 16 registers.
    #[error("the batch names {0} registers, not 1 to 16")]
    Registers(u8),
    /// Not 1 to 32 bits.
    #[error("the batch's register {register} has {bits} bits, not 1 to 32")]
    Bits {
        /// Counted from 0.
        register: usize,
        /// As read.
        bits: u8,
    },
    /// Neither 0 nor 1.
    #[error("the batch's gap flag is {0}, neither 0 nor 1")]
    GapFlag(u8),
    /// A gap map without a gap.
    #[error("the batch carries a gap map without a gap")]
    GapMapEmpty,
    /// Bits set behind the last slot's last register.
    #[error("the batch's gap map has bits set behind its end")]
    GapMapPadding,
    /// Bits set behind the last reading.
    #[error("the batch's ciphertext has bits set behind its end")]
    CiphertextPadding,
    /// A register's commitment is not a point in its one canonical form.
    #[error("the batch's commitment to register {register} is not a point in canonical form")]
    Commitment {
        /// Counted from 0.
        register: usize,
    },
    /// A register's commitment is the identity.
    #[error("the batch's commitment to register {register} is the identity")]
    CommitmentIdentity {
        /// Counted from 0.
        register: usize,
    },
    /// The batch is another meter's.
    #[error("the batch is of meter {found}, not of {expected}")]
    Meter {
        /// The record's meter.
        expected: MeterId,
        /// The batch's meter.
        found: MeterId,
    },
    /// Another certification than the meter's record says.
    #[error("the batch is certified otherwise than its meter's record says")]
    OtherCertification,
    /// Another slot length than the meter's record says.
    #[error("the batch's slots are of another length than its meter's record says")]
    OtherSlotLength,
    /// Other registers than the meter's record says.
    #[error("the batch's registers are not those of its meter's record")]
    OtherRegisters,
    /// First slot or count disagree with the number.
    #[error("the batch's slots are not those of number {number}")]
    Slots {
        /// The batch's number.
        number: u32,
    },
    /// Not signed by the meter as it stands.
    #[error("the batch's signature is not its meter's")]
    Signature,
}

impl BatchRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            BatchRefusal::Short => "batch-short",
            BatchRefusal::Long { .. } => "batch-long",
            BatchRefusal::Version(_) => "batch-version",
            BatchRefusal::Certification(_) => "batch-certification",
            BatchRefusal::SlotLength(_) => "batch-slot-length",
            BatchRefusal::Count(_) => "batch-count",
            BatchRefusal::Calendar => "batch-calendar",
            BatchRefusal::Registers(_) => "batch-registers",
            BatchRefusal::Bits { .. } => "batch-bits",
            BatchRefusal::GapFlag(_) => "batch-gap-flag",
            BatchRefusal::GapMapEmpty => "batch-gap-map-empty",
            BatchRefusal::GapMapPadding => "batch-gap-map-padding",
            BatchRefusal::CiphertextPadding => "batch-ciphertext-padding",
            BatchRefusal::Commitment { .. } => "batch-commitment",
            BatchRefusal::CommitmentIdentity { .. } => "batch-commitment-identity",
            BatchRefusal::Meter { .. } => "batch-other-meter",
            BatchRefusal::OtherCertification => "batch-other-certification",
            BatchRefusal::OtherSlotLength => "batch-other-slot-length",
            BatchRefusal::OtherRegisters => "batch-other-registers",
            BatchRefusal::Slots { .. } => "batch-slots",
            BatchRefusal::Signature => "batch-signature",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            BatchRefusal::Version(_) | BatchRefusal::Certification(_) => {
                "Use a version of wattproof that knows this kind of batch."
            }
            BatchRefusal::Meter { .. } => "Give the batch to the meter it belongs to, or register that meter.",
            BatchRefusal::OtherCertification | BatchRefusal::OtherSlotLength | BatchRefusal::OtherRegisters => {
                "Ask whether the meter was replaced; a replaced meter has its own public record."
            }
            BatchRefusal::Signature => {
                "Fetch the batch again from the meter; this copy was changed or is another meter's."
            }
            _ => "Fetch the batch again; this copy is damaged.",
        }
    }
}

/// Why a meter does not seal a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealRefusal {
    /// The calendar has no such batch.
    #[error("the calendar has no batch {0}")]
    Number(u32),
    /// The readings do not cover exactly the batch's slots.
    #[error("the readings do not cover exactly the slots of batch {0}")]
    Slots(u32),
    /// Other registers than the record's.
    #[error("the readings have {found} registers; the meter has {expected}")]
    Registers {
        /// The record's.
        expected: usize,
        /// The readings'.
        found: usize,
    },
    /// The signing key is not that of the record.
    #[error("the signing key is not that of the meter's record")]
    SigningKey,
    /// The tables are those of another certification.
    #[error("the tables are not those of the meter's certification")]
    Tables,
}

impl SealRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SealRefusal::Number(_) => "seal-number",
            SealRefusal::Slots(_) => "seal-slots",
            SealRefusal::Registers { .. } => "seal-registers",
            SealRefusal::SigningKey => "seal-signing-key",
            SealRefusal::Tables => "seal-tables",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            SealRefusal::Number(_) => "Check the meter's clock.",
            SealRefusal::Slots(_) => "Lay the readings over the batch's slots; a missing reading is a gap.",
            SealRefusal::Registers { .. } => "Give one reading, or a gap, for every register.",
            SealRefusal::SigningKey => "Use the key that belongs to the meter's record.",
            SealRefusal::Tables => "Make the tables of the certification that the meter's record names.",
        }
    }
}

/// Why a batch does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenRefusal {
    /// It is not an honest batch of this meter.
    #[error(transparent)]
    Batch(#[from] BatchRefusal),
    /// K is not the key this batch was sealed under.
    #[error("this key does not open batch {number} of meter {meter}: it was sealed under another key")]
    WrongKey {
        /// The batch's meter.
        meter: MeterId,
        /// The batch's number.
        number: u32,
    },
    /// The tables are those of another certification.
    #[error("the tables are not those of the certification of meter {meter}")]
    Tables {
        /// The batch's meter.
        meter: MeterId,
    },
    /// The key fits, but the readings are not those that the meter certified.
    #[error("batch {number} of meter {meter} does not contain the readings its digest certifies")]
    Digest {
        /// The batch's meter.
        meter: MeterId,
        /// The batch's number.
        number: u32,
    },
    /// The key fits, but the readings are not those that the meter committed to.
    #[error(
        "batch {number} of meter {meter} does not contain the readings its commitment to register {register} binds"
    )]
    Commitment {
        /// The batch's meter.
        meter: MeterId,
        /// The batch's number.
        number: u32,
        /// Counted from 0.
        register: usize,
    },
}

impl OpenRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            OpenRefusal::Batch(refusal) => refusal.code(),
            OpenRefusal::WrongKey { .. } => "wrong-key",
            OpenRefusal::Tables { .. } => "open-tables",
            OpenRefusal::Digest { .. } => "batch-digest",
            OpenRefusal::Commitment { .. } => "batch-other-commitment",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            OpenRefusal::Batch(refusal) => refusal.hint(),
            OpenRefusal::WrongKey { .. } => "Use the key printed on this meter's label.",
            OpenRefusal::Tables { .. } => "Make the tables of the certification that the meter's record names.",
            OpenRefusal::Digest { .. } | OpenRefusal::Commitment { .. } => {
                "Report the meter: it signed readings and commitments that do not match."
            }
        }
    }
}
