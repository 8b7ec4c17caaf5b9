//! A simulated meter in one file: what a real device would do, for trying and testing the rest.
//!
//! The meter knows UTC slots only and its clock is the last reading recorded. It keeps 13 months of readings, refuses
//! going back in time, and keeps a batch until it is sent and for 13 months after, 26 months of batches at most. Every
//! act is written whole or not at all.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::{Zeroize, Zeroizing};

use crate::batch::{SealedBatch, Tables};
use crate::calendar::{BatchPeriod, Slot, SlotLength, SlotRange};
use crate::fallback::Fallback;
use crate::key::MasterKey;
use crate::quantity::Register;
use crate::record::{Certification, MeterRecord};

mod envelope;
mod file;
mod refusal;
mod state;

use envelope::Envelope;
use file::MeterFile;
pub use refusal::MeterRefusal;
use state::State;
pub use state::{MAX_BATCH_DAYS, MEMORY_DAYS};

/// What a new meter is to be.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Its name, see [`MeterRecord::new`].
    pub name: String,
    /// Its registers, 1 to 16.
    pub registers: Vec<Register>,
    /// The length of a slot.
    pub slot_length: SlotLength,
    /// What a batch covers.
    pub period: BatchPeriod,
    /// How readings are certified.
    pub certification: Certification,
    /// The first slot of its service; 0 stands for "from its first reading".
    pub in_service: Slot,
}

/// Readings of one slot: one value, or a gap, for every register. Wiped when dropped; without `Debug`.
#[derive(Clone, PartialEq, Eq)]
#[allow(missing_debug_implementations, reason = "readings are secret")]
pub struct Row {
    /// The slot.
    pub slot: Slot,
    /// In base units, in the registers' order.
    pub values: Vec<Option<u32>>,
}

impl Drop for Row {
    fn drop(&mut self) {
        self.values.zeroize();
    }
}

/// What the meter did with rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Rows taken.
    pub rows: usize,
    /// Slots since the row before that lack a reading of at least one register.
    pub gaps: usize,
    /// Values at or above their register's bound, recorded as gaps.
    pub over_bound: usize,
    /// Batches completed and sealed.
    pub batches: usize,
}

/// A simulated meter, bound to its file. The file is locked as long as this lives.
#[allow(missing_debug_implementations, reason = "keys are secret")]
pub struct SimulatedMeter {
    file: MeterFile,
    envelope: Envelope,
    state: State,
    tables: Tables,
}

impl SimulatedMeter {
    /// Makes a meter in a new file, with `key` or a K of its own; a passphrase seals the file.
    pub fn create(
        path: &Path,
        blueprint: &Blueprint,
        key: Option<MasterKey>,
        passphrase: Option<&str>,
    ) -> Result<Self, MeterRefusal> {
        let signing = SigningKey::from_bytes(&*random()?);
        let key = match key {
            Some(key) => key,
            None => new_key()?,
        };
        let record = MeterRecord::new(
            &blueprint.name,
            blueprint.certification,
            blueprint.period,
            blueprint.slot_length,
            blueprint.in_service,
            signing.verifying_key().as_bytes(),
            blueprint.registers.clone(),
        )?;
        let state = State::new(record, signing, key)?;
        let envelope = Envelope::new(passphrase)?;
        let file = MeterFile::create(path, &envelope.close(&state.to_bytes())?)?;
        Ok(SimulatedMeter { file, envelope, state, tables: Tables::of(blueprint.certification) })
    }

    /// Opens a meter's file.
    pub fn open(path: &Path, passphrase: Option<&str>) -> Result<Self, MeterRefusal> {
        let (file, bytes) = MeterFile::open(path)?;
        let (envelope, body) = Envelope::open(&bytes, passphrase)?;
        let state = State::from_bytes(&body).ok_or(MeterRefusal::Damaged)?;
        let tables = Tables::of(state.record().certification());
        Ok(SimulatedMeter { file, envelope, state, tables })
    }

    /// The public record: what the supplier registers.
    pub fn record(&self) -> &MeterRecord {
        self.state.record()
    }

    /// The customer's key.
    pub fn key(&self) -> &MasterKey {
        self.state.key()
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.file.path().to_path_buf()
    }

    /// The first slot not yet recorded; nothing before the first reading of a meter without in-service slot.
    pub fn next_slot(&self) -> Option<Slot> {
        self.state.next_slot()
    }

    /// Takes readings in ascending slots, later than every slot before; slots left out become gaps. All rows or none.
    pub fn take(&mut self, rows: &[Row]) -> Result<Recorded, MeterRefusal> {
        let mut state = self.state.clone();
        let recorded = state.take(rows, &self.tables)?;
        self.keep(state)?;
        Ok(recorded)
    }

    /// Hands complete batches to `deliver`: those not sent yet, or with `since` all that are kept and end after that
    /// slot's start, sent or not. When all are delivered they are marked as sent; gives their number.
    pub fn send(
        &mut self,
        since: Option<Slot>,
        mut deliver: impl FnMut(&SealedBatch) -> std::io::Result<()>,
    ) -> Result<usize, MeterRefusal> {
        let mut state = self.state.clone();
        let sent = state.send(since, |batch| deliver(batch).map_err(|error| MeterRefusal::Delivery(error.kind())))?;
        self.keep(state)?;
        Ok(sent)
    }

    /// The signed register totals of a billing period of at least a week. Each period once: the same again gives the
    /// same bytes, another that overlaps is refused, so that no difference of totals gives a single reading away.
    pub fn fallback(&mut self, period: SlotRange) -> Result<Fallback, MeterRefusal> {
        let mut state = self.state.clone();
        let fallback = state.fallback(period)?;
        self.keep(state)?;
        Ok(fallback)
    }

    /// Writes the new state, and only then takes it as true.
    fn keep(&mut self, state: State) -> Result<(), MeterRefusal> {
        self.file.replace(&self.envelope.close(&state.to_bytes())?)?;
        self.state = state;
        Ok(())
    }
}

/// A fresh K from the operating system's randomness.
pub fn new_key() -> Result<MasterKey, MeterRefusal> {
    Ok(MasterKey::from_bytes(*random()?))
}

/// Fresh bytes from the operating system.
fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, MeterRefusal> {
    let mut bytes = Zeroizing::new([0; N]);
    SysRng.try_fill_bytes(&mut *bytes).map_err(|_| MeterRefusal::Randomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
