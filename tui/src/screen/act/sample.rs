//! The sample household: a simulated meter beside the store, its batches imported, the sample tariffs published.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use wattproof_engine::desk::demo::TARIFFS;
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::meter::{BatchPeriod, Certification, Meter, NewMeter, public_path};
use wattproof_engine::desk::tariff::Tariff;
use wattproof_engine::desk::time::Slot;
use wattproof_engine::household::{self, Household, Profile};
use wattproof_engine::import;
use wattproof_engine::intake::csv::ReadingsFile;
use wattproof_engine::progress::Progress;
use wattproof_engine::registry;
use wattproof_engine::store::Store;
use wattproof_engine::{clock, policy};

use super::{Trouble, Watch};

/// The meter's name.
const METER: &str = "home";
/// The folder beside the store.
pub const FOLDER: &str = "sample-household";
/// The tariff that is assigned.
const ASSIGNED: &str = "economy7";
/// Which household is played.
const SEED: u64 = 7;
/// Where it lives.
const ZONE: &str = "Europe/London";
/// What is done, in this order.
const STEPS: u64 = 5;

/// The sample household, loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The meter's name.
    pub meter: String,
    /// Where its key lies, as on a label.
    pub key_file: PathBuf,
    /// How many batches it sent.
    pub batches: usize,
    /// How many tariffs were published.
    pub tariffs: usize,
}

/// Loads the sample household: two months and the days since, by the present.
pub fn load(store: &Store, now: Timestamp, watch: &mut Watch<'_>) -> Result<Sample, Trouble> {
    let folder = store.path().parent().unwrap_or(Path::new(".")).join(FOLDER);
    let meter = folder.join("home.meter");
    let start = start(now)?;
    if !meter.exists() {
        file::folder(&folder)?;
        play(&folder, &meter, start, now, watch)?;
    }
    step(watch, 3);
    registry::register(store, &file::read(&public_path(&meter), 1 << 16)?, now)?;
    step(watch, 4);
    let imported = import::import(store, &[folder.join("batches")], now, watch.progress)?;
    for (_, text) in TARIFFS {
        policy::publish(store, text.as_bytes(), now)?;
    }
    let tariff = Tariff::parse(TARIFFS[0].1).map_err(|_| Trouble::internal())?;
    policy::assign(store, METER, ASSIGNED, Some(tariff.version()), start)?;
    step(watch, STEPS);
    Ok(Sample {
        meter: METER.into(),
        key_file: folder.join("home.key"),
        batches: imported.len(),
        tariffs: TARIFFS.len(),
    })
}

fn step(watch: &mut Watch<'_>, done: u64) {
    (watch.progress)(Progress { step: "sample", done, total: STEPS });
}

/// The first day of the month before last.
fn start(now: Timestamp) -> Result<Date, Trouble> {
    let today = now.to_zoned(clock::zone(ZONE)?).date();
    let too_early = || Trouble::new("clock", "the clock stands before 1970", "set the clock");
    today.first_of_month().checked_sub(2.months()).map_err(|_| too_early())
}

/// A meter that recorded the household until now, its key as on the label, and the batches it sent.
fn play(folder: &Path, path: &Path, start: Date, now: Timestamp, watch: &mut Watch<'_>) -> Result<(), Trouble> {
    let zone = clock::zone(ZONE)?;
    step(watch, 0);
    let readings = recorded(lived(start, zone, now)?, now);
    step(watch, 1);
    let registers = ["import:Wh:20".to_owned()];
    let new = NewMeter {
        name: METER,
        registers: &registers,
        slot: 30,
        batch: BatchPeriod::Day,
        certification: Certification::Classic,
        key: None,
        passphrase: None,
    };
    let mut meter = Meter::create(path, new)?;
    file::create(&folder.join("home.key"), meter.key().to_text().as_bytes(), Access::Owner)?;
    meter.take(&readings.readings)?;
    step(watch, 2);
    meter.send(&folder.join("batches"), None)?;
    Ok(())
}

fn lived(start: Date, zone: TimeZone, now: Timestamp) -> Result<ReadingsFile, Trouble> {
    // From the day before, so that the first batch is whole.
    let start = start.yesterday().map_err(|_| Trouble::internal())?;
    let today = now.to_zoned(zone.clone()).date();
    let days = u32::try_from(today.duration_since(start).as_hours() / 24 + 1).unwrap_or(1);
    let slot = wattproof_engine::desk::time::SlotLength::HALF_HOUR;
    Ok(household::generate(&Household { profile: Profile::Home, seed: SEED, zone, start, days, slot })?)
}

/// The readings from the first UTC midnight up to the present: a meter has none of the time to come.
fn recorded(mut file: ReadingsFile, now: Timestamp) -> ReadingsFile {
    use wattproof_engine::desk::time::{Readings, SlotRange};
    let slots = file.readings.slots();
    let midnight = slots.iter().find(|slot| slot.index() % file.length.per_day() == 0).unwrap_or(slots.first());
    let ended = |slot: &_| Slot::start(*slot, file.length) + file.length.seconds() <= now.as_second();
    let past = slots.iter().skip_while(|slot| *slot < midnight).take_while(ended);
    if let Some(slots) = SlotRange::new(midnight, past.count() as u32) {
        let mut readings = Readings::gaps(slots, file.readings.registers());
        for slot in slots.iter() {
            let _inside = readings.set(0, slot, file.readings.get(0, slot));
        }
        file.readings = readings;
    }
    file
}
