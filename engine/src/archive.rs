//! Sealed batches and fallbacks, as the store keeps them.
//!
//! A batch is kept when the registered meter signed it. The same batch again changes nothing. Two different signed
//! batches with one number and revision are rivals: both are kept, and neither is billed until [`settle_rival`] says
//! which counts. A later revision replaces earlier ones.

use std::ops::ControlFlow;

use thiserror::Error;
use wattproof_meter::batch::{BatchRefusal, SealedBatch};
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::fallback::{Fallback, FallbackRefusal};
use wattproof_meter::record::{MeterId, MeterRecord};

use crate::refusal::{Fault, Refusal};
use crate::registry::{self, RegistryRefusal};
use crate::store::record::rotten;
use crate::store::table::{BATCHES, Change, FALLBACKS, SETTLED, View, past};
use crate::store::{Store, StoreRefusal};
use crate::supplier::hex;

/// What names a batch in a bill and among rivals.
pub type HeaderDigest = [u8; 32];

/// Why a batch or a fallback is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArchiveRefusal {
    /// Not a batch of its meter.
    #[error(transparent)]
    Batch(#[from] BatchRefusal),
    /// Not a fallback of its meter.
    #[error(transparent)]
    Fallback(#[from] FallbackRefusal),
    /// Its meter is not admitted.
    #[error("meter {0} is not registered here")]
    UnregisteredMeter(MeterId),
    /// The meter's service starts later.
    #[error("batch {number} ends before its meter's service begins")]
    BeforeService {
        /// The batch.
        number: u32,
    },
    /// Another fallback covers part of the period: a period's totals are given once.
    #[error("another fallback of this meter already covers part of these slots")]
    FallbackOverlap,
    /// No such batch among rivals.
    #[error("the store holds no such batch with number {number}")]
    NoSuchBatch {
        /// The number.
        number: u32,
    },
    /// The meter is not known.
    #[error(transparent)]
    Registry(#[from] RegistryRefusal),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for ArchiveRefusal {
    fn code(&self) -> &'static str {
        match self {
            ArchiveRefusal::Batch(refusal) => refusal.code(),
            ArchiveRefusal::Fallback(refusal) => refusal.code(),
            ArchiveRefusal::UnregisteredMeter(_) => "meter-unregistered",
            ArchiveRefusal::BeforeService { .. } => "batch-before-service",
            ArchiveRefusal::FallbackOverlap => "fallback-overlap",
            ArchiveRefusal::NoSuchBatch { .. } => "batch-unknown",
            ArchiveRefusal::Registry(refusal) => refusal.code(),
            ArchiveRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            ArchiveRefusal::Batch(refusal) => refusal.hint().into(),
            ArchiveRefusal::Fallback(refusal) => refusal.hint().into(),
            ArchiveRefusal::UnregisteredMeter(_) => "register the meter's .pub file first".into(),
            ArchiveRefusal::BeforeService { .. } => "ask for the meter's public record again".into(),
            ArchiveRefusal::FallbackOverlap => "use the fallback that is there".into(),
            ArchiveRefusal::NoSuchBatch { .. } => "look at `wattproof list batches`".into(),
            ArchiveRefusal::Registry(refusal) => refusal.hint(),
            ArchiveRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            ArchiveRefusal::Registry(refusal) => refusal.fault(),
            ArchiveRefusal::Store(refusal) => refusal.fault(),
            ArchiveRefusal::NoSuchBatch { .. } => Fault::Own,
            _ => Fault::Refused,
        }
    }
}

/// What became of a batch or a fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kept {
    /// It is new.
    New,
    /// The store had it.
    Already,
    /// It is new, and another signed batch claims the same number: neither is billed until a person decides.
    Rival,
}

/// A batch in the store.
#[derive(Clone, Debug)]
pub struct StoredBatch {
    /// The batch.
    pub batch: SealedBatch,
    /// Its name.
    pub header_digest: HeaderDigest,
}

/// Keeps a batch when its meter is admitted and signed it.
pub(crate) fn keep_batch(change: &Change, bytes: &[u8]) -> Result<Kept, ArchiveRefusal> {
    let batch = SealedBatch::from_bytes(bytes)?;
    let (number, id) = (batch.header().number(), batch.header().meter());
    let meter = registry::meter(change, &id)?.ok_or(ArchiveRefusal::UnregisteredMeter(id))?;
    batch.verify(&meter.record)?;
    if batch.header().slots().end() <= meter.record.in_service() {
        return Err(ArchiveRefusal::BeforeService { number });
    }
    let claim = claim_key(&id, number, batch.header().revision());
    let key = [&claim[..], &batch.header_digest()].concat();
    if change.get(BATCHES, &key)?.is_some() {
        return Ok(Kept::Already);
    }
    let rivals = digests_under(change, &claim)?;
    change.put(BATCHES, &key, bytes)?;
    Ok(if rivals.is_empty() { Kept::New } else { Kept::Rival })
}

/// Keeps a fallback when its meter is admitted and signed it.
pub(crate) fn keep_fallback(change: &Change, bytes: &[u8]) -> Result<Kept, ArchiveRefusal> {
    let fallback = Fallback::from_bytes(bytes)?;
    let (id, slots) = (fallback.meter(), fallback.slots());
    let meter = registry::meter(change, &id)?.ok_or(ArchiveRefusal::UnregisteredMeter(id))?;
    fallback.verify(&meter.record)?;
    let key = [&id.0[..], &slots.first().index().to_be_bytes(), &slots.count().to_be_bytes()].concat();
    let mut overlap = false;
    change.under(FALLBACKS, &id.0, &mut |other, _| {
        overlap |= other != key && covered(other)?.overlap(slots).is_some();
        Ok(ControlFlow::Continue(()))
    })?;
    match change.get(FALLBACKS, &key)? {
        Some(known) if known == bytes => Ok(Kept::Already),
        Some(_) => Err(ArchiveRefusal::FallbackOverlap),
        None if overlap => Err(ArchiveRefusal::FallbackOverlap),
        None => {
            change.put(FALLBACKS, &key, bytes)?;
            Ok(Kept::New)
        }
    }
}

/// The slots in a fallback's key.
fn covered(key: &[u8]) -> Result<SlotRange, StoreRefusal> {
    let number = |place: usize| key.get(place..place + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
    let slots = number(8).zip(number(12)).and_then(|(first, count)| SlotRange::new(Slot::new(first), count));
    slots.ok_or_else(|| rotten(FALLBACKS))
}

/// Says which of the rivals of a number counts, by its header digest in hexadecimal or by the first digits that only
/// one of them has. A person's decision: the store cannot tell.
pub fn settle_rival(store: &Store, meter: &str, number: u32, header: &str) -> Result<HeaderDigest, ArchiveRefusal> {
    let header = header.to_ascii_lowercase();
    store.change(|change| {
        let id = registry::find_in(change, meter)?.record.id();
        let held = claims(change, &id, number)?;
        let all = held.into_iter().flat_map(|(revision, digests)| digests.into_iter().map(move |d| (revision, d)));
        let mut meant = all.filter(|(_, digest)| !header.is_empty() && hex(digest).starts_with(&header));
        let (Some((revision, chosen)), None) = (meant.next(), meant.next()) else {
            return Err(ArchiveRefusal::NoSuchBatch { number });
        };
        change.put(SETTLED, &claim_key(&id, number, revision), &chosen)?;
        Ok(chosen)
    })
}

/// What the store says of one number.
pub(crate) enum Claim {
    /// No batch.
    Missing,
    /// This one counts.
    Batch(Box<StoredBatch>),
    /// Several claim it, undecided.
    Rivals(Vec<HeaderDigest>),
}

/// The batch that counts for a number: of the latest revision, the only one or the one chosen.
pub(crate) fn claim(view: &impl View, meter: &MeterRecord, number: u32) -> Result<Claim, StoreRefusal> {
    let id = meter.id();
    let Some((revision, digests)) = claims(view, &id, number)?.pop() else { return Ok(Claim::Missing) };
    let key = claim_key(&id, number, revision);
    let digest = match (digests.as_slice(), view.get(SETTLED, &key)?) {
        ([only], _) => *only,
        (_, Some(chosen)) => chosen.as_slice().try_into().map_err(|_| rotten(SETTLED))?,
        (_, None) => return Ok(Claim::Rivals(digests)),
    };
    let batch = batch(view, &id, number, revision, &digest)?.ok_or_else(|| rotten(SETTLED))?;
    Ok(Claim::Batch(Box::new(batch)))
}

fn batch(
    view: &impl View,
    id: &MeterId,
    number: u32,
    revision: u8,
    digest: &HeaderDigest,
) -> Result<Option<StoredBatch>, StoreRefusal> {
    let key = [&claim_key(id, number, revision)[..], digest].concat();
    let Some(bytes) = view.get(BATCHES, &key)? else { return Ok(None) };
    let batch = SealedBatch::from_bytes(&bytes).map_err(|_| rotten(BATCHES))?;
    if batch.header_digest() != *digest {
        return Err(rotten(BATCHES));
    }
    Ok(Some(StoredBatch { batch, header_digest: *digest }))
}

/// Every batch that claims a number, earlier revisions first.
pub(crate) fn all_of(view: &impl View, id: &MeterId, number: u32) -> Result<Vec<StoredBatch>, StoreRefusal> {
    let mut batches = Vec::new();
    for (revision, digests) in claims(view, id, number)? {
        for digest in digests {
            batches.extend(batch(view, id, number, revision, &digest)?);
        }
    }
    Ok(batches)
}

/// The first and the last number that a batch of the meter claims.
pub(crate) fn numbers_held(view: &impl View, id: &MeterId) -> Result<Option<(u32, u32)>, StoreRefusal> {
    let number = |key: &[u8]| key.get(8..12).and_then(|number| number.try_into().ok()).map(u32::from_be_bytes);
    let (mut first, mut last) = (None, None);
    view.under(BATCHES, &id.0, &mut |key, _| {
        first = Some(number(key).ok_or_else(|| rotten(BATCHES))?);
        Ok(ControlFlow::Break(()))
    })?;
    view.scan_back(BATCHES, &id.0, &past(&id.0), &mut |key, _| {
        last = Some(number(key).ok_or_else(|| rotten(BATCHES))?);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(first.zip(last))
}

/// Revisions of a number in rising order, each with the digests of the batches that claim it.
fn claims(view: &impl View, id: &MeterId, number: u32) -> Result<Vec<(u8, Vec<HeaderDigest>)>, StoreRefusal> {
    let mut claims: Vec<(u8, Vec<HeaderDigest>)> = Vec::new();
    let prefix = [&id.0[..], &number.to_be_bytes()].concat();
    view.under(BATCHES, &prefix, &mut |key, _| {
        let (revision, digest) = key.get(12..).and_then(<[u8]>::split_first).ok_or_else(|| rotten(BATCHES))?;
        let digest = digest.try_into().map_err(|_| rotten(BATCHES))?;
        match claims.last_mut() {
            Some((last, digests)) if last == revision => digests.push(digest),
            _ => claims.push((*revision, vec![digest])),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(claims)
}

fn digests_under(view: &impl View, claim: &[u8]) -> Result<Vec<HeaderDigest>, StoreRefusal> {
    let mut digests = Vec::new();
    view.under(BATCHES, claim, &mut |key, _| {
        digests.push(key.get(13..).and_then(|d| d.try_into().ok()).ok_or_else(|| rotten(BATCHES))?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(digests)
}

fn claim_key(id: &MeterId, number: u32, revision: u8) -> [u8; 13] {
    let mut key = [revision; 13];
    key[..8].copy_from_slice(&id.0);
    key[8..12].copy_from_slice(&number.to_be_bytes());
    key
}
