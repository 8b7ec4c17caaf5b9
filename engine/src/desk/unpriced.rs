//! Why readings are not priced, with an instant in the place of a slot number.

use std::fmt;

use jiff::Timestamp;
use wattproof_circuits::rule::PriceError;
use wattproof_meter::calendar::SlotLength;

use super::time;
use crate::refusal::{Fault, Refusal};

/// Why readings are not priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpriced {
    /// Why.
    pub refusal: PriceError,
    /// The start of the slot it speaks of.
    pub at: Option<Timestamp>,
}

impl Unpriced {
    /// The evaluator's refusal, over slots of this length.
    pub fn new(refusal: PriceError, length: SlotLength) -> Self {
        let slot = match &refusal {
            PriceError::Uncovered { slot } | PriceError::Gap { slot, .. } => Some(*slot),
            PriceError::AboveBound { slot, .. } => Some(*slot),
            _ => None,
        };
        Unpriced { refusal, at: slot.map(|slot| time::start(slot, length)) }
    }
}

impl fmt::Display for Unpriced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.refusal, self.at) {
            (PriceError::Uncovered { .. }, Some(at)) => write!(f, "the readings do not cover {at}"),
            (PriceError::Gap { register, .. }, Some(at)) => write!(f, "register {register} has no reading at {at}"),
            (PriceError::AboveBound { register, bits, .. }, Some(at)) => {
                write!(f, "register {register} passes the tariff's bound of 2^{bits} at {at}")
            }
            (other, _) => other.fmt(f),
        }
    }
}

impl std::error::Error for Unpriced {}

impl Refusal for Unpriced {
    fn code(&self) -> &'static str {
        self.refusal.code()
    }

    fn hint(&self) -> String {
        self.refusal.hint().into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}
