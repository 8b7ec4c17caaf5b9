//! Random amounts of money.

use std::rc::Rc;

use wattproof_circuits::program::Ratio;

use super::world::{At, Scope, WINDOWS, rounded};
use super::{Expr, Make, RULES, Value};

impl Make {
    pub fn money(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return self.small();
        }
        match self.below(16) {
            0 | 1 => self.small(),
            2 | 3 => self.table(),
            4 => self.spread(),
            5 | 6 => self.sum_of_money(depth),
            7 => self.larger_money(depth),
            8 => self.chosen_money(depth),
            9 => self.scaled_money(depth),
            10 => self.money_over_parts(depth),
            11 => self.looked_up(depth),
            12 => self.drawn(depth),
            13 => self.by_ratio(depth),
            14 => self.squared(depth),
            _ => self.standing(),
        }
    }

    fn unbroken_money(&mut self, depth: usize) -> Expr {
        let money = self.money(depth);
        if !money.broken {
            return money;
        }
        let (suffix, round) = self.rounding(("0.01 p", Ratio::new(1, 10_000)));
        let value = money.value.clone();
        let made = Expr::new(format!("({} {suffix})", money.text), move |at| round(value(at))).of(&[&money]);
        Expr { broken: false, ..made }
    }

    fn small(&mut self) -> Expr {
        if self.scope == Scope::Period && !self.charges.is_empty() && self.chance(3) {
            let (_, charge) = self.pick(&self.charges.clone());
            return Expr { least: Scope::Period, ..charge };
        }
        if self.scope == Scope::Reading && self.chance(3) {
            let ((name, price), of) = (self.pick(&self.prices.clone()), self.unbroken_energy(1));
            let (x, y) = (price.value, of.value.clone());
            return Expr::new(format!("({name} * {})", of.text), move |at| x(at) * y(at)).of(&[&of]);
        }
        let (text, price) = self.decimal(9, true);
        if self.chance(4) {
            return Expr::constant(format!("({text} p)"), price / 100);
        }
        let of = self.unbroken_energy(2);
        let value = of.value.clone();
        Expr::new(format!("({text} p/Wh * {})", of.text), move |at| value(at) * price / 100).of(&[&of])
    }

    /// A price in pence per watt-hour: a number, or a name that has one value in every slot.
    fn price(&mut self) -> (String, Value) {
        if self.chance(2) {
            let (name, price) = self.pick(&self.prices.clone());
            return (name, price.value);
        }
        let (text, price) = self.decimal(9, true);
        (format!("({text} p/Wh)"), Rc::new(move |_| price / 100))
    }

    /// A table of prices by window, of each slot.
    fn table(&mut self) -> Expr {
        let (name, energy) = self.pick(&self.series.clone());
        let ((a, first), (b, second)) = (self.price(), self.price());
        let window = self.below(2);
        let word = WINDOWS[window].0;
        let value = move |at: &At<'_>| {
            let price =
                |slot: &At<'_>| if slot.within(Some(window)).slots.is_empty() { second(slot) } else { first(slot) };
            at.each_slot().map(|slot| price(&slot) * energy(&slot)).sum()
        };
        Expr::new(format!("price {name} {{ {word} {a} otherwise {b} }}"), value)
    }

    /// Blocks or intervals, of each reading, of each day or of the part at hand, over one row or two.
    fn spread(&mut self) -> Expr {
        let reading = self.scope == Scope::Reading || self.chance(3);
        let day = !reading && self.chance(2);
        let (blocks, in_order) = (self.chance(2), self.chance(2));
        let two = self.chance(2);
        let registers = if in_order && two && !reading { 2 } else { self.series.len() };
        let series = self.series[..registers].to_vec();
        let (name, energy) = self.pick(&series);
        let mut bounds: Vec<_> = (0..1 + self.below(2)).map(|_| self.bound()).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let rows: Vec<_> = (0..1 + usize::from(two)).map(|_| self.row(bounds.len() + 1)).collect();
        let scope = if reading { " per reading" } else { ["", " per day"][usize::from(day)] };
        let how = match (blocks, two && !reading, in_order) {
            (false, ..) => "intervals",
            (true, true, true) => "blocks in time order",
            (true, true, false) => "blocks prorated",
            _ => "blocks",
        };
        let ends: String = bounds.iter().map(|bound| format!("to {bound} Wh ")).collect();
        let labels = if two { vec!["night ", "otherwise "] } else { vec![""] };
        let lines: String =
            labels.iter().zip(&rows).map(|(label, (text, _))| format!("{label}{text} p/Wh\n")).collect();
        let text = format!("price {name}{scope}, {how} {{ {ends}above\n{lines}}}");
        let prices: Vec<Vec<Ratio>> = rows.into_iter().map(|(_, prices)| prices).collect();
        let bounds: Vec<_> = bounds.into_iter().map(|bound| Ratio::from(i128::from(bound))).collect();
        let table = Table { energy, bounds, prices, blocks, in_order };
        let broken = blocks && two && !reading && !in_order;
        let value = move |at: &At<'_>| match (reading, day) {
            (true, _) => at.each_slot().map(|slot| table.of(&slot)).sum(),
            (false, true) => at.each_day().map(|day| table.of(&day)).sum(),
            _ => table.of(at),
        };
        let least = if day { Scope::Day } else { Scope::Reading };
        Expr { broken, least, ..Expr::new(text, value) }
    }

    fn row(&mut self, count: usize) -> (String, Vec<Ratio>) {
        let prices: Vec<_> = (0..count).map(|_| self.decimal(9, true)).collect();
        let text: Vec<_> = prices.iter().map(|(text, _)| text.clone()).collect();
        (text.join(" "), prices.into_iter().map(|(_, price)| price / 100).collect())
    }

    fn sum_of_money(&mut self, depth: usize) -> Expr {
        let (a, b) = (self.money(depth - 1), self.money(depth - 1));
        let (x, y) = (a.value.clone(), b.value.clone());
        let minus = self.chance(2);
        let value = move |at: &At<'_>| if minus { x(at) - y(at) } else { x(at) + y(at) };
        Expr::new(format!("({} {} {})", a.text, if minus { "-" } else { "+" }, b.text), value).of(&[&a, &b])
    }

    fn larger_money(&mut self, depth: usize) -> Expr {
        let (a, b) = (self.unbroken_money(depth - 1), self.unbroken_money(depth - 1));
        let (x, y) = (a.value.clone(), b.value.clone());
        let max = self.chance(2);
        let value = move |at: &At<'_>| if max { x(at).max(y(at)) } else { x(at).min(y(at)) };
        Expr::new(format!("{}({}, {})", if max { "max" } else { "min" }, a.text, b.text), value).of(&[&a, &b])
    }

    fn chosen_money(&mut self, depth: usize) -> Expr {
        let ((when, first), (other, second)) = (self.condition(1), self.condition(0));
        let [a, b, c] = std::array::from_fn(|_| self.unbroken_money(depth - 1));
        let (x, y, z) = (a.value.clone(), b.value.clone(), c.value.clone());
        let value = move |at: &At<'_>| match (first(at), second(at)) {
            (true, _) => x(at),
            (false, true) => y(at),
            _ => z(at),
        };
        let text = format!("(if {} then {} else if {} then {} else {})", when.text, a.text, other.text, b.text, c.text);
        Expr::new(text, value).of(&[&when, &other, &a, &b, &c])
    }

    fn scaled_money(&mut self, depth: usize) -> Expr {
        let of = self.money(depth - 1);
        let value = of.value.clone();
        let (text, factor) =
            self.pick(&[("5% *", Ratio::new(1, 20)), ("-1 *", (-1).into()), ("1 / 3 *", Ratio::new(1, 3))]);
        Expr::new(format!("({text} {})", of.text), move |at| value(at) * factor).of(&[&of])
    }

    fn money_over_parts(&mut self, depth: usize) -> Expr {
        let day = self.chance(2);
        let part = match self.scope {
            Scope::Reading => return self.table(),
            Scope::Period if day => Scope::Day,
            _ => Scope::Reading,
        };
        let of = self.inside(part, |make| match part {
            Scope::Day => make.money(depth - 1),
            _ => make.unbroken_money(depth - 1),
        });
        self.aggregated(part, of)
    }

    fn looked_up(&mut self, depth: usize) -> Expr {
        let key = self.unbroken_energy(1);
        let mut bounds: Vec<_> = (0..1 + self.below(3)).map(|_| self.bound()).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let plain = self.chance(2);
        let cells: Vec<_> = (0..=bounds.len()).map(|_| self.cell(plain, depth)).collect();
        let ends: Vec<_> = bounds.iter().map(|bound| format!("to {bound} Wh")).chain(["above".into()]).collect();
        let rows: String = ends.iter().zip(&cells).map(|(end, cell)| format!("{end} {} ", cell.text)).collect();
        let parts: Vec<_> = [&key].into_iter().chain(&cells).collect();
        let values: Vec<_> = cells.iter().map(|cell| cell.value.clone()).collect();
        let of = key.value.clone();
        let value = move |at: &At<'_>| {
            let key = of(at);
            values[bounds.iter().filter(|bound| Ratio::from(i128::from(**bound)) < key).count()](at)
        };
        Expr::new(format!("(lookup by {} {{ {rows}}})", key.text), value).of(&parts)
    }

    fn cell(&mut self, plain: bool, depth: usize) -> Expr {
        if plain {
            let (text, price) = self.decimal(9, true);
            return Expr::constant(format!("{text} p"), price / 100);
        }
        let of = self.unbroken_money(depth - 1);
        Expr { text: format!("({})", of.text), ..of }
    }

    fn drawn(&mut self, _depth: usize) -> Expr {
        let key = self.unbroken_energy(1);
        let mut keys: Vec<_> = (0..1 + self.below(3)).map(|_| self.bound()).collect();
        keys.sort_unstable();
        keys.dedup();
        let points: Vec<_> = keys.into_iter().map(|x| (x, self.decimal(9, true))).collect();
        let (text, slope) = self.decimal(3, true);
        let at: String = points.iter().map(|(x, (y, _))| format!("at {x} Wh {y} p ")).collect();
        let points: Vec<_> = points.into_iter().map(|(x, (_, y))| (Ratio::from(i128::from(x)), y / 100)).collect();
        let of = key.value.clone();
        let value = move |at: &At<'_>| curve(&points, &(slope / 100), &of(at));
        Expr::new(format!("(curve by {} {{ {at}above {text} p/Wh }})", key.text), value).of(&[&key])
    }

    fn by_ratio(&mut self, depth: usize) -> Expr {
        let (a, b) = (self.unbroken_energy(depth - 1), self.unbroken_energy(1));
        let (x, y) = (a.value.clone(), b.value.clone());
        let ((or, otherwise), (text, money)) = (self.decimal(2, false), self.decimal(9, false));
        let quotient = move |at: &At<'_>| {
            let over = y(at);
            if over > Ratio::from(0) { x(at) / over } else { otherwise }
        };
        let ratio = format!("ratio({}, {}) or {or}", a.text, b.text);
        if self.chance(2) {
            let made = Expr::new(format!("({text} p * ({ratio}))"), move |at| quotient(at) * money / 100);
            return Expr { broken: true, ..made.of(&[&a, &b]) };
        }
        let (rule, ties) = self.pick(&RULES);
        let value = move |at: &At<'_>| rounded(&quotient(at), &Ratio::new(1, 100), ties) * money / 100;
        Expr::new(format!("({text} p * ({ratio} rounded {rule} to 0.01))"), value).of(&[&a, &b])
    }

    fn squared(&mut self, depth: usize) -> Expr {
        let (a, b) = (self.unbroken_energy(depth.min(2) - 1), self.metered());
        let (x, y) = (a.value.clone(), b.value.clone());
        let cube = self.chance(3);
        let value = move |at: &At<'_>| {
            let y = y(at);
            x(at) * y * if cube { y * y } else { 1.into() } / 100
        };
        let (unit, power) = if cube { ("p/Wh/Wh/Wh/Wh", "^3") } else { ("p/Wh/Wh", "") };
        Expr::new(format!("(1 {unit} * {} * ({}){power})", a.text, b.text), value).of(&[&a, &b])
    }

    /// So much a day, a month, or by the largest power.
    fn standing(&mut self) -> Expr {
        let (text, price) = self.decimal(9, true);
        match self.below(3) {
            0 if self.scope == Scope::Period => {
                // The first two days are of 28, the third is of 31.
                let value = move |at: &At<'_>| {
                    (at.days.0..at.days.1).map(|day| price / [2_800, 2_800, 3_100][day as usize]).sum()
                };
                let made = Expr::new(format!("(per month prorated {text} p/month)"), value);
                Expr { least: Scope::Period, ..made }
            }
            1 if self.scope > Scope::Reading => {
                let value = move |at: &At<'_>| price / 100 * Ratio::from(i128::from(at.days.1 - at.days.0));
                let unit = if self.scope == Scope::Day { "p" } else { "p/day" };
                let made = Expr::new(format!("({text} {unit} * days)"), value);
                Expr { least: Scope::Day, ..made }
            }
            _ if self.scope > Scope::Reading => {
                let (name, energy) = self.pick(&self.series.clone());
                let (within, window) = self.window();
                let value = move |at: &At<'_>| {
                    let values = at.within(window).each_slot().map(|slot| energy(&slot)).max();
                    price / 100 * values.unwrap_or_default()
                };
                Expr::new(format!("({text} p/W * max(power of {name}{within}))"), value)
            }
            _ => self.small(),
        }
    }
}

/// A table with bounds, of a part.
struct Table {
    energy: Value,
    bounds: Vec<Ratio>,
    prices: Vec<Vec<Ratio>>,
    blocks: bool,
    in_order: bool,
}

impl Table {
    fn of(&self, at: &At<'_>) -> Ratio {
        let total = (self.energy)(at);
        let row = |at: &At<'_>| usize::from(self.prices.len() > 1 && at.within(Some(0)).slots.is_empty());
        let each: Vec<_> = at.each_slot().map(|slot| (row(&slot), (self.energy)(&slot))).collect();
        let of_row = |row: usize| each.iter().filter(|(of, _)| *of == row).map(|(_, energy)| energy).sum::<Ratio>();
        let rows = self.prices.iter().enumerate();
        match (self.blocks, self.prices.len() > 1) {
            (false, _) => rows.map(|(row, prices)| of_row(row) * prices[self.interval(&total)]).sum(),
            (true, false) => self.climbed(&self.prices[0], &total),
            (true, true) if self.in_order => {
                let mut from = Ratio::from(0);
                let mut paid = Ratio::from(0);
                for (row, energy) in each {
                    let prices = &self.prices[row];
                    paid += self.climbed(prices, &(from + energy)) - self.climbed(prices, &from);
                    from += energy;
                }
                paid
            }
            (true, true) if at.slots.len() == 1 => self.climbed(&self.prices[each[0].0], &total),
            (true, true) if total <= Ratio::from(0) => rows.map(|(row, prices)| of_row(row) * prices[0]).sum(),
            (true, true) => rows.map(|(row, prices)| of_row(row) * self.climbed(prices, &total) / total).sum(),
        }
    }

    fn interval(&self, total: &Ratio) -> usize {
        self.bounds.iter().filter(|bound| *bound < total).count()
    }

    fn climbed(&self, prices: &[Ratio], total: &Ratio) -> Ratio {
        let mut paid = prices[0] * total;
        for (bound, pair) in self.bounds.iter().zip(prices.windows(2)) {
            paid += (pair[1] - pair[0]) * (total - bound).max(0.into());
        }
        paid
    }
}

/// Through the points in lines; the first goes on below, the slope above.
fn curve(points: &[(Ratio, Ratio)], above: &Ratio, x: &Ratio) -> Ratio {
    let (last_x, last_y) = points[points.len() - 1];
    if *x > last_x || points.len() == 1 {
        return last_y + above * (x - last_x);
    }
    let at = points[1..].iter().position(|(end, _)| x <= end).unwrap();
    let ((x0, y0), (x1, y1)) = (points[at], points[at + 1]);
    y0 + (y1 - y0) / (x1 - x0) * (x - x0)
}
