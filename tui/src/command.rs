//! The commands, a family a file.

use crate::args::Command;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub mod bench;
pub mod bill;
pub mod bulk;
pub mod certify;
pub mod demo;
pub mod export;
pub mod household;
pub mod import;
pub mod key;
pub mod list;
pub mod meter;
pub mod readings;
pub mod register;
pub mod shell;
pub mod store;
pub mod tariff;
pub mod tui;
#[cfg(feature = "cluster")]
pub mod worker;

/// What a command comes to: how the program ends, or why it was not carried out.
pub type Outcome = Result<Exit, Failure>;

/// Carries out a command.
pub fn run(command: Option<Command>, session: Session) -> Outcome {
    let command = command.unwrap_or_else(|| Command::Tui(tui::Tui::default()));
    if matches!(command, Command::Bill(_) | Command::Bench(_) | Command::Demo(_)) {
        wattproof_engine::threads::work_here();
    }
    match command {
        Command::Demo(demo) => demo.run(&session),
        Command::Key(key) => key.run(&session),
        Command::Meter(meter) => meter.run(&session),
        Command::Household(household) => household.run(&session),
        Command::Readings(readings) => readings.run(&session),
        Command::Register(register) => register.run(&session),
        Command::Import(import) => import.run(&session),
        Command::Export(export) => export.run(&session),
        Command::List(list) => list.run(&session),
        Command::Tariff(tariff) => tariff.run(&session),
        Command::Bill(bill) => bill.run(&session),
        Command::Bulk(bulk) => bulk.run(&session),
        #[cfg(feature = "cluster")]
        Command::Worker(worker) => worker.run(&session),
        Command::Store(store) => store.run(&session),
        Command::Bench(bench) => bench.run(&session),
        Command::Completions(completions) => completions.run(&session),
        Command::Man(man) => man.run(&session),
        Command::Tui(tui) => tui.run(&session),
    }
}
