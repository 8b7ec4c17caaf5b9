//! What people write by habit, and what the language says instead: one table for all mistakes of form.

use super::super::diagnostic::Span;
use super::super::text::{Placed, Token, reserved};

/// Tokens around a mistake, what the grammar would have taken there, and what to write.
///
/// `@` stands before the token that the mistake is found at. In capitals stand kinds of tokens, else the token itself,
/// with `|` between several. The second is one of the things expected, or nothing when they do not matter. In the last,
/// `{0}` is the first token's text; see [`filled`] for what may be made of it.
const HABITS: &[(&str, &str, &str)] = &[
    // Numbers and units.
    ("NUMBER @, NUMBER", "", "write {0}.{2}: decimals have a point, and thousands no mark"),
    ("NUMBER UNIT @per WORD", "", "write {0} {1}/{3}"),
    ("NUMBER % @of", "", "write {0}% * …"),
    ("NUMBER % @NAME|price|max|min|days|if|per", "", "write {0}% * {2}"),
    ("NUMBER % @(", "", "write {0}% * (…)"),
    ("@x|X|times", "`*`", "write * for times"),
    ("@^", "", "put a quantity that is raised in brackets: (3 kWh)^2"),
    // Dates.
    ("@NUMBER MONTH NUMBER", "", "write {0:date}"),
    ("NUMBER MONTH @NUMBER", "", "write {0:date}"),
    ("@MONTH NUMBER", "", "write the day first, {1} {0:month}, or a date such as 2026-04-01"),
    // Clock times and days.
    ("@NUMBER am|pm|AM|PM", "a clock time", "write hours as 22:00-06:00, from 00:00 to 24:00"),
    ("- @NUMBER", "a clock time", "write hours as 22:00-06:00, from 00:00 to 24:00"),
    ("@NUMBER - NUMBER", "a clock time", "write {0:hour}-{2:hour}"),
    ("@NUMBER to NUMBER", "a clock time", "write {0:hour}-{2:hour}"),
    ("CLOCK @to|until|till|and CLOCK", "`-`", "write {0}-{2}"),
    ("from @CLOCK WORD CLOCK", "", "write {1}-{3}"),
    ("from @CLOCK - CLOCK", "", "write {1}-{3}"),
    ("@DAY - DAY", "`on`", "write on {0:day}-{2:day}"),
    ("@DAY to DAY", "`on`", "write on {0:day}-{2:day}"),
    ("@DAY", "`on`", "write on {0:day}"),
    ("on DAY @to DAY", "", "write on {1:day}-{3:day}"),
    ("@WEEKDAYS", "`on`", "write on Mon-Fri"),
    ("@WEEKEND", "`on`", "write on Sat-Sun"),
    ("every @WEEKDAYS", "", "write on Mon-Fri"),
    ("every @WEEKEND", "", "write on Sat-Sun"),
    ("every @DAY", "", "write on {1:day}"),
    ("@daily|everyday|always", "`every`", "write every day"),
    ("in NAME @on|every", "", "write the days before `in`: on … in {1}"),
    ("in NAME @CLOCK", "", "write the hours first: {2}-… in {1}"),
    // Data.
    ("if NAME @is", "", "data choose windows, window NAME = when {1} is …, or rows, price … by {1} { … }"),
    ("when NAME @=", "", "write when {1} is …"),
    ("when @NOTHING", "", "write the data's name and a value: when colour is red"),
    ("when NAME @NOTHING", "`is`", "write the data's name as well: when colour is {1}"),
    ("when NAME @WORD|,", "`is`", "write the data's name as well: when colour is {1}"),
    ("data NAME : NAME @,", "", "write data {1}: one of {3}, … per day"),
    // Registers.
    ("below @NUMBER", "`2^`", "write a power of two: below {1:power}"),
    // Maximum demand.
    ("max|min @power|energy", "`(`", "write brackets: {0}({1} of import)"),
    ("power|energy @in|)|,|NOTHING", "`of`", "name the register: {0} of import"),
    // Rounding.
    ("rounded @to NUMBER UNIT", "", "say how: rounded half up to {2} {3}"),
    ("rounded @to", "", "say how: rounded half up to …, or up, or down"),
    ("up|down|even|zero @NUMBER UNIT", "`to`", "write {0} to {1} {2}"),
    ("up|down|even|zero @NUMBER", "`to`", "write {0} to {1} …"),
    ("rounded @NUMBER|WORD", "", "say how, and to what: rounded half up to 1 p"),
    // Tables and curves.
    ("NUMBER - NUMBER UNIT @above", "", "write each block's upper bound only: to {2} {3} … above"),
    ("NUMBER - NUMBER @above", "", "write each block's upper bound only: to {2} … above"),
    (
        "NUMBER UNIT @to|above",
        "a window",
        "write all bounds first, then a row of prices: to 50 kWh above 3.25 4.05 p/kWh",
    ),
    ("NUMBER @to|above", "a window", "write all bounds first, then a row of prices: to 50 kWh above 3.25 4.05 p/kWh"),
    ("@}", "`above`", "end it with `above` and what follows the last bound, such as above 8.20 p/kWh"),
    ("@=", "`<=`", "compare by <=, >=, < or >"),
    ("NAME @:", "`=`", "write {0} = …"),
    ("NAME|otherwise @:|=", "", "write {0} without {1}"),
    // Names.
    ("NAME @- NAME", "`=`", "write {0}_{2}: a name has no hyphen"),
    // Amounts inside amounts.
    ("@if", "", "put it in brackets: (if …)"),
    ("@per", "", "put it in brackets: (per …)"),
];

/// Words for the days of work, and for the others.
const WEEKDAYS: [&str; 6] = ["weekday", "weekdays", "workday", "workdays", "working_days", "business_days"];
const WEEKEND: [&str; 2] = ["weekend", "weekends"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The days that a word such as `weekdays` means, as the language writes them.
pub(in crate::tariff) fn days_meant(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let weekdays = WEEKDAYS.contains(&word.as_str()).then_some("Mon-Fri");
    weekdays.or_else(|| WEEKEND.contains(&word.as_str()).then_some("Sat-Sun"))
}

/// What to write where a statement does not read, when it is a habit that is known.
pub(super) fn habit(statement: &[Placed<'_>], mistake: &Span, expected: &[String]) -> Option<String> {
    let texts: Vec<&str> = statement.iter().map(|(token, _)| token.text()).collect();
    let at = statement.iter().position(|(_, span)| span.start >= mistake.start).unwrap_or(statement.len());
    let expects = |wanted: &str| wanted.is_empty() || expected.iter().any(|label| label == wanted);
    HABITS.iter().filter(|(_, wanted, _)| expects(wanted)).find_map(|(pattern, _, write)| {
        let pieces: Vec<&str> = pattern.split(' ').collect();
        let marked = pieces.iter().position(|piece| piece.starts_with('@') && piece.len() > 1)?;
        let start = at.checked_sub(marked)?;
        let fits = pieces.iter().enumerate().all(|(place, piece)| {
            let piece = if place == marked { &piece[1..] } else { piece };
            let token = statement.get(start + place).map(|(token, _)| *token);
            piece.split('|').any(|one| is(one, token))
        });
        fits.then(|| filled(write, texts.get(start..).unwrap_or_default()))
    })
}

/// Whether a token is of a kind, or of a text; there is none behind the statement's end.
fn is(kind: &str, token: Option<Token<'_>>) -> bool {
    match (kind, token) {
        ("NOTHING", None) => true,
        (_, None) => false,
        ("NUMBER", Some(Token::Number(_))) | ("CLOCK", Some(Token::Clock(_))) => true,
        ("UNIT", Some(Token::Compound(_) | Token::Mark("%"))) => true,
        ("UNIT" | "NAME", Some(Token::Word(word))) => !reserved(word),
        ("WORD", Some(Token::Word(_))) => true,
        ("DAY", Some(Token::Word(word))) => named(word, &DAYS).is_some(),
        ("MONTH", Some(Token::Word(word))) => named(word, &MONTHS).is_some(),
        ("WEEKDAYS", Some(Token::Word(word))) => days_meant(word) == Some("Mon-Fri"),
        ("WEEKEND", Some(Token::Word(word))) => days_meant(word) == Some("Sat-Sun"),
        (text, Some(token)) => token.text() == text,
    }
}

/// The place of the name that a word of three letters or more begins.
fn named(word: &str, names: &[&str]) -> Option<usize> {
    let word = word.to_lowercase();
    (word.len() >= 3).then(|| names.iter().position(|name| name.starts_with(&word))).flatten()
}

/// `{0}` is a token's text; `{0:hour}` a clock time of it, `{0:day}` and `{0:month}` the three letters of its name,
/// `{0:date}` a date of a day, a month and a year, `{0:power}` the power of two that holds it.
fn filled(write: &str, tokens: &[&str]) -> String {
    let mut text = String::new();
    let mut rest = write;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let held = after.split_once('}').and_then(|(held, after)| Some((made(held, tokens)?, after)));
        match held {
            Some((made, after)) => {
                text.push_str(&made);
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

fn made(held: &str, tokens: &[&str]) -> Option<String> {
    let (place, how) = held.split_once(':').unwrap_or((held, ""));
    let place: usize = place.parse().ok()?;
    let token = *tokens.get(place)?;
    let three = |names: &[&str]| {
        let name = names.get(named(token, names)?)?;
        Some(name[..1].to_uppercase() + &name[1..3])
    };
    match how {
        "hour" => Some(format!("{token:0>2}:00")),
        "day" => three(&DAYS),
        "month" => three(&MONTHS),
        "date" => {
            let month = named(tokens.get(place + 1)?, &MONTHS)? + 1;
            Some(format!("{}-{month:02}-{token:0>2}", tokens.get(place + 2)?))
        }
        "power" => {
            let least: u64 = token.parse().ok()?;
            Some(format!("2^{}", least.checked_next_power_of_two()?.trailing_zeros()))
        }
        _ => Some(token.to_owned()),
    }
}
