//! Money as people read it: a decimal in major units.

use std::fmt;

use num_traits::Signed;
use wattproof_circuits::program::Ratio;

/// Digits after the point beyond which an amount is cut.
const MAX_DIGITS: usize = 12;

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
        if self.amount.is_negative() {
            write!(f, "-")?;
        }
        let amount = self.amount.abs();
        write!(f, "{}", amount.trunc().numer())?;
        let (mut rest, denominator) = (*amount.fract().numer(), *amount.denom());
        let mut digits = String::new();
        while digits.len() < usize::from(self.digits) || (rest != 0 && digits.len() < MAX_DIGITS) {
            // The remainder is below the denominator; past 2^120 of it the digits that follow are cut.
            let Some(scaled) = rest.checked_mul(10) else { break };
            digits.push(char::from(b'0' + (scaled / denominator) as u8));
            rest = scaled % denominator;
        }
        if digits.is_empty() { Ok(()) } else { write!(f, ".{digits}") }
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
