//! What stands between two markers: a section of `docs/benchmarks.md`, a table of `README.md`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use crate::notes;
use crate::ours;
use crate::peer::Row;

const BEGIN: &str = "<!-- beside peers: written by benches/peers/run -->";
const END: &str = "<!-- end of beside peers -->";
const FAMILIES: [&str; 4] = ["S1", "S2", "S3", "S4"];

/// Puts the whole comparison where the markers of this page stand.
pub fn write(page: &Path, rows: &[Row], runs: usize) -> Result<()> {
    replace(page, &section(rows, runs)?)
}

/// Puts the month's table and the plot where the markers of this page stand.
pub fn write_summary(page: &Path, rows: &[Row]) -> Result<()> {
    let mut text = String::from("\n");
    summary(&mut text, rows)?;
    text.push_str(notes::README_PLOT);
    replace(page, &text)
}

fn replace(page: &Path, between: &str) -> Result<()> {
    let text = std::fs::read_to_string(page).with_context(|| format!("{} cannot be read", page.display()))?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.with_context(|| format!("{} has no markers", page.display()))?;
    std::fs::write(page, format!("{before}{BEGIN}\n{between}{END}{after}"))
        .with_context(|| format!("{} cannot be written", page.display()))
}

fn section(rows: &[Row], runs: usize) -> Result<String> {
    let mut text = format!("{}\n", notes::BEFORE.replace("{runs}", &runs.to_string()));
    let lowest = rows.iter().map(|row| row.m_ms).fold(f64::INFINITY, f64::min);
    let highest = rows.iter().map(|row| row.m_ms).fold(0.0, f64::max);
    writeln!(text, "M was {lowest:.1} to {highest:.1} ms beside these rows.\n")?;
    summary(&mut text, rows)?;
    text.push_str(notes::PLOTS);
    for family in FAMILIES {
        table(&mut text, family, rows)?;
    }
    text.push_str(notes::AFTER);
    Ok(text)
}

/// A month: proving, verifying and bytes of every system, in the order of the rows.
fn summary(text: &mut String, rows: &[Row]) -> Result<()> {
    let rows: Vec<_> = rows.iter().filter(|row| row.readings <= crate::MONTH).collect();
    let readings = rows.iter().map(|row| row.readings).max().unwrap_or(0);
    let rows: Vec<_> = rows.into_iter().filter(|row| row.readings == readings).collect();
    writeln!(text, "{} readings: prove ms / verify ms / proof bytes\n", thousands(readings.into()))?;
    writeln!(text, "| | S1 | S2 | S3 | S4 |\n|---|--:|--:|--:|--:|")?;
    let mut named = vec![];
    for name in rows.iter().map(|row| &row.peer) {
        if named.contains(&name) {
            continue;
        }
        named.push(name);
        let cell = |family: &str| {
            let row = rows.iter().find(|row| row.peer == *name && row.family == family);
            row.map_or("–".into(), |row| {
                let (prove, verify) = (digits(row.prove_ms), digits(row.verify_ms));
                format!("{prove} / {verify} / {}{}", thousands(row.proof_bytes as u64), mark(row))
            })
        };
        let shown = if name.starts_with(ours::NAME) { format!("**{name}**") } else { name.clone() };
        writeln!(text, "| {shown} | {} |", FAMILIES.map(cell).join(" | "))?;
    }
    writeln!(text, "\n{}", notes::COMPUTED)?;
    Ok(())
}

fn mark(row: &Row) -> &'static str {
    if row.extrapolated { " \\*" } else { "" }
}

fn table(text: &mut String, family: &str, rows: &[Row]) -> Result<()> {
    let mut rows: Vec<_> = rows.iter().filter(|row| row.family == family).collect();
    rows.sort_by_key(|row| row.readings);
    writeln!(text, "**{family}**\n")?;
    writeln!(text, "| | readings | prove ms | verify ms | in bulk, a bill | proof bytes | size | set-up |")?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|---|---|")?;
    for row in rows {
        let time = |ms: f64| format!("{} ({} M)", digits(ms), digits(ms / row.m_ms));
        let set_up = match notes::set_up(row) {
            "none" => "none".to_string(),
            what => format!("{what}, {} ms", digits(row.set_up_ms)),
        };
        writeln!(
            text,
            "| {}{} | {} | {} | {} | {} | {} | {} | {set_up} |",
            row.peer,
            mark(row),
            thousands(u64::from(row.readings)),
            time(row.prove_ms),
            time(row.verify_ms),
            row.bulk_verify_ms.map_or("–".into(), time),
            thousands(row.proof_bytes as u64),
            row.size,
        )?;
    }
    writeln!(text)?;
    Ok(())
}

/// Three figures, or all before the point; no more than four behind it.
fn digits(number: f64) -> String {
    match number {
        0.01..1.0 => format!("{number:.3}"),
        ..0.01 => format!("{number:.4}"),
        100.0.. => thousands(number.round() as u64),
        10.0.. => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

/// With commas.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
