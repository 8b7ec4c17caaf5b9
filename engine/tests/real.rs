//! Nineteen months of a real household, billed under three tariffs. Needs the file, which is not part of the project:
//! an Octopus Energy export with offsets, in the folder that `WATTPROOF_DATA` names.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod support;

use std::path::Path;

use support::{Desk, Meter, fixture, now};
use wattproof_engine::intake::convert::{Layout, Scale, Stamped, ValueColumn, convert};
use wattproof_engine::supplier::Supplier;
use wattproof_engine::{policy, registry};
use wattproof_meter::reading::Readings;

const FILE: &str = "octopus_consumption_2023-01_2024-08.csv.gz";

fn load() -> Option<Readings> {
    let path = Path::new(&std::env::var_os("WATTPROOF_DATA")?).join(FILE);
    let layout = Layout {
        time: "Start".into(),
        time_format: None,
        midnight: None,
        values: vec![ValueColumn::parse("import=Consumption (kWh)")?],
        scale: Scale::Kilo,
        stamped: Stamped::Start,
        zone: None,
        slot: None,
    };
    path.exists().then(|| convert(&path, &layout).ok().unwrap().file.readings)
}

#[test]
#[ignore = "proves and checks 57 bills of a file that is not part of the project"]
fn nineteen_months_are_billed_under_three_tariffs() {
    let Some(load) = load() else {
        eprintln!("skipped: set WATTPROOF_DATA to a folder that holds {FILE}");
        return;
    };
    for tariff in ["economy7", "blocks", "cumulative"] {
        let desk = Desk::bare(Meter::new("M1", 7));
        registry::register(&desk.store, &desk.meter.record.to_bytes(), now()).unwrap();
        let published = policy::publish(&desk.store, fixture(tariff).as_bytes(), now()).unwrap().0;
        policy::assign(&desk.store, "M1", published.name(), None, "2023-01-01".parse().unwrap()).unwrap();
        desk.seal_and_import(&load);
        for month in (1..=19).map(|month| format!("{}-{:02}", 2023 + (month - 1) / 12, (month - 1) % 12 + 1)) {
            let bill = desk.prove(&month).unwrap();
            let expected = match month.as_str() {
                "2023-03" | "2024-03" => 1_486,
                "2023-10" => 1_490,
                _ => bill.figures.slots,
            };
            assert_eq!(bill.figures.slots, expected);
            let judged = Supplier::new(&desk.store, now()).verify(&bill.bytes, false).unwrap();
            assert_eq!((judged.refused, judged.says.unwrap().total), (None, Some(bill.total.clone())));
            let seconds = bill.figures.seconds;
            println!(
                "{tariff} {month} {} half hours: {} {}, k {:?}, {} B proof, {} B bill, decrypt {:.3} s, prove {:.3} s, check {:.3} s",
                bill.figures.slots,
                bill.total,
                bill.total.currency(),
                bill.figures.k,
                bill.figures.proof_bytes,
                bill.figures.bill_bytes,
                seconds.decrypt,
                seconds.prove,
                seconds.check,
            );
        }
    }
}
