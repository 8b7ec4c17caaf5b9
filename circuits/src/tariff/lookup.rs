//! Checks of look-up tables and curves.

use super::amount::{Known, Part};
use super::diagnostic::{Diagnostic, Span};
use super::function::together;
use super::sheet::{self, Amount, AmountKind, Nature};
use super::tree::{At, Cell, Curve, Expr, Lookup, LookupRow, Quantity, Signed};
use super::unit::{Dim, Unit};
use crate::program::Ratio;

/// The most rows or columns of a look-up table, and points of a curve.
const MAX_ROWS: usize = 1_000;

impl Known<'_, '_> {
    pub(super) fn lookup(&mut self, lookup: &Lookup<'_>) -> Option<Part> {
        self.few(lookup.rows.len().max(lookup.across.as_ref().map_or(0, |(_, to)| to.len())), &lookup.key.span)?;
        let key = self.key(&lookup.key);
        let bounds = key.as_ref().and_then(|key| self.row_bounds(&lookup.rows, key.dim));
        let across = match &lookup.across {
            Some((key, to)) => self.key(key).and_then(|key| {
                let bounds = self.rising(to.iter(), key.dim)?;
                Some(Some((key, bounds)))
            }),
            None => Some(None),
        };
        let wanted = lookup.across.as_ref().map_or(1, |(_, to)| to.len() + 1);
        let rows: Vec<_> = lookup.rows.iter().map(|row| self.cells(row, wanted)).collect();
        let rows = rows.into_iter().collect::<Option<Vec<_>>>()?;
        let (key, bounds, across) = (key?, bounds?, across?);
        let first = rows.first().and_then(|row| row.first())?;
        for cell in rows.iter().flatten() {
            self.same(first, cell, "an alternative to")?;
            self.unbroken(cell, "look it up")?;
        }
        let dim = first.dim;
        let keys = [&key].into_iter().chain(across.as_ref().map(|(key, _)| key));
        let nature = together(keys.chain(rows.iter().flatten()));
        Some((AmountKind::Lookup(Box::new(sheet::Lookup { key, bounds, across, rows })), dim, nature))
    }

    fn few(&mut self, rows: usize, span: &Span) -> Option<()> {
        if rows <= MAX_ROWS {
            return Some(());
        }
        let message = format!("a table has at most {MAX_ROWS} rows and columns");
        self.found.push(Diagnostic::new("too-many-rows", span, message).help("merge some"));
        None
    }

    pub(super) fn key(&mut self, key: &Expr<'_>) -> Option<Amount> {
        let key = self.amount(key)?;
        self.unbroken(&key, "look it up")?;
        Some(key)
    }

    /// Where rows end: all but the last, and in rising order.
    fn row_bounds(&mut self, rows: &[At<LookupRow<'_>>], key: Dim) -> Option<Vec<Ratio>> {
        let (last, rest) = rows.split_last()?;
        let misplaced = rest.iter().find(|row| row.is.to.is_none()).or(last.is.to.as_ref().map(|_| last));
        if let Some(row) = misplaced {
            let message = "the last row, and no other, is `above`";
            let help = "write the bounds in rising order and then `above`: to 50 kWh …  to 250 kWh …  above …";
            self.found.push(Diagnostic::new("row-order", &row.span, message).help(help));
            return None;
        }
        self.rising(rest.iter().filter_map(|row| row.is.to.as_ref()), key)
    }

    /// Bounds of a key, in rising order.
    fn rising<'b, 'q: 'b>(
        &mut self,
        bounds: impl Iterator<Item = &'b At<Quantity<'q>>>,
        key: Dim,
    ) -> Option<Vec<Ratio>> {
        let mut values: Vec<Ratio> = Vec::new();
        for At { is: quantity, span } in bounds {
            let (value, dim) = self.quantity(quantity)?;
            self.is_key(dim, key, span)?;
            self.above(values.last(), &value, span)?;
            values.push(value);
        }
        Some(values)
    }

    fn is_key(&mut self, dim: Dim, key: Dim, span: &Span) -> Option<()> {
        if dim == key {
            return Some(());
        }
        let message = format!("this bound is {dim}, and {key} is looked up");
        self.found.push(Diagnostic::new("wrong-unit", span, message).help(format!("write {key}")));
        None
    }

    fn above(&mut self, last: Option<&Ratio>, value: &Ratio, span: &Span) -> Option<()> {
        if last.is_none_or(|last| last < value) {
            return Some(());
        }
        let message = "the bounds do not rise";
        self.found.push(Diagnostic::new("row-order", span, message).help("write them in rising order"));
        None
    }

    /// A row's amounts, one a column.
    fn cells(&mut self, row: &At<LookupRow<'_>>, wanted: usize) -> Option<Vec<Amount>> {
        let LookupRow { cells, unit, .. } = &row.is;
        if cells.len() != wanted {
            let count = |count: usize| if count == 1 { "1 value".into() } else { format!("{count} values") };
            let message = format!("this row has {} where the table wants {}", count(cells.len()), count(wanted));
            let help = "write one value a column, and the unit of numbers once at the row's end";
            self.found.push(Diagnostic::new("price-count", &row.span, message).help(help));
            return None;
        }
        let numbers = cells.iter().any(|cell| matches!(cell, Cell::Number(..)));
        if let Some(unit) = unit.as_ref().filter(|_| !numbers) {
            let message = "a unit stands behind amounts that have their own";
            self.found.push(Diagnostic::new("stray-unit", &unit.span, message).help("leave it out"));
            return None;
        }
        let unit = match unit {
            Some(unit) => self.unit(unit)?,
            None => Unit::ONE,
        };
        let cells: Vec<_> = cells.iter().map(|cell| self.cell(cell, &unit)).collect();
        cells.into_iter().collect()
    }

    pub(super) fn cell(&mut self, cell: &Cell<'_>, unit: &Unit) -> Option<Amount> {
        match cell {
            Cell::Amount(amount) => self.amount(amount),
            Cell::Number(negative, text) => {
                let number = self.number(text)?;
                let number = self.scaled(text, &if *negative { -number } else { number }, unit)?;
                let (kind, span) = (AmountKind::Number(number), text.span.clone());
                Some(Amount { kind, dim: unit.dim, nature: Nature::CONSTANT, span })
            }
        }
    }

    pub(super) fn curve(&mut self, curve: &Curve<'_>) -> Option<Part> {
        self.few(curve.points.len(), &curve.key.span)?;
        let key = self.key(&curve.key)?;
        let mut points: Vec<(Ratio, Ratio)> = Vec::new();
        let mut of = None;
        for At { is: [at, value], .. } in &curve.points {
            let ((x, x_dim), (y, y_dim)) = (self.signed(at)?, self.signed(value)?);
            self.is_key(x_dim, key.dim, &at.quantity.span)?;
            self.above(points.last().map(|(x, _)| x), &x, &at.quantity.span)?;
            let dim = *of.get_or_insert(y_dim);
            self.on_curve(y_dim, dim, &value.quantity.span)?;
            points.push((x, y));
        }
        let dim = of?;
        let (above, slope) = self.signed(&curve.above)?;
        self.on_curve(slope, dim.over(key.dim), &curve.above.quantity.span)?;
        let nature = key.nature;
        Some((AmountKind::Curve(Box::new(sheet::Curve { key, points, above })), dim, nature))
    }

    fn signed(&mut self, signed: &Signed<'_>) -> Option<(Ratio, Dim)> {
        let (value, dim) = self.quantity(&signed.quantity.is)?;
        Some((if signed.negative { -value } else { value }, dim))
    }

    fn on_curve(&mut self, dim: Dim, wanted: Dim, span: &Span) -> Option<()> {
        if dim == wanted {
            return Some(());
        }
        let message = format!("this is {dim}, and {wanted} belongs here");
        let help = "write points as `at KEY VALUE`, and the slope behind the last as `above VALUE/KEY`";
        self.found.push(Diagnostic::new("wrong-unit", span, message).help(help));
        None
    }
}
