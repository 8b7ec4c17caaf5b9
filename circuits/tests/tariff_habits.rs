//! What people write by habit is refused with what to write instead.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use wattproof_circuits::tariff::Tariff;

const HEAD: &str =
    "tariff t version 1 in EUR, zone Europe/Paris, slot 30 min\nregister import in Wh, below 2^20\ngaps refuse\n";
const END: &str = "charge all = price import { 20 c/kWh }\ntotal = all rounded half up to 1 c\n";

/// Statements, and the help of the first finding that has any.
const HABITS: &[(&str, &str)] = &[
    ("charge a = 233,88 EUR", "write 233.88: decimals have a point, and thousands no mark"),
    ("charge a = price import { 0,1609 EUR/kWh }", "write 0.1609: decimals have a point, and thousands no mark"),
    ("charge a = 10% all", "write 10% * all"),
    ("charge a = 10% of all", "write 10% * …"),
    ("charge a = all x 20%", "write * for times"),
    ("charge a = all × 20%", "write * for times"),
    ("charge a = 15.30 EUR per month", "write 15.30 EUR/month"),
    ("charge a = price import { 3 EUR per kWh }", "write 3 EUR/kWh"),
    ("charge a = price import { 3 c/kWh per month }", "write 3 c/kWh/month"),
    ("window a = 10pm-6am", "write hours as 22:00-06:00, from 00:00 to 24:00"),
    ("window a = 22:00-6am", "write hours as 22:00-06:00, from 00:00 to 24:00"),
    ("window a = 9-18", "write 09:00-18:00"),
    ("window a = 06:00 to 22:00", "write 06:00-22:00"),
    ("window a = from 06:00 to 22:00", "write 06:00-22:00"),
    ("window a = 06:00-22:00 Mon-Fri", "write on Mon-Fri"),
    ("window a = 06:00-22:00 Monday to Friday", "write on Mon-Fri"),
    ("window a = 06:00-22:00 on Mon to Fri", "write on Mon-Fri"),
    ("window a = 06:00-22:00 every weekday", "write on Mon-Fri"),
    ("window a = 06:00-22:00 every Sunday", "write on Sun"),
    ("window a = 06:00-22:00 weekdays", "write on Mon-Fri"),
    ("window a = 06:00-22:00 on weekdays", "write on Mon-Fri"),
    ("window a = on weekend", "write on Sat-Sun"),
    ("window a = 06:00-22:00 daily", "write every day"),
    ("season s = 1 Jun to 30 Sep\nwindow a = 06:00-22:00 in s on Mon-Fri", "write the days before `in`: on … in s"),
    ("dates a = 16 Feb 2026", "write 2026-02-16"),
    ("dates a = Feb 16", "write the day first, 16 Feb, or a date such as 2026-04-01"),
    ("define a = 1 c/kWh from 1 Aug 2026 2 c/kWh", "write 2026-08-01"),
    (
        "data colour: one of blue, red per day\ncharge a = if colour is red then 1 EUR else 0 EUR",
        "data choose windows, window NAME = when colour is …, or rows, price … by colour { … }",
    ),
    ("window a = when red", "write the data's name as well: when colour is red"),
    ("window a = when colour = red", "write when colour is …"),
    ("data a: blue, white, red per day", "write data a: one of blue, … per day"),
    ("charge a = 1 EUR/kW * max power of import", "write brackets: max(power of import)"),
    ("charge a = 1 EUR/kW * max(power in peak)", "name the register: power of import"),
    ("charge a = all rounded to 1 c", "say how: rounded half up to 1 c"),
    ("charge a = all rounded half up 1 c", "write up to 1 c"),
    ("charge a = price import { hp: 16.09 c/kWh }", "write hp without :"),
    ("charge a: all", "write a = …"),
    ("charge off-peak = all", "write off_peak: a name has no hyphen"),
    ("window Peak = 16:00-20:00\ncharge a = price import in peak { 1 c/kWh }", "write `peak`"),
    ("Charge a = 1 EUR", "did you mean `charge`?"),
    ("totl = all", "did you mean `total`?"),
    ("Total = all", "did you mean `total`?"),
    ("energy = price import { 1 c/kWh }", "write charge energy = …, or window, define or series before it"),
    (
        "charge a = price import, blocks { 0-50 kWh 51-100 kWh above 1 2 3 c/kWh }",
        "write each block's upper bound only: to 100 kWh … above",
    ),
    (
        "charge a = price import, blocks { to 50 kWh 3.25 c/kWh to 100 kWh 4 c/kWh }",
        "write all bounds first, then a row of prices: to 50 kWh above 3.25 4.05 p/kWh",
    ),
    (
        "charge a = curve by energy of import { at 0 kWh 0 EUR at 50 kWh 3 EUR }",
        "end it with `above` and what follows the last bound, such as above 8.20 p/kWh",
    ),
    ("charge a = price import { 3 c/kWh", "close the `{` that is opened above"),
    ("charge a = 12 EUR/month * days", "write `per month prorated …` in the place of `* days`"),
    ("charge a = 1 c/kWh * energy of import in kWh", "leave out `in kWh`: an amount of energy has its unit"),
    ("charge a = 5 euros", "write EUR"),
    ("charge a = price import { 24 cents/kWh }", "write c"),
    (
        "data colour: one of blue, red per day\ncharge a = price import { blue 1 c/kWh red 2 c/kWh }",
        "`blue` is a value of `colour`: write price … by colour { … }, or window NAME = when colour is blue",
    ),
];

fn found(statements: &str, total: &str) -> Vec<wattproof_circuits::tariff::Diagnostic> {
    let text = format!("{HEAD}{END}").replace("total = all", &format!("{statements}\ntotal = {total}"));
    Tariff::parse(&text).err().unwrap_or_default()
}

#[test]
fn habits_are_answered_with_what_to_write() {
    let mut missed = String::new();
    for (statements, help) in HABITS {
        let found = found(statements, "all");
        let first = found.iter().find_map(|finding| finding.help.as_deref());
        if first != Some(*help) {
            missed += &format!("{statements}\n  wanted: {help}\n  found:  {found:?}\n");
        }
    }
    assert!(missed.is_empty(), "{missed}");
}

#[test]
fn a_bound_that_is_no_power_of_two_is_answered_with_one() {
    for (bound, power) in [("1000000", "2^20"), ("1048576", "2^20"), ("1", "2^0")] {
        let text = format!("{HEAD}{END}").replace("below 2^20", &format!("below {bound}"));
        let found = Tariff::parse(&text).unwrap_err();
        assert_eq!(found[0].help, Some(format!("write a power of two: below {power}")));
    }
}

#[test]
fn a_bracket_that_is_not_closed_is_shown() {
    let found = found("charge a = price import { 3 c/kWh", "all");
    assert_eq!((found.len(), found[0].related.len()), (1, 1));
    assert_eq!(found[0].related[0].message, "this is not closed");
}

#[test]
fn what_follows_from_a_mistake_is_not_reported() {
    let codes = |statements: &str, total: &str| -> Vec<&str> {
        found(statements, total).iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes("energy = price import { 1 c/kWh }", "all + energy"), ["unknown-statement"]);
    assert_eq!(codes("charge Energy = price import { 1 c/kWh }", "all + energy"), ["bad-name"]);
    let units = found("charge a = 3 qq/kWh * energy of import\ncharge b = 3 zz", "all + a + b");
    assert_eq!(units.iter().filter(|finding| finding.help.is_some()).count(), 1, "units are listed once");
    assert_eq!(units.len(), 2);
}
