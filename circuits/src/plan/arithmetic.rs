//! Arithmetic of forms: sums over different divisors, products, quotients, and comparisons, of which every schedule and
//! extreme is made.

use num_integer::Integer;
use num_traits::{One, Zero};

use crate::exact;
use crate::gadget::{Compare, Product};
use crate::program::{Ratio, Schedule};

use super::Value;
use super::form::{Form, Overflow};
use super::function::Function;
use super::planner::{Planned, Planner};
use super::symbols::positive;

impl Planner<'_> {
    /// `a + factor · b`, brought over one divisor.
    pub(super) fn sum(&mut self, a: &Form, b: &Form, factor: Ratio) -> Planned<Form> {
        if a.divisor == b.divisor || factor.is_zero() {
            return self.fits(a.clone().plus(b, factor));
        }
        if a.is_zero() {
            return self.fits(b.times(factor));
        }
        if b.is_zero() {
            return Ok(a.clone());
        }
        let (ours, theirs) = (self.over(a, b.divisor)?, self.over(b, a.divisor)?);
        let divisor = self.both(a.divisor, b.divisor)?;
        let sum = self.fits(Form { divisor: None, ..ours }.plus(&Form { divisor: None, ..theirs }, factor))?;
        Ok(Form { divisor, ..sum })
    }

    /// A form times a divisor.
    fn over(&mut self, of: &Form, divisor: Option<usize>) -> Planned<Form> {
        let Some(divisor) = divisor else { return Ok(of.clone()) };
        let by = self.divisors[divisor].clone();
        self.product(of, &by)
    }

    /// The product of two divisors.
    fn both(&mut self, a: Option<usize>, b: Option<usize>) -> Planned<Option<usize>> {
        match (a, b) {
            (None, other) | (other, None) => Ok(other),
            (Some(a), Some(b)) => {
                let product = self.product(&self.divisors[a].clone(), &self.divisors[b].clone())?;
                Ok(Some(self.divisor(product)))
            }
        }
    }

    /// A divisor's place; equal ones are one.
    fn divisor(&mut self, of: Form) -> usize {
        let place = self.divisors.iter().position(|divisor| *divisor == of);
        place.unwrap_or_else(|| {
            self.divisors.push(of);
            self.divisors.len() - 1
        })
    }

    /// What a form is divided by besides its denominator.
    pub(super) fn divisor_of(&self, form: &Form) -> Option<Form> {
        form.divisor.map(|divisor| self.divisors[divisor].clone())
    }

    pub(super) fn product(&mut self, a: &Form, b: &Form) -> Planned<Form> {
        let divisor = self.both(a.divisor, b.divisor)?;
        let constant = |form: &Form| form.is_constant().then(|| Ratio::new(form.constant, form.denominator));
        if let Some(factor) = constant(a) {
            return Ok(Form { divisor, ..self.fits(b.times(factor))? });
        }
        if let Some(factor) = constant(b) {
            return Ok(Form { divisor, ..self.fits(a.times(factor))? });
        }
        let (x, y) = (self.freeze(&a.numerator())?, self.freeze(&b.numerator())?);
        let (x, y) = if y.as_value().is_some() { (x, y) } else { (y, x) };
        let range = if x == y { self.interval(&x)?.squared() } else { self.interval(&x)?.product(self.interval(&y)?) };
        let interval = self.bounded(range)?;
        let product = self.step(Product { x, y, interval });
        let denominator = self.fits(a.denominator.checked_mul(b.denominator).ok_or(Overflow))?;
        self.fits(Form { divisor, ..Form::zero() }.plus(&Form { divisor, ..product }, Ratio::new(1, denominator)))
    }

    /// `of / over` where `over` is above zero, and a constant elsewhere.
    pub(super) fn quotient(&mut self, of: &Form, over: &Form, or: Ratio) -> Planned<Form> {
        // The divisor of `over` multiplies what is divided, and has no part in the sign.
        let (mut dividend, mut divisor) = (self.over(of, over.divisor)?, over.numerator());
        let scale = Ratio::from(over.denominator);
        dividend = self.fits(dividend.times(scale))?;
        let range = self.range(&divisor)?;
        if range.hi <= 0 {
            return Ok(Form::constant(or));
        }
        if range.lo <= 0 {
            let (above, positive) = self.compare(&divisor, 0)?;
            let below = self.fits(Form::one().plus(&above, -Ratio::one()))?;
            divisor = self.sum(&positive, &below, Ratio::one())?;
            let taken = self.product(&dividend, &above)?;
            dividend = self.sum(&taken, &below, or)?;
        }
        if divisor.is_constant() {
            return self.fits(dividend.times(Ratio::new(1, divisor.constant)));
        }
        let divisor = Some(self.divisor(divisor));
        let divisor = self.both(dividend.divisor, divisor)?;
        Ok(Form { divisor, ..dividend })
    }

    /// `max(a, b)`.
    pub(super) fn larger(&mut self, a: &Form, b: &Form) -> Planned<Form> {
        let excess = self.excess(a, b)?;
        self.sum(b, &excess, Ratio::one())
    }

    /// `max(a − b, 0)`.
    pub(super) fn excess(&mut self, a: &Form, b: &Form) -> Planned<Form> {
        let difference = self.sum(a, b, -Ratio::one())?;
        self.scheduled(&difference, &positive())
    }

    /// A schedule of a form: its first piece, and at each bound what changes, by a flag and an excess.
    pub(super) fn scheduled(&mut self, of: &Form, schedule: &Schedule) -> Planned<Form> {
        let Some(first) = schedule.pieces.first() else { return Ok(Form::zero()) };
        let mut sum = self.fits(of.times(first.slope))?;
        sum = self.sum(&sum, &Form::constant(first.intercept), Ratio::one())?;
        for pair in schedule.pieces.windows(2) {
            let [lower, upper] = pair else { continue };
            let Some(to) = lower.to else { continue };
            let (bound, above, excess) = self.above(of, to)?;
            let slope = self.fits(exact::sub(&upper.slope, &lower.slope).ok_or(Overflow))?;
            let jump = exact::sub(&upper.intercept, &lower.intercept)
                .and_then(|jump| exact::add(&jump, &exact::mul(&slope, &bound)?));
            let jump = self.fits(jump.ok_or(Overflow))?;
            sum = self.sum(&sum, &excess, slope)?;
            sum = self.sum(&sum, &above, jump)?;
        }
        Ok(sum)
    }

    /// A bound at or below `to` that no value of the form lies between, the flag of lying above it, and by how much.
    fn above(&mut self, of: &Form, to: Ratio) -> Planned<(Ratio, Form, Form)> {
        if of.divisor.is_none() {
            let numerator = self.fits(to.numer().checked_mul(of.denominator).ok_or(Overflow))?;
            let bound = Integer::div_floor(&numerator, to.denom());
            let (above, excess) = self.compare(&of.numerator(), bound)?;
            let excess = self.fits(excess.times(Ratio::new(1, of.denominator)))?;
            return Ok((Ratio::new(bound, of.denominator), above, excess));
        }
        let difference = self.sum(of, &Form::constant(to), -Ratio::one())?;
        let (above, excess) = self.compare(&difference.numerator(), 0)?;
        let excess = self.fits(excess.times(Ratio::new(1, difference.denominator)))?;
        Ok((to, above, Form { divisor: difference.divisor, ..excess }))
    }

    /// A function of an integer as comparisons.
    pub(super) fn compared(&mut self, of: &Form, function: &Function) -> Planned<Form> {
        let Some(first) = function.pieces().first() else { return Ok(Form::zero()) };
        let mut sum = self.fits(of.times(first.slope))?;
        sum = self.sum(&sum, &Form::constant(first.intercept), Ratio::one())?;
        for pair in function.pieces().windows(2) {
            let [lower, upper] = pair else { continue };
            let (above, excess) = self.compare(of, lower.hi)?;
            let slope = self.fits(exact::sub(&upper.slope, &lower.slope).ok_or(Overflow))?;
            let jump = exact::sub(&upper.intercept, &lower.intercept)
                .and_then(|jump| exact::add(&jump, &exact::mul(&slope, &lower.hi.into())?));
            let jump = self.fits(jump.ok_or(Overflow))?;
            sum = self.sum(&sum, &excess, slope)?;
            sum = self.sum(&sum, &above, jump)?;
        }
        Ok(sum)
    }

    /// The flag `[numerator > bound]` and the excess `max(numerator − bound, 0)`.
    pub(super) fn compare(&mut self, numerator: &Form, bound: i128) -> Planned<(Form, Form)> {
        let mut of = numerator.numerator();
        of.constant = self.fits(of.constant.checked_sub(bound).ok_or(Overflow))?;
        let interval = self.range(&of)?;
        if interval.hi <= 0 {
            return Ok((Form::zero(), Form::zero()));
        }
        if interval.lo > 0 {
            return Ok((Form::one(), of));
        }
        let x = self.freeze(&of)?;
        let step = self.insert(Compare { x, interval });
        Ok((Form::value(Value::Result(step, 0)), Form::value(Value::Result(step, 1))))
    }
}
