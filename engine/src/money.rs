//! Money as people read it: a decimal in major units.

use std::fmt;

use wattproof_circuits::program::Ratio;

use crate::amount::decimal;

/// An amount of money, exact; its `Display` is a decimal in major units, with at least the currency's digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    amount: Ratio,
    digits: u8,
    currency: &'static str,
}

impl Money {
    /// `amount` in major units of a currency.
    pub fn new(amount: Ratio, currency: wattproof_circuits::tariff::Currency) -> Self {
        Money { amount, digits: currency.digits(), currency: currency.code() }
    }

    /// `count` times `unit`, or nothing when that cannot be held.
    pub fn of(count: i128, unit: &Ratio, currency: wattproof_circuits::tariff::Currency) -> Option<Self> {
        let amount = num_traits::CheckedMul::checked_mul(&Ratio::from_integer(count), unit)?;
        Some(Money::new(amount, currency))
    }

    /// The amount in major units.
    pub fn amount(&self) -> &Ratio {
        &self.amount
    }

    /// The currency's code.
    pub fn currency(&self) -> &'static str {
        self.currency
    }
}

impl fmt::Display for Money {
    /// Exact when twelve digits after the point are enough, as they are for every rounded amount.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(&self.amount, usize::from(self.digits)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wattproof_circuits::tariff::Currency;

    #[test]
    fn amounts_are_decimals_in_major_units() {
        let shown = |numer, denom, code| Money::new(Ratio::new(numer, denom), Currency::of(code).unwrap()).to_string();
        assert_eq!(shown(1234, 100, "GBP"), "12.34");
        assert_eq!(shown(-5, 100, "GBP"), "-0.05");
        assert_eq!(shown(7, 1, "GBP"), "7.00");
        assert_eq!(shown(7, 1, "JPY"), "7");
        assert_eq!(shown(14_228_001, 100_000_000, "GBP"), "0.14228001");
        assert_eq!(shown(1, 3, "GBP"), "0.333333333333");
        assert_eq!(Money::of(1234, &Ratio::new(1, 100), Currency::of("GBP").unwrap()).unwrap().to_string(), "12.34");
    }
}
