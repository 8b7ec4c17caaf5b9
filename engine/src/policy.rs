//! The policy database: tariffs by name and version, and which meter is billed under which from when.

use std::ops::ControlFlow;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use thiserror::Error;
use wattproof_circuits::period::{Calendar, Period, PeriodError};
use wattproof_circuits::tariff::{Diagnostic, Tariff};
use wattproof_meter::calendar::SlotLength;
use wattproof_meter::record::MeterId;

use crate::refusal::{Fault, Refusal};
use crate::registry::{self, RegistryRefusal, Taken};
use crate::store::record::{Fields, put_text, rotten};
use crate::store::table::{ASSIGNMENTS, Change, TARIFFS, View};
use crate::store::{Store, StoreRefusal};

pub mod assignment;
mod remarks;

use assignment::{Assignment, TariffName};

/// A tariff in the store.
#[derive(Clone, Debug)]
pub struct PublishedTariff {
    /// The tariff, checked.
    pub tariff: Tariff,
    /// When it was published here.
    pub published: Timestamp,
}

/// Why a tariff is not published, assigned or found.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyRefusal {
    /// The text is no tariff.
    #[error("the tariff has {} mistakes, the first: {}", findings.len(), findings.first().map_or("", |d| &d.message))]
    Tariff {
        /// What is wrong, in the order of the text.
        findings: Vec<Diagnostic>,
    },
    /// The version stands for another text.
    #[error("{0} is published with another text")]
    OtherText(TariffName),
    /// No such tariff.
    #[error("no tariff {0} is published")]
    UnknownTariff(String),
    /// Not one line in the one form.
    #[error("this is not an assignment")]
    NotAnAssignment,
    /// The meter's day has another assignment.
    #[error("from {from} the meter is assigned {known}, not {offered}")]
    OtherAssignment {
        /// The first day.
        from: Date,
        /// What the store has.
        known: TariffName,
        /// What was offered.
        offered: TariffName,
    },
    /// The tariff reads what the meter does not count, or in other slots.
    #[error("{tariff} cannot bill this meter: {reason}")]
    Unfit {
        /// The tariff.
        tariff: TariffName,
        /// Why.
        reason: String,
    },
    /// No assignment covers the period's start.
    #[error("the meter has no tariff on {0}")]
    Unassigned(Date),
    /// Not a period of the tariff's calendar.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// Another tariff applies from within the period.
    #[error("from {split} on another tariff applies")]
    TwoAssignments {
        /// The asked period's first day.
        start: Date,
        /// The first day of the other tariff.
        split: Date,
        /// The day after the asked period.
        end: Date,
    },
    /// The meter is not known.
    #[error(transparent)]
    Registry(#[from] RegistryRefusal),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for PolicyRefusal {
    fn code(&self) -> &'static str {
        match self {
            PolicyRefusal::Tariff { .. } => "tariff-invalid",
            PolicyRefusal::OtherText(_) => "tariff-version-taken",
            PolicyRefusal::UnknownTariff(_) => "tariff-unknown",
            PolicyRefusal::NotAnAssignment => "assignment-malformed",
            PolicyRefusal::OtherAssignment { .. } => "assignment-conflict",
            PolicyRefusal::Unfit { .. } => "tariff-unfit",
            PolicyRefusal::Unassigned(_) => "tariff-unassigned",
            PolicyRefusal::Period(error) => error.code(),
            PolicyRefusal::TwoAssignments { .. } => "period-two-tariffs",
            PolicyRefusal::Registry(refusal) => refusal.code(),
            PolicyRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            PolicyRefusal::Tariff { .. } => "run `wattproof tariff check` on it".into(),
            PolicyRefusal::OtherText(_) => "give the changed tariff a version of its own".into(),
            PolicyRefusal::UnknownTariff(_) => "look at `wattproof list tariffs`, or publish it".into(),
            PolicyRefusal::NotAnAssignment => "export it again".into(),
            PolicyRefusal::OtherAssignment { .. } => "assign from another day".into(),
            PolicyRefusal::Unfit { .. } => "assign a tariff written for this meter's registers and slots".into(),
            PolicyRefusal::Unassigned(_) => "assign a tariff from that day or earlier".into(),
            PolicyRefusal::Period(error) => error.hint().into(),
            PolicyRefusal::TwoAssignments { start, split, end } => format!("bill {start}..{split} and {split}..{end}"),
            PolicyRefusal::Registry(refusal) => refusal.hint(),
            PolicyRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            PolicyRefusal::Registry(refusal) => refusal.fault(),
            PolicyRefusal::Store(refusal) => refusal.fault(),
            PolicyRefusal::TwoAssignments { .. } | PolicyRefusal::Unassigned(_) => Fault::Refused,
            PolicyRefusal::NotAnAssignment | PolicyRefusal::OtherAssignment { .. } => Fault::Refused,
            _ => Fault::Own,
        }
    }
}

/// Publishes a tariff's text.
pub fn publish(store: &Store, bytes: &[u8], now: Timestamp) -> Result<(Tariff, Taken), PolicyRefusal> {
    let tariff = read(bytes)?;
    let taken = store.change(|change| keep_tariff(change, &tariff, now))?;
    Ok((tariff, taken))
}

/// Assigns a tariff to a meter from a local day on: the version named, or the latest there is.
pub fn assign(
    store: &Store,
    meter: &str,
    name: &str,
    version: Option<u32>,
    from: Date,
) -> Result<(Assignment, Taken), PolicyRefusal> {
    store.change(|change| {
        let meter = registry::find_in(change, meter)?.record.id();
        let version = match version {
            Some(version) => version,
            None => latest(change, name)?.ok_or_else(|| PolicyRefusal::UnknownTariff(name.into()))?,
        };
        let tariff = TariffName { name: name.into(), version };
        let assignment = Assignment { meter, tariff, from };
        let taken = keep_assignment(change, &assignment)?;
        Ok((assignment, taken))
    })
}

/// Every tariff, by name and version.
pub fn tariffs(store: &Store) -> Result<Vec<PublishedTariff>, PolicyRefusal> {
    store.look(|view| Ok(published(view)?))
}

pub(crate) fn published(view: &impl View) -> Result<Vec<PublishedTariff>, StoreRefusal> {
    let mut tariffs = Vec::new();
    view.under(TARIFFS, &[], &mut |_, payload| {
        tariffs.push(stored(payload)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(tariffs)
}

/// What there is to know of an assignment: the day is billed already, days were another zone's so far, or readings may
/// pass the tariff's bound. One sentence each.
pub fn remarks(store: &Store, assignment: &Assignment) -> Result<Vec<String>, PolicyRefusal> {
    store.look(|view| remarks::of(view, assignment))
}

/// A published tariff: the version named, or the latest.
pub fn tariff(store: &Store, name: &str, version: Option<u32>) -> Result<PublishedTariff, PolicyRefusal> {
    let unknown = || PolicyRefusal::UnknownTariff(name.into());
    store.look(|view| {
        let version = version.map_or_else(|| latest(view, name), |version| Ok(Some(version)))?.ok_or_else(unknown)?;
        let name = TariffName { name: name.into(), version };
        named(view, &name)?.ok_or_else(|| PolicyRefusal::UnknownTariff(name.to_string()))
    })
}

/// A meter's assignments, in the order of their days.
pub fn assignments(store: &Store, meter: &str) -> Result<Vec<Assignment>, PolicyRefusal> {
    store.look(|view| {
        let id = registry::find_in(view, meter)?.record.id();
        Ok(assigned(view, &id)?)
    })
}

pub(crate) fn read(bytes: &[u8]) -> Result<Tariff, PolicyRefusal> {
    Tariff::from_bytes(bytes).map_err(|findings| PolicyRefusal::Tariff { findings })
}

pub(crate) fn keep_tariff(change: &Change, tariff: &Tariff, now: Timestamp) -> Result<Taken, PolicyRefusal> {
    let name = TariffName { name: tariff.name().into(), version: tariff.version() };
    match named(change, &name)? {
        Some(known) if known.tariff.source() == tariff.source() => Ok(Taken::Already),
        Some(_) => Err(PolicyRefusal::OtherText(name)),
        None => {
            let mut payload = now.as_second().to_le_bytes().to_vec();
            payload.extend_from_slice(&tariff.digest());
            payload.extend_from_slice(tariff.source().as_bytes());
            change.put(TARIFFS, &tariff_key(&name), &payload)?;
            Ok(Taken::New)
        }
    }
}

pub(crate) fn keep_assignment(change: &Change, assignment: &Assignment) -> Result<Taken, PolicyRefusal> {
    let name = &assignment.tariff;
    let tariff = named(change, name)?.ok_or_else(|| PolicyRefusal::UnknownTariff(name.to_string()))?.tariff;
    let meter = registry::meter(change, &assignment.meter)?
        .ok_or_else(|| RegistryRefusal::UnknownMeter(assignment.meter.to_string()))?;
    if let Some(reason) = unfit(&tariff, &meter.record) {
        return Err(PolicyRefusal::Unfit { tariff: name.clone(), reason });
    }
    let known = assigned(change, &assignment.meter)?.into_iter().find(|known| known.from == assignment.from);
    match known {
        Some(known) if known == *assignment => return Ok(Taken::Already),
        Some(known) => {
            let (from, known, offered) = (known.from, known.tariff, name.clone());
            return Err(PolicyRefusal::OtherAssignment { from, known, offered });
        }
        None => {}
    }
    let mut payload = Vec::new();
    put_text(&mut payload, &name.name);
    payload.extend_from_slice(&name.version.to_le_bytes());
    change.put(ASSIGNMENTS, &assignment_key(assignment), &payload)?;
    Ok(Taken::New)
}

/// Why a tariff cannot bill a meter, if it cannot.
fn unfit(tariff: &Tariff, meter: &wattproof_meter::record::MeterRecord) -> Option<String> {
    if tariff.calendar().slot() != meter.slot_length() {
        let (wanted, found) = (tariff.calendar().slot().minutes(), meter.slot_length().minutes());
        return Some(format!("it wants slots of {wanted} minutes, the meter's have {found}"));
    }
    tariff.registers().iter().find_map(|wanted| {
        let found = meter.registers().iter().find(|register| register.name() == wanted.name());
        match found {
            None => Some(format!("the meter has no register `{}`", wanted.name())),
            Some(found) if found.unit() != wanted.unit() => {
                Some(format!("the meter's register `{}` counts {}", wanted.name(), found.unit().symbol()))
            }
            Some(_) => None,
        }
    })
}

/// The tariff of a meter over a period: the one in force on its first day, and no other before its end.
pub(crate) fn in_force(view: &impl View, meter: &MeterId, dates: Dates) -> Result<Tariff, PolicyRefusal> {
    let Dates { start, end } = dates;
    let assignments = assigned(view, meter)?;
    let place = assignments.iter().rposition(|assignment| assignment.from <= start);
    let place = place.ok_or(PolicyRefusal::Unassigned(start))?;
    let name = &assignments[place].tariff;
    if let Some(next) = assignments[place + 1..].iter().find(|next| next.from < end && next.tariff != *name) {
        return Err(PolicyRefusal::TwoAssignments { start, split: next.from, end });
    }
    Ok(named(view, name)?.ok_or_else(|| PolicyRefusal::UnknownTariff(name.to_string()))?.tariff)
}

/// The assignments that bring a meter to this tariff on a day: the one in force and those before it of the same name,
/// the earliest first.
pub(crate) fn run(view: &impl View, meter: &MeterId, name: &str, day: Date) -> Result<Vec<Assignment>, StoreRefusal> {
    let mut run: Vec<Assignment> = assigned(view, meter)?.into_iter().filter(|known| known.from <= day).collect();
    let others = run.iter().rposition(|assignment| assignment.tariff.name != name);
    Ok(run.split_off(others.map_or(0, |place| place + 1)))
}

/// Local dates, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) start: Date,
    pub(crate) end: Date,
}

impl Dates {
    pub(crate) fn of(period: &Period) -> Self {
        Dates { start: period.first_day(), end: period.end_day() }
    }

    /// The dates a period's text names; every calendar reads the same ones.
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyRefusal> {
        let calendar = Calendar::new("UTC", SlotLength::HALF_HOUR, 0)?;
        Ok(Dates::of(&Period::parse(text, &calendar)?))
    }
}

/// The published tariff with this digest.
pub(crate) fn by_digest(view: &impl View, digest: &[u8; 32]) -> Result<Option<Tariff>, StoreRefusal> {
    let mut found = None;
    view.under(TARIFFS, &[], &mut |_, payload| {
        if payload.get(8..40) != Some(&digest[..]) {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(stored(payload)?.tariff);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

pub(crate) fn named(view: &impl View, name: &TariffName) -> Result<Option<PublishedTariff>, StoreRefusal> {
    view.get(TARIFFS, &tariff_key(name))?.map(|payload| stored(&payload)).transpose()
}

fn latest(view: &impl View, name: &str) -> Result<Option<u32>, StoreRefusal> {
    let (prefix, mut version) = ([name.as_bytes(), &[0]].concat(), None);
    view.under(TARIFFS, &prefix, &mut |key, _| {
        version = key.last_chunk().map(|last| u32::from_be_bytes(*last));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(version)
}

fn stored(payload: &[u8]) -> Result<PublishedTariff, StoreRefusal> {
    let mut fields = Fields(payload);
    let published = fields.i64().and_then(|second| Timestamp::from_second(second).ok());
    let digest = fields.array::<32>();
    // The record's check vouches for the text; a tariff that was read once is read again.
    let tariff = Tariff::from_bytes(fields.rest()).ok().filter(|tariff| digest == Some(tariff.digest()));
    let both = published.zip(tariff).map(|(published, tariff)| PublishedTariff { tariff, published });
    both.ok_or_else(|| rotten(TARIFFS))
}

pub(crate) fn assigned(view: &impl View, meter: &MeterId) -> Result<Vec<Assignment>, StoreRefusal> {
    let mut assignments = Vec::new();
    view.under(ASSIGNMENTS, &meter.0, &mut |key, payload| {
        let mut fields = Fields(payload);
        let name = fields.text();
        let tariff = name.zip(fields.u32()).and_then(|(name, version)| fields.end(TariffName { name, version }));
        let days = key.get(8..).and_then(|days| days.try_into().ok()).map(u32::from_be_bytes);
        let from = days.and_then(|days| EPOCH.checked_add(i64::from(days).days()).ok());
        let both = tariff.zip(from).ok_or_else(|| rotten(ASSIGNMENTS))?;
        assignments.push(Assignment { meter: *meter, tariff: both.0, from: both.1 });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(assignments)
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

fn tariff_key(name: &TariffName) -> Vec<u8> {
    [name.name.as_bytes(), &[0], &name.version.to_be_bytes()].concat()
}

fn assignment_key(assignment: &Assignment) -> [u8; 12] {
    let days = assignment.from.duration_since(EPOCH).as_hours() / 24;
    let mut key = [0; 12];
    key[..8].copy_from_slice(&assignment.meter.0);
    key[8..].copy_from_slice(&u32::try_from(days).unwrap_or(0).to_be_bytes());
    key
}
