//! Whether a circuit determines its outputs: the rank of all its constraints at an honest witness.
//!
//! Each gate is a polynomial in the cells around its row. At a witness that satisfies them all, their gradients span the
//! directions in which no cell can move; a direction outside the span is a freedom that a prover may have, to first
//! order. Cells that are copies of each other are one variable. The linked column, or the ring's columns, are given, since
//! the link ties them to commitments; the inputs of look-ups are taken as determined, since a table is a discrete set. Discrete freedom, such
//! as another digit or flag, is what the forged witnesses are for.

use std::collections::{BTreeMap, BTreeSet};

use ff::{Field, PrimeField};
use halo2_proofs::plonk::{Circuit, ConstraintSystem};
use pasta_curves::Fp;
use wattproof_circuits::circuit::{BillCircuit, with_shape};

use super::debug::Tree;
use super::tape::{CellAt, Event, Tape, index};

/// A polynomial over cells, as halo2 prints it before it packs selectors.
#[derive(Clone, Debug)]
pub enum Expression {
    Constant(Fp),
    Selector(usize),
    Fixed(usize, i32),
    Cell(&'static str, usize, i32),
    Negated(Box<Expression>),
    Sum(Box<Expression>, Box<Expression>),
    Product(Box<Expression>, Box<Expression>),
    Scaled(Box<Expression>, Fp),
}

impl Expression {
    fn read(tree: &Tree) -> Self {
        let boxed = |at| Box::new(Expression::read(tree.part(at)));
        let column = || tree.field("column_index").number();
        let rotation = || tree.field("rotation").part(0).name.parse().unwrap();
        match tree.name.as_str() {
            "Constant" => Expression::Constant(scalar(tree.part(0))),
            "Selector" => Expression::Selector(tree.part(0).part(0).number()),
            "Fixed" => Expression::Fixed(column(), rotation()),
            "Advice" => Expression::Cell("Advice", column(), rotation()),
            "Instance" => Expression::Cell("Instance", column(), rotation()),
            "Negated" => Expression::Negated(boxed(0)),
            "Sum" => Expression::Sum(boxed(0), boxed(1)),
            "Product" => Expression::Product(boxed(0), boxed(1)),
            "Scaled" => Expression::Scaled(boxed(0), scalar(tree.part(1))),
            other => panic!("an expression of kind {other}"),
        }
    }
}

/// `0x…`, 32 bytes, the most significant first.
fn scalar(tree: &Tree) -> Fp {
    let digits = tree.name.strip_prefix("0x").unwrap();
    let mut bytes: [u8; 32] = std::array::from_fn(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap());
    bytes.reverse();
    Fp::from_repr(bytes).unwrap()
}

/// The gates of a shape, and the inputs of its look-ups.
pub struct Constraints {
    pub gates: Vec<Expression>,
    pub look_ups: Vec<Expression>,
    usable: usize,
}

impl Constraints {
    pub fn of(tape: &Tape) -> Self {
        let mut meta = ConstraintSystem::default();
        with_shape(&tape.shape, || BillCircuit::configure(&mut meta));
        let tree = Tree::parse(&format!("{:?}", meta.pinned()));
        let gates = tree.field("gates").items().map(Expression::read).collect();
        let inputs = tree.field("lookups").items().flat_map(|look_up| look_up.field("input_expressions").items());
        let usable = (1 << tape.k) - meta.blinding_factors() - 1;
        Constraints { gates, look_ups: inputs.map(Expression::read).collect(), usable }
    }
}

/// A linear form over variables.
type Row = BTreeMap<usize, Fp>;

/// `to + by · other`.
fn add(to: &mut Row, other: &Row, by: Fp) {
    for (variable, factor) in other {
        let sum = to.entry(*variable).or_insert(Fp::ZERO);
        *sum += by * factor;
        if bool::from(sum.is_zero()) {
            to.remove(variable);
        }
    }
}

/// A tape's cells as variables and values.
struct Cells {
    rows: usize,
    /// The first advice columns, which are given.
    given: usize,
    /// The variable of each cell; cells not named are variables of their own.
    variables: BTreeMap<CellAt, usize>,
    names: Vec<CellAt>,
    values: BTreeMap<CellAt, Fp>,
    fixed: BTreeMap<(usize, usize), Fp>,
    selected: BTreeSet<(usize, usize)>,
}

impl Cells {
    fn of(tape: &Tape, usable: usize) -> Self {
        let mut cells = Cells {
            rows: 1 << tape.k,
            given: tape.given(),
            variables: BTreeMap::new(),
            names: vec![],
            values: BTreeMap::new(),
            fixed: BTreeMap::new(),
            selected: BTreeSet::new(),
        };
        for event in &tape.events {
            match event {
                Event::Select(selector, row) => drop(cells.selected.insert((index(selector), *row))),
                Event::Advice(column, row, value) => cells.value("Advice", *row, index(column), *value),
                Event::Fix(column, row, value) => drop(cells.fixed.insert((index(column), *row), *value)),
                Event::Fill(column, from, value) => {
                    cells.fixed.extend((*from..usable).map(|row| ((index(column), row), *value)));
                }
                Event::Enter(_) | Event::Exit | Event::Copy(..) => {}
            }
        }
        for (row, value) in tape.instance.iter().enumerate() {
            cells.value("Instance", row, 0, *value);
        }
        for [a, b] in tape.copies() {
            let (a, b) = (cells.variable(&a), cells.variable(&b));
            cells.variables.values_mut().filter(|variable| **variable == b).for_each(|variable| *variable = a);
        }
        cells
    }

    fn value(&mut self, kind: &str, row: usize, column: usize, value: Fp) {
        self.values.insert((kind.to_owned(), row, column), value);
    }

    fn variable(&mut self, cell: &CellAt) -> usize {
        if let Some(variable) = self.variables.get(cell) {
            return *variable;
        }
        self.names.push(cell.clone());
        self.variables.insert(cell.clone(), self.names.len() - 1);
        self.names.len() - 1
    }

    /// The value and gradient of an expression at a row. Given columns have no gradient.
    fn at(&mut self, expression: &Expression, row: usize) -> (Fp, Row) {
        let rotated = |rotation: i32| (row as i32 + rotation).rem_euclid(self.rows as i32) as usize;
        match expression {
            Expression::Constant(value) => (*value, Row::new()),
            Expression::Selector(selector) => {
                (Fp::from(u64::from(self.selected.contains(&(*selector, row)))), Row::new())
            }
            Expression::Fixed(column, rotation) => {
                (self.fixed.get(&(*column, rotated(*rotation))).copied().unwrap_or(Fp::ZERO), Row::new())
            }
            Expression::Cell(kind, column, rotation) => {
                let cell = ((*kind).to_owned(), rotated(*rotation), *column);
                let value = self.values.get(&cell).copied().unwrap_or(Fp::ZERO);
                let given = *kind == "Advice" && *column < self.given;
                (value, if given { Row::new() } else { Row::from([(self.variable(&cell), Fp::ONE)]) })
            }
            Expression::Negated(of) => {
                let (value, gradient) = self.at(of, row);
                (-value, gradient.into_iter().map(|(variable, factor)| (variable, -factor)).collect())
            }
            Expression::Sum(a, b) => {
                let (a, mut gradient) = self.at(a, row);
                let (b, more) = self.at(b, row);
                add(&mut gradient, &more, Fp::ONE);
                (a + b, gradient)
            }
            Expression::Product(a, b) => {
                let (a, of_a) = self.at(a, row);
                // Most products begin with a selector that is off.
                if bool::from(a.is_zero()) && of_a.is_empty() {
                    return (a, of_a);
                }
                let (b, of_b) = self.at(b, row);
                let mut gradient = Row::new();
                add(&mut gradient, &of_a, b);
                add(&mut gradient, &of_b, a);
                (a * b, gradient)
            }
            Expression::Scaled(of, by) => {
                let (value, gradient) = self.at(of, row);
                let mut scaled = Row::new();
                add(&mut scaled, &gradient, *by);
                (value * by, scaled)
            }
        }
    }
}

/// What a tape leaves free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freedom {
    /// How many independent directions.
    pub directions: usize,
    /// The cells that move in some of them: kind of column, row, column.
    pub cells: BTreeSet<CellAt>,
}

impl Freedom {
    /// Disclosed amounts that are not determined.
    pub fn outputs(&self) -> Vec<usize> {
        self.cells.iter().filter(|(kind, ..)| kind == "Instance").map(|(_, row, _)| *row).collect()
    }

    /// The freedom of a tape whose witness satisfies its gates.
    pub fn of(tape: &Tape) -> Freedom {
        Freedom::given(tape, &[])
    }

    /// The same where some cells are given.
    pub fn given(tape: &Tape, given: &[CellAt]) -> Freedom {
        let constraints = Constraints::of(tape);
        let mut cells = Cells::of(tape, constraints.usable);
        let mut span = Span::default();
        given.iter().for_each(|cell| span.insert(Row::from([(cells.variable(cell), Fp::ONE)])));
        for row in 0..constraints.usable {
            for gate in &constraints.gates {
                let (value, gradient) = cells.at(gate, row);
                assert!(bool::from(value.is_zero()), "the witness does not satisfy the gates at row {row}");
                span.insert(gradient);
            }
            for input in &constraints.look_ups {
                span.insert(cells.at(input, row).1);
            }
        }
        let given = |(kind, _, column): &CellAt| kind == "Advice" && *column < cells.given;
        let assigned: Vec<CellAt> = cells.values.keys().filter(|cell| !given(cell)).cloned().collect();
        let variables: Vec<(CellAt, usize)> =
            assigned.into_iter().map(|cell| (cell.clone(), cells.variable(&cell))).collect();
        let used: BTreeSet<usize> = variables.iter().map(|(_, variable)| *variable).collect();
        let free = span.free(&used);
        let directions = used.iter().filter(|variable| !span.pivots.contains_key(variable)).count();
        let moving = variables.into_iter().filter(|(_, variable)| free.contains(variable)).map(|(cell, _)| cell);
        Freedom { directions, cells: moving.collect() }
    }
}

/// Linear forms in echelon form, by their first variable, which has factor one.
#[derive(Default)]
struct Span {
    pivots: BTreeMap<usize, Row>,
}

impl Span {
    fn insert(&mut self, mut row: Row) {
        while let Some((&first, &factor)) = row.first_key_value() {
            let Some(pivot) = self.pivots.get(&first) else {
                let inverse = factor.invert().unwrap();
                row.values_mut().for_each(|factor| *factor *= inverse);
                self.pivots.insert(first, row);
                return;
            };
            add(&mut row, pivot, -factor);
        }
    }

    /// Variables without a pivot, and those that move with them.
    fn free(&self, used: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut free: BTreeSet<usize> =
            used.iter().filter(|variable| !self.pivots.contains_key(variable)).copied().collect();
        // A pivot's other variables come after it: from the last pivot back, each reduced row names only free variables.
        let mut reduced: BTreeMap<usize, Row> = BTreeMap::new();
        for (first, row) in self.pivots.iter().rev() {
            let mut rest = Row::new();
            for (variable, factor) in row.iter().skip(1) {
                match reduced.get(variable) {
                    Some(of) => add(&mut rest, of, *factor),
                    None => add(&mut rest, &Row::from([(*variable, -Fp::ONE)]), *factor),
                }
            }
            // x_first = −Σ factor · x_variable.
            let moves = !rest.is_empty();
            reduced.insert(*first, rest);
            free.extend(moves.then_some(*first));
        }
        free
    }
}
