//! Price tables drawn.

use core::fmt::{self, Write as _};

use super::super::sheet::{Bound, BoundPer, Columns, Row, Scope, Table};
use super::super::tree::Spread;
use super::super::unit::Dim;
use super::Show;
use super::formula::{Formula, series};
use super::quantity::quantity;

impl Show<'_> {
    pub(super) fn table(&mut self, number: usize, table: &Table) -> fmt::Result {
        let of = series(self.sheet, &table.series);
        let prorated = if table.per.prorated { ", bounds by the days of a cut one" } else { "" };
        writeln!(self.text, "  price table {number}, of {of}{}{prorated}:", rule(table))?;
        if let bounds @ [_, ..] = table.columns.bounds() {
            let energy = table.series.of.dim(&self.sheet.registers, &self.sheet.series);
            let bounds = bounds.iter().map(|bound| self.bound(bound, energy));
            let bounds: Vec<_> = bounds.chain(["above".into()]).collect();
            writeln!(self.text, "    {:<16} {}", "", aligned(&bounds).trim_end())?;
        }
        table.rows.iter().try_for_each(|row| self.row(row))
    }

    fn row(&mut self, row: &Row) -> fmt::Result {
        let label = if row.label.is_empty() { "every slot" } else { &row.label };
        let mut formula = Formula { sheet: self.sheet, tables: &mut Vec::new() };
        let prices: Vec<_> = row.prices.iter().map(|price| formula.of(price, true)).collect();
        let share = self.share(row.set);
        writeln!(self.text, "    {label:<16} {}  ({share})", aligned(&prices))
    }

    fn bound(&self, bound: &Bound, energy: Dim) -> String {
        let currency = self.sheet.currency;
        match &bound.per {
            BoundPer::Scope => format!("to {}", quantity(&bound.value, energy, currency)),
            BoundPer::Day => format!("to {}", quantity(&bound.value, energy.over(Dim::DAY), currency)),
            BoundPer::One(of) => {
                let one = quantity(&bound.value, energy.over(of.dim), currency);
                format!("to {one} of {}", Formula { sheet: self.sheet, tables: &mut Vec::new() }.of(of, true))
            }
        }
    }
}

/// What the columns mean.
fn rule(table: &Table) -> String {
    let whole = table.per.scope.word();
    let reading = table.per.scope == Scope::Reading;
    match &table.columns {
        Columns::Flat => String::new(),
        Columns::Blocks(..) if reading => ", each block of every reading at its own price".into(),
        Columns::Intervals(_) if reading => ", every whole reading at the price of its interval".into(),
        Columns::Blocks(_, Some(Spread::Prorated)) if table.rows.len() > 1 => {
            format!(", each block of the {whole}'s sum at its own price, every row taking its share of each block")
        }
        Columns::Blocks(_, Some(Spread::InTimeOrder)) if table.rows.len() > 1 => {
            format!(", each block of the {whole}'s sum at its own price, readings filling them in time order")
        }
        Columns::Blocks(..) => format!(", each block of the {whole}'s sum at its own price"),
        Columns::Intervals(_) => format!(", the {whole}'s whole sum at the price of its interval"),
    }
}

fn aligned(cells: &[String]) -> String {
    cells
        .iter()
        .fold(String::new(), |line, cell| format!("{line}{}{cell:<18}", if line.is_empty() { "" } else { "  " }))
}
