//! Scopes: what a value is taken over.

/// A stretch of time that expressions are evaluated over, from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Reading,
    Day,
    Month,
    Quarter,
    Year,
    Period,
}

impl Scope {
    /// All, the narrowest first.
    pub(crate) const ALL: [Scope; 6] =
        [Scope::Reading, Scope::Day, Scope::Month, Scope::Quarter, Scope::Year, Scope::Period];

    /// The word behind `per`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Scope::Reading => "reading",
            Scope::Day => "day",
            Scope::Month => "month",
            Scope::Quarter => "quarter",
            Scope::Year => "year",
            Scope::Period => "period",
        }
    }
}
