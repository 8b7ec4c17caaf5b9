//! `wattproof tariff`.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use serde::Serialize;
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::tariff::{self as desk, Diagnostic, PlainBill, TariffRefusal};
use wattproof_engine::intake::csv;
use wattproof_engine::policy;
use wattproof_engine::registry::Taken;

use super::Outcome;
use super::household::date;
use crate::exit::Exit;
use crate::failure::{ErrorDocument, Failure};
use crate::findings::{Finding, Source};
use crate::output::{Answer, GOOD, HEAD, Page};
use crate::session::Session;
use crate::table::{Table, thousands};
use crate::words::Words;

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

#[derive(Serialize)]
struct Template {
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
}

#[derive(Serialize)]
struct Understood {
    name: String,
    version: u32,
    currency: &'static str,
    zone: String,
    slot_minutes: u16,
    registers: Vec<String>,
    digest: String,
    text: String,
}

#[derive(Serialize)]
struct Checked<'a> {
    file: &'a Path,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDocument<'a>>,
}

#[derive(Serialize)]
struct Explained {
    tariff: String,
    period: String,
    slots: u32,
    inputs: usize,
    steps: Vec<StepCount>,
    readings_in_circuit: usize,
    k: Option<u32>,
    linked_rows: usize,
    rows: usize,
    lookups: usize,
    proof_bytes: usize,
    bits_disclosed: f64,
    bits_held: u64,
    prepare_seconds: f64,
    #[serde(flatten)]
    bill: Option<Priced>,
}

#[derive(Serialize)]
struct StepCount {
    kind: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Priced {
    total: String,
    currency: &'static str,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    amount: String,
}

#[derive(Serialize)]
struct Bill {
    tariff: String,
    period: String,
    slots: u32,
    #[serde(flatten)]
    bill: Priced,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Compared {
    bills: Vec<Bill>,
}

#[derive(Serialize)]
struct Published {
    name: String,
    version: u32,
    digest: String,
    already: bool,
}

#[derive(Serialize)]
struct Assigned {
    meter: String,
    tariff: String,
    version: u32,
    from: String,
    already: bool,
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

impl Answer for Template {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        match (&self.file, self.text) {
            (_, Some(text)) => page.line(format_args!("{}", text.trim_end())),
            (Some(file), None) => {
                let file = file.display();
                page.note(format_args!("{GOOD}tariff begun{GOOD:#} in {file}"))?;
                page.note(format_args!("next: change it, then `wattproof tariff check {file}`"))
            }
            (None, None) => Ok(()),
        }
    }
}

impl Answer for Understood {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(format_args!("{}", self.text.trim_end()))?;
        page.detail(format_args!("digest {}", self.digest))
    }
}

impl Answer for Checked<'_> {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (name, version) = (self.name.unwrap_or_default(), self.version.unwrap_or_default());
        page.note(format_args!("{GOOD}{} is sound{GOOD:#}: tariff {name} version {version}", self.file.display()))
    }
}

impl Answer for Explained {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let slots = thousands(self.slots.into());
        page.line(format_args!("{HEAD}{} over {}{HEAD:#}, {slots} settlement periods", self.tariff, self.period))?;
        let sums = if self.inputs == 1 { "sum" } else { "sums" };
        page.line(format_args!(
            "outside the circuit   {} {sums} of readings; the supplier derives the commitments itself",
            self.inputs
        ))?;
        match self.k {
            None => page.line(format_args!("in the circuit        nothing: the bill is proved without one"))?,
            Some(k) => self.circuit(page, k)?,
        }
        page.line(format_args!("proof                 {} bytes", thousands(self.proof_bytes as u64)))?;
        page.line(format_args!(
            "disclosed             at most {:.1} bits of the {} that the readings hold",
            self.bits_disclosed,
            thousands(self.bits_held)
        ))?;
        page.detail(format_args!("prepared in {:.2} s", self.prepare_seconds))?;
        match &self.bill {
            Some(bill) => bill.tell(page),
            None => Ok(()),
        }
    }
}

impl Explained {
    fn circuit(&self, page: &mut Page<'_>, k: u32) -> io::Result<()> {
        let steps: Vec<String> = self.steps.iter().map(|step| format!("{} × {}", step.count, step.kind)).collect();
        page.line(format_args!("in the circuit        {}", steps.join(", ")))?;
        if self.readings_in_circuit > 0 {
            let readings = thousands(self.readings_in_circuit as u64);
            page.line(format_args!("                      {readings} readings enter one by one"))?;
        }
        page.line(format_args!(
            "circuit               2^{k} rows, {} used, {} linked, {} look-ups",
            thousands(self.rows as u64),
            thousands(self.linked_rows as u64),
            self.lookups
        ))
    }
}

impl Priced {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let names = self.lines.iter().map(|line| line.name.chars().count());
        let width = names.chain([8]).max().unwrap_or(8);
        let amounts = self.lines.iter().map(|line| line.amount.chars().count());
        let digits = amounts.chain([self.total.chars().count()]).max().unwrap_or(0);
        for line in &self.lines {
            page.line(format_args!("  {:<width$}  {:>digits$} {}", line.name, line.amount, self.currency))?;
        }
        page.line(format_args!("  {HEAD}{:<width$}  {:>digits$} {}{HEAD:#}", "total", self.total, self.currency))
    }
}

impl Answer for Bill {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let slots = thousands(self.slots.into());
        page.note(format_args!("{HEAD}{}{HEAD:#}, {}, {slots} settlement periods", self.tariff, self.period))?;
        self.bill.tell(page)
    }
}

impl Answer for Compared {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let mut table = Table::new(&["tariff", "total>", "currency"]);
        for bill in &self.bills {
            table.row([bill.tariff.clone(), bill.bill.total.clone(), bill.bill.currency.into()]);
        }
        table.tell(page)
    }
}

impl Answer for Published {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let what = if self.already { "was published before" } else { "published" };
        page.note(format_args!("{GOOD}tariff {}@{} {what}{GOOD:#}", self.name, self.version))?;
        page.detail(format_args!("digest {}", self.digest))
    }
}

impl Answer for Assigned {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let what = if self.already { "was assigned before" } else { "assigned" };
        let Assigned { meter, tariff, version, from, .. } = self;
        page.note(format_args!("{GOOD}{tariff}@{version} {what}{GOOD:#} to meter {meter} from {from}"))
    }
}
