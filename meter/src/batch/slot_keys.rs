//! The keys of a batch's slots, in order.

use crate::calendar::Slot;
use crate::key::{BatchKey, KeyContext, SlotKey};

/// Derives a slot's key once for all its registers.
pub(super) struct SlotKeys<'a> {
    batch_key: &'a BatchKey,
    context: &'a KeyContext,
    last: Option<(Slot, SlotKey)>,
}

impl<'a> SlotKeys<'a> {
    pub(super) fn new(batch_key: &'a BatchKey, context: &'a KeyContext) -> Self {
        SlotKeys { batch_key, context, last: None }
    }

    /// The key of the slot; the one before is forgotten.
    pub(super) fn of(&mut self, slot: Slot) -> &SlotKey {
        if self.last.as_ref().is_some_and(|(of, _)| *of != slot) {
            self.last = None;
        }
        let derive = || (slot, self.batch_key.slot_key(self.context, slot.index()));
        &self.last.get_or_insert_with(derive).1
    }
}
