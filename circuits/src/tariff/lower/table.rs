//! Price tables.

use num_traits::Zero;

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Bound, Columns, Row, Scope, Table};
use super::{Lowering, too_large};
use crate::exact;
use crate::program::{Node, NodeId, Piece, Place, Ratio, Schedule};

impl Lowering<'_> {
    pub(super) fn table(&mut self, table: &Table, span: &Span) -> Result<NodeId, Diagnostic> {
        let register = table.series.register;
        let weeks: Vec<_> = table.rows.iter().map(|row| &row.week).collect();
        let classes = self.classes(&weeks, span)?;
        let outside = table.series.within.is_some();
        let columns = match &table.columns {
            Columns::Flat => {
                let prices = table.rows.iter().map(|row| row.prices[0]);
                let rates = prices.chain(outside.then(Ratio::zero)).collect();
                return Ok(self.push(Node::Readings { register, classes, rates }));
            }
            columns => columns,
        };
        let schedules = table.rows.iter().map(|row| self.schedule(columns, row));
        let schedules = schedules.collect::<Option<Vec<_>>>().ok_or_else(|| too_large(span))?;
        if table.scope == Scope::Reading {
            let priced = (0..).zip(&classes.of).filter(|(_, class)| usize::from(**class) < schedules.len());
            let of = priced.map(|(offset, class)| (self.reading(Place { register, offset }), usize::from(*class)));
            let of = of.collect();
            return Ok(self.push(Node::Each { of, schedules }));
        }
        let mut of = self.energy(&table.series, span)?;
        for schedule in schedules {
            of = self.push(Node::Scheduled { of, schedule });
        }
        Ok(of)
    }

    fn schedule(&self, columns: &Columns, row: &Row) -> Option<Schedule> {
        let (bounds, cumulative) = match columns {
            Columns::Flat => (&[][..], false),
            Columns::Blocks(bounds) => (&bounds[..], true),
            Columns::Intervals(bounds) => (&bounds[..], false),
        };
        let bounds = bounds.iter().map(|bound| self.bound(bound)).collect::<Option<Vec<_>>>()?;
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

    fn bound(&self, bound: &Bound) -> Option<Ratio> {
        match bound.per_day {
            true => exact::mul(&bound.energy, &Ratio::from(i128::from(self.period.days()))),
            false => Some(bound.energy),
        }
    }
}
