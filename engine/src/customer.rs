//! The customer's acts: open batches, price them, prove the bill. The one side that may hold readings.
//!
//! The key is lent for the length of an act. Readings and openings live in types that are wiped when dropped, and none
//! of them is written anywhere.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::committed::Committed;
use wattproof_circuits::layout::Certified;
use wattproof_circuits::period::{Calendar, Period};
use wattproof_circuits::plan::Plan;
use wattproof_circuits::prepared::{PrepareRefusal, Prepared, Watch};
use wattproof_circuits::privacy::Report;
use wattproof_circuits::program::Program;
use wattproof_circuits::refusal::ProveRefusal;
use wattproof_circuits::rule::{self, Priced};
use wattproof_circuits::statement::Statement;
use wattproof_meter::batch::{OpenBatch, SealedBatch, Tables};
use wattproof_meter::commit::Opening;
use wattproof_meter::key::MasterKey;
use wattproof_meter::reading::Readings;
use wattproof_meter::record::MeterRecord;

use crate::amount::Amount;
use crate::archive::{self, ArchiveRefusal, Claim, HeaderDigest, StoredBatch};
use crate::carry::Word;
use crate::desk::lint::sentence;
use crate::desk::unpriced::Unpriced;
use crate::frame::Frame;
use crate::import::{Kind, load};
use crate::intake::csv::{Column, ReadingsFile};
use crate::keys::{Keys, Unfit};
use crate::ledger::{Charge, Ledger, LedgerRefusal, Purse};
use crate::line::{BillLine, Lines};
use crate::money::Money;
use crate::period::{self, PeriodRefusal};
use crate::policy::{self, Dates, PolicyRefusal};
use crate::progress::Progress;
use crate::random::fresh;
use crate::registry;
use crate::store::Store;
use crate::store::table::View;

pub(crate) mod bulk;
mod refusal;

pub use bulk::{BulkOrder, BulkProved, BulkRefusal, Unproved, prove_bulk};
pub use refusal::CustomerRefusal;

/// Which bill to prove.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The meter, by name or id.
    pub meter: &'a str,
    /// `2026-10`, or `2026-10-01..2026-11-01`.
    pub period: &'a str,
    /// 0 for the first bill of the period, one more for each that corrects it.
    pub revision: u8,
    /// A folder of `.batch` files to use instead of the store's batches, whoever keeps it.
    pub batches_from: Option<PathBuf>,
    /// What bills may say about a slot in all; they are not counted without.
    pub purse: Option<Purse>,
    /// Proves even a bill that gives readings away.
    pub disclose_anyway: bool,
    /// The present.
    pub now: Timestamp,
}

/// A bill, proved and checked.
#[derive(Clone, Debug)]
pub struct ProvedBill {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The meter's name.
    pub meter: String,
    /// The local days, as `2026-03-01..2026-04-01`.
    pub period: String,
    /// The tariff, as `name@version`.
    pub tariff: String,
    /// The total.
    pub total: Money,
    /// The lines, which stay with the customer unless the tariff shows them.
    pub lines: Vec<BillLine>,
    /// Why the lines as they are shown do not add up to the total, when they do not.
    pub note: Option<String>,
    /// The figures that it discloses for later bills, with their units.
    pub shown_figures: Vec<(String, Amount)>,
    /// What it carries from earlier bills.
    pub carried: Vec<(String, Amount)>,
    /// Slots that the tariff's rule for gaps bills.
    pub gaps: u32,
    /// Its sizes and times.
    pub figures: Figures,
}

/// What a bill took and says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Logarithm of the circuit's rows; nothing without a circuit.
    pub k: Option<u32>,
    /// Bytes of the proof with its link.
    pub proof_bytes: usize,
    /// Bytes of the bill.
    pub bill_bytes: usize,
    /// Bits the bill discloses at most.
    pub bits_disclosed: f64,
    /// Bits the period's readings hold.
    pub bits_held: u64,
    /// Settlement periods billed.
    pub slots: u32,
    /// Seconds of each step.
    pub seconds: Seconds,
}

/// Seconds of each step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seconds {
    /// Signatures, decryption and the meter's commitments, recomputed.
    pub decrypt: f64,
    /// The plain bill.
    pub price: f64,
    /// The proof, with the keys it needs.
    pub prove: f64,
    /// The check of the proof.
    pub check: f64,
}

/// Batches opened: what a bill is proved from.
pub(crate) struct Opened {
    commitments: Vec<[u8; 32]>,
    readings: Readings,
    openings: Committed<Opening>,
}

/// Whether a bill may be written to a path: nothing lies there, or a bill of the same meter and slots.
pub fn may_write(store: &Store, order: &Order<'_>, path: &Path) -> Result<(), CustomerRefusal> {
    if !path.exists() {
        return Ok(());
    }
    let there = load(path).ok().and_then(|bytes| Bill::from_bytes(&bytes).ok());
    let wanted = store.look(|view| {
        let meter = registry::find_in(view, order.meter)?.record.id();
        let tariff = policy::in_force(view, &meter, Dates::parse(order.period)?)?;
        let period = tariff.period(order.period).map_err(PolicyRefusal::from)?;
        Ok::<_, CustomerRefusal>((meter, period.slots()))
    })?;
    match there {
        Some(bill) if (bill.statement.meter, bill.statement.slots) == wanted => Ok(()),
        _ => Err(CustomerRefusal::Exists(path.into())),
    }
}

/// Proves a bill. What is returned has passed the same check that the supplier's will.
pub fn prove(
    store: &Store,
    key: &MasterKey,
    order: &Order<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<ProvedBill, CustomerRefusal> {
    prove_watched(store, key, order, &mut |now| {
        progress(now);
        ControlFlow::Continue(())
    })
}

/// The same, watched: it tells how many points and numbers of the proof are written, and a break stops it, within a
/// multi-exponentiation while it is proved.
pub fn prove_watched(
    store: &Store,
    key: &MasterKey,
    order: &Order<'_>,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<ProvedBill, CustomerRefusal> {
    let frame = store.look(|view| frame(view, order))?;
    let ledger = || order.purse.as_ref().map(Ledger::read).transpose();
    let (bill, charge) = prove_framed(&frame, key, order, &Keys::default(), &ledger, watch)?;
    settle(order.purse.as_ref(), charge)?;
    Ok(bill)
}

/// The ledger as it stands, when bills are counted.
type Books<'a> = dyn Fn() -> Result<Option<Ledger<'a>>, LedgerRefusal> + 'a;

/// Charges bills to the ledger, before anyone sees them.
fn settle(purse: Option<&Purse>, charges: impl IntoIterator<Item = Charge>) -> Result<(), CustomerRefusal> {
    match purse {
        Some(purse) => Ok(Ledger::read(purse)?.charge(charges)?),
        None => Ok(()),
    }
}

/// Proves and checks the bill of a frame. What it says is still to be charged to the ledger.
fn prove_framed(
    frame: &Frame,
    key: &MasterKey,
    order: &Order<'_>,
    keys: &Keys,
    ledger: &Books<'_>,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(ProvedBill, Option<Charge>), CustomerRefusal> {
    let stopped = Cell::new(false);
    let mut progress = |now: Progress| stopped.set(stopped.get() | watch(now).is_break());
    let go_on = || if stopped.get() { Err(CustomerRefusal::Stopped) } else { Ok(()) };
    let program = frame.program().map_err(|findings| CustomerRefusal::Program { findings })?;
    let report = looked_at(frame, &program, order.disclose_anyway)?;
    let (opened, decrypt) = timed(|| open(frame, key, &mut progress))?;

    go_on()?;
    progress(Progress { step: "price", done: 0, total: 1 });
    let (priced, price) = timed(|| priced(frame, &program, &opened))?;

    go_on()?;
    let statement = frame.statement(order.revision, disclosed(&priced));
    let charge = admitted(ledger()?.as_ref(), order, &statement, &report)?;

    progress(Progress { step: "prove", done: 0, total: 1 });
    let ((prepared, bill), prove) = timed(|| {
        let prepared = keys.of::<CustomerRefusal>(frame)?;
        go_on()?;
        let total = prepared.writes() as u64;
        let mut watch = |written: usize| {
            progress(Progress { step: "prove", done: written as u64, total });
            if stopped.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let bill = make_watched(frame, &prepared, &opened, order.revision, &mut watch)?;
        Ok((prepared, bill))
    })?;
    go_on()?;
    if bill.statement != statement {
        return Err(CustomerRefusal::Disagreement);
    }

    progress(Progress { step: "check", done: 0, total: 1 });
    let bytes = bill.to_bytes();
    let ((), check) = timed(|| self_check(frame, &prepared, &bytes))?;
    progress(Progress { step: "check", done: 1, total: 1 });
    let figures = Figures {
        k: prepared.figures().k,
        proof_bytes: prepared.proof_bytes(),
        bill_bytes: bytes.len(),
        bits_disclosed: report.bits(),
        bits_held: report.held,
        slots: frame.slots().count(),
        seconds: Seconds { decrypt, price, prove, check },
    };
    let told = told(frame, &program, &priced, figures, bytes).ok_or(CustomerRefusal::Disagreement)?;
    Ok((told, charge))
}

/// What the bill will say, unless it would give readings away.
fn looked_at(frame: &Frame, program: &Program, disclose_anyway: bool) -> Result<Report, CustomerRefusal> {
    let plan = Plan::certified(program, frame.certified()).map_err(PrepareRefusal::from)?;
    let report = Report::of(program, &plan);
    if let Some((amount, giveaway)) = report.giveaways().next().filter(|_| !disclose_anyway) {
        return Err(CustomerRefusal::GivesAway { why: sentence(&frame.period, amount, &giveaway) });
    }
    Ok(report)
}

/// The plain bill.
fn priced(frame: &Frame, program: &Program, opened: &Opened) -> Result<Priced, CustomerRefusal> {
    let priced = rule::evaluate(program, &opened.readings, &frame.carried);
    priced.map_err(|refusal| Unpriced::new(refusal, frame.meter.slot_length()).into())
}

/// What the ledger will be charged, when there is one and its budget allows it.
fn admitted(
    ledger: Option<&Ledger<'_>>,
    order: &Order<'_>,
    statement: &Statement,
    report: &Report,
) -> Result<Option<Charge>, CustomerRefusal> {
    let Some(ledger) = ledger else { return Ok(None) };
    let charge = Charge::of(statement, report.bits(), order.now);
    ledger.admit(&charge, statement.slot_length)?;
    Ok(Some(charge))
}

/// The bill as its customer reads it; nothing when an amount cannot be held.
fn told(frame: &Frame, program: &Program, priced: &Priced, figures: Figures, bytes: Vec<u8>) -> Option<ProvedBill> {
    let Lines { lines, note } = Lines::of(program, priced, frame.tariff.currency())?;
    let shown_figures = program.figures.iter().zip(&priced.figures);
    let shown_figures =
        shown_figures.map(|(figure, count)| Some((figure.name.clone(), Amount::figure(figure, *count)?)));
    Some(ProvedBill {
        meter: frame.meter.name().into(),
        period: frame.period.to_string(),
        tariff: format!("{}@{}", frame.tariff.name(), frame.tariff.version()),
        total: Money::of(priced.total, &program.unit, frame.tariff.currency())?,
        lines,
        note,
        shown_figures: shown_figures.collect::<Option<_>>()?,
        carried: Amount::carried(&frame.tariff, &frame.carried)?,
        gaps: frame.gap_count(),
        figures,
        bytes,
    })
}

/// What the plain bill discloses, in a statement's order.
fn disclosed(priced: &Priced) -> Vec<i128> {
    let shown = priced.lines.iter().filter_map(|line| line.disclosed);
    [priced.total].into_iter().chain(shown).chain(priced.figures.iter().copied()).collect()
}

/// The meter's readings over a period, as far as the store holds them; what it lacks is a gap. Dates are those of
/// `zone`, else of the tariff in force, else UTC's. Gives the zone's name as well.
pub fn readings(
    store: &Store,
    key: &MasterKey,
    meter: &str,
    period: &str,
    zone: Option<&str>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(ReadingsFile, String), CustomerRefusal> {
    let (meter, period, batches) = store.look(|view| held(view, meter, period, zone))?;
    let tables = Tables::of(meter.certification());
    let mut readings = Readings::gaps(period.slots(), meter.registers().len());
    for (done, stored) in batches.iter().enumerate() {
        let batch = stored.batch.open(&meter, key, &tables)?;
        for (slot, register) in batch.header().certified() {
            // A batch may begin before the period and end after it.
            let _inside = readings.set(register, slot, batch.reading(register, slot));
        }
        progress(Progress { step: "decrypt", done: done as u64 + 1, total: batches.len() as u64 });
    }
    let columns = meter.registers().iter().filter_map(|register| Column::new(register.name(), register.unit()));
    let file = ReadingsFile { columns: columns.collect(), length: meter.slot_length(), readings };
    Ok((file, period.calendar().zone().into()))
}

/// What the store holds of a period.
fn held(
    view: &impl View,
    meter: &str,
    text: &str,
    zone: Option<&str>,
) -> Result<(MeterRecord, Period, Vec<StoredBatch>), CustomerRefusal> {
    let meter = registry::find_in(view, meter)?.record;
    let calendar = match zone {
        Some(zone) => Calendar::new(zone, meter.slot_length(), 0).map_err(PolicyRefusal::from)?,
        None => match policy::in_force(view, &meter.id(), Dates::parse(text)?) {
            Ok(tariff) => tariff.calendar().clone(),
            Err(_) => Calendar::new("UTC", meter.slot_length(), 0).map_err(PolicyRefusal::from)?,
        },
    };
    let period = Period::parse(text, &calendar).map_err(PolicyRefusal::from)?;
    let mut batches = Vec::new();
    for number in period::numbers(&meter, period.slots()) {
        match archive::claim(view, &meter, number)? {
            Claim::Batch(batch) => batches.push(*batch),
            Claim::Missing => {}
            Claim::Rivals(rivals) => return Err(PeriodRefusal::Rivals { number, rivals }.into()),
        }
    }
    Ok((meter, period, batches))
}

pub(crate) fn frame(view: &impl View, order: &Order<'_>) -> Result<Frame, CustomerRefusal> {
    let meter = registry::find_in(view, order.meter)?.record;
    let tariff = policy::in_force(view, &meter.id(), Dates::parse(order.period)?)?;
    let period = tariff.period(order.period).map_err(PolicyRefusal::from)?;
    let batches = match &order.batches_from {
        None => period::batches(&meter, period.slots(), order.now, |number| {
            Ok::<_, CustomerRefusal>(archive::claim(view, &meter, number)?)
        })?,
        Some(folder) => {
            let mut archive = folder_of_batches(folder, &meter)?;
            period::batches(&meter, period.slots(), order.now, |number| {
                Ok::<_, CustomerRefusal>(archive.remove(&number).map_or(Claim::Missing, claim_of))
            })?
        }
    };
    Ok(Frame::new(view, Word::OwnOrReceipt, meter, tariff, period, batches)?)
}

/// Batches of one number by revision and name.
type Claimants = BTreeMap<(u8, HeaderDigest), SealedBatch>;

/// The meter's batches in a folder, by number. One that claims to be the meter's and is not is refused.
fn folder_of_batches(folder: &Path, meter: &MeterRecord) -> Result<BTreeMap<u32, Claimants>, CustomerRefusal> {
    let unreadable = |error: std::io::Error| CustomerRefusal::Folder { path: folder.into(), reason: error.to_string() };
    let mut batches: BTreeMap<u32, Claimants> = BTreeMap::new();
    let mut paths = fs::read_dir(folder).map_err(unreadable)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = paths.by_ref().collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == Kind::Batch.ending()));
    files.sort();
    for path in files {
        let refused = |refusal: ArchiveRefusal| CustomerRefusal::BatchFile { path: path.clone(), refusal };
        let batch = SealedBatch::from_bytes(&load(&path)?).map_err(|refusal| refused(refusal.into()))?;
        if batch.header().meter() == meter.id() {
            batch.verify(meter).map_err(|refusal| refused(refusal.into()))?;
            let claimants = batches.entry(batch.header().number()).or_default();
            claimants.insert((batch.header().revision(), batch.header_digest()), batch);
        }
    }
    Ok(batches)
}

/// The only batch of the latest revision, or its rivals.
fn claim_of(mut claimants: Claimants) -> Claim {
    let Some((latest, _)) = claimants.last_key_value().map(|(key, _)| *key) else { return Claim::Missing };
    claimants.retain(|(revision, _), _| *revision == latest);
    match claimants.len() {
        1 => claimants.pop_last().map_or(Claim::Missing, |((_, header_digest), batch)| {
            Claim::Batch(Box::new(StoredBatch { batch, header_digest }))
        }),
        _ => Claim::Rivals(claimants.into_keys().map(|(_, digest)| digest).collect()),
    }
}

/// Opens the frame's batches: signature, key, and the digest of the recomputed commitments are checked for each.
pub(crate) fn open(
    frame: &Frame,
    key: &MasterKey,
    progress: &mut dyn FnMut(Progress),
) -> Result<Opened, CustomerRefusal> {
    let (registers, places) = (frame.tariff.registers().len(), frame.places());
    // Whole batches are committed to at once: what they hold beside the period goes along.
    let slots = match frame.certified() {
        Certified::Each => frame.slots(),
        Certified::Batches(_) => frame.batch_slots(),
    };
    let tables = Tables::of(frame.meter.certification());
    let mut opened = Opened {
        commitments: Vec::new(),
        readings: Readings::gaps(slots, registers),
        openings: Committed::gaps(slots, registers),
    };
    for (done, stored) in frame.batches.iter().enumerate() {
        let batch = stored.batch.open(&frame.meter, key, &tables)?;
        take(&mut opened, &batch, &places);
        progress(Progress { step: "decrypt", done: done as u64 + 1, total: frame.batches.len() as u64 });
    }
    Ok(opened)
}

/// Keeps all commitments of a batch, and the readings that are billed.
fn take(opened: &mut Opened, batch: &OpenBatch, places: &[Option<usize>]) {
    opened.commitments.extend(batch.commitments().map(|commitment| commitment.to_bytes()));
    for (slot, register) in batch.header().certified() {
        let Some(place) = places.get(register).copied().flatten() else { continue };
        // Of a classic batch, slots before and after the period go along for the digest only.
        let _inside = opened.readings.set(place, slot, batch.reading(register, slot));
        if let Some(cell) = batch.get(register, slot) {
            let _inside = opened.openings.set(place, slot, cell.opening.clone());
        }
    }
    for (register, place) in places.iter().enumerate() {
        if let Some((place, (opening, _))) = place.zip(batch.compact(register)) {
            let _inside = opened.openings.set(place, batch.header().slots().first(), opening.clone());
        }
    }
}

pub(crate) fn make(frame: &Frame, prepared: &Prepared, opened: &Opened, revision: u8) -> Result<Bill, CustomerRefusal> {
    make_watched(frame, prepared, opened, revision, &mut |_| ControlFlow::Continue(()))
}

fn make_watched(
    frame: &Frame,
    prepared: &Prepared,
    opened: &Opened,
    revision: u8,
    watch: &mut Watch<'_>,
) -> Result<Bill, CustomerRefusal> {
    let statement = frame.statement(revision, prepared.price(&opened.readings, &frame.carried)?);
    let seed = fresh()?;
    let commitments = frame.commitments(&opened.commitments);
    let (readings, openings) = (&opened.readings, &opened.openings);
    let proof = prepared.prove_watched(&statement, &commitments, readings, openings, &seed, watch);
    let proof = proof.map_err(|refusal| match refusal {
        ProveRefusal::Stopped => CustomerRefusal::Stopped,
        refusal => refusal.into(),
    })?;
    Ok(Bill { statement, commitments: opened.commitments.clone(), proof })
}

/// The supplier's check, on the bytes that will be sent.
fn self_check(frame: &Frame, prepared: &Prepared, bytes: &[u8]) -> Result<(), CustomerRefusal> {
    let bill = Bill::from_bytes(bytes).map_err(|_| CustomerRefusal::SelfCheck)?;
    let points = frame.points(&bill.commitments).map_err(|_| CustomerRefusal::SelfCheck)?;
    let (entropy, commitments) = (fresh()?, frame.commitments(&bill.commitments));
    let checked = prepared.verify(&bill.statement, &commitments, &points, &bill.proof, &entropy);
    checked.map_err(|_| CustomerRefusal::SelfCheck)
}

impl From<Unfit> for CustomerRefusal {
    fn from(Unfit(findings): Unfit) -> Self {
        CustomerRefusal::Program { findings }
    }
}

fn timed<T>(act: impl FnOnce() -> Result<T, CustomerRefusal>) -> Result<(T, f64), CustomerRefusal> {
    let started = Instant::now();
    let done = act()?;
    Ok((done, started.elapsed().as_secs_f64()))
}
