//! The one dependency direction: `tui ► engine ► circuits ► meter` and `engine ► meter`; benches may use all.
#![allow(clippy::unwrap_used, reason = "a test")]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may use whom, by crate.
const EDGES: [(&str, &[&str]); 5] = [
    ("wattproof-meter", &[]),
    ("wattproof-circuits", &["wattproof-meter"]),
    ("wattproof-engine", &["wattproof-circuits", "wattproof-meter"]),
    ("wattproof", &["wattproof-engine"]),
    ("wattproof-benches", &["wattproof-circuits", "wattproof-engine", "wattproof-meter"]),
];

/// What knows a curve or a proof: not for the program.
const CURVES_AND_PROOFS: [&str; 8] =
    ["halo2_proofs", "halo2_gadgets", "halo2_poseidon", "pasta_curves", "ff", "group", "ed25519-dalek", "blake2b_simd"];

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().other_options(vec!["--offline".into()]).exec().unwrap()
}

#[test]
fn edges_go_one_way() {
    let metadata = metadata();
    let members: Vec<&str> = metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    for package in metadata.workspace_packages() {
        let allowed = EDGES.iter().find(|(name, _)| *name == package.name.as_str());
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{} is no crate of the chart", package.name));
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let inside = members.contains(&name);
            assert!(!inside || allowed.contains(&name), "{} must not use {name}", package.name);
        }
    }
}

#[test]
fn the_program_knows_no_curve_and_no_proof() {
    let metadata = metadata();
    let program = metadata.workspace_packages().into_iter().find(|package| package.name == "wattproof").unwrap();
    let normal = program.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
    let names: Vec<&str> = normal.map(|dependency| dependency.name.as_str()).collect();
    assert!(names.contains(&"wattproof-engine"));
    let curves: Vec<&&str> = names.iter().filter(|name| CURVES_AND_PROOFS.contains(name)).collect();
    assert!(curves.is_empty(), "the program names {curves:?}");
}
