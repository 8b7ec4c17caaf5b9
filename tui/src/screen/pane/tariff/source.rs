//! A tariff's text; in an opened file, what is wrong stands under its line.

use ratatui::layout::Rect;
use wattproof_engine::desk::tariff::{Diagnostic, line_column};

use super::current;
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::state::State;
use crate::screen::style::{MIND, NO, OK, Role};

/// A line of what is drawn.
enum Line<'t> {
    /// A line of the text, with its number.
    Text(usize, &'t str),
    /// A mark under a part of the line above: column and width.
    Mark(usize, usize),
    /// What is wrong.
    Wrong(String),
    /// What to write instead.
    Help(String),
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
            canvas.paragraph(
                area,
                "No tariff is published here. o opens a tariff file, w writes one to begin with.",
                Role::Dim,
            );
            return;
        }
    };
    canvas.pieces(row(area, 0), &[(head.0, head.1), (" ", head.1), (&head.2, Role::Dim)]);
    let body = below(area, 2);
    let width = usize::from(body.width.saturating_sub(7)).max(20);
    for (place, line) in lines(source, findings, width).iter().skip(state.tariff.top).enumerate() {
        let area = row(body, place as u16);
        match line {
            Line::Text(number, text) => text_line(*number, text, area, canvas),
            Line::Mark(column, width) => {
                let mark = format!("{}{}", " ".repeat(5 + column), "▲".repeat((*width).max(1)));
                canvas.text(area, &mark, Role::Bad);
            }
            Line::Wrong(text) => _ = canvas.text(after(area, 5), text, Role::Bad),
            Line::Help(text) => _ = canvas.text(after(area, 5), text, Role::Dim),
        }
    }
}

/// A finding under its line: the mark, what is wrong, what to write instead, broken at blanks.
fn finding<'t>(column: usize, width: usize, finding: &Diagnostic, room: usize, lines: &mut Vec<Line<'t>>) {
    lines.push(Line::Mark(column, width));
    let wrong = broken(&finding.message, room);
    let signed = |(place, text): (usize, String)| format!("{} {text}", if place == 0 { NO } else { " " });
    lines.extend(wrong.into_iter().enumerate().map(signed).map(Line::Wrong));
    let help = finding.help.as_deref().map(|help| broken(help, room)).unwrap_or_default();
    lines.extend(help.into_iter().map(|text| Line::Help(format!("  {text}"))));
}

/// A text in lines of so many letters.
fn broken(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= room) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.into()),
        }
    }
    lines
}

fn lines<'t>(source: &'t str, findings: &[Diagnostic], room: usize) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(source.lines()) {
        lines.push(Line::Text(number, text));
        for found in findings {
            let (line, column) = line_column(source, found.span.start);
            if line == number {
                let rest = text.chars().count().saturating_sub(column - 1);
                let width = source.get(found.span.clone()).map_or(1, |part| part.chars().count()).min(rest);
                finding(column - 1, width, found, room, &mut lines);
            }
        }
    }
    let end = source.lines().count();
    for found in findings.iter().filter(|found| line_column(source, found.span.start).0 > end) {
        finding(0, 1, found, room, &mut lines);
    }
    lines
}

fn text_line(number: usize, text: &str, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.right(Rect { width: 3.min(area.width), ..area }, &number.to_string(), Role::Rule);
    let (code, comment) = text.split_at(text.find('#').unwrap_or(text.len()));
    let (word, rest) = code.split_at(code.find(' ').unwrap_or(code.len()));
    canvas.pieces(after(area, 5), &[(word, Role::Strong), (rest, Role::Text), (comment, Role::Dim)]);
}
