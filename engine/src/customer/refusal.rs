//! Why a bill is not proved.

use std::path::PathBuf;

use thiserror::Error;
use wattproof_circuits::prepared::PrepareRefusal;
use wattproof_circuits::refusal::ProveRefusal;
use wattproof_circuits::tariff::Diagnostic;
use wattproof_meter::batch::OpenRefusal;

use crate::archive::ArchiveRefusal;
use crate::desk::unpriced::Unpriced;
use crate::frame::FrameRefusal;
use crate::import::ImportRefusal;
use crate::ledger::LedgerRefusal;
use crate::period::PeriodRefusal;
use crate::policy::PolicyRefusal;
use crate::random::NoRandomness;
use crate::refusal::{Fault, Refusal};
use crate::registry::RegistryRefusal;
use crate::store::StoreRefusal;
use crate::supplier::prepare_code;

/// Why a bill is not proved, or readings are not opened. Names no reading.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CustomerRefusal {
    /// The meter is not known.
    #[error(transparent)]
    Registry(#[from] RegistryRefusal),
    /// No tariff, or two, over the period.
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    /// The period is not complete.
    #[error(transparent)]
    Period(#[from] PeriodRefusal),
    /// The period has a gap, or lacks data or earlier bills.
    #[error(transparent)]
    Frame(#[from] FrameRefusal),
    /// The folder of batches cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file there cannot be read.
    #[error(transparent)]
    File(#[from] ImportRefusal),
    /// A file there is not what the meter signed.
    #[error("{path}: {refusal}")]
    BatchFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        refusal: ArchiveRefusal,
    },
    /// Wrong key, or a batch that was tampered with.
    #[error(transparent)]
    Open(#[from] OpenRefusal),
    /// The tariff gives no program over this period.
    #[error("the tariff cannot bill this period: {}", findings.first().map_or("", |d| &d.message))]
    Program {
        /// What is wrong.
        findings: Vec<Diagnostic>,
    },
    /// The bill would say what single readings are.
    #[error("the bill would give readings away: {why}")]
    GivesAway {
        /// What it would say.
        why: String,
    },
    /// Bills would say more than the budget allows.
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
    /// The readings cannot be priced.
    #[error(transparent)]
    Price(#[from] Unpriced),
    /// The tariff cannot be proved over this period.
    #[error(transparent)]
    Prepare(#[from] PrepareRefusal),
    /// The bill cannot be proved.
    #[error(transparent)]
    Prove(#[from] ProveRefusal),
    /// Evaluator and plan disagree.
    #[error("the plain bill and the plan's do not agree")]
    Disagreement,
    /// The proof made does not pass its own check.
    #[error("the proof does not pass its own check")]
    SelfCheck,
    /// Something else lies where the bill is to go.
    #[error("{0} exists already, and is no bill of this meter and period")]
    Exists(PathBuf),
    /// Whoever watched it stopped it.
    #[error("the proof was stopped")]
    Stopped,
    /// No randomness for the proof.
    #[error("the operating system gives no randomness")]
    NoRandomness,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for CustomerRefusal {
    fn code(&self) -> &'static str {
        match self {
            CustomerRefusal::Registry(refusal) => refusal.code(),
            CustomerRefusal::Policy(refusal) => refusal.code(),
            CustomerRefusal::Period(refusal) => refusal.code(),
            CustomerRefusal::Frame(refusal) => refusal.code(),
            CustomerRefusal::Folder { .. } => "folder-unreadable",
            CustomerRefusal::File(refusal) => refusal.code(),
            CustomerRefusal::BatchFile { refusal, .. } => refusal.code(),
            CustomerRefusal::Open(refusal) => refusal.code(),
            CustomerRefusal::Program { .. } => "tariff-unfit-period",
            CustomerRefusal::GivesAway { .. } => "bill-gives-readings-away",
            CustomerRefusal::Ledger(refusal) => refusal.code(),
            CustomerRefusal::Price(refusal) => refusal.code(),
            CustomerRefusal::Prepare(refusal) => prepare_code(refusal),
            CustomerRefusal::Prove(refusal) => refusal.code(),
            CustomerRefusal::Disagreement => "prices-disagree",
            CustomerRefusal::SelfCheck => "self-check-failed",
            CustomerRefusal::Exists(_) => "file-exists",
            CustomerRefusal::Stopped => "stopped",
            CustomerRefusal::NoRandomness => "no-randomness",
            CustomerRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            CustomerRefusal::Registry(refusal) => refusal.hint(),
            CustomerRefusal::Policy(refusal) => refusal.hint(),
            CustomerRefusal::Period(refusal) => refusal.hint(),
            CustomerRefusal::Frame(refusal) => refusal.hint(),
            CustomerRefusal::Folder { .. } => "check the path and its permissions".into(),
            CustomerRefusal::File(refusal) => refusal.hint(),
            CustomerRefusal::BatchFile { refusal, .. } => refusal.hint(),
            CustomerRefusal::Open(refusal) => refusal.hint().into(),
            CustomerRefusal::GivesAway { .. } => {
                "ask for another tariff or bill a longer period; `--disclose-anyway` proves it as it is".into()
            }
            CustomerRefusal::Ledger(refusal) => refusal.hint(),
            CustomerRefusal::Price(refusal) => refusal.hint(),
            CustomerRefusal::Prove(refusal) => refusal.hint().into(),
            CustomerRefusal::Program { findings } if findings.first().is_some_and(Diagnostic::of_period) => {
                findings.first().and_then(|finding| finding.help.clone()).unwrap_or_default()
            }
            CustomerRefusal::Program { .. } | CustomerRefusal::Prepare(_) => {
                "run `wattproof tariff explain` over this period".into()
            }
            CustomerRefusal::Disagreement | CustomerRefusal::SelfCheck => {
                "report this with the tariff: nothing was sent or written".into()
            }
            CustomerRefusal::Exists(_) => "give another path, or move it away".into(),
            CustomerRefusal::Stopped => "nothing was written; start it again when you like".into(),
            CustomerRefusal::NoRandomness => "try again when the machine is up".into(),
            CustomerRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            CustomerRefusal::Registry(refusal) => refusal.fault(),
            CustomerRefusal::Policy(refusal) => refusal.fault(),
            CustomerRefusal::Period(refusal) => refusal.fault(),
            CustomerRefusal::Frame(refusal) => refusal.fault(),
            CustomerRefusal::File(refusal) => refusal.fault(),
            CustomerRefusal::Store(refusal) => refusal.fault(),
            CustomerRefusal::Ledger(refusal) => refusal.fault(),
            CustomerRefusal::Folder { .. } | CustomerRefusal::Exists(_) | CustomerRefusal::Stopped => Fault::Own,
            CustomerRefusal::Open(OpenRefusal::WrongKey { .. }) => Fault::Own,
            CustomerRefusal::NoRandomness => Fault::Machine,
            _ => Fault::Refused,
        }
    }
}

impl From<NoRandomness> for CustomerRefusal {
    fn from(_: NoRandomness) -> Self {
        CustomerRefusal::NoRandomness
    }
}
