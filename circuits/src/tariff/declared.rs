//! Checks of data statements: what is published apart from the tariff.

use super::currency::Currency;
use super::diagnostic::Diagnostic;
use super::large::large_table;
use super::quantity::not_a_unit;
use super::sheet::Published;
use super::text::reserved;
use super::tree::{Data, DataKind, Text};
use super::unit::unit;
use crate::data::{Declared, Kind, Per};

/// The most data sets of a tariff.
const MAX_DATA: usize = 100;
/// The most values of a data set.
const MAX_VALUES: usize = 1_000;

/// What a statement declares; nothing when it does not check.
pub(super) fn declared(
    data: &Data<'_>,
    earlier: usize,
    currency: Currency,
    found: &mut Vec<Diagnostic>,
) -> Option<(Declared, Published)> {
    if earlier >= MAX_DATA {
        let message = format!("a tariff has at most {MAX_DATA} data sets");
        found.push(Diagnostic::new("too-many-data", &data.name.span, message).help("remove some"));
        return None;
    }
    let (kind, number) = match &data.kind {
        DataKind::Table(written) => {
            let (kind, table) = large_table(&data.name, written, currency, found)?;
            let published = Published { span: data.name.span.clone(), number: None, table: Some(table) };
            return Some((Declared { name: data.name.is.to_owned(), kind }, published));
        }
        DataKind::Dates => (Kind::Dates, None),
        DataKind::OneOf(values, per) => {
            let (values, per) = (checked_values(values, found), checked_per(per, found));
            (Kind::OneOf { values: values?, per: per? }, None)
        }
        DataKind::Number(text, per) => {
            let per = checked_per(per, found);
            let known = unit(text.is, currency).map_err(|why| not_a_unit(text, currency, &why, found));
            let known = known.map_err(|mistake| found.push(mistake)).ok();
            (Kind::Number { unit: text.is.to_owned(), per: per? }, Some((known?, per?)))
        }
    };
    let published = Published { span: data.name.span.clone(), number, table: None };
    Some((Declared { name: data.name.is.to_owned(), kind }, published))
}

fn checked_per(per: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<Per> {
    match per.is {
        "day" => return Some(Per::Day),
        "slot" => return Some(Per::Slot),
        _ => {}
    }
    let unknown = Diagnostic::new("unknown-scope", &per.span, format!("data are not published per `{}`", per.is));
    found.push(unknown.nearest(per.is, ["day", "slot"], "write `per day` or `per slot`"));
    None
}

fn checked_values(values: &[Text<'_>], found: &mut Vec<Diagnostic>) -> Option<Vec<String>> {
    if let Some(first) = values.get(MAX_VALUES) {
        let message = format!("a data set has at most {MAX_VALUES} values");
        found.push(Diagnostic::new("too-many-data", &first.span, message).help("declare a number instead"));
        return None;
    }
    let mut sound = true;
    for (index, value) in values.iter().enumerate() {
        if let Some(first) = values[..index].iter().find(|other| other.is == value.is) {
            let twice =
                Diagnostic::new("declared-twice", &value.span, format!("the value `{}` is named twice", value.is));
            found.push(twice.related(&first.span, "first named here").help("remove one of them"));
            sound = false;
        }
        if reserved(value.is) {
            let message = format!("`{}` is a word of the language and no value", value.is);
            found.push(Diagnostic::new("reserved-name", &value.span, message).help("choose another word"));
            sound = false;
        }
    }
    sound.then(|| values.iter().map(|value| value.is.to_owned()).collect())
}
