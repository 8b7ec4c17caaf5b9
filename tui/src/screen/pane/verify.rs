//! The supplier's side: bills that came, verdicts with their reasons, the checks in their order. No reading can come
//! here: what is drawn is made of bills and public records alone.

use std::collections::{BTreeMap, HashMap};

use ratatui::layout::{Constraint, Layout, Rect};
use wattproof_engine::bills::BillDigest;
use wattproof_engine::desk::demo::Tamper;
use wattproof_engine::show::BillState;

use super::forms::{self, Ask};
use crate::screen::act::{Act, Judgement, Trouble, Verdict};
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::event::{Effect, Effects};
use crate::screen::guide::{Guide, Mark};
use crate::screen::keymap::{Binding, Command, Press, bind};
use crate::screen::list::List;
use crate::screen::overlay::choice::Choice;
use crate::screen::overlay::confirm::Confirm;
use crate::screen::overlay::{Overlay, effect};
use crate::screen::state::{Pane, State};
use crate::screen::style::{MIND, NO, NOT_YET, OK, Role};
use crate::screen::view::BillRow;
use crate::screen::widget::table::Table;
use crate::table::{counted, thousands};

mod verdict;

/// The pane's keys.
pub const KEYS: &[Binding] = &[
    bind(Command::Verify, &[Press::Enter, Press::Char('v')], "verify this bill, or those marked", "verify"),
    bind(Command::VerifyAll, &[Press::Char('V')], "verify every bill that waits", "all"),
    bind(Command::Mark, &[Press::Char(' ')], "mark this bill, or not", "mark"),
    bind(Command::DryRun, &[Press::Char('d')], "check without deciding", ""),
    bind(Command::Tamper, &[Press::Char('t')], "tamper with a copy, and see which check refuses it", "tamper"),
    bind(Command::VerifyFile, &[Press::Char('o')], "verify a file", ""),
    bind(Command::GiveOut, &[Press::Char('w')], "write this bill as a page to print", ""),
];

/// What was said of a bill without deciding, or of a lie about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The bill.
    pub bill: BillDigest,
    /// The lie; nothing for the bill as it came.
    pub lie: Option<Tamper>,
    /// What was said.
    pub judgement: Judgement,
}

/// The pane.
#[derive(Clone, Debug)]
pub struct VerifyPane {
    /// The bills.
    pub list: List,
    /// Bills that are marked, by the order in which they came into the list.
    pub marked: BTreeMap<BillDigest, ()>,
    /// Reasons that do not decide: what a later import can mend.
    pub unsettled: HashMap<BillDigest, Trouble>,
    /// The last trial.
    pub tried: Option<Tried>,
    /// Whose copy is being tampered with.
    pub trying: Option<BillDigest>,
}

impl Default for VerifyPane {
    fn default() -> Self {
        VerifyPane {
            list: List::sorted(6, true),
            marked: BTreeMap::new(),
            unsettled: HashMap::new(),
            tried: None,
            trying: None,
        }
    }
}

/// A lie in words.
fn lie_says(lie: Tamper) -> (&'static str, &'static str) {
    match lie {
        Tamper::Total => ("change the total", "one penny less to pay"),
        Tamper::Commitment => ("change a commitment", "as if another reading had been signed"),
        Tamper::Batch => ("change a batch", "name one the meter did not send"),
        Tamper::Proof => ("change the proof", "a single bit of it"),
    }
}

/// A command.
pub fn act(state: &mut State, command: Command) -> Effects {
    match command {
        Command::Verify => verify(state),
        Command::VerifyAll => {
            let waiting = state.snapshot.bills.iter().filter(|bill| bill.state == BillState::Waiting);
            let bills: Vec<BillDigest> = waiting.map(|bill| bill.digest).collect();
            confirm(state, bills)
        }
        Command::Mark => mark(state),
        Command::DryRun => match current(state).map(|bill| bill.digest) {
            Some(bill) => {
                crate::screen::update::start(state, Effect::Act(Act::Verify { bills: vec![bill], dry_run: true }))
            }
            None => Vec::new(),
        },
        Command::Tamper => tamper(state),
        Command::VerifyFile => forms::ask(state, Ask::VerifyFile, ""),
        Command::GiveOut => match current(state).map(|bill| (bill.digest, bill.short())) {
            Some((bill, name)) => {
                let place = forms::place(state, &format!("bill-{name}.html"));
                forms::ask(state, Ask::Page(bill), place)
            }
            None => Vec::new(),
        },
        Command::Export => {
            let place = forms::place(state, "bills.csv");
            forms::ask(state, Ask::Bills, place)
        }
        _ => Vec::new(),
    }
}

/// The bill under the cursor.
pub fn current(state: &State) -> Option<&BillRow> {
    state.verify.list.current(&state.snapshot.bills)
}

fn mark(state: &mut State) -> Effects {
    if let Some(bill) = current(state).map(|bill| bill.digest) {
        if state.verify.marked.remove(&bill).is_none() {
            state.verify.marked.insert(bill, ());
        }
        let page = state.page;
        state.verify.list.go(1, page);
    }
    Vec::new()
}

fn verify(state: &mut State) -> Effects {
    let marked: Vec<BillDigest> = state.verify.marked.keys().copied().collect();
    match (marked.is_empty(), current(state)) {
        (false, _) => confirm(state, marked),
        (true, Some(bill)) if bill.state != BillState::Waiting => {
            let word = bill.verdict();
            state.lack(
                format!("this bill was {word} already; a verdict is kept for good"),
                "d checks it again without deciding",
            );
            Vec::new()
        }
        (true, Some(bill)) => {
            let bills = vec![bill.digest];
            confirm(state, bills)
        }
        (true, None) => {
            state.lack("no bill has come", "import one with i, or hand in a proved one in step 6");
            Vec::new()
        }
    }
}

fn confirm(state: &mut State, bills: Vec<BillDigest>) -> Effects {
    if bills.is_empty() {
        state.lack("no bill waits", "import bills with i");
        return Vec::new();
    }
    let question = match bills.len() {
        1 => "Verify this bill?".to_owned(),
        count => format!("Verify {} bills?", thousands(count as u64)),
    };
    let effect = Effect::Act(Act::Verify { bills, dry_run: false });
    let because = "The verdict is kept for good. What a later import can mend is answered and not decided.";
    state.overlays.push(Overlay::Confirm(Confirm::new(question, because, "verify", effect)));
    Vec::new()
}

fn tamper(state: &mut State) -> Effects {
    let Some((bill, short)) = current(state).map(|bill| (bill.digest, bill.short())) else {
        state.lack("no bill has come", "import one with i, or hand in a proved one in step 6");
        return Vec::new();
    };
    let mut choice = Choice::new(format!("Tamper with a copy of bill {short}"));
    for lie in Tamper::ALL {
        let (name, about) = lie_says(lie);
        choice = choice.with(name, about, effect(Effect::Act(Act::Tamper { bill, lie })));
    }
    state.verify.trying = Some(bill);
    state.overlays.push(Overlay::Choice(choice));
    Vec::new()
}

/// Verdicts came: notes them, and moves to the first.
pub fn judged(state: &mut State, verdicts: Vec<Verdict>) {
    let accepted = verdicts.iter().filter(|verdict| verdict.judgement.refused.is_none()).count();
    for verdict in &verdicts {
        let dry = if verdict.dry_run { "check" } else { "verify" };
        match &verdict.judgement.refused {
            None => state.note(format!("{dry} {}", verdict.says), "accepted", true),
            Some(trouble) => {
                state.note(format!("{dry} {}", verdict.says), format!("refused: {}", trouble.message), false)
            }
        }
        state.verify.marked.remove(&verdict.digest);
        state.verify.tried.take_if(|tried| tried.bill == verdict.digest);
        match verdict.judgement.refused.clone() {
            Some(trouble) => _ = state.verify.unsettled.insert(verdict.digest, trouble),
            None => _ = state.verify.unsettled.remove(&verdict.digest),
        }
        if verdict.dry_run {
            let judgement = verdict.judgement.clone();
            state.verify.tried = Some(Tried { bill: verdict.digest, lie: None, judgement });
        }
    }
    match verdicts.as_slice() {
        [] => state.say("no bill was verified"),
        [one] => match &one.judgement.refused {
            None => state.say(format!("accepted: {}", one.says)),
            Some(trouble) => state.complain(trouble),
        },
        many => {
            let refused = many.len() - accepted;
            let text = format!("{} accepted, {} refused", counted(accepted as u64, "bill"), thousands(refused as u64));
            if refused == 0 { state.say(text) } else { state.lack(text, "filter with / refused") }
        }
    }
}

/// A lie was judged.
pub fn tampered(state: &mut State, lie: Tamper, judgement: Judgement) {
    let (name, _) = lie_says(lie);
    let result = match &judgement.refused {
        Some(trouble) => format!("refused: {}", trouble.message),
        None => "accepted: this must not happen".into(),
    };
    state.note(format!("tamper with a copy: {name}"), result, judgement.refused.is_some());
    if let Some(bill) = state.verify.trying.take() {
        state.verify.tried = Some(Tried { bill, lie: Some(lie), judgement });
    }
}

/// Where the user is.
pub fn guide(state: &State) -> Guide {
    if !state.loaded {
        return Guide::done("", "looking at the store").marked(Mark::Waits);
    }
    let bills = &state.snapshot.bills;
    let waiting = bills.iter().filter(|bill| bill.state == BillState::Waiting).count();
    let count = counted(bills.len() as u64, "bill");
    match (bills.is_empty(), waiting) {
        (true, _) => {
            let guide = Guide::done("the inbox is empty", "a bill").marked(Mark::Waits);
            match state.snapshot.meters.is_empty() {
                true => guide,
                false => guide.then(Pane::Bill, Command::Go(Pane::Bill), "prove a bill"),
            }
        }
        (false, 0) => {
            Guide::done(count, "").then(Pane::Verify, Command::Tamper, "tamper with a copy, to see a refusal")
        }
        (false, waiting) => {
            let guide =
                Guide::done(count, format!("a verdict on {}", counted(waiting as u64, "bill"))).marked(Mark::Open);
            match current(state).is_some_and(|bill| bill.state == BillState::Waiting) {
                true => guide.then(Pane::Verify, Command::Verify, "verify this bill"),
                false => guide.then(Pane::Verify, Command::VerifyAll, "verify those that wait"),
            }
        }
    }
}

/// Draws it.
pub fn draw(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let wide = area.width >= 112;
    let foot = if area.height > 12 { 1 } else { 0 };
    let side = match area.height {
        22.. => 14,
        18.. => 11,
        height => 6.min(height / 2),
    };
    let body = Rect { height: area.height - foot, ..area };
    let [left, right] = match wide {
        true => Layout::horizontal([Constraint::Min(40), Constraint::Length(50)]).areas(body),
        false => Layout::vertical([Constraint::Min(4), Constraint::Length(side)]).areas(body),
    };
    let pane = &state.verify;
    let mark = |bill: &BillRow| match (pane.marked.contains_key(&bill.digest), &bill.state) {
        (true, _) => ("■", Role::Accent),
        (false, BillState::Accepted(_)) => (OK, Role::Good),
        (false, BillState::Refused(..)) => (NO, Role::Bad),
        (false, BillState::Waiting) if pane.unsettled.contains_key(&bill.digest) => (MIND, Role::Warn),
        (false, BillState::Waiting) => (NOT_YET, Role::Dim),
    };
    let empty = "no bill has come: import some with i, or prove one in step 6";
    Table { rows: &state.snapshot.bills, list: &pane.list, mark: &mark, empty }
        .draw(Rect { width: left.width.saturating_sub(u16::from(wide)), ..left }, canvas);
    let detail = match wide {
        true => {
            canvas.upright(Rect { width: 1, ..right });
            after(right, 2)
        }
        false => {
            canvas.rule(row(right, 0));
            below(right, 1)
        }
    };
    if let Some(bill) = current(state) {
        verdict::about(state, bill, detail, canvas);
    }
    if foot > 0 {
        let line = row(area, area.height - 1);
        canvas.text(
            after(line, 2),
            "The supplier's side: it holds no key, and no reading is ever shown here.",
            Role::Dim,
        );
    }
}
