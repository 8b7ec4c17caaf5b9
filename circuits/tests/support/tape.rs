//! A circuit written down as everything it assigns, so that a test can change one entry and play it again.
//!
//! A [`Tape`] records what a circuit tells halo2: advice and fixed cells, copies, selectors. [`Tape::refusals`] plays a
//! tape to halo2's `MockProver` and gives every failure, by name and row.

use std::any::Any as AnyValue;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use ff::Field;
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::dev::{FailureLocation, MockProver, VerifyFailure};
use halo2_proofs::plonk::{
    Advice, Any, Assigned, Assignment, Circuit, Column, ConstraintSystem, Error, Fixed, FloorPlanner, Instance,
    Selector,
};
use pasta_curves::Fp;
use wattproof_circuits::circuit::{BillCircuit, with_shape};
use wattproof_circuits::field;
use wattproof_circuits::layout::{Layout, RingShape, Shape};
use wattproof_circuits::plan::{Plan, Witness};

/// One thing that a circuit tells halo2.
#[derive(Clone, Debug)]
pub enum Event {
    Enter(String),
    Exit,
    Select(Selector, usize),
    Advice(Column<Advice>, usize, Fp),
    Fix(Column<Fixed>, usize, Fp),
    Fill(Column<Fixed>, usize, Fp),
    Copy(Column<Any>, usize, Column<Any>, usize),
}

/// A cell: "Advice" or "Instance", its row, its column.
pub type CellAt = (String, usize, usize);

/// Everything that a circuit with values tells halo2, in order.
#[derive(Clone, Debug)]
pub struct Tape {
    pub shape: Shape,
    pub k: u32,
    pub events: Vec<Event>,
    /// The disclosed amounts.
    pub instance: Vec<Fp>,
    /// Where in `events` each advice cell is assigned last.
    cells: BTreeMap<(usize, usize), usize>,
}

/// Why a tape is refused; rows are those of the circuit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// A named constraint does not hold.
    Constraint(String, usize),
    /// A look-up, by index, does not find its input.
    LookUp(usize, usize),
    /// Cells that are copies of each other differ; the first of them, by row.
    Copy(String, usize),
    /// Something that halo2 itself refuses; no test expects it.
    Other(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Constraint(name, row) => write!(f, "{name} @ {row}"),
            Failure::LookUp(index, row) => write!(f, "look-up {index} @ {row}"),
            Failure::Copy(column, row) => write!(f, "copy {column} @ {row}"),
            Failure::Other(what) => write!(f, "{what}"),
        }
    }
}

impl Tape {
    /// Records a bill's circuit with values, true or not.
    pub fn record(plan: &Plan, layout: &Layout, witness: &Witness, disclosed: &[i128]) -> Result<Self, Error> {
        let circuit = BillCircuit::with_values(plan, layout, witness, disclosed);
        let instance = disclosed.iter().map(|amount| field(*amount)).collect();
        let mut tape =
            Tape { shape: layout.shape.clone(), k: layout.k, events: vec![], instance, cells: BTreeMap::new() };
        let config = with_shape(&layout.shape, || BillCircuit::configure(&mut ConstraintSystem::default()));
        SimpleFloorPlanner::synthesize(&mut tape, &circuit, config, vec![])?;
        for (at, event) in tape.events.iter().enumerate() {
            if let Event::Advice(column, row, _) = event {
                tape.cells.insert((index(column), *row), at);
            }
        }
        Ok(tape)
    }

    /// The names of the advice columns, in order.
    pub fn columns(&self) -> Vec<String> {
        let shape = &self.shape;
        let ring = shape.ring.as_ref().map_or(0, |ring| ring.columns);
        let mut names: Vec<_> = (1..=ring).map(|n| format!("ring {n}")).collect();
        names.extend(["linked", "sum"].map(str::to_owned));
        names.extend(shape.operands.then(|| "operand".to_owned()));
        names.extend((shape.digits > 0).then(|| "rest".to_owned()));
        names.extend((1..shape.digits).map(|n| format!("digit {n}")));
        for lane in 1..=shape.lanes {
            names.extend((!shape.priced.is_empty()).then(|| format!("part {lane}")));
            names.extend((1..=shape.lane_digits).map(|n| format!("lane {lane}.{n}")));
        }
        if shape.own_columns() > 0 {
            names.extend(["lo", "hi", "slope", "intercept"].map(str::to_owned));
        }
        names.extend((1..=shape.limbs_below()).map(|n| format!("below {n}")));
        names.extend((1..=shape.limbs_above()).map(|n| format!("above {n}")));
        names.extend((1..=shape.ring.as_ref().map_or(0, RingShape::own_sums)).map(|n| format!("gathered {n}")));
        names
    }

    /// How many advice columns, the first ones, a link ties to commitments: the ring's, or the linked one.
    pub fn given(&self) -> usize {
        self.shape.ring.as_ref().map_or(1, |ring| ring.columns)
    }

    /// The place of a column among the advice columns.
    pub fn column(&self, name: &str) -> usize {
        let columns = self.columns();
        columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name} in {columns:?}"))
    }

    /// Every assigned advice cell: column name, row, value.
    pub fn advice(&self) -> Vec<(String, usize, Fp)> {
        let names = self.columns();
        let value = |(column, row): &(usize, usize)| (names[*column].clone(), *row, self.value((*column, *row)));
        self.cells.keys().map(value).collect()
    }

    fn value(&self, cell: (usize, usize)) -> Fp {
        match self.cells.get(&cell).map(|at| &self.events[*at]) {
            Some(Event::Advice(_, _, value)) => *value,
            _ => panic!("advice {cell:?} is not assigned"),
        }
    }

    pub fn get(&self, column: &str, row: usize) -> Fp {
        self.value((self.column(column), row))
    }

    /// The value of a cell, if it is assigned.
    pub fn find(&self, column: &str, row: usize) -> Option<Fp> {
        let cell = (self.column(column), row);
        self.cells.contains_key(&cell).then(|| self.value(cell))
    }

    pub fn set(&mut self, column: &str, row: usize, value: Fp) {
        let cell = (self.column(column), row);
        let at = *self.cells.get(&cell).unwrap_or_else(|| panic!("{column} at row {row} is not assigned"));
        if let Event::Advice(_, _, now) = &mut self.events[at] {
            *now = value;
        }
    }

    /// The same tape with one advice cell changed.
    #[must_use]
    pub fn with(mut self, column: &str, row: usize, value: Fp) -> Self {
        self.set(column, row, value);
        self
    }

    /// The same tape with one advice cell moved.
    #[must_use]
    pub fn nudged(self, column: &str, row: usize, by: Fp) -> Self {
        let value = self.get(column, row) + by;
        self.with(column, row, value)
    }

    /// The same tape with the running sum moved on some rows.
    #[must_use]
    pub fn shifted(self, rows: impl IntoIterator<Item = usize>, by: Fp) -> Self {
        rows.into_iter().fold(self, |tape, row| tape.nudged("sum", row, by))
    }

    /// The same tape without the event at a place.
    #[must_use]
    pub fn without(mut self, at: usize) -> Self {
        self.events.remove(at);
        self.cells.values_mut().filter(|place| **place > at).for_each(|place| *place -= 1);
        self
    }

    /// The value of a fixed cell that the circuit's region assigns.
    pub fn fixed(&self, column: usize, row: usize) -> Option<Fp> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Fix(c, r, value) if index(c) == column && *r == row => Some(*value),
            _ => None,
        })
    }

    /// The pairs of cells that the circuit makes equal, as (kind of column, row, column).
    pub fn copies(&self) -> Vec<[CellAt; 2]> {
        let at = |column: &Column<Any>, row: &usize| (format!("{:?}", column.column_type()), *row, index(column));
        let copies = self.events.iter().filter_map(|event| match event {
            Event::Copy(a, row, b, other) => Some([at(a, row), at(b, other)]),
            _ => None,
        });
        copies.collect()
    }

    /// The failure of the copies that a cell belongs to, named by their first advice cell.
    pub fn copies_of(&self, cell: CellAt) -> Failure {
        let mut class = vec![cell];
        let copies = self.copies();
        while let Some(more) = copies.iter().find(|pair| class.contains(&pair[0]) != class.contains(&pair[1])) {
            class.extend(more.iter().filter(|cell| !class.contains(cell)).cloned().collect::<Vec<_>>());
        }
        let first = class.iter().filter(|(kind, ..)| kind == "Advice").min_by_key(|(_, row, column)| (*row, *column));
        let (_, row, column) = first.unwrap();
        Failure::Copy(self.columns()[*column].clone(), *row)
    }

    /// Plays the tape: every failure, sorted; a class of copies once.
    pub fn refusals(&self) -> Vec<Failure> {
        let prover = self.mock().unwrap();
        let mut failures: Vec<_> =
            prover.verify().err().unwrap_or_default().iter().map(|failure| self.failure(failure)).collect();
        failures.sort();
        failures.dedup();
        failures
    }

    fn mock(&self) -> Result<MockProver<Fp>, Error> {
        TAPE.with_borrow_mut(|events| events.clone_from(&self.events));
        with_shape(&self.shape, || MockProver::run(self.k, &Replay, vec![self.instance.clone()]))
    }

    /// The bill is one region; halo2 counts its rows from the first in which a cell is assigned.
    fn row(&self, location: &FailureLocation) -> usize {
        match location {
            FailureLocation::InRegion { offset, .. } => self.first_row() + offset,
            FailureLocation::OutsideRegion { row } => *row,
        }
    }

    fn first_row(&self) -> usize {
        let bill = self.events.iter().rev().take_while(|event| !matches!(event, Event::Enter(_)));
        let rows = bill.filter_map(|event| match event {
            Event::Advice(_, row, _) | Event::Fix(_, row, _) => Some(*row),
            _ => None,
        });
        rows.min().unwrap_or(0)
    }

    fn failure(&self, failure: &VerifyFailure) -> Failure {
        match failure {
            VerifyFailure::ConstraintNotSatisfied { constraint, location, .. } => {
                let text = constraint.to_string();
                let named = text.split_once("('").and_then(|(_, rest)| rest.split_once("') in gate"));
                named.map_or(Failure::Other(text.clone()), |(name, _)| {
                    Failure::Constraint(name.into(), self.row(location))
                })
            }
            VerifyFailure::Lookup { lookup_index, location } => Failure::LookUp(*lookup_index, self.row(location)),
            VerifyFailure::Permutation { column, location } => {
                let (kind, at) = column_of(&column.to_string());
                self.copies_of((kind, self.row(location), at))
            }
            other => Failure::Other(other.to_string()),
        }
    }
}

/// `Column('Advice', 3)`.
fn column_of(text: &str) -> (String, usize) {
    let (kind, rest) = text.trim_start_matches("Column('").split_once("', ").unwrap();
    (kind.to_owned(), rest.trim_end_matches(')').parse().unwrap())
}

/// halo2 keeps indices of columns and selectors to itself, but prints them.
pub fn index(of: &impl fmt::Debug) -> usize {
    let text = format!("{of:?}");
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())].parse().unwrap()
}

/// An assigned value; every tape is of a circuit with values.
fn known<V: Into<Assigned<Fp>>>(value: Value<V>) -> Fp {
    let mut found = None;
    value.map(|value| found = Some(value.into().evaluate()));
    found.unwrap()
}

impl Assignment<Fp> for Tape {
    fn enter_region<NR: Into<String>, N: FnOnce() -> NR>(&mut self, name: N) {
        self.events.push(Event::Enter(name().into()));
    }

    fn exit_region(&mut self) {
        self.events.push(Event::Exit);
    }

    fn enable_selector<A: FnOnce() -> AR, AR: Into<String>>(
        &mut self,
        _: A,
        selector: &Selector,
        row: usize,
    ) -> Result<(), Error> {
        self.events.push(Event::Select(*selector, row));
        Ok(())
    }

    fn query_instance(&self, _: Column<Instance>, row: usize) -> Result<Value<Fp>, Error> {
        Ok(Value::known(self.instance.get(row).copied().unwrap_or(Fp::ZERO)))
    }

    fn assign_advice<V, VR, A, AR>(&mut self, _: A, column: Column<Advice>, row: usize, to: V) -> Result<(), Error>
    where
        V: FnOnce() -> Value<VR>,
        VR: Into<Assigned<Fp>>,
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        self.events.push(Event::Advice(column, row, known(to())));
        Ok(())
    }

    fn assign_fixed<V, VR, A, AR>(&mut self, _: A, column: Column<Fixed>, row: usize, to: V) -> Result<(), Error>
    where
        V: FnOnce() -> Value<VR>,
        VR: Into<Assigned<Fp>>,
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        self.events.push(Event::Fix(column, row, known(to())));
        Ok(())
    }

    fn copy(&mut self, a: Column<Any>, row: usize, b: Column<Any>, other: usize) -> Result<(), Error> {
        self.events.push(Event::Copy(a, row, b, other));
        Ok(())
    }

    fn fill_from_row(&mut self, column: Column<Fixed>, row: usize, to: Value<Assigned<Fp>>) -> Result<(), Error> {
        self.events.push(Event::Fill(column, row, known(to)));
        Ok(())
    }

    fn push_namespace<NR: Into<String>, N: FnOnce() -> NR>(&mut self, _: N) {}

    fn pop_namespace(&mut self, _: Option<String>) {}
}

thread_local! {
    static TAPE: RefCell<Vec<Event>> = const { RefCell::new(vec![]) };
}

/// The columns of a bill's circuit, filled from the thread's tape.
struct Replay;

impl Circuit<Fp> for Replay {
    type Config = ();
    type FloorPlanner = Player;

    fn without_witnesses(&self) -> Self {
        Replay
    }

    fn configure(meta: &mut ConstraintSystem<Fp>) {
        BillCircuit::configure(meta);
    }

    fn synthesize(&self, (): (), _: impl Layouter<Fp>) -> Result<(), Error> {
        Err(Error::Synthesis)
    }
}

/// Tells halo2 what the tape says.
struct Player;

impl FloorPlanner for Player {
    fn synthesize<F: Field, CS: Assignment<F>, C: Circuit<F>>(
        cs: &mut CS,
        _: &C,
        _: C::Config,
        _: Vec<Column<Fixed>>,
    ) -> Result<(), Error> {
        TAPE.with_borrow(|events| events.iter().try_for_each(|event| play(cs, event)))
    }
}

fn play<F: Field, CS: Assignment<F>>(cs: &mut CS, event: &Event) -> Result<(), Error> {
    let of = |value: &Fp| *(value as &dyn AnyValue).downcast_ref::<F>().unwrap();
    match event {
        Event::Enter(name) => cs.enter_region(|| name.clone()),
        Event::Exit => cs.exit_region(),
        Event::Select(selector, row) => cs.enable_selector(|| "", selector, *row)?,
        Event::Advice(column, row, value) => cs.assign_advice(|| "", *column, *row, || Value::known(of(value)))?,
        Event::Fix(column, row, value) => cs.assign_fixed(|| "", *column, *row, || Value::known(of(value)))?,
        Event::Fill(column, row, value) => cs.fill_from_row(*column, *row, Value::known(of(value).into()))?,
        Event::Copy(a, row, b, other) => cs.copy(*a, *row, *b, *other)?,
    }
    Ok(())
}
