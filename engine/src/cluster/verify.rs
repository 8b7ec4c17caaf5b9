//! Bills of files, checked by workers and decided here.
//!
//! Workers see a bill's bytes and what the store says of it, and answer whether it is right. Verdicts are written by
//! whoever asked, in the order of the files, and each is looked at once more against what was decided meanwhile, as
//! between the waves on one machine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use wattproof_circuits::bill::Bill;

use super::excerpt::{Excerpt, Recorder};
use super::job::{Act, BillId, Job, Outcome, bill_id};
use super::line::{Line, Outcomes};
use super::queue::Queue;
use super::refusal::ClusterRefusal;
use crate::bills::{self, BillDigest};
use crate::import::load;
use crate::keys::Keys;
use crate::progress::Progress;
use crate::store::StoreRefusal;
use crate::store::table::View;
use crate::supplier::bulk::chunk::{Chunk, Found, Read, framed, settle};
use crate::supplier::bulk::wave::Wave;
use crate::supplier::bulk::{BulkJudged, CHUNK, chunk_of};
use crate::supplier::{Supplier, VerifyRefusal, frame};

/// The least bills of a job, but for the last: they share the cost of their sum.
const LEAST: usize = 8;
/// How many jobs a run should be cut into, so that workers end together.
const JOBS: usize = 32;

/// The bills of a job as they were asked for.
struct Asked {
    /// How many jobs were decided before the store was looked at for this one.
    turn: u64,
    files: Vec<File>,
}

/// A file, and what is known of it when a worker is asked. What needs no worker is looked at when its turn comes.
struct File {
    path: PathBuf,
    asked: Option<(BillDigest, BillId)>,
}

impl Supplier<'_> {
    /// As [`Supplier::verify_bulk`], with the checks done by the workers of a queue. Without a worker this waits.
    pub fn verify_queued(
        &self,
        files: &[PathBuf],
        queue: &Queue,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BulkJudged, ClusterRefusal> {
        let most = files.len().div_ceil(JOBS).clamp(LEAST, CHUNK);
        let mut line = Line::new(queue.link(), "verify", files.len() as u64);
        let (mut judged, mut wave, mut rest) = (BulkJudged::default(), Wave::default(), files);
        loop {
            while !line.is_full() && !rest.is_empty() {
                let chunk = chunk_of(&mut rest, most);
                self.ask(&mut line, chunk, wave.turn())?;
            }
            let Some((ticket, outcomes)) = line.take(progress)? else { return Ok(judged) };
            // What was decided before the store was looked at for these bills, the store told.
            wave.forget_before(ticket.about.turn);
            let read = ticket.about.files.iter().map(|file| self.read_back(file, &outcomes));
            let read = read.collect::<Result<Vec<_>, _>>()?;
            let count = read.len();
            self.remember(&mut wave, read, &mut judged)?;
            wave.next_turn();
            line.settled(&ticket, count)?;
        }
    }

    fn ask(&self, line: &mut Line<'_, Asked>, paths: &[PathBuf], turn: u64) -> Result<(), ClusterRefusal> {
        let loaded: Vec<_> = paths.iter().map(|path| load(path)).collect();
        let (mut files, mut sent, mut excerpt) = (Vec::new(), BTreeMap::new(), Excerpt::default());
        self.store.look(|view| {
            for (path, loaded) in paths.iter().zip(loaded) {
                let asked = match loaded {
                    Ok(bytes) => self.excerpt(view, &bytes)?.map(|of| (bytes, of)),
                    Err(_) => None,
                };
                let asked = asked.map(|(bytes, of)| {
                    let digest = bills::digest(&bytes);
                    let id = bill_id("verify", &of, &[&digest]);
                    excerpt.merge(of);
                    sent.insert(id, bytes);
                    (digest, id)
                });
                files.push(File { path: path.clone(), asked });
            }
            Ok::<_, StoreRefusal>(())
        })?;
        line.ask(Asked { turn, files }, sent.keys().copied().collect(), |wanted| {
            sent.retain(|id, _| wanted(id));
            Job { now: self.now, excerpt, act: Act::Verify(sent.into_iter().collect()) }
        })
    }

    /// What the store says of a bill; nothing when the bill was decided, or is none.
    fn excerpt(&self, view: &impl View, bytes: &[u8]) -> Result<Option<Excerpt>, StoreRefusal> {
        let Ok(bill) = Bill::from_bytes(bytes) else { return Ok(None) };
        if bills::verdict(view, &bills::digest(bytes))?.is_some() {
            return Ok(None);
        }
        let recorder = Recorder::new(view);
        match frame(&recorder, &bill.statement, self.now, false) {
            Err(VerifyRefusal::Store(refusal)) => Err(refusal),
            // A worker will come to the same refusal.
            _ => Ok(Some(recorder.into_excerpt())),
        }
    }

    /// A bill with what its worker said. What no worker was asked for, or has changed since, is looked at here.
    fn read_back(&self, file: &File, outcomes: &Outcomes) -> Result<Read, ClusterRefusal> {
        let foreign = ClusterRefusal::Foreign { what: "result" };
        let (loaded, path) = (load(&file.path), file.path.clone());
        let (bytes, digest, id) = match (loaded, file.asked) {
            (Ok(bytes), Some((digest, id))) if bills::digest(&bytes) == digest => (bytes, digest, id),
            (loaded, _) => {
                let bill = self.store.look(|view| framed(view, self.now, loaded))?;
                let chunk = Chunk::new(&self.keys, [(path, bill)], &mut || {})?;
                return settle(vec![chunk])?.pop().ok_or(foreign);
            }
        };
        let statement = Bill::from_bytes(&bytes).ok().map(|bill| bill.statement);
        let found = match (outcomes.get(&id), statement) {
            (Some(Outcome::Holds), Some(statement)) => Found::Holds(statement),
            (Some(Outcome::Refused(refused)), statement) => Found::Refused(refused.clone(), statement),
            _ => return Err(foreign),
        };
        Ok(Read { file: path, digest, bytes, found })
    }
}

/// A worker's part: checks bills against an excerpt of the store.
pub(crate) fn judge(
    keys: &Keys,
    excerpt: &Excerpt,
    now: Timestamp,
    bills: Vec<(BillId, Vec<u8>)>,
) -> Result<Vec<(BillId, Outcome)>, VerifyRefusal> {
    let (ids, bytes): (Vec<BillId>, Vec<Vec<u8>>) = bills.into_iter().unzip();
    let looked = bytes.into_iter().map(|bytes| framed(excerpt, now, Ok(bytes))).collect::<Result<Vec<_>, _>>()?;
    let chunk = Chunk::new(keys, looked.into_iter().map(|bill| (PathBuf::new(), bill)), &mut || {})?;
    let outcomes = settle(vec![chunk])?.into_iter().map(|read| match read.found.ruling() {
        (Ok(()), _) => Outcome::Holds,
        (Err(refused), _) => Outcome::Refused(refused),
    });
    Ok(ids.into_iter().zip(outcomes).collect())
}
