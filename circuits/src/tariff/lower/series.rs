//! Series: registers and what is made of them slot by slot, summed over parts.

use std::collections::{BTreeMap, HashMap};

use num_traits::One;

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Series, Source};
use super::affine::Affine;
use super::part::Part;
use super::{Lowering, piecewise, too_large};
use crate::program::{Node, NodeId, Ratio, Schedule, SlotClasses};

/// A sum names the whole period when it is of more than one slot in so many, and its slots one by one otherwise.
const DENSE: usize = 4;

impl Lowering<'_> {
    /// A series' sum over a part.
    pub(super) fn energy(&mut self, series: &Series, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let at = at.narrowed(series.within.as_ref());
        let slots = self.inside(&at);
        let key = (series.of, at);
        if let Some(sum) = self.energies.get(&key) {
            return Ok(sum.clone());
        }
        let sum = match series.of {
            Source::Register(register) => {
                let weights = slots.iter().map(|slot| (*slot, Ratio::one())).collect();
                self.weighed(register, weights, span)?
            }
            Source::Series(_) => {
                let mut sum = Affine::default();
                for slot in slots {
                    let value = self.in_slot(series.of, slot, span)?;
                    self.grow(value.terms.len(), span)?;
                    sum = sum.add(&value, &Ratio::one()).ok_or_else(|| too_large(span))?;
                }
                self.gathered(sum, span)?
            }
        };
        self.energies.insert(key, sum.clone());
        Ok(sum)
    }

    /// A series' value in a slot.
    pub(super) fn in_slot(&mut self, of: Source, slot: u32, span: &Span) -> Result<Affine, Diagnostic> {
        match of {
            Source::Register(register) => Ok(Affine::one(self.reading(register, slot))),
            Source::Series(series) => {
                let at = self.slot(slot);
                let key = (of, at.clone());
                if let Some(value) = self.energies.get(&key) {
                    return Ok(value.clone());
                }
                let sheet = self.sheet;
                let value = self.amount(&sheet.series[series].amount, &at)?;
                self.grow(1, span)?;
                self.energies.insert(key, value.clone());
                Ok(value)
            }
        }
    }

    /// `Σ weight · reading` of one register, over slots in rising order.
    pub(super) fn weighed(
        &mut self,
        register: usize,
        weights: Vec<(u32, Ratio)>,
        span: &Span,
    ) -> Result<Affine, Diagnostic> {
        let count = self.period.slots().count() as usize;
        if weights.len() < 2 || weights.len() * DENSE < count {
            return self.one_by_one(register, weights, span);
        }
        let mut rates: BTreeMap<Ratio, u16> = BTreeMap::new();
        let mut of = vec![0; count];
        let mut last: Option<(Ratio, u16)> = None;
        for (slot, weight) in &weights {
            let class = match last {
                // Neighbours are mostly alike.
                Some((same, class)) if same == *weight => class,
                _ => {
                    let next = rates.len();
                    let Ok(next) = u16::try_from(next + 1) else { return self.one_by_one(register, weights, span) };
                    *rates.entry(*weight).or_insert(next)
                }
            };
            (of[*slot as usize], last) = (class, Some((*weight, class)));
        }
        self.grow(count, span)?;
        let mut by_class = vec![Ratio::from(0); rates.len() + 1];
        rates.into_iter().for_each(|(rate, class)| by_class[usize::from(class)] = rate);
        Ok(Affine::one(self.push(Node::Readings { register, classes: SlotClasses { of }, rates: by_class })))
    }

    fn one_by_one(&mut self, register: usize, weights: Vec<(u32, Ratio)>, span: &Span) -> Result<Affine, Diagnostic> {
        self.grow(weights.len(), span)?;
        let terms = weights.into_iter().map(|(slot, weight)| (self.reading(register, slot), weight));
        let affine = Affine { terms: terms.collect(), ..Affine::default() };
        Ok(if affine.terms.len() < 2 { affine } else { Affine::one(self.value(affine)) })
    }

    /// The same sum in few nodes: readings weighed together, schedules of many values in one node.
    pub(super) fn gathered(&mut self, sum: Affine, span: &Span) -> Result<Affine, Diagnostic> {
        let mut readings: BTreeMap<usize, Vec<(u32, Ratio)>> = BTreeMap::new();
        let mut priced: Vec<(NodeId, Schedule)> = Vec::new();
        let mut rest = Affine::constant(sum.constant);
        for (node, factor) in sum.terms {
            match &self.nodes.all[node] {
                Node::Reading(place) => readings.entry(place.register).or_default().push((place.offset, factor)),
                Node::Scheduled { of, schedule } => {
                    priced.push((*of, piecewise::scaled(schedule, &factor).ok_or_else(|| too_large(span))?));
                }
                _ => rest = rest.add(&Affine::node(node, factor), &Ratio::one()).ok_or_else(|| too_large(span))?,
            }
        }
        for (register, mut weights) in readings {
            weights.sort_unstable_by_key(|(slot, _)| *slot);
            let weighed = self.weighed(register, weights, span)?;
            rest = rest.add(&weighed, &Ratio::one()).ok_or_else(|| too_large(span))?;
        }
        let priced = self.each(priced);
        rest.add(&priced, &Ratio::one()).ok_or_else(|| too_large(span))
    }

    /// The sum of functions of nodes.
    pub(super) fn each(&mut self, priced: Vec<(NodeId, Schedule)>) -> Affine {
        let mut schedules: Vec<Schedule> = Vec::new();
        let mut known: HashMap<Schedule, usize> = HashMap::new();
        let mut of = Vec::new();
        for (node, schedule) in priced {
            let place = *known.entry(schedule.clone()).or_insert_with(|| {
                schedules.push(schedule);
                schedules.len() - 1
            });
            of.push((node, place));
        }
        match (&of[..], &mut schedules[..]) {
            ([], _) => Affine::default(),
            ([(node, _)], [schedule]) => {
                let (node, schedule) = (*node, schedule.clone());
                self.piecewise(node, schedule)
            }
            _ => Affine::one(self.push(Node::Each { of, schedules })),
        }
    }
}
