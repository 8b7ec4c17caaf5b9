//! The customer's ledger: how many bits the bills proved so far disclose about each slot.
//!
//! A bill's bits are charged in full to every slot that it touches, for several bills over parts of the same days say
//! more together than each says alone: 1–30 April and 1–29 April give the 30th. A bill that would bring a slot past the
//! budget is not proved. What was disclosed once is not charged again.
//!
//! The ledger is a file of the customer's own beside the store, never in it: a line a bill, in exactly one form.
//!
//! ```text
//! wattproof ledger 1
//! 2026-11-02T09:00:00Z meter 00112233aabbccdd, slots 985440+1488, millibits 25402, said DIGEST
//! ```

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;
use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::record::MeterId;

use crate::desk::file::{self, FileRefusal};
use crate::desk::time;
use crate::refusal::{Fault, Refusal};
use crate::supplier::hex;

/// The first line.
const HEAD: &str = "wattproof ledger 1\n";
/// The most bytes of a ledger.
const MAX_FILE: u64 = 16 << 20;

/// Bits about a slot at which proving stops unless told otherwise: some ten bills of a rounded total.
pub const BUDGET: u32 = 256;

/// Where a ledger is, and how many bits it allows a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purse {
    /// The ledger's file.
    pub path: PathBuf,
    /// Bits about a slot.
    pub budget: u32,
}

/// Why a bill is not charged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LedgerRefusal {
    /// The file is not a ledger.
    #[error("line {line} of {path} is no line of a ledger")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from one.
        line: usize,
    },
    /// The budget of a slot would be passed.
    #[error(
        "bills proved so far say up to {spent} bits about the slot at {at}; with this one it would be {after} of {budget}"
    )]
    Budget {
        /// The start of the slot.
        at: Timestamp,
        /// Bits so far.
        spent: u32,
        /// Bits with the bill.
        after: u32,
        /// Bits allowed.
        budget: u32,
    },
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileRefusal),
}

impl Refusal for LedgerRefusal {
    fn code(&self) -> &'static str {
        match self {
            LedgerRefusal::Malformed { .. } => "ledger-malformed",
            LedgerRefusal::Budget { .. } => "ledger-budget",
            LedgerRefusal::File(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            LedgerRefusal::Malformed { .. } => "move the file away; what it counted is then forgotten".into(),
            LedgerRefusal::Budget { .. } => {
                "send a bill that is proved already, or allow more with `--budget BITS`".into()
            }
            LedgerRefusal::File(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            LedgerRefusal::Malformed { .. } => Fault::Own,
            LedgerRefusal::Budget { .. } => Fault::Refused,
            LedgerRefusal::File(refusal) => refusal.fault(),
        }
    }
}

/// What a bill said, and about which slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    when: Timestamp,
    meter: MeterId,
    slots: SlotRange,
    millibits: u64,
    /// Of everything that the bill discloses.
    said: [u8; 32],
}

/// A ledger, read.
#[derive(Debug)]
pub(crate) struct Ledger<'a> {
    purse: &'a Purse,
    charges: Vec<Charge>,
}

impl Charge {
    /// What a statement says, in so many bits.
    pub(crate) fn of(statement: &Statement, bits: f64, when: Timestamp) -> Self {
        let mut state = blake2b_simd::Params::new().hash_length(32).personal(b"wp1-ledger").to_state();
        state.update(&statement.tariff).update(&statement.data);
        for value in &statement.carried {
            state.update(&value.to_le_bytes());
        }
        for amount in &statement.disclosed {
            state.update(&amount.to_le_bytes());
        }
        let (hash, mut said) = (state.finalize(), [0; 32]);
        said.copy_from_slice(hash.as_bytes());
        let millibits = (bits.max(0.0) * 1000.0).ceil() as u64;
        Charge { when: second(when), meter: statement.meter, slots: statement.slots, millibits, said }
    }

    /// A line of a ledger, in its only form.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (when, fields) = line.split_once(" meter ")?;
        let (meter, fields) = fields.split_once(", slots ")?;
        let (slots, fields) = fields.split_once(", millibits ")?;
        let (millibits, said) = fields.split_once(", said ")?;
        let (first, count) = slots.split_once('+')?;
        let charge = Charge {
            when: when.parse().ok()?,
            meter: MeterId(u64::from_str_radix(meter, 16).ok()?.to_be_bytes()),
            slots: SlotRange::new(Slot::new(first.parse().ok()?), count.parse().ok()?)?,
            millibits: millibits.parse().ok()?,
            said: crate::receipt::digest(said)?,
        };
        (charge.to_string() == line).then_some(charge)
    }

    fn same(&self, other: &Charge) -> bool {
        self.meter == other.meter && self.slots == other.slots && self.said == other.said
    }
}

impl fmt::Display for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Charge { when, meter, slots, millibits, said } = self;
        let (first, count, said) = (slots.first().index(), slots.count(), hex(said));
        write!(f, "{when} meter {meter}, slots {first}+{count}, millibits {millibits}, said {said}")
    }
}

/// Without fractions of a second.
fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

impl<'a> Ledger<'a> {
    /// Reads the ledger; one that is not there has no charge.
    pub(crate) fn read(purse: &'a Purse) -> Result<Self, LedgerRefusal> {
        let absent = matches!(std::fs::metadata(&purse.path), Err(error) if error.kind() == ErrorKind::NotFound);
        if absent {
            return Ok(Ledger { purse, charges: Vec::new() });
        }
        let bytes = file::read(&purse.path, MAX_FILE)?;
        let malformed = |line| LedgerRefusal::Malformed { path: purse.path.clone(), line };
        let text = std::str::from_utf8(&bytes).map_err(|_| malformed(1))?;
        let lines = text.strip_prefix(HEAD).ok_or_else(|| malformed(1))?.split_terminator('\n');
        let charges = lines.zip(2..).map(|(line, at)| Charge::parse(line).ok_or_else(|| malformed(at)));
        let charges = charges.collect::<Result<Vec<_>, _>>()?;
        if text.ends_with('\n') { Ok(Ledger { purse, charges }) } else { Err(malformed(charges.len() + 1)) }
    }

    /// A ledger that says this, wherever it is kept.
    #[cfg(feature = "cluster")]
    pub(crate) fn of(purse: &'a Purse, charges: Vec<Charge>) -> Self {
        Ledger { purse, charges }
    }

    /// What was said before, by meter.
    #[cfg(feature = "cluster")]
    pub(crate) fn by_meter(self) -> std::collections::HashMap<MeterId, Vec<Charge>> {
        let mut said = std::collections::HashMap::<_, Vec<Charge>>::new();
        self.charges.into_iter().for_each(|charge| said.entry(charge.meter).or_default().push(charge));
        said
    }

    /// Refuses a charge that would bring a slot past the budget.
    pub(crate) fn admit(&self, charge: &Charge, length: SlotLength) -> Result<(), LedgerRefusal> {
        let budget = self.purse.budget;
        if self.charges.iter().any(|known| known.same(charge)) {
            return Ok(());
        }
        let (slot, spent) = self.most(charge);
        let after = spent + charge.millibits;
        if after <= u64::from(budget) * 1000 {
            return Ok(());
        }
        let bits = |millibits: u64| u32::try_from(millibits.div_ceil(1000)).unwrap_or(u32::MAX);
        Err(LedgerRefusal::Budget { at: time::start(slot, length), spent: bits(spent), after: bits(after), budget })
    }

    /// The slot of a charge about which most was said before, and how much.
    fn most(&self, charge: &Charge) -> (Slot, u64) {
        let over = |known: &&Charge| known.meter == charge.meter && known.slots.overlap(charge.slots).is_some();
        let over: Vec<&Charge> = self.charges.iter().filter(over).collect();
        let at = |slot: Slot| over.iter().filter(|known| known.slots.contains(slot)).map(|known| known.millibits).sum();
        // What is said of slots changes only where a bill begins.
        let starts = over.iter().map(|known| known.slots.first().max(charge.slots.first()));
        let all = starts.chain([charge.slots.first()]).map(|slot| (slot, at(slot)));
        all.max_by_key(|(slot, spent)| (*spent, std::cmp::Reverse(*slot))).unwrap_or((charge.slots.first(), 0))
    }

    /// Writes charges down, but for those that were said before.
    pub(crate) fn charge(mut self, charges: impl IntoIterator<Item = Charge>) -> Result<(), LedgerRefusal> {
        let before = self.charges.len();
        for charge in charges {
            if !self.charges.iter().any(|known| known.same(&charge)) {
                self.charges.push(charge);
            }
        }
        if self.charges.len() == before {
            return Ok(());
        }
        let lines: String = self.charges.iter().map(|charge| format!("{charge}\n")).collect();
        Ok(file::replace_own(&self.purse.path, format!("{HEAD}{lines}").as_bytes())?)
    }
}

/// The ledger beside a store.
pub fn beside(store: &Path) -> PathBuf {
    store.with_extension("ledger")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(first: u32, count: u32, bits: u64, said: u8) -> Charge {
        Charge {
            when: "2026-11-02T09:00:00Z".parse().unwrap(),
            meter: MeterId([7; 8]),
            slots: SlotRange::new(Slot::new(first), count).unwrap(),
            millibits: bits * 1000,
            said: [said; 32],
        }
    }

    fn purse(folder: &tempfile::TempDir, budget: u32) -> Purse {
        Purse { path: folder.path().join("store.ledger"), budget }
    }

    #[test]
    fn bits_are_charged_to_every_slot_and_stop_at_the_budget() {
        let folder = tempfile::tempdir().unwrap();
        let purse = purse(&folder, 60);
        let admit = |charge: &Charge| Ledger::read(&purse).unwrap().admit(charge, SlotLength::HALF_HOUR);
        let take = |charge: Charge| {
            admit(&charge).unwrap();
            Ledger::read(&purse).unwrap().charge([charge]).unwrap();
        };
        take(charge(1000, 48, 25, 1));
        take(charge(1048, 48, 25, 2));
        take(charge(1040, 16, 25, 3));
        // Eight slots on both sides of the edge have two bills each.
        let at = time::start(Slot::new(1040), SlotLength::HALF_HOUR);
        let refused = LedgerRefusal::Budget { at, spent: 50, after: 75, budget: 60 };
        assert_eq!(admit(&charge(1000, 48, 25, 4)), Err(refused.clone()));
        assert_eq!((refused.code(), refused.fault()), ("ledger-budget", Fault::Refused));
        assert_eq!(admit(&charge(1000, 40, 25, 4)), Ok(()), "one bill has touched these");
        assert_eq!(admit(&charge(1000, 48, 25, 1)), Ok(()), "the same again says nothing new");
        assert_eq!(admit(&Charge { meter: MeterId([8; 8]), ..charge(1000, 48, 25, 4) }), Ok(()));
        let free = Purse { budget: 75, ..purse.clone() };
        assert_eq!(Ledger::read(&free).unwrap().admit(&charge(1000, 48, 25, 4), SlotLength::HALF_HOUR), Ok(()));
        take(charge(1000, 48, 25, 1));
        assert_eq!(std::fs::read_to_string(&purse.path).unwrap().lines().count(), 1 + 3);
    }

    #[test]
    fn a_ledger_has_one_form() {
        let folder = tempfile::tempdir().unwrap();
        let purse = purse(&folder, 60);
        Ledger::read(&purse).unwrap().charge([charge(1000, 48, 25, 1)]).unwrap();
        let text = std::fs::read_to_string(&purse.path).unwrap();
        for (from, to, line) in [
            ("ledger 1", "ledger 2", 1),
            ("1000+48", "01000+48", 2),
            ("25000", "25,000", 2),
            ("0101\n", "01\n", 2),
            ("09:00:00Z", "10:00:00+01:00", 2),
            ("0101\n", "0101\n\n", 3),
            ("0101\n", "0101", 2),
        ] {
            assert!(text.contains(from));
            std::fs::write(&purse.path, text.replacen(from, to, 1)).unwrap();
            let refusal = Ledger::read(&purse).unwrap_err();
            assert_eq!(refusal, LedgerRefusal::Malformed { path: purse.path.clone(), line }, "{to:?}");
        }
    }
}
