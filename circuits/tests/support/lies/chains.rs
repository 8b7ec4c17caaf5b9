//! Lies about sums: their start, their terms, what they copy, what is disclosed.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Act, Place};

use super::settle::{Deviation, settle};
use super::{Lie, PRODUCT_IS, START_AT, Sample, TERM_ADDS, ZERO_AT, broken, chains, unequal, users};
use crate::support::tape::Failure;

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = starts(sample);
    lies.extend(terms(sample));
    lies.extend(copies(sample));
    lies.extend(factors(sample));
    lies.extend(amounts(sample));
    lies.extend(followed(sample));
    lies
}

/// Every deviation by one with all that follows: nothing but the one constraint, or digits, stands in its way.
fn followed(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    let mut tell = |deviation: Deviation, failure: Failure| {
        let what = format!("{deviation:?}, and all that follows");
        let (tape, mut expect) = settle(sample, sample.tape(), deviation);
        expect.push(failure);
        lies.push(Lie::new(what, tape, expect));
    };
    for chain in chains(sample) {
        let start = if chain.constant == 0 { ZERO_AT } else { START_AT };
        tell(Deviation::Start(chain.start), broken(start, chain.start));
        for (row, term) in (chain.first_term()..).zip(&chain.terms) {
            tell(Deviation::Term(row), broken(TERM_ADDS, row));
            match term.copied {
                Some((Place::Instance(index), ..)) => tell(Deviation::Amount(index), broken(ZERO_AT, chain.end())),
                Some((from, ..)) => tell(Deviation::Copy(row, 1), unequal(from)),
                None => {}
            }
        }
    }
    lies
}

/// A sum that does not start at its constant; every later sum follows.
fn starts(sample: &Sample) -> Vec<Lie> {
    let lies = chains(sample).map(|chain| {
        let tape = sample.tape().shifted(chain.first_term()..=chain.end(), Fp::ONE);
        let start = if chain.constant == 0 { broken(ZERO_AT, chain.start) } else { broken(START_AT, chain.start) };
        let expect = users(sample, &tape, chain).into_iter().chain([start]).collect();
        Lie::new(format!("the sum at {} starts one too high", chain.start), tape, expect)
    });
    lies.collect()
}

/// A term that adds one too much; every later sum follows.
fn terms(sample: &Sample) -> Vec<Lie> {
    let lies = chains(sample).flat_map(|chain| {
        (chain.first_term()..chain.end()).map(|row| {
            let tape = sample.tape().shifted(row + 1..=chain.end(), Fp::ONE);
            let expect = users(sample, &tape, chain).into_iter().chain([broken(TERM_ADDS, row)]).collect();
            Lie::new(format!("the term at {row} adds one too much"), tape, expect)
        })
    });
    lies.collect()
}

/// A copied operand that is not what it copies: every later sum follows, or none does.
fn copies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for chain in chains(sample) {
        for (row, term) in (chain.first_term()..).zip(&chain.terms) {
            let Some((from, _, weight)) = term.copied else { continue };
            // An amount is not an advice cell: the copy of it is the first that is.
            let place = if let Place::Instance(_) = from { Place::Operand(row) } else { from };
            let alone = sample.tape().nudged("operand", row, Fp::ONE);
            let expect = vec![unequal(place), broken(TERM_ADDS, row)];
            lies.push(Lie::new(format!("the operand at {row} is no copy"), alone.clone(), expect));
            let followed = alone.shifted(row + 1..=chain.end(), field(weight));
            let expect = users(sample, &followed, chain).into_iter().chain([unequal(place)]).collect();
            lies.push(Lie::new(format!("the operand at {row} is no copy, and is added"), followed, expect));
        }
    }
    lies
}

/// A factor that is not what it copies: the product follows, or it does not.
fn factors(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for act in &sample.layout.acts {
        let Act::Copy { row, from, .. } = act else { continue };
        let alone = sample.tape().nudged("operand", *row, Fp::ONE);
        let product = (alone.get("sum", *row) != Fp::ZERO).then(|| broken(PRODUCT_IS, *row));
        let expect = product.into_iter().chain([unequal(*from)]).collect();
        lies.push(Lie::new(format!("the factor at {row} is no copy"), alone, expect));
        let (tape, mut expect) = settle(sample, sample.tape(), Deviation::Copy(*row, 1));
        expect.push(unequal(*from));
        lies.push(Lie::new(format!("the factor at {row} is no copy, and is multiplied"), tape, expect));
    }
    lies
}

/// The cell whose copies an amount belongs to.
fn disclosed_at(sample: &Sample, index: usize) -> Place {
    let direct = sample.layout.acts.iter().find_map(|act| match act {
        Act::Disclose { place, output } if *output == index => Some(*place),
        _ => None,
    });
    let copied = || {
        chains(sample).find_map(|chain| {
            let mut terms = (chain.first_term()..).zip(&chain.terms);
            terms.find(|(_, term)| term.copied.is_some_and(|(from, ..)| from == Place::Instance(index)))
        })
    };
    direct.unwrap_or_else(|| Place::Operand(copied().unwrap().0))
}

/// Amounts one too high and one too low, and two amounts swapped.
fn amounts(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for index in 0..sample.plan.outputs.len() {
        for (by, word) in [(Fp::ONE, "high"), (-Fp::ONE, "low")] {
            let mut tape = sample.tape();
            tape.instance[index] += by;
            lies.push(Lie::new(
                format!("amount {index} one too {word}"),
                tape,
                vec![unequal(disclosed_at(sample, index))],
            ));
        }
    }
    let mut tape = sample.tape();
    if let [first, second] = tape.instance.as_slice()
        && first != second
    {
        tape.instance.swap(0, 1);
        let expect = vec![unequal(disclosed_at(sample, 0)), unequal(disclosed_at(sample, 1))];
        lies.push(Lie::new("the two amounts swapped", tape, expect));
    }
    lies
}
