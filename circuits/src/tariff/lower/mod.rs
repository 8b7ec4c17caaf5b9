//! The last pass: a checked tariff and a billing period make a program.
//!
//! Every expression is lowered over a part of the period ([`part`]) to an affine form over nodes; constants are folded,
//! equal nodes shared, piecewise linear functions of one value made one schedule, and sums over many slots gathered into
//! few nodes. Each concern has a file of its own.

mod affine;
mod amount;
mod bounds;
mod calendar;
mod choice;
mod data;
mod function;
mod nodes;
mod part;
mod piecewise;
mod product;
mod scope;
mod series;
mod table;

use std::collections::BTreeMap;

use affine::Affine;
pub(super) use data::Values;
use nodes::Nodes;
use part::Part;

use super::diagnostic::{Diagnostic, Span};
use super::grid::{Grids, unit_of_total};
use super::sheet::{Amount, Rounding, Sheet, Shown, Source};
use crate::period::Period;
use crate::program::{Carried, Figure, Line, NodeId, Program};

/// The program of a checked tariff over a period of its own calendar.
pub(super) fn program(sheet: &Sheet, period: &Period, data: Values) -> Result<Program, Diagnostic> {
    let mut lowering = Lowering::new(sheet, period, data);
    let mut lines = Vec::new();
    for charge in &sheet.charges {
        let (node, affine) = lowering.line(&charge.amount, charge.rounding)?;
        lowering.charges.push(affine);
        lines.push(Line { name: charge.name.clone(), node, shown: charge.shown });
    }
    let (total, _) = lowering.line(&sheet.total.amount, sheet.total.rounding)?;
    let figures = lowering.figures()?;
    lowering.carried(&figures)?;
    let carried = sheet.carries.iter();
    let carried: Vec<_> =
        carried.map(|carry| Carried { name: carry.name.clone(), unit: carry.unit, below: carry.below }).collect();
    let grids = Grids::of(&lowering.nodes.all, &carried);
    let unit = unit_of_total(sheet, &grids, &lines, total)?;
    let mut program = Program {
        registers: sheet.registers.clone(),
        slots: period.slots(),
        estimates: BTreeMap::new(),
        carried,
        nodes: lowering.nodes.all,
        lines,
        total,
        unit,
        figures,
    };
    nodes::sweep(&mut program);
    Ok(program)
}

struct Lowering<'a> {
    sheet: &'a Sheet,
    period: &'a Period,
    data: Values,
    /// The first slot of each day, and at last the period's end.
    days: Vec<u32>,
    nodes: Nodes,
    known: calendar::Known,
    /// What each charge so far comes to.
    charges: Vec<Affine>,
    /// Definitions over parts.
    defines: BTreeMap<(usize, Part), Affine>,
    /// Sums over parts.
    energies: BTreeMap<(Source, Part), Affine>,
}

impl<'a> Lowering<'a> {
    fn new(sheet: &'a Sheet, period: &'a Period, data: Values) -> Self {
        let lengths = period.slots_by_day().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        Lowering {
            sheet,
            period,
            data,
            days: [0].into_iter().chain(lengths).collect(),
            nodes: Nodes::default(),
            known: calendar::Known::new(),
            charges: Vec::new(),
            defines: BTreeMap::new(),
            energies: BTreeMap::new(),
        }
    }

    /// A charge's or the total's own node, and what it comes to.
    fn line(&mut self, amount: &Amount, rounding: Option<Rounding>) -> Result<(NodeId, Affine), Diagnostic> {
        let whole = self.whole();
        let mut value = self.amount(amount, &whole)?;
        if let Some(rounding) = rounding {
            value = self.rounded(&value, rounding, &amount.span)?;
        }
        let node = self.value(value.clone());
        let affine = if value.terms.is_empty() { value } else { Affine::one(node) };
        Ok((node, affine))
    }

    /// What the bill discloses for later bills.
    fn figures(&mut self) -> Result<Vec<Figure>, Diagnostic> {
        let sheet = self.sheet;
        let whole = self.whole();
        let mut figures = Vec::new();
        for (place, define) in sheet.defines.iter().enumerate() {
            let Some(Shown { unit, label, .. }) = &define.shown else { continue };
            let value = self.define(place, &whole, &define.amount.span)?;
            let node = self.value(value);
            figures.push(Figure { name: define.name.clone(), node, unit: *unit, label: label.clone() });
        }
        Ok(figures)
    }

    /// Reports a figure that is carried and could be negative.
    fn carried(&mut self, figures: &[Figure]) -> Result<(), Diagnostic> {
        let sheet = self.sheet;
        for figure in figures.iter().filter(|figure| sheet.carries.iter().any(|carry| carry.figure == figure.name)) {
            let known = self.bounds(figure.node).is_some_and(|(lo, _)| lo >= 0.into());
            let define = sheet.defines.iter().find(|define| define.name == figure.name);
            if let Some(define) = define.filter(|_| !known) {
                let message = format!("`{}` is carried, and could be negative", figure.name);
                let help = "keep it at or above zero: max(…, 0 kWh)";
                return Err(Diagnostic::new("bad-figure", &define.amount.span, message).help(help));
            }
        }
        Ok(())
    }
}

fn too_large(span: &Span) -> Diagnostic {
    let message = "this does not fit the exact arithmetic";
    Diagnostic::new("value-too-large", span, message).help("use smaller or rounder numbers")
}
