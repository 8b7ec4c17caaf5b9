//! A meter, a store and a customer's key, for tests.
#![allow(dead_code, reason = "each test uses some of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

pub mod street;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use tempfile::TempDir;
use wattproof_engine::archive::Kept;
use wattproof_engine::customer::{self, CustomerRefusal, Order, ProvedBill};
use wattproof_engine::export::export;
use wattproof_engine::household::{Household, Profile, generate};
use wattproof_engine::import::{ImportRefusal, Imported, import};
use wattproof_engine::store::Store;
use wattproof_engine::supplier::Supplier;
use wattproof_engine::{clock, policy, registry};
use wattproof_meter::batch::{SealedBatch, Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength, SlotRange};
use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

pub static CLASSIC: LazyLock<Tables> = LazyLock::new(|| Tables::of(Certification::Classic));
static COMPACT: LazyLock<Tables> = LazyLock::new(|| Tables::of(Certification::Compact));

/// The present in these tests.
pub fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

/// A tariff of the fixtures.
pub fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tariffs/good").join(format!("{name}.tariff"));
    fs::read_to_string(path).unwrap()
}

/// A meter with the customer's key in it.
pub struct Meter {
    pub record: MeterRecord,
    pub signing: SigningKey,
    pub key: MasterKey,
}

impl Meter {
    pub fn new(name: &str, seed: u8) -> Self {
        Meter::of(name, seed, Register::new("import", Unit::WattHour, 20).unwrap(), Slot::new(0))
    }

    /// The same meter, certifying whole batches.
    pub fn compact(self) -> Self {
        let (record, public) = (&self.record, self.signing.verifying_key().to_bytes());
        let (certification, registers) = (Certification::Compact, record.registers().to_vec());
        let (name, period, length) = (record.name(), record.period(), record.slot_length());
        let record =
            MeterRecord::new(name, certification, period, length, record.in_service(), &public, registers).unwrap();
        Meter { record, ..self }
    }

    pub fn of(name: &str, seed: u8, register: Register, in_service: Slot) -> Self {
        let signing = SigningKey::from_bytes(&[seed; 32]);
        let (certification, period, length) = (Certification::Classic, BatchPeriod::Day, SlotLength::HALF_HOUR);
        let public = signing.verifying_key().to_bytes();
        let record =
            MeterRecord::new(name, certification, period, length, in_service, &public, vec![register]).unwrap();
        Meter { record, signing, key: MasterKey::from_bytes([seed ^ 0xa5; 32]) }
    }

    pub fn seal(&self, number: u32, revision: u8, readings: &Readings) -> SealedBatch {
        let tables = if self.record.ring().is_some() { &COMPACT } else { &CLASSIC };
        let sealer = Sealer { record: &self.record, signing: &self.signing, key: &self.key, tables };
        sealer.seal(number, revision, readings).unwrap()
    }

    /// The slots of a batch.
    pub fn slots(&self, number: u32) -> SlotRange {
        self.record.period().slots(number, self.record.slot_length()).unwrap()
    }

    /// A batch in which every reading is `wh`.
    pub fn flat(&self, number: u32, wh: u32) -> SealedBatch {
        let mut readings = Readings::gaps(self.slots(number), 1);
        for slot in self.slots(number).iter() {
            assert!(readings.set(0, slot, Some(wh)));
        }
        self.seal(number, 0, &readings)
    }
}

/// UTC day numbers of some dates of 2026.
pub fn day(date: &str) -> u32 {
    let start: Timestamp = format!("{date}T00:00:00Z").parse().unwrap();
    u32::try_from(start.as_second() / 86_400).unwrap()
}

/// A store on which a registered meter has a tariff from 2026 on.
pub struct Desk {
    pub folder: TempDir,
    pub store: Store,
    pub meter: Meter,
}

impl Desk {
    pub fn new(tariff: &str) -> Self {
        Desk::under(&fixture(tariff))
    }

    /// Under a tariff with this text.
    pub fn under(text: &str) -> Self {
        Desk::with(Meter::new("M1", 7), text)
    }

    /// With this meter, `M1`.
    pub fn with(meter: Meter, text: &str) -> Self {
        let desk = Desk::bare(meter);
        registry::register(&desk.store, &desk.meter.record.to_bytes(), now()).unwrap();
        desk.publish(text);
        let name = text.split_whitespace().skip_while(|word| *word != "tariff").nth(1).unwrap();
        policy::assign(&desk.store, "M1", name, None, "2026-01-01".parse().unwrap()).unwrap();
        desk
    }

    pub fn publish(&self, text: &str) {
        policy::publish(&self.store, text.as_bytes(), now()).unwrap();
    }

    pub fn bare(meter: Meter) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path().join("store.redb"));
        Desk { folder, store, meter }
    }

    /// A household's readings of some days of 2026, sealed: batches for every UTC day they touch.
    pub fn household(&self, start: &str, days: u32) -> Vec<SealedBatch> {
        let household = Household {
            profile: Profile::Home,
            seed: 1,
            zone: clock::zone("Europe/London").unwrap(),
            start: start.parse().unwrap(),
            days,
            slot: SlotLength::HALF_HOUR,
        };
        self.seal(&generate(&household).ok().unwrap().readings)
    }

    /// The batches of every UTC day that a load touches.
    pub fn seal(&self, load: &Readings) -> Vec<SealedBatch> {
        let number = |slot: Slot| self.meter.record.period().number_of(slot, SlotLength::HALF_HOUR).unwrap();
        let last = Slot::new(load.slots().end().index() - 1);
        let seal = |batch: u32| {
            let mut readings = Readings::gaps(self.meter.slots(batch), 1);
            for slot in self.meter.slots(batch).iter() {
                assert!(readings.set(0, slot, load.get(0, slot)));
            }
            self.meter.seal(batch, 0, &readings)
        };
        (number(load.slots().first())..=number(last)).map(seal).collect()
    }

    /// Seals a load and imports the batches at once.
    pub fn seal_and_import(&self, load: &Readings) {
        let folder = self.folder.path().join("sealed");
        fs::create_dir(&folder).unwrap();
        for batch in self.seal(load) {
            fs::write(folder.join(format!("{}.batch", batch.header().number())), batch.as_bytes()).unwrap();
        }
        assert!(self.import_all(&[folder]).iter().all(|one| one.result == Ok(Kept::New)));
    }

    /// Writes a file into the desk's folder.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Imports one file with these bytes.
    pub fn import(&self, name: &str, bytes: &[u8]) -> Result<Kept, ImportRefusal> {
        let path = self.file(name, bytes);
        let mut imported = self.import_all(&[path]);
        assert_eq!(imported.len(), 1);
        imported.remove(0).result
    }

    pub fn import_all(&self, paths: &[PathBuf]) -> Vec<Imported> {
        import(&self.store, paths, now(), &mut |_| {}).unwrap()
    }

    pub fn import_batches(&self, batches: &[SealedBatch]) {
        for batch in batches {
            let name = format!("{}.batch", batch.header().number());
            assert_eq!(self.import(&name, batch.as_bytes()).unwrap(), Kept::New);
        }
    }

    /// Takes a batch of every day from `start` on, each reading of a day being that day's `wh`.
    pub fn import_days(&self, start: &str, wh: &[u32]) {
        let flat: Vec<SealedBatch> = (day(start)..).zip(wh).map(|(day, wh)| self.meter.flat(day, *wh)).collect();
        self.import_batches(&flat);
    }

    /// The code of the reason for which a bill is refused; nothing when it is accepted.
    pub fn verdict(&self, bill: &[u8]) -> Option<String> {
        let judged = Supplier::new(&self.store, now()).verify(bill, false).unwrap();
        judged.refused.map(|reason| reason.code)
    }

    /// What the supplier exports of a period, imported into a store of the customer's own.
    pub fn customer(&self, period: &str) -> Desk {
        let other = Desk::bare(Meter::new("M1", 7));
        self.hand_over(&other, period);
        other
    }

    /// Imports an export of a period into another desk's store.
    pub fn hand_over(&self, other: &Desk, period: &str) {
        let folder = self.folder.path().join(format!("for-{period}"));
        export(&self.store, "M1", period, &folder).unwrap();
        for imported in other.import_all(&[folder]) {
            imported.result.unwrap();
        }
    }

    pub fn prove(&self, period: &str) -> Result<ProvedBill, CustomerRefusal> {
        let order = Order {
            meter: "M1",
            period,
            revision: 0,
            batches_from: None,
            purse: None,
            disclose_anyway: false,
            now: now(),
        };
        customer::prove(&self.store, &self.meter.key, &order, &mut |_| {})
    }
}
