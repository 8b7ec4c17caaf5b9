//! Every example of `docs/tariffs.md` does what the page says.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

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
fn every_example_does_what_the_page_says() {
    let examples = examples();
    assert!(examples.len() >= 20);
    for (tag, piece) in examples {
        let source = whole(piece);
        match tag {
            "" => {
                let tariff = Tariff::parse(&source).unwrap_or_else(|found| panic!("{piece}\n{found:#?}"));
                tariff.program(&tariff.period("2026-03").unwrap(), Inputs::NONE).unwrap();
            }
            _ => {
                let code = tag.strip_prefix("-refused ").unwrap();
                let found = Tariff::parse(&source).unwrap_err();
                assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), [code], "{piece}");
            }
        }
    }
}

#[test]
fn the_first_example_is_the_fixture() {
    let fixture = include_str!("../../fixtures/tariffs/good/economy7.tariff");
    let fixture: String =
        fixture.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    assert_eq!(examples()[0].1, fixture);
}
