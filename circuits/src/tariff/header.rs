//! Checks of the header: the tariff's name, currency and calendar.

use wattproof_meter::calendar::SlotLength;

use super::currency::Currency;
use super::diagnostic::{Diagnostic, Span};
use super::names::misnamed;
use super::tree::{Header, Statement, Text};
use super::window::minute;
use crate::period::{Calendar, DAY_MINUTES};

/// What the checks need of the header.
pub(super) struct Checked<'a> {
    pub(super) name: &'a str,
    pub(super) version: u32,
    pub(super) currency: Currency,
    /// Where it names the zone.
    pub(super) zone: Span,
    /// Where it says that a bill is of a whole month, if it does.
    pub(super) monthly: Option<Span>,
    /// Where it names the tariff.
    pub(super) place: Span,
}

/// The header; nothing, and a finding, when it is missing or does not check.
pub(super) fn checked_header<'a>(
    statements: &[Statement<'a>],
    found: &mut Vec<Diagnostic>,
) -> Option<(Checked<'a>, Calendar)> {
    let mut headers = statements.iter().filter_map(|statement| match statement {
        Statement::Header(header) => Some(header),
        _ => None,
    });
    let Some(header) = headers.next() else {
        if !statements.iter().any(|statement| matches!(statement, Statement::Broken("tariff", _))) {
            let help = "begin with: tariff NAME version 1 in GBP, zone Europe/London, slot 30 min";
            found.push(Diagnostic::new("missing-header", &(0..0), "the tariff has no header").help(help));
        }
        return None;
    };
    if let Some(second) = headers.next() {
        let twice = Diagnostic::new("declared-twice", &second.name.span, "a file holds one tariff, this is a second");
        found.push(twice.related(&header.name.span, "the first is here").help("put it in a file of its own"));
    }
    found.extend(misnamed(&header.name, "tariff"));
    let currency = checked_currency(&header.currency, found);
    let calendar = checked_calendar(header, found);
    let version = integer(&header.version, found);
    let monthly = header.bills.as_ref().map(|word| monthly(word, found));
    let checked = Checked {
        name: header.name.is,
        version: version?,
        currency: currency?,
        zone: header.zone.span.clone(),
        monthly,
        place: header.name.span.clone(),
    };
    Some((checked, calendar?))
}

fn checked_currency(code: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<Currency> {
    let currency = Currency::of(code.is);
    if currency.is_none() {
        let unknown = Diagnostic::new("unknown-currency", &code.span, format!("no currency is called `{}`", code.is));
        let help = "write an ISO 4217 code such as GBP, EUR or USD";
        found.push(unknown.nearest(code.is, Currency::all().map(Currency::code), help));
    }
    currency
}

fn checked_calendar(header: &Header<'_>, found: &mut Vec<Diagnostic>) -> Option<Calendar> {
    let slot = match header.slot.is {
        "5" => SlotLength::from_minutes(5),
        "15" => SlotLength::from_minutes(15),
        "30" => SlotLength::from_minutes(30),
        "60" => SlotLength::from_minutes(60),
        _ => None,
    };
    if slot.is_none() {
        let message = format!("slots of {} min are not metered", header.slot.is);
        found.push(Diagnostic::new("bad-slot", &header.slot.span, message).help("write 5, 15, 30 or 60 min"));
    }
    let zones = Calendar::zones();
    let zone = header.zone.is;
    if !zones.iter().any(|known| known == zone) {
        let unknown = Diagnostic::new("unknown-zone", &header.zone.span, format!("no time zone is named `{zone}`"));
        let help = "use a name of the IANA database, such as Europe/London";
        found.push(unknown.nearest(zone, zones.iter().map(String::as_str), help));
        return None;
    }
    let slot = slot?;
    let day_from = match &header.day_from {
        Some(text) => minute(text, slot, found).filter(|minute| in_day(*minute, text, found))?,
        None => 0,
    };
    Calendar::new(zone, slot, day_from).ok()
}

fn monthly(word: &Text<'_>, found: &mut Vec<Diagnostic>) -> Span {
    if word.is != "month" {
        let message = format!("a tariff does not say that its bills are per {}", word.is);
        let unknown = Diagnostic::new("unknown-scope", &word.span, message);
        found.push(unknown.help("write `bills per month`, or leave it out: any period is then billed"));
    }
    word.span.clone()
}

fn in_day(minute: u16, text: &Text<'_>, found: &mut Vec<Diagnostic>) -> bool {
    if minute == DAY_MINUTES {
        let message = "a day cannot start at its own end";
        found.push(Diagnostic::new("bad-clock-time", &text.span, message).help("write 00:00"));
    }
    minute < DAY_MINUTES
}

fn integer(text: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<u32> {
    let value = text.is.parse().ok();
    if value.is_none() {
        let message = format!("`{}` is not a whole number below 2^32", text.is);
        found.push(Diagnostic::new("bad-number", &text.span, message).help("write a whole number"));
    }
    value
}
