//! Statements: header, registers, gaps, charges, the total.

use chumsky::prelude::*;

use super::super::text::Token;
use super::super::tree::*;
use super::calendar::{data, dates, season, window};
use super::expression::{expression, rounding};
use super::words::*;

pub(super) fn statement<'t, 's: 't>(source: &'s str) -> Rule<'t, 's, Statement<'s>> {
    choice((
        header(source).map(Statement::Header),
        register().map(Statement::Register),
        gaps().map(Statement::Gaps),
        dates().map(Statement::Dates),
        data().map(Statement::Data),
        season().map(Statement::Season),
        window().map(Statement::Window),
        series_of().map(Statement::Series),
        define().map(Statement::Define),
        carry().map(Statement::Carry),
        charge().map(Statement::Charge),
        total().map(Statement::Total),
    ))
    .boxed()
}

fn header<'t, 's: 't>(source: &'s str) -> Rule<'t, 's, Header<'s>> {
    let day = mark(",").ignore_then(word("day")).ignore_then(word("from")).ignore_then(clock());
    let bills = mark(",").ignore_then(word("bills")).ignore_then(word("per")).ignore_then(any_word("`month`"));
    word("tariff")
        .ignore_then(any_word("the tariff's name"))
        .then(word("version").ignore_then(number()))
        .then(word("in").ignore_then(any_word("a currency")))
        .then(mark(",").ignore_then(word("zone")).ignore_then(zone(source)))
        .then(mark(",").ignore_then(word("slot")).ignore_then(number()).then_ignore(word("min")))
        .then(day.or_not())
        .then(bills.or_not())
        .map(|((((((name, version), currency), zone), slot), day_from), bills)| Header {
            name,
            version,
            currency,
            zone,
            slot,
            day_from,
            bills,
        })
        .boxed()
}

/// A zone's name may hold hyphens and signs: `America/Port-au-Prince`, `Etc/GMT+1`.
fn zone<'t, 's: 't>(source: &'s str) -> Rule<'t, 's, Text<'s>> {
    let part = select! { Token::Word(_) => (), Token::Compound(_) => () }.labelled("a time zone");
    let tail = select! { Token::Word(_) => (), Token::Compound(_) => (), Token::Number(_) => () };
    let join = select! { Token::Mark("-" | "+") => () };
    placed(part.then(join.then(tail).repeated()).ignored())
        .map(move |At { span, .. }| At { is: source.get(span.clone()).unwrap_or_default(), span })
        .boxed()
}

fn register<'t, 's: 't>() -> Rule<'t, 's, Register<'s>> {
    let two = select! { Token::Number("2") => () }.labelled("`2^`");
    word("register")
        .ignore_then(any_word("the register's name"))
        .then(word("in").ignore_then(unit()))
        .then(mark(",").ignore_then(word("below")).ignore_then(two).ignore_then(mark("^")).ignore_then(number()))
        .map(|((name, unit), bits)| Register { name, unit, bits })
        .boxed()
}

fn gaps<'t, 's: 't>() -> Rule<'t, 's, Gaps<'s>> {
    let mean = ["mean", "of", "the", "same", "slot", "on", "other", "days"];
    let mean = mean.map(|expected| word(expected).ignored().boxed());
    let mean = mean.into_iter().fold(word("estimate").ignored().boxed(), |rule, next| rule.then_ignore(next).boxed());
    let values = placed(quantity()).separated_by(mark(",")).at_least(1).collect();
    let rule = choice((
        word("refuse").to(GapRule::Refuse),
        mean.to(GapRule::Mean),
        word("at").ignore_then(values).map(GapRule::At),
    ));
    word("gaps").then(rule).map(|(keyword, rule)| Gaps { keyword: keyword.span, rule }).boxed()
}

fn series_of<'t, 's: 't>() -> Rule<'t, 's, SeriesOf<'s>> {
    word("series")
        .ignore_then(any_word("the series' name"))
        .then(mark("=").ignore_then(expression()))
        .map(|(name, amount)| SeriesOf { name, amount })
        .boxed()
}

fn define<'t, 's: 't>() -> Rule<'t, 's, Define<'s>> {
    word("define")
        .ignore_then(any_word("the definition's name"))
        .then(mark("=").ignore_then(expression()))
        .then(word("from").ignore_then(date()).then(expression()).repeated().collect::<Vec<_>>())
        .then(rounding().or_not())
        .then(word("shown").or_not())
        .map(|((((name, amount), later), rounding), shown)| {
            let shown = shown.map(|word| word.span);
            Define { name, amount, later, rounding, shown }
        })
        .boxed()
}

fn carry<'t, 's: 't>() -> Rule<'t, 's, Carry<'s>> {
    let of_the_last = |what: &'static str| word("of").then(word("the")).then(word("last")).then(word(what));
    let sum = word("sum").then(word("of")).ignore_then(name("a definition")).then_ignore(word("since"));
    let sum = sum
        .then(number().then(any_word("a month")))
        .map(|(figure, (day, month))| (CarryRule::SumSince(day, month), figure));
    let highest = word("highest").then(word("of")).ignore_then(name("a definition"));
    let highest =
        highest.then_ignore(word("in").then(word("the")).then(word("last"))).then(number()).then_ignore(word("bills"));
    let highest = highest.map(|(figure, count)| (CarryRule::HighestOfLast(count), figure));
    let last = name("a definition").then_ignore(of_the_last("bill")).map(|figure| (CarryRule::Last, figure));
    word("carry")
        .ignore_then(any_word("the carried value's name"))
        .then(word("in").ignore_then(number().or_not()).then(unit()))
        .then(mark(",").ignore_then(word("below")).ignore_then(placed(quantity())))
        .then(mark(",").ignore_then(choice((sum, highest, last))))
        .map(|(((name, (number, unit)), below), (rule, figure))| Carry { name, number, unit, below, rule, figure })
        .boxed()
}

fn charge<'t, 's: 't>() -> Rule<'t, 's, Charge<'s>> {
    word("charge")
        .ignore_then(any_word("the charge's name"))
        .then(mark("=").ignore_then(expression()))
        .then(rounding().or_not())
        .then(word("shown").or_not())
        .map(|(((name, amount), rounding), shown)| Charge { name, amount, rounding, shown: shown.is_some() })
        .boxed()
}

fn total<'t, 's: 't>() -> Rule<'t, 's, Total<'s>> {
    let ending = word("exact").map(|_| Ending::Exact).or(rounding().map(Ending::Rounded));
    word("total")
        .then(mark("=").ignore_then(expression()))
        .then(ending.or_not())
        .map(|((keyword, amount), ending)| Total { keyword: keyword.span, amount, ending })
        .boxed()
}
