//! A receipt: the supplier's word that a bill was accepted, and what that bill disclosed.
//!
//! A tariff that carries values from earlier bills needs them on the customer's device too. The supplier reads them out
//! of the bills it accepted; a customer whose store has not accepted those bills itself takes them from receipts, which
//! an export brings along. A receipt proves nothing: a bill that carries other values than the supplier's own bills give
//! is refused, and what a bill carries stands in it for its customer to see.
//!
//! As a file a receipt is one line of text, in exactly one form:
//!
//! ```text
//! wattproof receipt 1: meter 00112233aabbccdd, slots 985440+1488, revision 0, tariff DIGEST, bill DIGEST, disclosed 12345 678
//! ```

use std::fmt;
use std::ops::ControlFlow;

use thiserror::Error;
use wattproof_circuits::bill::MAX_SLOTS;
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::record::MeterId;

use crate::bills::BillDigest;
use crate::refusal::{Fault, Refusal};
use crate::registry::{self, Taken};
use crate::store::StoreRefusal;
use crate::store::record::rotten;
use crate::store::table::{Change, RECEIPTS, View};
use crate::supplier::hex;

/// How a receipt's file starts.
pub const HEAD: &str = "wattproof receipt 1: ";

/// An accepted bill, as later bills see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whose readings.
    pub meter: MeterId,
    /// The billed slots.
    pub slots: SlotRange,
    /// Which bill of the period.
    pub revision: u8,
    /// The tariff file's digest.
    pub tariff: [u8; 32],
    /// The bill.
    pub bill: BillDigest,
    /// What it disclosed: the total, shown lines, figures.
    pub disclosed: Vec<i128>,
}

/// Why a receipt is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiptRefusal {
    /// Not one line in the one form.
    #[error("this is not a receipt")]
    NotAReceipt,
    /// Its meter is not admitted.
    #[error("meter {0} is not registered here")]
    UnregisteredMeter(MeterId),
    /// Another receipt of the same bill or of some of its slots says something else.
    #[error("another receipt for some of these slots says something else")]
    Conflict,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for ReceiptRefusal {
    fn code(&self) -> &'static str {
        match self {
            ReceiptRefusal::NotAReceipt => "receipt-malformed",
            ReceiptRefusal::UnregisteredMeter(_) => "meter-unregistered",
            ReceiptRefusal::Conflict => "receipt-conflict",
            ReceiptRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            ReceiptRefusal::NotAReceipt => "ask the supplier to export it again".into(),
            ReceiptRefusal::UnregisteredMeter(_) => "register the meter's .pub file first".into(),
            ReceiptRefusal::Conflict => "ask the supplier which bill counts, and begin with a new store".into(),
            ReceiptRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            ReceiptRefusal::Store(refusal) => refusal.fault(),
            _ => Fault::Refused,
        }
    }
}

impl Receipt {
    /// Reads a file; nothing when it is in any other form.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let fields = std::str::from_utf8(bytes).ok()?.strip_prefix(HEAD)?.strip_suffix('\n')?;
        let (meter, fields) = fields.strip_prefix("meter ")?.split_once(", slots ")?;
        let (slots, fields) = fields.split_once(", revision ")?;
        let (revision, fields) = fields.split_once(", tariff ")?;
        let (tariff, fields) = fields.split_once(", bill ")?;
        let (bill, disclosed) = fields.split_once(", disclosed ")?;
        let (first, count) = slots.split_once('+')?;
        let count = count.parse().ok().filter(|count| (1..=MAX_SLOTS).contains(count))?;
        let receipt = Receipt {
            meter: MeterId(u64::from_str_radix(meter, 16).ok()?.to_be_bytes()),
            slots: SlotRange::new(Slot::new(first.parse().ok()?), count)?,
            revision: revision.parse().ok()?,
            tariff: digest(tariff)?,
            bill: digest(bill)?,
            disclosed: amounts(disclosed)?,
        };
        (receipt.to_string().as_bytes() == bytes).then_some(receipt)
    }
}

/// A digest in hexadecimal.
pub(crate) fn digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let bytes = text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let whole = text.len() == 64 && digest.iter_mut().zip(bytes).all(|(to, byte)| byte.map(|b| *to = b).is_some());
    whole.then_some(digest)
}

/// As many as a bill may disclose, and at least a total.
fn amounts(text: &str) -> Option<Vec<i128>> {
    let most = usize::from(u8::MAX);
    text.split(' ')
        .take(most + 1)
        .map(|amount| amount.parse().ok())
        .collect::<Option<Vec<_>>>()
        .filter(|all| all.len() <= most)
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, count) = (self.slots.first().index(), self.slots.count());
        let disclosed: Vec<String> = self.disclosed.iter().map(ToString::to_string).collect();
        let (tariff, bill, disclosed) = (hex(&self.tariff), hex(&self.bill), disclosed.join(" "));
        let (meter, revision) = (self.meter, self.revision);
        writeln!(
            f,
            "{HEAD}meter {meter}, slots {first}+{count}, revision {revision}, tariff {tariff}, bill {bill}, \
             disclosed {disclosed}"
        )
    }
}

/// Keeps a receipt of an admitted meter. That of a later revision takes the place of an earlier one's.
pub(crate) fn keep(change: &Change, bytes: &[u8]) -> Result<Taken, ReceiptRefusal> {
    let receipt = Receipt::parse(bytes).ok_or(ReceiptRefusal::NotAReceipt)?;
    let id = receipt.meter;
    registry::meter(change, &id)?.ok_or(ReceiptRefusal::UnregisteredMeter(id))?;
    for known in overlapping(change, &id, receipt.slots)? {
        if known == receipt || (known.slots == receipt.slots && known.revision > receipt.revision) {
            return Ok(Taken::Already);
        }
        if known.slots != receipt.slots || known.revision == receipt.revision {
            return Err(ReceiptRefusal::Conflict);
        }
    }
    change.put(RECEIPTS, &key(&id, receipt.slots.first()), bytes)?;
    Ok(Taken::New)
}

/// The receipts of a meter that touch these slots.
fn overlapping(view: &impl View, meter: &MeterId, slots: SlotRange) -> Result<Vec<Receipt>, StoreRefusal> {
    let mut found = Vec::new();
    before(view, meter, slots.end(), &mut |receipt| {
        let over = receipt.slots.end() <= slots.first();
        if receipt.slots.overlap(slots).is_some() {
            found.push(receipt);
        }
        if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found)
}

/// The receipt of the latest bill that ends at or before a slot.
pub(crate) fn last_until(view: &impl View, meter: &MeterId, slot: Slot) -> Result<Option<Receipt>, StoreRefusal> {
    let mut found = None;
    before(view, meter, slot, &mut |receipt| {
        if receipt.slots.end() > slot {
            return ControlFlow::Continue(());
        }
        found = Some(receipt);
        ControlFlow::Break(())
    })?;
    Ok(found)
}

/// The receipts that begin before a slot, the last first.
fn before(
    view: &impl View,
    meter: &MeterId,
    slot: Slot,
    visit: &mut dyn FnMut(Receipt) -> ControlFlow<()>,
) -> Result<(), StoreRefusal> {
    let Some(last) = slot.index().checked_sub(1) else { return Ok(()) };
    view.scan_back(RECEIPTS, &meter.0, &key(meter, Slot::new(last)), &mut |_, payload| {
        Ok(visit(Receipt::parse(payload).ok_or_else(|| rotten(RECEIPTS))?))
    })
}

fn key(meter: &MeterId, first: Slot) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&meter.0);
    key[8..].copy_from_slice(&first.index().to_be_bytes());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> String {
        let (tariff, bill) = ("0a".repeat(32), "f1".repeat(32));
        format!(
            "wattproof receipt 1: meter 00112233aabbccdd, slots 985440+1488, revision 0, tariff {tariff}, bill {bill}, \
             disclosed 12345 -678\n"
        )
    }

    #[test]
    fn the_one_form_reads_back() {
        let receipt = Receipt::parse(line().as_bytes()).unwrap();
        assert_eq!((receipt.to_string(), receipt.disclosed.as_slice()), (line(), &[12_345, -678][..]));
        assert_eq!((receipt.slots.first().index(), receipt.slots.count()), (985_440, 1_488));
        assert_eq!((receipt.tariff, receipt.bill), ([10; 32], [0xf1; 32]));
    }

    #[test]
    fn any_other_form_is_nothing() {
        let changes = [
            ("receipt 1", "receipt 2"),
            ("\n", ""),
            ("\n", "\n\n"),
            ("aabb", "AABB"),
            ("985440", "0985440"),
            ("+1488", "+0"),
            ("+1488", "+1048577"),
            ("+1488", "-1488"),
            ("revision 0", "revision 256"),
            ("0a0a", "0A0a"),
            ("f1f1", "f1"),
            ("12345", "+12345"),
            (" -678", "  -678"),
            ("12345 -678", ""),
            (", bill", ",bill"),
        ];
        for (from, to) in changes {
            assert!(line().contains(from));
            assert_eq!(Receipt::parse(line().replacen(from, to, 1).as_bytes()), None, "{to}");
        }
        let many = line().replacen(" -678", &" 0".repeat(255), 1);
        assert_eq!(Receipt::parse(many.as_bytes()), None);
    }
}
