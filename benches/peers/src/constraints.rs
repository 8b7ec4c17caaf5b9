//! The four statements as rank-one constraints, once for every peer that takes them.
//!
//! Everything linear is left to linear combinations. A price in pieces costs a bit a piece, a range check of the part
//! above the piece's lower bound, a shorter one of the room below its upper bound, one product for the rate and one for
//! the last piece's having no upper bound. The meter vouches that a reading is below 2^20, as it does to wattproof.

use wattproof_circuits::families::Family;

use crate::statement::{READING_BITS, Statement};

/// What a proof system takes: affine numbers and products of them.
pub trait System {
    type Number: Clone;
    type Error;

    fn constant(&self, value: i64) -> Self::Number;
    /// `sum += factor · term`.
    fn add(&self, sum: &mut Self::Number, factor: i64, term: &Self::Number);
    /// A number the prover chooses.
    fn free(&mut self, value: Option<u64>) -> Result<Self::Number, Self::Error>;
    /// A number the prover chooses, 0 or 1.
    fn bit(&mut self, value: Option<bool>) -> Result<Self::Number, Self::Error>;
    fn product(&mut self, left: &Self::Number, right: &Self::Number) -> Result<Self::Number, Self::Error>;
    /// `left · right = product`.
    fn require(&mut self, left: &Self::Number, right: &Self::Number, product: &Self::Number)
    -> Result<(), Self::Error>;
    fn require_zero(&mut self, number: &Self::Number) -> Result<(), Self::Error>;

    /// A number the prover chooses below 2^`bits`.
    fn range(&mut self, bits: u32, value: Option<u64>) -> Result<Self::Number, Self::Error> {
        from_bits(self, bits, value)
    }
}

/// A number below 2^`bits`, bit by bit.
pub fn from_bits<S: System + ?Sized>(system: &mut S, bits: u32, value: Option<u64>) -> Result<S::Number, S::Error> {
    let mut number = system.constant(0);
    for at in 0..bits {
        let bit = system.bit(value.map(|value| value >> at & 1 == 1))?;
        system.add(&mut number, 1 << at, &bit);
    }
    Ok(number)
}

const RATES: [i64; 3] = [9, 21, 38];
const BLOCK_RATES: [[i64; 3]; 3] = [[9, 12, 15], [21, 24, 30], [38, 45, 60]];
const PIECE_BOUNDS: [u64; 3] = [300, 800, 1500];
const PIECE_RATES: [i64; 4] = [10, 14, 19, 27];
const DEMAND_RATE: i64 = 500;

/// A number and, where it is known, its value.
type Known<N> = (N, Option<u64>);

/// What the statement is about: readings one by one, or their sums, where commitments add outside the proof.
pub enum Inputs<N> {
    /// In the order of the slots.
    Readings(Vec<Known<N>>),
    /// Of the time-of-use periods; enough for S1 and S2.
    Totals([Known<N>; 3]),
}

impl<N: Clone> Inputs<N> {
    /// The periods' totals, linear in the readings.
    fn totals<S: System<Number = N>>(&self, system: &S, statement: &Statement) -> [Known<N>; 3] {
        let readings = match self {
            Inputs::Totals(totals) => return totals.clone(),
            Inputs::Readings(readings) => readings,
        };
        let mut totals: [Known<N>; 3] = std::array::from_fn(|_| (system.constant(0), Some(0)));
        for ((number, value), period) in readings.iter().zip(&statement.periods) {
            let (sum, known) = &mut totals[*period];
            system.add(sum, 1, number);
            *known = known.zip(*value).map(|(sum, value)| sum + value);
        }
        totals
    }

    fn readings(&self) -> &[Known<N>] {
        match self {
            Inputs::Readings(readings) => readings,
            Inputs::Totals(_) => &[],
        }
    }
}

/// Requires that `inputs` cost `total`.
pub fn bill<S: System>(
    system: &mut S,
    statement: &Statement,
    inputs: &Inputs<S::Number>,
    total: &S::Number,
) -> Result<(), S::Error> {
    let mut left = system.constant(0);
    system.add(&mut left, -1, total);
    match statement.family {
        Family::S1 => linear(system, statement, inputs, &mut left),
        Family::S2 => {
            let bits = u32::from(READING_BITS) + statement.count().next_power_of_two().ilog2();
            let totals = inputs.totals(system, statement);
            for ((total, n), rates) in totals.iter().zip(statement.counts()).zip(BLOCK_RATES) {
                pieces(system, total, bits, &[700 * n, 1800 * n], &rates, &mut left)?;
            }
        }
        Family::S3 => {
            for reading in inputs.readings() {
                pieces(system, reading, READING_BITS.into(), &PIECE_BOUNDS, &PIECE_RATES, &mut left)?;
            }
        }
        Family::S4 => {
            linear(system, statement, inputs, &mut left);
            let largest = largest(system, inputs.readings())?;
            system.add(&mut left, DEMAND_RATE, &largest);
        }
    }
    system.require_zero(&left)
}

fn linear<S: System>(system: &S, statement: &Statement, inputs: &Inputs<S::Number>, sum: &mut S::Number) {
    for ((total, _), rate) in inputs.totals(system, statement).iter().zip(RATES) {
        system.add(sum, rate, total);
    }
}

/// Adds to `sum` what `(x, value)`, below 2^`bits`, costs by pieces that rise at `bounds`, each at its marginal rate.
fn pieces<S: System>(
    system: &mut S,
    (x, value): &Known<S::Number>,
    bits: u32,
    bounds: &[u64],
    rates: &[i64],
    sum: &mut S::Number,
) -> Result<(), S::Error> {
    let lower = |piece: usize| piece.checked_sub(1).map_or(0, |below| bounds[below]);
    let width = |piece: usize| bounds.get(piece).map_or(0, |bound| bound - lower(piece));
    let piece = value.map(|value| bounds.iter().filter(|bound| value >= **bound).count());
    // Of the pieces' bits, of which the first is what the others leave, one is 1.
    let mut chosen = vec![system.constant(1)];
    for other in 1..rates.len() {
        let bit = system.bit(piece.map(|piece| piece == other))?;
        system.add(&mut chosen[0], -1, &bit);
        chosen.push(bit);
    }
    let first = chosen[0].clone();
    system.require(&first, &first, &first)?;
    let (mut above, mut room, mut bounded) = (x.clone(), system.constant(0), system.constant(1));
    let (mut rate, mut intercept, mut rises) = (system.constant(0), system.constant(0), 0);
    for (piece, bit) in chosen.iter().enumerate() {
        system.add(&mut above, -(lower(piece) as i64), bit);
        system.add(&mut room, width(piece) as i64, bit);
        system.add(&mut rate, rates[piece], bit);
        rises += rates[piece.saturating_sub(1)] * width(piece.saturating_sub(1)) as i64 * i64::from(piece > 0);
        system.add(&mut intercept, rises - rates[piece] * lower(piece) as i64, bit);
    }
    let known = value.zip(piece).map(|(value, piece)| (value - lower(piece), width(piece)));
    let in_range = system.range(bits, known.map(|(above, _)| above))?;
    equal(system, &above, &in_range)?;
    // In a piece with an upper bound, width − above is no less than zero.
    system.add(&mut room, -1, &above);
    if let Some(last) = chosen.last() {
        system.add(&mut bounded, -1, last);
    }
    let widest = (0..bounds.len()).map(width).max().unwrap_or(0);
    let left = system.range(widest.ilog2() + 1, known.map(|(above, width)| width.saturating_sub(above)))?;
    system.require(&bounded, &room, &left)?;
    let amount = system.product(&rate, x)?;
    system.add(sum, 1, &amount);
    system.add(sum, 1, &intercept);
    Ok(())
}

/// A number at least as large as every reading and equal to one.
fn largest<S: System>(system: &mut S, readings: &[Known<S::Number>]) -> Result<S::Number, S::Error> {
    let known = readings.iter().map(|(_, value)| *value).collect::<Option<Vec<_>>>();
    let value = known.and_then(|values| values.into_iter().max());
    let largest = system.free(value)?;
    let mut none: Option<S::Number> = None;
    for (reading, of) in readings {
        let mut over = largest.clone();
        system.add(&mut over, -1, reading);
        let bits = system.range(READING_BITS.into(), value.zip(*of).map(|(most, of)| most - of))?;
        equal(system, &over, &bits)?;
        none = Some(match none {
            None => over,
            Some(none) => system.product(&none, &over)?,
        });
    }
    if let Some(none) = none {
        system.require_zero(&none)?;
    }
    Ok(largest)
}

fn equal<S: System>(system: &mut S, left: &S::Number, right: &S::Number) -> Result<(), S::Error> {
    let mut difference = left.clone();
    system.add(&mut difference, -1, right);
    system.require_zero(&difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers themselves; a constraint that does not hold is an error.
    struct Plain;

    #[derive(Debug, PartialEq)]
    struct Violated;

    impl System for Plain {
        type Number = i128;
        type Error = Violated;

        fn constant(&self, value: i64) -> i128 {
            value.into()
        }

        fn add(&self, sum: &mut i128, factor: i64, term: &i128) {
            *sum += i128::from(factor) * term;
        }

        fn free(&mut self, value: Option<u64>) -> Result<i128, Violated> {
            value.map(i128::from).ok_or(Violated)
        }

        fn bit(&mut self, value: Option<bool>) -> Result<i128, Violated> {
            value.map(i128::from).ok_or(Violated)
        }

        /// Products of many differences pass every integer type; only whether one is zero counts.
        fn product(&mut self, left: &i128, right: &i128) -> Result<i128, Violated> {
            Ok(left.saturating_mul(*right))
        }

        fn require(&mut self, left: &i128, right: &i128, product: &i128) -> Result<(), Violated> {
            (left * right == *product).then_some(()).ok_or(Violated)
        }

        fn require_zero(&mut self, number: &i128) -> Result<(), Violated> {
            (*number == 0).then_some(()).ok_or(Violated)
        }
    }

    fn checked(statement: &Statement, total: u64) -> Result<(), Violated> {
        let readings = statement.readings.iter().map(|reading| (i128::from(*reading), Some(u64::from(*reading))));
        bill(&mut Plain, statement, &Inputs::Readings(readings.collect()), &total.into())
    }

    #[test]
    fn the_constraints_hold_for_the_evaluators_total_and_no_other() {
        for family in Family::ALL {
            for count in [1, 7, 48, 50, 336] {
                let statement = Statement::new(family, count).unwrap();
                assert_eq!(checked(&statement, statement.total), Ok(()), "{} of {count}", family.name());
                for wrong in [statement.total + 1, statement.total - 1, 0] {
                    assert_eq!(checked(&statement, wrong), Err(Violated), "{} of {count}", family.name());
                }
            }
        }
    }

    #[test]
    fn the_constraints_hold_at_every_bound() {
        let edges = [0, 1, 299, 300, 301, 799, 800, 801, 1_499, 1_500, 1_501, (1 << 20) - 1];
        for family in Family::ALL {
            let statement = Statement::of(family, &edges).unwrap();
            assert_eq!(checked(&statement, statement.total), Ok(()), "{}", family.name());
            assert_eq!(checked(&statement, statement.total + 1), Err(Violated), "{}", family.name());
        }
    }
}
