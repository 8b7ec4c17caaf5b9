//! Why a simulated meter does not do what it is asked.

use std::io::ErrorKind;
use std::path::PathBuf;

use thiserror::Error;

use crate::calendar::Slot;
use crate::record::RecordRefusal;

/// Why a simulated meter does not do what it is asked; nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MeterRefusal {
    /// The meter to be is not valid.
    #[error(transparent)]
    Record(#[from] RecordRefusal),
    /// There is a file already.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// Another program holds the file.
    #[error("{0} is in use by another program")]
    InUse(PathBuf),
    /// The disk or its permissions.
    #[error("cannot {act} {path}: {kind}")]
    File {
        /// What was tried.
        act: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        kind: ErrorKind,
    },
    /// The file is something else.
    #[error("the file is not a simulated meter")]
    NotAMeter,
    /// The file was changed or cut.
    #[error("the meter's file is damaged")]
    Damaged,
    /// The file is sealed.
    #[error("the meter's file is sealed by a passphrase")]
    Sealed,
    /// The passphrase is wrong, or the sealed file was changed.
    #[error("the passphrase does not open the meter's file")]
    Passphrase,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
    /// A row with more or fewer values than registers.
    #[error("the row of slot {} has {found} values; the meter has {expected} registers", slot.index())]
    Values {
        /// The row's slot.
        slot: Slot,
        /// The meter's registers.
        expected: usize,
        /// The row's values.
        found: usize,
    },
    /// Two rows of one slot.
    #[error("two rows are of slot {}", .0.index())]
    Duplicate(Slot),
    /// A row before one already taken.
    #[error("the row of slot {} goes back in time: the meter stands at slot {}", slot.index(), next.index())]
    Backwards {
        /// The row's slot.
        slot: Slot,
        /// The first slot the meter still takes.
        next: Slot,
    },
    /// A row before the meter's service.
    #[error("the row of slot {} lies before the meter's service, which starts at slot {}", slot.index(), in_service.index())]
    BeforeService {
        /// The row's slot.
        slot: Slot,
        /// The first slot of its service.
        in_service: Slot,
    },
    /// No batch of the calendar holds the slot.
    #[error("no batch holds slot {}", .0.index())]
    Calendar(Slot),
    /// The memory is full of batches nobody fetched.
    #[error("the meter's memory is full: batch {number} has not been sent and would be lost")]
    MemoryFull {
        /// The oldest batch not sent.
        number: u32,
    },
    /// The receiver of batches failed.
    #[error("the batches could not be delivered: {0}")]
    Delivery(ErrorKind),
    /// A fallback's period is not over.
    #[error("the period is not over: the meter stands at slot {}", next.index())]
    PeriodNotOver {
        /// The first slot not yet recorded.
        next: Slot,
    },
    /// A fallback's period begins before the meter's service.
    #[error("the period begins before the meter's service, which starts at slot {}", in_service.index())]
    PeriodBeforeService {
        /// The first slot of its service.
        in_service: Slot,
    },
    /// A fallback's period is older than the memory.
    #[error("the period begins before the meter's memory, which reaches back to slot {}", first.index())]
    PeriodForgotten {
        /// The oldest slot remembered.
        first: Slot,
    },
    /// A fallback's period is shorter than a week, or longer than the memory.
    #[error("totals are given for a week at least and 13 months at most")]
    PeriodLength,
    /// Another fallback over some of the slots was given.
    #[error("totals over slots {} to {} were given already", first.index(), end.index())]
    PeriodOverlap {
        /// The first slot of that fallback.
        first: Slot,
        /// The slot after its last.
        end: Slot,
    },
}

impl MeterRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            MeterRefusal::Record(refusal) => refusal.code(),
            MeterRefusal::Exists(_) => "meter-file-exists",
            MeterRefusal::InUse(_) => "meter-file-in-use",
            MeterRefusal::File { .. } => "meter-file",
            MeterRefusal::NotAMeter => "not-a-meter",
            MeterRefusal::Damaged => "meter-file-damaged",
            MeterRefusal::Sealed => "meter-file-sealed",
            MeterRefusal::Passphrase => "meter-passphrase",
            MeterRefusal::Randomness => "no-randomness",
            MeterRefusal::Values { .. } => "reading-values",
            MeterRefusal::Duplicate(_) => "reading-duplicate",
            MeterRefusal::Backwards { .. } => "reading-backwards",
            MeterRefusal::BeforeService { .. } => "reading-before-service",
            MeterRefusal::Calendar(_) => "reading-calendar",
            MeterRefusal::MemoryFull { .. } => "meter-memory-full",
            MeterRefusal::Delivery(_) => "delivery",
            MeterRefusal::PeriodNotOver { .. } => "fallback-not-over",
            MeterRefusal::PeriodBeforeService { .. } => "fallback-before-service",
            MeterRefusal::PeriodForgotten { .. } => "fallback-forgotten",
            MeterRefusal::PeriodLength => "fallback-length",
            MeterRefusal::PeriodOverlap { .. } => "fallback-overlap",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            MeterRefusal::Record(refusal) => refusal.hint(),
            MeterRefusal::Exists(_) => "Choose another file; a meter's file is never overwritten.",
            MeterRefusal::InUse(_) => "Wait until the other program is done with the meter.",
            MeterRefusal::File { .. } => "Check the path, its permissions and the space on the disk.",
            MeterRefusal::NotAMeter => "Give a file that `wattproof meter new` made.",
            MeterRefusal::Damaged => "Restore the meter's file from a copy.",
            MeterRefusal::Sealed => "Give the passphrase that the meter's file was sealed with.",
            MeterRefusal::Passphrase => "Check the passphrase; if it is right, the file was changed.",
            MeterRefusal::Randomness => "Try again; if it stays so, the system is at fault.",
            MeterRefusal::Values { .. } => "Give one value, or an empty one, for every register.",
            MeterRefusal::Duplicate(_) => "Keep one row for each slot.",
            MeterRefusal::Backwards { .. } => "Give only rows later than those the meter has taken.",
            MeterRefusal::BeforeService { .. } => "Give only rows from the meter's first slot of service on.",
            MeterRefusal::Calendar(_) => "Check the rows' dates.",
            MeterRefusal::MemoryFull { .. } => {
                "Send the meter's batches, then record again; check the rows' dates too."
            }
            MeterRefusal::Delivery(_) => "Check where the batches go, then send again; none was marked as sent.",
            MeterRefusal::PeriodNotOver { .. } => "Ask again when the meter has recorded the whole period.",
            MeterRefusal::PeriodBeforeService { .. } => "Ask for a period that begins within the meter's service.",
            MeterRefusal::PeriodForgotten { .. } => "Ask for a later period; a meter remembers 13 months.",
            MeterRefusal::PeriodLength => "Ask for a whole billing period.",
            MeterRefusal::PeriodOverlap { .. } => "Ask for that period again, or for one that shares no slot with it.",
        }
    }
}
