//! Names of columns, gates and constraints, as failing tests print them.

pub(crate) const LINKED: &str = "linked";
pub(crate) const SUM: &str = "sum";
pub(crate) const OPERAND: &str = "operand";
pub(crate) const REST: &str = "rest";
pub(crate) const DIGIT: &str = "digit";
pub(crate) const LIMB: &str = "limb";
pub(crate) const SPAN: &str = "span";

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
pub(crate) const RANGE: &str = "a sum is in range";
pub(crate) const RANGE_IS: &str = "rest = sum";

pub(crate) const COMPARE: &str = "a sum is compared with zero";
pub(crate) const COMPARE_FLAG: &str = "flag (flag - 1) = 0";
pub(crate) const COMPARE_POSITIVE: &str = "positive = flag sum";
pub(crate) const COMPARE_REST: &str = "rest = 2 positive - sum - flag";

pub(crate) const DIVIDE: &str = "a sum is divided";
pub(crate) const DIVIDE_IS: &str = "sum = divisor quotient + remainder";
pub(crate) const DIVIDE_REST: &str = "rest = remainder";

pub(crate) const PRICE: &str = "a reading is priced by its span";
pub(crate) const PRICE_ADDS: &str = "sum' = sum + slope linked + intercept";

pub(crate) const PEAK: &str = "a maximum is one of its readings";
pub(crate) const PEAK_KEEPS: &str = "sum' = sum";
pub(crate) const PEAK_STEPS: &str = "(operand' - operand) (sum - linked) = 0";
pub(crate) const PEAK_MARK: &str = "the search starts and ends";
pub(crate) const PEAK_MARK_IS: &str = "operand = constant";
