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

/// The same bill with a total that is one unit less: a lie in the customer's favour. Nothing when it is no bill.
pub fn forged(bill: &[u8]) -> Option<Vec<u8>> {
    let mut bill = Bill::from_bytes(bill).ok()?;
    let total = bill.statement.disclosed.first_mut()?;
    *total = total.checked_sub(1)?;
    Some(bill.to_bytes())
}
