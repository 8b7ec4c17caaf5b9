//! Instants as text: RFC 3339, seconds, `Z` for UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
pub use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
pub use wattproof_meter::reading::Readings;

/// The start of a slot.
pub fn start(slot: Slot, length: SlotLength) -> Timestamp {
    crate::period::start(slot, length)
}

/// `2026-10-01T00:00:00Z`, or a UTC date for its first instant.
pub fn instant(text: &str) -> Option<Timestamp> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp());
    text.parse().ok().or_else(day)
}

/// The month before the one that an instant lies in by UTC, as `2026-02`.
pub fn month_before(at: Timestamp) -> String {
    let date = TimeZone::UTC.to_datetime(at).date();
    let before = date.first_of_month().yesterday().unwrap_or(date);
    format!("{:04}-{:02}", before.year(), before.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_days() {
        assert_eq!(instant("2026-10-01"), instant("2026-10-01T01:00:00+01:00"));
        assert_eq!(instant("2026-10-01").map(|at| at.to_string()).as_deref(), Some("2026-10-01T00:00:00Z"));
        assert_eq!(instant("yesterday"), None);
        assert_eq!(month_before("2026-01-31T12:00:00Z".parse().unwrap()), "2025-12");
        assert_eq!(start(Slot::new(48), SlotLength::HALF_HOUR).to_string(), "1970-01-02T00:00:00Z");
    }
}
