//! What is allowed of an assignment, and yet seldom meant.

use std::collections::BTreeSet;

use jiff::ToSpan;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::period::Period;
use wattproof_circuits::tariff::Tariff;
use wattproof_meter::record::MeterRecord;

use super::assignment::Assignment;
use super::{PolicyRefusal, PublishedTariff, assigned, named};
use crate::bills;
use crate::registry::{self, RegistryRefusal};
use crate::store::StoreRefusal;
use crate::store::record::rotten;
use crate::store::table::{BILLS, View};
use crate::supplier::says;

/// The remarks, one a sentence.
pub(super) fn of(view: &impl View, assignment: &Assignment) -> Result<Vec<String>, PolicyRefusal> {
    let name = &assignment.tariff;
    let tariff = named(view, name)?.ok_or_else(|| PolicyRefusal::UnknownTariff(name.to_string()))?.tariff;
    let meter = registry::meter(view, &assignment.meter)?
        .ok_or_else(|| RegistryRefusal::UnknownMeter(assignment.meter.to_string()))?;
    let all = [
        billed(view, assignment, &tariff)?,
        other_zones(view, assignment, &tariff)?,
        narrow(assignment, &tariff, &meter.record),
    ];
    Ok(all.into_iter().flatten().collect())
}

/// The accepted bill in whose period the day lies.
fn billed(view: &impl View, assignment: &Assignment, tariff: &Tariff) -> Result<Option<String>, StoreRefusal> {
    let from = assignment.from;
    let next = from.checked_add(1.day()).ok();
    let Some(day) = next.and_then(|next| Period::new(from, next, tariff.calendar()).ok()) else { return Ok(None) };
    let Some(billed) = bills::billed(view, &assignment.meter, day.slots())?.pop() else { return Ok(None) };
    let (_, bytes) = bills::bill(view, &billed.bill)?.ok_or_else(|| rotten(BILLS))?;
    let bill = Bill::from_bytes(&bytes).map_err(|_| rotten(BILLS))?;
    let period = says(view, &bill.statement)?.period;
    Ok(Some(format!(
        "{from} lies in {period}, which is billed already: a revision of that bill would find this tariff"
    )))
}

/// Zones by which the meter was billed so far, when they are others.
fn other_zones(view: &impl View, assignment: &Assignment, tariff: &Tariff) -> Result<Option<String>, StoreRefusal> {
    let (own, mut zones) = (tariff.calendar().zone(), BTreeSet::new());
    for earlier in assigned(view, &assignment.meter)?.into_iter().filter(|known| known.from < assignment.from) {
        if let Some(PublishedTariff { tariff, .. }) = named(view, &earlier.tariff)? {
            zones.insert(tariff.calendar().zone().to_owned());
        }
    }
    zones.remove(own);
    let others = zones.into_iter().collect::<Vec<_>>().join(", ");
    let name = &assignment.tariff;
    Ok((!others.is_empty())
        .then(|| format!("days of {name} are those of {own}; the meter's so far are those of {others}")))
}

/// A register that may read more than the tariff bills.
fn narrow(assignment: &Assignment, tariff: &Tariff, meter: &MeterRecord) -> Option<String> {
    tariff.registers().iter().find_map(|wanted| {
        let found = meter.registers().iter().find(|register| register.name() == wanted.name())?;
        let (name, bits, most) = (wanted.name(), wanted.bits(), found.bits());
        let unit = wanted.unit().symbol();
        (bits < most).then(|| {
            let tariff = &assignment.tariff;
            format!(
                "`{name}` may read up to 2^{most} {unit}; {tariff} bills no period with a reading of 2^{bits} or more"
            )
        })
    })
}
