//! Price tables.

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
        let fixed = self.fixed(table)?;
        let mut priced = Vec::new();
        for (slot, row) in self.priced(table, at) {
            let price = match &fixed[row] {
                Some(prices) => prices.first().copied(),
                None => self.prices(&table.rows[row], &self.slot(slot))?.first().copied(),
            };
            priced.push((slot, price.unwrap_or_else(Ratio::zero)));
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
        let fixed = self.fixed(table)?;
        let mut values = Vec::new();
        for (slot, row) in self.priced(table, at) {
            let part = self.slot(slot);
            let prices = match &fixed[row] {
                Some(prices) => prices.clone(),
                None => self.prices(&table.rows[row], &part)?,
            };
            let bounds = self.bounds_at(&table.columns, &part, &one, span)?;
            let value = self.in_slot(table.series.of, slot, span)?;
            let charged = self.charged(&table.columns, &bounds, &prices, value, &part);
            values.push(charged.ok_or_else(|| too_large(span))?);
        }
        self.total(&values, span)
    }

    /// The slots of a part, each with the place of the row that prices it.
    pub(super) fn priced(&mut self, table: &Table, at: &Part) -> Vec<(u32, usize)> {
        let sets: Vec<_> = table.rows.iter().map(|row| row.set).collect();
        let rows = self.first_of(&sets);
        let row = |slot: u32| (slot, usize::from(rows[slot as usize]));
        self.inside(at).into_iter().map(row).filter(|(_, row)| *row < sets.len()).collect()
    }

    /// The prices of each row that has the same ones throughout.
    pub(super) fn fixed(&mut self, table: &Table) -> Result<Vec<Option<Vec<Ratio>>>, Diagnostic> {
        let whole = self.whole();
        let dated = |row: &Row| row.prices.iter().any(|price| price.nature.dated);
        let fixed = table.rows.iter().map(|row| if dated(row) { Ok(None) } else { self.prices(row, &whole).map(Some) });
        fixed.collect()
    }

    /// A row's prices over a part in which each has one value.
    pub(super) fn prices(&mut self, row: &Row, at: &Part) -> Result<Vec<Ratio>, Diagnostic> {
        row.prices.iter().map(|price| self.constant(price, at)).collect()
    }
}
