//! Expressions over a part of the period.

use num_traits::One;

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Amount, AmountKind, Series};
use super::affine::Affine;
use super::part::Part;
use super::{Lowering, too_large};
use crate::program::{Node, Ratio};

impl Lowering<'_> {
    pub(super) fn amount(&mut self, amount: &Amount, at: &Part) -> Result<Affine, Diagnostic> {
        let span = &amount.span;
        match &amount.kind {
            AmountKind::Number(number) => Ok(Affine::constant(*number)),
            AmountKind::Days => Ok(Affine::constant(Ratio::from(i128::from(at.count_days())))),
            AmountKind::Charge(place) => Ok(self.charges[*place].clone()),
            AmountKind::Define(place) => self.define(*place, at, span),
            AmountKind::Carry(place) => Ok(Affine::one(self.push(Node::Carried(*place)))),
            AmountKind::Data(place) => self.published(*place, at, span),
            AmountKind::Energy(series) => self.energy(series, at, span),
            AmountKind::Power(series) => self.power(series, at, span),
            AmountKind::Sum(terms) => terms.iter().try_fold(Affine::default(), |sum, (minus, term)| {
                let sign = Ratio::from(if *minus { -1 } else { 1 });
                sum.add(&self.amount(term, at)?, &sign).ok_or_else(|| too_large(span))
            }),
            AmountKind::Product(factors) => self.product(factors, at, span),
            AmountKind::Raised(of, power) => self.raised(of, *power, at),
            AmountKind::Extreme(which, amounts) => self.extreme(*which, amounts, at, span),
            AmountKind::Clamp(parts) => self.clamp(parts, at, span),
            AmountKind::Rounded(of, rounding) => {
                let of = self.amount(of, at)?;
                self.rounded(&of, *rounding, span)
            }
            AmountKind::Root(of, rounding) => self.root(of, *rounding, at, span),
            AmountKind::Ratio(parts) => self.ratio(parts, at, span),
            AmountKind::If(cases, otherwise) => self.choice(cases, otherwise, at),
            AmountKind::Scoped(scoped) => self.scoped(scoped, at, span),
            AmountKind::Lookup(lookup) => self.lookup(lookup, at, span),
            AmountKind::Curve(curve) => self.curve(curve, at, span),
            AmountKind::Entry(entry) => self.entry(entry, at),
            AmountKind::Price(table) => self.table(table, at, span),
        }
    }

    /// The value of a constant over a part, which may be a single day or slot.
    pub(super) fn constant(&mut self, amount: &Amount, at: &Part) -> Result<Ratio, Diagnostic> {
        let value = self.amount(amount, at)?;
        value.as_constant().ok_or_else(|| {
            let message = "this depends on readings, and a constant is wanted";
            Diagnostic::new("not-constant", &amount.span, message).help("write a constant")
        })
    }

    /// A published number, of a day or of a slot.
    fn published(&mut self, data: usize, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let number = self.data.number(data, at.slots.0, at.days.0 as usize);
        number.map(Affine::constant).ok_or_else(|| too_large(span))
    }

    /// Watts: energy of a slot over its hours.
    fn power(&mut self, series: &Series, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let per_hour = Ratio::new(60, i128::from(self.period.calendar().slot().minutes()));
        let energy = self.energy(series, at, span)?;
        energy.times(&per_hour).ok_or_else(|| too_large(span))
    }

    /// A definition over a part: it is a formula, of which a dated one has one value there.
    pub(super) fn define(&mut self, place: usize, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let key = (place, at.clone());
        if let Some(known) = self.defines.get(&key) {
            return Ok(known.clone());
        }
        let sheet = self.sheet;
        let define = &sheet.defines[place];
        let on = |day: u32| define.later.partition_point(|(from, _)| *from <= self.date(day));
        let (first, last) = (on(at.days.0), on(at.days.1 - 1));
        if first != last {
            let (name, date) = (&define.name, define.later[first].0);
            let message = format!("`{name}` changes on {date}, and one value is wanted");
            let help = "bill up to that day; or take it per day, or times `days`";
            return Err(Diagnostic::new("changes-inside", span, message).help(help));
        }
        let amount = first.checked_sub(1).map_or(&define.amount, |index| &define.later[index].1);
        let mut value = self.amount(amount, at)?;
        if let Some(rounding) = define.rounding {
            value = self.rounded(&value, rounding, span)?;
        }
        self.defines.insert(key, value.clone());
        Ok(value)
    }

    /// Sums of amounts, each as often as its factor says.
    pub(super) fn total(&mut self, values: &[Affine], span: &Span) -> Result<Affine, Diagnostic> {
        let mut sum = Affine::default();
        for value in values {
            self.grow(value.terms.len(), span)?;
            sum = sum.add(value, &Ratio::one()).ok_or_else(|| too_large(span))?;
        }
        self.gathered(sum, span)
    }
}
