//! The last pass: a checked tariff and a billing period make a program.
//!
//! Sums and constant factors are carried as affine forms over nodes; a node is made for what readings enter by, for
//! schedules, extremes and rounding, and for each charge. Each concern has a file of its own.

mod affine;
mod amount;
mod calendar;
mod data;
mod scope;
mod table;

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use affine::Affine;
pub(super) use data::Values;
use scope::Part;

use super::diagnostic::{Diagnostic, Span};
use super::grid::unit_of_total;
use super::sheet::{Amount, Rounding, Sheet};
use crate::period::Period;
use crate::program::{Line, Node, NodeId, Place, Program};

/// The program of a checked tariff over a period of its own calendar.
pub(super) fn program(sheet: &Sheet, period: &Period, data: Option<Values>) -> Result<Program, Diagnostic> {
    let data = data.unwrap_or_else(|| Values::assumed(sheet, period));
    let mut lowering = Lowering::new(sheet, period, data);
    for charge in &sheet.charges {
        let node = lowering.line(&charge.amount, charge.rounding)?;
        lowering.charges.push(node);
    }
    let total = lowering.line(&sheet.total.amount, sheet.total.rounding)?;
    let lines = sheet.charges.iter().zip(&lowering.charges);
    let lines: Vec<_> =
        lines.map(|(charge, node)| Line { name: charge.name.clone(), node: *node, shown: charge.shown }).collect();
    let unit = unit_of_total(sheet, &lowering.nodes, &lines, total)?;
    Ok(Program {
        registers: sheet.registers.clone(),
        slots: period.slots(),
        estimates: BTreeMap::new(),
        carried: Vec::new(),
        nodes: lowering.nodes,
        lines,
        total,
        unit,
        figures: Vec::new(),
    })
}

struct Lowering<'a> {
    sheet: &'a Sheet,
    period: &'a Period,
    data: Values,
    /// What is being lowered is over this.
    part: Part,
    known: calendar::Known,
    nodes: Vec<Node>,
    /// The node of each reading that has one.
    readings: BTreeMap<Place, NodeId>,
    /// The node of each charge so far.
    charges: Vec<NodeId>,
    /// How many slots the nodes name so far.
    size: usize,
}

impl<'a> Lowering<'a> {
    fn new(sheet: &'a Sheet, period: &'a Period, data: Values) -> Self {
        let (nodes, readings, charges) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (part, known) = (Part::whole(period), calendar::Known::new());
        Lowering { sheet, period, data, part, known, nodes, readings, charges, size: 0 }
    }

    /// A charge's or the total's own node.
    fn line(&mut self, amount: &Amount, rounding: Option<Rounding>) -> Result<NodeId, Diagnostic> {
        let value = self.amount(amount)?;
        let of = self.value(value);
        Ok(match rounding {
            Some(Rounding { unit, ties }) => self.push(Node::Rounded { of, unit, ties }),
            None => of,
        })
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// A reading's node.
    fn reading(&mut self, place: Place) -> NodeId {
        let next = self.nodes.len();
        let node = *self.readings.entry(place).or_insert(next);
        if node == next {
            self.nodes.push(Node::Reading(place));
        }
        node
    }

    /// The node of an affine form: the one it consists of, or a new one.
    fn value(&mut self, affine: Affine) -> NodeId {
        let mut terms = affine.terms.iter();
        if let (Some((node, factor)), None) = (terms.next(), terms.next())
            && factor.is_one()
            && affine.constant.is_zero()
        {
            return *node;
        }
        self.push(Node::Linear { terms: affine.terms.into_iter().collect(), constant: affine.constant })
    }
}

fn too_large(span: &Span) -> Diagnostic {
    let message = "this does not fit the exact arithmetic";
    Diagnostic::new("value-too-large", span, message).help("use smaller or rounder numbers")
}
