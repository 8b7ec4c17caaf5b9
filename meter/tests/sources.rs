//! The paths that touch secrets take no variable-time function: none stands anywhere in the crate's sources.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_variable_time_function_is_called() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 15, "the sources were not found");
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        for (line, code) in text.lines().enumerate() {
            assert!(!code.contains("vartime"), "{}:{}: {code}", path.display(), line + 1);
        }
    }
}

/// The core names no clock, thread, file or system randomness; those stay in `device` and `label`.
#[test]
fn the_core_names_nothing_of_the_system() {
    let mut found = Vec::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&src, &mut found);
    for path in found {
        let inside = path.strip_prefix(&src).unwrap();
        if inside.starts_with("device") || ["device.rs", "label.rs"].iter().any(|name| inside == Path::new(name)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let core = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        assert!(!core.contains("std::"), "{} names std", path.display());
    }
}
