//! A checked tariff written out as it was understood: quantities in one unit each, windows counted, tables drawn.

mod fold;
mod formula;
mod quantity;
mod table;

use core::fmt::{self, Write as _};

use fold::folded;
use formula::{Formula, rounding};
use quantity::quantity;

use super::almanac::{Set, clock};
use super::carry::CarryRule;
use super::sheet::{Amount, Define, GapRule, LargeTable, Sheet, Source, Times, TimesKind};
use super::unit::Dim;
use crate::data::{Declared, Kind, Per};
use crate::exact;
use crate::program::Ratio;

pub(super) fn show(sheet: &Sheet) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = Show { sheet, text: &mut text }.all();
    text
}

struct Show<'a> {
    sheet: &'a Sheet,
    text: &'a mut String,
}

impl Show<'_> {
    fn all(&mut self) -> fmt::Result {
        let sheet = self.sheet;
        self.head()?;
        self.named()?;
        for charge in &sheet.charges {
            let shown = if charge.shown { ", shown on the bill to the supplier" } else { "" };
            let rounded = charge.rounding.map_or("not rounded".into(), |it| rounding(it, Dim::MONEY, sheet.currency));
            writeln!(self.text, "\ncharge {}, {rounded}{shown}", charge.name)?;
            self.amount(&charge.amount)?;
        }
        let rounded = sheet.total.rounding.map_or("exact".into(), |it| rounding(it, Dim::MONEY, sheet.currency));
        writeln!(self.text, "\ntotal, {rounded}")?;
        self.amount(&sheet.total.amount)
    }

    fn head(&mut self) -> fmt::Result {
        let sheet = self.sheet;
        let (calendar, currency) = (&sheet.calendar, sheet.currency.code());
        writeln!(self.text, "tariff {} version {} in {currency}", sheet.name, sheet.version)?;
        let (slot, day) = (calendar.slot().minutes(), clock(calendar.day_from()));
        writeln!(self.text, "  local time of {}, slots of {slot} min, days from {day}", calendar.zone())?;
        if sheet.monthly.is_some() {
            writeln!(self.text, "  a bill is of one calendar month")?;
        }
        for register in &sheet.registers {
            let (name, unit) = (register.name(), register.unit().symbol());
            writeln!(self.text, "  register {name}: whole {unit} a slot, below 2^{}", register.bits())?;
        }
        self.gaps()?;
        let declared = sheet.almanac.data().iter().zip(&sheet.data);
        declared.into_iter().try_for_each(|(declared, published)| match &published.table {
            Some(of) => self.large_table(of),
            None => self.declared(declared),
        })?;
        sheet.times.iter().try_for_each(|times| self.times(times))
    }

    fn gaps(&mut self) -> fmt::Result {
        let sheet = self.sheet;
        let values = match &sheet.gaps.rule {
            GapRule::Refuse => return writeln!(self.text, "  a period with a gap is not billed"),
            GapRule::Mean => {
                let what = "the mean of the readings at its clock time on the period's other days";
                return writeln!(self.text, "  a gap is billed as {what}");
            }
            GapRule::At(values) => values,
        };
        for (place, (register, value)) in sheet.registers.iter().zip(values).enumerate() {
            let dim = Source::Register(place).dim(&sheet.registers, &sheet.series);
            let value = quantity(value, dim, sheet.currency);
            writeln!(self.text, "  a gap of {} is billed as {value}", register.name())?;
        }
        Ok(())
    }

    fn declared(&mut self, declared: &Declared) -> fmt::Result {
        let (what, per) = match &declared.kind {
            Kind::Dates => ("dates".to_owned(), None),
            Kind::Table { .. } => ("a table".to_owned(), None),
            Kind::OneOf { values, per } => (format!("one of {}", values.join(", ")), Some(per)),
            Kind::Number { unit, per } => (unit.clone(), Some(per)),
        };
        let per = per.map_or("", |per| if *per == Per::Day { " per day" } else { " per slot" });
        writeln!(self.text, "  data {}: {what}{per}, published apart", declared.name)
    }

    fn large_table(&mut self, of: &LargeTable) -> fmt::Result {
        let (table, published, currency) = (&of.table, of.table.published(), self.sheet.currency);
        let (name, count) = (&published.name, table.count());
        writeln!(self.text, "  data {name}: a table of {count} entries, published apart")?;
        for (axis, unit) in published.axes.iter().zip(&of.keys) {
            let last = axis.bound(axis.rows.saturating_sub(2)).unwrap_or(axis.first);
            let [first, last, step] = [axis.first, last, axis.step].map(|of| quantity(&of, unit.dim, currency));
            writeln!(self.text, "    by rows to {first}, then every {step} up to {last}, and above")?;
        }
        let value = |entry: i64| {
            let value = exact::mul(&published.unit, &Ratio::from(i128::from(entry)));
            value.map(|value| quantity(&value, of.unit.dim, currency)).unwrap_or_default()
        };
        let unit = quantity(&published.unit, of.unit.dim, currency);
        writeln!(
            self.text,
            "    values from {} to {}, each a multiple of {unit}",
            value(published.least),
            value(published.most)
        )?;
        let root: String = published.root.iter().rev().map(|byte| format!("{byte:02x}")).collect();
        writeln!(self.text, "    Poseidon root 0x{root}, {} levels", table.depth())
    }

    fn times(&mut self, times: &Times) -> fmt::Result {
        let Times { name, text, kind, set, .. } = times;
        let share = self.share(*set);
        match kind {
            TimesKind::Window => writeln!(self.text, "  window {name}: {text}, {share}"),
            TimesKind::Season(_) => writeln!(self.text, "  season {name}: {text}, both ends included, every year"),
            TimesKind::Dates(_) => writeln!(self.text, "  dates {name}: {text}"),
            TimesKind::Published(_) | TimesKind::Choice(_) => Ok(()),
        }
    }

    fn share(&self, set: Set) -> String {
        self.sheet.almanac.share(set)
    }

    /// Series, carried values and definitions.
    fn named(&mut self) -> fmt::Result {
        let sheet = self.sheet;
        for series in &sheet.series {
            writeln!(self.text, "\nseries {}, {} in every slot", series.name, series.amount.dim)?;
            self.amount(&series.amount)?;
        }
        for carry in &sheet.carries {
            let figure = &carry.figure;
            let rule = match carry.rule {
                CarryRule::SumSince { month, day } => format!("the sum of {figure} since {day:02}/{month:02}"),
                CarryRule::HighestOfLast(count) => format!("the highest {figure} of the last {count} bills"),
                CarryRule::Last => format!("{figure} of the last bill"),
            };
            let dim = sheet.defines.iter().find(|define| define.name == *figure).map_or(Dim::NONE, |it| it.amount.dim);
            let unit = quantity(&carry.unit, dim, sheet.currency);
            writeln!(self.text, "\ncarried {}: {rule}, in units of {unit}, below {} of them", carry.name, carry.below)?;
        }
        sheet.defines.iter().try_for_each(|define| self.define(define))
    }

    fn define(&mut self, define: &Define) -> fmt::Result {
        let (dim, currency) = (define.amount.dim, self.sheet.currency);
        let rounded = define.rounding.map_or("not rounded".into(), |it| rounding(it, dim, currency));
        let shown = match &define.shown {
            Some(shown) => format!(", shown to the supplier in units of {}", shown.text),
            None => String::new(),
        };
        writeln!(self.text, "\ndefinition {}, {dim}, {rounded}{shown}", define.name)?;
        self.amount(&define.amount)?;
        for (date, amount) in &define.later {
            writeln!(self.text, "  from {date}")?;
            self.amount(amount)?;
        }
        Ok(())
    }

    fn amount(&mut self, amount: &Amount) -> fmt::Result {
        let mut tables = Vec::new();
        let formula = Formula { sheet: self.sheet, tables: &mut tables }.of(amount, false);
        writeln!(self.text, "  = {}", folded(&formula, 4))?;
        tables.into_iter().enumerate().try_for_each(|(index, table)| self.table(index + 1, table))
    }
}
