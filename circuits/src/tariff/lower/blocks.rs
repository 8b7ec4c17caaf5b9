//! Blocks and intervals, and the two ways in which blocks of a total spread over rows.

use num_traits::{One, Signed, Zero};

use super::super::diagnostic::{Diagnostic, Span};
use super::super::sheet::{BoundPer, Columns, Row, Table, Within};
use super::super::tree::{Extreme, Spread};
use super::affine::Affine;
use super::choice::denied;
use super::part::Part;
use super::{Lowering, piecewise, too_large};
use crate::exact;
use crate::program::{Node, Piece, Ratio, Schedule};

impl Lowering<'_> {
    /// What a table with bounds comes to on the total of a part, of which a share is in the period.
    pub(super) fn whole_part(
        &mut self,
        table: &Table,
        at: &Part,
        share: &Ratio,
        span: &Span,
    ) -> Result<Affine, Diagnostic> {
        let bounds = self.bounds_at(&table.columns, at, share, span)?;
        match (&table.columns, &table.rows[..]) {
            (Columns::Blocks(_, Some(Spread::InTimeOrder)), [_, _, ..]) => self.climbed(table, &bounds, at, span),
            (_, [row]) => {
                let (prices, total) = (self.prices(row, at)?, self.energy(&table.series, at, span)?);
                let charged = self.charged(&table.columns, &bounds, &prices, total, at);
                charged.ok_or_else(|| too_large(span))
            }
            (Columns::Intervals(_), _) => self.stepped(table, &bounds, at, span),
            _ => self.shared(table, &bounds, at, span),
        }
    }

    /// What the bounds are over a part: energy in base units, never below zero.
    pub(super) fn bounds_at(
        &mut self,
        columns: &Columns,
        at: &Part,
        share: &Ratio,
        span: &Span,
    ) -> Result<Vec<Affine>, Diagnostic> {
        let mut bounds = Vec::new();
        for bound in columns.bounds() {
            let bound = match &bound.per {
                BoundPer::Scope => exact::mul(&bound.value, share).map(Affine::constant),
                BoundPer::Day => {
                    exact::mul(&bound.value, &Ratio::from(i128::from(at.count_days()))).map(Affine::constant)
                }
                BoundPer::One(of) => {
                    let bound = self.amount(of, at)?.times(&bound.value);
                    bound.and_then(|bound| self.not_negative(bound, at))
                }
            };
            bounds.push(bound.ok_or_else(|| too_large(span))?);
        }
        Ok(bounds)
    }

    fn not_negative(&mut self, form: Affine, at: &Part) -> Option<Affine> {
        let node = self.value(form.clone());
        match self.bounds(node) {
            Some((lo, _)) if !lo.is_negative() => Some(form),
            _ => self.further(Extreme::Max, form, Affine::default(), at),
        }
    }

    /// What a row's prices make of an amount: one schedule when the bounds are constants.
    pub(super) fn charged(
        &mut self,
        columns: &Columns,
        bounds: &[Affine],
        prices: &[Ratio],
        of: Affine,
        at: &Part,
    ) -> Option<Affine> {
        let cumulative = matches!(columns, Columns::Blocks(..));
        if let Some(bounds) = bounds.iter().map(Affine::as_constant).collect::<Option<Vec<_>>>() {
            return self.scheduled(schedule(&bounds, prices, cumulative)?, of);
        }
        let mut value = of.times(prices.last()?)?;
        for (bound, pair) in bounds.iter().zip(prices.windows(2)) {
            let below = match cumulative {
                true => self.further(Extreme::Min, of.clone(), bound.clone(), at)?,
                false => {
                    let above = self.above(of.clone(), bound.clone())?;
                    self.multiplied(denied(&above)?, of.clone())?
                }
            };
            value = value.add(&below, &exact::sub(&pair[0], &pair[1])?)?;
        }
        Some(value)
    }

    /// Every row at its own price of the interval that the total lies in: `Σ Eᵣ·pᵣ(T)`.
    fn stepped(&mut self, table: &Table, bounds: &[Affine], at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let total = self.energy(&table.series, at, span)?;
        let mut value = Affine::default();
        for row in &table.rows {
            let (prices, energy) = (self.prices(row, at)?, self.row_energy(table, row, at, span)?);
            let price = self.price_at(bounds, &prices, &total);
            let paid = price.and_then(|price| self.multiplied(energy, price));
            value = paid.and_then(|paid| value.add(&paid, &Ratio::one())).ok_or_else(|| too_large(span))?;
        }
        Ok(value)
    }

    /// The price of the interval that a total lies in.
    fn price_at(&mut self, bounds: &[Affine], prices: &[Ratio], total: &Affine) -> Option<Affine> {
        let mut price = Affine::constant(*prices.first()?);
        for (bound, pair) in bounds.iter().zip(prices.windows(2)) {
            let above = self.above(total.clone(), bound.clone())?;
            price = price.add(&above, &exact::sub(&pair[1], &pair[0])?)?;
        }
        self.joined(price)
    }

    /// What is measured in a row's slots.
    fn row_energy(&mut self, table: &Table, row: &Row, at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let within = Within { set: row.set, text: String::new() };
        self.energy(&table.series, &at.narrowed(Some(&within)), span)
    }

    /// Every row takes its share of each block of the total: `Σ Eᵣ·Fᵣ(T) / T`, and nothing of no total. The first
    /// block's price is each row's own throughout, and of what the blocks above add only the rows' differences from the
    /// last need the quotient.
    fn shared(&mut self, table: &Table, bounds: &[Affine], at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let total = self.energy(&table.series, at, span)?;
        let (mut value, mut added) = (Affine::default(), Vec::new());
        for row in &table.rows {
            let prices = self.prices(row, at)?;
            let energy = self.row_energy(table, row, at, span)?;
            let first = prices.first().copied().unwrap_or_else(Ratio::zero);
            let more = prices.iter().map(|price| exact::sub(price, &first)).collect::<Option<Vec<_>>>();
            let more = more.and_then(|more| self.charged(&table.columns, bounds, &more, total.clone(), at));
            value = value.add(&energy, &first).ok_or_else(|| too_large(span))?;
            added.push((energy, more.ok_or_else(|| too_large(span))?));
        }
        let shared = self.quotient(added, total);
        shared.and_then(|shared| value.add(&shared, &Ratio::one())).ok_or_else(|| too_large(span))
    }

    /// `Σ Eᵣ·Gᵣ / T`, where `Σ Eᵣ = T`.
    fn quotient(&mut self, mut added: Vec<(Affine, Affine)>, total: Affine) -> Option<Affine> {
        let (_, last) = added.pop()?;
        let mut dividend = Affine::default();
        for (energy, more) in added {
            let apart = self.joined(more.minus(&last)?)?;
            let product = self.multiplied(energy, apart)?;
            dividend = dividend.add(&product, &Ratio::one())?;
        }
        if dividend == Affine::default() {
            return Some(last);
        }
        if let Some(total) = total.as_constant() {
            return last.add(&dividend, &if total.is_positive() { total.recip() } else { Ratio::zero() });
        }
        let quotient = self.over(dividend, total, Ratio::zero());
        last.add(&quotient, &Ratio::one())
    }

    /// Readings climb through the blocks one after the other, each at its own row's prices.
    fn climbed(&mut self, table: &Table, bounds: &[Affine], at: &Part, span: &Span) -> Result<Affine, Diagnostic> {
        let bounds = bounds.iter().map(Affine::as_constant).collect::<Option<Vec<_>>>();
        let bounds = bounds.ok_or_else(|| too_large(span))?;
        let mut rows: Vec<Vec<Ratio>> = Vec::new();
        let mut of = Vec::new();
        let fixed = self.fixed(table)?;
        for (slot, row) in self.priced(table, at) {
            let prices = match &fixed[row] {
                Some(prices) => prices.clone(),
                None => self.prices(&table.rows[row], &self.slot(slot))?,
            };
            let value = self.in_slot(table.series.of, slot, span)?;
            let node = self.value(value);
            self.climbs(node, &table.rows[row], span)?;
            let place = rows.iter().position(|known| *known == prices).unwrap_or(rows.len());
            if place == rows.len() {
                rows.push(prices);
            }
            of.push((node, place));
        }
        self.grow(of.len(), span)?;
        Ok(if of.is_empty() { Affine::default() } else { Affine::one(self.push(Node::Climb { of, bounds, rows })) })
    }

    /// Reports an amount that could be negative, and so could not climb.
    fn climbs(&mut self, node: usize, row: &Row, span: &Span) -> Result<(), Diagnostic> {
        if self.bounds(node).is_some_and(|(lo, _)| !lo.is_negative()) {
            return Ok(());
        }
        let message = format!("blocks in time order count what is bought, and in `{}` it could be negative", row.label);
        let help = "keep the series at or above zero: series bought = max(import - export, 0 Wh)";
        Err(Diagnostic::new("maybe-negative", span, message).help(help))
    }
}

/// What prices make of an amount between bounds: each block at its own, or the whole at that of its interval.
fn schedule(bounds: &[Ratio], prices: &[Ratio], cumulative: bool) -> Option<Schedule> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, slope) in prices.iter().enumerate() {
        let intercept = match (cumulative, pieces.last()) {
            (true, Some(Piece { to: Some(to), slope: below, intercept })) => {
                exact::add(intercept, &exact::mul(&exact::sub(below, slope)?, to)?)?
            }
            _ => Ratio::zero(),
        };
        pieces.push(Piece { to: bounds.get(index).copied(), slope: *slope, intercept });
    }
    piecewise::tidy(pieces)
}
