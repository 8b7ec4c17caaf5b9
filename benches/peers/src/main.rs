//! wattproof beside other proof systems, in one run: the same four statements over the same readings.
//!
//! `run` in this folder builds `wattproof`, then this program, and starts it on one thread.

mod clock;
mod constraints;
mod notes;
mod ours;
mod page;
mod peer;
mod plot;
mod statement;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Parser;
use wattproof_circuits::families::Family;

use crate::clock::Yardstick;
use crate::peer::bulletproofs::Bulletproofs;
use crate::peer::halo2::Halo2;
use crate::peer::legogroth16::LegoGroth16;
use crate::peer::reveal::Reveal;
use crate::peer::spartan2::Spartan2;
use crate::peer::{Peer, Row, measure};
use crate::statement::Statement;

/// A day, a week, a month and a year of half hours.
const READINGS: [u32; 4] = [48, 336, MONTH, 17_520];
const MONTH: u32 = 1488;
/// What the Halo2 design is measured at; its time at more readings is computed by rows.
const HALO2_READINGS: [u32; 2] = [48, 336];
/// Proofs of one statement, of which the median counts.
const RUNS: usize = 5;
/// For what takes seconds; what takes minutes is timed once.
const FEW_RUNS: usize = 3;

/// Measure wattproof beside other proof systems.
#[derive(Parser)]
struct Arguments {
    /// The program whose bench gives wattproof's rows.
    #[arg(long)]
    wattproof: PathBuf,
    /// The folder of `README.md` and `docs`, to be written.
    #[arg(long)]
    root: Option<PathBuf>,
    /// A trial: a day only.
    #[arg(long)]
    quick: bool,
    /// Only peers whose names contain this.
    #[arg(long)]
    only: Option<String>,
    /// Rows of an earlier run, as this program prints them, instead of measuring.
    #[arg(long)]
    rows: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let rows = match &arguments.rows {
        Some(file) => serde_json::from_slice(&std::fs::read(file)?)?,
        None => measured(&arguments)?,
    };
    println!("{}", serde_json::to_string_pretty(&rows)?);
    if let Some(root) = &arguments.root {
        page::write(&root.join("docs/benchmarks.md"), &rows, RUNS)?;
        page::write_summary(&root.join("README.md"), &rows)?;
        plot::write(&root.join("docs/benchmarks"), &rows)?;
    }
    Ok(())
}

fn measured(arguments: &Arguments) -> Result<Vec<Row>> {
    ensure!(std::env::var("RAYON_NUM_THREADS").as_deref() == Ok("1"), "start it by `run`: times are of one thread");
    let readings = if arguments.quick { &READINGS[..1] } else { &READINGS[..] };
    let mut run = Run { rows: vec![], yardstick: Yardstick::new(), only: arguments.only.clone() };
    if run.wanted(ours::NAME) {
        run.rows.extend(ours::measure(&arguments.wattproof, readings)?);
    }
    run.peer::<Reveal>(notes::REVEAL, &[Family::S1], readings, RUNS)?;
    run.peer::<Bulletproofs>(notes::BULLETPROOFS, &Family::ALL, readings, FEW_RUNS)?;
    run.peer::<LegoGroth16>(notes::LEGOGROTH16, &Family::ALL, readings, FEW_RUNS)?;
    run.peer::<Spartan2>(notes::SPARTAN2, &Family::ALL, readings, RUNS)?;
    run.peer::<Halo2>(notes::HALO2, &[Family::S1], &HALO2_READINGS[..1], FEW_RUNS)?;
    if !arguments.quick {
        run.peer::<Halo2>(notes::HALO2, &[Family::S1], &HALO2_READINGS[1..], 1)?;
    }
    run.extrapolate(readings);
    Ok(run.rows)
}

struct Run {
    rows: Vec<Row>,
    yardstick: Yardstick,
    only: Option<String>,
}

impl Run {
    fn wanted(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.to_lowercase().contains(&only.to_lowercase()))
    }

    fn peer<P: Peer>(&mut self, name: &str, families: &[Family], readings: &[u32], runs: usize) -> Result<()> {
        let families = if self.wanted(name) { families } else { &[] };
        for family in families {
            for count in readings {
                eprintln!("{name}: {} over {count} readings", family.name());
                let runs = if *count > MONTH { 1 } else { runs };
                self.rows.push(measure::<P>(name, &Statement::new(*family, *count)?, runs, &self.yardstick)?);
            }
        }
        Ok(())
    }

    /// The Halo2 design's rows that were not measured: times grow with 2^k, proofs by two points for each k.
    fn extrapolate(&mut self, readings: &[u32]) {
        let Some(last) = self.rows.iter().filter(|row| row.peer == notes::HALO2).next_back().cloned() else { return };
        let k = |count: u32| (count * peer::halo2::ROWS).ilog2() + 1;
        for count in readings.iter().filter(|count| **count > last.readings) {
            let (from, to) = (k(last.readings), k(*count));
            let times = f64::from(1u32 << (to - from));
            self.rows.push(Row {
                readings: *count,
                prove_ms: last.prove_ms * times,
                verify_ms: last.verify_ms * times,
                proof_bytes: last.proof_bytes + 64 * (to - from) as usize,
                size: format!("k = {to}"),
                set_up_ms: last.set_up_ms * times,
                extrapolated: true,
                ..last.clone()
            });
        }
    }
}
