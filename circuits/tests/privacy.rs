//! What bills say about single slots: honest tariffs are clean, tariffs that give readings away are found out.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use wattproof_circuits::plan::Plan;
use wattproof_circuits::privacy::{Disclosure, Giveaway, Report};
use wattproof_circuits::program::{Line, Node, Place, Program, Ratio, Ties};
use wattproof_circuits::tariff::{Inputs, Tariff};

const HEAD: &str = "\
tariff t version 1 in GBP, zone Europe/London, slot 30 min
register import in Wh, below 2^20
gaps refuse
";

fn report(body: &str, period: &str) -> Report {
    let tariff = Tariff::parse(&format!("{HEAD}{body}")).unwrap_or_else(|findings| panic!("{findings:?}"));
    of(&tariff.program(&tariff.period(period).unwrap(), Inputs::NONE).unwrap())
}

fn of(program: &Program) -> Report {
    Report::of(program, &Plan::new(program).unwrap())
}

fn total(report: &Report) -> &Disclosure {
    &report.amounts[0]
}

#[test]
fn ordinary_tariffs_give_nothing_away() {
    let night = "window night = 00:00-07:00 every day\n";
    for body in [
        "charge e = price import { 24.5 p/kWh }\ntotal = e rounded half up to 1 p\n",
        "charge e = price import { 24.5 p/kWh }\ntotal = e exact\n",
        &format!("{night}charge e = price import {{ night 17.181 p/kWh otherwise 32.55 p/kWh }}\ntotal = e exact\n"),
        "charge e = price import per period, blocks { to 100 kWh above\n 17 24 p/kWh }\ntotal = e rounded half up to 1 p\n",
        "charge e = price import { 12 p/kWh }\ncharge d = 16 GBP/kW * max(power of import)\n\
         total = e + d rounded half up to 1 p\n",
    ] {
        for period in ["2026-03", "2026-03-02..2026-03-03"] {
            let report = report(body, period);
            assert_eq!(report.giveaways().next(), None, "{body}{period}");
            assert_eq!((total(&report).sums, report.carried), (1, 0.0));
        }
    }
}

#[test]
fn an_even_price_shares_evenly() {
    let report = report("charge e = price import { 24.5 p/kWh }\ntotal = e exact\n", "2026-03-02..2026-03-03");
    let (_, share) = total(&report).largest.unwrap();
    assert!((share - 1.0 / 48.0).abs() < 1e-9 && total(&report).slots == 48, "{share}");
    assert_eq!(report.held, 48 * 20);
    // The total counts the price of a Wh, and 48 readings are below 2^20 Wh each.
    assert!((report.bits() - f64::log2(48.0 * 1_048_575.0 + 1.0)).abs() < 1e-9, "{}", report.bits());
}

#[test]
fn a_price_in_one_slot_discloses_its_reading() {
    let body = "window probe = 08:00-08:30 on Mon\nwindow rest = 08:30-24:00 on Mon and on Tue-Sun\n\
                charge e = price import in probe { 24.5 p/kWh }\ntotal = e rounded half up to 1 p\n";
    let report = report(body, "2026-03-02..2026-03-09");
    let (disclosure, giveaway) = report.giveaways().next().unwrap();
    assert_eq!(giveaway, Giveaway::Concentrated { offset: 16, share: 1.0, slots: 1 });
    assert_eq!(disclosure.name, "");
}

#[test]
fn one_slot_that_outweighs_all_others_is_found() {
    let dear = |price: &str| {
        format!(
            "window probe = 08:00-08:30 on Mon\ncharge e = price import {{ probe {price} p/kWh otherwise 20 p/kWh }}\n\
             total = e rounded half up to 1 p\n"
        )
    };
    let week = "2026-03-02..2026-03-09";
    assert_eq!(report(&dear("200"), week).giveaways().next(), None);
    match report(&dear("20000"), week).giveaways().next().unwrap().1 {
        Giveaway::Concentrated { offset, share, slots } => {
            assert!(offset == 16 && slots == 336 && share > 0.7, "{share}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_shown_line_of_few_slots_is_found_by_its_name() {
    let body = "window probe = 08:00-09:30 on Mon\ncharge e = price import { 24.5 p/kWh }\n\
                charge event = price import in probe { 9 p/kWh } rounded half up to 1 p shown\n\
                total = e + event rounded half up to 1 p\n";
    let report = report(body, "2026-03-02..2026-03-09");
    let found: Vec<&str> = report.giveaways().map(|(amount, _)| amount.name.as_str()).collect();
    assert_eq!((found, report.amounts[1].slots), (vec!["event"], 3));
}

/// `Σ weights[i] · reading i`, exact.
fn weighted(weights: &[i128]) -> Program {
    let tariff = Tariff::parse(&format!("{HEAD}charge e = price import {{ 1 p/kWh }}\ntotal = e exact\n")).unwrap();
    let mut program = tariff.program(&tariff.period("2026-03-02..2026-03-03").unwrap(), Inputs::NONE).unwrap();
    let place = |offset| Place { register: 0, offset };
    program.nodes = (0..48).map(|offset| Node::Reading(place(offset))).collect();
    let terms = (0..).zip(weights).map(|(node, weight)| (node, Ratio::from(*weight))).collect();
    program.nodes.push(Node::Linear { terms, constant: 5.into() });
    program.total = 48;
    program.lines = vec![Line { name: "e".into(), node: 48, shown: false }];
    program.unit = Ratio::from(1);
    program
}

#[test]
fn powers_of_a_base_are_split_into_readings() {
    let report = of(&weighted(&[1, 1 << 20, 1 << 40, 1 << 60]));
    assert_eq!((total(&report).sums, total(&report).sum_share), (4, 1.0));
    assert!(report.giveaways().next().is_some());
}

#[test]
fn two_windows_whose_digits_do_not_meet_are_two_sums() {
    let halves =
        |near: i128, far: i128| -> Vec<i128> { (0..48).map(|slot| if slot < 24 { near } else { far }).collect() };
    // 24 readings below 2^20 reach below 2^25.
    for (near, far, sums) in
        [(1, 1 << 25, 2), (1, 1 << 24, 1), (1 << 25, (1 << 25) + 1, 2), (7 << 30, (15 << 30) + 1, 2)]
    {
        let report = of(&weighted(&halves(near, far)));
        assert_eq!(total(&report).sums, sums, "{near} {far}");
        assert!(total(&report).sum_share <= 1.0 / 24.0 + 1e-9);
        assert_eq!(report.giveaways().next(), None, "two totals are no readings");
    }
    let thirds: Vec<i128> = (0..48).map(|slot| [1, 1 << 30, 1 << 60][slot % 3]).collect();
    let report = of(&weighted(&thirds));
    assert!(matches!(report.giveaways().next().unwrap().1, Giveaway::Separable { sums: 3, .. }));
}

#[test]
fn a_residue_can_hide_a_single_reading() {
    // All readings at 2^32, one of them at one more: the remainder is that reading.
    let mut weights = [1i128 << 32; 48];
    weights[7] += 1;
    let report = of(&weighted(&weights));
    assert_eq!((total(&report).sums, total(&report).sum_share), (2, 1.0));
    assert_eq!(report.giveaways().next().unwrap().1, Giveaway::Separable { sums: 2, share: 1.0 });
}

#[test]
fn rounding_blurs_what_lies_below_it() {
    let mut weights = [1i128 << 32; 48];
    weights[7] += 1;
    let mut program = weighted(&weights);
    for (unit, sums) in [(1i128 << 10, 2), (1 << 21, 1)] {
        program.nodes.truncate(49);
        program.nodes.push(Node::Rounded { of: 48, unit: unit.into(), ties: Ties::HalfUp });
        (program.total, program.unit) = (49, unit.into());
        assert_eq!(total(&of(&program)).sums, sums, "{unit}");
    }
}

#[test]
fn carried_values_and_figures_count() {
    let body = "carry used in kWh, below 1024 kWh, sum of month since 1 Apr\n\
                define month = energy of import rounded half up to 1 kWh shown\n\
                charge e = price import { 24.5 p/kWh }\ncharge more = 1 p/kWh * used\n\
                total = e + more rounded half up to 1 p\n";
    let tariff = Tariff::parse(&format!("{HEAD}{body}")).unwrap_or_else(|findings| panic!("{findings:?}"));
    let program = tariff.program(&tariff.period("2026-04").unwrap(), Inputs::NONE).unwrap();
    let report = of(&program);
    assert_eq!((report.carried, report.amounts.len()), (10.0, 2));
    assert_eq!(report.amounts[1].name, "month");
    assert!(report.bits() > 10.0 + report.amounts[0].bits);
}
