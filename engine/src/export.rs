//! What a customer's device needs, as a folder of files that [`crate::import`] reads back: the meter's public record,
//! the batches of a period, the tariffs and assignments that apply. All of it is public or sealed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use thiserror::Error;
use wattproof_circuits::period::{Calendar, Period};
use wattproof_meter::batch::SealedBatch;
use wattproof_meter::record::MeterRecord;

use crate::archive;
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
    #[error("{path} cannot be written: {reason}")]
    File {
        /// The path.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for ExportRefusal {
    fn code(&self) -> &'static str {
        match self {
            ExportRefusal::Registry(refusal) => refusal.code(),
            ExportRefusal::Policy(refusal) => refusal.code(),
            ExportRefusal::File { .. } => "file-unwritable",
            ExportRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            ExportRefusal::Registry(refusal) => refusal.hint(),
            ExportRefusal::Policy(refusal) => refusal.hint(),
            ExportRefusal::File { .. } => "check the folder's permissions and free space".into(),
            ExportRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            ExportRefusal::Registry(refusal) => refusal.fault(),
            ExportRefusal::Policy(refusal) => refusal.fault(),
            ExportRefusal::File { .. } => Fault::Own,
            ExportRefusal::Store(refusal) => refusal.fault(),
        }
    }
}

/// Files by name.
type Files = Vec<(String, Vec<u8>)>;

/// Exports a meter's period into a folder, which is made if need be. Rival batches all go along.
pub fn export(store: &Store, meter: &str, period: &str, folder: &Path) -> Result<Exported, ExportRefusal> {
    let (mut files, missing) = store.look(|view| gather(view, meter, period))?;
    files.sort();
    let unwritable =
        |path: &Path, error: &std::io::Error| ExportRefusal::File { path: path.into(), reason: error.to_string() };
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let mut written = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        write_whole(&path, &bytes).map_err(|error| unwritable(&path, &error))?;
        written.push(path);
    }
    Ok(Exported { files: written, missing })
}

fn gather(view: &impl View, meter: &str, text: &str) -> Result<(Files, Vec<u32>), ExportRefusal> {
    let meter = registry::find_in(view, meter)?.record;
    let dates = Dates::parse(text)?;
    let mut files = vec![(format!("{}.{}", meter.name(), Kind::Meter.ending()), meter.to_bytes())];
    let mut zone = String::from("UTC");
    for assignment in applying(policy::assigned(view, &meter.id())?, dates) {
        let published = policy::named(view, &assignment.tariff)?;
        let tariff = published.ok_or_else(|| PolicyRefusal::UnknownTariff(assignment.tariff.to_string()))?.tariff;
        zone = tariff.calendar().zone().into();
        let name = format!("{}-{}.{}", tariff.name(), tariff.version(), Kind::Tariff.ending());
        files.push((name, tariff.source().as_bytes().to_vec()));
        let name = format!("{}-{}.{}", meter.name(), assignment.from, Kind::Assignment.ending());
        files.push((name, assignment.to_string().into_bytes()));
    }
    files.dedup();
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
    Ok((files, missing))
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

/// Writes a file whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        let _removed = fs::remove_file(&beside);
    }
    done
}
