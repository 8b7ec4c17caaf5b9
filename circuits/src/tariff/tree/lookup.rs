//! Look-up tables and curves: values chosen by other values.

use super::{At, Expr, Quantity, Text};

/// `lookup by KEY, KEY { … }`
#[derive(Clone, Debug)]
pub(crate) struct Lookup<'a> {
    pub(crate) key: Expr<'a>,
    /// The second key and where its columns end; the last has no end.
    pub(crate) across: Option<(Expr<'a>, Vec<At<Quantity<'a>>>)>,
    pub(crate) rows: Vec<At<LookupRow<'a>>>,
}

/// `to 50 kWh 40 65 INR`
#[derive(Clone, Debug)]
pub(crate) struct LookupRow<'a> {
    /// Where the row ends; nothing for `above`.
    pub(crate) to: Option<At<Quantity<'a>>>,
    pub(crate) cells: Vec<Cell<'a>>,
    pub(crate) unit: Option<Text<'a>>,
}

/// A row's value.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    /// A number, perhaps negative, in the row's unit.
    Number(bool, Text<'a>),
    Amount(Expr<'a>),
}

/// `curve by KEY { at 0 kWh 0 GBP  at 50 kWh 12 GBP  above 0.3 GBP/kWh }`
#[derive(Clone, Debug)]
pub(crate) struct Curve<'a> {
    pub(crate) key: Expr<'a>,
    /// Where, and the value there, each perhaps negative.
    pub(crate) points: Vec<At<[Signed<'a>; 2]>>,
    /// The slope behind the last point.
    pub(crate) above: Signed<'a>,
}

/// A quantity with its sign.
#[derive(Clone, Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) negative: bool,
    pub(crate) quantity: At<Quantity<'a>>,
}

/// `table of 0 to 25 every 0.1 %, by 10 to 990 every 10 kWh, 5 to 495 every 5 kvarh, root 0x…`
#[derive(Clone, Debug)]
pub(crate) struct LargeTable<'a> {
    pub(crate) values: Steps<'a>,
    pub(crate) keys: Vec<At<Steps<'a>>>,
    pub(crate) root: Text<'a>,
}

/// `-5 to 25 every 0.1 %`: each end with whether it is negative.
#[derive(Clone, Debug)]
pub(crate) struct Steps<'a> {
    pub(crate) from: (bool, Text<'a>),
    pub(crate) to: (bool, Text<'a>),
    pub(crate) every: Text<'a>,
    pub(crate) unit: Option<Text<'a>>,
}
