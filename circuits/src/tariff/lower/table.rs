//! Price tables.

use num_traits::Zero;

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Bound, Columns, Row, Scope, Table};
use super::{Lowering, too_large};
use crate::exact;
use crate::program::{Node, NodeId, Piece, Ratio, Schedule};

impl Lowering<'_> {
    pub(super) fn table(&mut self, table: &Table, span: &Span) -> Result<NodeId, Diagnostic> {
        let register = table.series.register;
        let sets: Vec<_> = table.rows.iter().map(|row| row.set).collect();
        let columns = match &table.columns {
            Columns::Flat => {
                let classes = self.classes(&sets, span)?;
                let prices = table.rows.iter().map(|row| row.prices[0]);
                let rates = prices.chain([Ratio::zero()]).collect();
                return Ok(self.push(Node::Readings { register, classes, rates }));
            }
            columns => columns,
        };
        let schedules = table.rows.iter().map(|row| self.schedule(columns, row));
        let schedules = schedules.collect::<Option<Vec<_>>>().ok_or_else(|| too_large(span))?;
        if table.scope == Scope::Reading {
            let slots = self.slots(&table.series);
            let each = self.each(&table.series, &slots, span)?;
            let classes = self.classes(&sets, span)?;
            let of = each.into_iter().zip(slots.iter().map(|slot| usize::from(classes.of[*slot as usize]))).collect();
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
