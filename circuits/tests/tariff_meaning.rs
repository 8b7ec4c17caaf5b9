//! What tariffs cost, worked out by hand: windows, days, blocks, ties, demand.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use wattproof_circuits::exact::ratio;
use wattproof_circuits::program::{Program, Ratio};
use wattproof_circuits::rule::{Priced, evaluate};
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::calendar::Slot;
use wattproof_meter::reading::Readings;

const HEAD: &str = "tariff test version 1 in GBP, zone Europe/London, slot 30 min\n\
                    register import in Wh, below 2^20\ngaps refuse\n";

fn tariff(statements: &str) -> Tariff {
    let source = format!("{HEAD}{statements}");
    Tariff::parse(&source).unwrap_or_else(|found| panic!("{source}\n{found:#?}"))
}

fn program(statements: &str, period: &str) -> Program {
    let tariff = tariff(statements);
    tariff.program(&tariff.period(period).unwrap(), Inputs::NONE).unwrap()
}

/// Readings by the slot's place in the period.
fn readings(program: &Program, reading: impl Fn(u32) -> u32) -> Readings {
    let mut readings = Readings::gaps(program.slots, program.registers.len());
    for (index, slot) in (0..).zip(program.slots.iter()) {
        (0..program.registers.len()).for_each(|register| assert!(readings.set(register, slot, Some(reading(index)))));
    }
    readings
}

fn price(statements: &str, period: &str, reading: impl Fn(u32) -> u32) -> Priced {
    let program = program(statements, period);
    evaluate(&program, &readings(&program, reading), &[]).unwrap()
}

/// How many slots of the period a window holds: 1 Wh in each, at 1 GBP/Wh.
fn slots_in(window: &str, period: &str) -> i128 {
    let statements =
        format!("window w = {window}\ncharge e = price import in w {{ 1 GBP/Wh }}\ntotal = e rounded half up to 1 GBP");
    price(&statements, period, |_| 1).total
}

#[test]
fn windows_by_local_time() {
    // 2026-03-02 is a Monday.
    let week = "2026-03-02..2026-03-09";
    assert_eq!(slots_in("00:00-07:00 every day", week), 7 * 14);
    assert_eq!(slots_in("07:00-10:00, 17:00-20:00 on Mon-Fri", week), 5 * 12);
    assert_eq!(slots_in("07:00-10:00 on Mon-Fri and 09:00-11:00 on Fri, Sun", week), 5 * 6 + 2 + 4);
    assert_eq!(slots_in("on Sat-Mon", week), 3 * 48);
    assert_eq!(slots_in("00:00-24:00 on Wed", week), 48);
    assert_eq!(slots_in("21:30-24:00 every day", week), 7 * 5);
}

#[test]
fn a_window_across_midnight_belongs_to_the_day_it_begins_in() {
    assert_eq!(slots_in("22:00-06:00 on Fri", "2026-03-06..2026-03-07"), 4);
    assert_eq!(slots_in("22:00-06:00 on Fri", "2026-03-07..2026-03-08"), 12);
    assert_eq!(slots_in("22:00-06:00 on Fri", "2026-03-08..2026-03-09"), 0);
    assert_eq!(slots_in("22:00-06:00 on Sun", "2026-03-09..2026-03-10"), 12);
    assert_eq!(slots_in("22:00-06:00 every day", "2026-03-08..2026-03-09"), 16);
}

#[test]
fn weekdays_are_those_of_tariff_days() {
    let in_week = |window: &str, period: &str| {
        let source = format!(
            "{}window w = {window}\ncharge e = price import in w {{ 1 GBP/Wh }}\ntotal = e rounded half up to 1 GBP",
            HEAD.replace("slot 30 min", "slot 30 min, day from 06:00")
        );
        let tariff = Tariff::parse(&source).unwrap();
        let program = tariff.program(&tariff.period(period).unwrap(), Inputs::NONE).unwrap();
        evaluate(&program, &readings(&program, |_| 1), &[]).unwrap().total
    };
    // Monday runs from Monday 06:00 to Tuesday 06:00.
    assert_eq!(in_week("on Mon", "2026-03-02..2026-03-03"), 48);
    assert_eq!(in_week("00:00-06:00 on Mon", "2026-03-02..2026-03-03"), 12);
    assert_eq!(in_week("22:00-06:00 on Mon", "2026-03-02..2026-03-03"), 16);
    assert_eq!(in_week("22:00-07:00 on Mon", "2026-03-03..2026-03-04"), 2);
    assert_eq!(in_week("06:00-06:30 on Tue", "2026-03-02..2026-03-03"), 0);
}

#[test]
fn clock_changes_shorten_and_lengthen_windows() {
    // London's clock skips 01:00 to 02:00 on 29 March and repeats it on 25 October.
    assert_eq!(slots_in("00:00-07:00 every day", "2026-03-29..2026-03-30"), 12);
    assert_eq!(slots_in("01:00-02:00 every day", "2026-03-29..2026-03-30"), 0);
    assert_eq!(slots_in("00:00-07:00 every day", "2026-10-25..2026-10-26"), 16);
    assert_eq!(slots_in("01:00-02:00 every day", "2026-10-25..2026-10-26"), 4);
    assert_eq!(slots_in("00:00-24:00 every day", "2026-10-25..2026-10-26"), 50);
}

#[test]
fn standing_charges_count_local_days() {
    let standing = "charge s = 44.836 p/day * days\ntotal = s exact";
    let program = program(standing, "2026-03");
    let priced = evaluate(&program, &readings(&program, |_| 0), &[]).unwrap();
    assert_eq!(priced.lines[0].amount, ratio(44_836 * 31, 100_000).unwrap());
    let yearly = "charge s = 365 GBP/year * days / 365\ntotal = s rounded half up to 1 p";
    assert_eq!(price(yearly, "2026-03", |_| 0).total, 3_100);
    let yearly = "charge s = 365 GBP/year / 365 * days\ntotal = s rounded half up to 1 p";
    assert_eq!(price(yearly, "2026-03", |_| 0).total, 3_100);
}

#[test]
fn economy_7_by_hand() {
    let source = include_str!("../../fixtures/tariffs/good/economy7.tariff");
    let tariff = Tariff::parse(source).unwrap();
    let program = tariff.program(&tariff.period("2026-03").unwrap(), Inputs::NONE).unwrap();
    let priced = evaluate(&program, &readings(&program, |_| 250), &[]).unwrap();
    // 31 nights of 14 half hours less two; 1,486 half hours in all; a quarter of a kWh in each.
    let pence = ratio(17_181 * 432 + 32_550 * (1_486 - 432), 4_000).unwrap();
    let energy = pence / 100;
    let standing = ratio(44_836 * 31, 100_000).unwrap();
    assert_eq!(priced.lines[0].amount, energy);
    assert_eq!(priced.lines[1].amount, standing);
    // 104.3247 + 13.89916 GBP, 5 % of it 5.9112, in all 124.1339.
    assert_eq!(priced.lines[2].amount, ratio(591, 100).unwrap());
    assert_eq!(priced.total, 12_413);
}

#[test]
fn a_total_equal_to_a_bound_stays_in_the_lower_block() {
    let blocks = |word: &str| {
        format!(
            "charge e = price import per period, {word} {{\n to 100 Wh to 300 Wh above\n 1 10 100 GBP/Wh }}\n\
             total = e rounded half up to 1 GBP"
        )
    };
    let day = "2026-02-10..2026-02-11";
    let total = |word: &str, sum: u32| price(&blocks(word), day, |slot| if slot == 7 { sum } else { 0 }).total;
    let cumulative = [(0, 0), (99, 99), (100, 100), (101, 110), (300, 2_100), (301, 2_200)];
    for (sum, expected) in cumulative {
        assert_eq!(total("blocks", sum), expected, "{sum}");
    }
    let intervals = [(0, 0), (99, 99), (100, 100), (101, 1_010), (300, 3_000), (301, 30_100)];
    for (sum, expected) in intervals {
        assert_eq!(total("intervals", sum), expected, "{sum}");
    }
}

#[test]
fn each_reading_by_itself_and_by_window() {
    let table = |word: &str| {
        format!(
            "window night = 00:00-07:00 every day\ncharge e = price import per reading, {word} {{\n\
             to 10 Wh above\n night 1 2 GBP/Wh\n otherwise 3 4 GBP/Wh }}\ntotal = e rounded half up to 1 GBP"
        )
    };
    let day = "2026-02-10..2026-02-11";
    assert_eq!(price(&table("blocks"), day, |_| 10).total, 14 * 10 + 34 * 30);
    assert_eq!(price(&table("blocks"), day, |_| 11).total, 14 * 12 + 34 * 34);
    assert_eq!(price(&table("intervals"), day, |_| 10).total, 14 * 10 + 34 * 30);
    assert_eq!(price(&table("intervals"), day, |_| 11).total, 14 * 22 + 34 * 44);
    let within =
        table("blocks").replace("price import per", "price import in night per").replace("otherwise 3 4 GBP/Wh", "");
    assert_eq!(price(&within, day, |_| 11).total, 14 * 12);
}

#[test]
fn bounds_per_day_grow_with_the_period() {
    let blocks = "charge e = price import per period, blocks { to 0.01 kWh/day above 1 3 GBP/Wh }\n\
                  total = e rounded half up to 1 GBP";
    assert_eq!(price(blocks, "2026-02-10..2026-02-12", |slot| if slot == 0 { 25 } else { 0 }).total, 20 + 5 * 3);
}

#[test]
fn demand_is_power() {
    let demand = "window peak = 16:00-21:00 on Mon-Fri\n\
                  charge peak = 10 GBP/kW * max(power of import in peak)\n\
                  charge any = 1 GBP/kW * max(power of import)\n\
                  total = peak + any rounded half up to 1 p";
    // 2026-02-10 is a Tuesday: slot 32 begins at 16:00, slot 42 at 21:00.
    let day = "2026-02-10..2026-02-11";
    assert_eq!(price(demand, day, |slot| if slot == 42 { 3_000 } else { 500 }).total, 1_000 + 600);
    assert_eq!(price(demand, day, |slot| if slot == 32 { 3_000 } else { 500 }).total, 6_000 + 600);
    // Sunday has no peak: its demand is zero.
    assert_eq!(price(demand, "2026-02-15..2026-02-16", |_| 500).total, 100);
}

#[test]
fn quarter_hours_and_hours_are_power_too() {
    for (minutes, expected) in [(5, 1_200), (15, 400), (30, 200), (60, 100)] {
        let head = HEAD.replace("slot 30", &format!("slot {minutes}"));
        let source = format!("{head}charge d = 1 GBP/kW * max(power of import)\ntotal = d rounded half up to 1 p");
        let tariff = Tariff::parse(&source).unwrap();
        let program = tariff.program(&tariff.period("2026-03").unwrap(), Inputs::NONE).unwrap();
        assert_eq!(program.slots.count(), 1_486 * 30 / minutes);
        assert_eq!(evaluate(&program, &readings(&program, |_| 1_000), &[]).unwrap().total, expected);
    }
}

#[test]
fn half_pennies_go_where_the_rule_says() {
    let rules = [
        ("half up", [-2, -1, 0, 1, 2, 3]),
        ("half even", [-2, -2, 0, 0, 2, 2]),
        ("half away from zero", [-3, -2, -1, 1, 2, 3]),
        ("up", [-2, -1, 0, 1, 2, 3]),
        ("down", [-3, -2, -1, 0, 1, 2]),
    ];
    for (rule, expected) in rules {
        for (half, pence) in [-5, -3, -1, 1, 3, 5].into_iter().zip(expected) {
            let line = format!("charge a = {half} * 0.5 p rounded {rule} to 1 p\ntotal = a exact");
            let priced = price(&line, "2026-02-10..2026-02-11", |_| 0);
            assert_eq!(priced.lines[0].amount, ratio(pence, 100).unwrap(), "{rule} {half}");
            let total = format!("charge a = {half} * 0.5 p\ntotal = a rounded {rule} to 1 p");
            assert_eq!(price(&total, "2026-02-10..2026-02-11", |_| 0).total, pence, "{rule} {half}");
        }
    }
}

#[test]
fn negative_prices_are_credits() {
    let feed_in = "charge credit = price import { -12.5 p/kWh }\ntotal = credit rounded half even to 1 p";
    // 200 Wh at 12.5 p/kWh is two and a half pence.
    assert_eq!(price(feed_in, "2026-02-10..2026-02-11", |slot| if slot == 0 { 200 } else { 0 }).total, -2);
    assert_eq!(price(feed_in, "2026-02-10..2026-02-11", |slot| if slot == 0 { 280 } else { 0 }).total, -4);
}

#[test]
fn minimum_and_cap() {
    let bill = "charge energy = price import { 1 GBP/Wh }\n\
                total = min(max(energy, 10 GBP), 100 GBP, 90 GBP + 20 GBP) rounded half up to 1 GBP";
    for (sum, expected) in [(3, 10), (10, 10), (11, 11), (100, 100), (101, 100)] {
        assert_eq!(price(bill, "2026-02-10..2026-02-11", |slot| if slot == 9 { sum } else { 0 }).total, expected);
    }
}

#[test]
fn registers_are_read_apart() {
    let source = "tariff net version 1 in EUR, zone Europe/Paris, slot 15 min\n\
                  register import in Wh, below 2^20\nregister export in Wh, below 2^20\n\
                  register reactive in VArh, below 2^20\ngaps refuse\n\
                  charge energy = 30 c/kWh * energy of import - 10 c/kWh * energy of export\n\
                  charge reactive = price reactive { 1 c/kVArh }\n\
                  total = energy + reactive rounded half up to 1 c";
    let tariff = Tariff::parse(source).unwrap();
    let program = tariff.program(&tariff.period("2026-02-10..2026-02-11").unwrap(), Inputs::NONE).unwrap();
    let mut readings = Readings::gaps(program.slots, 3);
    for slot in program.slots.iter() {
        for (register, reading) in [100, 50, 1_000].into_iter().enumerate() {
            assert!(readings.set(register, slot, Some(reading)));
        }
    }
    // 9.6 kWh at 30 c, less 4.8 kWh at 10 c, and 96 kVArh at 1 c.
    assert_eq!(evaluate(&program, &readings, &[]).unwrap().total, 288 - 48 + 96);
}

#[test]
fn the_unit_of_a_total() {
    let day = "2026-02-10..2026-02-11";
    let unit = |statements: &str| program(statements, day).unit;
    assert_eq!(unit("charge e = price import { 14.228 p/kWh }\ntotal = e exact"), ratio(14_228, 100_000_000).unwrap());
    assert_eq!(unit("charge e = price import { 14 p/kWh }\ntotal = e rounded up to 0.05 GBP"), ratio(5, 100).unwrap());
    let shown = "charge e = price import { 14 p/kWh } rounded half up to 0.002 GBP shown\n\
                 total = e rounded half up to 0.05 GBP";
    assert_eq!(unit(shown), ratio(2, 1_000).unwrap());
    assert_eq!(unit("charge e = 0 GBP\ntotal = e exact"), ratio(1, 100).unwrap());
    let blocks = "charge e = price import per reading, blocks { to 300 Wh above 6 10 p/Wh }\ntotal = e exact";
    assert_eq!(unit(blocks), ratio(2, 100).unwrap());
    let per_year = tariff("charge s = 73 GBP/year * days / 365\ntotal = s exact");
    assert!(per_year.is_exact());
}

#[test]
fn an_exact_total_without_end_is_refused_for_the_period() {
    let tariff = tariff("charge s = 12 GBP / days * 1 day\ntotal = s exact");
    let found = tariff.program(&tariff.period("2026-03").unwrap(), Inputs::NONE).unwrap_err();
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), ["no-last-decimal"]);
    assert!(tariff.program(&tariff.period("2026-02-01..2026-02-11").unwrap(), Inputs::NONE).is_ok());
}

#[test]
fn a_period_of_another_calendar_is_refused() {
    let paris = HEAD.replace("Europe/London", "Europe/Paris") + "total = 1 GBP exact";
    let period = Tariff::parse(&paris).unwrap().period("2026-03").unwrap();
    let found = tariff("total = 1 GBP exact").program(&period, Inputs::NONE).unwrap_err();
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), ["other-calendar"]);
}

#[test]
fn values_that_outgrow_the_arithmetic_are_refused() {
    let large = "999999999999999999";
    let lowered = format!("total = {large} * {large} * {large} GBP exact");
    let found = Tariff::parse(&format!("{HEAD}{lowered}")).unwrap_err();
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), ["value-too-large"]);
}

#[test]
fn many_tables_over_a_long_period_are_refused() {
    let charges: String = (0..700).map(|n| format!("charge c{n} = price import {{ 1 p/kWh }}\n")).collect();
    let sum = (0..700).map(|n| format!("c{n}")).collect::<Vec<_>>().join(" + ");
    let head = HEAD.replace("slot 30", "slot 5");
    let tariff = Tariff::parse(&format!("{head}{charges}total = {sum} rounded half up to 1 p")).unwrap();
    assert!(tariff.program(&tariff.period("2026-03").unwrap(), Inputs::NONE).is_ok());
    let found = tariff.program(&tariff.period("2026-01-01..2027-01-01").unwrap(), Inputs::NONE).unwrap_err();
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), ["program-too-large"]);
}

#[test]
fn the_bench_families_can_be_written() {
    let windows = "window night = 00:00-07:00 every day\nwindow peak = 16:00-20:00 every day\n\
                   window rest = 07:00-16:00, 20:00-24:00 every day\n";
    let s1 = "price import { night 9 p/Wh  peak 21 p/Wh  otherwise 38 p/Wh }";
    let day = "2026-02-10..2026-02-11";
    let reading = |slot: u32| 700 + 13 * slot;
    let sum = |from: u32, to: u32| -> i128 { (from..to).map(|slot| i128::from(reading(slot))).sum() };
    let (night, peak, rest) = (sum(0, 14), sum(32, 40), sum(14, 32) + sum(40, 48));
    let linear = 9 * night + 21 * peak + 38 * rest;
    let priced = price(&format!("{windows}charge energy = {s1}\ntotal = energy exact"), day, reading);
    assert_eq!((priced.lines[0].amount, priced.total), (ratio(linear, 100).unwrap(), linear));

    let demand = format!("{windows}charge energy = {s1}\ncharge demand = 250 p/W * max(power of import)\n");
    let priced = price(&format!("{demand}total = energy + demand exact"), day, reading);
    assert_eq!(priced.total, linear + 500 * i128::from(reading(47)));

    let block = |window: &str, slots: i128, rates: [i128; 3]| {
        let [a, b, c] = rates;
        let (first, second) = (700 * slots, 1_800 * slots);
        format!(
            "charge {window} = price import in {window} per period, blocks {{ to {first} Wh to {second} Wh above\n\
             {a} {b} {c} p/Wh }}\n"
        )
    };
    let charges = block("night", 14, [9, 12, 15]) + &block("peak", 8, [21, 24, 30]) + &block("rest", 26, [38, 45, 60]);
    let by_hand = |sum: i128, slots: i128, [a, b, c]: [i128; 3]| {
        let (first, second) = (700 * slots, 1_800 * slots);
        a * sum.min(first) + b * (sum.min(second) - first).max(0) + c * (sum - second).max(0)
    };
    let expected = by_hand(night, 14, [9, 12, 15]) + by_hand(peak, 8, [21, 24, 30]) + by_hand(rest, 26, [38, 45, 60]);
    let priced = price(&format!("{windows}{charges}total = night + peak + rest rounded half up to 1 p"), day, reading);
    assert_eq!(priced.total, expected);

    let s3 = "charge energy = price import per reading, blocks {\n to 300 Wh to 800 Wh to 1500 Wh above\n\
              10 14 19 27 p/Wh }\ntotal = energy rounded half up to 1 p";
    let each = |slot: u32| {
        let r = i128::from(reading(slot));
        10 * r.min(300) + 14 * (r.min(800) - 300).max(0) + 19 * (r.min(1_500) - 800).max(0) + 27 * (r - 1_500).max(0)
    };
    assert_eq!(price(s3, day, reading).total, (0..48).map(each).sum::<i128>());
}

#[test]
fn evaluation_is_by_slot_not_by_place() {
    let program = program("charge e = price import { 1 GBP/Wh }\ntotal = e exact", "2026-02-10..2026-02-11");
    let wide = wattproof_meter::calendar::SlotRange::new(Slot::new(program.slots.first().index() - 10), 100).unwrap();
    let mut readings = Readings::gaps(wide, 1);
    for slot in wide.iter() {
        assert!(readings.set(0, slot, Some(if program.slots.contains(slot) { 1 } else { 1_000 })));
    }
    assert_eq!(evaluate(&program, &readings, &[]).unwrap().lines[0].amount, Ratio::from(48));
}

#[test]
fn a_file_is_known_by_its_bytes() {
    let one = tariff("total = 1 GBP exact");
    assert_eq!(one.digest(), tariff("total = 1 GBP exact").digest());
    assert_ne!(one.digest(), tariff("total = 1 GBP exact # as before").digest());
    assert_eq!(Tariff::from_bytes(one.source().as_bytes()).unwrap().digest(), one.digest());
    assert_eq!((one.name(), one.version(), one.currency().code()), ("test", 1, "GBP"));
    assert_eq!((one.currency().digits(), one.currency().minor()), (2, Some("p")));
    let found = Tariff::from_bytes(b"tariff \xff").unwrap_err();
    assert_eq!((found[0].code, found[0].span.clone()), ("not-utf8", 7..7));
    let found = Tariff::parse(&" ".repeat(wattproof_circuits::tariff::MAX_BYTES + 1)).unwrap_err();
    assert_eq!(found[0].code, "file-too-large");
}

#[test]
fn bills_per_month_are_of_whole_months() {
    let source = HEAD.replace("slot 30 min", "slot 30 min, bills per month")
        + "charge e = price import { 1 GBP/kWh }\ntotal = e rounded half up to 1 GBP";
    let tariff = Tariff::parse(&source).unwrap();
    let code = |period: &str| {
        let found = tariff.program(&tariff.period(period).unwrap(), Inputs::NONE).err();
        found.map(|found| (found[0].code, found[0].message.clone()))
    };
    for month in ["2024-02", "2026-03", "2026-12-01..2027-01-01"] {
        assert_eq!(code(month), None, "{month}");
    }
    let near = |period: &str| tariff.period(period).unwrap().some_month();
    assert_eq!(near("2026-03-02..2026-03-09"), "2026-03");
    assert_eq!(near("2026-01-31..2026-03-05"), "2026-02");
    assert_eq!(near("2026-01-31..2026-02-28"), "2026-01");
    assert_eq!(near("2026-01-01..2026-03-05"), "2026-01");
    for other in ["2026-03-01..2026-03-31", "2026-03-02..2026-04-02", "2026-03-01..2026-05-01"] {
        assert_eq!(code(other), Some(("not-a-month", format!("bills are per month, and {other} is none"))));
    }
}
