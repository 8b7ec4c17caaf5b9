//! The part of the period that a table or an expression is over.

use core::ops::Range;

use super::super::almanac::Set;
use crate::period::Period;

/// Consecutive tariff days, and which of their slots.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// By place in the period.
    pub(super) days: Range<usize>,
    /// By how many slots after the period's first they are.
    pub(super) slots: Range<u32>,
    /// Only slots that are in all of these.
    pub(super) within: Vec<Set>,
}

impl Part {
    /// All of it.
    pub(super) fn whole(period: &Period) -> Self {
        Part { days: 0..period.days() as usize, slots: 0..period.slots().count(), within: Vec::new() }
    }
}
