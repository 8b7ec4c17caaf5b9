//! The bill of a meter and period: what it needs, its proof under way, what came of it.

use std::time::Duration;

use ratatui::layout::{Constraint, Layout, Rect};

use super::forms::{self, Ask};
use super::tariff::plan::bits;
use crate::screen::act::{Act, Proved};
use crate::screen::canvas::{Canvas, Target, after, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark, before};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::state::{Pane, Running, State};
use crate::screen::style::{NO, NOT_YET, NOW, OK, Role};
use crate::screen::update;
use crate::screen::view::period as short_period;
use crate::screen::widget::bars;
use crate::table::{counted, thousands};

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
    let same = |proved: &&Box<Proved>| {
        Some(&proved.meter) == state.focus.meter.as_ref() && Some(&proved.asked) == state.focus.period.as_ref()
    };
    state.bill.proved.as_ref().filter(same).map(|proved| &**proved)
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

/// Something a bill needs.
struct Need {
    met: bool,
    fatal: bool,
    text: String,
    hint: &'static str,
    next: Option<(Pane, Command, &'static str)>,
}

fn need(met: bool, text: impl Into<String>, hint: &'static str, next: (Pane, Command, &'static str)) -> Need {
    Need { met, fatal: true, text: text.into(), hint, next: Some(next) }
}

/// What a bill needs, in the order in which it is got.
fn needs(state: &State) -> Vec<Need> {
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
        return under_way(state, running, area, canvas);
    }
    match current(state) {
        Some(proved) => result(state, proved, area, canvas),
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

/// Seconds between two times of the running clock.
fn seconds(from: Duration, to: Duration) -> f64 {
    to.saturating_sub(from).as_secs_f64()
}

/// Seconds that are left, when enough is known to say: by the step's own pace, and by the last proof for the others.
fn left(state: &State, running: &Running) -> Option<f64> {
    let progress = running.progress?;
    let spent = seconds(running.step_since, state.clock);
    let last = |step: &str| state.bill.last.iter().find(|(name, _)| *name == step).map(|(_, seconds)| *seconds);
    let this = match progress.done {
        done if done > 0 && progress.total > 1 => spent * (progress.total.saturating_sub(done)) as f64 / done as f64,
        _ => (last(progress.step)? - spent).max(0.0),
    };
    let place = STEPS.iter().position(|(name, _)| *name == progress.step)?;
    let rest: Option<f64> = STEPS[place + 1..].iter().map(|(name, _)| last(name)).sum();
    Some(this + rest.unwrap_or(0.0))
}

fn under_way(state: &State, running: &Running, area: Rect, canvas: &mut Canvas<'_>) {
    let meter = state.focus.meter.as_deref().unwrap_or_default();
    let period = state.focus.period.as_deref().unwrap_or_default();
    let what = if running.stopping { "Stopping the proof of " } else { "Proving the bill of " };
    canvas.pieces(row(area, 0), &[(what, Role::Text), (&format!("{meter}, {period}"), Role::Strong)]);
    let now = running.progress.map(|progress| progress.step);
    let place_now = STEPS.iter().position(|(name, _)| Some(*name) == now);
    for (place, (name, about)) in STEPS.iter().enumerate() {
        let line = row(below(area, 2), place as u16 * 2);
        let over = state.bill.over.iter().find(|(step, _)| step == name);
        let (sign, role, time) = match (over, place_now) {
            (Some((_, seconds)), _) => (OK, Role::Good, format!("{seconds:.2} s")),
            (None, Some(at)) if at == place => {
                (NOW, Role::Accent, format!("{:.1} s", seconds(running.step_since, state.clock)))
            }
            _ => (NOT_YET, Role::Rule, String::new()),
        };
        let name = format!("  {name:<9}");
        canvas.pieces(line, &[(sign, role), (&name, Role::Strong), (about, Role::Dim)]);
        let below_line = Rect { y: line.y + 1, ..line }.intersection(area);
        if let Some(progress) = running.progress.filter(|_| place_now == Some(place)) {
            let share = if progress.total == 0 { 0.0 } else { progress.done as f64 / progress.total as f64 };
            let bar = Rect { width: 30, ..after(below_line, 12) }.intersection(area);
            if progress.total > 1 {
                bars::across(bar, share, Role::Accent, canvas);
            }
            let of =
                if progress.total > 1 { format!("{} of {}   ", progress.done, progress.total) } else { String::new() };
            canvas.text(after(below_line, 44), &format!("{of}{time}"), Role::Text);
        } else {
            canvas.text(after(below_line, 12), &time, Role::Dim);
        }
    }
    let rest = below(area, 11);
    let spent = seconds(running.since, state.clock);
    let left =
        left(state, running).map_or_else(|| "time left not known yet".into(), |left| format!("about {left:.1} s left"));
    canvas.text(row(rest, 0), &format!("{spent:.1} s so far, {left}"), Role::Text);
    let used = canvas.pieces(
        row(rest, 2),
        &[
            ("c", Role::Accent),
            (" or ", Role::Dim),
            ("esc", Role::Accent),
            (" stops it; nothing is written", Role::Dim),
        ],
    );
    canvas.hit(Rect { width: used, ..row(rest, 2) }, Target::Press(Press::Char('c')));
}

fn result(state: &State, proved: &Proved, area: Rect, canvas: &mut Canvas<'_>) {
    let wide = area.width >= 90;
    let [left, right] = match wide {
        true => Layout::horizontal([Constraint::Length(46), Constraint::Min(30)]).areas(area),
        false => Layout::vertical([Constraint::Length(proved.lines.len() as u16 + 5), Constraint::Min(6)]).areas(area),
    };
    let head = format!("{}, {}", proved.meter, short_period(&proved.period, 0));
    canvas.pieces(row(left, 0), &[(OK, Role::Good), ("  Bill of ", Role::Text), (&head, Role::Strong)]);
    let lines = below(left, 2);
    let width = 42.min(lines.width);
    for (place, (name, amount, shown)) in proved.lines.iter().enumerate() {
        let line = Rect { width, ..row(lines, place as u16) };
        let used = canvas.text(line, name, Role::Text);
        canvas.text(after(line, used + 1), if *shown { "shown" } else { "" }, Role::Dim);
        canvas.right(line, &format!("{amount} {}", proved.total.currency), Role::Text);
    }
    let total = below(lines, proved.lines.len() as u16);
    canvas.rule(Rect { width, ..row(total, 0) });
    canvas.text(Rect { width, ..row(total, 1) }, "total", Role::Strong);
    canvas.right(
        Rect { width, ..row(total, 1) },
        &format!("{} {}", proved.total.text, proved.total.currency),
        Role::Strong,
    );
    let right = if wide { after(right, 2) } else { right };
    figures(proved, right, canvas);
    let rest = if wide { below(left, proved.lines.len() as u16 + 5) } else { below(right, 8) };
    let text = match state.bill.handed {
        true => "it lies in the supplier's inbox",
        false => "hands it in to the supplier of this store",
    };
    let key = if state.bill.handed { OK } else { "b" };
    canvas.pieces(row(rest, 0), &[(key, Role::Accent), ("  ", Role::Text), (text, Role::Text)]);
    canvas.pieces(row(rest, 1), &[("e", Role::Accent), ("  writes it to a file, to send it", Role::Text)]);
    canvas.pieces(row(rest, 2), &[("v", Role::Accent), ("  makes a revision of it", Role::Dim)]);
}

fn figures(proved: &Proved, area: Rect, canvas: &mut Canvas<'_>) {
    let figures = proved.figures;
    let times = figures.seconds;
    let circuit = figures.k.map_or("no circuit was needed".into(), |k| format!("a circuit of 2^{k} rows"));
    let lines = [
        ("tariff", proved.tariff.clone()),
        ("proof", format!("{} bytes, {circuit}", thousands(figures.proof_bytes as u64))),
        ("bill", format!("{} bytes with its commitments", thousands(figures.bill_bytes as u64))),
        (
            "took",
            format!(
                "decrypt {:.2} s, price {:.2} s, prove {:.2} s, check {:.2} s",
                times.decrypt, times.price, times.prove, times.check
            ),
        ),
    ];
    for (place, (name, text)) in lines.iter().enumerate() {
        let line = row(area, place as u16);
        canvas.text(Rect { width: line.width.min(7), ..line }, name, Role::Dim);
        canvas.text(after(line, 8), text, Role::Text);
    }
    bits(figures.bits_disclosed, figures.bits_held, below(area, 5), canvas);
}
