//! Random energies and conditions.

use std::rc::Rc;

use wattproof_circuits::program::Ratio;

use super::world::{At, Scope, WINDOWS, root};
use super::{Condition, Expr, Make, RULES, Value};

impl Make {
    /// An energy that is no unrounded quotient.
    pub fn unbroken_energy(&mut self, depth: usize) -> Expr {
        if depth == 0 || self.chance(6) {
            return self.leaf();
        }
        match self.below(9) {
            0 | 1 => self.sum_of_two(depth),
            2 => self.larger(depth),
            3 => self.clamped(depth),
            4 => self.rounded_energy(depth),
            5 => self.chosen(depth),
            6 => self.multiple(depth),
            7 => self.apparent(depth),
            _ => self.over_parts(depth),
        }
    }

    fn leaf(&mut self) -> Expr {
        let scope = self.scope;
        let named: Vec<_> = self.energies.iter().filter(|(_, energy)| energy.least <= scope).cloned().collect();
        if !named.is_empty() && self.chance(4) {
            return self.pick(&named).1;
        }
        if self.chance(4) { self.energy_quantity() } else { self.metered() }
    }

    /// `energy of s0 in night`
    pub fn metered(&mut self) -> Expr {
        let (name, value) = self.pick(&self.series.clone());
        let (text, window) = self.window();
        Expr::new(format!("energy of {name}{text}"), move |at| value(&at.within(window)))
    }

    /// A window to narrow by, or none.
    pub fn window(&mut self) -> (String, Option<usize>) {
        match self.below(6) {
            window @ 0..2 => (format!(" in {}", WINDOWS[window].0), Some(window)),
            _ => (String::new(), None),
        }
    }

    /// A bound worth standing at.
    pub fn bound(&mut self) -> u32 {
        let most = self.pick(&[8, 40, 200, 3_000]);
        let bound = 1 + self.below(most) as u32;
        self.edges.push(bound);
        bound
    }

    fn energy_quantity(&mut self) -> Expr {
        let bound = self.bound();
        Expr::constant(format!("{bound} Wh"), Ratio::from(i128::from(bound)))
    }

    fn sum_of_two(&mut self, depth: usize) -> Expr {
        let (a, b) = (self.unbroken_energy(depth - 1), self.unbroken_energy(depth - 1));
        let minus = self.chance(2);
        let (x, y) = (a.value.clone(), b.value.clone());
        let value = move |at: &At<'_>| if minus { x(at) - y(at) } else { x(at) + y(at) };
        Expr::new(format!("({} {} {})", a.text, if minus { "-" } else { "+" }, b.text), value).of(&[&a, &b])
    }

    fn larger(&mut self, depth: usize) -> Expr {
        let (a, b) = (self.unbroken_energy(depth - 1), self.unbroken_energy(depth - 1));
        let max = self.chance(2);
        let (x, y) = (a.value.clone(), b.value.clone());
        let value = move |at: &At<'_>| if max { x(at).max(y(at)) } else { x(at).min(y(at)) };
        Expr::new(format!("{}({}, {})", if max { "max" } else { "min" }, a.text, b.text), value).of(&[&a, &b])
    }

    fn clamped(&mut self, depth: usize) -> Expr {
        let of = self.unbroken_energy(depth - 1);
        let (lo, more) = (self.bound(), self.below(50) as u32);
        let (lo, hi) = (i128::from(lo), i128::from(lo + more));
        let value = of.value.clone();
        Expr::new(format!("clamp({}, {lo} Wh, {hi} Wh)", of.text), move |at| value(at).max(lo.into()).min(hi.into()))
            .of(&[&of])
    }

    fn rounded_energy(&mut self, depth: usize) -> Expr {
        let of = self.unbroken_energy(depth - 1);
        let unit = self.pick(&[("1 Wh", 1), ("2 Wh", 2), ("0.01 kWh", 10)]);
        let (suffix, round) = self.rounding((unit.0, Ratio::from(unit.1)));
        let value = of.value.clone();
        Expr::new(format!("({} {suffix})", of.text), move |at| round(value(at))).of(&[&of])
    }

    fn chosen(&mut self, depth: usize) -> Expr {
        let (when, holds) = self.condition(depth - 1);
        let (a, b) = (self.unbroken_energy(depth - 1), self.unbroken_energy(depth - 1));
        let (x, y) = (a.value.clone(), b.value.clone());
        let value = move |at: &At<'_>| if holds(at) { x(at) } else { y(at) };
        Expr::new(format!("(if {} then {} else {})", when.text, a.text, b.text), value).of(&[&when, &a, &b])
    }

    fn multiple(&mut self, depth: usize) -> Expr {
        let of = self.unbroken_energy(depth - 1);
        let (text, factor) = self.decimal(3, true);
        let value = of.value.clone();
        Expr::new(format!("({text} * {})", of.text), move |at| value(at) * factor).of(&[&of])
    }

    fn apparent(&mut self, depth: usize) -> Expr {
        let (a, b) = (self.unbroken_energy(depth.min(2) - 1), self.metered());
        let (rule, ties) = self.pick(&RULES);
        let (x, y) = (a.value.clone(), b.value.clone());
        let value = move |at: &At<'_>| root(&(x(at) * x(at) + y(at) * y(at)), &Ratio::from(1), ties);
        Expr::new(format!("sqrt(({})^2 + ({})^2) rounded {rule} to 1 Wh", a.text, b.text), value).of(&[&a, &b])
    }

    /// An energy taken of each day or of each reading.
    fn over_parts(&mut self, depth: usize) -> Expr {
        if self.scope == Scope::Reading {
            return self.metered();
        }
        let part = if self.chance(2) { Scope::Day } else { Scope::Reading };
        let of = self.inside(part, |make| make.unbroken_energy(depth - 1));
        self.aggregated(part, of)
    }

    /// Something of each day or of each reading, put together.
    pub fn aggregated(&mut self, part: Scope, of: Expr) -> Expr {
        let word = if part == Scope::Day { "day" } else { "reading" };
        let (within, window) = self.window();
        let most = 1 + self.below(5);
        let kind = if of.broken { 0 } else { self.below(5) };
        let how = ["", "mean ", "max ", "min ", &format!("mean of {most} highest ")][kind].to_owned();
        let value = of.value.clone();
        let put = move |at: &At<'_>| put_together(kind, most, part, window, &value, at);
        let text = format!("({how}per {word}{within} {})", of.text);
        let made = Expr::new(text, put).of(&[&of]);
        Expr { least: part.max(made.least), ..made }
    }

    /// A condition: its text, and whether it holds.
    pub fn condition(&mut self, depth: usize) -> (Expr, Condition) {
        if depth > 0 && self.chance(3) {
            let ((a, x), (b, y)) = (self.condition(depth - 1), self.condition(depth - 1));
            let and = self.chance(2);
            let text = format!("({} {} {})", a.text, if and { "and" } else { "or" }, b.text);
            let holds = move |at: &At<'_>| if and { x(at) && y(at) } else { x(at) || y(at) };
            return (Expr::constant(text, Ratio::from(0)).of(&[&a, &b]), Rc::new(holds));
        }
        let (a, b) = (self.unbroken_energy(depth.min(1)), self.unbroken_energy(0));
        let sign = self.below(4);
        let not = self.chance(4);
        let text = format!("{}{} {} {}", if not { "not " } else { "" }, a.text, ["<", "<=", ">", ">="][sign], b.text);
        let made = Expr::constant(text, Ratio::from(0)).of(&[&a, &b]);
        let (x, y) = (a.value, b.value);
        let holds = move |at: &At<'_>| {
            let (x, y) = (x(at), y(at));
            [x < y, x <= y, x > y, x >= y][sign] != not
        };
        (made, Rc::new(holds))
    }
}

fn put_together(kind: usize, most: usize, part: Scope, window: Option<usize>, of: &Value, at: &At<'_>) -> Ratio {
    let at = at.within(window);
    let parts: Vec<_> = if part == Scope::Day { at.each_day().collect() } else { at.each_slot().collect() };
    let parts = parts.into_iter().filter(|part| window.is_none() || !part.slots.is_empty());
    let mut values: Vec<_> = parts.map(|part| of(&part)).collect();
    values.sort_unstable_by(|a, b| b.cmp(a));
    let count = |n: usize| Ratio::from(i128::try_from(n.max(1)).unwrap());
    match kind {
        0 => values.iter().sum(),
        1 => values.iter().sum::<Ratio>() / count(values.len()),
        2 => values.first().copied().unwrap_or_default(),
        3 => values.last().copied().unwrap_or_default(),
        _ => values.iter().take(most).sum::<Ratio>() / count(most.min(values.len())),
    }
}
