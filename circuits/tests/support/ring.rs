//! What a circuit on a ring of positions ties the linked column to, read from its gates, fixed cells and copies alone.
//!
//! The ring's cells are random numbers. Sums gathered from them, and copies, give each linked row a value; the plan's
//! inputs give it another. Both are linear in the ring's cells, so that they are the same for all cells when they are the
//! same for random ones.

use std::collections::{BTreeMap, BTreeSet};

use ff::Field;
use pasta_curves::Fp;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Act, Layout, Linked, RingColumn, lane_factor};
use wattproof_circuits::plan::{Given, Plan};

use super::compact;
use super::determinism::{Constraints, Expression};
use super::tape::{Event, Tape, index};

/// Random values of all advice cells, those of the ring and others.
struct Random {
    rows: usize,
    cells: Vec<Vec<Fp>>,
    /// Cells of sums and of the linked column that the circuit gives a value: column, row.
    defined: BTreeMap<(usize, usize), Fp>,
    fixed: BTreeMap<(usize, usize), Fp>,
    selected: BTreeSet<(usize, usize)>,
}

impl Random {
    fn new(tape: &Tape, layout: &Layout) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let rows = 1 << tape.k;
        let mut cells: Vec<Vec<Fp>> =
            tape.columns().iter().map(|_| (0..rows).map(|_| Fp::random(&mut rng)).collect()).collect();
        for (at, column) in layout.ring.as_ref().unwrap().columns.iter().enumerate() {
            if matches!(column, RingColumn::Carried(_)) {
                cells[at] = vec![Fp::random(&mut rng); rows];
            }
        }
        let (mut fixed, mut selected) = (BTreeMap::new(), BTreeSet::new());
        for event in &tape.events {
            match event {
                Event::Select(selector, row) => drop(selected.insert((index(selector), *row))),
                Event::Fix(column, row, value) => drop(fixed.insert((index(column), *row), *value)),
                Event::Fill(column, from, value) => {
                    fixed.extend((*from..rows).map(|row| ((index(column), row), *value)))
                }
                Event::Enter(_) | Event::Exit | Event::Copy(..) | Event::Advice(..) => {}
            }
        }
        Random { rows, cells, defined: BTreeMap::new(), fixed, selected }
    }

    /// An expression at a row, when one cell holds another value.
    fn at(&self, of: &Expression, row: usize, but: ((usize, usize), Fp)) -> Fp {
        let rotated = |rotation: i32| (row as i32 + rotation).rem_euclid(self.rows as i32) as usize;
        match of {
            Expression::Constant(value) => *value,
            Expression::Selector(selector) => Fp::from(u64::from(self.selected.contains(&(*selector, row)))),
            Expression::Fixed(column, rotation) => {
                self.fixed.get(&(*column, rotated(*rotation))).copied().unwrap_or(Fp::ZERO)
            }
            Expression::Cell("Advice", column, rotation) => {
                let cell = (*column, rotated(*rotation));
                let known = || self.defined.get(&cell).copied().unwrap_or(self.cells[cell.0][cell.1]);
                if cell == but.0 { but.1 } else { known() }
            }
            Expression::Cell(..) => Fp::ZERO,
            Expression::Negated(of) => -self.at(of, row, but),
            Expression::Sum(a, b) => self.at(a, row, but) + self.at(b, row, but),
            Expression::Product(a, b) => {
                let a = self.at(a, row, but);
                // Most products begin with a selector that is off.
                if a == Fp::ZERO { a } else { a * self.at(b, row, but) }
            }
            Expression::Scaled(of, by) => self.at(of, row, but) * by,
        }
    }

    /// Whether an expression at a row depends on a cell.
    fn reads(&self, of: &Expression, row: usize, cell: (usize, usize)) -> bool {
        self.at(of, row, (cell, Fp::ZERO)) != self.at(of, row, (cell, Fp::ONE))
    }
}

/// The advice columns of an expression, with their rotations.
fn columns(of: &Expression, found: &mut BTreeSet<(usize, i32)>) {
    match of {
        Expression::Cell("Advice", column, rotation) => drop(found.insert((*column, *rotation))),
        Expression::Negated(of) | Expression::Scaled(of, _) => columns(of, found),
        Expression::Sum(a, b) | Expression::Product(a, b) => {
            columns(a, found);
            columns(b, found);
        }
        _ => {}
    }
}

fn columns_of(of: &Expression) -> BTreeSet<(usize, i32)> {
    let mut found = BTreeSet::new();
    columns(of, &mut found);
    found
}

/// Everything about the ring that is wrong with a circuit: a linked row that is read and has no value, more than one, or
/// another than its inputs'; a cell of the ring that a gate reads beside the sums.
pub fn wrong(plan: &Plan, layout: &Layout, tape: &Tape) -> Vec<String> {
    let constraints = Constraints::of(tape);
    let sums = layout.shape.ring.as_ref().unwrap().sums.len();
    let (gates, gathering) = constraints.gates.split_at(constraints.gates.len() - sums);
    let mut random = Random::new(tape, layout);
    let mut wrong = gathered(&mut random, gathering, layout);
    let tied = tied(&random, tape);
    let linked = tape.column("linked");
    for (row, values) in &tied {
        if values.len() > 1 {
            wrong.push(format!("linked row {row} is tied {} times", values.len()));
        }
    }
    for (row, expected) in inputs(plan, layout, &random) {
        if tied.get(&row).is_none_or(|values| values.iter().any(|value| *value != expected)) {
            wrong.push(format!("linked row {row} is not its inputs"));
        }
    }
    for gate in gates.iter().chain(&constraints.look_ups) {
        let read = columns_of(gate);
        if read.iter().any(|(column, _)| *column < tape.given()) {
            wrong.push("a gate reads the ring beside the sums".to_owned());
        }
        if read.iter().any(|(column, rotation)| *column == linked && *rotation != 0) {
            wrong.push("a gate reads another row of the linked column".to_owned());
        }
        let reading = if read.contains(&(linked, 0)) { 0..1 << tape.k } else { 0..0 };
        for row in reading.filter(|row| random.reads(gate, *row, (linked, *row)) && !tied.contains_key(row)) {
            wrong.push(format!("linked row {row} is read and not tied"));
        }
    }
    wrong
}

/// Gives each sum its value: the gate's only way to hold.
fn gathered(random: &mut Random, gathering: &[Expression], layout: &Layout) -> Vec<String> {
    let stride = layout.shape.ring.as_ref().unwrap().stride as i32;
    let mut wrong = vec![];
    for gate in gathering {
        let of = columns_of(gate);
        let ahead: Vec<usize> = of.iter().filter(|(_, rotation)| *rotation != 0).map(|(column, _)| *column).collect();
        let [column] = ahead[..] else { panic!("{of:?}") };
        assert!(of.contains(&(column, stride)));
        for row in 0..random.rows {
            let cell = (column, (row + stride as usize) % random.rows);
            if !random.reads(gate, row, cell) {
                continue;
            }
            let value = random.at(gate, row, (cell, Fp::ZERO));
            assert_eq!(random.at(gate, row, (cell, Fp::ONE)), value - Fp::ONE);
            if random.reads(gate, row, (column, row)) && !random.defined.contains_key(&(column, row)) {
                wrong.push(format!("the sum at row {row} goes on from nothing"));
            }
            if random.defined.insert(cell, value).is_some() {
                wrong.push(format!("two sums at row {}", cell.1));
            }
        }
    }
    wrong
}

/// The values of each linked row: of the sums and ring cells that are copies of it, and of a sum of its own.
fn tied(random: &Random, tape: &Tape) -> BTreeMap<usize, Vec<Fp>> {
    let linked = tape.column("linked");
    let sums = tape.columns().iter().position(|name| name.starts_with("gathered")).unwrap_or(usize::MAX);
    let mut classes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut members: Vec<Vec<(usize, usize)>> = vec![];
    for [(_, row, column), (_, other_row, other)] in
        tape.copies().into_iter().filter(|pair| pair.iter().all(|(kind, ..)| kind == "Advice"))
    {
        let [a, b] = [(column, row), (other, other_row)].map(|cell| {
            *classes.entry(cell).or_insert_with(|| {
                members.push(vec![cell]);
                members.len() - 1
            })
        });
        if a != b {
            let moved = std::mem::take(&mut members[b]);
            classes.extend(moved.iter().map(|cell| (*cell, a)));
            members[a].extend(moved);
        }
    }
    let rows = members.iter().flatten().filter(|(column, _)| *column == linked);
    let rows = rows.chain(random.defined.keys().filter(|(column, _)| *column == linked)).map(|(_, row)| *row);
    let values = |row: usize| -> Vec<Fp> {
        let class = classes.get(&(linked, row)).map_or(&[][..], |class| &members[*class]);
        let others = class.iter().filter(|(column, _)| *column < tape.given() || *column >= sums);
        let own = random.defined.get(&(linked, row)).copied();
        let of = |(column, row): &(usize, usize)| match random.defined.get(&(*column, *row)) {
            Some(value) => Some(*value),
            None => (*column < tape.given()).then(|| random.cells[*column][*row]),
        };
        others.filter_map(of).chain(own).collect()
    };
    let rows: BTreeSet<usize> = rows.collect();
    rows.into_iter().map(|row| (row, values(row))).filter(|(_, values)| !values.is_empty()).collect()
}

/// What the plan says that each linked row holds.
fn inputs(plan: &Plan, layout: &Layout, random: &Random) -> BTreeMap<usize, Fp> {
    let (ring, shape) = (layout.ring.as_ref().unwrap(), layout.shape.ring.as_ref().unwrap());
    let positions = compact::ring().positions() as u32;
    let given = |given: &Given| {
        let column = match given {
            Given::Carried(index) => return random.cells[column_of(&ring.columns, &RingColumn::Carried(*index))][0],
            Given::Reading(place) => place.register,
        };
        let Given::Reading(place) = given else { return Fp::ZERO };
        let slot = plan.slots.first().index() + place.offset;
        let lap = RingColumn::Readings { register: column, lap: slot / positions };
        random.cells[column_of(&ring.columns, &lap)][(slot % positions) as usize * shape.stride]
    };
    let mut rows: BTreeMap<usize, Fp> = BTreeMap::new();
    for Linked { row, input, lane } in &layout.linked {
        let input = &plan.inputs[*input];
        let weighed: Fp = input.weights.iter().map(|(of, weight)| field(*weight) * given(of)).sum();
        *rows.entry(*row).or_insert(Fp::ZERO) += lane_factor(*lane) * (weighed + field(input.constant));
    }
    rows
}

fn column_of(columns: &[RingColumn], wanted: &RingColumn) -> usize {
    columns.iter().position(|column| column == wanted).unwrap()
}

/// Cells of a circuit on a ring that nothing ties and no gate reads: the linked column where a sum takes no input, and
/// where sums begin.
pub fn idle(layout: &Layout) -> BTreeSet<(String, usize)> {
    let (Some(ring), Some(shape)) = (&layout.ring, &layout.shape.ring) else { return BTreeSet::new() };
    let mut idle = BTreeSet::new();
    for act in &layout.acts {
        if let Act::Chain(chain) = act {
            let rows = (chain.first_term()..).zip(&chain.terms).filter(|(_, term)| term.linked.is_none());
            idle.extend(rows.map(|(row, _)| ("linked".to_owned(), row)));
        }
    }
    let own = usize::from(shape.aligned);
    for gather in ring.gathers.iter().filter(|gather| gather.sum >= own && shape.sums[gather.sum].runs) {
        let above = |other: &&wattproof_circuits::layout::Gather| {
            other.sum == gather.sum && (other.from..=other.to).contains(&gather.from.wrapping_sub(1))
        };
        let is_first = !ring.gathers.iter().any(|other| above(&other));
        idle.extend(is_first.then(|| (format!("gathered {}", gather.sum - own + 1), gather.from * shape.stride)));
    }
    idle
}
