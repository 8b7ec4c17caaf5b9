//! The ring of positions behind the compact certification: one commitment a batch and register.
//!
//! A compact meter commits to a register's readings of a whole batch at once, `M = Σ reading(slot)·Λ_position(slot) + o·W`,
//! in the Lagrange basis `Λ` of the proof system over `2^`[`RING_K`] rows. So the sum of a period's commitments is what a
//! proof would commit its columns of readings to, up to the rows that blind them: nothing ties the two together but a
//! proof that their difference has only those rows. Positions follow from the absolute slot, whole UTC days to a lap of
//! the ring, so that batches of days neither overlap within a lap nor cross its end.
//!
//! | module | one idea |
//! |---|---|
//! | [`RingTables`] | the points of the basis that readings meet |
//! | [`RunningSum`] | the one point that a device keeps between readings |

use crate::calendar::{Slot, SlotLength};

mod sum;
mod tables;

pub use sum::{ADDITIONS_PER_OPENING, RunningSum, additions_per_reading};
pub use tables::RingTables;

/// The rows of the basis are two to this power.
pub const RING_K: u32 = 9;
/// The most positions of a ring; the rows behind them are left to what a circuit cannot use.
pub const MAX_POSITIONS: usize = 480;

/// Which positions the slots of one length take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ring {
    per_day: u32,
    positions: u32,
}

/// Where a slot lies: laps from the Unix epoch, and the position within the lap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RingPlace {
    /// Whole rings between the Unix epoch and the slot.
    pub lap: u32,
    /// The row, below the ring's positions.
    pub position: usize,
}

impl Ring {
    /// The ring of slots of this length: as many whole UTC days as fit [`MAX_POSITIONS`]. Nothing when a day does not.
    pub fn of(length: SlotLength) -> Option<Ring> {
        let (most, day) = (MAX_POSITIONS as u32, length.per_day());
        (day <= most).then(|| Ring { per_day: day, positions: most / day * day })
    }

    /// Positions of a lap, at most [`MAX_POSITIONS`]: whole days.
    pub fn positions(self) -> usize {
        self.positions as usize
    }

    /// Where the slot lies. All slots of a UTC day lie in one lap.
    pub fn place(self, slot: Slot) -> RingPlace {
        let index = slot.index();
        RingPlace { lap: index / self.positions, position: (index % self.positions) as usize }
    }

    /// The first slot of the batch that the slot is in: of its UTC day.
    pub fn batch_of(self, slot: Slot) -> Slot {
        Slot::new(slot.index() - slot.index() % self.per_day)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;

    fn rings() -> Vec<(SlotLength, Ring)> {
        let lengths = (1..=1440).filter_map(SlotLength::from_minutes);
        lengths.filter_map(|length| Some((length, Ring::of(length)?))).collect()
    }

    #[test]
    fn a_ring_holds_whole_days_of_every_length_that_fits() {
        assert_eq!(rings().len(), (3..=1440).filter_map(SlotLength::from_minutes).count());
        for minutes in [1, 2] {
            assert_eq!(Ring::of(SlotLength::from_minutes(minutes).unwrap()), None);
        }
        let positions = |minutes| Ring::of(SlotLength::from_minutes(minutes).unwrap()).unwrap().positions();
        assert_eq!([3, 5, 15, 20, 30, 60, 1440].map(positions), [480, 288, 480, 432, 480, 480, 480]);
    }

    #[test]
    fn a_day_lies_in_one_lap_and_each_of_its_slots_at_its_own_position() {
        for (length, ring) in rings() {
            let per_day = length.per_day();
            for day in (0..40).chain(20_000..20_040).chain(u32::MAX / per_day - 3..u32::MAX / per_day) {
                let places: Vec<_> = (0..per_day).map(|i| ring.place(Slot::new(day * per_day + i))).collect();
                assert!(places.iter().all(|place| place.lap == places[0].lap));
                assert!(places.windows(2).all(|pair| pair[1].position == pair[0].position + 1));
                assert!(places.iter().all(|place| place.position < ring.positions()));
            }
        }
    }

    #[test]
    fn laps_follow_each_other_without_a_hole() {
        let ring = Ring::of(SlotLength::HALF_HOUR).unwrap();
        assert_eq!(ring.place(Slot::new(0)), RingPlace { lap: 0, position: 0 });
        assert_eq!(ring.place(Slot::new(479)), RingPlace { lap: 0, position: 479 });
        assert_eq!(ring.place(Slot::new(480)), RingPlace { lap: 1, position: 0 });
        assert_eq!(ring.place(Slot::new(20_000 * 48 + 47)), RingPlace { lap: 2000, position: 47 });
        assert_eq!(ring.place(Slot::new(u32::MAX)), RingPlace { lap: u32::MAX / 480, position: 255 });
    }
}
