//! Series and definitions.

use jiff::civil::Date;

use super::{Amount, Rounding};
use crate::program::Ratio;

/// A value in every slot, over registers and earlier series.
#[derive(Clone, Debug)]
pub(crate) struct SeriesOf {
    pub(crate) name: String,
    pub(crate) amount: Amount,
}

/// A named value.
#[derive(Clone, Debug)]
pub(crate) struct Define {
    pub(crate) name: String,
    pub(crate) amount: Amount,
    /// Its values from some dates on, in rising order; constants then, as the first is.
    pub(crate) later: Vec<(Date, Amount)>,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) shown: Option<Shown>,
}

/// How a definition is disclosed.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// What the bill counts it in, in base units.
    pub(crate) unit: Ratio,
    /// That unit as it is written.
    pub(crate) text: String,
    /// What people count it in, and that in base units.
    pub(crate) label: (String, Ratio),
}
