//! Whole bills of the four families, measured: what `wattproof bench` prints.
//!
//! A meter seals days, the customer opens and proves, the supplier checks signatures, digests, points and the proof.
//! Times are medians, of CPU time on one thread; the yardstick, one multi-exponentiation of 2,048 points, is measured
//! between them in the same run.

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;
use thiserror::Error;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::bulk::Bulk;
use wattproof_circuits::data::Data;
use wattproof_circuits::equation::Equation;
pub use wattproof_circuits::families::Family;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::tariff::Tariff;
use wattproof_circuits::yardstick::Multiexp;
use wattproof_meter::batch::{SealedBatch, Sealer};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::commit::CommitmentTables;
use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

use crate::archive::StoredBatch;
use crate::customer::{self, CustomerRefusal, Opened};
use crate::frame::Frame;
use crate::progress::Progress;
use crate::random::fresh;
use crate::refusal::{Fault, Refusal};
use crate::stopwatch::Instant;

/// Half hours a day.
const DAY: u32 = 48;
/// The longest measured period, in days.
const MAX_DAYS: u32 = 1_000;
/// The first measured day: 2024-10-04.
const FIRST_DAY: u32 = 20_000;
const RUNS: usize = 5;
/// The fewest and the most bills that are checked together.
const BULK: (f64, f64) = (8.0, 128.0);
/// Milliseconds for proving them.
const BULK_PROVING: f64 = 20_000.0;
const BULK_RUNS: usize = 3;

/// One measured bill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The statement.
    pub family: Family,
    /// Half hours billed.
    pub readings: u32,
    /// Logarithm of the circuit's rows; nothing without a circuit.
    pub k: Option<u32>,
    /// Milliseconds to prove, without decryption and without the prover's own check.
    pub prove_ms: f64,
    /// Milliseconds to check the bill's bytes: signatures, digests, decompression and proof.
    pub verify_ms: f64,
    /// Milliseconds to check a bill's bytes among so many, each another bill.
    pub bulk_verify_ms: f64,
    /// How many.
    pub bulk_bills: usize,
    /// Milliseconds to make the keys, once for a tariff and period.
    pub keys_ms: f64,
    /// Bytes of proof and link.
    pub proof_bytes: usize,
    /// Bytes of the bill.
    pub bill_bytes: usize,
    /// The process's peak memory while proving, where the system tells.
    pub peak_bytes: Option<u64>,
    /// Milliseconds of the yardstick.
    pub msm_2_11_ms: f64,
}

/// Why nothing can be measured.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BenchRefusal {
    /// Not whole days, or too many.
    #[error("{0} readings are not 1 to {MAX_DAYS} days of {DAY}")]
    Readings(u32),
    /// The bill cannot be made.
    #[error(transparent)]
    Customer(#[from] CustomerRefusal),
    /// The program measures something that does not work: a fault of its own.
    #[error("the measured bill fails: {0}")]
    Fails(&'static str),
}

impl Refusal for BenchRefusal {
    fn code(&self) -> &'static str {
        match self {
            BenchRefusal::Readings(_) => "bench-readings",
            BenchRefusal::Customer(refusal) => refusal.code(),
            BenchRefusal::Fails(_) => "bench-fails",
        }
    }

    fn hint(&self) -> String {
        match self {
            BenchRefusal::Readings(_) => "give a multiple of 48, such as 1488 for 31 days".into(),
            BenchRefusal::Customer(refusal) => refusal.hint(),
            BenchRefusal::Fails(_) => "report this".into(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            BenchRefusal::Readings(_) => Fault::Own,
            BenchRefusal::Customer(refusal) => refusal.fault(),
            BenchRefusal::Fails(_) => Fault::Machine,
        }
    }
}

/// Measures a family over `readings` half hours, a multiple of 48.
pub fn measure(family: Family, readings: u32, progress: &mut dyn FnMut(Progress)) -> Result<Measured, BenchRefusal> {
    let days = readings / DAY;
    if !readings.is_multiple_of(DAY) || !(1..=MAX_DAYS).contains(&days) {
        return Err(BenchRefusal::Readings(readings));
    }
    let fails = BenchRefusal::Fails;
    let (frame, key) = frame(family, days).ok_or(fails("the meter does not seal"))?;
    let opened = customer::open(&frame, &key, progress)?;
    let program = frame.program().map_err(|_| fails("the tariff has no program"))?;
    let started = Instant::now();
    let prepared = Prepared::new(&program).map_err(|_| fails("the program cannot be prepared"))?;
    // The first proof makes the proving key.
    let bill = customer::make(&frame, &prepared, &opened, 0)?;
    let with_keys = ms(started);
    let bytes = bill.to_bytes();
    let yardstick = Multiexp::new(11);
    let peak = Peak::begin();
    let (mut proving, mut verifying, mut unit) = (vec![], vec![], vec![]);
    for run in 0..RUNS {
        progress(Progress { step: "measure", done: run as u64, total: RUNS as u64 });
        proving.push(timed(|| customer::make(&frame, &prepared, &opened, 0).map(drop))?);
        verifying.push(timed(|| check(&frame, &prepared, &bytes))?);
        unit.push(timed(|| {
            std::hint::black_box(yardstick.run());
            Ok::<(), BenchRefusal>(())
        })?);
    }
    let (prove_ms, peak_bytes) = (median(proving), peak.end());
    let bulk_bills = (BULK_PROVING / prove_ms).clamp(BULK.0, BULK.1) as usize;
    let bulk_verify_ms = in_bulk(&frame, &prepared, &opened, bulk_bills, progress)?;
    Ok(Measured {
        family,
        readings,
        k: prepared.figures().k,
        prove_ms,
        verify_ms: median(verifying),
        bulk_verify_ms,
        bulk_bills,
        keys_ms: (with_keys - prove_ms).max(0.0),
        proof_bytes: prepared.proof_bytes(),
        bill_bytes: bytes.len(),
        peak_bytes,
        msm_2_11_ms: median(unit),
    })
}

/// A meter's sealed days under the family's tariff, and the key that opens them.
fn frame(family: Family, days: u32) -> Option<(Frame, MasterKey)> {
    let signing = SigningKey::from_bytes(&[3; 32]);
    let key = MasterKey::from_bytes([5; 32]);
    let register = Register::new("import", Unit::WattHour, 20)?;
    let public = signing.verifying_key();
    let (length, service) = (SlotLength::HALF_HOUR, Slot::new(0));
    let meter = MeterRecord::new(
        "bench",
        Certification::Classic,
        BatchPeriod::Day,
        length,
        service,
        public.as_bytes(),
        vec![register],
    )
    .ok()?;
    let tables = CommitmentTables::new();
    let sealer = Sealer { record: &meter, signing: &signing, key: &key, tables: &tables };
    let mut batches = vec![];
    for number in FIRST_DAY..FIRST_DAY + days {
        let batch = sealer.seal(number, 0, &day(&meter, number)?).ok()?;
        batches.push(StoredBatch { header_digest: batch.header_digest(), batch });
    }
    let tariff = Tariff::parse(&tariff(family, days)).ok()?;
    let date = |day: u32| {
        let days = jiff::ToSpan::days(i64::from(day));
        jiff::civil::date(1970, 1, 1).checked_add(days).ok().map(|date| date.to_string())
    };
    let period = tariff.period(&format!("{}..{}", date(FIRST_DAY)?, date(FIRST_DAY + days)?)).ok()?;
    let (data, data_digest, gaps, carried) = (Data::new(), [0; 32], BTreeSet::new(), Vec::new());
    Some((Frame { meter, tariff, period, batches, data, data_digest, gaps, carried }, key))
}

/// Readings mostly below 2,500 Wh, one in sixteen anywhere below the bound.
fn day(meter: &MeterRecord, number: u32) -> Option<Readings> {
    let slots = meter.period().slots(number, meter.slot_length())?;
    let mut readings = Readings::gaps(slots, 1);
    for slot in slots.iter() {
        let wild = slot.index().wrapping_mul(2_654_435_761) >> 12;
        let value = if wild % 16 == 0 { wild } else { wild % 2_500 };
        readings.set(0, slot, Some(value)).then_some(())?;
    }
    Some(readings)
}

/// The family as a tariff over so many days; see [`Family`].
pub fn tariff(family: Family, days: u32) -> String {
    const WINDOWS: &str = "window night = 00:00-07:00 every day\nwindow peak = 16:00-20:00 every day\n\
                           window rest = 07:00-16:00, 20:00-24:00 every day\n";
    const LINEAR: &str = "charge energy = price import { night 9 p/Wh  peak 21 p/Wh  otherwise 38 p/Wh }\n";
    let body = match family {
        Family::S1 => {
            format!(
                "window night = 00:00-07:00 every day\nwindow peak = 16:00-20:00 every day\n{LINEAR}total = energy exact\n"
            )
        }
        Family::S2 => {
            let block = |window: &str, slots: u32, rates: &str| {
                let (first, second) = (700 * slots * days, 1_800 * slots * days);
                format!(
                    "charge c_{window} = price import in {window} per period, blocks {{ to {first} Wh to {second} Wh above\n\
                     {rates} p/Wh }}\n"
                )
            };
            let charges = [block("night", 14, "9 12 15"), block("peak", 8, "21 24 30"), block("rest", 26, "38 45 60")];
            format!("{WINDOWS}{}total = c_night + c_peak + c_rest rounded half up to 1 p\n", charges.concat())
        }
        Family::S3 => "charge energy = price import per reading, blocks { to 300 Wh to 800 Wh to 1500 Wh above\n\
                       10 14 19 27 p/Wh }\ntotal = energy rounded half up to 1 p\n"
            .into(),
        Family::S4 => format!(
            "window night = 00:00-07:00 every day\nwindow peak = 16:00-20:00 every day\n{LINEAR}\
             charge demand = 250 p/W * max(power of import)\ntotal = energy + demand rounded half up to 1 p\n"
        ),
    };
    format!(
        "tariff {} version 1 in GBP, zone UTC, slot 30 min\nregister import in Wh, below 2^20\ngaps refuse\n{body}",
        family.name().to_lowercase()
    )
}

/// Milliseconds a bill when so many are checked together, the median of some runs.
fn in_bulk(
    frame: &Frame,
    prepared: &Prepared,
    opened: &Opened,
    bills: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<f64, BenchRefusal> {
    let mut proved = Vec::with_capacity(bills);
    for done in 0..bills {
        progress(Progress { step: "prove", done: done as u64, total: bills as u64 });
        proved.push(customer::make(frame, prepared, opened, 0)?.to_bytes());
    }
    let check = || {
        let equations = proved.iter().map(|bytes| equation(frame, prepared, bytes));
        let bulk = Bulk::new(equations.collect::<Result<Vec<_>, _>>()?, &mut draw)?;
        let holds = Bulk::settle(vec![bulk], &mut draw)?.concat();
        let all = holds.len() == bills && holds.iter().all(|holds| *holds);
        all.then_some(()).ok_or(BenchRefusal::Fails("a proof does not verify in bulk"))
    };
    let mut runs = vec![];
    for run in 0..BULK_RUNS {
        progress(Progress { step: "measure", done: run as u64, total: BULK_RUNS as u64 });
        runs.push(timed(check)? / bills as f64);
    }
    Ok(median(runs))
}

fn draw() -> Result<[u8; 32], BenchRefusal> {
    fresh().map(|bytes| *bytes).map_err(|_| BenchRefusal::Fails("no randomness"))
}

/// The supplier's work on a bill's bytes.
fn check(frame: &Frame, prepared: &Prepared, bytes: &[u8]) -> Result<(), BenchRefusal> {
    let holds = equation(frame, prepared, bytes)?.holds();
    holds.then_some(()).ok_or(BenchRefusal::Fails("the proof does not verify"))
}

/// All of it but whether the proof's equation holds.
fn equation(frame: &Frame, prepared: &Prepared, bytes: &[u8]) -> Result<Equation, BenchRefusal> {
    let fails = BenchRefusal::Fails;
    for stored in &frame.batches {
        let batch = SealedBatch::from_bytes(stored.batch.as_bytes()).map_err(|_| fails("a batch does not read"))?;
        batch.verify(&frame.meter).map_err(|_| fails("a signature does not verify"))?;
    }
    let bill = Bill::from_bytes(bytes).map_err(|_| fails("the bill does not read"))?;
    let points = frame.points(&bill.commitments).map_err(|_| fails("the commitments are others"))?;
    let entropy = fresh().map_err(|_| fails("no randomness"))?;
    let equation = prepared.equation(&bill.statement, &bill.commitments, &points, &bill.proof, &entropy);
    equation.map_err(|_| fails("the proof does not verify"))
}

fn timed<E>(act: impl FnOnce() -> Result<(), E>) -> Result<f64, BenchRefusal>
where
    BenchRefusal: From<E>,
{
    let started = Instant::now();
    act()?;
    Ok(ms(started))
}

fn ms(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The high-water mark of resident memory, as Linux keeps it.
struct Peak;

impl Peak {
    /// Resets the mark, where that is possible; else it is the process's since its start.
    fn begin() -> Self {
        let _kept_when_refused = std::fs::write("/proc/self/clear_refs", "5");
        Peak
    }

    fn end(self) -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_each_family_is_measured() {
        for family in Family::ALL {
            let measured = measure(family, DAY, &mut |_| {}).unwrap();
            assert_eq!((measured.family, measured.readings), (family, DAY));
            assert_eq!(measured.k.is_none(), family == Family::S1);
            assert!(measured.bill_bytes > measured.proof_bytes + 32 * 48);
        }
    }

    #[test]
    fn the_tariffs_are_the_families() {
        for family in Family::ALL {
            let (frame, _) = frame(family, 2).unwrap();
            let ours = frame.program().unwrap();
            let theirs = family.program(ours.registers[0].clone(), ours.slots);
            let mut readings = Readings::gaps(ours.slots, 1);
            for number in FIRST_DAY..FIRST_DAY + 2 {
                let day = day(&frame.meter, number).unwrap();
                day.slots().iter().for_each(|slot| assert!(readings.set(0, slot, day.get(0, slot))));
            }
            let total = |program| wattproof_circuits::rule::evaluate(program, &readings, &[]).unwrap().total;
            assert_eq!(total(&ours), total(&theirs), "{}", family.name());
        }
    }

    #[test]
    fn part_of_a_day_is_refused() {
        assert!(matches!(measure(Family::S1, 50, &mut |_| {}), Err(BenchRefusal::Readings(50))));
    }
}
