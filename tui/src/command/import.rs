//! `wattproof import`.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use wattproof_engine::archive::Kept;
use wattproof_engine::import::{Imported, import};
use wattproof_engine::refusal::Refusal;

use super::Outcome;
use crate::exit::Exit;
use crate::failure::plain;
use crate::output::{Answer, BAD, GOOD, Page};
use crate::session::Session;

/// Take files into the store: meters, tariffs, data, assignments, batches, fallbacks, receipts, bills.
#[derive(Args, Debug)]
#[command(
    after_help = "Each file is accepted or refused with a reason; importing it again changes nothing. The signatures of \
                  batches and fallbacks are checked; bills wait in the inbox.

\
                  Example:
  wattproof import batches october.bill"
)]
pub struct Import {
    /// Files, and folders of them.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

/// Files that are named when many are refused for one reason.
const FEW: usize = 3;

#[derive(Serialize)]
#[serde(transparent)]
struct Answered {
    files: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    file: PathBuf,
    kind: Option<&'static str>,
    verdict: &'static str,
    reason: Option<&'static str>,
    message: Option<String>,
    hint: Option<String>,
    already: bool,
    rival: bool,
}

impl Import {
    /// Carries it out.
    pub fn run(self, session: &Session) -> Outcome {
        let imported = import(&session.store()?, &self.paths, session.now()?, &mut session.progress())?;
        let exit = imported.iter().filter_map(|file| file.result.as_ref().err()).map(|refusal| refusal.fault().into());
        let exit = exit.max().unwrap_or(Exit::Done);
        session.screen.answer(&Answered { files: imported.into_iter().map(row).collect() })?;
        Ok(exit)
    }
}

fn row(imported: Imported) -> Row {
    let (kept, refusal) = (imported.result.as_ref().ok(), imported.result.as_ref().err());
    Row {
        kind: imported.kind.map(|kind| kind.ending()),
        verdict: if refusal.is_none() { "accepted" } else { "refused" },
        reason: refusal.map(Refusal::code),
        message: refusal.map(ToString::to_string),
        hint: refusal.map(|refusal| plain(&refusal.hint())),
        already: kept == Some(&Kept::Already),
        rival: kept == Some(&Kept::Rival),
        file: imported.path,
    }
}

impl Answered {
    /// Each refusal with its files; without `-v` the first few of them.
    fn refusals(&self, page: &mut Page<'_>) -> io::Result<()> {
        let mut groups: Vec<(&str, Vec<&Row>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for row in &self.files {
            let Some(message) = row.message.as_deref() else { continue };
            let place = *places.entry(message).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((message, vec![row])),
            }
        }
        for (message, rows) in groups {
            let names: Vec<String> = rows.iter().take(FEW).map(|row| row.file.display().to_string()).collect();
            let more = if rows.len() > FEW { format!(" and {} more", rows.len() - FEW) } else { String::new() };
            page.line(format_args!("{BAD}refused{BAD:#}  {}{more}", names.join(", ")))?;
            page.line(format_args!("         {message}"))?;
            page.line(format_args!("         {}", rows[0].hint.as_deref().unwrap_or_default()))?;
            rows.iter().skip(FEW).try_for_each(|row| page.detail(format_args!("refused  {}", row.file.display())))?;
        }
        Ok(())
    }
}

impl Answer for Answered {
    fn tell(&self, page: &mut Page<'_>) -> io::Result<()> {
        for row in &self.files {
            let file = row.file.display();
            match (&row.message, row.rival) {
                (Some(_), _) => {}
                (None, true) => page.line(format_args!(
                    "{BAD}rival{BAD:#}    {file}: another signed batch has its number; neither is billed until one is chosen"
                ))?,
                (None, false) => {
                    page.detail(format_args!("{} {file}", if row.already { "had     " } else { "accepted" }))?;
                }
            }
        }
        self.refusals(page)?;
        let refused = self.files.iter().filter(|row| row.message.is_some()).count();
        let already = self.files.iter().filter(|row| row.already).count();
        let new = self.files.len() - refused - already;
        page.note(format_args!("{GOOD}{new} taken{GOOD:#}, {already} there already, {refused} refused"))
    }
}
