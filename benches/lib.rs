//! What the benches share: a household whose meter committed to its readings, meters by the thousand, the yardstick.
//!
//! `cargo bench -p wattproof-benches` gives times. Machines differ, so compare with `msm/2^11`, one full-width multi-exponentiation of 2,048
//! points, in the same run. `wattproof bench` gives whole bills, with signatures, decompression and sizes.

use ff::Field;
use pasta_curves::{EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use wattproof_circuits::committed::Committed;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::statement::{BatchReference, Statement};
pub use wattproof_circuits::yardstick::Multiexp;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::commit::{CommitmentTables, Opening};
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterId};

pub mod machine;
pub mod population;

/// Readings, openings and commitments of one period.
#[allow(missing_debug_implementations, reason = "holds readings and openings")]
pub struct Household {
    /// The readings.
    pub readings: Readings,
    /// Their openings.
    pub openings: Committed<Opening>,
    /// Their commitments.
    pub points: Committed<EqAffine>,
    /// The commitments' bytes, in order.
    pub bytes: Vec<[u8; 32]>,
}

/// A 20-bit import register; nothing never happens.
pub fn register() -> Option<Register> {
    Register::new("import", Unit::WattHour, 20)
}

/// `count` half hours from a midnight.
pub fn slots(count: u32) -> Option<SlotRange> {
    SlotRange::new(Slot::new(48 * 20_000), count)
}

impl Household {
    /// Readings of one register, mostly below 2,500 Wh, one in sixteen anywhere below the bound.
    pub fn new(slots: SlotRange, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut readings = Readings::gaps(slots, 1);
        for slot in slots.iter() {
            let wild = rng.next_u32() % (1 << 20);
            let reading = if rng.next_u32() % 16 == 0 { wild } else { wild % 2500 };
            let inside = readings.set(0, slot, Some(reading));
            debug_assert!(inside);
        }
        Household::with_readings(readings, seed)
    }

    /// What a meter makes of these readings; gaps have no commitment.
    pub fn with_readings(readings: Readings, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(!seed);
        let tables = CommitmentTables::new();
        let (slots, registers) = (readings.slots(), readings.registers());
        let mut openings = Committed::gaps(slots, registers);
        let mut points = Committed::gaps(slots, registers);
        let mut bytes = vec![];
        for (slot, register) in slots.iter().flat_map(|slot| (0..registers).map(move |register| (slot, register))) {
            let Some(reading) = readings.get(register, slot) else { continue };
            let opening = Opening::from_scalar(Fp::random(&mut rng));
            let commitment = tables.commit(reading, &opening);
            let inside = openings.set(register, slot, opening) && points.set(register, slot, *commitment.point());
            debug_assert!(inside);
            bytes.push(commitment.to_bytes());
        }
        Household { readings, openings, points, bytes }
    }

    fn is_gap(&self, slot: Slot) -> bool {
        (0..self.readings.registers()).any(|register| self.readings.get(register, slot).is_none())
    }

    /// A statement about these readings.
    pub fn statement(&self, prepared: &Prepared, carried: &[u64]) -> Statement {
        let slots = prepared.plan().slots;
        Statement {
            meter: MeterId([7; 8]),
            certification: Certification::Classic,
            revision: 0,
            tariff: [1; 32],
            data: [2; 32],
            slot_length: SlotLength::HALF_HOUR,
            slots,
            offsets: vec![(slots.first(), 0)],
            batches: vec![BatchReference { number: 20_000, header: [3; 8] }],
            gaps: slots.iter().filter(|slot| self.is_gap(*slot)).count() as u32,
            carried: carried.to_vec(),
            disclosed: prepared.price(&self.readings, carried).unwrap_or_default(),
        }
    }
}
