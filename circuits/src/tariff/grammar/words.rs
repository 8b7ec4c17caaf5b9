//! Words of the grammar: keywords, marks, names, numbers, units, each with its place.

use chumsky::input::MappedInput;
use chumsky::prelude::*;

use super::super::text::{Placed, Token, reserved};
use super::super::tree::*;

pub(super) type Tokens<'t, 's> = MappedInput<'t, Token<'s>, SimpleSpan, &'t [Placed<'s>]>;
pub(super) type Extra<'t, 's> = extra::Err<Rich<'t, Token<'s>>>;

/// A piece of the grammar.
pub(super) trait Rule<'t, 's: 't, O>: Parser<'t, Tokens<'t, 's>, O, Extra<'t, 's>> + Clone {}
impl<'t, 's: 't, O, P: Parser<'t, Tokens<'t, 's>, O, Extra<'t, 's>> + Clone> Rule<'t, 's, O> for P {}

pub(super) fn word<'t, 's: 't>(word: &'static str) -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(found) if found == word => found }).labelled(format!("`{word}`"))
}

pub(super) fn mark<'t, 's: 't>(mark: &'static str) -> impl Rule<'t, 's, ()> {
    select! { Token::Mark(found) if found == mark => () }.labelled(format!("`{mark}`"))
}

pub(super) fn placed<'t, 's: 't, O>(rule: impl Rule<'t, 's, O>) -> impl Rule<'t, 's, At<O>> {
    rule.map_with(|is, extra| At { is, span: extra.span().into_range() })
}

pub(super) fn any_word<'t, 's: 't>(label: &'static str) -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(word) => word }).labelled(label)
}

pub(super) fn name<'t, 's: 't>(label: &'static str) -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(word) if !reserved(word) => word }).labelled(label)
}

pub(super) fn number<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Number(text) => text }).labelled("a number")
}

pub(super) fn date<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Date(text) => text }).labelled("a date")
}

pub(super) fn clock<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Clock(text) => text }).labelled("a clock time")
}

pub(super) fn unit<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    let unit = select! {
        Token::Word(text) if !reserved(text) => text,
        Token::Compound(text) => text,
        Token::Mark("%") => "%",
    };
    placed(unit).labelled("a unit")
}

pub(super) fn quantity<'t, 's: 't>() -> impl Rule<'t, 's, Quantity<'s>> {
    number().then(unit().or_not()).map(|(number, unit)| Quantity { number, unit })
}
