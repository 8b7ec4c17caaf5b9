//! `wattproof completions` and `wattproof man`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;
use serde::Serialize;
use wattproof_engine::desk::file;

use super::Outcome;
use crate::args;
use crate::exit::Exit;
use crate::output::{Answer, GOOD, Page};
use crate::session::Session;

/// Print completions for a shell.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof completions bash > /etc/bash_completion.d/wattproof")]
pub struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Write manual pages, one a command.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wattproof man man1 && man ./man1/wattproof.1")]
pub struct Man {
    /// The folder for the pages.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

#[derive(Serialize)]
struct Pages {
    folder: PathBuf,
    files: Vec<PathBuf>,
}

impl Completions {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut args::command(), "wattproof", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        session.screen.answer(&Script { shell: self.shell.to_string(), script })?;
        Ok(Exit::Done)
    }
}

impl Man {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let mut command = args::command();
        command.build();
        let mut pages = Vec::new();
        gather(&command, "wattproof", &mut pages)?;
        file::folder(&self.folder)?;
        let mut files = Vec::new();
        for (name, page) in pages {
            let path = self.folder.join(name);
            file::replace(&path, &page)?;
            files.push(path);
        }
        session.screen.answer(&Pages { folder: self.folder, files })?;
        Ok(Exit::Done)
    }
}

/// The page of a command and those of its subcommands.
fn gather(command: &clap::Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> Outcome {
    let mut page = Vec::new();
    let own = command.clone().name(name.to_owned()).bin_name(name.replace('-', " "));
    let rendered = clap_mangen::Man::new(own).render(&mut page);
    rendered.map_err(|error| crate::words::Words::Output(error.to_string()))?;
    pages.push((format!("{name}.1"), page));
    let visible = command.get_subcommands().filter(|sub| sub.get_name() != "help");
    for sub in visible {
        gather(sub, &format!("{name}-{}", sub.get_name()), pages)?;
    }
    Ok(Exit::Done)
}

impl Answer for Script {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(format_args!("{}", self.script.trim_end()))
    }
}

impl Answer for Pages {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.note(format_args!("{GOOD}{} manual pages{GOOD:#} in {}", self.files.len(), self.folder.display()))
    }
}
