//! Lies about entries of tables: other entries, other places, other hashes, each followed up to the root.

use std::sync::LazyLock;

use ff::{Field, PrimeField};
use halo2_poseidon::{P128Pow5T3, Spec};
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Entry};
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::{Lie, Sample, broken, parts, small};
use crate::support::tables::{entries_capacity, opened};
use crate::support::tape::{Failure, Tape};

const STEP_BIT: &str = "bit (bit - 1) = 0, bit = place - 2 place'";
const STEP_LEFT: &str = "left' = node + bit (beside - node)";
const STEP_RIGHT: &str = "left' + right' = node + beside";
const STEP_CAPACITY: &str = "capacity' = weight";
const FULL_STATE: &str = "state' = M (state + constants)^5";
const FULL_PLACE: &str = "full round: place' = place";
const PARTIAL_FIRST: &str = "power = (state + constant)^5";
const PARTIAL_SECOND: &str = "the first word of M^-1 state' is a fifth power";
const PARTIAL_STATE: &str = "the other words of M^-1 state' are those between";
const PARTIAL_PLACE: &str = "partial rounds: place' = place";
const END_ROOT: &str = "node = factor";
const END_PLACE: &str = "place = 0";

/// Rows of a level.
pub const LEVEL: usize = 37;
const STATE: [&str; 3] = ["operand", "rest", "digit 1"];

static MATRICES: LazyLock<[[[Fp; 3]; 3]; 2]> = LazyLock::new(|| {
    let (_, mds, inverse) = <P128Pow5T3 as Spec<Fp, 3, 2>>::constants();
    [mds, inverse]
});

/// The cells of a path, row by row from that of the entry.
#[derive(Clone)]
pub(super) struct Path<'s> {
    sample: &'s Sample,
    start: usize,
    of: &'s Entry,
    /// The constants of each row.
    constants: Vec<[Fp; 3]>,
    place: Vec<Fp>,
    state: Vec<[Fp; 3]>,
    /// What stands beside a node, or the power between two partial rounds.
    power: Vec<Fp>,
    /// Whether a level's node is the right one of its pair.
    right: Vec<bool>,
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let told = [entries, places, levels, rounds, running];
    let paths = parts(sample).filter_map(|(At { row, .. }, step)| match step {
        Step::Entry(of) => Some(Path::honest(sample, row, of)),
        _ => None,
    });
    paths.flat_map(|path| told.into_iter().flat_map(move |told| told(&path))).collect()
}

impl<'s> Path<'s> {
    fn honest(sample: &'s Sample, start: usize, of: &'s Entry) -> Self {
        let tape = sample.tape();
        let end = start + LEVEL * of.table.depth() as usize;
        let third = (2..).find(|column| tape.fixed(*column, start + 1).is_some()).unwrap();
        let constant = |column, row| tape.fixed(column, row).unwrap_or(Fp::ZERO);
        let constants = (start..=end).map(|row| [0, 1, third].map(|column| constant(column, row))).collect();
        let place = usize::try_from(small(tape.get("sum", start)).unwrap()).unwrap();
        let empty = Path { sample, start, of, constants, place: vec![], state: vec![], power: vec![], right: vec![] };
        empty.at(place)
    }

    /// The true entry and path of a place, which need not be that of the chain.
    fn at(&self, place: usize) -> Self {
        let depth = self.of.table.depth() as usize;
        let (entry, beside) = opened(&self.of.table, place);
        let rows = LEVEL * depth + 1;
        let mut path = Path { state: vec![[entry, Fp::ZERO, Fp::ZERO]; rows], ..self.clone() };
        let halved = |row: usize| Fp::from((place >> row.div_ceil(LEVEL)) as u64);
        path.place = (0..rows).map(halved).collect();
        path.power = (0..rows).map(|row| beside.get(row / LEVEL).copied().unwrap_or(Fp::ZERO)).collect();
        path.right = (0..depth).map(|level| place >> level & 1 == 1).collect();
        path.followed(0)
    }

    fn depth(&self) -> usize {
        self.right.len()
    }

    fn is_step(row: usize) -> bool {
        row.is_multiple_of(LEVEL)
    }

    /// The words between two partial rounds.
    fn between(&self, row: usize) -> [Fp; 3] {
        times(0, [self.power[row], self.state[row][1], self.state[row][2]])
    }

    fn is_partial(row: usize) -> bool {
        (5..33).contains(&(row % LEVEL))
    }

    /// Everything from a row on as it follows from the row.
    fn followed(mut self, row: usize) -> Self {
        for row in row..self.state.len() - 1 {
            if Self::is_partial(row) {
                self.power[row] = fifth(self.state[row][0] + self.constants[row][0]);
            }
            self.state[row + 1] = self.next(row);
        }
        self
    }

    fn next(&self, row: usize) -> [Fp; 3] {
        let (state, constants) = (self.state[row], self.constants[row]);
        if Self::is_step(row) {
            let capacity = if row == 0 { entries_capacity() } else { Fp::from_u128(2 << 64) };
            let (node, beside) = (state[0], self.power[row]);
            return if self.right[row / LEVEL] { [beside, node, capacity] } else { [node, beside, capacity] };
        }
        if Self::is_partial(row) {
            let [lone, b, c] = self.between(row);
            return times(0, [fifth(lone + constants[1]), b, c]);
        }
        times(0, [0, 1, 2].map(|word| fifth(state[word] + constants[word])))
    }

    /// Every constraint of the path that does not hold.
    fn broken(&self) -> Vec<Failure> {
        let mut failures = vec![];
        let end = self.state.len() - 1;
        for row in 0..end {
            let mut check = |holds: bool, name| failures.extend((!holds).then(|| broken(name, self.start + row)));
            let (state, next) = (self.state[row], self.state[row + 1]);
            let same = self.place[row + 1] == self.place[row];
            if Self::is_step(row) {
                let bit = self.place[row] - self.place[row + 1].double();
                let (node, beside) = (state[0], self.power[row]);
                check(bit * (bit - Fp::ONE) == Fp::ZERO, STEP_BIT);
                check(next[0] == node + bit * (beside - node), STEP_LEFT);
                check(next[0] + next[1] == node + beside, STEP_RIGHT);
                check(next[2] == self.constants[row][1], STEP_CAPACITY);
            } else if Self::is_partial(row) {
                let (between, back) = (self.between(row), times(1, next));
                check(self.power[row] == fifth(state[0] + self.constants[row][0]), PARTIAL_FIRST);
                check(back[0] == fifth(between[0] + self.constants[row][1]), PARTIAL_SECOND);
                check(back[1..] == between[1..], PARTIAL_STATE);
                check(same, PARTIAL_PLACE);
            } else {
                check(next == self.next(row), FULL_STATE);
                check(same, FULL_PLACE);
            }
        }
        let mut check = |holds: bool, name| failures.extend((!holds).then(|| broken(name, self.start + end)));
        check(self.state[end][0] == self.constants[end][0], END_ROOT);
        check(self.place[end] == Fp::ZERO, END_PLACE);
        failures
    }

    fn write(&self, tape: &mut Tape) {
        for row in 0..self.state.len() {
            let words = if row == 0 { 1 } else { 3 };
            for (column, word) in STATE.iter().zip(self.state[row]).take(words) {
                tape.set(column, self.start + row, word);
            }
            tape.set("sum", self.start + row, self.place[row]);
            if (Self::is_step(row) && row + 1 < self.state.len()) || Self::is_partial(row) {
                tape.set("digit 2", self.start + row, self.power[row]);
            }
        }
    }

    fn told(&self, what: impl Into<String>) -> Lie {
        let mut tape = self.sample.tape();
        self.write(&mut tape);
        let (tape, mut expect) = settle(self.sample, tape, Deviation::Before);
        expect.extend(self.broken());
        assert!(!expect.is_empty());
        Lie::new(format!("the entry at {}: {}", self.start, what.into()), tape, expect)
    }
}

/// What a prover puts there whose chain ends at another place: the entry of that place, or where the tree has none that of
/// its lowest bits.
pub(super) fn settled(sample: &Sample, start: usize, of: &Entry, tape: &mut Tape) -> Vec<Failure> {
    let sum = tape.get("sum", start);
    let depth = of.table.depth() as usize;
    let known = small(sum);
    let lowest = known.map_or(0, |place| place.rem_euclid(1 << depth) as usize);
    let mut path = Path::honest(sample, start, of).at(lowest);
    // What the bits leave is carried to the end.
    for (row, place) in path.place.iter_mut().enumerate() {
        let levels = row.div_ceil(LEVEL);
        *place = match known {
            Some(known) => field(known >> levels),
            None => sum * field(1 << levels).invert().unwrap(),
        };
    }
    path.write(tape);
    path.broken()
}

/// What fails where a place is another one and nothing follows: the bit, and what it chooses.
pub(super) fn moved(tape: &Tape, row: usize) -> Vec<Failure> {
    let bit = tape.get("sum", row) - tape.get("sum", row + 1).double();
    let (node, beside) = (tape.get("operand", row), tape.get("digit 2", row));
    let is_bit = bit * (bit - Fp::ONE) == Fp::ZERO;
    let chosen = tape.get("operand", row + 1) == node + bit * (beside - node);
    [(is_bit, STEP_BIT), (chosen, STEP_LEFT)]
        .into_iter()
        .filter(|(holds, _)| !holds)
        .map(|(_, name)| broken(name, row))
        .collect()
}

fn times(which: usize, state: [Fp; 3]) -> [Fp; 3] {
    MATRICES[which].map(|row| row[0] * state[0] + row[1] * state[1] + row[2] * state[2])
}

fn fifth(x: Fp) -> Fp {
    x.square().square() * x
}

/// Other entries under the true path.
fn entries(path: &Path<'_>) -> Vec<Lie> {
    let others = [path.state[0][0] + Fp::ONE, path.state[0][0] - Fp::ONE, -Fp::from(1 << 40)];
    let lies = others.into_iter().map(|other| {
        let mut path = path.clone();
        path.state[0][0] = other;
        path.followed(0).told(format!("{other:?} under the path of the true one"))
    });
    lies.collect()
}

/// The true entry of every other place, and one whose place is not what is left of the bits.
fn places(path: &Path<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    let place = usize::try_from(small(path.place[0]).unwrap()).unwrap();
    for other in (0..1 << path.depth()).filter(|other| *other != place) {
        let mut told = path.at(other);
        told.place[0] = path.place[0];
        lies.push(told.told(format!("the entry of place {other}")));
    }
    let top = path.depth() - 1;
    let mut turned = path.at(place ^ (1 << top));
    turned.place.clone_from(&path.place);
    let half = Fp::from(2).invert().unwrap();
    let left = if place >> top & 1 == 1 { half } else { -half };
    turned.place[LEVEL * top + 1..].fill(left);
    lies.push(turned.told("a place of which half a bit is left"));
    lies
}

/// Other children and capacities at each level.
fn levels(path: &Path<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for level in 0..path.depth() {
        for (word, what) in ["left", "right", "capacity"].into_iter().enumerate() {
            let mut told = path.clone();
            told.state[LEVEL * level + 1][word] += Fp::ONE;
            lies.push(told.followed(LEVEL * level + 1).told(format!("another {what} word at level {level}")));
        }
        let mut told = path.clone();
        told.power[LEVEL * level] += Fp::ONE;
        lies.push(told.followed(LEVEL * level).told(format!("another node beside the way at level {level}")));
    }
    lies
}

/// Rounds that come to something else.
fn rounds(path: &Path<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    let last = path.state.len() - 1;
    for row in (1..LEVEL).filter(|row| !Path::is_partial(*row)) {
        let mut told = path.clone();
        told.state[row + 1][row % 3] += Fp::ONE;
        lies.push(told.followed(row + 1).told(format!("another full round at {row}")));
    }
    for row in (5..33).step_by(9) {
        let mut told = path.clone();
        told.power[row] += Fp::ONE;
        told.state[row + 1] = told.next(row);
        lies.push(told.followed(row + 1).told(format!("another power at {row}")));
        for word in 0..3 {
            let mut told = path.clone();
            let by = times(0, [0, 1, 2].map(|at| Fp::from(u64::from(at == word))));
            told.state[row + 1] = [0, 1, 2].map(|at| told.state[row + 1][at] + by[at]);
            lies.push(told.followed(row + 1).told(format!("another word {word} behind two partial rounds at {row}")));
        }
    }
    let mut told = path.clone();
    told.state[last][0] += Fp::ONE;
    lies.push(told.told("another root"));
    lies
}

/// A place that changes between levels.
fn running(path: &Path<'_>) -> Vec<Lie> {
    let rows = (2..LEVEL).step_by(5).chain([LEVEL, path.state.len() - 1]);
    let lies = rows.map(|row| {
        let mut told = path.clone();
        told.place[row] += Fp::ONE;
        told.told(format!("another place at {row}"))
    });
    lies.collect()
}
