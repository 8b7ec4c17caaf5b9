//! What a bill needs.

use crate::screen::keymap::Command;
use crate::screen::state::{Pane, State};
use crate::table::counted;

/// Something a bill needs.
pub struct Need {
    /// Whether it is there.
    pub met: bool,
    /// Whether there is no bill without.
    pub fatal: bool,
    /// It, in words.
    pub text: String,
    /// What to do.
    pub hint: &'static str,
    /// The next thing.
    pub next: Option<(Pane, Command, &'static str)>,
}

fn need(met: bool, text: impl Into<String>, hint: &'static str, next: (Pane, Command, &'static str)) -> Need {
    Need { met, fatal: true, text: text.into(), hint, next: Some(next) }
}

/// What a bill needs, in the order in which it is got.
pub fn needs(state: &State) -> Vec<Need> {
    let meter = state.focus.meter.as_deref();
    let mut needs = vec![need(
        meter.is_some(),
        meter.map_or("no meter is chosen".into(), |meter| format!("meter {meter}")),
        "choose one with 1",
        (Pane::Meters, Command::ChooseMeter, "choose the meter"),
    )];
    let period = state.focus.period.as_deref();
    let choose = (Pane::Batches, Command::Period, "choose the billing period");
    needs.push(need(
        period.is_some(),
        period.map_or("no period is chosen".into(), |period| format!("period {period}")),
        "choose one with p",
        choose,
    ));
    if let Some(month) = state.month() {
        let over = month.end <= state.now;
        let text = if over { "the period is over" } else { "the period is not over" };
        needs.push(need(
            over,
            text,
            "take the month before, with [",
            (Pane::Batches, Command::Earlier, "take the month before"),
        ));
        let here = month.wanted - month.missing.len();
        let complete = month.missing.is_empty() && month.rivals.is_empty();
        let text = match month.rivals.len() {
            0 => format!("{here} of {} batches are here", month.wanted),
            rivals => format!("{} with undecided rivals", counted(rivals as u64, "batch")),
        };
        needs.push(need(
            complete,
            text,
            "import the others with i",
            (Pane::Batches, Command::Import, "import the missing batches"),
        ));
        let assign = (Pane::Tariff, Command::Assign, "assign a tariff");
        needs.push(match &month.tariff {
            Ok(tariff) => need(true, format!("tariff {tariff}"), "", assign),
            Err(without) => need(false, without.message.clone(), "assign one with 5, then A", assign),
        });
    }
    let held = state.key.held.is_some();
    let text = if held { "the customer's key is held" } else { "the customer's key is missing" };
    needs.push(need(held, text, "enter it with 3", (Pane::Key, Command::Go(Pane::Key), "enter the key")));
    if state.month().is_some_and(|month| month.billed.is_some()) {
        let text = "the period is billed already: the supplier will take a revision only".to_owned();
        let next = Some((Pane::Bill, Command::Revision, "make it a revision"));
        needs.push(Need { met: state.bill.revision > 0, fatal: false, text, hint: "set the revision with v", next });
    }
    needs
}
