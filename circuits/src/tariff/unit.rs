//! Units and what multiplying and dividing makes of them.

use super::currency::Currency;
use crate::exact;
use crate::program::Ratio;

/// A unit's dimension: the powers of what it is made of. A day of a tariff is counted, never converted to hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dim {
    pub(super) money: i8,
    pub(super) energy: i8,
    pub(super) reactive_energy: i8,
    pub(super) apparent_energy: i8,
    pub(super) power: i8,
    pub(super) reactive_power: i8,
    pub(super) apparent_power: i8,
    pub(super) day: i8,
    pub(super) month: i8,
    pub(super) quarter: i8,
    pub(super) year: i8,
}

impl Dim {
    /// A plain number.
    pub(super) const NONE: Dim = Dim {
        money: 0,
        energy: 0,
        reactive_energy: 0,
        apparent_energy: 0,
        power: 0,
        reactive_power: 0,
        apparent_power: 0,
        day: 0,
        month: 0,
        quarter: 0,
        year: 0,
    };
    pub(super) const MONEY: Dim = Dim { money: 1, ..Dim::NONE };
    pub(super) const ENERGY: Dim = Dim { energy: 1, ..Dim::NONE };
    pub(super) const REACTIVE_ENERGY: Dim = Dim { reactive_energy: 1, ..Dim::NONE };
    pub(super) const APPARENT_ENERGY: Dim = Dim { apparent_energy: 1, ..Dim::NONE };
    pub(super) const POWER: Dim = Dim { power: 1, ..Dim::NONE };
    pub(super) const REACTIVE_POWER: Dim = Dim { reactive_power: 1, ..Dim::NONE };
    pub(super) const APPARENT_POWER: Dim = Dim { apparent_power: 1, ..Dim::NONE };
    pub(super) const DAY: Dim = Dim { day: 1, ..Dim::NONE };
    pub(super) const MONTH: Dim = Dim { month: 1, ..Dim::NONE };
    pub(super) const QUARTER: Dim = Dim { quarter: 1, ..Dim::NONE };
    pub(super) const YEAR: Dim = Dim { year: 1, ..Dim::NONE };

    /// Active, reactive and apparent energy, and power: the sides of a right-angled triangle, the last the longest.
    const TRIANGLES: [[Dim; 3]; 2] = [
        [Dim::ENERGY, Dim::REACTIVE_ENERGY, Dim::APPARENT_ENERGY],
        [Dim::POWER, Dim::REACTIVE_POWER, Dim::APPARENT_POWER],
    ];

    /// The dimension of a product.
    pub(super) fn times(self, other: Dim) -> Dim {
        self.zip(other, i8::saturating_add)
    }

    /// The dimension of a quotient.
    pub(super) fn over(self, other: Dim) -> Dim {
        self.zip(other, i8::saturating_sub)
    }

    /// The dimension of a quotient of amounts: active, reactive and apparent energy (or power) over another is a plain
    /// number, as a power factor is.
    pub(super) fn ratio(self, other: Dim) -> Dim {
        let sides = Dim::TRIANGLES.iter().any(|sides| sides.contains(&self) && sides.contains(&other));
        if sides { Dim::NONE } else { self.over(other) }
    }

    /// The dimension of the sum or difference of the squares of two sides of a triangle, which is the third's square.
    pub(super) fn squares(self, other: Dim, minus: bool) -> Option<Dim> {
        let squared = |dim: Dim| dim.times(dim);
        Dim::TRIANGLES.iter().find_map(|[active, reactive, apparent]| {
            let is = |first: &Dim, second: &Dim| self == squared(*first) && other == squared(*second);
            let third = match minus {
                false if is(active, reactive) || is(reactive, active) => apparent,
                true if is(apparent, active) => reactive,
                true if is(apparent, reactive) => active,
                _ => return None,
            };
            Some(squared(*third))
        })
    }

    /// The dimension of the square root; nothing when it has none.
    pub(super) fn root(self) -> Option<Dim> {
        let half = self.zip(Dim::NONE, |power, _| power / 2);
        (half.times(half) == self).then_some(half)
    }

    fn zip(self, other: Dim, with: impl Fn(i8, i8) -> i8) -> Dim {
        Dim {
            money: with(self.money, other.money),
            energy: with(self.energy, other.energy),
            reactive_energy: with(self.reactive_energy, other.reactive_energy),
            apparent_energy: with(self.apparent_energy, other.apparent_energy),
            power: with(self.power, other.power),
            reactive_power: with(self.reactive_power, other.reactive_power),
            apparent_power: with(self.apparent_power, other.apparent_power),
            day: with(self.day, other.day),
            month: with(self.month, other.month),
            quarter: with(self.quarter, other.quarter),
            year: with(self.year, other.year),
        }
    }

    fn parts(self) -> [(&'static str, i8); 11] {
        [
            ("money", self.money),
            ("energy", self.energy),
            ("reactive energy", self.reactive_energy),
            ("apparent energy", self.apparent_energy),
            ("power", self.power),
            ("reactive power", self.reactive_power),
            ("apparent power", self.apparent_power),
            ("days", self.day),
            ("months", self.month),
            ("quarters", self.quarter),
            ("years", self.year),
        ]
    }
}

impl core::fmt::Display for Dim {
    /// As a noun: `money`, `money per energy`, `a plain number`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let side = |positive: bool| {
            let parts = self.parts().into_iter().filter(move |(_, power)| (*power > 0) == positive && *power != 0);
            let named = parts.map(|(name, power)| match power.unsigned_abs() {
                1 => name.to_owned(),
                2 => format!("{name} squared"),
                power => format!("{name}^{power}"),
            });
            named.collect::<Vec<_>>().join(" × ")
        };
        let one = |noun: String| match noun.as_str() {
            "days" | "months" | "quarters" | "years" => noun.trim_end_matches('s').to_owned(),
            _ => noun,
        };
        match (side(true), one(side(false))) {
            (above, below) if above.is_empty() && below.is_empty() => f.write_str("a plain number"),
            (above, below) if below.is_empty() => f.write_str(&above),
            (above, below) if above.is_empty() => write!(f, "a number per {below}"),
            (above, below) => write!(f, "{above} per {below}"),
        }
    }
}

/// A unit: what one of it is worth in the base units (major currency unit, Wh, VArh, VAh, W, VAr,
/// VA, day, month, quarter, year).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) dim: Dim,
    pub(super) scale: Ratio,
}

impl Unit {
    /// A plain number's.
    pub(super) const ONE: Unit = Unit { dim: Dim::NONE, scale: Ratio::new_raw(1, 1) };
}

/// Why a word is no unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotAUnit {
    /// Nothing is called that.
    Unknown(String),
    /// It belongs to another currency.
    OtherCurrency(String),
}

/// Symbols that do not depend on the currency: dimension, numerator, denominator.
const SYMBOLS: [(&str, Dim, i128, i128); 31] = [
    ("%", Dim::NONE, 1, 100),
    ("Wh", Dim::ENERGY, 1, 1),
    ("kWh", Dim::ENERGY, 1_000, 1),
    ("MWh", Dim::ENERGY, 1_000_000, 1),
    ("GWh", Dim::ENERGY, 1_000_000_000, 1),
    ("VArh", Dim::REACTIVE_ENERGY, 1, 1),
    ("kVArh", Dim::REACTIVE_ENERGY, 1_000, 1),
    ("MVArh", Dim::REACTIVE_ENERGY, 1_000_000, 1),
    ("varh", Dim::REACTIVE_ENERGY, 1, 1),
    ("kvarh", Dim::REACTIVE_ENERGY, 1_000, 1),
    ("Mvarh", Dim::REACTIVE_ENERGY, 1_000_000, 1),
    ("VAh", Dim::APPARENT_ENERGY, 1, 1),
    ("kVAh", Dim::APPARENT_ENERGY, 1_000, 1),
    ("MVAh", Dim::APPARENT_ENERGY, 1_000_000, 1),
    ("W", Dim::POWER, 1, 1),
    ("kW", Dim::POWER, 1_000, 1),
    ("MW", Dim::POWER, 1_000_000, 1),
    ("GW", Dim::POWER, 1_000_000_000, 1),
    ("VAr", Dim::REACTIVE_POWER, 1, 1),
    ("kVAr", Dim::REACTIVE_POWER, 1_000, 1),
    ("MVAr", Dim::REACTIVE_POWER, 1_000_000, 1),
    ("var", Dim::REACTIVE_POWER, 1, 1),
    ("kvar", Dim::REACTIVE_POWER, 1_000, 1),
    ("Mvar", Dim::REACTIVE_POWER, 1_000_000, 1),
    ("VA", Dim::APPARENT_POWER, 1, 1),
    ("kVA", Dim::APPARENT_POWER, 1_000, 1),
    ("MVA", Dim::APPARENT_POWER, 1_000_000, 1),
    ("day", Dim::DAY, 1, 1),
    ("month", Dim::MONTH, 1, 1),
    ("quarter", Dim::QUARTER, 1, 1),
    ("year", Dim::YEAR, 1, 1),
];

/// The unit that a text such as `p/kWh` means in a currency.
pub(super) fn unit(text: &str, currency: Currency) -> Result<Unit, NotAUnit> {
    let mut parts = text.split('/');
    let first = symbol(parts.next().unwrap_or_default(), currency)?;
    parts.try_fold(first, |unit, part| {
        let below = symbol(part, currency)?;
        let scale = exact::div(&unit.scale, &below.scale).ok_or_else(|| NotAUnit::Unknown(text.into()))?;
        Ok(Unit { dim: unit.dim.over(below.dim), scale })
    })
}

/// Every symbol that a unit may be made of.
pub(super) fn symbols(currency: Currency) -> impl Iterator<Item = &'static str> {
    [currency.code()].into_iter().chain(currency.minor()).chain(SYMBOLS.iter().map(|(symbol, ..)| *symbol))
}

fn symbol(text: &str, currency: Currency) -> Result<Unit, NotAUnit> {
    if text == currency.code() {
        return Ok(Unit { dim: Dim::MONEY, scale: Ratio::new_raw(1, 1) });
    }
    if Some(text) == currency.minor() {
        let minor = Ratio::new_raw(1, 10i128.pow(u32::from(currency.digits())));
        return Ok(Unit { dim: Dim::MONEY, scale: minor });
    }
    if let Some((_, dim, numer, denom)) = SYMBOLS.iter().find(|(symbol, ..)| *symbol == text) {
        return Ok(Unit { dim: *dim, scale: Ratio::new_raw(*numer, *denom) });
    }
    if Currency::all().any(|other| other.code() == text || other.minor() == Some(text)) {
        return Err(NotAUnit::OtherCurrency(text.into()));
    }
    Err(NotAUnit::Unknown(text.into()))
}
