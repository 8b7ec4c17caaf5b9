//! Keys and passphrases come from files, standard input or a hidden prompt, never from the command line.

use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use wattproof_engine::desk::file;
use wattproof_engine::desk::key::Key;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::words::Words;

/// More than any key or passphrase needs.
const MOST: u64 = 4096;

/// Where K comes from.
#[derive(Args, Debug)]
pub struct KeyFrom {
    /// The file that holds the key; - is standard input. Without it the key is asked for, unseen.
    #[arg(long, value_name = "F")]
    pub key_file: Option<PathBuf>,
}

/// Where a passphrase comes from.
#[derive(Args, Debug)]
pub struct PassphraseFrom {
    /// The file whose first line is the passphrase that seals the meter's file; - is standard input.
    #[arg(long, value_name = "F")]
    pub passphrase_file: Option<PathBuf>,
}

impl KeyFrom {
    /// The key, asked for when need be.
    pub fn read(&self) -> Result<Key, Failure> {
        match &self.key_file {
            Some(path) => key_of(path),
            None if !io::stdin().is_terminal() => Err(Words::KeyNeeded.into()),
            None => {
                let typed = rpassword::prompt_password("Key (not shown): ");
                let typed = Zeroizing::new(typed.map_err(|error| Words::Prompt(error.to_string()))?);
                Ok(Key::from_text(&typed)?)
            }
        }
    }

    /// The key, when one is given.
    pub fn given(&self) -> Result<Option<Key>, Failure> {
        self.key_file.as_deref().map(key_of).transpose()
    }
}

impl PassphraseFrom {
    /// The passphrase, when one is given.
    pub fn read(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        let Some(path) = &self.passphrase_file else { return Ok(None) };
        let text = text_of(path)?;
        Ok(Some(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())))
    }
}

fn key_of(path: &Path) -> Result<Key, Failure> {
    Ok(Key::from_text(&text_of(path)?)?)
}

/// A small secret file, or standard input. What is not UTF-8 is no key's letter.
fn text_of(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = if path == Path::new("-") { input()? } else { file::read(path, MOST)? };
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

fn input() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = io::stdin().lock().take(MOST).read_to_end(&mut bytes);
    read.map_err(|error| Words::Input(error.to_string()))?;
    Ok(bytes)
}
