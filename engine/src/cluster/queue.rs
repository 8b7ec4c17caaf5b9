//! The queue: apalis' jobs in a database, and beside them the work and its results, a row a bill.
//!
//! A job of apalis is no more than the name of a row of `wattproof_jobs`, which holds what the job carries. A bill has one
//! row in `wattproof_bills` under its id, whoever asks for it and however often it is worked on; the first result that
//! comes stays. Rows go when whoever asked has what it needs on its own disk.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use apalis::prelude::TaskSink;
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, QueryBuilder, Row, SqlitePool};
use tokio::runtime::{Builder, Handle, Runtime};

use super::job::{BillId, Job, Outcome};
use super::refusal::ClusterRefusal;
use crate::random::fresh;
use crate::supplier::hex;

/// The name of the jobs among others in the same database.
pub(crate) const JOBS: &str = "wattproof";
/// How often a worker says that it lives.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(2);
/// How many heartbeats may be missed before others take over what a worker had begun.
pub(crate) const MISSED: usize = 5;
/// How often a job is begun before it is given up.
pub(crate) const ATTEMPTS: i64 = 5;

/// How long a process waits for another that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a database may take to let us in.
const CONNECT: Duration = Duration::from_secs(15);
/// Of several processes that prepare a database at once, one may fail.
const PREPARATIONS: u32 = 8;

/// A queue of jobs in a database, open.
#[derive(Debug)]
pub struct Queue {
    link: Link,
    /// What drives the connections; ends with the queue.
    _runtime: Runtime,
}

/// The connections to a queue.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) pool: Pool,
    pub(crate) handle: Handle,
    name: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// The same for both databases.
macro_rules! on {
    ($link:expr, $pool:ident => $body:expr) => {
        match &$link.pool {
            Pool::Sqlite($pool) => $body,
            Pool::Postgres($pool) => $body,
        }
    };
}

/// A bill's row: its job, and its result when there is one.
pub(crate) struct Asked {
    pub(crate) job: String,
    pub(crate) outcome: Option<Outcome>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) bills: u64,
    pub(crate) done: u64,
}

/// What a worker finds of a job.
pub(crate) struct Begun {
    pub(crate) body: Vec<u8>,
    /// The bills without a result.
    pub(crate) open: Vec<BillId>,
}

impl Queue {
    /// Opens the queue at an address, `sqlite:FILE` or `postgres://USER@HOST/DATABASE`, and prepares the database when it is
    /// new. `connections` bounds how much is asked at a time.
    ///
    /// # Errors
    /// When the address is none, or the database does not answer.
    pub fn open(address: &str, connections: usize) -> Result<Self, ClusterRefusal> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|_| ClusterRefusal::Threads)?;
        let connections = u32::try_from(connections).unwrap_or(u32::MAX).max(2);
        let (pool, name) = runtime.block_on(async { connect(address, connections) })?;
        let link = Link { pool, handle: runtime.handle().clone(), name };
        link.prepare()?;
        Ok(Queue { link, _runtime: runtime })
    }

    /// The database, without user and password.
    pub fn name(&self) -> &str {
        &self.link.name
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }
}

/// Connections are made when they are needed.
fn connect(address: &str, connections: u32) -> Result<(Pool, String), ClusterRefusal> {
    let refused = |reason: String| ClusterRefusal::Address { reason };
    match address.split_once(':').map(|(scheme, rest)| (scheme, rest.trim_start_matches('/'))) {
        Some(("sqlite", "" | ":memory:")) => Err(refused("a queue in a SQLite file needs the file's name".into())),
        Some(("sqlite", _)) => {
            let options = SqliteConnectOptions::from_str(address)
                .map_err(|error| refused(format!("{address} is not the address of a queue: {error}")))?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(PATIENCE);
            let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
            Ok((Pool::Sqlite(pool.connect_lazy_with(options)), address.into()))
        }
        Some(("postgres" | "postgresql", _)) => {
            let options = PgConnectOptions::from_str(address)
                .map_err(|error| refused(format!("the address of the PostgreSQL database cannot be read: {error}")))?;
            let database = options.get_database().unwrap_or(options.get_username());
            let name = format!("postgres://{}:{}/{database}", options.get_host(), options.get_port());
            let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(CONNECT);
            Ok((Pool::Postgres(pool.connect_lazy_with(options)), name))
        }
        _ => Err(refused("this is not the address of a queue".into())),
    }
}

/// The tables of work and results. What is long stands last: the rest is read without it.
fn tables(bytes: &str) -> [String; 3] {
    [
        format!(
            "CREATE TABLE IF NOT EXISTS wattproof_jobs (job TEXT PRIMARY KEY, begun BIGINT NOT NULL DEFAULT 0, \
             failure TEXT, body {bytes} NOT NULL)"
        ),
        format!(
            "CREATE TABLE IF NOT EXISTS wattproof_bills (bill {bytes} PRIMARY KEY, job TEXT NOT NULL, result {bytes})"
        ),
        "CREATE INDEX IF NOT EXISTS wattproof_bills_of_job ON wattproof_bills (job)".into(),
    ]
}

impl Link {
    /// Waits for an answer of the database.
    fn ask<T>(&self, asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, ClusterRefusal> {
        self.handle.block_on(asked).map_err(|error| self.unreachable(&error))
    }

    pub(crate) fn unreachable(&self, error: &dyn std::error::Error) -> ClusterRefusal {
        let reason = error.to_string().lines().collect::<Vec<_>>().join(" ");
        ClusterRefusal::Unreachable { queue: self.name.clone(), reason }
    }

    /// Connects, then prepares the database. Of processes that prepare it at once some may find it locked or half made.
    fn prepare(&self) -> Result<(), ClusterRefusal> {
        let mut attempt = 1;
        loop {
            let connected = self.handle.block_on(async { on!(self, pool => pool.acquire().await.map(drop)) });
            let locked = matches!(&connected, Err(sqlx::Error::Database(error)) if error.message().contains("locked"));
            let done = match connected {
                Err(error) if !locked => return Err(self.unreachable(&error)),
                Err(error) => Err(error),
                Ok(()) => self.handle.block_on(self.set_up()),
            };
            match done {
                Err(_) if attempt < PREPARATIONS => std::thread::sleep(Duration::from_millis(150) * attempt),
                done => return done.map_err(|error| self.unreachable(&error)),
            }
            attempt += 1;
        }
    }

    async fn set_up(&self) -> Result<(), sqlx::Error> {
        match &self.pool {
            Pool::Sqlite(pool) => {
                // A connection of its own: apalis' set-up leaves its connection without flushes to the disk.
                let alone = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
                let alone = alone.connect_with((*pool.connect_options()).clone()).await?;
                let set_up = SqliteStorage::setup(&alone).await;
                alone.close().await;
                set_up.map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
                for table in tables("BLOB") {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(table)).execute(pool).await?;
                }
            }
            Pool::Postgres(pool) => {
                PostgresStorage::setup(pool).await.map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
                for table in tables("BYTEA") {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(table)).execute(pool).await?;
                }
            }
        }
        Ok(())
    }

    /// Makes a job of bills that have no row, and asks for it.
    pub(crate) fn post(&self, job: &Job) -> Result<String, ClusterRefusal> {
        let name = hex(&fresh().map_err(|_| ClusterRefusal::Verify(crate::random::NoRandomness.into()))?[..16]);
        let (body, bills) = (job.to_bytes(), job.bills());
        self.ask(async {
            on!(self, pool => {
                let mut whole = pool.begin().await?;
                sqlx::query("INSERT INTO wattproof_jobs (job, body) VALUES ($1, $2)")
                    .bind(&name)
                    .bind(&body)
                    .execute(&mut *whole)
                    .await?;
                let mut rows = QueryBuilder::new("INSERT INTO wattproof_bills (bill, job) ");
                rows.push_values(&bills, |mut row, bill| {
                    row.push_bind(bill.as_slice()).push_bind(&name);
                });
                rows.push(" ON CONFLICT DO NOTHING");
                rows.build().execute(&mut *whole).await?;
                whole.commit().await
            })
        })?;
        self.push(&name)?;
        Ok(name)
    }

    /// Asks for a job, once more if it was asked for before: what is done of it is not done again.
    pub(crate) fn push(&self, job: &str) -> Result<(), ClusterRefusal> {
        self.ask(async {
            on!(self, pool => {
                sqlx::query("UPDATE wattproof_jobs SET begun = 0, failure = NULL WHERE job = $1")
                    .bind(job)
                    .execute(pool)
                    .await
                    .map(drop)
            })
        })?;
        let pushed = self.handle.block_on(async {
            match &self.pool {
                Pool::Sqlite(pool) => {
                    let jobs = SqliteStorage::<String>::new(pool);
                    let mut jobs = jobs.with_config(apalis_sqlite::Config::default().queue(JOBS));
                    jobs.push(job.to_owned()).await.map_err(|error| error.to_string())
                }
                Pool::Postgres(pool) => {
                    let jobs = PostgresStorage::<String>::new(pool);
                    let mut jobs = jobs.with_config(apalis_postgres::Config::default().queue(JOBS));
                    jobs.push(job.to_owned()).await.map_err(|error| error.to_string())
                }
            }
        });
        pushed.map_err(|reason| ClusterRefusal::Unreachable { queue: self.name.clone(), reason })
    }

    /// The rows of some bills.
    pub(crate) fn asked(&self, bills: &[BillId]) -> Result<HashMap<BillId, Asked>, ClusterRefusal> {
        if bills.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(Vec<u8>, String, Option<Vec<u8>>)> = self.ask(async {
            on!(self, pool => {
                let mut query = QueryBuilder::new("SELECT bill, job, result FROM wattproof_bills WHERE bill IN (");
                let mut listed = query.separated(", ");
                for bill in bills {
                    listed.push_bind(bill.as_slice());
                }
                query.push(")");
                query.build_query_as().fetch_all(pool).await
            })
        })?;
        let read = |(bill, job, result): (Vec<u8>, String, Option<Vec<u8>>)| {
            let foreign = || ClusterRefusal::Foreign { what: "result" };
            let outcome = result.map(|bytes| Outcome::read(&bytes).ok_or_else(foreign)).transpose()?;
            Ok((bill.try_into().map_err(|_| foreign())?, Asked { job, outcome }))
        };
        rows.into_iter().map(read).collect()
    }

    /// Takes bills' rows out, and their jobs when those have no other bill.
    pub(crate) fn forget(&self, bills: &[BillId], jobs: &[&str]) -> Result<(), ClusterRefusal> {
        if bills.is_empty() {
            return Ok(());
        }
        self.ask(async {
            on!(self, pool => {
                let mut whole = pool.begin().await?;
                let mut rows = QueryBuilder::new("DELETE FROM wattproof_bills WHERE bill IN (");
                let mut listed = rows.separated(", ");
                for bill in bills {
                    listed.push_bind(bill.as_slice());
                }
                rows.push(")");
                rows.build().execute(&mut *whole).await?;
                for job in jobs {
                    sqlx::query(
                        "DELETE FROM wattproof_jobs WHERE job = $1 \
                         AND NOT EXISTS (SELECT 1 FROM wattproof_bills WHERE job = $1)",
                    )
                    .bind(*job)
                    .execute(&mut *whole)
                    .await?;
                }
                whole.commit().await
            })
        })
    }

    /// How far every job is.
    pub(crate) fn counts(&self) -> Result<HashMap<String, Count>, ClusterRefusal> {
        let rows: Vec<(String, i64, i64)> = self.ask(async {
            on!(self, pool => {
                sqlx::query_as("SELECT job, COUNT(*), COUNT(result) FROM wattproof_bills GROUP BY job")
                    .fetch_all(pool)
                    .await
            })
        })?;
        let count = |bills: i64, done: i64| Count { bills: bills.unsigned_abs(), done: done.unsigned_abs() };
        Ok(rows.into_iter().map(|(job, bills, done)| (job, count(bills, done))).collect())
    }

    /// The jobs that no worker will try again, with what the last one said.
    pub(crate) fn given_up(&self) -> Result<HashMap<String, String>, ClusterRefusal> {
        let rows: Vec<(String, String)> = self.ask(async {
            on!(self, pool => {
                sqlx::query_as("SELECT job, failure FROM wattproof_jobs WHERE failure IS NOT NULL")
                    .fetch_all(pool)
                    .await
            })
        })?;
        Ok(rows.into_iter().collect())
    }

    /// Begins a job: nothing when there is nothing left of it to do, or when it is given up.
    pub(crate) fn begin(&self, job: &str) -> Result<Option<Begun>, ClusterRefusal> {
        let open: Vec<Vec<u8>> = self.ask(async {
            on!(self, pool => {
                sqlx::query_scalar("SELECT bill FROM wattproof_bills WHERE job = $1 AND result IS NULL")
                    .bind(job)
                    .fetch_all(pool)
                    .await
            })
        })?;
        if open.is_empty() {
            return Ok(None);
        }
        let begun: Option<(i64, Vec<u8>)> = self.ask(async {
            on!(self, pool => {
                sqlx::query("UPDATE wattproof_jobs SET begun = begun + 1 WHERE job = $1 RETURNING begun, body")
                    .bind(job)
                    .fetch_optional(pool)
                    .await?
                    .map(|row| Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?)))
                    .transpose()
            })
        })?;
        let open = open.into_iter().filter_map(|bill| bill.try_into().ok()).collect();
        match begun {
            Some((begun, body)) if begun <= ATTEMPTS => Ok(Some(Begun { body, open })),
            Some(_) => self.fail(job, "workers that begin it do not come to its end").map(|()| None),
            None => Ok(None),
        }
    }

    /// Takes a beginning back: the worker was asked to stop.
    pub(crate) fn leave(&self, job: &str) -> Result<(), ClusterRefusal> {
        self.ask(async {
            on!(self, pool => {
                let left = sqlx::query("UPDATE wattproof_jobs SET begun = begun - 1 WHERE job = $1").bind(job);
                left.execute(pool).await.map(drop)
            })
        })
    }

    /// Gives a job up, with what kept a worker from doing it, when it was begun often enough. What was said first stays.
    pub(crate) fn fail(&self, job: &str, why: &str) -> Result<(), ClusterRefusal> {
        self.ask(async {
            on!(self, pool => {
                let failed = "UPDATE wattproof_jobs SET failure = $2 WHERE job = $1 AND begun >= $3 AND failure IS NULL";
                sqlx::query(failed).bind(job).bind(why).bind(ATTEMPTS).execute(pool).await.map(drop)
            })
        })
    }

    /// Writes results of bills that have none.
    pub(crate) fn answer(&self, outcomes: &[(BillId, Outcome)]) -> Result<(), ClusterRefusal> {
        self.ask(async {
            on!(self, pool => {
                let mut whole = pool.begin().await?;
                for (bill, outcome) in outcomes {
                    sqlx::query("UPDATE wattproof_bills SET result = $2 WHERE bill = $1 AND result IS NULL")
                        .bind(bill.as_slice())
                        .bind(outcome.to_bytes())
                        .execute(&mut *whole)
                        .await?;
                }
                whole.commit().await
            })
        })
    }
}
