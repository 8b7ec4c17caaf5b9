//! Time as the meter knows it: UTC only, in settlement periods ("slots") of one length.
//!
//! Local days, with their 46, 48 or 50 half hours, belong to the tariff.

use core::num::NonZeroU16;

/// Minutes of a UTC day.
const DAY_MINUTES: u16 = 24 * 60;

/// The length of a settlement period: a whole number of minutes that divides a UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotLength(NonZeroU16);

impl SlotLength {
    /// Half an hour.
    pub const HALF_HOUR: SlotLength = match NonZeroU16::new(30) {
        Some(minutes) => SlotLength(minutes),
        None => unreachable!(),
    };

    /// `minutes` must divide 1,440.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        NonZeroU16::new(minutes).filter(|m| DAY_MINUTES.is_multiple_of(m.get())).map(SlotLength)
    }

    /// Minutes, 1 to 1,440.
    pub fn minutes(self) -> u16 {
        self.0.get()
    }

    /// Seconds, 60 to 86,400.
    pub fn seconds(self) -> i64 {
        i64::from(self.0.get()) * 60
    }

    /// Slots in a UTC day, 1 to 1,440.
    pub fn per_day(self) -> u32 {
        u32::from(DAY_MINUTES / self.0.get())
    }
}

/// A settlement period, counted from the Unix epoch in the slot length at hand. Known by its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);

impl Slot {
    /// The slot with this index.
    pub const fn new(index: u32) -> Self {
        Slot(index)
    }

    /// The index: whole slots between the Unix epoch and the slot's start.
    pub const fn index(self) -> u32 {
        self.0
    }

    /// The slot that starts at this Unix second; nothing when the second is not a slot's edge or out of range.
    pub fn starting_at(second: i64, length: SlotLength) -> Option<Self> {
        (second.rem_euclid(length.seconds()) == 0).then_some(())?;
        Slot::containing(second, length)
    }

    /// The slot that contains this Unix second; nothing when out of range.
    pub fn containing(second: i64, length: SlotLength) -> Option<Self> {
        u32::try_from(second.div_euclid(length.seconds())).ok().map(Slot)
    }

    /// The Unix second at which the slot starts.
    pub fn start(self, length: SlotLength) -> i64 {
        i64::from(self.0) * length.seconds()
    }

    /// The slot `count` later; nothing past the last index.
    pub fn after(self, count: u32) -> Option<Self> {
        self.0.checked_add(count).map(Slot)
    }
}

/// Consecutive slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlotRange {
    first: Slot,
    count: u32,
}

impl SlotRange {
    /// `count` slots from `first`; nothing when they pass the last index.
    pub fn new(first: Slot, count: u32) -> Option<Self> {
        first.after(count).map(|_| SlotRange { first, count })
    }

    /// The first slot.
    pub fn first(self) -> Slot {
        self.first
    }

    /// How many slots.
    pub fn count(self) -> u32 {
        self.count
    }

    /// The slot after the last.
    pub fn end(self) -> Slot {
        Slot(self.first.0 + self.count)
    }

    /// Whether `slot` is in the range.
    pub fn contains(self, slot: Slot) -> bool {
        self.first <= slot && slot < self.end()
    }

    /// The slots in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Slot> + ExactSizeIterator {
        (self.first.0..self.first.0 + self.count).map(Slot)
    }

    /// The slots in both ranges; nothing when there is none.
    pub fn overlap(self, other: SlotRange) -> Option<SlotRange> {
        let first = self.first.max(other.first);
        let end = self.end().min(other.end());
        (first < end).then(|| SlotRange { first, count: end.0 - first.0 })
    }
}

/// Days of a week.
const WEEK_DAYS: u32 = 7;
/// The Unix epoch was a Thursday: the first Monday after it is day 4.
const FIRST_MONDAY: u32 = 4;

/// What one batch covers.
///
/// Batch numbers are absolute, so they are gapless with time: a day batch's number is its UTC day counted from
/// 1970-01-01, a week batch's number is its week, Monday to Sunday in UTC, counted from Monday 1970-01-05.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchPeriod {
    /// A UTC day.
    Day,
    /// A UTC week from Monday.
    Week,
}

impl BatchPeriod {
    /// UTC days in a batch.
    pub fn days(self) -> u32 {
        match self {
            BatchPeriod::Day => 1,
            BatchPeriod::Week => WEEK_DAYS,
        }
    }

    /// Slots in a batch, 1 to 10,080.
    pub fn slot_count(self, length: SlotLength) -> u32 {
        self.days() * length.per_day()
    }

    /// The number of the batch that holds `slot`; nothing in a week that began before the first Monday.
    pub fn number_of(self, slot: Slot, length: SlotLength) -> Option<u32> {
        let day = slot.index() / length.per_day();
        Some(day.checked_sub(self.first_day())? / self.days())
    }

    /// The slots of a batch; nothing past the last slot index.
    pub fn slots(self, number: u32, length: SlotLength) -> Option<SlotRange> {
        let day = number.checked_mul(self.days())?.checked_add(self.first_day())?;
        SlotRange::new(Slot(day.checked_mul(length.per_day())?), self.slot_count(length))
    }

    /// The UTC day on which batch 0 starts.
    fn first_day(self) -> u32 {
        match self {
            BatchPeriod::Day => 0,
            BatchPeriod::Week => FIRST_MONDAY,
        }
    }
}
