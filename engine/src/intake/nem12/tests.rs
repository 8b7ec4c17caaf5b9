use super::*;
use crate::clock::zone;
use crate::intake::csv;
use std::path::PathBuf;

/// One meter with energy in both directions and reactive energy, in hours: a plain day, and one of three qualities.
const HONEST: &str = include_str!("../../../../fixtures/readings/nem12.csv");

fn brisbane(values: &[&str]) -> Choice {
    let values = values.iter().map(|text| ValueColumn::parse(text).unwrap()).collect();
    Choice { values, slot: None, zone: zone("Australia/Brisbane").unwrap() }
}

fn run(text: &str, choice: &Choice) -> Result<Converted, Nem12Refusal> {
    convert_text(std::io::Cursor::new(text.to_owned()), choice)
}

fn refused(text: &str, choice: &Choice) -> Nem12Refusal {
    match run(text, choice) {
        Err(refusal) => refusal,
        Ok(_) => panic!("accepted"),
    }
}

/// The refusal after one change to the honest file.
fn changed(from: &str, to: &str) -> Nem12Refusal {
    assert!(HONEST.contains(from), "{from}");
    refused(&HONEST.replacen(from, to, 1), &brisbane(&[]))
}

fn sum(converted: &Converted, register: usize) -> u64 {
    let readings = &converted.file.readings;
    readings.slots().iter().filter_map(|slot| readings.get(register, slot)).map(u64::from).sum()
}

#[test]
fn an_honest_file_is_converted_and_reported() {
    let converted = run(HONEST, &brisbane(&[])).ok().unwrap();
    let heads: Vec<String> = converted.file.columns.iter().map(csv::Column::head).collect();
    assert_eq!(heads, ["import_wh", "export_wh"]);
    assert_eq!((sum(&converted, 0), sum(&converted, 1)), (300 + 10_000, 168));
    let report = &converted.report;
    assert_eq!((report.rows, report.slots, report.gaps, report.slot.minutes()), (120, 48, 4, 60));
    let settled = Settled { duplicates: 24, out_of_order: 2, substituted: 8 + 24, ..Settled::default() };
    assert_eq!((report.settled, report.first.to_string().as_str()), (settled, "2026-10-02T14:00:00Z"));
    assert_eq!(report.left_out, ["4103987654/Q1"]);
}

#[test]
fn streams_are_chosen_by_name() {
    let converted = run(HONEST, &brisbane(&["reactive=Q1", "import=4103987654/E1"])).ok().unwrap();
    assert_eq!((sum(&converted, 0), sum(&converted, 1)), (6_000, 10_300));
    assert_eq!(converted.report.left_out, ["4103987654/B1"]);
}

#[test]
fn each_change_to_an_honest_file_has_its_refusal() {
    use Nem12Refusal::*;
    assert!(matches!(changed("100,NEM12", "100,NEM11"), NoHeader { line: 1 }));
    assert!(matches!(changed("100,NEM12,202610260000,MDP1,RETAIL1\n", ""), NoHeader { line: 1 }));
    assert!(matches!(refused("", &brisbane(&[])), NoHeader { line: 1 }));
    assert!(matches!(changed("100,NEM12", "100,NEM13"), Nem13));
    assert!(matches!(changed("200,4103987654,E1B1Q1,1", "250,4103987654,E1B1Q1,1"), Nem13));
    assert!(matches!(changed("900\n", ""), BrokenOff));
    assert!(matches!(changed("900\n", "900\n900\n"), Misplaced { line: 16, kind } if kind == "900"));
    assert!(
        matches!(changed("200,4103987654,E1B1Q1,1", "700,4103987654,E1B1Q1,1"), Misplaced { line: 2, kind } if kind == "700")
    );
    assert!(matches!(changed("400,13,20", "900\n400,13,20"), QualityRanges { line: 4 }));
    assert!(matches!(
        changed("200,4103987654,E1B1Q1,2", "400,1,1,A,,\n200,4103987654,E1B1Q1,2"),
        QualityRanges { line: 4 }
    ));
    assert!(
        matches!(changed("300,20261003,0,", "400,1,1,A,,\n300,20261003,0,"), Misplaced { line: 10, kind } if kind == "400")
    );
    assert!(
        matches!(changed("SER1,kWh,60", "SER1,kWh,7"), Stream { line: 2, what: "interval length", text } if text == "7")
    );
    assert!(matches!(changed("200,4103987654", "200,"), Stream { line: 2, what: "NMI", .. }));
    assert!(matches!(changed("1,E1,E1", "1,,E1"), Stream { line: 2, what: "suffix", .. }));
    assert!(matches!(changed("2,B1,B1", "2,E1,B1"), StreamChanges { line: 8, stream } if stream == "4103987654/E1"));
    for date in ["2026100", "20261332", "2026-10-3"] {
        assert!(matches!(changed("300,20261003", &format!("300,{date}")), NotADate { line: 3, text } if text == date));
    }
    assert!(matches!(changed("0.024,A", "0.024,0.025,A"), Day { line: 3, count: 24 }));
    assert!(matches!(changed("0.023,0.024,A", "0.023,A"), Day { line: 3, count: 24 }));
    let not_a_reading = [
        ("0.0015", "not a whole number of Wh or VArh"),
        ("-0.001", "negative"),
        ("much", "not a number"),
        ("", "not a number"),
        ("4294967.296", "2^32 or more"),
    ];
    for (text, reason) in not_a_reading {
        let refusal = changed(",0.001,", &format!(",{text},"));
        assert!(matches!(refusal, NotAReading { line: 3, place: 1, what } if what == reason), "{text}");
    }
    assert!(matches!(changed("400,21,24,N", "400,21,24,A"), NotAReading { line: 4, place: 21, what: "missing" }));
    for flag in ["E62", "E", "X", "A1"] {
        let refusal = changed("0.024,A", &format!("0.024,{flag}"));
        assert!(matches!(refusal, Quality { line: 3, flag: found } if found == flag), "{flag}");
    }
    assert!(matches!(changed("400,1,12,A", "400,1,12,V"), Quality { line: 5, .. }));
    for range in ["400,1,13,A", "400,1,11,A", "400,0,12,A", "400,1,25,A", "400,12,1,A", "400,x,12,A"] {
        assert!(matches!(changed("400,1,12,A", range), QualityRanges { line: 4 }), "{range}");
    }
    assert!(matches!(
        changed(",F14,", ",A,,,,x\n300,20261004,8,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,A"),
        Streams(StreamRefusal::Conflict { .. })
    ));
    let half_hours = Choice { slot: SlotLength::from_minutes(30), ..brisbane(&[]) };
    assert!(matches!(
        refused(HONEST, &half_hours),
        Streams(StreamRefusal::OtherLength { minutes: 60, wanted: 30, .. })
    ));
    assert!(matches!(convert(Path::new("/nonexistent.csv"), &half_hours), Err(File(_))));
    assert!(matches!(convert_text(&b"100,NEM12\n\xff,1\n"[..], &half_hours), Err(NotARow { line: 2 })));
}

#[test]
fn streams_that_are_not_there_or_not_clear_are_refused() {
    use Nem12Refusal::*;
    assert!(matches!(refused(HONEST, &brisbane(&["import=E2"])), NoSuchStream { streams, .. } if streams.len() == 3));
    let unit = refused(HONEST, &brisbane(&["import=Q1"]));
    assert!(
        matches!(unit, OtherUnit { unit, register, .. } if (unit.as_str(), register.as_str()) == ("kVArh", "import"))
    );
    let volts = HONEST.replace("kVArh", "V");
    assert!(matches!(refused(&volts, &brisbane(&["reactive=Q1"])), OtherUnit { unit, .. } if unit == "V"));
    let two = HONEST.replace("2,B1,B1", "2,E2,E2");
    assert!(matches!(refused(&two, &brisbane(&[])), Unclear { register, .. } if register == "import"));
    let meters = HONEST.replacen("900\n", "200,5103987654,E1,1,E1,E1,SER2,kWh,60,\n900\n", 1);
    let several = refused(&meters, &brisbane(&["import=E1"]));
    assert!(matches!(several, SeveralStreams { streams, .. } if streams == ["4103987654/E1", "5103987654/E1"]));
}

#[test]
fn the_clock_must_stay_at_standard_time() {
    let sydney = |text: &str| run(text, &Choice { zone: zone("Australia/Sydney").unwrap(), ..brisbane(&[]) });
    // Summer time began on 4 October 2026 at 02:00.
    let refusal = sydney(HONEST).err().unwrap();
    assert!(matches!(refusal, Nem12Refusal::SummerTime { line: 4, date } if date.to_string() == "2026-10-04"));
    let winter = HONEST.replace("20261003", "20260703").replace("20261004", "20260704");
    assert!(sydney(&winter).ok().unwrap().file == run(&winter, &brisbane(&[])).ok().unwrap().file);
    let summer = HONEST.replace("20261003", "20260103").replace("20261004", "20260104");
    assert!(matches!(sydney(&summer).err().unwrap(), Nem12Refusal::SummerTime { line: 3, .. }));
    let fixed = Choice { zone: TimeZone::fixed(jiff::tz::offset(10)), ..brisbane(&[]) };
    assert!(run(HONEST, &fixed).ok().unwrap().file == run(HONEST, &brisbane(&[])).ok().unwrap().file);
}

/// A real file, when `WATTPROOF_DATA` names a folder that holds it.
fn sample(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("WATTPROOF_DATA").map(|folder| Path::new(&folder).join("nem12").join(name));
    path.filter(|path| path.exists()).or_else(|| {
        eprintln!("skipped: set WATTPROOF_DATA to a folder that holds nem12/{name}");
        None
    })
}

#[test]
fn published_samples_add_up() {
    let samples: [(&str, &[&str], u32, &[u64]); 9] = [
        ("Example_NEM12_actual_interval.csv", &["import=E1", "reactive=Q1"], 48, &[53_328, 106_656]),
        ("Example_NEM12_different_interval_length.csv", &["import=E1", "second=E2"], 48, &[254_000, 120_000]),
        ("Example_NEM12_month_solar.csv", &[], 8_928, &[270_738, 589_172]),
        ("Example_NEM12_multiple_meters.csv", &["import=NCDE001111/E1", "q:VArh=NCDE001111/Q1"], 192, &[1_920, 9_600]),
        ("Example_NEM12_multiple_meters.csv", &["export=NDDD001888/B1", "k:VArh=K2"], 192, &[3_840, 9_600]),
        ("Example_NEM12_multiple_quality.csv", &[], 48, &[896_990]),
        ("Example_NEM12_no_scheduled_read.csv", &[], 96, &[5_840]),
        ("Example_NEM12_substituted_interval.csv", &["import=E1", "reactive=Q1"], 48, &[110_976, 47_053_848]),
        ("Example_WesternPower.csv", &["import=E1", "export=B1", "q:VArh=Q1", "k:VArh=K1"], 48, &[0, 0, 0, 0]),
    ];
    for (name, values, slots, sums) in samples {
        let Some(path) = sample(name) else { continue };
        let converted = convert(&path, &brisbane(values)).map_err(|refusal| format!("{name}: {refusal}")).ok().unwrap();
        let found: Vec<u64> = (0..sums.len()).map(|register| sum(&converted, register)).collect();
        assert_eq!((converted.report.slots, found.as_slice(), converted.report.gaps), (slots, sums, 0), "{name}");
    }
}

#[test]
fn published_samples_that_are_wrong_are_refused() {
    use Nem12Refusal::*;
    let refusal = |name, values| sample(name).map(|path| convert(&path, &brisbane(values)).err().unwrap());
    let check = |found: Option<Nem12Refusal>, right: fn(&Nem12Refusal) -> bool| {
        found.into_iter().for_each(|refusal| assert!(right(&refusal), "{refusal}"));
    };
    check(refusal("Example_NEM12_30min_200_15min_300.csv", &[]), |r| matches!(r, Day { line: 3, count: 48 }));
    check(refusal("Example_NEM12_incomplete_interval.csv", &[]), |r| matches!(r, Day { line: 3, count: 48 }));
    check(refusal("Example_NEM12_powercor_missing_fields.csv", &[]), |r| matches!(r, NoHeader { line: 1 }));
    check(refusal("Example_NEM13_consumption_data.csv", &[]), |r| matches!(r, Nem13));
    check(refusal("Example_NEM12_multiple_meters.csv", &[]), |r| matches!(r, Unclear { .. }));
    let mixed = refusal("Example_NEM12_different_interval_length.csv", &["import=E1", "volts=V1"]);
    check(mixed, |r| matches!(r, OtherUnit { unit, .. } if unit.is_empty()));
}
