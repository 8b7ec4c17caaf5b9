//! Coverage of price tables: every slot of the series in exactly one row.

use super::almanac::Set;
use super::amount::Known;
use super::diagnostic::Diagnostic;
use super::sheet::Within;
use super::table::label;
use super::tree::{At, Label, Price, Row};

/// The most rows of a table.
const MAX_ROWS: usize = 1_000;

impl Known<'_, '_> {
    /// What each row prices: together every slot of the series, each once.
    pub(super) fn coverage(&mut self, price: &Price<'_>, within: Option<&Within>) -> Option<Vec<Set>> {
        if price.rows.len() > MAX_ROWS {
            let message = format!("a table has at most {MAX_ROWS} rows");
            self.found.push(Diagnostic::new("too-many-rows", &price.series.of.span, message).help("merge some"));
            return None;
        }
        let all = within.map_or(Set::ALL, |within| within.set);
        let (mut covered, mut sets, mut sound) = (Set::NONE, Vec::new(), true);
        for row in &price.rows {
            let set = self.row_set(price, row, all);
            sound &= set.is_some();
            let set = set.unwrap_or(Set::NONE);
            let twice = self.almanac.and(set, covered);
            if twice != Set::NONE {
                self.priced_twice(price, row, &sets, set);
                sound = false;
            }
            covered = self.almanac.or(covered, set);
            sets.push(set);
        }
        let otherwise = price.rows.iter().position(|row| matches!(row.is.label, Label::Otherwise(_)));
        let rest = self.almanac.without(all, covered);
        match otherwise {
            Some(row) => sets[row] = rest,
            None if sound => sound = self.never_priced(price, rest),
            None => {}
        }
        (sound && self.each_prices_something(price, &sets)).then_some(sets)
    }

    /// What a row's label names; `otherwise` is filled in when the others are known.
    fn row_set(&mut self, price: &Price<'_>, row: &At<Row<'_>>, all: Set) -> Option<Set> {
        match &row.is.label {
            Label::All if price.rows.len() == 1 => Some(all),
            Label::All => {
                let message = "this row does not say which slots it prices";
                let help = "begin it with a window or with `otherwise`";
                self.found.push(Diagnostic::new("unlabelled-row", &row.span, message).help(help));
                None
            }
            Label::Otherwise(span) => {
                let is_otherwise = |other: &&At<Row<'_>>| matches!(other.is.label, Label::Otherwise(_));
                let first = price.rows.iter().find(is_otherwise)?;
                if first.span == row.span {
                    return Some(Set::NONE);
                }
                let twice = Diagnostic::new("declared-twice", span, "a table has one `otherwise`");
                self.found.push(twice.related(&first.span, "the first is here").help("name this row's window"));
                None
            }
            Label::Within(names) => {
                let set = self.within(names)?.map_or(Set::ALL, |within| within.set);
                Some(self.almanac.and(set, all))
            }
        }
    }

    /// Reports the first row that an earlier one overlaps.
    fn priced_twice(&mut self, price: &Price<'_>, row: &At<Row<'_>>, sets: &[Set], set: Set) {
        for (earlier, other) in price.rows.iter().zip(sets) {
            let both = self.almanac.and(*other, set);
            let Some(slot) = self.almanac.example(both) else { continue };
            let message = format!("`{}` and `{}` both price {slot}", label(&earlier.is.label), label(&row.is.label));
            let twice = Diagnostic::new("priced-twice", &label_span(row), message);
            let twice = twice.related(&label_span(earlier), "the other row is here");
            self.found.push(twice.help("change the windows so that each slot is in one row only"));
            return;
        }
    }

    /// Reports a slot that no row prices.
    fn never_priced(&mut self, price: &Price<'_>, rest: Set) -> bool {
        let Some(slot) = self.almanac.example(rest) else { return true };
        let never = Diagnostic::new("never-priced", &price.series.of.span, format!("no row prices {slot}"));
        self.found.push(never.help("add a row for it, or `otherwise` for the rest"));
        false
    }

    fn each_prices_something(&mut self, price: &Price<'_>, sets: &[Set]) -> bool {
        let mut sound = true;
        for (row, _) in price.rows.iter().zip(sets).filter(|(_, set)| **set == Set::NONE) {
            let message = format!("the row `{}` prices no slot", label(&row.is.label));
            let empty = Diagnostic::new("prices-nothing", &label_span(row), message);
            self.found.push(empty.help("remove it, or change the windows"));
            sound = false;
        }
        sound
    }
}

fn label_span(row: &At<Row<'_>>) -> super::Span {
    match &row.is.label {
        Label::All => row.span.clone(),
        Label::Within(names) => {
            names.first().zip(names.last()).map_or(row.span.clone(), |(first, last)| first.span.start..last.span.end)
        }
        Label::Otherwise(span) => span.clone(),
    }
}
