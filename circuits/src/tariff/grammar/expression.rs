//! Expressions, and the suffix by which they are rounded.

use chumsky::prelude::*;

use super::super::tree::*;
use super::lookup::{curve, entry, lookup};
use super::table::price;
use super::words::*;
use crate::program::Ties;

/// The most scopes that one expression begins with: as many as there are.
const MAX_SCOPES: usize = 6;

pub(super) fn rounding<'t, 's: 't>() -> Rule<'t, 's, Rounding<'s>> {
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
        .boxed()
}

/// `per month prorated`
pub(super) fn per<'t, 's: 't>() -> Rule<'t, 's, Per<'s>> {
    let scope = word("per").ignore_then(any_word("`reading`, `day`, `month`, `quarter`, `year` or `period`"));
    scope
        .then(word("prorated").or_not())
        .map(|(scope, word)| Per { scope, prorated: word.map(|word| word.span) })
        .boxed()
}

pub(super) fn series<'t, 's: 't>() -> Rule<'t, 's, Series<'s>> {
    name("a register or series").then(within()).map(|(of, within)| Series { of, within }).boxed()
}

fn within<'t, 's: 't>() -> Rule<'t, 's, Vec<Text<'s>>> {
    word("in").ignore_then(name("a window")).repeated().collect().boxed()
}

/// Scopes, then one choice or one condition or amount. What is left of a chain's operator binds less than what is right
/// of it: `or`, `and`, `not`, comparisons, sums, products, signs, powers.
pub(super) fn expression<'t, 's: 't>() -> Rule<'t, 's, Expr<'s>> {
    recursive(|expression| {
        let expression = expression.boxed();
        let plain = any_of(all_of(compared(sum(expression).boxed()).boxed()).boxed()).boxed();
        let value = placed(scoped().repeated().at_most(MAX_SCOPES).collect::<Vec<_>>().then(plain.clone()));
        let value = value.map(in_scopes).boxed();
        let condition = word("if").ignore_then(plain).then(word("then").ignore_then(value.clone()));
        let more = word("else").ignore_then(condition.clone()).repeated().collect::<Vec<_>>();
        let choice = condition.then(more).then(word("else").ignore_then(value.clone()));
        let choice = placed(
            choice.map(|((first, more), last)| ExprKind::If([first].into_iter().chain(more).collect(), Box::new(last))),
        );
        let scopes = scoped().repeated().at_most(MAX_SCOPES).collect::<Vec<_>>();
        placed(scopes.then(choice)).map(in_scopes).or(value)
    })
    .labelled("an amount")
    .boxed()
}

fn in_scopes<'a>(At { is: (scopes, inner), span }: At<(Vec<Scoped<'a>>, Expr<'a>)>) -> Expr<'a> {
    let around = |inner, scoped| At { is: ExprKind::Scoped(Box::new(scoped), Box::new(inner)), span: span.clone() };
    scopes.into_iter().rev().fold(inner, around)
}

fn scoped<'t, 's: 't>() -> Rule<'t, 's, Scoped<'s>> {
    let highest = word("of").ignore_then(number()).then_ignore(word("highest"));
    let mean = word("mean").ignore_then(highest.or_not());
    let how = choice((
        mean.map(|count| count.map_or(Aggregate::Mean, Aggregate::Highest)),
        word("max").to(Aggregate::Extreme(Extreme::Max)),
        word("min").to(Aggregate::Extreme(Extreme::Min)),
        word("sum").to(Aggregate::Sum),
    ));
    let how = how.or_not().map(|how| how.unwrap_or(Aggregate::Sum));
    how.then(per()).then(within()).map(|((how, per), within)| Scoped { how, per, within }).boxed()
}

/// `a or b or c`, of which each is `a and b and c`.
fn any_of<'t, 's: 't>(item: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Expr<'s>> {
    placed(item.separated_by(word("or")).at_least(1).collect()).map(|parts| chain(parts, ExprKind::Any)).boxed()
}

fn all_of<'t, 's: 't>(item: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Expr<'s>> {
    placed(item.separated_by(word("and")).at_least(1).collect()).map(|parts| chain(parts, ExprKind::All)).boxed()
}

fn chain<'a>(parts: At<Vec<Expr<'a>>>, of: fn(Vec<Expr<'a>>) -> ExprKind<'a>) -> Expr<'a> {
    let At { is: mut parts, span } = parts;
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => At { is: of(parts.into_iter().chain(last).collect()), span },
    }
}

/// An amount, or two of them compared, perhaps denied.
fn compared<'t, 's: 't>(sum: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Expr<'s>> {
    let sign = choice((
        mark("<=").to(Comparison::LessOrEqual),
        mark(">=").to(Comparison::GreaterOrEqual),
        mark("<").to(Comparison::Less),
        mark(">").to(Comparison::Greater),
    ));
    let compared = placed(sum.clone().then(sign.then(sum).or_not()));
    let compared = compared.map(|At { is: (left, right), span }| match right {
        Some((sign, right)) => At { is: ExprKind::Compared(Box::new([left, right]), sign), span },
        None => left,
    });
    placed(word("not").repeated().count().then(compared))
        .map(|At { is: (nots, of), span }| match nots % 2 {
            0 => of,
            _ => At { is: ExprKind::Not(Box::new(of)), span },
        })
        .boxed()
}

fn sum<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Expr<'s>> {
    let factor = factor(expression).boxed();
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
    .boxed()
}

/// An atom with its signs and its power: `-x^2` is `-(x^2)`.
fn factor<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Expr<'s>> {
    let raised = placed(atom(expression).then(mark("^").ignore_then(number()).or_not()));
    let raised = raised.map(|At { is: (atom, power), span }| match power {
        Some(power) => At { is: ExprKind::Raised(Box::new(atom), power), span },
        None => atom,
    });
    let amount = placed(quantity().map(ExprKind::Quantity)).or(raised);
    placed(mark("-").repeated().count().then(amount))
        .map(|At { is: (minuses, atom), span }| match minuses % 2 {
            0 => atom,
            _ => At { is: ExprKind::Negative(Box::new(atom)), span },
        })
        .boxed()
}

fn atom<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Expr<'s>> {
    let list = expression.clone().separated_by(mark(",")).at_least(1).collect::<Vec<_>>();
    let list = list.delimited_by(mark("("), mark(")")).boxed();
    let extreme = word("max").to(Extreme::Max).or(word("min").to(Extreme::Min)).then(list.clone());
    let energy = word("energy").then(word("of")).ignore_then(series());
    let power = || word("power").then(word("of")).ignore_then(series());
    let highest = word("mean").then(word("of")).ignore_then(number()).then_ignore(word("highest")).then(power());
    placed(choice((
        energy.map(ExprKind::Energy),
        power().map(ExprKind::Power),
        highest.map(|(count, series)| ExprKind::Highest(count, series)),
        price(expression.clone()).map(|price| ExprKind::Price(Box::new(price))),
        lookup(expression.clone()).map(|lookup| ExprKind::Lookup(Box::new(lookup))),
        entry(expression.clone()),
        curve(expression.clone()).map(|curve| ExprKind::Curve(Box::new(curve))),
        extreme.map(|(which, of)| ExprKind::Extreme(which, of)),
        word("clamp").ignore_then(list).map(ExprKind::Clamp),
        root(expression.clone()),
        ratio(expression.clone()),
        word("days").to(ExprKind::Days),
        name("a name").map(|name| ExprKind::Name(name.is)),
    )))
    .or(bracketed(expression))
    .boxed()
}

fn root<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, ExprKind<'s>> {
    let of = word("sqrt").ignore_then(expression.delimited_by(mark("("), mark(")")));
    of.then(rounding().or_not()).map(|(of, rounding)| ExprKind::Root(Box::new(of), rounding)).boxed()
}

/// What stands in for the ratio is an amount without operators.
fn ratio<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, ExprKind<'s>> {
    let both = expression.clone().then_ignore(mark(",")).then(expression.clone());
    let both = word("ratio").ignore_then(both.delimited_by(mark("("), mark(")")));
    let otherwise = placed(quantity().map(ExprKind::Quantity)).or(bracketed(expression));
    let otherwise = placed(mark("-").or_not().then(otherwise)).map(|At { is: (minus, of), span }| match minus {
        Some(()) => At { is: ExprKind::Negative(Box::new(of)), span },
        None => of,
    });
    both.then_ignore(word("or"))
        .then(otherwise)
        .map(|((of, over), or)| ExprKind::Ratio(Box::new([of, over, or])))
        .boxed()
}

/// An amount in brackets, perhaps rounded.
pub(super) fn bracketed<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Expr<'s>> {
    let inside = placed(expression.then(rounding().or_not())).delimited_by(mark("("), mark(")"));
    inside
        .map(|At { is: (of, rounding), span }| match rounding {
            Some(rounding) => At { is: ExprKind::Rounded(Box::new(of), rounding), span },
            None => of,
        })
        .boxed()
}
