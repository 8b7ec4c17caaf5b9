//! What expressions come to, worked out by hand: definitions, series, scopes, conditions, look-ups, roots, ratios.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use wattproof_circuits::exact::ratio;
use wattproof_circuits::program::{Node, Program, Ratio};
use wattproof_circuits::rule::{Priced, evaluate};
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::reading::Readings;

const HEAD: &str = "tariff test version 1 in GBP, zone Europe/London, slot 30 min\n\
                    register import in Wh, below 2^20\nregister export in Wh, below 2^20\n\
                    register reactive in VArh, below 2^20\ngaps refuse\n\
                    window peak = 16:00-21:00 on Mon-Fri\nwindow night = 00:00-07:00 every day\n";

/// A Tuesday of 48 half hours.
const DAY: &str = "2026-02-10..2026-02-11";

fn tariff(statements: &str) -> Tariff {
    let source = format!("{HEAD}{statements}");
    Tariff::parse(&source).unwrap_or_else(|found| panic!("{source}\n{found:#?}"))
}

fn program(statements: &str, period: &str) -> Program {
    let tariff = tariff(statements);
    tariff.program(&tariff.period(period).unwrap(), Inputs::NONE).unwrap()
}

/// Readings by register and place in the period.
fn readings(program: &Program, reading: impl Fn(usize, u32) -> u32) -> Readings {
    let mut readings = Readings::gaps(program.slots, program.registers.len());
    for (index, slot) in (0..).zip(program.slots.iter()) {
        for register in 0..program.registers.len() {
            assert!(readings.set(register, slot, Some(reading(register, index))));
        }
    }
    readings
}

fn priced(program: &Program, reading: impl Fn(usize, u32) -> u32, carried: &[u64]) -> Priced {
    evaluate(program, &readings(program, reading), carried).unwrap()
}

/// What an amount of money comes to, exactly, after some other statements.
fn amount(before: &str, amount: &str, period: &str, reading: impl Fn(usize, u32) -> u32) -> Ratio {
    let statements = format!("{before}\ncharge it = {amount}\ntotal = it rounded half up to 1 p");
    priced(&program(&statements, period), reading, &[]).lines[0].amount
}

fn gbp(pence: i128) -> Ratio {
    ratio(pence, 100).unwrap()
}

/// What a period is refused for.
fn refused(statements: &str, period: &str) -> &'static str {
    let tariff = tariff(statements);
    let period = tariff.period(period).unwrap();
    tariff.program(&period, Inputs::NONE).unwrap_err()[0].code
}

#[test]
fn definitions_are_formulas() {
    let before = "define demand = max(power of import in peak) rounded up to 1 kW\n\
                  define rate = 16.37 GBP/kW\ndefine double = 2 * rate";
    // 700 Wh in a half hour is 1.4 kW, which counts as 2.
    let reading = |_, slot| if slot == 33 { 700 } else { 100 };
    assert_eq!(amount(before, "double * demand", DAY, reading), gbp(2 * 2 * 1637));
    // Inside a scope it is that part's: days of 2 kW, 2 kW (the peak of Wednesday) and none on a Saturday.
    let three = "2026-02-12..2026-02-15";
    assert_eq!(amount(before, "per day rate * demand + double * 0 kW", three, |_, _| 700), gbp(2 * 2 * 1637));
}

#[test]
fn dated_values_hold_from_their_day_on() {
    let rate = "define rate = 10 p/day from 2026-02-11 20 p/day from 2026-02-13 40 p/day";
    let days = |period: &str| amount(rate, "rate * days", period, |_, _| 0);
    assert_eq!(days("2026-02-09..2026-02-11"), gbp(20));
    assert_eq!(days("2026-02-10..2026-02-12"), gbp(30));
    assert_eq!(days("2026-02-10..2026-02-15"), gbp(10 + 20 + 20 + 40 + 40));
    let vat = "define vat = 5% from 2026-02-12 20%";
    let of = |amount_: &str, period: &str| amount(vat, amount_, period, |_, _| 1_000);
    assert_eq!(of("vat * 1 p/kWh * energy of import", "2026-02-10..2026-02-12"), ratio(48 * 2 * 5, 10_000).unwrap());
    let statement = format!("{vat}\ncharge a = vat * 1 p/kWh * energy of import\ntotal = a rounded up to 1 p");
    assert_eq!(refused(&statement, "2026-02-10..2026-02-13"), "changes-inside");
    let by_day = "per day vat * 1 p/kWh * energy of import";
    assert_eq!(of(by_day, "2026-02-10..2026-02-13"), ratio(48 * (5 + 5 + 20), 10_000).unwrap());
    let divided = "define fee = 365 GBP/year from 2026-02-12 730 GBP/year";
    assert_eq!(amount(divided, "fee * days / 365", "2026-02-11..2026-02-13", |_, _| 0), gbp(300));
}

#[test]
fn series_stand_where_registers_do() {
    let net = "series net = import - export";
    let reading = |register, slot| if register == 0 { 300 } else { 10 * slot };
    // 48 slots: 14,400 Wh in, 11,280 Wh out.
    assert_eq!(amount(net, "1 GBP/Wh * energy of net", DAY, reading), Ratio::from(3_120));
    assert_eq!(amount(net, "price net { night 2 GBP/Wh otherwise 1 GBP/Wh }", DAY, reading), {
        let night: i128 = (0..14).map(|slot| 300 - 10 * slot).sum();
        Ratio::from(3_120 + night)
    });
    assert_eq!(amount(net, "1 GBP/W * max(power of net)", DAY, reading), Ratio::from(600));
    assert_eq!(amount(net, "1 GBP/W * min(power of net)", DAY, reading), Ratio::from(2 * (300 - 470)));
    let bought = "series bought = max(import - export, 0 Wh)";
    let bought_sum: i128 = (0..=30).map(|slot| 300 - 10 * slot).sum();
    assert_eq!(amount(bought, "1 GBP/Wh * energy of bought", DAY, reading), Ratio::from(bought_sum));
    let both = format!("{bought}\nseries sold = max(export - import, 0 Wh)");
    let credit = "1 GBP/Wh * energy of bought - price sold { 2 GBP/Wh }";
    assert_eq!(amount(&both, credit, DAY, reading), Ratio::from(bought_sum - 2 * (bought_sum - 3_120)));
    // Nets to nothing: four hundred in, four hundred out.
    assert_eq!(amount(&both, credit, DAY, |_, _| 400), Ratio::from(0));
}

#[test]
fn a_linear_series_costs_two_sums_and_a_bent_one_a_schedule() {
    let net = "series net = import - export\ncharge e = price net { 30 p/kWh }\ntotal = e rounded half up to 1 p";
    assert_eq!(program(net, "2026-03").nodes.len(), 4);
    let bent = "series bought = max(import - export, 0 Wh)\ncharge e = price bought { night 30 p/kWh otherwise 9 p/kWh }\n\
                total = e rounded half up to 1 p";
    let program = program(bent, DAY);
    // Two readings and their difference a slot, one sum, one rounding.
    assert_eq!(program.nodes.len(), 3 * 48 + 2);
    let each = program.nodes.iter().find_map(|node| match node {
        Node::Each { of, schedules } => Some((of.len(), schedules.len())),
        _ => None,
    });
    assert_eq!(each, Some((48, 2)));
}

#[test]
fn scopes_take_each_part_by_itself() {
    let reading = |_, slot: u32| 100 * (slot / 48 + 1);
    let three = "2026-02-10..2026-02-13";
    let of = |text: &str| amount("", text, three, reading);
    // 4.8, 9.6 and 14.4 kWh.
    assert_eq!(of("1 GBP/kWh * (max per day energy of import)"), ratio(144, 10).unwrap());
    assert_eq!(of("1 GBP/kWh * (min per day energy of import)"), ratio(48, 10).unwrap());
    assert_eq!(of("1 GBP/kWh * (mean per day energy of import)"), ratio(96, 10).unwrap());
    assert_eq!(of("1 GBP/kWh * (mean of 2 highest per day energy of import)"), ratio(120, 10).unwrap());
    assert_eq!(of("1 GBP/kWh * (mean of 7 highest per day energy of import)"), ratio(96, 10).unwrap());
    assert_eq!(of("per day max(1 GBP/kWh * energy of import, 5 GBP)"), ratio(50 + 96 + 144, 10).unwrap());
    assert_eq!(of("per reading min(1 GBP/Wh * energy of import, 150 GBP)"), Ratio::from(48 * (100 + 150 + 150)));
    assert_eq!(of("per day 2 GBP/day + 1 GBP"), Ratio::from(9));
    assert_eq!(of("1 GBP/kW * (mean per day max(power of import in peak))"), ratio(4, 10).unwrap());
    assert_eq!(of("1 GBP/kW * mean of 4 highest power of import"), ratio(6, 10).unwrap());
    assert_eq!(of("1 GBP/Wh * (max per reading energy of import)"), Ratio::from(300));
}

#[test]
fn parts_outside_the_window_are_left_out() {
    // Friday, Saturday, Sunday: the peak is on Friday only.
    let week_end = "2026-02-13..2026-02-16";
    let of = |text: &str| amount("", text, week_end, |_, _| 1_000);
    assert_eq!(of("1 GBP/kWh * (mean per day in peak energy of import)"), Ratio::from(10));
    assert_eq!(of("1 GBP/kWh * (min per day in peak energy of import)"), Ratio::from(10));
    assert_eq!(of("1 GBP/kWh * (min per day energy of import in peak)"), Ratio::from(0));
    assert_eq!(of("per day in peak 7 GBP"), Ratio::from(7));
    let sunday = "2026-02-15..2026-02-16";
    assert_eq!(amount("", "1 GBP/kWh * (max per day in peak energy of import)", sunday, |_, _| 9), Ratio::from(0));
    assert_eq!(amount("", "1 GBP/kW * mean of 4 highest power of import in peak", sunday, |_, _| 9), Ratio::from(0));
    assert_eq!(amount("", "1 GBP/kWh * (mean per day in peak energy of import)", sunday, |_, _| 9), Ratio::from(0));
}

#[test]
fn months_and_quarters_are_the_calendars() {
    let of = |text: &str, period: &str| amount("", text, period, |_, _| 1_000);
    assert_eq!(of("per month 5 GBP/month", "2026-01-01..2026-04-01"), Ratio::from(15));
    assert_eq!(of("per quarter 5 GBP/quarter", "2026-01-01..2026-07-01"), Ratio::from(10));
    assert_eq!(of("per year 5 GBP/year", "2026-01-01..2027-01-01"), Ratio::from(5));
    // 16 of 31 days of January, 14 of 28 of February.
    let cut = "2026-01-16..2026-02-15";
    assert_eq!(of("per month prorated 31 GBP/month", cut), ratio(16 * 2 + 31, 2).unwrap());
    let demand = "per month prorated 31 GBP/kW/month * max(power of import)";
    assert_eq!(of(demand, cut), ratio(2 * (16 * 2 + 31), 2).unwrap());
    for (unit, cut) in [("month", cut), ("quarter", "2026-01-01..2026-03-01"), ("year", "2026-01-01..2026-12-31")] {
        let statement = format!("charge a = per {unit} 5 GBP/{unit}\ntotal = a rounded up to 1 p");
        assert_eq!(refused(&statement, cut), "cut-part");
    }
    let energy = "1 GBP/kWh * (max per month energy of import)";
    assert_eq!(of(energy, "2026-02-01..2026-04-01"), Ratio::from(1_486));
    assert_eq!(of("per month (max per day 1 GBP/kWh * energy of import)", "2026-02-01..2026-04-01"), Ratio::from(96));
}

#[test]
fn conditions_choose() {
    let of = |text: &str, sum: u32| amount("", text, DAY, |_, slot| if slot == 40 { sum } else { 0 });
    for (sign, expected) in [("<", [1, 2, 2]), ("<=", [1, 1, 2]), (">", [2, 2, 1]), (">=", [2, 1, 1])] {
        let text = format!("if energy of import {sign} 100 Wh then 1 GBP else 2 GBP");
        assert_eq!([99, 100, 101].map(|sum| of(&text, sum)), expected.map(Ratio::from), "{sign}");
    }
    let both = "if energy of import > 10 Wh and not energy of import > 20 Wh then 1 GBP else 0 GBP";
    assert_eq!([10, 11, 20, 21].map(|sum| of(both, sum)), [0, 1, 1, 0].map(Ratio::from));
    let either = "if energy of import < 10 Wh or energy of import > 20 Wh then 1 GBP else 0 GBP";
    assert_eq!([9, 10, 20, 21].map(|sum| of(either, sum)), [1, 0, 0, 1].map(Ratio::from));
    let brackets = "if not (energy of import < 10 Wh or energy of import > 20 Wh) then 1 GBP else 0 GBP";
    assert_eq!([9, 10, 20, 21].map(|sum| of(brackets, sum)), [0, 1, 1, 0].map(Ratio::from));
    let chain = "if energy of import <= 10 Wh then 1 GBP/Wh * energy of import \
                 else if energy of import <= 20 Wh then 5 GBP else energy of import * 2 GBP/Wh";
    assert_eq!([9, 10, 11, 20, 21].map(|sum| of(chain, sum)), [9, 10, 5, 5, 42].map(Ratio::from));
    let registers = "if energy of import > 2 * energy of import - 30 Wh then 1 GBP else 0 GBP";
    assert_eq!([29, 30].map(|sum| of(registers, sum)), [1, 0].map(Ratio::from));
    assert_eq!(of("if 2 GBP > 1 GBP then 3 GBP else 4 GBP", 0), Ratio::from(3));
}

#[test]
fn conditions_of_a_slot_are_one_schedule() {
    let text = "per reading if energy of import > 10 Wh and energy of import <= 20 Wh then 1 GBP/Wh * energy of import else 0 GBP";
    assert_eq!(amount("", text, DAY, |_, slot| slot), Ratio::from((11..=20).sum::<i128>()));
    let statement = format!("charge it = {text}\ntotal = it rounded half up to 1 p");
    assert_eq!(program(&statement, DAY).nodes.len(), 48 + 2);
    let two = "per reading if import_low and export_low then 1 GBP else 0 GBP";
    let two = two.replace("import_low", "energy of import < 10 Wh").replace("export_low", "energy of export >= 10 Wh");
    let reading = |register, slot| if register == 0 { slot } else { 2 * slot };
    assert_eq!(amount("", &two, DAY, reading), Ratio::from(5));
}

/// Kerala's domestic table: telescopic up to 250 units, and above that every unit at the price of its slab.
const KERALA: &str = "lookup by energy of import {
    to 250 kWh  (price import, blocks { to 50 kWh to 100 kWh to 150 kWh to 200 kWh above
                                        3.25      4.05       5.10       6.95       8.20 GBP/kWh })
    to 300 kWh  (6.40 GBP/kWh * energy of import)
    to 350 kWh  (7.25 GBP/kWh * energy of import)
    to 400 kWh  (7.60 GBP/kWh * energy of import)
    to 500 kWh  (7.90 GBP/kWh * energy of import)
    above       (8.80 GBP/kWh * energy of import) }";

#[test]
fn a_slab_table_with_cliffs() {
    let of = |units: u32| amount("", KERALA, DAY, |_, slot| if slot < 40 { units * 25 } else { 0 });
    assert_eq!(of(50), ratio(16_250, 100).unwrap());
    assert_eq!(of(250), gbp(137_750));
    assert_eq!(of(251), gbp(160_640));
    assert_eq!(of(300), gbp(192_000));
    assert_eq!(of(301), gbp(301 * 725));
    assert_eq!(of(501), gbp(501 * 880));
    let statement = format!("charge it = {KERALA}\ntotal = it rounded half up to 1 p");
    // One sum, one schedule, one rounding.
    assert_eq!(program(&statement, "2026-03").nodes.len(), 3);
    let fixed = "lookup by energy of import { to 50 kWh 40 GBP  to 100 kWh 65 GBP  above 85 GBP }";
    let of = |units: u32| amount("", fixed, DAY, |_, slot| if slot == 0 { units * 1_000 } else { 0 });
    assert_eq!([50, 51, 100, 101].map(of), [40, 65, 65, 85].map(Ratio::from));
}

#[test]
fn a_block_table_chosen_by_another_total() {
    let text = "lookup by energy of export { to 10 Wh (price import, blocks { to 5 Wh above 1 2 GBP/Wh }) \
                above (price import, blocks { to 5 Wh above 3 4 GBP/Wh }) }";
    let of = |import: u32, export: u32| {
        amount("", text, DAY, |register, slot| if slot == 0 { [import, export, 0][register] } else { 0 })
    };
    assert_eq!([of(5, 10), of(6, 10), of(5, 11), of(6, 11)], [5, 7, 15, 19].map(Ratio::from));
}

#[test]
fn tables_by_two_keys() {
    let text = "lookup by energy of import, energy of reactive { to 10 VArh to 20 VArh above\n\
                to 5 Wh 1 2 3 GBP\nto 9 Wh 4 (5 GBP) 6 GBP\nabove 7 8 -9 GBP }";
    let of = |import: u32, reactive: u32| {
        amount("", text, DAY, |register, slot| if slot == 0 { [import, 0, reactive][register] } else { 0 })
    };
    assert_eq!([of(5, 10), of(5, 11), of(5, 21)], [1, 2, 3].map(Ratio::from));
    assert_eq!([of(6, 10), of(9, 20), of(9, 21)], [4, 5, 6].map(Ratio::from));
    assert_eq!([of(10, 0), of(10, 20), of(10, 21)], [7, 8, -9].map(Ratio::from));
    let each = format!("per reading {text}");
    assert_eq!(amount("", &each, DAY, |_, _| 6), Ratio::from(48 * 4));
}

#[test]
fn curves_go_through_their_points() {
    let text = "curve by energy of import { at 10 Wh 100 GBP  at 20 Wh 150 GBP  at 40 Wh 110 GBP  above 3 GBP/Wh }";
    let of = |sum: u32| amount("", text, DAY, |_, slot| if slot == 3 { sum } else { 0 });
    assert_eq!([0, 10, 15, 20, 30, 40, 41].map(of), [50, 100, 125, 150, 130, 110, 113].map(Ratio::from));
    let line = "curve by energy of import - 5 Wh { at -5 Wh -10 GBP  above 2 GBP/Wh }";
    let of = |sum: u32| amount("", line, DAY, |_, slot| if slot == 3 { sum } else { 0 });
    assert_eq!([0, 1, 5, 100].map(of), [-10, -8, 0, 190].map(Ratio::from));
}

#[test]
fn clamps_and_extremes() {
    let of = |text: &str, sum: u32| amount("", text, DAY, |_, slot| if slot == 3 { sum } else { 0 });
    let clamp = "1 GBP/Wh * clamp(energy of import, 10 Wh, 20 Wh)";
    assert_eq!([9, 10, 11, 20, 21].map(|sum| of(clamp, sum)), [10, 10, 11, 20, 20].map(Ratio::from));
    let each = "per reading 1 GBP/Wh * clamp(energy of import, 1 Wh, 20 Wh)";
    assert_eq!(of(each, 99), Ratio::from(47 + 20));
    let varying = "1 GBP/Wh * clamp(energy of import, energy of import / 2, 20 Wh)";
    assert_eq!([0, 18, 40, 60].map(|sum| of(varying, sum)), [0, 18, 20, 20].map(Ratio::from));
    assert_eq!(of("max(1 GBP, 3 GBP, 2 GBP)", 0), Ratio::from(3));
    assert_eq!(of("1 GBP/Wh * max(energy of import, energy of export, 7 Wh)", 5), Ratio::from(7));
    assert_eq!(
        of("per reading 1 GBP/Wh * max(energy of import - energy of export, energy of export)", 5),
        Ratio::from(5)
    );
}

#[test]
fn roots_round_as_they_say() {
    let apparent =
        |rule: &str| format!("1 GBP/VAh * sqrt((energy of import)^2 + (energy of reactive)^2) rounded {rule} to 1 VAh");
    let of = |rule: &str, a: u32, b: u32| {
        amount("", &apparent(rule), DAY, |register, slot| if slot == 0 { [a, 0, b][register] } else { 0 })
    };
    assert_eq!(of("up", 3, 4), Ratio::from(5));
    assert_eq!([of("up", 1, 1), of("down", 1, 1), of("half up", 1, 1)], [2, 1, 1].map(Ratio::from));
    assert_eq!([of("up", 5, 5), of("down", 5, 5), of("half even", 5, 5)], [8, 7, 7].map(Ratio::from));
    // The root of 0.25 is a half: ties go where the rule says.
    let half = |rule: &str| format!("1 GBP * sqrt(energy of import / 4 Wh) rounded {rule} to 1");
    let of = |rule: &str, sum: u32| amount("", &half(rule), DAY, |_, slot| if slot == 0 { sum } else { 0 });
    for (rule, expected) in
        [("half up", [1, 2]), ("half even", [0, 2]), ("half away from zero", [1, 2]), ("up", [1, 2]), ("down", [0, 1])]
    {
        assert_eq!([1, 9].map(|sum| of(rule, sum)), expected.map(Ratio::from), "{rule}");
    }
    assert_eq!(of("half up", 0), Ratio::from(0));
    let constant = "1 GBP * sqrt(1 / 0.9025 - 1) rounded half up to 0.001";
    assert_eq!(amount("", constant, DAY, |_, _| 0), ratio(329, 1_000).unwrap());
    let series = "series apparent = sqrt(import^2 + reactive^2) rounded up to 1 VAh";
    assert_eq!(amount(series, "1 GBP/VAh * energy of apparent", DAY, |_, _| 1), Ratio::from(96));
    assert_eq!(amount(series, "1 GBP/VA * max(power of apparent)", DAY, |_, slot| slot), Ratio::from(2 * 67));
}

#[test]
fn quotients_and_ratios() {
    let of = |text: &str, a: u32, b: u32| {
        amount("", text, DAY, |register, slot| if slot == 0 { [a, 0, b][register] } else { 0 })
    };
    let factor = "1 GBP * (ratio(energy of import, energy of reactive) or 0.5 rounded half up to 0.01)";
    assert_eq!([of(factor, 1, 8), of(factor, 7, 0), of(factor, 0, 3)], [gbp(13), gbp(50), gbp(0)]);
    let kept = "1 GBP * (energy of import / max(energy of reactive, 4 VArh) rounded down to 0.01)";
    assert_eq!([of(kept, 1, 8), of(kept, 7, 0)], [gbp(12), gbp(175)]);
    let twice = "(energy of import / max(energy of reactive, 4 VArh) * 3 GBP / (1 + 1) rounded down to 1 p)";
    assert_eq!(of(twice, 1, 9), gbp(16));
    let worst = "lookup by (ratio(energy of import, energy of reactive) or 1 rounded half up to 0.001) \
                 { to 0.85 3 GBP  to 0.95 2 GBP  above 1 GBP }";
    assert_eq!([of(worst, 17, 20), of(worst, 18, 20), of(worst, 20, 20)], [3, 2, 1].map(Ratio::from));
    let power = "1 GBP * (energy of import / 1 Wh)^3 - 1 GBP * (energy of reactive / 1 VArh)^4";
    assert_eq!(of(power, 3, 2), Ratio::from(27 - 16));
    let product = "1 GBP/kWh/kVArh * energy of import * energy of reactive";
    assert_eq!(of(product, 3_000, 2_000), Ratio::from(6));
}

#[test]
fn brackets_round() {
    let of = |text: &str, sum: u32| amount("", text, DAY, |_, slot| if slot == 0 { sum } else { 0 });
    for (rule, expected) in [
        ("half up", [-2, -1, 0, 1, 2, 3]),
        ("half even", [-2, -2, 0, 0, 2, 2]),
        ("half away from zero", [-3, -2, -1, 1, 2, 3]),
        ("up", [-2, -1, 0, 1, 2, 3]),
        ("down", [-3, -2, -1, 0, 1, 2]),
    ] {
        let text = format!("1 GBP/kWh * (energy of import - 3 kWh rounded {rule} to 1 kWh)");
        let sums = [500, 1_500, 2_500, 3_500, 4_500, 5_500];
        assert_eq!(sums.map(|sum| of(&text, sum)), expected.map(Ratio::from), "{rule}");
    }
    assert_eq!(of("1 GBP * (2.5 rounded half even to 1)", 0), Ratio::from(2));
    assert_eq!(of("1 GBP/kVA * (1.2 kVA rounded up to 0.5 kVA)", 0), ratio(15, 10).unwrap());
    assert_eq!(of("per reading 1 GBP/Wh * (energy of import rounded up to 50 Wh)", 51), Ratio::from(100));
}

#[test]
fn figures_and_carried_values() {
    let statements = "carry before in kWh, below 1 GWh, sum of used since 1 Apr\n\
                      carry ratchet in 0.5 kW, below 10 MW, highest of demand in the last 6 bills\n\
                      carry owed in p, below 100 GBP, credit of the last bill\n\
                      define used = energy of import rounded half up to 1 kWh shown\n\
                      define demand = max(power of import) rounded up to 0.5 kW shown\n\
                      define credit = max(owed - 1 GBP, 0 GBP) rounded down to 1 p shown\n\
                      charge energy = curve by before + used { at 0 kWh 0 GBP at 100 kWh 100 GBP above 2 GBP/kWh }\n\
                      charge demand_charge = 10 GBP/kW * max(demand, ratchet) + owed\n\
                      total = energy + demand_charge rounded half up to 1 p";
    let tariff = tariff(statements);
    let program = tariff.program(&tariff.period(DAY).unwrap(), Inputs::NONE).unwrap();
    assert_eq!(program.carried.iter().map(|it| it.below).collect::<Vec<_>>(), [1_000_000, 20_000, 10_000]);
    assert_eq!(tariff.carries().iter().map(|it| &it.figure[..]).collect::<Vec<_>>(), ["used", "demand", "credit"]);
    let units: Vec<_> = program.figures.iter().map(|it| (it.unit, it.label.0.as_str())).collect();
    assert_eq!(units, [(1_000.into(), "kWh"), (500.into(), "kW"), (gbp(1), "p")]);
    // 48 half hours of 1 kWh after 80: 100 at 1 GBP and 28 at 2; 2 kW against 3; 1.50 GBP owed.
    let bill = priced(&program, |_, _| 1_000, &[80, 6, 150]);
    assert_eq!(bill.figures, [48, 4, 50]);
    assert_eq!(bill.lines[0].amount, Ratio::from(156));
    assert_eq!(bill.total, 15_600 + 3_000 + 150);
    assert_eq!(priced(&program, |_, _| 1_000, &[0, 0, 0]).total, 4_800 + 2_000);
}

#[test]
fn roundings_inside_amounts_are_kept_apart_from_the_line() {
    let text = "sqrt((energy of import)^2) rounded up to 1 kWh * 1 GBP/kWh";
    assert_eq!(amount("", text, DAY, |_, slot| u32::from(slot == 0)), Ratio::from(1));
    let shown = "define s = sqrt((energy of import)^2) rounded up to 1 kWh shown\ntotal = 1 GBP/kWh * s exact";
    let program = program(shown, DAY);
    assert_eq!(priced(&program, |_, _| 100, &[]).figures, [5]);
}
