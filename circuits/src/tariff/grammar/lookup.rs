//! Look-up tables and curves.

use chumsky::prelude::*;

use super::super::tree::*;
use super::expression::bracketed;
use super::words::*;

pub(super) fn lookup<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Lookup<'s>> {
    let head = word("lookup").then(word("by"));
    let to = || word("to").ignore_then(placed(quantity()));
    let columns = to().repeated().at_least(1).collect::<Vec<_>>().then_ignore(word("above"));
    let rows = row(expression.clone()).repeated().at_least(1).collect::<Vec<_>>().boxed();
    let one = mark("{").ignore_then(rows.clone()).then_ignore(mark("}")).map(|rows| (None, rows));
    let two = mark(",").ignore_then(expression.clone()).then_ignore(mark("{")).then(columns).then(rows);
    let two = two.then_ignore(mark("}")).map(|(across, rows)| (Some(across), rows));
    head.ignore_then(expression).then(one.or(two)).map(|(key, (across, rows))| Lookup { key, across, rows }).boxed()
}

fn row<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, At<LookupRow<'s>>> {
    let to = word("to").ignore_then(placed(quantity())).map(Some).or(word("above").to(None));
    let number = minus().then(number()).map(|(negative, number)| Cell::Number(negative, number));
    let amount = bracketed(expression).map(Cell::Amount);
    let cells = number.or(amount).repeated().at_least(1).collect();
    placed(to.then(cells).then(unit().or_not()).map(|((to, cells), unit)| LookupRow { to, cells, unit })).boxed()
}

pub(super) fn curve<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Curve<'s>> {
    let point = placed(word("at").ignore_then(signed()).then(signed()).map(|(at, value)| [at, value]));
    let points = point.repeated().at_least(1).collect();
    let body = points.then(word("above").ignore_then(signed())).delimited_by(mark("{"), mark("}"));
    let head = word("curve").then(word("by")).ignore_then(expression);
    head.then(body).map(|(key, (points, above))| Curve { key, points, above }).boxed()
}

fn signed<'t, 's: 't>() -> Rule<'t, 's, Signed<'s>> {
    minus().then(placed(quantity())).map(|(negative, quantity)| Signed { negative, quantity }).boxed()
}

fn minus<'t, 's: 't>() -> Rule<'t, 's, bool> {
    mark("-").or_not().map(|minus| minus.is_some()).boxed()
}
