//! What a demonstration needs beside the ordinary acts: tariffs to choose from, and a lie.

use wattproof_circuits::bill::Bill;

/// The sample tariffs, by name.
pub const TARIFFS: [(&str, &str); 5] = [
    ("economy7", include_str!("../../../fixtures/tariffs/good/economy7.tariff")),
    ("linear", include_str!("../../../fixtures/tariffs/good/linear.tariff")),
    ("blocks", include_str!("../../../fixtures/tariffs/good/blocks.tariff")),
    ("cumulative", include_str!("../../../fixtures/tariffs/good/cumulative.tariff")),
    ("demand", include_str!("../../../fixtures/tariffs/good/demand.tariff")),
];

/// A lie that a demonstration tells with a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tamper {
    /// One unit off the total.
    Total,
    /// Another bit in a commitment.
    Commitment,
    /// Another batch in the place of one the meter signed.
    Batch,
    /// Another bit in the proof.
    Proof,
}

impl Tamper {
    /// Every lie.
    pub const ALL: [Tamper; 4] = [Tamper::Total, Tamper::Commitment, Tamper::Batch, Tamper::Proof];
}

/// A copy of a bill with a lie in it. Nothing when it is no bill, or has nothing to lie about.
pub fn tampered(bill: &[u8], lie: Tamper) -> Option<Vec<u8>> {
    if lie == Tamper::Total {
        return forged(bill);
    }
    let mut bill = Bill::from_bytes(bill).ok()?;
    let byte = match lie {
        Tamper::Total => None,
        Tamper::Commitment => bill.commitments.first_mut().map(|bytes| &mut bytes[0]),
        Tamper::Batch => bill.statement.batches.first_mut().map(|batch| &mut batch.header[0]),
        Tamper::Proof => bill.proof.last_mut(),
    };
    *byte? ^= 1;
    Some(bill.to_bytes())
}

/// The same bill with a total that is one unit less: a lie in the customer's favour. Nothing when it is no bill.
pub fn forged(bill: &[u8]) -> Option<Vec<u8>> {
    let mut bill = Bill::from_bytes(bill).ok()?;
    let total = bill.statement.disclosed.first_mut()?;
    *total = total.checked_sub(1)?;
    Some(bill.to_bytes())
}
