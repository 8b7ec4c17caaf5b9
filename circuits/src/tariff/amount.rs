//! Checks of expressions: every name known, every quantity in base units, every sum and product of sound dimensions.

use num_traits::Signed;
use wattproof_meter::quantity::{Register, Unit as Base};

use super::almanac::Almanac;
use super::currency::Currency;
use super::diagnostic::Diagnostic;
use super::names::Named;
use super::sheet::{self, Amount, AmountKind, Charge, Published, Rounding, Times};
use super::tree::{self, At, Expr, ExprKind, Extreme, Quantity, Text};
use super::unit::{Dim, NotAUnit, Unit, symbols, unit};
use crate::exact;
use crate::program::Ratio;

/// The most digits of a number.
const MAX_DIGITS: usize = 18;

/// What names stand for while amounts are checked.
pub(super) struct Known<'a, 'f> {
    pub(super) currency: Currency,
    pub(super) registers: Named<'a, Register>,
    pub(super) times: Named<'a, Times>,
    pub(super) data: Named<'a, Published>,
    pub(super) almanac: Almanac,
    /// Those above the statement at hand.
    pub(super) charges: Named<'a, Charge>,
    pub(super) found: &'f mut Vec<Diagnostic>,
}

/// A checked expression without its place.
type Part = (AmountKind, Dim, bool);

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
            _ if over.year == -1 => "make it money by `… * days / 365`".into(),
            _ if dim == Dim::NONE => format!("give it a unit: 0.50 {}", self.currency.code()),
            _ => "multiply by what the unit is per, until only money is left".into(),
        }
    }

    /// A rounding suffix.
    pub(super) fn rounding(&mut self, rounding: &tree::Rounding<'_>) -> Option<Rounding> {
        let At { is: quantity, span } = &rounding.to;
        let (unit, dim) = self.quantity(quantity)?;
        if dim != Dim::MONEY || !unit.is_positive() {
            let message = "amounts cannot be rounded to this";
            let help = format!("write an amount of money above zero, such as {}", self.smallest_unit());
            self.found.push(Diagnostic::new("bad-rounding", span, message).help(help));
            return None;
        }
        Some(Rounding { unit, ties: rounding.ties })
    }

    /// The currency's smallest amount as tariffs write it.
    pub(super) fn smallest_unit(&self) -> String {
        match (self.currency.minor(), self.currency.digits()) {
            (Some(minor), _) => format!("1 {minor}"),
            (None, 0) => format!("1 {}", self.currency.code()),
            (None, digits) => format!("0.{:0>digits$} {}", 1, self.currency.code(), digits = usize::from(digits)),
        }
    }

    /// Whether a charge's scope is the whole period.
    pub(super) fn whole_period(&mut self, scope: &Text<'_>) -> bool {
        match scope.is {
            "period" => return true,
            "reading" => {
                let message = "a charge is not taken per reading";
                let help = "a price table is: price import per reading, blocks { … }";
                self.found.push(Diagnostic::new("unknown-scope", &scope.span, message).help(help));
            }
            _ => self.found.push(super::table::unknown_scope(scope)),
        }
        false
    }

    pub(super) fn amount(&mut self, expression: &Expr<'_>) -> Option<Amount> {
        let (kind, dim, varies) = match &expression.is {
            ExprKind::Quantity(quantity) => {
                let (number, dim) = self.quantity(quantity)?;
                (AmountKind::Number(number), dim, false)
            }
            ExprKind::Days => (AmountKind::Days, Dim::DAY, false),
            ExprKind::Name(name) => self.charge(&At { is: *name, span: expression.span.clone() })?,
            ExprKind::Energy(series) => self.energy(series)?,
            ExprKind::Power(_) => {
                let message = "power has a value in every slot, and one is wanted";
                let help = "take the largest: max(power of …)";
                self.found.push(Diagnostic::new("many-values", &expression.span, message).help(help));
                return None;
            }
            ExprKind::Negative(of) => {
                let of = self.amount(of)?;
                let (dim, varies) = (of.dim, of.varies);
                (AmountKind::Sum(vec![(true, of)]), dim, varies)
            }
            ExprKind::Sum(first, rest) => self.sum(first, rest)?,
            ExprKind::Product(first, rest) => self.product(first, rest)?,
            ExprKind::Extreme(which, of) => self.extreme(*which, of, expression)?,
            ExprKind::Price(price) => (AmountKind::Price(self.table(price)?), Dim::MONEY, true),
        };
        Some(Amount { kind, dim, varies, span: expression.span.clone() })
    }

    fn charge(&mut self, name: &Text<'_>) -> Option<Part> {
        let is_unit = !matches!(unit(name.is, self.currency), Err(NotAUnit::Unknown(_)));
        if is_unit && !self.charges.knows(name.is) {
            let message = format!("the unit `{}` stands without a number", name.is);
            let help = "write a unit right behind its number and without spaces: 30.2 p/kWh";
            self.found.push(Diagnostic::new("stray-unit", &name.span, message).help(help));
            return None;
        }
        let place = self.charges.find(name, self.found)?;
        Some((AmountKind::Charge(place), Dim::MONEY, self.charges.all[place].amount.varies))
    }

    fn energy(&mut self, series: &tree::Series<'_>) -> Option<Part> {
        let series = self.series(series)?;
        let dim = energy(&self.registers.all[series.register]);
        Some((AmountKind::Energy(series), dim, true))
    }

    /// A register's readings, perhaps in some slots only.
    pub(super) fn series(&mut self, series: &tree::Series<'_>) -> Option<sheet::Series> {
        let register = self.registers.find(&series.register, self.found);
        let within = self.within(&series.within);
        Some(sheet::Series { register: register?, within: within? })
    }

    fn sum(&mut self, first: &Expr<'_>, rest: &[(bool, Expr<'_>)]) -> Option<Part> {
        let first = self.amount(first);
        let rest: Vec<_> = rest.iter().map(|(minus, term)| (*minus, self.amount(term))).collect();
        let first = first?;
        let (dim, mut varies) = (first.dim, first.varies);
        let mut terms = vec![(false, first)];
        for (minus, term) in rest {
            let term = term?;
            self.same(&terms[0].1, &term, if minus { "subtracted from" } else { "added to" })?;
            varies |= term.varies;
            terms.push((minus, term));
        }
        Some((AmountKind::Sum(terms), dim, varies))
    }

    /// Reports two amounts whose dimensions differ.
    fn same(&mut self, first: &Amount, second: &Amount, verb: &str) -> Option<()> {
        if first.dim == second.dim {
            return Some(());
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

    fn product(&mut self, first: &Expr<'_>, rest: &[(bool, Expr<'_>)]) -> Option<Part> {
        let factors = [(false, first)].into_iter().chain(rest.iter().map(|(divides, factor)| (*divides, factor)));
        let checked: Vec<_> = factors.map(|(divides, factor)| (divides, factor, self.amount(factor))).collect();
        let mut dim = Dim::NONE;
        let mut varying = None;
        let mut factors = Vec::new();
        for (divides, written, factor) in checked {
            let factor = factor?;
            if factor.varies {
                self.one_varies(divides, &factor, varying.as_ref())?;
                varying = Some(factor.span.clone());
            }
            dim = match divides {
                false => dim.times(factor.dim),
                true if dim.year < 0 && days_of_a_year(written) => dim.times(Dim::YEAR).over(Dim::DAY),
                true => dim.over(factor.dim),
            };
            factors.push((divides, factor));
        }
        Some((AmountKind::Product(factors), dim, varying.is_some()))
    }

    /// Reports what would not be linear in the readings.
    fn one_varies(&mut self, divides: bool, factor: &Amount, other: Option<&super::Span>) -> Option<()> {
        let later = match (divides, other) {
            (false, None) => return Some(()),
            (true, _) => Diagnostic::later(&factor.span, "dividing by an amount that depends on readings"),
            (false, Some(other)) => {
                Diagnostic::later(&factor.span, "the product of two amounts that depend on readings")
                    .related(other, "this depends on readings too")
            }
        };
        self.found.push(later);
        None
    }

    fn extreme(&mut self, which: Extreme, of: &[Expr<'_>], whole: &Expr<'_>) -> Option<Part> {
        if let [At { is: ExprKind::Power(series), .. }] = of {
            return self.peak(which, series, whole);
        }
        let amounts: Vec<_> = of.iter().map(|amount| self.amount(amount)).collect();
        let amounts: Vec<_> = amounts.into_iter().collect::<Option<_>>()?;
        let word = if which == Extreme::Max { "max" } else { "min" };
        let [first, rest @ ..] = &amounts[..] else { return None };
        if rest.is_empty() {
            let message = format!("{word} of a single amount is that amount");
            let help = format!("give two amounts: {word}(…, …); or the power of a register: max(power of …)");
            self.found.push(Diagnostic::new("single-amount", &whole.span, message).help(help));
            return None;
        }
        for other in rest {
            self.same(first, other, "compared with")?;
        }
        let (dim, varies) = (first.dim, amounts.iter().any(|amount| amount.varies));
        Some((AmountKind::Extreme(which, amounts), dim, varies))
    }

    fn peak(&mut self, which: Extreme, series: &tree::Series<'_>, whole: &Expr<'_>) -> Option<Part> {
        let series = self.series(series)?;
        if which == Extreme::Min {
            self.found.push(Diagnostic::later(&whole.span, "the least power"));
            return None;
        }
        let dim = match self.registers.all[series.register].unit() {
            Base::WattHour => Dim::POWER,
            Base::VarHour => Dim::REACTIVE_POWER,
        };
        Some((AmountKind::Peak(series), dim, true))
    }

    /// A quantity in base units.
    pub(super) fn quantity(&mut self, quantity: &Quantity<'_>) -> Option<(Ratio, Dim)> {
        let number = self.number(&quantity.number);
        let unit = match &quantity.unit {
            Some(unit) => self.unit(unit),
            None => Some(Unit::ONE),
        };
        let (number, unit) = (number?, unit?);
        Some((self.scaled(&quantity.number, &number, &unit)?, unit.dim))
    }

    /// A number times its unit.
    pub(super) fn scaled(&mut self, text: &Text<'_>, number: &Ratio, unit: &Unit) -> Option<Ratio> {
        let scaled = exact::mul(number, &unit.scale);
        if scaled.is_none() {
            self.found.push(too_large(text));
        }
        scaled
    }

    pub(super) fn unit(&mut self, text: &Text<'_>) -> Option<Unit> {
        let currency = self.currency;
        unit(text.is, currency).map_err(|why| self.found.push(not_a_unit(text, currency, &why))).ok()
    }

    /// The number that a text writes, exactly.
    pub(super) fn number(&mut self, text: &Text<'_>) -> Option<Ratio> {
        let value = decimal(text.is);
        if value.is_none() {
            self.found.push(too_large(text));
        }
        value
    }
}

/// The number that digits write, perhaps with a point; nothing when they are too many or something else.
pub(super) fn decimal(text: &str) -> Option<Ratio> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part}");
    if digits.len() > MAX_DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    exact::ratio(digits.parse().ok()?, 10i128.checked_pow(u32::try_from(part.len()).ok()?)?)
}

/// The refusal of a word that is no unit.
pub(super) fn not_a_unit(text: &Text<'_>, currency: Currency, why: &NotAUnit) -> Diagnostic {
    match why {
        NotAUnit::Unknown(part) => {
            let unknown = Diagnostic::new("unknown-unit", &text.span, format!("`{part}` is not a unit"));
            let help = format!("units are {}", symbols(currency).collect::<Vec<_>>().join(", "));
            unknown.nearest(part, symbols(currency), &help)
        }
        NotAUnit::OtherCurrency(part) => {
            let message = format!("`{part}` is another currency's, and this tariff is in {}", currency.code());
            let minor = currency.minor().map(|minor| format!(" or {minor}")).unwrap_or_default();
            let help = format!("write {}{minor}", currency.code());
            Diagnostic::new("other-currency", &text.span, message).help(help)
        }
        NotAUnit::Later(part) => Diagnostic::later(&text.span, &format!("the unit `{part}`")),
    }
}

/// The dimension of a register's sum.
pub(super) fn energy(register: &Register) -> Dim {
    match register.unit() {
        Base::WattHour => Dim::ENERGY,
        Base::VarHour => Dim::REACTIVE_ENERGY,
    }
}

/// Whether a divisor is a bare count of a year's days: it turns an amount per year into one per day.
fn days_of_a_year(divisor: &Expr<'_>) -> bool {
    let ExprKind::Quantity(Quantity { number, unit: None }) = &divisor.is else { return false };
    matches!(number.is, "365" | "365.25" | "366")
}

fn too_large(text: &Text<'_>) -> Diagnostic {
    let message = format!("`{}` has more than {MAX_DIGITS} digits", text.is);
    Diagnostic::new("number-too-long", &text.span, message).help("write a shorter number")
}
