//! A measured amount as people read it: a decimal and its unit.

use std::fmt;

use num_traits::Signed;
use wattproof_circuits::program::{Figure, Ratio};
use wattproof_circuits::tariff::{Carry, Tariff};

/// Digits after the point beyond which a number is cut.
pub(crate) const MAX_DIGITS: usize = 12;

/// An amount of energy, power or money, exact; its `Display` is a decimal and the unit that the tariff gives it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    value: Ratio,
    unit: String,
}

impl Amount {
    /// `count` units of a figure; nothing when that cannot be held.
    pub fn figure(figure: &Figure, count: i128) -> Option<Self> {
        Amount::of(count, &figure.unit, &figure.label)
    }

    /// The values that a tariff carries, by name: each so many of its own units. Nothing when one cannot be held.
    pub fn carried(tariff: &Tariff, counts: &[u64]) -> Option<Vec<(String, Self)>> {
        let figures = tariff.figures();
        let label =
            |carry: &Carry| figures.iter().find(|figure| figure.name == carry.figure).map(|figure| &figure.label);
        let each = tariff.carries().iter().zip(counts);
        each.map(|(carry, count)| Some((carry.name.clone(), Amount::of((*count).into(), &carry.unit, label(carry)?)?)))
            .collect()
    }

    fn of(count: i128, unit: &Ratio, (label, one): &(String, Ratio)) -> Option<Self> {
        let base = num_traits::CheckedMul::checked_mul(&Ratio::from(count), unit)?;
        Some(Amount { value: num_traits::CheckedDiv::checked_div(&base, one)?, unit: label.clone() })
    }

    /// The number, as a decimal.
    pub fn number(&self) -> String {
        decimal(&self.value, 0)
    }

    /// The unit.
    pub fn unit(&self) -> &str {
        &self.unit
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.unit)
    }
}

/// A number with at least so many digits after the point; exact when twelve of them are enough.
pub(crate) fn decimal(value: &Ratio, digits: usize) -> String {
    let (size, sign) = (value.abs(), if value.is_negative() { "-" } else { "" });
    let (mut rest, denominator) = (*size.fract().numer(), *size.denom());
    let mut behind = String::new();
    while behind.len() < digits || (rest != 0 && behind.len() < MAX_DIGITS) {
        // The remainder is below the denominator; past 2^120 of it the digits that follow are cut.
        let Some(scaled) = rest.checked_mul(10) else { break };
        behind.push(char::from(b'0' + (scaled / denominator) as u8));
        rest = scaled % denominator;
    }
    let point = if behind.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{behind}", size.trunc().numer())
}
