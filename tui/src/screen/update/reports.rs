//! What comes of acts.

use super::look;
use crate::screen::act::{Act, Filed, Report, Sample, Trouble};
use crate::screen::event::{Effect, Effects};
use crate::screen::overlay::Overlay;
use crate::screen::overlay::confirm::Confirm;
use crate::screen::overlay::text::Text;
use crate::screen::pane::tariff::About;
use crate::screen::pane::{bill, verify};
use crate::screen::state::{Pane, State};
use crate::screen::style::Role;
use crate::screen::view::{MeterDetail, Snapshot};
use crate::table::{counted, thousands};

/// Why a bill that says too much of single readings is not proved by itself.
const GIVES_AWAY: &str = "bill-gives-readings-away";
/// The most lines about an import.
const LINES: usize = 200;

/// Takes a report.
pub fn take(state: &mut State, report: Report) -> Effects {
    match report {
        Report::Overview(result) => match result {
            Ok(snapshot) => overview(state, snapshot),
            Err(trouble) => {
                (state.loaded, state.stale) = (true, false);
                state.complain(&trouble);
                Vec::new()
            }
        },
        Report::Detail(result) => match result {
            Ok(detail) => self::detail(state, detail),
            Err(trouble) => {
                state.complain(&trouble);
                Vec::new()
            }
        },
        Report::Completed { text, paths } => {
            if let Some(Overlay::Form(form)) = state.overlays.last_mut() {
                form.offer(&text, paths);
            }
            Vec::new()
        }
        Report::Draft(result) => {
            draft(state, result);
            Vec::new()
        }
        Report::Explained { tariff, period, plan } => {
            state.tariff.asked = None;
            state.tariff.plan = Some(About { tariff, period, found: plan });
            Vec::new()
        }
        Report::Hours { tariff, period, personal, prices } => {
            state.tariff.asked = None;
            state.tariff.prices = Some((personal, About { tariff, period, found: prices }));
            Vec::new()
        }
        Report::Price { period, priced } => {
            state.tariff.asked = None;
            if state.readings.opened.is_some() {
                state.tariff.priced = Some((period, priced));
            }
            Vec::new()
        }
        worked => over(state, worked),
    }
}

/// The one act that was under way is over. What the panes show may be out of date until the store is looked at again.
fn over(state: &mut State, report: Report) -> Effects {
    let effects = came(state, report);
    state.stale |= effects.iter().any(|effect| matches!(effect, Effect::Look(Act::Overview)));
    effects
}

fn came(state: &mut State, report: Report) -> Effects {
    let running = state.running.take();
    match report {
        Report::Sample(result) => settle(state, "load the sample household", result, sample),
        Report::Imported(result) => settle(state, "import", result, imported),
        Report::KeyFile(result) => settle(state, "read the key", result, |state, (key, path)| {
            super::hold(state, key, format!("from {}", path.display()))
        }),
        Report::Readings(result) => readings(state, result),
        Report::Proved(result) => {
            if let (Some(running), Ok(_)) = (&running, &result) {
                let spent = state.clock.saturating_sub(running.step_since).as_secs_f64();
                let step = running.progress.map_or("check", |progress| progress.step);
                state.bill.over.push((step, spent));
                state.bill.last = std::mem::take(&mut state.bill.over);
            }
            if result.as_ref().is_err_and(|trouble| trouble.code == GIVES_AWAY) {
                return anyway(state, result.err());
            }
            settle(state, "prove the bill", result, |state, proved| {
                let figures = proved.figures;
                state.note(
                    format!("prove the bill of {}, {}", proved.meter, proved.asked),
                    format!(
                        "{} bytes, proof {} bytes",
                        thousands(figures.bill_bytes as u64),
                        thousands(figures.proof_bytes as u64)
                    ),
                    true,
                );
                state.bill.handed = false;
                state.bill.proved = Some(proved);
                Vec::new()
            })
        }
        Report::Judged(result) => settle(state, "verify", result, |state, verdicts| {
            verify::judged(state, verdicts);
            look(state)
        }),
        Report::Tampered { lie, judgement } => settle(state, "tamper with a copy", judgement, |state, judgement| {
            verify::tampered(state, lie, judgement);
            Vec::new()
        }),
        Report::Done { what, result } => settle(state, what, result, |state, text| {
            done(state, what);
            state.note(what, text.clone(), true);
            state.say(text);
            look(state)
        }),
        _ => Vec::new(),
    }
}

/// A bill that would give readings away is proved only when its customer says so.
fn anyway(state: &mut State, trouble: Option<Trouble>) -> Effects {
    let Some(trouble) = trouble else { return Vec::new() };
    state.note("prove the bill", trouble.message.clone(), false);
    let because = "What a bill says cannot be taken back. Another tariff, or a longer period, says less.";
    let follow = Box::new(|state: &mut State| bill::prove(state, true));
    let question = format!("{}. Prove it all the same?", trouble.message);
    state.overlays.push(Overlay::Confirm(Confirm::then(question, because, "prove it", follow)));
    Vec::new()
}

/// Notes a failure, or goes on with what came.
fn settle<T>(
    state: &mut State,
    what: &str,
    result: Result<T, Trouble>,
    go_on: impl FnOnce(&mut State, T) -> Effects,
) -> Effects {
    match result {
        Ok(came) => go_on(state, came),
        Err(trouble) => {
            state.note(what, trouble.message.clone(), false);
            state.complain(&trouble);
            Vec::new()
        }
    }
}

fn done(state: &mut State, what: &str) {
    match what {
        "hand in" => state.bill.handed = true,
        "publish" => state.tariff.draft = None,
        _ => {}
    }
}

fn overview(state: &mut State, snapshot: Snapshot) -> Effects {
    state.stale = false;
    let before = std::mem::replace(&mut state.snapshot, snapshot);
    let first = !state.loaded;
    state.loaded = true;
    let meter = state.meters.list.current(&before.meters).cloned();
    state.meters.list.rebuild(&state.snapshot.meters, meter.as_ref());
    let tariff = state.tariff.list.current(&before.tariffs).cloned();
    state.tariff.list.rebuild(&state.snapshot.tariffs, tariff.as_ref());
    let bill = state.verify.list.current(&before.bills).cloned();
    // A bill that has just come takes the cursor, when it stood on the first.
    let bill = bill.filter(|_| state.verify.list.at() > 0 || before.bills.len() == state.snapshot.bills.len());
    state.verify.list.rebuild(&state.snapshot.bills, bill.as_ref());
    if state.focus.meter.is_some() && state.meter().is_none() {
        (state.focus.meter, state.focus.period, state.detail) = (None, None, None);
    }
    if state.focus.meter.is_none() {
        // One meter needs no choosing; of several the one under the cursor is looked at.
        let only = state.snapshot.meters.len() == 1;
        let meter = state.meters.list.current(&state.snapshot.meters).map(|meter| meter.name.clone());
        return match meter {
            Some(meter) if only => super::set_meter(state, meter),
            Some(meter) if first => vec![Effect::Look(Act::Detail(meter))],
            _ => Vec::new(),
        };
    }
    Vec::new()
}

fn detail(state: &mut State, detail: MeterDetail) -> Effects {
    let chosen = state.focus.meter.as_ref() == Some(&detail.meter);
    if state.focus.meter.is_some() && !chosen {
        return Vec::new();
    }
    let before = state.detail.take().filter(|before| before.meter == detail.meter);
    let batch = before.as_ref().and_then(|before| state.batches.list.current(&before.batches)).cloned();
    state.batches.list.rebuild(&detail.batches, batch.as_ref());
    if chosen && state.focus.period.is_none() {
        let complete = |month: &&wattproof_engine::show::MonthRow| {
            month.missing.is_empty() && month.rivals.is_empty() && month.end <= state.now
        };
        let unbilled = detail.months.iter().rev().filter(complete).find(|month| month.billed.is_none());
        let month = unbilled.or(detail.months.iter().rev().find(complete)).or(detail.months.last());
        state.focus.period = month.map(|month| month.month.clone());
    }
    if chosen && state.focus.tariff.is_none() {
        let assigned = detail.assignments.last().map(|(tariff, _)| tariff.clone());
        state.tariff.list.find(&state.snapshot.tariffs, |row| Some(row.full_name()) == assigned);
    }
    state.detail = Some(detail);
    Vec::new()
}

fn sample(state: &mut State, sample: Sample) -> Effects {
    let batches = counted(sample.batches as u64, "batch");
    state.note("load the sample household", format!("{batches} of meter {}", sample.meter), true);
    state.say(format!("the sample household is here: {batches} of its meter, and {} tariffs to try", sample.tariffs));
    state.key.label = Some(sample.key_file.display().to_string());
    look(state)
}

fn imported(state: &mut State, files: Vec<Filed>) -> Effects {
    let refused: Vec<&Filed> = files.iter().filter(|file| file.result.is_err()).collect();
    let new = files.iter().filter(|file| file.result.as_ref().is_ok_and(|kept| kept.starts_with("new"))).count();
    let text = match files.len() {
        0 => "nothing was found to import".to_owned(),
        count => format!(
            "{}: {new} new, {} here already, {} refused",
            counted(count as u64, "file"),
            count - new - refused.len(),
            refused.len()
        ),
    };
    state.note("import", text.clone(), refused.is_empty() && !files.is_empty());
    if refused.is_empty() {
        state.say(text);
    } else {
        let mut lines = vec![(text, Role::Strong), (String::new(), Role::Text)];
        for file in refused.iter().take(LINES) {
            if let Err(trouble) = &file.result {
                lines.push((format!("✗ {} ({}): {}", file.name, file.kind, trouble.message), Role::Text));
                lines.push((format!("  {}", trouble.hint), Role::Dim));
            }
        }
        state.overlays.push(Overlay::Text(Text::new("Import", lines)));
    }
    look(state)
}

fn readings(state: &mut State, result: Result<std::sync::Arc<crate::screen::act::Opened>, Trouble>) -> Effects {
    match result {
        Ok(opened) => {
            let same = Some(&opened.meter) == state.focus.meter.as_ref();
            if !same || Some(&opened.period) != state.focus.period.as_ref() {
                return Vec::new();
            }
            // A key that was wiped meanwhile opens nothing any more.
            let Some(held) = &mut state.key.held else { return Vec::new() };
            held.fits = Some(opened.meter.clone());
            let (slots, days) = (opened.file.readings.slots().count(), opened.days.len());
            state.note(
                format!("decrypt {}, {}", opened.meter, opened.period),
                format!("{} of {}", counted(slots.into(), "slot"), counted(days as u64, "day")),
                true,
            );
            state.say("decrypted in memory: every signature and every commitment is as the meter signed it");
            state.readings.opened = Some(opened);
            (state.readings.day, state.readings.top) = (0, 0);
            if state.pane == Pane::Key {
                state.pane = Pane::Readings;
            }
            Vec::new()
        }
        Err(trouble) => {
            state.note("decrypt", trouble.message.clone(), false);
            if trouble.code == "wrong-key" {
                state.key.held = None;
                let meter = state.focus.meter.clone().unwrap_or_default();
                state.lack(
                    format!("this is not the key of {meter}; it was wiped"),
                    "the batches are untouched: take the key from this meter's own label",
                );
            } else {
                state.complain(&trouble);
            }
            Vec::new()
        }
    }
}

fn draft(state: &mut State, result: Result<crate::screen::act::Draft, Trouble>) {
    match result {
        Ok(draft) => {
            let new = state.tariff.draft.as_ref().is_none_or(|before| before.path != draft.path);
            if new {
                (state.tariff.view, state.tariff.top) = (0, 0);
                state.pane = Pane::Tariff;
            }
            state.tariff.draft = Some(draft);
        }
        Err(trouble) => {
            state.tariff.draft = None;
            state.complain(&trouble);
        }
    }
}
