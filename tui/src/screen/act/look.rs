//! Looks at the store.

use wattproof_engine::policy;
use wattproof_engine::registry;
use wattproof_engine::show::{self, BillList, Filter};
use wattproof_engine::store::Store;

use super::Trouble;
use crate::screen::view::{Amount, BillRow, MeterDetail, MeterRow, Snapshot, TariffRow};

/// Everything that all panes show.
pub fn overview(store: &Store, bills: &mut BillList) -> Result<Snapshot, Trouble> {
    if !store.exists() {
        return Ok(Snapshot::default());
    }
    let bills = bills.look(store)?.into_iter().map(bill).collect();
    let meters = registry::list(store)?.into_iter().map(meter).collect();
    let tariffs = policy::tariffs(store)?.into_iter().map(tariff).collect();
    Ok(Snapshot { meters, tariffs, bills })
}

fn meter(meter: registry::AdmittedMeter) -> MeterRow {
    let record = &meter.record;
    let register = |register: &wattproof_engine::desk::tariff::Register| {
        format!("{} {} below 2^{}", register.name(), register.unit().symbol(), register.bits())
    };
    MeterRow {
        name: record.name().into(),
        id: record.id().to_string(),
        registers: record.registers().iter().map(register).collect::<Vec<_>>().join(", "),
        minutes: record.slot_length().minutes(),
        batch: if record.period().days() == 1 { "day" } else { "week" },
        admitted: meter.admitted,
    }
}

fn tariff(published: policy::PublishedTariff) -> TariffRow {
    let tariff = &published.tariff;
    TariffRow {
        name: tariff.name().into(),
        version: tariff.version(),
        currency: tariff.currency().code(),
        zone: tariff.calendar().zone().into(),
        source: tariff.source().into(),
        digest: tariff.digest().iter().map(|byte| format!("{byte:02x}")).collect(),
        published: published.published,
    }
}

fn bill(row: show::BillRow) -> BillRow {
    let says = row.says;
    let total = says.total.map(|total| {
        let text = total.to_string();
        let near = text.parse().unwrap_or(f64::NAN);
        Amount { text, currency: total.currency(), near }
    });
    let period = crate::screen::view::period(&says.period, says.revision);
    let amount = total.as_ref().map(|total| format!("{} {}", total.text, total.currency));
    let (tariff, amount) = (says.tariff.as_deref().unwrap_or_default(), amount.unwrap_or_default());
    let hay = format!("{} {period} {tariff} {amount}", says.meter).to_lowercase();
    BillRow {
        digest: row.digest,
        came: row.came,
        bytes: row.bytes,
        meter: says.meter,
        period: says.period,
        revision: says.revision,
        tariff: says.tariff,
        total,
        state: row.state,
        hay,
    }
}

/// One meter's batches, months and tariffs.
pub fn detail(store: &Store, meter: &str) -> Result<MeterDetail, Trouble> {
    let filter = Filter { meter: Some(meter), ..Filter::default() };
    let assignments = policy::assignments(store, meter)?.into_iter();
    Ok(MeterDetail {
        meter: meter.into(),
        batches: show::batches(store, &filter)?,
        months: show::months(store, meter)?,
        assignments: assignments.map(|assignment| (assignment.tariff.to_string(), assignment.from)).collect(),
    })
}
