//! Which slots of the period stand where.

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::Series;
use super::super::week::{Week, place};
use super::Lowering;
use crate::period::Period;
use crate::program::SlotClasses;

/// How many slots the nodes of a program may name in all: what keeps a hostile tariff from filling the memory.
const MAX_SIZE: usize = 1 << 26;

/// The place of each of the period's slots in the week.
pub(super) fn places(period: &Period) -> Vec<usize> {
    let local = period.slots().iter().filter_map(|slot| period.local(slot));
    local.map(|local| place(period.calendar(), &local)).collect()
}

impl Lowering<'_> {
    /// Class 0 is inside the series' window, class 1 outside; and how many classes there are.
    pub(super) fn series_classes(&mut self, series: &Series, span: &Span) -> Result<(SlotClasses, usize), Diagnostic> {
        match series.within {
            None => Ok((self.classes(&[], span)?, 1)),
            Some(window) => {
                let sheet = self.sheet;
                Ok((self.classes(&[&sheet.windows[window].week], span)?, 2))
            }
        }
    }

    /// A slot has the class of the first week that contains it, or the one after the last.
    pub(super) fn classes(&mut self, weeks: &[&Week], span: &Span) -> Result<SlotClasses, Diagnostic> {
        self.grow(self.places.len(), span)?;
        let class = |place: &usize| weeks.iter().position(|week| week.contains(*place)).unwrap_or(weeks.len()) as u16;
        Ok(SlotClasses { of: self.places.iter().map(class).collect() })
    }

    /// Counts slots that a node is about to name.
    pub(super) fn grow(&mut self, slots: usize, span: &Span) -> Result<(), Diagnostic> {
        self.size += slots;
        if self.size > MAX_SIZE {
            let message = "the tariff has too many tables for a period of this length";
            return Err(Diagnostic::new("program-too-large", span, message).help("bill a shorter period"));
        }
        Ok(())
    }
}
