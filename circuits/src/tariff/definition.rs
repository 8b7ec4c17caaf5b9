//! Checks of series and definitions.

use jiff::civil::Date;

use super::amount::Known;
use super::diagnostic::{Diagnostic, Span};
use super::season::single;
use super::sheet::{self, Amount, Define, Scope, SeriesOf, Shown};
use super::tree::{self, Expr, ExprKind, Quantity, Text};
use super::unit::Dim;
use crate::program::Ratio;

impl Known<'_, '_> {
    /// A series.
    pub(super) fn series_of(&mut self, series: &tree::SeriesOf<'_>) -> Option<SeriesOf> {
        (self.scope, self.by_slot) = (Some(Scope::Reading), true);
        let amount = self.amount(&series.amount);
        (self.scope, self.by_slot) = (None, false);
        let amount = amount?;
        self.unbroken(&amount, "make a series of it")?;
        if ![Dim::ENERGY, Dim::REACTIVE_ENERGY, Dim::APPARENT_ENERGY].contains(&amount.dim) {
            let message = format!("this is {}, and a series is energy in every slot", amount.dim);
            let help = "write energy from registers: series net = import - export";
            self.found.push(Diagnostic::new("wrong-unit", &amount.span, message).help(help));
            return None;
        }
        Some(SeriesOf { name: series.name.is.to_owned(), amount })
    }

    /// A definition.
    pub(super) fn define(&mut self, define: &tree::Define<'_>) -> Option<Define> {
        let mut amount = self.amount(&define.amount)?;
        let rounding = match &define.rounding {
            Some(rounding) => Some(self.rounding(rounding, amount.dim)?),
            None => None,
        };
        let later = self.later(&amount, &define.later)?;
        amount.nature = later.iter().fold(amount.nature, |nature, (_, amount)| nature.with(amount.nature));
        amount.nature.dated |= !later.is_empty();
        if amount.nature.least > amount.nature.most {
            let (least, most) = (amount.nature.least.word(), amount.nature.most.word());
            let message = format!("this is of a whole {least}, and differs from {most} to {most}");
            let help = format!("take what differs per {most}, in brackets");
            self.found.push(Diagnostic::new("many-values", &amount.span, message).help(help));
            return None;
        }
        let shown = match &define.shown {
            Some(word) => Some(self.shown(define, amount.dim, word)?),
            None => None,
        };
        Some(Define { name: define.name.is.to_owned(), amount, later, rounding, shown })
    }

    /// The values that a definition has from some dates on.
    fn later(&mut self, first: &Amount, later: &[(Text<'_>, Expr<'_>)]) -> Option<Vec<(Date, Amount)>> {
        let mut values: Vec<(Date, Amount)> = Vec::new();
        let mut sound = true;
        for (text, written) in later {
            let (date, amount) = (single(text, self.found), self.amount(written));
            let (Some(date), Some(amount)) = (date, amount) else {
                sound = false;
                continue;
            };
            self.same(first, &amount, "an alternative to")?;
            if values.last().is_some_and(|(last, _)| *last >= date) {
                let message = "the dates do not rise";
                self.found.push(Diagnostic::new("date-order", &text.span, message).help("write the earliest first"));
                return None;
            }
            values.push((date, amount));
        }
        let varies = [first].into_iter().chain(values.iter().map(|(_, amount)| amount)).find(|it| it.nature.varies);
        if let Some(varies) = varies.filter(|_| !later.is_empty()) {
            let message = "this depends on readings, and dated values are constants";
            let help = "define the constants by date, and use them in an amount of its own";
            self.found.push(Diagnostic::new("not-constant", &varies.span, message).help(help));
            return None;
        }
        sound.then_some(values)
    }

    /// What a disclosed definition is counted in: what it is rounded to.
    fn shown(&mut self, define: &tree::Define<'_>, dim: Dim, word: &Span) -> Option<Shown> {
        let own = match &define.amount.is {
            ExprKind::Root(_, rounding) => rounding.as_ref(),
            _ => None,
        };
        let Some(rounding) = define.rounding.as_ref().or(own) else {
            let message = "what is shown is a whole number of some unit, and this is not rounded";
            let help = "round it first: rounded half up to 1 kWh shown";
            self.found.push(Diagnostic::new("shown-unrounded", word, message).help(help));
            return None;
        };
        let Quantity { number, unit } = &rounding.to.is;
        let sheet::Rounding { unit: counted, .. } = self.rounding(rounding, dim)?;
        let (text, label) = match unit {
            Some(unit) => (format!("{} {}", number.is, unit.is), (unit.is.to_owned(), self.unit(unit)?.scale)),
            None => (number.is.to_owned(), (String::new(), Ratio::from(1))),
        };
        Some(Shown { unit: counted, text, label })
    }
}
