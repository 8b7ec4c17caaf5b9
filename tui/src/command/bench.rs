//! `wattproof bench`.

use std::io;
use std::process::{Command, Stdio};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use wattproof_engine::bench::{self, Family, Measured};

use super::Outcome;
use super::certify::Certify;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Answer, DIM, Page};
use crate::session::Session;
use crate::table::{Table, thousands};
use crate::words::Words;

/// Measure the size of proofs and the time they take on this machine.
#[derive(Args, Debug)]
#[command(
    after_help = "S1 is linear and exact, S2 has three blocks on each of three totals, S3 puts each reading through four \
                  pieces, S4 adds a maximum to S1. Proving leaves out decryption and the prover's own check; verifying \
                  includes signatures and decompression; in bulk, a bill's share when as many as `bulk_bills` are \
                  checked together. M is one multi-exponentiation of 2^11 points in the same run. Each row is measured in a \
                  process of its own, so that its peak memory is its own.

\
                  Example:
  wattproof bench --family S1,S3 --readings 48,1488 --markdown"
)]
pub struct Bench {
    /// As a Markdown table.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// The families.
    #[arg(long, value_name = "S1,S2,S3,S4", value_delimiter = ',', default_value = "S1,S2,S3,S4")]
    family: Vec<FamilyName>,
    /// Numbers of half hours, whole days each.
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1488")]
    readings: Vec<u32>,
    /// What the meter certifies.
    #[arg(long, value_enum, default_value_t = Certify::Reading)]
    certify: Certify,
}

/// A family.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FamilyName {
    /// Linear, exact.
    #[value(name = "S1", alias = "s1")]
    S1,
    /// Blocks on totals.
    #[value(name = "S2", alias = "s2")]
    S2,
    /// A cumulative price of each reading.
    #[value(name = "S3", alias = "s3")]
    S3,
    /// Linear and a maximum.
    #[value(name = "S4", alias = "s4")]
    S4,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Figures {
    rows: Vec<Row>,
    #[serde(skip)]
    markdown: bool,
}

#[derive(Serialize, Deserialize)]
struct Row {
    family: String,
    readings: u32,
    certify: String,
    k: Option<u32>,
    prove_ms: f64,
    verify_ms: f64,
    bulk_verify_ms: f64,
    bulk_bills: usize,
    keys_ms: f64,
    proof_bytes: usize,
    bill_bytes: usize,
    peak_bytes: Option<u64>,
    msm_2_11_ms: f64,
}

impl Bench {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        self.readings.iter().try_for_each(|readings| bench::days(*readings).map(drop))?;
        let wanted = self.family.iter().flat_map(|family| self.readings.iter().map(|count| (family.family(), *count)));
        let rows = match wanted.collect::<Vec<_>>().as_slice() {
            [(family, readings)] => vec![measure(*family, self.certify, *readings, session)?],
            several => {
                several.iter().map(|one| apart(one.0, self.certify, one.1, session)).collect::<Result<_, _>>()?
            }
        };
        session.screen.answer(&Figures { rows, markdown: self.markdown })?;
        Ok(Exit::Done)
    }
}

impl FamilyName {
    fn family(self) -> Family {
        match self {
            FamilyName::S1 => Family::S1,
            FamilyName::S2 => Family::S2,
            FamilyName::S3 => Family::S3,
            FamilyName::S4 => Family::S4,
        }
    }
}

fn measure(family: Family, certify: Certify, readings: u32, session: &Session) -> Result<Row, Failure> {
    let Measured {
        k,
        prove_ms,
        verify_ms,
        bulk_verify_ms,
        bulk_bills,
        keys_ms,
        proof_bytes,
        bill_bytes,
        peak_bytes,
        msm_2_11_ms,
        ..
    } = bench::measure(family, certify.certification(), readings, &mut session.progress())?;
    let (family, certify) = (family.name().into(), certify.name().into());
    Ok(Row {
        family,
        readings,
        certify,
        k,
        prove_ms,
        verify_ms,
        bulk_verify_ms,
        bulk_bills,
        keys_ms,
        proof_bytes,
        bill_bytes,
        peak_bytes,
        msm_2_11_ms,
    })
}

/// The same in a process of its own.
fn apart(family: Family, certify: Certify, readings: u32, session: &Session) -> Result<Row, Failure> {
    let failed = |error: &dyn std::fmt::Display| Words::Bench(error.to_string());
    let mut command = Command::new(std::env::current_exe().map_err(|error| failed(&error))?);
    command.args(["bench", "--json", "--family", family.name(), "--readings", &readings.to_string()]);
    command.args(["--certify", certify.name()]);
    command.args(session.screen.quiet.then_some("--quiet"));
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status).into());
    }
    let rows: Vec<Row> = serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))?;
    rows.into_iter().next().ok_or_else(|| failed(&"no row").into())
}

impl Row {
    /// Times in milliseconds and, behind them, in yardsticks.
    fn cells(&self) -> [String; 10] {
        let time = |ms: f64| format!("{ms:.1} ({:.2} M)", ms / self.msm_2_11_ms);
        let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
        [
            self.family.clone(),
            thousands(self.readings.into()),
            self.k.map_or("none".into(), |k| k.to_string()),
            time(self.prove_ms),
            time(self.verify_ms),
            time(self.bulk_verify_ms),
            format!("{:.1}", self.keys_ms),
            thousands(self.proof_bytes as u64),
            thousands(self.bill_bytes as u64),
            self.peak_bytes.map_or("unknown".into(), megabytes),
        ]
    }
}

impl Answer for Figures {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        const HEADS: [&str; 10] = [
            "family",
            "readings>",
            "k>",
            "prove ms>",
            "verify ms>",
            "in bulk ms>",
            "keys ms>",
            "proof bytes>",
            "bill bytes>",
            "peak MiB>",
        ];
        let mut table = Table::new(&HEADS);
        self.rows.iter().for_each(|row| table.row(row.cells()));
        if self.markdown {
            table.markdown(page)?
        } else {
            table.tell(page)?
        }
        let yardsticks: Vec<String> = self.rows.iter().map(|row| format!("{:.1}", row.msm_2_11_ms)).collect();
        page.note(format_args!(
            "\n{DIM}M: one full-width multi-exponentiation of 2^11 points, {} ms beside each row{DIM:#}",
            yardsticks.join(", ")
        ))
    }
}
