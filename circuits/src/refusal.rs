//! Why a bill is not proved, and why a proof is refused.

use halo2_proofs::plonk::Error;

use crate::plan::CarriedMisfit;
use crate::schnorr::Refused;

/// Why a bill cannot be proved. The customer's own readings or device are at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveRefusal {
    /// A slot has no reading, and the tariff does not say how to bill it.
    #[error("slot {0} has no reading")]
    Gap(u32),
    /// A slot has a reading where the bill estimates one.
    #[error("slot {0} has a reading, which was to be estimated")]
    NoGap(u32),
    /// A reading is above the bound that the tariff gives its register.
    #[error("the reading of slot {0} is above the bound of its register")]
    AboveBound(u32),
    /// Another number of carried values than the tariff declares.
    #[error("the tariff carries {expected} values from earlier bills, {found} are given")]
    Carried {
        /// Values that the tariff carries.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A carried value is at or above the bound that the tariff gives it.
    #[error("the carried value {name} passes the bound that the tariff gives it")]
    CarriedTooLarge {
        /// Its name.
        name: String,
    },
    /// The entries of a table are not at hand.
    #[error("the entries of table {name} are not given")]
    TableMissing {
        /// Its name.
        name: String,
    },
    /// A reading comes without its opening.
    #[error("the reading of slot {0} comes without the opening of its commitment")]
    Openings(u32),
    /// The statement discloses other amounts than these readings give.
    #[error("the statement's amounts are not those of the readings")]
    OtherAmounts,
    /// halo2 refuses the witness.
    #[error("the circuit cannot be filled: {0}")]
    Circuit(String),
    /// Whoever watched it stopped it.
    #[error("the proof was stopped")]
    Stopped,
}

impl ProveRefusal {
    pub(crate) fn halo2(error: Error) -> Self {
        ProveRefusal::Circuit(error.to_string())
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ProveRefusal::Gap(_) => "slot-without-reading",
            ProveRefusal::NoGap(_) => "slot-with-reading",
            ProveRefusal::AboveBound(_) => "reading-above-bound",
            ProveRefusal::Carried { .. } => "carried-count",
            ProveRefusal::CarriedTooLarge { .. } => "carried-too-large",
            ProveRefusal::TableMissing { .. } => "table-missing",
            ProveRefusal::Openings(_) => "opening-missing",
            ProveRefusal::OtherAmounts => "amounts-of-other-readings",
            ProveRefusal::Circuit(_) => "circuit-not-satisfied",
            ProveRefusal::Stopped => "stopped",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            ProveRefusal::Gap(_) => "Import the batch that holds it, or ask for a tariff with a rule for gaps.",
            ProveRefusal::NoGap(_) => "Prepare the bill again, with these readings' gaps.",
            ProveRefusal::AboveBound(_) => "Ask for a tariff whose register bound is the meter's.",
            ProveRefusal::Carried { .. } => "Give each value that the tariff carries, in its order.",
            ProveRefusal::CarriedTooLarge { .. } => "Ask for a tariff that gives the carried value a higher bound.",
            ProveRefusal::TableMissing { .. } => "Give the table's file, as it was published.",
            ProveRefusal::Openings(_) => "Open the batches again with the meter's key.",
            ProveRefusal::OtherAmounts => "Price the readings again and state what they give.",
            ProveRefusal::Circuit(_) => "Report this: a bill that prices should prove.",
            ProveRefusal::Stopped => "Nothing was made; start it again when you like.",
        }
    }
}

/// Why a proof is refused. Whoever made the bill is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofRefusal {
    /// Every proof for a tariff and period has one length; this one has another.
    #[error("the proof is {found} bytes long, not {expected}")]
    WrongLength {
        /// Bytes that every proof of this tariff and period has.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// The statement is about other slots than the ones prepared.
    #[error("the bill is for another period than the one it is checked for")]
    OtherPeriod,
    /// More or fewer disclosed amounts than the tariff discloses.
    #[error("the bill discloses {found} amounts where its tariff discloses {expected}")]
    WrongAmounts {
        /// Amounts that the tariff discloses.
        expected: usize,
        /// Amounts found.
        found: usize,
    },
    /// An amount that no readings could give.
    #[error("amount {index} of the bill is outside what its tariff can charge")]
    AmountOutOfBounds {
        /// Which amount; 0 is the total.
        index: usize,
    },
    /// Another number of carried values than the tariff declares.
    #[error("the tariff carries {expected} values from earlier bills, {found} are given")]
    Carried {
        /// Values that the tariff carries.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A carried value is at or above the bound that the tariff gives it.
    #[error("the carried value {name} passes the bound that the tariff gives it")]
    CarriedTooLarge {
        /// Its name.
        name: String,
    },
    /// A slot of the period has no commitment.
    #[error("slot {0} comes without a commitment")]
    MissingCommitment(u32),
    /// A slot has a commitment where the bill estimates a reading.
    #[error("slot {0} has a commitment, where the bill was to estimate the reading")]
    UnusedCommitment(u32),
    /// A point or scalar that is not canonical, or the identity.
    #[error("the proof holds bytes that are no point or number of the curve")]
    Malformed,
    /// The proof's equation does not hold: a wrong amount, other readings, another customer, period or tariff.
    #[error("the proof does not show that this bill follows from the certified readings")]
    DoesNotHold,
}

impl ProofRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ProofRefusal::WrongLength { .. } => "proof-wrong-length",
            ProofRefusal::OtherPeriod => "bill-other-period",
            ProofRefusal::WrongAmounts { .. } => "bill-wrong-amounts",
            ProofRefusal::AmountOutOfBounds { .. } => "amount-out-of-bounds",
            ProofRefusal::Carried { .. } => "bill-carried-count",
            ProofRefusal::CarriedTooLarge { .. } => "bill-carried-too-large",
            ProofRefusal::MissingCommitment(_) => "commitment-missing",
            ProofRefusal::UnusedCommitment(_) => "commitment-unused",
            ProofRefusal::Malformed => "proof-malformed",
            ProofRefusal::DoesNotHold => "proof-does-not-hold",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            ProofRefusal::WrongLength { .. } | ProofRefusal::Malformed => "Ask the customer to send the bill again.",
            ProofRefusal::OtherPeriod => "Check the bill against the period that it names.",
            ProofRefusal::WrongAmounts { .. } | ProofRefusal::AmountOutOfBounds { .. } => {
                "Ask the customer for a bill made under the published tariff."
            }
            ProofRefusal::Carried { .. } => "Give each value that the tariff carries, in its order.",
            ProofRefusal::CarriedTooLarge { .. } => {
                "Raise the bound of the carried value in the next version of the tariff."
            }
            ProofRefusal::UnusedCommitment(_) => "Prepare the check again, with the gaps of these batches.",
            ProofRefusal::MissingCommitment(_) => "Ask the customer for a bill over all its batches.",
            ProofRefusal::DoesNotHold => "Do not accept the amount; ask the customer to prove the bill again.",
        }
    }
}

impl From<Refused> for ProofRefusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Malformed => ProofRefusal::Malformed,
            Refused::Missing => ProofRefusal::DoesNotHold,
        }
    }
}

impl From<CarriedMisfit> for ProveRefusal {
    fn from(misfit: CarriedMisfit) -> Self {
        match misfit {
            CarriedMisfit::Count { expected, found } => ProveRefusal::Carried { expected, found },
            CarriedMisfit::TooLarge { name } => ProveRefusal::CarriedTooLarge { name },
        }
    }
}

impl From<CarriedMisfit> for ProofRefusal {
    fn from(misfit: CarriedMisfit) -> Self {
        match misfit {
            CarriedMisfit::Count { expected, found } => ProofRefusal::Carried { expected, found },
            CarriedMisfit::TooLarge { name } => ProofRefusal::CarriedTooLarge { name },
        }
    }
}
