//! Bills as they came, and what was decided about them.
//!
//! A bill is known by the digest of its bytes. It waits in the inbox until it has a verdict.

use std::ops::ControlFlow;

use jiff::Timestamp;
use thiserror::Error;
use wattproof_circuits::bill::{Bill, BillRefusal};
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::record::MeterId;

use crate::refusal::{Fault, Refusal};
use crate::registry::{self, Taken};
use crate::store::record::{Fields, put_text, rotten};
use crate::store::table::{BILLED, BILLS, Change, INBOX, VERDICTS, View};
use crate::store::{Store, StoreRefusal};

/// What a bill is known by: BLAKE2b-256 of its bytes.
pub type BillDigest = [u8; 32];

/// Why a bill is not taken into the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InboxRefusal {
    /// Not a bill.
    #[error(transparent)]
    Bill(#[from] BillRefusal),
    /// Its meter is not admitted.
    #[error("meter {0} is not registered here")]
    UnregisteredMeter(MeterId),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for InboxRefusal {
    fn code(&self) -> &'static str {
        match self {
            InboxRefusal::Bill(refusal) => refusal.code(),
            InboxRefusal::UnregisteredMeter(_) => "meter-unregistered",
            InboxRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            InboxRefusal::Bill(refusal) => refusal.hint().into(),
            InboxRefusal::UnregisteredMeter(_) => "register the meter's .pub file first".into(),
            InboxRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            InboxRefusal::Store(refusal) => refusal.fault(),
            _ => Fault::Refused,
        }
    }
}

/// What was decided about a bill; kept for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// When.
    pub decided: Timestamp,
    /// Nothing when the bill was accepted.
    pub refused: Option<Reason>,
}

/// Why a bill was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The reason, kebab-case.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// An accepted bill over some slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Billed {
    pub(crate) slots: SlotRange,
    pub(crate) revision: u8,
    pub(crate) bill: BillDigest,
}

/// The digest of a bill's bytes.
pub fn digest(bytes: &[u8]) -> BillDigest {
    let hash = blake2b_simd::Params::new().hash_length(32).personal(b"wp1-bill-file").hash(bytes);
    std::array::from_fn(|place| hash.as_bytes()[place])
}

/// Takes a bill of an admitted meter into the inbox.
pub(crate) fn keep(change: &Change, bytes: &[u8], now: Timestamp) -> Result<Taken, InboxRefusal> {
    let id = Bill::from_bytes(bytes)?.statement.meter;
    registry::meter(change, &id)?.ok_or(InboxRefusal::UnregisteredMeter(id))?;
    let digest = digest(bytes);
    if change.get(BILLS, &digest)?.is_some() {
        return Ok(Taken::Already);
    }
    put(change, &digest, bytes, now)?;
    change.put(INBOX, &digest, &[])?;
    Ok(Taken::New)
}

pub(crate) fn put(change: &Change, digest: &BillDigest, bytes: &[u8], now: Timestamp) -> Result<(), StoreRefusal> {
    change.put(BILLS, digest, &[&now.as_second().to_le_bytes()[..], bytes].concat())
}

/// When a bill came, and its bytes.
pub(crate) fn bill(view: &impl View, digest: &BillDigest) -> Result<Option<(Timestamp, Vec<u8>)>, StoreRefusal> {
    let Some(payload) = view.get(BILLS, digest)? else { return Ok(None) };
    let mut fields = Fields(&payload);
    let came = fields.i64().and_then(|second| Timestamp::from_second(second).ok()).ok_or_else(|| rotten(BILLS))?;
    Ok(Some((came, fields.rest().to_vec())))
}

/// The bills without a verdict.
pub(crate) fn inbox(view: &impl View) -> Result<Vec<BillDigest>, StoreRefusal> {
    keys(view, INBOX)
}

/// A bill's bytes.
pub fn bytes(store: &Store, digest: &BillDigest) -> Result<Option<Vec<u8>>, StoreRefusal> {
    store.look(|view| Ok(bill(view, digest)?.map(|(_, bytes)| bytes)))
}

/// Puts a bill's bytes into the inbox, as an import of its file does.
pub fn hand_in(store: &Store, bytes: &[u8], now: Timestamp) -> Result<Taken, InboxRefusal> {
    store.change(|change| keep(change, bytes, now))
}

/// Every bill that waits or was decided, without reading one.
pub(crate) fn known(view: &impl View) -> Result<Vec<BillDigest>, StoreRefusal> {
    Ok([keys(view, INBOX)?, keys(view, VERDICTS)?].concat())
}

/// Every bill.
pub(crate) fn all(view: &impl View) -> Result<Vec<BillDigest>, StoreRefusal> {
    keys(view, BILLS)
}

fn keys(view: &impl View, table: crate::store::table::Table) -> Result<Vec<BillDigest>, StoreRefusal> {
    let mut digests = Vec::new();
    view.under(table, &[], &mut |key, _| {
        digests.push(key.try_into().map_err(|_| rotten(table))?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(digests)
}

pub(crate) fn put_verdict(change: &Change, digest: &BillDigest, verdict: &Verdict) -> Result<(), StoreRefusal> {
    let mut payload = verdict.decided.as_second().to_le_bytes().to_vec();
    if let Some(reason) = &verdict.refused {
        put_text(&mut payload, &reason.code);
        put_text(&mut payload, &reason.message);
        put_text(&mut payload, &reason.hint);
    }
    change.put(VERDICTS, digest, &payload)?;
    change.remove(INBOX, digest)
}

pub(crate) fn verdict(view: &impl View, digest: &BillDigest) -> Result<Option<Verdict>, StoreRefusal> {
    let Some(payload) = view.get(VERDICTS, digest)? else { return Ok(None) };
    let mut fields = Fields(&payload);
    let decided = fields.i64().and_then(|second| Timestamp::from_second(second).ok());
    let refused = if fields.0.is_empty() { Some(None) } else { reason(&mut fields).map(Some) };
    let verdict = decided.zip(refused).and_then(|(decided, refused)| fields.end(Verdict { decided, refused }));
    verdict.map(Some).ok_or_else(|| rotten(VERDICTS))
}

fn reason(fields: &mut Fields<'_>) -> Option<Reason> {
    Some(Reason { code: fields.text()?, message: fields.text()?, hint: fields.text()? })
}

/// Marks slots as billed by an accepted bill; a revision takes the place of what it revises.
pub(crate) fn put_billed(change: &Change, meter: &MeterId, billed: &Billed) -> Result<(), StoreRefusal> {
    let mut payload = billed.slots.count().to_le_bytes().to_vec();
    payload.push(billed.revision);
    payload.extend_from_slice(&billed.bill);
    change.put(BILLED, &billed_key(meter, billed.slots.first()), &payload)
}

/// The accepted bills that touch these slots.
pub(crate) fn billed(view: &impl View, meter: &MeterId, slots: SlotRange) -> Result<Vec<Billed>, StoreRefusal> {
    let mut found = Vec::new();
    // Billed ranges of a meter never overlap, so the last one that starts before an end decides where to stop.
    let last = billed_key(meter, slots.end());
    view.scan_back(BILLED, &meter.0, &last, &mut |key, payload| {
        let billed = read_billed(key, payload).ok_or_else(|| rotten(BILLED))?;
        if billed.slots.overlap(slots).is_some() {
            found.push(billed);
        }
        Ok(if billed.slots.end() <= slots.first() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

/// The latest accepted bill that ends at or before a slot.
pub(crate) fn last_until(view: &impl View, meter: &MeterId, slot: Slot) -> Result<Option<Billed>, StoreRefusal> {
    let mut found = None;
    view.scan_back(BILLED, &meter.0, &billed_key(meter, slot), &mut |key, payload| {
        let billed = read_billed(key, payload).ok_or_else(|| rotten(BILLED))?;
        if billed.slots.end() > slot {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(billed);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

fn read_billed(key: &[u8], payload: &[u8]) -> Option<Billed> {
    let first = key.get(8..).and_then(|first| first.try_into().ok()).map(u32::from_be_bytes)?;
    let mut fields = Fields(payload);
    let slots = SlotRange::new(Slot::new(first), fields.u32()?)?;
    let (revision, bill) = (fields.u8()?, fields.array()?);
    fields.end(Billed { slots, revision, bill })
}

fn billed_key(meter: &MeterId, first: Slot) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&meter.0);
    key[8..].copy_from_slice(&first.index().to_be_bytes());
    key
}
