//! `wattproof key`.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use wattproof_engine::desk::{file, key};

use super::Outcome;
use crate::exit::Exit;
use crate::keys::KeyFrom;
use crate::output::{Answer, GOOD, Page};
use crate::session::Session;

/// Make a customer's key, check a typed one, or draw it as a QR code.
#[derive(Subcommand, Debug)]
pub enum Key {
    New(New),
    Check(Check),
    Qr(Qr),
}

/// Make a key and print it once.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof key new -o home.key")]
pub struct New {
    /// Write the key to a new file that only its owner can read, instead of printing it.
    #[arg(short, long, value_name = "F")]
    out: Option<PathBuf>,
}

/// Check a typed key and say which part of it is wrong.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof key check --key-file home.key")]
pub struct Check {
    #[command(flatten)]
    key: KeyFrom,
}

/// Draw a key as a QR code for the terminal.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof key qr --key-file home.key")]
pub struct Qr {
    #[command(flatten)]
    key: KeyFrom,
}

#[derive(Serialize)]
struct Made {
    key: Option<String>,
    file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Checked {
    valid: bool,
}

#[derive(Serialize)]
struct Drawn {
    key: String,
    qr: String,
}

impl Key {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        match self {
            Key::New(New { out }) => {
                let made = key::fresh()?;
                let text = made.to_text();
                if let Some(path) = &out {
                    file::create(path, format!("{}\n", *text).as_bytes(), file::Access::Owner)?;
                }
                let key = if out.is_none() { Some((*text).clone()) } else { None };
                session.screen.answer(&Made { key, file: out })?;
            }
            Key::Check(Check { key }) => {
                key.read()?;
                session.screen.answer(&Checked { valid: true })?;
            }
            Key::Qr(Qr { key }) => {
                let key = key.read()?;
                session.screen.answer(&Drawn { key: (*key.to_text()).clone(), qr: (*key::qr(&key)).clone() })?;
            }
        }
        Ok(Exit::Done)
    }
}

impl Answer for Made {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        match (&self.key, &self.file) {
            (Some(key), _) => page.line(format_args!("{key}"))?,
            (None, Some(file)) => page.note(format_args!("{GOOD}key made{GOOD:#} in {}", file.display()))?,
            (None, None) => {}
        }
        page.aside(format_args!("Whoever has this key can read the meter. It is stored nowhere else: keep it safe."))
    }
}

impl Answer for Checked {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(format_args!("{GOOD}the key is whole{GOOD:#}: its checksum holds"))
    }
}

impl Answer for Drawn {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(format_args!("{}", self.qr.trim_end()))?;
        page.line(format_args!("{}", self.key))
    }
}
