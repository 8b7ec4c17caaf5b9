//! Price tables.

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
        let at = at.narrowed(&table.series.within);
        match &table.columns {
            Columns::Flat => self.flat(table, &at, span),
            _ if table.per.scope == Scope::Reading => self.each_reading(table, &at, span),
            columns => {
                let mut values = Vec::new();
                for (part, share) in self.parts(&table.per, &[], &at)? {
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
        let slots = self.inside(at);
        let priced = slots.into_iter().filter_map(|slot| Some((slot, self.row(table, slot)?.prices[0])));
        let priced: Vec<_> = priced.collect();
        let Source::Series(_) = table.series.of else {
            let Source::Register(register) = table.series.of else { return Ok(Affine::default()) };
            return self.weighed(register, priced, span);
        };
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
        let mut values = Vec::new();
        for slot in self.inside(at) {
            let Some(row) = table.rows.iter().position(|row| row.week.contains(self.places[slot as usize])) else {
                continue;
            };
            let value = self.in_slot(table.series.of, slot, span)?;
            let priced = schedules[row].clone().and_then(|schedule| self.scheduled(schedule, value));
            values.push(priced.ok_or_else(|| too_large(span))?);
        }
        self.total(&values, span)
    }

    /// The row that prices a slot.
    fn row<'t>(&self, table: &'t Table, slot: u32) -> Option<&'t Row> {
        table.rows.iter().find(|row| row.week.contains(self.places[slot as usize]))
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
