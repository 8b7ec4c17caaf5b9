//! Lies about ranked lists: another level, other marks, marks that are none, too many or too few.

use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Ranked};
use wattproof_circuits::layout::{Act, Chain, Place};
use wattproof_circuits::plan::{Step, Value};

use super::settle::{Deviation, settle, settle_all};
use super::{Lie, RANKED_MARK, RANKED_MARKED, START_AT, Sample, TERM_ADDS, ZERO_AT, broken, chains, parts, unequal};
use crate::support::tape::Failure;

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for (At { step, part, row, .. }, description) in parts(sample) {
        let Step::Ranked(ranked) = description else { continue };
        if part == 0 {
            let list = List::of(sample, step, ranked);
            lies.extend(levels(&list));
            lies.extend(swapped(&list));
            lies.extend(counts(&list));
            lies.extend(doubled(&list));
            lies.extend(miscounted(&list));
            lies.extend(misled(&list));
        } else {
            let (tape, mut expect) = settle(sample, sample.tape(), Deviation::Marked(row));
            expect.push(broken(RANKED_MARKED, row));
            lies.push(Lie::new(format!("what is marked at {row} is one more"), tape, expect));
        }
    }
    lies
}

struct List<'s> {
    sample: &'s Sample,
    step: usize,
    values: Vec<i128>,
    level: i128,
    marks: Vec<i128>,
}

impl<'s> List<'s> {
    fn of(sample: &'s Sample, step: usize, ranked: &Ranked) -> Self {
        let witness = sample.witness();
        let values = ranked.of.iter().map(|of| witness.affine(of)).collect();
        let results = &witness.results[step];
        let marks = results[2..].iter().step_by(2).copied().collect();
        List { sample, step, values, level: results[1], marks }
    }

    /// A level and marks, and all that follows.
    fn told(&self, what: String, level: i128, marks: &[i128], named: Vec<Failure>) -> Lie {
        self.told_with(what, level, marks, None, named)
    }

    /// The same with one more deviation.
    fn told_with(
        &self,
        what: String,
        level: i128,
        marks: &[i128],
        deviation: Option<Deviation>,
        named: Vec<Failure>,
    ) -> Lie {
        let results: Vec<Fp> = [level].iter().chain(marks).map(|of| field(*of)).collect();
        let deviations = [Deviation::Results(self.step, results)].into_iter().chain(deviation).collect();
        let (tape, mut expect) = settle_all(self.sample, self.sample.tape(), deviations);
        expect.extend(named);
        Lie::new(format!("the list of step {}: {what}", self.step), tape, expect)
    }

    /// The row of a member's mark.
    fn row(&self, member: usize) -> usize {
        match self.sample.layout.results[&Value::Result(self.step, 2 + 2 * member)] {
            Place::Operand(row) => row,
            other => panic!("{other:?}"),
        }
    }

    /// The chain that counts the marks.
    fn counts(&self) -> &Chain {
        let first = Place::Operand(self.row(0));
        let counts = self.sample.layout.acts.windows(2).find_map(|acts| match acts {
            [Act::Chain(chain), Act::Zero { .. }] => {
                let copies_first =
                    chain.terms.first().and_then(|term| term.copied).is_some_and(|(from, ..)| from == first);
                copies_first.then_some(chain)
            }
            _ => None,
        });
        counts.unwrap()
    }

    /// The row where a member's chain copies the level, and from where.
    fn level_copy(&self, member: usize) -> (usize, Place) {
        let level = self.sample.layout.results[&Value::Result(self.step, 1)];
        let chain = chains(self.sample).find(|chain| chain.end() == self.row(member)).unwrap();
        let mut terms = (chain.first_term()..).zip(&chain.terms);
        let copy = terms.find(|(_, term)| term.copied.is_some_and(|(from, ..)| from == level));
        (copy.unwrap().0, level)
    }

    fn members(&self, mark: i128) -> impl Iterator<Item = usize> + '_ {
        (0..self.marks.len()).filter(move |member| self.marks[*member] == mark)
    }
}

/// Levels above a marked value or below another.
fn levels(list: &List<'_>) -> Vec<Lie> {
    let least = list.members(1).map(|member| list.values[member]).min().unwrap();
    let most = list.members(0).map(|member| list.values[member]).max().unwrap();
    let levels = [least + 1, most - 1].into_iter().filter(|level| !(most..=least).contains(level));
    let lies = levels.map(|level| {
        let lie = list.told(format!("level {level}"), level, &list.marks, vec![]);
        assert!(!lie.expect.is_empty());
        lie
    });
    lies.collect()
}

/// A smaller value marked instead of a larger one, at every level that one of the two would do with.
fn swapped(list: &List<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for marked in list.members(1) {
        for other in list.members(0).filter(|other| list.values[*other] < list.values[marked]) {
            let mut marks = list.marks.clone();
            marks.swap(marked, other);
            for level in [list.level, list.values[marked], list.values[other]] {
                let lie = list.told(format!("{other} for {marked} at level {level}"), level, &marks, vec![]);
                assert!(!lie.expect.is_empty());
                lies.push(lie);
            }
        }
    }
    lies
}

/// One mark more or less than there should be.
fn counts(list: &List<'_>) -> Vec<Lie> {
    let lies = (0..list.marks.len()).map(|member| {
        let mut marks = list.marks.clone();
        marks[member] = 1 - marks[member];
        list.told(
            format!("the mark of {member} turned"),
            list.level,
            &marks,
            vec![broken(ZERO_AT, list.counts().end())],
        )
    });
    lies.collect()
}

/// A value marked twice instead of another once.
fn doubled(list: &List<'_>) -> Vec<Lie> {
    let marked: Vec<usize> = list.members(1).collect();
    let [twice, never, ..] = marked[..] else { return vec![] };
    let mut marks = list.marks.clone();
    (marks[twice], marks[never]) = (2, 0);
    let level = list.values[never];
    vec![list.told(format!("{twice} marked twice"), level, &marks, vec![broken(RANKED_MARK, list.row(twice))])]
}

/// The least marked value left out, and the count put right again: by its start, a term or a copy.
fn miscounted(list: &List<'_>) -> Vec<Lie> {
    let Some(least) = list.members(1).min_by_key(|member| list.values[*member]) else { return vec![] };
    let mut marks = list.marks.clone();
    marks[least] = 0;
    let level = list.values[least];
    let counts = list.counts();
    let mut lies = vec![];
    let mut tell = |deviation: Deviation, failure: Failure| {
        let what = format!("{least} left out, and {deviation:?}");
        lies.push(list.told_with(what, level, &marks, Some(deviation), vec![failure]));
    };
    tell(Deviation::Start(counts.start), broken(START_AT, counts.start));
    for (row, term) in (counts.first_term()..).zip(&counts.terms) {
        tell(Deviation::Term(row), broken(TERM_ADDS, row));
        if let Some((from, ..)) = term.copied {
            tell(Deviation::Copy(row, 1), unequal(from));
        }
    }
    lies
}

/// A smaller value marked instead of a larger one, which is told another level.
fn misled(list: &List<'_>) -> Vec<Lie> {
    let mut lies = vec![];
    for marked in list.members(1) {
        for other in list.members(0).filter(|other| list.values[*other] < list.values[marked]) {
            let mut marks = list.marks.clone();
            marks.swap(marked, other);
            let level = list.values[other];
            let (row, from) = list.level_copy(marked);
            let deviation = Deviation::Copy(row, list.values[marked] - level);
            let what = format!("{other} for {marked}, which is told another level");
            lies.push(list.told_with(what, level, &marks, Some(deviation), vec![unequal(from)]));
        }
    }
    lies
}
