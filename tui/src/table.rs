//! Rows in columns, for people and as CSV.

use std::io;

use crate::output::{HEAD, Page};

/// Rows of equal length under heads. A head that ends in `>` has its column flush right.
pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// No rows yet.
    pub fn new(heads: &[&'static str]) -> Self {
        Table { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Draws the table.
    pub fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let names: Vec<&str> = self.heads.iter().map(|head| head.trim_end_matches('>')).collect();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain([names[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..names.len()).map(width).collect();
        let draw = |cells: Vec<&str>| {
            let cells = cells.iter().zip(&widths).zip(&self.heads).map(|((cell, width), head)| {
                if head.ends_with('>') { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        page.line(format_args!("{HEAD}{}{HEAD:#}", draw(names.clone())))?;
        self.rows
            .iter()
            .try_for_each(|row| page.line(format_args!("{}", draw(row.iter().map(String::as_str).collect()))))
    }

    /// Writes the table as CSV (RFC 4180).
    pub fn csv(&self, page: &mut Page<'_>) -> io::Result<()> {
        let heads: Vec<String> = self.heads.iter().map(|head| head.trim_end_matches('>').replace(' ', "_")).collect();
        page.line(format_args!("{}", heads.join(",")))?;
        self.rows.iter().try_for_each(|row| {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
            page.line(format_args!("{}", cells.join(",")))
        })
    }

    /// Writes the table as Markdown.
    pub fn markdown(&self, page: &mut Page<'_>) -> io::Result<()> {
        let names: Vec<&str> = self.heads.iter().map(|head| head.trim_end_matches('>')).collect();
        let sides: Vec<&str> = self.heads.iter().map(|head| if head.ends_with('>') { "--:" } else { "---" }).collect();
        page.line(format_args!("| {} |", names.join(" | ")))?;
        page.line(format_args!("|{}|", sides.join("|")))?;
        self.rows.iter().try_for_each(|row| page.line(format_args!("| {} |", row.join(" | "))))
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.into() }
}

/// Thousands set apart: `1,488`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 gap`, `2 gaps`, `1,488 batches`.
pub fn counted(number: u64, thing: &str) -> String {
    let ending = match number {
        1 => "",
        _ if thing.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{} {thing}{ending}", thousands(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [counted(1, "gap"), counted(0, "gap"), counted(1488, "batch")],
            ["1 gap", "0 gaps", "1,488 batches"]
        );
    }

    #[test]
    fn cells_with_commas_are_quoted() {
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("plain"), "plain");
    }
}
