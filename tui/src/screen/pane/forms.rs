//! What typed lines answer, and what follows.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use wattproof_engine::bills::BillDigest;

use super::{log, tariff};
use crate::screen::act::{Act, Lazy, Output, TariffId};
use crate::screen::event::{Effect, Effects};
use crate::screen::list::{List, Row};
use crate::screen::overlay::form::Form;
use crate::screen::overlay::{Follow, Overlay, effect};
use crate::screen::state::State;
use crate::screen::update;

/// A question that a typed line answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Files or a folder to take in.
    Import,
    /// A meter's public record.
    Register,
    /// The key's file.
    KeyFile,
    /// A tariff's file to open.
    OpenTariff,
    /// A tariff's file to write.
    NewTariff,
    /// A bill's file to verify.
    VerifyFile,
    /// The billing period.
    Period,
    /// Which bill of the period.
    Revision,
    /// From which day on a tariff applies.
    Assign {
        /// The meter.
        meter: String,
        /// The tariff.
        tariff: TariffId,
    },
    /// Where to copy the store.
    Backup,
    /// Where to write the meters.
    Meters,
    /// Where to write the batches that are shown.
    Batches,
    /// Where to write the bills that are shown.
    Bills,
    /// Where to write the log.
    Log,
    /// Where to write the tariff's text.
    Source,
    /// Where to write the proved bill.
    Bill,
    /// Where to write a page about a bill.
    Page(BillDigest),
    /// Where to write the readings.
    Readings,
    /// Where to write what the customer's device needs.
    Folder,
}

impl Ask {
    /// Whether a path answers it.
    pub fn is_path(&self) -> bool {
        !matches!(self, Ask::Period | Ask::Revision | Ask::Assign { .. })
    }

    /// The title.
    pub fn title(&self) -> &'static str {
        match self {
            Ask::Import => "Import",
            Ask::Register => "Register a meter",
            Ask::KeyFile => "Read the key",
            Ask::OpenTariff => "Open a tariff",
            Ask::NewTariff => "New tariff",
            Ask::VerifyFile => "Verify a file",
            Ask::Period => "Billing period",
            Ask::Revision => "Revision",
            Ask::Assign { .. } => "Assign a tariff",
            Ask::Backup => "Back up the store",
            Ask::Meters
            | Ask::Batches
            | Ask::Bills
            | Ask::Log
            | Ask::Source
            | Ask::Bill
            | Ask::Page(_)
            | Ask::Readings
            | Ask::Folder => "Export",
        }
    }

    /// What is asked.
    pub fn about(&self) -> String {
        match self {
            Ask::Import => {
                "A file or a folder: meters (.pub), batches, tariffs, assignments, fallbacks, bills. Each is \
                            taken in or refused with a reason; what is here already stays as it is."
                    .into()
            }
            Ask::Register => "The meter's public record, a .pub file. A meter cannot be taken out again.".into(),
            Ask::KeyFile => "The file that holds the key. The file stays where it is.".into(),
            Ask::OpenTariff => "A .tariff file. It is checked, and shown with what is wrong at its place.".into(),
            Ask::NewTariff => "A new file, with a commented tariff to begin with.".into(),
            Ask::VerifyFile => "A .bill file. The verdict is kept for good.".into(),
            Ask::Period => "A month like 2026-10, or dates like 2026-10-01..2026-11-01; the last day does not \
                            count."
                .into(),
            Ask::Revision => "0 for the first bill of the period, one more for each that corrects it.".into(),
            Ask::Assign { meter, tariff: (name, version) } => {
                format!("{meter} is billed under {name}@{version} from this local day on. This cannot be undone.")
            }
            Ask::Backup => "A new file with a copy of every record; the store can be used meanwhile.".into(),
            Ask::Meters => "A new CSV file with the meters that are shown.".into(),
            Ask::Batches => "A new CSV file with the batches that are shown.".into(),
            Ask::Bills => "A new CSV file with the bills that are shown.".into(),
            Ask::Log => "A new CSV file with the log.".into(),
            Ask::Source => "A new file with the tariff's text.".into(),
            Ask::Bill => "A new file with the bill, to send to the supplier.".into(),
            Ask::Page(_) => "A new HTML file: what the bill says, as a page to print.".into(),
            Ask::Readings => "A new file with the readings in the clear, which only you may read.".into(),
            Ask::Folder => "A folder with what the customer's device needs: public record, batches, tariff, \
                            assignment. All of it is public or sealed."
                .into(),
        }
    }
}

/// Asks.
pub fn ask(state: &mut State, ask: Ask, text: impl Into<String>) -> Effects {
    let form = Form::new(ask, text);
    let effects = form.look();
    state.overlays.push(Overlay::Form(form));
    effects
}

/// A place beside the others where a new file may go.
pub fn place(state: &State, name: &str) -> String {
    match state.folder.as_str() {
        "" => name.into(),
        folder => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("a path is needed".into()) } else { Ok(crate::screen::act::home(text)) }
}

fn work(act: Act) -> Follow {
    effect(Effect::Act(act))
}

/// Text of the state, as it is when the answer is given, into a file.
fn listed(path: PathBuf, text: fn(&State) -> Lazy) -> Follow {
    Box::new(move |state| {
        let text = text(state);
        update::start(state, Effect::Act(Act::Write(Output::Text { path, text })))
    })
}

/// Rows as CSV.
fn rows<R: Row + Clone + Send + Sync + 'static>(list: &List, rows: &[R]) -> Lazy {
    let (list, rows) = (list.clone(), rows.to_vec());
    Lazy(Arc::new(move || log::csv(&list, &rows)))
}

/// What follows an answer, or what is wrong with it.
pub fn answer(ask: &Ask, text: &str) -> Result<Follow, String> {
    Ok(match ask.clone() {
        Ask::Import => work(Act::Import(vec![path(text)?])),
        Ask::Register => work(Act::Register(path(text)?)),
        Ask::KeyFile => work(Act::KeyFile(path(text)?)),
        Ask::OpenTariff => {
            let path = path(text)?;
            Box::new(move |_| vec![Effect::Look(Act::Draft(path))])
        }
        Ask::NewTariff => work(Act::NewTariff(path(text)?)),
        Ask::VerifyFile => work(Act::VerifyFile(path(text)?)),
        Ask::Period => {
            let period = period(text)?;
            Box::new(move |state| update::set_period(state, Some(period)))
        }
        Ask::Revision => {
            let revision = text.parse::<u8>().map_err(|_| "a number from 0 to 255 is needed")?;
            Box::new(move |state| {
                state.bill.revision = revision;
                Vec::new()
            })
        }
        Ask::Assign { meter, tariff } => {
            let from: Date = text.parse().map_err(|_| "write a day like 2026-10-01")?;
            work(Act::Assign { meter, tariff, from })
        }
        Ask::Backup => work(Act::Backup(path(text)?)),
        Ask::Meters => listed(path(text)?, |state| rows(&state.meters.list, &state.snapshot.meters)),
        Ask::Batches => listed(path(text)?, |state| {
            rows(&state.batches.list, state.detail().map(|detail| detail.batches.as_slice()).unwrap_or_default())
        }),
        Ask::Bills => listed(path(text)?, |state| rows(&state.verify.list, &state.snapshot.bills)),
        Ask::Log => listed(path(text)?, |state| rows(&state.log.list, &state.log.rows)),
        Ask::Source => listed(path(text)?, |state| {
            let source = tariff::current(state).map(|row| row.source.clone()).unwrap_or_default();
            Lazy(Arc::new(move || source.clone()))
        }),
        Ask::Page(bill) => work(Act::Write(Output::Page { path: path(text)?, bill })),
        Ask::Bill => {
            let path = path(text)?;
            Box::new(move |state| match &state.bill.proved {
                Some(proved) => {
                    let bytes = proved.bytes.clone();
                    update::start(state, Effect::Act(Act::Write(Output::Bill { path, bytes })))
                }
                None => Vec::new(),
            })
        }
        Ask::Readings => {
            let path = path(text)?;
            Box::new(move |state| match state.readings.opened.clone() {
                Some(readings) => update::start(state, Effect::Act(Act::Write(Output::Readings { path, readings }))),
                None => Vec::new(),
            })
        }
        Ask::Folder => {
            let path = path(text)?;
            Box::new(move |state| match (state.focus.meter.clone(), state.focus.period.clone()) {
                (Some(meter), Some(period)) => {
                    update::start(state, Effect::Act(Act::Write(Output::Folder { path, meter, period })))
                }
                _ => Vec::new(),
            })
        }
    })
}

/// A period in one of its two forms.
fn period(text: &str) -> Result<String, String> {
    let day = |text: &str| text.parse::<Date>().ok();
    let month = || day(&format!("{text}-01")).is_some() && text.len() == 7;
    let dates = || {
        text.split_once("..").is_some_and(|(first, end)| match (day(first), day(end)) {
            (Some(first), Some(end)) => first < end,
            _ => false,
        })
    };
    if month() || dates() { Ok(text.into()) } else { Err("write it like 2026-10, or 2026-10-01..2026-11-01".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read() {
        for good in ["2026-10", "2026-10-01..2026-11-01"] {
            assert_eq!(period(good).as_deref(), Ok(good));
        }
        for bad in ["", "May", "2026-13", "2026-10-02..2026-10-01", "2026-1", "..", "2026-10-01"] {
            assert!(period(bad).is_err(), "{bad}");
        }
    }
}
