//! Checks of scopes: what is evaluated over each reading, day, month, quarter or year.

use super::amount::{Known, Part};
use super::diagnostic::Diagnostic;
use super::sheet::{self, Aggregate, Amount, AmountKind, Nature, Scope};
use super::tree::{self, At, Expr, ExprKind, Text};
use super::unit::Dim;

/// The most values that a mean of the highest is of.
const MAX_HIGHEST: u32 = 1_000;

impl Known<'_, '_> {
    /// `mean per day in peak EXPRESSION`
    pub(super) fn scoped(&mut self, scoped: &tree::Scoped<'_>, of: &Expr<'_>) -> Option<Part> {
        let how = self.aggregate(&scoped.how);
        let per = self.per(&scoped.per);
        let within = self.within(&scoped.within);
        let per = per?;
        let of = self.in_scope(&per, |known| known.amount(of))?;
        let (how, within) = (how?, within?);
        self.taken(how, per.scope, &of)?;
        let dim = if per.prorated { self.whole_part(&per, &of)? } else { of.dim };
        let nature = Nature { dated: false, least: per.scope.max(of.nature.least), most: Scope::Period, ..of.nature };
        Some((AmountKind::Scoped(Box::new(sheet::Scoped { how, per, within, of })), dim, nature))
    }

    fn aggregate(&mut self, how: &tree::Aggregate<'_>) -> Option<Aggregate> {
        Some(match how {
            tree::Aggregate::Sum => Aggregate::Sum,
            tree::Aggregate::Mean => Aggregate::Mean,
            tree::Aggregate::Extreme(which) => Aggregate::Extreme(*which),
            tree::Aggregate::Highest(count) => Aggregate::Highest(self.count(count, MAX_HIGHEST)? as usize),
        })
    }

    /// `per month prorated`
    pub(super) fn per(&mut self, per: &tree::Per<'_>) -> Option<sheet::Per> {
        let scope = Scope::ALL.into_iter().find(|scope| scope.word() == per.scope.is);
        let Some(scope) = scope else {
            let message = format!("nothing is counted per {}", per.scope.is);
            let words = || Scope::ALL.map(Scope::word);
            let help = format!("write one of {}", words().join(", "));
            let unknown = Diagnostic::new("unknown-scope", &per.scope.span, message);
            self.found.push(unknown.nearest(per.scope.is, words(), &help));
            return None;
        };
        if let Some(prorated) =
            per.prorated.as_ref().filter(|_| matches!(scope, Scope::Reading | Scope::Day | Scope::Period))
        {
            let message = format!("a {} is never cut by the period", scope.word());
            self.found.push(Diagnostic::new("never-cut", prorated, message).help("leave out `prorated`"));
            return None;
        }
        if self.scope.is_some_and(|around| scope > around) {
            let around = self.scope.map_or("", Scope::word);
            let message = format!("a {} is wider than the {around} around it", scope.word());
            let help = "name the wider scope first: per month max per day …";
            self.found.push(Diagnostic::new("scope-too-narrow", &per.scope.span, message).help(help));
            return None;
        }
        Some(sheet::Per { scope, prorated: per.prorated.is_some(), span: per.scope.span.clone() })
    }

    /// Checks something that is evaluated over each part of a scope.
    pub(super) fn in_scope<T>(&mut self, per: &sheet::Per, check: impl FnOnce(&mut Self) -> T) -> T {
        let around = (self.scope.replace(per.scope), self.prorated, self.by_day);
        (self.prorated, self.by_day) = (per.prorated, false);
        let checked = check(self);
        (self.scope, self.prorated, self.by_day) = around;
        checked
    }

    /// Reports a quotient where values are told apart or there is one a reading.
    fn taken(&mut self, how: Aggregate, scope: Scope, of: &Amount) -> Option<()> {
        match how {
            Aggregate::Sum | Aggregate::Mean if scope > Scope::Reading => Some(()),
            Aggregate::Sum | Aggregate::Mean => self.unbroken(of, "take it per reading"),
            Aggregate::Extreme(_) | Aggregate::Highest(_) => self.unbroken(of, "find the largest of it"),
        }
    }

    /// What an amount per month comes to when cut months count by their days.
    fn whole_part(&mut self, per: &sheet::Per, of: &Amount) -> Option<Dim> {
        let unit = match per.scope {
            Scope::Month => Dim::MONTH,
            Scope::Quarter => Dim::QUARTER,
            Scope::Year => Dim::YEAR,
            Scope::Reading | Scope::Day | Scope::Period => return Some(of.dim),
        };
        let word = per.scope.word();
        let dim = of.dim.times(unit);
        if dim.month.max(dim.quarter).max(dim.year) > 0 {
            let message = format!("this is {}, and only an amount per {word} can be cut by days", of.dim);
            let help = format!("write its price per {word} as well, such as 16.37 {}/kW/{word}", self.currency.code());
            self.found.push(Diagnostic::new("prorated-what", &of.span, message).help(help));
            return None;
        }
        Some(dim)
    }

    /// `mean of 4 highest power of import in peak`
    pub(super) fn highest(&mut self, count: &Text<'_>, series: &tree::Series<'_>) -> Option<Part> {
        let how = self.count(count, MAX_HIGHEST).map(|count| Aggregate::Highest(count as usize));
        let power = At { is: ExprKind::Power(series.clone()), span: series.of.span.clone() };
        let part = self.each_reading(how.unwrap_or(Aggregate::Mean), &power)?;
        how.map(|_| part)
    }

    /// A power taken over the slots of its windows.
    pub(super) fn each_reading(&mut self, how: Aggregate, power: &Expr<'_>) -> Option<Part> {
        let per = sheet::Per { scope: Scope::Reading, prorated: false, span: power.span.clone() };
        let of = self.in_scope(&per, |known| known.amount(power))?;
        let AmountKind::Power(sheet::Series { within, .. }) = &of.kind else { return None };
        let (within, dim) = (within.clone(), of.dim);
        let nature = Nature { most: Scope::Period, ..of.nature };
        Some((AmountKind::Scoped(Box::new(sheet::Scoped { how, per, within, of })), dim, nature))
    }
}
