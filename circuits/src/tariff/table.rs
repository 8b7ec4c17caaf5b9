//! Checks of price tables: columns that rise, units that make money.

use num_traits::Signed;

use super::amount::Known;
use super::diagnostic::Diagnostic;
use super::sheet::{self, Bound, Scope, Table};
use super::tree::{At, Column, Columns, Label, Price, Row, Text};
use super::unit::{Dim, Unit};
use crate::program::Ratio;

impl Known<'_, '_> {
    /// A price table. Nothing when it does not check, which is reported; so everywhere below.
    pub(super) fn table(&mut self, price: &Price<'_>) -> Option<Table> {
        if let Some(by) = &price.by {
            self.found.push(Diagnostic::later(&by.span, "a price by dated data"));
            return None;
        }
        let series = self.series(&price.series)?;
        let per = self.table_scope(price)?;
        let dim = self.dim_of(series.of);
        self.in_scope(&per.clone(), |known| known.table_in(price, series, per, dim))
    }

    /// The scope that a table counts: that which it stands in, when it names none.
    fn table_scope(&mut self, price: &Price<'_>) -> Option<sheet::Per> {
        match &price.per {
            Some(per) => self.per(per),
            None => {
                let (scope, span) = (self.scope.unwrap_or(Scope::Period), price.series.of.span.clone());
                Some(sheet::Per { scope, prorated: false, span })
            }
        }
    }

    fn table_in(&mut self, price: &Price<'_>, series: sheet::Series, per: sheet::Per, dim: Dim) -> Option<Table> {
        let columns = self.columns(price, per.scope, dim);
        let sets = self.coverage(price, series.within.as_ref());
        let wanted = price.columns.len().max(1);
        let prices: Vec<_> = price.rows.iter().map(|row| self.prices(row, wanted, dim)).collect();
        let (columns, sets) = (columns?, sets?);
        let rows = price
            .rows
            .iter()
            .zip(sets)
            .zip(prices)
            .map(|((row, set), prices)| Some(sheet::Row { label: label(&row.is.label), set, prices: prices? }));
        let rows = rows.collect::<Option<Vec<_>>>()?;
        if per.scope > Scope::Reading && rows.len() > 1 && wanted > 1 {
            let later = Diagnostic::later(&price.series.of.span, "spreading blocks of a period over several rows");
            let help = "write a charge for each window: price import in peak per period, blocks { … }";
            self.found.push(later.help(help));
            return None;
        }
        Some(Table { series, per, columns, rows })
    }

    fn columns(&mut self, price: &Price<'_>, scope: Scope, dim: Dim) -> Option<sheet::Columns> {
        let (Some(are), Some(first)) = (&price.columns_are, price.columns.first()) else {
            return self.no_columns(price);
        };
        let mut bounds: Vec<Bound> = Vec::new();
        for (index, column) in price.columns.iter().enumerate() {
            let last = index + 1 == price.columns.len();
            match (&column.is, last) {
                (Column::Above, true) => {}
                (Column::Above, false) | (Column::To(_), true) => {
                    let message = "the last column, and no other, is `above`";
                    let help = "write the bounds in rising order and then `above`: to 100 kWh  to 300 kWh  above";
                    self.found.push(Diagnostic::new("column-order", &column.span, message).help(help));
                    return None;
                }
                (Column::To(_), false) => {
                    let bound = self.bound(column, scope, dim)?;
                    self.rises(column, bounds.last(), &bound)?;
                    bounds.push(bound);
                }
            }
        }
        if bounds.is_empty() {
            let message = "a single column has no bound to be above";
            self.found.push(Diagnostic::new("column-order", &first.span, message).help("remove it, or add bounds"));
            return None;
        }
        Some(match are.is {
            Columns::Blocks { .. } => sheet::Columns::Blocks(bounds),
            Columns::Intervals => sheet::Columns::Intervals(bounds),
        })
    }

    /// A table with columns and no word on them, or the other way round.
    fn no_columns(&mut self, price: &Price<'_>) -> Option<sheet::Columns> {
        let mistake = match (&price.columns_are, price.columns.first()) {
            (None, Some(column)) => Diagnostic::new("unnamed-columns", &column.span, "it is not said what columns do")
                .help("write `per period, blocks` or `per period, intervals` before the brace"),
            (Some(are), None) => Diagnostic::new("missing-columns", &are.span, "the table has no bounds")
                .help("begin it with a line of bounds: to 100 kWh  to 300 kWh  above"),
            _ => return Some(sheet::Columns::Flat),
        };
        self.found.push(mistake);
        None
    }

    fn bound(&mut self, column: &At<Column<'_>>, scope: Scope, energy: Dim) -> Option<Bound> {
        let Column::To(quantity) = &column.is else { return None };
        let (value, dim) = self.quantity(quantity)?;
        let per_day = scope > Scope::Day && dim == energy.over(Dim::DAY);
        if dim != energy && !per_day {
            let message = format!("this bound is {dim}, and {energy} is counted");
            let help = match energy == Dim::ENERGY {
                true => "write a bound such as 100 kWh",
                false => "write a bound such as 100 kVArh",
            };
            self.found.push(Diagnostic::new("wrong-unit", &column.span, message).help(help));
            return None;
        }
        Some(Bound { energy: value, per_day })
    }

    fn rises(&mut self, column: &At<Column<'_>>, last: Option<&Bound>, bound: &Bound) -> Option<()> {
        let mixed = last.is_some_and(|last| last.per_day != bound.per_day);
        let rises = bound.energy.is_positive() && last.is_none_or(|last| last.energy < bound.energy);
        if rises && !mixed {
            return Some(());
        }
        let (message, help) = match mixed {
            true => ("a bound per day stands beside one that is not", "write all bounds in one unit"),
            false => ("the bounds do not rise", "write them in rising order, above zero"),
        };
        self.found.push(Diagnostic::new("column-order", &column.span, message).help(help));
        None
    }

    /// One price a column, in money per base unit.
    fn prices(&mut self, row: &At<Row<'_>>, wanted: usize, energy: Dim) -> Option<Vec<Ratio>> {
        let Row { prices, unit, .. } = &row.is;
        let per = self.unit(unit);
        if prices.len() != wanted {
            let price = |count: usize| if count == 1 { "1 price".into() } else { format!("{count} prices") };
            let message = format!("this row has {} where the table wants {}", price(prices.len()), price(wanted));
            let mistake = Diagnostic::new("price-count", &row.span, message);
            self.found.push(mistake.help("write one price a column, and the unit once at the row's end"));
            return None;
        }
        let per = self.price_unit(unit, per?, energy)?;
        let prices = prices.iter().map(|(negative, text)| {
            let number = self.number(text)?;
            self.scaled(text, &if *negative { -number } else { number }, &per)
        });
        prices.collect::<Vec<_>>().into_iter().collect()
    }

    fn price_unit(&mut self, text: &Text<'_>, unit: Unit, energy: Dim) -> Option<Unit> {
        let wanted = Dim::MONEY.over(energy);
        if unit.dim == wanted {
            return Some(unit);
        }
        let message = format!("this is {}, and a price here is {wanted}", unit.dim);
        let hour = if energy == Dim::ENERGY { "kWh" } else { "kVArh" };
        self.found.push(
            Diagnostic::new("wrong-unit", &text.span, message).help(format!("write {}/{hour}", self.money_word())),
        );
        None
    }
}

pub(super) fn label(label: &Label<'_>) -> String {
    match label {
        Label::All => String::new(),
        Label::Within(names) => names.iter().map(|name| name.is).collect::<Vec<_>>().join(" in "),
        Label::Otherwise(_) => "otherwise".to_owned(),
    }
}
