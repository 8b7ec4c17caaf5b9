//! What bills of one tariff and period share: plan, circuit and keys, made once and lent to every thread.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use wattproof_circuits::prepared::{PrepareRefusal, Prepared};
use wattproof_circuits::program::{Place, Program};
use wattproof_circuits::tariff::Diagnostic;
use wattproof_meter::calendar::SlotRange;
use wattproof_meter::quantity::Register;
use wattproof_meter::record::Certification;

use crate::frame::Frame;

/// How many are kept: a proving key takes megabytes, and bills with gaps may each need their own.
const KEPT: usize = 16;

/// Tariff, certification, bounds of its registers, period, data, gaps: what the circuit depends on.
type Shared = ([u8; 32], Certification, Vec<u8>, SlotRange, [u8; 32], BTreeSet<Place>);

/// The keys of the circuits used last.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// The last one used comes first.
    kept: Mutex<Vec<(Shared, Arc<Prepared>)>>,
}

impl Keys {
    /// The circuit of a frame. One thread makes it while others wait.
    pub(crate) fn of<E>(&self, frame: &Frame) -> Result<Arc<Prepared>, E>
    where
        E: From<PrepareRefusal> + From<Unfit>,
    {
        let bounds = frame.tariff.registers().iter().map(Register::bits).collect();
        let certification = frame.meter.certification();
        let wanted =
            (frame.tariff.digest(), certification, bounds, frame.slots(), frame.data_digest, frame.gaps.clone());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|(shared, _)| *shared == wanted) {
            kept[..=place].rotate_right(1);
            return Ok(kept[0].1.clone());
        }
        let program: Program = frame.program().map_err(Unfit)?;
        let prepared = Arc::new(Prepared::certified(&program, frame.certified())?);
        kept.insert(0, (wanted, prepared.clone()));
        kept.truncate(KEPT);
        Ok(prepared)
    }
}

/// A tariff that gives no program over a period.
pub(crate) struct Unfit(pub(crate) Vec<Diagnostic>);
