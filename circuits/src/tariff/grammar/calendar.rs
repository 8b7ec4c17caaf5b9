//! Statements about time: dates, data, seasons, windows.

use chumsky::prelude::*;

use super::super::tree::*;
use super::lookup::large_table;
use super::words::*;

pub(super) fn dates<'t, 's: 't>() -> Rule<'t, 's, Dates<'s>> {
    let dates = day().separated_by(mark(",")).at_least(1).collect();
    word("dates")
        .ignore_then(any_word("a name for the dates"))
        .then(mark("=").ignore_then(dates))
        .map(|(name, dates)| Dates { name, dates })
        .boxed()
}

fn day<'t, 's: 't>() -> Rule<'t, 's, At<Day<'s>>> {
    placed(date().map(Day::Once).or(yearly())).boxed()
}

fn yearly<'t, 's: 't>() -> Rule<'t, 's, Day<'s>> {
    let day = number().labelled("a day such as 25 Dec");
    day.then(any_word("a month")).map(|(day, month)| Day::Yearly(day, month)).boxed()
}

pub(super) fn season<'t, 's: 't>() -> Rule<'t, 's, Season<'s>> {
    let part = placed(placed(yearly()).then(word("to").ignore_then(placed(yearly()))));
    word("season")
        .ignore_then(any_word("the season's name"))
        .then(mark("=").ignore_then(part.separated_by(word("and")).at_least(1).collect()))
        .map(|(name, parts)| Season { name, parts })
        .boxed()
}

pub(super) fn data<'t, 's: 't>() -> Rule<'t, 's, Data<'s>> {
    let per = || word("per").ignore_then(any_word("`day` or `slot`"));
    let values = any_word("a value").separated_by(mark(",")).at_least(1).collect::<Vec<_>>();
    let one_of = word("one").then(word("of")).ignore_then(values).then(per());
    let kind = choice((
        word("dates").to(DataKind::Dates),
        large_table().map(|table| DataKind::Table(Box::new(table))),
        one_of.map(|(values, per)| DataKind::OneOf(values, per)),
        unit().then(per()).map(|(unit, per)| DataKind::Number(unit, per)),
    ));
    word("data")
        .ignore_then(any_word("a name for the data"))
        .then(mark(":").ignore_then(kind))
        .map(|(name, kind)| Data { name, kind })
        .boxed()
}

pub(super) fn window<'t, 's: 't>() -> Rule<'t, 's, Window<'s>> {
    let parts = window_part().separated_by(word("and")).at_least(1).collect();
    word("window")
        .ignore_then(any_word("the window's name"))
        .then(mark("=").ignore_then(parts))
        .map(|(name, parts)| Window { name, parts })
        .boxed()
}

fn window_part<'t, 's: 't>() -> Rule<'t, 's, At<WindowPart<'s>>> {
    let hours = placed(clock().then_ignore(mark("-")).then(clock()));
    let hours = hours.separated_by(mark(",")).at_least(1).collect::<Vec<_>>();
    let weekday = || name("a weekday");
    let days = placed(weekday().then(mark("-").ignore_then(weekday()).or_not()));
    let on = word("on").ignore_then(days.separated_by(mark(",")).at_least(1).collect::<Vec<_>>());
    let every = word("every").then(word("day")).map(|_| Vec::new());
    let days = every.or(on);
    let timed = hours.then(days.clone().or_not()).map(|(hours, days)| (hours, days.unwrap_or_default()));
    let begun = timed.or(days.map(|days| (Vec::new(), days))).then(condition().repeated().collect());
    let any_time =
        condition().repeated().at_least(1).collect().map(|conditions| ((Vec::new(), Vec::new()), conditions));
    let part = begun.or(any_time);
    placed(part.map(|((hours, days), conditions)| WindowPart { hours, days, conditions })).boxed()
}

fn condition<'t, 's: 't>() -> Rule<'t, 's, Condition<'s>> {
    let values = any_word("a value").separated_by(word("or")).at_least(1).collect();
    let names = name("a name").separated_by(mark(",")).at_least(1).collect();
    choice((
        word("in").ignore_then(name("a season")).map(Condition::In),
        word("when")
            .ignore_then(name("a name of data"))
            .then(word("is").ignore_then(values))
            .map(|(data, values)| Condition::When(data, values)),
        word("except").ignore_then(names).map(Condition::Except),
        word("from").ignore_then(date()).map(Condition::From),
        word("until").ignore_then(date()).map(Condition::Until),
    ))
    .boxed()
}
