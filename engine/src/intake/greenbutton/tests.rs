use super::*;
use crate::intake::csv;
use std::path::PathBuf;

/// One meter with import, export and reactive energy in half hours.
const HONEST: &str = include_str!("../../../../fixtures/readings/greenbutton.xml");

fn run(text: &str, choice: &Choice) -> Result<Converted, GreenButtonRefusal> {
    convert_document(std::io::Cursor::new(text.to_owned()), choice)
}

fn refused(text: &str, choice: &Choice) -> GreenButtonRefusal {
    match run(text, choice) {
        Err(refusal) => refusal,
        Ok(_) => panic!("accepted"),
    }
}

/// The refusal after one change to the honest file.
fn changed(from: &str, to: &str) -> GreenButtonRefusal {
    assert!(HONEST.contains(from), "{from}");
    refused(&HONEST.replacen(from, to, 1), &Choice::default())
}

fn choose(values: &[&str]) -> Choice {
    Choice { values: values.iter().map(|text| ValueColumn::parse(text).unwrap()).collect(), ..Choice::default() }
}

fn column(converted: &Converted, register: usize) -> Vec<Option<u32>> {
    let readings = &converted.file.readings;
    readings.slots().iter().map(|slot| readings.get(register, slot)).collect()
}

#[test]
fn an_honest_file_is_converted_and_reported() {
    let converted = run(HONEST, &Choice::default()).ok().unwrap();
    let heads: Vec<String> = converted.file.columns.iter().map(csv::Column::head).collect();
    assert_eq!(heads, ["import_wh", "export_wh"]);
    assert_eq!(column(&converted, 0), [Some(182), Some(90), None, Some(310)]);
    assert_eq!(column(&converted, 1), [Some(0), Some(0), Some(40), Some(20)]);
    let report = &converted.report;
    assert_eq!((report.rows, report.slots, report.gaps, report.slot.minutes()), (8, 4, 1, 30));
    let settled = Settled { duplicates: 1, out_of_order: 1, substituted: 1, ..Settled::default() };
    assert_eq!(report.settled, settled);
    assert_eq!(report.first.to_string(), "2026-10-25T00:00:00Z");
    assert_eq!(report.left_out, ["UsagePoint/1/MeterReading/3 (Reactive & lagging, uom 73, flowDirection 2)"]);
}

#[test]
fn streams_are_chosen_by_link_or_title() {
    let choice = choose(&["reactive=Reactive & lagging", "import=MeterReading/1"]);
    let converted = run(HONEST, &choice).ok().unwrap();
    assert_eq!(column(&converted, 0), [Some(50), None, None, None]);
    assert_eq!(column(&converted, 1)[0], Some(182));
    assert_eq!(converted.report.left_out.len(), 1);
    for one in ["1/MeterReading/1", "UsagePoint/1/MeterReading/1", "https://example.org/UsagePoint/1/MeterReading/1"] {
        assert!(run(HONEST, &choose(&[&format!("import={one}")])).is_ok(), "{one}");
    }
}

#[test]
fn namespaces_may_have_prefixes_and_lines_may_be_long() {
    let text = HONEST
        .replace("<IntervalReading", "<espi:IntervalReading")
        .replace("</IntervalReading", "</espi:IntervalReading");
    let text = text.replace(">\n", ">").replace("<value>", &format!("{}<value>", " ".repeat(100_000)));
    assert!(run(&text, &Choice::default()).ok().unwrap().file == run(HONEST, &Choice::default()).ok().unwrap().file);
}

#[test]
fn each_change_to_an_honest_file_has_its_refusal() {
    use GreenButtonRefusal::*;
    assert!(matches!(changed("</feed>", ""), NotXml { .. }));
    assert!(matches!(changed("</entry>", "</entri>"), NotXml { .. }));
    assert!(matches!(refused("start,import_wh\n", &Choice::default()), NoMeterReading));
    assert!(
        matches!(changed("<uom>72<", "<uom>Wh<"), NotANumber { element, text } if element == "uom" && text == "Wh")
    );
    assert!(matches!(
        changed("\"up\" href=\"https://example.org/UsagePoint/1/MeterReading/2/IntervalBlock\"", "\"up\" href=\"x\""),
        Orphan { .. }
    ));
    assert!(
        matches!(changed("<uom>72", "<uom>38"), Unclear { register, streams } if register == "import" && streams.len() == 3)
    );
    let twice = HONEST.replacen("<flowDirection>19", "<flowDirection>1", 1);
    assert!(matches!(refused(&twice, &Choice::default()), Unclear { register, .. } if register == "import"));
    assert!(matches!(
        changed("<accumulationBehaviour>4", "<accumulationBehaviour>3"),
        NotIntervalEnergy { what: "accumulationBehaviour", code: 3, .. }
    ));
    assert!(matches!(changed("<commodity>1", "<commodity>7"), NotIntervalEnergy { what: "commodity", code: 7, .. }));
    assert!(matches!(
        changed("<powerOfTenMultiplier>0", "<powerOfTenMultiplier>99"),
        NotIntervalEnergy { what: "powerOfTenMultiplier", code: 99, .. }
    ));
    assert!(matches!(changed("<start>1792886400</start>", ""), Incomplete { what: "start", .. }));
    assert!(matches!(changed("<value>182</value>", ""), Incomplete { what: "value", .. }));
    assert!(matches!(changed("<duration>1800", "<duration>900"), MixedIntervals { one: 900, other: 1800, .. }));
    assert!(matches!(changed("<quality>8", "<quality>12"), Quality { quality: 12, .. }));
    assert!(matches!(changed("<value>182", "<value>-182"), NotAReading { what: "negative", start, .. }
        if start.to_string() == "2026-10-25T00:00:00Z"));
    assert!(matches!(
        changed("<value>182", "<value>0.5"),
        NotAReading { what: "not a whole number of Wh or VArh", .. }
    ));
    assert!(matches!(changed("<value>182", "<value>x"), NotAReading { what: "not a number", .. }));
    assert!(matches!(changed("<value>182", "<value>4294967296"), NotAReading { what: "2^32 or more", .. }));
    assert!(matches!(changed("<value>310", "<value>311"), Streams(StreamRefusal::Conflict { .. })));
    let hour = Choice { slot: SlotLength::from_minutes(60), ..Choice::default() };
    assert!(matches!(refused(HONEST, &hour), Streams(StreamRefusal::OtherLength { minutes: 30, wanted: 60, .. })));
    assert!(matches!(convert(Path::new("/nonexistent.xml"), &hour), Err(File(_))));
}

#[test]
fn streams_that_are_not_there_or_not_clear_are_refused() {
    use GreenButtonRefusal::*;
    assert!(
        matches!(refused(HONEST, &choose(&["import=MeterReading/9"])), NoSuchStream { streams, .. } if streams.len() == 3)
    );
    let second = HONEST.replacen("<title>Received</title>", "<title>Delivered</title>", 1);
    assert!(
        matches!(refused(&second, &choose(&["import=Delivered"])), SeveralStreams { streams, .. } if streams.len() == 2)
    );
    let unit = refused(HONEST, &choose(&["import=MeterReading/3"]));
    assert!(matches!(unit, OtherUnit { unit: "VArh", register, .. } if register == "import"));
    let volts = HONEST.replacen("<uom>73", "<uom>29", 1);
    let refusal = refused(&volts, &choose(&["reactive=MeterReading/3"]));
    assert!(matches!(refusal, NotIntervalEnergy { what: "uom", code: 29, .. }));
    let untyped = HONEST.replacen("<uom>73</uom>", "", 1);
    let refusal = refused(&untyped, &choose(&["reactive=MeterReading/3"]));
    assert!(matches!(refusal, TypeMissing { what: "unit", .. }));
}

#[test]
fn elements_do_not_nest_without_end() {
    let deep = format!("<feed>{}", "<a>".repeat(1_000_000));
    assert!(matches!(refused(&deep, &Choice::default()), GreenButtonRefusal::NotXml { .. }));
}

/// A real file, when `WATTPROOF_DATA` names a folder that holds it.
fn sample(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("WATTPROOF_DATA").map(|folder| Path::new(&folder).join("greenbutton").join(name));
    path.filter(|path| path.exists()).or_else(|| {
        eprintln!("skipped: set WATTPROOF_DATA to a folder that holds greenbutton/{name}");
        None
    })
}

#[test]
fn published_samples_add_up() {
    let samples = [
        ("Coastal_Multi_Family_2011_hourly_year.xml.gz", 8_760, 4_425_305, 60),
        ("TestGBDataHourlyNineDaysBinnedDaily.xml", 216, 199_563, 60),
        ("coastal_single_family_sample_cew821.xml", 362, 291_018, 60),
        ("jendobson_testdata_2019.xml", 552, 351_425, 60),
        ("openespi_test_usage_data_01_15min.xml", 96, 93_846, 15),
    ];
    for (name, readings, wh, minutes) in samples {
        let Some(path) = sample(name) else { continue };
        let converted = convert(&path, &Choice::default()).ok().unwrap();
        let report = &converted.report;
        assert_eq!(
            (report.rows, report.slots as usize, report.slot.minutes()),
            (readings, readings, minutes),
            "{name}"
        );
        assert_eq!(column(&converted, 0).iter().flatten().map(|wh| u64::from(*wh)).sum::<u64>(), wh, "{name}");
        let substituted = if minutes == 15 { 2 } else { 0 };
        assert_eq!(report.settled, Settled { substituted, ..Settled::default() }, "{name}");
    }
}

#[test]
fn a_published_sample_of_days_is_refused() {
    let Some(path) = sample("TestGBDataOneYearDailyBinnedMonthly.xml") else { return };
    let refusal = convert(&path, &Choice::default()).err().unwrap();
    assert!(matches!(refusal, GreenButtonRefusal::MixedIntervals { one: 86_400, other: 82_800, .. }), "{refusal}");
}

#[test]
fn a_year_by_the_local_clock_has_its_short_and_its_long_day() {
    let Some(path) = sample("Coastal_Multi_Family_2011_hourly_year.xml.gz") else { return };
    let zone = Some(crate::clock::zone("America/Los_Angeles").unwrap());
    let converted = convert(&path, &Choice { zone, ..Choice::default() }).ok().unwrap();
    let days: Vec<_> = converted.report.clock_changes.iter().map(|c| (c.date.to_string(), c.slots)).collect();
    assert_eq!(days, [("2011-03-13".to_owned(), 23), ("2011-11-06".to_owned(), 25)]);
}
