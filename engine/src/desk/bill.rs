//! A bill's file on the desk: what it says and what it discloses. Says nothing of whether it is right.

use jiff::Timestamp;
use wattproof_circuits::bill::{Bill, BillRefusal};
use wattproof_meter::record::MeterId;

use super::time;
use crate::bills::{self, Verdict};
use crate::refusal::{Fault, Refusal};
use crate::store::{Store, StoreRefusal};
use crate::supplier::hex;
pub use crate::terms::Terms;
use crate::terms::terms;

impl Refusal for BillRefusal {
    fn code(&self) -> &'static str {
        BillRefusal::code(self)
    }

    fn hint(&self) -> String {
        BillRefusal::hint(self).into()
    }

    fn fault(&self) -> Fault {
        Fault::Refused
    }
}

/// A bill as it can be read. What takes a store's knowledge is absent without it.
#[derive(Clone, Debug)]
pub struct BillSheet {
    /// The digest of its bytes, in hexadecimal.
    pub digest: String,
    /// The meter's id.
    pub id: MeterId,
    /// The meter's name.
    pub meter: Option<String>,
    /// When the first slot starts.
    pub from: Timestamp,
    /// When the last slot ends.
    pub to: Timestamp,
    /// The billed slots.
    pub slots: u32,
    /// Which bill of the period.
    pub revision: u8,
    /// The tariff's digest, in hexadecimal.
    pub tariff_digest: String,
    /// What the batches are known by: number and header digest, in hexadecimal.
    pub batches: Vec<(u32, String)>,
    /// How many commitments came along.
    pub commitments: usize,
    /// Bytes of the proof with its link.
    pub proof_bytes: usize,
    /// Bytes of the bill.
    pub bill_bytes: usize,
    /// Slots of the period that were estimated for want of a reading.
    pub gaps: u32,
    /// What it discloses, as numbers of the tariff's units: the total, shown lines, figures.
    pub disclosed: Vec<i128>,
    /// What it carries from earlier bills, as numbers of the tariff's units.
    pub carried: Vec<u64>,
    /// What its tariff makes of that.
    pub terms: Option<Terms>,
    /// What this store decided about it.
    pub verdict: Option<Verdict>,
}

/// Why a bill cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetRefusal {
    /// Not a bill.
    #[error(transparent)]
    Bill(#[from] BillRefusal),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for SheetRefusal {
    fn code(&self) -> &'static str {
        match self {
            SheetRefusal::Bill(refusal) => refusal.code(),
            SheetRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            SheetRefusal::Bill(refusal) => refusal.hint().into(),
            SheetRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            SheetRefusal::Bill(refusal) => refusal.fault(),
            SheetRefusal::Store(refusal) => refusal.fault(),
        }
    }
}

/// Reads a bill by what the store knows; a store that is not there knows nothing.
pub fn read(store: &Store, bytes: &[u8]) -> Result<BillSheet, SheetRefusal> {
    let bill = Bill::from_bytes(bytes)?;
    let known = if store.exists() { Some(known(store, bytes, &bill)?) } else { None };
    let (meter, terms, verdict) = known.unwrap_or_default();
    let (statement, digest) = (&bill.statement, bills::digest(bytes));
    Ok(BillSheet {
        digest: hex(&digest),
        id: statement.meter,
        meter,
        from: time::start(statement.slots.first(), statement.slot_length),
        to: time::start(statement.slots.end(), statement.slot_length),
        slots: statement.slots.count(),
        revision: statement.revision,
        tariff_digest: hex(&statement.tariff),
        batches: statement.batches.iter().map(|batch| (batch.number, hex(&batch.header))).collect(),
        commitments: bill.commitments.len(),
        proof_bytes: bill.proof.len(),
        bill_bytes: bytes.len(),
        gaps: statement.gaps,
        disclosed: statement.disclosed.clone(),
        carried: statement.carried.clone(),
        terms,
        verdict,
    })
}

type Known = (Option<String>, Option<Terms>, Option<Verdict>);

fn known(store: &Store, bytes: &[u8], bill: &Bill) -> Result<Known, StoreRefusal> {
    store.look(|view| {
        let meter = crate::registry::meter(view, &bill.statement.meter)?.map(|meter| meter.record.name().to_owned());
        let terms = terms(view, &bill.statement)?;
        Ok((meter, terms, bills::verdict(view, &bills::digest(bytes))?))
    })
}
