//! Which slots of the period stand where.

use std::rc::Rc;

use super::super::diagnostic::{Diagnostic, Span};
use super::super::week::place;
use super::Lowering;
use crate::period::Period;

/// How many slots and terms the nodes of a program may name in all: what keeps a hostile tariff from filling the memory.
const MAX_SIZE: usize = 1 << 26;

/// The place of each of the period's slots in the week.
pub(super) fn places(period: &Period) -> Vec<usize> {
    let local = period.slots().iter().filter_map(|slot| period.local(slot));
    local.map(|local| place(period.calendar(), &local)).collect()
}

impl Lowering<'_> {
    /// Which slots of the period a window holds.
    pub(super) fn window(&mut self, window: usize) -> Rc<[bool]> {
        let (sheet, places) = (self.sheet, &self.places);
        let week = &sheet.windows[window].week;
        let held = || places.iter().map(|place| week.contains(*place)).collect();
        self.windows[window].get_or_insert_with(held).clone()
    }

    /// Counts slots or terms that a node is about to name.
    pub(super) fn grow(&mut self, slots: usize, span: &Span) -> Result<(), Diagnostic> {
        self.nodes.size += slots;
        if self.nodes.size > MAX_SIZE {
            let message = "the tariff has too many tables for a period of this length";
            return Err(Diagnostic::new("program-too-large", span, message).help("bill a shorter period"));
        }
        Ok(())
    }
}
