//! The supplier's acts. Nothing here can hold a reading.

use std::path::Path;

use jiff::Timestamp;
use wattproof_engine::archive;
use wattproof_engine::bills::{self, BillDigest};
use wattproof_engine::desk::demo::{Tamper, tampered};
use wattproof_engine::progress::Progress;
use wattproof_engine::registry::Taken;
use wattproof_engine::store::Store;
use wattproof_engine::supplier::{Check, Judged, Supplier};

use super::{Trouble, Watch};
use crate::screen::view::period;

/// What was said of a bill, with the check that refused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The reason, when it was refused.
    pub refused: Option<Trouble>,
    /// The check that refused.
    pub check: Option<Check>,
}

/// A bill and what was said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The bill.
    pub digest: BillDigest,
    /// What was said.
    pub judgement: Judgement,
    /// Whether it was decided before.
    pub already: bool,
    /// The bill in a few words.
    pub says: String,
    /// Whether nothing was decided.
    pub dry_run: bool,
}

fn judgement(judged: &Judged) -> Judgement {
    let refused = judged.refused.as_ref().map(|reason| Trouble::new(&reason.code, &reason.message, &reason.hint));
    let check = refused.as_ref().and_then(|trouble| Check::of(&trouble.code));
    Judgement { refused, check }
}

fn verdict(judged: &Judged, dry_run: bool) -> Verdict {
    let says = judged.says.as_ref().map(|says| format!("{} {}", says.meter, period(&says.period, says.revision)));
    Verdict {
        digest: judged.digest,
        judgement: judgement(judged),
        already: judged.already,
        says: says.unwrap_or_else(|| "a file that is no bill".into()),
        dry_run,
    }
}

/// Verifies bills of the store, in the order given; what was decided before a stop stays decided.
pub fn verify(
    store: &Store,
    bills: &[BillDigest],
    dry_run: bool,
    now: Timestamp,
    watch: &mut Watch<'_>,
) -> Result<Vec<Verdict>, Trouble> {
    let supplier = Supplier::new(store, now);
    let (total, mut verdicts) = (bills.len() as u64, Vec::new());
    for digest in bills {
        if watch.stopped() {
            break;
        }
        if let Some(bytes) = bills::bytes(store, digest)? {
            verdicts.push(verdict(&supplier.verify(&bytes, dry_run)?, dry_run));
        }
        (watch.progress)(Progress { step: "verify", done: verdicts.len() as u64, total });
    }
    Ok(verdicts)
}

/// Verifies a file.
pub fn verify_file(store: &Store, path: &Path, now: Timestamp, watch: &mut Watch<'_>) -> Result<Vec<Verdict>, Trouble> {
    let supplier = Supplier::new(store, now);
    let judged = supplier.verify_files(&[path.to_path_buf()], false, watch.progress)?;
    Ok(judged.iter().map(|judged| verdict(judged, false)).collect())
}

/// Lies about a copy of a bill and has it checked as if it were new. Nothing is stored.
pub fn tamper(store: &Store, bill: &BillDigest, lie: Tamper, now: Timestamp) -> Result<Judgement, Trouble> {
    let gone = || Trouble::new("bill-unknown", "the bill is no longer in the store", "look at the store again");
    let bytes = bills::bytes(store, bill)?.ok_or_else(gone)?;
    let nothing = || Trouble::new("nothing-to-tamper", "the bill has nothing of that kind", "choose another lie");
    let lie = tampered(&bytes, lie).ok_or_else(nothing)?;
    Ok(judgement(&Supplier::anew(store, now).verify(&lie, true)?))
}

/// Puts a bill into the inbox.
pub fn hand_in(store: &Store, bytes: &[u8], now: Timestamp) -> Result<String, Trouble> {
    Ok(match bills::hand_in(store, bytes, now)? {
        Taken::New => "the bill lies in the supplier's inbox".into(),
        Taken::Already => "the supplier has this bill already".into(),
    })
}

/// Says which rival counts.
pub fn settle(store: &Store, meter: &str, number: u32, header: &str) -> Result<String, Trouble> {
    archive::settle_rival(store, meter, number, header)?;
    Ok(format!("batch {number} of {meter}: {} counts", &header[..header.len().min(8)]))
}
