use super::*;
use crate::clock::zone;
use crate::intake::converted::ClockChange;
use std::fmt::Write as _;
use std::path::PathBuf;

const HONEST: &str = "\
Usage (kWh) , From,To
0.396000000000, 2026-03-29T00:00:00+00:00, x
0.172, 2026-03-29T00:30:00+00:00, x
, 2026-03-29T02:00:00+01:00, x
0.48200000000000004, 2026-03-29T02:30:00+01:00, x
0.1, 2026-03-29T03:30:00+01:00, x
";

fn layout() -> Layout {
    Layout {
        time: "From".into(),
        time_format: None,
        midnight: None,
        values: vec![ValueColumn::parse("import=Usage (kWh)").unwrap()],
        scale: Scale::Kilo,
        stamped: Stamped::Start,
        zone: None,
        slot: None,
    }
}

fn london(layout: Layout) -> Layout {
    Layout { zone: Some(zone("Europe/London").unwrap()), ..layout }
}

fn run(text: &str, layout: &Layout) -> Result<Converted, ConvertRefusal> {
    convert_text(std::io::Cursor::new(text.to_string()), layout)
}

fn refused(text: &str, layout: &Layout) -> ConvertRefusal {
    match run(text, layout) {
        Err(refusal) => refusal,
        Ok(_) => panic!("accepted"),
    }
}

fn changed(from: &str, to: &str) -> ConvertRefusal {
    assert!(HONEST.contains(from));
    refused(&HONEST.replacen(from, to, 1), &layout())
}

/// The values of the first register, slot by slot.
fn values(converted: &Converted) -> Vec<Option<u32>> {
    let readings = &converted.file.readings;
    readings.slots().iter().map(|slot| readings.get(0, slot)).collect()
}

#[test]
fn an_honest_file_is_converted_and_reported() {
    let converted = run(HONEST, &layout()).ok().unwrap();
    assert_eq!(values(&converted), [Some(396), Some(172), None, Some(482), None, Some(100)]);
    let report = &converted.report;
    assert_eq!((report.rows, report.slots, report.gaps, report.settled.noise), (5, 6, 2, 1));
    let change = ClockChange { date: "2026-03-29".parse().unwrap(), slots: 46 };
    assert_eq!(report.clock_changes, [change]);
    assert_eq!(converted.offset("2026-03-29T03:00:00+01:00".parse().unwrap()).seconds(), 3600);
}

#[test]
fn rows_are_sorted_and_repeated_rows_dropped_and_counted() {
    let mut lines: Vec<&str> = HONEST.lines().collect();
    lines.push(lines[2]);
    let converted = run(&lines.join("\n"), &layout()).ok().unwrap();
    assert_eq!(
        (converted.report.rows, converted.report.settled.duplicates, converted.report.settled.out_of_order),
        (6, 1, 1)
    );
    assert!(converted.file == run(HONEST, &layout()).ok().unwrap().file);
}

#[test]
fn ends_move_one_slot_back() {
    let layout = Layout { stamped: Stamped::End, ..layout() };
    let converted = run(HONEST, &layout).ok().unwrap();
    assert_eq!(converted.report.first, "2026-03-28T23:30:00Z".parse().unwrap());
}

#[test]
fn each_change_to_an_honest_file_has_its_refusal() {
    use ConvertRefusal::*;
    assert!(matches!(changed("From", "Start"), NoSuchColumn { head, heads } if head == "From" && heads.len() == 3));
    assert!(matches!(changed("To", "From"), ColumnTwice { head } if head == "From"));
    assert!(matches!(changed("00:00, x", "00:00"), NotARow { line: 2 }));
    assert!(matches!(changed("2026-03-29T00:30:00+00:00", "29/03/2026 00:30"), NotATime { line: 3, .. }));
    assert!(matches!(changed("T00:30:00+00:00", "T00:30:00"), ZoneNeeded { line: 3, .. }));
    assert!(matches!(changed("00:30:00", "00:31:00"), SlotLengthUnclear));
    assert!(matches!(changed("0.172", "much"), NotANumber { line: 3, head } if head == "Usage (kWh)"));
    assert!(matches!(changed("0.172", "-0.172"), Negative { line: 3, .. }));
    assert!(matches!(changed("0.172", "0.1725"), Fraction { line: 3, .. }));
    assert!(matches!(changed("0.172", "4294967.296"), TooLarge { line: 3, .. }));
    assert!(matches!(changed("T00:00:00+00:00", "T00:30:00+00:00"), Conflict { first: 2, second: 3 }));
    assert!(matches!(changed("2026-03-29T03", "2126-03-29T03"), TooLong));
}

#[test]
fn a_given_slot_length_must_fit() {
    let fitted = Layout { slot: SlotLength::from_minutes(60), ..layout() };
    assert!(matches!(refused(HONEST, &fitted), ConvertRefusal::NotAnEdge { line: 3, minutes: 60 }));
}

#[test]
fn registers_are_named_once_and_rows_wanted() {
    let twice = Layout { values: vec![layout().values[0].clone(), layout().values[0].clone()], ..layout() };
    assert!(matches!(refused(HONEST, &twice), ConvertRefusal::Registers));
    assert!(matches!(refused("Usage (kWh),From\n", &layout()), ConvertRefusal::NoRows));
    let missing = convert(Path::new("/nonexistent.csv"), &layout()).err().unwrap();
    assert!(matches!(missing, ConvertRefusal::File(_)));
}

/// A file of naive times on the day of the autumn change; each `(time, value)` a row.
fn autumn(rows: &[(&str, u32)]) -> String {
    rows.iter().fold("From,Usage (kWh)\n".into(), |mut text, (time, value)| {
        writeln!(text, "2026-10-25 {time}:00,0.{value:03}").unwrap();
        text
    })
}

const AUTUMN: [(&str, u32); 7] =
    [("00:30", 1), ("01:00", 2), ("01:30", 3), ("01:00", 4), ("01:30", 5), ("02:00", 6), ("02:30", 7)];

#[test]
fn the_hour_that_occurs_twice_is_settled_by_order_alone() {
    let converted = run(&autumn(&AUTUMN), &london(layout())).ok().unwrap();
    assert_eq!(values(&converted), (1..=7).map(Some).collect::<Vec<_>>());
    assert_eq!(converted.report.settled.hours, 4);
    assert_eq!(converted.report.clock_changes[0].slots, 50);
}

#[test]
fn a_half_hour_missing_from_the_repeated_hour_is_settled_only_if_one_reading_of_the_order_remains() {
    let without = |place: usize| {
        let rows: Vec<_> = AUTUMN.iter().enumerate().filter(|(i, _)| *i != place).map(|(_, row)| *row).collect();
        run(&autumn(&rows), &london(layout()))
    };
    // 01:00 01:30 01:30: the second 01:30 can only be the later one, and then 01:00 and 01:30 the earlier ones.
    assert_eq!(values(&without(3).ok().unwrap())[3], None);
    // 01:30 01:00 01:30 likewise, from the other side.
    assert_eq!(values(&without(1).ok().unwrap())[1], None);
}

#[test]
fn order_that_does_not_tell_is_refused() {
    let once = autumn(&[AUTUMN[0], AUTUMN[1], AUTUMN[2], AUTUMN[5]]);
    let refusal = refused(&once, &london(layout()));
    assert!(matches!(refusal, ConvertRefusal::AmbiguousTime { line: 3, text } if text == "2026-10-25 01:00:00"));
    let mut descending = AUTUMN;
    descending.reverse();
    assert!(matches!(refused(&autumn(&descending), &london(layout())), ConvertRefusal::AmbiguousTime { .. }));
}

#[test]
fn times_the_clock_skips_are_refused() {
    let spring = "From,Usage (kWh)\n2026-03-29 00:30,0.1\n2026-03-29 01:30,0.1\n";
    assert!(matches!(refused(spring, &london(layout())), ConvertRefusal::SkippedTime { line: 3, .. }));
}

#[test]
fn value_columns_say_their_unit() {
    assert_eq!(ValueColumn::parse("reactive=Q").unwrap().register.unit(), Unit::VarHour);
    assert_eq!(ValueColumn::parse("q:VArh=Q= x ").unwrap().head, "Q= x");
    for text in ["import", "=x", "Import=x", "import:kWh=x"] {
        assert_eq!(ValueColumn::parse(text), None, "{text}");
    }
}

const PLANT: &str = "\
date,kWh,lagging kVArh
1-1-18 23.30,3.24,2.95
1-1-18 23.45,3.67,3.96
1-1-18 0.00,3.42,3.46
2-1-18 0.15,3.2,3.1
2-1-18 0.30,3.85,4.61
";

fn plant(midnight: Option<Midnight>) -> Layout {
    let value = |text| ValueColumn::parse(text).unwrap();
    Layout {
        time: "date".into(),
        time_format: Some("%d-%m-%y %H.%M".into()),
        midnight,
        values: vec![value("import=kWh"), value("reactive=lagging kVArh")],
        stamped: Stamped::End,
        zone: Some(zone("Asia/Seoul").unwrap()),
        ..layout()
    }
}

#[test]
fn a_midnight_with_the_old_date_is_settled_by_the_option_alone() {
    let refusal = refused(PLANT, &plant(None));
    assert!(matches!(refusal, ConvertRefusal::MidnightUnclear { line: 4, text } if text == "1-1-18 0.00"));
    let converted = run(PLANT, &plant(Some(Midnight::End))).ok().unwrap();
    assert_eq!(values(&converted), [Some(3240), Some(3670), Some(3420), Some(3200), Some(3850)]);
    assert_eq!((converted.report.first.to_string().as_str(), converted.report.gaps), ("2018-01-01T14:15:00Z", 0));
    let quarters = Layout { slot: SlotLength::from_minutes(15), ..plant(Some(Midnight::Begin)) };
    let taken_literally = run(PLANT, &quarters).ok().unwrap();
    assert_eq!((taken_literally.report.slots, taken_literally.report.settled.out_of_order), (99, 1));
    let hour_24 = run(&PLANT.replace("1-1-18 0.00", "1-1-18 24.00"), &plant(None)).ok().unwrap();
    assert!(hour_24.file == converted.file);
    let new_date = run(&PLANT.replace("1-1-18 0.00", "2-1-18 0.00"), &plant(None)).ok().unwrap();
    assert!(new_date.file == converted.file);
}

#[test]
fn descending_rows_are_no_unclear_midnight() {
    let rows = [("01:00", 3), ("00:30", 2), ("00:00", 1)];
    let text = autumn(&rows).replace("2026-10-25", "2026-10-24");
    assert_eq!(values(&run(&text, &london(layout())).ok().unwrap()), [Some(1), Some(2), Some(3)]);
}

/// A real file, when `WATTPROOF_DATA` names a folder that holds it.
fn sample(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("WATTPROOF_DATA").map(|folder| Path::new(&folder).join(name));
    path.filter(|path| path.exists()).or_else(|| {
        eprintln!("skipped: set WATTPROOF_DATA to a folder that holds {name}");
        None
    })
}

fn octopus() -> Layout {
    Layout { time: "Start".into(), values: vec![ValueColumn::parse("import=Consumption (kWh)").unwrap()], ..layout() }
}

#[test]
fn nineteen_real_months_are_converted_without_a_gap() {
    let Some(path) = sample("octopus_consumption_2023-01_2024-08.csv.gz") else { return };
    let converted = convert(&path, &octopus()).ok().unwrap();
    let report = &converted.report;
    assert_eq!((report.rows, report.slots, report.gaps, report.settled.duplicates), (27_888, 27_888, 0, 0));
    let days: Vec<i64> = report.clock_changes.iter().map(|change| change.slots).collect();
    assert_eq!(days, [46, 50, 46]);

    let ends = Layout { time: "End".into(), stamped: Stamped::End, ..octopus() };
    assert!(convert(&path, &ends).ok().unwrap().file == converted.file);

    let mut written = Vec::new();
    crate::intake::csv::write(&converted.file, &|at| converted.offset(at), &mut written).unwrap();
    assert!(crate::intake::csv::parse(&written[..], SlotLength::HALF_HOUR).ok().unwrap() == converted.file);
}

#[test]
fn real_days_of_46_and_50_half_hours() {
    let Some(path) = sample("octopus_clock_change_days.csv") else { return };
    let report = convert(&path, &octopus()).ok().unwrap().report;
    assert_eq!((report.rows, report.clock_changes.len()), (288, 2));
}

#[test]
fn a_real_file_with_an_autumn_hour_nothing_settles_is_refused() {
    let Some(path) = sample("uk_volunteer_wh_unordered_duplicates.csv") else { return };
    let layout = Layout {
        time: "Timestamp".into(),
        values: vec![ValueColumn::parse("import=Value").unwrap()],
        scale: Scale::Base,
        ..layout()
    };
    let refusal = convert(&path, &layout).err().unwrap();
    assert!(matches!(refusal, ConvertRefusal::ZoneNeeded { line: 2, .. }), "{refusal}");
    let refusal = convert(&path, &london(layout)).err().unwrap();
    assert!(matches!(refusal, ConvertRefusal::AmbiguousTime { text, .. } if text.starts_with("2022-10-30 01:")));
}

#[test]
fn real_binary_noise_is_settled_and_counted() {
    let Some(path) = sample("ausgrid_customer12_2011-2012_GC_GG.csv.gz") else { return };
    let layout = Layout {
        time: String::new(),
        values: vec![ValueColumn::parse("import=GC").unwrap(), ValueColumn::parse("export=GG").unwrap()],
        zone: Some(zone("Australia/Brisbane").unwrap()),
        ..layout()
    };
    let report = convert(&path, &layout).ok().unwrap().report;
    assert_eq!((report.rows, report.slots), (17_568, 17_568));
    assert!(report.settled.noise > 0);
}

#[test]
fn a_real_plants_energy_and_reactive_energy_are_read_together() {
    let Some(path) = sample("steel_industry_2018_15min_kwh_kvarh.csv.gz") else { return };
    let value = |text| ValueColumn::parse(text).unwrap();
    let layout = Layout {
        values: vec![
            value("import=Usage_kWh"),
            value("reactive=Lagging_Current_Reactive_Power_kVarh"),
            value("reactive_lead=Leading_Current_Reactive_Power_kVarh"),
        ],
        ..plant(Some(Midnight::End))
    };
    let refusal = convert(&path, &Layout { midnight: None, ..layout.clone() }).err().unwrap();
    assert!(matches!(refusal, ConvertRefusal::MidnightUnclear { line: 97, .. }), "{refusal}");
    let converted = convert(&path, &layout).ok().unwrap();
    let report = &converted.report;
    assert_eq!((report.rows, report.slots, report.gaps, report.settled.out_of_order), (35_040, 35_040, 0, 0));
    assert_eq!(report.first.to_string(), "2017-12-31T15:00:00Z");
    assert_eq!(values(&converted).iter().flatten().map(|wh| u64::from(*wh)).sum::<u64>(), 959_636_710);
}
