//! Random readings against sums done another way, and random text against nothing but the wish to survive it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use jiff::civil::Weekday;
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;
use wattproof_circuits::program::Program;
use wattproof_circuits::rule::evaluate;
use wattproof_circuits::tariff::{Inputs, Tariff, line_column, template};
use wattproof_meter::reading::Readings;

const GOOD: [&str; 5] = [
    include_str!("../../fixtures/tariffs/good/linear.tariff"),
    include_str!("../../fixtures/tariffs/good/economy7.tariff"),
    include_str!("../../fixtures/tariffs/good/blocks.tariff"),
    include_str!("../../fixtures/tariffs/good/cumulative.tariff"),
    include_str!("../../fixtures/tariffs/good/demand.tariff"),
];

/// The total of a tariff's text over a period, in the program's units.
fn total(source: &str, period: &str, readings: &[u32]) -> i128 {
    let program = program(source, period);
    evaluate(&program, &table(&program, readings), &[]).unwrap().total
}

fn program(source: &str, period: &str) -> Program {
    let tariff = Tariff::parse(source).unwrap();
    tariff.program(&tariff.period(period).unwrap(), Inputs::NONE).unwrap()
}

fn table(program: &Program, readings: &[u32]) -> Readings {
    let mut table = Readings::gaps(program.slots, program.registers.len());
    for (slot, reading) in program.slots.iter().zip(readings.iter().cycle()) {
        for (register, known) in program.registers.iter().enumerate() {
            assert!(table.set(register, slot, Some((*reading).min(known.max()))));
        }
    }
    table
}

/// The local times of the half hours from an instant on, by the zone alone.
fn local(zone: &str, first: &str, count: usize) -> Vec<Zoned> {
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
    let first: Timestamp = first.parse().unwrap();
    let time = |slot: usize| Timestamp::from_second(first.as_second() + 1_800 * slot as i64).unwrap();
    (0..count).map(|slot| time(slot).to_zoned(zone.clone())).collect()
}

/// `numer ÷ denom` to the nearest whole, half up.
fn half_up(numer: i128, denom: i128) -> i128 {
    (2 * numer + denom).div_euclid(2 * denom)
}

fn readings(count: usize, bits: u32) -> impl Strategy<Value = Vec<u32>> {
    let edge = prop_oneof![Just(0), Just(1), Just(300), Just(301), Just(800), Just(1_500), Just((1 << bits) - 1)];
    prop::collection::vec(prop_oneof![3 => 0..2_000u32, 1 => edge, 1 => 0..1u32 << bits], count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn linear_agrees(readings in readings(1_486, 20)) {
        // 14.228 p/kWh, in hundred-thousandths of a penny a watt-hour; the unit is a whole number of those.
        let program = program(GOOD[0], "2026-03");
        let sum: i128 = readings.iter().map(|reading| i128::from(*reading)).sum();
        let units = program.unit * 100_000_000;
        prop_assert!(units.is_integer());
        let total = total(GOOD[0], "2026-03", &readings);
        prop_assert_eq!(total * units.to_integer(), 14_228 * sum);
    }

    #[test]
    fn time_of_use_agrees(readings in readings(1_490, 20)) {
        let times = local("Europe/London", "2026-09-30T23:00:00Z", 1_490);
        let rate = |time: &Zoned| if time.hour() < 7 { 17_181 } else { 32_550 };
        let energy: i128 = times.iter().zip(&readings).map(|(time, reading)| rate(time) * i128::from(*reading)).sum();
        // In 10^-8 GBP; a penny is 10^6 of them.
        let standing = 44_836_000 * 31;
        let vat = half_up(5 * (energy + standing), 100 * 1_000_000);
        let expected = half_up(energy + standing + vat * 1_000_000, 1_000_000);
        prop_assert_eq!(total(GOOD[1], "2026-10", &readings), expected);
    }

    #[test]
    fn blocks_agree(readings in prop_oneof![readings(1_344, 20), readings(1_344, 9), readings(1_344, 4)]) {
        let sum: i128 = readings.iter().map(|reading| i128::from(*reading)).sum();
        let (first, second) = (sum.min(100_000), (sum.min(350_000) - 100_000).max(0));
        // In 10^-7 GBP a watt-hour; a penny is 10^5 of them.
        let energy = 1_790 * first + 2_450 * second + 3_120 * (sum - 350_000).max(0);
        let standing = 3_100_000 * 28;
        let minimum = (200_000_000 - energy - standing).max(0);
        let vat = half_up(5 * (energy + standing + minimum), 100 * 100_000);
        let expected = half_up(energy + standing + minimum + vat * 100_000, 100_000);
        prop_assert_eq!(total(GOOD[2], "2026-02", &readings), expected);
    }

    #[test]
    fn each_reading_agrees(readings in readings(1_344, 20)) {
        let price = |reading: &u32| {
            let r = i128::from(*reading);
            182 * r.min(300) + 246 * (r.min(800) - 300).max(0) + 319 * (r.min(1_500) - 800).max(0)
                + 450 * (r - 1_500).max(0)
        };
        // In 10^-6 GBP a watt-hour; a penny is 10^4 of them.
        let energy: i128 = readings.iter().map(price).sum();
        let standing = 478_500 * 28;
        let vat = half_up(5 * (energy + standing), 100 * 10_000);
        prop_assert_eq!(total(GOOD[3], "2026-02", &readings), half_up(energy + standing + vat * 10_000, 10_000));
    }

    #[test]
    fn demand_agrees(readings in readings(1_486, 24)) {
        let times = local("America/Los_Angeles", "2026-03-01T08:00:00Z", 1_486);
        let weekday = |time: &Zoned| !matches!(time.weekday(), Weekday::Saturday | Weekday::Sunday);
        let in_peak = |time: &Zoned| weekday(time) && (16..21).contains(&time.hour());
        let rate = |time: &Zoned| match time.hour() {
            _ if in_peak(time) => 24_310,
            22.. | 0..6 => 8_120,
            _ => 12_960,
        };
        let slots = || times.iter().zip(readings.iter().map(|reading| i128::from(*reading)));
        let energy: i128 = slots().map(|(time, reading)| rate(time) * reading).sum();
        let peak = slots().filter(|(time, _)| in_peak(time)).map(|(_, reading)| reading).max().unwrap();
        let any = slots().map(|(_, reading)| reading).max().unwrap();
        // A kilowatt is half a kilowatt-hour in a half hour. In 10^-8 USD; a cent is 10^6 of them.
        let demand = half_up(1_637 * 2 * peak, 1_000) + half_up(356 * 2 * any, 1_000);
        let expected = half_up(energy + demand * 1_000_000 + 120_000_000 * 31, 1_000_000);
        prop_assert_eq!(total(GOOD[4], "2026-03", &readings), expected);
    }
}

/// Whatever the text is: it checks, and then it is lowered and priced or refused; or it does not, and every finding
/// lies in the text.
fn survive(source: &str) {
    let tariff = match Tariff::parse(source) {
        Ok(tariff) => tariff,
        Err(found) => {
            assert!(!found.is_empty());
            for found in found {
                assert!(found.span.start <= found.span.end && found.span.end <= source.len(), "{found:?}");
                assert!(source.get(found.span.clone()).is_some(), "{found:?}");
                assert!(!found.message.is_empty() && !found.code.is_empty());
                line_column(source, found.span.start);
            }
            return;
        }
    };
    assert!(tariff.show().contains("total"));
    let Ok(period) = tariff.period("2026-03-28..2026-03-30") else { return };
    let Ok(program) = tariff.program(&period, Inputs::NONE) else { return };
    let carried = vec![0; program.carried.len()];
    match evaluate(&program, &table(&program, &[0, 17, 999, u32::MAX]), &carried) {
        Ok(priced) => assert_eq!(priced.lines.len(), program.lines.len()),
        Err(refused) => assert_eq!(refused.code(), "value-too-large"),
    }
}

/// Amounts that read, and mostly do not check.
fn amount() -> impl Strategy<Value = String> {
    const LEAVES: [&str; 27] = [
        "2",
        "0",
        "365",
        "3.5 p",
        "12 GBP/year",
        "0.1 p/kWh",
        "days",
        "5%",
        "1 kWh",
        "999999999999999999 GWh",
        "energy of import",
        "energy of import in night",
        "max(power of import in night)",
        "2 GBP/kW",
        "price import { 3 p/kWh }",
        "price import { night 3 p/kWh otherwise -2 p/kWh }",
        "price import in night per period, blocks { to 5 kWh above 3 2 p/kWh }",
        "price import per reading, intervals { to 5 kWh to 7 kWh above 1 3 2 p/kWh }",
        "price import { night 3 p/kWh }",
        "power of import",
        "3 p/month",
        "1 kVAh",
        "mean of 3 highest power of import",
        "(mean per day max(power of import in night))",
        "(per month prorated 3 GBP/month)",
        "curve by days { at 0 day 0 GBP above 3 GBP/day }",
        "price import per day, blocks prorated { to 5 kWh above night 3 2 p/kWh otherwise 1 4 p/kWh }",
    ];
    prop::sample::select(&LEAVES[..]).prop_map(String::from).prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(&["+", "-", "*", "/", "* 3 p/kWh *", "* days /"][..]), inner.clone())
                .prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
            (inner.clone(), inner.clone(), any::<bool>())
                .prop_map(|(a, b, max)| format!("{}({a}, {b})", if max { "max" } else { "min" })),
            inner.clone().prop_map(|a| format!("-({a})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(if {a} < {b} and not {b} >= {c} then {a} else {c})")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("(lookup by {a} {{ to 5 kWh ({b}) above ({a}) }})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(ratio({a}, {b}) or 1 rounded up to 0.5)")),
            inner.clone().prop_map(|a| format!("sqrt(({a})^2) rounded down to 1 kWh")),
            inner.clone().prop_map(|a| format!("(max per reading {a})")),
            inner.prop_map(|a| format!("clamp(({a} rounded half even to 1 p), 3 p, {a})")),
        ]
    })
}

/// Amounts of money, most of which check.
fn money() -> impl Strategy<Value = String> {
    const LEAVES: [&str; 20] = [
        "3.5 p",
        "44.836 p/day * days",
        "12 GBP/year * days / 365",
        "24.5 p/kWh * energy of import",
        "2 p/kWh * (energy of import in night - 3 kWh)",
        "16.37 GBP/kW * max(power of import in night)",
        "price import { -3 p/kWh }",
        "price import { night 3 p/kWh otherwise 2.718281828 p/kWh }",
        "price import in night per period, blocks { to 0.7 kWh/day above 3 2 p/kWh }",
        "price import per period, intervals { to 7 kWh above 3 2 p/kWh }",
        "price import per reading, intervals { to 5 Wh to 700 Wh above 1 3 2 p/kWh }",
        "price import per reading, blocks { to 5 Wh above night 1 3 p/kWh otherwise -2 1 p/kWh }",
        "price import per day, blocks in time order { to 5 Wh above night 1 3 p/kWh otherwise 2 1 p/kWh }",
        "price import per day, blocks prorated { to 5 kWh above night 1 3 p/kWh otherwise -2 1 p/kWh }",
        "3 GBP/kW * mean of 3 highest power of import in night",
        "(per day in night max(3 p, 1 p/kWh * energy of import))",
        "(per month prorated 3 GBP/kW/month * max(power of import))",
        "lookup by energy of import { to 5 kWh 3 GBP above (1 p/kWh * energy of import) }",
        "curve by energy of import in night { at 1 kWh 3 p at 7 kWh 2 p above -1 p/kWh }",
        "1 p/kWh * sqrt((energy of import)^2 + (energy of import in night)^2) rounded half even to 1 kWh",
    ];
    const FACTORS: [&str; 6] = ["5%", "0", "3 / 7", "-1", "days / 1 day", "123456789012345678"];
    prop::sample::select(&LEAVES[..]).prop_map(String::from).prop_recursive(5, 16, 2, |inner| {
        let factor = prop::sample::select(&FACTORS[..]);
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} + {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} - ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("min({a}, {b}, 3 p)")),
            (factor, inner.clone()).prop_map(|(factor, a)| format!("{factor} * ({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(if {a} > {b} then {a} else 3 p)")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("3 p * (ratio({a}, {b}) or 0.5)")),
            inner.prop_map(|a| format!("clamp({a}, 3 p, 7 GBP)")),
        ]
    })
}

const WORDS: [&str; 104] = [
    "tariff",
    "register",
    "gaps",
    "window",
    "charge",
    "total",
    "version",
    "1",
    "in",
    "GBP",
    ",",
    "zone",
    "Europe/London",
    "slot",
    "30",
    "min",
    "day",
    "from",
    "06:00",
    "import",
    "Wh",
    "below",
    "2",
    "^",
    "20",
    "refuse",
    "night",
    "=",
    "00:00",
    "-",
    "24:00",
    "every",
    "on",
    "Mon",
    "Fri",
    "and",
    "price",
    "{",
    "}",
    "17.181",
    "p/kWh",
    "otherwise",
    "p/day",
    "*",
    "days",
    "5",
    "%",
    "(",
    ")",
    "+",
    "/",
    "365",
    "GBP/year",
    "rounded",
    "half",
    "up",
    "even",
    "away",
    "zero",
    "down",
    "to",
    "p",
    "exact",
    "shown",
    "per",
    "period",
    "reading",
    "blocks",
    "intervals",
    "above",
    "kWh",
    "max",
    "power",
    "energy",
    "of",
    "\n",
    "\ntotal = ",
    "\ncharge energy = ",
    "define",
    "series",
    "carry",
    "if",
    "then",
    "else",
    "and",
    "or",
    "not",
    "<",
    ">=",
    "lookup",
    "curve",
    "by",
    "at",
    "sqrt",
    "ratio",
    "clamp",
    "mean",
    "highest",
    "day",
    "month",
    "prorated",
    "\ndefine x = ",
    "\nseries s = ",
    "x",
];

/// A tariff of these charges, all shown.
fn with_charges(amounts: &[String], end: usize) -> String {
    let head = GOOD[0].rsplit_once("charge").unwrap().0;
    let end = ["exact", "rounded half even to 1 p", "rounded down to 0.07 GBP"][end];
    let charge = |(n, amount): (usize, &String)| match n % 2 {
        0 => format!("charge c{n} = {amount}\n"),
        _ => format!("charge c{n} = {amount} rounded half up to 0.1 p shown\n"),
    };
    let lines: String = amounts.iter().enumerate().map(charge).collect();
    let sum = (0..amounts.len()).map(|n| format!("c{n}")).collect::<Vec<_>>().join(" + ");
    format!("{head}window night = 22:00-07:00 every day\n{lines}total = {sum} {end}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_survives(text in "(?s).{0,200}") {
        survive(&text);
    }

    #[test]
    fn any_words_survive(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..60)) {
        survive(&words.join(" "));
        survive(&format!("{}{}", GOOD[1].rsplit_once("total").unwrap().0, words.join(" ")));
    }

    #[test]
    fn any_amount_survives(words in prop::collection::vec(prop::sample::select(&WORDS[35..]), 1..12), other in 0..5usize) {
        let amount = words.join(" ");
        survive(&GOOD[other].replace("exact", &format!("+ {amount} exact")));
        survive(&GOOD[other].replacen("charge", &format!("charge more = {amount}\ncharge"), 1));
    }

    #[test]
    fn any_amount_that_reads_survives(amounts in prop::collection::vec(amount(), 1..3), end in 0..3usize) {
        survive(&with_charges(&amounts, end));
    }

    #[test]
    fn any_money_survives(amounts in prop::collection::vec(money(), 1..4), end in 0..3usize) {
        survive(&with_charges(&amounts, end));
    }

    #[test]
    fn a_tariff_with_a_hole_survives(other in 0..5usize, from in 0.0..1.0f64, length in 0..40usize, insert in ".{0,3}") {
        let source = GOOD[other];
        let from = (from * source.len() as f64) as usize;
        let cut = |at: usize| (0..=at.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap();
        survive(&format!("{}{insert}{}", &source[..cut(from)], &source[cut(from + length).max(cut(from))..]));
    }
}

#[test]
fn the_template_checks() {
    survive(template());
    assert!(Tariff::parse(template()).is_ok());
}

#[test]
fn a_tariff_of_two_thousand_lines() {
    let mut source = String::from(
        "tariff long version 1 in GBP, zone Europe/London, slot 30 min\nregister import in Wh, below 2^20\ngaps refuse\n",
    );
    for hour in 0..20 {
        source += &format!("window w{hour} = {hour:02}:00-{:02}:30 every day\n", hour + 1);
    }
    for charge in 0..659 {
        source += &format!(
            "charge c{charge} = price import {{\n  w{} {charge}.5 p/kWh\n  otherwise 3 p/kWh }}\n",
            charge % 20
        );
    }
    source += &format!(
        "total = {} rounded half up to 1 p\n",
        (0..659).map(|c| format!("c{c}")).collect::<Vec<_>>().join(" + ")
    );
    assert!(source.lines().count() >= 2_000);
    survive(&source);
    assert_eq!(program(&source, "2026-03").lines.len(), 659);
}

#[test]
fn a_megabyte_of_anything_is_read_through() {
    let head = "tariff long version 1 in GBP, zone Europe/London, slot 30 min\nregister import in Wh, below 2^20\ngaps refuse\n";
    let fill = |piece: &str| format!("{head}{}", piece.repeat((1 << 20) / piece.len() - head.len()));
    for piece in ["(", "charge a = b\n", "total = x + ", "-", "window w = 00:00-07:00 every day\n", "a ", "1 ", "\n\n"]
    {
        survive(&fill(piece));
    }
    let numbered = |piece: &str| (0..25_000).map(|n| piece.replace('N', &n.to_string())).collect::<String>();
    for piece in ["charge cN = nameN\n", "charge cN = 1 p\n", "window wN = on Mon\n", "register rN in Wh, below 2^9\n"]
    {
        survive(&format!("{head}{}", numbered(piece)));
    }
    survive(&format!("{head}charge e = 1 p\ntotal = e{} exact", " + e".repeat(200_000)));
    survive(&format!("{head}total = 1 GBP{} exact", " * 1".repeat(200_000)));
    survive(&format!("{head}total = {}1 GBP exact", "-".repeat(500_000)));
    survive(&format!("{head}total = {}1 GBP exact", "if 2 GBP < 1 GBP then 3 GBP else ".repeat(30_000)));
    survive(&format!("{head}total = if 1 < 2{} then 1 GBP else 2 GBP exact", " and not not 1 < 2".repeat(50_000)));
    survive(&format!("{head}total = {}1 GBP exact", "per day ".repeat(100_000)));
    survive(&format!("{head}total = {}1 GBP exact", "if 1 < ".repeat(100_000)));
    survive(&format!("{head}total = 1 GBP * {}1{} exact", "max(1, (".repeat(16), "))".repeat(16)));
    let rows = "to 1 kWh 1 GBP ".repeat(60_000);
    survive(&format!("{head}total = lookup by energy of import {{ {rows} above 1 GBP }} exact"));
    survive(&format!("{head}total = {}1 GBP{} exact", "(".repeat(32), ")".repeat(32)));
}
