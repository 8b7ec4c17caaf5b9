//! The acts of the demonstration. Each is what a command does, by the same calls.

use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;
use wattproof_engine::clock;
use wattproof_engine::customer::{self, Order, ProvedBill};
use wattproof_engine::desk::demo::forged;
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::key::Key;
use wattproof_engine::desk::meter::{BatchPeriod, Meter, NewMeter, public_path};
use wattproof_engine::desk::tariff::Tariff;
use wattproof_engine::export::export;
use wattproof_engine::household::{self, Household, Profile};
use wattproof_engine::import::import;
use wattproof_engine::intake::csv::{self, ReadingsFile};
use wattproof_engine::policy;
use wattproof_engine::registry;
use wattproof_engine::store::Store;
use wattproof_engine::supplier::Supplier;

use super::Stage;
use crate::command::certify::Certify;
use crate::command::household::days_before;
use crate::command::readings::sparkline;
use crate::command::tariff::tenth;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, HEAD};
use crate::table::thousands;
use crate::words::Words;

/// Which household is played.
const SEED: u64 = 7;
/// The meter's name.
const METER: &str = "home";

/// What came of it, in numbers.
#[derive(Serialize)]
pub struct Told {
    pub tariff: String,
    pub period: String,
    pub slots: u32,
    pub batches: usize,
    pub batch_bytes: usize,
    pub total: String,
    pub currency: &'static str,
    pub k: Option<u32>,
    pub proof_bytes: usize,
    pub bill_bytes: usize,
    pub bits_disclosed: f64,
    pub bits_held: u64,
    pub prove_seconds: f64,
    pub verify_seconds: f64,
    pub verdict: &'static str,
    pub forged_verdict: &'static str,
    pub forged_reason: String,
}

/// Plays the story in a folder.
pub fn play(
    stage: &mut Stage,
    folder: &Path,
    tariff: &Tariff,
    (days, certify): (u32, Certify),
    now: Timestamp,
) -> Result<Told, Failure> {
    let period = period(tariff, days, now)?;
    let readings = live(stage, folder, tariff, &period, days)?;
    let (meter, batches, batch_bytes) = measure(stage, folder, &readings, certify)?;
    let supplier = Store::at(folder.join("supplier.redb"));
    admit(stage, folder, &supplier, &meter, now)?;
    publish(stage, folder, &supplier, tariff, &period, now)?;
    let customer = Store::at(folder.join("customer.redb"));
    fetch(stage, folder, [&supplier, &customer], &period, now)?;
    let key = meter.key();
    open(stage, &customer, key, &period)?;
    let proved = prove(stage, folder, &customer, key, &period, now)?;
    let forged_reason = forge(stage, folder, &supplier, &proved, now)?;
    let verify_seconds = verify(stage, &supplier, &proved, now)?;
    let figures = proved.figures;
    Ok(Told {
        tariff: proved.tariff,
        period: proved.period,
        slots: figures.slots,
        batches,
        batch_bytes,
        total: proved.total.to_string(),
        currency: proved.total.currency(),
        k: figures.k,
        proof_bytes: figures.proof_bytes,
        bill_bytes: figures.bill_bytes,
        bits_disclosed: tenth(figures.bits_disclosed),
        bits_held: figures.bits_held,
        prove_seconds: figures.seconds.prove,
        verify_seconds,
        verdict: "accepted",
        forged_verdict: "refused",
        forged_reason,
    })
}

/// The days that end the day before yesterday: one more has been recorded, so that the last batch is complete.
fn period(tariff: &Tariff, days: u32, now: Timestamp) -> Result<String, Failure> {
    let today = now.to_zoned(clock::zone(tariff.calendar().zone())?).date();
    let end = days_before(today, 1)?;
    Ok(format!("{}..{end}", days_before(end, days)?))
}

fn live(stage: &mut Stage, folder: &Path, tariff: &Tariff, period: &str, days: u32) -> Result<PathBuf, Failure> {
    let started = Instant::now();
    stage.act("A household", "uses electricity.")?;
    let (zone, slot) = (clock::zone(tariff.calendar().zone())?, tariff.calendar().slot());
    let start = crate::command::household::date(period.split("..").next().unwrap_or_default())?;
    let order = Household { profile: Profile::Home, seed: SEED, zone: zone.clone(), start, days: days + 1, slot };
    let made = household::generate(&order)?;
    let (mut text, path) = (Vec::new(), folder.join("household.csv"));
    csv::write(&made, &|at| zone.to_offset(at), &mut text)?;
    file::create(&path, &text, Access::Owner)?;
    let (count, total) = sums(&made);
    stage.line(&format!(
        "{} half hours, {:.1} kWh, with a day more than is billed",
        thousands(count),
        total as f64 / 1000.0
    ))?;
    stage.line(&sparkline(&first_day(&made)))?;
    stage.took(started)?;
    Ok(path)
}

fn sums(file: &ReadingsFile) -> (u64, u64) {
    let values = file.readings.slots().iter().filter_map(|slot| file.readings.get(0, slot));
    values.fold((0, 0), |(count, total), value| (count + 1, total + u64::from(value)))
}

fn first_day(file: &ReadingsFile) -> Vec<Option<u32>> {
    let slots = file.readings.slots().iter().take(file.length.per_day() as usize);
    slots.map(|slot| file.readings.get(0, slot)).collect()
}

fn measure(
    stage: &mut Stage,
    folder: &Path,
    readings: &Path,
    certify: Certify,
) -> Result<(Meter, usize, usize), Failure> {
    let started = Instant::now();
    let act = match certify {
        Certify::Reading => "certifies every reading, encrypts a day at a time, and signs.",
        Certify::Batch => "certifies a day at a time with one commitment, encrypts it, and signs.",
    };
    stage.act("The meter", act)?;
    let (path, registers) = (folder.join("home.meter"), ["import:Wh:20".to_owned()]);
    let (batch, certification) = (BatchPeriod::Day, certify.certification());
    let (key, passphrase) = (None, None);
    let new = NewMeter { name: METER, registers: &registers, slot: 30, batch, certification, key, passphrase };
    let mut meter = Meter::create(&path, new)?;
    file::create(&folder.join("home.key"), meter.key().to_text().as_bytes(), Access::Owner)?;
    meter.record_file(readings)?;
    let sent = meter.send(&folder.join("batches"), None)?;
    let (batches, bytes) = (sent.files.len(), sent.bytes);
    let each = bytes / batches.max(1);
    stage.line(&format!("{batches} sealed batches, {} bytes: {each} bytes a day", thousands(bytes as u64)))?;
    stage.line(&format!("key K, on the meter's label, for the customer alone: {}", hidden(meter.key())))?;
    stage.took(started)?;
    Ok((meter, batches, bytes))
}

/// The beginning of a key.
fn hidden(key: &Key) -> String {
    let text = key.to_text();
    format!("{} …", text.chars().take(11).collect::<String>())
}

fn admit(stage: &mut Stage, folder: &Path, supplier: &Store, meter: &Meter, now: Timestamp) -> Result<(), Failure> {
    let started = Instant::now();
    stage.act("The supplier", "registers the meter and takes in its batches.")?;
    let public = file::read(&public_path(&folder.join("home.meter")), 1 << 16)?;
    registry::register(supplier, &public, now)?;
    let imported = import(supplier, &[folder.join("batches")], now, &mut |_| {})?;
    if imported.iter().any(|file| file.result.is_err()) {
        return Err(Words::Demo("importing the batches").into());
    }
    stage.line(&format!(
        "{} signatures checked with the public key of meter {}",
        imported.len(),
        meter.record().id()
    ))?;
    stage.line("without K the batches say nothing: the supplier cannot read them")?;
    stage.took(started)?;
    Ok(())
}

fn publish(
    stage: &mut Stage,
    folder: &Path,
    supplier: &Store,
    tariff: &Tariff,
    period: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    stage.act("The supplier", "publishes the tariff and assigns it to the meter.")?;
    let name = tariff.name();
    file::create(&folder.join(format!("{name}.tariff")), tariff.source().as_bytes(), Access::Usual)?;
    policy::publish(supplier, tariff.source().as_bytes(), now)?;
    let start = crate::command::household::date(period.split("..").next().unwrap_or_default())?;
    policy::assign(supplier, METER, name, None, start)?;
    let said = tariff.source().lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    said.skip_while(|line| line.starts_with("tariff") || line.starts_with("register"))
        .try_for_each(|line| stage.line(&format!("{DIM}{line}{DIM:#}")))
}

fn fetch(
    stage: &mut Stage,
    folder: &Path,
    [supplier, customer]: [&Store; 2],
    period: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let started = Instant::now();
    stage.act("The customer", "fetches what the bill needs: all of it public or sealed.")?;
    let given = folder.join("for-the-customer");
    let exported = export(supplier, METER, period, &given)?;
    let imported = import(customer, &[given], now, &mut |_| {})?;
    if imported.iter().any(|file| file.result.is_err()) || !exported.missing.is_empty() {
        return Err(Words::Demo("fetching from the supplier").into());
    }
    stage.line(&format!("{} files: public record, tariff, assignment, batches", exported.files.len()))?;
    stage.took(started)?;
    Ok(())
}

fn open(stage: &mut Stage, customer: &Store, key: &Key, period: &str) -> Result<(), Failure> {
    let started = Instant::now();
    stage.act("The customer", "opens the batches with K.")?;
    let (file, _) = customer::readings(customer, key, METER, period, None, &mut |_| {})?;
    let (count, total) = sums(&file);
    let kwh = total as f64 / 1000.0;
    stage.line(&format!("{} readings, {kwh:.1} kWh, each checked against what the meter signed", thousands(count)))?;
    stage.line(&sparkline(&first_day(&file)))?;
    stage.took(started)?;
    Ok(())
}

fn prove(
    stage: &mut Stage,
    folder: &Path,
    customer: &Store,
    key: &Key,
    period: &str,
    now: Timestamp,
) -> Result<ProvedBill, Failure> {
    stage.act("The customer", "prices the readings and proves the bill.")?;
    let order =
        Order { meter: METER, period, revision: 0, batches_from: None, purse: None, disclose_anyway: false, now };
    let proved = customer::prove(customer, key, &order, &mut |_| {})?;
    file::create(&folder.join("home.bill"), &proved.bytes, Access::Usual)?;
    let currency = proved.total.currency();
    for line in &proved.lines {
        stage.line(&format!("{:<12} {:>10} {currency}", line.name, line.amount.to_string()))?;
    }
    stage.line(&format!("{HEAD}{:<12} {:>10} {currency}{HEAD:#}", "total", proved.total.to_string()))?;
    let figures = proved.figures;
    let circuit = figures.k.map_or("no circuit needed".into(), |k| format!("a circuit of 2^{k} rows"));
    let (proof, bill) = (thousands(figures.proof_bytes as u64), thousands(figures.bill_bytes as u64));
    stage.line(&format!("{circuit}; proof {proof} bytes, the whole bill {bill} bytes"))?;
    let seconds = figures.seconds;
    stage.line(&format!(
        "{DIM}decrypt {:.2} s, price {:.2} s, prove {:.2} s, check {:.2} s{DIM:#}",
        seconds.decrypt, seconds.price, seconds.prove, seconds.check
    ))?;
    Ok(proved)
}

fn verify(stage: &mut Stage, supplier: &Store, proved: &ProvedBill, now: Timestamp) -> Result<f64, Failure> {
    let started = Instant::now();
    stage.act("The supplier", "checks the bill that was proved.")?;
    let judged = Supplier::new(supplier, now).verify(&proved.bytes, false)?;
    if judged.refused.is_some() {
        return Err(Words::Demo("verifying the bill").into());
    }
    stage.line(&format!("{GOOD}accepted{GOOD:#}: {} {}", proved.total, proved.total.currency()))?;
    stage.took(started)
}

fn forge(
    stage: &mut Stage,
    folder: &Path,
    supplier: &Store,
    proved: &ProvedBill,
    now: Timestamp,
) -> Result<String, Failure> {
    let started = Instant::now();
    stage.act("A cheat", "sends the same bill with the smallest possible amount taken off the total.")?;
    let lie = forged(&proved.bytes).ok_or(Words::Demo("forging a bill"))?;
    file::create(&folder.join("forged.bill"), &lie, Access::Usual)?;
    let judged = Supplier::new(supplier, now).verify(&lie, false)?;
    let reason = judged.refused.ok_or(Words::Demo("refusing the forged bill"))?;
    let said = judged.says.and_then(|says| says.total).map(|total| format!("{total} {}", total.currency()));
    stage.line(&format!("claimed: {}", said.unwrap_or_default()))?;
    stage.line(&format!("{BAD}refused{BAD:#}: {} [{}]", reason.message, reason.code))?;
    stage.took(started)?;
    Ok(reason.code)
}
