//! Values that earlier bills hand on: what is carried, in which unit, by which rule.

use num_traits::{Signed, ToPrimitive};

use super::amount::{Known, Value};
use super::diagnostic::Diagnostic;
use super::season::in_every_year;
use super::sheet::Define;
use super::tree::{self, Text};
use super::unit::{Dim, Unit};
use crate::exact;
use crate::program::Ratio;

/// The most bills that a carried value looks back on.
const MAX_BILLS: u32 = 1_000;

/// A value that a bill takes from earlier accepted bills of the same meter: zero when there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carry {
    /// Its name.
    pub name: String,
    /// The figure of earlier bills that it is made of, by the name of its definition.
    pub figure: String,
    /// How.
    pub rule: CarryRule,
    /// What it and the figure are counted in, in base units (Wh, VArh, VAh, W, VAr, VA, major currency units).
    pub unit: Ratio,
    /// It is below this many units.
    pub below: u64,
}

/// What becomes of earlier bills' figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarryRule {
    /// The sum over bills whose period begins on or after the latest such date at or before this bill's first day.
    SumSince {
        /// One to twelve.
        month: u8,
        /// One to thirty-one.
        day: u8,
    },
    /// The highest in so many bills before this one.
    HighestOfLast(u32),
    /// That of the bill before this one.
    Last,
}

impl Known<'_, '_> {
    /// A carried value and its dimension; its figure is looked for when all definitions are known.
    pub(super) fn carry(&mut self, carry: &tree::Carry<'_>) -> Option<(Carry, Dim)> {
        let unit = self.carry_unit(carry);
        let below = self.quantity(&carry.below.is);
        let rule = self.carry_rule(&carry.rule);
        let ((unit, dim), (below, below_dim)) = (unit?, below?);
        if below_dim != dim {
            let message = format!("this bound is {below_dim}, and {dim} is carried");
            self.found.push(Diagnostic::new("wrong-unit", &carry.below.span, message).help(format!("write {dim}")));
            return None;
        }
        let count = exact::div(&below, &unit).filter(|count| count.is_integer() && count.is_positive());
        let Some(below) = count.and_then(|count| count.to_integer().to_u64()) else {
            let message = "a carried value is below a whole number of its units, above zero and below 2^64";
            self.found.push(Diagnostic::new("bad-bound", &carry.below.span, message).help("write such a bound"));
            return None;
        };
        let (name, figure) = (carry.name.is.to_owned(), carry.figure.is.to_owned());
        Some((Carry { name, figure, rule: rule?, unit, below }, dim))
    }

    fn carry_unit(&mut self, carry: &tree::Carry<'_>) -> Option<(Ratio, Dim)> {
        let number = match &carry.number {
            Some(number) => self.number(number)?,
            None => Ratio::from(1),
        };
        let Unit { dim, scale } = self.unit(&carry.unit)?;
        let unit = exact::mul(&number, &scale).filter(Signed::is_positive);
        if unit.is_none() {
            let message = "nothing is counted in this";
            self.found.push(Diagnostic::new("bad-unit", &carry.unit.span, message).help("write a unit such as kW"));
        }
        Some((unit?, dim))
    }

    fn carry_rule(&mut self, rule: &tree::CarryRule<'_>) -> Option<CarryRule> {
        Some(match rule {
            tree::CarryRule::Last => CarryRule::Last,
            tree::CarryRule::HighestOfLast(count) => CarryRule::HighestOfLast(self.count(count, MAX_BILLS)?),
            tree::CarryRule::SumSince(day, month) => {
                let place = in_every_year(day, month, self.found)?;
                CarryRule::SumSince { month: (place / 31) as u8 + 1, day: (place % 31) as u8 + 1 }
            }
        })
    }

    /// Whether the figure of a carried value is a definition that is shown, in the value's unit.
    pub(super) fn carried(&mut self, place: usize, figure: &Text<'_>) -> Option<()> {
        let value = self.values.find(figure, self.found).map(|place| self.values.all[place])?;
        let (carry, dim) = &self.carries[place];
        let (message, help) = match value {
            Value::Define(define) => match fits(&self.defines[define], carry, *dim) {
                Ok(()) => return Some(()),
                Err(wrong) => wrong,
            },
            Value::Charge(_) | Value::Carry(_) => {
                (format!("`{}` is not a definition", figure.is), format!("write: define NAME = {} …", figure.is))
            }
        };
        self.found.push(Diagnostic::new("bad-figure", &figure.span, message).help(help));
        None
    }
}

fn fits(define: &Define, carry: &Carry, dim: Dim) -> Result<(), (String, String)> {
    let name = &define.name;
    let Some(shown) = &define.shown else {
        let message = format!("the definition `{name}` is not shown, and later bills cannot see it");
        return Err((message, "end it with `shown`, behind its rounding".into()));
    };
    if define.amount.dim != dim || shown.unit != carry.unit {
        let message = format!("`{name}` is not counted in the unit in which it is carried");
        return Err((message, format!("carry it in what it is rounded to: {}", shown.text)));
    }
    Ok(())
}
