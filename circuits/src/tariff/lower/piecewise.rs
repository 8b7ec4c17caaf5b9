//! Piecewise linear functions: sums, products and chains of schedules.

use num_traits::{One, Signed, Zero};

use crate::exact;
use crate::program::{Piece, Ratio, Schedule};

/// The most pieces of a schedule that is made of others.
const MAX_PIECES: usize = 4096;

/// `slope · x + intercept` everywhere.
pub(super) fn line(slope: Ratio, intercept: Ratio) -> Schedule {
    Schedule { pieces: vec![Piece { to: None, slope, intercept }] }
}

/// Zero up to a bound and one above it.
pub(super) fn step(bound: Ratio) -> Schedule {
    let piece = |to, intercept| Piece { to, slope: Ratio::zero(), intercept };
    Schedule { pieces: vec![piece(Some(bound), Ratio::zero()), piece(None, Ratio::one())] }
}

/// The larger of the argument and a constant.
pub(super) fn at_least(least: Ratio) -> Schedule {
    let below = Piece { to: Some(least), slope: Ratio::zero(), intercept: least };
    Schedule { pieces: vec![below, Piece { to: None, slope: Ratio::one(), intercept: Ratio::zero() }] }
}

/// The smaller of the argument and a constant.
pub(super) fn at_most(most: Ratio) -> Schedule {
    let below = Piece { to: Some(most), slope: Ratio::one(), intercept: Ratio::zero() };
    Schedule { pieces: vec![below, Piece { to: None, slope: Ratio::zero(), intercept: most }] }
}

/// The line that a schedule is everywhere, when it is one.
pub(super) fn as_line(schedule: &Schedule) -> Option<(Ratio, Ratio)> {
    match &schedule.pieces[..] {
        [Piece { slope, intercept, .. }] => Some((*slope, *intercept)),
        _ => None,
    }
}

/// `schedule · factor`.
pub(super) fn scaled(schedule: &Schedule, factor: &Ratio) -> Option<Schedule> {
    let piece = |piece: &Piece| {
        let (slope, intercept) = (exact::mul(&piece.slope, factor)?, exact::mul(&piece.intercept, factor)?);
        Some(Piece { to: piece.to, slope, intercept })
    };
    Some(Schedule { pieces: schedule.pieces.iter().map(piece).collect::<Option<_>>()? })
}

/// `a + b`.
pub(super) fn sum(a: &Schedule, b: &Schedule) -> Option<Schedule> {
    merged(a, b, |a, b| Some((exact::add(&a.slope, &b.slope)?, exact::add(&a.intercept, &b.intercept)?)))
}

/// `a · b`, when in every piece one of them is constant.
pub(super) fn product(a: &Schedule, b: &Schedule) -> Option<Schedule> {
    merged(a, b, |a, b| {
        let (constant, other) = if a.slope.is_zero() { (a, b) } else { (b, a) };
        let factor = constant.slope.is_zero().then_some(constant.intercept)?;
        Some((exact::mul(&other.slope, &factor)?, exact::mul(&other.intercept, &factor)?))
    })
}

/// Both, over pieces in which neither changes.
fn merged(a: &Schedule, b: &Schedule, with: impl Fn(&Piece, &Piece) -> Option<(Ratio, Ratio)>) -> Option<Schedule> {
    let (mut left, mut right) = (a.pieces.iter().peekable(), b.pieces.iter().peekable());
    let mut pieces = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let to = earlier(a.to, b.to);
        let (slope, intercept) = with(a, b)?;
        pieces.push(Piece { to, slope, intercept });
        let (past_a, past_b) = (a.to == to, b.to == to);
        if past_a {
            left.next();
        }
        if past_b {
            right.next();
        }
    }
    tidy(pieces)
}

/// The lower of two ends, none being the highest.
fn earlier(a: Option<Ratio>, b: Option<Ratio>) -> Option<Ratio> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// `outer(inner(x))`; nothing when a falling piece meets a jump, whose bound would be on the wrong side.
pub(super) fn chained(outer: &Schedule, inner: &Schedule) -> Option<Schedule> {
    let froms = [None].into_iter().chain(inner.pieces.iter().map(|piece| piece.to));
    let each = froms.zip(&inner.pieces).map(|(from, piece)| substituted(outer, piece, from));
    let bounds: Vec<_> = inner.pieces.iter().filter_map(|piece| piece.to).collect();
    rows(&each.collect::<Option<Vec<_>>>()?, &bounds)
}

/// A function of a line, which counts above `from` and up to the piece's own bound.
fn substituted(outer: &Schedule, inner: &Piece, from: Option<Ratio>) -> Option<Schedule> {
    let after = |part: &Piece, to| {
        let intercept = exact::add(&exact::mul(&part.slope, &inner.intercept)?, &part.intercept)?;
        Some(Piece { to, slope: exact::mul(&part.slope, &inner.slope)?, intercept })
    };
    let reached = |bound: &Ratio| exact::div(&exact::sub(bound, &inner.intercept)?, &inner.slope);
    if inner.slope.is_zero() {
        let part = outer.pieces.iter().find(|part| part.to.is_none_or(|to| inner.intercept <= to))?;
        return Some(Schedule { pieces: vec![after(part, None)?] });
    }
    let mut pieces = Vec::new();
    if inner.slope.is_positive() {
        for part in &outer.pieces {
            let to = part.to.map(|to| reached(&to).ok_or(())).transpose().ok()?;
            pieces.push(after(part, to)?);
        }
        return Some(Schedule { pieces });
    }
    for pair in outer.pieces.windows(2).rev() {
        let bound = pair[0].to?;
        let at = reached(&bound)?;
        let counts = from.is_none_or(|from| at > from) && inner.to.is_none_or(|to| at <= to);
        if counts && value(&pair[0], &bound)? != value(&pair[1], &bound)? {
            return None;
        }
        pieces.push(after(&pair[1], Some(at))?);
    }
    pieces.push(after(outer.pieces.first()?, None)?);
    Some(Schedule { pieces })
}

fn value(piece: &Piece, at: &Ratio) -> Option<Ratio> {
    exact::add(&exact::mul(&piece.slope, at)?, &piece.intercept)
}

/// The function's value.
pub(super) fn at(schedule: &Schedule, x: &Ratio) -> Option<Ratio> {
    value(schedule.pieces.iter().find(|piece| piece.to.is_none_or(|to| *x <= to))?, x)
}

/// What schedules are between their bounds: each up to its bound, the last above the others.
pub(super) fn rows(schedules: &[Schedule], bounds: &[Ratio]) -> Option<Schedule> {
    let mut pieces = Vec::new();
    let mut from: Option<Ratio> = None;
    for (index, schedule) in schedules.iter().enumerate() {
        let end = bounds.get(index).copied();
        for piece in &schedule.pieces {
            if piece.to.is_some_and(|to| from.is_some_and(|from| to <= from)) {
                continue;
            }
            let to = earlier(piece.to, end);
            pieces.push(Piece { to, ..piece.clone() });
            if to == end {
                break;
            }
        }
        from = end;
    }
    tidy(pieces)
}

/// Neighbours that are one line made one piece; nothing when too many are left.
pub(super) fn tidy(pieces: Vec<Piece>) -> Option<Schedule> {
    let mut tidied: Vec<Piece> = Vec::new();
    for piece in pieces {
        match tidied.last_mut() {
            Some(last) if last.slope == piece.slope && last.intercept == piece.intercept => last.to = piece.to,
            _ => tidied.push(piece),
        }
    }
    (tidied.len() <= MAX_PIECES).then_some(Schedule { pieces: tidied })
}
