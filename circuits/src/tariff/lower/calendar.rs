//! Which slots of the period stand where.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::almanac::Set;
use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::Series;
use super::Lowering;
use crate::program::{NodeId, Place, SlotClasses};

/// How many slots the nodes of a program may name in all: what keeps a hostile tariff from filling the memory.
const MAX_SIZE: usize = 1 << 26;

/// For lists of sets: which of them is the first to hold each of the period's slots.
pub(super) type Known = HashMap<Vec<Set>, Rc<[u16]>>;

impl Lowering<'_> {
    /// The class of each slot: the first of the sets that holds it; one more for slots in none or outside the part.
    pub(super) fn classes(&mut self, sets: &[Set], span: &Span) -> Result<SlotClasses, Diagnostic> {
        let outside = sets.len() as u16;
        let first = self.first_of(sets);
        let within: Vec<_> = self.part.within.clone().into_iter().map(|set| self.first_of(&[set])).collect();
        self.grow(first.len(), span)?;
        let mut of = vec![outside; first.len()];
        for slot in self.part.slots.clone().map(|slot| slot as usize) {
            if within.iter().all(|set| set[slot] == 0) {
                of[slot] = first[slot];
            }
        }
        Ok(SlotClasses { of })
    }

    /// The slots of a series in the part, in order.
    pub(super) fn slots(&mut self, series: &Series) -> Vec<u32> {
        let sets = self.part.within.clone().into_iter().chain(series.within.as_ref().map(|within| within.set));
        let within: Vec<_> = sets.map(|set| self.first_of(&[set])).collect();
        self.part.slots.clone().filter(|slot| within.iter().all(|set| set[*slot as usize] == 0)).collect()
    }

    fn first_of(&mut self, sets: &[Set]) -> Rc<[u16]> {
        if let Some(known) = self.known.get(sets) {
            return Rc::clone(known);
        }
        let first: Rc<[u16]> = self.sheet.almanac.first_of(sets, self.period, &self.data).into();
        self.known.insert(sets.to_vec(), Rc::clone(&first));
        first
    }

    /// The node of each slot's value.
    pub(super) fn each(&mut self, series: &Series, slots: &[u32], span: &Span) -> Result<Vec<NodeId>, Diagnostic> {
        self.grow(slots.len(), span)?;
        Ok(slots.iter().map(|slot| self.reading(Place { register: series.register, offset: *slot })).collect())
    }

    /// Counts slots that a node is about to name.
    fn grow(&mut self, slots: usize, span: &Span) -> Result<(), Diagnostic> {
        self.size += slots;
        if self.size > MAX_SIZE {
            let message = "the tariff has too many tables for a period of this length";
            return Err(Diagnostic::new("program-too-large", span, message).help("bill a shorter period"));
        }
        Ok(())
    }
}
