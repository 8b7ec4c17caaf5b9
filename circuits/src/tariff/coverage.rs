//! Coverage of price tables: every slot of the series in exactly one row.

use super::almanac::Set;
use super::amount::Known;
use super::diagnostic::{Diagnostic, Span};
use super::sheet::Within;
use super::tree::{At, Label};

/// The most rows of a table.
const MAX_ROWS: usize = 1_000;

impl Known<'_, '_> {
    /// What each label names: together every slot of the series, each once. A slot that none names is reported at
    /// `place`.
    pub(super) fn coverage(
        &mut self,
        labels: &[&At<Label<'_>>],
        within: Option<&Within>,
        place: &Span,
    ) -> Option<Vec<Set>> {
        if labels.len() > MAX_ROWS {
            let message = format!("a table has at most {MAX_ROWS} rows");
            self.found.push(Diagnostic::new("too-many-rows", place, message).help("merge some"));
            return None;
        }
        let all = within.map_or(Set::ALL, |within| within.set);
        let (mut covered, mut sets, mut sound) = (Set::NONE, Vec::new(), true);
        for (index, label) in labels.iter().enumerate() {
            // Several rows of which one has no label have been reported.
            let labelled = labels.len() == 1 || !matches!(label.is, Label::All);
            let set = if labelled { self.label_set(&labels[..index], label, all) } else { None };
            sound &= set.is_some();
            let set = set.unwrap_or(Set::NONE);
            if self.almanac.and(set, covered) != Set::NONE {
                self.priced_twice(&labels[..index], label, &sets, set);
                sound = false;
            }
            covered = self.almanac.or(covered, set);
            sets.push(set);
        }
        let otherwise = labels.iter().position(|label| matches!(label.is, Label::Otherwise));
        let rest = self.almanac.without(all, covered);
        match otherwise {
            Some(label) => sets[label] = rest,
            None if sound => sound = self.never_priced(rest, place),
            None => {}
        }
        (sound && self.each_prices_something(labels, &sets)).then_some(sets)
    }

    /// What a label names; `otherwise` is filled in when the others are known.
    fn label_set(&mut self, earlier: &[&At<Label<'_>>], label: &At<Label<'_>>, all: Set) -> Option<Set> {
        match &label.is {
            Label::All => Some(all),
            Label::Otherwise => {
                let Some(first) = earlier.iter().find(|other| matches!(other.is, Label::Otherwise)) else {
                    return Some(Set::NONE);
                };
                let twice = Diagnostic::new("declared-twice", &label.span, "a table has one `otherwise`");
                self.found.push(twice.related(&first.span, "the first is here").help("name this row's window"));
                None
            }
            Label::Within(names) => {
                let set = self.within(names)?.map_or(Set::ALL, |within| within.set);
                Some(self.almanac.and(set, all))
            }
        }
    }

    /// Reports the first label that another overlaps.
    fn priced_twice(&mut self, earlier: &[&At<Label<'_>>], label: &At<Label<'_>>, sets: &[Set], set: Set) {
        for (other, known) in earlier.iter().zip(sets) {
            let both = self.almanac.and(*known, set);
            let Some(slot) = self.almanac.example(both) else { continue };
            let message = format!("`{}` and `{}` both price {slot}", other.is.text(), label.is.text());
            let twice = Diagnostic::new("priced-twice", &label.span, message);
            let twice = twice.related(&other.span, "the other row is here");
            self.found.push(twice.help("change the windows so that each slot is in one row only"));
            return;
        }
    }

    /// Reports a slot that no row prices.
    fn never_priced(&mut self, rest: Set, place: &Span) -> bool {
        let Some(slot) = self.almanac.example(rest) else { return true };
        let never = Diagnostic::new("never-priced", place, format!("no row prices {slot}"));
        self.found.push(never.help("add a row for it, or `otherwise` for the rest"));
        false
    }

    fn each_prices_something(&mut self, labels: &[&At<Label<'_>>], sets: &[Set]) -> bool {
        let mut sound = true;
        for (label, _) in labels.iter().zip(sets).filter(|(_, set)| **set == Set::NONE) {
            let message = format!("the row `{}` prices no slot", label.is.text());
            let empty = Diagnostic::new("prices-nothing", &label.span, message);
            self.found.push(empty.help("remove it, or change the windows"));
            sound = false;
        }
        sound
    }
}
