//! Large tariffs check quickly, and hostile ones are refused before they fill the memory.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use wattproof_circuits::tariff::Tariff;

const HEAD: &str = "tariff large version 1 in GBP, zone Europe/London, slot 5 min\n\
                    register import in Wh, below 2^20\ngaps refuse\n";

/// The time that a tariff of 2,000 lines may take to check, optimised.
const LIMIT: Duration = Duration::from_millis(200);

/// 2,000 lines of everything that a tariff says of time: seasons, dates, data, windows, and tables over them.
fn two_thousand_lines() -> String {
    let mut text = String::from(HEAD);
    for n in 0..100 {
        let (month, day) = (["Jan", "Apr", "Jul", "Oct"][n % 4], n % 27 + 1);
        writeln!(text, "season season_{n} = {day} {month} to {} Dec", n % 30 + 1).unwrap();
        writeln!(text, "dates dates_{n} = 20{:02}-0{}-1{}, {day} May", n % 60 + 24, n % 9 + 1, n % 10).unwrap();
    }
    for n in 0..20 {
        writeln!(text, "data days_{n}: dates").unwrap();
        writeln!(text, "data colour_{n}: one of red, white, blue per {}", ["day", "slot"][n % 2]).unwrap();
    }
    for n in 0..500 {
        let (season, dates, colour) = (n % 100, n % 97, n % 20);
        let (from, to) = (n % 24, (n * 7 + 5) % 24);
        let except = if n % 3 == 0 { format!(" except dates_{dates}, days_{}", n % 19) } else { String::new() };
        let when = if n % 5 == 0 { format!(" when colour_{colour} is red or blue") } else { String::new() };
        let dated = if n % 7 == 0 { format!(" from 20{:02}-01-01", 20 + n % 40) } else { String::new() };
        let to = if from == to { "24" } else { &format!("{to:02}") };
        writeln!(text, "window w_{n} = {from:02}:00-{to}:00 on Mon-Fri in season_{season}{when}{except}{dated}")
            .unwrap();
    }
    let tables = 320;
    for n in 0..tables {
        writeln!(text, "charge c_{n} = price import {{").unwrap();
        writeln!(text, "    days_{} in w_{n} {n} p/kWh\n    otherwise 1.{n} p/kWh }}", (n + 1) % 19).unwrap();
    }
    let sum = (0..tables).map(|n| format!("c_{n}")).collect::<Vec<_>>().join(" +\n    ");
    writeln!(text, "total = {sum}\n    rounded half up to 1 p").unwrap();
    text
}

#[test]
fn two_thousand_lines_check_at_once() {
    let text = two_thousand_lines();
    assert!(text.lines().count() >= 2_000);
    let start = Instant::now();
    Tariff::parse(&text).unwrap_or_else(|found| panic!("{found:#?}"));
    let took = start.elapsed();
    let slack = if cfg!(debug_assertions) { 20 } else { 1 };
    assert!(took <= LIMIT * slack, "{took:?}");
}

#[test]
fn cases_beyond_number_are_refused() {
    let mut text = String::from(HEAD);
    (0..40).for_each(|n| writeln!(text, "data c{n}: one of yes, no per day").unwrap());
    let pairs: Vec<_> = (0..20).map(|n| format!("when c{n} is yes when c{} is yes", n + 20)).collect();
    writeln!(text, "window w = {}\ntotal = 1 GBP exact", pairs.join(" and ")).unwrap();
    let found = Tariff::parse(&text).unwrap_err();
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), ["too-many-cases"]);
}
