//! A tariff's text; in an opened file, what is wrong stands under its line.

use ratatui::layout::Rect;
use wattproof_engine::desk::tariff::{Diagnostic, line_column};

use super::current;
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::state::State;
use crate::screen::style::{MIND, OK, Role};

/// A line of what is drawn.
enum Line<'t> {
    /// A line of the text, with its number.
    Text(usize, &'t str),
    /// A mark under a part of the line above: column, width, what is wrong.
    Mark(usize, usize, &'t str),
    /// What to write instead.
    Help(usize, &'t str),
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let (head, source, findings) = match (&state.tariff.draft, current(state)) {
        (Some(draft), _) => {
            let said = match draft.findings.len() {
                0 => (OK, Role::Good, format!("{}: nothing is wrong", draft.path.display())),
                1 => (MIND, Role::Bad, format!("{}: 1 mistake", draft.path.display())),
                more => (MIND, Role::Bad, format!("{}: {more} mistakes", draft.path.display())),
            };
            (said, draft.source.as_str(), draft.findings.as_slice())
        }
        (None, Some(row)) => {
            let said = format!("{}, digest {}…", row.full_name(), &row.digest[..row.digest.len().min(16)]);
            ((" ", Role::Dim, said), row.source.as_str(), [].as_slice())
        }
        (None, None) => {
            canvas.paragraph(area, "No tariff is published here. o opens a tariff file, w writes one to begin with.", Role::Dim);
            return;
        }
    };
    canvas.pieces(row(area, 0), &[(head.0, head.1), (" ", head.1), (&head.2, Role::Dim)]);
    let body = below(area, 2);
    for (place, line) in lines(source, findings).iter().skip(state.tariff.top).enumerate() {
        let area = row(body, place as u16);
        match line {
            Line::Text(number, text) => text_line(*number, text, area, canvas),
            Line::Mark(column, width, message) => {
                let mark = format!("{}{}", " ".repeat(5 + column), "▲".repeat((*width).max(1)));
                canvas.pieces(area, &[(&mark, Role::Bad), (" ", Role::Bad), (message, Role::Bad)]);
            }
            Line::Help(column, help) => {
                let blank = " ".repeat(5 + column);
                canvas.pieces(area, &[(&blank, Role::Dim), (help, Role::Dim)]);
            }
        }
    }
}

fn lines<'t>(source: &'t str, findings: &'t [Diagnostic]) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(source.lines()) {
        lines.push(Line::Text(number, text));
        for finding in findings {
            let (line, column) = line_column(source, finding.span.start);
            if line == number {
                let rest = text.chars().count().saturating_sub(column - 1);
                let width = source.get(finding.span.clone()).map_or(1, |part| part.chars().count()).min(rest);
                // Long messages begin at the left rather than leave the pane.
                let at = if column > 40 { 0 } else { column - 1 };
                lines.push(Line::Mark(column - 1, width, &finding.message));
                lines.extend(finding.help.as_deref().map(|help| Line::Help(at, help)));
            }
        }
    }
    let end = source.lines().count();
    for finding in findings.iter().filter(|finding| line_column(source, finding.span.start).0 > end) {
        lines.push(Line::Mark(0, 1, &finding.message));
        lines.extend(finding.help.as_deref().map(|help| Line::Help(0, help)));
    }
    lines
}

fn text_line(number: usize, text: &str, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.right(Rect { width: 3.min(area.width), ..area }, &number.to_string(), Role::Rule);
    let (code, comment) = text.split_at(text.find('#').unwrap_or(text.len()));
    let (word, rest) = code.split_at(code.find(' ').unwrap_or(code.len()));
    canvas.pieces(after(area, 5), &[(word, Role::Strong), (rest, Role::Text), (comment, Role::Dim)]);
}
