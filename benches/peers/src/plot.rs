//! Time against the number of readings, both logarithmic: one picture for proving and one for verifying.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::ours::NAME;
use crate::peer::Row;

const FAMILIES: [&str; 4] = ["S1", "S2", "S3", "S4"];
const SIZE: (u32, u32) = (960, 720);
/// Told apart with any colour vision: Okabe and Ito's palette.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 0, 0),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Writes `proving.svg` and `verifying.svg` into `folder`.
pub fn write(folder: &Path, rows: &[Row]) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    picture(&folder.join("proving.svg"), "proving, ms", rows, |row| row.prove_ms)?;
    picture(&folder.join("verifying.svg"), "verifying, ms", rows, |row| row.verify_ms)
}

fn picture(file: &Path, what: &str, rows: &[Row], time: fn(&Row) -> f64) -> Result<()> {
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    for (family, area) in FAMILIES.iter().zip(area.split_evenly((2, 2))) {
        let rows: Vec<_> = rows.iter().filter(|row| row.family == *family).collect();
        panel(&area, &format!("{family}: {what}"), &rows, time)?;
    }
    area.present().map_err(failed)
}

fn panel(area: &DrawingArea<SVGBackend<'_>, Shift>, title: &str, rows: &[&Row], time: fn(&Row) -> f64) -> Result<()> {
    let least = rows.iter().map(|row| time(row)).fold(f64::INFINITY, f64::min);
    let most = rows.iter().map(|row| time(row)).fold(0.0, f64::max);
    // Room for the names above the highest line.
    let top = most * (most / least).powf(0.7).max(10.0);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(8)
        .x_label_area_size(32)
        .y_label_area_size(56)
        .build_cartesian_2d((40f64..24_000.0).log_scale(), (least / 1.5..top).log_scale())
        .map_err(failed)?;
    let mesh = &mut chart.configure_mesh();
    mesh.x_label_formatter(&|at| at.to_string()).y_label_formatter(&|at| at.to_string());
    mesh.x_desc("readings").x_labels(4).y_labels(6).light_line_style(WHITE.mix(0.0)).draw().map_err(failed)?;
    for name in names(rows) {
        let colour = COLOURS[colour(&name)].stroke_width(if name == NAME { 3 } else { 2 });
        let mut points: Vec<_> = rows.iter().filter(|row| row.peer == name).collect();
        points.sort_by_key(|row| row.readings);
        let at = |row: &&&Row| (f64::from(row.readings), time(row));
        let line = LineSeries::new(points.iter().map(at), colour);
        let label = chart.draw_series(line).map_err(failed)?.label(name.clone());
        label.legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        // A hollow point is computed, not measured.
        let point = |row: &&&Row| Circle::new(at(row), 3, if row.extrapolated { colour } else { colour.filled() });
        chart.draw_series(points.iter().map(point)).map_err(failed)?;
    }
    let labels = &mut chart.configure_series_labels();
    labels.position(SeriesLabelPosition::UpperLeft).background_style(WHITE.mix(0.8)).label_font(("sans-serif", 11));
    labels.draw().map_err(failed)
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
    let known = [
        NAME,
        "reveal the opening",
        "bulletproofs",
        "LegoGroth16 + link",
        "Spartan2, no link",
        "Halo2, opened in-circuit",
    ];
    known.iter().position(|known| *known == name).unwrap_or(COLOURS.len() - 1)
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the plot cannot be drawn: {error}")
}
