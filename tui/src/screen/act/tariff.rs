//! Tariffs on the desk and in the store.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use wattproof_engine::desk::explain::{Explanation, explain as explained};
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::meter::Certification;
use wattproof_engine::desk::tariff::hours::{WeekPrices, by_time};
use wattproof_engine::desk::tariff::{self, Diagnostic, Given, MAX_BYTES, Tariff, template};
use wattproof_engine::policy;
use wattproof_engine::registry::Taken;
use wattproof_engine::store::Store;

use super::{Opened, TariffId, Trouble};
use crate::screen::view::Amount;

/// How a tariff is proved.
pub type Plan = Explanation;

/// A tariff's file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub source: String,
    /// What is wrong, in the order of the text.
    pub findings: Vec<Diagnostic>,
    /// `name@version`, when nothing is wrong.
    pub name: Option<String>,
}

/// What readings cost under a tariff.
pub struct Priced {
    /// `name@version`.
    pub tariff: String,
    /// Total and lines, or why there are none.
    pub bill: Result<(Amount, Vec<(String, String)>), Trouble>,
}

/// Reads a tariff's file and checks it.
pub fn draft(path: &Path) -> Result<Draft, Trouble> {
    let bytes = file::read(path, MAX_BYTES as u64)?;
    let source = String::from_utf8_lossy(&bytes).into_owned();
    let (findings, name) = match Tariff::from_bytes(&bytes) {
        Ok(tariff) => (Vec::new(), Some(format!("{}@{}", tariff.name(), tariff.version()))),
        Err(findings) => (findings, None),
    };
    Ok(Draft { path: path.into(), source, findings, name })
}

/// Writes a tariff to begin with.
pub fn new(path: &Path) -> Result<String, Trouble> {
    file::create(path, template().as_bytes(), Access::Usual)?;
    Ok(format!("{} written", path.display()))
}

/// Publishes a tariff's file.
pub fn publish(store: &Store, path: &Path, now: Timestamp) -> Result<String, Trouble> {
    let bytes = file::read(path, MAX_BYTES as u64)?;
    let (tariff, taken) = policy::publish(store, &bytes, now)?;
    let name = format!("{}@{}", tariff.name(), tariff.version());
    Ok(match taken {
        Taken::New => format!("{name} is published"),
        Taken::Already => format!("{name} was published already"),
    })
}

/// Assigns a tariff.
pub fn assign(store: &Store, meter: &str, (name, version): &TariffId, from: Date) -> Result<String, Trouble> {
    let (assignment, taken) = policy::assign(store, meter, name, Some(*version), from)?;
    Ok(match taken {
        Taken::New => format!("{meter} is billed under {} from {from} on", assignment.tariff),
        Taken::Already => format!("{meter} was billed under {} from {from} on already", assignment.tariff),
    })
}

fn find(store: &Store, (name, version): &TariffId) -> Result<Tariff, Trouble> {
    Ok(policy::tariff(store, name, Some(*version))?.tariff)
}

/// How a tariff is proved over a period.
pub fn explain(store: &Store, tariff: &TariffId, period: &str) -> Result<Plan, Trouble> {
    let tariff = find(store, tariff)?;
    // Of a classic meter, whichever the customer's is.
    Ok(explained(&tariff, period, &Given::new(&tariff, store, &[], &[])?, Certification::Classic)?)
}

/// What one more kilowatt-hour costs at each time of the week.
pub fn hours(store: &Store, tariff: &TariffId, period: &str, readings: Option<&Opened>) -> Result<WeekPrices, Trouble> {
    let tariff = find(store, tariff)?;
    let given = Given::new(&tariff, store, &[], &[])?;
    Ok(by_time(&tariff, readings.map(|opened| &opened.file), period, &given)?)
}

/// What these readings cost under every published tariff, the latest version of each.
pub fn price(store: &Store, period: &str, readings: &Opened) -> Result<Vec<Priced>, Trouble> {
    let published = policy::tariffs(store)?;
    let latest = |place: usize| {
        let next = published.get(place + 1).map(|next| next.tariff.name());
        next != Some(published[place].tariff.name())
    };
    let tariffs = published.iter().enumerate().filter(|(place, _)| latest(*place));
    Ok(tariffs.map(|(_, published)| priced(store, &published.tariff, period, readings)).collect())
}

fn priced(store: &Store, tariff: &Tariff, period: &str, readings: &Opened) -> Priced {
    let given = Given::new(tariff, store, &[], &[]);
    let bill = given.and_then(|given| tariff::price(tariff, &readings.file, Some(period), &given)).map(|bill| {
        let text = bill.total.to_string();
        let near = text.parse().unwrap_or(f64::NAN);
        let lines = bill.lines.into_iter().map(|line| (line.name, line.amount.to_string())).collect();
        (Amount { text, currency: bill.total.currency(), near }, lines)
    });
    Priced { tariff: format!("{}@{}", tariff.name(), tariff.version()), bill: bill.map_err(Trouble::from) }
}
