//! What is wrong with a tariff's text, where, and what to write instead.

use core::ops::Range;

/// The most findings of one run.
pub(super) const MAX_FINDINGS: usize = 100;

/// Bytes of the source.
pub type Span = Range<usize>;

/// One thing wrong with a tariff. Its `Display` is the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Diagnostic {
    /// The reason as a stable kebab-case word.
    pub code: &'static str,
    /// Where: bytes of the source, possibly none at its end.
    pub span: Span,
    /// What is wrong, as a clause in lower case.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
}

/// Another place that a diagnostic speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Bytes of the source.
    pub span: Span,
    /// What is there.
    pub message: String,
}

impl Diagnostic {
    /// Whether the tariff is sound, and only bills no such period.
    pub fn of_period(&self) -> bool {
        matches!(self.code, "not-a-month" | "cut-part" | "changes-inside")
    }

    pub(super) fn new(code: &'static str, span: &Span, message: impl Into<String>) -> Self {
        Diagnostic { code, span: span.clone(), message: message.into(), help: None, related: Vec::new() }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds `did you mean …` when one of the names is near, else the other help.
    pub(super) fn nearest<'a>(self, to: &str, names: impl IntoIterator<Item = &'a str>, otherwise: &str) -> Self {
        match nearest(to, names) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self.help(otherwise),
        }
    }

    pub(super) fn related(mut self, span: &Span, message: impl Into<String>) -> Self {
        self.related.push(Related { span: span.clone(), message: message.into() });
        self
    }
}

/// The name most like `to`, when one is like it.
pub fn nearest<'a>(to: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(&to.to_lowercase(), &name.to_lowercase());
    let scored = names.into_iter().map(|name| (likeness(name), name));
    scored.filter(|(score, _)| *score >= 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// The line and column, from one, of a byte of the source; columns count characters.
pub fn line_column(source: &str, offset: usize) -> (usize, usize) {
    let end = (0..=offset.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
    let before = &source[..end];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
