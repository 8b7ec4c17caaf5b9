//! Currencies and their minor units.

use crate::exact;
use crate::program::Ratio;

/// A currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency {
    code: &'static str,
    digits: u8,
    minor: Option<&'static str>,
}

/// Code, decimal digits of the minor unit (ISO 4217), and the minor unit as tariffs write it.
const CURRENCIES: [(&str, u8, Option<&str>); 32] = [
    ("AUD", 2, Some("c")),
    ("BRL", 2, None),
    ("CAD", 2, Some("c")),
    ("CHF", 2, Some("Rp")),
    ("CNY", 2, None),
    ("CZK", 2, None),
    ("DKK", 2, Some("ore")),
    ("EUR", 2, Some("c")),
    ("GBP", 2, Some("p")),
    ("HKD", 2, Some("c")),
    ("HUF", 2, None),
    ("IDR", 2, None),
    ("ILS", 2, None),
    ("INR", 2, Some("paise")),
    ("ISK", 0, None),
    ("JPY", 0, None),
    ("KES", 2, Some("c")),
    ("KRW", 0, None),
    ("KWD", 3, Some("fils")),
    ("MUR", 2, Some("c")),
    ("MXN", 2, None),
    ("MYR", 2, Some("sen")),
    ("NOK", 2, Some("ore")),
    ("NZD", 2, Some("c")),
    ("PLN", 2, None),
    ("RON", 2, None),
    ("SEK", 2, Some("ore")),
    ("SGD", 2, Some("c")),
    ("THB", 2, None),
    ("TRY", 2, None),
    ("USD", 2, Some("c")),
    ("ZAR", 2, Some("c")),
];

impl Currency {
    /// The currency of an ISO 4217 code.
    pub fn of(code: &str) -> Option<Self> {
        Currency::all().find(|currency| currency.code == code)
    }

    /// Every currency that a tariff may name.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.iter().map(|(code, digits, minor)| Currency { code, digits: *digits, minor: *minor })
    }

    /// The ISO 4217 code.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Decimal digits of the minor unit; at most three.
    pub fn digits(self) -> u8 {
        self.digits
    }

    /// The minor unit as tariffs write it (`p`, `c`), when it has a word.
    pub fn minor(self) -> Option<&'static str> {
        self.minor
    }

    /// An amount in major units, written out exactly with at least the minor unit's digits: `124.10`. Nothing when it
    /// has no last decimal place.
    pub fn write(self, amount: &Ratio) -> Option<String> {
        let mut text = exact::decimal(amount)?;
        let places = text.split_once('.').map_or(0, |(_, places)| places.len());
        let missing = usize::from(self.digits).saturating_sub(places);
        if missing > 0 {
            text.push_str(if places == 0 { "." } else { "" });
            text.extend(core::iter::repeat_n('0', missing));
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_minor_units_small() {
        assert!(CURRENCIES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(Currency::all().all(|currency| currency.digits() <= 3));
        assert_eq!(Currency::of("gbp"), None);
    }

    #[test]
    fn the_page_lists_each_minor_unit() {
        let page = include_str!("../../../docs/tariffs.md");
        let (_, table) = page.split_once("| minor unit | of |").unwrap();
        let (table, _) = table.split_once("\n\n").unwrap();
        for currency in Currency::all() {
            let row = table.lines().find(|row| row.contains(currency.code())).unwrap();
            let word = currency.minor().map_or("| none".into(), |minor| format!("| `{minor}` |"));
            assert!(row.starts_with(&word), "{row}");
        }
    }

    #[test]
    fn amounts_are_written_with_their_minor_digits() {
        let write = |code, numer, denom| Currency::of(code).unwrap().write(&exact::ratio(numer, denom).unwrap());
        assert_eq!(write("GBP", 1_241, 10).as_deref(), Some("124.10"));
        assert_eq!(write("GBP", -3, 1).as_deref(), Some("-3.00"));
        assert_eq!(write("GBP", 14_228, 100_000).as_deref(), Some("0.14228"));
        assert_eq!(write("JPY", 480, 1).as_deref(), Some("480"));
        assert_eq!(write("KWD", 1, 2).as_deref(), Some("0.500"));
        assert_eq!(write("EUR", 1, 3), None);
    }
}
