//! Why work is not done by others.

use thiserror::Error;

use crate::customer::BulkRefusal;
use crate::refusal::{Fault, Refusal};
use crate::store::StoreRefusal;
use crate::supplier::VerifyRefusal;

/// Why work is not done by others.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClusterRefusal {
    /// Not the address of a queue.
    #[error("{reason}")]
    Address {
        /// What is wrong with it; it may hold a password and is not repeated.
        reason: String,
    },
    /// The database does not answer, or not as it should.
    #[error("the queue {queue} does not answer: {reason}")]
    Unreachable {
        /// The database, without user and password.
        queue: String,
        /// What it or the system says.
        reason: String,
    },
    /// Every worker that took a job failed at it.
    #[error("{count} of the bills are given up after several attempts: {reason}")]
    GivenUp {
        /// How many of this act's bills.
        count: u64,
        /// What the last worker said.
        reason: String,
    },
    /// Another run has asked for the same and taken what came back.
    #[error("another run has taken the results of {count} of these bills")]
    Taken {
        /// How many are missing.
        count: usize,
    },
    /// The queue holds what this program did not write.
    #[error("the queue holds a {what} that this program cannot read")]
    Foreign {
        /// A job or a result.
        what: &'static str,
    },
    /// No threads for the work.
    #[error("the operating system gives no threads")]
    Threads,
    /// As for bulk proving on one machine.
    #[error(transparent)]
    Prove(#[from] BulkRefusal),
    /// As for bulk verification on one machine.
    #[error(transparent)]
    Verify(#[from] VerifyRefusal),
}

impl Refusal for ClusterRefusal {
    fn code(&self) -> &'static str {
        match self {
            ClusterRefusal::Address { .. } => "queue-address",
            ClusterRefusal::Unreachable { .. } => "queue-unreachable",
            ClusterRefusal::GivenUp { .. } => "queue-given-up",
            ClusterRefusal::Taken { .. } => "queue-taken",
            ClusterRefusal::Foreign { .. } => "queue-foreign",
            ClusterRefusal::Threads => "no-threads",
            ClusterRefusal::Prove(refusal) => refusal.code(),
            ClusterRefusal::Verify(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            ClusterRefusal::Address { .. } => "give sqlite:FILE or postgres://USER@HOST/DATABASE".into(),
            ClusterRefusal::Unreachable { .. } => {
                "check that the database runs and lets you in; what is done stays done when you run again".into()
            }
            ClusterRefusal::GivenUp { .. } => {
                "put it right at the workers, then run again: what is done stays done".into()
            }
            ClusterRefusal::Taken { .. } => "let one run at a time ask for the same bills, and run again".into(),
            ClusterRefusal::Foreign { .. } => "use the same version of the program everywhere, or another queue".into(),
            ClusterRefusal::Threads => "ask for fewer with --jobs".into(),
            ClusterRefusal::Prove(refusal) => refusal.hint(),
            ClusterRefusal::Verify(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            ClusterRefusal::Address { .. } | ClusterRefusal::Foreign { .. } => Fault::Own,
            ClusterRefusal::Unreachable { .. }
            | ClusterRefusal::GivenUp { .. }
            | ClusterRefusal::Taken { .. }
            | ClusterRefusal::Threads => Fault::Machine,
            ClusterRefusal::Prove(refusal) => refusal.fault(),
            ClusterRefusal::Verify(refusal) => refusal.fault(),
        }
    }
}

impl From<StoreRefusal> for ClusterRefusal {
    fn from(refusal: StoreRefusal) -> Self {
        ClusterRefusal::Verify(refusal.into())
    }
}
