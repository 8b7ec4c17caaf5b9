//! Expressions, and the suffix by which they are rounded.

use chumsky::prelude::*;

use super::super::tree::*;
use super::table::price;
use super::words::*;
use crate::program::Ties;

pub(super) fn rounding<'t, 's: 't>() -> impl Rule<'t, 's, Rounding<'s>> {
    let half = choice((
        word("up").to(Ties::HalfUp),
        word("even").to(Ties::HalfEven),
        word("away").then(word("from")).then(word("zero")).to(Ties::HalfAwayFromZero),
    ));
    let ties = choice((word("half").ignore_then(half), word("up").to(Ties::Up), word("down").to(Ties::Down)));
    word("rounded")
        .ignore_then(ties)
        .then(word("to").ignore_then(placed(quantity())))
        .map(|(ties, to)| Rounding { ties, to })
}

pub(super) fn scope<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    word("per").ignore_then(any_word("`reading` or `period`"))
}

pub(super) fn series<'t, 's: 't>() -> impl Rule<'t, 's, Series<'s>> {
    name("a register").then(within()).map(|(register, within)| Series { register, within })
}

/// `in peak in summer`: the slots that are in all of them.
pub(super) fn within<'t, 's: 't>() -> impl Rule<'t, 's, Vec<Text<'s>>> {
    word("in").ignore_then(name("a window")).repeated().collect()
}

pub(super) fn expression<'t, 's: 't>() -> impl Rule<'t, 's, Expr<'s>> {
    recursive(|expression| {
        let atom = atom(expression).boxed();
        let minus = mark("-").repeated().count();
        let factor = placed(minus.then(atom)).map(|At { is: (minuses, atom), span }| match minuses % 2 {
            0 => atom,
            _ => At { is: ExprKind::Negative(Box::new(atom)), span },
        });
        let factor = factor.boxed();
        let times = mark("*").to(false).or(mark("/").to(true));
        let product = placed(factor.clone().then(times.then(factor).repeated().collect::<Vec<_>>()));
        let product = product.map(|At { is: (first, rest), span }| match rest.is_empty() {
            true => first,
            false => At { is: ExprKind::Product(Box::new(first), rest), span },
        });
        let product = product.boxed();
        let plus = mark("+").to(false).or(mark("-").to(true));
        let sum = placed(product.clone().then(plus.then(product).repeated().collect::<Vec<_>>()));
        sum.map(|At { is: (first, rest), span }| match rest.is_empty() {
            true => first,
            false => At { is: ExprKind::Sum(Box::new(first), rest), span },
        })
    })
    .labelled("an amount")
}

fn atom<'t, 's: 't>(expression: impl Rule<'t, 's, Expr<'s>> + 't) -> impl Rule<'t, 's, Expr<'s>> {
    let list = expression.clone().separated_by(mark(",")).at_least(1).collect::<Vec<_>>();
    let extreme = word("max").to(Extreme::Max).or(word("min").to(Extreme::Min));
    let extreme = extreme.then(list.delimited_by(mark("("), mark(")")));
    let energy = word("energy").then(word("of")).ignore_then(series());
    let power = word("power").then(word("of")).ignore_then(series());
    placed(choice((
        quantity().map(ExprKind::Quantity),
        energy.map(ExprKind::Energy),
        power.map(ExprKind::Power),
        price().map(|price| ExprKind::Price(Box::new(price))),
        extreme.map(|(which, of)| ExprKind::Extreme(which, of)),
        word("days").to(ExprKind::Days),
        name("a charge").map(|name| ExprKind::Name(name.is)),
    )))
    .or(expression.delimited_by(mark("("), mark(")")))
}
