//! Statements about time: windows.

use chumsky::prelude::*;

use super::super::tree::*;
use super::words::*;

pub(super) fn window<'t, 's: 't>() -> impl Rule<'t, 's, Window<'s>> {
    let parts = window_part().separated_by(word("and")).at_least(1).collect();
    word("window")
        .ignore_then(any_word("the window's name"))
        .then(mark("=").ignore_then(parts))
        .map(|(name, parts)| Window { name, parts })
}

fn window_part<'t, 's: 't>() -> impl Rule<'t, 's, At<WindowPart<'s>>> {
    let hours = placed(clock().then_ignore(mark("-")).then(clock()));
    let hours = hours.separated_by(mark(",")).at_least(1).collect::<Vec<_>>();
    let weekday = || any_word("a weekday");
    let days = placed(weekday().then(mark("-").ignore_then(weekday()).or_not()));
    let on = word("on").ignore_then(days.separated_by(mark(",")).at_least(1).collect::<Vec<_>>());
    let every = word("every").then(word("day")).map(|_| Vec::new());
    let except = word("except").then_ignore(any_word("a name"));
    let timed = hours.then(every.or(on.clone()));
    let part = timed.or(on.map(|days| (Vec::new(), days))).then(except.or_not());
    placed(part.map(|((hours, days), except)| WindowPart { hours, days, except }))
}
