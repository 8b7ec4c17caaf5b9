//! `wattproof tariff explain` and `lint`: how a tariff is proved, and what its bills say.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use wattproof_engine::desk::explain::{Cheaper, Cost, explain};
use wattproof_engine::desk::lint::{self, Disclosure, Report, lint};
use wattproof_engine::desk::time;

use super::answer::Priced;
use super::given::With;
use super::{load, named, price, refused, tenth};
use crate::command::Outcome;
use crate::command::certify::Certify;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::findings::{Finding, Source};
use crate::output::{Answer, DIM, GOOD, HEAD, Page};
use crate::session::Session;
use crate::table::{counted, thousands};

/// Characters of a comment that are shown.
const MAX_COMMENT: usize = 72;

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
    /// What the meter certifies.
    #[arg(long, value_enum, default_value_t = Certify::Reading)]
    certify: Certify,
    #[command(flatten)]
    with: With,
}

/// Find what a tariff's bills would say about single readings, and prices with digits to spare.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof tariff lint mine.tariff --period 2026-10")]
pub struct Lint {
    /// The tariff.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The period [default: last month].
    #[arg(long, value_name = "P")]
    period: Option<String>,
    #[command(flatten)]
    with: With,
}

/// How a tariff is proved.
#[derive(Serialize)]
pub struct Explained {
    pub tariff: String,
    pub period: String,
    pub slots: u32,
    pub costs: Vec<CostLine>,
    pub cheaper: Vec<CheaperLine>,
    pub advice: Vec<&'static str>,
    pub inputs: usize,
    pub steps: Vec<StepCount>,
    pub readings_in_circuit: usize,
    pub k: Option<u32>,
    pub linked_rows: usize,
    pub rows: usize,
    pub lookups: usize,
    pub proof_bytes: usize,
    pub bits_disclosed: f64,
    pub bits_held: u64,
    pub amounts: Vec<AmountLine>,
    pub prepare_seconds: f64,
    pub certify: Certify,
    #[serde(flatten)]
    pub bill: Option<Priced>,
}

/// What a tariff's bills say about readings.
#[derive(Serialize)]
pub struct Linted<'a> {
    pub tariff: String,
    pub period: String,
    pub bits_disclosed: f64,
    pub bits_held: u64,
    pub amounts: Vec<AmountLine>,
    pub findings: Vec<LintFinding<'a>>,
}

/// What a disclosed amount says.
#[derive(Serialize)]
pub struct AmountLine {
    pub name: String,
    pub bits: f64,
    pub slots: usize,
    pub largest_share: f64,
    pub sums: usize,
}

/// A finding of the lint.
#[derive(Serialize)]
pub struct LintFinding<'a> {
    #[serde(flatten)]
    finding: Finding<'a>,
    refused: bool,
}

impl<'a> Linted<'a> {
    /// From what the desk found.
    fn new(source: &Source, tariff: String, lint: &'a lint::Lint) -> Self {
        let finding = |found: &'a lint::Finding| LintFinding {
            finding: Finding::new(source, &found.diagnostic),
            refused: found.refused,
        };
        Linted {
            tariff,
            period: lint.period.to_string(),
            bits_disclosed: tenth(lint.report.bits()),
            bits_held: lint.report.held,
            amounts: amounts(&lint.report),
            findings: lint.findings.iter().map(finding).collect(),
        }
    }
}

/// What each disclosed amount says.
fn amounts(report: &Report) -> Vec<AmountLine> {
    let amount = |amount: &Disclosure| AmountLine {
        name: if amount.name.is_empty() { "total".into() } else { amount.name.clone() },
        bits: tenth(amount.bits),
        slots: amount.slots,
        largest_share: (amount.largest.map_or(0.0, |(_, share)| share) * 1e6).round() / 1e6,
        sums: amount.sums,
    };
    report.amounts.iter().map(amount).collect()
}

/// What a line of the bill adds to the proof.
#[derive(Serialize)]
pub struct CostLine {
    pub name: String,
    pub comment: Option<String>,
    pub rows: usize,
    pub steps: Vec<StepCount>,
    pub because: Vec<StepCount>,
}

/// What to write for a smaller proof.
#[derive(Serialize)]
pub struct CheaperLine {
    pub write: String,
    pub k: Option<u32>,
    pub rows: usize,
    pub bits_disclosed: f64,
}

/// A kind of step, and how often it occurs.
#[derive(Serialize)]
pub struct StepCount {
    pub kind: &'static str,
    pub count: usize,
}

impl StepCount {
    /// `2 × rounding`.
    fn told(&self) -> String {
        format!("{} × {}", self.count, self.kind)
    }
}

impl Explain {
    pub(super) fn run(self, session: &Session) -> Result<Explained, Failure> {
        let loaded = load(&self.path, Exit::Own)?;
        let given = self.with.read()?.for_one(session, &loaded.tariff)?;
        let started = Instant::now();
        let explained = match explain(&loaded.tariff, &self.period, &given, self.certify.certification()) {
            Ok(explained) => explained,
            Err(refusal) => return Err(refused(loaded, refusal)),
        };
        let prepare_seconds = started.elapsed().as_secs_f64();
        let tariff = named(&loaded.tariff);
        let bill = self.readings.as_deref().map(|readings| price(loaded, readings, Some(&self.period), &given));
        Ok(Explained {
            tariff,
            period: explained.period.to_string(),
            slots: explained.period.slots().count(),
            costs: explained.costs.into_iter().map(cost).collect(),
            cheaper: explained.cheaper.into_iter().map(cheaper).collect(),
            advice: explained.advice,
            inputs: explained.inputs,
            steps: counts(explained.steps),
            readings_in_circuit: explained.readings,
            k: explained.k,
            linked_rows: explained.linked_rows,
            rows: explained.rows,
            lookups: explained.lookups,
            proof_bytes: explained.proof_bytes,
            bits_disclosed: tenth(explained.bits_disclosed),
            bits_held: explained.bits_held,
            amounts: amounts(&explained.report),
            prepare_seconds,
            certify: self.certify,
            bill: bill.transpose()?.map(|bill| bill.bill),
        })
    }
}

impl Lint {
    pub(super) fn run(self, session: &Session) -> Outcome {
        let loaded = load(&self.path, Exit::Own)?;
        let given = self.with.read()?.for_one(session, &loaded.tariff)?;
        let period = match self.period {
            Some(period) => period,
            None => time::month_before(session.now()?),
        };
        let linted = match lint(&loaded.tariff, &period, &given) {
            Ok(linted) => linted,
            Err(refusal) => return Err(refused(loaded, refusal)),
        };
        let found = linted.findings.iter().map(|finding| finding.diagnostic.clone()).collect::<Vec<_>>();
        let failure = (!found.is_empty()).then(|| {
            let serious = linted.findings.iter().filter(|finding| finding.refused).count();
            Failure::linted(
                Source { name: loaded.source.name.clone(), text: loaded.source.text.clone() },
                found,
                serious,
            )
        });
        session.screen.answer(&Linted::new(&loaded.source, named(&loaded.tariff), &linted))?;
        match failure {
            None => Ok(Exit::Done),
            Some(failure) => {
                session.screen.complain(&failure);
                Ok(failure.exit)
            }
        }
    }
}

fn counts(steps: Vec<(&'static str, usize)>) -> Vec<StepCount> {
    steps.into_iter().map(|(kind, count)| StepCount { kind, count }).collect()
}

fn cost(cost: Cost) -> CostLine {
    let Cost { name, comment, rows, steps, because } = cost;
    CostLine { name, comment, rows, steps: counts(steps), because: counts(because) }
}

fn cheaper(cheaper: Cheaper) -> CheaperLine {
    let Cheaper { write, k, rows, bits_disclosed } = cheaper;
    CheaperLine { write, k, rows, bits_disclosed: tenth(bits_disclosed) }
}

impl Answer for Linted<'_> {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(format_args!("{HEAD}{} over {}{HEAD:#}", self.tariff, self.period))?;
        disclosed(page, &self.amounts, self.bits_disclosed, self.bits_held)?;
        match self.findings.is_empty() {
            true => page.note(format_args!("{GOOD}nothing found{GOOD:#}")),
            false => Ok(()),
        }
    }
}

/// A comment that fits a line.
fn cut(comment: &str) -> String {
    match comment.char_indices().nth(MAX_COMMENT) {
        None => comment.into(),
        Some((end, _)) => format!("{}…", &comment[..end]),
    }
}

/// What is disclosed, amount by amount.
fn disclosed(page: &mut Page<'_>, amounts: &[AmountLine], bits: f64, held: u64) -> io::Result<()> {
    let held = thousands(held);
    page.line(format_args!("disclosed             at most {bits:.1} bits of the {held} that the readings hold"))?;
    let width = amounts.iter().map(|amount| amount.name.chars().count()).max().unwrap_or(0);
    amounts.iter().try_for_each(|amount| {
        let (slots, share) = (counted(amount.slots as u64, "settlement period"), amount.largest_share * 100.0);
        let AmountLine { name, bits, .. } = amount;
        page.line(format_args!("{:22}{name:<width$}  {bits:>5.1} bits about {slots}, of one at most {share:.2} %", ""))
    })
}

impl Answer for Explained {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let slots = thousands(self.slots.into());
        page.line(format_args!("{HEAD}{} over {}{HEAD:#}, {slots} settlement periods", self.tariff, self.period))?;
        let sums = if self.inputs == 1 { "sum" } else { "sums" };
        match self.certify {
            Certify::Reading => page.line(format_args!(
                "outside the circuit   {} {sums} of readings; the supplier derives the commitments itself",
                self.inputs
            ))?,
            Certify::Batch => page.line(format_args!(
                "readings              in columns of whole days, up to 480 readings each; {} {sums} gathered from them",
                self.inputs
            ))?,
        }
        match self.k {
            None => page.line(format_args!("in the circuit        nothing: the bill is proved without one"))?,
            Some(k) => self.circuit(page, k)?,
        }
        page.line(format_args!("proof                 {} bytes", thousands(self.proof_bytes as u64)))?;
        self.lines(page)?;
        page.line(format_args!(
            "keys                  of this tariff, its data and this period, made in {:.2} s; all customers share them.\n\
             {:22}Another price, window, datum, rounding or period needs new ones, and so do estimated gaps",
            self.prepare_seconds, ""
        ))?;
        disclosed(page, &self.amounts, self.bits_disclosed, self.bits_held)?;
        match &self.bill {
            Some(bill) => bill.tell(page),
            None => Ok(()),
        }
    }
}

impl Explained {
    /// What each line adds, why, and what to write instead.
    fn lines(&self, page: &mut Page<'_>) -> io::Result<()> {
        let width = self.costs.iter().map(|cost| cost.name.chars().count()).max().unwrap_or(0);
        let linear = match self.certify {
            Certify::Reading => "linear, outside the circuit",
            Certify::Batch => "linear",
        };
        for (place, cost) in self.costs.iter().enumerate() {
            let head = if place == 0 { "lines" } else { "" };
            let because: Vec<String> = cost.because.iter().map(StepCount::told).collect();
            let because = if because.is_empty() { linear.into() } else { because.join(", ") };
            let rows = if cost.rows > 0 { counted(cost.rows as u64, "row") } else { String::new() };
            page.line(format_args!("{head:<22}{:<width$}  {rows:>12}  {because}", cost.name))?;
            if let Some(comment) = cost.comment.as_ref().map(|comment| cut(comment)) {
                page.line(format_args!("{:22}{:width$}  {:12}  {DIM}# {comment}{DIM:#}", "", "", ""))?;
            }
        }
        for (place, cheaper) in self.cheaper.iter().enumerate() {
            let head = if place == 0 { "cheaper" } else { "" };
            let size = match cheaper.k {
                None => "no circuit".into(),
                Some(k) => format!("2^{k} rows, {} used", thousands(cheaper.rows as u64)),
            };
            let bits = cheaper.bits_disclosed;
            page.line(format_args!("{head:<22}{}: {size}, {bits:.1} bits disclosed", cheaper.write))?;
        }
        for (place, advice) in self.advice.iter().enumerate() {
            let head = if place == 0 { "know" } else { "" };
            page.line(format_args!("{head:<22}{advice}"))?;
        }
        Ok(())
    }

    fn circuit(&self, page: &mut Page<'_>, k: u32) -> io::Result<()> {
        let steps: Vec<String> = self.steps.iter().map(StepCount::told).collect();
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
