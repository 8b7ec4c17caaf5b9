//! The program `wattproof`: commands over the engine. Knows no curve and no proof.
//!
//! | file | holds |
//! |---|---|
//! | `args.rs` | the commands and the options that all of them take |
//! | `command/*.rs` | one family of commands each: its options, its answer, what it does |
//! | `output.rs` | the one place that writes to standard output: text for people or one JSON document |
//! | `failure.rs`, `words.rs`, `exit.rs` | what went wrong, in words, and the exit code |
//! | `findings.rs` | diagnostics of a tariff, drawn at its source |
//! | `screen.rs`, `screen/` | the operator's terminal |

use std::process::ExitCode;

mod args;
mod command;
mod exit;
mod failure;
mod findings;
mod keys;
mod output;
mod progress;
mod screen;
mod session;
mod table;
mod words;

fn main() -> ExitCode {
    match args::parse() {
        Err(early) => early.into(),
        Ok(cli) => {
            let screen = output::Screen::new(&cli.global);
            let done =
                session::Session::open(&cli.global, screen).and_then(|session| command::run(cli.command, session));
            done.unwrap_or_else(|failure| screen.fail(&failure)).into()
        }
    }
}
