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

/// `lookup NAME by KEY, KEY`
pub(super) fn entry<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, ExprKind<'s>> {
    let keys = expression.separated_by(mark(",")).at_least(1).collect();
    let table = word("lookup").ignore_then(name("a table"));
    table.then_ignore(word("by")).then(keys).map(|(table, keys)| ExprKind::Entry(table, keys)).boxed()
}

/// `table of 0 to 25 every 0.1 %, by 10 to 990 every 10 kWh, root 0x…`
pub(super) fn large_table<'t, 's: 't>() -> Rule<'t, 's, LargeTable<'s>> {
    let keys = placed(steps()).separated_by(mark(",")).at_least(1).collect();
    let table = word("table").then(word("of")).ignore_then(steps());
    table
        .then(mark(",").then(word("by")).ignore_then(keys))
        .then(mark(",").then(word("root")).ignore_then(hex()))
        .map(|((values, keys), root)| LargeTable { values, keys, root })
        .boxed()
}

fn steps<'t, 's: 't>() -> Rule<'t, 's, Steps<'s>> {
    let end = || minus().then(number());
    let ends = end().then_ignore(word("to")).then(end());
    let every = word("every").ignore_then(number()).then(unit().or_not());
    ends.then(every).map(|((from, to), (every, unit))| Steps { from, to, every, unit }).boxed()
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
