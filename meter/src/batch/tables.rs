//! The points that a meter's certification needs.

use crate::commit::CommitmentTables;
use crate::record::Certification;
use crate::ring::RingTables;

/// What commitments are added up from, by certification. Public; made once in some milliseconds, then only read.
#[derive(Clone, Debug)]
pub enum Tables {
    /// For one commitment a reading.
    Classic(CommitmentTables),
    /// For one commitment a batch and register.
    Compact(RingTables),
}

impl Tables {
    /// The tables of a certification.
    pub fn of(certification: Certification) -> Self {
        match certification {
            Certification::Classic => Tables::Classic(CommitmentTables::new()),
            Certification::Compact => Tables::Compact(RingTables::new()),
        }
    }
}
