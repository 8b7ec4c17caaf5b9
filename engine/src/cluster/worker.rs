//! A worker: takes jobs of a queue, one a thread, until it is told to stop.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{BackendExt, BoxDynError, Data, WorkerBuilder, WorkerError};
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use rayon::ThreadPoolBuilder;

use super::job::{Act, BillId, Job};
use super::queue::{HEARTBEAT, JOBS, Link, MISSED, Pool, Queue};
use super::refusal::ClusterRefusal;
use super::{prove, verify};
use crate::keys::Keys;
use crate::random::{NoRandomness, fresh};
use crate::refusal::Refusal;
use crate::supplier::{VerifyRefusal, hex};

/// How often the queue is asked for a job.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a worker that could not do a job leaves it to others.
const RETREAT: Duration = Duration::from_secs(1);

/// How a worker works.
#[derive(Clone, Debug)]
pub struct Terms {
    /// How many jobs at a time, a thread each.
    pub jobs: usize,
    /// The folder of keys here, where it is not the one that the jobs name.
    pub keys: Option<PathBuf>,
}

/// What a worker has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Jobs brought to their end.
    pub jobs: u64,
    /// Bills checked or proved.
    pub bills: u64,
    /// Jobs that it could not do.
    pub failed: u64,
}

/// What the jobs of a worker share.
struct Shop {
    link: Link,
    keys: Keys,
    terms: Terms,
    stop: Arc<AtomicBool>,
    jobs: AtomicU64,
    bills: AtomicU64,
    failed: AtomicU64,
}

/// Works on a queue's jobs until `stop` is set; what it is at by then is left to others where it takes long.
///
/// # Errors
/// When the queue no longer answers.
pub fn work(queue: &Queue, terms: Terms, stop: &Arc<AtomicBool>) -> Result<Worked, ClusterRefusal> {
    let (link, stop) = (queue.link().clone(), stop.clone());
    let name =
        format!("{}-{}", std::process::id(), hex(&*fresh().map_err(|NoRandomness| VerifyRefusal::NoRandomness)?));
    let shop = Arc::new(Shop {
        link: link.clone(),
        keys: Keys::default(),
        terms,
        stop,
        jobs: AtomicU64::new(0),
        bills: AtomicU64::new(0),
        failed: AtomicU64::new(0),
    });
    link.handle.block_on(run(&name, &shop)).map_err(|error| link.unreachable(&error))?;
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Ok(Worked { jobs: count(&shop.jobs), bills: count(&shop.bills), failed: count(&shop.failed) })
}

/// The same worker over either database. A buffer of more than one job would keep the worker from its heartbeats.
macro_rules! worker {
    ($storage:ident, $config:ty, $pool:expr, $name:expr, $shop:expr) => {{
        let config = <$config>::default().queue(JOBS).batch_size(1);
        let config = config.heartbeat_interval(HEARTBEAT).missed_heartbeats(MISSED);
        let jobs = $storage::<String>::new($pool).with_config(config).poll_with_interval(PAUSE);
        let stop = $shop.stop.clone();
        WorkerBuilder::new($name)
            .backend(jobs)
            .concurrency($shop.terms.jobs)
            .data($shop.clone())
            .build(take)
            .run_until(stopped(stop))
            .await
    }};
}

async fn run(name: &str, shop: &Arc<Shop>) -> Result<(), WorkerError> {
    match &shop.link.pool {
        Pool::Sqlite(pool) => worker!(SqliteStorage, apalis_sqlite::Config, pool, name, shop),
        Pool::Postgres(pool) => worker!(PostgresStorage, apalis_postgres::Config, pool, name, shop),
    }
}

async fn stopped(stop: Arc<AtomicBool>) -> Result<(), WorkerError> {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// What apalis calls with a job's name. An error leaves the job to be tried again.
async fn take(job: String, shop: Data<Arc<Shop>>) -> Result<(), BoxDynError> {
    let shop = Arc::clone(&shop);
    tokio::task::spawn_blocking(move || shop.take(&job)).await??;
    Ok(())
}

impl Shop {
    fn take(&self, job: &str) -> Result<(), ClusterRefusal> {
        let done = self.begin(job);
        match &done {
            Ok(()) => {}
            Err(_) if self.stopping() => self.link.leave(job)?,
            Err(refusal) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                self.link.fail(job, &format!("{refusal}; {}", refusal.hint()))?;
                std::thread::sleep(RETREAT);
            }
        }
        done
    }

    fn begin(&self, name: &str) -> Result<(), ClusterRefusal> {
        let Some(begun) = self.link.begin(name)? else { return Ok(()) };
        let job = Job::read(&begun.body).ok_or(ClusterRefusal::Foreign { what: "job" })?;
        let pool = ThreadPoolBuilder::new().num_threads(1).build().map_err(|_| ClusterRefusal::Threads)?;
        pool.install(|| self.work(job, &begun.open))?;
        self.jobs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn work(&self, Job { now, excerpt, act }: Job, open: &[BillId]) -> Result<(), ClusterRefusal> {
        let stopped = || self.stopping();
        match act {
            Act::Verify(mut bills) => {
                bills.retain(|(id, _)| open.contains(id));
                let outcomes = verify::judge(&self.keys, &excerpt, now, bills)?;
                self.link.answer(&outcomes)?;
                self.bills.fetch_add(outcomes.len() as u64, Ordering::Relaxed);
                Ok(())
            }
            Act::Prove(mut job) => {
                job.meters.retain(|(id, _)| open.contains(id));
                let folder = self.terms.keys.as_deref();
                prove::prove(&self.keys, &job, (&excerpt, now), folder, &stopped, &mut |id, outcome| {
                    self.link.answer(&[(id, outcome)])?;
                    self.bills.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                })
            }
        }
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
