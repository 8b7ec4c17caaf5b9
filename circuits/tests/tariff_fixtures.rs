//! Every good fixture checks, lowers and is understood as the `.show` beside it says; every bad one is refused with exactly the findings that stand at its end.
//!
//! `WATTPROOF_RECORD=1 cargo test -p wattproof-circuits --test tariff_fixtures` writes the findings anew: read the
//! difference before keeping it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "support/published.rs"]
mod published;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use published::published;
use wattproof_circuits::tariff::{Inputs, Tariff, line_column};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tariffs").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "tariff"));
    files.sort();
    files
}

fn recording() -> bool {
    std::env::var_os("WATTPROOF_RECORD").is_some()
}

#[test]
fn good_tariffs_check_and_lower() {
    let files = files("good");
    assert!(files.len() >= 30);
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        let tariff = Tariff::parse(&source).unwrap_or_else(|found| panic!("{}: {found:#?}", path.display()));
        for period in ["2026-03", "2026-10", "2026-02-10..2026-02-11", "2025-01-01..2026-01-01"] {
            let period = tariff.period(period).unwrap();
            let data = published(&tariff, &period);
            let program = match tariff.program(&period, Inputs { data: &data, ..Inputs::NONE }) {
                Err(found) if found.iter().all(|finding| finding.code == "cut-part") => continue,
                lowered => lowered.unwrap(),
            };
            assert_eq!(program.slots, period.slots());
            assert_eq!(program.lines.len(), tariff.source().matches("\ncharge ").count());
        }
        assert_eq!(path.file_stem().unwrap().to_str(), Some(tariff.name()));
        let shown = path.with_extension("show");
        if recording() {
            std::fs::write(shown, tariff.show()).unwrap();
        } else {
            assert_eq!(std::fs::read_to_string(&shown).unwrap(), tariff.show(), "{}", shown.display());
        }
    }
}

/// The findings as the files write them.
fn findings(source: &str) -> String {
    let mut text = String::new();
    let place = |offset| {
        let (line, column) = line_column(source, offset);
        format!("{line}:{column}")
    };
    for found in Tariff::parse(source).err().unwrap_or_default() {
        writeln!(text, "# expect: {} @ {} {found}", found.code, place(found.span.start)).unwrap();
        for related in found.related {
            writeln!(text, "#   {} {}", place(related.span.start), related.message).unwrap();
        }
        found.help.iter().for_each(|help| writeln!(text, "#   help: {help}").unwrap());
    }
    text
}

#[test]
fn bad_tariffs_are_refused_as_they_say() {
    let files = files("bad");
    assert!(files.len() >= 60);
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        let body = source.split("# expect:").next().unwrap();
        let found = findings(body);
        assert!(!found.is_empty(), "{} checks", path.display());
        if recording() {
            std::fs::write(&path, format!("{body}{found}")).unwrap();
        } else {
            assert_eq!(&source[body.len()..], found, "{}", path.display());
        }
    }
}
