//! Rates of the OpenEI Utility Rate Database, written as tariffs.
//!
//! A bill of such a tariff is a calendar month's. Its lines are `energy`, `demand_flat`, `demand_tou`, `fixed` and
//! `minimum_topup`, and with export `export`.
//!
//! | the rate says | the tariff says |
//! |---|---|
//! | a period by month, weekday or weekend, and hour | a window; the hour is that of the interval's start |
//! | rate and adj | their sum |
//! | tiers in kWh, kWh daily, kWh/kW | blocks on the month's total, with bounds in kWh, kWh/day times the month's days, kWh/kW times its own peak |
//! | tiers over several periods | where they rise alike: prices of the first tier, and the steps on the total; else as [`Climb`] says |
//! | demand in kW | a slot's energy over its hours; the highest of a month, or of each period of a month |
//! | demand tiers | marginal, on that peak |
//! | a charge per month, day, year | each month; a day's 365 times, and a year's once, in twelve months |
//! | a minimum of a month | topped up after energy, demand and fixed charge |
//! | a minimum of a year | topped up in December, the year's earlier bills counted with their own top-ups |
//! | fuel adjustments by month | prices of those months |
//! | sell rates | a credit, when export is asked for |
//!
//! What a rate charges on something that readings do not tell (the hour of the utility's own peak, reactive power without a
//! basis, further meters, attributes in words) is listed as not billed, in the tariff and in [`Imported`]. What cannot be said
//! otherwise is refused.

use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::map::Map;
use wattproof_circuits::tariff::{Currency, Tariff};

mod calendar;
mod energy;
mod fields;
mod months;
mod number;
mod rate;
mod refusal;
mod schedule;
#[cfg(test)]
mod tests;
mod tiers;
mod write;

use rate::Rate;
pub use refusal::UrdbRefusal;

/// The most bytes of a rate's file.
pub const MAX_BYTES: u64 = 4 << 20;
/// The longest name of a tariff.
const MAX_NAME: usize = 32;

/// How a month's energy climbs tiers that differ from period to period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Climb {
    /// The month's total climbs, and every period takes its share of each tier.
    Prorate,
    /// Readings climb in time order, each at the price of its own period.
    Sequential,
}

/// What a rate leaves open.
#[derive(Clone, Debug)]
pub struct Options {
    /// The zone of the rate's hours, of the IANA database.
    pub zone: String,
    /// Minutes of a slot.
    pub slot: u16,
    /// How tiers are climbed.
    pub climb: Option<Climb>,
    /// Credit exported energy at the sell rates.
    pub export: bool,
}

/// A rate as a tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The tariff's name.
    pub name: String,
    /// The tariff's text, which checks.
    pub text: String,
    /// What the rate charges and the tariff does not.
    pub not_billed: Vec<String>,
    /// Numbers with traces of binary arithmetic, taken as the decimal beside them.
    pub settled_noise: usize,
}

/// Writes the rate of a JSON file as a tariff.
pub fn import(json: &[u8], options: &Options) -> Result<Imported, UrdbRefusal> {
    if ![5, 15, 30, 60].contains(&options.slot) {
        return Err(UrdbRefusal::Slot(options.slot));
    }
    let rate = Rate::read(object(json)?)?;
    let mut not_billed = rate.not_billed.clone();
    if rate.sells() && !options.export {
        not_billed.push("sell: exported energy is not credited".into());
    }
    if Currency::of(&rate.currency).is_none() {
        return Err(UrdbRefusal::Currency(rate.currency));
    }
    let text = write::write(&rate, options, &not_billed)?;
    let name = match Tariff::parse(&text) {
        Ok(tariff) => tariff.name().to_owned(),
        Err(findings) => {
            return Err(UrdbRefusal::Unsayable(
                findings.into_iter().next().map_or(String::new(), |first| first.message),
            ));
        }
    };
    Ok(Imported { name, text, not_billed, settled_noise: rate.noise })
}

/// The rate's object: the file's, or the only item of an answer of the API.
fn object(json: &[u8]) -> Result<Map<String, Value>, UrdbRefusal> {
    let not_json = |error: serde_json::Error| UrdbRefusal::NotJson { line: error.line(), column: error.column() };
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let Pairs(pairs) = serde_json::from_slice(json).map_err(not_json)?;
    let mut object = Map::new();
    for (field, value) in pairs {
        if object.contains_key(&field) {
            return Err(UrdbRefusal::Twice { field });
        }
        object.insert(field, value);
    }
    if object.contains_key("energyratestructure") {
        return Ok(object);
    }
    match object.remove("items") {
        Some(Value::Array(items)) => match <[Value; 1]>::try_from(items) {
            Ok([Value::Object(item)]) => Ok(item),
            Ok(_) => Err(UrdbRefusal::NotARate),
            Err(items) => Err(UrdbRefusal::NotOneRate { count: items.len() }),
        },
        _ => Err(UrdbRefusal::NotARate),
    }
}

/// An object's fields as they stand, twice where they stand twice.
struct Pairs(Vec<(String, Value)>);

impl<'de> serde::Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// A name that a tariff may have: whole words of lower case, digits and underscores, beginning with a letter.
fn slug(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words.skip_while(|word| !word.starts_with(|c: char| c.is_ascii_lowercase())) {
        if slug.is_empty() {
            slug.push_str(&word[..word.len().min(MAX_NAME)]);
        } else if slug.len() + 1 + word.len() <= MAX_NAME {
            slug.push('_');
            slug.push_str(word);
        } else {
            break;
        }
    }
    // A single word may be one of the language's own.
    match slug.contains('_') || slug.len() + "_rate".len() > MAX_NAME {
        true => slug,
        false if slug.is_empty() => "urdb_rate".into(),
        false => slug + "_rate",
    }
}
