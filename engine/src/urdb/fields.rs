//! The fields of a rate, taken one by one, so that what is left was not understood.

use std::fmt;

use num_traits::Zero;
use serde_json::Value;
use serde_json::map::Map;
use wattproof_circuits::program::Ratio;

use super::{UrdbRefusal, number};

/// Fields that describe a rate and charge nothing.
const DESCRIPTIONS: [&str; 43] = [
    "approved",
    "basicinformationcomments",
    "coincidentrateunit",
    "country",
    "demandcomments",
    "demandlabels",
    "demandtoulabels",
    "demandunits",
    "description",
    "eiaid",
    "enddate",
    "energycomments",
    "energylabels",
    "energytoulabels",
    "fixedcomments",
    "flatdemandlabels",
    "flatdemandtoulabels",
    "is_default",
    "label",
    "latest_update",
    "lastupdate",
    "name",
    "peakkwcapacityhistory",
    "peakkwcapacitymax",
    "peakkwcapacitymin",
    "peakkwhusagehistory",
    "peakkwhusagemax",
    "peakkwhusagemin",
    "phasewiring",
    "revisions",
    "sector",
    "servicetype",
    "source",
    "sourceparent",
    "startdate",
    "supercedes",
    "supersedes",
    "uri",
    "usenetmetering",
    "utility",
    "voltagecategory",
    "voltagemaximum",
    "voltageminimum",
];

/// An object's fields.
pub(super) struct Fields {
    /// What the object is, for refusals; empty for the rate itself.
    within: String,
    fields: Map<String, Value>,
    noise: usize,
}

impl Fields {
    /// Names are told apart whatever their case; of two that differ in it alone, one is refused.
    pub(super) fn new(within: impl Into<String>, fields: Map<String, Value>) -> Result<Self, UrdbRefusal> {
        let mut all = Fields { within: within.into(), fields: Map::new(), noise: 0 };
        for (name, value) in fields {
            let lower = name.to_ascii_lowercase();
            if all.fields.contains_key(&lower) {
                return Err(UrdbRefusal::Twice { field: all.path(lower) });
            }
            all.fields.insert(lower, value);
        }
        Ok(all)
    }

    /// A field's name with where it stands.
    pub(super) fn path(&self, name: impl fmt::Display) -> String {
        if self.within.is_empty() { name.to_string() } else { format!("{}.{name}", self.within) }
    }

    /// Takes a field; one that is `null` is none.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, UrdbRefusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(UrdbRefusal::WrongKind { field: self.path(name), wanted: "text" }),
        }
    }

    pub(super) fn number(&mut self, name: &str) -> Result<Option<Ratio>, UrdbRefusal> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let (value, noisy) = as_number(&self.path(name), &value)?;
        self.noise += usize::from(noisy);
        Ok(Some(value))
    }

    pub(super) fn array(&mut self, name: &str) -> Result<Option<Vec<Value>>, UrdbRefusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(UrdbRefusal::WrongKind { field: self.path(name), wanted: "a list" }),
        }
    }

    /// How many numbers lost their noise.
    pub(super) fn noise(&self) -> usize {
        self.noise
    }

    /// A field, left where it is.
    pub(super) fn peek(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// The text of a field that describes, left where it is.
    pub(super) fn described(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Refuses what is left and may charge something: texts and flags do not, nor fields known to describe.
    pub(super) fn finish(self) -> Result<(), UrdbRefusal> {
        let plain = |value: &Value| matches!(value, Value::Null | Value::String(_) | Value::Bool(_));
        let known = |name: &str| self.within.is_empty() && DESCRIPTIONS.contains(&name);
        let unknown = self.fields.iter().find(|(name, value)| !plain(value) && !known(name.as_str()));
        match unknown {
            Some((name, _)) => Err(UrdbRefusal::UnknownField { field: self.path(name) }),
            None => Ok(()),
        }
    }
}

/// A number, and whether it lost noise.
pub(super) fn as_number(field: &str, value: &Value) -> Result<(Ratio, bool), UrdbRefusal> {
    match value {
        Value::Number(text) => {
            number::read(&text.to_string()).ok_or_else(|| UrdbRefusal::Digits { field: field.into() })
        }
        _ => Err(UrdbRefusal::WrongKind { field: field.into(), wanted: "a number" }),
    }
}

/// A whole number from 0.
pub(super) fn as_place(field: &str, value: &Value) -> Result<usize, UrdbRefusal> {
    let (number, _) = as_number(field, value)?;
    let place = number.is_integer().then(|| usize::try_from(number.to_integer()).ok()).flatten();
    place.ok_or_else(|| UrdbRefusal::WrongKind { field: field.into(), wanted: "the number of a period" })
}

/// Zeros, `false`, and lists of them.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Number(number) => number::read(&number.to_string()).is_some_and(|(number, _)| number.is_zero()),
        Value::Bool(set) => !set,
        Value::Null => true,
        Value::String(_) | Value::Object(_) => false,
    }
}
