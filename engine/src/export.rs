//! What a customer's device needs, as a folder of files that [`crate::import`] reads back: the meter's public record,
//! the batches of a period, the tariffs, dated data and assignments that apply, and receipts of the earlier bills that
//! hand something on. All of it is public, or sealed, or known to this customer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;
use wattproof_circuits::period::{Calendar, Period};
use wattproof_circuits::tariff::Tariff;
use wattproof_meter::batch::SealedBatch;
use wattproof_meter::record::MeterRecord;

use crate::archive;
use crate::carry::{self, CarryRefusal, Word};
use crate::data;
use crate::desk::file::{self, FileRefusal};
use crate::import::Kind;
use crate::period;
use crate::policy::assignment::Assignment;
use crate::policy::{self, Dates, PolicyRefusal};
use crate::refusal::{Fault, Refusal};
use crate::registry::{self, RegistryRefusal};
use crate::store::table::View;
use crate::store::{Store, StoreRefusal};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The files, in the order of their names.
    pub files: Vec<PathBuf>,
    /// Numbers of batches that the period needs and the store lacks.
    pub missing: Vec<u32>,
    /// Why earlier bills do not hand on what the period needs.
    pub unbilled: Option<CarryRefusal>,
}

/// Why nothing, or not all, is exported.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExportRefusal {
    /// The meter is not known.
    #[error(transparent)]
    Registry(#[from] RegistryRefusal),
    /// Not a period, or no tariff.
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileRefusal),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for ExportRefusal {
    fn code(&self) -> &'static str {
        match self {
            ExportRefusal::Registry(refusal) => refusal.code(),
            ExportRefusal::Policy(refusal) => refusal.code(),
            ExportRefusal::File(refusal) => refusal.code(),
            ExportRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            ExportRefusal::Registry(refusal) => refusal.hint(),
            ExportRefusal::Policy(refusal) => refusal.hint(),
            ExportRefusal::File(refusal) => refusal.hint(),
            ExportRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            ExportRefusal::Registry(refusal) => refusal.fault(),
            ExportRefusal::Policy(refusal) => refusal.fault(),
            ExportRefusal::File(refusal) => refusal.fault(),
            ExportRefusal::Store(refusal) => refusal.fault(),
        }
    }
}

/// Files by name, so that each is written once.
type Files = BTreeMap<String, Vec<u8>>;

/// Exports a meter's period into a folder, which is made if need be. Rival batches all go along.
pub fn export(store: &Store, meter: &str, period: &str, folder: &Path) -> Result<Exported, ExportRefusal> {
    let (files, missing, unbilled) = store.look(|view| gather(view, meter, period))?;
    file::folder(folder)?;
    let mut written = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        file::replace(&path, &bytes)?;
        written.push(path);
    }
    Ok(Exported { files: written, missing, unbilled })
}

fn gather(view: &impl View, meter: &str, text: &str) -> Result<(Files, Vec<u32>, Option<CarryRefusal>), ExportRefusal> {
    let meter = registry::find_in(view, meter)?.record;
    let dates = Dates::parse(text)?;
    let mut files = Files::from([(format!("{}.{}", meter.name(), Kind::Meter.ending()), meter.to_bytes())]);
    let (mut zone, mut unbilled) = (String::from("UTC"), None);
    for assignment in applying(policy::assigned(view, &meter.id())?, dates) {
        let published = policy::named(view, &assignment.tariff)?;
        let tariff = published.ok_or_else(|| PolicyRefusal::UnknownTariff(assignment.tariff.to_string()))?.tariff;
        zone = tariff.calendar().zone().into();
        put_assigned(view, &meter, &assignment, &tariff, &mut files)?;
        if !tariff.carries().is_empty() {
            unbilled = put_earlier(view, &meter, &tariff, text, &mut files)?;
        }
    }
    let calendar = Calendar::new(&zone, meter.slot_length(), 0).map_err(PolicyRefusal::from)?;
    let period = Period::parse(text, &calendar).map_err(PolicyRefusal::from)?;
    let mut missing = Vec::new();
    for number in period::numbers(&meter, period.slots()) {
        let held = archive::all_of(view, &meter.id(), number)?;
        if held.is_empty() {
            missing.push(number);
        }
        let rivals = held.len() > 1;
        files.extend(
            held.iter().map(|stored| (batch_name(&meter, &stored.batch, rivals), stored.batch.as_bytes().to_vec())),
        );
    }
    Ok((files, missing, unbilled))
}

/// An assignment, its tariff, and the tariff's data.
fn put_assigned(
    view: &impl View,
    meter: &MeterRecord,
    assignment: &Assignment,
    tariff: &Tariff,
    files: &mut Files,
) -> Result<(), StoreRefusal> {
    put_tariff(tariff, files);
    let name = format!("{}-{}.{}", meter.name(), assignment.from, Kind::Assignment.ending());
    files.insert(name, assignment.to_string().into_bytes());
    for declared in tariff.data() {
        if let Some(set) = data::named(view, &declared.name)? {
            let name = format!("{}.{}", declared.name, Kind::Data.ending());
            files.insert(name, data::file(&declared.name, &set));
        }
    }
    Ok(())
}

fn put_tariff(tariff: &Tariff, files: &mut Files) {
    let name = format!("{}-{}.{}", tariff.name(), tariff.version(), Kind::Tariff.ending());
    files.insert(name, tariff.source().as_bytes().to_vec());
}

/// What a customer needs to carry values from earlier bills: the assignments that lead up to the period, and receipts of
/// the bills with their tariffs. Gives what is in the way.
fn put_earlier(
    view: &impl View,
    meter: &MeterRecord,
    tariff: &Tariff,
    text: &str,
    files: &mut Files,
) -> Result<Option<CarryRefusal>, ExportRefusal> {
    let period = tariff.period(text).map_err(PolicyRefusal::from)?;
    for assignment in policy::run(view, &meter.id(), tariff.name(), period.first_day())? {
        if let Some(version) = policy::named(view, &assignment.tariff)? {
            put_tariff(&version.tariff, files);
        }
        let name = format!("{}-{}.{}", meter.name(), assignment.from, Kind::Assignment.ending());
        files.insert(name, assignment.to_string().into_bytes());
    }
    match carry::carried(view, Word::Own, meter, tariff, &period) {
        Err(CarryRefusal::Store(refusal)) => Err(refusal.into()),
        Err(refusal) => Ok(Some(refusal)),
        Ok(carried) => {
            for receipt in &carried.from {
                if let Some(version) = policy::by_digest(view, &receipt.tariff)? {
                    put_tariff(&version, files);
                }
                let first = receipt.slots.first().index();
                let name = format!("{}-{first}.{}", meter.name(), Kind::Receipt.ending());
                files.insert(name, receipt.to_string().into_bytes());
            }
            Ok(None)
        }
    }
}

/// The assignment in force on the first day, and those that begin within the dates.
fn applying(assignments: Vec<Assignment>, dates: Dates) -> Vec<Assignment> {
    let first = assignments.iter().rposition(|assignment| assignment.from <= dates.start).unwrap_or(0);
    assignments.into_iter().skip(first).filter(|assignment| assignment.from < dates.end).collect()
}

/// The file name of a batch: meter, number, and what tells it from others of that number.
pub fn batch_name(meter: &MeterRecord, batch: &SealedBatch, rivals: bool) -> String {
    let (header, mut name) = (batch.header(), format!("{}-{:06}", meter.name(), batch.header().number()));
    if header.revision() > 0 {
        name.push_str(&format!("-r{}", header.revision()));
    }
    if rivals {
        name.push_str(&format!("-{}", &crate::supplier::hex(&batch.header_digest())[..8]));
    }
    format!("{name}.{}", Kind::Batch.ending())
}
