//! Seasons, dates, published data and the conditions of windows: which slots they mean, and what coverage says of them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use wattproof_circuits::data::{Data, DataSet};
use wattproof_circuits::rule::evaluate;
use wattproof_circuits::tariff::{Diagnostic, Inputs, Tariff};
use wattproof_meter::reading::Readings;

const HEAD: &str = "tariff test version 1 in GBP, zone Europe/London, slot 30 min\n\
                    register import in Wh, below 2^20\ngaps refuse\n";

fn parse(head: &str, statements: &str) -> Tariff {
    let source = format!("{head}{statements}");
    Tariff::parse(&source).unwrap_or_else(|found| panic!("{source}\n{found:#?}"))
}

fn data(sets: &[(&str, &str)]) -> Data {
    let mut data = Data::new();
    sets.iter().for_each(|(name, csv)| data.insert(name, DataSet::parse(csv.as_bytes()).unwrap()));
    data
}

/// How many slots of the period are in `slots`: 1 Wh in each, at 1 GBP/Wh.
fn count(head: &str, times: &str, slots: &str, period: &str, data: &Data) -> i128 {
    let statements =
        format!("{times}\ncharge e = price import in {slots} {{ 1 GBP/Wh }}\ntotal = e rounded half up to 1 GBP");
    let tariff = parse(head, &statements);
    let inputs = Inputs { data, ..Inputs::NONE };
    let program = tariff.program(&tariff.period(period).unwrap(), inputs).unwrap();
    let mut readings = Readings::gaps(program.slots, 1);
    program.slots.iter().for_each(|slot| assert!(readings.set(0, slot, Some(1))));
    evaluate(&program, &readings, &[]).unwrap().total
}

fn days(times: &str, name: &str, period: &str) -> i128 {
    count(HEAD, times, name, period, &Data::new()) / 48
}

/// The findings of a tariff, code and message.
fn findings(statements: &str) -> Vec<(&'static str, String)> {
    let found = Tariff::parse(&format!("{HEAD}{statements}total = 1 GBP exact\n")).unwrap_err();
    found.into_iter().map(|found| (found.code, found.message)).collect()
}

/// The finding of a price table under some statements about time.
fn coverage(times: &str, rows: &str) -> (&'static str, String) {
    let source = format!("{HEAD}{times}\ncharge e = price import {{ {rows} }}\ntotal = e rounded half up to 1 p\n");
    let [Diagnostic { code, message, .. }] = &Tariff::parse(&source).unwrap_err()[..] else { panic!("{source}") };
    (code, message.clone())
}

#[test]
fn seasons_hold_both_ends_every_year() {
    let summer = "season summer = 1 Jun to 30 Sep";
    for year in [2025, 2026] {
        assert_eq!(days(summer, "summer", &format!("{year}-05-01..{year}-11-01")), 30 + 31 + 31 + 30);
    }
    assert_eq!(days(summer, "summer", "2026-05-31..2026-06-02"), 1);
    assert_eq!(days(summer, "summer", "2026-09-30..2026-10-02"), 1);
}

#[test]
fn seasons_run_over_the_year_s_end_and_have_parts() {
    let winter = "season winter = 15 Dec to 5 Jan and 1 Feb to 2 Feb";
    assert_eq!(days(winter, "winter", "2025-12-10..2026-02-10"), 17 + 5 + 2);
    let one = "season day = 4 Jul to 4 Jul";
    assert_eq!(days(one, "day", "2026-07-01..2026-08-01"), 1);
    let all = "season all = 1 Mar to 28 Feb";
    assert_eq!(days(all, "all", "2026-02-27..2026-03-03"), 4);
}

#[test]
fn the_29th_of_february_is_in_leap_years_only() {
    let february = "season february = 1 Feb to 29 Feb";
    assert_eq!(days(february, "february", "2026-01-15..2026-03-15"), 28);
    assert_eq!(days(february, "february", "2028-01-15..2028-03-15"), 29);
    let leap = "dates leap = 29 Feb";
    assert_eq!(days(leap, "leap", "2026-02-01..2026-03-28"), 0);
    assert_eq!(days(leap, "leap", "2028-02-01..2028-03-01"), 1);
    // A year without it leaves no gap between the seasons, and a leap year none either.
    let halves = "season early = 1 Jan to 28 Feb\nseason late = 1 Mar to 31 Dec";
    let leap_day = coverage(halves, "early 1 p/kWh late 2 p/kWh");
    assert_eq!(leap_day, ("never-priced", "no row prices Thu 00:00-00:30 on 29 February 2024".into()));
}

#[test]
fn dates_are_of_one_year_or_of_all() {
    let dates = "dates holidays = 2026-04-03, 25 Dec, 1 Jan";
    assert_eq!(days(dates, "holidays", "2025-12-20..2026-01-10"), 2);
    assert_eq!(days(dates, "holidays", "2026-04-01..2026-05-01"), 1);
    assert_eq!(days(dates, "holidays", "2027-04-01..2027-05-01"), 0);
}

#[test]
fn windows_take_conditions() {
    // May 2026 begins on a Friday; the 4th is a Monday.
    let times = "season summer = 1 Jun to 30 Sep\ndates holidays = 2026-05-04, 2026-05-09, 25 Dec\n";
    let may =
        |window: &str| count(HEAD, &format!("{times}window w = {window}"), "w", "2026-05-01..2026-06-01", &Data::new());
    let weekdays = 21;
    assert_eq!(may("16:00-21:00 on Mon-Fri"), weekdays * 10);
    assert_eq!(may("16:00-21:00 on Mon-Fri except holidays"), (weekdays - 1) * 10);
    assert_eq!(may("16:00-21:00 on Sat, Sun, holidays"), 11 * 10);
    assert_eq!(may("16:00-21:00 on Sat, Sun, holidays and on holidays"), 11 * 10 + 2 * 38);
    assert_eq!(may("16:00-21:00"), 31 * 10);
    assert_eq!(may("16:00-21:00 every day in summer and 01:00-02:00"), 31 * 2);
    assert_eq!(may("16:00-21:00 every day except summer, holidays"), 29 * 10);
    assert_eq!(may("on Mon-Sun from 2026-05-30"), 2 * 48);
    assert_eq!(may("00:00-24:00 from 2026-05-02 until 2026-05-04"), 2 * 48);
    assert_eq!(may("until 2026-05-02"), 48);
    assert_eq!(may("in holidays"), 2 * 48);
}

#[test]
fn windows_may_leave_out_other_windows_and_be_cut_with_them() {
    let times = "window night = 22:00-06:00 every day\nwindow weekend = on Sat, Sun\n";
    let week = "2026-05-04..2026-05-11";
    let slots = |name: &str, more: &str| count(HEAD, &format!("{times}{more}"), name, week, &Data::new());
    assert_eq!(slots("night in weekend", ""), 2 * 16);
    assert_eq!(slots("weekend in night in weekend", ""), 2 * 16);
    assert_eq!(slots("w", "window w = on Mon-Fri except night"), 5 * 32);
    assert_eq!(slots("w", "window w = 05:00-07:00 every day in night"), 7 * 2);
}

#[test]
fn a_window_across_midnight_takes_its_day_s_conditions() {
    // Friday the 1st of May 2026 is a holiday.
    let times = "dates holidays = 2026-05-01\nwindow eve = 22:00-06:00 on holidays\n\
                 window other = 22:00-06:00 every day except holidays\nwindow later = 22:00-06:00 from 2026-05-02\n";
    let slots = |name: &str, period: &str| count(HEAD, times, name, period, &Data::new());
    assert_eq!(slots("eve", "2026-05-01..2026-05-02"), 4);
    assert_eq!(slots("eve", "2026-05-02..2026-05-03"), 12);
    assert_eq!(slots("other", "2026-05-01..2026-05-02"), 12);
    assert_eq!(slots("other", "2026-05-02..2026-05-03"), 4);
    assert_eq!(slots("later", "2026-05-02..2026-05-03"), 4);
    assert_eq!(slots("later", "2026-05-03..2026-05-04"), 16);
    // The slots of a holiday are those of its tariff day, however windows cross.
    assert_eq!(slots("other in holidays", "2026-05-01..2026-05-03"), 12);
}

#[test]
fn colours_are_of_tariff_days() {
    let head = HEAD.replace("slot 30 min", "slot 30 min, day from 06:00");
    let times = "data colour: one of blue, white, red per day\nwindow red = when colour is red\n\
                 window pale = 22:00-08:00 every day when colour is blue or white\n";
    let colours =
        data(&[("colour", "date,value\n2026-03-27,white\n2026-03-28,red\n2026-03-29,red\n2026-03-30,blue\n")]);
    let slots = |name: &str, period: &str| count(&head, times, name, period, &colours);
    // The night of 28 to 29 March is two slots short, and belongs to the 28th.
    assert_eq!(slots("red", "2026-03-28..2026-03-31"), 46 + 48);
    // Of Friday the 27th two hours remain on the 28th; of the 28th and the 29th nothing on the day after.
    assert_eq!(slots("pale", "2026-03-28..2026-03-29"), 4);
    assert_eq!(slots("pale", "2026-03-29..2026-03-31"), 16);
}

#[test]
fn values_of_slots() {
    let times = "data grid: one of calm, tight per slot\nwindow tight = 00:00-02:00 when grid is tight\n";
    let csv: String = (0..4).map(|n| format!("2026-03-29T0{}:{}0Z,tight\n", n / 2, n % 2 * 3)).collect();
    let rest = (4..46).map(|n| format!("2026-03-29T{:02}:{}0Z,calm\n", n / 2, n % 2 * 3));
    let grid = data(&[("grid", &format!("start,value\n{csv}{}", rest.collect::<String>()))]);
    // From 01:00 the clock says 02:00.
    assert_eq!(count(HEAD, times, "tight", "2026-03-29..2026-03-30", &grid), 2);
}

#[test]
fn published_dates_are_days() {
    let times = "data holidays: dates\nwindow off = on Sat, Sun, holidays\n";
    let holidays = data(&[("holidays", "date\n2026-05-04\n2026-05-09\n")]);
    assert_eq!(count(HEAD, times, "off", "2026-05-01..2026-06-01", &holidays), 11 * 48);
    assert_eq!(count(HEAD, times, "holidays", "2026-05-01..2026-06-01", &holidays), 2 * 48);
    let none = data(&[("holidays", "date\n")]);
    assert_eq!(count(HEAD, times, "holidays", "2026-05-01..2026-06-01", &none), 0);
}

/// The findings of lowering with these data.
fn refused(times: &str, sets: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let tariff = parse(HEAD, &format!("{times}\ntotal = 1 GBP exact\n"));
    let data = data(sets);
    let period = tariff.period("2026-05-01..2026-05-04").unwrap();
    let found = tariff.program(&period, Inputs { data: &data, ..Inputs::NONE }).unwrap_err();
    assert_eq!(found, tariff.data_digest(&period, &data).unwrap_err());
    found.into_iter().map(|found| (found.code, found.message)).collect()
}

#[test]
fn missing_and_foreign_data_are_refused() {
    let colour = "data colour: one of blue, red per day";
    let one = |csv: &str| refused(colour, &[("colour", csv)]).remove(0);
    assert_eq!(refused(colour, &[]), [("data-missing", "no data are given for `colour`".into())]);
    let missing = "the data `colour` do not say 2026-05-02, nor 1 more like it";
    assert_eq!(one("date,value\n2026-05-01,red\n"), ("data-missing", missing.into()));
    let unknown = "the data `colour` say `Red` of 2026-05-03";
    assert_eq!(one("date,value\n2026-05-01,red\n2026-05-02,red\n2026-05-03,Red\n"), ("data-value", unknown.into()));
    assert_eq!(one("date\n2026-05-01\n"), ("data-other-form", "the data `colour` have the header date".into()));
    let price = "data spot: p/kWh per slot\ndata fee: p per day";
    let found = refused(
        price,
        &[("spot", "start,value\n"), ("fee", "date,value\n2026-05-01,1.2.3\n2026-05-02,1\n2026-05-03,2\n")],
    );
    let slot = "the data `spot` do not say 2026-04-30T23:00:00Z, nor 143 more like it";
    assert_eq!(
        found,
        [("data-missing", slot.into()), ("data-value", "the data `fee` say `1.2.3` of 2026-05-01".into())]
    );
}

#[test]
fn the_day_before_is_asked_for_only_where_a_window_crosses_midnight() {
    let colours = &[("colour", "date,value\n2026-05-01,red\n2026-05-02,red\n2026-05-03,blue\n")];
    let data = data(colours);
    let declared = "data colour: one of blue, red per day\n";
    let program = |window: &str| {
        let tariff = parse(HEAD, &format!("{declared}window w = {window} when colour is red\ntotal = 1 GBP exact\n"));
        let period = tariff.period("2026-05-01..2026-05-04").unwrap();
        tariff
            .program(&period, Inputs { data: &data, ..Inputs::NONE })
            .map(|_| ())
            .map_err(|found| found[0].message.clone())
    };
    assert_eq!(program("06:00-22:00"), Ok(()));
    assert_eq!(program("22:00-06:00"), Err("the data `colour` do not say 2026-04-30".into()));
}

#[test]
fn the_digest_is_of_what_the_period_uses() {
    let tariff = parse(HEAD, "data spot: p/kWh per day\ntotal = 1 GBP exact\n");
    let digest = |csv: &str| {
        let period = tariff.period("2026-05-01..2026-05-03").unwrap();
        tariff.data_digest(&period, &data(&[("spot", csv)])).unwrap()
    };
    let first = digest("date,value\n2026-05-01,1.50\n2026-05-02,-2\n");
    assert_eq!(first, digest("date,value\n2026-05-02,-2.0\n2026-05-01,1.5\n2026-05-03,7\n2026-04-30,8\n"));
    assert_ne!(first, digest("date,value\n2026-05-01,1.5\n2026-05-02,2\n"));
    assert_ne!(first, [0; 32]);
    let plain = parse(HEAD, "total = 1 GBP exact\n");
    assert_eq!(plain.data_digest(&plain.period("2026-05").unwrap(), &Data::new()).unwrap(), [0; 32]);
}

#[test]
fn findings_say_when_in_words() {
    let twice = |times: &str, rows: &str| coverage(times, rows).1;
    let summer = "season summer = 1 Jun to 30 Sep\nwindow weekend = on Sat, Sun";
    assert_eq!(
        twice(summer, "summer 1 p/kWh weekend 2 p/kWh otherwise 3 p/kWh"),
        "`summer` and `weekend` both price Sat 00:00-00:30 on 1 June 2024"
    );
    let holidays = "data holidays: dates\nwindow peak = 16:00-21:00 on Mon-Fri";
    assert_eq!(
        twice(holidays, "holidays 1 p/kWh peak 2 p/kWh otherwise 3 p/kWh"),
        "`holidays` and `peak` both price Mon 16:00-16:30, a day of holidays"
    );
    assert_eq!(
        twice(holidays, "holidays 1 p/kWh peak in holidays 2 p/kWh"),
        "`holidays` and `peak in holidays` both price Mon 16:00-16:30, a day of holidays"
    );
    let colour = "data colour: one of blue, red per day\nwindow red = 22:00-06:00 when colour is red\nwindow blue = when colour is blue";
    assert_eq!(
        coverage(colour, "red 1 p/kWh blue 2 p/kWh"),
        (
            "priced-twice",
            "`red` and `blue` both price Mon 00:00-00:30, a day when colour is blue, after a day when colour is red"
                .into()
        )
    );
    let red = "data colour: one of blue, red per day\nwindow red = when colour is red\nseason summer = 1 Jun to 30 Sep";
    assert_eq!(coverage(red, "red 1 p/kWh summer in red 2 p/kWh").0, "priced-twice");
    let dated = "window old = until 2026-04-01\nwindow new = from 2026-04-02";
    assert_eq!(
        coverage(dated, "old 1 p/kWh new 2 p/kWh"),
        ("never-priced", "no row prices Wed 00:00-00:30 on 1 April 2026".into())
    );
    let grid = "data grid: one of calm, tight per slot\nwindow tight = when grid is tight";
    assert_eq!(
        coverage(grid, "tight 1 p/kWh"),
        ("never-priced", "no row prices Mon 00:00-00:30, a slot when grid is calm".into())
    );
}

#[test]
fn rows_that_only_a_calendar_keeps_apart() {
    // The third of April 2026 is a Friday, and the window is of Saturdays.
    let apart = "dates good_friday = 2026-04-03\nwindow saturday = on Sat";
    let rows = "good_friday 1 p/kWh saturday 2 p/kWh otherwise 3 p/kWh";
    parse(HEAD, &format!("{apart}\ncharge e = price import {{ {rows} }}\ntotal = e rounded half up to 1 p\n"));
    // Every year's falls on each weekday some time.
    let every = "dates third = 3 Apr\nwindow saturday = on Sat";
    let found = coverage(every, "third 1 p/kWh saturday 2 p/kWh otherwise 3 p/kWh");
    assert_eq!(found, ("priced-twice", "`third` and `saturday` both price Sat 00:00-00:30 on 3 April 2027".into()));
    // A date behind the window's end.
    let ended = "dates day = 2026-04-04\nwindow saturday = on Sat until 2026-04-04";
    parse(
        HEAD,
        &format!(
            "{ended}\ncharge e = price import {{ day 1 p/kWh saturday 2 p/kWh otherwise 3 p/kWh }}\ntotal = e exact"
        ),
    );
}

#[test]
fn windows_that_hold_nothing_are_refused() {
    let empty = [("empty-window", "no slot is ever in `w`".to_owned())];
    assert_eq!(findings("window w = on Mon from 2026-05-05 until 2026-05-06\n"), empty);
    assert_eq!(findings("dates d = 2026-05-05\nwindow w = on Mon in d\n"), empty);
}
