//! Placing: acts get their rows, in the order of the plan's steps.
//!
//! Acts over readings come first and run from row to row. Totals follow: a chain sums the argument of its act in the
//! running-sum column, and the act's digits run down the digit column from the act's row, while the next chain
//! already uses the rows beside them.

use std::collections::BTreeMap;

use crate::circuit::unusable_rows;
use crate::plan::{Affine, Interval, Output, Part, Plan, Step, Value};

use super::{Act, Chain, Layout, Linked, MIN_K, Place, Shape, Source, Term};

pub(super) fn place(plan: &Plan, shape: Shape) -> Layout {
    let disclosed = plan.outputs.iter().filter_map(Output::as_result).collect();
    let mut placer =
        Placer { shape, disclosed, acts: vec![], linked: vec![], results: BTreeMap::new(), row: 0, digit_row: 0 };
    for (index, step) in plan.steps.iter().enumerate() {
        placer.step(plan, index, step);
    }
    for (index, output) in plan.outputs.iter().enumerate() {
        placer.output(index, output);
    }
    let table = shape.table(plan);
    let rows = placer.row.max(placer.digit_row);
    let table_rows = (table.len() + 1).max(if shape.limb_bits == 0 { 0 } else { 1 << shape.limb_bits });
    let needed = rows.max(table_rows) + unusable_rows(shape);
    let k = needed.next_power_of_two().ilog2().max(MIN_K);
    Layout { shape, k, acts: placer.acts, linked: placer.linked, table, rows }
}

struct Placer {
    shape: Shape,
    /// Values that are disclosed as they are: the verifier bounds them.
    disclosed: Vec<Value>,
    acts: Vec<Act>,
    linked: Vec<(usize, Linked)>,
    results: BTreeMap<Value, Place>,
    /// The next free row of linked, sum and operand columns.
    row: usize,
    /// The next free row of the digit columns.
    digit_row: usize,
}

impl Placer {
    fn step(&mut self, plan: &Plan, step: usize, description: &Step) {
        let first = Value::Result(step, Part::First);
        match description {
            Step::EachReading { cells, .. } => {
                let start = self.readings(cells.iter().map(|(cell, _)| Linked::Reading(*cell)));
                self.acts.push(Act::EachReading { start, step });
                self.results.insert(first, Place::Sum(start + cells.len()));
            }
            Step::Peak { cells, .. } => {
                let start = self.readings(cells.iter().map(|cell| Linked::Reading(*cell)));
                self.acts.push(Act::Peak { start, step });
                self.results.insert(first, Place::Sum(start + cells.len()));
            }
            Step::Compare { x, interval } => {
                let groups = self.shape.groups((interval.hi - 1).max(-interval.lo));
                let row = self.chain_for(x, groups);
                self.acts.push(Act::Compare { row, step, groups });
                self.two_results(step, row);
            }
            Step::Divide { x, divisor, .. } => {
                let groups = self.shape.groups(divisor - 1);
                let row = self.chain_for(x, groups);
                self.acts.push(Act::Divide { row, step, divisor: *divisor, groups });
                self.two_results(step, row);
                self.divide_ranges(plan, step, *divisor);
            }
        }
    }

    /// The remainder is below the divisor, and the quotient in range unless it is disclosed.
    fn divide_ranges(&mut self, plan: &Plan, step: usize, divisor: i128) {
        let (quotient, remainder) = (Value::Result(step, Part::First), Value::Result(step, Part::Second));
        let slack = Affine { terms: vec![(remainder, -1)], constant: divisor - 1 };
        self.range(&slack, divisor - 1);
        if self.disclosed.contains(&quotient) {
            return;
        }
        if let Some(Interval { lo, hi }) = plan.interval(quotient) {
            self.range(&Affine { terms: vec![(quotient, 1)], constant: -lo }, hi - lo);
        }
    }

    fn range(&mut self, x: &Affine, max: i128) {
        let groups = self.shape.groups(max);
        let row = self.chain_for(x, groups);
        self.acts.push(Act::Range { row, groups, of: x.clone() });
        self.row = row + 1;
    }

    fn two_results(&mut self, step: usize, row: usize) {
        self.results.insert(Value::Result(step, Part::First), Place::Operand(row));
        self.results.insert(Value::Result(step, Part::Second), Place::Operand(row + 1));
        self.row = row + 2;
    }

    /// A reading a row, and one row more for the last sum.
    fn readings(&mut self, cells: impl Iterator<Item = Linked>) -> usize {
        let start = self.row;
        for linked in cells {
            self.linked.push((self.row, linked));
            self.row += 1;
        }
        self.row += 1;
        start
    }

    /// A chain that ends on the row where the digits of its act may begin.
    fn chain_for(&mut self, x: &Affine, groups: usize) -> usize {
        let terms = self.terms(x, None);
        let height = Chain::height(x.constant, &terms);
        let end = (self.row + height).max(self.digit_row);
        self.digit_row = end + groups + 1;
        self.chain(Chain { start: end - height, constant: x.constant, terms })
    }

    /// Places a chain and returns the row of its result.
    fn chain(&mut self, chain: Chain) -> usize {
        for (row, term) in (chain.first_term()..).zip(&chain.terms) {
            if let Some((input, _)) = term.linked {
                self.linked.push((row, Linked::Input(input)));
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
        let row = self.chain(Chain { start: self.row, constant: output.affine.constant, terms });
        self.acts.push(Act::Zero { row });
        self.row = row + 1;
    }
}
