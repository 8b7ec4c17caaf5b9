//! Price tables.

use chumsky::prelude::*;

use super::super::tree::*;
use super::expression::{per, series};
use super::words::*;

pub(super) fn price<'t, 's: 't>() -> impl Rule<'t, 's, Price<'s>> {
    let prorated = word("prorated").ignored();
    let in_order = word("in").then(word("time")).then(word("order")).ignored();
    let blocks = word("blocks").ignore_then(prorated.or(in_order).or_not());
    let blocks = blocks.map(|rule| Columns::Blocks { rule: rule.is_some() });
    let columns_are = placed(blocks.or(word("intervals").to(Columns::Intervals)));
    let to = word("to").ignore_then(quantity()).map(Column::To);
    let columns = placed(to.or(word("above").to(Column::Above))).repeated().collect();
    word("price")
        .ignore_then(series())
        .then(per().or_not())
        .then(mark(",").ignore_then(columns_are).or_not())
        .then(columns.then(row().repeated().at_least(1).collect()).delimited_by(mark("{"), mark("}")))
        .map(|(((series, per), columns_are), (columns, rows))| Price {
            series,
            by: None,
            per,
            columns_are,
            columns,
            rows,
        })
        .or(price_by())
}

/// A table keyed by dated data, known by its head only.
fn price_by<'t, 's: 't>() -> impl Rule<'t, 's, Price<'s>> {
    let body = any().and_is(mark("}").not()).repeated();
    word("price")
        .ignore_then(series())
        .then(word("by").ignore_then(any_word("a name")))
        .then_ignore(body.delimited_by(mark("{"), mark("}")))
        .map(|(series, by)| {
            let by = Some(by);
            Price { series, by, per: None, columns_are: None, columns: Vec::new(), rows: Vec::new() }
        })
}

fn row<'t, 's: 't>() -> impl Rule<'t, 's, At<Row<'s>>> {
    let names = name("a window").separated_by(word("in")).at_least(1).collect();
    let label = choice((word("otherwise").map(|word| Label::Otherwise(word.span)), names.map(Label::Within)));
    let minus = mark("-").or_not().map(|minus| minus.is_some());
    let prices = minus.then(number().labelled("a price")).repeated().at_least(1).collect();
    placed(label.or_not().then(prices).then(unit()).map(|((label, prices), unit)| Row {
        label: label.unwrap_or(Label::All),
        prices,
        unit,
    }))
}
