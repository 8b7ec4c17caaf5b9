//! Price tables.

use core::iter::Peekable;

use chumsky::prelude::*;

use super::super::text::Token;
use super::super::tree::*;
use super::expression::{bracketed, per, series};
use super::words::*;

pub(super) fn price<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, Price<'s>> {
    let items = item(expression).repeated().at_least(1).collect::<Vec<_>>().boxed();
    let by = word("by").ignore_then(name("a name of data"));
    let by = by.then(items.clone().delimited_by(mark("{"), mark("}")));
    let head = per().or_not().then(mark(",").ignore_then(columns_are()).or_not());
    let columns = column().repeated().collect::<Vec<_>>();
    let rows = head.then(columns.then(items).delimited_by(mark("{"), mark("}")));
    let rows = rows.map(|((per, columns_are), (columns, items))| {
        let rows = rows_of(items, columns.len().max(1));
        PriceTable::Rows(PriceRows { per, columns_are, columns, rows })
    });
    let table = by.map(|(data, items)| PriceTable::By(data, items)).or(rows);
    word("price").ignore_then(series()).then(table).map(|(series, table)| Price { series, table }).boxed()
}

fn columns_are<'t, 's: 't>() -> Rule<'t, 's, At<Columns>> {
    let in_order = word("in").then(word("time")).then(word("order")).to(Spread::InTimeOrder);
    let spread = word("prorated").to(Spread::Prorated).or(in_order);
    let blocks = word("blocks").ignore_then(spread.or_not()).map(Columns::Blocks);
    placed(blocks.or(word("intervals").to(Columns::Intervals))).boxed()
}

fn column<'t, 's: 't>() -> Rule<'t, 's, At<Column<'s>>> {
    let of = word("of").ignore_then(name("a definition"));
    let of = of.map(|At { is, span }| At { is: ExprKind::Name(is), span });
    let to = word("to").ignore_then(placed(quantity()).then(of.or_not()));
    placed(to.map(|(to, of)| Column::To(to, of)).or(word("above").to(Column::Above))).boxed()
}

fn item<'t, 's: 't>(expression: Rule<'t, 's, Expr<'s>>) -> Rule<'t, 's, At<Item<'s>>> {
    let minus = mark("-").or_not().map(|minus| minus.is_some());
    let price = minus.then(number().labelled("a price")).map(|(negative, number)| Cell::Number(negative, number));
    let amount = bracketed(expression).map(Cell::Amount);
    let unit = select! { Token::Compound(text) => text, Token::Mark("%") => "%" }.labelled("a unit");
    placed(choice((
        price.map(Item::Price),
        amount.map(Item::Price),
        word("in").ignore_then(name("a window")).map(Item::In),
        word("otherwise").to(Item::Otherwise),
        name("a window").map(|name| Item::Name(name.is)),
        unit.map(Item::Unit),
    )))
    .boxed()
}

/// The rows that items make, each with so many prices. Where all are prices, they are the only row's, which has no label.
fn rows_of(items: Vec<At<Item<'_>>>, wanted: usize) -> Vec<At<Row<'_>>> {
    let prices = items.iter().filter(|item| matches!(item.is, Item::Name(_) | Item::Price(_))).count();
    let others = items.iter().any(|item| matches!(item.is, Item::In(_) | Item::Otherwise));
    let mut labelled = prices != wanted || others;
    let mut items = items.into_iter().peekable();
    let mut rows = Vec::new();
    while items.peek().is_some() {
        rows.push(row(&mut items, wanted, labelled));
        labelled = true;
    }
    rows
}

/// The next row of at least one item.
pub(in crate::tariff) fn row<'a>(
    items: &mut Peekable<impl Iterator<Item = At<Item<'a>>>>,
    wanted: usize,
    labelled: bool,
) -> At<Row<'a>> {
    let start = items.peek().map_or(0, |item| item.span.start);
    let label = if labelled { label(items) } else { At { is: Label::All, span: start..start } };
    let mut end = label.span.end;
    let mut prices = Vec::new();
    // Numbers beyond those that are wanted are this row's as well: there are too many of them.
    while let Some(At { is, span }) = items.next_if(|item| match item.is {
        Item::Name(_) => prices.len() < wanted,
        Item::Price(_) => true,
        _ => false,
    }) {
        end = span.end;
        prices.push(match is {
            Item::Name(name) => Cell::Amount(At { is: ExprKind::Name(name), span }),
            Item::Price(cell) => cell,
            Item::In(_) | Item::Otherwise | Item::Unit(_) => continue,
        });
        if prices.len() >= wanted && !matches!(items.peek(), Some(At { is: Item::Price(Cell::Number(..)), .. })) {
            break;
        }
    }
    let unit = items.next_if(|item| matches!(item.is, Item::Unit(_)));
    let unit = unit.and_then(|At { is, span }| match is {
        Item::Unit(is) => Some(At { is, span }),
        _ => None,
    });
    let end = unit.as_ref().map_or(end, |unit| unit.span.end);
    At { is: Row { label, prices, unit }, span: start..end }
}

/// A label, when one comes next.
pub(in crate::tariff) fn label<'a>(items: &mut Peekable<impl Iterator<Item = At<Item<'a>>>>) -> At<Label<'a>> {
    let start = items.peek().map_or(0, |item| item.span.start);
    if let Some(At { span, .. }) = items.next_if(|item| matches!(item.is, Item::Otherwise)) {
        return At { is: Label::Otherwise, span };
    }
    let mut names: Vec<Text<'a>> = Vec::new();
    while let Some(At { is, span }) = items.next_if(|item| match item.is {
        Item::Name(_) => names.is_empty(),
        Item::In(_) => true,
        _ => false,
    }) {
        names.extend(match is {
            Item::Name(is) => Some(At { is, span }),
            Item::In(name) => Some(name),
            _ => None,
        });
    }
    match names.last() {
        Some(last) => At { span: start..last.span.end, is: Label::Within(names) },
        None => At { is: Label::All, span: start..start },
    }
}
