//! The one place that writes: text for people, or one JSON document, on standard output; failures on standard error.

use std::fmt::Arguments;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::args::Global;
use crate::exit::Exit;
use crate::failure::{ErrorDocument, Failure};
use crate::findings;
use crate::words::Words;

/// A heading.
pub const HEAD: Style = Style::new().bold();
/// Something good.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Something bad.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something beside the point.
pub const DIM: Style = Style::new().dimmed();

/// What a command has to say. Its `Serialize` is the JSON document.
pub trait Answer: Serialize {
    /// The same for people.
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()>;
}

/// Where a command's text goes.
pub struct Page<'a> {
    out: &'a mut dyn Write,
    quiet: bool,
    verbose: bool,
}

impl Page<'_> {
    /// A line that was asked for.
    pub fn line(&mut self, text: Arguments<'_>) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// A line that says what was done; left out by `-q`.
    pub fn note(&mut self, text: Arguments<'_>) -> io::Result<()> {
        if self.quiet { Ok(()) } else { self.line(text) }
    }

    /// Advice for whoever is looking; nothing for a file or a pipe.
    pub fn aside(&mut self, text: Arguments<'_>) -> io::Result<()> {
        if io::stdout().is_terminal() { self.note(text) } else { Ok(()) }
    }

    /// A line that only `-v` asks for.
    pub fn detail(&mut self, text: Arguments<'_>) -> io::Result<()> {
        if self.verbose { writeln!(self.out, "{DIM}{text}{DIM:#}") } else { Ok(()) }
    }
}

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// One JSON document instead of text.
    pub json: bool,
    /// No notes and no progress.
    pub quiet: bool,
    /// More.
    pub verbose: bool,
}

impl Screen {
    /// As the options have it.
    pub fn new(global: &Global) -> Self {
        Screen { json: global.json, quiet: global.quiet, verbose: global.verbose }
    }

    /// Writes a command's answer.
    pub fn answer(&self, answer: &impl Answer) -> Result<(), Failure> {
        let written = if self.json { document(answer) } else { self.page(|page| answer.tell(page)) };
        self.settle(written)
    }

    /// Writes text as it comes.
    pub fn say(&self, tell: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> Result<(), Failure> {
        self.settle(self.page(tell))
    }

    fn page(&self, tell: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        tell(&mut Page { out: &mut out, quiet: self.quiet, verbose: self.verbose })?;
        out.flush()
    }

    /// A reader that has seen enough is no failure.
    fn settle(&self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Words::Output(error.to_string()).into()),
            _ => Ok(()),
        }
    }

    /// Writes a failure, and gives the exit code.
    pub fn fail(&self, failure: &Failure) -> Exit {
        self.complain(failure);
        if self.json {
            // Nothing is left to tell of an output that fails.
            let _ = self.document_only(failure);
        }
        failure.exit
    }

    /// A failure's JSON document alone.
    pub fn document_only(&self, failure: &Failure) -> io::Result<()> {
        document(&ErrorOnly { error: failure.document() })
    }

    /// What is wrong, then what to do, on standard error.
    pub fn complain(&self, failure: &Failure) {
        let mut err = anstream::stderr().lock();
        if let Some((source, findings)) = failure.findings.as_deref() {
            let _ = write!(err, "{}", findings::draw(source, findings, coloured()));
        }
        let code = if self.verbose { format!(" [{}]", failure.code) } else { String::new() };
        let _ = writeln!(err, "{BAD}error:{BAD:#} {}{code}\n {HEAD}hint:{HEAD:#} {}", failure.message, failure.hint);
    }
}

/// Whether standard error takes colour.
fn coloured() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

#[derive(Serialize)]
struct ErrorOnly<'a> {
    error: ErrorDocument<'a>,
}

fn document(what: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, what)?;
    writeln!(out)?;
    out.flush()
}
