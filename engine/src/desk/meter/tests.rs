use super::*;

fn new<'a>(name: &'a str, registers: &'a [String]) -> NewMeter<'a> {
    NewMeter {
        name,
        registers,
        slot: 30,
        batch: BatchPeriod::Day,
        certification: Certification::Classic,
        key: None,
        passphrase: None,
    }
}

fn import() -> Vec<String> {
    vec!["import:Wh:20".into()]
}

/// A meter with two days of readings of 100 Wh from 2026-10-01.
fn meter(folder: &Path) -> Meter {
    let mut meter = Meter::create(&folder.join("m"), new("home", &import())).unwrap();
    meter.record_file(&csv_file(folder, "2026-10-01T00:00:00Z", 96)).unwrap();
    meter
}

fn csv_file(folder: &Path, first: &str, slots: i64) -> PathBuf {
    let first: Timestamp = first.parse().unwrap();
    let mut text = String::from("start,import_wh\n");
    for slot in 0..slots {
        let at = Timestamp::from_second(first.as_second() + 1800 * slot).unwrap();
        text += &format!("{},100\n", at.strftime("%Y-%m-%dT%H:%M:%S+00:00"));
    }
    let path = folder.join("readings.csv");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_missing_row_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let mut meter = Meter::create(&folder.path().join("m"), new("home", &import())).unwrap();
    let path = folder.path().join("r.csv");
    let rows = "start,import_wh\n2026-10-01T00:00:00Z,1\n2026-10-01T01:00:00Z,3\n2026-10-01T01:30:00Z,\n";
    std::fs::write(&path, rows).unwrap();
    let recorded = meter.record_file(&path).unwrap();
    assert_eq!((recorded.rows, recorded.gaps), (3, 2));
    assert_eq!(meter.stands_at().unwrap().to_string(), "2026-10-01T02:00:00Z");
}

#[test]
fn going_back_is_told_in_instants() {
    let folder = tempfile::tempdir().unwrap();
    let mut meter = meter(folder.path());
    let refusal = meter.record_file(&csv_file(folder.path(), "2026-10-02T23:30:00Z", 2)).unwrap_err();
    assert_eq!((refusal.code(), refusal.fault()), ("reading-backwards", Fault::Refused));
    let sentence = "the row of 2026-10-02T23:30:00Z goes back in time: the meter stands at 2026-10-03T00:00:00Z";
    assert_eq!(refusal.to_string(), sentence);
}

#[test]
fn batches_are_files_and_never_overwrite_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut meter = meter(folder.path());
    let out = folder.path().join("out");
    let sent = meter.send(&out, None).unwrap();
    assert_eq!((sent.files.len(), meter.send(&out, None).unwrap().files.len()), (2, 0));
    let again = meter.send(&out, Some(time::instant("2026-10-02").unwrap())).unwrap();
    assert_eq!(again.files, sent.files[1..]);
    std::fs::write(&sent.files[1], b"something else").unwrap();
    let refusal = meter.send(&out, time::instant("2026-10-01")).unwrap_err();
    assert_eq!(refusal, DeviceRefusal::File(FileRefusal::Exists(sent.files[1].clone())));
}

#[test]
fn totals_wait_for_the_period() {
    let folder = tempfile::tempdir().unwrap();
    let mut meter = meter(folder.path());
    let refusal = meter.totals("2026-10", "Europe/London").unwrap_err();
    assert_eq!(refusal.code(), "fallback-before-service");
    let refusal = meter.totals("2026-10-01..2026-10-11", "UTC").unwrap_err();
    assert_eq!(refusal.to_string(), "the period is not over: the meter stands at 2026-10-03T00:00:00Z");
    assert_eq!(meter.totals("soon", "UTC").unwrap_err().code(), "period-unreadable");
    assert_eq!(meter.totals("2026-10", "Mars/Olympus").unwrap_err().code(), "unknown-zone");
    meter.record_file(&csv_file(folder.path(), "2026-10-03T00:00:00Z", 8 * 48)).unwrap();
    let totals = meter.totals("2026-10-01..2026-10-11", "UTC").unwrap();
    assert_eq!((totals.slots, totals.gaps, totals.totals[0].total), (480, 0, 48_000));
}

#[test]
fn what_cannot_be_a_meter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m");
    for text in ["import", "import:Wh", "import:kWh:20", "import:Wh:33", "Import:Wh:20", "import:Wh:20:1"] {
        let refusal = Meter::create(&path, new("home", &[text.into()])).err();
        assert_eq!(refusal, Some(DeviceRefusal::Register(text.into())));
    }
    let odd = Meter::create(&path, NewMeter { slot: 7, ..new("home", &import()) }).err();
    assert_eq!(odd, Some(DeviceRefusal::SlotLength(7)));
    assert_eq!(Meter::create(&path, new("a b", &import())).err().unwrap().code(), "meter-name-invalid");
    assert!(!path.exists() && !public_path(&path).exists());
    drop(Meter::create(&path, new("home", &import())).unwrap());
    let again = Meter::create(&path, new("home", &import())).err().unwrap();
    assert_eq!(again, DeviceRefusal::File(FileRefusal::Exists(public_path(&path))));
    std::fs::remove_file(public_path(&path)).unwrap();
    assert_eq!(Meter::create(&path, new("home", &import())).err().unwrap().code(), "meter-file-exists");
    assert_eq!(
        Meter::open(&csv_file(folder.path(), "2026-10-01T00:00:00Z", 1), None).err().unwrap().code(),
        "not-a-meter"
    );
    assert_eq!(Meter::open(&path, Some("x")).map(|_| ()), Ok(()));
}

#[test]
fn a_column_too_many_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut meter = meter(folder.path());
    let path = folder.path().join("r.csv");
    std::fs::write(&path, "start,import_wh,export_wh\n2026-10-03T00:00:00Z,1,2\n").unwrap();
    let refusal = meter.record_file(&path).unwrap_err();
    assert_eq!((refusal.code(), refusal.fault()), ("readings-unknown-column", Fault::Own));
    assert_eq!(meter.record_file(&folder.path().join("no.csv")).unwrap_err().code(), "readings-file");
}
