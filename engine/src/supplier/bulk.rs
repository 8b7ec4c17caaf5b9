//! Many bills: read and summed by threads, a chunk each, decided together, remembered in one transaction.
//!
//! Every verdict is the one that checking the files one after another gives. Bills of a wave are looked at against the
//! store as it was before the wave; a bill that an earlier one of the same wave could have changed the verdict of is
//! checked again by itself when that one is decided. `docs/bulk.md` tells what is held in memory.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use rayon::{ThreadPool, ThreadPoolBuilder};
use wattproof_circuits::bill::Bill;
use wattproof_circuits::bulk::Bulk;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::SlotRange;
use wattproof_meter::record::MeterId;

use super::{Judged, Supplier, VerifyRefusal, frame, reason};
use crate::bills::{self, BillDigest, Reason, Verdict};
use crate::frame::Frame;
use crate::import::{ImportRefusal, Kind, load};
use crate::progress::Progress;
use crate::random::{NoRandomness, fresh};
use crate::store::StoreRefusal;
use crate::store::table::View;

/// Bills of a chunk. More of them share the generators' cost among more, and hold more memory.
const CHUNK: usize = 128;
/// Bytes of a chunk's files; what is made of them takes some six times as much.
const CHUNK_BYTES: u64 = 8 << 20;

/// What became of many bills.
#[derive(Clone, Debug, Default)]
pub struct BulkJudged {
    /// Bills accepted, now or before.
    pub accepted: u64,
    /// Bills decided before, one way or the other.
    pub already: u64,
    /// Those refused, wave by wave; bills that an earlier one of their wave could have changed come last in it.
    pub refused: Vec<Judged>,
}

impl BulkJudged {
    /// All bills.
    pub fn count(&self) -> u64 {
        self.accepted + self.refused.len() as u64
    }
}

/// A file as far as it has come.
struct Read {
    file: PathBuf,
    digest: BillDigest,
    bytes: Vec<u8>,
    found: Found,
}

enum Found {
    /// Decided before.
    Verdict(Verdict),
    /// The statement is there when the bytes are a bill.
    Refused(VerifyRefusal, Option<Statement>),
    /// All is well but for the proof's equation, of which nothing is known yet.
    Pending(Statement),
    /// All is well.
    Holds(Statement),
}

/// A chunk whose proofs are read and summed. `pending` are the places of the bills that the sum is of.
struct Chunk {
    read: Vec<Read>,
    pending: Vec<usize>,
    bulk: Bulk,
}

impl Supplier<'_> {
    /// Checks the bills in files on `jobs` threads and decides. A file that was decided before is not checked again, so
    /// that a run that was cut short goes on where it stopped.
    pub fn verify_bulk(
        &self,
        files: &[PathBuf],
        jobs: usize,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BulkJudged, VerifyRefusal> {
        let pools = (0..jobs.max(1)).map(|_| pool(1)).collect::<Result<Vec<_>, _>>()?;
        let together = pool(pools.len())?;
        let total = files.len() as u64;
        let (mut judged, mut done) = (BulkJudged::default(), 0);
        progress(Progress { step: "verify", done, total });
        let mut rest = files;
        loop {
            let wave = wave(&mut rest, pools.len());
            if wave.is_empty() {
                return Ok(judged);
            }
            let read = self.read(&pools, &wave, &mut || {
                done += 1;
                progress(Progress { step: "verify", done, total });
            })?;
            let settled = together.install(|| settle(read))?;
            self.remember(settled, &mut judged)?;
        }
    }

    /// Reads and sums a chunk on each thread.
    fn read(
        &self,
        pools: &[ThreadPool],
        wave: &[&[PathBuf]],
        done: &mut dyn FnMut(),
    ) -> Result<Vec<Chunk>, VerifyRefusal> {
        let (sender, receiver) = channel();
        std::thread::scope(|scope| {
            let threads: Vec<_> = pools
                .iter()
                .zip(wave)
                .map(|(pool, files)| {
                    let sender = sender.clone();
                    scope.spawn(move || pool.install(|| self.chunk(files, &sender)))
                })
                .collect();
            drop(sender);
            receiver.iter().for_each(|()| done());
            threads.into_iter().map(|thread| thread.join().unwrap_or(Err(VerifyRefusal::Threads))).collect()
        })
    }

    fn chunk(&self, files: &[PathBuf], done: &Sender<()>) -> Result<Chunk, VerifyRefusal> {
        let loaded: Vec<_> = files.iter().map(|file| load(file)).collect();
        let framed = self.store.look(|view| {
            loaded.into_iter().map(|loaded| self.framed(view, loaded)).collect::<Result<Vec<_>, StoreRefusal>>()
        })?;
        let (mut read, mut pending, mut equations) = (Vec::with_capacity(files.len()), vec![], vec![]);
        for (file, (bytes, framed)) in files.iter().zip(framed) {
            let found = match framed {
                Framed::Verdict(verdict) => Found::Verdict(verdict),
                Framed::Refused(refusal, statement) => Found::Refused(refusal, statement),
                Framed::Bill(framed) => match self.equation(&framed.0, &framed.1) {
                    Err(refusal) => Found::Refused(refusal, Some(framed.0.statement)),
                    Ok(equation) => {
                        pending.push(read.len());
                        equations.push(equation);
                        Found::Pending(framed.0.statement)
                    }
                },
            };
            read.push(Read { file: file.clone(), digest: bills::digest(&bytes), bytes, found });
            // Who counts may have gone with the run.
            let _heard = done.send(());
        }
        Ok(Chunk { read, pending, bulk: Bulk::new(equations, &mut weight)? })
    }

    fn framed(
        &self,
        view: &impl View,
        loaded: Result<Vec<u8>, ImportRefusal>,
    ) -> Result<(Vec<u8>, Framed), StoreRefusal> {
        let bytes = match loaded {
            Ok(bytes) => bytes,
            Err(refusal) => return Ok((Vec::new(), Framed::Refused(refusal.into(), None))),
        };
        if let Some(verdict) = bills::verdict(view, &bills::digest(&bytes))? {
            return Ok((bytes, Framed::Verdict(verdict)));
        }
        let bill = match Bill::from_bytes(&bytes) {
            Ok(bill) => bill,
            Err(refusal) => return Ok((bytes, Framed::Refused(refusal.into(), None))),
        };
        match frame(view, &bill.statement, self.now, false) {
            Ok(frame) => Ok((bytes, Framed::Bill(Box::new((bill, frame))))),
            Err(VerifyRefusal::Store(refusal)) => Err(refusal),
            Err(refusal) => Ok((bytes, Framed::Refused(refusal, Some(bill.statement)))),
        }
    }

    /// Writes a wave's verdicts, in the order of the files.
    fn remember(&self, read: Vec<Read>, judged: &mut BulkJudged) -> Result<(), VerifyRefusal> {
        let (mut wave, mut alone) = (Wave::default(), Vec::new());
        let decided = self.store.change(|change| {
            let mut decided = Vec::new();
            for Read { file, digest, bytes, found } in read {
                let (found, statement) = match found {
                    Found::Verdict(verdict) => {
                        decided.push((file, digest, bytes, verdict.refused, true));
                        continue;
                    }
                    Found::Refused(refusal, statement) => (Err(refusal), statement),
                    Found::Pending(statement) => (Err(ProofRefusal::DoesNotHold.into()), Some(statement)),
                    Found::Holds(statement) => (Ok(()), Some(statement)),
                };
                if wave.could_change(&digest, statement.as_ref(), &found) {
                    alone.push((file, bytes));
                    continue;
                }
                let stays = matches!(&found, Err(refusal) if !refusal.is_final());
                let refusal = match statement.filter(|_| !stays) {
                    Some(statement) => self.record(change, &bytes, &digest, &statement, found)?,
                    None => found.err(),
                };
                decided.push((file, digest, bytes, refusal.as_ref().map(reason), false));
            }
            Ok::<_, StoreRefusal>(decided)
        })?;
        for (file, digest, bytes, refused, already) in decided {
            self.count(judged, file, digest, &bytes, refused, already)?;
        }
        for (file, bytes) in alone {
            let Judged { digest, refused, already, .. } = self.verify(&bytes, false)?;
            self.count(judged, file, digest, &bytes, refused, already)?;
        }
        Ok(())
    }

    fn count(
        &self,
        judged: &mut BulkJudged,
        file: PathBuf,
        digest: BillDigest,
        bytes: &[u8],
        refused: Option<Reason>,
        already: bool,
    ) -> Result<(), StoreRefusal> {
        judged.already += u64::from(already);
        match refused {
            None => judged.accepted += 1,
            refused => {
                let says = self.says(bytes)?;
                judged.refused.push(Judged { file: Some(file), digest, refused, already, says });
            }
        }
        Ok(())
    }
}

/// A bill against the store.
enum Framed {
    Verdict(Verdict),
    Refused(VerifyRefusal, Option<Statement>),
    Bill(Box<(Bill, Frame)>),
}

/// What the bills of a wave may have changed for those behind them.
#[derive(Default)]
struct Wave {
    seen: HashSet<BillDigest>,
    billed: HashMap<MeterId, Vec<SlotRange>>,
}

impl Wave {
    /// Whether an earlier bill of the wave could change what is said of this one: the same again, or one of the same
    /// meter over the same slots, or that this one carries from or waits for.
    fn could_change(
        &mut self,
        digest: &BillDigest,
        statement: Option<&Statement>,
        found: &Result<(), VerifyRefusal>,
    ) -> bool {
        let again = !self.seen.insert(*digest);
        let Some(statement) = statement else { return again };
        let waits = matches!(found, Err(refusal) if !refusal.is_final());
        let earlier = self.billed.entry(statement.meter).or_default();
        let touched = earlier.iter().any(|slots| slots.overlap(statement.slots).is_some());
        let depends = !earlier.is_empty() && (touched || waits || !statement.carried.is_empty());
        earlier.push(statement.slots);
        again || depends
    }
}

/// Decides the bills of all chunks at once.
fn settle(chunks: Vec<Chunk>) -> Result<Vec<Read>, VerifyRefusal> {
    let (mut read, mut pending, mut bulks) = (Vec::new(), Vec::new(), Vec::new());
    for chunk in chunks {
        pending.push(chunk.pending.into_iter().map(|place| place + read.len()).collect::<Vec<_>>());
        bulks.push(chunk.bulk);
        read.extend(chunk.read);
    }
    let holds = Bulk::settle(bulks, &mut weight)?;
    for (place, holds) in pending.into_iter().flatten().zip(holds.into_iter().flatten()) {
        let found = &mut read[place].found;
        if let (true, Found::Pending(statement)) = (holds, &mut *found) {
            *found = Found::Holds(statement.clone());
        }
    }
    Ok(read)
}

fn weight() -> Result<[u8; 32], NoRandomness> {
    Ok(*fresh()?)
}

fn pool(threads: usize) -> Result<ThreadPool, VerifyRefusal> {
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(|_| VerifyRefusal::Threads)
}

/// Takes the next files, a chunk for each of so many threads: as many as are left for each, but few enough in number and
/// bytes.
fn wave<'f>(rest: &mut &'f [PathBuf], threads: usize) -> Vec<&'f [PathBuf]> {
    let most = rest.len().div_ceil(threads).min(CHUNK);
    let mut chunks = Vec::with_capacity(threads);
    while chunks.len() < threads && !rest.is_empty() {
        let (mut bytes, mut count) = (0, 0);
        for file in rest.iter().take(most) {
            bytes += file.metadata().map_or(0, |found| found.len());
            if count > 0 && bytes > CHUNK_BYTES {
                break;
            }
            count += 1;
        }
        let (chunk, others) = rest.split_at(count);
        chunks.push(chunk);
        *rest = others;
    }
    chunks
}

/// The bills of a folder, by name.
pub fn bills_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == Kind::Bill.ending()));
    files.sort();
    Ok(files)
}
