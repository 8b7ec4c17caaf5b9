//! Many meters' bills, proved by threads that share one key a circuit.
//!
//! A bill stands in the folder under its meter's name, whole or not at all: it is written beside its place, brought to
//! the disk and renamed. A bill that stands there already is not proved again, so that a run that was cut short goes on
//! where it stopped. What cannot be proved is that meter's refusal, and the others go on.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{fs, io};

use jiff::Timestamp;
use rayon::ThreadPoolBuilder;
use thiserror::Error;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::statement::Statement;

use super::{Books, CustomerRefusal, Order, frame, prove_framed, settle};
use crate::bills::Reason;
use crate::desk::file::{self, FileRefusal};
use crate::desk::key::{Key, KeyRefusal};
use crate::frame::Frame;
use crate::import::{Kind, MAX_FILE};
use crate::keys::Keys;
use crate::ledger::{Charge, Ledger, Purse};
use crate::progress::Progress;
use crate::refusal::{Fault, Refusal};
use crate::store::{Store, StoreRefusal};

/// More than any key needs.
const MAX_KEY: u64 = 4096;
/// What a key's file is called behind its meter.
pub(crate) const KEY_ENDING: &str = "key";

/// Which bills to prove.
#[derive(Clone, Debug)]
pub struct BulkOrder<'a> {
    /// A folder of keys, each in a file called after its meter: `<meter>.key`.
    pub keys: &'a Path,
    /// `2026-10`, or `2026-10-01..2026-11-01`.
    pub period: &'a str,
    /// Where the bills go: `<meter>.bill`.
    pub out: &'a Path,
    /// What bills may say about a slot in all; they are not counted without.
    pub purse: Option<Purse>,
    /// Proves even bills that give readings away.
    pub disclose_anyway: bool,
    /// How many bills are proved at a time.
    pub jobs: usize,
    /// The present.
    pub now: Timestamp,
}

/// What became of many bills to prove.
#[derive(Clone, Debug, Default)]
pub struct BulkProved {
    /// Bills proved now.
    pub proved: u64,
    /// Bills that stood in the folder already.
    pub already: u64,
    /// Those that were not proved, in the order of their meters' names.
    pub refused: Vec<Unproved>,
}

/// A meter whose bill was not proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproved {
    /// The file of its key.
    pub file: PathBuf,
    /// The meter, as its key's file calls it.
    pub meter: String,
    /// Why.
    pub reason: Reason,
}

/// Why a bill of many, or all of them, are not proved.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BulkRefusal {
    /// As for one bill.
    #[error(transparent)]
    Customer(#[from] CustomerRefusal),
    /// The key's file holds no key.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileRefusal),
    /// What stands in the bill's place is not this bill.
    #[error("{0} is not the bill of this meter and period")]
    OtherBill(PathBuf),
    /// The folder of keys cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// No threads for the work.
    #[error("the operating system gives no threads")]
    Threads,
}

impl From<StoreRefusal> for BulkRefusal {
    fn from(refusal: StoreRefusal) -> Self {
        BulkRefusal::Customer(refusal.into())
    }
}

impl Refusal for BulkRefusal {
    fn code(&self) -> &'static str {
        match self {
            BulkRefusal::Customer(refusal) => refusal.code(),
            BulkRefusal::Key(refusal) => Refusal::code(refusal),
            BulkRefusal::File(refusal) => refusal.code(),
            BulkRefusal::OtherBill(_) => "bill-of-another",
            BulkRefusal::Folder { .. } => "folder-unreadable",
            BulkRefusal::Threads => "no-threads",
        }
    }

    fn hint(&self) -> String {
        match self {
            BulkRefusal::Customer(refusal) => refusal.hint(),
            BulkRefusal::Key(refusal) => Refusal::hint(refusal),
            BulkRefusal::File(refusal) => refusal.hint(),
            BulkRefusal::OtherBill(_) => "give another folder, or move the file away".into(),
            BulkRefusal::Folder { .. } => "check the path and its permissions".into(),
            BulkRefusal::Threads => "ask for fewer with --jobs".into(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            BulkRefusal::Customer(refusal) => refusal.fault(),
            BulkRefusal::Key(refusal) => refusal.fault(),
            BulkRefusal::File(refusal) => refusal.fault(),
            BulkRefusal::OtherBill(_) | BulkRefusal::Folder { .. } => Fault::Own,
            BulkRefusal::Threads => Fault::Machine,
        }
    }
}

/// One meter's bill, as a thread leaves it.
enum Made {
    /// It stood there.
    Already,
    /// Proved and checked; nobody has seen it yet.
    Proved { place: PathBuf, bytes: Vec<u8>, charge: Option<Charge> },
}

/// What the threads share.
struct Work<'w> {
    store: &'w Store,
    order: &'w BulkOrder<'w>,
    files: &'w [PathBuf],
    keys: Keys,
    next: AtomicUsize,
    stopped: AtomicBool,
}

type Done = (usize, Result<Made, BulkRefusal>);

/// Proves the bill of every meter that has a key in a folder.
///
/// # Errors
/// When the folder of keys cannot be read, or the machine fails; what is wrong with one meter is in the answer.
pub fn prove_bulk(
    store: &Store,
    order: &BulkOrder<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<BulkProved, BulkRefusal> {
    let files = keys_in(order.keys)?;
    file::folder(order.out)?;
    let keys = Keys::default();
    let work = Work { store, order, files: &files, keys, next: AtomicUsize::new(0), stopped: AtomicBool::new(false) };
    let jobs = order.jobs.clamp(1, files.len().max(1));
    let pool = |_| ThreadPoolBuilder::new().num_threads(1).build().map_err(|_| BulkRefusal::Threads);
    let pools = (0..jobs).map(pool).collect::<Result<Vec<_>, _>>()?;
    // Bills that wait to be written are few, whatever the threads do.
    let (sender, receiver) = sync_channel(2 * jobs);
    std::thread::scope(|scope| {
        for pool in &pools {
            let (sender, work) = (sender.clone(), &work);
            scope.spawn(move || pool.install(|| work.run(&sender)));
        }
        drop(sender);
        let written = write(&work, receiver, progress);
        work.stopped.store(true, Ordering::Relaxed);
        written
    })
}

impl Work<'_> {
    fn run(&self, done: &SyncSender<Done>) {
        while !self.stopped.load(Ordering::Relaxed) {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.files.get(at) else { return };
            if done.send((at, self.make(file))).is_err() {
                return;
            }
        }
    }

    fn make(&self, file: &Path) -> Result<Made, BulkRefusal> {
        let meter = name(file);
        let order = self.order.of(&meter);
        let frame = self.store.look(|view| frame(view, &order))?;
        let place = self.order.place(&meter);
        if stands(&place, &frame)? {
            return Ok(Made::Already);
        }
        let ledger = || order.purse.as_ref().map(Ledger::read).transpose();
        let (bytes, charge) =
            prove_with(file, &frame, &order, &self.keys, &ledger, &|| self.stopped.load(Ordering::Relaxed))?;
        Ok(Made::Proved { place, bytes, charge })
    }
}

impl BulkOrder<'_> {
    /// The order of one meter's bill.
    pub(crate) fn of<'o>(&'o self, meter: &'o str) -> Order<'o> {
        Order {
            meter,
            period: self.period,
            revision: 0,
            batches_from: None,
            purse: self.purse.clone(),
            disclose_anyway: self.disclose_anyway,
            now: self.now,
        }
    }

    /// Where a meter's bill goes.
    pub(crate) fn place(&self, meter: &str) -> PathBuf {
        self.out.join(format!("{meter}.{}", Kind::Bill.ending()))
    }
}

/// Proves the bill of a frame with the key in a file.
pub(crate) fn prove_with(
    file: &Path,
    frame: &Frame,
    order: &Order<'_>,
    keys: &Keys,
    ledger: &Books<'_>,
    stopped: &dyn Fn() -> bool,
) -> Result<(Vec<u8>, Option<Charge>), BulkRefusal> {
    let text = file::read(file, MAX_KEY)?;
    let key = Key::from_text(&zeroize::Zeroizing::new(String::from_utf8_lossy(&text).into_owned()))?;
    let mut watch = |_| match stopped() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let (bill, charge) = prove_framed(frame, &key, order, keys, ledger, &mut watch)?;
    Ok((bill.bytes, charge))
}

/// Writes bills as they come. Those that wait are charged to the ledger together, before any of them is there to see.
fn write(
    work: &Work<'_>,
    receiver: Receiver<Done>,
    progress: &mut dyn FnMut(Progress),
) -> Result<BulkProved, BulkRefusal> {
    let total = work.files.len() as u64;
    let (mut all, mut done) = (BulkProved::default(), 0);
    progress(Progress { step: "prove", done, total });
    while let Ok(first) = receiver.recv() {
        let (mut bills, mut charges) = (Vec::new(), Vec::new());
        for (at, made) in [first].into_iter().chain(receiver.try_iter()) {
            done += 1;
            match made {
                Ok(Made::Already) => all.already += 1,
                Ok(Made::Proved { place, bytes, charge }) => {
                    bills.push((place, bytes));
                    charges.extend(charge);
                }
                Err(refusal) if refusal.fault() == Fault::Machine => return Err(refusal),
                Err(refusal) => {
                    let file = work.files[at].clone();
                    all.refused.push(Unproved { meter: name(&file), file, reason: reason(&refusal) });
                }
            }
        }
        all.proved += publish(work.order.purse.as_ref(), charges, bills)?;
        progress(Progress { step: "prove", done, total });
    }
    all.refused.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(all)
}

/// Charges bills to the ledger, then puts them into their places.
pub(crate) fn publish(
    purse: Option<&Purse>,
    charges: Vec<Charge>,
    bills: Vec<(PathBuf, Vec<u8>)>,
) -> Result<u64, BulkRefusal> {
    settle(purse, charges)?;
    for (place, bytes) in &bills {
        file::create(place, bytes, file::Access::Usual)?;
    }
    Ok(bills.len() as u64)
}

/// Whether this bill stands in its place: one of the same frame, whatever it discloses. Another one is not overwritten.
pub(crate) fn stands(place: &Path, frame: &Frame) -> Result<bool, BulkRefusal> {
    if !place.exists() {
        return Ok(false);
    }
    let bytes = file::read(place, MAX_FILE)?;
    let bill = Bill::from_bytes(&bytes).map_err(|_| BulkRefusal::OtherBill(place.into()))?;
    let Statement { revision, disclosed, .. } = bill.statement.clone();
    let same = bill.statement == frame.statement(revision, disclosed);
    same.then_some(true).ok_or_else(|| BulkRefusal::OtherBill(place.into()))
}

pub(crate) fn reason(refusal: &BulkRefusal) -> Reason {
    Reason { code: refusal.code().into(), message: refusal.to_string(), hint: refusal.hint() }
}

pub(crate) fn name(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn keys_in(folder: &Path) -> Result<Vec<PathBuf>, BulkRefusal> {
    let unreadable = |error: io::Error| BulkRefusal::Folder { path: folder.into(), reason: error.to_string() };
    let entries = fs::read_dir(folder).map_err(unreadable)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == KEY_ENDING));
    files.sort();
    Ok(files)
}
