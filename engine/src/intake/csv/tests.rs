use super::*;
use crate::refusal::{Fault, Refusal};
use jiff::tz::TimeZone;
use proptest::prelude::*;

const HONEST: &str = "\
start,import_wh,reactive_varh
2026-03-29T00:00:00+00:00,182,7
2026-03-29T00:30:00+00:00,,0
2026-03-29T02:00:00+01:00,4294967295,1
2026-03-29T03:30:00+01:00,12,
";

fn parse_text(text: &str) -> Result<ReadingsFile, CsvRefusal> {
    parse(std::io::Cursor::new(text.to_string()), SlotLength::HALF_HOUR)
}

fn refusal(from: &str, to: &str) -> CsvRefusal {
    assert!(HONEST.contains(from), "the honest file does not hold `{from}`");
    match parse_text(&HONEST.replacen(from, to, 1)) {
        Err(refusal) => refusal,
        Ok(_) => panic!("`{to}` was accepted"),
    }
}

#[test]
fn a_file_is_read_with_its_gaps() {
    let file = parse_text(HONEST).ok().unwrap();
    assert_eq!(file.columns[1], Column::new("reactive", Unit::VarHour).unwrap());
    let slots = file.readings.slots();
    assert_eq!(slots.count(), 6, "two rows are missing");
    let row = |i: u32| (file.readings.get(0, slots.first().after(i).unwrap()), slots.first().after(i).unwrap());
    assert_eq!(row(0).0, Some(182));
    assert_eq!(row(1).0, None);
    assert_eq!(row(2).0, Some(u32::MAX));
    assert_eq!(file.readings.gap_count(), 4);
}

#[test]
fn each_change_to_an_honest_file_has_its_refusal() {
    use CsvRefusal::*;
    assert!(matches!(refusal("start", "time"), NoStartColumn));
    assert!(matches!(refusal(",import_wh,reactive_varh", ""), NoRegister));
    assert!(matches!(refusal("import_wh", "import_kwh"), UnknownColumn { column } if column == "import_kwh"));
    assert!(matches!(refusal("import_wh", "Import_wh"), UnknownColumn { .. }));
    assert!(matches!(refusal("reactive_varh", "import_wh"), RepeatedColumn { column } if column == "import_wh"));
    assert!(matches!(refusal("182,7", "182"), NotARow { line: 2 }));
    assert!(matches!(refusal("182,7", "182,7,8"), NotARow { line: 2 }));
    assert!(matches!(refusal("00:30:00+00:00", "00:30:00"), NotAnInstant { line: 3, .. }));
    assert!(matches!(refusal("2026-03-29T00:30", "29/03/2026T00:30"), NotAnInstant { line: 3, .. }));
    assert!(matches!(refusal("00:30:00", "00:31:00"), NotAnEdge { line: 3, minutes: 30, .. }));
    assert!(matches!(refusal("00:30:00", "00:30:00.5"), NotAnEdge { line: 3, .. }));
    assert!(matches!(refusal("T00:30:00+00:00", "T01:00:00+01:00"), Duplicate { line: 3 }));
    assert!(matches!(refusal("T00:30:00+00:00", "T00:30:00+01:00"), OutOfOrder { line: 3 }));
    assert!(matches!(refusal("182", "0.182"), NotAnInteger { line: 2, column } if column == "import_wh"));
    assert!(matches!(refusal("182", "+182"), NotAnInteger { .. }));
    assert!(matches!(refusal("182", " 182"), NotAnInteger { .. }));
    assert!(matches!(refusal("182,7", "182,-7"), Negative { line: 2, column } if column == "reactive_varh"));
    assert!(matches!(refusal("4294967295", "4294967296"), TooLarge { line: 4, .. }));
    assert!(matches!(refusal("2026-03-29T03", "2126-03-29T03"), TooLong { line: 5 }));
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = format!("\u{feff}{}", HONEST.replace('\n', "\r\n"));
    assert!(parse_text(&text).ok().unwrap() == parse_text(HONEST).ok().unwrap());
    assert!(matches!(parse_text(&text.replace("182", "x")), Err(CsvRefusal::NotAnInteger { line: 2, .. })));
}

#[test]
fn a_file_without_rows_or_with_too_many_registers_is_refused() {
    assert!(matches!(parse_text("start,import_wh\n"), Err(CsvRefusal::NoRows)));
    assert!(matches!(parse_text(""), Err(CsvRefusal::NoStartColumn)));
    let heads: Vec<String> = (0..17).map(|i| format!("r{i}_wh")).collect();
    assert!(matches!(parse_text(&format!("start,{}\n", heads.join(","))), Err(CsvRefusal::TooManyColumns)));
}

#[test]
fn bytes_that_are_not_text_are_refused_at_their_line() {
    let bytes = [HONEST.as_bytes(), b"2026-03-29T04:00:00+01:00,\xff,1\n"].concat();
    assert!(matches!(parse(&bytes[..], SlotLength::HALF_HOUR), Err(CsvRefusal::NotARow { line: 6 })));
}

#[test]
fn registers_are_picked_or_demanded() {
    let file = parse_text(HONEST).ok().unwrap();
    let import = Register::new("import", Unit::WattHour, 20).unwrap();
    let export = Register::new("export", Unit::WattHour, 20).unwrap();
    assert_eq!(file.pick(std::slice::from_ref(&import)).ok().unwrap().registers(), 1);
    let refused = file.exactly(std::slice::from_ref(&import)).err().unwrap();
    assert!(matches!(refused, CsvRefusal::UnknownColumn { column } if column == "reactive_varh"));
    let refused = file.pick(&[import, export]).err().unwrap();
    assert!(matches!(refused, CsvRefusal::MissingColumn { column } if column == "export_wh"));
}

#[test]
fn a_missing_file_is_refused_as_such() {
    let refused = read(Path::new("/nonexistent/readings.csv"), SlotLength::HALF_HOUR).err().unwrap();
    assert!(matches!(&refused, CsvRefusal::File(error) if error.kind() == io::ErrorKind::NotFound));
    assert_eq!(refused.fault(), Fault::Own);
}

proptest! {
    #[test]
    fn written_files_read_back(
        first in 900_000u32..1_200_000,
        values in proptest::collection::vec(proptest::option::of(any::<u32>()), 1..200),
    ) {
        let slots = SlotRange::new(Slot::new(first), values.len() as u32).unwrap();
        let mut readings = Readings::gaps(slots, 1);
        for (slot, value) in slots.iter().zip(&values) {
            prop_assert!(readings.set(0, slot, *value));
        }
        let columns = vec![Column::new("import", Unit::WattHour).unwrap()];
        let file = ReadingsFile { columns, length: SlotLength::HALF_HOUR, readings };
        let london = TimeZone::get("Europe/London").unwrap();
        let mut text = Vec::new();
        write(&file, &|at| london.to_offset(at), &mut text).unwrap();
        let read = parse(&text[..], SlotLength::HALF_HOUR).ok().unwrap();
        prop_assert!(read == file);
    }

    #[test]
    fn no_text_panics(text in "(start,import_wh\n)?[-0-9T:+Z,.\n\"a]{0,80}") {
        let _ = parse_text(&text);
    }
}
