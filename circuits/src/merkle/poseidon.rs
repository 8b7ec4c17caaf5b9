//! The Poseidon permutation of `halo2_poseidon` (P128Pow5T3 over `Fp`: width 3, x⁵, 8 full and 56 partial rounds), its
//! constants in the form that rows of a circuit and a fast evaluation want.
//!
//! Only the first word passes the S-box in a partial round. So the constants of the others may be added behind the matrix
//! instead, to the next round's: a partial round is left with one constant. Equal to the crate's own by a test.

use std::sync::LazyLock;

use ff::{Field, PrimeField};
use halo2_poseidon::{P128Pow5T3, Spec};
use pasta_curves::Fp;

/// Words of the state: two of input, and the capacity.
pub(crate) const WIDTH: usize = 3;
/// Full rounds on either side of the partial ones.
pub(crate) const HALF_FULL: usize = 4;
/// Partial rounds, in pairs.
pub(crate) const PARTIAL_PAIRS: usize = 28;
/// Rows of a permutation in a circuit: a full round each, two partial rounds each, and the result.
pub(crate) const ROWS: usize = 2 * HALF_FULL + PARTIAL_PAIRS + 1;

pub(crate) type State = [Fp; WIDTH];
pub(crate) type Matrix = [State; WIDTH];

/// The permutation's constants.
pub(crate) struct Permutation {
    /// What full rounds add.
    pub(crate) full: Vec<State>,
    /// What partial rounds add to the first word.
    pub(crate) partial: Vec<Fp>,
    pub(crate) mds: Matrix,
    pub(crate) mds_inverse: Matrix,
    /// The matrices of partial rounds, thinned out, and what is left of them behind the last.
    thin: Vec<Thin>,
    rest: Matrix,
}

/// A matrix whose lower right part is the identity: the first row, and the rest of the first column.
struct Thin {
    row: State,
    column: [Fp; WIDTH - 1],
}

/// The one instance.
pub(crate) static PERMUTATION: LazyLock<Permutation> = LazyLock::new(Permutation::new);

/// The capacity under which a node of the tree hashes its two children: `ConstantLength<2>`.
pub(crate) static NODES: LazyLock<Fp> = LazyLock::new(|| Fp::from_u128(2 << 64));
/// The capacity under which two entries are hashed: that of nodes with a mark beside the length, so that no pair of
/// entries hashes like a pair of nodes.
pub(crate) static ENTRIES: LazyLock<Fp> = LazyLock::new(|| Fp::from_u128((2 << 64) + (1 << 96)));

/// The hash of two words.
pub(crate) fn hash(left: Fp, right: Fp, capacity: Fp) -> Fp {
    let mut state = [left, right, capacity];
    PERMUTATION.permute(&mut state);
    state[0]
}

impl Permutation {
    fn new() -> Self {
        let (rounds, mds, mds_inverse) = <P128Pow5T3 as Spec<Fp, 3, 2>>::constants();
        let (start, rest) = rounds.split_at(HALF_FULL);
        let (middle, end) = rest.split_at(2 * PARTIAL_PAIRS);
        let mut late = [Fp::ZERO; WIDTH];
        let partial = middle.iter().map(|constants| {
            let all = plus(constants, &late);
            late = times(&mds, &[Fp::ZERO, all[1], all[2]]);
            all[0]
        });
        let partial: Vec<Fp> = partial.collect();
        let mut full: Vec<State> = start.iter().chain(end).copied().collect();
        full[HALF_FULL] = plus(&full[HALF_FULL], &late);
        let (thin, rest) = thinned(&mds);
        Permutation { full, partial, mds, mds_inverse, thin, rest }
    }

    fn permute(&self, state: &mut State) {
        let (start, end) = self.full.split_at(HALF_FULL);
        start.iter().for_each(|constants| self.full_round(state, constants));
        for (constant, thin) in self.partial.iter().zip(&self.thin) {
            let first = pow5(state[0] + constant);
            let [_, b, c] = *state;
            let Thin { row, column } = thin;
            *state = [row[0] * first + row[1] * b + row[2] * c, b + column[0] * first, c + column[1] * first];
        }
        *state = times(&self.rest, state);
        end.iter().for_each(|constants| self.full_round(state, constants));
    }

    fn full_round(&self, state: &mut State, constants: &State) {
        *state = times(&self.mds, &plus(state, constants).map(pow5));
    }

    /// The state at each row of a circuit, the last one the result.
    pub(crate) fn rows(&self, mut state: State) -> Vec<State> {
        let mut rows = vec![state];
        for row in 0..ROWS - 1 {
            match Round::at(row) {
                Round::Full(round) => self.full_round(&mut state, &self.full[round]),
                Round::Partial(pair) => {
                    for constant in &self.partial[2 * pair..2 * pair + 2] {
                        state[0] = pow5(state[0] + constant);
                        state = times(&self.mds, &state);
                    }
                }
            }
            rows.push(state);
        }
        rows
    }
}

/// What a row of a permutation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Round {
    /// A full round, by its index.
    Full(usize),
    /// Two partial rounds, by their index in pairs.
    Partial(usize),
}

impl Round {
    /// The rounds of a row that is not the last.
    pub(crate) fn at(row: usize) -> Self {
        match row.checked_sub(HALF_FULL) {
            None => Round::Full(row),
            Some(pair) if pair < PARTIAL_PAIRS => Round::Partial(pair),
            Some(past) => Round::Full(past + HALF_FULL - PARTIAL_PAIRS),
        }
    }
}

/// The matrix of each partial round as a thin one, and the part that is put off to the next round, which it may be since
/// it leaves the first word alone: behind the last it is the rest.
fn thinned(mds: &Matrix) -> (Vec<Thin>, Matrix) {
    let mut rest: Matrix = [0, 1, 2].map(|at| [0, 1, 2].map(|other| Fp::from(u64::from(at == other))));
    let thin = (0..2 * PARTIAL_PAIRS).map(|_| {
        let [row, [below, a, b], [last, c, d]] = product(mds, &rest);
        // The inverse of the lower right part; a matrix of which every part is invertible has one.
        let scale = (a * d - b * c).invert().unwrap_or(Fp::ZERO);
        let column = [(d * below - b * last) * scale, (a * last - c * below) * scale];
        rest = [[Fp::ONE, Fp::ZERO, Fp::ZERO], [Fp::ZERO, a, b], [Fp::ZERO, c, d]];
        Thin { row, column }
    });
    let thin = thin.collect();
    (thin, rest)
}

pub(crate) fn pow5(x: Fp) -> Fp {
    x.square().square() * x
}

fn plus(a: &State, b: &State) -> State {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(crate) fn times(matrix: &Matrix, state: &State) -> State {
    matrix.map(|row| row[0] * state[0] + row[1] * state[1] + row[2] * state[2])
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|at| row[0] * b[0][at] + row[1] * b[1][at] + row[2] * b[2][at]))
}

#[cfg(test)]
mod tests {
    use halo2_poseidon::{ConstantLength, Hash, P128Pow5T3, test_only_permute};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    /// The crate's own permutation, its own hash, and this one, fast and row by row.
    #[test]
    fn the_permutation_is_the_crates() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (constants, mds, _) = <P128Pow5T3 as Spec<Fp, 3, 2>>::constants();
        for _ in 0..50 {
            let state: State = [0; 3].map(|_: i32| Fp::random(&mut rng));
            let (mut theirs, mut ours) = (state, state);
            test_only_permute::<Fp, P128Pow5T3, 3, 2>(&mut theirs, &mds, &constants);
            PERMUTATION.permute(&mut ours);
            assert_eq!(ours, theirs);
            assert_eq!(PERMUTATION.rows(state)[ROWS - 1], theirs);
            let [left, right, _] = state;
            let hashed = Hash::<_, P128Pow5T3, ConstantLength<2>, 3, 2>::init().hash([left, right]);
            assert_eq!(hash(left, right, *NODES), hashed);
            assert_ne!(hash(left, right, *ENTRIES), hashed);
        }
    }

    #[test]
    fn a_permutation_has_all_its_rounds() {
        let rounds: Vec<Round> = (0..ROWS - 1).map(Round::at).collect();
        assert_eq!(rounds[3..5], [Round::Full(3), Round::Partial(0)]);
        assert_eq!(rounds[31..33], [Round::Partial(27), Round::Full(4)]);
        assert_eq!(rounds[35], Round::Full(7));
    }
}
