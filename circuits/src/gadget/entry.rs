//! An entry of a published table, by its Merkle path. See `docs/circuit.md#entry`.

use ff::Field;
use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Fixed, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows};
use crate::layout::{Place, Placer, Shape};
use crate::merkle::Table;
use crate::merkle::poseidon::{ENTRIES, NODES, PERMUTATION, ROWS, Round, State, pow5};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const STEP: &str = "a path goes up a level";
const STEP_BIT: &str = "bit (bit - 1) = 0, bit = place - 2 place'";
const STEP_LEFT: &str = "left' = node + bit (beside - node)";
const STEP_RIGHT: &str = "left' + right' = node + beside";
const STEP_CAPACITY: &str = "capacity' = weight";
const FULL: &str = "a full round";
const FULL_STATE: &str = "state' = M (state + constants)^5";
const FULL_PLACE: &str = "full round: place' = place";
const PARTIAL: &str = "two partial rounds";
const PARTIAL_FIRST: &str = "power = (state + constant)^5";
const PARTIAL_SECOND: &str = "the first word of M^-1 state' is a fifth power";
const PARTIAL_STATE: &str = "the other words of M^-1 state' are those between";
const PARTIAL_PLACE: &str = "partial rounds: place' = place";
const END: &str = "a path ends at the root";
const END_ROOT: &str = "node = factor";
const END_PLACE: &str = "place = 0";

/// Results: the entry.
///
/// | row | sum | operand | rest | digit 1 | digit 2 | factor | weight | third |
/// |-----|-----|---------|------|---------|---------|--------|--------|-------|
/// | row | place | entry | | | entry beside | | capacity | |
/// | first of a level | place, its last bit gone | left | right | capacity | | constants | | |
/// | 35 more rounds | the same | state | state | state | power | constants | | |
/// | last of a level | the same | node | state | state | node beside | | capacity | |
/// | last of all | 0 | root | state | state | | root | | |
///
/// The place is at least zero and below the table's entries. That the entry is within the table's bounds is a range check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Where the entry stands in the table.
    pub place: Affine,
    /// The table.
    pub table: Table,
}

#[derive(Clone, Debug)]
pub(crate) struct Chip {
    state: [Column<Advice>; 3],
    power: Column<Advice>,
    constants: [Column<Fixed>; 3],
    q_step: Selector,
    q_full: Selector,
    q_partial: Selector,
    q_end: Selector,
}

impl Gadget for Entry {
    type Chip = Chip;
    const NAME: &'static str = "table entry";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.place.terms.iter_mut().for_each(|(value, _)| visit(value));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval()].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let place = usize::try_from(of.affine(&self.place)).ok();
        vec![place.and_then(|place| self.table.entry(place)).unwrap_or_default().into()]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.operands = true;
        shape.digits = shape.digits.max(3);
        shape.hashes = true;
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let rows = ROWS * self.table.depth() as usize;
        let row = placer.chain_with_digits(&self.place, rows);
        placer.act(At { step, part: 0, row, groups: 0 });
        placer.results(step, [Place::Operand(row)]);
        placer.take_rows(row + rows + 1);
        placer.range_unless_disclosed(Value::Result(step, 0), self.interval());
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Chip> {
        let (operand, rest) = (columns.operand?, columns.rest?);
        let [second, third] = [columns.digits.first()?, columns.digits.get(1)?].map(|column| *column);
        let chip = Chip {
            state: [operand, rest, second],
            power: third,
            constants: [columns.factor, columns.weight, meta.fixed_column()],
            q_step: meta.selector(),
            q_full: meta.selector(),
            q_partial: meta.selector(),
            q_end: meta.selector(),
        };
        chip.up_a_level(meta, columns);
        chip.full_round(meta, columns);
        chip.partial_rounds(meta, columns);
        meta.create_gate(END, |meta| {
            let q = meta.query_selector(chip.q_end);
            let root = meta.query_advice(operand, Rotation::cur()) - meta.query_fixed(columns.factor);
            let place = meta.query_advice(columns.sum, Rotation::cur());
            Constraints::with_selector(q, [(END_ROOT, root), (END_PLACE, place)])
        });
        Some(chip)
    }

    fn assign(&self, chip: &Chip, rows: &mut Rows<'_, '_>, At { step, row, .. }: At) -> Result<(), Error> {
        let place = rows.known(|witness| witness.affine(&self.place));
        let mut node = rows.assign_result(row, step, 0)?.map(crate::field);
        let path = match (rows.witness, self.table.entries()) {
            (Some(witness), Some(entries)) => {
                let place = usize::try_from(witness.affine(&self.place)).map_err(|_| Error::Synthesis)?;
                Some(entries.path(place))
            }
            (Some(_), None) => return Err(Error::Synthesis),
            (None, _) => None,
        };
        for level in 0..self.table.depth() as usize {
            let at = row + ROWS * level;
            let beside = path.as_ref().map_or(Known::unknown(), |path| Known::known(path[level]));
            let capacity = if level == 0 { *ENTRIES } else { *NODES };
            chip.q_step.enable(rows.region, at)?;
            chip.put(rows, chip.power, at, beside)?;
            chip.fix(rows, 1, at, capacity)?;
            let children = place.zip(node).zip(beside).map(|((place, node), beside)| {
                if place >> level & 1 == 0 { [node, beside, capacity] } else { [beside, node, capacity] }
            });
            node = chip.hash(rows, at + 1, children, place.map(|place| place >> (level + 1)))?;
        }
        let end = row + ROWS * self.table.depth() as usize;
        chip.q_end.enable(rows.region, end)?;
        chip.fix(rows, 0, end, self.table.root())
    }
}

impl Entry {
    fn interval(&self) -> Interval {
        let of = self.table.published();
        Interval { lo: of.least.into(), hi: of.most.into() }
    }
}

impl Chip {
    fn up_a_level(&self, meta: &mut ConstraintSystem<Fp>, columns: &Columns) {
        meta.create_gate(STEP, |meta| {
            let q = meta.query_selector(self.q_step);
            // node: the entry, or the result of the rounds above; beside: free, and bound by the root; place: the chain that
            // ends at the entry, halved level by level; left', right', capacity': defined here.
            let [place, halved] = [0, 1].map(|at| meta.query_advice(columns.sum, Rotation(at)));
            let node = meta.query_advice(self.state[0], Rotation::cur());
            let beside = meta.query_advice(self.power, Rotation::cur());
            let [left, right, capacity] = self.state.map(|word| meta.query_advice(word, Rotation::next()));
            let bit = place - halved * Fp::from(2);
            let one = Expression::Constant(Fp::ONE);
            let weight = meta.query_fixed(self.constants[1]);
            Constraints::with_selector(
                q,
                [
                    (STEP_BIT, bit.clone() * (bit.clone() - one)),
                    (STEP_LEFT, left.clone() - node.clone() - bit * (beside.clone() - node.clone())),
                    (STEP_RIGHT, left + right - node - beside),
                    (STEP_CAPACITY, capacity - weight),
                ],
            )
        });
    }

    fn full_round(&self, meta: &mut ConstraintSystem<Fp>, columns: &Columns) {
        meta.create_gate(FULL, |meta| {
            let q = meta.query_selector(self.q_full);
            // state: a level's first row, or the round above; state': defined here.
            let [place, place_next] = [0, 1].map(|at| meta.query_advice(columns.sum, Rotation(at)));
            let constants = self.constants.map(|constant| meta.query_fixed(constant));
            let state = self.state.map(|word| meta.query_advice(word, Rotation::cur()));
            let next = self.state.map(|word| meta.query_advice(word, Rotation::next()));
            let powers: Vec<_> = state.into_iter().zip(constants).map(|(word, constant)| fifth(word + constant)).collect();
            let rows = PERMUTATION.mds.iter().zip(next);
            let constraints = rows.map(|(row, next)| (FULL_STATE, combined(row, &powers) - next));
            let constraints: Vec<_> = constraints.chain([(FULL_PLACE, place_next - place)]).collect();
            Constraints::with_selector(q, constraints)
        });
    }

    fn partial_rounds(&self, meta: &mut ConstraintSystem<Fp>, columns: &Columns) {
        meta.create_gate(PARTIAL, |meta| {
            let q = meta.query_selector(self.q_partial);
            // state: the rounds above; power: defined here; state': defined here, its words by the inverse of M.
            let [place, place_next] = [0, 1].map(|at| meta.query_advice(columns.sum, Rotation(at)));
            let [first, second] = [0, 1].map(|at| meta.query_fixed(self.constants[at]));
            let [word, others @ ..] = self.state.map(|word| meta.query_advice(word, Rotation::cur()));
            let power = meta.query_advice(self.power, Rotation::cur());
            let next = self.state.map(|word| meta.query_advice(word, Rotation::next()));
            let between: Vec<_> = [power.clone()].into_iter().chain(others).collect();
            let [lone, kept @ ..] = PERMUTATION.mds.map(|row| combined(&row, &between));
            let [lone_next, kept_next @ ..] = PERMUTATION.mds_inverse.map(|row| combined(&row, &next));
            let kept = kept.into_iter().zip(kept_next).map(|(word, next)| (PARTIAL_STATE, word - next));
            let mut constraints = vec![
                (PARTIAL_FIRST, fifth(word + first) - power),
                (PARTIAL_SECOND, fifth(lone + second) - lone_next),
                (PARTIAL_PLACE, place_next - place),
            ];
            constraints.extend(kept);
            Constraints::with_selector(q, constraints)
        });
    }

    /// The rounds of a hash from its first row on, with what the rows keep in the running sum; the hash.
    fn hash(
        &self,
        rows: &mut Rows<'_, '_>,
        first: usize,
        start: Known<State>,
        place: Known<i128>,
    ) -> Result<Known<Fp>, Error> {
        let states = start.map(|state| PERMUTATION.rows(state));
        for at in 0..ROWS {
            let state = states.as_ref().map(|states| states[at]);
            for (word, column) in self.state.iter().enumerate() {
                self.put(rows, *column, first + at, state.map(|state| state[word]))?;
            }
            rows.assign_sum(first + at, place)?;
            if at + 1 < ROWS {
                self.round(rows, first + at, Round::at(at), state)?;
            }
        }
        Ok(states.map(|states| states[ROWS - 1][0]))
    }

    /// Selects a round, with its constants and the power between two partial ones.
    fn round(&self, rows: &mut Rows<'_, '_>, row: usize, round: Round, state: Known<State>) -> Result<(), Error> {
        match round {
            Round::Full(round) => {
                self.q_full.enable(rows.region, row)?;
                let constants = PERMUTATION.full[round];
                (0..3).try_for_each(|word| self.fix(rows, word, row, constants[word]))
            }
            Round::Partial(pair) => {
                self.q_partial.enable(rows.region, row)?;
                let [first, second] = [2 * pair, 2 * pair + 1].map(|round| PERMUTATION.partial[round]);
                self.fix(rows, 0, row, first)?;
                self.fix(rows, 1, row, second)?;
                self.put(rows, self.power, row, state.map(|state| pow5(state[0] + first)))
            }
        }
    }

    fn put(&self, rows: &mut Rows<'_, '_>, column: Column<Advice>, row: usize, value: Known<Fp>) -> Result<(), Error> {
        rows.region.assign_advice(|| "state", column, row, || value).map(|_| ())
    }

    fn fix(&self, rows: &mut Rows<'_, '_>, constant: usize, row: usize, value: Fp) -> Result<(), Error> {
        rows.region.assign_fixed(|| "", self.constants[constant], row, || Known::known(value)).map(|_| ())
    }
}

fn fifth(of: Expression<Fp>) -> Expression<Fp> {
    let square = of.clone() * of.clone();
    square.clone() * square * of
}

/// A row of a matrix times the words of a state.
fn combined(row: &State, words: &[Expression<Fp>]) -> Expression<Fp> {
    let terms = row.iter().zip(words).map(|(factor, word)| word.clone() * *factor);
    terms.reduce(|sum, term| sum + term).unwrap_or(Expression::Constant(Fp::ZERO))
}
