//! Checks of expressions: every name known, every sum and product of sound dimensions, everything evaluated where it
//! means something. Functions, scopes, conditions and tables have files of their own.

use wattproof_meter::quantity::Register;

use super::almanac::Almanac;
use super::carry::Carry;
use super::currency::Currency;
use super::diagnostic::{Diagnostic, Span};
use super::names::Named;
use super::sheet::{self, Amount, AmountKind, Charge, Define, Nature, Published, Scope, SeriesOf, Source, Times};
use super::times::Timing;
use super::tree::{self, At, Expr, ExprKind, Quantity, Text};
use super::unit::{Dim, NotAUnit, unit};
use crate::data::Per;

/// What names stand for while amounts are checked.
pub(super) struct Known<'a, 'f> {
    pub(super) currency: Currency,
    /// Registers, and the series above the statement at hand.
    pub(super) sources: Named<'a, Source>,
    pub(super) registers: Vec<Register>,
    pub(super) series: Vec<SeriesOf>,
    pub(super) times: Named<'a, Times>,
    pub(super) data: Named<'a, Published>,
    pub(super) almanac: Almanac,
    /// Named values above the statement at hand.
    pub(super) values: Named<'a, Value>,
    pub(super) defines: Vec<Define>,
    pub(super) carries: Vec<(Carry, Dim)>,
    pub(super) charges: Vec<Charge>,
    /// What the expression at hand is evaluated over; a definition is a formula, evaluated where it is used.
    pub(super) scope: Option<Scope>,
    /// Whether a part of that scope that the period cuts counts by its days.
    pub(super) prorated: bool,
    /// Whether the amount at hand is multiplied by days, and so may differ from day to day.
    pub(super) by_day: bool,
    /// Whether names are registers' and series' first: a series is defined slot by slot.
    pub(super) by_slot: bool,
    pub(super) found: &'f mut Vec<Diagnostic>,
}

/// What the name of a value stands for, by its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Charge(usize),
    Define(usize),
    Carry(usize),
}

/// A checked expression without its place.
pub(super) type Part = (AmountKind, Dim, Nature);

impl<'a, 'f> Known<'a, 'f> {
    /// Times and data; nothing else yet.
    pub(super) fn new(currency: Currency, timing: Timing<'a>, found: &'f mut Vec<Diagnostic>) -> Self {
        let Timing { times, data, almanac } = timing;
        Known {
            currency,
            times,
            data,
            almanac,
            sources: Named::new("register"),
            registers: Vec::new(),
            series: Vec::new(),
            values: Named::shared("define", "charge or definition"),
            defines: Vec::new(),
            carries: Vec::new(),
            charges: Vec::new(),
            scope: None,
            prorated: false,
            by_day: false,
            by_slot: false,
            found,
        }
    }
}

impl Known<'_, '_> {
    /// An amount of money. Nothing when it does not check, which is reported; so everywhere below.
    pub(super) fn money(&mut self, expression: &Expr<'_>) -> Option<Amount> {
        let amount = self.amount(expression)?;
        if amount.dim == Dim::MONEY {
            return Some(amount);
        }
        let message = format!("this is {}, not an amount of money", amount.dim);
        let wrong = Diagnostic::new("not-money", &amount.span, message);
        self.found.push(wrong.help(self.towards_money(amount.dim)));
        None
    }

    fn towards_money(&self, dim: Dim) -> String {
        let over = dim.over(Dim::MONEY);
        match over {
            _ if over == Dim::NONE.over(Dim::DAY) => "multiply it by the days: `… * days`".into(),
            _ if over == Dim::NONE.over(Dim::MONTH) => "take it for each month: `per month …`".into(),
            _ if over == Dim::NONE.over(Dim::QUARTER) => "take it for each quarter: `per quarter …`".into(),
            _ if over.year == -1 => "make it money by `… * days / 365`".into(),
            _ if over == Dim::DAY.over(Dim::MONTH) => "write `per month prorated …` in the place of `* days`".into(),
            _ if over == Dim::DAY.over(Dim::QUARTER) => {
                "write `per quarter prorated …` in the place of `* days`".into()
            }
            _ if dim == Dim::NONE => format!("give it a unit: 0.50 {}", self.currency.code()),
            _ => "multiply by what the unit is per, until only money is left".into(),
        }
    }

    pub(super) fn amount(&mut self, expression: &Expr<'_>) -> Option<Amount> {
        let span = &expression.span;
        let (kind, dim, nature) = match &expression.is {
            ExprKind::Quantity(quantity) => {
                let (number, dim) = self.quantity(quantity)?;
                (AmountKind::Number(number), dim, Nature::CONSTANT)
            }
            ExprKind::Days => {
                let nature = Nature { least: Scope::Day, ..Nature::CONSTANT };
                self.stands(nature, span)?;
                (AmountKind::Days, self.plain(Dim::DAY), nature)
            }
            ExprKind::Name(name) => self.name(&At { is: *name, span: span.clone() })?,
            ExprKind::Energy(series) => self.energy(series)?,
            ExprKind::Power(series) => self.power(series, span)?,
            ExprKind::Highest(count, series) => self.highest(count, series)?,
            ExprKind::Negative(of) => {
                let of = self.amount(of)?;
                let (dim, nature) = (of.dim, of.nature);
                (AmountKind::Sum(vec![(true, of)]), dim, nature)
            }
            ExprKind::Sum(first, rest) => self.sum(first, rest)?,
            ExprKind::Product(first, rest) => self.product(first, rest)?,
            ExprKind::Raised(of, power) => self.raised(of, power)?,
            ExprKind::Extreme(which, of) => self.extreme(*which, of, expression)?,
            ExprKind::Clamp(of) => self.clamp(of, expression)?,
            ExprKind::Rounded(of, rounding) => self.rounded(of, rounding)?,
            ExprKind::Root(of, rounding) => self.root(of, rounding.as_ref(), expression)?,
            ExprKind::Ratio(of) => self.ratio(of)?,
            ExprKind::If(cases, otherwise) => self.choice(cases, otherwise)?,
            ExprKind::Compared(..) | ExprKind::All(_) | ExprKind::Any(_) | ExprKind::Not(_) => {
                let message = "this is a condition, and an amount is wanted";
                let help = "choose an amount by it: if … then … else …";
                self.found.push(Diagnostic::new("not-an-amount", span, message).help(help));
                return None;
            }
            ExprKind::Scoped(scoped, of) => self.scoped(scoped, of)?,
            ExprKind::Lookup(lookup) => self.lookup(lookup)?,
            ExprKind::Curve(curve) => self.curve(curve)?,
            ExprKind::Entry(table, keys) => self.entry(table, keys)?,
            ExprKind::Price(price) => {
                let table = self.table(price)?;
                let least = if price.per().is_some() { table.per.scope } else { Scope::Reading };
                let nature = Nature { least, broken: table.is_shared(), ..Nature::MEASURED };
                self.stands(nature, span)?;
                (AmountKind::Price(Box::new(table)), Dim::MONEY, nature)
            }
        };
        Some(Amount { kind, dim, nature, span: span.clone() })
    }

    /// What a name stands for.
    fn name(&mut self, name: &Text<'_>) -> Option<Part> {
        let is_source = self.sources.knows(name.is);
        let is_value = self.values.knows(name.is) || self.data.knows(name.is);
        if self.by_slot && (is_source || !is_value) {
            return self.energy(&tree::Series { of: name.clone(), within: Vec::new() });
        }
        if !self.values.knows(name.is) {
            if let Some(published) = self.data.get(name.is) {
                return published.and_then(|place| self.published(place, name));
            }
            let mistake = self.no_value(name, is_source);
            if let Some(mistake) = mistake {
                self.found.push(mistake);
                return None;
            }
        }
        let value = self.values.find(name, self.found).map(|place| self.values.all[place])?;
        let (kind, dim, nature) = match value {
            Value::Charge(place) => {
                let varies = self.charges[place].amount.nature.varies;
                let nature = Nature { varies, least: Scope::Period, ..Nature::CONSTANT };
                let broken = self.charges[place].rounding.is_none() && self.charges[place].amount.nature.broken;
                (AmountKind::Charge(place), Dim::MONEY, Nature { broken, ..nature })
            }
            Value::Define(place) => {
                let Define { amount, rounding, .. } = &self.defines[place];
                let nature = if rounding.is_some() { amount.nature.rounded() } else { amount.nature };
                (AmountKind::Define(place), amount.dim, nature)
            }
            Value::Carry(place) => (AmountKind::Carry(place), self.carries[place].1, Nature::MEASURED),
        };
        self.stands(nature, &name.span)?;
        Some((kind, self.plain(dim), nature))
    }

    /// Published numbers.
    fn published(&mut self, place: usize, name: &Text<'_>) -> Option<Part> {
        if self.data.all[place].table.is_some() {
            let message = format!("`{}` is a table, and one value is wanted", name.is);
            let help = format!("look a value up: lookup {} by …", name.is);
            self.found.push(Diagnostic::new("wrong-kind", &name.span, message).help(help));
            return None;
        }
        let Some((unit, per)) = self.data.all[place].number else {
            let message = format!("`{}` holds no numbers", name.is);
            let help = format!("name it behind `when` or `by`, or declare numbers: data {}: p/kWh per slot", name.is);
            self.found.push(Diagnostic::new("wrong-kind", &name.span, message).help(help));
            return None;
        };
        let most = if per == Per::Slot { Scope::Reading } else { Scope::Day };
        let nature = Nature { dated: true, most, ..Nature::CONSTANT };
        self.stands(nature, &name.span)?;
        Some((AmountKind::Data(place), self.plain(unit.dim), nature))
    }

    /// What is wrong with a name that is no value's, when it is another thing's.
    fn no_value(&self, name: &Text<'_>, is_source: bool) -> Option<Diagnostic> {
        if is_source {
            let message = format!("`{}` has a value in every slot, and one is wanted", name.is);
            let many = Diagnostic::new("many-values", &name.span, message);
            return Some(many.help(format!("take its sum: energy of {0}; or price it: price {0} {{ … }}", name.is)));
        }
        if self.times.knows(name.is) {
            let message = format!("`{}` names slots, and an amount is wanted", name.is);
            let help = format!("write a price behind it; or take the energy in it: energy of … in {}", name.is);
            return Some(Diagnostic::new("wrong-kind", &name.span, message).help(help));
        }
        if matches!(unit(name.is, self.currency), Err(NotAUnit::Unknown(_))) {
            return None;
        }
        let message = format!("the unit `{}` stands without a number", name.is);
        let help = "write a unit right behind its number and without spaces: 30.2 p/kWh";
        Some(Diagnostic::new("stray-unit", &name.span, message).help(help))
    }

    fn energy(&mut self, series: &tree::Series<'_>) -> Option<Part> {
        let series = self.series(series)?;
        let dim = self.dim_of(series.of);
        Some((AmountKind::Energy(series), dim, Nature::MEASURED))
    }

    /// A register's or a series' values, perhaps in windows.
    pub(super) fn series(&mut self, series: &tree::Series<'_>) -> Option<sheet::Series> {
        let of = self.sources.find(&series.of, self.found).map(|place| self.sources.all[place]);
        let within = self.within(&series.within);
        Some(sheet::Series { of: of?, within: within? })
    }

    /// The dimension of a series' sum.
    pub(super) fn dim_of(&self, source: Source) -> Dim {
        source.dim(&self.registers, &self.series)
    }

    fn sum(&mut self, first: &Expr<'_>, rest: &[(bool, Expr<'_>)]) -> Option<Part> {
        let first = self.amount(first);
        let rest: Vec<_> = rest.iter().map(|(minus, term)| (*minus, self.amount(term))).collect();
        let first = first?;
        let (mut dim, mut nature) = (first.dim, first.nature);
        let mut terms = vec![(false, first)];
        for (minus, term) in rest {
            let term = term?;
            dim = match dim.squares(term.dim, minus) {
                Some(dim) => dim,
                None => self.same(&terms[0].1, &term, if minus { "subtracted from" } else { "added to" })?,
            };
            nature = nature.with(term.nature);
            terms.push((minus, term));
        }
        Some((AmountKind::Sum(terms), dim, nature))
    }

    /// The dimension that two amounts share; reports those that differ.
    pub(super) fn same(&mut self, first: &Amount, second: &Amount, verb: &str) -> Option<Dim> {
        if first.dim == second.dim {
            return Some(first.dim);
        }
        let message = format!("{} cannot be {verb} {}", second.dim, first.dim);
        let differ = Diagnostic::new("units-differ", &second.span, message);
        let differ = differ.related(&first.span, format!("this is {}", first.dim));
        self.found.push(differ.help(self.reconciled(first.dim, second.dim)));
        None
    }

    fn reconciled(&self, first: Dim, second: Dim) -> String {
        let other = if first == Dim::MONEY { second } else { first };
        match other {
            _ if first != Dim::MONEY && second != Dim::MONEY => "bring both to the same unit".into(),
            _ if other == Dim::NONE => format!("give the number a unit, such as {}", self.currency.code()),
            _ if other == Dim::ENERGY || other == Dim::REACTIVE_ENERGY => {
                format!("price the energy: multiply it by a price such as 30.2 {}/kWh", self.money_word())
            }
            _ => self.towards_money(other),
        }
    }

    /// The money word that prices are usually written in.
    pub(super) fn money_word(&self) -> &'static str {
        self.currency.minor().unwrap_or(self.currency.code())
    }

    /// A constant that is multiplied by days may differ from day to day: it counts each day at its own value.
    fn product(&mut self, first: &Expr<'_>, rest: &[(bool, Expr<'_>)]) -> Option<Part> {
        let written = || [(false, first)].into_iter().chain(rest.iter().map(|(divides, factor)| (*divides, factor)));
        let by_day = written().any(|(divides, factor)| !divides && matches!(factor.is, ExprKind::Days));
        let around = core::mem::replace(&mut self.by_day, by_day);
        let checked: Vec<_> = written().map(|(divides, factor)| (divides, factor, self.amount(factor))).collect();
        self.by_day = around;
        let (mut dim, mut nature) = (Dim::NONE, Nature::CONSTANT);
        let mut factors = Vec::new();
        for (divides, written, factor) in checked {
            let factor = factor?;
            nature = nature.with(self.factor_nature(&factor, divides, by_day)?);
            dim = match divides {
                false => dim.times(factor.dim),
                true if dim.year < 0 && days_of_a_year(written) => dim.times(Dim::YEAR).over(Dim::DAY),
                true if factor.nature.varies => dim.ratio(factor.dim),
                true => dim.over(factor.dim),
            };
            factors.push((divides, factor));
        }
        Some((AmountKind::Product(factors), dim, nature))
    }

    fn factor_nature(&mut self, factor: &Amount, divides: bool, by_day: bool) -> Option<Nature> {
        let nature = factor.nature;
        if divides && nature.varies {
            self.unbroken(factor, "divide by it")?;
            return Some(Nature { broken: true, ..nature });
        }
        match by_day && !nature.varies && nature.most >= Scope::Day {
            true => Some(Nature { dated: false, most: Scope::Period, ..nature }),
            false => self.stands(nature, &factor.span).map(|()| nature),
        }
    }

    /// Reports what has no single value in the scope at hand, or none there at all.
    pub(super) fn stands(&mut self, nature: Nature, span: &Span) -> Option<()> {
        let Some(scope) = self.scope else { return Some(()) };
        let most = if self.by_day && nature.most == Scope::Day { Scope::Period } else { nature.most };
        let wrong = if nature.least > scope {
            let message =
                format!("this is of a whole {}, and stands inside `per {}`", nature.least.word(), scope.word());
            Diagnostic::new("scope-too-narrow", span, message).help("move it out of that scope")
        } else if most < scope {
            let word = if most == Scope::Reading { "slot" } else { most.word() };
            let message = format!("this differs from {word} to {word}, and one value is wanted");
            let help = format!("take it for each: per {} …", most.word());
            Diagnostic::new("many-values", span, message).help(help)
        } else {
            return Some(());
        };
        self.found.push(wrong);
        None
    }
}

/// Whether a divisor is a bare count of a year's days: it turns an amount per year into one per day.
fn days_of_a_year(divisor: &Expr<'_>) -> bool {
    let ExprKind::Quantity(Quantity { number, unit: None }) = &divisor.is else { return false };
    matches!(number.is, "365" | "365.25" | "366")
}
