//! Coverage of price tables: every slot of the series in exactly one row.

use super::amount::Known;
use super::diagnostic::Diagnostic;
use super::table::label;
use super::tree::{At, Label, Price, Row};
use super::week::{Week, spoken};

/// The most rows of a table.
const MAX_ROWS: usize = 1_000;

impl Known<'_, '_> {
    /// What each row prices of the week: together every slot of the series, each once.
    pub(super) fn coverage(&mut self, price: &Price<'_>, within: Option<usize>) -> Option<Vec<Week>> {
        if price.rows.len() > MAX_ROWS {
            let message = format!("a table has at most {MAX_ROWS} rows");
            self.found.push(Diagnostic::new("too-many-rows", &price.series.register.span, message).help("merge some"));
            return None;
        }
        let all = within.map_or_else(|| Week::all(&self.calendar), |window| self.windows.all[window].week.clone());
        let mut covered = Week::none(&self.calendar);
        let mut weeks = Vec::new();
        let mut sound = true;
        for row in &price.rows {
            let week = self.row_week(price, row, &all);
            sound &= week.is_some();
            let week = week.unwrap_or_else(|| Week::none(&self.calendar));
            if let Some(place) = week.and(&covered).first() {
                self.priced_twice(price, row, &weeks, place);
                sound = false;
            }
            covered = covered.or(&week);
            weeks.push(week);
        }
        let otherwise = price.rows.iter().position(|row| matches!(row.is.label, Label::Otherwise(_)));
        let rest = all.without(&covered);
        match otherwise {
            Some(row) => weeks[row] = rest,
            None if sound => sound = self.never_priced(price, &rest),
            None => {}
        }
        (sound && self.each_prices_something(price, &weeks)).then_some(weeks)
    }

    /// What a row's label names; `otherwise` is filled in when the others are known.
    fn row_week(&mut self, price: &Price<'_>, row: &At<Row<'_>>, all: &Week) -> Option<Week> {
        match &row.is.label {
            Label::All if price.rows.len() == 1 => Some(all.clone()),
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
                    return Some(Week::none(&self.calendar));
                }
                let twice = Diagnostic::new("declared-twice", span, "a table has one `otherwise`");
                self.found.push(twice.related(&first.span, "the first is here").help("name this row's window"));
                None
            }
            Label::Window(_, Some(cut)) => {
                self.found.push(Diagnostic::later(&cut.span, "a window cut by another"));
                None
            }
            Label::Window(window, None) => {
                let place = self.windows.find(window, self.found)?;
                Some(self.windows.all[place].week.and(all))
            }
        }
    }

    fn priced_twice(&mut self, price: &Price<'_>, row: &At<Row<'_>>, weeks: &[Week], place: usize) {
        let earlier = weeks.iter().position(|week| week.contains(place)).and_then(|index| price.rows.get(index));
        let Some(earlier) = earlier else { return };
        let (first, second) = (label(&earlier.is.label), label(&row.is.label));
        let message = format!("`{first}` and `{second}` both price {}", spoken(&self.calendar, place));
        let twice = Diagnostic::new("priced-twice", &label_span(row), message);
        let twice = twice.related(&label_span(earlier), "the other row is here");
        self.found.push(twice.help("change the windows so that each slot is in one row only"));
    }

    /// Reports a slot that no row prices.
    fn never_priced(&mut self, price: &Price<'_>, rest: &Week) -> bool {
        let Some(place) = rest.first() else { return true };
        let message = format!("no row prices {}", spoken(&self.calendar, place));
        let never = Diagnostic::new("never-priced", &price.series.register.span, message);
        self.found.push(never.help("add a row for it, or `otherwise` for the rest"));
        false
    }

    fn each_prices_something(&mut self, price: &Price<'_>, weeks: &[Week]) -> bool {
        let mut sound = true;
        for (row, _) in price.rows.iter().zip(weeks).filter(|(_, week)| week.first().is_none()) {
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
        Label::Window(window, _) => window.span.clone(),
        Label::Otherwise(span) => span.clone(),
    }
}
