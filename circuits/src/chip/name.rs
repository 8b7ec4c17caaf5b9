//! Names of columns, gates and constraints that gadgets share, as failing tests print them.

pub(crate) const LINKED: &str = "linked";
pub(crate) const RING: &str = "ring";
pub(crate) const GATHERED: &str = "gathered";
pub(crate) const SUM: &str = "sum";
pub(crate) const OPERAND: &str = "operand";
pub(crate) const REST: &str = "rest";
pub(crate) const DIGIT: &str = "digit";
pub(crate) const LANE_DIGIT: &str = "digit of a lane";
pub(crate) const LIMB: &str = "limb";

pub(crate) const GATHER: &str = "a value is gathered from the ring";
pub(crate) const GATHERS: &str = "sum' = runs sum + factors readings + constant";

pub(crate) const START: &str = "a sum starts at a constant";
pub(crate) const START_AT: &str = "sum' = constant";
pub(crate) const TERM: &str = "a sum takes a term";
pub(crate) const TERM_ADDS: &str = "sum' = sum + factor linked + weight operand";
pub(crate) const ZERO: &str = "a sum is zero";
pub(crate) const ZERO_AT: &str = "sum = 0";

pub(crate) const DIGITS: &str = "a row of digits leaves the rest";
pub(crate) const DIGITS_LOWEST: &str = "rest - base rest' - upper digits is 0, 1, 2 or 3";
pub(crate) const DIGITS_UPPER: &str = "an upper digit is 0, 1, 2 or 3";
pub(crate) const DIGITS_END: &str = "digits end";
pub(crate) const DIGITS_END_AT: &str = "rest = 0";
pub(crate) const LANE_DIGITS: &str = "digits of lanes are below their base";
pub(crate) const LANE_DIGIT_IS: &str = "a digit of a lane is below the base";
pub(crate) const RANGE: &str = "a sum is in range";
pub(crate) const RANGE_IS: &str = "rest = sum";
