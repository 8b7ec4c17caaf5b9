//! The simulated meter: made, fed with readings, asked for batches and totals.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use wattproof_circuits::period::{Calendar, Period, PeriodError};
use wattproof_meter::calendar::{Slot, SlotLength};
use wattproof_meter::device::{Blueprint, MeterRefusal, Row, SimulatedMeter};
use wattproof_meter::fallback::Fallback;
use wattproof_meter::label;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use zeroize::Zeroizing;

pub use wattproof_meter::calendar::BatchPeriod;
pub use wattproof_meter::device::Recorded;
pub use wattproof_meter::record::Certification;
pub use wattproof_meter::record::MeterRecord;

use super::file::{self, FileRefusal};
use super::key::Key;
use super::time;
use crate::intake::csv::{self, CsvRefusal};
use crate::refusal::{Fault, Refusal};

/// What a new meter is to be.
#[allow(missing_debug_implementations, reason = "holds a key")]
pub struct NewMeter<'a> {
    /// Its name: 1 to 64 letters, digits, dots, underscores or hyphens.
    pub name: &'a str,
    /// Its registers, each like `import:Wh:20`.
    pub registers: &'a [String],
    /// Minutes of a slot; divides a day.
    pub slot: u16,
    /// What a batch covers.
    pub batch: BatchPeriod,
    /// What the meter certifies.
    pub certification: Certification,
    /// The customer's own key; one is made otherwise.
    pub key: Option<Key>,
    /// Seals the meter's file.
    pub passphrase: Option<&'a str>,
}

/// Why a meter does not do what it is asked. Slots are told as instants.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceRefusal {
    /// Not `NAME:UNIT:BITS`.
    Register(String),
    /// Not a divisor of a day.
    SlotLength(u16),
    /// The meter itself refuses; with the length of its slots when there is one.
    Meter(MeterRefusal, Option<SlotLength>),
    /// The readings file is no readings file of this meter.
    Readings {
        /// The reason, kebab-case.
        code: &'static str,
        /// The sentence.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Not a billing period.
    Period(PeriodError),
    /// A file beside the meter's own.
    File(FileRefusal),
}

impl std::error::Error for DeviceRefusal {}

impl From<MeterRefusal> for DeviceRefusal {
    fn from(refusal: MeterRefusal) -> Self {
        DeviceRefusal::Meter(refusal, None)
    }
}

impl From<CsvRefusal> for DeviceRefusal {
    fn from(refusal: CsvRefusal) -> Self {
        DeviceRefusal::Readings { code: refusal.code(), message: refusal.to_string(), hint: refusal.hint() }
    }
}

impl From<PeriodError> for DeviceRefusal {
    fn from(error: PeriodError) -> Self {
        DeviceRefusal::Period(error)
    }
}

impl From<FileRefusal> for DeviceRefusal {
    fn from(refusal: FileRefusal) -> Self {
        DeviceRefusal::File(refusal)
    }
}

impl fmt::Display for DeviceRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceRefusal::Register(text) => write!(f, "`{text}` is not a register"),
            DeviceRefusal::SlotLength(minutes) => write!(f, "slots of {minutes} minutes do not divide a day"),
            DeviceRefusal::Meter(refusal, Some(length)) => timed(f, refusal, *length),
            DeviceRefusal::Meter(refusal, None) => refusal.fmt(f),
            DeviceRefusal::Readings { message, .. } => f.write_str(message),
            DeviceRefusal::Period(error) => error.fmt(f),
            DeviceRefusal::File(refusal) => refusal.fmt(f),
        }
    }
}

/// The meter's sentence with instants in the place of slot numbers.
fn timed(f: &mut fmt::Formatter<'_>, refusal: &MeterRefusal, length: SlotLength) -> fmt::Result {
    let at = |slot: &Slot| time::start(*slot, length);
    match refusal {
        MeterRefusal::Duplicate(slot) => write!(f, "two rows are of {}", at(slot)),
        MeterRefusal::Backwards { slot, next } => {
            write!(f, "the row of {} goes back in time: the meter stands at {}", at(slot), at(next))
        }
        MeterRefusal::BeforeService { slot, in_service } => {
            write!(f, "the row of {} lies before the meter's service, which starts at {}", at(slot), at(in_service))
        }
        MeterRefusal::Calendar(slot) => write!(f, "no batch holds {}", at(slot)),
        MeterRefusal::PeriodNotOver { next } if next.index() == 0 => {
            f.write_str("the period is not over: the meter has recorded nothing")
        }
        MeterRefusal::PeriodNotOver { next } => {
            write!(f, "the period is not over: the meter stands at {}", at(next))
        }
        MeterRefusal::PeriodBeforeService { in_service } => {
            write!(f, "the period begins before the meter's service, which starts at {}", at(in_service))
        }
        MeterRefusal::PeriodForgotten { first } => {
            write!(f, "the period begins before the meter's memory, which reaches back to {}", at(first))
        }
        MeterRefusal::PeriodOverlap { first, end } => {
            write!(f, "totals from {} to {} were given already", at(first), at(end))
        }
        other => fmt::Display::fmt(other, f),
    }
}

impl Refusal for DeviceRefusal {
    fn code(&self) -> &'static str {
        match self {
            DeviceRefusal::Register(_) => "meter-register",
            DeviceRefusal::SlotLength(_) => "slot-length",
            DeviceRefusal::Meter(refusal, _) => refusal.code(),
            DeviceRefusal::Readings { code, .. } => code,
            DeviceRefusal::Period(error) => error.code(),
            DeviceRefusal::File(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            DeviceRefusal::Register(_) => {
                "write name, unit and bits, like import:Wh:20; the unit is Wh or VArh, the bits are 1 to 32".into()
            }
            DeviceRefusal::SlotLength(_) => "give 5, 10, 15, 30 or 60 minutes".into(),
            DeviceRefusal::Meter(refusal, _) => refusal.hint().into(),
            DeviceRefusal::Readings { hint, .. } => hint.clone(),
            DeviceRefusal::Period(error) => error.hint().into(),
            DeviceRefusal::File(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            DeviceRefusal::Meter(refusal, _) => fault(refusal),
            DeviceRefusal::File(refusal) => refusal.fault(),
            _ => Fault::Own,
        }
    }
}

/// A meter that keeps its rules refuses; what it cannot read is its owner's file; the rest is the machine.
fn fault(refusal: &MeterRefusal) -> Fault {
    use MeterRefusal::*;
    match refusal {
        Randomness | InUse(_) => Fault::Machine,
        Duplicate(_) | Backwards { .. } | BeforeService { .. } | MemoryFull { .. } => Fault::Refused,
        PeriodNotOver { .. } | PeriodBeforeService { .. } | PeriodForgotten { .. } | PeriodOverlap { .. } => {
            Fault::Refused
        }
        _ => Fault::Own,
    }
}

/// A simulated meter. Its file is locked as long as this lives.
#[allow(missing_debug_implementations, reason = "keys are secret")]
pub struct Meter(SimulatedMeter);

/// Batches handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The files, in the batches' order.
    pub files: Vec<PathBuf>,
    /// Their bytes in all.
    pub bytes: usize,
}

/// A register's total over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The register.
    pub register: String,
    /// Its unit.
    pub unit: &'static str,
    /// In that unit.
    pub total: u64,
}

/// Signed totals of a period.
#[derive(Clone, Debug)]
pub struct Totals {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The start of the period.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Its slots.
    pub slots: u32,
    /// Slots that lack a reading of some register.
    pub gaps: u32,
    /// The totals, in the registers' order.
    pub totals: Vec<Total>,
}

impl Meter {
    /// Makes a meter in a new file, and its public record beside it.
    pub fn create(path: &Path, new: NewMeter<'_>) -> Result<Self, DeviceRefusal> {
        let registers = new.registers.iter().map(|text| register(text)).collect::<Result<_, _>>()?;
        let slot_length = SlotLength::from_minutes(new.slot).ok_or(DeviceRefusal::SlotLength(new.slot))?;
        let blueprint = Blueprint {
            name: new.name.into(),
            registers,
            slot_length,
            period: new.batch,
            certification: new.certification,
            in_service: Slot::new(0),
        };
        let public = public_path(path);
        if public.exists() {
            return Err(FileRefusal::Exists(public).into());
        }
        let meter = Meter(SimulatedMeter::create(path, &blueprint, new.key, new.passphrase)?);
        file::create(&public, &meter.0.record().to_bytes(), file::Access::Usual)?;
        Ok(meter)
    }

    /// Opens a meter's file.
    pub fn open(path: &Path, passphrase: Option<&str>) -> Result<Self, DeviceRefusal> {
        Ok(Meter(SimulatedMeter::open(path, passphrase)?))
    }

    /// What the supplier registers.
    pub fn record(&self) -> &MeterRecord {
        self.0.record()
    }

    /// The customer's key.
    pub fn key(&self) -> &Key {
        self.0.key()
    }

    /// A label to print: name, QR code and key.
    pub fn label(&self) -> Zeroizing<String> {
        label::label_svg(self.0.record(), self.0.key())
    }

    /// The instant up to which the meter has recorded; nothing before its first reading.
    pub fn stands_at(&self) -> Option<Timestamp> {
        self.0.next_slot().map(|slot| time::start(slot, self.length()))
    }

    /// Takes a readings file.
    pub fn record_file(&mut self, path: &Path) -> Result<Recorded, DeviceRefusal> {
        let file = csv::read(path, self.length())?;
        let readings = file.exactly(self.0.record().registers())?;
        self.take(&readings)
    }

    /// Takes readings; a slot without any becomes a gap.
    pub fn take(&mut self, readings: &Readings) -> Result<Recorded, DeviceRefusal> {
        let rows = rows(readings);
        let length = self.length();
        self.0.take(&rows).map_err(|refusal| DeviceRefusal::Meter(refusal, Some(length)))
    }

    /// Writes complete batches into a folder, one `.batch` file each, and marks them as sent: those not sent yet, or
    /// all that end after `since`.
    pub fn send(&mut self, folder: &Path, since: Option<Timestamp>) -> Result<Sent, DeviceRefusal> {
        file::folder(folder)?;
        let (name, length) = (self.0.record().name().to_owned(), self.length());
        let since = since.map(|at| Slot::containing(at.as_second(), length).unwrap_or(Slot::new(0)));
        let mut sent = Sent { files: Vec::new(), bytes: 0 };
        let failed = RefCell::new(None);
        let delivered = self.0.send(since, |batch| {
            let path = folder.join(format!("{name}-{}.batch", batch.header().number()));
            file::settle(&path, batch.as_bytes()).map_err(|refusal| {
                failed.replace(Some(refusal));
                io::Error::from(io::ErrorKind::Other)
            })?;
            sent.bytes += batch.as_bytes().len();
            sent.files.push(path);
            Ok(())
        });
        match (failed.into_inner(), delivered) {
            (Some(refusal), _) => Err(refusal.into()),
            (None, Err(refusal)) => Err(DeviceRefusal::Meter(refusal, Some(length))),
            (None, Ok(_)) => Ok(sent),
        }
    }

    /// The signed totals of a billing period of a zone.
    pub fn totals(&mut self, period: &str, zone: &str) -> Result<Totals, DeviceRefusal> {
        let length = self.length();
        let period = Period::parse(period, &Calendar::new(zone, length, 0)?)?;
        let given = self.0.fallback(period.slots());
        let fallback = given.map_err(|refusal| DeviceRefusal::Meter(refusal, Some(length)))?;
        Ok(self.described(&fallback))
    }

    fn described(&self, fallback: &Fallback) -> Totals {
        let (slots, length) = (fallback.slots(), self.length());
        let registers = self.0.record().registers().iter().zip(fallback.totals());
        let total = |(register, total): (&Register, &u64)| {
            let (register, unit) = (register.name().to_owned(), register.unit().symbol());
            Total { register, unit, total: *total }
        };
        Totals {
            bytes: fallback.as_bytes().to_vec(),
            from: time::start(slots.first(), length),
            to: time::start(slots.end(), length),
            slots: slots.count(),
            gaps: fallback.gaps(),
            totals: registers.map(total).collect(),
        }
    }

    fn length(&self) -> SlotLength {
        self.0.record().slot_length()
    }
}

/// Where a meter's public record lies: beside its file, with `.pub` behind the name.
pub fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Reads `import:Wh:20`.
fn register(text: &str) -> Result<Register, DeviceRefusal> {
    let parts: Vec<&str> = text.split(':').collect();
    let register = match parts.as_slice() {
        [name, unit, bits] => {
            Unit::from_symbol(unit).zip(bits.parse().ok()).and_then(|(unit, bits)| Register::new(name, unit, bits))
        }
        _ => None,
    };
    register.ok_or_else(|| DeviceRefusal::Register(text.chars().take(40).collect()))
}

/// The slots with a reading, and the first and last in any case, so that gaps at the edges are recorded as such.
fn rows(readings: &Readings) -> Vec<Row> {
    let slots = readings.slots();
    let edge = |slot: Slot| slot == slots.first() || slot.after(1) == Some(slots.end());
    let values = |slot| (0..readings.registers()).map(|register| readings.get(register, slot)).collect();
    let rows = slots.iter().map(|slot| Row { slot, values: values(slot) });
    rows.filter(|row| edge(row.slot) || row.values.iter().any(Option::is_some)).collect()
}

#[cfg(test)]
mod tests;
