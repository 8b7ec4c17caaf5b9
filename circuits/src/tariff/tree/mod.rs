//! What the grammar finds: a tariff's statements as they are written, every part with its place in the source.

mod calendar;
mod expression;
mod lookup;
mod statement;
mod table;

pub(super) use calendar::*;
pub(super) use expression::*;
pub(super) use lookup::*;
pub(super) use statement::*;
pub(super) use table::*;

use super::diagnostic::Span;

/// A part and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At<T> {
    pub(crate) is: T,
    pub(crate) span: Span,
}

/// A word of the source.
pub(crate) type Text<'a> = At<&'a str>;
