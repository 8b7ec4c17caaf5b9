//! The commands, and the options that all of them take.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use wattproof_engine::desk::version;

#[cfg(feature = "cluster")]
use crate::command::worker;
use crate::command::{
    bench, bill, bulk, demo, export, household, import, key, list, meter, readings, register, shell, store, tariff, tui,
};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Screen;

/// Proves energy bills without showing readings.
#[derive(Parser, Debug)]
#[command(
    name = "wattproof",
    after_help = "Without a command the operator's screen opens. \
                  `wattproof demo` tells the whole story on a sample household, in a folder of its own."
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do; without it the operator's screen opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The store: a file, or the folder it lies in [default: the platform's folder for user data].
    #[arg(long, value_name = "PATH", global = true, env = "WATTPROOF_STORE", hide_env_values = true)]
    pub store: Option<PathBuf>,
    /// Answer with one JSON document.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say only what was asked for: no notes, no progress.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    Demo(demo::Demo),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Meter(meter::Meter),
    Household(household::Household),
    #[command(subcommand)]
    Readings(readings::Readings),
    Register(register::Register),
    Import(import::Import),
    Export(export::Export),
    List(list::List),
    #[command(subcommand)]
    Tariff(tariff::Tariff),
    #[command(subcommand)]
    Bill(bill::Bill),
    #[command(subcommand)]
    Bulk(bulk::Bulk),
    #[cfg(feature = "cluster")]
    Worker(worker::Worker),
    #[command(subcommand)]
    Store(store::Store),
    Bench(bench::Bench),
    Completions(shell::Completions),
    Man(shell::Man),
    Tui(tui::Tui),
}

/// The commands as clap knows them.
pub fn command() -> clap::Command {
    let circuits = version::CIRCUIT_VERSION;
    let long = format!(
        "{}\ncircuit version {circuits}\npublic parameters {}",
        env!("CARGO_PKG_VERSION"),
        version::parameters()
    );
    Cli::command().version(long.clone()).long_version(long)
}

/// Reads the command line; help, versions and mistakes end the program here.
pub fn parse() -> Result<Cli, Early> {
    let matches = command().try_get_matches().map_err(Early)?;
    Cli::from_arg_matches(&matches).map_err(Early)
}

/// Help, a version, or a command that cannot be read.
#[derive(Debug)]
pub struct Early(clap::Error);

impl From<Early> for ExitCode {
    fn from(Early(error): Early) -> Self {
        // Nothing is left to tell of an output that fails.
        let _ = error.print();
        let exit = if error.use_stderr() { Exit::Own } else { Exit::Done };
        let asked_for_json = std::env::args_os().any(|argument| argument == "--json");
        if exit == Exit::Own && asked_for_json {
            let _ = Screen { json: true, quiet: false, verbose: false }.document_only(&failure(&error));
        }
        exit.into()
    }
}

fn failure(error: &clap::Error) -> Failure {
    let code = match error.kind() {
        ErrorKind::InvalidSubcommand => "unknown-command",
        ErrorKind::UnknownArgument => "unknown-option",
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => "argument-missing",
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "argument-missing",
        _ => "argument-invalid",
    };
    let text = error.render().to_string();
    let first: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let message = first.join(" ").trim_start_matches("error: ").to_owned();
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: ")).map(str::to_owned);
    let hint = tip.unwrap_or_else(|| "run the command with --help".into());
    Failure { code: code.into(), message, hint, exit: Exit::Own, findings: None }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_commands_hold_together() {
        super::command().debug_assert();
    }
}
