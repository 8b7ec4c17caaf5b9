//! Published look-up tables: their files, what is looked up in them, bills by them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::tables::{axis, levels, table};
use support::{Household, int};
use wattproof_circuits::data::{Data, DataRefusal, DataSet, MAX_BYTES, TableSet};
use wattproof_circuits::merkle::{TableRefusal, depth};
use wattproof_circuits::plan::Plan;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::{Node, Program, Ratio};
use wattproof_circuits::refusal::{ProofRefusal, ProveRefusal};
use wattproof_circuits::rule::{PriceError, evaluate};
use wattproof_circuits::tariff::{Inputs, Tariff};

const SMALL: &str = "to,value\n10,3\n15,-1\nabove,7\n";
/// Of the entries 3, −1, 7.
const ROOT: &str = "0x1a996860f177259373763744c0ff948e423e8ca84b56cd55e7f150da822a1138";

fn parse(text: &str) -> Result<TableSet, DataRefusal> {
    DataSet::parse(text.as_bytes()).map(|set| match set {
        DataSet::Table(table) => table,
        other => panic!("{other:?}"),
    })
}

fn tariff(declared: &str, amount: &str) -> Tariff {
    let text = format!(
        "tariff t version 1 in GBP, zone Europe/London, slot 30 min\nregister import in Wh, below 2^20\ngaps refuse\n\
         data steps: {declared}\ncharge e = {amount}\ntotal = e  rounded half up to 1 p\n"
    );
    Tariff::parse(&text).unwrap_or_else(|found| panic!("{found:#?}"))
}

fn steps() -> Tariff {
    let declared = format!("table of -1 to 7 every 1 GBP, by 10 to 15 every 5 kWh, root {ROOT}");
    tariff(&declared, "lookup steps by energy of import")
}

fn given(name: &str, file: &str) -> Data {
    let mut data = Data::new();
    data.insert(name, DataSet::parse(file.as_bytes()).unwrap());
    data
}

fn program(tariff: &Tariff, data: &Data) -> Program {
    let period = tariff.period("2026-03-02..2026-03-03").unwrap();
    tariff.program(&period, Inputs { data, ..Inputs::NONE }).unwrap_or_else(|found| panic!("{found:#?}"))
}

/// The published vector of `docs/protocol.md`.
#[test]
fn the_root_is_that_of_the_protocol() {
    assert_eq!(parse(SMALL).unwrap().root(), ROOT);
    let page = include_str!("../../docs/protocol.md");
    assert!(page.contains(ROOT));
    let whole = table(vec![axis(10, 5, 3)], int(1), &[3, -1, 7]);
    let root = levels(&whole).last().unwrap()[0];
    assert_eq!(format!("{root:?}"), ROOT);
}

#[test]
fn a_file_is_written_as_it_is_read() {
    let two = "to,to,value\n10,0.5,0.25\n10,above,0.50\nabove,0.5,-1.00\nabove,above,1.75\n";
    for (text, statement) in [
        (SMALL, format!("data t: table of -1 to 7 every 1 GBP,\n    by 10 to 15 every 5 kWh,\n    root {ROOT}")),
        (two, String::new()),
    ] {
        let file = parse(text).unwrap();
        assert_eq!(DataSet::Table(file.clone()).to_csv(), text);
        assert_eq!(parse(&text.replace('\n', "\r\n")).unwrap(), file);
        if !statement.is_empty() {
            assert_eq!(file.statement("t", &["kWh", "GBP"]).unwrap(), statement);
        }
        assert_eq!(file.statement("t", &["GBP"]), None);
    }
    let grid = parse(two).unwrap();
    assert_eq!((grid.decimals(), grid.values()), (2, &[25, 50, -100, 175][..]));
    let units = grid.statement("t", &["kWh", "", "%"]).unwrap();
    assert!(
        units.starts_with(
            "data t: table of -1.00 to 1.75 every 0.01 %,\n    by 10 to 10 every 1 kWh, 0.5 to 0.5 every 1,"
        )
    );
}

#[test]
fn files_that_are_no_tables() {
    let refused = |rows: &str| parse(&format!("to,to,value\n{rows}")).unwrap_err();
    let good = ["1,5,1", "1,above,2", "2,5,3", "2,above,4", "above,5,5", "above,above,6"];
    assert!(parse(&format!("to,to,value\n{}\n", good.join("\n"))).is_ok());
    let with = |at: usize, row: &str| {
        let mut rows = good.map(str::to_owned).to_vec();
        rows[at] = row.to_owned();
        refused(&rows.join("\n"))
    };
    for (at, row) in [(1, "1,4,2"), (2, "3,above,3"), (2, "0,5,3"), (3, "2,6,4"), (4, "3.5,5,5"), (3, "2,x,4")] {
        assert_eq!(with(at, row), DataRefusal::Key { line: at as u64 + 2, text: row.into() }, "{row}");
    }
    assert_eq!(refused(&format!("{}\nabove,above,7\n", good.join("\n"))).code(), "data-key");
    assert_eq!(with(5, "above,above,1.1234567891").code(), "data-value");
    assert_eq!(with(5, "above,above,1."), DataRefusal::Value { line: 7, text: "1.".into() });
    assert_eq!(with(5, "above,above"), DataRefusal::Fields { line: 7 });
    assert_eq!(refused(&good[..4].join("\n")), DataRefusal::Incomplete { key: 0 });
    assert_eq!(refused(&good[..5].join("\n")), DataRefusal::Incomplete { key: 1 });
    assert_eq!(refused(""), DataRefusal::Incomplete { key: 0 });
    let many: String = (0..1 << 20).map(|row| format!("{row},0\n")).collect();
    let count = DataRefusal::Table(TableRefusal::Count { entries: (1 << 20) + 1 });
    assert_eq!(parse(&format!("to,value\n{many}above,1\n")).unwrap_err(), count);
    assert!(many.len() < MAX_BYTES);
    let wide = "to,value\n1,999999999999999999\nabove,0.123456789\n";
    assert_eq!(parse(wide).unwrap_err(), DataRefusal::Table(TableRefusal::Values));
}

#[test]
fn a_published_table_stands() {
    let [one, other] = [SMALL, "to,value\n10,3\n15,-1\nabove,8\n"].map(|text| DataSet::parse(text.as_bytes()).unwrap());
    assert_eq!(one.merge(&one), Ok(one.clone()));
    assert_eq!(one.merge(&other), Err(DataRefusal::Conflict { key: "the table".into() }));
    assert_eq!(one.amended(&other, |root| root != ROOT), Ok(other));
    assert_eq!(one.first_without(|root| root == ROOT), None);
    assert_eq!(one.first_without(|_| false), Some(("the table's root".into(), ROOT)));
}

/// A bound stays in its row; what lies outside takes the first row or the last.
#[test]
fn entries_by_a_day_of_readings() {
    let program = program(&steps(), &given("steps", SMALL));
    for (each, pounds) in [(0, 3), (208, 3), (209, -1), (312, -1), (313, 7), (20_000, 7)] {
        let mut readings = wattproof_meter::reading::Readings::gaps(program.slots, 1);
        program.slots.iter().for_each(|slot| assert!(readings.set(0, slot, Some(each))));
        assert_eq!(evaluate(&program, &readings, &[]).unwrap().total, 100 * pounds, "{each}");
    }
}

/// Without the entries a bill is checked, and neither priced nor proved.
#[test]
fn a_verifier_needs_the_root_only() {
    let tariff = steps();
    let whole = Prepared::new(&program(&tariff, &given("steps", SMALL))).unwrap();
    let bare = program(&tariff, &Data::new());
    let household = Household::new(&bare, 3);
    let statement = household.statement(&whole);
    let proof = household.prove(&whole, &statement);
    let verifier = Prepared::new(&bare).unwrap();
    assert_eq!(verifier.digest(), whole.digest());
    assert_eq!(household.verify(&verifier, &statement, &proof), Ok(()));
    let missing = ProveRefusal::TableMissing { name: "steps".into() };
    assert_eq!(verifier.price(&household.readings, &[]), Err(missing.clone()));
    assert_eq!(
        (missing.code(), missing.to_string()),
        ("table-missing", "the entries of table steps are not given".into())
    );
    let unpriced = evaluate(&bare, &household.readings, &[]).unwrap_err();
    assert_eq!(unpriced, PriceError::TableMissing { name: "steps".into() });
    assert_eq!(unpriced.code(), "table-missing");
}

/// Another root is another circuit.
#[test]
fn a_proof_is_of_one_table() {
    let other = "to,value\n10,3\n15,-1\nabove,6\n";
    let root = parse(other).unwrap().root().to_owned();
    let declared = format!("table of -1 to 7 every 1 GBP, by 10 to 15 every 5 kWh, root {root}");
    let tariff = tariff(&declared, "lookup steps by energy of import");
    let [one, two] = [program(&steps(), &given("steps", SMALL)), program(&tariff, &given("steps", other))]
        .map(|p| Prepared::new(&p).unwrap());
    assert_ne!(one.digest(), two.digest());
    let household = Household::new(&program(&tariff, &Data::new()), 3);
    let statement = household.statement(&one);
    let proof = household.prove(&one, &statement);
    assert_eq!(household.verify(&two, &statement, &proof), Err(ProofRefusal::DoesNotHold));
}

#[test]
fn other_files_than_the_declared_one() {
    let tariff = steps();
    let period = tariff.period("2026-03").unwrap();
    let found = |file: &str| {
        let data = given("steps", file);
        let found = tariff.program(&period, Inputs { data: &data, ..Inputs::NONE }).unwrap_err();
        (found[0].code, found[0].message.clone())
    };
    let differs = |message: &str| ("table-differs", message.to_owned());
    let bounds = differs("the file of `steps` has other bounds than the tariff gives it");
    assert_eq!(found("to,value\n10,3\n16,-1\nabove,7\n"), bounds);
    assert_eq!(found("to,value\n10,3\nabove,7\n"), bounds);
    assert_eq!(found("to,to,value\n10,1,3\n10,above,3\nabove,1,3\nabove,above,3\n"), bounds);
    let places = "data `steps`: its values are given to other decimal places than the tariff says";
    assert_eq!(found("to,value\n10,3.5\n15,-1\nabove,7\n"), differs(places));
    let outside = "data `steps`: entry 3 of the file is outside the bounds that the table gives its values";
    assert_eq!(found("to,value\n10,3\n15,-1\nabove,8\n"), differs(outside));
    let root = "data `steps`: the entries of the file are not those whose root the table gives";
    assert_eq!(found("to,value\n10,4\n15,-1\nabove,7\n"), differs(root));
    assert_eq!(found("date\n2026-03-01\n").0, "data-other-form");
}

/// An entry takes the rows of its levels, whatever the table's size: a million entries fit 2^10 rows.
#[test]
fn a_million_entries_fit_a_thousand_rows() {
    assert_eq!([1, 2, 3, 1 << 19, (1 << 19) + 1, 1 << 20].map(depth), [1, 1, 2, 19, 20, 20]);
    let declared =
        format!("table of -1 to 7 every 1 GBP, by 1 to 1023 every 1 kWh, 0.001 to 1.023 every 0.001, root {ROOT}");
    let tariff = tariff(
        &declared,
        "lookup steps by energy of import, (ratio(1 kWh, energy of import) or 0 rounded up to 0.001)",
    );
    let prepared = Prepared::new(&program(&tariff, &Data::new())).unwrap();
    assert_eq!(prepared.figures().k, Some(10));
    assert!(prepared.proof_bytes() < 3_500, "{}", prepared.proof_bytes());
}

#[test]
fn a_table_of_more_or_fewer_keys_has_no_plan() {
    let table = table(vec![axis(10, 5, 3)], int(1), &[3, -1, 7]);
    let nodes = |keys| {
        vec![Node::Linear { terms: vec![], constant: Ratio::from(3) }, Node::Entry { keys, table: table.clone() }]
    };
    assert!(Plan::new(&support::program(1, nodes(vec![0]), int(1))).is_ok());
    assert_eq!(Plan::new(&support::program(1, nodes(vec![0, 0]), int(1))).unwrap_err().code(), "program-malformed");
}
