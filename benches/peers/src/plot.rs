//! Time against the number of readings, both logarithmic: one picture for proving and one for verifying.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::notes;
use crate::ours::NAME;
use crate::page::thousands;
use crate::peer::Row;

const FAMILIES: [&str; 4] = ["S1", "S2", "S3", "S4"];
const SIZE: (u32, u32) = (960, 764);
/// Above the panels, for the names.
const KEY: i32 = 84;
/// Told apart with any colour vision: Okabe and Ito's palette; wattproof's are black and grey.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 0, 0),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(130, 130, 130),
];

/// Writes `proving.svg` and `verifying.svg` into `folder`.
pub fn write(folder: &Path, rows: &[Row]) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    picture(&folder.join("proving.svg"), "proving", rows, |row| row.prove_ms)?;
    picture(&folder.join("verifying.svg"), "verifying", rows, |row| row.verify_ms)
}

fn picture(file: &Path, what: &str, rows: &[Row], time: fn(&Row) -> f64) -> Result<()> {
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    let (key, panels) = area.split_vertically(KEY);
    legend(&key, &names(&rows.iter().collect::<Vec<_>>()))?;
    for (family, area) in FAMILIES.iter().zip(panels.split_evenly((2, 2))) {
        let rows: Vec<_> = rows.iter().filter(|row| row.family == *family).collect();
        panel(&area, &format!("{family}, {what}"), &rows, time)?;
    }
    area.present().map_err(failed)
}

/// Names beside their colours, three in a line.
fn legend(area: &DrawingArea<SVGBackend<'_>, Shift>, names: &[String]) -> Result<()> {
    for (at, name) in names.iter().enumerate() {
        let (x, y) = (60 + 300 * (at % 3) as i32, 16 + 24 * (at / 3) as i32);
        area.draw(&PathElement::new([(x, y), (x + 28, y)], stroke(name))).map_err(failed)?;
        area.draw(&Circle::new((x + 14, y), 3, stroke(name).filled())).map_err(failed)?;
        area.draw(&Text::new(name.as_str(), (x + 36, y - 7), ("sans-serif", 15))).map_err(failed)?;
    }
    Ok(())
}

fn panel(area: &DrawingArea<SVGBackend<'_>, Shift>, title: &str, rows: &[&Row], time: fn(&Row) -> f64) -> Result<()> {
    let least = rows.iter().map(|row| time(row)).fold(f64::INFINITY, f64::min);
    let most = rows.iter().map(|row| time(row)).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(60)
        .build_cartesian_2d((40f64..24_000.0).log_scale(), (least / 2.0..most * 2.0).log_scale())
        .map_err(failed)?;
    let mesh = &mut chart.configure_mesh();
    mesh.x_label_formatter(&|at| thousands(*at as u64)).y_label_formatter(&|ms| duration(*ms));
    mesh.x_desc("readings").x_labels(4).y_labels(6).light_line_style(WHITE.mix(0.0));
    mesh.label_style(("sans-serif", 13)).draw().map_err(failed)?;
    for name in names(rows) {
        let mut points: Vec<_> = rows.iter().filter(|row| row.peer == name).collect();
        points.sort_by_key(|row| row.readings);
        let (stroke, at) = (stroke(&name), |row: &&&Row| (f64::from(row.readings), time(row)));
        chart.draw_series(LineSeries::new(points.iter().map(at), stroke)).map_err(failed)?;
        // A hollow point is computed, not measured.
        let point = |row: &&&Row| Circle::new(at(row), 3, if row.extrapolated { stroke } else { stroke.filled() });
        chart.draw_series(points.iter().map(point)).map_err(failed)?;
    }
    Ok(())
}

/// A power of ten of milliseconds.
fn duration(ms: f64) -> String {
    match ms {
        1e3.. => format!("{} s", thousands((ms / 1e3).round() as u64)),
        1.0.. => format!("{} ms", ms.round()),
        _ => format!("{} µs", (ms * 1e3).round()),
    }
}

fn stroke(name: &str) -> ShapeStyle {
    COLOURS[colour(name)].stroke_width(if name.starts_with(NAME) { 3 } else { 2 })
}

/// The systems in the order they stand in the rows.
fn names(rows: &[&Row]) -> Vec<String> {
    let mut names: Vec<String> = vec![];
    for row in rows {
        if !names.contains(&row.peer) {
            names.push(row.peer.clone());
        }
    }
    names
}

/// The same colour in every panel.
fn colour(name: &str) -> usize {
    let known = [NAME, notes::REVEAL, notes::BULLETPROOFS, notes::LEGOGROTH16, notes::SPARTAN2, notes::HALO2];
    known.iter().position(|known| *known == name).unwrap_or(COLOURS.len() - 1)
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the plot cannot be drawn: {error}")
}
