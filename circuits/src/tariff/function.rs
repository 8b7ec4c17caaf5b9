//! Checks of what is made of amounts besides sums and products: extremes, powers, roots, ratios, rounding.

use super::amount::{Known, Part};
use super::diagnostic::Diagnostic;
use super::sheet::{Aggregate, Amount, AmountKind, Nature, Scope};
use super::tree::{self, At, Expr, ExprKind, Extreme, Text};
use super::unit::Dim;

/// The highest power of an amount.
const MAX_POWER: u32 = 4;

impl Known<'_, '_> {
    pub(super) fn extreme(&mut self, which: Extreme, of: &[Expr<'_>], whole: &Expr<'_>) -> Option<Part> {
        if let [power @ At { is: ExprKind::Power(_), .. }] = of {
            return self.each_reading(Aggregate::Extreme(which), power);
        }
        let word = if which == Extreme::Max { "max" } else { "min" };
        let amounts = self.comparable(of)?;
        let [first, _, ..] = &amounts[..] else {
            let message = format!("{word} of a single amount is that amount");
            let help = format!("give two amounts: {word}(…, …); or the power of a register: max(power of …)");
            self.found.push(Diagnostic::new("single-amount", &whole.span, message).help(help));
            return None;
        };
        let (dim, nature) = (first.dim, together(&amounts));
        Some((AmountKind::Extreme(which, amounts), dim, nature))
    }

    pub(super) fn clamp(&mut self, of: &[Expr<'_>], whole: &Expr<'_>) -> Option<Part> {
        let amounts = self.comparable(of)?;
        let (count, nature) = (amounts.len(), together(&amounts));
        let Ok(amounts) = <[Amount; 3]>::try_from(amounts) else {
            let message = format!("clamp takes a value, the least and the most, and here are {count}");
            let help = "write clamp(energy of import, 100 kWh, 400 kWh)";
            self.found.push(Diagnostic::new("wrong-count", &whole.span, message).help(help));
            return None;
        };
        let dim = amounts[0].dim;
        Some((AmountKind::Clamp(Box::new(amounts)), dim, nature))
    }

    /// Amounts of one dimension.
    fn comparable(&mut self, of: &[Expr<'_>]) -> Option<Vec<Amount>> {
        let amounts: Vec<_> = of.iter().map(|amount| self.amount(amount)).collect();
        let amounts: Vec<_> = amounts.into_iter().collect::<Option<_>>()?;
        for other in &amounts {
            self.same(&amounts[0], other, "compared with")?;
        }
        Some(amounts)
    }

    /// Reports a quotient that has to be rounded before it is used so.
    pub(super) fn unbroken(&mut self, amount: &Amount, verb: &str) -> Option<()> {
        if !amount.nature.broken {
            return Some(());
        }
        let message = format!("this quotient has no last decimal place; round it to {verb}");
        let help = "write its rounding in brackets: (… rounded half up to 0.001)";
        self.found.push(Diagnostic::new("unrounded-quotient", &amount.span, message).help(help));
        None
    }

    pub(super) fn raised(&mut self, of: &Expr<'_>, power: &Text<'_>) -> Option<Part> {
        let of = self.amount(of);
        let exponent = power.is.parse::<u32>().ok().filter(|power| (2..=MAX_POWER).contains(power));
        let Some(exponent) = exponent else {
            let message = format!("nothing is raised to the power of {}", power.is);
            let help = format!("write a whole number from 2 to {MAX_POWER}");
            self.found.push(Diagnostic::new("bad-power", &power.span, message).help(help));
            return None;
        };
        let of = of?;
        self.unbroken(&of, "raise it")?;
        let dim = (1..exponent).fold(of.dim, |dim, _| dim.times(of.dim));
        let nature = of.nature;
        Some((AmountKind::Raised(Box::new(of), exponent), dim, nature))
    }

    pub(super) fn rounded(&mut self, of: &Expr<'_>, rounding: &tree::Rounding<'_>) -> Option<Part> {
        let of = self.amount(of)?;
        let rounding = self.rounding(rounding, of.dim)?;
        let (dim, nature) = (of.dim, of.nature.rounded());
        Some((AmountKind::Rounded(Box::new(of), rounding), dim, nature))
    }

    pub(super) fn root(
        &mut self,
        of: &Expr<'_>,
        rounding: Option<&tree::Rounding<'_>>,
        whole: &Expr<'_>,
    ) -> Option<Part> {
        let of = self.amount(of)?;
        let Some(dim) = of.dim.root() else {
            let message = format!("{} has no square root", of.dim);
            let help = "take the root of a square or of a sum of squares: sqrt(a^2 + b^2)";
            self.found.push(Diagnostic::new("no-root", &of.span, message).help(help));
            return None;
        };
        let Some(rounding) = rounding else {
            let message = "this root does not say how it rounds";
            let help = "write it right behind: sqrt(…) rounded half up to 1 kVA";
            self.found.push(Diagnostic::new("missing-rounding", &whole.span, message).help(help));
            return None;
        };
        self.unbroken(&of, "take its root")?;
        let rounding = self.rounding(rounding, dim)?;
        let nature = of.nature;
        Some((AmountKind::Root(Box::new(of), rounding), dim, nature))
    }

    pub(super) fn ratio(&mut self, parts: &[Expr<'_>; 3]) -> Option<Part> {
        let [of, over, or] = parts.each_ref().map(|part| self.amount(part));
        let (of, over, or) = (of?, over?, or?);
        self.unbroken(&of, "divide it again")?;
        self.unbroken(&over, "divide by it")?;
        let dim = of.dim.ratio(over.dim);
        if or.nature.varies {
            let message = "what stands in for a ratio depends on readings";
            let help = "write a constant; or choose by a condition: if … then … else …";
            self.found.push(Diagnostic::new("not-constant", &or.span, message).help(help));
            return None;
        }
        if or.dim != dim {
            let message = format!("this is {}, and stands in for {dim}", or.dim);
            self.found.push(Diagnostic::new("units-differ", &or.span, message).help("bring both to the same unit"));
            return None;
        }
        let nature = of.nature.with(over.nature).with(or.nature);
        let nature = Nature { broken: nature.varies, ..nature };
        Some((AmountKind::Ratio(Box::new([of, over, or])), dim, nature))
    }

    /// The power of a series in the slot at hand.
    pub(super) fn power(&mut self, series: &tree::Series<'_>, span: &super::Span) -> Option<Part> {
        let series = self.series(series)?;
        let nature = Nature { most: Scope::Reading, ..Nature::MEASURED };
        if self.scope.is_some_and(|scope| scope > Scope::Reading) {
            let message = "power has a value in every slot, and one is wanted";
            let help = "take the largest: max(power of …)";
            self.found.push(Diagnostic::new("many-values", span, message).help(help));
            return None;
        }
        let dim = power_of(self.dim_of(series.of));
        Some((AmountKind::Power(series), dim, nature))
    }
}

/// The nature of what depends on all of them.
pub(super) fn together<'a>(amounts: impl IntoIterator<Item = &'a Amount>) -> Nature {
    amounts.into_iter().fold(Nature::CONSTANT, |nature, amount| nature.with(amount.nature))
}

/// The dimension of energy over time.
fn power_of(energy: Dim) -> Dim {
    match energy {
        Dim::REACTIVE_ENERGY => Dim::REACTIVE_POWER,
        Dim::APPARENT_ENERGY => Dim::APPARENT_POWER,
        _ => Dim::POWER,
    }
}
