//! Checks of prices by data: rows of a data set's values, columns of slots.

use super::almanac::{Set, When};
use super::amount::Known;
use super::diagnostic::{Diagnostic, Span};
use super::grammar::table::{label, row};
use super::sheet::{self, Columns, Series, Table, TimesKind};
use super::tree::{At, Item, Label, Row, Text};
use super::window::unknown_value;
use crate::data::Kind;

impl Known<'_, '_> {
    /// `price import by colour { peak otherwise  blue 16.09 12.96 c/kWh … }`
    pub(super) fn table_by(
        &mut self,
        series: Series,
        data: &Text<'_>,
        items: &[At<Item<'_>>],
        place: &Span,
    ) -> Option<Table> {
        let (data_place, values) = self.choice_of(data)?;
        let mut items = items.iter().cloned().peekable();
        let mut heads = Vec::new();
        while items.peek().is_some_and(|item| match &item.is {
            Item::Name(name) => !values.iter().any(|value| value == name),
            Item::In(_) | Item::Otherwise => true,
            Item::Price(_) | Item::Unit(_) => false,
        }) {
            heads.push(label(&mut items));
        }
        let mut rows = Vec::new();
        while items.peek().is_some() {
            rows.push(row(&mut items, heads.len().max(1), true));
        }
        if heads.is_empty() {
            heads.push(At { is: Label::All, span: place.clone() });
        }
        let columns = self.coverage(&heads.iter().collect::<Vec<_>>(), series.within.as_ref(), place);
        let order = self.each_value(data, &values, &rows, place);
        let prices: Vec<_> = rows.iter().map(|row| self.prices(row, heads.len(), &series, true)).collect();
        let prices = prices.into_iter().collect::<Option<Vec<_>>>()?;
        let mut priced = Vec::new();
        for ((value, prices), row) in order?.into_iter().zip(prices).zip(&rows) {
            let days = self.almanac.published(data_place, When::Now, (0..values.len()).map(|at| at == value));
            for ((set, head), price) in columns.as_ref()?.iter().zip(&heads).zip(prices) {
                let set = self.almanac.and(*set, days);
                let label = [row.is.label.is.text(), head.is.text()].join(" ").trim().to_owned();
                priced.extend((set != Set::NONE).then(|| sheet::Row { label, set, prices: vec![price] }));
            }
        }
        let per = self.own_scope(place);
        Some(Table { series, per, columns: Columns::Flat, rows: priced })
    }

    /// The place and the values of data that have several.
    fn choice_of(&mut self, data: &Text<'_>) -> Option<(usize, Vec<String>)> {
        let place = self.times.find(data, self.found)?;
        if let TimesKind::Choice(place) = self.times.all[place].kind
            && let Some(Kind::OneOf { values, .. }) = self.almanac.data().get(place).map(|data| &data.kind)
        {
            return Some((place, values.clone()));
        }
        let message = format!("`{}` is not data that have several values", data.is);
        let help = format!("write rows of windows: price … {{ {} …  otherwise … }}", data.is);
        self.found.push(Diagnostic::new("wrong-kind", &data.span, message).help(help));
        None
    }

    /// The place of each row's value among all; each is in one row.
    fn each_value(
        &mut self,
        data: &Text<'_>,
        values: &[String],
        rows: &[At<Row<'_>>],
        place: &Span,
    ) -> Option<Vec<usize>> {
        let mut order: Vec<Option<usize>> = Vec::new();
        for row in rows {
            let value = self.row_value(data, values, row);
            if let Some(first) = order.iter().position(|other| other.is_some() && *other == value) {
                let message = format!("`{}` has two rows", row.is.label.is.text());
                let twice = Diagnostic::new("priced-twice", &row.is.label.span, message);
                let twice = twice.related(&rows[first].is.label.span, "the first is here");
                self.found.push(twice.help("remove one of them"));
                return None;
            }
            order.push(value);
        }
        let order = order.into_iter().collect::<Option<Vec<_>>>()?;
        if let Some(value) = (0..values.len()).find(|value| !order.contains(value)) {
            let message = format!("no row prices slots when {} is {}", data.is, values[value]);
            self.found.push(Diagnostic::new("never-priced", place, message).help("add a row for it"));
            return None;
        }
        Some(order)
    }

    fn row_value(&mut self, data: &Text<'_>, values: &[String], row: &At<Row<'_>>) -> Option<usize> {
        if let Label::Within(names) = &row.is.label.is
            && let [name] = &names[..]
        {
            let value = values.iter().position(|value| value == name.is);
            if value.is_none() {
                self.found.push(unknown_value(data.is, name, values));
            }
            return value;
        }
        let message = format!("this row does not begin with a value of `{}`", data.is);
        let help = format!("its values are {}", values.join(", "));
        self.found.push(Diagnostic::new("unlabelled-row", &row.span, message).help(help));
        None
    }
}
