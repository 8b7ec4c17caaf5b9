//! Price tables.

use std::rc::Rc;

use num_traits::Zero;

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Columns, Row, Scope, Source, Table};
use super::affine::Affine;
use super::part::Part;
use super::{Lowering, too_large};
use crate::program::Ratio;

impl Lowering<'_> {
    /// What a table comes to over a part.
    pub(super) fn table(&mut self, table: &Table, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let at = at.narrowed(table.series.within.as_ref());
        match &table.columns {
            Columns::Flat => self.flat(table, &at, span),
            _ if table.per.scope == Scope::Reading => self.each_reading(table, &at, span),
            _ => {
                let mut values = Vec::new();
                for (part, share) in self.parts(&table.per, None, &at)? {
                    values.push(self.whole_part(table, &part, &share, span)?);
                }
                self.total(&values, span)
            }
        }
    }

    /// Every slot at its row's price.
    fn flat(&mut self, table: &Table, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let mut priced = Vec::new();
        for (slot, row) in self.priced(table, at) {
            priced.push((slot, self.prices(row, slot)?.first().copied().unwrap_or_else(Ratio::zero)));
        }
        if let Source::Register(register) = table.series.of {
            return self.weighed(register, priced, span);
        }
        let mut values = Vec::new();
        for (slot, price) in priced {
            let value = self.in_slot(table.series.of, slot, span)?;
            values.push(value.times(&price).ok_or_else(|| too_large(span))?);
        }
        self.total(&values, span)
    }

    /// Every slot by its row's schedule.
    fn each_reading(&mut self, table: &Table, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let one = Ratio::from(1);
        let mut values = Vec::new();
        for (slot, row) in self.priced(table, at) {
            let part = self.slot(slot);
            let prices = self.prices(row, slot)?;
            let bounds = self.bounds_at(&table.columns, &part, &one, span)?;
            let value = self.in_slot(table.series.of, slot, span)?;
            let charged = self.charged(&table.columns, &bounds, &prices, value, &part);
            values.push(charged.ok_or_else(|| too_large(span))?);
        }
        self.total(&values, span)
    }

    /// The slots of a part, each with the row that prices it.
    pub(super) fn priced<'t>(&mut self, table: &'t Table, at: &Part) -> Vec<(u32, &'t Row)> {
        let sets: Vec<_> = table.rows.iter().map(|row| row.set).collect();
        let rows: Rc<[u16]> = self.first_of(&sets);
        let row = |slot: u32| Some((slot, table.rows.get(usize::from(rows[slot as usize]))?));
        self.inside(at).into_iter().filter_map(row).collect()
    }

    /// A row's prices in a slot.
    pub(super) fn prices(&mut self, row: &Row, slot: u32) -> Result<Rc<[Ratio]>, Diagnostic> {
        let dated = row.prices.iter().any(|price| price.nature.dated);
        let at = if dated { self.slot(slot) } else { self.whole() };
        self.prices_over(row, &at)
    }

    /// A row's prices over a part in which each has one value.
    pub(super) fn prices_over(&mut self, row: &Row, at: &Part) -> Result<Rc<[Ratio]>, Diagnostic> {
        let prices = row.prices.iter().map(|price| self.constant(price, at));
        Ok(prices.collect::<Result<Vec<_>, _>>()?.into())
    }
}
