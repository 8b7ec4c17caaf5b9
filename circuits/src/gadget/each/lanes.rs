//! Inputs priced in lanes, several a row: octal digits say each of them by the part of its schedule.
//! See `docs/circuit.md#priced-lanes`.

use ff::Field;
use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Expression, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::lane::{below, packed};
use crate::chip::{Columns, Rows, field, times};

use super::{Each, Part};

const GATE: &str = "inputs are priced by parts of their schedule";
const PART_IS: &str = "a part is one of its schedule";
const PACKS: &str = "linked packs what the digits of lanes say";
const ADDS: &str = "sum' = sum + slope said + intercept, in every lane";
const PART: &str = "part";

/// A selector for each schedule.
#[derive(Clone, Debug)]
pub(crate) struct LanesChip {
    q_price: Vec<Selector>,
}

impl LanesChip {
    pub(super) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Self {
        let q_price: Vec<_> = columns.shape.priced.iter().map(|_| meta.selector()).collect();
        for (q_price, parts) in q_price.iter().zip(&columns.shape.priced) {
            let (value, price) = (Term::values(parts), Term::prices(parts));
            meta.create_gate(GATE, |meta| {
                let q = meta.query_selector(*q_price);
                // linked: by the link; digits: by their own gate; part: here; sum: the row above; sum': defined here.
                let mut unpacked = meta.query_advice(columns.linked, Rotation::cur()) * -Fp::ONE;
                let mut adds = meta.query_advice(columns.sum, Rotation::next()) * -Fp::ONE
                    + meta.query_advice(columns.sum, Rotation::cur());
                let mut constraints = vec![];
                for (at, lane) in columns.lanes.iter().enumerate() {
                    let Some(part) = lane.part else { continue };
                    let part = meta.query_advice(part, Rotation::cur());
                    let digits = lane.digits(meta);
                    constraints.push((PART_IS, below(&part, parts.len())));
                    unpacked = unpacked + packed(at, interpolated(&part, &value, &digits));
                    adds = adds + interpolated(&part, &price, &digits);
                }
                constraints.extend([(PACKS, unpacked), (ADDS, adds)]);
                Constraints::with_selector(q, constraints)
            });
        }
        LanesChip { q_price }
    }

    /// Prices inputs, a row of lanes at a time; the sum stands at the first row. Lanes without an input hold zero.
    pub(super) fn assign(&self, each: &Each, rows: &mut Rows<'_, '_>, start: usize) -> Result<(), Error> {
        let columns = rows.columns;
        let schedules = each.parts(&columns.shape).ok_or(Error::Synthesis)?;
        let mut sum = Known::known(each.unfilled(&columns.shape));
        for (row, (schedule, members)) in (start..).zip(each.rows(&columns.shape)) {
            let parts = &schedules[schedule];
            let gate = columns.shape.priced.iter().position(|priced| priced == parts).ok_or(Error::Synthesis)?;
            self.q_price[gate].enable(rows.region, row)?;
            rows.lane.ok_or(Error::Synthesis)?.enable(rows, row)?;
            let inputs: Vec<usize> = members.iter().map(|member| each.of[*member].input).collect();
            let values = rows.assign_packed(row, &inputs)?;
            for (at, lane) in columns.lanes.iter().enumerate() {
                let value = values.get(at).copied().unwrap_or(Known::known(0));
                let part = value.map(|value| met(parts, value));
                rows.assign(PART, lane.part.ok_or(Error::Synthesis)?, row, part.map(|part| part as i128))?;
                lane.assign(rows, row, &value.zip(part).map(|(value, part)| parts[part].digits(value)))?;
                sum = sum + value.zip(part).map(|(value, part)| parts[part].slope * value + parts[part].intercept);
            }
            rows.assign_sum(row + 1, sum)?;
        }
        Ok(())
    }
}

/// The part that a value lies in; the first when it lies in none, whose digits then do not say it.
fn met(parts: &[Part], value: i128) -> usize {
    parts.iter().position(|part| part.lo <= value && value <= part.hi()).unwrap_or(0)
}

/// What digits contribute: those of one term the same, times a factor that depends on the part.
struct Term {
    /// Digits, each with what it counts of the term.
    of: Vec<(Of, Fp)>,
    /// The factor's divided differences at the parts' indices.
    differences: Vec<Fp>,
}

#[derive(Clone, Copy)]
enum Of {
    One,
    Digit(usize),
    Curve,
}

impl Term {
    /// Of what the digits say.
    fn values(parts: &[Part]) -> Vec<Term> {
        Term::all(parts, |part, of| match of {
            Of::One => field(part.lo),
            Of::Digit(at) => field(part.weights[at]),
            Of::Curve => field(part.curve),
        })
    }

    /// Of the price of what they say.
    fn prices(parts: &[Part]) -> Vec<Term> {
        Term::all(parts, |part, of| match of {
            Of::One => field(part.slope) * field(part.lo) + field(part.intercept),
            Of::Digit(at) => field(part.slope) * field(part.weights[at]),
            Of::Curve => field(part.slope) * field(part.curve),
        })
    }

    /// The terms whose factors are not all zero; digits whose factors are in proportion share one.
    fn all(parts: &[Part], factor: impl Fn(&Part, Of) -> Fp) -> Vec<Term> {
        let digits = parts.first().map_or(0, |part| part.weights.len());
        let inverses: Vec<Fp> = (0..parts.len()).map(|of| Fp::from(of as u64).invert().unwrap_or(Fp::ZERO)).collect();
        let mut terms: Vec<Term> = vec![];
        for of in (0..digits).map(Of::Digit).chain([Of::One, Of::Curve]) {
            let factors = parts.iter().map(|part| factor(part, of)).collect();
            let mut differences = divided(factors, &inverses);
            let leading = differences.iter().find(|of| !bool::from(of.is_zero())).copied();
            let Some(leading) = leading else { continue };
            let inverse = leading.invert().unwrap_or(Fp::ZERO);
            differences.iter_mut().for_each(|of| *of *= inverse);
            match terms.iter_mut().find(|term| term.differences == differences) {
                Some(term) => term.of.push((of, leading)),
                None => terms.push(Term { of: vec![(of, leading)], differences }),
            }
        }
        for term in terms.iter_mut().filter(|term| term.of.len() == 1) {
            let leading = std::mem::replace(&mut term.of[0].1, Fp::ONE);
            term.differences.iter_mut().for_each(|of| *of *= leading);
        }
        terms
    }

    /// The digits' own part of the term.
    fn of(&self, digits: &[Expression<Fp>]) -> Expression<Fp> {
        let each = self.of.iter().map(|(of, factor)| match of {
            Of::One => Expression::Constant(*factor),
            Of::Digit(at) => times(digits[*at].clone(), *factor),
            Of::Curve => {
                let last = digits.last().cloned().unwrap_or(Expression::Constant(Fp::ZERO));
                last.clone() * (last + Expression::Constant(-Fp::from(7))) * -*factor
            }
        });
        each.reduce(|sum, of| sum + of).unwrap_or(Expression::Constant(Fp::ZERO))
    }
}

/// `c₀ + (x − 0)·(c₁ + (x − 1)·(c₂ + …))` takes the values at 0, 1, 2 …: Newton's divided differences.
fn divided(mut values: Vec<Fp>, inverses: &[Fp]) -> Vec<Fp> {
    for (order, inverse) in inverses.iter().enumerate().skip(1) {
        for at in (order..values.len()).rev() {
            values[at] = (values[at] - values[at - 1]) * inverse;
        }
    }
    values
}

/// The sum of terms, each times its factor at the part.
fn interpolated(part: &Expression<Fp>, terms: &[Term], digits: &[Expression<Fp>]) -> Expression<Fp> {
    let orders = terms.first().map_or(0, |term| term.differences.len());
    let of: Vec<_> = terms.iter().map(|term| term.of(digits)).collect();
    let mut sum: Option<Expression<Fp>> = None;
    for order in (0..orders).rev() {
        let met = terms.iter().zip(&of).filter(|(term, _)| !bool::from(term.differences[order].is_zero()));
        let here = met.map(|(term, of)| times(of.clone(), term.differences[order])).reduce(|sum, of| sum + of);
        let above = sum.map(|sum| sum * less(part, order));
        sum = match (above, here) {
            (Some(above), Some(here)) => Some(above + here),
            (of, None) | (None, of) => of,
        };
    }
    sum.unwrap_or(Expression::Constant(Fp::ZERO))
}

fn less(part: &Expression<Fp>, by: usize) -> Expression<Fp> {
    if by == 0 { part.clone() } else { part.clone() + Expression::Constant(-Fp::from(by as u64)) }
}
