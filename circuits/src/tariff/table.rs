//! Checks of price tables: columns that rise, prices that are constants and make money.

use num_traits::Signed;

use super::amount::Known;
use super::diagnostic::{Diagnostic, Span};
use super::sheet::{self, Amount, Bound, BoundPer, Scope, Table};
use super::tree::{At, Cell, Column, Columns, Label, Price, PriceRows, PriceTable, Row, Spread};
use super::unit::{Dim, Unit};

impl Known<'_, '_> {
    /// A price table. Nothing when it does not check, which is reported; so everywhere below.
    pub(super) fn table(&mut self, price: &Price<'_>) -> Option<Table> {
        let series = self.series(&price.series)?;
        let place = &price.series.of.span;
        match &price.table {
            PriceTable::Rows(rows) => {
                let per = self.table_scope(rows, place)?;
                self.in_scope(&per.clone(), |known| known.table_in(rows, series, per, place))
            }
            PriceTable::By(data, items) => self.table_by(series, data, items, place),
        }
    }

    /// The scope that a table counts: that which it stands in, when it names none.
    fn table_scope(&mut self, rows: &PriceRows<'_>, place: &Span) -> Option<sheet::Per> {
        match &rows.per {
            Some(per) => self.per(per),
            None => Some(self.own_scope(place)),
        }
    }

    /// The scope that a table stands in.
    pub(super) fn own_scope(&self, place: &Span) -> sheet::Per {
        sheet::Per { scope: self.scope.unwrap_or(Scope::Period), prorated: self.prorated, span: place.clone() }
    }

    fn table_in(
        &mut self,
        price: &PriceRows<'_>,
        series: sheet::Series,
        per: sheet::Per,
        place: &Span,
    ) -> Option<Table> {
        let columns = self.columns(price, &series, &per);
        let labels: Vec<_> = price.rows.iter().map(|row| &row.is.label).collect();
        let labelled: Vec<_> = price.rows.iter().map(|row| self.labelled(row, price.rows.len())).collect();
        let sets = self.coverage(&labels, series.within.as_ref(), place);
        let wanted = price.columns.len().max(1);
        let each = columns.as_ref().is_some_and(|columns| each_reading(columns, &per));
        let rows: Vec<_> = price.rows.iter().map(|row| self.prices(row, wanted, &series, each)).collect();
        labelled.into_iter().collect::<Option<()>>()?;
        let (columns, sets) = (columns?, sets?);
        self.spreads(&columns, &per, &price.rows)?;
        let rows = price.rows.iter().zip(sets).zip(rows);
        let rows =
            rows.map(|((row, set), prices)| Some(sheet::Row { label: row.is.label.is.text(), set, prices: prices? }));
        Some(Table { series, per, columns, rows: rows.collect::<Option<_>>()? })
    }

    /// Reports a row without a label that is not the only one.
    fn labelled(&mut self, row: &At<Row<'_>>, rows: usize) -> Option<()> {
        if rows == 1 || !matches!(row.is.label.is, Label::All) {
            return Some(());
        }
        let message = "this row does not say which slots it prices";
        let help = "begin it with a window or with `otherwise`";
        self.found.push(Diagnostic::new("unlabelled-row", &row.span, message).help(help));
        None
    }

    /// Reports blocks of a total over several rows, of which nothing says how they spread.
    fn spreads(&mut self, columns: &sheet::Columns, per: &sheet::Per, rows: &[At<Row<'_>>]) -> Option<()> {
        let sheet::Columns::Blocks(bounds, spread) = columns else { return Some(()) };
        let several = rows.len() > 1 && per.scope > Scope::Reading;
        let finding = match spread {
            None if several => {
                let message = "it is not said how the blocks spread over the rows";
                let help = "write `blocks prorated`, by which every row takes its share of each block, \
                            or `blocks in time order`, by which readings climb one after the other";
                Diagnostic::new("missing-spread", &rows[1].is.label.span, message).help(help)
            }
            Some(Spread::InTimeOrder) if bounds.iter().any(|bound| matches!(bound.per, BoundPer::One(_))) => {
                let message = "blocks in time order end at bounds that are known before, and these depend on readings";
                Diagnostic::new("varying-bounds", &per.span, message).help("write `blocks prorated`")
            }
            _ => return Some(()),
        };
        self.found.push(finding);
        None
    }

    fn columns(&mut self, price: &PriceRows<'_>, series: &sheet::Series, per: &sheet::Per) -> Option<sheet::Columns> {
        let (Some(are), Some(first)) = (&price.columns_are, price.columns.first()) else {
            return self.no_columns(price);
        };
        let dim = self.dim_of(series.of);
        let mut bounds: Vec<Bound> = Vec::new();
        for (index, column) in price.columns.iter().enumerate() {
            let last = index + 1 == price.columns.len();
            match (&column.is, last) {
                (Column::Above, true) => {}
                (Column::Above, false) | (Column::To(..), true) => {
                    let message = "the last column, and no other, is `above`";
                    let help = "write the bounds in rising order and then `above`: to 100 kWh  to 300 kWh  above";
                    self.found.push(Diagnostic::new("column-order", &column.span, message).help(help));
                    return None;
                }
                (Column::To(to, of), false) => {
                    let (value, unit) = self.quantity(&to.is)?;
                    let of = match of {
                        Some(of) => Some(self.amount(of)?),
                        None => None,
                    };
                    let bound = self.bound(&column.span, Bound { value, per: BoundPer::Scope }, unit, of, dim, per)?;
                    self.rises(&column.span, bounds.last(), &bound)?;
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
            Columns::Blocks(spread) => sheet::Columns::Blocks(bounds, spread),
            Columns::Intervals => sheet::Columns::Intervals(bounds),
        })
    }

    /// A table with columns and no word on them, or the other way round.
    fn no_columns(&mut self, price: &PriceRows<'_>) -> Option<sheet::Columns> {
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

    /// A bound: so much energy, so much a day, or so much for one of an amount.
    fn bound(
        &mut self,
        span: &Span,
        bound: Bound,
        unit: Dim,
        of: Option<Amount>,
        energy: Dim,
        per: &sheet::Per,
    ) -> Option<Bound> {
        let counted = of.as_ref().map_or(unit, |of| unit.times(of.dim));
        if let Some(of) = of.filter(|_| counted == energy) {
            return Some(Bound { per: BoundPer::One(of), ..bound });
        }
        if counted == energy {
            return Some(bound);
        }
        if per.scope > Scope::Day && counted == energy.over(Dim::DAY) {
            return Some(Bound { per: BoundPer::Day, ..bound });
        }
        let message = format!("this bound is {counted}, and {energy} is counted");
        let hour = if energy == Dim::REACTIVE_ENERGY { "kVArh" } else { "kWh" };
        let help = match unit == energy.over(Dim::POWER) {
            true => format!("say of which power: to 200 {hour}/kW of demand"),
            false => format!("write a bound such as 100 {hour}"),
        };
        self.found.push(Diagnostic::new("wrong-unit", span, message).help(help));
        None
    }

    fn rises(&mut self, span: &Span, last: Option<&Bound>, bound: &Bound) -> Option<()> {
        let mixed = last.is_some_and(|last| !alike(&last.per, &bound.per));
        let rises = bound.value.is_positive() && last.is_none_or(|last| last.value < bound.value);
        if rises && !mixed {
            return Some(());
        }
        let (message, help) = match mixed {
            true => {
                ("this bound is of another kind than the one before", "write all bounds in one unit, of one amount")
            }
            false => ("the bounds do not rise", "write them in rising order, above zero"),
        };
        self.found.push(Diagnostic::new("column-order", span, message).help(help));
        None
    }

    /// One price a column, in money per base unit; of each slot by itself when they may be dated so.
    pub(super) fn prices(
        &mut self,
        row: &At<Row<'_>>,
        wanted: usize,
        series: &sheet::Series,
        each: bool,
    ) -> Option<Vec<Amount>> {
        let Row { prices, .. } = &row.is;
        if prices.len() != wanted {
            let price = |count: usize| if count == 1 { "1 price".into() } else { format!("{count} prices") };
            let message = format!("this row has {} where the table wants {}", price(prices.len()), price(wanted));
            let mistake = Diagnostic::new("price-count", &row.span, message);
            self.found.push(mistake.help("write one price a column, and the unit of numbers once at the row's end"));
            return None;
        }
        let energy = self.dim_of(series.of);
        let unit = self.row_unit(row, energy)?;
        let scope = if each { Scope::Reading } else { self.scope.unwrap_or(Scope::Period) };
        let per = sheet::Per { scope, prorated: self.prorated, span: row.span.clone() };
        self.in_scope(&per, |known| {
            let prices: Vec<_> = prices.iter().map(|price| known.price(price, &unit, energy)).collect();
            prices.into_iter().collect()
        })
    }

    /// The unit of a row's numbers.
    fn row_unit(&mut self, row: &At<Row<'_>>, energy: Dim) -> Option<Unit> {
        let Row { prices, unit, .. } = &row.is;
        let number = prices.iter().find_map(|price| match price {
            Cell::Number(_, text) => Some(text),
            Cell::Amount(_) => None,
        });
        let mistake = match (number, unit) {
            (Some(_), Some(text)) => {
                let unit = self.unit(text)?;
                return self.makes_money(unit.dim, &text.span, energy).then_some(unit);
            }
            (None, None) => return Some(Unit::ONE),
            (Some(number), None) => Diagnostic::new("missing-unit", &number.span, "this price has no unit")
                .help(format!("write it behind the row's prices: {}", self.price_unit(energy))),
            (None, Some(unit)) => {
                let message = "a unit stands behind amounts that have their own";
                Diagnostic::new("stray-unit", &unit.span, message).help("leave it out")
            }
        };
        self.found.push(mistake);
        None
    }

    /// A price: a number, or a constant.
    fn price(&mut self, price: &Cell<'_>, unit: &Unit, energy: Dim) -> Option<Amount> {
        let price = self.cell(price, unit)?;
        if price.nature.varies {
            let message = "this depends on readings, and a price is a constant";
            let help = "write a number, a constant in brackets, or the name of a definition that is one";
            self.found.push(Diagnostic::new("not-constant", &price.span, message).help(help));
            return None;
        }
        self.makes_money(price.dim, &price.span, energy).then_some(price)
    }

    /// Whether a price times energy is money; reports one that is not.
    fn makes_money(&mut self, dim: Dim, span: &Span, energy: Dim) -> bool {
        let wanted = Dim::MONEY.over(energy);
        if dim != wanted {
            let message = format!("this is {dim}, and a price here is {wanted}");
            let help = format!("write {}", self.price_unit(energy));
            self.found.push(Diagnostic::new("wrong-unit", span, message).help(help));
        }
        dim == wanted
    }

    fn price_unit(&self, energy: Dim) -> String {
        let hour = match energy {
            Dim::REACTIVE_ENERGY => "kVArh",
            Dim::APPARENT_ENERGY => "kVAh",
            _ => "kWh",
        };
        format!("{}/{hour}", self.money_word())
    }
}

/// Whether prices are taken slot by slot.
fn each_reading(columns: &sheet::Columns, per: &sheet::Per) -> bool {
    let by_slot = matches!(columns, sheet::Columns::Flat | sheet::Columns::Blocks(_, Some(Spread::InTimeOrder)));
    by_slot || per.scope == Scope::Reading
}

/// Whether two bounds are multiplied by the same.
fn alike(a: &BoundPer, b: &BoundPer) -> bool {
    match (a, b) {
        (BoundPer::One(a), BoundPer::One(b)) => match (&a.kind, &b.kind) {
            (sheet::AmountKind::Define(a), sheet::AmountKind::Define(b)) => a == b,
            _ => false,
        },
        (BoundPer::Scope, BoundPer::Scope) | (BoundPer::Day, BoundPer::Day) => true,
        _ => false,
    }
}
