//! A prover who deviates once and is consistent from there on: every later sum, product, comparison, division, root, rank,
//! digit and amount follows from the cells before it.

use std::collections::BTreeMap;

use ff::Field;
use num_integer::{Integer, Roots};
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Ranked};
use wattproof_circuits::layout::{Act, Chain, Place, Term};
use wattproof_circuits::plan::{Affine, Step, Value};

use super::{DIGITS_LOWEST, Sample, ZERO_AT, broken, small, too_wide, write_digits};
use crate::support::tape::{Failure, Tape};

/// Where a prover deviates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deviation {
    /// In inputs or lists, which are already on the tape.
    Before,
    /// A sum starts one too high; by its first row.
    Start(usize),
    /// A term adds one too much; by its row.
    Term(usize),
    /// An operand is more than what it copies; by its row, and by how much.
    Copy(usize, i128),
    /// An amount is one more than what the sum says; by its index.
    Amount(usize),
    /// A step has other results, in the order of its cells; a ranked list another level and other marks.
    Results(usize, Vec<Fp>),
    /// What is marked is one more than it is; by its row.
    Marked(usize),
}

/// The tape with everything after the deviation in step, and the digits that cannot hold what then stands there.
pub(super) fn settle(sample: &Sample, tape: Tape, deviation: Deviation) -> (Tape, Vec<Failure>) {
    settle_all(sample, tape, vec![deviation])
}

/// The same with several deviations.
pub(super) fn settle_all(sample: &Sample, tape: Tape, deviations: Vec<Deviation>) -> (Tape, Vec<Failure>) {
    let mut settling = Settling { sample, tape, deviations, failures: vec![], ranks: BTreeMap::new() };
    sample.layout.acts.iter().for_each(|act| settling.act(act));
    (settling.tape, settling.failures)
}

struct Settling<'s> {
    sample: &'s Sample,
    tape: Tape,
    deviations: Vec<Deviation>,
    failures: Vec<Failure>,
    /// Level and marks of each ranked list.
    ranks: BTreeMap<usize, (Fp, Vec<Fp>)>,
}

impl Settling<'_> {
    fn act(&mut self, act: &Act) {
        match act {
            Act::Chain(chain) => self.chain(chain),
            Act::Range { row, groups, .. } => self.digits(*row, *groups, self.tape.get("sum", *row)),
            Act::Copy { row, from, .. } => {
                let value = self.cell(*from) + self.copied(*row);
                self.set("operand", *row, value);
            }
            Act::Step(at) => self.step(*at),
            Act::Disclose { place, output } => self.tape.instance[*output] = self.cell(*place),
            Act::Zero { row } => {
                let is_zero = bool::from(self.tape.get("sum", *row).is_zero());
                self.failures.extend((!is_zero).then(|| broken(ZERO_AT, *row)));
            }
        }
    }

    fn step(&mut self, at: At) {
        let At { step, part, row, groups } = at;
        let sum = self.tape.find("sum", row).unwrap_or(Fp::ZERO);
        let other = self.deviations.iter().find_map(|deviation| match deviation {
            Deviation::Results(deviating, results) if *deviating == step => Some(results.clone()),
            _ => None,
        });
        match &self.sample.plan.steps[step] {
            Step::Compare(_) => {
                // The flag of a sum that is no small integer is zero; its digits refuse it whatever the flag.
                let flag = Fp::from(u64::from(small(sum).is_some_and(|x| x > 0)));
                let results = other.unwrap_or_else(|| vec![flag, flag * sum]);
                self.operands(row, &results);
                self.digits(row, groups, results[1].double() - sum - results[0]);
            }
            Step::Divide(divide) => {
                // The quotient of a sum that is no small integer is zero.
                let divisor = divide.divisor;
                let remainder = small(sum).map_or(sum, |x| field(x.rem_euclid(divisor)));
                let quotient = (sum - remainder) * field(divisor).invert().unwrap();
                let results = other.unwrap_or_else(|| vec![quotient, remainder]);
                self.operands(row, &results);
                self.digits(row, groups, results[1]);
            }
            Step::Product(_) => {
                let product = sum * self.tape.get("operand", row);
                self.operands(row + 1, &other.unwrap_or_else(|| vec![product]));
            }
            Step::Quotient(quotient) => {
                let x = small(self.affine(&quotient.x)).zip(small(sum)).filter(|(_, over)| *over > 0);
                let whole = x.map_or(Fp::ZERO, |(x, over)| field(Integer::div_floor(&x, &over)));
                self.operands(row, &other.unwrap_or_else(|| vec![whole, whole * sum]));
            }
            Step::Root(_) => {
                let root = field(small(sum).map_or(0, |x| x.max(0).sqrt()));
                let results = other.unwrap_or_else(|| vec![root, root * root]);
                self.operands(row, &results);
                self.digits(row, groups, sum - results[1]);
            }
            Step::Ranked(ranked) if part == 0 => {
                let ranks = self.ranked(ranked, other);
                self.set("operand", row, ranks.0);
                self.ranks.insert(step, ranks);
            }
            Step::Ranked(_) => {
                let mark = self.ranks[&step].1[part - 1];
                let marked = mark * sum + self.by(Deviation::Marked(row));
                self.operands(row, &[mark, marked]);
                self.digits(row, groups, marked.double() - sum);
            }
            // A path that is told stands on the tape; one whose place moved is another.
            Step::Entry(entry) if sum != self.sample.tape().get("sum", row) => {
                self.failures.extend(super::entry::settled(self.sample, row, entry, &mut self.tape));
            }
            Step::Entry(_) => {}
            Step::Each(each) if each.parts(&self.sample.layout.shape).is_some() => {
                // Prices in lanes begin where a chain ends.
                let rows = each.rows(&self.sample.layout.shape).len();
                let by = sum - self.sample.tape().get("sum", row);
                (row + 1..=row + rows).for_each(|row| self.set("sum", row, self.tape.get("sum", row) + by));
            }
            _ => {}
        }
    }

    /// Level and marks, told or true; what is no small integer counts nothing.
    fn ranked(&self, ranked: &Ranked, other: Option<Vec<Fp>>) -> (Fp, Vec<Fp>) {
        if let Some(other) = other {
            return (other[0], other[1..].to_vec());
        }
        let values: Vec<i128> = ranked.of.iter().map(|of| small(self.affine(of)).unwrap_or(0)).collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|member| std::cmp::Reverse(values[*member]));
        let marked = &order[..ranked.count];
        let marks = (0..values.len()).map(|member| Fp::from(u64::from(marked.contains(&member))));
        (field(values[marked[ranked.count - 1]]), marks.collect())
    }

    fn chain(&mut self, chain: &Chain) {
        let adds: Vec<Fp> = (chain.first_term()..).zip(&chain.terms).map(|(row, term)| self.term(row, term)).collect();
        let mut sum = field(chain.constant) + self.by(Deviation::Start(chain.start));
        let total = sum + adds.iter().sum::<Fp>();
        self.set("sum", chain.first_term(), sum);
        for ((row, term), adds) in (chain.first_term()..).zip(&chain.terms).zip(adds) {
            sum += adds;
            if let Some((Place::Instance(index), _, weight)) = term.copied {
                let amount = -total * field(weight).invert().unwrap() + self.by(Deviation::Amount(index));
                self.set("operand", row, amount);
                self.tape.instance[index] = amount;
                sum += field(weight) * amount;
            }
            self.set("sum", row + 1, sum);
        }
    }

    /// What a term adds, its copied cell in step; an amount's term is left to the whole sum.
    fn term(&mut self, row: usize, term: &Term) -> Fp {
        let linked = term.linked.map_or(Fp::ZERO, |(_, by)| field(by) * self.tape.get("linked", row));
        let by = linked + self.by(Deviation::Term(row));
        match term.copied {
            None | Some((Place::Instance(_), ..)) => by,
            Some((from, _, weight)) => {
                let operand = self.cell(from) + self.copied(row);
                self.set("operand", row, operand);
                by + field(weight) * operand
            }
        }
    }

    fn by(&self, deviation: Deviation) -> Fp {
        if self.deviations.contains(&deviation) { Fp::ONE } else { Fp::ZERO }
    }

    /// What a copy in a row is more than what it copies.
    fn copied(&self, row: usize) -> Fp {
        let by = self.deviations.iter().find_map(|deviation| match deviation {
            Deviation::Copy(at, by) if *at == row => Some(field(*by)),
            _ => None,
        });
        by.unwrap_or(Fp::ZERO)
    }

    fn digits(&mut self, row: usize, groups: usize, value: Fp) {
        if let Some(value) = small(value) {
            self.tape = write_digits(self.sample, self.tape.clone(), row, groups, value);
            self.failures.extend(too_wide(self.sample, value, row, groups));
        } else {
            self.tape = write_digits(self.sample, self.tape.clone(), row, groups, 0);
            self.set("rest", row, value);
            self.failures.push(broken(DIGITS_LOWEST, row));
        }
    }

    fn operands(&mut self, row: usize, values: &[Fp]) {
        (row..).zip(values).for_each(|(row, value)| self.set("operand", row, *value));
    }

    /// A form over cells as they now stand.
    fn affine(&self, of: &Affine) -> Fp {
        let inputs = &self.sample.witness().inputs;
        let terms = of.terms.iter().map(|(value, factor)| {
            let value = match value {
                Value::Input(input) => field(inputs[*input]),
                Value::Result(..) => self.cell(self.sample.layout.results[value]),
            };
            value * field(*factor)
        });
        terms.sum::<Fp>() + field(of.constant)
    }

    fn cell(&self, place: Place) -> Fp {
        match place {
            Place::Sum(row) => self.tape.get("sum", row),
            Place::Operand(row) => self.tape.get("operand", row),
            Place::Instance(index) => self.tape.instance[index],
        }
    }

    fn set(&mut self, column: &str, row: usize, value: Fp) {
        self.tape.set(column, row, value);
    }
}
