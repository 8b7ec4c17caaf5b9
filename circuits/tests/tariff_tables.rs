//! Price tables worked out by hand: dated prices, data, scopes, blocks over several rows, bounds by demand, gaps.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeSet;

use wattproof_circuits::data::{Data, DataSet};
use wattproof_circuits::exact::ratio;
use wattproof_circuits::program::{Place, Program, Ratio};
use wattproof_circuits::rule::evaluate;
use wattproof_circuits::tariff::{Diagnostic, Gaps, Inputs, Tariff};
use wattproof_meter::reading::Readings;

const HEAD: &str = "tariff test version 1 in GBP, zone Europe/London, slot 30 min\n\
                    register import in Wh, below 2^20\n";
/// A Tuesday.
const DAY: &str = "2026-02-10..2026-02-11";

fn parse(statements: &str) -> Tariff {
    let gaps = if statements.contains("gaps ") { "" } else { "gaps refuse\n" };
    let source =
        if statements.starts_with("tariff ") { statements.to_owned() } else { format!("{HEAD}{gaps}{statements}") };
    Tariff::parse(&source).unwrap_or_else(|found| panic!("{source}\n{found:#?}"))
}

fn data(sets: &[(&str, &str)]) -> Data {
    let mut data = Data::new();
    sets.iter().for_each(|(name, csv)| data.insert(name, DataSet::parse(csv.as_bytes()).unwrap()));
    data
}

/// The exact value of the total's amount, of readings by their place in the period.
fn total(tariff: &Tariff, period: &str, data: &Data, reading: impl Fn(u32) -> u32) -> Ratio {
    let program = lowered(tariff, period, Inputs { data, ..Inputs::NONE }).unwrap();
    let mut readings = Readings::gaps(program.slots, 1);
    for (place, slot) in (0..).zip(program.slots.iter()) {
        assert!(readings.set(0, slot, Some(reading(place))));
    }
    Ratio::from(evaluate(&program, &readings, &[]).unwrap().total) * program.unit
}

fn lowered(tariff: &Tariff, period: &str, inputs: Inputs<'_>) -> Result<Program, Vec<Diagnostic>> {
    tariff.program(&tariff.period(period).unwrap(), inputs)
}

/// In pence, rounded to a thousandth of one.
fn pence(statements: &str, period: &str, reading: impl Fn(u32) -> u32) -> Ratio {
    let tariff = parse(&format!("{statements}\ntotal = e rounded half up to 0.001 p"));
    total(&tariff, period, &Data::new(), reading) * 100
}

fn code(statements: &str) -> Vec<&'static str> {
    let source = format!("{HEAD}gaps refuse\n{statements}\ntotal = e rounded half up to 1 p\n");
    Tariff::parse(&source).unwrap_err().into_iter().map(|found| found.code).collect()
}

/// Slots by clock: 14 half hours of night, 34 of day.
const NIGHT: &str = "window night = 00:00-07:00 every day\n";

#[test]
fn prices_are_numbers_names_and_constants() {
    let table = |rows: &str| {
        format!("{NIGHT}define low = 12 p/kWh\ndefine high = 3 * low\ncharge e = price import {{ {rows} }}")
    };
    let day = |rows: &str| pence(&format!("{} + 0 * high * energy of import", table(rows)), DAY, |_| 1_000);
    assert_eq!(day("night low  otherwise high"), ratio(14 * 12 + 34 * 36, 1).unwrap());
    assert_eq!(day("night low  otherwise 3 p/kWh"), ratio(14 * 12 + 34 * 3, 1).unwrap());
    assert_eq!(day("night -1.5 p/kWh  otherwise (high - 2 * low)"), ratio(-14 * 3 + 34 * 24, 2).unwrap());
    assert_eq!(day("low"), ratio(48 * 12, 1).unwrap());
    assert_eq!(day("(min(high, 2 * low))"), ratio(48 * 24, 1).unwrap());
    assert_eq!(day("night (low)\n otherwise (high)"), ratio(14 * 12 + 34 * 36, 1).unwrap());
    let blocks = "define low = 12 p/kWh\ncharge e = price import per reading, blocks { to 1 kWh above low (2 * low) }";
    assert_eq!(pence(blocks, DAY, |_| 3_000), ratio(48 * (12 + 48), 1).unwrap());
}

#[test]
fn dated_prices_change_inside_the_period() {
    let table = "define rate = 10 p/kWh from 2026-02-10 20 p/kWh\ncharge e = price import { rate }";
    assert_eq!(pence(table, "2026-02-08..2026-02-11", |_| 1_000), ratio(48 * (10 + 10 + 20), 1).unwrap());
    let window = "window old = until 2026-02-10\ncharge e = price import { old 10 p/kWh otherwise 20 p/kWh }";
    assert_eq!(pence(window, "2026-02-08..2026-02-11", |_| 1_000), ratio(48 * (10 + 10 + 20), 1).unwrap());
    let each = "define rate = 10 p/kWh from 2026-02-10 20 p/kWh\n\
                charge e = price import per reading, blocks { to 1 kWh above 1 rate p/kWh }";
    assert_eq!(pence(each, "2026-02-09..2026-02-11", |_| 2_000), ratio(48 * (11 + 21), 1).unwrap());
    // A block of a total has one price.
    let tariff = parse(&format!("{}\ntotal = e exact", each.replace("per reading", "per period")));
    assert!(lowered(&tariff, "2026-02-10..2026-02-12", Inputs::NONE).is_ok());
    let found = lowered(&tariff, "2026-02-09..2026-02-11", Inputs::NONE).unwrap_err();
    assert_eq!(found[0].code, "changes-inside");
}

#[test]
fn published_prices_per_slot_with_a_cap() {
    let tariff = parse(
        "data wholesale: p/kWh per slot\n\
         charge e = price import { (min(2.20 * wholesale + 12 p/kWh, 52.38 p/kWh)) }\ntotal = e exact",
    );
    let price = |place: u32| ["-4.25", "7", "30.5"][place as usize % 3];
    let csv: String = (0..48).map(|n| format!("2026-02-10T{:02}:{:02}Z,{}\n", n / 2, n % 2 * 30, price(n))).collect();
    let data = data(&[("wholesale", &format!("start,value\n{csv}"))]);
    // 2.20 · −4.25 + 12 is 2.65, 2.20 · 7 + 12 is 27.4, 2.20 · 30.5 + 12 passes the cap.
    let expected = ratio(16 * (265 + 2_740 + 5_238), 100 * 100).unwrap();
    assert_eq!(total(&tariff, DAY, &data, |_| 1_000), expected);
}

#[test]
fn published_prices_per_day() {
    let tariff = parse("data spot: GBP/MWh per day\ncharge e = price import { (spot) }\ntotal = e exact");
    let data = data(&[("spot", "date,value\n2026-02-10,-50\n2026-02-11,200\n")]);
    let paid = total(&tariff, "2026-02-10..2026-02-12", &data, |place| if place < 48 { 1_000 } else { 500 });
    assert_eq!(paid, ratio(-48 * 5 + 24 * 20, 100).unwrap());
}

#[test]
fn tempo_as_it_is_published() {
    let tariff = Tariff::parse(include_str!("../../fixtures/tariffs/good/tempo.tariff")).unwrap();
    let data = data(&[("colour", "date,value\n2026-01-05,blue\n2026-01-06,white\n2026-01-07,red\n")]);
    let paid = total(&tariff, "2026-01-05..2026-01-08", &data, |_| 500);
    // 32 half hours of peak a day from 06:00 to 22:00, 16 of the rest; half a kWh in each.
    let cents = 16 * (1_609 + 1_894 + 7_562) + 8 * (1_296 + 1_486 + 1_568);
    let subscription = ratio(23_806 * 3, 36_500).unwrap();
    let exact = ratio(cents, 10_000).unwrap() + subscription;
    assert_eq!(paid, (exact * 100).round() / 100);
    // The night belongs to the day before: all of the early hours of the 6th are the 5th's.
    let night = total(&tariff, "2026-01-05..2026-01-06", &data, |place| if place == 40 { 100_000 } else { 0 });
    assert_eq!(night, ((ratio(1_296, 100).unwrap() + ratio(23_806, 36_500).unwrap()) * 100).round() / 100);
}

#[test]
fn rows_by_data_have_one_column_or_more() {
    let days = "data colour: one of blue, red per day\n";
    let colours = data(&[("colour", "date,value\n2026-02-10,blue\n2026-02-11,red\n")]);
    let day = |table: &str| {
        let tariff = parse(&format!("{NIGHT}{days}charge e = price import {table}\ntotal = e exact"));
        total(&tariff, "2026-02-10..2026-02-12", &colours, |_| 1_000) * 100
    };
    assert_eq!(day("by colour { blue 1 p/kWh red 3 p/kWh }"), ratio(48 * 4, 1).unwrap());
    assert_eq!(day("by colour { otherwise night red 3 4 p/kWh blue 1 2 p/kWh }"), ratio(34 * 4 + 14 * 6, 1).unwrap());
    assert_eq!(day("in night by colour { blue (2 * 1 p/kWh) red 3 p/kWh }"), ratio(14 * 5, 1).unwrap());
}

#[test]
fn rows_by_data_hold_each_value_once() {
    let table = |rows: &str| {
        code(&format!(
            "{NIGHT}data colour: one of blue, red per day\ndata off: dates\n\
                                            charge e = price import by colour {{ {rows} }}"
        ))
    };
    assert_eq!(table("night otherwise blue 1 2 p/kWh"), ["never-priced"]);
    assert_eq!(table("night blue 1 p/kWh red 2 p/kWh"), ["never-priced"]);
    assert_eq!(table("blue 1 p/kWh red 2 p/kWh blue 3 p/kWh"), ["priced-twice"]);
    assert_eq!(table("blue 1 p/kWh rde 2 p/kWh"), ["unknown-value"]);
    assert_eq!(table("night otherwise blue 1 2 p/kWh red 2 p/kWh"), ["price-count"]);
    assert_eq!(table("blue 1 p/kWh otherwise 2 p/kWh"), ["unlabelled-row"]);
    let other = code("data off: dates\ncharge e = price import by off { 1 p/kWh }");
    assert_eq!(other, ["wrong-kind"]);
}

/// Readings of a day: 1 kWh in each of the night's half hours and 2 kWh in each of the day's: 14 and 68 kWh.
fn two_to_one(place: u32) -> u32 {
    if place % 48 < 14 { 1_000 } else { 2_000 }
}

const ROWS: &str = "to 20 kWh  to 50 kWh  above\n night 1 2 5 p/kWh\n otherwise 10 30 60 p/kWh }";

#[test]
fn blocks_prorated_give_every_row_its_share_of_each_block() {
    let table = format!("{NIGHT}charge e = price import per period, blocks prorated {{ {ROWS}");
    // Of 82 kWh the blocks hold 20, 30 and 32; the night's share is 14/82.
    let night = 14 * (20 + 2 * 30 + 5 * 32);
    let day = 68 * (10 * 20 + 30 * 30 + 60 * 32);
    let expected = ratio(night + day, 82).unwrap();
    assert_eq!(pence(&table, DAY, two_to_one), (expected * 1_000).round() / 1_000);
    // In the first block alone every row has its own price.
    let small = pence(&table, DAY, |place| if place % 24 == 0 { 5_000 } else { 0 });
    assert_eq!(small, ratio(5 + 50, 1).unwrap());
    assert_eq!(pence(&table, DAY, |_| 0), Ratio::from(0));
}

#[test]
fn what_is_sold_on_balance_is_credited_at_the_first_block() {
    let table =
        format!("{NIGHT}series net = import - 500 Wh\ncharge e = price net per period, blocks prorated {{ {ROWS}");
    // 24 kWh below nothing, 7 of them at night.
    assert_eq!(pence(&table, DAY, |_| 0), Ratio::from(-7 - 170));
    let climbing = table.replace("prorated", "in time order");
    assert_eq!(code(&climbing), ["maybe-negative"]);
    let bought = climbing.replace("import - 500 Wh", "max(import - 500 Wh, 0 Wh)");
    assert_eq!(pence(&bought, DAY, |_| 600), ratio(14 + 340, 10).unwrap());
}

#[test]
fn published_numbers_may_divide() {
    let tariff = parse("data rate: % per day\ncharge e = price import { (12 p/kWh / rate) }\ntotal = e exact");
    let data = data(&[("rate", "date,value\n2026-02-10,80\n")]);
    assert_eq!(total(&tariff, DAY, &data, |_| 1_000), ratio(48 * 15, 100).unwrap());
    let zero = self::data(&[("rate", "date,value\n2026-02-10,0\n")]);
    let found = lowered(&tariff, DAY, Inputs { data: &zero, ..Inputs::NONE }).unwrap_err();
    assert_eq!(found[0].code, "division-by-zero");
}

#[test]
fn rows_with_the_same_steps_need_no_quotient() {
    let table = format!(
        "{NIGHT}charge e = price import per period, blocks prorated {{ to 20 kWh above night 1 4 p/kWh otherwise 10 13 p/kWh }}"
    );
    assert_eq!(pence(&table, DAY, two_to_one), ratio(14 + 680 + 3 * 62, 1).unwrap());
    let tariff = parse(&format!("{table}\ntotal = e exact"));
    assert!(lowered(&tariff, DAY, Inputs::NONE).is_ok());
}

#[test]
fn blocks_in_time_order_climb_reading_by_reading() {
    let table = format!("{NIGHT}charge e = price import per period, blocks in time order {{ {ROWS}");
    // The night's 14 kWh and 6 more fill the first block, 30 the second; 32 are above.
    assert_eq!(pence(&table, DAY, two_to_one), ratio(14 + 6 * 10 + 30 * 30 + 32 * 60, 1).unwrap());
    // A reading that passes a bound is cut there.
    let last = pence(&table, DAY, |place| if place == 47 { 60_000 } else { 0 });
    assert_eq!(last, ratio(20 * 10 + 30 * 30 + 10 * 60, 1).unwrap());
    // The day after climbs on: its night is above both bounds.
    let two = pence(&table, "2026-02-10..2026-02-12", two_to_one);
    assert_eq!(two, ratio(14 + 60 + 900 + 1_920 + 14 * 5 + 68 * 60, 1).unwrap());
    let each = table.replace("per period", "per day");
    assert_eq!(pence(&each, "2026-02-10..2026-02-12", two_to_one), ratio(2 * (14 + 60 + 900 + 1_920), 1).unwrap());
}

#[test]
fn one_row_or_intervals_need_no_rule() {
    let one = |rule: &str| format!("charge e = price import per period, blocks{rule} {{ to 20 kWh above 1 2 p/kWh }}");
    for rule in ["", " prorated", " in time order"] {
        assert_eq!(pence(&one(rule), DAY, two_to_one), ratio(20 + 2 * 62, 1).unwrap());
    }
    let intervals = format!("{NIGHT}charge e = price import per period, intervals {{ {ROWS}");
    assert_eq!(pence(&intervals, DAY, two_to_one), ratio(5 * 14 + 60 * 68, 1).unwrap());
    assert_eq!(pence(&intervals, DAY, |place| if place % 24 == 0 { 10_000 } else { 0 }), ratio(10 + 100, 1).unwrap());
    let several = format!("{NIGHT}charge e = price import per period, blocks {{ {ROWS}");
    assert_eq!(code(&several), ["missing-spread"]);
    assert_eq!(code(&several.replace("per period", "per day")), ["missing-spread"]);
}

#[test]
fn each_part_of_a_scope_climbs_anew() {
    let table = |per: &str| format!("charge e = price import per {per}, blocks {{ to 100 kWh above 1 3 p/kWh }}");
    // 1 kWh a day: 31, 28 and 31 in the months of the first quarter.
    let daily = |place: u32| if place.is_multiple_of(48) { 1_000 } else { 0 };
    let quarter = "2026-01-01..2026-04-01";
    assert_eq!(pence(&table("month"), quarter, daily), Ratio::from(90));
    assert_eq!(pence(&table("quarter"), quarter, |place| 2 * daily(place)), ratio(100 + 3 * 80, 1).unwrap());
    let long = "2026-01-01..2026-07-01";
    assert_eq!(pence(&table("quarter"), long, |place| 2 * daily(place)), ratio(2 * 100 + 3 * (80 + 82), 1).unwrap());
    assert_eq!(pence(&table("period"), long, |place| 2 * daily(place)), ratio(100 + 3 * 262, 1).unwrap());
    let year = "2025-01-01..2027-01-01";
    assert_eq!(pence(&table("year"), year, daily), ratio(2 * (100 + 3 * 265), 1).unwrap());
}

#[test]
fn months_that_the_period_cuts_are_refused_or_prorated() {
    let table = |per: &str| {
        parse(&format!("charge e = price import {per}, blocks {{ to 28 kWh above 1 3 p/kWh }}\ntotal = e exact"))
    };
    let found = lowered(&table("per month"), "2026-02-15..2026-03-01", Inputs::NONE).unwrap_err();
    assert_eq!(found[0].code, "cut-part");
    assert!(found[0].message.contains("2026-02-01"), "{}", found[0].message);
    // Half of February: a bound of 14 kWh.
    let daily = |place: u32| if place.is_multiple_of(48) { 2_000 } else { 0 };
    let paid = total(&table("per month prorated"), "2026-02-15..2026-03-01", &Data::new(), daily);
    assert_eq!(paid * 100, ratio(14 + 3 * 14, 1).unwrap());
    let by_day = parse("charge e = price import per month, blocks { to 1 kWh/day above 1 3 p/kWh }\ntotal = e exact");
    assert_eq!(total(&by_day, "2026-02", &Data::new(), daily) * 100, ratio(28 + 3 * 28, 1).unwrap());
}

#[test]
fn bounds_may_be_per_unit_of_a_demand() {
    let table = "define demand = max(power of import)\ncharge e = price import per period, blocks {\n\
                 to 10 kWh/kW of demand  to 20 kWh/kW of demand  above\n 3 2 1 p/kWh }";
    // 4 kW in every slot are 96 kWh: 40 at 3 p, 40 at 2 p, 16 at 1 p.
    assert_eq!(pence(table, DAY, |_| 2_000), ratio(120 + 80 + 16, 1).unwrap());
    assert_eq!(pence(table, DAY, |_| 0), Ratio::from(0));
    let intervals = table.replace("blocks", "intervals");
    assert_eq!(pence(&intervals, DAY, |_| 2_000), ratio(96, 1).unwrap());
    // 10 kWh in one half hour are 20 kW and lie in the first interval, up to 200 kWh.
    assert_eq!(pence(&intervals, DAY, |place| if place == 3 { 10_000 } else { 0 }), ratio(30, 1).unwrap());
    let several = format!(
        "{NIGHT}{}",
        table.replace("blocks {", "blocks prorated {").replace("3 2 1", "night 3 2 1 p/kWh otherwise 30 20 10")
    );
    // A night of 28 kWh and a day of 68 share blocks of 40, 40 and 16.
    let expected = ratio(28 * (120 + 80 + 16) + 68 * (1_200 + 800 + 160), 96).unwrap();
    assert_eq!(pence(&several, DAY, |_| 2_000), expected);
    assert_eq!(code(&several.replace("prorated", "in time order")), ["varying-bounds"]);
    assert_eq!(code(&table.replace(" of demand", "")), ["wrong-unit"]);
    assert_eq!(code(&table.replace("20 kWh/kW of demand", "90 kWh")), ["column-order"]);
}

#[test]
fn a_shop_s_bill_by_hand() {
    let tariff = Tariff::parse(include_str!("../../fixtures/tariffs/good/shop.tariff")).unwrap();
    assert_eq!(tariff.gaps(), Gaps::Estimate);
    // June 2026 begins on a Monday and has 22 weekdays, of which Friday the 19th is a holiday.
    let data = data(&[("holidays", "date\n2026-06-19\n")]);
    let paid = total(&tariff, "2026-06", &data, |_| 500);
    let (peak, all) = (21 * 10, 30 * 48);
    // In kWh: 105 at peak of 720, of which 294 are in the first block.
    let share = |price: [i128; 2], half: i128| ratio(half * (294 * price[0] + 426 * price[1]), 720 * 2 * 100).unwrap();
    let energy = share([52, 61], peak) + share([31, 40], all - peak);
    let demand = ratio(1_637 + 356, 100).unwrap();
    assert_eq!(paid, ((energy + demand) * 100).round() / 100);
    // In May there is no summer and every slot is `otherwise`; the month's demand still has its peak.
    let may = total(&tariff, "2026-05", &self::data(&[("holidays", "date\n")]), |_| 500);
    let kwh = ratio(31 * 24, 1).unwrap();
    let first = ratio(98 * 31, 10).unwrap();
    let energy = first * ratio(31, 100).unwrap() + (kwh - first) * ratio(40, 100).unwrap();
    assert_eq!(may, ((energy + demand) * 100).round() / 100);
}

/// The program's total over readings with gaps, which the tariff bills.
fn with_gaps(
    tariff: &Tariff,
    period: &str,
    missing: &[u32],
    reading: impl Fn(u32) -> u32,
) -> Result<Ratio, Vec<Diagnostic>> {
    let gaps: BTreeSet<_> = missing.iter().map(|offset| Place { register: 0, offset: *offset }).collect();
    let program = lowered(tariff, period, Inputs { gaps: &gaps, ..Inputs::NONE })?;
    let mut readings = Readings::gaps(program.slots, 1);
    for (place, slot) in (0..).zip(program.slots.iter()).filter(|(place, _)| !missing.contains(place)) {
        assert!(readings.set(0, slot, Some(reading(place))));
    }
    Ok(Ratio::from(evaluate(&program, &readings, &[]).unwrap().total) * program.unit)
}

#[test]
fn gaps_are_estimated_by_the_same_slot_on_other_days() {
    let tariff = parse(
        "gaps estimate mean of the same slot on other days\n\
                        charge e = price import { 1 GBP/Wh }\ntotal = e rounded half up to 0.001 GBP",
    );
    // Noon of four days: 10, a gap, 20 and 40 Wh; nothing else.
    let noon = |place: u32| if place % 48 == 24 { [10, 0, 20, 40][place as usize / 48] } else { 0 };
    let period = "2026-02-09..2026-02-13";
    assert_eq!(with_gaps(&tariff, period, &[72], noon).unwrap(), ratio(93_333, 1_000).unwrap());
    // A second gap leaves two days to estimate both by.
    assert_eq!(with_gaps(&tariff, period, &[72, 168], noon).unwrap(), Ratio::from(60));
    let found = with_gaps(&tariff, period, &[24, 72, 120, 168], noon).unwrap_err();
    assert_eq!(found[0].code, "gap-alone");
    assert!(found[0].message.contains("2026-02-09 at 12:00"), "{}", found[0].message);
    let one = with_gaps(&tariff, DAY, &[24], noon).unwrap_err();
    assert_eq!(one[0].code, "gap-alone");
}

#[test]
fn gaps_on_days_of_a_clock_change() {
    let tariff = parse(
        "gaps estimate mean of the same slot on other days\n\
                        charge e = price import { 1 GBP/Wh }\ntotal = e rounded half up to 0.001 GBP",
    );
    // On 25 October 2026 the clock says 01:00 twice, at offsets 50 and 52 of a period from the 24th.
    let period = "2026-10-24..2026-10-27";
    let readings = |place: u32| match place {
        2 => 100,
        52 => 40,
        100 => 10,
        _ => 0,
    };
    // The gap is the first 01:00 of the 25th: the 24th's and the 26th's count, its own day's second does not.
    assert_eq!(with_gaps(&tariff, period, &[50], readings).unwrap(), Ratio::from(100 + 55 + 40 + 10));
    // A gap on the 24th is estimated by both of the 25th's and the 26th's.
    let readings = |place: u32| match place {
        50 => 100,
        52 => 40,
        100 => 10,
        _ => 0,
    };
    assert_eq!(with_gaps(&tariff, period, &[2], readings).unwrap(), Ratio::from(50 + 150));
    // In March the clock skips 01:00: the other days are its neighbours.
    let readings = |place: u32| match place {
        2 => 7,
        _ => 0,
    };
    assert_eq!(with_gaps(&tariff, "2026-03-28..2026-03-31", &[96], readings).unwrap(), Ratio::from(14));
}

#[test]
fn gaps_at_a_flat_value_and_refused() {
    let flat = parse("gaps at 250 Wh\ncharge e = price import { 1 GBP/Wh }\ntotal = e exact");
    assert_eq!(flat.gaps(), Gaps::Flat);
    assert_eq!(with_gaps(&flat, DAY, &[3, 7], |_| 1).unwrap(), Ratio::from(500 + 46));
    let refuse = parse("charge e = price import { 1 GBP/Wh }\ntotal = e exact");
    assert_eq!(refuse.gaps(), Gaps::Refuse);
    assert_eq!(with_gaps(&refuse, DAY, &[], |_| 1).unwrap(), Ratio::from(48));
    let found = with_gaps(&refuse, DAY, &[3], |_| 1).unwrap_err();
    assert_eq!(
        (found[0].code, found[0].message.as_str()),
        ("gap", "the reading of import of 2026-02-10 at 01:30 is missing, and the tariff refuses gaps")
    );
}
