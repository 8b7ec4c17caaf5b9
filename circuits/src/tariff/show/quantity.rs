//! Quantities in the units that people use.

use num_traits::One;

use super::super::currency::Currency;
use super::super::unit::Dim;
use crate::exact;
use crate::program::Ratio;

/// A number in base units, written in the units that people use.
pub(super) fn quantity(value: &Ratio, dim: Dim, currency: Currency) -> String {
    let (mut scale, mut above, mut below) = (Ratio::one(), Vec::new(), Vec::new());
    let thousand = Ratio::from(1000);
    let symbols = [
        (dim.money, currency.code(), false),
        (dim.energy, "kWh", true),
        (dim.reactive_energy, "kVArh", true),
        (dim.apparent_energy, "kVAh", true),
        (dim.power, "kW", true),
        (dim.reactive_power, "kVAr", true),
        (dim.apparent_power, "kVA", true),
        (dim.day, "day", false),
        (dim.month, "month", false),
        (dim.quarter, "quarter", false),
        (dim.year, "year", false),
    ];
    for (power, symbol, kilo) in symbols {
        for _ in 0..power.unsigned_abs() {
            let side = if power > 0 { &mut above } else { &mut below };
            side.push(symbol);
            let scaled = if power > 0 { exact::div(&scale, &thousand) } else { exact::mul(&scale, &thousand) };
            scale = scaled.filter(|_| kilo).unwrap_or(scale);
        }
    }
    let number = exact::mul(value, &scale).and_then(|number| exact::decimal(&number));
    let number = number.unwrap_or_else(|| value.to_string());
    let units = [above.join("·")].into_iter().chain(below.into_iter().map(String::from)).collect::<Vec<_>>().join("/");
    if units.is_empty() { number } else { format!("{number} {units}") }
}
