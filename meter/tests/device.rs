//! The simulated meter: what it takes, keeps, sends and refuses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
#![cfg(feature = "std")]

mod common;

use std::path::{Path, PathBuf};

use common::DAY;
use tempfile::TempDir;
use wattproof_meter::batch::{SealedBatch, Tables};
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength, SlotRange};
use wattproof_meter::device::{
    Blueprint, MAX_BATCH_DAYS, MEMORY_DAYS, MeterRefusal, Recorded, Row, SimulatedMeter, new_key,
};
use wattproof_meter::key::MasterKey;
use wattproof_meter::label;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::record::{Certification, RecordRefusal};

fn blueprint() -> Blueprint {
    Blueprint {
        name: "home-1".into(),
        registers: vec![Register::new("import", Unit::WattHour, 20).unwrap()],
        slot_length: SlotLength::HALF_HOUR,
        period: BatchPeriod::Day,
        certification: Certification::Classic,
        in_service: Slot::new(0),
    }
}

/// Few slots a day, for long memories.
fn coarse() -> Blueprint {
    Blueprint { slot_length: SlotLength::from_minutes(720).unwrap(), ..blueprint() }
}

struct Bench {
    folder: TempDir,
    meter: SimulatedMeter,
}

impl Bench {
    fn new(blueprint: &Blueprint) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::from_bytes([4; 32]);
        let meter = SimulatedMeter::create(&path(&folder), blueprint, Some(key), None).ok().unwrap();
        Bench { folder, meter }
    }

    fn path(&self) -> PathBuf {
        path(&self.folder)
    }

    fn sent(&mut self, since: Option<Slot>) -> Vec<SealedBatch> {
        let mut batches = Vec::new();
        self.meter
            .send(since, |batch| {
                batches.push(batch.clone());
                Ok(())
            })
            .unwrap();
        batches
    }

    /// Closes and opens the file again.
    fn reopened(self) -> Self {
        let Bench { folder, meter } = self;
        drop(meter);
        let meter = open(&path(&folder)).ok().unwrap();
        Bench { folder, meter }
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("home.meter")
}

fn open(path: &Path) -> Result<SimulatedMeter, MeterRefusal> {
    SimulatedMeter::open(path, None)
}

fn row(index: u32) -> Row {
    Row { slot: Slot::new(index), values: vec![Some(index % 1000)] }
}

/// Rows of whole days.
fn days(length: SlotLength, days: std::ops::Range<u32>) -> Vec<Row> {
    (days.start * length.per_day()..days.end * length.per_day()).map(row).collect()
}

fn half_hours(from: u32, to: u32) -> Vec<Row> {
    days(SlotLength::HALF_HOUR, from..to)
}

#[test]
fn complete_batches_come_out_once_with_the_readings_that_went_in() {
    let mut bench = Bench::new(&blueprint());
    let mut rows = half_hours(DAY, DAY + 3);
    rows.truncate(2 * 48 + 10);
    let recorded = bench.meter.take(&rows).unwrap();
    assert_eq!(recorded, Recorded { rows: 106, gaps: 0, over_bound: 0, batches: 2 });
    let mut bench = bench.reopened();
    let batches = bench.sent(None);
    assert_eq!(batches.iter().map(|batch| batch.header().number()).collect::<Vec<_>>(), [DAY, DAY + 1]);
    let tables = Tables::of(Certification::Classic);
    for batch in &batches {
        let open = batch.open(bench.meter.record(), bench.meter.key(), &tables).ok().unwrap();
        assert!(batch.header().slots().iter().all(|slot| open.readings().get(0, slot) == Some(slot.index() % 1000)));
    }
    assert!(bench.sent(None).is_empty());
    // Asked for an instant, the meter gives what it keeps from then on, sent or not.
    let since = Slot::new((DAY + 1) * 48 + 5);
    assert_eq!(bench.sent(Some(since)), batches[1..]);
    let mut bench = bench.reopened();
    bench.meter.take(&rows_after(&rows, 38)).unwrap();
    assert_eq!(bench.sent(None).len(), 1);
}

/// The next rows after those given.
fn rows_after(rows: &[Row], count: u32) -> Vec<Row> {
    let next = rows.last().unwrap().slot.index() + 1;
    (next..next + count).map(row).collect()
}

#[test]
fn a_compact_meter_seals_compact_batches_also_after_it_was_closed() {
    let mut bench = Bench::new(&Blueprint { certification: Certification::Compact, ..blueprint() });
    bench.meter.take(&half_hours(DAY, DAY + 2)).unwrap();
    let mut bench = bench.reopened();
    bench.meter.take(&half_hours(DAY + 2, DAY + 3)).unwrap();
    let (batches, tables) = (bench.sent(None), Tables::of(Certification::Compact));
    assert_eq!(batches.iter().map(|batch| batch.header().number()).collect::<Vec<_>>(), [DAY, DAY + 1, DAY + 2]);
    for batch in &batches {
        assert_eq!(batch.compact_commitments().len(), 1);
        let open = batch.open(bench.meter.record(), bench.meter.key(), &tables).ok().unwrap();
        assert!(batch.header().slots().iter().all(|slot| open.reading(0, slot) == Some(slot.index() % 1000)));
    }
    let weekly = Blueprint { certification: Certification::Compact, period: BatchPeriod::Week, ..blueprint() };
    let folder = tempfile::tempdir().unwrap();
    let refusal = SimulatedMeter::create(&path(&folder), &weekly, None, None).err();
    assert_eq!(refusal, Some(MeterRefusal::Record(RecordRefusal::CompactWeekly)));
    assert!(!path(&folder).exists());
}

#[test]
fn skipped_slots_and_values_over_the_bound_are_gaps() {
    let mut bench = Bench::new(&blueprint());
    let start = DAY * 48;
    let mut rows = vec![row(start + 2), row(start + 5), row(start + 6)];
    rows[1].values = vec![Some(1 << 20)];
    rows[2].values = vec![None];
    let recorded = bench.meter.take(&rows).unwrap();
    assert_eq!(recorded, Recorded { rows: 3, gaps: 2 + 2, over_bound: 1, batches: 0 });
    // Slots before the very first reading are gaps of its batch, but no row of them was missing.
    bench.meter.take(&[row(start + 48)]).unwrap();
    let batch = bench.sent(None).remove(0);
    assert_eq!(batch.header().certified().collect::<Vec<_>>(), [(Slot::new(start + 2), 0)]);
    assert_eq!(bench.meter.take(&[]), Ok(Recorded::default()));
}

#[test]
fn time_does_not_go_back_and_a_refused_call_changes_nothing() {
    let mut bench = Bench::new(&blueprint());
    let start = DAY * 48;
    bench.meter.take(&[row(start), row(start + 1)]).unwrap();
    let file = std::fs::read(bench.path()).unwrap();
    let next = Slot::new(start + 2);
    let (two, three) = (Slot::new(start + 2), Slot::new(start + 3));
    let wide = Row { slot: two, values: vec![Some(1), Some(2)] };
    let last = Slot::new(u32::MAX);
    let cases = [
        (vec![row(start + 2), row(start + 2)], MeterRefusal::Duplicate(two)),
        (vec![row(start + 1)], MeterRefusal::Backwards { slot: Slot::new(start + 1), next }),
        (vec![row(start + 3), row(start + 2)], MeterRefusal::Backwards { slot: two, next: three.after(1).unwrap() }),
        (
            vec![row(start - 1)],
            MeterRefusal::BeforeService { slot: Slot::new(start - 1), in_service: Slot::new(start) },
        ),
        (vec![wide], MeterRefusal::Values { slot: two, expected: 1, found: 2 }),
        (vec![row(u32::MAX)], MeterRefusal::Calendar(last)),
        (vec![row(start + 2), row(u32::MAX / 2)], MeterRefusal::MemoryFull { number: DAY }),
    ];
    for (rows, refusal) in cases {
        assert_eq!(bench.meter.take(&rows), Err(refusal));
        assert_eq!(std::fs::read(bench.path()).unwrap(), file);
        assert_eq!(bench.meter.next_slot(), Some(next));
    }
    assert_eq!(bench.meter.take(&[row(start + 2)]).unwrap().rows, 1);
}

#[test]
fn a_week_before_the_first_monday_has_no_batch() {
    let mut bench = Bench::new(&Blueprint { period: BatchPeriod::Week, ..blueprint() });
    assert_eq!(bench.meter.take(&[row(5)]), Err(MeterRefusal::Calendar(Slot::new(5))));
    bench.meter.take(&half_hours(19_996, 20_003)).unwrap();
    assert_eq!(bench.sent(None).len(), 1);
}

#[test]
fn a_meter_with_an_in_service_slot_batches_from_there() {
    let in_service = Slot::new(DAY * 48 + 10);
    let mut bench = Bench::new(&Blueprint { in_service, ..blueprint() });
    let early = Slot::new(DAY * 48 + 9);
    assert_eq!(bench.meter.take(&[row(early.index())]), Err(MeterRefusal::BeforeService { slot: early, in_service }));
    let recorded = bench.meter.take(&[row((DAY + 2) * 48)]).unwrap();
    assert_eq!((recorded.gaps, recorded.batches), (86, 2));
    let batches = bench.sent(None);
    assert_eq!(batches.iter().map(|batch| batch.header().gap_count()).collect::<Vec<_>>(), [48, 48]);
}

#[test]
fn batches_are_kept_until_sent_and_unsent_ones_are_never_dropped() {
    let mut bench = Bench::new(&coarse());
    let length = SlotLength::from_minutes(720).unwrap();
    // One batch is still open, so the memory is exactly full.
    bench.meter.take(&days(length, DAY..DAY + MAX_BATCH_DAYS)).unwrap();
    let next_day = days(length, DAY + MAX_BATCH_DAYS..DAY + MAX_BATCH_DAYS + 1);
    assert_eq!(bench.meter.take(&next_day), Err(MeterRefusal::MemoryFull { number: DAY }));
    assert_eq!(bench.sent(None).len(), MAX_BATCH_DAYS as usize);
    bench.meter.take(&next_day).unwrap();
    // The oldest was sent, so it made room.
    let kept = bench.sent(Some(Slot::new(0)));
    assert_eq!(kept.len(), MAX_BATCH_DAYS as usize);
    assert_eq!(kept[0].header().number(), DAY + 1);
    assert_eq!(kept.last().unwrap().header().number(), DAY + MAX_BATCH_DAYS);
}

#[test]
fn a_sent_batch_is_kept_for_thirteen_months() {
    let mut bench = Bench::new(&coarse());
    let length = SlotLength::from_minutes(720).unwrap();
    bench.meter.take(&days(length, DAY..DAY + 1)).unwrap();
    bench.sent(None);
    bench.meter.take(&days(length, DAY + 1..DAY + 1 + MEMORY_DAYS)).unwrap();
    assert_eq!(bench.sent(Some(Slot::new(0)))[0].header().number(), DAY);
    bench.meter.take(&days(length, DAY + 1 + MEMORY_DAYS..DAY + 2 + MEMORY_DAYS)).unwrap();
    assert_eq!(bench.sent(Some(Slot::new(0)))[0].header().number(), DAY + 1);
}

#[test]
fn a_delivery_that_fails_marks_nothing_as_sent() {
    let mut bench = Bench::new(&blueprint());
    bench.meter.take(&half_hours(DAY, DAY + 3)).unwrap();
    let mut delivered = 0;
    let refused = bench.meter.send(None, |_| {
        delivered += 1;
        if delivered == 2 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    });
    assert_eq!(refused, Err(MeterRefusal::Delivery(std::io::ErrorKind::StorageFull)));
    assert_eq!(bench.sent(None).len(), 3);
}

fn period(first_day: u32, days: u32) -> SlotRange {
    SlotRange::new(Slot::new(first_day * 48), days * 48).unwrap()
}

#[test]
fn a_fallback_gives_the_totals_of_a_period_once() {
    let mut bench = Bench::new(&blueprint());
    let rows: Vec<Row> = half_hours(DAY, DAY + 60).into_iter().filter(|row| row.slot.index() % 100 != 3).collect();
    bench.meter.take(&rows).unwrap();
    let asked = period(DAY, 30);
    let fallback = bench.meter.fallback(asked).unwrap();
    let inside: Vec<u32> = asked.iter().map(Slot::index).filter(|index| index % 100 != 3).collect();
    assert_eq!(fallback.totals(), [inside.iter().map(|index| u64::from(index % 1000)).sum::<u64>()]);
    assert_eq!(fallback.gaps() as usize, 30 * 48 - inside.len());
    assert_eq!(fallback.verify(bench.meter.record()), Ok(()));

    let mut bench = bench.reopened();
    assert_eq!(bench.meter.fallback(asked), Ok(fallback));
    let given = MeterRefusal::PeriodOverlap { first: asked.first(), end: asked.end() };
    for other in [period(DAY, 29), period(DAY + 29, 10), period(DAY, 60)] {
        assert_eq!(bench.meter.fallback(other), Err(given.clone()));
    }
    assert!(bench.meter.fallback(period(DAY + 30, 30)).is_ok());
}

#[test]
fn a_fallback_is_refused_outside_the_meters_time() {
    let mut bench = Bench::new(&blueprint());
    let nothing = MeterRefusal::PeriodNotOver { next: Slot::new(0) };
    assert_eq!(bench.meter.fallback(period(DAY, 30)), Err(nothing));
    bench.meter.take(&half_hours(DAY, DAY + 20)).unwrap();
    let next = Slot::new((DAY + 20) * 48);
    assert_eq!(bench.meter.fallback(period(DAY, 21)), Err(MeterRefusal::PeriodNotOver { next }));
    let in_service = Slot::new(DAY * 48);
    assert_eq!(bench.meter.fallback(period(DAY - 1, 20)), Err(MeterRefusal::PeriodBeforeService { in_service }));
    assert_eq!(bench.meter.fallback(period(DAY, 6)), Err(MeterRefusal::PeriodLength));
    assert_eq!(bench.meter.fallback(period(DAY, 500)), Err(MeterRefusal::PeriodLength));
    // A week that lost an hour to summer time is whole.
    assert!(bench.meter.fallback(SlotRange::new(in_service, 7 * 48 - 2).unwrap()).is_ok());
}

#[test]
fn readings_older_than_thirteen_months_are_forgotten() {
    let mut bench = Bench::new(&coarse());
    let length = SlotLength::from_minutes(720).unwrap();
    bench.meter.take(&days(length, DAY..DAY + MEMORY_DAYS + 30)).unwrap();
    let first = Slot::new((DAY + 30) * 2);
    let asked = |day: u32| SlotRange::new(Slot::new(day * 2), 60).unwrap();
    assert_eq!(bench.meter.fallback(asked(DAY + 29)), Err(MeterRefusal::PeriodForgotten { first }));
    assert!(bench.meter.fallback(asked(DAY + 30)).is_ok());
}

/// The copy of a file, taken back after other readings were recorded: the same slots are sealed twice with other
/// readings, and no opening repeats.
#[test]
fn a_restored_copy_repeats_no_opening() {
    use ff::PrimeField;
    let mut bench = Bench::new(&blueprint());
    bench.meter.take(&half_hours(DAY, DAY + 1)[..40]).unwrap();
    let copy = std::fs::read(bench.path()).unwrap();
    let mut openings = std::collections::HashSet::new();
    let tables = Tables::of(Certification::Classic);
    for value in [1, 2, 3] {
        let Bench { folder, meter } = bench;
        drop(meter);
        std::fs::write(path(&folder), &copy).unwrap();
        bench = Bench { meter: open(&path(&folder)).ok().unwrap(), folder };
        let mut rest = half_hours(DAY, DAY + 1)[40..].to_vec();
        rest[0].values = vec![Some(value)];
        bench.meter.take(&rest).unwrap();
        let batch = bench.sent(None).remove(0);
        let opened = batch.open(bench.meter.record(), bench.meter.key(), &tables).ok().unwrap();
        for (slot, register) in batch.header().certified() {
            assert!(openings.insert(opened.get(register, slot).unwrap().opening.scalar().to_repr()));
        }
    }
    assert_eq!(openings.len(), 3 * 48);
}

#[test]
fn a_passphrase_seals_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    let key = MasterKey::from_bytes([0x77; 32]);
    let mut meter = SimulatedMeter::create(&path, &blueprint(), Some(key), Some("correct horse")).ok().unwrap();
    meter.take(&half_hours(DAY, DAY + 1)).unwrap();
    let next = meter.next_slot();
    drop(meter);
    let file = std::fs::read(&path).unwrap();
    assert!(!file.windows(32).any(|window| window == [0x77; 32]), "K lies in the sealed file");
    assert_eq!(open(&path).err(), Some(MeterRefusal::Sealed));
    assert_eq!(SimulatedMeter::open(&path, Some("wrong horse")).err(), Some(MeterRefusal::Passphrase));
    assert_eq!(SimulatedMeter::open(&path, Some("correct horse")).ok().unwrap().next_slot(), next);
}

#[test]
fn files_are_private_never_overwritten_and_held_by_one() {
    let bench = Bench::new(&blueprint());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(bench.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = SimulatedMeter::create(&bench.path(), &blueprint(), None, None).err();
    assert_eq!(again, Some(MeterRefusal::Exists(bench.path())));
    // An empty file is what a creation leaves that was killed at once: it may be made a meter.
    let empty = bench.folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    assert!(SimulatedMeter::create(&empty, &blueprint(), None, None).is_ok());
    std::fs::remove_file(&empty).unwrap();
    assert_eq!(open(&bench.path()).err(), Some(MeterRefusal::InUse(bench.path())));
    let mut bench = bench.reopened();
    bench.meter.take(&half_hours(DAY, DAY + 1)).unwrap();
    // Replaced by then, the file is held all the same.
    assert_eq!(open(&bench.path()).err(), Some(MeterRefusal::InUse(bench.path())));
    assert_eq!(std::fs::read_dir(bench.folder.path()).unwrap().count(), 1, "nothing is left beside");
}

#[test]
fn what_is_not_a_meter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    assert!(matches!(open(&path).err(), Some(MeterRefusal::File { act: "open", .. })));
    std::fs::write(&path, "start,import_wh\n").unwrap();
    assert_eq!(open(&path).err(), Some(MeterRefusal::NotAMeter));
    let bad = Blueprint { registers: vec![], ..blueprint() };
    let refused = SimulatedMeter::create(&folder.path().join("new"), &bad, None, None).err();
    assert_eq!(refused, Some(MeterRefusal::Record(RecordRefusal::NoRegister)));
    assert!(!folder.path().join("new").exists());
}

#[test]
fn keys_are_fresh() {
    assert_ne!(new_key().ok().unwrap().as_bytes(), new_key().ok().unwrap().as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let meters = ["a", "b"].map(|name| SimulatedMeter::create(&folder.path().join(name), &blueprint(), None, None));
    let [a, b] = meters.map(|meter| meter.ok().unwrap());
    assert_ne!(a.record().id(), b.record().id());
    assert_ne!(a.key().as_bytes(), b.key().as_bytes());
}

#[test]
fn the_label_carries_k_as_text_and_code() {
    let bench = Bench::new(&blueprint());
    let (record, key) = (bench.meter.record(), bench.meter.key());
    let svg = label::label_svg(record, key);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains(">home-1<"));
    let text = key.to_text();
    assert!(text.split(' ').all(|group| svg.contains(group)));
    let code = label::qr_text(key);
    assert_eq!(code.lines().count(), 21);
    assert!(code.lines().all(|line| line.chars().count() == 41));
    // Light modules are what the terminal draws: the dark ones of the label are the rest of the square.
    let light = code
        .chars()
        .map(|c| match c {
            '█' => 2,
            '▀' | '▄' => 1,
            _ => 0,
        })
        .sum::<usize>();
    assert_eq!(light + svg.matches("h6v6h-6z").count(), 41 * 42);
}
