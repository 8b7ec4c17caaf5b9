//! What the store holds, as plain values for a front: no curve, no proof, no key.

use std::ops::ControlFlow;

use jiff::Timestamp;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::period::{Calendar, Period};
use wattproof_meter::batch::SealedBatch;
use wattproof_meter::calendar::SlotRange;
use wattproof_meter::record::{MeterId, MeterRecord};

use crate::archive::{self, Claim};
use crate::bills::{self, BillDigest, Reason};
use crate::period;
use crate::policy::assignment::Assignment;
use crate::policy::{self, Dates, PolicyRefusal};
use crate::registry::{self, AdmittedMeter};
use crate::store::record::rotten;
use crate::store::table::{BATCHES, View};
use crate::store::{Store, StoreRefusal};
use crate::supplier::{Says, hex, says};

mod list;
mod months;

pub use list::BillList;
pub use months::{MonthRow, MonthWithout, months};

/// Which batches or bills to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Of this meter, by name or id.
    pub meter: Option<&'a str>,
    /// Within this period, as `2026-10` or `2026-10-01..2026-11-01`, by the tariff's zone, else UTC.
    pub period: Option<&'a str>,
    /// At most this many.
    pub limit: Option<usize>,
}

/// A batch in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// The meter's name.
    pub meter: String,
    /// The number.
    pub number: u32,
    /// The revision.
    pub revision: u8,
    /// When its first slot starts.
    pub start: Timestamp,
    /// When its last slot ends.
    pub end: Timestamp,
    /// Its slots.
    pub slots: u32,
    /// Values it lacks, over all registers.
    pub gaps: usize,
    /// Its bytes.
    pub bytes: usize,
    /// The digest of its header, in hexadecimal.
    pub header: String,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether a batch counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It does.
    Counts,
    /// A later revision or the chosen rival does.
    Replaced,
    /// Another signed batch claims the same number, and nobody has decided.
    Rival,
}

/// A bill in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRow {
    /// The digest of its bytes.
    pub digest: BillDigest,
    /// When it came.
    pub came: Timestamp,
    /// Its bytes.
    pub bytes: usize,
    /// What it says.
    pub says: Says,
    /// What was decided.
    pub state: BillState,
}

/// What was decided about a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillState {
    /// Nothing yet.
    Waiting,
    /// Accepted then.
    Accepted(Timestamp),
    /// Refused then.
    Refused(Timestamp, Reason),
}

/// The meters by name, at most `limit` of them, each with its assignments in the order of their days. Periods say nothing
/// here.
pub fn meters(store: &Store, filter: &Filter<'_>) -> Result<Vec<(AdmittedMeter, Vec<Assignment>)>, PolicyRefusal> {
    store.look(|view| {
        let ids = ids(view, filter)?.into_iter().take(filter.limit.unwrap_or(usize::MAX));
        ids.map(|id| Ok((registry::known(view, &id)?, policy::assigned(view, &id)?))).collect()
    })
}

/// The filter's meter, or every one by name.
fn ids(view: &impl View, filter: &Filter<'_>) -> Result<Vec<MeterId>, PolicyRefusal> {
    Ok(match filter.meter {
        Some(meter) => vec![registry::find_in(view, meter)?.record.id()],
        None => registry::ids(view)?,
    })
}

/// The batches, by meter and number.
pub fn batches(store: &Store, filter: &Filter<'_>) -> Result<Vec<BatchRow>, PolicyRefusal> {
    store.look(|view| {
        let (limit, mut rows) = (filter.limit.unwrap_or(usize::MAX), Vec::new());
        for id in ids(view, filter)? {
            if rows.len() >= limit {
                break;
            }
            let meter = registry::known(view, &id)?.record;
            let slots = slots(view, &meter, filter.period)?;
            batches_of(view, &meter, slots, limit, &mut rows)?;
        }
        Ok(rows)
    })
}

fn batches_of(
    view: &impl View,
    meter: &MeterRecord,
    slots: Option<SlotRange>,
    limit: usize,
    rows: &mut Vec<BatchRow>,
) -> Result<(), StoreRefusal> {
    let mut found = Vec::new();
    let room = limit.saturating_sub(rows.len());
    view.under(BATCHES, &meter.id().0, &mut |_, bytes| {
        if found.len() >= room {
            return Ok(ControlFlow::Break(()));
        }
        let batch = SealedBatch::from_bytes(bytes).map_err(|_| rotten(BATCHES))?;
        if slots.is_none_or(|slots| batch.header().slots().overlap(slots).is_some()) {
            found.push(batch);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for batch in found {
        rows.push(batch_row(view, meter, &batch)?);
    }
    Ok(())
}

fn batch_row(view: &impl View, meter: &MeterRecord, batch: &SealedBatch) -> Result<BatchRow, StoreRefusal> {
    let (header, digest) = (batch.header(), batch.header_digest());
    let standing = match archive::claim(view, meter, header.number())? {
        Claim::Batch(counting) if counting.header_digest == digest => Standing::Counts,
        Claim::Rivals(rivals) if rivals.contains(&digest) => Standing::Rival,
        _ => Standing::Replaced,
    };
    Ok(BatchRow {
        meter: meter.name().into(),
        number: header.number(),
        revision: header.revision(),
        start: period::start(header.slots().first(), header.slot_length()),
        end: period::start(header.slots().end(), header.slot_length()),
        slots: header.slots().count(),
        gaps: header.gap_count(),
        bytes: batch.as_bytes().len(),
        header: hex(&digest),
        standing,
    })
}

/// The slots of a period's text for a meter.
fn slots(view: &impl View, meter: &MeterRecord, text: Option<&str>) -> Result<Option<SlotRange>, PolicyRefusal> {
    let Some(text) = text else { return Ok(None) };
    let calendar = match policy::in_force(view, &meter.id(), Dates::parse(text)?) {
        Ok(tariff) => tariff.calendar().clone(),
        Err(_) => Calendar::new("UTC", meter.slot_length(), 0)?,
    };
    Ok(Some(Period::parse(text, &calendar)?.slots()))
}

/// The bills, the earliest first.
pub fn bills(store: &Store, filter: &Filter<'_>) -> Result<Vec<BillRow>, PolicyRefusal> {
    store.look(|view| {
        let meter = filter.meter.map(|meter| registry::find_in(view, meter)).transpose()?;
        let dates = filter.period.map(Dates::parse).transpose()?;
        let mut rows = Vec::new();
        for digest in bills::all(view)? {
            let Some((row, statement)) = bill_row(view, &digest)? else { continue };
            let slots = match (dates, registry::meter(view, &statement.0)?) {
                (Some(_), Some(meter)) => slots(view, &meter.record, filter.period)?,
                _ => None,
            };
            let of_meter = meter.as_ref().is_none_or(|meter| meter.record.id() == statement.0);
            if of_meter && slots.is_none_or(|slots| statement.1.overlap(slots).is_some()) {
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| (row.came, row.digest));
        rows.truncate(filter.limit.unwrap_or(usize::MAX));
        Ok(rows)
    })
}

type WhoAndWhen = (MeterId, SlotRange);

fn bill_row(view: &impl View, digest: &BillDigest) -> Result<Option<(BillRow, WhoAndWhen)>, StoreRefusal> {
    let Some((came, bytes)) = bills::bill(view, digest)? else { return Ok(None) };
    let bill = Bill::from_bytes(&bytes).map_err(|_| rotten(crate::store::table::BILLS))?;
    let (says, state) = (says(view, &bill.statement)?, state(view, digest)?);
    let row = BillRow { digest: *digest, came, bytes: bytes.len(), says, state };
    Ok(Some((row, (bill.statement.meter, bill.statement.slots))))
}

fn state(view: &impl View, digest: &BillDigest) -> Result<BillState, StoreRefusal> {
    Ok(match bills::verdict(view, digest)? {
        None => BillState::Waiting,
        Some(verdict) => match verdict.refused {
            None => BillState::Accepted(verdict.decided),
            Some(reason) => BillState::Refused(verdict.decided, reason),
        },
    })
}
