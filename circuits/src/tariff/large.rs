//! Checks of look-up tables that are published apart from the tariff, and of looking a value up in one.

use num_traits::{Signed, Zero};

use super::amount::{Known, Part};
use super::currency::Currency;
use super::diagnostic::{Diagnostic, Span};
use super::function::together;
use super::quantity::{decimal, not_a_unit};
use super::sheet::{self, AmountKind, LargeTable, Nature};
use super::tree::{Expr, LargeTable as Written, Steps, Text};
use super::unit::{Unit, unit};
use crate::data::Kind;
use crate::exact;
use crate::merkle::{Axis, Published, Table, TableRefusal};
use crate::program::Ratio;

/// What a statement declares; nothing when it does not check.
pub(super) fn large_table(
    name: &Text<'_>,
    written: &Written<'_>,
    currency: Currency,
    found: &mut Vec<Diagnostic>,
) -> Option<(Kind, LargeTable)> {
    let values = steps(&written.values, currency, found);
    let keys: Vec<_> = written.keys.iter().map(|key| steps(&key.is, currency, found)).collect();
    let root = root(&written.root, found);
    let (values, keys, root) = (values?, keys.into_iter().collect::<Option<Vec<_>>>()?, root?);
    let table = published(name, written, (&values, &keys, root)).map_err(|finding| found.push(finding)).ok()?;
    let kind = Kind::Table { keys: keys.len(), root: written.root.is.to_owned() };
    let units = keys.iter().map(|key| key.unit).collect();
    Some((kind, LargeTable { table, unit: values.unit, keys: units }))
}

/// `10 to 1000 every 10 kWh`, in its unit.
struct Counted {
    from: Ratio,
    to: Ratio,
    every: Ratio,
    unit: Unit,
}

impl Counted {
    /// How many steps from end to end; nothing where they do not come out.
    fn steps(&self) -> Option<i128> {
        let steps = exact::div(&exact::sub(&self.to, &self.from)?, &self.every)?;
        (steps.is_integer() && !steps.is_negative()).then(|| steps.to_integer())
    }
}

fn steps(written: &Steps<'_>, currency: Currency, found: &mut Vec<Diagnostic>) -> Option<Counted> {
    let mut number = |negative: bool, text: &Text<'_>| {
        let number = decimal(text.is);
        if number.is_none() {
            let message = format!("`{}` has too many digits", text.is);
            found.push(Diagnostic::new("number-too-long", &text.span, message).help("write a shorter number"));
        }
        number.map(|number| if negative { -number } else { number })
    };
    let (from, to) = (number(written.from.0, &written.from.1), number(written.to.0, &written.to.1));
    let every = number(false, &written.every);
    let unit = match &written.unit {
        Some(text) => unit(text.is, currency).map_err(|why| not_a_unit(text, currency, &why, found)),
        None => Ok(Unit::ONE),
    };
    let unit = unit.map_err(|mistake| found.push(mistake)).ok();
    Some(Counted {
        from: from?,
        to: to?,
        every: every.filter(|every| !every.is_zero()).or_else(|| {
            let message = "no two of these are apart";
            found.push(Diagnostic::new("table-rows", &written.every.span, message).help("write a step above zero"));
            None
        })?,
        unit: unit?,
    })
}

/// The root's bytes; `0x` and 64 digits, the most significant first.
fn root(text: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<[u8; 32]> {
    let digits = text.is.strip_prefix("0x").filter(|digits| digits.len() == 64 && digits.is_ascii());
    let byte =
        |digits: &str, at: usize| digits.get(2 * at..2 * at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes = digits.and_then(|digits| (0..32).rev().map(|at| byte(digits, at)).collect::<Option<Vec<u8>>>());
    let root = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    if root.is_none() {
        found.push(refused(&TableRefusal::Root, &text.span));
    }
    root
}

fn refused(refusal: &TableRefusal, span: &Span) -> Diagnostic {
    Diagnostic::new(refusal.code(), span, refusal.to_string()).help(refusal.hint())
}

fn published(
    name: &Text<'_>,
    written: &Written<'_>,
    (values, keys, root): (&Counted, &[Counted], [u8; 32]),
) -> Result<Table, Diagnostic> {
    let entry = |value: &Ratio| {
        let entry = exact::div(value, &values.every).filter(Ratio::is_integer)?;
        i64::try_from(entry.to_integer()).ok()
    };
    // Entries are read from decimals, and so count a one with zeros before or behind it.
    let decimal = values.every.recip();
    let decimal = decimal.is_integer() && decimal.numer().to_string().trim_end_matches('0') == "1";
    let ends = entry(&values.from).zip(entry(&values.to)).filter(|_| decimal);
    let Some((least, most)) = ends else {
        let message = "entries are whole multiples of 1, 0.1, 0.01 and so on, and so are the least and the greatest";
        let finding = Diagnostic::new(TableRefusal::Values.code(), &written.values.every.span, message);
        return Err(finding.help(TableRefusal::Values.hint()));
    };
    let large = || Diagnostic::new("number-too-long", &name.span, "this does not fit the exact arithmetic");
    let mut axes = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        let axis = |key: &Counted| {
            let rows = u32::try_from(key.steps()?.checked_add(2)?).ok()?;
            Some((rows, exact::mul(&key.from, &key.unit.scale)?, exact::mul(&key.every, &key.unit.scale)?))
        };
        let Some((rows, first, step)) = axis(key) else {
            let message = "the highest bound is no whole number of steps above the lowest";
            let finding = Diagnostic::new(TableRefusal::Axis { key: at }.code(), &written.keys[at].span, message);
            return Err(finding.help(TableRefusal::Axis { key: at }.hint()));
        };
        axes.push(Axis { first, step, rows });
    }
    let unit = exact::mul(&values.every, &values.unit.scale).ok_or_else(large)?;
    let published = Published { name: name.is.to_owned(), axes, unit, least, most, root };
    Table::new(published).map_err(|refusal| {
        let place = if refusal == TableRefusal::Root { &written.root.span } else { &name.span };
        refused(&refusal, place)
    })
}

impl Known<'_, '_> {
    /// The entry of a published table.
    pub(super) fn entry(&mut self, name: &Text<'_>, keys: &[Expr<'_>]) -> Option<Part> {
        let data = self.data.find(name, self.found);
        let keys: Vec<_> = keys.iter().map(|key| self.key(key)).collect();
        let (data, keys) = (data?, keys.into_iter().collect::<Option<Vec<_>>>()?);
        let Some(of) = self.data.all[data].table.clone() else {
            let message = format!("`{}` is no table", name.is);
            let help = "write the table's rows in braces, or declare it: data NAME: table of …";
            self.found.push(Diagnostic::new("wrong-kind", &name.span, message).help(help));
            return None;
        };
        if of.keys.len() != keys.len() {
            let count = |keys: usize| if keys == 1 { "1 key".into() } else { format!("{keys} keys") };
            let message = format!(
                "the table `{}` has {}, and here {}",
                name.is,
                count(of.keys.len()),
                match keys.len() {
                    1 => "is 1".into(),
                    more => format!("are {more}"),
                }
            );
            let help = "write a key for each `every` of the table; what follows in a list stands behind a bracket";
            self.found.push(Diagnostic::new("key-count", &name.span, message).help(help));
            return None;
        }
        for (key, unit) in keys.iter().zip(&of.keys) {
            let wanted = self.plain(unit.dim);
            if key.dim != wanted {
                let message = format!("this is {}, and the table goes by {wanted}", key.dim);
                self.found.push(Diagnostic::new("wrong-unit", &key.span, message).help(format!("look up {wanted}")));
                return None;
            }
        }
        let nature = together(&keys).with(Nature::MEASURED);
        Some((AmountKind::Entry(Box::new(sheet::Entry { data, keys })), self.plain(of.unit.dim), nature))
    }
}
