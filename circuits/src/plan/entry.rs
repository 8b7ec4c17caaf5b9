//! Entries of published tables: keys as rows, rows as a place in the table.

use std::rc::Rc;

use num_traits::One;

use crate::gadget::Entry;
use crate::merkle::{Axis, Table};
use crate::program::{Ratio, Ties};

use super::expr::Expr;
use super::form::Form;
use super::planner::{Planned, Planner};

impl Planner<'_> {
    /// The entry of these keys.
    pub(super) fn entry(&mut self, keys: &[Rc<Expr>], table: &Table) -> Planned<Form> {
        let mut place = Form::zero();
        for (key, axis) in keys.iter().zip(&table.published().axes) {
            let key = self.form(key)?;
            let row = self.row(&key, axis)?;
            place = self.sum(&row, &place, Ratio::from(i128::from(axis.rows)))?;
        }
        let place = self.freeze(&place)?;
        let entry = self.step(Entry { place, table: table.clone() });
        self.fits(entry.times(table.published().unit))
    }

    /// The row of a key, at least zero and below the axis' rows.
    fn row(&mut self, key: &Form, axis: &Axis) -> Planned<Form> {
        let from = self.sum(key, &Form::constant(axis.first), -Ratio::one())?;
        let bounds = self.rounded(&from, axis.step, Ties::Up)?;
        let row = self.fits(bounds.times(axis.step.recip()))?;
        let row = if self.range(&row)?.lo < 0 { self.compare(&row, 0)?.1 } else { row };
        let last = i128::from(axis.rows) - 1;
        if self.range(&row)?.hi <= last {
            return Ok(row);
        }
        let past = self.compare(&row, last)?.1;
        self.sum(&row, &past, -Ratio::one())
    }
}
