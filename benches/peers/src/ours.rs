//! wattproof's own rows: `wattproof bench`, run between the peers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::peer::Row;

/// What stands for wattproof in tables.
pub const NAME: &str = "wattproof";

#[derive(Deserialize)]
struct Measured {
    family: String,
    readings: u32,
    certify: String,
    k: Option<u32>,
    prove_ms: f64,
    verify_ms: f64,
    bulk_verify_ms: Option<f64>,
    keys_ms: f64,
    proof_bytes: usize,
    msm_2_11_ms: f64,
}

/// What its meters certify: a commitment a reading, or one a batch.
const CERTIFICATIONS: [&str; 2] = ["reading", "batch"];

/// Measures every family at these numbers of readings, on one thread, by each of its certifications.
pub fn measure(program: &Path, readings: &[u32]) -> Result<Vec<Row>> {
    let rows = CERTIFICATIONS.iter().map(|certify| certified(program, certify, readings));
    Ok(rows.collect::<Result<Vec<_>>>()?.concat())
}

fn certified(program: &Path, certify: &str, readings: &[u32]) -> Result<Vec<Row>> {
    eprintln!("{NAME}: {certify}");
    let readings = readings.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let output = Command::new(program)
        .args(["bench", "--json", "--certify", certify, "--readings", &readings])
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .with_context(|| format!("{} does not run", program.display()))?;
    ensure!(output.status.success(), "wattproof bench: {}", String::from_utf8_lossy(&output.stderr));
    let measured: Vec<Measured> = serde_json::from_slice(&output.stdout)?;
    Ok(measured.into_iter().map(row).collect())
}

fn row(measured: Measured) -> Row {
    let Measured {
        family,
        readings,
        certify,
        k,
        prove_ms,
        verify_ms,
        bulk_verify_ms,
        keys_ms,
        proof_bytes,
        msm_2_11_ms,
    } = measured;
    let peer = if certify == "reading" { NAME.into() } else { format!("{NAME}, {certify}") };
    let size = k.map_or("no circuit".into(), |k| format!("k = {k}"));
    Row {
        peer,
        family,
        readings,
        prove_ms,
        verify_ms,
        bulk_verify_ms,
        proof_bytes,
        size,
        set_up_ms: keys_ms,
        m_ms: msm_2_11_ms,
        extrapolated: false,
    }
}
