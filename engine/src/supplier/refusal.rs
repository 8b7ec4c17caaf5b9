//! Why a bill is not accepted.

use thiserror::Error;
use wattproof_circuits::bill::BillRefusal;
use wattproof_circuits::prepared::PrepareRefusal;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::tariff::Diagnostic;
use wattproof_meter::batch::BatchRefusal;
use wattproof_meter::record::MeterId;

use crate::bills::BillDigest;
use crate::frame::FrameRefusal;
use crate::import::ImportRefusal;
use crate::period::PeriodRefusal;
use crate::policy::PolicyRefusal;
use crate::random::NoRandomness;
use crate::refusal::{Fault, Refusal};
use crate::store::StoreRefusal;

/// Why a bill is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyRefusal {
    /// Its file cannot be read.
    #[error(transparent)]
    File(#[from] ImportRefusal),
    /// Its bytes are no bill.
    #[error(transparent)]
    Bill(#[from] BillRefusal),
    /// Its meter is not admitted.
    #[error("meter {0} is not registered here")]
    UnregisteredMeter(MeterId),
    /// Its tariff is not published.
    #[error("the bill's tariff is not published here")]
    UnknownTariff,
    /// Its slots have another length than the meter's or the tariff's.
    #[error("the bill's slots are of another length than its meter's and tariff's")]
    OtherSlotLength,
    /// It does not cover whole days of its tariff.
    #[error("the bill does not cover whole days of its tariff")]
    NotWholeDays,
    /// The meter has another tariff over the period.
    #[error("the bill was made under {found}, but the meter is assigned {wanted}")]
    OtherTariff {
        /// The tariff in force.
        wanted: String,
        /// The bill's.
        found: String,
    },
    /// No tariff, or two, over the period.
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    /// The period is not complete.
    #[error(transparent)]
    Period(#[from] PeriodRefusal),
    /// The period has a gap, or lacks data or earlier bills.
    #[error(transparent)]
    Frame(#[from] FrameRefusal),
    /// A stored batch is not its meter's: the store is at fault.
    #[error(transparent)]
    Batch(#[from] BatchRefusal),
    /// Certified otherwise than the meter certifies.
    #[error("the bill names another certification than its meter's")]
    OtherCertification,
    /// Made with other dated data.
    #[error("the bill was made with other tariff data than are published here")]
    OtherData,
    /// Made with other gaps.
    #[error("the bill counts {found} slots without a reading where its batches have {expected}")]
    OtherGaps {
        /// Slots of the period without a reading.
        expected: u32,
        /// What the bill says.
        found: u32,
    },
    /// Carries other values than the accepted bills give.
    #[error("the bill carries {found} for `{name}`, but the accepted bills give {expected}")]
    OtherCarried {
        /// The carried value.
        name: String,
        /// What the accepted bills give, with its unit.
        expected: String,
        /// What the bill carries, with its unit.
        found: String,
    },
    /// Made with another time zone database.
    #[error("the bill was made with other offsets from UTC over its period")]
    OtherOffsets,
    /// Made over other batches.
    #[error("the bill does not name batch {number} as it is stored here, and no other")]
    OtherBatches {
        /// The first that differs.
        number: u32,
    },
    /// Another bill has the slots.
    #[error("slots of this period are billed already, by bill {}", hex(bill))]
    AlreadyBilled {
        /// The bill that was accepted.
        bill: BillDigest,
    },
    /// A revision of no bill.
    #[error("the bill is revision {revision}, but no earlier bill of this period was accepted")]
    RevisesNothing {
        /// What it says.
        revision: u8,
    },
    /// More or fewer commitments than the batches certify.
    #[error("the bill brings {found} commitments where its batches certify {expected}")]
    CommitmentCount {
        /// What the batches certify.
        expected: usize,
        /// What came.
        found: usize,
    },
    /// Commitments swapped or replaced.
    #[error("the bill's commitments of batch {number} are not those the meter signed")]
    NotCertified {
        /// The batch.
        number: u32,
    },
    /// The meter signed what is no commitment.
    #[error("batch {number} certifies bytes that are no commitment")]
    NotACommitment {
        /// The batch.
        number: u32,
    },
    /// The proof does not show the bill.
    #[error(transparent)]
    Proof(#[from] ProofRefusal),
    /// The tariff cannot be proved over this period.
    #[error(transparent)]
    Prepare(#[from] PrepareRefusal),
    /// The tariff gives no program over this period.
    #[error("the tariff cannot bill this period: {}", findings.first().map_or("", |d| &d.message))]
    Program {
        /// What is wrong.
        findings: Vec<Diagnostic>,
    },
    /// No randomness for the check.
    #[error("the operating system gives no randomness")]
    NoRandomness,
    /// No threads for the work.
    #[error("the operating system gives no threads")]
    Threads,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl VerifyRefusal {
    /// Whether the bill itself is at fault, so that no later import can mend it.
    pub fn is_final(&self) -> bool {
        match self {
            VerifyRefusal::Policy(PolicyRefusal::TwoAssignments { .. })
            | VerifyRefusal::Period(PeriodRefusal::BeforeService { .. }) => true,
            VerifyRefusal::File(_)
            | VerifyRefusal::Bill(_)
            | VerifyRefusal::UnregisteredMeter(_)
            | VerifyRefusal::UnknownTariff
            | VerifyRefusal::Policy(_)
            | VerifyRefusal::Period(_)
            | VerifyRefusal::Batch(_)
            | VerifyRefusal::Frame(_)
            | VerifyRefusal::OtherData
            | VerifyRefusal::OtherCarried { .. }
            | VerifyRefusal::OtherBatches { .. }
            | VerifyRefusal::RevisesNothing { .. }
            | VerifyRefusal::Prepare(_)
            | VerifyRefusal::Program { .. }
            | VerifyRefusal::NoRandomness
            | VerifyRefusal::Threads
            | VerifyRefusal::Store(_) => false,
            _ => true,
        }
    }
}

impl Refusal for VerifyRefusal {
    fn code(&self) -> &'static str {
        match self {
            VerifyRefusal::File(refusal) => refusal.code(),
            VerifyRefusal::Bill(refusal) => refusal.code(),
            VerifyRefusal::UnregisteredMeter(_) => "meter-unregistered",
            VerifyRefusal::UnknownTariff => "tariff-unknown",
            VerifyRefusal::OtherSlotLength => "bill-other-slot-length",
            VerifyRefusal::NotWholeDays => "bill-not-whole-days",
            VerifyRefusal::OtherTariff { .. } => "bill-other-tariff",
            VerifyRefusal::Policy(refusal) => refusal.code(),
            VerifyRefusal::Period(refusal) => refusal.code(),
            VerifyRefusal::Frame(refusal) => refusal.code(),
            VerifyRefusal::Batch(refusal) => refusal.code(),
            VerifyRefusal::OtherCertification => "bill-other-certification",
            VerifyRefusal::OtherData => "bill-other-data",
            VerifyRefusal::OtherGaps { .. } => "bill-other-gaps",
            VerifyRefusal::OtherCarried { .. } => "carried-differ",
            VerifyRefusal::OtherOffsets => "bill-other-offsets",
            VerifyRefusal::OtherBatches { .. } => "bill-other-batches",
            VerifyRefusal::AlreadyBilled { .. } => "already-billed",
            VerifyRefusal::RevisesNothing { .. } => "bill-revises-nothing",
            VerifyRefusal::CommitmentCount { .. } => "commitment-count",
            VerifyRefusal::NotCertified { .. } => "commitments-not-certified",
            VerifyRefusal::NotACommitment { .. } => "commitment-malformed",
            VerifyRefusal::Proof(refusal) => refusal.code(),
            VerifyRefusal::Prepare(refusal) => prepare_code(refusal),
            VerifyRefusal::Program { .. } => "tariff-unfit-period",
            VerifyRefusal::NoRandomness => "no-randomness",
            VerifyRefusal::Threads => "no-threads",
            VerifyRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            VerifyRefusal::File(refusal) => refusal.hint(),
            VerifyRefusal::Bill(refusal) => refusal.hint().into(),
            VerifyRefusal::Policy(refusal) => refusal.hint(),
            VerifyRefusal::Period(refusal) => refusal.hint(),
            VerifyRefusal::Frame(refusal) => refusal.hint(),
            VerifyRefusal::Proof(refusal) => refusal.hint().into(),
            VerifyRefusal::Store(refusal) => refusal.hint(),
            VerifyRefusal::UnregisteredMeter(_) => "register the meter's .pub file, then verify again".into(),
            VerifyRefusal::UnknownTariff => "import the tariff, then verify again".into(),
            VerifyRefusal::Batch(_) => "run `wattproof store check`".into(),
            VerifyRefusal::OtherTariff { .. } => "ask the customer to prove the bill under the assigned tariff".into(),
            VerifyRefusal::OtherData => {
                "compare the published data: import what is missing here, or export them to the customer and ask for the \
                 bill again"
                    .into()
            }
            VerifyRefusal::OtherCarried { .. } => {
                "export the receipts of the accepted bills to the customer and ask for the bill again".into()
            }
            VerifyRefusal::OtherOffsets => "ask the customer to use the same version of the program".into(),
            VerifyRefusal::OtherBatches { .. } => {
                "export the batches to the customer and ask for the bill again".into()
            }
            VerifyRefusal::AlreadyBilled { .. } => {
                "look at the accepted bill; one that corrects it is proved with --revision N, one more than its own".into()
            }
            VerifyRefusal::RevisesNothing { .. } => "verify the earlier bill first".into(),
            VerifyRefusal::Prepare(_) | VerifyRefusal::Program { .. } => {
                "run `wattproof tariff explain` over this period".into()
            }
            VerifyRefusal::NotACommitment { .. } => "have the meter examined".into(),
            VerifyRefusal::NoRandomness => "try again when the machine is up".into(),
            VerifyRefusal::Threads => "ask for fewer with --jobs".into(),
            _ => "do not accept the amount; ask the customer to prove the bill again".into(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            VerifyRefusal::File(refusal) => refusal.fault(),
            VerifyRefusal::Frame(refusal) => refusal.fault(),
            VerifyRefusal::Store(refusal) => refusal.fault(),
            VerifyRefusal::NoRandomness | VerifyRefusal::Threads => Fault::Machine,
            _ => Fault::Refused,
        }
    }
}

impl From<NoRandomness> for VerifyRefusal {
    fn from(_: NoRandomness) -> Self {
        VerifyRefusal::NoRandomness
    }
}

/// The code of a refusal to prepare.
pub(crate) fn prepare_code(refusal: &PrepareRefusal) -> &'static str {
    match refusal {
        PrepareRefusal::Plan(refusal) => refusal.code(),
        PrepareRefusal::Layout(refusal) => refusal.code(),
        PrepareRefusal::Params(_) => "parameters-altered",
        _ => "circuit-not-compiled",
    }
}

/// Bytes as people compare them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
