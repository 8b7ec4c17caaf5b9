//! Dated data, carried values, gaps, the lint and the explanation, as they are typed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use serde_json::{Value, json};
use support::{Place, fields};

/// Two colours of days, a figure, and what earlier bills showed of it.
const COLOURS: &str = "\
tariff colours version 1 in GBP, zone Europe/London, slot 30 min
register import in Wh, below 2^20
gaps at 250 Wh
data colour: one of blue, red per day
window red = 00:00-24:00 every day when colour is red
define month = energy of import rounded half up to 1 kWh shown
carry used in kWh, below 100000 kWh, sum of month since 1 Apr
# dear days cost more
charge energy = price import { red 60 p/kWh  otherwise 20 p/kWh }
charge annual = 1 p/kWh * used
total = energy + annual rounded half up to 1 p
";
const DATA: &str = "date,value\n2026-05-01,blue\n2026-05-02,red\n2026-05-03,blue\n";
const PERIOD: &str = "2026-05-01..2026-05-03";

/// A household of two days and one more, with the tariff and its data as files.
fn place() -> Place {
    let place = Place::new();
    place.household(2);
    place.write("colours.tariff", COLOURS);
    place.write("colour.csv", DATA);
    place
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn data_are_published_listed_and_never_changed() {
    let place = place();
    let published = place.done("tariff data colour colour.csv");
    let note = "no published tariff declares data `colour`";
    assert_eq!(published, json!({"name": "colour", "new": 3, "rows": 3, "note": note}));
    place.done("tariff publish colours.tariff");
    place.write("typed.csv", DATA.replace("01,blue", "01,bleu").replace("2026-05", "2026-06"));
    assert_eq!(place.fails("tariff data colour typed.csv"), (2, "data-value".into()));
    assert!(place.run("tariff data colour typed.csv").err.contains("did you mean `blue`?"));
    assert_eq!(place.done("tariff data colour colour.csv")["new"], 0);
    let listed = place.done("list data");
    assert_eq!(fields(&listed[0]), ["first", "header", "last", "name", "rows"]);
    assert_eq!((&listed[0]["rows"], &listed[0]["last"]), (&json!(3), &json!("2026-05-03")));
    place.write("other.csv", DATA.replace("01,blue", "01,red"));
    assert_eq!(place.fails("tariff data colour other.csv"), (2, "data-conflict".into()));
    let ran = place.run("tariff data colour other.csv");
    assert!(ran.err.contains("`colour`") && ran.err.contains("2026-05-01"), "{}", ran.err);
    place.write("junk.csv", "when,what\n");
    assert_eq!(place.fails("tariff data colour junk.csv"), (2, "data-header".into()));
    assert_eq!(place.fails("tariff data Colour colour.csv"), (2, "data-name".into()));
    assert_eq!(place.fails("tariff data colour no.csv"), (2, "file-unreadable".into()));
}

#[test]
fn prices_take_data_from_the_command_or_from_the_store() {
    let place = place();
    let order = format!("tariff price colours.tariff --readings home.csv --period {PERIOD}");
    assert_eq!(place.fails(&order), (2, "data-missing".into()));
    assert!(place.run(&order).err.contains("--data NAME=CSV"));
    let priced = place.done(&format!("{order} --data colour=colour.csv"));
    assert_eq!(
        fields(&priced),
        ["carried", "currency", "figures", "gaps", "lines", "period", "slots", "tariff", "total"]
    );
    place.done("tariff data colour colour.csv");
    assert_eq!(place.done(&order), priced);
    assert_eq!(place.fails(&format!("{order} --data wind=colour.csv")), (2, "no-such-data".into()));
    assert_eq!(place.fails(&format!("{order} --data colour")), (2, "not-named".into()));

    assert_eq!(priced["carried"], json!([{"name": "used", "amount": "0", "unit": "kWh"}]));
    assert_eq!((&priced["figures"][0]["name"], &priced["figures"][0]["unit"]), (&json!("month"), &json!("kWh")));
    let later = place.done(&format!("{order} --carried used=1234"));
    assert!((number(&later["total"]) - number(&priced["total"]) - 12.34).abs() < 1e-9, "{later}");
    assert_eq!(place.fails(&format!("{order} --carried spent=1")), (2, "no-such-carry".into()));
    assert_eq!(place.fails(&format!("{order} --carried used=1.5")), (2, "not-a-whole-number".into()));
    assert_eq!(place.fails(&format!("{order} --carried used=100000")), (2, "carried-too-large".into()));

    place.write("flat.tariff", support::TARIFF);
    let compare = format!("tariff compare colours.tariff flat.tariff --readings home.csv --period {PERIOD}");
    let compared = place.done(&format!("{compare} --data colour=colour.csv --carried used=1234"));
    let totals: Vec<f64> = compared.as_array().unwrap().iter().map(|bill| number(&bill["total"])).collect();
    assert!(totals.len() == 2 && totals[0] <= totals[1]);
    assert_eq!(place.fails(&format!("{compare} --data wind=colour.csv")), (2, "no-such-data".into()));
}

#[test]
fn lines_that_are_not_rounded_keep_their_minor_unit() {
    let place = Place::new();
    place.household(2);
    let text = support::TARIFF.replace("rounded half up to 1 p", "rounded half up to 1 GBP");
    place.write("pounds.tariff", text.replace("40 p/day", "40.125 p/day"));
    let order = format!("tariff price pounds.tariff --readings home.csv --period {PERIOD}");
    let priced = place.done(&order);
    assert_eq!(fields(&priced["lines"][0]), ["amount", "exact", "name"]);
    assert_eq!(priced["lines"][1], json!({"name": "standing", "amount": "0.80", "exact": "0.8025"}));
    assert!(priced["total"].as_str().unwrap().ends_with(".00"));
    let note = "lines are not rounded in this tariff; they are shown to 0.01 GBP";
    assert_eq!(priced["note"], note);
    assert!(place.run(&order).out.contains(note));
}

#[test]
fn a_period_that_is_not_billed_is_no_mistake_of_the_tariff() {
    let place = Place::new();
    place.household(2);
    place.write("monthly.tariff", support::TARIFF.replace("slot 30 min", "slot 30 min, bills per month"));
    let order = "tariff price monthly.tariff --readings home.csv";
    assert_eq!(place.fails(order), (2, "not-a-month".into()));
    let told = place.run(order).err;
    assert!(told.contains("give --period 2026-05") && !told.contains("mistake"), "{told}");
    assert_eq!(
        place.fails(&format!(
            "{} --period {PERIOD}",
            order.replace("price", "explain").replace(" --readings home.csv", "")
        )),
        (2, "not-a-month".into())
    );
}

#[test]
fn assignments_are_remarked_on_and_listed() {
    let place = Place::settled(2);
    let narrow = support::TARIFF.replace("tariff flat", "tariff narrow").replace("2^20", "2^18");
    place.write("narrow.tariff", narrow);
    place.done("tariff publish narrow.tariff");
    let assigned = place.done("tariff assign home narrow --from 2026-05-02");
    assert_eq!(fields(&assigned), ["already", "from", "meter", "notes", "tariff", "version"]);
    assert_eq!(assigned["notes"].as_array().unwrap().len(), 1);
    assert!(place.run("tariff assign home narrow --from 2026-05-02").out.contains("bills no period with a reading"));
    let listed = place.done("list assignments --meter home");
    let first = json!({
        "meter": "home", "tariff": "flat", "version": 1, "from": "2026-05-01", "zone": "Europe/London"
    });
    assert_eq!((&listed[0], listed.as_array().unwrap().len()), (&first, 2));
    let csv = place.run("list assignments --csv --limit 1").out;
    assert_eq!(csv, "meter,tariff,version,from,zone\nhome,flat,1,2026-05-01,Europe/London\n");
    assert_eq!(place.fails("list assignments --meter no"), (2, "meter-unknown".into()));
}

#[test]
fn a_bill_replaces_only_one_of_its_period() {
    let place = Place::settled(2);
    let order = format!("bill prove --meter home --period {PERIOD} --key-file home.key -o");
    place.write("notes.bill", "mine");
    assert_eq!(place.fails(&format!("{order} notes.bill")), (2, "file-exists".into()));
    assert_eq!(place.read("notes.bill"), b"mine");
    place.done(&format!("{order} x.bill"));
    place.done(&format!("{order} x.bill"));
    let part = "bill prove --meter home --period 2026-05-01..2026-05-02 --key-file home.key -o x.bill";
    assert_eq!(place.fails(part), (2, "file-exists".into()));
}

#[test]
fn an_empty_value_is_priced_by_the_rule_for_gaps() {
    let place = place();
    let text = String::from_utf8(place.read("home.csv")).unwrap();
    let holed = text.lines().enumerate().map(|(line, row)| match line {
        20 | 30 => format!("{},\n", row.split_once(',').unwrap().0),
        _ => format!("{row}\n"),
    });
    place.write("holed.csv", holed.collect::<String>());
    let order = format!("tariff price colours.tariff --period {PERIOD} --data colour=colour.csv --readings");
    assert_eq!(place.done(&format!("{order} home.csv"))["gaps"], 0);
    assert_eq!(place.done(&format!("{order} holed.csv"))["gaps"], 2);
    assert!(place.run(&format!("{order} holed.csv")).out.contains("2 settlement periods without a reading, estimated"));
}

#[test]
fn an_explanation_tells_lines_reasons_and_comments() {
    let place = place();
    let explained = place.done(&format!("tariff explain colours.tariff --period {PERIOD} --data colour=colour.csv"));
    for field in
        ["k", "linked_rows", "proof_bytes", "bits_disclosed", "bits_held", "costs", "cheaper", "amounts", "steps"]
    {
        assert!(!explained[field].is_null(), "{field}");
    }
    let costs = explained["costs"].as_array().unwrap();
    let names: Vec<&str> = costs.iter().map(|cost| cost["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["energy", "annual", "total"]);
    assert_eq!((&costs[0]["rows"], &costs[0]["comment"]), (&json!(0), &json!("dear days cost more")));
    assert_eq!(costs[2]["because"], json!([{"kind": "rounding", "count": 1}]));
    let amounts: Vec<&str> =
        explained["amounts"].as_array().unwrap().iter().map(|amount| amount["name"].as_str().unwrap()).collect();
    assert_eq!(amounts, ["total", "month"]);
    let told = place.run(&format!("tariff explain colours.tariff --period {PERIOD} --data colour=colour.csv")).out;
    assert!(told.contains("# dear days cost more") && told.contains("linear, outside the circuit"), "{told}");
}

#[test]
fn the_lint_finds_what_gives_readings_away() {
    let place = Place::new();
    place.write("flat.tariff", support::TARIFF);
    let clean = place.done("tariff lint flat.tariff");
    assert_eq!((&clean["period"], &clean["findings"]), (&json!("2026-05-01..2026-06-01"), &json!([])));
    assert_eq!(fields(&clean), ["amounts", "bits_disclosed", "bits_held", "findings", "period", "tariff"]);
    assert_eq!(fields(&clean["amounts"][0]), ["bits", "largest_share", "name", "slots", "sums"]);
    let probing = support::TARIFF
        .replace("charge energy", "window probe = 08:00-08:30 on Fri\ncharge energy")
        .replace("import {", "import in probe {");
    place.write("probe.tariff", probing);
    let ran = place.run("tariff lint probe.tariff --period 2026-05-01..2026-05-08 --json");
    let finding = &ran.json()["findings"][0];
    assert_eq!((ran.code, &finding["code"], &finding["refused"]), (1, &json!("gives-readings-away"), &json!(true)));
    assert_eq!((&finding["line"], &finding["column"]), (&json!(7), &json!(1)));
    let told = place.run("tariff lint probe.tariff --period 2026-05-01..2026-05-08");
    assert!(told.err.contains("the slot at 2026-05-01T07:00:00Z can make up 100 % of it"), "{}", told.err);
    assert_eq!(place.fails("tariff lint probe.tariff --period May"), (2, "period-unreadable".into()));
    assert_eq!(place.fails("tariff lint no.tariff"), (2, "file-unreadable".into()));
}

#[test]
fn a_customers_device_does_not_prove_what_gives_readings_away() {
    let place = Place::settled_under(
        2,
        &support::TARIFF
            .replace("charge energy", "window probe = 08:00-08:30 on Fri\ncharge energy")
            .replace("import {", "import in probe {"),
    );
    let order = format!("bill prove --meter home --period {PERIOD} --key-file home.key -o x.bill");
    assert_eq!(place.fails(&order), (1, "bill-gives-readings-away".into()));
    assert!(!place.path("x.bill").exists());
    place.done(&format!("{order} --disclose-anyway"));
    assert_eq!(place.done("bill verify x.bill")[0]["verdict"], "accepted");
}

#[test]
fn a_ledger_beside_the_store_counts_what_bills_say() {
    let place = Place::settled(2);
    let order = format!("bill prove --meter home --period {PERIOD} --key-file home.key -o x.bill");
    let bits = place.done(&order)["bits_disclosed"].as_f64().unwrap();
    assert!(place.path("store.ledger").exists() && (15.0..30.0).contains(&bits), "{bits}");
    place.done(&format!("{order} --budget 30"));
    let part = "bill prove --meter home --period 2026-05-01..2026-05-02 --key-file home.key -o y.bill";
    assert_eq!(place.fails(&format!("{part} --budget 30")), (1, "ledger-budget".into()));
    assert!(!place.path("y.bill").exists());
    place.done(part);
    place.write("store.ledger", "junk\n");
    assert_eq!(place.fails(part), (2, "ledger-malformed".into()));
}

#[test]
fn state_goes_from_bill_to_bill() {
    let place = Place::settled_under(2, COLOURS);
    place.write("colour.csv", DATA);
    place.done("tariff data colour colour.csv");
    let prove = |period: &str, store: &str| {
        format!("bill prove --meter home --period {period} --key-file home.key -o {period}.bill --store {store}")
    };
    let (first, second) = ("2026-05-01..2026-05-02", "2026-05-02..2026-05-03");
    assert_eq!(place.fails(&prove(second, "store.redb")), (1, "earlier-bill-missing".into()));
    let proved = place.done(&prove(first, "store.redb"));
    assert_eq!((&proved["carried"][0]["amount"], &proved["gaps"]), (&json!("0"), &json!(0)));
    let shown = &proved["figures"][0];
    assert_eq!((&shown["name"], &shown["unit"]), (&json!("month"), &json!("kWh")));
    let verdict = place.done(&format!("bill verify {first}.bill"));
    assert_eq!((&verdict[0]["verdict"], &verdict[0]["gaps"]), (&json!("accepted"), &json!(0)));

    // The customer's own store learns it from the export.
    let given = place.done(&format!("export --meter home --period {second} -o given"));
    assert_eq!(given["unbilled"], Value::Null);
    let files: Vec<&str> = given["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    assert!(
        files.iter().any(|file| file.ends_with("colour.data")) && files.iter().any(|file| file.ends_with(".receipt"))
    );
    place.done("import given --store customer.redb");
    let proved = place.done(&prove(second, "customer.redb"));
    assert_eq!(proved["carried"][0]["amount"], shown["amount"]);
    let sheet = place.done(&format!("bill show {second}.bill"));
    assert_eq!((&sheet["carried"], &sheet["figures"]), (&proved["carried"], &proved["figures"]));
    assert_eq!((&sheet["gaps"], sheet["disclosed"].as_array().unwrap().len()), (&json!(0), 2));
    assert_eq!(place.done(&format!("bill verify {second}.bill"))[0]["verdict"], "accepted");
}
