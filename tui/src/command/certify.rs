//! `--certify`, as several commands take it.

use clap::ValueEnum;
use serde::Serialize;
use wattproof_engine::desk::meter::Certification;

/// What the meter certifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certify {
    /// One commitment a reading, which bills carry.
    Reading,
    /// One commitment a batch, which the batch carries: smaller bills, checked faster.
    Batch,
}

impl Certify {
    /// The meter's own word for it.
    pub fn certification(self) -> Certification {
        match self {
            Certify::Reading => Certification::Classic,
            Certify::Batch => Certification::Compact,
        }
    }

    /// As it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Certify::Reading => "reading",
            Certify::Batch => "batch",
        }
    }
}
