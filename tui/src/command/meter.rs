//! `wattproof meter`: a simulated meter in one file.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use wattproof_engine::desk::file::{self, Access};
use wattproof_engine::desk::key;
use wattproof_engine::desk::meter::{BatchPeriod, Meter as Device, NewMeter, public_path};
use wattproof_engine::desk::time;

use super::Outcome;
use super::certify::Certify;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keys::{KeyFrom, PassphraseFrom};
use crate::output::{Answer, GOOD, HEAD, Page};
use crate::session::Session;
use crate::table::{Table, counted, thousands};
use crate::words::Words;

/// A simulated meter in one file: it certifies and encrypts readings as a real one would.
#[derive(Subcommand, Debug)]
pub enum Meter {
    New(New),
    Record(Record),
    Send(Send),
    Fallback(Fallback),
}

/// Make a meter and print its key, once.
#[derive(Args, Debug)]
#[command(
    after_help = "FILE.pub, beside the meter's file, is what the supplier registers.\n\nExample:\n  wattproof meter new home.meter --id home --label home.svg"
)]
pub struct New {
    /// The meter's file, which only its owner can read.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The meter's name.
    #[arg(long, value_name = "NAME")]
    id: String,
    /// A register: name, unit (Wh or VArh) and bits that its readings fit in. May be given again.
    #[arg(long, value_name = "NAME:UNIT:BITS", default_value = "import:Wh:20")]
    register: Vec<String>,
    /// Minutes of a settlement period.
    #[arg(long, value_name = "MINUTES", default_value_t = 30)]
    slot: u16,
    /// What one batch covers, in UTC.
    #[arg(long, value_enum, default_value_t = Batch::Day)]
    batch: Batch,
    /// What the meter certifies; batches must be days for one commitment a batch.
    #[arg(long, value_enum, default_value_t = Certify::Reading)]
    certify: Certify,
    /// The customer's own key, in a file; - is standard input. Without it the meter makes one.
    #[arg(long, value_name = "F")]
    key_file: Option<PathBuf>,
    /// Write a label to print, with the key as text and QR code.
    #[arg(long, value_name = "F.svg")]
    label: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

/// Let the meter take readings; a missing row is a gap.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof meter record home.meter --readings home.csv")]
pub struct Record {
    /// The meter's file.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The readings: a CSV file with the header start,import_wh and one column for each register; .gz is read too.
    #[arg(long, value_name = "CSV")]
    readings: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

/// Let the meter send its complete batches, sealed and signed, one file each.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof meter send home.meter --out batches")]
pub struct Send {
    /// The meter's file.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The folder for the .batch files.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Send again what ends after this instant, sent before or not.
    #[arg(long, value_name = "INSTANT")]
    since: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

/// Ask the meter for signed totals of a period, for when the customer never answers.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  wattproof meter fallback home.meter --period 2026-10 --out home.fallback --tz Europe/London"
)]
pub struct Fallback {
    /// The meter's file.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The period: 2026-10, or 2026-10-01..2026-11-01 with the end left out.
    #[arg(long, value_name = "P")]
    period: String,
    /// The file to write.
    #[arg(long, value_name = "F")]
    out: PathBuf,
    /// The zone of the period's days.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    tz: String,
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

/// What one batch covers.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Batch {
    /// A UTC day.
    Day,
    /// A UTC week from Monday.
    Week,
}

#[derive(Serialize)]
struct Made {
    meter: String,
    id: String,
    key: String,
    file: PathBuf,
    pub_file: PathBuf,
    label: Option<PathBuf>,
    registers: Vec<String>,
    slot_minutes: u16,
    certify: Certify,
    #[serde(skip)]
    given: bool,
    #[serde(skip)]
    qr: String,
}

#[derive(Serialize)]
struct Recorded {
    meter: String,
    rows: usize,
    gaps: usize,
    over_bound: usize,
    batches: usize,
    stands_at: Option<String>,
}

#[derive(Serialize)]
struct Sent {
    meter: String,
    batches: usize,
    bytes: usize,
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Totals {
    meter: String,
    file: PathBuf,
    from: String,
    to: String,
    slots: u32,
    gaps: u32,
    bytes: usize,
    totals: Vec<Total>,
}

#[derive(Serialize)]
struct Total {
    register: String,
    unit: &'static str,
    total: u64,
}

impl Meter {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        match self {
            Meter::New(new) => session.screen.answer(&new.run()?)?,
            Meter::Record(record) => session.screen.answer(&record.run()?)?,
            Meter::Send(send) => session.screen.answer(&send.run()?)?,
            Meter::Fallback(fallback) => session.screen.answer(&fallback.run()?)?,
        }
        Ok(Exit::Done)
    }
}

impl New {
    fn run(self) -> Result<Made, Failure> {
        if self.key_file.as_deref() == Some("-".as_ref()) && self.passphrase.passphrase_file == self.key_file {
            return Err(Words::InputTwice.into());
        }
        if let Some(label) = self.label.as_ref().filter(|label| label.exists()) {
            return Err(file::FileRefusal::Exists(label.clone()).into());
        }
        let given = self.key_file.is_some();
        let key = KeyFrom { key_file: self.key_file.clone() }.given()?;
        let passphrase = self.passphrase.read()?;
        let batch = match self.batch {
            Batch::Day => BatchPeriod::Day,
            Batch::Week => BatchPeriod::Week,
        };
        let passphrase = passphrase.as_ref().map(|text| text.as_str());
        let certification = self.certify.certification();
        let new = NewMeter {
            name: &self.id,
            registers: &self.register,
            slot: self.slot,
            batch,
            certification,
            key,
            passphrase,
        };
        let meter = Device::create(&self.path, new)?;
        if let Some(label) = &self.label {
            file::create(label, meter.label().as_bytes(), Access::Owner).inspect_err(|_| self.take_back())?;
        }
        let record = meter.record();
        Ok(Made {
            meter: record.name().into(),
            id: record.id().to_string(),
            key: (*meter.key().to_text()).clone(),
            pub_file: public_path(&self.path),
            file: self.path,
            label: self.label,
            registers: self.register,
            slot_minutes: self.slot,
            certify: self.certify,
            given,
            qr: (*key::qr(meter.key())).clone(),
        })
    }
}

impl New {
    /// Nobody has seen the key of a meter whose label could not be written: there is to be no such meter.
    fn take_back(&self) {
        for path in [&self.path, &public_path(&self.path)] {
            let _best_effort = std::fs::remove_file(path);
        }
    }
}

impl Record {
    fn run(self) -> Result<Recorded, Failure> {
        let mut meter = Device::open(&self.path, self.passphrase.read()?.as_ref().map(|text| text.as_str()))?;
        let recorded = meter.record_file(&self.readings)?;
        Ok(Recorded {
            meter: meter.record().name().into(),
            rows: recorded.rows,
            gaps: recorded.gaps,
            over_bound: recorded.over_bound,
            batches: recorded.batches,
            stands_at: meter.stands_at().map(|at| at.to_string()),
        })
    }
}

impl Send {
    fn run(self) -> Result<Sent, Failure> {
        let instant = |text: &String| time::instant(text).ok_or_else(|| Words::NotAnInstant(text.clone()));
        let since = self.since.as_ref().map(instant).transpose()?;
        let mut meter = Device::open(&self.path, self.passphrase.read()?.as_ref().map(|text| text.as_str()))?;
        let sent = meter.send(&self.out, since)?;
        let name = meter.record().name().into();
        Ok(Sent { meter: name, batches: sent.files.len(), bytes: sent.bytes, files: sent.files })
    }
}

impl Fallback {
    fn run(self) -> Result<Totals, Failure> {
        let mut meter = Device::open(&self.path, self.passphrase.read()?.as_ref().map(|text| text.as_str()))?;
        let given = meter.totals(&self.period, &self.tz)?;
        file::settle(&self.out, &given.bytes)?;
        let total = |total: wattproof_engine::desk::meter::Total| Total {
            register: total.register,
            unit: total.unit,
            total: total.total,
        };
        Ok(Totals {
            meter: meter.record().name().into(),
            file: self.out,
            from: given.from.to_string(),
            to: given.to.to_string(),
            slots: given.slots,
            gaps: given.gaps,
            bytes: given.bytes.len(),
            totals: given.totals.into_iter().map(total).collect(),
        })
    }
}

impl Answer for Made {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (file, public) = (self.file.display(), self.pub_file.display());
        page.note(format_args!("{GOOD}meter {} made{GOOD:#} in {file}", self.meter))?;
        page.detail(format_args!("id {}, registers {}", self.id, self.registers.join(", ")))?;
        if let Some(label) = &self.label {
            page.note(format_args!("label to print: {}", label.display()))?;
        }
        if !self.given {
            page.note(format_args!(
                "\nThe customer's key, shown this once. Whoever has it can read the meter; keep it safe.\n"
            ))?;
            page.note(format_args!("{}\n", self.qr.trim_end()))?;
            page.line(format_args!("{HEAD}{}{HEAD:#}", self.key))?;
            page.note(format_args!(""))?;
        }
        page.note(format_args!("next: the supplier runs `wattproof register {public}`"))
    }
}

impl Answer for Recorded {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (rows, gaps) = (counted(self.rows as u64, "row"), counted(self.gaps as u64, "gap"));
        let batches = counted(self.batches as u64, "batch");
        page.note(format_args!("{GOOD}{rows} recorded{GOOD:#}, {gaps}, {batches} sealed"))?;
        if self.over_bound > 0 {
            let over = self.over_bound;
            page.note(format_args!("{over} readings were at or above their register's bound and became gaps"))?;
        }
        match &self.stands_at {
            Some(at) => {
                page.note(format_args!("the meter stands at {at}; a batch is sealed when its day or week is over"))
            }
            None => Ok(()),
        }
    }
}

impl Answer for Sent {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        for file in &self.files {
            page.detail(format_args!("{}", file.display()))?;
        }
        match self.batches {
            0 => page.note(format_args!("no complete batch is waiting to be sent")),
            count => {
                let bytes = thousands(self.bytes as u64);
                let count = counted(count as u64, "batch");
                page.note(format_args!("{GOOD}{count} sent{GOOD:#}, {bytes} bytes, sealed and signed"))
            }
        }
    }
}

impl Answer for Totals {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let mut table = Table::new(&["register", "total>", "unit"]);
        for total in &self.totals {
            table.row([total.register.clone(), thousands(total.total), total.unit.into()]);
        }
        table.tell(page)?;
        page.note(format_args!(
            "signed totals from {} to {}, {}, {}, in {}",
            self.from,
            self.to,
            counted(self.slots.into(), "slot"),
            counted(self.gaps.into(), "gap"),
            self.file.display()
        ))
    }
}
