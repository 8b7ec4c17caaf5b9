//! Which streams become which registers.

use super::feed::{Block, Feed, MeterReading, ReadingType};
use super::{GreenButtonRefusal, plain_register, unit};
use crate::intake::convert::ValueColumn;
use crate::intake::csv::Column;

/// A stream and its register.
pub(super) struct Chosen<'a> {
    pub(super) name: String,
    pub(super) register: Column,
    pub(super) meter_reading: &'a MeterReading,
}

impl Chosen<'_> {
    /// The type of the stream's readings, checked to be interval energy in the register's unit.
    pub(super) fn kind<'f>(&self, feed: &'f Feed) -> Result<&'f ReadingType, GreenButtonRefusal> {
        let stream = || self.name.clone();
        let missing = |what| GreenButtonRefusal::TypeMissing { stream: stream(), what };
        let other = |what, code| GreenButtonRefusal::NotIntervalEnergy { stream: stream(), what, code };
        let kind = kind(feed, self.meter_reading).ok_or_else(|| missing("unit"))?;
        let code = kind.unit.ok_or_else(|| missing("unit"))?;
        let counted = unit(code).ok_or_else(|| other("uom", code))?;
        match (kind.accumulation.unwrap_or(4), kind.commodity.unwrap_or(1)) {
            (4, 0..=3) => {}
            (4, commodity) => return Err(other("commodity", commodity)),
            (accumulation, _) => return Err(other("accumulationBehaviour", accumulation)),
        }
        if self.register.unit() != counted {
            let register = self.register.name().to_owned();
            return Err(GreenButtonRefusal::OtherUnit { stream: stream(), unit: counted.symbol(), register });
        }
        Ok(kind)
    }
}

/// The streams to take, and the names of those left out.
pub(super) fn choose<'a>(
    feed: &'a Feed,
    values: &[ValueColumn],
) -> Result<(Vec<Chosen<'a>>, Vec<String>), GreenButtonRefusal> {
    let all = &feed.meter_readings;
    if all.is_empty() {
        return Err(GreenButtonRefusal::NoMeterReading);
    }
    if let Some(block) = feed.blocks.iter().find(|block| !all.iter().any(|stream| belongs(block, stream))) {
        return Err(GreenButtonRefusal::Orphan { block: block.link.clone() });
    }
    let chosen = match values {
        [] => by_direction(feed)?,
        values => values.iter().map(|value| by_name(feed, value)).collect::<Result<Vec<_>, _>>()?,
    };
    let left = all.iter().filter(|stream| !chosen.iter().any(|taken| std::ptr::eq(taken.meter_reading, *stream)));
    let left = left.map(|stream| described(feed, stream)).collect();
    Ok((chosen, left))
}

/// Whether a block's readings are this stream's.
pub(super) fn belongs(block: &Block, stream: &MeterReading) -> bool {
    let above = block.up.strip_suffix("/IntervalBlock").unwrap_or(&block.up);
    stream.related.contains(&block.up) || (!stream.link.is_empty() && stream.link == above)
}

fn kind<'a>(feed: &'a Feed, stream: &MeterReading) -> Option<&'a ReadingType> {
    feed.types.iter().find(|kind| stream.related.contains(&kind.link))
}

/// The part of a link that tells streams of one customer apart.
fn name(stream: &MeterReading) -> &str {
    stream.link.find("UsagePoint/").map_or(stream.link.as_str(), |place| &stream.link[place..])
}

/// A stream for a list: `UsagePoint/1/MeterReading/1 (Hourly Consumption, uom 72, flowDirection 1)`.
fn described(feed: &Feed, stream: &MeterReading) -> String {
    let code = |name: &str, code: Option<i64>| code.map(|code| format!("{name} {code}"));
    let kind = kind(feed, stream);
    let unit = code("uom", kind.and_then(|kind| kind.unit));
    let flow = code("flowDirection", kind.and_then(|kind| kind.flow));
    let title = Some(stream.title.clone()).filter(|title| !title.is_empty());
    let facts: Vec<String> = [title, unit, flow].into_iter().flatten().collect();
    format!("{} ({})", name(stream), facts.join(", "))
}

fn by_name<'a>(feed: &'a Feed, value: &ValueColumn) -> Result<Chosen<'a>, GreenButtonRefusal> {
    let selector = value.head.as_str();
    let is_meant = |stream: &&MeterReading| {
        let link = stream.link.strip_suffix(selector);
        stream.title == selector || link.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let found: Vec<&MeterReading> = feed.meter_readings.iter().filter(is_meant).collect();
    match found.as_slice() {
        [one] => Ok(Chosen { name: name(one).into(), register: value.register.clone(), meter_reading: one }),
        [] => {
            let streams = feed.meter_readings.iter().map(|stream| described(feed, stream)).collect();
            Err(GreenButtonRefusal::NoSuchStream { selector: selector.into(), streams })
        }
        several => {
            let streams = several.iter().map(|stream| described(feed, stream)).collect();
            Err(GreenButtonRefusal::SeveralStreams { selector: selector.into(), streams })
        }
    }
}

/// Without a word on it, `import` is the one stream that says so, and `export` as well when there is one.
fn by_direction(feed: &Feed) -> Result<Vec<Chosen<'_>>, GreenButtonRefusal> {
    let mut chosen = Vec::new();
    for register in ["import", "export"] {
        let is_it = |stream: &&MeterReading| {
            kind(feed, stream).and_then(plain_register).is_some_and(|plain| plain.name() == register)
        };
        let found: Vec<&MeterReading> = feed.meter_readings.iter().filter(is_it).collect();
        match found.as_slice() {
            [one] => chosen.extend(kind(feed, one).and_then(plain_register).map(|register| Chosen {
                name: name(one).into(),
                register,
                meter_reading: one,
            })),
            [] if register == "export" => {}
            _ => {
                let streams = feed.meter_readings.iter().map(|stream| described(feed, stream)).collect();
                return Err(GreenButtonRefusal::Unclear { register: register.into(), streams });
            }
        }
    }
    Ok(chosen)
}
