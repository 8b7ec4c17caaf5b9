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

    /// The unit written like this.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        [Unit::WattHour, Unit::VarHour].into_iter().find(|unit| unit.symbol() == symbol)
    }
}

/// Which way a register counts, seen from the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// Delivered to the customer: counts for the supplier.
    Delivered,
    /// Received from the customer: counts against the supplier.
    Received,
}

/// The name that makes a register count what is received from the customer unless told otherwise.
const EXPORT: &str = "export";

/// One of a meter's counters: its name, unit and bound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    name: String,
    unit: Unit,
    sign: Sign,
    bits: u8,
}

impl Register {
    /// A register whose readings lie below `2^bits`, received from the customer when it is named `export` and
    /// delivered otherwise. Nothing when the name is not 1 to 16 characters of
    /// `a-z0-9_` starting with a letter, or the bits are not 1 to 32.
    pub fn new(name: &str, unit: Unit, bits: u8) -> Option<Self> {
        let starts = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let clean = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let sign = if name == EXPORT { Sign::Received } else { Sign::Delivered };
        (starts && clean && name.len() <= MAX_NAME && (1..=MAX_BITS).contains(&bits)).then(|| Register {
            name: name.into(),
            unit,
            sign,
            bits,
        })
    }

    /// The same register counting this way.
    pub fn with_sign(mut self, sign: Sign) -> Self {
        self.sign = sign;
        self
    }

    /// The name, as tariffs and readings files use it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unit that readings count.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Which way it counts.
    pub fn sign(&self) -> Sign {
        self.sign
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
