//! Bulk acts by workers over a queue: what comes of them is what comes of them on one machine, whoever dies in between.
//!
//! Over PostgreSQL: `WATTPROOF_POSTGRES=postgres://… cargo test -p wattproof-engine --features cluster --test cluster --
//! --ignored`, with a database of its own.
#![cfg(feature = "cluster")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use support::street::{Street, change};
use support::{CLASSIC, Desk, Meter, day, now};
use wattproof_engine::cluster::{ClusterRefusal, Queue, Terms, Worked, prove_queued, work};
use wattproof_engine::customer::{BulkOrder, BulkProved};
use wattproof_engine::ledger::Purse;
use wattproof_engine::refusal::{Fault, Refusal};
use wattproof_engine::store::Store;
use wattproof_engine::supplier::{BulkJudged, Judged, Supplier, bills_in};
use wattproof_engine::{policy, registry};

const QUEUE: &str = "WATTPROOF_TEST_QUEUE";
const FOLDER: &str = "WATTPROOF_TEST_FOLDER";

/// Not a test: a worker of its own process. Without a queue there is nothing to do.
#[test]
fn worker() {
    let Some(address) = std::env::var_os(QUEUE).filter(|_| std::env::var_os(FOLDER).is_none()) else { return };
    let queue = Queue::open(address.to_str().unwrap(), 4).unwrap();
    work(&queue, Terms { jobs: 1, keys: None }, &Arc::new(AtomicBool::new(false))).unwrap();
}

/// Not a test: whoever asks, as a process of its own.
#[test]
fn asker() {
    let (Some(address), Some(folder)) = (std::env::var_os(QUEUE), std::env::var_os(FOLDER)) else { return };
    let (folder, queue) = (PathBuf::from(folder), Queue::open(address.to_str().unwrap(), 2).unwrap());
    let files = bills_in(&folder.join("bills")).unwrap();
    let store = Store::at(folder.join("store.redb"));
    let mut asked = |_| fs::write(folder.join("asked"), "").unwrap();
    Supplier::new(&store, now()).verify_queued(&files, &queue, &mut asked).unwrap();
}

fn process(what: &str, address: &str, folder: Option<&Path>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", what, "--nocapture"]).env(QUEUE, address).stdout(Stdio::null()).stderr(Stdio::null());
    folder.map(|folder| command.env(FOLDER, folder));
    command.spawn().unwrap()
}

/// Workers in threads, until they are dropped.
struct Workers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Worked>>,
}

impl Workers {
    fn start(address: &str, count: usize, keys: Option<PathBuf>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = |_| {
            let (address, stop, keys) = (address.to_owned(), stop.clone(), keys.clone());
            thread::spawn(move || work(&Queue::open(&address, 4).unwrap(), Terms { jobs: 1, keys }, &stop).unwrap())
        };
        Workers { threads: (0..count).map(thread).collect(), stop }
    }

    /// Bills done and jobs failed by all.
    fn stop(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        let worked = self.threads.into_iter().map(|thread| thread.join().unwrap());
        worked.fold((0, 0), |(bills, failed), one| (bills + one.bills, failed + one.failed))
    }
}

fn sqlite(street: &Street) -> String {
    format!("sqlite:{}", street.path("queue.db").display())
}

fn verify(store: &Store, files: &[PathBuf], address: &str) -> Result<BulkJudged, ClusterRefusal> {
    let queue = Queue::open(address, 2).unwrap();
    Supplier::new(store, now()).verify_queued(files, &queue, &mut |_| {})
}

/// Reason and whether it was decided before, of each file.
type Verdicts = BTreeMap<PathBuf, (Option<String>, bool)>;

fn verdicts(judged: impl IntoIterator<Item = Judged>) -> Verdicts {
    let told = |judged: Judged| (judged.file.unwrap(), (judged.refused.map(|reason| reason.code), judged.already));
    judged.into_iter().map(told).collect()
}

/// Good bills, and bad ones of every kind; also several of one meter.
fn bills(street: &Street) -> Vec<PathBuf> {
    assert_eq!(street.prove().proved, 20);
    let folder = street.path("bills");
    let read = |n: usize| fs::read(folder.join(format!("m{n}.bill"))).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("m1.bill", &change(&read(1), |bill| bill.statement.disclosed[0] -= 1));
    write("m3.bill", &change(&read(3), |bill| *bill.proof.last_mut().unwrap() ^= 1));
    write("m4.bill", &change(&read(4), |bill| bill.commitments.swap(0, 1)));
    write("m5.bill", &read(5)[1..]);
    write("m6-again.bill", &read(6));
    write("m6-other.bill", &street.again(6));
    write("m6-wrong.bill", &change(&street.again(6), |bill| bill.statement.disclosed[0] -= 1));
    write("m7-early.bill", &change(&read(7), |bill| bill.statement.tariff[0] ^= 1));
    bills_in(&folder).unwrap()
}

fn verdicts_are_those_of_the_plain_run(street: &Street, address: &str) {
    let files = bills(street);
    let plain = street.copy();
    let workers = Workers::start(address, 2, None);
    // Again: what was decided stays decided.
    for _ in 0..2 {
        let expected = Supplier::new(&plain, now()).verify_bulk(&files, 2, &mut |_| {}).unwrap();
        let judged = verify(street.store(), &files, address).unwrap();
        assert_eq!((judged.accepted, judged.already), (expected.accepted, expected.already));
        assert_eq!(verdicts(judged.refused), verdicts(expected.refused));
    }
    let (bills, failed) = workers.stop();
    // One is no bill and one is the same again. Not decided: the tariff of one is missing.
    assert_eq!((bills, failed), (files.len() as u64 - 2 + 1, 0));
}

#[test]
fn verdicts_over_sqlite() {
    let street = Street::new(20, &["economy7", "linear", "cumulative"]);
    verdicts_are_those_of_the_plain_run(&street, &sqlite(&street));
}

fn postgres() -> String {
    std::env::var("WATTPROOF_POSTGRES").expect("WATTPROOF_POSTGRES is the address of an empty database")
}

#[test]
#[ignore = "needs PostgreSQL: WATTPROOF_POSTGRES"]
fn everything_over_postgres() {
    let street = Street::new(20, &["economy7", "linear", "cumulative"]);
    verdicts_are_those_of_the_plain_run(&street, &postgres());
    let street = Street::new(24, &["economy7"]);
    a_killed_worker_loses_nothing(&street, &postgres());
}

fn prove(street: &Street, address: &str, budget: Option<u32>) -> Result<BulkProved, ClusterRefusal> {
    let (keys, out) = (street.path("keys"), street.path("bills"));
    let purse = budget.map(|budget| Purse { path: street.path("ledger"), budget });
    let order = BulkOrder { purse, ..street.order(&keys, &out) };
    prove_queued(street.store(), &order, &Queue::open(address, 2).unwrap(), &mut |_| {})
}

fn refusals(proved: &BulkProved) -> Vec<(String, String)> {
    proved.refused.iter().map(|one| (one.meter.clone(), one.reason.code.clone())).collect()
}

#[test]
fn bills_are_proved_charged_and_there() {
    let street = Street::new(6, &["economy7", "linear"]);
    let (keys, out, address) = (street.path("keys"), street.path("bills"), sqlite(&street));
    fs::create_dir(&out).unwrap();
    fs::write(keys.join("m0.key"), "wattkey1nonsense").unwrap();
    fs::write(keys.join("m1.key"), fs::read(keys.join("m2.key")).unwrap()).unwrap();
    fs::write(keys.join("nobody.key"), fs::read(keys.join("m2.key")).unwrap()).unwrap();
    fs::write(out.join("m4.bill"), "a letter").unwrap();
    let workers = Workers::start(&address, 2, None);

    // A budget that no bill keeps.
    let refused = prove(&street, &address, Some(1)).unwrap();
    assert_eq!(refused.proved, 0);
    let told = refusals(&refused);
    assert!(told[0].1.starts_with("key-"), "{told:?}");
    let codes: Vec<&str> = told.iter().map(|(_, code)| code.as_str()).skip(1).collect();
    assert_eq!(
        codes,
        ["wrong-key", "ledger-budget", "ledger-budget", "bill-of-another", "ledger-budget", "meter-unknown"]
    );

    let proved = prove(&street, &address, Some(256)).unwrap();
    assert_eq!((proved.proved, proved.already), (3, 0));
    let plain = {
        let elsewhere = street.path("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("m4.bill"), "a letter").unwrap();
        let order = BulkOrder { out: &elsewhere, ..street.order(&keys, &out) };
        wattproof_engine::customer::prove_bulk(street.store(), &order, &mut |_| {}).unwrap()
    };
    assert_eq!(refusals(&proved), refusals(&plain), "for the same reasons as on one machine");
    assert_eq!(
        proved.refused.iter().map(|one| &one.file).collect::<Vec<_>>(),
        plain.refused.iter().map(|one| &one.file).collect::<Vec<_>>()
    );
    assert_eq!(fs::read_to_string(street.path("ledger")).unwrap().lines().count(), 1 + 3);
    assert_eq!(fs::read(out.join("m4.bill")).unwrap(), b"a letter");

    fs::remove_file(out.join("m4.bill")).unwrap();
    let bytes = fs::read(out.join("m2.bill")).unwrap();
    let again = prove(&street, &address, Some(256)).unwrap();
    assert_eq!((again.proved, again.already), (1, 3));
    assert_eq!(fs::read(out.join("m2.bill")).unwrap(), bytes);
    assert_eq!(workers.stop().1, 0);
    let judged = Supplier::new(street.store(), now()).verify_bulk(&bills_in(&out).unwrap(), 2, &mut |_| {}).unwrap();
    assert_eq!((judged.accepted, judged.refused.len()), (4, 0));
}

/// The queue's files, wherever they keep what they have held.
#[test]
fn the_queue_holds_no_key_or_reading() {
    let street = Street::new(4, &["economy7"]);
    let address = sqlite(&street);
    let workers = Workers::start(&address, 1, None);
    // A connection keeps the journal from being taken away.
    let _open = Queue::open(&address, 2).unwrap();
    assert_eq!(prove(&street, &address, None).unwrap().proved, 4);
    workers.stop();
    let files = ["queue.db", "queue.db-wal"].map(|name| fs::read(street.path(name)).unwrap_or_default()).concat();
    let holds = |bytes: &[u8]| files.windows(bytes.len()).any(|window| window == bytes);
    let meter = &street.meters[1];
    let batch = meter.flat(day("2026-03-10"), 101);
    assert!(holds(batch.as_bytes()), "the scan finds what is there");
    for meter in &street.meters {
        assert!(!holds(meter.key.as_bytes()) && !holds(meter.key.to_text().as_bytes()));
    }
    let open = batch.open(&meter.record, &meter.key, &CLASSIC).unwrap();
    let first = batch.header().slots().first();
    let opening = &open.get(0, first).unwrap().opening;
    assert!(!holds(&ff::PrimeField::to_repr(opening.scalar())));
    for words in [[101_u32; 3].map(u32::to_le_bytes), [101_u32; 3].map(u32::to_be_bytes)] {
        assert!(!holds(&words.concat()));
    }
}

fn a_killed_worker_loses_nothing(street: &Street, address: &str) {
    let mut first = process("worker", address, None);
    let (keys, out) = (street.path("keys"), street.path("bills"));
    let order = street.order(&keys, &out);
    let (mut rescue, queue) = (None, Queue::open(address, 2).unwrap());
    let mut seen = 0;
    let proved = prove_queued(street.store(), &order, &queue, &mut |progress| {
        seen = progress.done;
        if progress.done > 0 && rescue.is_none() {
            first.kill().unwrap();
            assert!(progress.done < progress.total, "it was killed in the middle");
            rescue = Some(Workers::start(address, 2, None));
        }
    })
    .unwrap();
    first.wait().unwrap();
    let (bills, failed) = rescue.unwrap().stop();
    assert_eq!((proved.proved, proved.already, proved.refused.len()), (24, 0, 0));
    assert!(bills < 24 && failed == 0, "what the dead worker had done is not done again");
    assert!(seen > 0);
    let files = bills_in(&out).unwrap();
    let judged = Supplier::new(street.store(), now()).verify_bulk(&files, 2, &mut |_| {}).unwrap();
    assert_eq!((judged.accepted, judged.refused.len()), (24, 0));
}

#[test]
fn a_worker_that_is_killed_is_replaced() {
    let street = Street::new(24, &["economy7"]);
    a_killed_worker_loses_nothing(&street, &sqlite(&street));
}

/// How many bills in a queue have no result.
fn open_bills(address: &str) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(address).await.unwrap();
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM wattproof_bills WHERE result IS NULL");
        count.fetch_one(&pool).await.unwrap()
    })
}

fn until(true_at_last: impl Fn() -> bool) {
    let waited = Instant::now();
    while !true_at_last() {
        assert!(waited.elapsed() < Duration::from_secs(120), "it never comes");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Whoever asks is killed; workers go on, and who asks again needs no worker.
#[test]
fn results_wait_for_who_asks_again() {
    let street = Street::new(20, &["linear"]);
    assert_eq!(street.prove().proved, 20);
    let (address, files) = (sqlite(&street), bills_in(&street.path("bills")).unwrap());
    drop(Queue::open(&address, 2).unwrap());
    let mut asker = process("asker", &address, Some(street.desk.folder.path()));
    until(|| street.path("asked").exists());
    asker.kill().unwrap();
    asker.wait().unwrap();
    assert_eq!(open_bills(&address), 20);
    let workers = Workers::start(&address, 1, None);
    until(|| open_bills(&address) == 0);
    assert_eq!(workers.stop(), (20, 0));
    let judged = verify(street.store(), &files, &address).unwrap();
    assert_eq!((judged.accepted, judged.refused.len()), (20, 0));
}

/// What a month used is carried into the next: bills that wait for one another are decided in order.
const CHAIN: &str = "\
tariff annual version 1 in GBP, zone UTC, slot 30 min
register import in Wh, below 2^20
gaps refuse
define month = energy of import rounded half up to 1 kWh shown
carry used in kWh, below 1000000 kWh, sum of month since 1 Apr
charge energy = 10 p/kWh * energy of import
charge state = 1 p/kWh * used
total = energy + state rounded half up to 1 p
";

fn chained() -> Desk {
    let plain = Meter::new("M1", 7);
    let first = plain.slots(day("2026-03-30")).first();
    let desk = Desk::bare(Meter::of("M1", 7, plain.record.registers()[0].clone(), first));
    registry::register(&desk.store, &desk.meter.record.to_bytes(), now()).unwrap();
    desk.publish(CHAIN);
    policy::assign(&desk.store, "M1", "annual", None, "2026-01-01".parse().unwrap()).unwrap();
    desk.import_days("2026-03-30", &[1000, 2000, 3000, 4000]);
    desk
}

#[test]
fn bills_that_carry_from_one_another() {
    let (customer, supplier) = (chained(), chained());
    let folder = supplier.folder.path().join("bills");
    fs::create_dir(&folder).unwrap();
    for (n, first) in ["2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"].into_iter().enumerate() {
        let end: jiff::civil::Date = first.parse::<jiff::civil::Date>().unwrap().tomorrow().unwrap();
        let bill = customer.prove(&format!("{first}..{end}")).unwrap();
        assert_eq!(customer.verdict(&bill.bytes), None);
        fs::write(folder.join(format!("{n}.bill")), &bill.bytes).unwrap();
    }
    let address = format!("sqlite:{}", supplier.folder.path().join("queue.db").display());
    let workers = Workers::start(&address, 1, None);
    let judged = verify(&supplier.store, &bills_in(&folder).unwrap(), &address).unwrap();
    assert_eq!((judged.accepted, judged.refused.len()), (4, 0), "{:?}", judged.refused);
    workers.stop();
}

/// A worker that cannot see the keys is no reason to refuse a bill.
#[test]
fn a_job_that_no_worker_can_do_is_given_up() {
    let street = Street::new(2, &["linear"]);
    let address = sqlite(&street);
    let workers = Workers::start(&address, 1, Some(street.path("nowhere")));
    let refusal = prove(&street, &address, None).unwrap_err();
    assert!(
        matches!(&refusal, ClusterRefusal::GivenUp { count: 2, reason } if reason.contains("nowhere")),
        "{refusal}"
    );
    assert_eq!((refusal.code(), refusal.fault()), ("queue-given-up", Fault::Machine));
    assert_eq!(workers.stop(), (0, 5));
    // Put right, it is done.
    let workers = Workers::start(&address, 1, Some(street.path("keys")));
    assert_eq!(prove(&street, &address, None).unwrap().proved, 2);
    assert_eq!(workers.stop(), (2, 0));
}

#[test]
fn addresses_that_are_none() {
    for address in
        ["", "queue.db", "sqlite:", "sqlite://", "sqlite::memory:", "mysql://a@b/c", "postgres://[", "sqlite:a?mode=x"]
    {
        let refusal = Queue::open(address, 2).err().unwrap();
        assert!(matches!(refusal, ClusterRefusal::Address { .. }), "{address}: {refusal}");
        assert_eq!((refusal.code(), refusal.fault()), ("queue-address", Fault::Own));
    }
    let told = Queue::open("postgres://me:secret@[/x", 2).err().unwrap().to_string();
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn databases_that_do_not_answer() {
    for address in ["sqlite:/nowhere/at/all/queue.db", "postgres://me:secret@127.0.0.1:1/bills"] {
        let refusal = Queue::open(address, 2).err().unwrap();
        assert!(matches!(refusal, ClusterRefusal::Unreachable { .. }), "{address}: {refusal}");
        assert_eq!((refusal.code(), refusal.fault()), ("queue-unreachable", Fault::Machine));
        assert!(!refusal.to_string().contains("secret"), "{refusal}");
    }
}

#[test]
fn progress_tells_of_waiting_first() {
    let street = Street::new(4, &["linear"]);
    assert_eq!(street.prove().proved, 4);
    let (address, files) = (sqlite(&street), bills_in(&street.path("bills")).unwrap());
    let (waits, workers) = (AtomicU64::new(0), std::cell::RefCell::new(None));
    let queue = Queue::open(&address, 2).unwrap();
    let judged = Supplier::new(street.store(), now()).verify_queued(&files, &queue, &mut |progress| {
        assert!(progress.total == 4 && progress.done <= 4);
        if progress.step == "wait" && waits.fetch_add(1, Ordering::Relaxed) == 2 {
            *workers.borrow_mut() = Some(Workers::start(&address, 1, None));
        }
    });
    assert_eq!(judged.unwrap().accepted, 4);
    assert!(waits.into_inner() >= 3);
    workers.into_inner().unwrap().stop();
}
