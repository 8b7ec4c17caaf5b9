//! What a register counts, and within which bound.
//!
//! A reading is a whole number of base units (Wh, VArh) below `2^bits`, `bits` at most 32. A sum over a period of
//! at most 2^20 slots stays below 2^52: far from the group order, so committed sums never wrap.

use alloc::string::String;

/// The most bits a register's bound may have.
pub const MAX_BITS: u8 = 32;
/// The longest name of a register, in bytes.
pub const MAX_NAME: usize = 16;

/// The base unit of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Watt-hours of active energy.
    WattHour,
    /// Volt-ampere-reactive hours of reactive energy.
    VarHour,
}

impl Unit {
    /// The unit as people write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::WattHour => "Wh",
            Unit::VarHour => "VArh",
        }
    }
}

/// One of a meter's counters: its name, unit and bound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    name: String,
    unit: Unit,
    bits: u8,
}

impl Register {
    /// A register whose readings lie below `2^bits`. Nothing when the name is not 1 to 16 characters of
    /// `a-z0-9_` starting with a letter, or the bits are not 1 to 32.
    pub fn new(name: &str, unit: Unit, bits: u8) -> Option<Self> {
        let starts = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let clean = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        (starts && clean && name.len() <= MAX_NAME && (1..=MAX_BITS).contains(&bits)).then(|| Register {
            name: name.into(),
            unit,
            bits,
        })
    }

    /// The name, as tariffs and readings files use it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unit that readings count.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Readings lie below two to this power; 1 to 32.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// The largest reading.
    pub fn max(&self) -> u32 {
        u32::MAX >> (32 - u32::from(self.bits))
    }
}
