//! The master key K and the tree of keys under it.
//!
//! ```text
//! K ──► nonce (8 B, of header and readings)
//!   ──► fingerprint (8 B, of the meter id)
//!   ──► K_batch ──► K_slot ──► pad (of a register)
//!              │          └──► opening (of a register in the slot; classic)
//!              └──► opening (of a register in the batch; compact)
//! ```
//!
//! Every arrow is one keyed BLAKE2b under a personalisation of its own. The tree's derivations hash protocol
//! version, meter public key, certification, batch number, revision and the batch's nonce, then slot and register
//! as they come in. A reading costs three: slot key, pad, opening (with several registers the slot key is shared). In
//! the compact certification it costs two, for a register has one opening a batch.

use ff::FromUniformBytes;
use pasta_curves::Fp;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::commit::Opening;
use crate::record::{MeterId, MeterRecord, VERSION};

mod text;
pub use text::{KeyRefusal, PREFIX};

/// Key derivations for a reading that a classic meter with one register certifies; a batch adds its own key, nonce and
/// fingerprint.
pub const DERIVATIONS_PER_READING: usize = 3;
/// The same for a compact meter; a batch adds an opening as well.
pub const COMPACT_DERIVATIONS_PER_READING: usize = 2;

/// The customer's key K: 32 random bytes, not a passphrase. Wiped when dropped; without `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "keys are secret")]
pub struct MasterKey([u8; 32]);

/// Opens one batch.
#[derive(Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "keys are secret")]
pub struct BatchKey([u8; 32]);

/// Opens one slot of one batch.
#[derive(Zeroize, ZeroizeOnDrop)]
#[allow(missing_debug_implementations, reason = "keys are secret")]
pub struct SlotKey([u8; 32]);

/// What every derivation of a batch hashes besides slot and register.
#[derive(Clone, Copy, Debug)]
pub struct KeyContext([u8; KeyContext::BYTES]);

impl KeyContext {
    const BYTES: usize = 1 + 32 + 1 + 4 + 1 + 8;

    /// The context of one revision of one batch with its synthetic nonce.
    pub fn new(meter: &MeterRecord, number: u32, revision: u8, nonce: [u8; 8]) -> Self {
        let mut bytes = [0; Self::BYTES];
        bytes[0] = VERSION;
        bytes[1..33].copy_from_slice(meter.public_key().as_bytes());
        bytes[33] = meter.certification().byte();
        bytes[34..38].copy_from_slice(&number.to_le_bytes());
        bytes[38] = revision;
        bytes[39..].copy_from_slice(&nonce);
        KeyContext(bytes)
    }
}

impl MasterKey {
    /// K from its 32 bytes, which must be uniformly random.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        MasterKey(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A PRF of K and the meter: tells a wrong key from a tampered batch, and does not link meters that share K.
    pub fn fingerprint(&self, meter: &MeterId) -> [u8; 8] {
        *derive(&self.0, b"wp1-fingerprint", &[&meter.0])
    }

    /// The synthetic nonce of a batch: a PRF of the header before it and of the readings in the clear.
    pub(crate) fn nonce(&self, header: &[u8], packed_readings: &[u8]) -> [u8; 8] {
        let length = (header.len() as u64).to_le_bytes();
        *derive(&self.0, b"wp1-nonce", &[&length, header, packed_readings])
    }

    /// K_batch.
    pub fn batch_key(&self, context: &KeyContext) -> BatchKey {
        BatchKey(*derive(&self.0, b"wp1-batch-key", &[&context.0]))
    }
}

impl BatchKey {
    /// K_slot; `slot` is the absolute index.
    pub fn slot_key(&self, context: &KeyContext, slot: u32) -> SlotKey {
        SlotKey(*derive(&self.0, b"wp1-slot-key", &[&context.0, &slot.to_le_bytes()]))
    }

    /// The opening of a register's commitment in a compact batch: 64 bytes reduced modulo the order of Vesta.
    pub fn opening(&self, context: &KeyContext, register: u8) -> Opening {
        let bytes = derive(&self.0, b"wp1-sum-opening", &[&context.0, &[register]]);
        Opening::from_scalar(Fp::from_uniform_bytes(&bytes))
    }
}

impl SlotKey {
    /// The bits that hide a reading: XORed with it, as many as the register has.
    pub fn pad(&self, context: &KeyContext, slot: u32, register: u8) -> Zeroizing<u32> {
        let bytes = derive(&self.0, b"wp1-pad", &[&context.0, &slot.to_le_bytes(), &[register]]);
        Zeroizing::new(u32::from_le_bytes(*bytes))
    }

    /// The opening of a reading's commitment: 64 bytes reduced modulo the order of Vesta.
    pub fn opening(&self, context: &KeyContext, slot: u32, register: u8) -> Opening {
        let bytes = derive(&self.0, b"wp1-opening", &[&context.0, &slot.to_le_bytes(), &[register]]);
        Opening::from_scalar(Fp::from_uniform_bytes(&bytes))
    }
}

/// Keyed BLAKE2b with `N` bytes of output under a personalisation.
fn derive<const N: usize>(key: &[u8; 32], personal: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; N]> {
    #[cfg(test)]
    tests::DERIVATIONS.with(|count| count.set(count.get() + 1));
    let mut state = blake2b_simd::Params::new().hash_length(N).key(key).personal(personal).to_state();
    for part in parts {
        state.update(part);
    }
    let mut out = Zeroizing::new([0; N]);
    out.copy_from_slice(state.finalize().as_bytes());
    out
}

#[cfg(test)]
mod tests {
    extern crate std;
    use alloc::vec::Vec;
    use core::cell::Cell;

    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::batch::{Sealer, Tables};
    use crate::calendar::{BatchPeriod, Slot, SlotLength};
    use crate::quantity::{Register, Unit};
    use crate::reading::Readings;
    use crate::record::Certification;

    std::thread_local! {
        /// Derivations on this thread.
        pub(super) static DERIVATIONS: Cell<usize> = const { Cell::new(0) };
    }

    /// Derivations for a day of half hours.
    fn derivations(certification: Certification, registers: &[&str]) -> usize {
        let signing = SigningKey::from_bytes(&[1; 32]);
        let (period, length) = (BatchPeriod::Day, SlotLength::HALF_HOUR);
        let registers: Vec<_> = registers.iter().filter_map(|name| Register::new(name, Unit::WattHour, 20)).collect();
        let mut readings = Readings::gaps(period.slots(20_000, length).unwrap(), registers.len());
        for slot in readings.slots().iter() {
            assert!((0..registers.len()).all(|register| readings.set(register, slot, Some(1))));
        }
        let public_key = signing.verifying_key().to_bytes();
        let record =
            MeterRecord::new("m", certification, period, length, Slot::new(0), &public_key, registers).unwrap();
        let (key, tables) = (MasterKey::from_bytes([2; 32]), Tables::of(certification));
        let sealer = Sealer { record: &record, signing: &signing, key: &key, tables: &tables };
        DERIVATIONS.set(0);
        sealer.seal(20_000, 0, &readings).unwrap();
        DERIVATIONS.get()
    }

    #[test]
    fn a_reading_costs_three_derivations_and_a_batch_three_more() {
        let classic = |registers| derivations(Certification::Classic, registers);
        assert_eq!(classic(&["import"]), 48 * DERIVATIONS_PER_READING + 3);
        assert_eq!(classic(&["import", "export"]), 48 * (1 + 2 * 2) + 3);
    }

    #[test]
    fn a_compact_reading_costs_two_derivations_and_a_batch_three_and_its_openings() {
        let compact = |registers| derivations(Certification::Compact, registers);
        assert_eq!(compact(&["import"]), 48 * COMPACT_DERIVATIONS_PER_READING + 3 + 1);
        assert_eq!(compact(&["import", "export"]), 48 * (1 + 2) + 3 + 2);
    }
}
