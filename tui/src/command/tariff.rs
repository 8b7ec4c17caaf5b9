//! `wattproof tariff`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::tariff::{self as desk, Diagnostic, PlainBill, TariffRefusal};
use wattproof_engine::intake::csv;
use wattproof_engine::policy;
use wattproof_engine::registry::Taken;

use super::Outcome;
use super::household::date;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::findings::{Finding, Source};
use crate::session::Session;
use crate::words::Words;

mod answer;
mod import;

use answer::{Assigned, Bill, Checked, Compared, Explained, Line, Priced, Published, StepCount, Template, Understood};

/// Write, check, price and publish tariffs.
#[derive(Subcommand, Debug)]
pub enum Tariff {
    New(New),
    Show(Show),
    Check(Check),
    Explain(Explain),
    Price(Price),
    Compare(Compare),
    Publish(Publish),
    Assign(Assign),
    #[command(subcommand)]
    Import(import::Import),
}

/// Write a commented tariff to begin with.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff new mine.tariff")]
pub struct New {
    /// The new file; without it the text is printed.
    #[arg(value_name = "FILE")]
    path: Option<PathBuf>,
}

/// Show a tariff as it was understood.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff show mine.tariff")]
pub struct Show {
    /// The tariff.
    #[arg(value_name = "FILE")]
    path: PathBuf,
}

/// Check a tariff: form, units, bounds, and that every settlement period has exactly one price.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff check mine.tariff")]
pub struct Check {
    /// The tariff.
    #[arg(value_name = "FILE")]
    path: PathBuf,
}

/// Explain how a tariff is proved: what leaves the circuit, its size, and what a bill discloses.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff explain mine.tariff --period 2026-10")]
pub struct Explain {
    /// The tariff.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The period: 2026-10, or 2026-10-01..2026-11-01 with the end left out.
    #[arg(long, value_name = "P")]
    period: String,
    /// Readings to price beside it.
    #[arg(long, value_name = "CSV")]
    readings: Option<PathBuf>,
}

/// Price readings plainly, line by line. Nothing is proved.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff price mine.tariff --readings home.csv --period 2026-10")]
pub struct Price {
    /// The tariff.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The readings file.
    #[arg(long, value_name = "CSV")]
    readings: PathBuf,
    /// The period [default: all whole days of the readings].
    #[arg(long, value_name = "P")]
    period: Option<String>,
}

/// Price the same readings under several tariffs, the cheapest first.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff compare a.tariff b.tariff --readings home.csv --period 2026-10")]
pub struct Compare {
    /// The tariffs.
    #[arg(value_name = "FILE", required = true)]
    paths: Vec<PathBuf>,
    /// The readings file.
    #[arg(long, value_name = "CSV")]
    readings: PathBuf,
    /// The period.
    #[arg(long, value_name = "P")]
    period: String,
}

/// Publish a tariff in the store. A version stands for its text for good.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff publish mine.tariff")]
pub struct Publish {
    /// The tariff.
    #[arg(value_name = "FILE")]
    path: PathBuf,
}

/// Assign a published tariff to a meter from a day on.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff assign home economy7@1 --from 2026-10-01")]
pub struct Assign {
    /// The meter, by name or id.
    #[arg(value_name = "METER")]
    meter: String,
    /// The tariff's name; without a version the latest is meant.
    #[arg(value_name = "NAME[@VERSION]")]
    tariff: String,
    /// The first local day.
    #[arg(long, value_name = "DATE")]
    from: String,
}

impl Tariff {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        match self {
            Tariff::New(new) => screen.answer(&new.run()?)?,
            Tariff::Show(show) => screen.answer(&show.run()?)?,
            Tariff::Check(check) => return check.run(session),
            Tariff::Explain(explain) => screen.answer(&explain.run()?)?,
            Tariff::Price(price) => screen.answer(&price.run()?)?,
            Tariff::Compare(compare) => screen.answer(&compare.run()?)?,
            Tariff::Publish(publish) => screen.answer(&publish.run(session)?)?,
            Tariff::Import(import) => screen.answer(&import.run()?)?,
            Tariff::Assign(assign) => screen.answer(&assign.run(session)?)?,
        }
        Ok(Exit::Done)
    }
}

/// A tariff file, read and checked.
struct Loaded {
    tariff: desk::Tariff,
    source: Source,
    bytes: zeroize::Zeroizing<Vec<u8>>,
}

/// Reads and checks a tariff file; what is wrong with it ends the command with `exit`.
fn load(path: &Path, exit: Exit) -> Result<Loaded, Failure> {
    let bytes = file::read(path, desk::MAX_BYTES as u64)?;
    let source = Source::new(path, &bytes);
    match desk::Tariff::from_bytes(&bytes) {
        Ok(tariff) => Ok(Loaded { tariff, source, bytes }),
        Err(findings) => Err(Failure::tariff(source, findings, exit)),
    }
}

/// A refusal of a loaded tariff, its findings drawn at the source.
fn refused(loaded: Loaded, refusal: TariffRefusal) -> Failure {
    match refusal {
        TariffRefusal::Findings(findings) => Failure::tariff(loaded.source, findings, Exit::Own),
        other => other.into(),
    }
}

impl New {
    fn run(self) -> Result<Template, Failure> {
        match &self.path {
            Some(path) => file::create(path, desk::template().as_bytes(), Access::Usual)?,
            None => return Ok(Template { file: None, text: Some(desk::template()) }),
        }
        Ok(Template { file: self.path, text: None })
    }
}

impl Show {
    fn run(self) -> Result<Understood, Failure> {
        let tariff = load(&self.path, Exit::Own)?.tariff;
        let register =
            |register: &desk::Register| format!("{}:{}:{}", register.name(), register.unit().symbol(), register.bits());
        Ok(Understood {
            name: tariff.name().into(),
            version: tariff.version(),
            currency: tariff.currency().code(),
            zone: tariff.calendar().zone().into(),
            slot_minutes: tariff.calendar().slot().minutes(),
            registers: tariff.registers().iter().map(register).collect(),
            digest: hex(&tariff.digest()),
            text: tariff.show(),
        })
    }
}

impl Check {
    fn run(self, session: &Session) -> Outcome {
        match load(&self.path, Exit::Refused) {
            Ok(loaded) => {
                let (name, version) = (Some(loaded.tariff.name()), Some(loaded.tariff.version()));
                let findings = Vec::new();
                let checked = Checked { file: &self.path, valid: true, name, version, findings, error: None };
                session.screen.answer(&checked)?;
                Ok(Exit::Done)
            }
            Err(failure) if session.screen.json => self.list(session, failure),
            Err(failure) => Err(failure),
        }
    }

    /// The findings as a list, with the error beside them.
    fn list(&self, session: &Session, failure: Failure) -> Outcome {
        let Some((source, all)) = failure.findings.as_deref() else { return Err(failure) };
        let findings = all.iter().map(|diagnostic: &Diagnostic| Finding::new(source, diagnostic)).collect();
        let error = Some(failure.brief());
        let checked = Checked { file: &self.path, valid: false, name: None, version: None, findings, error };
        session.screen.complain(&failure);
        session.screen.answer(&checked)?;
        Ok(failure.exit)
    }
}

impl Explain {
    fn run(self) -> Result<Explained, Failure> {
        let loaded = load(&self.path, Exit::Own)?;
        let started = Instant::now();
        let explained = match desk::explain(&loaded.tariff, &self.period) {
            Ok(explained) => explained,
            Err(refusal) => return Err(refused(loaded, refusal)),
        };
        let prepare_seconds = started.elapsed().as_secs_f64();
        let bill = self.readings.as_deref().map(|readings| price(&self.path, readings, Some(&self.period)));
        Ok(Explained {
            tariff: named(&loaded.tariff),
            period: explained.period.to_string(),
            slots: explained.period.slots().count(),
            inputs: explained.inputs,
            steps: explained.steps.into_iter().map(|(kind, count)| StepCount { kind, count }).collect(),
            readings_in_circuit: explained.readings,
            k: explained.k,
            linked_rows: explained.linked_rows,
            rows: explained.rows,
            lookups: explained.lookups,
            proof_bytes: explained.proof_bytes,
            bits_disclosed: tenth(explained.bits_disclosed),
            bits_held: explained.bits_held,
            prepare_seconds,
            bill: bill.transpose()?.map(|bill| bill.bill),
        })
    }
}

/// Prices a readings file under a tariff file.
fn price(path: &Path, readings: &Path, period: Option<&str>) -> Result<Bill, Failure> {
    let loaded = load(path, Exit::Own)?;
    let file = csv::read(readings, loaded.tariff.calendar().slot())?;
    let bill = match desk::price(&loaded.tariff, &file, period) {
        Ok(bill) => bill,
        Err(refusal) => return Err(refused(loaded, refusal)),
    };
    let PlainBill { period, total, lines } = bill;
    let lines = lines.into_iter().map(|(name, amount)| Line { name, amount: amount.to_string() }).collect();
    let priced = Priced { total: total.to_string(), currency: total.currency(), lines };
    let (period, slots) = (period.to_string(), period.slots().count());
    Ok(Bill { tariff: named(&loaded.tariff), period, slots, bill: priced })
}

impl Price {
    fn run(self) -> Result<Bill, Failure> {
        price(&self.path, &self.readings, self.period.as_deref())
    }
}

impl Compare {
    fn run(self) -> Result<Compared, Failure> {
        let bill = |path: &PathBuf| price(path, &self.readings, Some(&self.period));
        let mut bills = self.paths.iter().map(bill).collect::<Result<Vec<_>, _>>()?;
        let amount = |bill: &Bill| bill.bill.total.parse::<f64>().unwrap_or(f64::MAX);
        bills.sort_by(|one, other| amount(one).total_cmp(&amount(other)));
        Ok(Compared { bills })
    }
}

impl Publish {
    fn run(self, session: &Session) -> Result<Published, Failure> {
        let loaded = load(&self.path, Exit::Own)?;
        let (tariff, taken) = policy::publish(&session.store()?, &loaded.bytes, session.now()?)?;
        let (name, version, digest) = (tariff.name().to_owned(), tariff.version(), hex(&tariff.digest()));
        Ok(Published { name, version, digest, already: taken == Taken::Already })
    }
}

impl Assign {
    fn run(self, session: &Session) -> Result<Assigned, Failure> {
        let from = date(&self.from)?;
        let (name, version) = match self.tariff.split_once('@') {
            None => (self.tariff.as_str(), None),
            Some((name, version)) => {
                let number = version.parse().map_err(|_| Words::NotATariffName(self.tariff.clone()))?;
                (name, Some(number))
            }
        };
        let (assignment, taken) = policy::assign(&session.store()?, &self.meter, name, version, from)?;
        Ok(Assigned {
            meter: self.meter.clone(),
            version: assignment.tariff.version,
            tariff: assignment.tariff.name,
            from: assignment.from.to_string(),
            already: taken == Taken::Already,
        })
    }
}

fn named(tariff: &desk::Tariff) -> String {
    format!("{}@{}", tariff.name(), tariff.version())
}

/// Bytes as people compare them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rounded to a tenth.
pub fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
