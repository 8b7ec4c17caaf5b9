//! What was said of a bill, and the checks in their order.

use ratatui::layout::Rect;
use wattproof_engine::show::BillState;
use wattproof_engine::supplier::Check;

use super::lie_says;
use crate::screen::act::Trouble;
use crate::screen::canvas::{Canvas, after, below, row};
use crate::screen::state::State;
use crate::screen::style::{MIND, NO, NOT_YET, OK, Role};
use crate::screen::view::{BillRow, instant, period};

/// A check in words.
pub fn says(check: Check) -> &'static str {
    match check {
        Check::Bytes => "its bytes are a bill, in the one form",
        Check::Meter => "its meter is registered",
        Check::Slots => "its slots are not billed yet",
        Check::Tariff => "its tariff is the one assigned",
        Check::Batches => "every slot lies in one signed batch",
        Check::Statement => "it names these batches and no other",
        Check::Commitments => "its commitments are those the meter signed",
        Check::Proof => "the proof shows that the amount follows",
    }
}

/// A check in a word.
fn word(check: Check) -> &'static str {
    match check {
        Check::Bytes => "form",
        Check::Meter => "meter",
        Check::Slots => "slots",
        Check::Tariff => "tariff",
        Check::Batches => "batches",
        Check::Statement => "names",
        Check::Commitments => "commits",
        Check::Proof => "proof",
    }
}

/// What was said of a bill, and the checks in their order.
pub fn about(state: &State, bill: &BillRow, area: Rect, canvas: &mut Canvas<'_>) {
    let tried = state.verify.tried.as_ref().filter(|tried| tried.bill == bill.digest);
    let lie = tried.and_then(|tried| tried.lie).map(|lie| lie_says(lie).0);
    let (word, role, refused, made): (String, Role, Option<(String, String, String)>, bool) = match (tried, &bill.state)
    {
        (Some(tried), _) => {
            let what = lie.map_or("checked without deciding".into(), |lie| format!("a copy: {lie}"));
            match &tried.judgement.refused {
                None => (format!("{OK} {what}: accepted"), Role::Good, None, true),
                Some(why) => (format!("{NO} {what}: refused"), Role::Bad, Some(reason(why)), true),
            }
        }
        (None, BillState::Accepted(at)) => (format!("{OK} accepted {}", instant(*at)), Role::Good, None, true),
        (None, BillState::Refused(at, why)) => {
            let why = (why.code.clone(), why.message.clone(), why.hint.clone());
            (format!("{NO} refused {}", instant(*at)), Role::Bad, Some(why), true)
        }
        (None, BillState::Waiting) => match state.verify.unsettled.get(&bill.digest) {
            Some(why) => (format!("{MIND} not decided yet"), Role::Warn, Some(reason(why)), true),
            None => (format!("{NOT_YET} waits for a verdict"), Role::Text, None, false),
        },
    };
    let total = bill.total.as_ref().map_or("?".into(), |total| format!("{} {}", total.text, total.currency));
    let head = format!("{} {} {total}", bill.meter, period(&bill.period, bill.revision));
    let tall = area.height >= 14;
    canvas.pieces(row(area, 0), &[(&word, role)]);
    canvas.right(row(area, 0), &format!("{} ", bill.short()), Role::Dim);
    let mut rest = below(area, 1);
    if tall {
        canvas.text(row(rest, 0), &head, Role::Strong);
        rest = below(rest, 2);
    }
    if let Some((code, message, hint)) = &refused {
        let used =
            canvas.paragraph(Rect { height: rest.height.min(3), ..rest }, &format!("{message} [{code}]"), Role::Text);
        let hint = canvas.paragraph(
            Rect { height: rest.height.saturating_sub(used).min(2), ..below(rest, used) },
            hint,
            Role::Dim,
        );
        rest = below(rest, used + hint + u16::from(tall));
    }
    let check = refused.as_ref().and_then(|(code, ..)| Check::of(code));
    checks(made, refused.is_some(), check, rest, canvas);
}

fn reason(trouble: &Trouble) -> (String, String, String) {
    (trouble.code.clone(), trouble.message.clone(), trouble.hint.clone())
}

fn checks(made: bool, refused: bool, failed: Option<Check>, area: Rect, canvas: &mut Canvas<'_>) {
    let sign = |check: Check| match (made, failed) {
        (false, _) => (NOT_YET, Role::Rule),
        (true, None) if refused => (NOT_YET, Role::Rule),
        (true, None) => (OK, Role::Good),
        (true, Some(failed)) if check < failed => (OK, Role::Good),
        (true, Some(failed)) if check == failed => (NO, Role::Bad),
        (true, Some(_)) => (NOT_YET, Role::Rule),
    };
    let text = |sign| if sign == NOT_YET { Role::Dim } else { Role::Text };
    if usize::from(area.height) < Check::ALL.len() {
        let mut rest = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
        for check in Check::ALL {
            let (sign, role) = sign(check);
            let used = canvas.pieces(rest, &[(sign, role), (" ", role), (word(check), text(sign)), ("  ", role)]);
            rest = after(rest, used);
        }
        return;
    }
    for (place, check) in Check::ALL.into_iter().enumerate() {
        let line = row(area, place as u16);
        let (sign, role) = sign(check);
        let text = text(sign);
        canvas.pieces(line, &[(sign, role), (&format!(" {} ", place + 1), Role::Dim), (says(check), text)]);
    }
}
