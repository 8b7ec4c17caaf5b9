//! A checked tariff written out as it was understood: quantities in one unit each, windows counted, tables drawn.

use core::fmt::{self, Write as _};

use num_traits::One;

use super::almanac::{Set, clock};
use super::currency::Currency;
use super::sheet::{Amount, AmountKind, Bound, Columns, Rounding, Row, Scope, Series, Sheet, Table, Times, TimesKind};
use super::tree::Extreme;
use super::unit::Dim;
use crate::exact;
use crate::program::{Ratio, Ties};

pub(super) fn show(sheet: &Sheet) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = Show { sheet, text: &mut text }.all();
    text
}

struct Show<'a> {
    sheet: &'a Sheet,
    text: &'a mut String,
}

impl Show<'_> {
    fn all(&mut self) -> fmt::Result {
        let sheet = self.sheet;
        self.head()?;
        for charge in &sheet.charges {
            let shown = if charge.shown { ", shown on the bill to the supplier" } else { "" };
            let rounding = charge.rounding.map_or("not rounded".into(), |rounding| self.rounding(rounding));
            writeln!(self.text, "\ncharge {}, {rounding}{shown}", charge.name)?;
            self.amount(&charge.amount)?;
        }
        let rounding = sheet.total.rounding.map_or("exact".into(), |rounding| self.rounding(rounding));
        writeln!(self.text, "\ntotal, {rounding}")?;
        self.amount(&sheet.total.amount)
    }

    fn head(&mut self) -> fmt::Result {
        let sheet = self.sheet;
        let (calendar, currency) = (&sheet.calendar, sheet.currency.code());
        writeln!(self.text, "tariff {} version {} in {currency}", sheet.name, sheet.version)?;
        let (slot, day) = (calendar.slot().minutes(), clock(calendar.day_from()));
        writeln!(self.text, "  local time of {}, slots of {slot} min, days from {day}", calendar.zone())?;
        for register in &sheet.registers {
            let (name, unit) = (register.name(), register.unit().symbol());
            writeln!(self.text, "  register {name}: whole {unit} a slot, below 2^{}", register.bits())?;
        }
        writeln!(self.text, "  a period with a gap is not billed")?;
        sheet.times.iter().try_for_each(|times| self.times(times))
    }

    fn times(&mut self, times: &Times) -> fmt::Result {
        let Times { name, text, kind, set } = times;
        let share = self.share(*set);
        match kind {
            TimesKind::Window => writeln!(self.text, "  window {name}: {text}, {share}"),
            TimesKind::Season(_) => writeln!(self.text, "  season {name}: {text}, both ends included, every year"),
            TimesKind::Dates(_) => writeln!(self.text, "  dates {name}: {text}"),
            TimesKind::Published(_) | TimesKind::Choice(_) => Ok(()),
        }
    }

    fn share(&self, set: Set) -> String {
        self.sheet.almanac.share(set)
    }

    fn rounding(&self, rounding: Rounding) -> String {
        let ties = match rounding.ties {
            Ties::HalfUp => "half up",
            Ties::HalfEven => "half even",
            Ties::HalfAwayFromZero => "half away from zero",
            Ties::Up => "up",
            Ties::Down => "down",
        };
        format!("rounded {ties} to {}", quantity(&rounding.unit, Dim::MONEY, self.sheet.currency))
    }

    fn amount(&mut self, amount: &Amount) -> fmt::Result {
        let mut tables = Vec::new();
        let formula = formula(self.sheet, amount, false, &mut tables);
        writeln!(self.text, "  = {formula}")?;
        tables.into_iter().enumerate().try_for_each(|(index, table)| self.table(index + 1, table))
    }

    fn table(&mut self, number: usize, table: &Table) -> fmt::Result {
        let of = series(self.sheet, &table.series);
        let rule = match (&table.columns, table.scope) {
            (Columns::Flat, _) => "",
            (Columns::Blocks(_), Scope::Period) => ", each block of the period's sum at its own price",
            (Columns::Blocks(_), Scope::Reading) => ", each block of every reading at its own price",
            (Columns::Intervals(_), Scope::Period) => ", the period's whole sum at the price of its interval",
            (Columns::Intervals(_), Scope::Reading) => ", every whole reading at the price of its interval",
        };
        writeln!(self.text, "  price table {number}, of {of}{rule}:")?;
        let energy = super::amount::energy(&self.sheet.registers[table.series.register]);
        if let Columns::Blocks(bounds) | Columns::Intervals(bounds) = &table.columns {
            let bounds = bounds.iter().map(|bound| bound_text(bound, energy, self.sheet.currency));
            let bounds: Vec<_> = bounds.chain(["above".into()]).collect();
            writeln!(self.text, "    {:<16} {}", "", aligned(&bounds).trim_end())?;
        }
        table.rows.iter().try_for_each(|row| self.row(row, energy))
    }

    fn row(&mut self, row: &Row, energy: Dim) -> fmt::Result {
        let label = if row.label.is_empty() { "every slot" } else { &row.label };
        let price = |price: &Ratio| quantity(price, Dim::MONEY.over(energy), self.sheet.currency);
        let prices: Vec<_> = row.prices.iter().map(price).collect();
        let share = self.share(row.set);
        writeln!(self.text, "    {label:<16} {}  ({share})", aligned(&prices))
    }
}

fn aligned(cells: &[String]) -> String {
    cells
        .iter()
        .fold(String::new(), |line, cell| format!("{line}{}{cell:<18}", if line.is_empty() { "" } else { "  " }))
}

fn bound_text(bound: &Bound, energy: Dim, currency: Currency) -> String {
    let dim = if bound.per_day { energy.over(Dim::DAY) } else { energy };
    format!("to {}", quantity(&bound.energy, dim, currency))
}

/// An expression as tariffs write them; its price tables are numbered and collected.
fn formula<'a>(sheet: &'a Sheet, amount: &'a Amount, tight: bool, tables: &mut Vec<&'a Table>) -> String {
    match &amount.kind {
        AmountKind::Number(number) => quantity(number, amount.dim, sheet.currency),
        AmountKind::Days => "days".into(),
        AmountKind::Charge(place) => sheet.charges[*place].name.clone(),
        AmountKind::Energy(of) => format!("energy of {}", series(sheet, of)),
        AmountKind::Peak(of) => format!("max(power of {})", series(sheet, of)),
        AmountKind::Sum(terms) => {
            let signs = |minus: bool, first: bool| match (minus, first) {
                (true, true) => "-",
                (false, true) => "",
                (true, false) => " - ",
                (false, false) => " + ",
            };
            let sum = chain(sheet, terms, signs, tables);
            if tight { format!("({sum})") } else { sum }
        }
        AmountKind::Product(factors) => {
            let signs = |divides: bool, first: bool| match (divides, first) {
                (_, true) => "",
                (true, false) => " / ",
                (false, false) => " * ",
            };
            let product = chain(sheet, factors, signs, tables);
            if tight { format!("({product})") } else { product }
        }
        AmountKind::Extreme(which, of) => {
            let word = if *which == Extreme::Max { "max" } else { "min" };
            let of: Vec<_> = of.iter().map(|amount| formula(sheet, amount, false, tables)).collect();
            format!("{word}({})", of.join(", "))
        }
        AmountKind::Price(table) => {
            tables.push(table);
            format!("price table {}", tables.len())
        }
    }
}

fn chain<'a>(
    sheet: &'a Sheet,
    parts: &'a [(bool, Amount)],
    sign: impl Fn(bool, bool) -> &'static str,
    tables: &mut Vec<&'a Table>,
) -> String {
    let mut text = String::new();
    for (index, (inverse, part)) in parts.iter().enumerate() {
        let tight = matches!(part.kind, AmountKind::Sum(_)) || *inverse;
        text.push_str(sign(*inverse, index == 0));
        text.push_str(&formula(sheet, part, tight, tables));
    }
    text
}

fn series(sheet: &Sheet, series: &Series) -> String {
    let within = series.within.as_ref().map(|within| format!(" in {}", within.text)).unwrap_or_default();
    format!("{}{within}", sheet.registers[series.register].name())
}

/// A number in base units, written in the units that people use.
fn quantity(value: &Ratio, dim: Dim, currency: Currency) -> String {
    let (mut scale, mut above, mut below) = (Ratio::one(), Vec::new(), Vec::new());
    let thousand = Ratio::from(1000);
    let symbols = [
        (dim.money, currency.code(), false),
        (dim.energy, "kWh", true),
        (dim.reactive_energy, "kVArh", true),
        (dim.power, "kW", true),
        (dim.reactive_power, "kVAr", true),
        (dim.day, "day", false),
        (dim.year, "year", false),
    ];
    for (power, symbol, kilo) in symbols {
        for _ in 0..power.unsigned_abs() {
            let side = if power > 0 { &mut above } else { &mut below };
            side.push(symbol);
            let scaled = if power > 0 { exact::div(&scale, &thousand) } else { exact::mul(&scale, &thousand) };
            scale = scaled.filter(|_| kilo).unwrap_or(scale);
        }
    }
    let number = exact::mul(value, &scale).and_then(|number| exact::decimal(&number));
    let number = number.unwrap_or_else(|| value.to_string());
    let units = [above.join("·")].into_iter().chain(below.into_iter().map(String::from)).collect::<Vec<_>>().join("/");
    if units.is_empty() { number } else { format!("{number} {units}") }
}
