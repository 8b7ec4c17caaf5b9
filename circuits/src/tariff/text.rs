//! The first pass: a tariff's text cut into words, and the words into statements.
//!
//! A statement begins at a statement's keyword that begins a line, or, outside braces, at any word in the first
//! column. A mistake inside one statement therefore leaves the others readable.

use core::fmt;

use logos::Logos;

use super::diagnostic::{Diagnostic, Span};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// How deep brackets may nest.
const MAX_DEPTH: usize = 32;

/// Words that begin a statement.
pub(super) const STATEMENTS: [&str; 12] =
    ["tariff", "register", "gaps", "dates", "data", "season", "window", "series", "define", "carry", "charge", "total"];
/// Words that name nothing.
const RESERVED: [&str; 51] = [
    "tariff",
    "register",
    "gaps",
    "window",
    "charge",
    "total",
    "dates",
    "data",
    "season",
    "series",
    "define",
    "carry",
    "at",
    "version",
    "zone",
    "slot",
    "below",
    "refuse",
    "every",
    "on",
    "except",
    "when",
    "until",
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "price",
    "per",
    "in",
    "of",
    "by",
    "to",
    "above",
    "otherwise",
    "blocks",
    "intervals",
    "prorated",
    "rounded",
    "exact",
    "shown",
    "days",
    "max",
    "min",
    "mean",
    "sum",
    "sqrt",
    "clamp",
    "from",
];

/// Whether a word is kept for the language.
pub(super) fn reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// A word of the text.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n\f\u{feff}]+")]
#[logos(skip(r"#[^\n]*", allow_greedy = true))]
pub(super) enum Token<'a> {
    /// A name or keyword.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Word(&'a str),
    /// Words joined by slashes: a unit or a zone.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)+")]
    Compound(&'a str),
    /// A date.
    #[regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")]
    Date(&'a str),
    /// Hexadecimal digits.
    #[regex(r"0x[0-9a-fA-F]+")]
    Hex(&'a str),
    /// Digits, perhaps with a decimal point.
    #[regex(r"[0-9]+(\.[0-9]+)?")]
    Number(&'a str),
    /// A clock time.
    #[regex(r"[0-9]+:[0-9]+")]
    Clock(&'a str),
    /// Punctuation.
    #[regex(r"[=,:(){}+\-*/%^<>]|<=|>=")]
    Mark(&'a str),
}

impl<'a> Token<'a> {
    /// What stands in the source.
    pub(super) fn text(self) -> &'a str {
        let (Token::Word(text)
        | Token::Compound(text)
        | Token::Date(text)
        | Token::Hex(text)
        | Token::Number(text)
        | Token::Clock(text)
        | Token::Mark(text)) = self;
        text
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.text())
    }
}

/// A token and where it is.
pub(super) type Placed<'a> = (Token<'a>, chumsky::span::SimpleSpan);

/// The tokens of a text; characters that belong to none are reported and skipped.
pub(super) fn tokens<'a>(source: &'a str, found: &mut Vec<Diagnostic>) -> Vec<Placed<'a>> {
    let mut tokens = Vec::new();
    for (token, span) in Token::lexer(source).spanned() {
        match token {
            Ok(token) => tokens.push((token, span.into())),
            Err(()) => found.push(stray(source, &span)),
        }
    }
    tokens
}

fn stray(source: &str, span: &Span) -> Diagnostic {
    let text: String = source[span.clone()].chars().take(10).collect();
    let stray = Diagnostic::new("stray-character", span, format!("{text:?} means nothing here"));
    match text.as_str() {
        "." => stray.help("write a decimal with a digit on both sides of the point, as in 0.5"),
        "×" | "·" => stray.help("write * for times"),
        "÷" => stray.help("write / for divided by"),
        "–" | "—" | "−" => stray.help("write a plain hyphen, -"),
        "£" | "€" | "$" | "₹" | "¥" => {
            stray.help("write the currency's code or its minor unit behind the number, as in 1.50 GBP")
        }
        _ => stray.help("remove it; a comment begins with #"),
    }
}

/// The tokens cut into statements.
pub(super) fn statements<'t, 'a>(source: &str, tokens: &'t [Placed<'a>]) -> Vec<&'t [Placed<'a>]> {
    let mut starts = Vec::new();
    let mut depth = 0usize;
    let mut end = 0;
    for (index, (token, span)) in tokens.iter().enumerate() {
        let new_line = source[end..span.start].contains('\n');
        let first_column = new_line && source[..span.start].ends_with('\n');
        if index == 0 || (new_line && begins(*token, first_column && depth == 0)) {
            starts.push(index);
            depth = 0;
        }
        end = span.end;
        match token {
            Token::Mark("(" | "{") => depth += 1,
            Token::Mark(")" | "}") => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let ends = starts.iter().copied().skip(1).chain([tokens.len()]);
    starts.iter().zip(ends).map(|(start, end)| &tokens[*start..end]).collect()
}

/// Whether the first token of a line begins a statement.
fn begins(token: Token<'_>, first_column: bool) -> bool {
    let Token::Word(word) = token else { return false };
    first_column || STATEMENTS.contains(&word)
}

/// The refusal of a statement whose brackets nest too deeply for the grammar's recursion.
pub(super) fn too_deep(statement: &[Placed<'_>]) -> Option<Diagnostic> {
    let mut depth = 0usize;
    for (token, span) in statement {
        match token {
            Token::Mark("(" | "{") => depth += 1,
            Token::Mark(")" | "}") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let message = format!("brackets nest more than {MAX_DEPTH} deep");
            let help = "give a part of the expression a charge of its own";
            return Some(Diagnostic::new("too-deep", &span.into_range(), message).help(help));
        }
    }
    None
}
