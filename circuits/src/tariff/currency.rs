//! Currencies and their minor units.

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
}
