//! Placing: acts get their rows, in the order of the plan's steps.
//!
//! Two cursors run down the circuit. A chain sums the argument of its act in the running-sum column, and the act's digits
//! run down the digit column from the act's row, while the next chain already uses the rows beside them. Lists take a row
//! an input.

use std::collections::BTreeMap;

use crate::circuit::UNUSABLE_ROWS;
use crate::gadget::At;
use crate::plan::{Affine, Interval, Output, Plan, Value};

use super::{Act, Chain, Layout, Linked, MIN_K, Place, Shape, Source, Term};

/// Where everything stands; which rows depends on the shape's digits and lanes alone.
pub(super) fn place(plan: &Plan, shape: &Shape) -> Layout {
    let mut placer = Placer::new(plan, shape);
    plan.steps.iter().enumerate().for_each(|(index, step)| step.place(index, &mut placer));
    plan.outputs.iter().enumerate().for_each(|(index, output)| placer.output(index, output));
    let rows = placer.row.max(placer.digit_row);
    let Placer { acts, linked, results, .. } = placer;
    Layout { shape: shape.clone(), k: 0, acts, results, linked, ring: None, table: vec![], rows }
}

/// The domain that holds rows and tables. Below a table a row must be free: its last rows are filled from there.
pub(super) fn domain(plan: &Plan, shape: &Shape, rows: usize) -> u32 {
    let schedules = plan.steps.iter().map(|step| step.table_rows(shape)).fold(1, usize::saturating_add);
    let limbs = if shape.limb_bits == 0 { 0 } else { 1 << shape.limb_bits };
    let tables = schedules.max(limbs).saturating_add(1);
    let needed = rows.max(tables).saturating_add(UNUSABLE_ROWS);
    needed.checked_next_power_of_two().map_or(usize::BITS, usize::ilog2).max(MIN_K)
}

/// What hands out rows.
pub(crate) struct Placer<'p> {
    plan: &'p Plan,
    shape: &'p Shape,
    acts: Vec<Act>,
    linked: Vec<Linked>,
    results: BTreeMap<Value, Place>,
    /// The next free row of linked, sum and operand columns.
    row: usize,
    /// The next free row of the digit columns.
    digit_row: usize,
    /// Whether a list stands beside the positions that it reads.
    is_beside: bool,
}

impl<'p> Placer<'p> {
    fn new(plan: &'p Plan, shape: &'p Shape) -> Self {
        Placer {
            plan,
            shape,
            acts: vec![],
            linked: vec![],
            results: BTreeMap::new(),
            row: 0,
            digit_row: 0,
            is_beside: false,
        }
    }

    pub(crate) fn shape(&self) -> &'p Shape {
        self.shape
    }

    /// The next free row.
    pub(crate) fn row(&self) -> usize {
        self.row
    }

    /// The next free row beside which the digit columns are free as well, from there on.
    pub(crate) fn row_beside_no_digits(&mut self) -> usize {
        self.row = self.row.max(self.digit_row);
        self.row
    }

    /// All rows before `next` are taken.
    pub(crate) fn take_rows(&mut self, next: usize) {
        self.row = next;
    }

    /// All rows of the digit columns before `next` are taken.
    pub(crate) fn take_digits(&mut self, next: usize) {
        self.digit_row = next;
    }

    /// Rows of digits that hold values from 0 to `max`.
    pub(crate) fn groups(&self, max: i128) -> usize {
        self.shape.groups(max)
    }

    /// A gadget's rows.
    pub(crate) fn act(&mut self, at: At) {
        self.acts.push(Act::Step(at));
    }

    /// Where a result of a step stands.
    pub(crate) fn result(&mut self, step: usize, result: usize, place: Place) {
        self.results.insert(Value::Result(step, result), place);
    }

    /// Where the first results of a step stand.
    pub(crate) fn results<const N: usize>(&mut self, step: usize, places: [Place; N]) {
        (0..).zip(places).for_each(|(result, place)| self.result(step, result, place));
    }

    /// Inputs in the linked column, one a row.
    pub(crate) fn inputs(&mut self, start: usize, inputs: impl Iterator<Item = usize>) {
        self.linked.extend((start..).zip(inputs).map(|(row, input)| Linked { row, input, lane: 0 }));
    }

    /// Moves on to where rows of packed inputs stand beside the ring positions that they read, `height` rows below the
    /// first of them, when the shape asks for it and they can.
    pub(crate) fn align(&mut self, rows: &[Vec<usize>], height: usize) {
        let Some(ring) = self.shape.ring.as_ref().filter(|ring| ring.aligned && !self.is_beside) else { return };
        let single = |input: &usize| self.plan.inputs[*input].weights.len() == 1;
        let positions = rows.iter().map(|row| row.first().map_or(0, |input| ring.positions[*input]));
        let Some(first) = positions.clone().next() else { return };
        let consecutive = positions.eq(first..first + rows.len());
        if consecutive && rows.iter().flatten().all(single) && self.row + height <= first + 1 {
            self.row = first + 1 - height;
            self.is_beside = true;
        }
    }

    /// Inputs packed into rows of the linked column, a lane each.
    pub(crate) fn packed(&mut self, start: usize, rows: impl Iterator<Item = Vec<usize>>) {
        for (row, inputs) in (start..).zip(rows) {
            self.linked.extend((0..).zip(inputs).map(|(lane, input)| Linked { row, input, lane }));
        }
    }

    /// The row where a form stands in the running sum; the next free row.
    pub(crate) fn chain(&mut self, x: &Affine) -> usize {
        let terms = self.terms(x, None);
        self.row = self.place(Chain { start: self.row, constant: x.constant, terms });
        self.row
    }

    /// The row where a form stands in the running sum and digits may begin; the next free row.
    pub(crate) fn chain_with_digits(&mut self, x: &Affine, groups: usize) -> usize {
        let terms = self.terms(x, None);
        let height = Chain::height(x.constant, &terms);
        let end = (self.row + height).max(self.digit_row);
        self.digit_row = end + groups + 1;
        self.row = self.place(Chain { start: end - height, constant: x.constant, terms });
        self.row
    }

    /// A cell that holds a form.
    pub(crate) fn cell(&mut self, x: &Affine) -> Place {
        if let Some(place) = x.as_value().and_then(|value| self.results.get(&value)) {
            return *place;
        }
        let row = self.chain(x);
        self.row = row + 1;
        Place::Sum(row)
    }

    /// The operand of a row is a copy of a cell that holds a form.
    pub(crate) fn copy(&mut self, row: usize, from: Place, of: &Affine) {
        self.acts.push(Act::Copy { row, from, of: of.clone() });
    }

    /// A form is not negative: it is below a power of two that holds `max`.
    pub(crate) fn range(&mut self, x: &Affine, max: i128) {
        let groups = self.groups(max);
        let row = self.chain_with_digits(x, groups);
        self.acts.push(Act::Range { row, groups, of: x.clone() });
        self.row = row + 1;
    }

    /// A result is not far outside an interval; left to the verifier when it is disclosed as it is.
    pub(crate) fn range_unless_disclosed(&mut self, value: Value, interval: Interval) {
        if self.plan.outputs.iter().any(|output| output.as_result() == Some(value)) {
            return;
        }
        self.range(&Affine { terms: vec![(value, 1)], constant: -interval.lo }, interval.width());
    }

    /// A form is zero.
    pub(crate) fn zero(&mut self, x: &Affine) {
        let row = self.chain(x);
        self.acts.push(Act::Zero { row });
        self.row = row + 1;
    }

    /// Places a chain and returns the row of its result.
    fn place(&mut self, chain: Chain) -> usize {
        for (row, term) in (chain.first_term()..).zip(&chain.terms) {
            if let Some((input, _)) = term.linked {
                self.linked.push(Linked { row, input, lane: 0 });
            }
        }
        let end = chain.end();
        self.acts.push(Act::Chain(chain));
        end
    }

    /// The terms of a form, an input and a copied value to a row.
    fn terms(&self, x: &Affine, output: Option<(usize, i128)>) -> Vec<Term> {
        let mut linked = vec![];
        let mut copied = vec![];
        for (value, factor) in &x.terms {
            match value {
                Value::Input(input) => linked.push((*input, *factor)),
                Value::Result(..) => copied.push((self.results[value], Source::Value(*value), *factor)),
            }
        }
        copied.extend(output.map(|(index, factor)| (Place::Instance(index), Source::Output(index), factor)));
        let rows = linked.len().max(copied.len());
        (0..rows).map(|row| Term { linked: linked.get(row).copied(), copied: copied.get(row).copied() }).collect()
    }

    fn output(&mut self, index: usize, output: &Output) {
        if let Some(place) = output.as_result().and_then(|value| self.results.get(&value)) {
            self.acts.push(Act::Disclose { place: *place, output: index });
            return;
        }
        let terms = self.terms(&output.affine, Some((index, -output.scale)));
        let row = self.place(Chain { start: self.row, constant: output.affine.constant, terms });
        self.acts.push(Act::Zero { row });
        self.row = row + 1;
    }
}
