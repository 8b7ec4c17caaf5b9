//! Choices: conditions as flags, look-up tables, curves.

use num_traits::{One, Signed, Zero};

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{Amount, Condition, Curve, Entry, Lookup};
use super::affine::Affine;
use super::part::Part;
use super::{Lowering, piecewise, too_large};
use crate::exact;
use crate::program::{Node, NodeId, Piece, Ratio, Schedule, Ties};

impl Lowering<'_> {
    /// The last value, and towards each earlier one by its condition's flag.
    pub(super) fn choice(
        &mut self,
        cases: &[(Condition, Amount)],
        otherwise: &Amount,
        at: &Part,
    ) -> Result<Affine, Diagnostic> {
        let mut value = self.amount(otherwise, at)?;
        for (when, then) in cases.iter().rev() {
            let (flag, chosen) = (self.flag(when, at)?, self.amount(then, at)?);
            value = self.either(flag, chosen, value).ok_or_else(|| too_large(&then.span))?;
        }
        Ok(value)
    }

    /// The first where the flag is one, the second where it is zero.
    fn either(&mut self, flag: Affine, one: Affine, zero: Affine) -> Option<Affine> {
        let chosen = self.multiplied(flag, one.minus(&zero)?)?;
        self.joined(zero.add(&chosen, &Ratio::one())?)
    }

    /// The same form, as one schedule when it is a function of one value.
    pub(super) fn joined(&mut self, form: Affine) -> Option<Affine> {
        match self.along(&form) {
            Some((of, schedule)) if form.terms.len() > 1 => Some(self.piecewise(of, schedule)),
            _ => Some(form),
        }
    }

    /// One where a condition holds, zero where it does not.
    fn flag(&mut self, condition: &Condition, at: &Part) -> Result<Affine, Diagnostic> {
        match condition {
            Condition::Above { both, or_equal } => {
                let span = &both[0].span;
                let (a, b) = (self.amount(&both[0], at)?, self.amount(&both[1], at)?);
                let flag = match or_equal {
                    false => self.above(a, b),
                    true => self.above(b, a).and_then(|below| denied(&below)),
                };
                flag.ok_or_else(|| too_large(span))
            }
            Condition::Not(of) => {
                let flag = self.flag(of, at)?;
                Ok(denied(&flag).unwrap_or(flag))
            }
            Condition::All(parts) => {
                let flags = parts.iter().map(|part| self.flag(part, at)).collect::<Result<Vec<_>, _>>()?;
                Ok(self.all(flags))
            }
            Condition::Any(parts) => {
                let flags = parts.iter().map(|part| self.flag(part, at)).collect::<Result<Vec<_>, _>>()?;
                let none = self.all(flags.iter().filter_map(denied).collect());
                Ok(denied(&none).unwrap_or(none))
            }
        }
    }

    /// Flags' product. It cannot outgrow the arithmetic: every factor is zero or one.
    fn all(&mut self, flags: Vec<Affine>) -> Affine {
        let one = Affine::constant(Ratio::one());
        flags.into_iter().fold(one, |all, flag| self.multiplied(all, flag).unwrap_or_default())
    }

    /// One where `a` is above `b`.
    pub(super) fn above(&mut self, a: Affine, b: Affine) -> Option<Affine> {
        let (apart, bound) = match b.as_constant() {
            Some(bound) => (a, bound),
            None => (a.minus(&b)?, Ratio::zero()),
        };
        if let Some(flag) = self.below(&apart, &bound) {
            return Some(flag);
        }
        self.scheduled(piecewise::step(bound), apart)
    }

    /// One where a form is above a bound, when it falls with one value: where that is below another bound, and so at or
    /// below the last of its values before.
    fn below(&mut self, form: &Affine, bound: &Ratio) -> Option<Affine> {
        let (of, schedule) = self.along(form)?;
        let (slope, intercept) = piecewise::as_line(&schedule).filter(|(slope, _)| slope.is_negative())?;
        let end = exact::div(&exact::sub(bound, &intercept)?, &slope)?;
        self.grids.extend(&self.nodes.all, &self.sheet.carries, &self.estimates);
        let grid = self.grids.of(of).filter(Signed::is_positive)?;
        let last = exact::mul(&Ratio::from(exact::round(&end, &grid, Ties::Up)? - 1), &grid)?;
        denied(&self.piecewise(of, piecewise::step(last)))
    }

    pub(super) fn lookup(&mut self, lookup: &Lookup, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let key = self.amount(&lookup.key, at)?;
        let across = match &lookup.across {
            Some((key, bounds)) => Some((self.amount(key, at)?, bounds)),
            None => None,
        };
        let mut rows = Vec::new();
        for row in &lookup.rows {
            let cells = row.iter().map(|cell| self.amount(cell, at)).collect::<Result<Vec<_>, _>>()?;
            rows.push(match &across {
                Some((key, bounds)) => self.looked_up(key.clone(), bounds, cells).ok_or_else(|| too_large(span))?,
                None => cells.into_iter().next().unwrap_or_default(),
            });
        }
        self.looked_up(key, &lookup.bounds, rows).ok_or_else(|| too_large(span))
    }

    /// The value of the first row whose bound is at or above the key: one schedule when every row is a function of the
    /// key, and else a sum of steps from row to row.
    fn looked_up(&mut self, key: Affine, bounds: &[Ratio], rows: Vec<Affine>) -> Option<Affine> {
        if let Some(constant) = key.as_constant() {
            return rows.into_iter().nth(bounds.partition_point(|bound| *bound < constant));
        }
        let (of, bounds) = self.key(&key, bounds)?;
        if let Some(schedules) = rows.iter().map(|row| self.relative(row, of, &key)).collect::<Option<Vec<_>>>()
            && let Some(schedule) = piecewise::rows(&schedules, &bounds)
        {
            return Some(self.piecewise(of, schedule));
        }
        let mut value = rows.first()?.clone();
        for (pair, bound) in rows.windows(2).zip(&bounds) {
            let flag = self.piecewise(of, piecewise::step(*bound));
            let step = self.multiplied(flag, pair[1].minus(&pair[0])?)?;
            value = value.add(&step, &Ratio::one())?;
        }
        self.joined(value)
    }

    /// The node that a key is a rising function of, or its own, with the bounds of the key in terms of it.
    fn key(&mut self, key: &Affine, bounds: &[Ratio]) -> Option<(NodeId, Vec<Ratio>)> {
        if let Some((of, schedule)) = self.along(key)
            && let Some((slope, intercept)) = piecewise::as_line(&schedule)
            && slope.is_positive()
        {
            let moved = bounds.iter().map(|bound| exact::div(&exact::sub(bound, &intercept)?, &slope));
            return Some((of, moved.collect::<Option<_>>()?));
        }
        Some((self.value(key.clone()), bounds.to_vec()))
    }

    /// A form as a function of a key's node.
    fn relative(&self, form: &Affine, of: NodeId, key: &Affine) -> Option<Schedule> {
        if let Some(constant) = form.as_constant() {
            return Some(piecewise::line(Ratio::zero(), constant));
        }
        match self.along(form) {
            Some((base, schedule)) if base == of => Some(schedule),
            _ if key.terms.contains_key(&of) => None,
            _ => key.relation(form).map(|(slope, intercept)| piecewise::line(slope, intercept)),
        }
    }

    pub(super) fn entry(&mut self, entry: &Entry, at: &Part) -> Result<Affine, Diagnostic> {
        let keys = entry.keys.iter().map(|key| self.amount(key, at).map(|key| self.value(key)));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let table = self.data.table(entry.data).cloned();
        Ok(table.map_or_else(Affine::default, |table| Affine::one(self.push(Node::Entry { keys, table }))))
    }

    pub(super) fn curve(&mut self, curve: &Curve, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let key = self.amount(&curve.key, at)?;
        let curve = drawn(curve).and_then(|schedule| self.scheduled(schedule, key));
        curve.ok_or_else(|| too_large(span))
    }
}

/// One where the flag is zero.
pub(super) fn denied(flag: &Affine) -> Option<Affine> {
    Affine::constant(Ratio::one()).minus(flag)
}

/// Lines through the points; the first goes on below, and the slope goes on above.
fn drawn(curve: &Curve) -> Option<Schedule> {
    let through = |(x, y): &(Ratio, Ratio), slope: Ratio| exact::sub(y, &exact::mul(&slope, x)?);
    let mut pieces = Vec::new();
    for pair in curve.points.windows(2) {
        let [(x0, y0), (x1, y1)] = pair else { return None };
        let slope = exact::div(&exact::sub(y1, y0)?, &exact::sub(x1, x0)?)?;
        pieces.push(Piece { to: Some(*x1), slope, intercept: through(&pair[0], slope)? });
    }
    let last = curve.points.last()?;
    pieces.push(Piece { to: None, slope: curve.above, intercept: through(last, curve.above)? });
    Some(Schedule { pieces })
}
