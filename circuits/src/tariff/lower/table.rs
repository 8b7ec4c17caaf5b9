//! Price tables.

use std::rc::Rc;

use num_traits::Zero;

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Bound, Columns, Row, Scope, Source, Table};
use super::affine::Affine;
use super::part::Part;
use super::{Lowering, piecewise, too_large};
use crate::exact;
use crate::program::{Piece, Ratio, Schedule};

impl Lowering<'_> {
    /// What a table comes to over a part.
    pub(super) fn table(&mut self, table: &Table, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let at = at.narrowed(table.series.within.as_ref());
        match &table.columns {
            Columns::Flat => self.flat(table, &at, span),
            _ if table.per.scope == Scope::Reading => self.each_reading(table, &at, span),
            columns => {
                let mut values = Vec::new();
                for (part, share) in self.parts(&table.per, None, &at)? {
                    let energy = self.energy(&table.series, &part, span)?;
                    let schedule = table.rows.first().and_then(|row| schedule(columns, row, &part, &share));
                    let schedule = schedule.ok_or_else(|| too_large(span))?;
                    values.push(self.scheduled(schedule, energy).ok_or_else(|| too_large(span))?);
                }
                self.total(&values, span)
            }
        }
    }

    /// Every slot at its row's price.
    fn flat(&mut self, table: &Table, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let rows = self.rows(table);
        let priced = self.inside(at).into_iter();
        let priced =
            priced.filter_map(|slot| Some((slot, table.rows.get(usize::from(rows[slot as usize]))?.prices[0])));
        let priced: Vec<_> = priced.collect();
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
        let schedules: Vec<_> = table.rows.iter().map(|row| schedule(&table.columns, row, at, &one)).collect();
        let rows = self.rows(table);
        let mut values = Vec::new();
        for slot in self.inside(at) {
            let Some(schedule) = schedules.get(usize::from(rows[slot as usize])) else { continue };
            let value = self.in_slot(table.series.of, slot, span)?;
            let priced = schedule.clone().and_then(|schedule| self.scheduled(schedule, value));
            values.push(priced.ok_or_else(|| too_large(span))?);
        }
        self.total(&values, span)
    }

    /// The row that prices each of the period's slots.
    fn rows(&mut self, table: &Table) -> Rc<[u16]> {
        let sets: Vec<_> = table.rows.iter().map(|row| row.set).collect();
        self.first_of(&sets)
    }
}

/// What a row charges for an amount in a part, of which a share is in the period.
fn schedule(columns: &Columns, row: &Row, part: &Part, share: &Ratio) -> Option<Schedule> {
    let (bounds, cumulative) = match columns {
        Columns::Flat => return Some(piecewise::line(row.prices[0], Ratio::zero())),
        Columns::Blocks(bounds) => (&bounds[..], true),
        Columns::Intervals(bounds) => (&bounds[..], false),
    };
    let bounds = bounds.iter().map(|bound| at_bound(bound, part, share)).collect::<Option<Vec<_>>>()?;
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, slope) in row.prices.iter().enumerate() {
        let intercept = match (cumulative, pieces.last()) {
            (true, Some(Piece { to: Some(to), slope: below, intercept })) => {
                exact::add(intercept, &exact::mul(&exact::sub(below, slope)?, to)?)?
            }
            _ => Ratio::zero(),
        };
        pieces.push(Piece { to: bounds.get(index).copied(), slope: *slope, intercept });
    }
    Some(Schedule { pieces })
}

fn at_bound(bound: &Bound, part: &Part, share: &Ratio) -> Option<Ratio> {
    match bound.per_day {
        true => exact::mul(&bound.energy, &Ratio::from(i128::from(part.count_days()))),
        false => exact::mul(&bound.energy, share),
    }
}
