//! Every good fixture checks and lowers; every bad one is refused with exactly the findings that it names.

use std::path::PathBuf;
use wattproof_circuits::tariff::Tariff;

fn folder(name: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tariffs").join(name);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "tariff")).collect();
    files.sort();
    files
        .iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn good_tariffs_lower() {
    for (name, source) in folder("good") {
        let tariff = Tariff::parse(&source).unwrap_or_else(|found| panic!("{name}: {found:#?}"));
        let program = tariff.program(&tariff.period("2026-03").unwrap()).unwrap();
        println!("{name} unit {} nodes {}", program.unit, program.nodes.len());
    }
}
