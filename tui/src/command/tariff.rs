//! `wattproof tariff`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use wattproof_engine::data;
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::tariff::{self as desk, Diagnostic, PlainBill, TariffRefusal};
use wattproof_engine::intake::csv;
use wattproof_engine::line::BillLine;
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
mod explain;
mod given;
mod import;

pub use answer::Figure;
use answer::{
    Assigned, Bill, Checked, Compared, DataPublished, Declaration, Line, Priced, Published, Template, Understood,
};
use given::{Named, With};

/// Write, check, price and publish tariffs.
#[derive(Subcommand, Debug)]
pub enum Tariff {
    New(New),
    Show(Show),
    Check(Check),
    Explain(explain::Explain),
    Lint(explain::Lint),
    Price(Price),
    Compare(Compare),
    Publish(Publish),
    Data(Data),
    Table(Table),
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
    #[command(flatten)]
    with: With,
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
    #[command(flatten)]
    with: With,
}

/// Publish a tariff in the store. A version stands for its text for good.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff publish mine.tariff")]
pub struct Publish {
    /// The tariff.
    #[arg(value_name = "FILE")]
    path: PathBuf,
}

/// Publish dated data that tariffs name: prices of slots, colours of days, dates; or a look-up table. A value stands for good.
#[derive(Args, Debug)]
#[command(
    after_help = "A file of dated data has one of three headers: `date` lists dates, `date,value` gives each day a \
                  value, `start,value` gives each slot one by the instant at which it starts. Rows are added to what is \
                  there; all are taken or none. A table has the header `to,value` or `to,to,value`, and is published whole.\n\nExample:\n  wattproof tariff data colour colours-2026.csv"
)]
pub struct Data {
    /// The name that tariffs give it.
    #[arg(value_name = "NAME")]
    name: String,
    /// The rows.
    #[arg(value_name = "CSV")]
    path: PathBuf,
}

/// Write the statement by which a tariff declares a large look-up table, with the root of its Merkle tree.
#[derive(Args, Debug)]
#[command(after_help = "The file has a row for every entry: the bounds of its keys, then its value. Publish it with \
                  `wattproof tariff data`, under the name of the file without its ending.\n\nExample:\n  \
                  wattproof tariff table surcharge.csv --units kWh,kvarh,%")]
pub struct Table {
    /// The table's file, called like the table.
    #[arg(value_name = "NAME.csv")]
    path: PathBuf,
    /// The units of its columns, separated by commas; empty for plain numbers.
    #[arg(long, value_name = "UNITS")]
    units: String,
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
            Tariff::Explain(explain) => screen.answer(&explain.run(session)?)?,
            Tariff::Lint(lint) => return lint.run(session),
            Tariff::Price(price) => screen.answer(&price.run(session)?)?,
            Tariff::Compare(compare) => screen.answer(&compare.run(session)?)?,
            Tariff::Publish(publish) => screen.answer(&publish.run(session)?)?,
            Tariff::Import(import) => screen.answer(&import.run()?)?,
            Tariff::Table(table) => screen.answer(&table.run()?)?,
            Tariff::Data(data) => screen.answer(&data.run(session)?)?,
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
        TariffRefusal::Findings(findings) if findings.iter().all(|finding| finding.code.starts_with("data-")) => {
            Failure::data(loaded.source, findings)
        }
        TariffRefusal::Findings(findings) => Failure::tariff(loaded.source, findings, Exit::Own),
        TariffRefusal::Unbilled { finding, month } => {
            let found = vec![Diagnostic::clone(&finding)];
            let failure = Failure::from(TariffRefusal::Unbilled { finding, month });
            Failure { findings: Some(Box::new((loaded.source, found))), ..failure }
        }
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
                let advised = loaded.tariff.of_any_length();
                let notes = advised.iter().map(|note| Finding::new(&loaded.source, note)).collect();
                let (findings, error) = (Vec::new(), None);
                let checked = Checked { file: &self.path, valid: true, name, version, findings, notes, error };
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
        let (name, version, notes) = (None, None, Vec::new());
        let checked = Checked { file: &self.path, valid: false, name, version, findings, notes, error };
        session.screen.complain(&failure);
        session.screen.answer(&checked)?;
        Ok(failure.exit)
    }
}

/// Prices a readings file under a tariff file.
fn price(loaded: Loaded, readings: &Path, period: Option<&str>, given: &desk::Given) -> Result<Bill, Failure> {
    let file = csv::read(readings, loaded.tariff.calendar().slot())?;
    let bill = match desk::price(&loaded.tariff, &file, period, given) {
        Ok(bill) => bill,
        Err(refusal) => return Err(refused(loaded, refusal)),
    };
    let PlainBill { period, total, lines, note, figures, carried, gaps } = bill;
    let line = |line: BillLine| Line { name: line.name, amount: line.amount.to_string(), exact: line.exact };
    let figure = |(name, amount)| Figure::new(name, &amount);
    let priced = Priced {
        total: total.to_string(),
        currency: total.currency(),
        lines: lines.into_iter().map(line).collect(),
        note,
        figures: figures.into_iter().map(figure).collect(),
        carried: carried.into_iter().map(figure).collect(),
        gaps,
    };
    let (period, slots) = (period.to_string(), period.slots().count());
    Ok(Bill { tariff: named(&loaded.tariff), period, slots, bill: priced })
}

impl Price {
    fn run(self, session: &Session) -> Result<Bill, Failure> {
        let loaded = load(&self.path, Exit::Own)?;
        let given = self.with.read()?.for_one(session, &loaded.tariff)?;
        price(loaded, &self.readings, self.period.as_deref(), &given)
    }
}

impl Compare {
    fn run(self, session: &Session) -> Result<Compared, Failure> {
        let with: Named = self.with.read()?;
        let loaded = self.paths.iter().map(|path| load(path, Exit::Own)).collect::<Result<Vec<_>, _>>()?;
        let all: Vec<&desk::Tariff> = loaded.iter().map(|one| &one.tariff).collect();
        let given = loaded.iter().map(|one| with.for_one_of(session, &one.tariff, &all));
        let given = given.collect::<Result<Vec<_>, _>>()?;
        let bills = loaded.into_iter().zip(&given);
        let bills = bills.map(|(one, given)| price(one, &self.readings, Some(&self.period), given));
        let mut bills = bills.collect::<Result<Vec<_>, _>>()?;
        let amount = |bill: &Bill| bill.bill.total.parse::<f64>().unwrap_or(f64::MAX);
        bills.sort_by(|one, other| amount(one).total_cmp(&amount(other)));
        Ok(Compared { bills })
    }
}

impl Data {
    fn run(self, session: &Session) -> Result<DataPublished, Failure> {
        let csv = file::read(&self.path, desk::MAX_DATA as u64)?;
        let added = data::publish(&session.store()?, &self.name, &csv)?;
        Ok(DataPublished { name: self.name, new: added.new, rows: added.rows, note: added.note })
    }
}

impl Table {
    fn run(self) -> Result<Declaration, Failure> {
        let csv = file::read(&self.path, desk::MAX_DATA as u64)?;
        let name = self.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let units: Vec<&str> = self.units.split(',').map(str::trim).collect();
        let statement = data::table_statement(&name, &csv, &units)?;
        Ok(Declaration { name, statement })
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
        let store = session.store()?;
        let (assignment, taken) = policy::assign(&store, &self.meter, name, version, from)?;
        let notes = policy::remarks(&store, &assignment)?;
        Ok(Assigned {
            meter: self.meter.clone(),
            version: assignment.tariff.version,
            tariff: assignment.tariff.name,
            from: assignment.from.to_string(),
            already: taken == Taken::Already,
            notes,
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
