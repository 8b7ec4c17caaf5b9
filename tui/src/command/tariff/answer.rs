//! What `wattproof tariff` answers.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use wattproof_engine::amount::Amount;

use crate::failure::ErrorDocument;
use crate::findings::Finding;
use crate::output::{Answer, DIM, GOOD, HEAD, Page};
use crate::table::{Table, counted, thousands};

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
    /// What is sound and worth a second look.
    pub notes: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDocument<'a>>,
}

/// A plain bill.
#[derive(Serialize)]
pub struct Priced {
    pub total: String,
    pub currency: &'static str,
    pub lines: Vec<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub figures: Vec<Figure>,
    pub carried: Vec<Figure>,
    pub gaps: u32,
}

/// A line of it.
#[derive(Serialize)]
pub struct Line {
    pub name: String,
    pub amount: String,
    pub exact: String,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a tariff declares for a table.
#[derive(Serialize)]
pub struct Declaration {
    pub name: String,
    pub statement: String,
}

/// A tariff assigned to a meter.
#[derive(Serialize)]
pub struct Assigned {
    pub meter: String,
    pub tariff: String,
    pub version: u32,
    pub from: String,
    pub already: bool,
    pub notes: Vec<String>,
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
        page.note(format_args!("{GOOD}{} is sound{GOOD:#}: tariff {name} version {version}", self.file.display()))?;
        for note in &self.notes {
            page.note(format_args!("  {DIM}{note}{DIM:#}"))?;
        }
        Ok(())
    }
}

impl Priced {
    /// The lines, the total, what is carried and shown.
    pub fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
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
        if let Some(note) = &self.note {
            page.note(format_args!("  {DIM}{note}{DIM:#}"))?;
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
        page.note(format_args!("{GOOD}data {} published{GOOD:#}: {new}, {rows} in all", self.name))?;
        self.note.iter().try_for_each(|note| page.note(format_args!("note: {note}")))
    }
}

impl Answer for Declaration {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(format_args!("{}", self.statement))
    }
}

impl Answer for Assigned {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let what = if self.already { "was assigned before" } else { "assigned" };
        let Assigned { meter, tariff, version, from, .. } = self;
        page.note(format_args!("{GOOD}{tariff}@{version} {what}{GOOD:#} to meter {meter} from {from}"))?;
        self.notes.iter().try_for_each(|note| page.note(format_args!("note: {note}")))
    }
}
