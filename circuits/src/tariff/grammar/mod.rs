//! The second pass: statements read by the grammar of `docs/tariffs.md` into their tree. Here statements are told apart
//! and mistakes put in words; each concern's grammar has a file of its own, over the words of [`words`].

mod calendar;
mod expression;
pub(super) mod habit;
mod lookup;
mod statement;
pub(super) mod table;
mod words;

use chumsky::error::{RichPattern, RichReason};
use chumsky::prelude::*;

use self::habit::habit;
use super::diagnostic::{Diagnostic, Span, nearest};
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
        found.extend(mistakes.into_iter().map(|error| mistake(error, tokens)));
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
    if is_nameless(tokens) {
        return Some(Statement::Broken("charge", word(0)));
    }
    word(0).map(|keyword| Statement::Broken(nearest(keyword, STATEMENTS).unwrap_or(keyword), word(1)))
}

/// Whether a statement begins with a name and `=`, and so lacks the word that says what is named.
fn is_nameless(tokens: &[Placed<'_>]) -> bool {
    match tokens {
        [(Token::Word(name), _), (Token::Mark("="), _), ..] => nearest(name, ["total"]).is_none(),
        _ => false,
    }
}

/// The refusal of a statement whose first word begins none.
fn unknown_statement(tokens: &[Placed<'_>]) -> Option<Diagnostic> {
    let (first, span) = tokens.first()?;
    let span = span.into_range();
    let words = || format!("a statement begins with {}", STATEMENTS.join(", "));
    match first {
        Token::Word(word) if STATEMENTS.contains(word) => None,
        Token::Word(word) => {
            let unknown = Diagnostic::new("unknown-statement", &span, format!("no statement begins with `{word}`"));
            if is_nameless(tokens) {
                return Some(unknown.help(format!("write charge {word} = …, or window, define or series before it")));
            }
            let help = format!("{}; indent a line that continues the one above", words());
            Some(unknown.nearest(word, STATEMENTS, &help))
        }
        other => {
            let message = format!("a statement cannot begin with {other}");
            Some(Diagnostic::new("unknown-statement", &span, message).help(words()))
        }
    }
}

/// A parser's error in words.
fn mistake(error: Rich<'_, Token<'_>>, statement: &[Placed<'_>]) -> Diagnostic {
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
    let open = error.found().is_none().then(|| unclosed(statement)).flatten();
    let closed = open.as_ref().map(|(bracket, _)| format!("close the {bracket} that is opened above"));
    let help = habit(statement, &span, &expected).or(closed);
    let help = help.or_else(|| near.map(|near| format!("did you mean `{near}`?")));
    let message = match expected.split_last() {
        None => format!("{found} here"),
        Some((last, [])) => format!("{found} where {last} is expected"),
        Some((last, rest)) => format!("{found} where {} or {last} is expected", rest.join(", ")),
    };
    let mistake = Diagnostic { help, ..Diagnostic::new("syntax", &span, message) };
    match open {
        Some((_, place)) => mistake.related(&place, "this is not closed"),
        None => mistake,
    }
}

/// The last bracket that a statement opens and does not close.
fn unclosed<'s>(statement: &[Placed<'s>]) -> Option<(Token<'s>, Span)> {
    let mut open = Vec::new();
    for (token, span) in statement {
        match token {
            Token::Mark("(" | "{") => open.push((*token, span.into_range())),
            Token::Mark(")" | "}") => _ = open.pop(),
            _ => {}
        }
    }
    open.pop()
}

fn expectation(pattern: &RichPattern<'_, Token<'_>>) -> Option<String> {
    match pattern {
        RichPattern::Token(token) => Some(token.to_string()),
        RichPattern::Label(label) => Some(label.to_string()),
        RichPattern::EndOfInput => Some("the end of the statement".into()),
        _ => None,
    }
}
