//! Whole bills of the four families, measured: what `wattproof bench` prints.
//!
//! A meter seals days, the customer opens and proves, the supplier checks signatures, digests, points and the proof.
//! Times are medians, of CPU time on one thread; the yardstick, one multi-exponentiation of 2,048 points, is measured
//! between them in the same run.

use thiserror::Error;
pub use wattproof_circuits::families::Family;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::yardstick::Multiexp;
pub use wattproof_meter::record::Certification;

use crate::customer::CustomerRefusal;
use crate::progress::Progress;
use crate::refusal::{Fault, Refusal};
use crate::stopwatch::Instant;

mod case;
mod tariff;

pub use case::Case;
pub use tariff::tariff;

/// Half hours a day.
const DAY: u32 = 48;
/// The longest measured period, in days.
const MAX_DAYS: u32 = 1_000;
const RUNS: usize = 5;
/// The fewest and the most bills that are checked together.
const BULK: (f64, f64) = (8.0, 128.0);
/// Milliseconds for proving and checking them.
const BULK_TIME: f64 = 30_000.0;
const BULK_RUNS: usize = 3;

/// One measured bill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The statement.
    pub family: Family,
    /// How the meter certifies.
    pub certification: Certification,
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

/// The days of so many half hours, when they are whole days and not too many.
pub fn days(readings: u32) -> Result<u32, BenchRefusal> {
    let days = readings / DAY;
    let measured = readings.is_multiple_of(DAY) && (1..=MAX_DAYS).contains(&days);
    measured.then_some(days).ok_or(BenchRefusal::Readings(readings))
}

/// Measures a family over `readings` half hours, a multiple of 48, of a meter that certifies this way.
pub fn measure(
    family: Family,
    certification: Certification,
    readings: u32,
    progress: &mut dyn FnMut(Progress),
) -> Result<Measured, BenchRefusal> {
    let case = Case::new(family, certification, readings, progress)?;
    let started = Instant::now();
    let prepared = case.prepare()?;
    let bytes = case.prove(&prepared)?;
    let with_keys = ms(started);
    let yardstick = Multiexp::new(11);
    let peak = Peak::begin();
    let (mut proving, mut verifying, mut unit) = (vec![], vec![], vec![]);
    for run in 0..RUNS {
        progress(Progress { step: "measure", done: run as u64, total: RUNS as u64 });
        proving.push(timed(|| case.prove(&prepared).map(drop))?);
        verifying.push(timed(|| case.verify(&prepared, &bytes))?);
        unit.push(timed(|| {
            std::hint::black_box(yardstick.run());
            Ok(())
        })?);
    }
    let (prove_ms, verify_ms, peak_bytes) = (median(proving), median(verifying), peak.end());
    let bulk_bills = (BULK_TIME / (prove_ms + BULK_RUNS as f64 * verify_ms)).clamp(BULK.0, BULK.1) as usize;
    let bulk_verify_ms = in_bulk(&case, &prepared, bulk_bills, progress)?;
    Ok(Measured {
        family,
        certification,
        readings,
        k: prepared.figures().k,
        prove_ms,
        verify_ms,
        bulk_verify_ms,
        bulk_bills,
        keys_ms: (with_keys - prove_ms).max(0.0),
        proof_bytes: prepared.proof_bytes(),
        bill_bytes: bytes.len(),
        peak_bytes,
        msm_2_11_ms: median(unit),
    })
}

/// Milliseconds a bill when so many are checked together, the median of some runs.
fn in_bulk(
    case: &Case,
    prepared: &Prepared,
    bills: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<f64, BenchRefusal> {
    let mut proved = Vec::with_capacity(bills);
    for done in 0..bills {
        progress(Progress { step: "prove", done: done as u64, total: bills as u64 });
        proved.push(case.prove(prepared)?);
    }
    let mut runs = vec![];
    for run in 0..BULK_RUNS {
        progress(Progress { step: "measure", done: run as u64, total: BULK_RUNS as u64 });
        runs.push(timed(|| case.verify_in_bulk(prepared, &proved))? / bills as f64);
    }
    Ok(median(runs))
}

fn timed(act: impl FnOnce() -> Result<(), BenchRefusal>) -> Result<f64, BenchRefusal> {
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
    fn a_day_is_measured() {
        let measured = measure(Family::S1, Certification::Classic, DAY, &mut |_| {}).unwrap();
        assert_eq!((measured.family, measured.readings, measured.k), (Family::S1, DAY, None));
        assert!(measured.bill_bytes > measured.proof_bytes + 32 * 48);
    }

    #[test]
    fn a_day_of_each_family_is_proved_and_checked() {
        for family in Family::ALL {
            for (certification, commitments) in [(Certification::Classic, 48), (Certification::Compact, 0)] {
                let case = Case::new(family, certification, DAY, &mut |_| {}).unwrap();
                let prepared = case.prepare().unwrap();
                let bill = case.prove(&prepared).unwrap();
                case.verify(&prepared, &bill).unwrap();
                let no_circuit = family == Family::S1 && commitments > 0;
                assert_eq!(prepared.figures().k.is_none(), no_circuit);
                let least = prepared.proof_bytes() + 32 * commitments;
                assert!((least..least + 200).contains(&bill.len()));
            }
        }
    }

    #[test]
    fn part_of_a_day_is_refused() {
        let measured = measure(Family::S1, Certification::Classic, 50, &mut |_| {});
        assert!(matches!(measured, Err(BenchRefusal::Readings(50))));
    }
}
