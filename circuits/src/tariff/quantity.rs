//! Checks of numbers and units, and of the quantities that rounding goes by.

use num_traits::Signed;

use super::amount::Known;
use super::currency::Currency;
use super::diagnostic::{Diagnostic, nearest};
use super::sheet::{Rounding, Scope};
use super::tree::{self, At, Quantity, Text};
use super::unit::{Dim, NotAUnit, Unit, symbols, unit};
use crate::exact;
use crate::program::Ratio;

/// The most digits of a number.
const MAX_DIGITS: usize = 18;

impl Known<'_, '_> {
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
        let unit = unit(text.is, currency).map_err(|why| not_a_unit(text, currency, &why, self.found));
        let unit = unit.map_err(|mistake| self.found.push(mistake)).ok()?;
        Some(Unit { dim: self.plain(unit.dim), ..unit })
    }

    /// Inside a scope, its own unit of time counts one: `per month 5 GBP/month` is money.
    pub(super) fn plain(&self, dim: Dim) -> Dim {
        match self.scope.filter(|_| !self.prorated) {
            Some(Scope::Day) => Dim { day: 0, ..dim },
            Some(Scope::Month) => Dim { month: 0, ..dim },
            Some(Scope::Quarter) => Dim { quarter: 0, ..dim },
            Some(Scope::Year) => Dim { year: 0, ..dim },
            Some(Scope::Reading | Scope::Period) | None => dim,
        }
    }

    /// The number that a text writes, exactly.
    pub(super) fn number(&mut self, text: &Text<'_>) -> Option<Ratio> {
        let value = decimal(text.is);
        if value.is_none() {
            self.found.push(too_large(text));
        }
        value
    }

    /// A whole number from one up to a bound.
    pub(super) fn count(&mut self, text: &Text<'_>, most: u32) -> Option<u32> {
        let count = text.is.parse().ok().filter(|count| (1..=most).contains(count));
        if count.is_none() {
            let message = format!("`{}` is not a whole number from 1 to {most}", text.is);
            self.found.push(Diagnostic::new("bad-number", &text.span, message).help("write a whole number"));
        }
        count
    }

    /// A rounding suffix of an amount of some dimension.
    pub(super) fn rounding(&mut self, rounding: &tree::Rounding<'_>, dim: Dim) -> Option<Rounding> {
        let At { is: quantity, span } = &rounding.to;
        let (unit, of) = self.quantity(quantity)?;
        if of != dim || !unit.is_positive() {
            let message = format!("{dim} cannot be rounded to this");
            let help = match dim {
                Dim::MONEY => format!("write an amount of money above zero, such as {}", self.smallest_unit()),
                _ => format!("write {dim} above zero"),
            };
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
}

/// The number that digits write, perhaps with a point; nothing when they are too many or something else.
pub(crate) fn decimal(text: &str) -> Option<Ratio> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part}");
    if digits.len() > MAX_DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    exact::ratio(digits.parse().ok()?, 10i128.checked_pow(u32::try_from(part.len()).ok()?)?)
}

/// How the list of all units begins, which is given once.
const UNITS_ARE: &str = "units are ";
/// Words for a currency's unit, and for its minor one, that the language does not know.
const MAJOR: [&str; 12] =
    ["rs", "re", "inr", "rupee", "rupees", "eur", "euro", "euros", "pound", "pounds", "dollar", "dollars"];
const MINOR: [&str; 9] = ["ct", "cts", "cent", "cents", "pence", "penny", "paisa", "cnt", "ps"];

/// The symbol of money that a word means, in any spelling.
fn money_meant(word: &str, currency: Currency) -> Option<&'static str> {
    let word = word.to_lowercase();
    if MAJOR.contains(&word.as_str()) || word == currency.code().to_lowercase() {
        return Some(currency.code());
    }
    currency.minor().filter(|minor| MINOR.contains(&word.as_str()) || word == minor.to_lowercase())
}

/// The refusal of a word that is no unit, beside what is found already.
pub(super) fn not_a_unit(text: &Text<'_>, currency: Currency, why: &NotAUnit, found: &[Diagnostic]) -> Diagnostic {
    match why {
        NotAUnit::Unknown(part) => {
            let unknown = Diagnostic::new("unknown-unit", &text.span, format!("`{part}` is not a unit"));
            if let Some(symbol) = money_meant(part, currency) {
                return unknown.help(format!("write {symbol}"));
            }
            let listed = |other: &Diagnostic| other.help.as_ref().is_some_and(|help| help.starts_with(UNITS_ARE));
            if nearest(part, symbols(currency)).is_none() && found.iter().any(listed) {
                return unknown;
            }
            let help = format!("{UNITS_ARE}{}", symbols(currency).collect::<Vec<_>>().join(", "));
            unknown.nearest(part, symbols(currency), &help)
        }
        NotAUnit::OtherCurrency(part) => {
            let message = format!("`{part}` is another currency's, and this tariff is in {}", currency.code());
            let minor = currency.minor().map(|minor| format!(" or {minor}")).unwrap_or_default();
            let help = format!("write {}{minor}", currency.code());
            Diagnostic::new("other-currency", &text.span, message).help(help)
        }
    }
}

fn too_large(text: &Text<'_>) -> Diagnostic {
    let message = format!("`{}` has more than {MAX_DIGITS} digits", text.is);
    Diagnostic::new("number-too-long", &text.span, message).help("write a shorter number")
}
