//! Piecewise linear functions of an integer in a range, with rational prices.

use num_integer::Integer;
use num_traits::{Signed, Zero};

use crate::exact;
use crate::program::{Ratio, Schedule};

use super::Interval;

/// Pieces that cover a range without overlap, in order; neighbours differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pieces: Vec<Piece>,
}

/// `slope · u + intercept` for `lo ≤ u ≤ hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) lo: i128,
    pub(super) hi: i128,
    pub(super) slope: Ratio,
    pub(super) intercept: Ratio,
}

impl Function {
    /// One piece.
    pub(super) fn line(range: Interval, slope: Ratio, intercept: Ratio) -> Self {
        Function { pieces: vec![Piece { lo: range.lo, hi: range.hi, slope, intercept }] }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Slope and intercept, when one piece is all.
    pub(super) fn as_line(&self) -> Option<(Ratio, Ratio)> {
        if let [only] = self.pieces.as_slice() { Some((only.slope, only.intercept)) } else { None }
    }

    pub(super) fn range(&self) -> Interval {
        let (first, last) = (self.pieces.first(), self.pieces.last());
        Interval { lo: first.map_or(0, |piece| piece.lo), hi: last.map_or(0, |piece| piece.hi) }
    }

    /// Whether it never falls.
    pub(super) fn rises(&self) -> bool {
        let at = |piece: &Piece, u: i128| exact::add(&exact::mul(&piece.slope, &u.into())?, &piece.intercept);
        let steps = |pair: &[Piece]| {
            at(&pair[0], pair[0].hi).zip(at(&pair[1], pair[1].lo)).is_some_and(|(before, after)| before <= after)
        };
        self.pieces.windows(2).all(steps) && self.pieces.iter().all(|piece| !piece.slope.is_negative())
    }

    pub(super) fn times(&self, factor: &Ratio) -> Option<Self> {
        let scaled = |piece: &Piece| {
            let (slope, intercept) = (exact::mul(&piece.slope, factor)?, exact::mul(&piece.intercept, factor)?);
            Some(Piece { slope, intercept, ..*piece })
        };
        self.pieces.iter().map(scaled).collect::<Option<Vec<_>>>().map(joined)
    }

    /// The sum of two functions over one range.
    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        self.zip(other, |a, b| Some((exact::add(&a.slope, &b.slope)?, exact::add(&a.intercept, &b.intercept)?)))
    }

    /// The product of two functions over one range; nothing where both slopes are not zero.
    pub(super) fn product(&self, other: &Self) -> Option<Self> {
        self.zip(other, |a, b| {
            let (flat, of) = if a.slope.is_zero() { (a, b) } else { (b, a) };
            let by = flat.slope.is_zero().then_some(flat.intercept)?;
            Some((exact::mul(&of.slope, &by)?, exact::mul(&of.intercept, &by)?))
        })
    }

    /// Pieces made of those of two functions over one range.
    fn zip(&self, other: &Self, of: impl Fn(&Piece, &Piece) -> Option<(Ratio, Ratio)>) -> Option<Self> {
        let (mut ours, mut theirs) = (self.pieces.iter().peekable(), other.pieces.iter().peekable());
        let mut pieces = vec![];
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            let (slope, intercept) = of(a, b)?;
            let hi = a.hi.min(b.hi);
            pieces.push(Piece { lo: a.lo.max(b.lo), hi, slope, intercept });
            let (a_ends, b_ends) = (a.hi == hi, b.hi == hi);
            ours.next_if(|_| a_ends);
            theirs.next_if(|_| b_ends);
        }
        Some(joined(pieces))
    }

    /// `schedule(self)`.
    pub(super) fn then(&self, schedule: &Schedule) -> Option<Self> {
        let pieces = self.pieces.iter().map(|piece| priced(piece, schedule)).collect::<Option<Vec<_>>>()?;
        Some(joined(pieces.concat()))
    }
}

/// A schedule's pieces over one piece of its argument, in the order of `u`.
fn priced(of: &Piece, schedule: &Schedule) -> Option<Vec<Piece>> {
    let compose = |lo: i128, hi: i128, outer: &crate::program::Piece| {
        let slope = exact::mul(&outer.slope, &of.slope)?;
        let intercept = exact::add(&exact::mul(&outer.slope, &of.intercept)?, &outer.intercept)?;
        Some(Piece { lo, hi, slope, intercept })
    };
    if of.slope.is_zero() {
        let outer = schedule.pieces.iter().find(|outer| outer.to.is_none_or(|to| of.intercept <= to))?;
        return Some(vec![compose(of.lo, of.hi, outer)?]);
    }
    let rises = of.slope.is_positive();
    let mut pieces = vec![];
    // What is left of the piece, from its low end when it rises and from its high end when it falls.
    let (mut lo, mut hi) = (of.lo, of.hi);
    for outer in &schedule.pieces {
        // The last `u` on this side of the bound; a value equal to the bound belongs to it.
        let at = outer.to.map(|to| exact::div(&exact::sub(&to, &of.intercept)?, &of.slope)).map(|at| at.ok_or(()));
        let at = at.transpose().ok()?;
        if rises {
            let end = at.map_or(hi, |at| Integer::div_floor(at.numer(), at.denom()).min(hi));
            if end >= lo {
                pieces.push(compose(lo, end, outer)?);
                lo = end + 1;
            }
        } else {
            let end = at.map_or(lo, |at| Integer::div_ceil(at.numer(), at.denom()).max(lo));
            if end <= hi {
                pieces.insert(0, compose(end, hi, outer)?);
                hi = end - 1;
            }
        }
        if lo > hi {
            break;
        }
    }
    Some(pieces)
}

/// Neighbours of the same line as one piece.
fn joined(pieces: Vec<Piece>) -> Function {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match joined.last_mut() {
            Some(last) if (last.slope, last.intercept) == (piece.slope, piece.intercept) => last.hi = piece.hi,
            _ => joined.push(piece),
        }
    }
    Function { pieces: joined }
}
