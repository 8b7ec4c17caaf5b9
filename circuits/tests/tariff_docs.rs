//! Every example of `docs/tariffs.md` does what the page says.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "support/published.rs"]
mod published;

use published::published;
use wattproof_circuits::data::DataSet;
use wattproof_circuits::tariff::{Inputs, Tariff};

const PAGE: &str = include_str!("../../docs/tariffs.md");

/// The page's examples: the words behind the fence, and the text.
fn examples() -> Vec<(&'static str, &'static str)> {
    let mut examples = Vec::new();
    for block in PAGE.split("\n```tariff").skip(1) {
        let (tag, rest) = block.split_once('\n').unwrap();
        examples.push((tag, &rest[..rest.find("```").unwrap()]));
    }
    examples
}

/// A piece under a header, with the statements that it leaves out.
fn whole(piece: &str) -> String {
    if piece.starts_with("tariff ") {
        return piece.into();
    }
    let mut source = String::from("tariff piece version 1 in GBP, zone Europe/London, slot 30 min\ngaps refuse\n");
    if !piece.contains("register ") {
        source += "register import in Wh, below 2^20\n";
    }
    source += piece;
    if !piece.contains("total ") {
        let charges: Vec<_> =
            piece.lines().filter_map(|line| line.strip_prefix("charge ")?.split(' ').next()).collect();
        let sum = if charges.is_empty() { "1 GBP".into() } else { charges.join(" + ") };
        source += &format!("total = {sum}  rounded half up to 1 p\n");
    }
    source
}

#[test]
fn every_data_file_reads() {
    let files: Vec<_> = PAGE.split("\n```csv\n").skip(1).map(|rest| &rest[..rest.find("```").unwrap()]).collect();
    assert_eq!(files.len(), 4);
    for file in files {
        assert_eq!(DataSet::parse(file.as_bytes()).unwrap().len(), file.lines().count() - 1, "{file}");
    }
}

/// What is wrong with an example, when it does not do what the page says.
fn wrong(tag: &str, piece: &str) -> Option<String> {
    let parsed = Tariff::parse(&whole(piece));
    let found = match (tag.strip_prefix("-refused "), parsed) {
        (None, Ok(tariff)) => {
            let period = tariff.period("2026-03").unwrap();
            let data = published(&tariff, &period);
            tariff.program(&period, Inputs { data: &data, ..Inputs::NONE }).err().unwrap_or_default()
        }
        (Some(_), Ok(_)) => return Some(format!("{piece} checks")),
        (None, Err(found)) => found,
        (Some(code), Err(found)) if found.iter().map(|found| found.code).eq([code]) => Vec::new(),
        (Some(_), Err(found)) => found,
    };
    let found: String = found.iter().map(|found| format!("  {}: {found}\n", found.code)).collect();
    (!found.is_empty()).then(|| format!("{piece}\n{found}"))
}

#[test]
fn every_example_does_what_the_page_says() {
    let examples = examples();
    assert!(examples.len() >= 20);
    let wrong: Vec<_> = examples.into_iter().filter_map(|(tag, piece)| wrong(tag, piece)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_first_example_is_the_fixture() {
    let fixture = include_str!("../../fixtures/tariffs/good/economy7.tariff");
    let fixture: String =
        fixture.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    assert_eq!(examples()[0].1, fixture);
}
