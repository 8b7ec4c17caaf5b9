//! Published data files: what is read, what is refused, one refusal a reason.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use jiff::Timestamp;
use wattproof_circuits::data::{DataRefusal, DataSet, MAX_BYTES, MAX_VALUE};

fn parse(text: &str) -> Result<DataSet, DataRefusal> {
    DataSet::parse(text.as_bytes())
}

#[test]
fn rows_may_come_in_any_order_and_are_written_in_one() {
    let dates = parse("date\n2026-12-25\n2026-01-01\n").unwrap();
    assert_eq!(dates.to_csv(), "date\n2026-01-01\n2026-12-25\n");
    let days = parse("\u{feff}date, value\r\n2026-01-02, red\r\n\r\n2026-01-01, blue").unwrap();
    assert_eq!(days.to_csv(), "date,value\n2026-01-01,blue\n2026-01-02,red\n");
    let slots = parse("start,value\n2026-03-01T01:30+01:00,-4.25\n2026-03-01 00:00:00Z,7\n").unwrap();
    assert_eq!(slots.to_csv(), "start,value\n2026-03-01T00:00:00Z,7\n2026-03-01T00:30:00Z,-4.25\n");
    for set in [dates, days, slots] {
        assert_eq!(parse(&set.to_csv()).unwrap(), set);
    }
}

#[test]
fn an_empty_set_is_a_set() {
    let none = parse("date\n").unwrap();
    assert!(none.is_empty());
    assert_eq!((none.header(), none.to_csv().as_str()), ("date", "date\n"));
}

#[test]
fn files_are_merged_where_they_agree() {
    let first = parse("date,value\n2026-01-01,blue\n2026-01-02,red\n").unwrap();
    let second = parse("date,value\n2026-01-02,red\n2026-01-03,white\n").unwrap();
    assert_eq!(first.merge(&second).unwrap().len(), 3);
    let other = parse("date,value\n2026-01-02,white\n").unwrap();
    assert_eq!(first.merge(&other), Err(DataRefusal::Conflict { key: "2026-01-02".into() }));
    let dates = parse("date\n2026-01-02\n").unwrap();
    assert_eq!(first.amended(&other, |value| value == "red"), first.merge(&other));
    let amended = first.amended(&other, |value| value != "red").unwrap();
    assert_eq!(amended.to_csv(), "date,value\n2026-01-01,blue\n2026-01-02,white\n");
    assert_eq!(dates.merge(&dates).unwrap(), dates);
    assert_eq!(first.merge(&dates), Err(DataRefusal::OtherForm { ours: "date,value", theirs: "date" }));
}

#[test]
fn a_set_that_grows_beyond_a_file_is_refused() {
    let year = |first: i64| {
        let slot = |slot: i64| Timestamp::from_second(first + 300 * slot).unwrap();
        DataSet::Slots((0..300_000).map(|at| (slot(at), "12.345".into())).collect())
    };
    let both = year(0).merge(&year(90_000_000)).unwrap();
    assert!(DataSet::parse(both.to_csv().as_bytes()).is_ok());
    assert!(matches!(both.merge(&year(180_000_000)), Err(DataRefusal::TooLarge { .. })));
}

#[test]
fn every_refusal_is_reached() {
    assert!(parse("date,value\n2026-01-01,blue\n").is_ok());
    let refused = |text: &str| parse(text).unwrap_err();
    let days = |rows: &str| refused(&format!("date,value\n{rows}"));
    let long = vec![b' '; MAX_BYTES + 1];
    assert_eq!(DataSet::parse(&long), Err(DataRefusal::TooLarge { bytes: MAX_BYTES + 1 }));
    assert_eq!(DataSet::parse(b"date\n\xff"), Err(DataRefusal::NotUtf8));
    assert_eq!(refused("day,value\n"), DataRefusal::Header { found: "day,value".into() });
    assert_eq!(refused(""), DataRefusal::Header { found: String::new() });
    assert_eq!(days("2026-01-01,blue\n2026-01-02\n"), DataRefusal::Fields { line: 3 });
    assert_eq!(days("2026-01-01,blue,1\n"), DataRefusal::Fields { line: 2 });
    for text in ["2026-1-1", "2026-02-30", "25 Dec", ""] {
        assert_eq!(days(&format!("{text},blue\n")), DataRefusal::Date { line: 2, text: text.into() });
    }
    for text in ["2026-01-01T00:00", "2026-01-01", "00:00Z"] {
        let refused = refused(&format!("start,value\n{text},1\n"));
        assert_eq!(refused, DataRefusal::Start { line: 2, text: text.into() });
    }
    assert_eq!(days("2026-01-01,\n"), DataRefusal::Value { line: 2, text: String::new() });
    assert_eq!(days("2026-01-01,\"a,b\"\n"), DataRefusal::Value { line: 2, text: "a,b".into() });
    let value = "x".repeat(MAX_VALUE + 1);
    assert_eq!(days(&format!("2026-01-01,{value}\n")), DataRefusal::Value { line: 2, text: "x".repeat(40) });
    let twice = days("2026-01-01,blue\n\n2026-01-01,blue\n");
    assert_eq!(twice, DataRefusal::Twice { line: 4, key: "2026-01-01".into() });
}

#[test]
fn refusals_have_codes_and_hints() {
    let conflict = DataRefusal::Conflict { key: "2026-01-02".into() };
    assert_eq!(conflict.code(), "data-conflict");
    assert_eq!(conflict.to_string(), "2026-01-02 has another value in the data that is held");
    assert_eq!(
        conflict.hint(),
        "a published value stands: publish the right rows under another name, with a version of the tariff that reads it"
    );
}
