//! A command that was not carried out.

use serde::Serialize;
use wattproof_engine::desk::tariff::Diagnostic;
use wattproof_engine::refusal::Refusal;

use crate::exit::Exit;
use crate::findings::{Finding, Source};

/// What is wrong, what to do, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// Stable, kebab-case.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// How the program ends.
    pub exit: Exit,
    /// Diagnostics of a tariff, with its text.
    pub findings: Option<Box<(Source, Vec<Diagnostic>)>>,
}

/// A failure in JSON.
#[derive(Serialize)]
pub struct ErrorDocument<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<Finding<'a>>>,
}

impl Failure {
    /// A tariff that does not check.
    pub fn tariff(source: Source, findings: Vec<Diagnostic>, exit: Exit) -> Self {
        let mistakes = if findings.len() == 1 { "mistake" } else { "mistakes" };
        Failure {
            code: "tariff-invalid".into(),
            message: format!("{} has {} {mistakes}", source.name, findings.len()),
            hint: "mend what is marked; docs/tariffs.md describes the language".into(),
            exit,
            findings: Some(Box::new((source, findings))),
        }
    }

    /// A tariff whose dated data are not all there, or say what it does not know.
    pub fn data(source: Source, findings: Vec<Diagnostic>) -> Self {
        let first = findings.first();
        let hint = match first.map(|finding| finding.code) {
            Some("data-value") => {
                "publish the right value with `wattproof tariff data`: one that no tariff can read is replaced"
            }
            _ => "publish what is missing with `wattproof tariff data`, or give it by --data NAME=CSV",
        };
        Failure {
            code: first.map_or("data-missing", |finding| finding.code).into(),
            message: first.map(|finding| finding.message.clone()).unwrap_or_default(),
            hint: hint.into(),
            exit: Exit::Own,
            findings: Some(Box::new((source, findings))),
        }
    }

    /// A tariff with findings of the privacy lint, so many of which a customer's device refuses.
    pub fn linted(source: Source, findings: Vec<Diagnostic>, refused: usize) -> Self {
        let (count, things) = (findings.len(), if findings.len() == 1 { "finding" } else { "findings" });
        let refused = match refused {
            0 => "bills under it are proved".into(),
            refused => format!("{refused} of which keep a customer's device from proving bills"),
        };
        Failure {
            code: "tariff-lint".into(),
            message: format!("{} has {count} {things}; {refused}", source.name),
            hint: "see what is marked".into(),
            exit: Exit::Refused,
            findings: Some(Box::new((source, findings))),
        }
    }

    /// The JSON form, to stand under `error`.
    pub fn document(&self) -> ErrorDocument<'_> {
        let findings = self.findings.as_deref();
        let findings = findings.map(|found| found.1.iter().map(|one| Finding::new(&found.0, one)).collect());
        ErrorDocument { findings, ..self.brief() }
    }

    /// The same without the findings.
    pub fn brief(&self) -> ErrorDocument<'_> {
        ErrorDocument { code: &self.code, message: &self.message, hint: &self.hint, findings: None }
    }
}

impl<R: Refusal> From<R> for Failure {
    fn from(refusal: R) -> Self {
        Failure {
            code: refusal.code().into(),
            message: refusal.to_string(),
            hint: plain(&refusal.hint()),
            exit: refusal.fault().into(),
            findings: None,
        }
    }
}

/// A hint as a clause: no capital at its beginning and no full stop at its end.
pub fn plain(hint: &str) -> String {
    let hint = hint.strip_suffix('.').unwrap_or(hint);
    let mut letters = hint.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_ascii_uppercase() && second.is_ascii_lowercase() => {
            first.to_lowercase().chain(hint.chars().skip(1)).collect()
        }
        _ => hint.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn hints_are_clauses() {
        assert_eq!(plain("Compare that letter with the label."), "compare that letter with the label");
        assert_eq!(plain("import batch 3"), "import batch 3");
        assert_eq!(plain("VAT is missing"), "VAT is missing");
        assert_eq!(plain(""), "");
    }
}
