//! Many bills: read and summed by threads, a chunk each, decided together, remembered in one transaction.
//!
//! Every verdict is the one that checking the files one after another gives. Bills of a wave are looked at against the
//! store as it was before the wave; a bill that an earlier one of the same wave could have changed the verdict of is
//! checked again by itself when that one is decided. `docs/bulk.md` tells what is held in memory.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use super::{Judged, Supplier, VerifyRefusal};
use crate::bills::{self, BillDigest, Reason};
use crate::import::{Kind, load};
use crate::progress::Progress;
use crate::store::StoreRefusal;
use rayon::{ThreadPool, ThreadPoolBuilder};

pub(crate) mod chunk;
pub(crate) mod wave;

use chunk::{Chunk, Found, Read, framed, settle};
use wave::Wave;

/// Bills of a chunk. More of them share the generators' cost among more, and hold more memory.
pub(crate) const CHUNK: usize = 128;
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
            self.remember(&mut Wave::default(), settled, &mut judged)?;
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
        let bills = self.store.look(|view| {
            loaded.into_iter().map(|loaded| framed(view, self.now, loaded)).collect::<Result<Vec<_>, StoreRefusal>>()
        })?;
        Chunk::new(&self.keys, files.iter().cloned().zip(bills), &mut || {
            // Who counts may have gone with the run.
            let _heard = done.send(());
        })
    }

    /// Writes verdicts in the order of the files. `wave` is what was decided since these bills were looked at.
    pub(crate) fn remember(
        &self,
        wave: &mut Wave,
        read: Vec<Read>,
        judged: &mut BulkJudged,
    ) -> Result<(), VerifyRefusal> {
        let mut alone = Vec::new();
        let decided = self.store.change(|change| {
            let mut decided = Vec::new();
            for Read { file, digest, bytes, found } in read {
                // Others may have decided it since it was looked at.
                let before = match found {
                    Found::Verdict(ref verdict) => Some(verdict.clone()),
                    _ => bills::verdict(change, &digest)?,
                };
                if let Some(verdict) = before {
                    decided.push((file, digest, bytes, verdict.refused, true));
                    continue;
                }
                let (found, statement) = found.ruling();
                if wave.could_change(&digest, statement.as_ref(), &found) {
                    alone.push((file, bytes));
                    continue;
                }
                let stays = matches!(&found, Err(refused) if !refused.is_final);
                let refused = match statement.filter(|_| !stays) {
                    Some(statement) => self.record(change, &bytes, &digest, &statement, found)?,
                    None => found.err(),
                };
                decided.push((file, digest, bytes, refused.map(|refused| refused.reason), false));
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

fn pool(threads: usize) -> Result<ThreadPool, VerifyRefusal> {
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(|_| VerifyRefusal::Threads)
}

/// Takes the next files, a chunk for each of so many threads: as many as are left for each, but few enough.
fn wave<'f>(rest: &mut &'f [PathBuf], threads: usize) -> Vec<&'f [PathBuf]> {
    let most = rest.len().div_ceil(threads).min(CHUNK);
    let mut chunks = Vec::with_capacity(threads);
    while chunks.len() < threads && !rest.is_empty() {
        chunks.push(chunk_of(rest, most));
    }
    chunks
}

/// Takes the next files: at most so many, of so many bytes, and one at least.
pub(crate) fn chunk_of<'f>(rest: &mut &'f [PathBuf], most: usize) -> &'f [PathBuf] {
    let (mut bytes, mut count) = (0, 0);
    for file in rest.iter().take(most) {
        bytes += file.metadata().map_or(0, |found| found.len());
        if count > 0 && bytes > CHUNK_BYTES {
            break;
        }
        count += 1;
    }
    let (chunk, others) = rest.split_at(count);
    *rest = others;
    chunk
}

/// The bills of a folder, by name.
pub fn bills_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == Kind::Bill.ending()));
    files.sort();
    Ok(files)
}
