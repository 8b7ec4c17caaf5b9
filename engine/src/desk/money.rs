//! Amounts of money as decimal strings in major units.

use std::fmt;

use wattproof_circuits::exact;
use wattproof_circuits::program::Ratio;
use wattproof_circuits::tariff::Currency;

/// An exact amount of a currency. Its `Display` is the decimal alone: `83.20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    units: i128,
    unit: Ratio,
    currency: Currency,
}

impl Money {
    /// `units` times `unit` of `currency`; `unit` is a power of ten times a whole number.
    pub fn new(units: i128, unit: Ratio, currency: Currency) -> Self {
        Money { units, unit, currency }
    }

    /// The currency's ISO 4217 code.
    pub fn currency(&self) -> &'static str {
        self.currency.code()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = exact::mul(&Ratio::from(self.units), &self.unit).and_then(|value| exact::decimal(&value));
        // What has no decimal form is written as what it is, a number of units.
        let Some(text) = amount else { return write!(f, "{}*{}", self.units, self.unit) };
        let places = usize::from(self.currency.digits());
        let decimals = text.split_once('.').map_or(0, |(_, part)| part.len());
        let point = if decimals == 0 && places > 0 { "." } else { "" };
        write!(f, "{text}{point}{:0<width$}", "", width = places.saturating_sub(decimals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pounds(units: i128, numer: i128, denom: i128) -> String {
        Money::new(units, Ratio::new(numer, denom), Currency::of("GBP").unwrap()).to_string()
    }

    #[test]
    fn at_least_the_currencys_places() {
        assert_eq!(pounds(8320, 1, 100), "83.20");
        assert_eq!(pounds(-5, 1, 100), "-0.05");
        assert_eq!(pounds(7, 1, 1), "7.00");
        assert_eq!(pounds(3, 1, 10), "0.30");
        assert_eq!(pounds(0, 1, 100), "0.00");
        assert_eq!(pounds(20_796_364_123, 1, 100_000_000), "207.96364123");
        assert_eq!(Money::new(12, Ratio::from(1), Currency::of("JPY").unwrap()).to_string(), "12");
    }
}
