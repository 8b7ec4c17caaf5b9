//! The second pass: statements read by the grammar of `docs/tariffs.md` into their tree. Here statements are told apart
//! and mistakes put in words; each concern's grammar has a file of its own, over the words of [`words`].

mod calendar;
mod expression;
mod lookup;
mod statement;
pub(super) mod table;
mod words;

use chumsky::error::{RichPattern, RichReason};
use chumsky::prelude::*;

use super::diagnostic::{Diagnostic, nearest};
use super::text::{Placed, STATEMENTS, Token, too_deep};
use super::tree::*;

/// The statements of a text; those that do not read are reported and left out.
pub(super) fn read<'s>(source: &'s str, found: &mut Vec<Diagnostic>) -> Vec<Statement<'s>> {
    let tokens = super::text::tokens(source, found);
    let cut = super::text::statements(source, &tokens);
    let grammar = statement::statement(source);
    let mut statements = Vec::new();
    for tokens in cut {
        if let Some(unreadable) = unknown_statement(tokens).or_else(|| too_deep(tokens)) {
            found.push(unreadable);
            statements.extend(broken(tokens));
            continue;
        }
        let end = tokens.last().map_or(0, |(_, span)| span.end);
        let (statement, mistakes) = grammar.parse(tokens.split_token_span((end..end).into())).into_output_errors();
        found.extend(mistakes.into_iter().map(mistake));
        statements.extend(statement.or_else(|| broken(tokens)));
    }
    statements
}

/// What a statement that does not read was meant to declare.
fn broken<'s>(tokens: &[Placed<'s>]) -> Option<Statement<'s>> {
    let word = |index: usize| match tokens.get(index) {
        Some((Token::Word(word), _)) => Some(*word),
        _ => None,
    };
    word(0).map(|keyword| Statement::Broken(nearest(keyword, STATEMENTS).unwrap_or(keyword), word(1)))
}

/// The refusal of a statement whose first word begins none.
fn unknown_statement(tokens: &[Placed<'_>]) -> Option<Diagnostic> {
    let (first, span) = tokens.first()?;
    let span = span.into_range();
    match first {
        Token::Word(word) if STATEMENTS.contains(word) => None,
        Token::Word(word) => {
            let unknown = Diagnostic::new("unknown-statement", &span, format!("no statement begins with `{word}`"));
            let help = "a statement begins with tariff, register, gaps, window, charge or total; \
                        indent a line that continues the one above";
            Some(unknown.nearest(word, STATEMENTS, help))
        }
        other => {
            let message = format!("a statement cannot begin with {other}");
            let help = "a statement begins with tariff, register, gaps, window, charge or total";
            Some(Diagnostic::new("unknown-statement", &span, message).help(help))
        }
    }
}

/// A parser's error in words.
fn mistake(error: Rich<'_, Token<'_>>) -> Diagnostic {
    let span = error.span().into_range();
    let found = error.found().map_or("the statement ends".into(), |token| format!("found {token}"));
    let RichReason::ExpectedFound { expected, .. } = error.reason() else {
        return Diagnostic::new("syntax", &span, error.to_string());
    };
    let mut expected: Vec<String> = expected.iter().filter_map(expectation).collect();
    expected.sort();
    expected.dedup();
    let near = match error.found() {
        Some(Token::Word(word)) => {
            nearest(word, expected.iter().filter_map(|e| e.strip_prefix('`')?.strip_suffix('`')))
        }
        _ => None,
    };
    let help = near.map(|near| format!("did you mean `{near}`?")).or_else(|| match error.found() {
        Some(Token::Word(word @ ("if" | "per"))) => Some(format!("put it in brackets: ({word} …)")),
        Some(Token::Mark("^")) => Some("put a quantity that is raised in brackets: (3 kWh)^2".into()),
        _ => None,
    });
    let message = match expected.split_last() {
        None => format!("{found} here"),
        Some((last, [])) => format!("{found} where {last} is expected"),
        Some((last, rest)) => format!("{found} where {} or {last} is expected", rest.join(", ")),
    };
    Diagnostic { help, ..Diagnostic::new("syntax", &span, message) }
}

fn expectation(pattern: &RichPattern<'_, Token<'_>>) -> Option<String> {
    match pattern {
        RichPattern::Token(token) => Some(token.to_string()),
        RichPattern::Label(label) => Some(label.to_string()),
        RichPattern::EndOfInput => Some("the end of the statement".into()),
        _ => None,
    }
}
