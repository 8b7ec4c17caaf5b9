//! Bills of a folder of keys, proved by workers and charged and written here.
//!
//! A worker gets what the store says of a meter, and reads the key's file itself: no key, reading or opening is ever in
//! the queue. The ledger is this side's: workers are told what was said before and refuse what would pass the budget; what
//! they proved is looked at once more and charged before its file is there to see.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::statement::Statement;

use super::excerpt::{Excerpt, Recorder};
use super::job::{Act, BillId, Job, Outcome, ProveJob, bill_id};
use super::line::{Line, Outcomes};
use super::queue::Queue;
use super::refusal::ClusterRefusal;
use crate::bills::Reason;
use crate::customer::bulk::{KEY_ENDING, keys_in, name, prove_with, publish, reason, stands};
use crate::customer::{BulkOrder, BulkProved, BulkRefusal, CustomerRefusal, Order, Unproved, frame};
use crate::desk::file::{self, FileRefusal};
use crate::keys::Keys;
use crate::ledger::{Charge, Ledger, LedgerRefusal, Purse};
use crate::progress::Progress;
use crate::refusal::{Fault, Refusal};
use crate::store::Store;
use crate::store::table::View;
use crate::supplier::Refused;

/// The most bills of a job: each takes a large part of a second.
const MOST: usize = 64;
/// The least, but for the last: they share the circuit's key.
const LEAST: usize = 4;
/// How many jobs a run should be cut into, so that workers end together.
const JOBS: usize = 32;

/// Meters that were asked for together.
struct Asked {
    /// With those that needed no worker.
    meters: usize,
    bills: Vec<AskedBill>,
}

struct AskedBill {
    meter: String,
    id: BillId,
    /// What the bill will say, but for the amounts.
    statement: Statement,
}

/// What is known of a meter before a worker is asked.
enum Seen {
    Already,
    Refused(Reason),
    Open { statement: Box<Statement>, excerpt: Excerpt },
}

/// Bulk proving under way.
struct Run<'a> {
    store: &'a Store,
    order: &'a BulkOrder<'a>,
    keys: PathBuf,
    done: BulkProved,
}

/// As [`crate::customer::prove_bulk`], with the bills proved by the workers of a queue, who read the keys by the same
/// path. Without a worker this waits. The order's `jobs` are not asked for.
pub fn prove_queued(
    store: &Store,
    order: &BulkOrder<'_>,
    queue: &Queue,
    progress: &mut dyn FnMut(Progress),
) -> Result<BulkProved, ClusterRefusal> {
    let files = keys_in(order.keys)?;
    file::folder(order.out).map_err(BulkRefusal::from)?;
    let meters: Vec<String> = files.iter().map(|file| name(file)).collect();
    let most = meters.len().div_ceil(JOBS).clamp(LEAST, MOST);
    let mut line = Line::new(queue.link(), "prove", meters.len() as u64);
    let mut run = Run { store, order, keys: seen_from_everywhere(order.keys)?, done: BulkProved::default() };
    let mut rest = meters.chunks(most);
    loop {
        while !line.is_full()
            && let Some(meters) = rest.next()
        {
            run.ask(&mut line, meters)?;
        }
        let Some((ticket, outcomes)) = line.take(progress)? else { break };
        run.take_in(&ticket.about, outcomes)?;
        line.settled(&ticket, ticket.about.meters)?;
    }
    run.done.refused.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(run.done)
}

/// A folder's path from the root, which a job can say.
fn seen_from_everywhere(folder: &Path) -> Result<PathBuf, BulkRefusal> {
    let refused = |reason: String| BulkRefusal::Folder { path: folder.into(), reason };
    let path = folder.canonicalize().map_err(|error| refused(error.to_string()))?;
    match path.to_str() {
        Some(_) => Ok(path),
        None => Err(refused("workers cannot be told a path that is not UTF-8".into())),
    }
}

impl Run<'_> {
    fn ask(&mut self, line: &mut Line<'_, Asked>, meters: &[String]) -> Result<(), ClusterRefusal> {
        let said = match &self.order.purse {
            Some(purse) => Ledger::read(purse).map_err(told)?.by_meter(),
            None => HashMap::new(),
        };
        let (mut bills, mut all, mut charges) = (Vec::new(), Excerpt::default(), Vec::new());
        self.store.look(|view| {
            for meter in meters {
                match self.see(view, meter)? {
                    Seen::Already => self.done.already += 1,
                    Seen::Refused(reason) => self.refuse(meter, reason),
                    Seen::Open { statement, excerpt } => {
                        let said = said.get(&statement.meter).map_or(&[][..], Vec::as_slice);
                        let id = self.id(meter, &excerpt, said);
                        all.merge(excerpt);
                        charges.extend_from_slice(said);
                        bills.push(AskedBill { meter: meter.clone(), id, statement: *statement });
                    }
                }
            }
            Ok::<_, BulkRefusal>(())
        })?;
        let wanted: Vec<(BillId, String)> = bills.iter().map(|bill| (bill.id, bill.meter.clone())).collect();
        let ids = wanted.iter().map(|(id, _)| *id).collect();
        line.ask(Asked { meters: meters.len(), bills }, ids, |missing| {
            let meters = wanted.into_iter().filter(|(id, _)| missing(id)).collect();
            let BulkOrder { period, disclose_anyway, now, .. } = *self.order;
            let (keys, period, budget) = (self.keys.clone(), period.into(), self.budget());
            let act = Act::Prove(ProveJob { keys, period, disclose_anyway, budget, charges, meters });
            Job { now, excerpt: all, act }
        })
    }

    /// What the store and the folder say of a meter.
    fn see(&self, view: &impl View, meter: &str) -> Result<Seen, BulkRefusal> {
        let recorder = Recorder::new(view);
        let seen = frame(&recorder, &self.order.of(meter)).map_err(BulkRefusal::from).and_then(|frame| {
            let statement = Box::new(frame.statement(0, Vec::new()));
            Ok(if stands(&self.order.place(meter), &frame)? { None } else { Some(statement) })
        });
        match seen {
            Ok(Some(statement)) => Ok(Seen::Open { statement, excerpt: recorder.into_excerpt() }),
            Ok(None) => Ok(Seen::Already),
            Err(refusal) if refusal.fault() == Fault::Machine => Err(refusal),
            Err(refusal) => Ok(Seen::Refused(reason(&refusal))),
        }
    }

    /// The id of a meter's bill, which depends on all that its worker is told.
    fn id(&self, meter: &str, excerpt: &Excerpt, said: &[Charge]) -> BillId {
        let said: String = said.iter().map(|charge| format!("{charge}\n")).collect();
        let flags = format!("{} {:?}", self.order.disclose_anyway, self.budget());
        let keys = self.keys.as_os_str().as_encoded_bytes();
        let parts = [keys, meter.as_bytes(), self.order.period.as_bytes(), flags.as_bytes(), said.as_bytes()];
        bill_id("prove", excerpt, &parts)
    }

    fn budget(&self) -> Option<u32> {
        self.order.purse.as_ref().map(|purse| purse.budget)
    }

    fn refuse(&mut self, meter: &str, reason: Reason) {
        let file = self.order.keys.join(format!("{meter}.{KEY_ENDING}"));
        self.done.refused.push(Unproved { file, meter: meter.into(), reason });
    }

    /// Charges and writes what workers have proved, when it is what was asked for.
    fn take_in(&mut self, asked: &Asked, mut outcomes: Outcomes) -> Result<(), ClusterRefusal> {
        let purse = self.order.purse.as_ref();
        let ledger = purse.map(Ledger::read).transpose().map_err(told)?;
        let (mut bills, mut charges) = (Vec::new(), Vec::new());
        for bill in &asked.bills {
            match outcomes.remove(&bill.id) {
                Some(Outcome::Refused(refused)) => self.refuse(&bill.meter, refused.reason),
                Some(Outcome::Proved { bytes, charge }) if bill.is(&bytes) && charge.is_some() == purse.is_some() => {
                    match ledger.iter().zip(&charge).try_for_each(|(ledger, charge)| bill.admit(ledger, charge)) {
                        Err(refusal) => self.refuse(&bill.meter, reason(&told(refusal))),
                        Ok(()) => {
                            bills.push((self.order.place(&bill.meter), bytes));
                            charges.extend(charge);
                        }
                    }
                }
                _ => return Err(ClusterRefusal::Foreign { what: "result" }),
            }
        }
        self.done.proved += publish(purse, charges, bills)?;
        Ok(())
    }
}

impl AskedBill {
    /// Whether these bytes are the bill that was asked for.
    fn is(&self, bytes: &[u8]) -> bool {
        let Ok(Bill { statement, .. }) = Bill::from_bytes(bytes) else { return false };
        let wanted = Statement { disclosed: statement.disclosed.clone(), ..self.statement.clone() };
        statement == wanted
    }

    /// What was charged since the worker was asked counts, too.
    fn admit(&self, ledger: &Ledger<'_>, charge: &Charge) -> Result<(), LedgerRefusal> {
        ledger.admit(charge, self.statement.slot_length)
    }
}

fn told(refusal: LedgerRefusal) -> BulkRefusal {
    CustomerRefusal::from(refusal).into()
}

/// A worker's part: proves the bills of a job, and gives each as it is done. `keys_at` stands for the folder that the job
/// names, where that lies elsewhere here.
///
/// # Errors
/// When the machine fails, so that another may do better, and when it is stopped.
pub(crate) fn prove(
    keys: &Keys,
    job: &ProveJob,
    (excerpt, now): (&Excerpt, Timestamp),
    keys_at: Option<&Path>,
    stopped: &dyn Fn() -> bool,
    done: &mut dyn FnMut(BillId, Outcome) -> Result<(), ClusterRefusal>,
) -> Result<(), ClusterRefusal> {
    let folder = keys_at.unwrap_or(&job.keys);
    // A folder that is missing here is no fault of the meters.
    std::fs::read_dir(folder)
        .map_err(|error| BulkRefusal::Folder { path: folder.into(), reason: error.to_string() })?;
    let purse = job.budget.map(|budget| Purse { path: PathBuf::new(), budget });
    for (id, meter) in &job.meters {
        let order = Order {
            meter,
            period: &job.period,
            revision: 0,
            batches_from: None,
            purse: purse.clone(),
            disclose_anyway: job.disclose_anyway,
            now,
        };
        let ledger = || Ok(purse.as_ref().map(|purse| Ledger::of(purse, job.charges.clone())));
        let proved = file_of(folder, meter).and_then(|file| {
            let frame = frame(excerpt, &order).map_err(BulkRefusal::from)?;
            prove_with(&file, &frame, &order, keys, &ledger, stopped)
        });
        match proved {
            Ok((bytes, charge)) => done(*id, Outcome::Proved { bytes, charge })?,
            Err(refusal) if refusal.fault() == Fault::Machine || stopped() => return Err(refusal.into()),
            Err(refusal) => {
                done(*id, Outcome::Refused(Refused { reason: reason(&refusal), is_final: false }))?;
            }
        }
    }
    Ok(())
}

/// A meter's key in a folder, and nothing outside it.
fn file_of(folder: &Path, meter: &str) -> Result<PathBuf, BulkRefusal> {
    let file = folder.join(format!("{meter}.{KEY_ENDING}"));
    match Path::new(meter).components().collect::<Vec<_>>()[..] {
        [Component::Normal(_)] => Ok(file),
        _ => Err(FileRefusal::Unreadable { path: file, reason: "it is not in the folder of keys".into() }.into()),
    }
}
