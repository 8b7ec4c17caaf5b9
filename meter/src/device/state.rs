//! A meter's memory: readings, batches and fallbacks, and what it does with them. Knows no file.

use std::collections::VecDeque;

use ed25519_dalek::SigningKey;
use zeroize::Zeroize;

use super::{MeterRefusal, Recorded, Row};
use crate::batch::{SealedBatch, Sealer, Tables};
use crate::calendar::{Slot, SlotRange};
use crate::fallback::Fallback;
use crate::key::MasterKey;
use crate::reading::Readings;
use crate::record::MeterRecord;

mod codec;

/// Days of readings a meter remembers, and days it keeps a batch after sending: 13 months of 31 days.
pub const MEMORY_DAYS: u32 = 403;
/// Days of batches a meter has room for: 26 months.
pub const MAX_BATCH_DAYS: u32 = 2 * MEMORY_DAYS;
/// The shortest period of a fallback: a week that lost an hour to summer time.
const MIN_FALLBACK_SECONDS: i64 = 7 * 24 * 3600 - 3600;

/// Everything a meter holds.
#[derive(Clone)]
pub(super) struct State {
    record: MeterRecord,
    signing: SigningKey,
    key: MasterKey,
    memory: Option<Memory>,
    batches: VecDeque<KeptBatch>,
    fallbacks: Vec<Fallback>,
}

/// Readings remembered, from the start of a batch on without a hole.
#[derive(Clone)]
struct Memory {
    /// The first slot of service.
    service: Slot,
    /// The oldest slot remembered.
    first: Slot,
    registers: usize,
    cells: Vec<Option<u32>>,
}

/// A sealed batch and, once sent, where the meter stood then.
#[derive(Clone)]
struct KeptBatch {
    batch: SealedBatch,
    sent: Option<Slot>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.cells.zeroize();
    }
}

impl Memory {
    /// The first slot not yet recorded.
    fn next(&self) -> Slot {
        Slot::new(self.first.index() + (self.cells.len() / self.registers) as u32)
    }

    /// The readings of slots; gaps outside of what is remembered.
    fn readings(&self, slots: SlotRange) -> Readings {
        let mut readings = Readings::gaps(slots, self.registers);
        let remembered = SlotRange::new(self.first, self.next().index() - self.first.index());
        for slot in remembered.and_then(|range| range.overlap(slots)).iter().flat_map(|range| range.iter()) {
            let row = (slot.index() - self.first.index()) as usize * self.registers;
            for register in 0..self.registers {
                let _inside = readings.set(register, slot, self.cells[row + register]);
            }
        }
        readings
    }

    /// Appends gaps up to `slot`, then its values.
    fn append(&mut self, row: &Row) {
        let skipped = (row.slot.index() - self.next().index()) as usize;
        self.cells.extend(std::iter::repeat_n(None, skipped * self.registers));
        self.cells.extend(&row.values);
    }

    /// Forgets slots before `slot`.
    fn forget_before(&mut self, slot: Slot) {
        let rows = slot.index().saturating_sub(self.first.index());
        self.cells.drain(..rows as usize * self.registers);
        self.first = Slot::new(self.first.index() + rows);
    }
}

impl State {
    /// A meter that has recorded nothing.
    pub(super) fn new(record: MeterRecord, signing: SigningKey, key: MasterKey) -> Result<Self, MeterRefusal> {
        let service = record.in_service();
        let mut state = State { record, signing, key, memory: None, batches: VecDeque::new(), fallbacks: Vec::new() };
        if service.index() > 0 {
            state.memory = Some(state.memory_from(service)?);
        }
        Ok(state)
    }

    pub(super) fn record(&self) -> &MeterRecord {
        &self.record
    }

    pub(super) fn key(&self) -> &MasterKey {
        &self.key
    }

    pub(super) fn next_slot(&self) -> Option<Slot> {
        self.memory.as_ref().map(Memory::next)
    }

    /// Takes rows; on a refusal this state is spoilt and its owner keeps the one before.
    pub(super) fn take(&mut self, rows: &[Row], tables: &Tables) -> Result<Recorded, MeterRefusal> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Recorded::default()) };
        let mut memory = match self.memory.take() {
            Some(memory) => memory,
            None => self.memory_from(first.slot)?,
        };
        self.check_rows(rows, &memory)?;
        let complete = self.complete_after(memory.next(), last.slot)?;
        let start = memory.next();
        let mut recorded = Recorded { rows: rows.len(), batches: complete.len(), ..Recorded::default() };
        for row in rows {
            let row = self.bounded(row, &mut recorded.over_bound);
            memory.append(&row);
        }
        let taken = SlotRange::new(start, memory.next().index() - start.index());
        recorded.gaps = taken.map_or(0, |slots| memory.readings(slots).gap_count());
        for number in complete {
            self.seal(number, &memory, tables)?;
        }
        self.forget(&mut memory)?;
        self.memory = Some(memory);
        Ok(recorded)
    }

    /// Hands out batches and marks them as sent.
    pub(super) fn send(
        &mut self,
        since: Option<Slot>,
        mut deliver: impl FnMut(&SealedBatch) -> Result<(), MeterRefusal>,
    ) -> Result<usize, MeterRefusal> {
        let now = self.next_slot();
        let wanted = |kept: &&mut KeptBatch| match since {
            Some(slot) => kept.batch.header().slots().end() > slot,
            None => kept.sent.is_none(),
        };
        let mut count = 0;
        for kept in self.batches.iter_mut().filter(wanted) {
            deliver(&kept.batch)?;
            kept.sent = kept.sent.or(now);
            count += 1;
        }
        Ok(count)
    }

    /// Signed totals, the same ones for a period given before.
    pub(super) fn fallback(&mut self, period: SlotRange) -> Result<Fallback, MeterRefusal> {
        if let Some(given) = self.fallbacks.iter().find(|given| given.slots() == period) {
            return Ok(given.clone());
        }
        if let Some(given) = self.fallbacks.iter().find(|given| given.slots().overlap(period).is_some()) {
            return Err(MeterRefusal::PeriodOverlap { first: given.slots().first(), end: given.slots().end() });
        }
        let memory = self.memory.as_ref().ok_or(MeterRefusal::PeriodNotOver { next: Slot::new(0) })?;
        let seconds = i64::from(period.count()) * self.record.slot_length().seconds();
        if seconds < MIN_FALLBACK_SECONDS || period.count() > self.memory_slots() {
            return Err(MeterRefusal::PeriodLength);
        }
        if period.first() < memory.service {
            return Err(MeterRefusal::PeriodBeforeService { in_service: memory.service });
        }
        if period.first() < memory.first {
            return Err(MeterRefusal::PeriodForgotten { first: memory.first });
        }
        if period.end() > memory.next() {
            return Err(MeterRefusal::PeriodNotOver { next: memory.next() });
        }
        let readings = memory.readings(period);
        let fallback = Fallback::sign(&self.record, &self.signing, &readings).ok_or(MeterRefusal::PeriodLength)?;
        self.fallbacks.push(fallback.clone());
        Ok(fallback)
    }

    /// An empty memory whose service starts at `service`: the slots of its batch before are gaps.
    fn memory_from(&self, service: Slot) -> Result<Memory, MeterRefusal> {
        let first = self.batch_slots(service)?.first();
        let registers = self.record.registers().len();
        let before = (service.index() - first.index()) as usize;
        Ok(Memory { service, first, registers, cells: vec![None; before * registers] })
    }

    fn check_rows(&self, rows: &[Row], memory: &Memory) -> Result<(), MeterRefusal> {
        let expected = self.record.registers().len();
        let mut next = memory.next();
        let mut previous = None;
        for Row { slot, values } in rows {
            let (slot, found) = (*slot, values.len());
            if found != expected {
                return Err(MeterRefusal::Values { slot, expected, found });
            }
            if previous == Some(slot) {
                return Err(MeterRefusal::Duplicate(slot));
            }
            if slot < memory.service {
                return Err(MeterRefusal::BeforeService { slot, in_service: memory.service });
            }
            if slot < next {
                return Err(MeterRefusal::Backwards { slot, next });
            }
            next = slot.after(1).ok_or(MeterRefusal::Calendar(slot))?;
            previous = Some(slot);
        }
        Ok(())
    }

    /// The batches that a last row completes; refused before anything grows when they cannot fit.
    fn complete_after(&self, next: Slot, last: Slot) -> Result<std::ops::Range<u32>, MeterRefusal> {
        let open = self.number(next)?;
        // The slots of the last row's batch exist, so the slot after the last row does too.
        self.batch_slots(last)?;
        let end = last.after(1).ok_or(MeterRefusal::Calendar(last))?;
        let complete = open..self.number(end)?;
        if complete.len() > self.max_batches() {
            let number = self.batches.iter().find(|kept| kept.sent.is_none());
            return Err(MeterRefusal::MemoryFull { number: number.map_or(open, |kept| kept.batch.header().number()) });
        }
        Ok(complete)
    }

    /// The row with values at or above their bound as gaps.
    fn bounded(&self, row: &Row, over: &mut usize) -> Row {
        let mut row = row.clone();
        for (value, register) in row.values.iter_mut().zip(self.record.registers()) {
            if value.is_some_and(|value| value > register.max()) {
                *value = None;
                *over += 1;
            }
        }
        row
    }

    fn seal(&mut self, number: u32, memory: &Memory, tables: &Tables) -> Result<(), MeterRefusal> {
        let sealer = Sealer { record: &self.record, signing: &self.signing, key: &self.key, tables };
        let slots = self.record.period().slots(number, self.record.slot_length());
        let slots = slots.ok_or(MeterRefusal::Damaged)?;
        let batch = sealer.seal(number, 0, &memory.readings(slots)).map_err(|_| MeterRefusal::Damaged)?;
        self.batches.push_back(KeptBatch { batch, sent: None });
        Ok(())
    }

    /// Forgets old readings and batches sent long ago; when room is short, the oldest sent one.
    fn forget(&mut self, memory: &mut Memory) -> Result<(), MeterRefusal> {
        let (next, months) = (memory.next(), self.memory_slots());
        let open = self.batch_slots(next)?.first();
        memory.forget_before(open.min(Slot::new(next.index().saturating_sub(months))));
        self.batches.retain(|kept| kept.sent.is_none_or(|sent| next.index().saturating_sub(sent.index()) <= months));
        while self.batches.len() > self.max_batches() {
            match self.batches.iter().position(|kept| kept.sent.is_some()) {
                Some(oldest) => drop(self.batches.remove(oldest)),
                None => {
                    let number = self.batches.front().map_or(0, |kept| kept.batch.header().number());
                    return Err(MeterRefusal::MemoryFull { number });
                }
            }
        }
        let first = memory.first;
        self.fallbacks.retain(|given| given.slots().end() > first);
        Ok(())
    }

    fn number(&self, slot: Slot) -> Result<u32, MeterRefusal> {
        self.record.period().number_of(slot, self.record.slot_length()).ok_or(MeterRefusal::Calendar(slot))
    }

    fn batch_slots(&self, slot: Slot) -> Result<SlotRange, MeterRefusal> {
        let number = self.number(slot)?;
        self.record.period().slots(number, self.record.slot_length()).ok_or(MeterRefusal::Calendar(slot))
    }

    fn memory_slots(&self) -> u32 {
        MEMORY_DAYS * self.record.slot_length().per_day()
    }

    fn max_batches(&self) -> usize {
        (MAX_BATCH_DAYS / self.record.period().days()) as usize
    }
}
