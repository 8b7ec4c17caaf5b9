//! Admitted meters, by id and by name.

use std::ops::ControlFlow;

use jiff::Timestamp;
use thiserror::Error;
use wattproof_meter::record::{MeterId, MeterRecord, RecordRefusal};

use crate::refusal::{Fault, Refusal};
use crate::store::record::{Fields, rotten};
use crate::store::table::{Change, METER_NAMES, METERS, View};
use crate::store::{Store, StoreRefusal};

/// A meter the store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedMeter {
    /// Its public record.
    pub record: MeterRecord,
    /// When it was admitted.
    pub admitted: Timestamp,
}

/// What became of something handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taken {
    /// It is new and now in the store.
    New,
    /// The store had it.
    Already,
}

/// Why a meter is not admitted or not found.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegistryRefusal {
    /// The public record is none.
    #[error(transparent)]
    Record(#[from] RecordRefusal),
    /// Another meter has the name.
    #[error("another meter is registered as `{name}`")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No such meter.
    #[error("no meter `{0}` is registered")]
    UnknownMeter(String),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for RegistryRefusal {
    fn code(&self) -> &'static str {
        match self {
            RegistryRefusal::Record(refusal) => refusal.code(),
            RegistryRefusal::NameTaken { .. } => "meter-name-taken",
            RegistryRefusal::UnknownMeter(_) => "meter-unknown",
            RegistryRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            RegistryRefusal::Record(refusal) => refusal.hint().into(),
            RegistryRefusal::NameTaken { .. } => {
                "give the meter a name of its own; a replaced meter is a meter of its own".into()
            }
            RegistryRefusal::UnknownMeter(_) => {
                "look at `wattproof list meters`, or register the meter's .pub file".into()
            }
            RegistryRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            RegistryRefusal::Record(_) | RegistryRefusal::NameTaken { .. } => Fault::Refused,
            RegistryRefusal::UnknownMeter(_) => Fault::Own,
            RegistryRefusal::Store(refusal) => refusal.fault(),
        }
    }
}

/// Admits the meter behind a public record's bytes.
pub fn register(store: &Store, bytes: &[u8], now: Timestamp) -> Result<(MeterRecord, Taken), RegistryRefusal> {
    let record = MeterRecord::from_bytes(bytes)?;
    let taken = store.change(|change| admit(change, &record, now))?;
    Ok((record, taken))
}

/// The meter of that name, or of that id in hexadecimal.
pub fn find(store: &Store, meter: &str) -> Result<AdmittedMeter, RegistryRefusal> {
    store.look(|view| find_in(view, meter))
}

/// Every meter, by name.
pub fn list(store: &Store) -> Result<Vec<AdmittedMeter>, StoreRefusal> {
    store.look(all)
}

pub(crate) fn all(view: &impl View) -> Result<Vec<AdmittedMeter>, StoreRefusal> {
    ids(view)?.iter().map(|id| known(view, id)).collect()
}

/// Every meter's id, by name.
pub(crate) fn ids(view: &impl View) -> Result<Vec<MeterId>, StoreRefusal> {
    let mut ids = Vec::new();
    view.under(METER_NAMES, &[], &mut |_, id| {
        ids.push(MeterId(id.try_into().map_err(|_| rotten(METER_NAMES))?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(ids)
}

/// A meter that a name leads to.
pub(crate) fn known(view: &impl View, id: &MeterId) -> Result<AdmittedMeter, StoreRefusal> {
    meter(view, id)?.ok_or_else(|| rotten(METER_NAMES))
}

pub(crate) fn admit(change: &Change, record: &MeterRecord, now: Timestamp) -> Result<Taken, RegistryRefusal> {
    let id = record.id();
    if meter(change, &id)?.is_some() {
        return Ok(Taken::Already);
    }
    if change.get(METER_NAMES, record.name().as_bytes())?.is_some() {
        return Err(RegistryRefusal::NameTaken { name: record.name().into() });
    }
    let payload = [&now.as_second().to_le_bytes()[..], &record.to_bytes()].concat();
    change.put(METERS, &id.0, &payload)?;
    change.put(METER_NAMES, record.name().as_bytes(), &id.0)?;
    Ok(Taken::New)
}

pub(crate) fn find_in(view: &impl View, name: &str) -> Result<AdmittedMeter, RegistryRefusal> {
    let unknown = || RegistryRefusal::UnknownMeter(name.chars().take(80).collect());
    let id = match view.get(METER_NAMES, name.as_bytes())? {
        Some(id) => Some(MeterId(id.as_slice().try_into().map_err(|_| rotten(METER_NAMES))?)),
        None => from_hex(name),
    };
    meter(view, &id.ok_or_else(unknown)?)?.ok_or_else(unknown)
}

/// The admitted meter with this id.
pub(crate) fn meter(view: &impl View, id: &MeterId) -> Result<Option<AdmittedMeter>, StoreRefusal> {
    let Some(payload) = view.get(METERS, &id.0)? else { return Ok(None) };
    let mut fields = Fields(&payload);
    let admitted = fields.i64().and_then(|second| Timestamp::from_second(second).ok());
    let record = MeterRecord::from_bytes(fields.rest()).ok().filter(|record| record.id() == *id);
    let meter = admitted.zip(record).map(|(admitted, record)| AdmittedMeter { record, admitted });
    meter.map(Some).ok_or_else(|| rotten(METERS))
}

fn from_hex(text: &str) -> Option<MeterId> {
    let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    digits.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(|id| MeterId(id.to_be_bytes()))
}
