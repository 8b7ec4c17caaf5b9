//! What only the command line can get wrong, in words.

use std::path::PathBuf;

use thiserror::Error;
use wattproof_engine::refusal::{Fault, Refusal};

/// Why a command is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Words {
    /// Nobody is there to ask for the key.
    #[error("a key is needed and there is no terminal to ask for it")]
    KeyNeeded,
    /// The prompt failed.
    #[error("the key could not be read from the terminal: {0}")]
    Prompt(String),
    /// Standard input failed.
    #[error("standard input could not be read: {0}")]
    Input(String),
    /// Two options want standard input.
    #[error("standard input holds one thing, not two")]
    InputTwice,
    /// The output is the input.
    #[error("{0} would be overwritten by what is made of it")]
    OverItself(PathBuf),
    /// Not a date.
    #[error("`{0}` is not a date")]
    NotADate(String),
    /// Not an instant.
    #[error("`{0}` is not an instant")]
    NotAnInstant(String),
    /// Not `NAME` or `NAME@VERSION`.
    #[error("`{0}` is not the name of a tariff")]
    NotATariffName(String),
    /// Not `REGISTER=COLUMN`.
    #[error("`{0}` does not name a register and a column")]
    NotAValueColumn(String),
    /// An option that this format cannot do without.
    #[error("{option} is needed with --format {format}")]
    OptionNeeded {
        /// Which.
        option: &'static str,
        /// Which format.
        format: &'static str,
    },
    /// An option that this format answers itself.
    #[error("{option} is not for --format {format}")]
    OptionForeign {
        /// Which.
        option: &'static str,
        /// Which format.
        format: &'static str,
    },
    /// Not `NAME=VALUE`.
    #[error("`{0}` does not name something and give its value")]
    NotNamed(String),
    /// Not a whole number.
    #[error("`{0}` is not a whole number")]
    NotAWholeNumber(String),
    /// Not a slot length.
    #[error("slots of {0} minutes do not divide a day")]
    SlotLength(u16),
    /// No such sample.
    #[error("there is no sample tariff called `{0}`")]
    NoSuchSample(String),
    /// The folder is in use.
    #[error("{0} is not empty")]
    FolderInUse(PathBuf),
    /// A demonstration that did not go as it must.
    #[error("the demonstration failed at: {0}")]
    Demo(&'static str),
    /// A measurement that did not come to its end.
    #[error("a measurement failed: {0}")]
    Bench(String),
    /// No platform folder.
    #[error("this machine has no folder for a user's data")]
    NoDataFolder,
    /// The screen needs a terminal.
    #[error("the screen needs a terminal")]
    NoTerminal,
    /// The system does not tell when to stop.
    #[cfg(feature = "cluster")]
    #[error("the operating system gives no signals: {0}")]
    Signals(String),
    /// Standard output failed.
    #[error("standard output cannot be written: {0}")]
    Output(String),
}

impl Refusal for Words {
    fn code(&self) -> &'static str {
        match self {
            Words::KeyNeeded => "key-needed",
            Words::Prompt(_) => "key-prompt",
            Words::Input(_) => "input-unreadable",
            Words::InputTwice => "input-twice",
            Words::OverItself(_) => "output-is-input",
            Words::NotADate(_) => "not-a-date",
            Words::NotAnInstant(_) => "not-an-instant",
            Words::NotATariffName(_) => "not-a-tariff-name",
            Words::NotAValueColumn(_) => "not-a-value-column",
            Words::OptionNeeded { .. } => "option-needed",
            Words::OptionForeign { .. } => "option-foreign",
            Words::NotNamed(_) => "not-named",
            Words::NotAWholeNumber(_) => "not-a-whole-number",
            Words::SlotLength(_) => "slot-length",
            Words::NoSuchSample(_) => "no-such-sample",
            Words::FolderInUse(_) => "folder-in-use",
            Words::Demo(_) => "demo-failed",
            Words::Bench(_) => "bench-failed",
            Words::NoDataFolder => "no-data-folder",
            Words::NoTerminal => "no-terminal",
            #[cfg(feature = "cluster")]
            Words::Signals(_) => "no-signals",
            Words::Output(_) => "output-unwritable",
        }
    }

    fn hint(&self) -> String {
        match self {
            Words::KeyNeeded => "give --key-file FILE, or --key-file - to read it from standard input",
            Words::Prompt(_) => "give --key-file FILE",
            Words::Input(_) => "give a file",
            Words::InputTwice => "give one of them as a file",
            Words::OverItself(_) => "give another output path",
            Words::NotADate(_) => "write it like 2026-10-01",
            Words::NotAnInstant(_) => "write it like 2026-10-01T00:00:00Z, or a UTC date like 2026-10-01",
            Words::NotATariffName(_) => "write NAME or NAME@VERSION, like economy7@1",
            Words::NotAValueColumn(_) => "write it like import=Consumption",
            Words::OptionNeeded { option: "--tz", .. } => "NEM12 is standard time all year: give --tz +10:00",
            Words::OptionNeeded { .. } => "see wattproof readings convert --help for an example of each format",
            Words::OptionForeign { .. } => "leave it out: the file says it",
            Words::NotNamed(_) => "write it like colour=colours.csv or used=1234",
            Words::NotAWholeNumber(_) => "write digits only, counting the unit in which the tariff carries it",
            Words::SlotLength(_) => "give 5, 10, 15, 30 or 60 minutes",
            Words::NoSuchSample(_) => {
                let names = wattproof_engine::desk::demo::TARIFFS.map(|(name, _)| name);
                return format!("choose one of {}", names.join(", "));
            }
            Words::FolderInUse(_) => "give an empty folder or a new one",
            Words::Demo(_) | Words::Bench(_) => "report this with the output of the command",
            Words::NoDataFolder => "give --store PATH",
            Words::NoTerminal => "run it in a terminal, or give a command: `wattproof --help` lists them",
            #[cfg(feature = "cluster")]
            Words::Signals(_) => "run it where a process may be told to stop",
            Words::Output(_) => "check where it goes and the space there",
        }
        .into()
    }

    fn fault(&self) -> Fault {
        match self {
            #[cfg(feature = "cluster")]
            Words::Signals(_) => Fault::Machine,
            Words::Prompt(_) | Words::Input(_) | Words::Output(_) => Fault::Machine,
            Words::Demo(_) => Fault::Refused,
            _ => Fault::Own,
        }
    }
}
