//! Bills of a chunk: each looked at by itself as far as its proof's equation, and the equations added up.

use std::path::PathBuf;

use jiff::Timestamp;
use wattproof_circuits::bill::Bill;
use wattproof_circuits::bulk::Bulk;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;

use crate::bills::{self, BillDigest, Verdict};
use crate::frame::Frame;
use crate::import::ImportRefusal;
use crate::keys::Keys;
use crate::random::{NoRandomness, fresh};
use crate::store::StoreRefusal;
use crate::store::table::View;
use crate::supplier::{Refused, VerifyRefusal, equation, frame};

/// A file as far as it has come.
pub(crate) struct Read {
    pub(crate) file: PathBuf,
    pub(crate) digest: BillDigest,
    pub(crate) bytes: Vec<u8>,
    pub(crate) found: Found,
}

pub(crate) enum Found {
    /// Decided before.
    Verdict(Verdict),
    /// The statement is there when the bytes are a bill.
    Refused(Refused, Option<Statement>),
    /// All is well but for the proof's equation, which is not known to hold.
    Pending(Statement),
    /// All is well.
    Holds(Statement),
}

impl Found {
    pub(crate) fn refused(refusal: &VerifyRefusal, statement: Option<Statement>) -> Self {
        Found::Refused(Refused::of(refusal), statement)
    }

    /// What is to be said of the bill, with its statement when the bytes are one and it was not decided before.
    pub(crate) fn ruling(self) -> (Result<(), Refused>, Option<Statement>) {
        match self {
            Found::Verdict(Verdict { refused: None, .. }) => (Ok(()), None),
            Found::Verdict(Verdict { refused: Some(reason), .. }) => (Err(Refused { reason, is_final: true }), None),
            Found::Refused(refused, statement) => (Err(refused), statement),
            Found::Pending(statement) => (Err(Refused::of(&ProofRefusal::DoesNotHold.into())), Some(statement)),
            Found::Holds(statement) => (Ok(()), Some(statement)),
        }
    }
}

/// A bill against the store.
pub(crate) enum Framed {
    Verdict(Verdict),
    Refused(VerifyRefusal, Option<Statement>),
    Bill(Box<(Bill, Frame)>),
}

/// A bill's bytes, when they can be read, against what a store says.
pub(crate) fn framed(
    view: &impl View,
    now: Timestamp,
    loaded: Result<Vec<u8>, ImportRefusal>,
) -> Result<(Vec<u8>, Framed), StoreRefusal> {
    let bytes = match loaded {
        Ok(bytes) => bytes,
        Err(refusal) => return Ok((Vec::new(), Framed::Refused(refusal.into(), None))),
    };
    if let Some(verdict) = bills::verdict(view, &bills::digest(&bytes))? {
        return Ok((bytes, Framed::Verdict(verdict)));
    }
    let bill = match Bill::from_bytes(&bytes) {
        Ok(bill) => bill,
        Err(refusal) => return Ok((bytes, Framed::Refused(refusal.into(), None))),
    };
    match frame(view, &bill.statement, now, false) {
        Ok(frame) => Ok((bytes, Framed::Bill(Box::new((bill, frame))))),
        Err(VerifyRefusal::Store(refusal)) => Err(refusal),
        Err(refusal) => Ok((bytes, Framed::Refused(refusal, Some(bill.statement)))),
    }
}

/// A chunk whose proofs are read and summed. `pending` are the places of the bills that the sum is of.
pub(crate) struct Chunk {
    read: Vec<Read>,
    pending: Vec<usize>,
    bulk: Bulk,
}

impl Chunk {
    /// Takes the bills of some files as far as the sum; `done` hears of each.
    pub(crate) fn new(
        keys: &Keys,
        bills: impl IntoIterator<Item = (PathBuf, (Vec<u8>, Framed))>,
        done: &mut dyn FnMut(),
    ) -> Result<Self, VerifyRefusal> {
        let (mut read, mut pending, mut equations) = (Vec::new(), vec![], vec![]);
        for (file, (bytes, framed)) in bills {
            let found = match framed {
                Framed::Verdict(verdict) => Found::Verdict(verdict),
                Framed::Refused(refusal, statement) => Found::refused(&refusal, statement),
                Framed::Bill(framed) => match equation(keys, &framed.0, &framed.1) {
                    Err(refusal) => Found::refused(&refusal, Some(framed.0.statement)),
                    Ok(equation) => {
                        pending.push(read.len());
                        equations.push(equation);
                        Found::Pending(framed.0.statement)
                    }
                },
            };
            read.push(Read { file, digest: bills::digest(&bytes), bytes, found });
            done();
        }
        Ok(Chunk { read, pending, bulk: Bulk::new(equations, &mut weight)? })
    }
}

/// Decides the bills of all chunks at once.
pub(crate) fn settle(chunks: Vec<Chunk>) -> Result<Vec<Read>, VerifyRefusal> {
    let (mut read, mut pending, mut bulks) = (Vec::new(), Vec::new(), Vec::new());
    for chunk in chunks {
        pending.push(chunk.pending.into_iter().map(|place| place + read.len()).collect::<Vec<_>>());
        bulks.push(chunk.bulk);
        read.extend(chunk.read);
    }
    let holds = Bulk::settle(bulks, &mut weight)?;
    for (place, holds) in pending.into_iter().flatten().zip(holds.into_iter().flatten()) {
        let found = &mut read[place].found;
        if let (true, Found::Pending(statement)) = (holds, &*found) {
            *found = Found::Holds(statement.clone());
        }
    }
    Ok(read)
}

fn weight() -> Result<[u8; 32], NoRandomness> {
    Ok(*fresh()?)
}
