//! K for people: a label to print and a QR code for the terminal.

use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use crate::key::MasterKey;
use crate::record::MeterRecord;

/// Light modules around a QR code that readers ask for.
const QUIET: usize = 4;
/// Side of a module on the label, in units of its drawing.
const MODULE: usize = 6;
/// Groups of five letters in a line of the label.
const GROUPS: usize = 7;
/// Width of a letter.
const LETTER: usize = 11;
/// Height of a line of text.
const LINE: usize = 26;

/// K as a QR code of half blocks, dark on light, for a terminal of 41 columns.
pub fn qr_text(key: &MasterKey) -> Zeroizing<String> {
    let grid = Grid::of(key);
    let mut text = Zeroizing::new(String::with_capacity(grid.side * grid.side * 2 + grid.side));
    for y in (0..grid.side).step_by(2) {
        for x in 0..grid.side {
            // Light modules are drawn, so that a terminal with a dark ground shows dark on light.
            text.push(match (grid.dark(x, y), grid.dark(x, y + 1)) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
        }
        text.push('\n');
    }
    text
}

/// A label to print as SVG: the meter's name, K as QR code and as text.
pub fn label_svg(record: &MeterRecord, key: &MasterKey) -> Zeroizing<String> {
    let grid = Grid::of(key);
    let side = grid.side * MODULE;
    let key_text = key.to_text();
    let groups: Vec<&str> = key_text.split(' ').collect();
    let lines = groups.len().div_ceil(GROUPS);
    let width = side.max(GROUPS * 6 * LETTER + 2 * LINE);
    let height = side + (lines + 4) * LINE;
    let mut svg = Zeroizing::new(String::with_capacity(128 * 1024));
    *svg += &format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"monospace\" font-size=\"17\" text-anchor=\"middle\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    draw_line(&mut svg, width, LINE, &[record.name()]);
    draw_grid(&mut svg, &grid, (width - side) / 2, LINE + LINE / 2);
    for (line, groups) in groups.chunks(GROUPS).enumerate() {
        draw_line(&mut svg, width, side + (line + 3) * LINE, groups);
    }
    draw_line(&mut svg, width, side + (lines + 3) * LINE, &["Whoever has this key can read this meter."]);
    svg.push_str("</svg>\n");
    svg
}

/// A line of words in the middle.
fn draw_line(svg: &mut String, width: usize, y: usize, words: &[&str]) {
    *svg += &format!("<text x=\"{}\" y=\"{y}\">", width / 2);
    for (place, word) in words.iter().enumerate() {
        svg.push_str(if place > 0 { " " } else { "" });
        svg.push_str(word);
    }
    svg.push_str("</text>\n");
}

/// The dark modules as one path.
fn draw_grid(svg: &mut String, grid: &Grid, left: usize, top: usize) {
    svg.push_str("<path shape-rendering=\"crispEdges\" d=\"");
    for y in 0..grid.side {
        for x in (0..grid.side).filter(|x| grid.dark(*x, y)) {
            *svg += &format!("M{} {}h{MODULE}v{MODULE}h-{MODULE}z", left + x * MODULE, top + y * MODULE);
        }
    }
    svg.push_str("\"/>\n");
}

/// The modules of K's QR code inside their quiet zone.
struct Grid {
    side: usize,
    dark: Zeroizing<Vec<bool>>,
}

impl Grid {
    /// Upper case keeps the code in alphanumeric mode: 33 modules a side. 66 letters fit at this level, so the
    /// code is never empty.
    fn of(key: &MasterKey) -> Self {
        let code = QrCode::with_error_correction_level(key.letters().as_bytes(), EcLevel::M);
        let (inner, modules) = code.map_or((0, Vec::new()), |code| (code.width(), code.into_colors()));
        let side = inner + 2 * QUIET;
        let mut dark = Zeroizing::new(vec![false; side * side]);
        for (place, module) in modules.iter().enumerate() {
            dark[(place / inner + QUIET) * side + place % inner + QUIET] = *module == Color::Dark;
        }
        Grid { side, dark }
    }

    /// Whether a module is dark; light outside.
    fn dark(&self, x: usize, y: usize) -> bool {
        x < self.side && self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }
}
