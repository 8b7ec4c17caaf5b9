//! Words of the grammar: keywords, marks, names, numbers, units, each with its place.

use chumsky::input::MappedInput;
use chumsky::prelude::*;

use super::super::text::{Placed, Token, reserved};
use super::super::tree::*;

pub(super) type Tokens<'t, 's> = MappedInput<'t, Token<'s>, SimpleSpan, &'t [Placed<'s>]>;
pub(super) type Extra<'t, 's> = extra::Err<Rich<'t, Token<'s>>>;

/// A piece of the grammar. Boxed, so that the types of the whole grammar stay small and so does the time to compile it.
pub(super) type Rule<'t, 's, O> = Boxed<'t, 't, Tokens<'t, 's>, O, Extra<'t, 's>>;

pub(super) fn word<'t, 's: 't>(word: &'static str) -> Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(found) if found == word => found }).labelled(format!("`{word}`")).boxed()
}

pub(super) fn mark<'t, 's: 't>(mark: &'static str) -> Rule<'t, 's, ()> {
    select! { Token::Mark(found) if found == mark => () }.labelled(format!("`{mark}`")).boxed()
}

pub(super) fn placed<'t, 's: 't, O: 't>(
    rule: impl Parser<'t, Tokens<'t, 's>, O, Extra<'t, 's>> + Clone + 't,
) -> Rule<'t, 's, At<O>> {
    rule.map_with(|is, extra| At { is, span: extra.span().into_range() }).boxed()
}

pub(super) fn any_word<'t, 's: 't>(label: &'static str) -> Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(word) => word }).labelled(label).boxed()
}

pub(super) fn name<'t, 's: 't>(label: &'static str) -> Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(word) if !reserved(word) => word }).labelled(label).boxed()
}

pub(super) fn number<'t, 's: 't>() -> Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Number(text) => text }).labelled("a number").boxed()
}

pub(super) fn hex<'t, 's: 't>() -> Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Hex(text) => text }).labelled("a root, 0x and 64 digits").boxed()
}

pub(super) fn date<'t, 's: 't>() -> Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Date(text) => text }).labelled("a date").boxed()
}

pub(super) fn clock<'t, 's: 't>() -> Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Clock(text) => text }).labelled("a clock time").boxed()
}

pub(super) fn unit<'t, 's: 't>() -> Rule<'t, 's, Text<'s>> {
    let unit = select! {
        Token::Word(text) if !reserved(text) => text,
        Token::Compound(text) => text,
        Token::Mark("%") => "%",
    };
    placed(unit).labelled("a unit").boxed()
}

pub(super) fn quantity<'t, 's: 't>() -> Rule<'t, 's, Quantity<'s>> {
    number().then(unit().or_not()).map(|(number, unit)| Quantity { number, unit }).boxed()
}
