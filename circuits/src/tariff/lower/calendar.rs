//! Which slots of the period stand where.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::almanac::Set;
use super::super::diagnostic::{Diagnostic, Span};
use super::Lowering;

/// How many slots and terms the nodes of a program may name in all: what keeps a hostile tariff from filling the memory.
const MAX_SIZE: usize = 1 << 26;

/// For lists of sets: which of them is the first to hold each of the period's slots.
pub(super) type Known = HashMap<Vec<Set>, Rc<[u16]>>;

impl Lowering<'_> {
    /// For each of the period's slots the first of the sets that holds it, or how many sets there are.
    pub(super) fn first_of(&mut self, sets: &[Set]) -> Rc<[u16]> {
        if let Some(known) = self.known.get(sets) {
            return Rc::clone(known);
        }
        self.nodes.size += self.period.slots().count() as usize;
        let first: Rc<[u16]> = self.sheet.almanac.first_of(sets, self.period, &self.data).into();
        self.known.insert(sets.to_vec(), Rc::clone(&first));
        first
    }

    /// Counts slots or terms that a node is about to name.
    pub(super) fn grow(&mut self, slots: usize, span: &Span) -> Result<(), Diagnostic> {
        self.nodes.size += slots;
        too_many(self.nodes.size, span)
    }
}

/// Reports more slots than a program may name.
pub(super) fn too_many(slots: usize, span: &Span) -> Result<(), Diagnostic> {
    if slots > MAX_SIZE {
        let message = "the tariff has too many tables for a period of this length";
        return Err(Diagnostic::new("program-too-large", span, message).help("bill a shorter period"));
    }
    Ok(())
}
