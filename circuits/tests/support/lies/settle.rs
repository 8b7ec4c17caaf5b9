//! A prover who deviates once and is consistent from there on: every later sum, comparison, division, digit and amount
//! follows from the cells before it.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Act, Chain, Place, Term};

use super::{DIGITS_LOWEST, Sample, broken, small, too_wide, write_digits};
use crate::support::tape::{Failure, Tape};

/// Where a prover deviates, by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deviation {
    /// In readings, which are already on the tape.
    Before,
    /// A sum starts one too high; by its first row.
    Start(usize),
    /// A term adds one too much; by its row.
    Term(usize),
    /// An operand is one more than what it copies; by its row.
    Copy(usize),
    /// An amount is one more than what the sum says; by its index.
    Amount(usize),
    /// A division has this remainder and the quotient that the field then has; by its row.
    Remainder(usize, i128),
}

/// The tape with everything after the deviation in step, and the digits that cannot hold what then stands there.
pub(super) fn settle(sample: &Sample, tape: Tape, deviation: Deviation) -> (Tape, Vec<Failure>) {
    let mut settling = Settling { sample, tape, deviation, failures: vec![] };
    sample.layout.acts.iter().for_each(|act| settling.act(act));
    (settling.tape, settling.failures)
}

struct Settling<'s> {
    sample: &'s Sample,
    tape: Tape,
    deviation: Deviation,
    failures: Vec<Failure>,
}

impl Settling<'_> {
    fn act(&mut self, act: &Act) {
        match act {
            Act::Chain(chain) => self.chain(chain),
            Act::Range { row, groups, .. } => self.digits(*row, *groups, self.tape.get("sum", *row)),
            Act::Compare { row, groups, .. } => self.compare(*row, *groups),
            Act::Divide { row, divisor, groups, .. } => self.divide(*row, *groups, *divisor),
            Act::Disclose { place, output } => self.tape.instance[*output] = self.cell(*place),
            Act::Zero { .. } | Act::EachReading { .. } | Act::Peak { .. } => {}
        }
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
                let operand = self.cell(from) + self.by(Deviation::Copy(row));
                self.set("operand", row, operand);
                by + field(weight) * operand
            }
        }
    }

    fn by(&self, deviation: Deviation) -> Fp {
        if deviation == self.deviation { Fp::ONE } else { Fp::ZERO }
    }

    /// The flag of a sum that is no small integer is zero; its digits refuse it whatever the flag.
    fn compare(&mut self, row: usize, groups: usize) {
        let x = self.tape.get("sum", row);
        let flag = Fp::from(u64::from(small(x).is_some_and(|x| x > 0)));
        self.operands(row, flag, flag * x);
        self.digits(row, groups, flag.double() * x - x - flag);
    }

    /// The quotient of a sum that is no small integer is zero.
    fn divide(&mut self, row: usize, groups: usize, divisor: i128) {
        let x = self.tape.get("sum", row);
        let remainder = match self.deviation {
            Deviation::Remainder(at, remainder) if at == row => field(remainder),
            _ => small(x).map_or(x, |x| field(x.rem_euclid(divisor))),
        };
        self.operands(row, (x - remainder) * field(divisor).invert().unwrap(), remainder);
        self.digits(row, groups, remainder);
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

    fn operands(&mut self, row: usize, first: Fp, second: Fp) {
        self.set("operand", row, first);
        self.set("operand", row + 1, second);
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
