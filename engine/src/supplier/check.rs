//! The checks a bill goes through, in their order, and which of them a reason belongs to.

/// A check of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The bytes are a bill, in its only form.
    Bytes,
    /// The meter is registered.
    Meter,
    /// The slots are not billed, or by the bill this one revises.
    Slots,
    /// The tariff is the one assigned to the meter over these days.
    Tariff,
    /// The period is over and every slot lies in one stored batch, each signed by the meter.
    Batches,
    /// The bill names exactly these batches, gaps and carried values, the tariff's data and clock, and brings a proof of
    /// the one length.
    Statement,
    /// The commitments are those whose digests the meter signed.
    Commitments,
    /// The proof shows that the amounts follow from them.
    Proof,
}

impl Check {
    /// Every check, in the order in which they are made.
    pub const ALL: [Check; 8] = [
        Check::Bytes,
        Check::Meter,
        Check::Slots,
        Check::Tariff,
        Check::Batches,
        Check::Statement,
        Check::Commitments,
        Check::Proof,
    ];

    /// The check that refuses with this reason; nothing for what is no fault of the bill, such as a full disk.
    pub fn of(code: &str) -> Option<Self> {
        Some(match code {
            "meter-unregistered" => Check::Meter,
            "already-billed" | "bill-revises-nothing" => Check::Slots,
            "tariff-unknown"
            | "bill-other-slot-length"
            | "bill-not-whole-days"
            | "bill-other-tariff"
            | "tariff-unassigned"
            | "period-two-tariffs"
            | "tariff-unfit-period" => Check::Tariff,
            "period-before-service" | "period-not-over" | "period-incomplete" | "rival-batches" => Check::Batches,
            "bill-other-certification"
            | "bill-other-data"
            | "bill-other-offsets"
            | "bill-other-batches"
            | "bill-other-gaps"
            | "carried-differ"
            | "proof-wrong-length" => Check::Statement,
            "commitment-count" | "commitments-not-certified" | "commitment-malformed" | "commitment-missing" => {
                Check::Commitments
            }
            "amount-out-of-bounds" | "bill-wrong-amounts" | "bill-other-period" => Check::Proof,
            code if code.starts_with("batch-") => Check::Batches,
            code if code.starts_with("proof-") => Check::Proof,
            code if code.starts_with("bill-") => Check::Bytes,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_belong_to_checks() {
        let checks = [
            ("bill-short", Check::Bytes),
            ("meter-unregistered", Check::Meter),
            ("already-billed", Check::Slots),
            ("bill-other-tariff", Check::Tariff),
            ("period-incomplete", Check::Batches),
            ("batch-signature", Check::Batches),
            ("bill-other-batches", Check::Statement),
            ("proof-wrong-length", Check::Statement),
            ("commitments-not-certified", Check::Commitments),
            ("amount-out-of-bounds", Check::Proof),
            ("proof-does-not-hold", Check::Proof),
        ];
        for (code, check) in checks {
            assert_eq!(Check::of(code), Some(check), "{code}");
        }
        assert_eq!(Check::of("no-randomness"), None);
        assert!(Check::ALL.is_sorted());
    }
}
