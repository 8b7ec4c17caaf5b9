//! The bill of a meter and period: what it needs, its proof under way, what came of it.

use ratatui::layout::Rect;

use super::forms::{self, Ask};
use crate::screen::act::{Act, Proved};
use crate::screen::canvas::{Canvas, Target, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::state::{Pane, State};
use crate::screen::style::{NO, OK, Role};
use crate::screen::update;

mod needs;
mod result;
mod under_way;

use needs::{Need, needs};

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::Prove, &[Press::Enter], "prove the bill of the period", "prove"),
    bind(Command::Cancel, &[Press::Char('c')], "stop the proof", "stop"),
    bind(Command::HandIn, &[Press::Char('b')], "hand the bill in: into the supplier's inbox of this store", "hand in"),
    bind(Command::Export, &[Press::Char('e')], "write the bill to a file, to send it", "write"),
    bind(Command::Revision, &[Press::Char('v')], "which bill of the period this is", ""),
];

/// The steps of a proof, as the engine names them, with what they are.
pub const STEPS: [(&str, &str); 4] = [
    ("decrypt", "open the batches, recompute what the meter signed"),
    ("price", "price the readings in the clear"),
    ("prove", "prove that the price follows from what was signed"),
    ("check", "check the proof as the supplier will"),
];

/// The pane. No `Debug`: a bill's lines stay with the customer.
#[derive(Default)]
pub struct BillPane {
    /// Which bill of the period.
    pub revision: u8,
    /// The last bill that was proved.
    pub proved: Option<Box<Proved>>,
    /// Whether it was handed in.
    pub handed: bool,
    /// The steps that are over in the proof under way, with their seconds.
    pub over: Vec<(&'static str, f64)>,
    /// Seconds of every step of the last proof.
    pub last: Vec<(&'static str, f64)>,
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    match command {
        Command::Prove => prove(state, false),
        Command::Cancel => update::run(state, None, Command::Cancel),
        Command::HandIn => match current(state).map(|proved| proved.bytes.clone()) {
            Some(bytes) => update::start(state, Effect::Act(Act::HandIn(bytes))),
            None => {
                state.lack("there is no bill to hand in", "prove it with enter");
                Vec::new()
            }
        },
        Command::Export => match current(state) {
            Some(proved) => {
                let name = format!("{}-{}.bill", proved.meter, proved.asked.replace("..", "_"));
                let place = forms::place(state, &name);
                forms::ask(state, Ask::Bill, place)
            }
            None => {
                state.lack("there is no bill to write", "prove it with enter");
                Vec::new()
            }
        },
        Command::Revision => forms::ask(state, Ask::Revision, state.bill.revision.to_string()),
        _ => Vec::new(),
    }
}

/// The proved bill, when it is of this meter and period.
pub fn current(state: &State) -> Option<&Proved> {
    let same = |proved: &&Proved| {
        Some(&proved.meter) == state.focus.meter.as_ref() && Some(&proved.asked) == state.focus.period.as_ref()
    };
    state.bill.proved.as_deref().filter(same)
}

/// Starts the proof, when nothing is missing; `anyway` even of a bill that gives readings away.
pub fn prove(state: &mut State, anyway: bool) -> Effects {
    if let Some(need) = needs(state).into_iter().find(|need| !need.met && need.fatal) {
        state.lack(need.text, need.hint);
        return Vec::new();
    }
    let (Some(meter), Some(period)) = (state.focus.meter.clone(), state.focus.period.clone()) else {
        return Vec::new();
    };
    let Some(held) = &state.key.held else { return Vec::new() };
    let (key, revision) = (held.key.clone(), state.bill.revision);
    state.bill.over.clear();
    update::start(state, Effect::Act(Act::Prove { meter, period, revision, anyway, key }))
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    if let Some(guide) = before(state, Pane::Bill) {
        return guide;
    }
    if let Some(proved) = current(state) {
        let here = format!("{} {}, proved and checked", proved.total.text, proved.total.currency);
        return match state.bill.handed {
            false => Guide::done(here, "handing it in").marked(Mark::Open).then(
                Pane::Bill,
                Command::HandIn,
                "hand it in to the supplier",
            ),
            true => Guide::done(here, "").then(Pane::Verify, Command::Go(Pane::Verify), "be the supplier: verify it"),
        };
    }
    match needs(state).into_iter().find(|need| !need.met) {
        Some(Need { text, next: Some((pane, command, does)), fatal, .. }) => {
            let billed = !fatal;
            let guide = Guide::done("", text).marked(if billed { Mark::Done } else { Mark::Waits });
            guide.then(pane, command, does)
        }
        _ => Guide::done("everything is here", "the proof").marked(Mark::Open).then(
            Pane::Bill,
            Command::Prove,
            "prove the bill",
        ),
    }
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.hits.page = 10;
    let proving = state.running.as_ref().filter(|running| running.what == "proving the bill");
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    if let Some(running) = proving {
        return under_way::under_way(state, running, area, canvas);
    }
    match current(state) {
        Some(proved) => result::result(state, proved, area, canvas),
        None => order(state, area, canvas),
    }
}

fn order(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let period = state.focus.period.as_deref().unwrap_or("…");
    let meter = state.focus.meter.as_deref().unwrap_or("…");
    let revision = match state.bill.revision {
        0 => String::new(),
        revision => format!(", revision {revision}"),
    };
    let head = format!("{meter}, {period}{revision}");
    canvas.pieces(row(area, 0), &[("The bill of ", Role::Text), (&head, Role::Strong)]);
    let list = below(area, 2);
    let needs = needs(state);
    for (place, need) in needs.iter().enumerate() {
        let line = row(list, place as u16);
        let (sign, role) = if need.met { (OK, Role::Good) } else { (NO, Role::Warn) };
        let hint = if need.met { String::new() } else { format!("  {}", need.hint) };
        canvas.pieces(line, &[(sign, role), ("  ", role), (&need.text, Role::Text), (&hint, Role::Dim)]);
    }
    let rest = below(list, needs.len() as u16 + 1);
    if needs.iter().all(|need| need.met || !need.fatal) {
        let used = canvas.pieces(row(rest, 0), &[("enter", Role::Accent), ("  proves the bill", Role::Strong)]);
        canvas.hit(Rect { width: used, ..row(rest, 0) }, Target::Press(Press::Enter));
    }
    let text = "The proof is made here, on the customer's side. The supplier gets the bill, the proof and commitments that \
                hide the readings; the lines stay here unless the tariff shows them.";
    canvas.paragraph(below(rest, 2), text, Role::Dim);
}
