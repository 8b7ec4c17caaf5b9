//! `wattproof readings`.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};
use wattproof_engine::clock;
use wattproof_engine::customer;
use wattproof_engine::desk::{file, time};
use wattproof_engine::intake::convert::{self, Layout, Midnight, Scale, Stamped, ValueColumn};
use wattproof_engine::intake::converted::{ClockChange, Report};
use wattproof_engine::intake::csv::{self, ReadingsFile};
use wattproof_engine::intake::{greenbutton, nem12};

use super::Outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keys::KeyFrom;
use crate::output::{Answer, DIM, GOOD, Page};
use crate::session::Session;
use crate::table::{Table, counted, thousands};
use crate::words::Words;

/// Readings in the clear: other people's files converted, or a meter's batches decrypted.
#[derive(Subcommand, Debug)]
pub enum Readings {
    Convert(Convert),
    Show(Show),
}

/// Turn someone else's file into a readings file: settled by a stated rule or refused, never guessed.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Convert {
    /// The file to convert; .gz is read too.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The readings file to write.
    #[arg(short, long, value_name = "CSV")]
    out: PathBuf,
    /// What the file is.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// A register and what the file calls it, like import=Consumption: the head of a column, a Green Button stream's
    /// link or title, a NEM12 suffix. May be given again. Where the file says which stream is which, it may be left out.
    #[arg(long, value_name = "REGISTER=NAME")]
    value: Vec<String>,
    /// The clock of times without an offset: a zone, or +10:00. For Green Button, the clock to write times in.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    tz: Option<String>,
    /// Minutes of a settlement period [default: what the file tells].
    #[arg(long, value_name = "MINUTES")]
    slot: Option<u16>,
    #[command(flatten)]
    table: TableOptions,
}

/// How a CSV file is laid out.
#[derive(Args, Debug)]
#[command(next_help_heading = "For CSV")]
struct TableOptions {
    /// The head of the column with the times; blanks around it are left out.
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// How times are written, like '%d/%m/%Y %H:%M' [default: ISO 8601].
    #[arg(long, value_name = "FORMAT")]
    time_format: Option<String>,
    /// Which end of its interval a row's time names.
    #[arg(long, value_name = "END")]
    stamp: Option<Stamp>,
    /// Which end of its date a time of 0:00 is [default: the beginning, unless the order of the rows denies it].
    #[arg(long, value_name = "END")]
    midnight: Option<MidnightName>,
    /// What the values count.
    #[arg(long, value_name = "UNIT", ignore_case = true)]
    unit: Option<UnitName>,
}

/// One a format.
const EXAMPLES: &str = "\
Example:
  wattproof readings convert consumption.csv -o home.csv --time Start --value 'import=Consumption (kWh)' --unit kWh --stamp start
  wattproof readings convert usage.xml -o home.csv --format greenbutton --tz America/New_York
  wattproof readings convert nem12.csv -o home.csv --format nem12 --value import=E1 --value export=B1 --tz +10:00";

/// Decrypt a meter's readings, to the screen or to a readings file.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof readings show --meter home --period 2026-10 --key-file home.key")]
pub struct Show {
    /// The meter, by name or id.
    #[arg(long, value_name = "M")]
    meter: String,
    /// The period: 2026-10, or 2026-10-01..2026-11-01 with the end left out.
    #[arg(long, value_name = "P")]
    period: String,
    #[command(flatten)]
    key: KeyFrom,
    /// The zone of the period's days [default: the tariff's, else UTC].
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Write a new readings file that only its owner can read, instead of showing them.
    #[arg(short, long, value_name = "CSV")]
    out: Option<PathBuf>,
}

/// What the values count.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum UnitName {
    /// Thousands: kWh, kVArh.
    #[value(name = "kWh")]
    Kilo,
    /// Base units: Wh, VArh.
    #[value(name = "Wh")]
    Base,
}

/// Which end of its interval a row's time names.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Stamp {
    /// The interval starts then.
    Start,
    /// The interval ends then.
    End,
}

/// Which end of its date a time of 0:00 is.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum MidnightName {
    /// The date begins then.
    Begin,
    /// The date ends then.
    End,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// ESPI XML, as utilities' "Download My Data" gives it.
    #[value(name = "greenbutton")]
    GreenButton,
    /// The Australian market's interval data, in standard time.
    Nem12,
}

#[derive(Serialize)]
struct Answered {
    file: PathBuf,
    rows: usize,
    first: String,
    end: String,
    slot_minutes: u16,
    slots: u32,
    gaps: usize,
    duplicates: usize,
    out_of_order: usize,
    settled_hours: usize,
    settled_noise: usize,
    substituted: usize,
    left_out: Vec<String>,
    clock_changes: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    date: String,
    slots: i64,
}

#[derive(Serialize)]
struct Shown {
    meter: String,
    period: String,
    zone: String,
    registers: Vec<String>,
    slots: u32,
    gaps: usize,
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readings: Option<Vec<Map<String, Value>>>,
    #[serde(skip)]
    days: Option<Table>,
}

impl Readings {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        match self {
            Readings::Convert(convert) => session.screen.answer(&convert.run()?)?,
            Readings::Show(show) => session.screen.answer(&show.run(session)?)?,
        }
        Ok(Exit::Done)
    }
}

impl Convert {
    fn run(self) -> Result<Answered, Failure> {
        if same(&self.path, &self.out) {
            return Err(Words::OverItself(self.out).into());
        }
        let converted = match self.format {
            Format::Csv => convert::convert(&self.path, &self.layout()?)?,
            Format::GreenButton => greenbutton::convert(&self.path, &self.streams()?)?,
            Format::Nem12 => nem12::convert(&self.path, &self.days()?)?,
        };
        let mut text = zeroize::Zeroizing::new(Vec::new());
        csv::write(&converted.file, &|at| converted.offset(at), &mut *text)?;
        file::replace(&self.out, &text)?;
        Ok(described(self.out, converted.report))
    }

    fn layout(&self) -> Result<Layout, Failure> {
        let needed = |option| Words::OptionNeeded { option, format: "csv" };
        let table = &self.table;
        if self.value.is_empty() {
            return Err(needed("--value").into());
        }
        Ok(Layout {
            time: table.time.as_deref().ok_or(needed("--time"))?.trim().into(),
            time_format: table.time_format.clone(),
            midnight: table.midnight.map(|midnight| match midnight {
                MidnightName::Begin => Midnight::Begin,
                MidnightName::End => Midnight::End,
            }),
            values: self.values()?,
            scale: match table.unit.ok_or(needed("--unit"))? {
                UnitName::Kilo => Scale::Kilo,
                UnitName::Base => Scale::Base,
            },
            stamped: match table.stamp.ok_or(needed("--stamp"))? {
                Stamp::Start => Stamped::Start,
                Stamp::End => Stamped::End,
            },
            zone: self.zone()?,
            slot: self.slot()?,
        })
    }

    fn streams(&self) -> Result<greenbutton::Choice, Failure> {
        self.table.unused("greenbutton")?;
        Ok(greenbutton::Choice { values: self.values()?, slot: self.slot()?, zone: self.zone()? })
    }

    fn days(&self) -> Result<nem12::Choice, Failure> {
        self.table.unused("nem12")?;
        let zone = self.zone()?.ok_or(Words::OptionNeeded { option: "--tz", format: "nem12" })?;
        Ok(nem12::Choice { values: self.values()?, slot: self.slot()?, zone })
    }

    fn values(&self) -> Result<Vec<ValueColumn>, Failure> {
        let column = |text: &String| ValueColumn::parse(text).ok_or_else(|| Words::NotAValueColumn(text.clone()));
        Ok(self.value.iter().map(column).collect::<Result<_, _>>()?)
    }

    fn zone(&self) -> Result<Option<TimeZone>, Failure> {
        Ok(self.tz.as_deref().map(clock::clock).transpose()?)
    }

    fn slot(&self) -> Result<Option<time::SlotLength>, Failure> {
        let slot = |minutes| time::SlotLength::from_minutes(minutes).ok_or(Words::SlotLength(minutes));
        Ok(self.slot.map(slot).transpose()?)
    }
}

impl TableOptions {
    /// Refuses options that a format answers itself.
    fn unused(&self, format: &'static str) -> Result<(), Words> {
        let given = [
            ("--time", self.time.is_some()),
            ("--time-format", self.time_format.is_some()),
            ("--stamp", self.stamp.is_some()),
            ("--midnight", self.midnight.is_some()),
            ("--unit", self.unit.is_some()),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Words::OptionForeign { option, format }),
            None => Ok(()),
        }
    }
}

fn described(file: PathBuf, report: Report) -> Answered {
    let change = |change: &ClockChange| Change { date: change.date.to_string(), slots: change.slots };
    Answered {
        file,
        rows: report.rows,
        first: report.first.to_string(),
        end: report.end.to_string(),
        slot_minutes: report.slot.minutes(),
        slots: report.slots,
        gaps: report.gaps,
        duplicates: report.settled.duplicates,
        out_of_order: report.settled.out_of_order,
        settled_hours: report.settled.hours,
        settled_noise: report.settled.noise,
        substituted: report.settled.substituted,
        clock_changes: report.clock_changes.iter().map(change).collect(),
        left_out: report.left_out,
    }
}

/// Whether two paths lead to one file.
pub fn same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

impl Show {
    fn run(self, session: &Session) -> Result<Shown, Failure> {
        let (store, key) = (session.store()?, self.key.read()?);
        let (zone, progress) = (self.tz.as_deref(), &mut session.progress());
        let (file, zone) = customer::readings(&store, &key, &self.meter, &self.period, zone, progress)?;
        let clock = clock::zone(&zone)?;
        if let Some(out) = &self.out {
            let mut text = zeroize::Zeroizing::new(Vec::new());
            csv::write(&file, &|at| clock.to_offset(at), &mut *text)?;
            file::create(out, &text, file::Access::Owner)?;
        }
        let listed = session.screen.json && self.out.is_none();
        Ok(Shown {
            meter: self.meter,
            period: self.period,
            zone,
            registers: file.columns.iter().map(|column| column.head()).collect(),
            slots: file.readings.slots().count(),
            gaps: file.readings.gap_count(),
            readings: listed.then(|| rows(&file, &clock)),
            days: (!session.screen.json && self.out.is_none()).then(|| days(&file, &clock)),
            file: self.out,
        })
    }
}

/// One object a slot: its start by local time, and a value or null for every register.
fn rows(file: &ReadingsFile, clock: &TimeZone) -> Vec<Map<String, Value>> {
    let row = |slot| {
        let start = time::start(slot, file.length);
        let start = clock.to_offset(start).to_datetime(start).to_string() + &numeric(clock, start);
        let mut row = Map::from_iter([("start".to_owned(), Value::from(start))]);
        for (register, column) in file.columns.iter().enumerate() {
            row.insert(column.head(), file.readings.get(register, slot).map_or(Value::Null, Value::from));
        }
        row
    };
    file.readings.slots().iter().map(row).collect()
}

/// `+01:00`.
fn numeric(clock: &TimeZone, at: jiff::Timestamp) -> String {
    let seconds = clock.to_offset(at).seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

/// A row a local day and register: the day's total and its shape.
fn days(file: &ReadingsFile, clock: &TimeZone) -> Table {
    let mut table = Table::new(&["day", "register", "total>", "gaps>", "shape"]);
    let mut by_day: Vec<(jiff::civil::Date, Vec<time::Slot>)> = Vec::new();
    for slot in file.readings.slots().iter() {
        let day = clock.to_datetime(time::start(slot, file.length)).date();
        match by_day.last_mut().filter(|(last, _)| *last == day) {
            Some((_, slots)) => slots.push(slot),
            None => by_day.push((day, vec![slot])),
        }
    }
    for (register, column) in file.columns.iter().enumerate() {
        for (day, slots) in &by_day {
            let values: Vec<Option<u32>> = slots.iter().map(|slot| file.readings.get(register, *slot)).collect();
            let total: u64 = values.iter().flatten().map(|value| u64::from(*value)).sum();
            let gaps = values.iter().filter(|value| value.is_none()).count();
            let total = format!("{} {}", thousands(total), column.unit().symbol());
            table.row([day.to_string(), column.name().into(), total, gaps.to_string(), sparkline(&values)]);
        }
    }
    table
}

/// Values as bars, hours at most 24 of them; a gap is blank.
pub fn sparkline(values: &[Option<u32>]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let width = values.len().div_ceil(24).max(1);
    let sum = |chunk: &[Option<u32>]| chunk.iter().copied().try_fold(0u64, |sum, value| Some(sum + u64::from(value?)));
    let sums: Vec<Option<u64>> = values.chunks(width).map(sum).collect();
    let most = sums.iter().flatten().copied().max().unwrap_or(0).max(1);
    let bar = |sum: &Option<u64>| sum.map_or(' ', |sum| BARS[(sum * 7 / most) as usize]);
    sums.iter().map(bar).collect()
}

impl Answer for Answered {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (rows, slots) = (counted(self.rows as u64, "row"), counted(self.slots.into(), "slot"));
        page.note(format_args!("{GOOD}{rows} converted{GOOD:#} into {}", self.file.display()))?;
        page.note(format_args!(
            "{slots} of {} minutes from {} to {}, {} of them gaps",
            self.slot_minutes, self.first, self.end, self.gaps
        ))?;
        let settled = [
            (self.duplicates, "rows repeated another and were left out"),
            (self.out_of_order, "rows stood too early and were sorted"),
            (self.settled_hours, "rows in the hour that occurs twice were settled by their order"),
            (self.settled_noise, "values with binary noise were taken as the whole number beside them"),
            (self.substituted, "values are marked as substituted, edited or estimated"),
        ];
        for (count, what) in settled.iter().filter(|(count, _)| *count > 0) {
            page.note(format_args!("{} {what}", thousands(*count as u64)))?;
        }
        for stream in &self.left_out {
            page.note(format_args!("left out: {stream}"))?;
        }
        for change in &self.clock_changes {
            page.note(format_args!(
                "{DIM}the clock changes on {}: a day of {} slots{DIM:#}",
                change.date, change.slots
            ))?;
        }
        Ok(())
    }
}

impl Answer for Shown {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        if let Some(days) = &self.days {
            days.tell(page)?;
        }
        let slots = counted(self.slots.into(), "slot");
        match &self.file {
            Some(file) => page.note(format_args!("{GOOD}{slots} decrypted{GOOD:#} into {}", file.display())),
            None => {
                page.note(format_args!("{slots}, {}, by the clock of {}", counted(self.gaps as u64, "gap"), self.zone))
            }
        }
    }
}
