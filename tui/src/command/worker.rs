//! `wattproof worker`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use wattproof_engine::cluster::{Queue, Terms, work};

use super::Outcome;
use super::bulk::Jobs;
use crate::exit::Exit;
use crate::output::{Answer, DIM, GOOD, Page};
use crate::session::Session;
use crate::table::{counted, thousands};
use crate::words::Words;

/// Do the work of `bulk … --queue`, on this or another machine, until told to stop (SIGTERM, Ctrl-C).
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof worker --queue postgres://bills@queue.internal/bills --jobs 8")]
pub struct Worker {
    /// The queue: sqlite:FILE or postgres://USER@HOST/DATABASE.
    #[arg(long, value_name = "URL")]
    queue: String,
    #[command(flatten)]
    jobs: Jobs,
    /// The folder of keys, where it is not found by the path that `bulk prove` was given.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

#[derive(Serialize)]
struct Worked {
    queue: String,
    jobs: u64,
    bills: u64,
    failed: u64,
    seconds: f64,
}

impl Worker {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let stop = stop_signal().map_err(|error| Words::Signals(error.to_string()))?;
        let jobs = self.jobs.count();
        // A connection a job, one for heartbeats, one for asking.
        let queue = Queue::open(&self.queue, jobs + 2)?;
        if !session.screen.json {
            let name = queue.name();
            session.screen.say(|page| page.note(format_args!("{DIM}at work on {name}, {jobs} at a time{DIM:#}")))?;
        }
        let started = Instant::now();
        let worked = work(&queue, Terms { jobs, keys: self.keys }, &stop)?;
        session.screen.answer(&Worked {
            queue: queue.name().into(),
            jobs: worked.jobs,
            bills: worked.bills,
            failed: worked.failed,
            seconds: started.elapsed().as_secs_f64(),
        })?;
        Ok(Exit::Done)
    }
}

/// Set by the first signal; the second ends the process at once.
fn stop_signal() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        flag::register_conditional_shutdown(signal, Exit::Machine as i32, stop.clone())?;
        flag::register(signal, stop.clone())?;
    }
    Ok(stop)
}

impl Answer for Worked {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        let failed =
            if self.failed > 0 { format!(", {} left to others", thousands(self.failed)) } else { String::new() };
        page.line(format_args!(
            "{GOOD}{} of {}{GOOD:#}{failed}",
            counted(self.bills, "bill"),
            counted(self.jobs, "job"),
        ))?;
        page.note(format_args!("{DIM}{:.1} s{DIM:#}", self.seconds))
    }
}
