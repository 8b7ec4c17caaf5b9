//! Expressions as tariffs write them.

use super::super::currency::Currency;
use super::super::sheet::{
    Aggregate, Amount, AmountKind, Condition, Curve, Lookup, Per, Rounding, Scoped, Series, Sheet, Source, Table,
};
use super::super::tree::Extreme;
use super::super::unit::Dim;
use super::quantity::quantity;
use crate::program::{Ratio, Ties};

/// Writes expressions; price tables are numbered and collected.
pub(super) struct Formula<'a, 't> {
    pub(super) sheet: &'a Sheet,
    pub(super) tables: &'t mut Vec<&'a Table>,
}

impl<'a> Formula<'a, '_> {
    /// An expression, in brackets where it would come apart.
    pub(super) fn of(&mut self, amount: &'a Amount, tight: bool) -> String {
        let sheet = self.sheet;
        let text = match &amount.kind {
            AmountKind::Number(number) => return self.number(number, amount.dim),
            AmountKind::Days => return "days".into(),
            AmountKind::Charge(place) => return sheet.charges[*place].name.clone(),
            AmountKind::Define(place) => return sheet.defines[*place].name.clone(),
            AmountKind::Carry(place) => return sheet.carries[*place].name.clone(),
            AmountKind::Data(place) => return sheet.almanac.data()[*place].name.clone(),
            AmountKind::Energy(of) => return format!("energy of {}", series(sheet, of)),
            AmountKind::Power(of) => return format!("power of {}", series(sheet, of)),
            AmountKind::Extreme(which, of) => return format!("{}({})", extreme(*which), self.list(of)),
            AmountKind::Clamp(of) => return format!("clamp({})", self.list(&of[..])),
            AmountKind::Raised(of, power) => return format!("{}^{power}", self.of(of, true)),
            AmountKind::Root(of, how) => {
                return format!("sqrt({}) {}", self.of(of, false), self.rounding(*how, amount));
            }
            AmountKind::Rounded(of, how) => return format!("({} {})", self.of(of, false), self.rounding(*how, amount)),
            AmountKind::Ratio(parts) => {
                let or = self.of(&parts[2], true);
                return format!("ratio({}) or {or}", self.list(&parts[..2]));
            }
            AmountKind::Lookup(lookup) => return self.lookup(lookup),
            AmountKind::Curve(curve) => return self.curve(curve, amount.dim),
            AmountKind::Entry(entry) => {
                let name = &sheet.almanac.data()[entry.data].name;
                return format!("(lookup {name} by {})", self.list(&entry.keys));
            }
            AmountKind::Price(table) => {
                self.tables.push(table);
                return format!("price table {}", self.tables.len());
            }
            AmountKind::Sum(terms) => self.chain(terms, ["", " + ", "-", " - "]),
            AmountKind::Product(factors) => self.chain(factors, ["", " * ", "", " / "]),
            AmountKind::If(cases, otherwise) => self.choice(cases, otherwise),
            AmountKind::Scoped(scoped) => match power_of(sheet, scoped) {
                Some(text) => return text,
                None => self.scoped(scoped),
            },
        };
        if tight { format!("({text})") } else { text }
    }

    fn number(&self, number: &Ratio, dim: Dim) -> String {
        quantity(number, dim, self.sheet.currency)
    }

    fn rounding(&self, how: Rounding, amount: &Amount) -> String {
        rounding(how, amount.dim, self.sheet.currency)
    }

    fn list(&mut self, of: &'a [Amount]) -> String {
        of.iter().map(|amount| self.of(amount, false)).collect::<Vec<_>>().join(", ")
    }

    /// Parts with their signs: first, further, first inverse, further inverse.
    fn chain(&mut self, parts: &'a [(bool, Amount)], signs: [&str; 4]) -> String {
        let mut text = String::new();
        for (index, (inverse, part)) in parts.iter().enumerate() {
            let loose = matches!(part.kind, AmountKind::Sum(_) | AmountKind::If(..) | AmountKind::Scoped(_));
            text.push_str(signs[2 * usize::from(*inverse) + usize::from(index > 0)]);
            text.push_str(&self.of(part, loose || *inverse));
        }
        text
    }

    fn choice(&mut self, cases: &'a [(Condition, Amount)], otherwise: &'a Amount) -> String {
        let mut text = String::new();
        for (when, then) in cases {
            text += &format!("if {} then {} else ", self.condition(when, false), self.of(then, false));
        }
        text + &self.of(otherwise, false)
    }

    fn condition(&mut self, condition: &'a Condition, tight: bool) -> String {
        let text = match condition {
            Condition::Above { both, or_equal } => {
                let sign = if *or_equal { ">=" } else { ">" };
                return format!("{} {sign} {}", self.of(&both[0], true), self.of(&both[1], true));
            }
            Condition::Not(of) => return format!("not {}", self.condition(of, true)),
            Condition::All(parts) => self.conditions(parts, " and "),
            Condition::Any(parts) => self.conditions(parts, " or "),
        };
        if tight { format!("({text})") } else { text }
    }

    fn conditions(&mut self, parts: &'a [Condition], sign: &str) -> String {
        parts.iter().map(|part| self.condition(part, true)).collect::<Vec<_>>().join(sign)
    }

    fn scoped(&mut self, scoped: &'a Scoped) -> String {
        let Scoped { how, per, within, of } = scoped;
        let how = aggregate(*how);
        let within = within.as_ref().map(|within| format!(" in {}", within.text)).unwrap_or_default();
        format!("{how}{}{within} {}", per_text(per), self.of(of, true))
    }

    fn lookup(&mut self, lookup: &'a Lookup) -> String {
        let (key, currency) = (self.of(&lookup.key, true), self.sheet.currency);
        let ends = |bounds: &[Ratio], dim: Dim| -> Vec<String> {
            let ends = bounds.iter().map(|bound| format!("to {}", quantity(bound, dim, currency)));
            ends.chain(["above".into()]).collect()
        };
        let across = match &lookup.across {
            Some((key, bounds)) => {
                let ends = ends(bounds, key.dim).join(", ");
                format!(", {} ({ends})", self.of(key, true))
            }
            None => String::new(),
        };
        let rows = ends(&lookup.bounds, lookup.key.dim).into_iter().zip(&lookup.rows);
        let rows: Vec<_> = rows.map(|(end, cells)| format!("{end}: {}", self.list(cells))).collect();
        format!("lookup by {key}{across} {{ {} }}", rows.join("; "))
    }

    fn curve(&mut self, curve: &'a Curve, dim: Dim) -> String {
        let key = self.of(&curve.key, true);
        let x = curve.key.dim;
        let points =
            curve.points.iter().map(|(at, value)| format!("at {} {}", self.number(at, x), self.number(value, dim)));
        let points: Vec<_> = points.collect();
        format!("curve by {key} {{ {}; above {} }}", points.join("; "), self.number(&curve.above, dim.over(x)))
    }
}

/// The short form of power taken over the slots of a series.
fn power_of(sheet: &Sheet, scoped: &Scoped) -> Option<String> {
    let AmountKind::Power(of) = &scoped.of.kind else { return None };
    let of = series(sheet, of);
    match scoped.how {
        Aggregate::Highest(_) => Some(format!("{}power of {of}", aggregate(scoped.how))),
        Aggregate::Extreme(which) => Some(format!("{}(power of {of})", extreme(which))),
        Aggregate::Sum | Aggregate::Mean => None,
    }
}

/// The words before `per`.
fn aggregate(how: Aggregate) -> String {
    match how {
        Aggregate::Sum => String::new(),
        Aggregate::Mean => "mean ".into(),
        Aggregate::Extreme(which) => format!("{} ", extreme(which)),
        Aggregate::Highest(count) => format!("mean of {count} highest "),
    }
}

fn extreme(which: Extreme) -> &'static str {
    if which == Extreme::Max { "max" } else { "min" }
}

fn per_text(per: &Per) -> String {
    format!("per {}{}", per.scope.word(), if per.prorated { " prorated" } else { "" })
}

pub(super) fn rounding(rounding: Rounding, dim: Dim, currency: Currency) -> String {
    let ties = match rounding.ties {
        Ties::HalfUp => "half up",
        Ties::HalfEven => "half even",
        Ties::HalfAwayFromZero => "half away from zero",
        Ties::Up => "up",
        Ties::Down => "down",
    };
    format!("rounded {ties} to {}", quantity(&rounding.unit, dim, currency))
}

pub(super) fn series(sheet: &Sheet, series: &Series) -> String {
    let name = match series.of {
        Source::Register(place) => sheet.registers[place].name(),
        Source::Series(place) => &sheet.series[place].name,
    };
    let within = series.within.as_ref().map(|within| format!(" in {}", within.text)).unwrap_or_default();
    format!("{name}{within}")
}
