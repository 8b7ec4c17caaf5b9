//! `wattproof list`.

use std::collections::BTreeMap;
use std::io;

use clap::{Args, ValueEnum};
use serde::Serialize;
use wattproof_engine::data::{self, PublishedSet};
use wattproof_engine::policy;
use wattproof_engine::policy::assignment::{Assignment, TariffName};
use wattproof_engine::show::{self, BatchRow, BillRow, BillState, Filter, Standing};
use wattproof_engine::store::Store;

use super::Outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Answer, Page};
use crate::session::Session;
use crate::table::{Table, thousands};

/// List what the store holds.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof list batches --meter home --period 2026-10")]
pub struct List {
    /// What to list.
    #[arg(value_enum)]
    what: What,
    /// Only of this meter, by name or id.
    #[arg(long, value_name = "M")]
    meter: Option<String>,
    /// Only batches or bills that touch this period.
    #[arg(long, value_name = "P")]
    period: Option<String>,
    /// At most so many rows.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// As CSV.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// What to list.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Admitted meters.
    Meters,
    /// Sealed batches.
    Batches,
    /// Published tariffs.
    Tariffs,
    /// Published data sets.
    Data,
    /// Which meter is billed under which tariff from when.
    Assignments,
    /// Bills and what was decided about them.
    Bills,
}

/// Rows for JSON and the same as a table.
#[derive(Serialize)]
#[serde(transparent)]
struct Listed<R: Serialize> {
    rows: Vec<R>,
    #[serde(skip)]
    table: Table,
    #[serde(skip)]
    csv: bool,
    #[serde(skip)]
    nothing: &'static str,
}

#[derive(Serialize)]
struct MeterLine {
    meter: String,
    id: String,
    registers: Vec<String>,
    slot_minutes: u16,
    batch_days: u32,
    tariff: Option<String>,
    admitted: String,
}

#[derive(Serialize)]
struct BatchLine {
    meter: String,
    number: u32,
    revision: u8,
    start: String,
    end: String,
    slots: u32,
    gaps: usize,
    bytes: usize,
    header: String,
    standing: &'static str,
}

#[derive(Serialize)]
struct TariffLine {
    name: String,
    version: u32,
    currency: &'static str,
    zone: String,
    digest: String,
    published: String,
}

#[derive(Serialize)]
struct DataLine {
    name: String,
    header: &'static str,
    rows: usize,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Serialize)]
struct AssignmentLine {
    meter: String,
    tariff: String,
    version: u32,
    from: String,
    zone: String,
}

#[derive(Serialize)]
struct BillLine {
    digest: String,
    meter: String,
    period: String,
    revision: u8,
    tariff: Option<String>,
    total: Option<String>,
    currency: Option<&'static str>,
    gaps: u32,
    bytes: usize,
    came: String,
    verdict: &'static str,
    reason: Option<String>,
    message: Option<String>,
}

impl List {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let (store, screen) = (session.store()?, session.screen);
        match self.what {
            What::Meters => screen.answer(&self.meters(&store)?)?,
            What::Batches => screen.answer(&self.batches(&store)?)?,
            What::Tariffs => screen.answer(&self.tariffs(&store)?)?,
            What::Data => screen.answer(&self.data(&store)?)?,
            What::Assignments => screen.answer(&self.assignments(&store)?)?,
            What::Bills => screen.answer(&self.bills(&store)?)?,
        }
        Ok(Exit::Done)
    }

    fn filter(&self) -> Filter<'_> {
        Filter { meter: self.meter.as_deref(), period: self.period.as_deref(), limit: self.limit }
    }

    fn limit(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }

    fn assignments(&self, store: &Store) -> Result<Listed<AssignmentLine>, Failure> {
        let published = policy::tariffs(store)?.into_iter().map(|published| published.tariff);
        let zones: BTreeMap<(String, u32), String> = published
            .map(|tariff| ((tariff.name().into(), tariff.version()), tariff.calendar().zone().into()))
            .collect();
        let meters = show::meters(store, &self.filter())?.into_iter();
        let rows = meters.flat_map(|(meter, assignments)| assignments.into_iter().map(move |one| (meter.clone(), one)));
        let rows = rows.take(self.limit()).map(|(meter, Assignment { tariff, from, .. })| {
            let TariffName { name, version } = tariff;
            let (meter, from) = (meter.record.name().to_owned(), from.to_string());
            let zone = zones.get(&(name.clone(), version)).cloned().unwrap_or_default();
            AssignmentLine { meter, tariff: name, version, from, zone }
        });
        let rows: Vec<AssignmentLine> = rows.collect();
        let mut table = Table::new(&["meter", "tariff", "version>", "from", "zone"]);
        for AssignmentLine { meter, tariff, version, from, zone } in &rows {
            table.row([meter.clone(), tariff.clone(), version.to_string(), from.clone(), zone.clone()]);
        }
        Ok(Listed { rows, table, csv: self.csv, nothing: "no meter has a tariff" })
    }

    fn meters(&self, store: &Store) -> Result<Listed<MeterLine>, Failure> {
        let mut table = Table::new(&["meter", "id", "registers", "slot", "batch", "tariff"]);
        let mut rows = Vec::new();
        for (meter, mut assignments) in show::meters(store, &self.filter())? {
            let (record, id) = (&meter.record, meter.record.id().to_string());
            let tariff = assignments.pop().map(|assignment| assignment.tariff.to_string());
            let registers: Vec<String> = record
                .registers()
                .iter()
                .map(|register| format!("{}:{}:{}", register.name(), register.unit().symbol(), register.bits()))
                .collect();
            let (slot_minutes, batch_days) = (record.slot_length().minutes(), record.period().days());
            table.row([
                record.name().to_owned(),
                id.clone(),
                registers.join(" "),
                format!("{slot_minutes} min"),
                if batch_days == 1 { "day".into() } else { "week".into() },
                tariff.clone().unwrap_or_else(|| "none".into()),
            ]);
            let (meter, admitted) = (record.name().to_owned(), meter.admitted.to_string());
            rows.push(MeterLine { meter, id, registers, slot_minutes, batch_days, tariff, admitted });
        }
        Ok(Listed { rows, table, csv: self.csv, nothing: "no meter is registered" })
    }

    fn batches(&self, store: &Store) -> Result<Listed<BatchLine>, Failure> {
        let heads = ["meter", "number>", "start", "end", "slots>", "gaps>", "bytes>", "standing", "header"];
        let mut table = Table::new(&heads);
        let rows: Vec<BatchLine> = show::batches(store, &self.filter())?.into_iter().map(batch).collect();
        for row in &rows {
            let revised =
                if row.revision > 0 { format!("{}r{}", row.number, row.revision) } else { row.number.to_string() };
            table.row([
                row.meter.clone(),
                revised,
                row.start.clone(),
                row.end.clone(),
                row.slots.to_string(),
                row.gaps.to_string(),
                row.bytes.to_string(),
                row.standing.into(),
                if self.csv { row.header.clone() } else { row.header.chars().take(12).collect() },
            ]);
        }
        Ok(Listed { rows, table, csv: self.csv, nothing: "no batch matches" })
    }

    fn tariffs(&self, store: &Store) -> Result<Listed<TariffLine>, Failure> {
        let mut table = Table::new(&["tariff", "version>", "currency", "zone", "published", "digest"]);
        let mut rows = Vec::new();
        for published in policy::tariffs(store)?.into_iter().take(self.limit()) {
            let tariff = &published.tariff;
            let digest = super::tariff::hex(&tariff.digest());
            let (name, zone) = (tariff.name().to_owned(), tariff.calendar().zone().to_owned());
            let (version, currency, published) =
                (tariff.version(), tariff.currency().code(), published.published.to_string());
            table.row([
                name.clone(),
                version.to_string(),
                currency.into(),
                zone.clone(),
                published.clone(),
                if self.csv { digest.clone() } else { digest.chars().take(12).collect() },
            ]);
            rows.push(TariffLine { name, version, currency, zone, digest, published });
        }
        Ok(Listed { rows, table, csv: self.csv, nothing: "no tariff is published" })
    }

    fn data(&self, store: &Store) -> Result<Listed<DataLine>, Failure> {
        let mut table = Table::new(&["data", "header", "rows>", "first", "last"]);
        let mut rows = Vec::new();
        for published in data::sets(store)?.into_iter().take(self.limit()) {
            let (first, last) = published.ends().unzip();
            let PublishedSet { name, set } = published;
            let (header, count) = (set.header(), set.len());
            let end = |end: &Option<String>| end.clone().unwrap_or_default();
            table.row([name.clone(), header.into(), count.to_string(), end(&first), end(&last)]);
            rows.push(DataLine { name, header, rows: count, first, last });
        }
        Ok(Listed { rows, table, csv: self.csv, nothing: "no data are published" })
    }

    fn bills(&self, store: &Store) -> Result<Listed<BillLine>, Failure> {
        let heads = ["meter", "period", "tariff", "total>", "currency", "verdict", "reason", "bill"];
        let mut table = Table::new(&heads);
        let rows: Vec<BillLine> = show::bills(store, &self.filter())?.into_iter().map(bill).collect();
        for row in &rows {
            table.row([
                row.meter.clone(),
                row.period.clone(),
                row.tariff.clone().unwrap_or_default(),
                row.total.clone().unwrap_or_default(),
                row.currency.unwrap_or_default().into(),
                row.verdict.into(),
                row.reason.clone().unwrap_or_default(),
                if self.csv { row.digest.clone() } else { row.digest.chars().take(12).collect() },
            ]);
        }
        Ok(Listed { rows, table, csv: self.csv, nothing: "no bill matches" })
    }
}

fn batch(row: BatchRow) -> BatchLine {
    BatchLine {
        meter: row.meter,
        number: row.number,
        revision: row.revision,
        start: row.start.to_string(),
        end: row.end.to_string(),
        slots: row.slots,
        gaps: row.gaps,
        bytes: row.bytes,
        header: row.header,
        standing: match row.standing {
            Standing::Counts => "counts",
            Standing::Replaced => "replaced",
            Standing::Rival => "rival",
        },
    }
}

fn bill(row: BillRow) -> BillLine {
    let (verdict, reason) = match row.state {
        BillState::Waiting => ("waiting", None),
        BillState::Accepted(_) => ("accepted", None),
        BillState::Refused(_, reason) => ("refused", Some(reason)),
    };
    let (reason, message) = reason.map(|reason| (reason.code, reason.message)).unzip();
    BillLine {
        digest: super::tariff::hex(&row.digest),
        meter: row.says.meter,
        period: row.says.period,
        revision: row.says.revision,
        tariff: row.says.tariff,
        currency: row.says.total.as_ref().map(|total| total.currency()),
        total: row.says.total.map(|total| total.to_string()),
        gaps: row.says.gaps,
        bytes: row.bytes,
        came: row.came.to_string(),
        verdict,
        reason,
        message,
    }
}

impl<R: Serialize> Answer for Listed<R> {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.csv {
            return self.table.csv(page);
        }
        if self.table.is_empty() {
            return page.note(format_args!("{}", self.nothing));
        }
        self.table.tell(page)?;
        let count = self.rows.len() as u64;
        page.detail(format_args!("{} rows", thousands(count)))
    }
}
