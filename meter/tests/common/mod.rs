//! Shared by the tests: meters made from a seed.
#![allow(unreachable_pub, dead_code, reason = "each test file uses its part")]

use ed25519_dalek::SigningKey;
use wattproof_meter::batch::{SealedBatch, Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

/// 2024-10-04, a Friday.
pub const DAY: u32 = 20_000;

pub struct Meter {
    pub record: MeterRecord,
    pub signing: SigningKey,
    pub key: MasterKey,
    pub tables: Tables,
}

impl Meter {
    pub fn new(seed: u8, period: BatchPeriod, length: SlotLength, bits: &[u8]) -> Self {
        Meter::certifying(Certification::Classic, seed, period, length, bits)
    }

    /// Day batches, each with one commitment a register.
    pub fn compact(seed: u8, length: SlotLength, bits: &[u8]) -> Self {
        Meter::certifying(Certification::Compact, seed, BatchPeriod::Day, length, bits)
    }

    fn certifying(
        certification: Certification,
        seed: u8,
        period: BatchPeriod,
        length: SlotLength,
        bits: &[u8],
    ) -> Self {
        let signing = SigningKey::from_bytes(&[seed; 32]);
        let registers = bits.iter().enumerate();
        let registers = registers.map(|(i, bits)| Register::new(&format!("r{i}"), Unit::WattHour, *bits).unwrap());
        let record = MeterRecord::new(
            "home-1",
            certification,
            period,
            length,
            Slot::new(0),
            signing.verifying_key().as_bytes(),
            registers.collect(),
        )
        .unwrap();
        Meter { record, signing, key: MasterKey::from_bytes([seed ^ 0xa5; 32]), tables: Tables::of(certification) }
    }

    /// Half hours, day batches, one register of 20 bits.
    pub fn plain(seed: u8) -> Self {
        Meter::new(seed, BatchPeriod::Day, SlotLength::HALF_HOUR, &[20])
    }

    pub fn sealer(&self) -> Sealer<'_> {
        Sealer { record: &self.record, signing: &self.signing, key: &self.key, tables: &self.tables }
    }

    /// Readings of a batch: `value(register, offset of the slot)`.
    pub fn readings(&self, number: u32, value: impl Fn(usize, u32) -> Option<u32>) -> Readings {
        let slots = self.record.period().slots(number, self.record.slot_length()).unwrap();
        let mut readings = Readings::gaps(slots, self.record.registers().len());
        for slot in slots.iter() {
            for register in 0..self.record.registers().len() {
                assert!(readings.set(register, slot, value(register, slot.index() - slots.first().index())));
            }
        }
        readings
    }

    /// A batch without gaps.
    pub fn batch(&self, number: u32) -> SealedBatch {
        let full = self.readings(number, |register, offset| Some(spread(register, offset) & self.max(register)));
        self.sealer().seal(number, 0, &full).unwrap()
    }

    pub fn max(&self, register: usize) -> u32 {
        self.record.registers()[register].max()
    }

    pub fn open(&self, batch: &SealedBatch) -> Readings {
        batch.open(&self.record, &self.key, &self.tables).ok().unwrap().readings().clone()
    }
}

/// Some value for every place.
pub fn spread(register: usize, offset: u32) -> u32 {
    (offset + 1).wrapping_mul(2_654_435_761).rotate_left(register as u32 * 7)
}

/// Numbers from a fixed stream (splitmix64).
pub struct Stream(pub u64);

impl Stream {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn bytes(&mut self) -> [u8; 32] {
        core::array::from_fn(|_| self.next() as u8)
    }
}
