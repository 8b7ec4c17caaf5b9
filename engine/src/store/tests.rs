use super::table::{Change, METERS, TARIFFS, View};
use super::*;
use crate::refusal::Refusal;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

const PATIENCE: Duration = Duration::from_millis(200);
/// Names the store to a second process of this test, and what it does there.
const CHILD_STORE: &str = "WATTPROOF_TEST_STORE";

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("deep/store.redb")).with_patience(PATIENCE);
    (folder, store)
}

fn put(store: &Store, key: &[u8], value: &[u8]) {
    store.change(|change: &Change| change.put(METERS, key, value)).unwrap();
}

fn get(store: &Store, key: &[u8]) -> Result<Option<Vec<u8>>, StoreRefusal> {
    store.look(|view| view.get(METERS, key))
}

#[test]
fn what_is_written_is_there_and_what_is_given_up_is_not() {
    let (_folder, store) = store();
    assert_eq!(get(&store, b"a").unwrap_err(), StoreRefusal::NoStore(store.path().into()));
    put(&store, b"a", b"one");
    let refused = store.change(|change| {
        change.put(METERS, b"b", b"two")?;
        Err::<(), _>(StoreRefusal::Damaged("for the test".into()))
    });
    assert_eq!(refused.unwrap_err().code(), "store-damaged");
    assert_eq!(get(&store, b"a").unwrap().unwrap(), b"one");
    assert_eq!(get(&store, b"b").unwrap(), None);
    let left: Vec<_> = fs::read_dir(store.path().parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["store.redb"], "no lock, note or part is left");
}

#[test]
fn keys_are_walked_in_order_both_ways() {
    let (_folder, store) = store();
    for key in [&b"a1"[..], b"a2", b"b1"] {
        put(&store, key, key);
    }
    let walk = |back: bool| {
        let mut seen = Vec::new();
        let mut visit = |key: &[u8], _: &[u8]| {
            seen.push(key.to_vec());
            Ok(std::ops::ControlFlow::Continue(()))
        };
        store
            .look(|view| match back {
                true => view.scan_back(METERS, b"a", &table::past(b"a"), &mut visit),
                false => view.under(METERS, b"a", &mut visit),
            })
            .unwrap();
        seen
    };
    assert_eq!(walk(false), [b"a1", b"a2"]);
    assert_eq!(walk(true), [b"a2", b"a1"]);
}

#[test]
fn a_file_that_is_no_store_is_refused() {
    let (folder, _) = store();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "x".repeat(10_000)).unwrap();
    let refusal = get(&Store::at(&path), b"a").unwrap_err();
    assert!(matches!(refusal, StoreRefusal::NotAStore(_) | StoreRefusal::Damaged(_)), "{refusal:?}");
    assert_eq!(get(&Store::at(folder.path()), b"a").unwrap_err(), StoreRefusal::NotAStore(folder.path().into()));
}

#[test]
fn a_store_of_a_later_program_is_refused_by_name() {
    let (_folder, store) = store();
    put(&store, b"a", b"one");
    let raw = |version: u32| {
        let database = builder().open(store.path()).unwrap();
        let transaction = database.begin_write().unwrap();
        let bytes = version.to_le_bytes();
        transaction.open_table(table::FORMAT).unwrap().insert(table::VERSION_KEY, bytes.as_slice()).unwrap();
        transaction.commit().unwrap();
    };
    raw(FORMAT_VERSION + 1);
    let newer = StoreRefusal::Newer { found: 2, known: 1 };
    assert_eq!(get(&store, b"a").unwrap_err(), newer);
    assert_eq!(store.change(|change| change.put(METERS, b"a", b"")).unwrap_err(), newer);
    raw(0);
    assert_eq!(get(&store, b"a").unwrap_err().code(), "store-damaged");
}

#[test]
fn a_value_under_another_key_or_in_another_table_is_noticed() {
    let (_folder, store) = store();
    put(&store, b"a", b"one");
    let value = record::seal(METERS, b"a", b"one");
    let swap = |table: table::Table, key: &[u8]| {
        let database = builder().open(store.path()).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(table).unwrap().insert(key, value.as_slice()).unwrap();
        transaction.commit().unwrap();
    };
    swap(METERS, b"b");
    swap(TARIFFS, b"a");
    let rotten = |table: &str| StoreRefusal::Damaged(format!("a record of `{table}` is not what was written"));
    assert_eq!(get(&store, b"b").unwrap_err(), rotten("meters"));
    assert_eq!(store.look(|view| view.get(TARIFFS, b"a")).unwrap_err(), rotten("tariffs"));
    assert_eq!(store.check().unwrap_err().code(), "store-damaged");
}

#[test]
fn a_copy_holds_the_same_records() {
    let (folder, store) = store();
    for i in 0..50u32 {
        put(&store, &i.to_be_bytes(), &[7; 100]);
    }
    let to = folder.path().join("copy.redb");
    let copied = store.backup(&to).unwrap();
    assert_eq!(copied.tables, store.stats().unwrap().tables);
    assert_eq!(copied.tables[0], TableCount { name: "meters", records: 50, bytes: 50 * 104 });
    assert_eq!(Store::at(&to).check().unwrap(), Checked { records: 50, repaired: false });
    assert_eq!(store.backup(&to).unwrap_err(), StoreRefusal::Exists(to));
}

#[test]
fn a_folder_that_cannot_be_made_is_the_machines_fault() {
    let (folder, _) = store();
    fs::write(folder.path().join("file"), "").unwrap();
    let inside = Store::at(folder.path().join("file/store.redb"));
    let refusal = inside.change(|change| change.put(METERS, b"a", b"")).unwrap_err();
    assert_eq!(refusal.code(), "store-disk");
    assert_eq!(refusal.fault(), crate::refusal::Fault::Machine);
}

/// A second process that writes into the store and keeps its transaction open until its input ends.
struct Holder(Child, #[expect(dead_code, reason = "its end must stay open")] BufReader<std::process::ChildStdout>);

impl Holder {
    fn start(store: &Store) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::second_process", "--nocapture"])
            .env(CHILD_STORE, store.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let holding = said.by_ref().lines().map_while(Result::ok).any(|line| line.contains("holding"));
        assert!(holding, "the second process did not get the store");
        Holder(child, said)
    }

    fn release(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// Not a test: what [`Holder`] runs. Without a store named to it there is nothing to do.
#[test]
fn second_process() {
    let Some(path) = std::env::var_os(CHILD_STORE) else { return };
    let held: Result<(), StoreRefusal> = Store::at(path).change(|change| {
        change.put(METERS, b"held", b"by the second")?;
        println!("holding");
        std::io::stdout().flush().unwrap();
        let mut input = String::new();
        std::io::stdin().read_line(&mut input).unwrap();
        Ok(())
    });
    held.unwrap();
}

#[test]
fn a_second_writer_waits_and_is_told_who_holds_the_store_while_readers_read() {
    let (_folder, store) = store();
    put(&store, b"a", b"one");
    let holder = Holder::start(&store);
    let process = format!("(process {})", holder.0.id());

    let started = Instant::now();
    let refusal = store.change(|change| change.put(METERS, b"b", b"two")).unwrap_err();
    assert!(started.elapsed() >= PATIENCE);
    assert!(matches!(&refusal, StoreRefusal::Held { holder } if holder.ends_with(&process)), "{refusal:?}");
    assert_eq!(get(&store, b"a").unwrap().unwrap(), b"one");
    assert_eq!(get(&store, b"held").unwrap(), None, "a reader sees what is committed");

    holder.release();
    assert_eq!(get(&store, b"held").unwrap().unwrap(), b"by the second");
    put(&store, b"b", b"two");
}

#[test]
fn a_writer_that_waits_gets_its_turn() {
    let (_folder, store) = store();
    put(&store, b"a", b"one");
    let holder = Holder::start(&store);
    let patient = store.clone().with_patience(Duration::from_secs(30));
    let waiting = std::thread::spawn(move || put(&patient, b"b", b"two"));
    std::thread::sleep(Duration::from_millis(150));
    holder.release();
    waiting.join().unwrap();
    assert_eq!(get(&store, b"b").unwrap().unwrap(), b"two");
}

#[test]
fn threads_write_in_turn_and_read_beside_each_other() {
    let (_folder, store) = store();
    let store = store.with_patience(Duration::from_secs(60));
    std::thread::scope(|scope| {
        for thread in 0..4u8 {
            let store = &store;
            scope.spawn(move || {
                for i in 0..5u8 {
                    put(store, &[thread, i], b"x");
                    assert!(get(store, &[thread, i]).unwrap().is_some());
                }
            });
        }
    });
    assert_eq!(store.check().unwrap(), Checked { records: 20, repaired: false });
}

#[test]
fn a_killed_writer_leaves_nothing_behind_and_holds_nothing() {
    let (_folder, store) = store();
    put(&store, b"a", b"one");
    let mut holder = Holder::start(&store);
    holder.0.kill().unwrap();
    holder.0.wait().unwrap();
    assert_eq!(get(&store, b"a").unwrap().unwrap(), b"one");
    assert_eq!(get(&store, b"held").unwrap(), None);
    put(&store, b"b", b"two");
    assert_eq!(store.check().unwrap().records, 2);
}

/// A store of some pages, and its bytes.
fn filled() -> (tempfile::TempDir, Store, Vec<u8>) {
    let (folder, store) = store();
    store
        .change(|change| {
            (0..120u32).try_for_each(|i| {
                change.put(METERS, &i.to_be_bytes(), &[i as u8; 150])?;
                change.put(TARIFFS, &i.to_be_bytes(), &[i as u8; 40])
            })
        })
        .unwrap();
    let bytes = fs::read(store.path()).unwrap();
    (folder, store, bytes)
}

/// Every act on a damaged store ends well with what was written, or is refused; never a panic, never another value.
fn survives(store: &Store) -> Result<(), StoreRefusal> {
    for i in 0..120u32 {
        if let Some(value) = get(store, &i.to_be_bytes())? {
            assert_eq!(value, [i as u8; 150]);
        }
    }
    store.stats()?;
    store.change(|change| change.put(METERS, b"more", b""))?;
    store.check().map(|_| ())
}

#[test]
fn a_store_cut_anywhere_is_refused_or_whole() {
    let (_folder, store, bytes) = filled();
    for cut in (0..bytes.len()).step_by(4096).chain([1, 100, bytes.len() - 1]) {
        fs::write(store.path(), &bytes[..cut]).unwrap();
        if let Err(refusal) = survives(&store) {
            assert!(matches!(refusal.code(), "store-damaged" | "not-a-store" | "store-disk"), "{cut}: {refusal:?}");
        }
    }
}

#[test]
fn a_bit_flipped_in_any_page_is_refused_or_harmless() {
    let (_folder, store, bytes) = filled();
    let mut refused = 0;
    for page in (0..bytes.len()).step_by(4096) {
        // A place in the page that varies from page to page; the header in the first page is gone through closely.
        let places = if page == 0 {
            (0..320).step_by(4).collect()
        } else {
            vec![page, page + 5, page + page / 4096 * 37 % 4096]
        };
        for place in places {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << (place % 8);
            fs::write(store.path(), &damaged).unwrap();
            if let Err(refusal) = survives(&store) {
                refused += 1;
                let known = matches!(refusal.code(), "store-damaged" | "not-a-store" | "store-disk" | "store-newer");
                assert!(known, "{place}: {refusal:?}");
            }
        }
    }
    assert!(refused > 20, "only {refused} damages were noticed");
}

#[test]
fn a_page_zeroed_or_swapped_is_refused_or_harmless() {
    let (_folder, store, bytes) = filled();
    let pages: Vec<usize> = (0..bytes.len() / 4096).collect();
    for page in &pages {
        let at = page * 4096..(page + 1) * 4096;
        let mut zeroed = bytes.clone();
        zeroed[at.clone()].fill(0);
        let mut swapped = bytes.clone();
        let other = (page + 1) % pages.len() * 4096;
        swapped[at.clone()].copy_from_slice(&bytes[other..other + 4096]);
        swapped[other..other + 4096].copy_from_slice(&bytes[at]);
        for damaged in [zeroed, swapped] {
            fs::write(store.path(), &damaged).unwrap();
            let _refused_or_whole = survives(&store);
        }
    }
}
