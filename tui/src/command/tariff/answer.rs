//! What `wattproof tariff` answers.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use wattproof_engine::amount::Amount;
use wattproof_engine::desk::lint::{self, Disclosure, Lint, Report};

use super::tenth;
use crate::failure::ErrorDocument;
use crate::findings::{Finding, Source};
use crate::output::{Answer, DIM, GOOD, HEAD, Page};
use crate::table::{Table, counted, thousands};

/// Characters of a comment that are shown.
const MAX_COMMENT: usize = 72;

/// A tariff to begin with: a file, or its text.
#[derive(Serialize)]
pub struct Template {
    pub file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'static str>,
}

/// A tariff as it was understood.
#[derive(Serialize)]
pub struct Understood {
    pub name: String,
    pub version: u32,
    pub currency: &'static str,
    pub zone: String,
    pub slot_minutes: u16,
    pub registers: Vec<String>,
    pub digest: String,
    pub text: String,
}

/// What a check found.
#[derive(Serialize)]
pub struct Checked<'a> {
    pub file: &'a Path,
    pub valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    pub findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDocument<'a>>,
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
    pub fn new(source: &Source, tariff: String, lint: &'a Lint) -> Self {
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
pub fn amounts(report: &Report) -> Vec<AmountLine> {
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

/// A plain bill.
#[derive(Serialize)]
pub struct Priced {
    pub total: String,
    pub currency: &'static str,
    pub lines: Vec<Line>,
    pub figures: Vec<Figure>,
    pub carried: Vec<Figure>,
    pub gaps: u32,
}

/// A line of it.
#[derive(Serialize)]
pub struct Line {
    pub name: String,
    pub amount: String,
}

/// A named value that is no line: shown for later bills, or carried from earlier ones.
#[derive(Serialize)]
pub struct Figure {
    pub name: String,
    pub amount: String,
    pub unit: String,
}

impl Figure {
    /// From what the desk says.
    pub fn new(name: String, amount: &Amount) -> Self {
        Figure { name, amount: amount.number(), unit: amount.unit().to_owned() }
    }
}

/// A plain bill with its tariff and period.
#[derive(Serialize)]
pub struct Bill {
    pub tariff: String,
    pub period: String,
    pub slots: u32,
    #[serde(flatten)]
    pub bill: Priced,
}

/// Plain bills, the cheapest first.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Compared {
    pub bills: Vec<Bill>,
}

/// A tariff in the store.
#[derive(Serialize)]
pub struct Published {
    pub name: String,
    pub version: u32,
    pub digest: String,
    pub already: bool,
}

/// Data in the store.
#[derive(Serialize)]
pub struct DataPublished {
    pub name: String,
    pub new: usize,
    pub rows: usize,
}

/// A tariff assigned to a meter.
#[derive(Serialize)]
pub struct Assigned {
    pub meter: String,
    pub tariff: String,
    pub version: u32,
    pub from: String,
    pub already: bool,
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
        page.line(format_args!(
            "outside the circuit   {} {sums} of readings; the supplier derives the commitments itself",
            self.inputs
        ))?;
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
        for (place, cost) in self.costs.iter().enumerate() {
            let head = if place == 0 { "lines" } else { "" };
            let because: Vec<String> = cost.because.iter().map(StepCount::told).collect();
            let because = if because.is_empty() { "linear, outside the circuit".into() } else { because.join(", ") };
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

impl Priced {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let names = self.lines.iter().map(|line| line.name.chars().count());
        let width = names.chain([8]).max().unwrap_or(8);
        let amounts = self.lines.iter().map(|line| line.amount.chars().count());
        let digits = amounts.chain([self.total.chars().count()]).max().unwrap_or(0);
        for line in &self.lines {
            page.line(format_args!("  {:<width$}  {:>digits$} {}", line.name, line.amount, self.currency))?;
        }
        page.line(format_args!("  {HEAD}{:<width$}  {:>digits$} {}{HEAD:#}", "total", self.total, self.currency))?;
        for (figures, what) in [(&self.figures, "shown for later bills"), (&self.carried, "from earlier bills")] {
            for Figure { name, amount, unit } in figures {
                page.line(format_args!("  {name:<width$}  {amount:>digits$} {unit}  {DIM}{what}{DIM:#}"))?;
            }
        }
        match self.gaps {
            0 => Ok(()),
            gaps => {
                page.note(format_args!("  {} without a reading, estimated", counted(gaps.into(), "settlement period")))
            }
        }
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

impl Answer for DataPublished {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (new, rows) = (counted(self.new as u64, "new row"), thousands(self.rows as u64));
        page.note(format_args!("{GOOD}data {} published{GOOD:#}: {new}, {rows} in all", self.name))
    }
}

impl Answer for Assigned {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let what = if self.already { "was assigned before" } else { "assigned" };
        let Assigned { meter, tariff, version, from, .. } = self;
        page.note(format_args!("{GOOD}{tariff}@{version} {what}{GOOD:#} to meter {meter} from {from}"))
    }
}
