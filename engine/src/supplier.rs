//! The supplier's acts: check bills, decide, remember.
//!
//! Nothing here can hold what the customer keeps to itself; a test reads this file for the names of such things.
//!
//! A bill is checked in this order: its bytes; whether it was decided or its slots are billed; the frame that the
//! supplier's own store gives (meter, tariff, period, batches, signatures); the commitments against the batches'
//! digests, then as points; the proof. What depends on the bill alone is decided for good. What a later import can
//! mend, such as a missing batch, is answered and not decided: the bill stays in the inbox.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::equation::Equation;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;
use wattproof_circuits::tariff::Tariff;
use wattproof_meter::calendar::{Slot, SlotRange};

use crate::amount::Amount;
use crate::bills::{self, BillDigest, Billed, Reason, Verdict};
use crate::carry::{self, Word};
use crate::frame::{Frame, FrameRefusal, Uncertified, program_of};
use crate::import::load;
use crate::keys::{Keys, Unfit};
use crate::money::Money;
use crate::policy::{self, Dates};
use crate::progress::Progress;
use crate::random::fresh;
use crate::refusal::Refusal;
use crate::store::table::{Change, View};
use crate::store::{Store, StoreRefusal};
use crate::{archive, period, registry};

pub(crate) mod bulk;
mod check;
mod refusal;

pub use bulk::{BulkJudged, bills_in};
pub use check::Check;
pub use refusal::VerifyRefusal;
pub(crate) use refusal::{hex, prepare_code};

/// What was said of one bill.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The file it came in; nothing for the inbox.
    pub file: Option<PathBuf>,
    /// The digest of its bytes.
    pub digest: BillDigest,
    /// The reason, when it is refused.
    pub refused: Option<Reason>,
    /// Whether this was decided before.
    pub already: bool,
    /// What the bill says, as far as it can be read.
    pub says: Option<Says>,
}

/// A refusal as it is remembered and handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) reason: Reason,
    /// Whether the bill itself is at fault, so that no later import can mend it.
    pub(crate) is_final: bool,
}

impl Refused {
    pub(crate) fn of(refusal: &VerifyRefusal) -> Self {
        let reason = Reason { code: refusal.code().into(), message: refusal.to_string(), hint: refusal.hint() };
        Refused { reason, is_final: refusal.is_final() }
    }
}

/// What a bill says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Says {
    /// The meter's name, or its id when it is not registered.
    pub meter: String,
    /// The first local day and the day after the last, as `2026-03-01..2026-04-01`; instants when its tariff is unknown.
    pub period: String,
    /// The billed slots.
    pub slots: SlotRange,
    /// Which bill of the period.
    pub revision: u8,
    /// The tariff, as `name@version`, when it is known.
    pub tariff: Option<String>,
    /// The total, when the tariff is known.
    pub total: Option<Money>,
    /// Slots that were estimated for want of a reading.
    pub gaps: u32,
}

/// Checks bills, keeping what bills of one tariff and period share.
#[derive(Debug)]
pub struct Supplier<'a> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
    anew: bool,
    pub(crate) keys: Keys,
}

impl<'a> Supplier<'a> {
    /// At work on a store.
    pub fn new(store: &'a Store, now: Timestamp) -> Self {
        Supplier { store, now, anew: false, keys: Keys::default() }
    }

    /// The same for demonstrations: whether other bills have the slots is not asked. Such a supplier decides nothing.
    pub fn anew(store: &'a Store, now: Timestamp) -> Self {
        Supplier { anew: true, ..Supplier::new(store, now) }
    }

    /// Checks the bills in the inbox, in the order of their digests. With `dry_run` nothing is decided.
    pub fn verify_inbox(&self, dry_run: bool, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Judged>, StoreRefusal> {
        let waiting = self.store.look(|view| {
            let bill = |digest: BillDigest| Ok(bills::bill(view, &digest)?.map(|(_, bytes)| bytes));
            bills::inbox(view)?.into_iter().map(bill).collect::<Result<Vec<_>, StoreRefusal>>()
        })?;
        let total = waiting.len() as u64;
        let mut judged = Vec::with_capacity(waiting.len());
        for bytes in waiting.into_iter().flatten() {
            judged.push(self.verify(&bytes, dry_run)?);
            progress(Progress { step: "verify", done: judged.len() as u64, total });
        }
        Ok(judged)
    }

    /// Checks the bills in files.
    pub fn verify_files(
        &self,
        files: &[PathBuf],
        dry_run: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Judged>, VerifyRefusal> {
        let total = files.len() as u64;
        let mut judged = Vec::with_capacity(files.len());
        for file in files {
            judged.push(self.verify_file(file, dry_run)?);
            progress(Progress { step: "verify", done: judged.len() as u64, total });
        }
        Ok(judged)
    }

    fn verify_file(&self, file: &Path, dry_run: bool) -> Result<Judged, VerifyRefusal> {
        let bytes = load(file)?;
        let judged = self.verify(&bytes, dry_run)?;
        Ok(Judged { file: Some(file.into()), ..judged })
    }

    /// Checks a bill's bytes. Fails only when the store does.
    pub fn verify(&self, bytes: &[u8], dry_run: bool) -> Result<Judged, StoreRefusal> {
        let (digest, dry_run) = (bills::digest(bytes), dry_run || self.anew);
        if let Some(verdict) = self.verdict(&digest)? {
            let says = self.says(bytes)?;
            return Ok(Judged { file: None, digest, refused: verdict.refused, already: true, says });
        }
        let found = match self.examine(bytes) {
            Err(VerifyRefusal::Store(refusal)) => return Err(refusal),
            Err(refusal) if dry_run || !refusal.is_final() => Some(Refused::of(&refusal)),
            Ok(()) if dry_run => None,
            found => self.decide(bytes, &digest, found.map_err(|refusal| Refused::of(&refusal)))?,
        };
        let refused = found.map(|refused| refused.reason);
        Ok(Judged { file: None, digest, refused, already: false, says: self.says(bytes)? })
    }

    /// Everything but the memory of it.
    fn examine(&self, bytes: &[u8]) -> Result<(), VerifyRefusal> {
        let bill = Bill::from_bytes(bytes)?;
        let frame = self.store.look(|view| frame(view, &bill.statement, self.now, self.anew))?;
        frame.batches.iter().try_for_each(|stored| stored.batch.verify(&frame.meter))?;
        let equation = equation(&self.keys, &bill, &frame)?;
        Ok(equation.holds().then_some(()).ok_or(ProofRefusal::DoesNotHold)?)
    }

    /// Writes the verdict, unless another bill took the slots meanwhile; that is then the verdict.
    fn decide(
        &self,
        bytes: &[u8],
        digest: &BillDigest,
        found: Result<(), Refused>,
    ) -> Result<Option<Refused>, StoreRefusal> {
        let Ok(bill) = Bill::from_bytes(bytes) else { return Ok(found.err()) };
        self.store.change(|change| self.record(change, bytes, digest, &bill.statement, found))
    }

    /// The same within an act.
    fn record(
        &self,
        change: &Change,
        bytes: &[u8],
        digest: &BillDigest,
        statement: &Statement,
        found: Result<(), Refused>,
    ) -> Result<Option<Refused>, StoreRefusal> {
        let found = match found.map(|()| still(change, statement)) {
            Ok(Err(VerifyRefusal::Store(refusal))) => return Err(refusal),
            Ok(still) => still.map_err(|refusal| Refused::of(&refusal)),
            Err(refused) => Err(refused),
        };
        if let Err(refused) = &found
            && !refused.is_final
        {
            return Ok(found.err());
        }
        let refused = found.as_ref().err().map(|refused| refused.reason.clone());
        bills::put(change, digest, bytes, self.now)?;
        bills::put_verdict(change, digest, &Verdict { decided: self.now, refused })?;
        if found.is_ok() {
            take_slots(change, statement, digest)?;
        }
        Ok(found.err())
    }

    fn verdict(&self, digest: &BillDigest) -> Result<Option<Verdict>, StoreRefusal> {
        match self.store.look(|view| bills::verdict(view, digest)) {
            Err(StoreRefusal::NoStore(_)) => Ok(None),
            found => found,
        }
    }

    /// What a bill says, by what the store knows.
    pub fn says(&self, bytes: &[u8]) -> Result<Option<Says>, StoreRefusal> {
        let Ok(bill) = Bill::from_bytes(bytes) else { return Ok(None) };
        match self.store.look(|view| says(view, &bill.statement)) {
            Err(StoreRefusal::NoStore(_)) => Ok(None),
            said => said.map(Some),
        }
    }
}

/// Everything but whether the proof's equation holds.
fn equation(keys: &Keys, bill: &Bill, frame: &Frame) -> Result<Equation, VerifyRefusal> {
    agrees(&bill.statement, frame)?;
    let prepared = keys.of::<VerifyRefusal>(frame)?;
    if bill.proof.len() != prepared.proof_bytes() {
        let (expected, found) = (prepared.proof_bytes(), bill.proof.len());
        return Err(ProofRefusal::WrongLength { expected, found }.into());
    }
    let points = frame.points(&bill.commitments)?;
    // Drawn after the bill's bytes are final: no bill can be made to fit it.
    let (entropy, commitments) = (fresh()?, frame.commitments(&bill.commitments));
    Ok(prepared.equation(&bill.statement, &commitments, &points, &bill.proof, &entropy)?)
}

/// The frame in which the supplier's store puts this statement.
pub(crate) fn frame(
    view: &impl View,
    statement: &Statement,
    now: Timestamp,
    anew: bool,
) -> Result<Frame, VerifyRefusal> {
    let id = statement.meter;
    let meter = registry::meter(view, &id)?.ok_or(VerifyRefusal::UnregisteredMeter(id))?.record;
    if !anew {
        free(view, statement)?;
    }
    let tariff = policy::by_digest(view, &statement.tariff)?.ok_or(VerifyRefusal::UnknownTariff)?;
    if statement.slot_length != meter.slot_length() || statement.slot_length != tariff.calendar().slot() {
        return Err(VerifyRefusal::OtherSlotLength);
    }
    let period = period::days(&tariff, statement.slots).ok_or(VerifyRefusal::NotWholeDays)?;
    let in_force = policy::in_force(view, &id, Dates::of(&period))?;
    if in_force.digest() != tariff.digest() {
        return Err(VerifyRefusal::OtherTariff { wanted: name(&in_force), found: name(&tariff) });
    }
    let claim = |number| archive::claim(view, &meter, number).map_err(period::PeriodRefusal::from);
    let batches = period::batches(&meter, statement.slots, now, claim)?;
    Ok(Frame::new(view, Word::Own, meter, tariff, period, batches)?)
}

/// Whether the statement is the one that the frame gives for its revision and amounts. Meter, tariff, slot length and
/// slots are the frame's already, which was made from them.
fn agrees(statement: &Statement, frame: &Frame) -> Result<(), VerifyRefusal> {
    let own = frame.statement(statement.revision, statement.disclosed.clone());
    // Named one by one, so that a field added to the statement cannot be forgotten here.
    let Statement {
        certification,
        data,
        offsets,
        batches,
        gaps,
        carried,
        meter,
        revision,
        tariff,
        slot_length,
        slots,
        disclosed,
    } = statement;
    if *certification != own.certification {
        return Err(VerifyRefusal::OtherCertification);
    }
    if *data != own.data {
        return Err(VerifyRefusal::OtherData);
    }
    if *offsets != own.offsets {
        return Err(VerifyRefusal::OtherOffsets);
    }
    if *batches != own.batches {
        let differing = own.batches.iter().find(|batch| !batches.contains(batch));
        let number = differing.or(batches.first()).map_or(0, |batch| batch.number);
        return Err(VerifyRefusal::OtherBatches { number });
    }
    if *gaps != own.gaps {
        return Err(VerifyRefusal::OtherGaps { expected: own.gaps, found: *gaps });
    }
    carries(&frame.tariff, carried, &own.carried)?;
    debug_assert!(*meter == own.meter && *revision == own.revision && *tariff == own.tariff);
    debug_assert!(*slot_length == own.slot_length && *slots == own.slots && *disclosed == own.disclosed);
    Ok(())
}

/// Whether the carried values are those that the accepted bills give.
fn carries(tariff: &Tariff, found: &[u64], expected: &[u64]) -> Result<(), VerifyRefusal> {
    if found.len() != expected.len() {
        return Err(ProofRefusal::Carried { expected: expected.len(), found: found.len() }.into());
    }
    let Some(place) = expected.iter().zip(found).position(|(expected, found)| expected != found) else { return Ok(()) };
    let name = tariff.carries()[place].name.clone();
    let told = |counts: &[u64]| {
        let told = Amount::carried(tariff, counts).map(|told| told[place].1.to_string());
        told.unwrap_or_else(|| counts[place].to_string())
    };
    Err(VerifyRefusal::OtherCarried { name, expected: told(expected), found: told(found) })
}

/// Whether a bill may take its slots: they are free, or all billed by the bill it revises.
fn free(view: &impl View, statement: &Statement) -> Result<(), VerifyRefusal> {
    let billed = bills::billed(view, &statement.meter, statement.slots)?;
    let next =
        |before: &Billed| before.slots == statement.slots && before.revision.checked_add(1) == Some(statement.revision);
    match billed.as_slice() {
        [] if statement.revision == 0 => Ok(()),
        [] => Err(VerifyRefusal::RevisesNothing { revision: statement.revision }),
        [before] if next(before) => Ok(()),
        [before, ..] => Err(VerifyRefusal::AlreadyBilled { bill: before.bill }),
    }
}

/// Whether nothing that other acts changed meanwhile speaks against a bill that was found right.
fn still(view: &impl View, statement: &Statement) -> Result<(), VerifyRefusal> {
    free(view, statement)?;
    if statement.carried.is_empty() {
        return Ok(());
    }
    let meter = registry::meter(view, &statement.meter)?.ok_or(VerifyRefusal::UnregisteredMeter(statement.meter))?;
    let tariff = policy::by_digest(view, &statement.tariff)?.ok_or(VerifyRefusal::UnknownTariff)?;
    let period = period::days(&tariff, statement.slots).ok_or(VerifyRefusal::NotWholeDays)?;
    let own = carry::carried(view, Word::Own, &meter.record, &tariff, &period).map_err(FrameRefusal::from)?;
    carries(&tariff, &statement.carried, &own.values)
}

fn take_slots(change: &Change, statement: &Statement, digest: &BillDigest) -> Result<(), StoreRefusal> {
    let billed = Billed { slots: statement.slots, revision: statement.revision, bill: *digest };
    bills::put_billed(change, &statement.meter, &billed)
}

pub(crate) fn says(view: &impl View, statement: &Statement) -> Result<Says, StoreRefusal> {
    let meter = registry::meter(view, &statement.meter)?;
    let tariff = policy::by_digest(view, &statement.tariff)?;
    let instant = |slot: Slot| period::start(slot, statement.slot_length);
    let instants = || format!("{}..{}", instant(statement.slots.first()), instant(statement.slots.end()));
    let dates = tariff.as_ref().and_then(|tariff| period::days(tariff, statement.slots)).map(|days| days.to_string());
    Ok(Says {
        meter: meter.map_or_else(|| statement.meter.to_string(), |meter| meter.record.name().into()),
        period: dates.unwrap_or_else(instants),
        slots: statement.slots,
        revision: statement.revision,
        tariff: tariff.as_ref().map(name),
        total: match &tariff {
            Some(tariff) => total(view, tariff, statement)?,
            None => None,
        },
        gaps: statement.gaps,
    })
}

fn total(view: &impl View, tariff: &Tariff, statement: &Statement) -> Result<Option<Money>, StoreRefusal> {
    let program = program_of(view, tariff, statement)?;
    let count = program.zip(statement.disclosed.first());
    Ok(count.and_then(|(program, count)| Money::of(*count, &program.unit, tariff.currency())))
}

fn name(tariff: &Tariff) -> String {
    format!("{}@{}", tariff.name(), tariff.version())
}

impl From<Unfit> for VerifyRefusal {
    fn from(Unfit(findings): Unfit) -> Self {
        VerifyRefusal::Program { findings }
    }
}

impl From<Uncertified> for VerifyRefusal {
    fn from(uncertified: Uncertified) -> Self {
        match uncertified {
            Uncertified::Count { expected, found } => VerifyRefusal::CommitmentCount { expected, found },
            Uncertified::Digest { number } => VerifyRefusal::NotCertified { number },
            Uncertified::Point { number } => VerifyRefusal::NotACommitment { number },
        }
    }
}
