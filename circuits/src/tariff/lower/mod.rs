//! The last pass: a checked tariff and a billing period make a program.
//!
//! Every expression is lowered over a part of the period ([`part`]) to an affine form over nodes; constants are folded,
//! equal nodes shared, piecewise linear functions of one value made one schedule, and sums over many slots gathered into
//! few nodes. Each concern has a file of its own.

mod affine;
mod amount;
mod blocks;
mod bounds;
mod calendar;
mod choice;
mod data;
mod function;
mod gaps;
mod nodes;
mod part;
mod piecewise;
mod product;
mod scope;
mod series;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use affine::Affine;
pub(super) use data::Values;
use nodes::Nodes;
use part::Part;

use super::diagnostic::{Diagnostic, Span};
use super::grid::{Grids, unit_of_total};
use super::sheet::{Amount, Rounding, Sheet, Shown, Source};
use crate::period::Period;
use crate::program::{Carried, Estimate, Figure, Line, Node, NodeId, Place, Program};

/// The program of a checked tariff over a period of its own calendar.
pub(super) fn program(
    sheet: &Sheet,
    period: &Period,
    data: Values,
    gaps: &BTreeSet<Place>,
) -> Result<Program, Diagnostic> {
    let estimates = gaps::estimates(sheet, period, gaps)?;
    Lowering::new(sheet, period, data, estimates).program()
}

/// Lowers a period on no published data, and as if nothing were cut: what can be made of no period is found.
pub(super) fn trial(sheet: &Sheet, period: &Period) -> Result<(), Diagnostic> {
    let lowering = Lowering::new(sheet, period, Values::assumed(sheet, period), BTreeMap::new());
    Lowering { cut: true, ..lowering }.program().map(|_| ())
}

struct Lowering<'a> {
    sheet: &'a Sheet,
    period: &'a Period,
    data: Values,
    estimates: BTreeMap<Place, Estimate>,
    /// Whether a month that the period cuts is taken for a whole one.
    cut: bool,
    /// The first slot of each day, and at last the period's end.
    days: Vec<u32>,
    nodes: Nodes,
    /// What the first of them are whole multiples of, as far as was asked.
    grids: Grids,
    known: calendar::Known,
    /// What each charge so far comes to.
    charges: Vec<Affine>,
    /// Definitions over parts.
    defines: BTreeMap<(usize, Part), Affine>,
    /// Sums over parts.
    energies: BTreeMap<(Source, Part), Affine>,
}

impl<'a> Lowering<'a> {
    fn new(sheet: &'a Sheet, period: &'a Period, data: Values, estimates: BTreeMap<Place, Estimate>) -> Self {
        let lengths = period.slots_by_day().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        Lowering {
            sheet,
            period,
            data,
            estimates,
            cut: false,
            days: [0].into_iter().chain(lengths).collect(),
            nodes: Nodes::default(),
            grids: Grids::default(),
            known: calendar::Known::new(),
            charges: Vec::new(),
            defines: BTreeMap::new(),
            energies: BTreeMap::new(),
        }
    }

    fn program(mut self) -> Result<Program, Diagnostic> {
        let sheet = self.sheet;
        let mut lines = Vec::new();
        for charge in &sheet.charges {
            let (node, affine) = self.line(&charge.amount, charge.rounding)?;
            self.charges.push(affine);
            lines.push(Line { name: charge.name.clone(), node, shown: charge.shown });
        }
        let (total, _) = self.line(&sheet.total.amount, sheet.total.rounding)?;
        let figures = self.figures()?;
        self.carried(&figures)?;
        let carried = sheet.carries.iter();
        let carried: Vec<_> =
            carried.map(|carry| Carried { name: carry.name.clone(), unit: carry.unit, below: carry.below }).collect();
        self.grids.extend(&self.nodes.all, &sheet.carries, &self.estimates);
        let unit = unit_of_total(sheet, &self.grids, &lines, total)?;
        let mut program = Program {
            registers: sheet.registers.clone(),
            slots: self.period.slots(),
            estimates: self.estimates,
            carried,
            nodes: self.nodes.all,
            lines,
            total,
            unit,
            figures,
        };
        nodes::sweep(&mut program);
        Ok(program)
    }

    /// A charge's or the total's own node, and what it comes to.
    fn line(&mut self, amount: &Amount, rounding: Option<Rounding>) -> Result<(NodeId, Affine), Diagnostic> {
        let whole = self.whole();
        let value = self.amount(amount, &whole)?;
        let (node, value) = match rounding {
            // A constant's node says what it is rounded to as well: totals count in that.
            Some(rounding) => {
                let of = self.value(value.clone());
                let node = self.push(Node::Rounded { of, unit: rounding.unit, ties: rounding.ties });
                (node, self.rounded(&value, rounding, &amount.span)?)
            }
            None => (self.value(value.clone()), value),
        };
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
