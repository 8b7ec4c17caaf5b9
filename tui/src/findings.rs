//! A tariff's diagnostics: drawn at the source for people, listed with lines and columns in JSON.

use std::fmt;
use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde::Serialize;
use wattproof_engine::desk::tariff::{Diagnostic, line_column};

/// A tariff's text and where it came from.
#[derive(Debug)]
pub struct Source {
    /// The path as it was given.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// What a file holds; bytes that are not UTF-8 are marked.
    pub fn new(path: &Path, bytes: &[u8]) -> Self {
        Source { name: path.display().to_string(), text: String::from_utf8_lossy(bytes).into_owned() }
    }
}

/// A diagnostic in JSON. Lines and columns count from 1.
#[derive(Serialize)]
pub struct Finding<'a> {
    code: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    line: usize,
    column: usize,
    span: Place,
    related: Vec<RelatedPlace<'a>>,
}

/// Bytes of the source.
#[derive(Serialize)]
struct Place {
    start: usize,
    end: usize,
}

/// Another place that matters.
#[derive(Serialize)]
struct RelatedPlace<'a> {
    message: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Finding<'a> {
    /// A diagnostic with its place in the source.
    pub fn new(source: &Source, diagnostic: &'a Diagnostic) -> Self {
        let (line, column) = line_column(&source.text, diagnostic.span.start);
        let related = diagnostic.related.iter().map(|related| {
            let (line, column) = line_column(&source.text, related.span.start);
            RelatedPlace { message: &related.message, line, column }
        });
        Finding {
            code: diagnostic.code,
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            line,
            column,
            span: Place { start: diagnostic.span.start, end: diagnostic.span.end },
            related: related.collect(),
        }
    }
}

impl fmt::Display for Finding<'_> {
    /// A sentence, for what needs no picture.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)?;
        self.help.map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

/// Draws diagnostics at their source.
pub fn draw(source: &Source, diagnostics: &[Diagnostic], colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(100);
    let named = NamedSource::new(&source.name, source.text.clone());
    let mut text = String::new();
    for diagnostic in diagnostics {
        // Writing to a string cannot fail.
        let _ = handler.render_report(&mut text, &Report { diagnostic, source: &named });
        text.push('\n');
    }
    text
}

/// A diagnostic as miette wants it.
#[derive(Debug)]
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    source: &'a NamedSource<String>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.diagnostic, f)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let here = LabeledSpan::new_primary_with_span(None, self.diagnostic.span.clone());
        let related = self.diagnostic.related.iter();
        let others = related.map(|other| LabeledSpan::new_with_span(Some(other.message.clone()), other.span.clone()));
        Some(Box::new(std::iter::once(here).chain(others)))
    }
}
