//! Random tariffs over the whole language: a text, and beside it what it means, worked out from readings by closures
//! that know nothing of the compiler.

mod energy;
mod money;
mod world;

use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use wattproof_circuits::program::{Ratio, Ties};

#[allow(unused_imports, reason = "each test uses some of it")]
pub use world::{At, Scope, World};

/// The registers of every random tariff.
pub const REGISTERS: usize = 2;
/// Slots are hours of UTC.
pub const PER_DAY: u32 = 24;

/// What an expression comes to.
pub type Value = Rc<dyn Fn(&At<'_>) -> Ratio>;

/// Whether something holds.
pub type Condition = Rc<dyn Fn(&At<'_>) -> bool>;

/// A random expression.
#[derive(Clone)]
pub struct Expr {
    pub text: String,
    pub value: Value,
    /// Whether it is a quotient that is not rounded.
    pub broken: bool,
    /// The narrowest scope that it stands in.
    pub least: Scope,
}

impl Expr {
    fn new(text: impl Into<String>, value: impl Fn(&At<'_>) -> Ratio + 'static) -> Self {
        Expr { text: text.into(), value: Rc::new(value), broken: false, least: Scope::Reading }
    }

    fn constant(text: impl Into<String>, value: Ratio) -> Self {
        Expr::new(text, move |_| value)
    }

    /// That of something made of others.
    fn of(self, parts: &[&Expr]) -> Self {
        let broken = self.broken || parts.iter().any(|part| part.broken);
        let least = parts.iter().map(|part| part.least).fold(self.least, Scope::max);
        Expr { broken, least, ..self }
    }
}

/// A random tariff over some days.
pub struct RandomTariff {
    pub source: String,
    pub period: String,
    pub days: u32,
    pub bits: u8,
    /// What each charge and the total come to.
    pub lines: Vec<Value>,
    pub total: Value,
    pub figures: Vec<(Value, Ratio)>,
    /// How many units each carried value is below.
    pub carried: Vec<u64>,
    /// Readings at which something may change.
    pub edges: Vec<u32>,
    /// Whether prices are published.
    pub data: bool,
    /// What a missing reading counts as; nothing when it is the mean of the other days at the same hour.
    pub gaps_at: Option<Ratio>,
}

/// Builds a tariff from random numbers.
pub struct Make {
    rng: ChaCha20Rng,
    scope: Scope,
    /// Named series, energies, and prices of energy, which may be dated or published.
    series: Vec<(String, Value)>,
    energies: Vec<(String, Expr)>,
    prices: Vec<(String, Expr)>,
    charges: Vec<(String, Expr)>,
    edges: Vec<u32>,
}

pub const RULES: [(&str, Ties); 5] = [
    ("half up", Ties::HalfUp),
    ("half even", Ties::HalfEven),
    ("half away from zero", Ties::HalfAwayFromZero),
    ("up", Ties::Up),
    ("down", Ties::Down),
];

impl Make {
    fn below(&mut self, n: usize) -> usize {
        self.rng.next_u32() as usize % n
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    /// A number with some decimals, perhaps negative, and its text.
    fn decimal(&mut self, most: u32, signed: bool) -> (String, Ratio) {
        let places = self.below(3) as u32;
        let scale = 10i128.pow(places);
        let value = i128::from(self.rng.next_u32() % (most + 1)) * scale + i128::from(self.rng.next_u32()) % scale;
        let minus = signed && self.chance(4);
        let text = wattproof_circuits::exact::decimal(&Ratio::new(value, scale)).unwrap();
        let value = Ratio::new(if minus { -value } else { value }, scale);
        (if minus { format!("-{text}") } else { text }, value)
    }

    /// Evaluates something in a scope of its own.
    fn inside<T>(&mut self, scope: Scope, make: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.scope, scope);
        let made = make(self);
        self.scope = around;
        made
    }

    /// The expression with a rounding behind it.
    fn rounding(&mut self, unit: (&str, Ratio)) -> (String, impl Fn(Ratio) -> Ratio + use<>) {
        let (rule, ties) = self.pick(&RULES);
        let size = unit.1;
        (format!("rounded {rule} to {}", unit.0), move |value| world::rounded(&value, &size, ties))
    }
}

/// The tariff of a seed.
pub fn random_tariff(seed: u64) -> RandomTariff {
    let rng = ChaCha20Rng::seed_from_u64(seed);
    let (series, energies, prices, charges) = (vec![], vec![], vec![], vec![]);
    let mut make = Make { rng, scope: Scope::Period, series, energies, prices, charges, edges: vec![] };
    make.tariff()
}

impl Make {
    fn tariff(&mut self) -> RandomTariff {
        let bits = self.pick(&[5, 7, 10]);
        let days = 1 + self.below(3) as u32;
        // Friday, Saturday and, after the month's end, Sunday.
        let period = format!("2026-02-27..2026-{}", ["02-28", "03-01", "03-02"][days as usize - 1]);
        let flat = i128::from(self.rng.next_u32() % 5);
        let gaps_at = self.chance(2).then_some(Ratio::from(flat));
        let gaps = match gaps_at {
            Some(_) => format!("at {flat} Wh"),
            None => "estimate mean of the same slot on other days".into(),
        };
        let mut text = format!("tariff random version 1 in GBP, zone UTC, slot 60 min\ngaps {gaps}\n");
        text += &format!("register import in Wh, below 2^{bits}\nregister export in Wh, below 2^{bits}\n");
        text += "window night = 00:00-07:00 every day\nwindow peak = 16:00-19:00 on Mon-Fri\n";
        let data = self.chance(4);
        text += &self.named_prices(data);
        text += &self.named_series();
        let mut carried = vec![];
        if self.chance(4) {
            carried.push(1 << bits);
            text += &format!("carry earlier in Wh, below {} Wh, sum of spent since 1 Apr\n", 1 << bits);
            let of = Expr::new("earlier", |at: &At<'_>| i128::from(at.world.carried[0]).into());
            self.energies.push(("earlier".into(), of));
        }
        text += &self.named_energies();
        let (lines, charges) = self.charges_of();
        text += &charges;
        let mut figures = vec![];
        if !carried.is_empty() {
            let energy = self.inside(Scope::Period, |make| make.unbroken_energy(2));
            text += &format!("define spent = max({}, 0 Wh) rounded up to 1 Wh shown\n", energy.text);
            let value: Value =
                Rc::new(move |at| world::rounded(&(energy.value)(at).max(0.into()), &Ratio::from(1), Ties::Up));
            figures.push((value, Ratio::from(1)));
        }
        let total = self.total_of(&mut text);
        let edges = self.edges.clone();
        RandomTariff { source: text, period, days, bits, lines, total, figures, carried, edges, data, gaps_at }
    }

    fn named_prices(&mut self, data: bool) -> String {
        let ((a, first), (b, second), (c, flat)) =
            (self.decimal(9, true), self.decimal(9, true), self.decimal(9, true));
        let mut text = format!("define dated = {a} p/Wh from 2026-02-28 {b} p/Wh\ndefine fixed = {c} p/Wh\n");
        let on = move |at: &At<'_>| if at.days.0 == 0 { first } else { second } / 100;
        self.prices.push(("dated".into(), Expr { least: Scope::Reading, ..Expr::new("dated", on) }));
        self.prices.push(("fixed".into(), Expr::constant("fixed", flat / 100)));
        if data {
            text += "data market: p/Wh per slot\n";
            let market = |at: &At<'_>| at.world.market[at.slots[0] as usize] / 100;
            self.prices.push(("market".into(), Expr::new("market", market)));
            let (most, cap) = self.decimal(9, false);
            text += &format!("define capped = min(1.2 * market + fixed, {most} p/Wh)\n");
            let capped = move |at: &At<'_>| (market(at) * 6 / 5 + flat / 100).min(cap / 100);
            self.prices.push(("capped".into(), Expr::new("capped", capped)));
        }
        text
    }

    fn named_series(&mut self) -> String {
        let registers = [("import", 0usize), ("export", 1)];
        for (name, register) in registers {
            let value = move |at: &At<'_>| at.sum(register);
            self.series.push((name.into(), Rc::new(value)));
        }
        let mut text = String::new();
        for n in 0..self.below(3) {
            let energy = self.inside(Scope::Reading, |make| make.unbroken_energy(2));
            text += &format!("series s{n} = {}\n", energy.text);
            let value = move |at: &At<'_>| at.each_slot().map(|slot| (energy.value)(&slot)).sum();
            self.series.push((format!("s{n}"), Rc::new(value)));
        }
        text
    }

    fn named_energies(&mut self) -> String {
        let mut text = String::new();
        for n in 0..self.below(3) {
            let mut energy = self.inside(Scope::Period, |make| make.unbroken_energy(3));
            text += &format!("define d{n} = {}\n", energy.text);
            energy.text = format!("d{n}");
            self.energies.push((format!("d{n}"), energy));
        }
        text
    }

    fn charges_of(&mut self) -> (Vec<Value>, String) {
        let (mut lines, mut text) = (vec![], String::new());
        for n in 0..1 + self.below(3) {
            let money = self.money(3);
            text += &format!("charge c{n} = {}", money.text);
            let mut charge = Expr { text: format!("c{n}"), ..money };
            if self.chance(2) || charge.broken {
                let (suffix, round) = self.rounding(("0.1 p", Ratio::new(1, 1000)));
                text += &format!(" {suffix}{}", if self.chance(2) { " shown" } else { "" });
                let value = charge.value;
                charge = Expr { broken: false, value: Rc::new(move |at| round(value(at))), ..charge };
            }
            text += "\n";
            lines.push(charge.value.clone());
            self.charges.push((charge.text.clone(), charge));
        }
        (lines, text)
    }

    /// The sum of the charges and of what nothing names yet.
    fn total_of(&mut self, text: &mut String) -> Value {
        let mut terms: Vec<(String, Value)> =
            self.charges.iter().map(|(name, charge)| (name.clone(), charge.value.clone())).collect();
        let unused = |name: &str, text: &str| {
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| *word == name).count() < 2
        };
        for (name, value) in self.series.iter().filter(|(name, _)| unused(name, text)) {
            let value = value.clone();
            let value: Value = Rc::new(move |at| value(at) / 100);
            terms.push((format!("1 p/Wh * energy of {name}"), value));
        }
        for (name, energy) in self.energies.iter().filter(|(name, _)| unused(name, text)) {
            let value = energy.value.clone();
            let value: Value = Rc::new(move |at| value(at) / 100);
            terms.push((format!("1 p/Wh * {name}"), value));
        }
        for (name, price) in self.prices.iter().filter(|(name, _)| unused(name, text)) {
            let value = price.value.clone();
            let value: Value = Rc::new(move |at| at.each_slot().map(|slot| value(&slot) * slot.sum(0)).sum());
            terms.push((format!("price import {{ {name} }}"), value));
        }
        let unit = self.pick(&[("1 p", Ratio::new(1, 100)), ("0.05 GBP", Ratio::new(1, 20))]);
        let (suffix, round) = self.rounding(unit);
        let names: Vec<_> = terms.iter().map(|(text, _)| text.clone()).collect();
        *text += &format!("total = {} {suffix}\n", names.join(" + "));
        Rc::new(move |at| round(terms.iter().map(|(_, value)| value(at)).sum()))
    }
}
