//! What a bill says, for the screen and as a page to print.

use std::io;
use std::path::PathBuf;

use serde::Serialize;
use wattproof_engine::amount::Amount;
use wattproof_engine::desk::bill::{BillSheet, Terms};

use crate::command::tariff::{Figure, tenth};
use crate::output::{Answer, DIM, GOOD, HEAD, Page};
use crate::table::{counted, thousands};

/// What a bill says.
#[derive(Serialize)]
pub struct Sheet {
    file: PathBuf,
    bill: String,
    meter: String,
    meter_id: String,
    from: String,
    to: String,
    period: Option<String>,
    slots: u32,
    revision: u8,
    tariff: Option<String>,
    tariff_digest: String,
    total: Option<String>,
    currency: Option<&'static str>,
    shown: Vec<Line>,
    figures: Vec<Figure>,
    carried: Vec<Figure>,
    gaps: u32,
    disclosed: Vec<String>,
    bits_disclosed: Option<f64>,
    bits_held: Option<u64>,
    batches: Vec<Batch>,
    commitments: usize,
    proof_bytes: usize,
    bill_bytes: usize,
    verdict: Option<&'static str>,
    html: Option<PathBuf>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    amount: String,
}

#[derive(Serialize)]
struct Batch {
    number: u32,
    header: String,
}

impl Sheet {
    /// From what the desk read.
    pub fn new(file: PathBuf, read: BillSheet) -> Self {
        let terms = read.terms.as_ref();
        let verdict = read.verdict.map(|verdict| if verdict.refused.is_some() { "refused" } else { "accepted" });
        let shown = terms.map(|terms| terms.shown.as_slice()).unwrap_or_default();
        let figures = |pick: fn(&Terms) -> &Vec<(String, Amount)>| {
            let all = terms.map(pick).into_iter().flatten();
            all.map(|(name, amount)| Figure::new(name.clone(), amount)).collect()
        };
        let line = |(name, amount): &(String, _)| Line { name: name.clone(), amount: format!("{amount}") };
        Sheet {
            file,
            bill: read.digest,
            meter_id: read.id.to_string(),
            meter: read.meter.unwrap_or_else(|| read.id.to_string()),
            from: read.from.to_string(),
            to: read.to.to_string(),
            period: terms.map(|terms| terms.period.clone()),
            slots: read.slots,
            revision: read.revision,
            tariff: terms.map(|terms| terms.tariff.clone()),
            tariff_digest: read.tariff_digest,
            total: terms.map(|terms| terms.total.to_string()),
            currency: terms.map(|terms| terms.total.currency()),
            shown: shown.iter().map(line).collect(),
            figures: figures(|terms| &terms.figures),
            carried: figures(|terms| &terms.carried),
            gaps: read.gaps,
            disclosed: read.disclosed.iter().map(ToString::to_string).collect(),
            bits_disclosed: terms.map(|terms| tenth(terms.bits_disclosed)),
            bits_held: terms.map(|terms| terms.bits_held),
            batches: read.batches.into_iter().map(|(number, header)| Batch { number, header }).collect(),
            commitments: read.commitments,
            proof_bytes: read.proof_bytes,
            bill_bytes: read.bill_bytes,
            verdict,
            html: None,
        }
    }

    /// With the page that was written.
    pub fn with_page(mut self, html: Option<PathBuf>) -> Self {
        self.html = html;
        self
    }

    /// What the bill says, a row each.
    fn rows(&self) -> Vec<(&'static str, String)> {
        let unknown = || "not known here: import the tariff".to_owned();
        let period = self.period.clone().unwrap_or_else(|| format!("{} to {}", self.from, self.to));
        let mut rows = vec![
            ("meter", format!("{} ({})", self.meter, self.meter_id)),
            ("period", format!("{period}, {} settlement periods", thousands(self.slots.into()))),
            ("tariff", self.tariff.clone().unwrap_or_else(unknown)),
        ];
        if self.revision > 0 {
            rows.push(("revision", self.revision.to_string()));
        }
        match (&self.total, self.currency) {
            (Some(total), Some(currency)) => rows.push(("total", format!("{total} {currency}"))),
            _ => rows.push(("total", format!("{} of the tariff's units", self.disclosed.join(", ")))),
        }
        let currency = self.currency.unwrap_or_default();
        rows.extend(self.shown.iter().map(|line| ("shown", format!("{} {} {currency}", line.name, line.amount))));
        let figure =
            |what: &'static str| move |one: &Figure| (what, format!("{} {} {}", one.name, one.amount, one.unit));
        rows.extend(self.figures.iter().map(figure("shown")));
        rows.extend(self.carried.iter().map(figure("carried")));
        if self.gaps > 0 {
            rows.push(("estimated", counted(self.gaps.into(), "settlement period")));
        }
        if let (Some(disclosed), Some(held)) = (self.bits_disclosed, self.bits_held) {
            let held = thousands(held);
            rows.push(("discloses", format!("at most {disclosed:.1} bits of the {held} that the readings hold")));
        }
        rows.push((
            "rests on",
            format!(
                "{}, {}",
                counted(self.batches.len() as u64, "batch"),
                counted(self.commitments as u64, "commitment")
            ),
        ));
        let (proof, bill) = (thousands(self.proof_bytes as u64), thousands(self.bill_bytes as u64));
        rows.push(("size", format!("proof {proof} bytes, bill {bill} bytes")));
        rows.push(("verdict", self.verdict.unwrap_or("none in this store").into()));
        rows
    }

    /// A page to print, with nothing outside it.
    pub fn html(&self) -> String {
        let row = |(name, text): (&str, String)| format!("<tr><th>{name}</th><td>{}</td></tr>\n", escaped(&text));
        let rows: String = self.rows().into_iter().map(row).collect();
        let batch =
            |batch: &Batch| format!("<tr><td>{}</td><td><code>{}</code></td></tr>\n", batch.number, batch.header);
        let batches: String = self.batches.iter().map(batch).collect();
        format!(
            include_str!("sheet.html"),
            meter = escaped(&self.meter),
            period = escaped(self.period.as_deref().unwrap_or(&self.from)),
            rows = rows,
            batches = batches,
            tariff = self.tariff_digest,
            bill = self.bill,
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Answer for Sheet {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        for (name, text) in self.rows() {
            page.line(format_args!("{HEAD}{name:<10}{HEAD:#} {text}"))?;
        }
        for batch in &self.batches {
            page.detail(format_args!("batch {} {}", batch.number, batch.header))?;
        }
        page.detail(format_args!("tariff digest {}\nbill {}", self.tariff_digest, self.bill))?;
        match &self.html {
            Some(html) => page.note(format_args!("{GOOD}page written{GOOD:#}: {}", html.display())),
            None if self.verdict.is_some() => Ok(()),
            None => page.note(format_args!("{DIM}whether it is right, `wattproof bill verify` tells{DIM:#}")),
        }
    }
}
