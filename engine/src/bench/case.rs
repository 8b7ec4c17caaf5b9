//! One household's bill to measure: sealed days, opened, under a family's tariff.

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::bulk::Bulk;
use wattproof_circuits::data::Data;
use wattproof_circuits::equation::Equation;
use wattproof_circuits::families::Family;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::tariff::Tariff;
use wattproof_meter::batch::{SealedBatch, Sealer, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::key::MasterKey;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{Certification, MeterRecord};

use super::{BenchRefusal, days, tariff};
use crate::archive::StoredBatch;
use crate::customer::{self, Opened};
use crate::frame::Frame;
use crate::progress::Progress;
use crate::random::fresh;

/// The first measured day: 2024-10-04.
const FIRST_DAY: u32 = 20_000;

/// A period's batches as the supplier has them, and as the customer has opened them.
#[allow(missing_debug_implementations, reason = "holds readings and openings")]
pub struct Case {
    frame: Frame,
    opened: Opened,
}

impl Case {
    /// A meter that certifies this way seals so many half hours, a multiple of 48; the customer opens them.
    pub fn new(
        family: Family,
        certification: Certification,
        readings: u32,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, BenchRefusal> {
        let sealed = frame(family, certification, days(readings)?);
        let (frame, key) = sealed.ok_or(BenchRefusal::Fails("the meter does not seal"))?;
        let opened = customer::open(&frame, &key, progress)?;
        Ok(Case { frame, opened })
    }

    /// The plan and the verifying key, once for a tariff and period.
    pub fn prepare(&self) -> Result<Prepared, BenchRefusal> {
        let program = self.frame.program().map_err(|_| BenchRefusal::Fails("the tariff has no program"))?;
        Prepared::certified(&program, self.frame.certified())
            .map_err(|_| BenchRefusal::Fails("the program cannot be prepared"))
    }

    /// The customer's work: prices and proves. The first proof makes the proving key. The bill's bytes.
    pub fn prove(&self, prepared: &Prepared) -> Result<Vec<u8>, BenchRefusal> {
        Ok(customer::make(&self.frame, prepared, &self.opened, 0)?.to_bytes())
    }

    /// The supplier's work on a bill's bytes.
    pub fn verify(&self, prepared: &Prepared, bill: &[u8]) -> Result<(), BenchRefusal> {
        for stored in &self.frame.batches {
            let signed = stored.batch.verify(&self.frame.meter);
            signed.map_err(|_| BenchRefusal::Fails("a signature does not verify"))?;
        }
        let holds = self.equation(prepared, bill)?.holds();
        holds.then_some(()).ok_or(BenchRefusal::Fails("the proof does not verify"))
    }

    /// The supplier's work on many bills' bytes, together; signatures were checked when the batches were imported.
    pub fn verify_in_bulk(&self, prepared: &Prepared, bills: &[Vec<u8>]) -> Result<(), BenchRefusal> {
        let equations = bills.iter().map(|bytes| self.equation(prepared, bytes));
        let bulk = Bulk::new(equations.collect::<Result<Vec<_>, _>>()?, &mut draw)?;
        let holds = Bulk::settle(vec![bulk], &mut draw)?.concat();
        let all = holds.len() == bills.len() && holds.iter().all(|holds| *holds);
        all.then_some(()).ok_or(BenchRefusal::Fails("a proof does not verify in bulk"))
    }

    /// All of [`Case::verify`] but signatures, and whether the proof's equation holds.
    fn equation(&self, prepared: &Prepared, bill: &[u8]) -> Result<Equation, BenchRefusal> {
        let (frame, fails) = (&self.frame, BenchRefusal::Fails);
        for stored in &frame.batches {
            let read = std::hint::black_box(SealedBatch::from_bytes(stored.batch.as_bytes()));
            read.map_err(|_| fails("a batch does not read"))?;
        }
        let bill = Bill::from_bytes(bill).map_err(|_| fails("the bill does not read"))?;
        let points = frame.points(&bill.commitments).map_err(|_| fails("the commitments are others"))?;
        let entropy = fresh().map_err(|_| fails("no randomness"))?;
        let commitments = frame.commitments(&bill.commitments);
        let equation = prepared.equation(&bill.statement, &commitments, &points, &bill.proof, &entropy);
        equation.map_err(|_| fails("the proof does not verify"))
    }
}

fn draw() -> Result<[u8; 32], BenchRefusal> {
    fresh().map(|bytes| *bytes).map_err(|_| BenchRefusal::Fails("no randomness"))
}

/// A meter's sealed days under the family's tariff, and the key that opens them.
fn frame(family: Family, certification: Certification, days: u32) -> Option<(Frame, MasterKey)> {
    let signing = SigningKey::from_bytes(&[3; 32]);
    let key = MasterKey::from_bytes([5; 32]);
    let register = Register::new("import", Unit::WattHour, 20)?;
    let public = signing.verifying_key();
    let (length, service) = (SlotLength::HALF_HOUR, Slot::new(0));
    let meter =
        MeterRecord::new("bench", certification, BatchPeriod::Day, length, service, public.as_bytes(), vec![register])
            .ok()?;
    let tables = Tables::of(certification);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tariffs_are_the_families() {
        for family in Family::ALL {
            let (frame, _) = frame(family, Certification::Classic, 2).unwrap();
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
    fn a_changed_bill_is_no_measurement() {
        let case = Case::new(Family::S1, Certification::Classic, 48, &mut |_| {}).unwrap();
        let prepared = case.prepare().unwrap();
        let (honest, mut changed) = (case.prove(&prepared).unwrap(), case.prove(&prepared).unwrap());
        *changed.last_mut().unwrap() ^= 1;
        assert!(matches!(case.verify(&prepared, &changed), Err(BenchRefusal::Fails("the proof does not verify"))));
        let together = case.verify_in_bulk(&prepared, &[honest, changed]);
        assert!(matches!(
            together,
            Err(BenchRefusal::Fails("a proof does not verify in bulk" | "the proof does not verify"))
        ));
    }
}
