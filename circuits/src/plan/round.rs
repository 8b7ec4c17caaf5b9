//! Rounding and roots, as floor divisions and integer roots; see `docs/circuit.md`, "Rounding" and "Roots".

use num_integer::{Integer, Roots};
use num_traits::One;

use crate::gadget::{Divide, Quotient, Root};
use crate::program::{Ratio, Ties};

use super::form::{Form, Overflow};
use super::planner::{Planned, Planner};
use super::{Interval, Value};

impl Planner<'_> {
    /// The nearest multiple of a unit.
    pub(super) fn rounded(&mut self, of: &Form, unit: Ratio, ties: Ties) -> Planned<Form> {
        let counted = self.fits(of.times(unit.recip()))?;
        let units = match self.divisor_of(&counted) {
            None => self.units(counted.numerator(), counted.denominator, ties)?,
            Some(divisor) => {
                let over = self.fits(divisor.times(counted.denominator.into()))?;
                self.units_over(&counted.numerator(), &over, ties)?
            }
        };
        self.fits(units.times(unit))
    }

    /// `x / divisor` to the nearest whole number.
    fn units(&mut self, x: Form, divisor: i128, ties: Ties) -> Planned<Form> {
        let is_even = divisor.is_even();
        let offset = match ties {
            Ties::Down => 0,
            Ties::Up => divisor - 1,
            Ties::HalfUp | Ties::HalfEven | Ties::HalfAwayFromZero => divisor / 2,
        };
        let shifted = self.sum(&x, &Form::constant(offset.into()), Ratio::one())?;
        match ties {
            Ties::HalfAwayFromZero if is_even => {
                let negative = self.is_negative(&x)?;
                let shifted = self.sum(&shifted, &negative, -Ratio::one())?;
                Ok(self.divide(&shifted, divisor)?.0)
            }
            Ties::HalfEven if is_even => {
                let doubled = self.fits(divisor.checked_mul(2).ok_or(Overflow))?;
                let (half, remainder) = self.divide(&shifted, doubled)?;
                let (odd, _) = self.compare(&remainder, divisor)?;
                self.sum(&odd, &half, Ratio::from(2))
            }
            _ => Ok(self.divide(&shifted, divisor)?.0),
        }
    }

    /// `x / over` to the nearest whole number, by a divisor that varies and is above zero. Both are doubled where halves
    /// matter, so that ties are whole numbers.
    fn units_over(&mut self, x: &Form, over: &Form, ties: Ties) -> Planned<Form> {
        let two = Ratio::from(2);
        match ties {
            Ties::Down => Ok(self.divide_by(x, over)?.0),
            Ties::Up => {
                let mut shifted = self.sum(x, over, Ratio::one())?;
                shifted = self.sum(&shifted, &Form::one(), -Ratio::one())?;
                Ok(self.divide_by(&shifted, over)?.0)
            }
            Ties::HalfUp | Ties::HalfAwayFromZero => {
                let mut shifted = self.sum(over, x, two)?;
                if ties == Ties::HalfAwayFromZero {
                    let negative = self.is_negative(x)?;
                    shifted = self.sum(&shifted, &negative, -Ratio::one())?;
                }
                let doubled = self.fits(over.times(two))?;
                Ok(self.divide_by(&shifted, &doubled)?.0)
            }
            Ties::HalfEven => {
                let shifted = self.sum(over, x, two)?;
                let fourfold = self.fits(over.times(Ratio::from(4)))?;
                let (half, remainder) = self.divide_by(&shifted, &fourfold)?;
                let past = self.sum(&remainder, over, -two)?;
                let (odd, _) = self.compare(&past, 0)?;
                self.sum(&odd, &half, two)
            }
        }
    }

    /// `[x < 0]`.
    fn is_negative(&mut self, x: &Form) -> Planned<Form> {
        let (not_negative, _) = self.compare(x, -1)?;
        self.sum(&Form::one(), &not_negative, -Ratio::one())
    }

    /// Quotient and remainder of floor division by a constant.
    fn divide(&mut self, x: &Form, divisor: i128) -> Planned<(Form, Form)> {
        if divisor == 1 {
            return Ok((x.clone(), Form::zero()));
        }
        let x = self.freeze(x)?;
        let interval = self.interval(&x)?;
        if interval.width() == 0 {
            let (quotient, remainder) = interval.lo.div_mod_floor(&divisor);
            return Ok((Form::constant(quotient.into()), Form::constant(remainder.into())));
        }
        self.bounded(Interval::point(divisor))?;
        let step = self.insert(Divide { x, interval, divisor });
        Ok((Form::value(Value::Result(step, 0)), Form::value(Value::Result(step, 1))))
    }

    /// Quotient and remainder of floor division by a form that is above zero.
    fn divide_by(&mut self, x: &Form, over: &Form) -> Planned<(Form, Form)> {
        if over.is_constant() {
            return self.divide(x, over.constant);
        }
        // Its parts may seem to allow less than one together; what it is made of does not.
        let range = self.range(over)?;
        let divisors = Interval { lo: range.lo.max(1), ..range };
        let dividends = self.range(x)?;
        let quotients = dividends.floor_div_by(divisors);
        let multiples = self.bounded(Interval::new(dividends.lo - divisors.hi + 1, dividends.hi))?;
        let (frozen, over) = (self.freeze(x)?, self.freeze(over)?);
        let step = self.insert(Quotient { x: frozen, over, divisors, quotients, multiples });
        let remainder = self.sum(x, &Form::value(Value::Result(step, 1)), -Ratio::one())?;
        Ok((Form::value(Value::Result(step, 0)), remainder))
    }

    /// The square root to the nearest multiple of a unit; zero below zero.
    pub(super) fn root(&mut self, of: &Form, unit: Ratio, ties: Ties) -> Planned<Form> {
        let square = self.fits(crate::exact::mul(&unit, &unit).ok_or(Overflow))?;
        let squared = self.fits(of.times(square.recip()))?;
        let units = match ties {
            Ties::Down => {
                let whole = self.rounded(&squared, Ratio::one(), Ties::Down)?;
                self.integer_root(&whole)?.0
            }
            // ⌈√y⌉ = ⌊√(⌈y⌉ − 1)⌋ + 1 above zero.
            Ties::Up => {
                let whole = self.rounded(&squared, Ratio::one(), Ties::Up)?;
                let (above, positive) = self.compare(&whole, 0)?;
                let less = self.sum(&positive, &above, -Ratio::one())?;
                let root = self.integer_root(&less)?.0;
                self.sum(&root, &above, Ratio::one())?
            }
            // Four times a value whose denominator is no multiple of four is no odd square: there are no ties.
            Ties::HalfEven if squared.divisor.is_some() || squared.denominator % 4 == 0 => {
                self.root_half_even(&squared)?
            }
            Ties::HalfUp | Ties::HalfAwayFromZero | Ties::HalfEven => {
                let twice = self.twice_root(&squared)?.0;
                let shifted = self.sum(&twice, &Form::one(), Ratio::one())?;
                self.divide(&shifted, 2)?.0
            }
        };
        self.fits(units.times(unit))
    }

    /// `⌊2√y⌋ = ⌊√⌊4y⌋⌋`, its square, and `4y`.
    fn twice_root(&mut self, squared: &Form) -> Planned<(Form, Form, Form)> {
        let fourfold = self.fits(squared.times(Ratio::from(4)))?;
        let whole = self.rounded(&fourfold, Ratio::one(), Ties::Down)?;
        let (root, square) = self.integer_root(&whole)?;
        Ok((root, square, fourfold))
    }

    /// With `⌊2√y⌋ + 1 = 4a + b`, the nearest multiple is `2a + [b ≥ 2]`, but for `b = 2` at an exact tie, where `2a` is the
    /// even one: `2a + [2b + [4y is no square] > 4]`.
    fn root_half_even(&mut self, squared: &Form) -> Planned<Form> {
        let (twice, square, fourfold) = self.twice_root(squared)?;
        let rest = self.sum(&fourfold, &square, -Ratio::one())?;
        let (inexact, _) = self.compare(&rest, 0)?;
        let shifted = self.sum(&twice, &Form::one(), Ratio::one())?;
        let (a, b) = self.divide(&shifted, 4)?;
        let place = self.sum(&inexact, &b, Ratio::from(2))?;
        let (odd, _) = self.compare(&place, 4)?;
        self.sum(&odd, &a, Ratio::from(2))
    }

    /// `⌊√x⌋` of a whole form and its square; zero below zero.
    fn integer_root(&mut self, x: &Form) -> Planned<(Form, Form)> {
        let range = self.range(x)?;
        let x = if range.lo < 0 { self.compare(x, 0)?.1 } else { x.clone() };
        let interval = self.range(&x)?;
        let (least, most) = (interval.lo.sqrt(), interval.hi.sqrt());
        if least == most {
            return Ok((Form::constant(least.into()), Form::constant((least * least).into())));
        }
        let step = self.freeze(&x).map(|x| self.insert(Root { x, interval }))?;
        Ok((Form::value(Value::Result(step, 0)), Form::value(Value::Result(step, 1))))
    }
}
