//! What the panes show of the store, as plain values: no key, no reading, no proof.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use wattproof_engine::bills::BillDigest;
use wattproof_engine::show::{BatchRow, BillState, MonthRow, Standing};

use super::list::{Column, Row, column};
use crate::table::thousands;

/// The store at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The meters, by name.
    pub meters: Vec<MeterRow>,
    /// The tariffs, by name and version.
    pub tariffs: Vec<TariffRow>,
    /// The bills, the earliest first.
    pub bills: Vec<BillRow>,
}

/// A meter.
#[derive(Clone, Debug, PartialEq)]
pub struct MeterRow {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its registers, as `import Wh below 2^20`.
    pub registers: String,
    /// Minutes of a slot.
    pub minutes: u16,
    /// What a batch covers.
    pub batch: &'static str,
    /// When it was admitted.
    pub admitted: Timestamp,
}

impl Row for MeterRow {
    const COLUMNS: &'static [Column] = &[
        column("meter", 0, false, 0),
        column("registers", 24, false, 56),
        column("slots", 7, true, 44),
        column("batch", 6, false, 66),
        column("admitted", 17, false, 82),
    ];

    fn cell(&self, place: usize) -> Cow<'_, str> {
        match place {
            0 => (&self.name).into(),
            1 => (&self.registers).into(),
            2 => format!("{} min", self.minutes).into(),
            3 => self.batch.into(),
            _ => instant(self.admitted).into(),
        }
    }

    fn order(&self, other: &Self, place: usize) -> Ordering {
        match place {
            2 => self.minutes.cmp(&other.minutes),
            4 => self.admitted.cmp(&other.admitted),
            _ => self.cell(place).cmp(&other.cell(place)),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// A published tariff.
#[derive(Clone, Debug, PartialEq)]
pub struct TariffRow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Its currency.
    pub currency: &'static str,
    /// Its zone.
    pub zone: String,
    /// Its text.
    pub source: String,
    /// Its digest.
    pub digest: String,
    /// When it was published here.
    pub published: Timestamp,
}

impl TariffRow {
    /// `name@version`.
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl Row for TariffRow {
    const COLUMNS: &'static [Column] =
        &[column("tariff", 0, false, 0), column("in", 4, false, 26), column("zone", 20, false, 44)];

    fn cell(&self, place: usize) -> Cow<'_, str> {
        match place {
            0 => self.full_name().into(),
            1 => self.currency.into(),
            _ => (&self.zone).into(),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.name == other.name && self.version == other.version
    }
}

/// An amount that a bill says.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// A decimal in major units.
    pub text: String,
    /// The currency's code.
    pub currency: &'static str,
    /// For ordering only.
    pub near: f64,
}

/// A bill.
#[derive(Clone, Debug, PartialEq)]
pub struct BillRow {
    /// What it is known by.
    pub digest: BillDigest,
    /// When it came.
    pub came: Timestamp,
    /// Its bytes.
    pub bytes: usize,
    /// The meter's name.
    pub meter: String,
    /// Its days.
    pub period: String,
    /// Which bill of the period.
    pub revision: u8,
    /// Its tariff, when it is known.
    pub tariff: Option<String>,
    /// Its total, when the tariff is known.
    pub total: Option<Amount>,
    /// What was decided.
    pub state: BillState,
    /// What a filter looks into, in lower case.
    pub hay: String,
}

impl BillRow {
    /// A word for what was decided.
    pub fn verdict(&self) -> &'static str {
        match self.state {
            BillState::Waiting => "waiting",
            BillState::Accepted(_) => "accepted",
            BillState::Refused(..) => "refused",
        }
    }

    /// The beginning of the digest.
    pub fn short(&self) -> String {
        self.digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Row for BillRow {
    const COLUMNS: &'static [Column] = &[
        column("verdict", 11, false, 0),
        column("meter", 0, false, 0),
        column("period", 17, false, 40),
        column("total", 14, true, 54),
        column("tariff", 14, false, 92),
        column("bytes", 8, true, 102),
        column("came", 17, false, 122),
    ];

    fn cell(&self, place: usize) -> Cow<'_, str> {
        match place {
            0 => self.verdict().into(),
            1 => (&self.meter).into(),
            2 => period(&self.period, self.revision).into(),
            3 => self.total.as_ref().map_or("?".into(), |total| format!("{} {}", total.text, total.currency)).into(),
            4 => self.tariff.as_deref().unwrap_or("unknown").into(),
            5 => thousands(self.bytes as u64).into(),
            _ => instant(self.came).into(),
        }
    }

    fn has(&self, filter: &str) -> bool {
        self.hay.contains(filter) || self.verdict().contains(filter)
    }

    fn order(&self, other: &Self, place: usize) -> Ordering {
        let near = |row: &Self| row.total.as_ref().map_or(f64::NEG_INFINITY, |total| total.near);
        match place {
            0 => self.verdict().cmp(other.verdict()),
            1 => self.meter.cmp(&other.meter),
            2 => self.period.cmp(&other.period),
            3 => near(self).total_cmp(&near(other)),
            4 => self.tariff.cmp(&other.tariff),
            5 => self.bytes.cmp(&other.bytes),
            _ => self.came.cmp(&other.came),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

/// What belongs to one meter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeterDetail {
    /// The meter's name.
    pub meter: String,
    /// Its batches, by number.
    pub batches: Vec<BatchRow>,
    /// Its months, the earliest first.
    pub months: Vec<MonthRow>,
    /// Its tariffs with their first days, the earliest first.
    pub assignments: Vec<(String, Date)>,
}

impl Row for BatchRow {
    const COLUMNS: &'static [Column] = &[
        column("number", 9, true, 0),
        column("from", 17, false, 0),
        column("to", 17, false, 96),
        column("slots", 6, true, 36),
        column("gaps", 5, true, 44),
        column("bytes", 7, true, 66),
        column("standing", 0, false, 0),
    ];

    fn cell(&self, place: usize) -> Cow<'_, str> {
        match place {
            0 if self.revision > 0 => format!("{} r{}", self.number, self.revision).into(),
            0 => self.number.to_string().into(),
            1 => instant(self.start).into(),
            2 => instant(self.end).into(),
            3 => self.slots.to_string().into(),
            4 => {
                if self.gaps == 0 {
                    "–".into()
                } else {
                    self.gaps.to_string().into()
                }
            }
            5 => thousands(self.bytes as u64).into(),
            _ => standing(self.standing).into(),
        }
    }

    fn order(&self, other: &Self, place: usize) -> Ordering {
        match place {
            0 => (self.number, self.revision).cmp(&(other.number, other.revision)),
            1 => self.start.cmp(&other.start),
            2 => self.end.cmp(&other.end),
            3 => self.slots.cmp(&other.slots),
            4 => self.gaps.cmp(&other.gaps),
            5 => self.bytes.cmp(&other.bytes),
            _ => self.cell(place).cmp(&other.cell(place)),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.header == other.header
    }
}

/// A batch's standing in words.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Counts => "signed, counts",
        Standing::Replaced => "signed, replaced",
        Standing::Rival => "signed, rival: decide",
    }
}

/// An instant in few columns: `2026-03-01 00:30Z`.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

/// A period in few columns: a whole month by its name.
pub fn period(text: &str, revision: u8) -> String {
    let month = text.split_once("..").and_then(|(first, end)| {
        let (first, end) = (first.parse::<Date>().ok()?, end.parse::<Date>().ok()?);
        let whole =
            first.day() == 1 && first.first_of_month() == first && first.last_of_month().tomorrow().ok()? == end;
        whole.then(|| first.strftime("%Y-%m").to_string())
    });
    // The year and the dots of the second date tell nothing when they repeat the first.
    let days = || match text.split_once("..") {
        Some((first, end)) if first.get(..5) == end.get(..5) && text.len() == 22 => format!("{first}..{}", &end[5..]),
        _ => text.to_owned(),
    };
    let text = month.unwrap_or_else(days);
    if revision == 0 { text } else { format!("{text} r{revision}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_months_are_short() {
        assert_eq!(period("2026-03-01..2026-04-01", 0), "2026-03");
        assert_eq!(period("2026-03-01..2026-04-01", 2), "2026-03 r2");
        assert_eq!(period("2026-03-01..2026-03-31", 0), "2026-03-01..03-31");
        assert_eq!(period("2026-12-01..2027-01-02", 0), "2026-12-01..2027-01-02");
        assert_eq!(period("é..é", 0), "é..é");
        assert_eq!(period("2026-12-01..2027-01-01", 0), "2026-12");
    }
}
