//! Any number of meters, each with keys and readings of its own, made from its number.

use std::fs;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use wattproof_meter::batch::{SealedBatch, Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::key::MasterKey;
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

use crate::register;

/// 2024-10-04: the first day they measure.
pub const FIRST_DAY: u32 = 20_000;
/// Meters whose files lie in one folder.
const IN_A_FOLDER: u32 = 1_000;

/// A meter of half hours that seals a day at a time.
#[allow(missing_debug_implementations, reason = "holds keys")]
pub struct Meter {
    /// Its name.
    pub name: String,
    /// What the supplier registers.
    pub record: MeterRecord,
    /// The customer's key.
    pub key: MasterKey,
    signing: SigningKey,
    number: u32,
}

impl Meter {
    /// The meter of that number; nothing never happens.
    pub fn new(number: u32, certification: Certification) -> Option<Self> {
        let (name, signing) = (format!("m{number:07}"), SigningKey::from_bytes(&seed(number, 3)));
        let (public, key) = (signing.verifying_key(), MasterKey::from_bytes(seed(number, 5)));
        let (length, service) = (SlotLength::HALF_HOUR, Slot::new(0));
        let registers = vec![register()?];
        let period = BatchPeriod::Day;
        let record = MeterRecord::new(&name, certification, period, length, service, public.as_bytes(), registers);
        Some(Meter { name, record: record.ok()?, key, signing, number })
    }

    /// A day of readings, sealed: mostly below 2,500 Wh, one in sixteen anywhere below the bound.
    pub fn seal(&self, day: u32, tables: &Tables) -> Option<SealedBatch> {
        let mut readings = Readings::gaps(self.record.period().slots(day, self.record.slot_length())?, 1);
        for slot in readings.slots().iter() {
            let wild = slot.index().wrapping_add(self.number).wrapping_mul(2_654_435_761) >> 12;
            let value = if wild % 16 == 0 { wild } else { wild % 2_500 };
            readings.set(0, slot, Some(value)).then_some(())?;
        }
        let sealer = Sealer { record: &self.record, signing: &self.signing, key: &self.key, tables };
        sealer.seal(day, 0, &readings).ok()
    }
}

/// Writes the public records and the sealed days of so many meters, on every processor, and gives the folders: a
/// thousand meters each, in order.
pub fn write(into: &Path, meters: u32, certification: Certification, days: u32) -> Option<Vec<PathBuf>> {
    let tables = Tables::of(certification);
    let folders = (0..meters.div_ceil(IN_A_FOLDER)).map(|folder| into.join(format!("{folder:05}")));
    let folders: Vec<PathBuf> = folders.collect();
    folders.iter().try_for_each(fs::create_dir_all).ok()?;
    (0..meters).into_par_iter().try_for_each(|number| {
        let meter = Meter::new(number, certification)?;
        let folder = &folders[(number / IN_A_FOLDER) as usize];
        fs::write(folder.join(format!("{}.pub", meter.name)), meter.record.to_bytes()).ok()?;
        (FIRST_DAY..FIRST_DAY + days).try_for_each(|day| {
            let file = folder.join(format!("{}-{day}.batch", meter.name));
            fs::write(file, meter.seal(day, &tables)?.as_bytes()).ok()
        })
    })?;
    Some(folders)
}

fn seed(number: u32, purpose: u8) -> [u8; 32] {
    std::array::from_fn(|byte| number.to_le_bytes().get(byte).copied().unwrap_or(purpose))
}
