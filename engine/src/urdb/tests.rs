use serde_json::json;

use super::*;
use crate::refusal::Refusal;

fn options() -> Options {
    Options { zone: "America/New_York".into(), slot: 30, climb: None, export: false }
}

fn grid(period: usize) -> Value {
    json!(vec![vec![period; 24]; 12])
}

/// Weekdays from 16:00 to 20:00 in period 1, the rest in period 0.
fn peak() -> Value {
    let hours: Vec<usize> = (0..24).map(|hour| usize::from((16..20).contains(&hour))).collect();
    json!(vec![hours; 12])
}

/// Two periods with two tiers, demand both ways, a fixed charge.
fn honest() -> Value {
    json!({
        "label": "53ac8daa5257a3406ac32a35",
        "name": "Time of use, 2 tiers",
        "utility": "Example Electric",
        "energyratestructure": [
            [{"max": 100, "rate": 0.1, "adj": 0.01}, {"rate": 0.2, "adj": 0.01}],
            [{"max": 100, "rate": 0.3, "sell": 0.04}, {"rate": 0.4, "sell": 0.04}],
        ],
        "energyweekdayschedule": peak(),
        "energyweekendschedule": grid(0),
        "flatdemandstructure": [[{"max": 2.5, "rate": 1}, {"rate": 2}]],
        "flatdemandmonths": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        "flatdemandunit": "kW",
        "demandratestructure": [[{"rate": 0}], [{"rate": 7.5}]],
        "demandweekdayschedule": peak(),
        "demandweekendschedule": grid(0),
        "fixedchargefirstmeter": 12,
        "fixedchargeunits": "$/month",
        "minmonthlycharge": 0,
        "approved": true,
        "startdate": 1401580800.0,
    })
}

fn run(rate: &Value, options: &Options) -> Result<Imported, UrdbRefusal> {
    import(rate.to_string().as_bytes(), options)
}

/// The honest rate with some fields set; `null` takes one out.
fn with(fields: Value) -> Value {
    let mut rate = honest();
    for (name, value) in fields.as_object().unwrap() {
        rate[name] = value.clone();
    }
    rate
}

fn changed(fields: Value) -> UrdbRefusal {
    run(&with(fields), &options()).unwrap_err()
}

fn text(rate: &Value, options: &Options) -> String {
    run(rate, options).unwrap().text
}

#[test]
fn a_rate_becomes_a_text_that_people_read() {
    let imported = run(&honest(), &options()).unwrap();
    assert_eq!(imported.name, "time_of_use_2_tiers");
    assert_eq!(imported.not_billed, ["sell: exported energy is not credited"]);
    let wanted = "\
# Time of use, 2 tiers
# Example Electric
# OpenEI Utility Rate Database, rate 53ac8daa5257a3406ac32a35
# Prices are rate and adjustment together.
# Not billed here, though the rate names it:
#   sell: exported energy is not credited
tariff time_of_use_2_tiers version 1 in USD, zone America/New_York, slot 30 min
register import in Wh, below 2^20
gaps refuse

window period_1 = 16:00-20:00 on Mon-Fri
window demand_period_1 = 16:00-20:00 on Mon-Fri

# Tiers rise by the same steps in all periods of a month: prices of the first tier, then what the others add.
charge energy = price import {
        period_1    0.3    USD/kWh
        otherwise   0.11   USD/kWh }
    + price import per month, blocks {
        to 100 kWh   above
        0            0.1     USD/kWh }
charge demand_flat = per month curve by max(power of import) { at 0 kW 0 USD   at 2.5 kW 2.5 USD   above 2 USD/kW }
charge demand_tou = per month 7.5 USD/kW * max(power of import in demand_period_1)
charge fixed = per month 12 USD/month
charge minimum_topup = 0 USD
total = (energy + demand_flat + demand_tou + fixed + minimum_topup  rounded half up to 0.000001 USD)
    rounded half up to 0.01 USD
";
    assert_eq!(imported.text, wanted);
}

#[test]
fn tiers_that_rise_differently_need_a_rule() {
    let steps = with(json!({"energyratestructure": [
        [{"max": 100, "rate": 0.1}, {"rate": 0.2}],
        [{"max": 100, "rate": 0.3}, {"rate": 0.5}],
    ]}));
    let refusal = run(&steps, &options()).unwrap_err();
    assert_eq!(refusal, UrdbRefusal::TiersNeeded { month: "January", one: 0, other: 1 });
    let prorated = text(&steps, &Options { climb: Some(Climb::Prorate), ..options() });
    assert!(prorated.contains("price import per month, blocks prorated {"), "{prorated}");
    let in_order = text(&steps, &Options { climb: Some(Climb::Sequential), ..options() });
    assert!(in_order.contains("price import per month, blocks in time order {"), "{in_order}");
}

#[test]
fn minimums_top_up_months_and_december() {
    let daily = with(json!({"mincharge": 0.5, "minchargeunits": "$/day", "minmonthlycharge": null}));
    let wanted = "charge minimum_topup = max((per month 0.5 USD/month * 365 / 12) - (energy + demand_flat + demand_tou + fixed), 0 USD)\n";
    assert!(text(&daily, &options()).contains(wanted), "{}", text(&daily, &options()));
    let annual = text(&with(json!({"annualmincharge": 700})), &options());
    let wanted = "charge minimum_topup = if (per month in dec 1) > 0 then max(700 USD - this_year - before_topup, 0 USD) else 0 USD\n";
    assert!(annual.contains(wanted), "{annual}");
}

#[test]
fn what_readings_do_not_tell_is_named() {
    let rate = with(json!({
        "coincidentratestructure": [[{"rate": 0.79}]],
        "coincidentschedule": grid(0),
        "fixedchargeeaaddl": 3,
        "demandattrs": [{"Discount at 33 kV": "-0.14"}],
        "demandwindow": 15,
    }));
    let imported = run(&rate, &options()).unwrap();
    let wanted = [
        "coincidentratestructure: demand in the hour of the utility's own peak",
        "fixedchargeeaaddl 3: each meter beside the first",
        "demandattrs: Discount at 33 kV: -0.14",
        "sell: exported energy is not credited",
    ];
    assert_eq!(imported.not_billed, wanted);
    assert!(wanted.iter().all(|what| imported.text.contains(what)), "{}", imported.text);
    assert!(imported.text.contains("measures demand over 15 minutes"), "{}", imported.text);
    let nothing = with(json!({"coincidentratestructure": [[{"rate": 0}]], "demandreactivepowercharge": 0.0}));
    assert_eq!(run(&nothing, &options()).unwrap().not_billed.len(), 1);
}

#[test]
fn comments_cannot_become_statements() {
    let name = "x\ncharge energy = 0 USD\r\u{2028}#";
    let rate = with(json!({"name": name, "utility": "y\n\n", "source": "z".repeat(5000)}));
    let text = text(&rate, &options());
    assert!(text.lines().all(|line| line.chars().count() <= 130), "{text}");
    assert_eq!(text.matches("\ncharge energy").count(), 1);
    assert!(text.contains("\ntariff x_charge_energy_0_usd version 1"), "{text}");
}

#[test]
fn names_are_made_of_what_there_is() {
    let cases =
        [("", "urdb_rate"), ("42", "urdb_rate"), ("E-19 (Secondary)", "e_19_secondary"), ("3 Phase", "phase_rate")];
    for (name, wanted) in cases {
        assert_eq!(slug(name), wanted, "{name}");
    }
    assert_eq!(slug("A - Residential Service -Senior Citizen - Low Income"), "a_residential_service_senior");
    assert_eq!(slug(&"x".repeat(50)), "x".repeat(32));
    assert_eq!(slug("charge"), "charge_rate");
}

#[test]
fn an_answer_with_one_item_is_a_rate() {
    let one = json!({"items": [honest()]});
    assert_eq!(run(&one, &options()).unwrap(), run(&honest(), &options()).unwrap());
    let several = json!({"items": [honest(), honest()]});
    assert_eq!(run(&several, &options()).unwrap_err(), UrdbRefusal::NotOneRate { count: 2 });
    assert_eq!(run(&json!({"items": []}), &options()).unwrap_err(), UrdbRefusal::NotOneRate { count: 0 });
}

#[test]
fn each_change_to_an_honest_rate_has_its_refusal() {
    use UrdbRefusal::*;
    let field = |name: &str| name.to_owned();
    let energy = || field("energyratestructure");
    assert_eq!(import(b"{\"a\": 1,\n}", &options()), Err(NotJson { line: 2, column: 1 }));
    assert_eq!(import(b"[]", &options()).unwrap_err().code(), "urdb-not-json");
    assert_eq!(import(b"{}", &options()), Err(NotARate));
    assert_eq!(import(b"{\"a\": 1, \"a\": 2}", &options()), Err(Twice { field: "a".into() }));
    assert_eq!(changed(json!({"energyratestructure": []})), NotARate);
    assert_eq!(changed(json!({"energyratestructure": 1})), WrongKind { field: energy(), wanted: "a list" });
    let wanted = "a list of periods, each a list of tiers";
    assert_eq!(changed(json!({"energyratestructure": [1]})), WrongKind { field: energy(), wanted });
    let wrong = WrongKind { field: field("energyratestructure[0][0].rate"), wanted: "a number" };
    assert_eq!(changed(json!({"energyratestructure": [[{"rate": "0.1"}], [{"rate": 1}]]})), wrong);
    let wrong = WrongKind { field: field("energyratestructure[1][0]"), wanted: "a tier" };
    assert_eq!(changed(json!({"energyratestructure": [[{"rate": 1}], [2]]})), wrong);
    assert_eq!(
        changed(json!({"name": "x", "mincharge": "5"})),
        WrongKind { field: field("mincharge"), wanted: "a number" }
    );
    assert_eq!(changed(json!({"currency": 1})), WrongKind { field: field("currency"), wanted: "text" });
    assert_eq!(changed(json!({"surcharge": 0.1})), UnknownField { field: field("surcharge") });
    let tier = json!([[{"rate": 1, "credit": 2}], [{"rate": 1}]]);
    assert_eq!(
        changed(json!({"energyratestructure": tier})),
        UnknownField { field: field("energyratestructure[0][0].credit") }
    );
    assert_eq!(changed(json!({"currency": "EURO"})), Currency("EURO".into()));
    let long: Value = serde_json::from_str("1.2345678901234567891").unwrap();
    assert_eq!(changed(json!({"fixedchargefirstmeter": long})), Digits { field: field("fixed charge") });
    assert_eq!(run(&honest(), &Options { slot: 20, ..options() }), Err(Slot(20)));
    assert_eq!(
        run(&with(json!({"energyratestructure": [[{"rate": 1}], [{"rate": 1}]]})), &Options { slot: 5, ..options() })
            .err(),
        None
    );
}

#[test]
fn each_wrong_schedule_has_its_refusal() {
    use UrdbRefusal::*;
    let missing =
        |structure: &str, schedule: &str| NoSchedule { structure: structure.into(), schedule: schedule.into() };
    let weekday = "energyweekdayschedule";
    assert_eq!(changed(json!({weekday: null})), missing("energyratestructure", weekday));
    assert_eq!(
        changed(json!({"demandweekendschedule": null})),
        missing("demandratestructure", "demandweekendschedule")
    );
    assert_eq!(changed(json!({"flatdemandmonths": null})), missing("flatdemandstructure", "flatdemandmonths"));
    let shape = |field: &str, wanted| ScheduleShape { field: field.into(), wanted };
    let year = "12 months of 24 hours each";
    assert_eq!(changed(json!({weekday: vec![vec![0; 24]; 11]})), shape(weekday, year));
    assert_eq!(changed(json!({weekday: vec![vec![0; 23]; 12]})), shape(weekday, year));
    assert_eq!(changed(json!({weekday: vec![0; 12]})), shape(weekday, year));
    assert_eq!(changed(json!({"flatdemandmonths": vec![0; 13]})), shape("flatdemandmonths", "12 months"));
    assert_eq!(changed(json!({"fueladjustmentsmonthly": [0.1]})), shape("fueladjustmentsmonthly", "12 months"));
    let structure = "energyratestructure".to_owned();
    let undefined = UndefinedPeriod { field: weekday.into(), period: 2, structure };
    assert_eq!(changed(json!({weekday: grid(2)})), undefined);
    for wrong in [json!(-1), json!(0.5), json!("0")] {
        assert_eq!(changed(json!({weekday: vec![vec![wrong; 24]; 12]})).code(), "urdb-wrong-kind");
    }
}

#[test]
fn each_wrong_tier_has_its_refusal() {
    use UrdbRefusal::*;
    let field = || "energyratestructure".to_owned();
    let tiers = |first: Value| changed(json!({"energyratestructure": [first, [{"max": 100, "rate": 1}, {"rate": 2}]]}));
    assert_eq!(tiers(json!([])), MissingRate { field: field(), period: 0, tier: 1 });
    assert_eq!(tiers(json!([{"max": 100, "rate": 1}, {"adj": 2}])), MissingRate { field: field(), period: 0, tier: 2 });
    assert_eq!(
        tiers(json!([{"max": 100, "rate": 1}, {"max": 300, "rate": 2}])),
        BoundedLastTier { field: field(), period: 0 }
    );
    assert_eq!(tiers(json!([{"rate": 1}, {"rate": 2}])), OpenTier { field: field(), period: 0, tier: 1 });
    for bounds in [[200, 100], [100, 100], [0, 100], [-5, 100]] {
        let falling = json!([{"max": bounds[0], "rate": 1}, {"max": bounds[1], "rate": 1}, {"rate": 2}]);
        assert_eq!(tiers(falling), FallingBounds { field: field(), period: 0 }, "{bounds:?}");
    }
    let mixed =
        json!([{"max": 9, "unit": "kWh daily", "rate": 1}, {"max": 100, "unit": "kWh", "rate": 1}, {"rate": 2}]);
    assert_eq!(tiers(mixed), MixedUnits { field: field(), period: 0 });
    let unequal = UnequalTiers { month: "January", one: 0, other: 1 };
    assert_eq!(tiers(json!([{"max": 150, "rate": 1}, {"rate": 2}])), unequal);
    assert_eq!(tiers(json!([{"rate": 1}])), unequal);
    assert_eq!(tiers(json!([{"max": 100, "unit": "kWh daily", "rate": 1}, {"rate": 2}])), unequal);
    let unit = EnergyUnit { field: field(), unit: "kWh/kW daily".into() };
    assert_eq!(tiers(json!([{"max": 100, "unit": "kWh/kW daily", "rate": 1}, {"rate": 2}])), unit);
    // SAM's mark of a tier without end is none.
    let endless = with(json!({"energyratestructure": [[{"max": 1e38, "rate": 1}], [{"rate": 2}]]}));
    assert!(run(&endless, &options()).is_ok());
    let bounded = changed(json!({"flatdemandstructure": [[{"max": 3, "rate": 1}]]}));
    assert_eq!(bounded, BoundedLastTier { field: "flatdemandstructure".into(), period: 0 });
}

#[test]
fn each_charge_that_cannot_be_said_has_its_refusal() {
    use UrdbRefusal::*;
    let unit = |field: &str, unit: &str| DemandUnit { field: field.into(), unit: unit.into() };
    assert_eq!(changed(json!({"flatdemandunit": "hp"})), unit("flatdemandunit", "hp"));
    assert_eq!(changed(json!({"flatdemandunit": null, "flatDemandUnits": "hp"})), unit("flatdemandunits", "hp"));
    assert_eq!(changed(json!({"demandrateunit": "kVA"})), unit("demandrateunit", "kVA"));
    assert_eq!(
        changed(json!({"flatdemandstructure": [[{"rate": 1, "unit": "kW daily"}]]})),
        unit("flatdemandstructure", "kW daily")
    );
    let free = json!({"flatdemandunit": "hp", "flatdemandstructure": [[{"rate": 0}]]});
    assert!(run(&with(free), &options()).is_ok());
    let charge = |field: &str, unit: Option<&str>| ChargeUnit { field: field.into(), unit: unit.map(str::to_owned) };
    assert_eq!(changed(json!({"fixedchargeunits": null})), charge("fixedchargeunits", None));
    assert_eq!(changed(json!({"fixedchargeunits": "$/kW"})), charge("fixedchargeunits", Some("$/kW")));
    assert_eq!(changed(json!({"mincharge": 5})), charge("minchargeunits", None));
    let two = |one, other| TwoCharges { one, other };
    assert_eq!(changed(json!({"fixedmonthlycharge": 12})), two("fixedchargefirstmeter", "fixedmonthlycharge"));
    let minimum = json!({"mincharge": 5, "minchargeunits": "$/month", "minmonthlycharge": 5});
    assert_eq!(changed(minimum), two("mincharge", "minmonthlycharge"));
    let minimum = json!({"mincharge": 5, "minchargeunits": "$/year", "annualmincharge": 5});
    assert_eq!(changed(minimum), two("mincharge", "annualmincharge"));
    let ratchets =
        [("demandratchetpercentage", json!([0, 0.8])), ("lookbackpercent", json!(0.5)), ("lookbackrange", json!(11))];
    for (field, value) in ratchets {
        assert_eq!(changed(json!({field: value})), Ratchet { field });
    }
    for field in ["demandreactivepowercharge", "demandreactpwrcharge"] {
        assert_eq!(changed(json!({field: 0.66})), ReactivePower { field });
    }
    assert!(
        run(&with(json!({"demandratchetpercentage": vec![0; 12], "lookbackmonths": vec![false; 12]})), &options())
            .is_ok()
    );
}

#[test]
fn export_is_credited_where_the_rate_prices_it() {
    use UrdbRefusal::*;
    let export = Options { export: true, ..options() };
    let text = text(&honest(), &export);
    assert!(text.contains("register export in Wh, below 2^20"), "{text}");
    assert!(text.contains("charge export = -price export {"), "{text}");
    assert_eq!(run(&honest(), &export).unwrap().not_billed, [""; 0]);
    for rule in ["Net Metering", "Net Billing Hourly"] {
        assert_eq!(run(&with(json!({"dgrules": rule})), &export).unwrap_err(), ExportRule { rule: rule.into() });
        assert!(run(&with(json!({"dgrules": rule})), &options()).is_ok());
    }
    let tiers = json!({"energyratestructure": [
        [{"max": 100, "rate": 0.1, "sell": 0.1}, {"rate": 0.2}],
        [{"max": 100, "rate": 0.1}, {"rate": 0.2}],
    ]});
    assert_eq!(run(&with(tiers), &export).unwrap_err(), SellTiers { period: 0 });
}

#[test]
fn what_is_of_a_whole_bill_is_of_a_months() {
    let head = "slot 30 min, bills per month\n";
    assert!(!text(&honest(), &options()).contains(head));
    assert!(text(&with(json!({"minmonthlycharge": 5})), &options()).contains(head));
    let hours_use = json!([{"max": 150, "unit": "kWh/kW", "rate": 0.1}, {"rate": 0.2}]);
    let rate = with(json!({"energyratestructure": [hours_use, hours_use]}));
    let text = text(&rate, &options());
    assert!(text.contains(head) && text.contains("to 150 kWh/kW of peak_demand"), "{text}");
}

#[test]
fn names_of_fields_may_be_in_any_case() {
    let mut rate = honest();
    rate["lookbackPercent"] = json!(0.8);
    assert_eq!(run(&rate, &options()).unwrap_err(), UrdbRefusal::Ratchet { field: "lookbackpercent" });
    rate["lookbackPercent"] = json!(0);
    rate["lookbackpercent"] = json!(0);
    assert_eq!(run(&rate, &options()).unwrap_err(), UrdbRefusal::Twice { field: "lookbackpercent".into() });
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(honest().to_string().into_bytes());
    assert_eq!(import(&marked, &options()), run(&honest(), &options()));
}

#[test]
fn seasons_are_runs_of_months() {
    let summer = |month: usize| (5..9).contains(&month);
    let months: Vec<Vec<usize>> = (0..12).map(|month| vec![usize::from(summer(month)); 24]).collect();
    let rate = with(json!({
        "energyratestructure": [[{"rate": 0.1}], [{"max": 500, "rate": 0.1}, {"rate": 0.2}]],
        "energyweekdayschedule": months, "energyweekendschedule": months,
        "flatdemandstructure": [[{"rate": 0}], [{"rate": 4}]],
        "flatdemandmonths": [0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
        "demandratestructure": null,
        "fueladjustmentsmonthly": [0.001, 0.001, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.002],
    }));
    let text = text(&rate, &options());
    let wanted = "\
season oct_to_may = 1 Oct to 31 May
season jun_to_sep = 1 Jun to 30 Sep
season jan_to_feb = 1 Jan to 29 Feb
season dec = 1 Dec to 31 Dec

charge energy = price import in oct_to_may { 0.1 USD/kWh }
    + price import in jun_to_sep per month, blocks {
        to 500 kWh   above
        0.1          0.2     USD/kWh }
    + price import in jan_to_feb { 0.001 USD/kWh }
    + price import in dec { 0.002 USD/kWh }
charge demand_flat = per month in jun_to_sep 4 USD/kW * max(power of import)
charge demand_tou = 0 USD
";
    assert!(text.contains(wanted), "{text}");
}
