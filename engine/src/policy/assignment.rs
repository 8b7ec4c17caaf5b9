//! An assignment as a file: one line of text, in exactly one form.
//!
//! ```text
//! wattproof assignment 1: meter 00112233aabbccdd, tariff economy7@2, from 2026-01-01
//! ```

use std::fmt;

use jiff::civil::Date;
use wattproof_meter::record::MeterId;

/// How an assignment's file starts.
pub const HEAD: &str = "wattproof assignment 1: ";

/// A tariff by name and version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TariffName {
    /// The name.
    pub name: String,
    /// The version.
    pub version: u32,
}

impl fmt::Display for TariffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// From a local day on, a meter is billed under a tariff.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// The meter.
    pub meter: MeterId,
    /// Its tariff.
    pub tariff: TariffName,
    /// The first local day, by the tariff's zone; 1970 or later.
    pub from: Date,
}

impl Assignment {
    /// Reads a file; nothing when it is in any other form.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() < 256)?;
        let fields = text.strip_prefix(HEAD)?.strip_suffix('\n')?;
        let (meter, fields) = fields.strip_prefix("meter ")?.split_once(", tariff ")?;
        let (tariff, from) = fields.split_once(", from ")?;
        let (name, version) = tariff.split_once('@')?;
        let id = u64::from_str_radix(meter, 16).ok()?.to_be_bytes();
        let tariff = TariffName { name: name.into(), version: version.parse().ok()? };
        let assignment = Assignment { meter: MeterId(id), tariff, from: from.parse().ok()? };
        (assignment.to_string().as_bytes() == bytes && assignment.from.year() >= 1970).then_some(assignment)
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}meter {}, tariff {}, from {}", self.meter, self.tariff, self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "wattproof assignment 1: meter 00112233aabbccdd, tariff economy7@2, from 2026-01-01\n";

    #[test]
    fn the_one_form_reads_back() {
        let assignment = Assignment::parse(LINE.as_bytes()).unwrap();
        assert_eq!(assignment.to_string(), LINE);
        assert_eq!(assignment.meter, MeterId([0, 0x11, 0x22, 0x33, 0xaa, 0xbb, 0xcc, 0xdd]));
    }

    #[test]
    fn any_other_form_is_nothing() {
        let changes = [
            ("\n", ""),
            ("\n", "\n\n"),
            ("aabb", "AABB"),
            ("@2", "@02"),
            ("@2", "@4294967296"),
            ("00112233", "+0112233"),
            ("2026-01-01", "20260101"),
            ("2026-01-01", "1969-12-31"),
            ("assignment 1", "assignment 2"),
            (", from", ",from"),
        ];
        for (from, to) in changes {
            assert!(LINE.contains(from));
            assert_eq!(Assignment::parse(LINE.replacen(from, to, 1).as_bytes()), None, "{to}");
        }
    }
}
